//! A file in a line: what a list, a quote or a search says of it instead of its address.

use super::kind::media_type;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What people call a file, as far as its type and its name tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// A picture.
    Picture,
    /// Something that was spoken.
    Voice,
    /// Any other sound.
    Sound,
    /// A film.
    Video,
    /// Anything else.
    Other,
}

/// A file in a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FileBrief {
    /// What people call it.
    pub kind: FileKind,
    /// What it is called; safe as a file's name.
    pub name: String,
    /// How long a sound or a film is, in milliseconds, where its sender says so.
    #[ts(type = "number | null")]
    pub length: Option<u64>,
}

impl FileBrief {
    /// The file of this name and media type.
    #[must_use]
    pub fn of(name: String, media_type: &str, length: Option<u64>) -> Self {
        Self {
            kind: file_kind(&name, media_type),
            name,
            length,
        }
    }
}

/// What people call a file of this name and media type.
#[must_use]
pub fn file_kind(name: &str, media_type: &str) -> FileKind {
    match media_type.split_once('/').map(|(kind, _)| kind) {
        Some("image") => FileKind::Picture,
        Some("audio") if is_voice(name) => FileKind::Voice,
        Some("audio") => FileKind::Sound,
        Some("video") => FileKind::Video,
        _ => FileKind::Other,
    }
}

/// The media type of a file that may not be here: `known` once it is, else by its name, and where that tells nothing,
/// what its sender says.
#[must_use]
pub fn likely_type<'a>(name: &str, known: Option<&'a str>, told: Option<&'a str>) -> &'a str {
    let named = media_type(name);
    let told = told.filter(|_| named == media_type(""));
    known.or(told).unwrap_or(named)
}

/// No document says that a sound was spoken; programs that record do, by its name.
fn is_voice(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("voice") || name.starts_with("recording")
}
