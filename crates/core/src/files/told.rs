//! What a sender says of a file that they hand over. It is shown, and looked at again when the file is here.

use super::picture::is_drawable;
use super::{Thumbnail, safe_name};

/// Types that are registered are shorter (RFC 6838 §4.2).
const LONGEST_TYPE: usize = 127;
/// No sound that somebody hands over is longer, in milliseconds: a week.
const LONGEST_LENGTH: u64 = 7 * 24 * 3_600_000;

/// What a sender says of a file (XEP-0446 §2). Bounded, and nothing that could lead anywhere.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileTold {
    /// What it is called; safe as a file's name.
    pub name: Option<String>,
    /// What it is.
    pub media_type: Option<String>,
    /// How long it is, in bytes.
    pub size: Option<u64>,
    /// Width and height in pixels, of a picture that may be drawn.
    pub sides: Option<(u32, u32)>,
    /// How long a sound or a film is, in milliseconds.
    pub length: Option<u64>,
    /// SHA-256 of it in lower-case hexadecimal. What comes and has another one is another file.
    pub sha256: Option<String>,
    /// A small picture that stands for it (XEP-0264).
    pub thumbnail: Option<Thumbnail>,
}

impl FileTold {
    /// Takes over what makes sense of a name and a media type.
    #[must_use]
    pub fn called(name: Option<&str>, media_type: Option<&str>) -> Self {
        let named = name.filter(|name| !name.trim().is_empty()).map(safe_name);
        let media_type = media_type.map(|kind| kind.trim().to_ascii_lowercase());
        Self {
            name: named,
            media_type: media_type.filter(|kind| is_media_type(kind)),
            ..Self::default()
        }
    }

    /// Takes over the sides of a picture that could be drawn.
    #[must_use]
    pub fn of_sides(self, width: Option<u32>, height: Option<u32>) -> Self {
        let sides = width.zip(height);
        Self {
            sides: sides.filter(|(width, height)| is_drawable(*width, *height)),
            ..self
        }
    }

    /// Takes over a length, in milliseconds, that makes sense.
    #[must_use]
    pub fn of_length(self, length: Option<u64>) -> Self {
        let length = length.filter(|length| *length <= LONGEST_LENGTH);
        Self { length, ..self }
    }

    /// Takes over a hash of the right length.
    #[must_use]
    pub fn of_sha256(self, hash: Option<&[u8]>) -> Self {
        let hash = hash.filter(|hash| hash.len() == 32);
        Self {
            sha256: hash.map(|hash| hash.iter().map(|byte| format!("{byte:02x}")).collect()),
            ..self
        }
    }
}

/// `type/subtype` without parameters (RFC 6838 §4.2).
fn is_media_type(kind: &str) -> bool {
    let is_name = |name: &str| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
    };
    kind.len() <= LONGEST_TYPE
        && kind
            .split_once('/')
            .is_some_and(|(kind, of)| is_name(kind) && is_name(of))
}
