//! Alert rules as a file of their own, to be taken elsewhere.

use crate::house::House;
use carillon_link::alerts::{ExportedAlerts, ImportedAlerts};
use carillon_link::contract::ImportAlerts;
use carillon_link::{Refusal, RefusalCode};

#[expect(clippy::unused_async, reason = "the file lies on the disk")]
pub(super) async fn export(_house: &House, _path: String) -> Result<ExportedAlerts, Refusal> {
    Err(Refusal::new(
        RefusalCode::BadFile,
        "nothing can be exported yet",
    ))
}

#[expect(clippy::unused_async, reason = "the file lies on the disk")]
pub(super) async fn import(_house: &House, _ask: ImportAlerts) -> Result<ImportedAlerts, Refusal> {
    Err(Refusal::new(
        RefusalCode::BadFile,
        "nothing can be imported yet",
    ))
}
