//! Sound packs.

use crate::desktop::sound::packs::{self, NotImported, Pack, PackProblem as Problem, Shelf};
use crate::house::House;
use carillon_core::alerts::PackName;
use carillon_link::alerts::{PackOrigin, PackProblem, PackSound, RefusedSound, SoundPackView};
use carillon_link::{Refusal, RefusalCode};
use std::io::ErrorKind;
use std::path::PathBuf;

pub(super) async fn packs(house: &House) -> Result<Vec<SoundPackView>, Refusal> {
    let shelf = Shelf::of(house.profile.data());
    on_the_disk(move || {
        let imported = shelf
            .packs()
            .into_iter()
            .map(|pack| (pack, PackOrigin::Imported));
        let themes = packs::themes(&packs::data_folders());
        let themes = themes.into_iter().map(|pack| (pack, PackOrigin::System));
        imported
            .chain(themes)
            .map(|(pack, origin)| view(pack, origin))
            .collect()
    })
    .await
}

pub(super) async fn import(house: &House, path: String) -> Result<SoundPackView, Refusal> {
    let shelf = Shelf::of(house.profile.data());
    let imported = on_the_disk(move || packs::import(&PathBuf::from(path), &shelf)).await?;
    match imported {
        Ok(pack) => Ok(view(pack, PackOrigin::Imported)),
        Err(problem) => Err(refusal(&problem)),
    }
}

pub(super) async fn remove(house: &House, name: &str) -> Result<(), Refusal> {
    let gone = || Refusal::new(RefusalCode::Gone, "there is no such sound pack");
    let name: PackName = name.parse().map_err(|_| gone())?;
    let shelf = Shelf::of(house.profile.data());
    let removed = on_the_disk(move || shelf.remove(&name)).await?;
    removed.map_err(|error| match error.kind() {
        ErrorKind::NotFound => gone(),
        _ => Refusal::new(RefusalCode::Storage, error.to_string()),
    })
}

/// Reading and decoding would hold up everybody else.
async fn on_the_disk<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Refusal> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Refusal::new(RefusalCode::BadFile, error.to_string()))
}

fn refusal(problem: &NotImported) -> Refusal {
    let code = match problem {
        NotImported::Pack(why) => RefusalCode::BadPack { why: told(*why) },
        NotImported::Disk(_) => RefusalCode::Storage,
    };
    Refusal::new(code, problem.to_string())
}

fn view(pack: Pack, origin: PackOrigin) -> SoundPackView {
    let sounds = pack.sounds.into_iter().map(|(event, sound)| PackSound {
        event: event.name().to_owned(),
        sound,
    });
    let refused = pack.refused.into_iter().map(|one| RefusedSound {
        event: one.event,
        file: one.file,
        why: told(one.why),
    });
    SoundPackView {
        name: pack.name,
        author: pack.author,
        licence: pack.licence,
        origin,
        sounds: sounds.collect(),
        refused: refused.collect(),
    }
}

const fn told(why: Problem) -> PackProblem {
    match why {
        Problem::Unreadable => PackProblem::Unreadable,
        Problem::NotASound => PackProblem::NotASound,
        Problem::TooLong => PackProblem::TooLong,
        Problem::TooBig => PackProblem::TooBig,
        Problem::OutsideThePack => PackProblem::OutsideThePack,
        Problem::UnknownEvent => PackProblem::UnknownEvent,
        Problem::TooMany => PackProblem::TooMany,
        Problem::NoPack => PackProblem::NoPack,
    }
}
