//! Sound packs.

use crate::house::House;
use carillon_link::alerts::{PackProblem, SoundPackView};
use carillon_link::{Refusal, RefusalCode};

#[expect(clippy::unused_async, reason = "packs lie on the disk")]
pub(super) async fn packs(_house: &House) -> Result<Vec<SoundPackView>, Refusal> {
    Ok(Vec::new())
}

#[expect(clippy::unused_async, reason = "packs lie on the disk")]
pub(super) async fn import(_house: &House, path: String) -> Result<SoundPackView, Refusal> {
    let why = PackProblem::NoPack;
    Err(Refusal::new(
        RefusalCode::BadPack { why },
        format!("{path} is no sound pack"),
    ))
}
