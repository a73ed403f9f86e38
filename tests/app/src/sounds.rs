//! The sounds that Carillon brings along, as they should be heard.

use std::path::Path;

use crate::pitch::Heard;
use crate::speaker::Speaker;

/// The built-in sound `name`.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn built_in(name: &str) -> Heard {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sounds");
    Speaker::expected(&folder.join(format!("{name}.wav")))
}
