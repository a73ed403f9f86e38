//! Small pictures that stand for larger ones until those are here (XEP-0264).

use super::picture::{Picture, picture};

/// The longer side of one of mine, in pixels.
pub const THUMBNAIL_SIDE: u32 = 64;
/// The largest one of mine, in bytes: it goes along in every copy of the message.
pub const LARGEST_THUMBNAIL: usize = 4 * 1024;

/// The largest one that is taken from others, in bytes: 16 KiB as base64.
const LARGEST_TAKEN: usize = 12 * 1024;
/// The longer side of one that is taken, in pixels.
const LONGEST_TAKEN: u32 = 128;
/// What moves, or holds more than pixels, stands for nothing.
const TYPES: &[&str] = &["image/png", "image/jpeg", "image/webp"];

/// A small picture, as its sender made it: bounded, and of a known format by what it begins with. Nobody has unpacked it
/// yet, and nobody draws it before it was painted anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thumbnail {
    bytes: Vec<u8>,
    picture: Picture,
}

impl Thumbnail {
    /// The small picture that these bytes are; `None` for what is none, or is none that is small.
    #[must_use]
    pub fn of(bytes: Vec<u8>) -> Option<Self> {
        if bytes.len() > LARGEST_TAKEN {
            return None;
        }
        let picture = picture(&bytes)?;
        let small = picture.width.max(picture.height) <= LONGEST_TAKEN;
        (small && TYPES.contains(&picture.media_type)).then_some(Self { bytes, picture })
    }

    /// As its sender made it.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What it is, and how large.
    #[must_use]
    pub const fn picture(&self) -> Picture {
        self.picture
    }
}

/// The bytes of the picture that a `data:` address holds (RFC 2397), packed as base64: of a format that is known, and
/// not too many. Nothing is ever fetched for a small picture, so every other address holds none.
#[must_use]
pub fn packed_in(address: &str) -> Option<&str> {
    let rest = behind(address.trim(), "data:")?;
    let rest = TYPES.iter().find_map(|kind| behind(rest, kind))?;
    let packed = behind(rest, ";base64,")?;
    (packed.len() <= LARGEST_TAKEN.div_ceil(3) * 4).then_some(packed)
}

/// What follows these words, in capitals or not.
fn behind<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    let begins = text.get(..words.len())?.eq_ignore_ascii_case(words);
    text.get(words.len()..).filter(|_| begins)
}
