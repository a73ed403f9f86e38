//! What the user takes out of Carillon.

use crate::house::House;
use crate::own::{self, ExportOf, Unfinished};
use carillon_engine::store::Reader;
use carillon_link::contract::ExportHistory;
use carillon_link::views_own::{WorkKind, WorkView};
use carillon_link::{Event, Refusal, RefusalCode};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// So often is told how far a work is.
const TELL_AGAIN: Duration = Duration::from_millis(250);

pub(super) fn export(house: &Arc<House>, ask: ExportHistory) -> Result<(), Refusal> {
    let to = absolute(&ask.path)?;
    let Some(progress) = house.work.begin(WorkKind::Export, &ask.path) else {
        let words = "another export or import runs";
        return Err(Refusal::new(RefusalCode::BadFile, words));
    };
    let path = house.profile.database();
    let what = ExportOf {
        chat: ask.chat,
        format: ask.format,
        zone: jiff::tz::TimeZone::system(),
    };
    let mut work = tokio::task::spawn_blocking(move || {
        own::export(&Reader::open(&path)?, what, &to, &progress)
    });
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
    Ok(())
}

pub(super) async fn roster(house: &House, path: &str) -> Result<u32, Refusal> {
    let to = absolute(path)?;
    let database = house.profile.database();
    let work = move || own::roster(&Reader::open(&database)?, &to);
    let bad = |words: String| Refusal::new(RefusalCode::BadFile, words);
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
    let words = format!("{} is no whole path", path.display());
    Err(Refusal::new(RefusalCode::BadFile, words))
}
