//! Which files are pictures that may be shown: by what they begin with, never by what they are called.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A larger one takes more memory than any message is worth: 64 million pixels are 256 MB.
const MOST_PIXELS: u64 = 64 * 1024 * 1024;

/// Wider or higher than this no program draws.
const LONGEST_SIDE: u32 = 32_767;

/// A picture that a page may draw. SVG is none: it can hold scripts and load things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Picture {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// What it is told to be, whatever its sender said.
    #[serde(skip)]
    #[ts(skip)]
    pub media_type: &'static str,
}

/// The picture that a file beginning like this is. `None` for everything else, for what does not tell its size within
/// these bytes, and for what is too large to be drawn.
#[must_use]
pub fn picture(beginning: &[u8]) -> Option<Picture> {
    let (media_type, (width, height)) = match beginning {
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => ("image/png", png(beginning)?),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => ("image/gif", gif(beginning)?),
        [0xff, 0xd8, 0xff, ..] => ("image/jpeg", jpeg(beginning)?),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => ("image/webp", webp(beginning)?),
        _ => return None,
    };
    is_drawable(width, height).then_some(Picture {
        width,
        height,
        media_type,
    })
}

/// Whether a picture with these sides may be drawn.
pub(super) fn is_drawable(width: u32, height: u32) -> bool {
    let sides = 1..=LONGEST_SIDE;
    sides.contains(&width)
        && sides.contains(&height)
        && u64::from(width) * u64::from(height) <= MOST_PIXELS
}

fn two(bytes: &[u8], at: usize) -> Option<[u8; 2]> {
    bytes.get(at..at + 2)?.try_into().ok()
}

fn four(bytes: &[u8], at: usize) -> Option<[u8; 4]> {
    bytes.get(at..at + 4)?.try_into().ok()
}

/// The first chunk tells it (PNG §11.2.1).
fn png(bytes: &[u8]) -> Option<(u32, u32)> {
    (bytes.get(12..16)? == b"IHDR").then_some(())?;
    Some((
        u32::from_be_bytes(four(bytes, 16)?),
        u32::from_be_bytes(four(bytes, 20)?),
    ))
}

fn gif(bytes: &[u8]) -> Option<(u32, u32)> {
    let side = |at| Some(u32::from(u16::from_le_bytes(two(bytes, at)?)));
    Some((side(6)?, side(8)?))
}

/// The first frame's header tells it (ITU-T T.81 §B.2.2), somewhere behind other segments.
fn jpeg(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        let [0xff, marker] = two(bytes, at)? else {
            return None;
        };
        match marker {
            // Fill bytes before a marker.
            0xff => {
                at += 1;
                continue;
            }
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                let side = |at| Some(u32::from(u16::from_be_bytes(two(bytes, at)?)));
                return Some((side(at + 7)?, side(at + 5)?));
            }
            // Without a length, or where the pixels begin: too late.
            0x00..=0x01 | 0xd0..=0xda => return None,
            _ => {}
        }
        let length = usize::from(u16::from_be_bytes(two(bytes, at + 2)?));
        at += 2 + length.max(2);
    }
}

/// RFC 9649 §2.5 to §2.7.
fn webp(bytes: &[u8]) -> Option<(u32, u32)> {
    match bytes.get(12..16)? {
        b"VP8X" => {
            let side = |at: usize| {
                let [a, b] = two(bytes, at)?;
                Some(u32::from_le_bytes([a, b, *bytes.get(at + 2)?, 0]) + 1)
            };
            Some((side(24)?, side(27)?))
        }
        b"VP8 " => {
            let side = |at| Some(u32::from(u16::from_le_bytes(two(bytes, at)?) & 0x3fff));
            Some((side(26)?, side(28)?))
        }
        b"VP8L" => {
            (*bytes.get(20)? == 0x2f).then_some(())?;
            let bits = u32::from_le_bytes(four(bytes, 21)?);
            Some(((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1))
        }
        _ => None,
    }
}
