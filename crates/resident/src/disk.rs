//! What the user is told of a disk that takes nothing, and of a database that is damaged.

use crate::house::House;
use carillon_engine::Desk;
use carillon_engine::store::{StoreError, suspect};
use carillon_link::views::{Notice, StorageCause};
use std::sync::Arc;

/// Tells it in the window, and rings for those who have none open.
pub(crate) fn failed(house: &Arc<House>, error: &StoreError) {
    house.notice(notice(house, error));
    let words = house.words();
    let (summary, text) = (words.say("storage-summary"), words.say(text_of(error)));
    let house = Arc::clone(house);
    tokio::spawn(async move {
        // An engine that is gone rings nothing.
        let _ = house
            .engine
            .call(move |desk: &mut Desk| desk.ring_storage(summary, text))
            .await;
    });
}

/// Damage is told wherever it is met, also by what a window asks for; of everything else its answer says enough.
pub(crate) fn met(house: &House, error: &StoreError) {
    if matches!(error, StoreError::Damaged { .. }) {
        tracing::error!(%error, "what is stored cannot be read");
        house.notice(notice(house, error));
    }
}

/// What is told of an error of the store. Damage is noted beside the database, so that the next start saves what it can.
pub(crate) fn notice(house: &House, error: &StoreError) -> Notice {
    let cause = match error {
        StoreError::Damaged { .. } => {
            if let Err(error) = suspect(&house.profile.database()) {
                tracing::error!(%error, "that the database is damaged could not be noted");
            }
            return Notice::DatabaseDamaged;
        }
        StoreError::DiskFull => StorageCause::Full,
        StoreError::ReadOnly { .. } => StorageCause::ReadOnly,
        _ => StorageCause::Other,
    };
    Notice::Storage {
        cause,
        detail: error.to_string(),
    }
}

fn text_of(error: &StoreError) -> &'static str {
    match error {
        StoreError::DiskFull => "storage-full",
        StoreError::ReadOnly { .. } => "storage-read-only",
        StoreError::Damaged { .. } => "storage-damaged",
        _ => "storage-other",
    }
}
