//! Small pictures that stand for larger ones (XEP-0264): made of what is sent, and of what others made painted anew before
//! anybody sees it. They hold pixels and nothing else.

use crate::avatars::{PictureProblem, aside};
use crate::shrinking::{LARGEST_SIDE, MEMORY, packed, unpack};
use carillon_core::files::{LARGEST_THUMBNAIL, THUMBNAIL_SIDE, Thumbnail};
use image::imageops::FilterType;

/// More pixels a side are none that is small; the core lets no larger one in.
const TAKEN_SIDE: u32 = 128;
/// So much memory one of somebody else's may take while it is unpacked, in bytes: eight times its pixels.
const TAKEN_MEMORY: u64 = 1024 * 1024;

/// One of somebody else's, painted anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Painted {
    /// JPEG or PNG.
    pub bytes: Vec<u8>,
    /// Width and height in pixels.
    pub sides: (u32, u32),
}

/// A small picture of a file that is sent; `None` where it is none, is too large to be unpacked, is as small itself, or
/// does not pack well. Takes a moment.
#[must_use]
pub fn of(bytes: Vec<u8>) -> Option<Thumbnail> {
    let made = aside(move || {
        let picture = unpack(&bytes, LARGEST_SIDE, MEMORY)?;
        if picture.width().max(picture.height()) <= THUMBNAIL_SIDE {
            return Ok(None);
        }
        for side in [THUMBNAIL_SIDE, THUMBNAIL_SIDE / 2] {
            let (packed, _) = packed(&picture.resize(side, side, FilterType::Triangle))?;
            if packed.len() <= LARGEST_THUMBNAIL {
                return Ok(Some(packed));
            }
        }
        Ok(None)
    });
    made.ok().flatten().and_then(Thumbnail::of)
}

/// Unpacks one of somebody else's within narrow limits, and paints it anew. Takes a moment.
///
/// # Errors
/// When it is damaged, or unpacks to more than it may.
pub fn painted(thumbnail: &Thumbnail) -> Result<Painted, PictureProblem> {
    let bytes = thumbnail.bytes().to_vec();
    aside(move || {
        let picture = unpack(&bytes, TAKEN_SIDE, TAKEN_MEMORY)?;
        Ok(Painted {
            sides: (picture.width(), picture.height()),
            bytes: packed(&picture)?.0,
        })
    })
}

#[cfg(test)]
#[path = "thumbnails_tests.rs"]
mod tests;
