//! What the user takes out of Carillon, and into it.

use super::people::PATIENCE;
use crate::house::House;
use crate::own::{self, ExportOf, ImportOf, Progress, Unfinished};
use carillon_core::contact::RosterItem;
use carillon_core::ids::AccountId;
use carillon_engine::store::Reader;
use carillon_engine::{DeskError, Engine};
use carillon_link::contract::{ExportHistory, ImportHistory, ImportRoster, LookIntoHistory};
use carillon_link::views_own::{HistorySource, RosterSource, SkipCause, WorkKind, WorkView};
use carillon_link::{Event, Refusal, RefusalCode};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// So often is told how far a work is.
const TELL_AGAIN: Duration = Duration::from_millis(250);

pub(super) fn export(house: &Arc<House>, ask: ExportHistory) -> Result<(), Refusal> {
    let to = absolute(&ask.path)?;
    let progress = begin(house, WorkKind::Export, &ask.path)?;
    let path = house.profile.database();
    let what = ExportOf {
        chat: ask.chat,
        format: ask.format,
        zone: jiff::tz::TimeZone::system(),
    };
    carry_on(house, move || {
        own::export(&Reader::open(&path)?, what, &to, &progress)
    });
    Ok(())
}

/// Offers what other programs keep where they keep it by default. What cannot be read is not offered.
pub(super) async fn found_histories() -> Result<Vec<HistorySource>, Refusal> {
    let look = || {
        let found = own::found().into_iter();
        let looked_into = found.filter_map(|(program, path)| own::look_into(program, &path).ok());
        looked_into.filter(|one| !one.accounts.is_empty()).collect()
    };
    let found = tokio::task::spawn_blocking(look).await;
    found.map_err(|error| bad(error.to_string()))
}

pub(super) async fn look_into(ask: LookIntoHistory) -> Result<HistorySource, Refusal> {
    let path = absolute(&ask.path)?;
    let look = move || own::look_into(ask.program, &path);
    match tokio::task::spawn_blocking(look).await {
        Ok(found) => found.map_err(|error| bad(error.to_string())),
        Err(error) => Err(bad(error.to_string())),
    }
}

pub(super) fn import(house: &Arc<House>, ask: ImportHistory) -> Result<(), Refusal> {
    let what = ImportOf {
        program: ask.program,
        path: absolute(&ask.path)?,
        whose: ask.whose,
        zone: jiff::tz::TimeZone::system(),
    };
    let progress = begin(house, WorkKind::Import, &ask.path)?;
    let (engine, runtime) = (house.engine.clone(), tokio::runtime::Handle::current());
    let account = ask.account;
    carry_on(house, move || {
        own::import(&what, &progress, &mut |source, messages| {
            let taken = engine.call(move |desk| desk.take_in(account, source, &messages));
            let refused = |error: &dyn std::fmt::Display| Unfinished::Refused(error.to_string());
            match runtime.block_on(taken) {
                Ok(Ok(taken)) => Ok(taken),
                Ok(Err(DeskError::Store(error))) => Err(Unfinished::Store(error)),
                Ok(Err(error)) => Err(refused(&error)),
                Err(gone) => Err(refused(&gone)),
            }
        })
    });
    Ok(())
}

pub(super) async fn look_into_roster(path: String) -> Result<RosterSource, Refusal> {
    let path = absolute(&path)?;
    let look = move || own::look_into_roster(&path);
    match tokio::task::spawn_blocking(look).await {
        Ok(found) => found.map_err(|error| bad(error.to_string())),
        Err(error) => Err(bad(error.to_string())),
    }
}

pub(super) fn import_roster(house: &Arc<House>, ask: ImportRoster) -> Result<(), Refusal> {
    let path = absolute(&ask.path)?;
    let progress = begin(house, WorkKind::Contacts, &ask.path)?;
    let (engine, runtime) = (house.engine.clone(), tokio::runtime::Handle::current());
    carry_on(house, move || {
        let (items, unreadable) = own::contacts_of(&path, &ask.whose)?;
        progress.expects(u32::try_from(items.len()).unwrap_or(u32::MAX));
        progress.skips(SkipCause::Damaged, unreadable);
        for item in items {
            match runtime.block_on(take_contact(&engine, ask.account, item, ask.ask))? {
                Taken::New => progress.came_in(1, 0),
                Taken::Known => {}
                Taken::Not(cause) => progress.skips(cause, 1),
            }
            progress.goes_on(1)?;
        }
        Ok(())
    });
    Ok(())
}

/// What became of a contact in a file.
enum Taken {
    New,
    /// All of it was there.
    Known,
    Not(SkipCause),
}

/// The next one waits for the server's word on this one: a server is not flooded, and what is done is done.
async fn take_contact(
    engine: &Engine,
    account: AccountId,
    item: RosterItem,
    ask: bool,
) -> Result<Taken, Unfinished> {
    let unfinished = |error: &dyn std::fmt::Display| Unfinished::Refused(error.to_string());
    let asked = engine
        .call(move |desk| desk.take_contact(account, &item, ask))
        .await
        .map_err(|gone| unfinished(&gone))?;
    let answer = match asked {
        Ok(Some(answer)) => answer,
        Ok(None) => return Ok(Taken::Known),
        Err(DeskError::BadText) => return Ok(Taken::Not(SkipCause::Words)),
        Err(DeskError::Store(error)) => return Err(Unfinished::Store(error)),
        Err(error) => return Err(unfinished(&error)),
    };
    match tokio::time::timeout(PATIENCE, answer).await {
        Ok(Ok(Ok(()))) => Ok(Taken::New),
        Ok(Ok(Err(_))) => Ok(Taken::Not(SkipCause::Refused)),
        Ok(Err(_)) | Err(_) => Err(unfinished(&DeskError::NotConnected)),
    }
}

fn begin(house: &House, kind: WorkKind, path: &str) -> Result<Arc<Progress>, Refusal> {
    let words = "another export or import runs";
    house
        .work
        .begin(kind, path)
        .ok_or_else(|| bad(words.to_owned()))
}

/// Does a work that has begun beside everything else, and tells how far it is.
fn carry_on(house: &Arc<House>, work: impl FnOnce() -> Result<(), Unfinished> + Send + 'static) {
    let mut work = tokio::task::spawn_blocking(work);
    let house = Arc::clone(house);
    tokio::spawn(async move {
        let done = loop {
            house.windows.tell(&Event::Work);
            tokio::select! {
                done = &mut work => break done,
                () = tokio::time::sleep(TELL_AGAIN) => {}
            }
        };
        let done = done.unwrap_or_else(|error| Err(Unfinished::File(std::io::Error::other(error))));
        if let Err(Unfinished::Store(error)) = &done {
            crate::disk::met(&house, error);
        }
        house.work.ends(done);
        house.windows.tell(&Event::Work);
    });
}

pub(super) async fn roster(house: &House, path: &str) -> Result<u32, Refusal> {
    let to = absolute(path)?;
    let database = house.profile.database();
    let work = move || own::roster(&Reader::open(&database)?, &to);
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(|error| bad(error.to_string())),
        Err(error) => Err(bad(error.to_string())),
    }
}

pub(super) fn work(house: &House) -> Option<WorkView> {
    house.work.view()
}

/// The resident's working folder means nothing to a user.
fn absolute(path: &str) -> Result<PathBuf, Refusal> {
    let path = PathBuf::from(path);
    if path.is_absolute() {
        return Ok(path);
    }
    Err(bad(format!("{} is no whole path", path.display())))
}

fn bad(words: String) -> Refusal {
    Refusal::new(RefusalCode::BadFile, words)
}
