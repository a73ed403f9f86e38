//! Pictures that the user is about to send: seen before they go, and made smaller where the user wants that. What is made
//! smaller is painted anew: where it was taken, and with what, does not go along.

use crate::avatars::{PictureProblem, aside};
use carillon_core::files::picture;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use std::io::Cursor;

/// A longer file is sent as it is, in bytes.
pub const LARGEST: u64 = 64 * 1024 * 1024;
/// Pixels of the longer side of what was made smaller: more than a usual screen shows of a chat.
const LONGER_SIDE: u32 = 1_600;
/// Pixels of the longer side of what is shown before sending.
const SHOWN_SIDE: u32 = 320;
/// More pixels a side no camera makes.
pub(crate) const LARGEST_SIDE: u32 = 16_384;
/// So much memory a picture may take while it is unpacked, in bytes.
pub(crate) const MEMORY: u64 = 256 * 1024 * 1024;
/// Of 100; nobody sees the difference on a photograph.
const QUALITY: u8 = 82;
/// What is hardly smaller is not worth painting anew, in percent of the bytes.
const WORTH: usize = 85;

/// A picture made smaller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Smaller {
    /// The file.
    pub bytes: Vec<u8>,
    /// Width and height in pixels.
    pub sides: (u32, u32),
    /// What it is called now.
    pub name: String,
}

/// A picture before it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// Width and height in pixels, as it is shown.
    pub sides: (u32, u32),
    /// A small one of it, JPEG or PNG.
    pub shown: Vec<u8>,
    /// It made smaller; `None` where that is not worth it, or would stop what moves.
    pub smaller: Option<Smaller>,
}

/// Looks at a picture that may be sent under this name. Takes a moment.
///
/// # Errors
/// When it is none, or too large.
pub fn look(bytes: Vec<u8>, name: &str) -> Result<Looked, PictureProblem> {
    let name = name.to_owned();
    aside(move || {
        let picture = unpack(&bytes, LARGEST_SIDE, MEMORY)?;
        let small = picture.resize(SHOWN_SIDE, SHOWN_SIDE, FilterType::Triangle);
        let small = if picture.width().max(picture.height()) > SHOWN_SIDE {
            &small
        } else {
            &picture
        };
        Ok(Looked {
            sides: (picture.width(), picture.height()),
            shown: packed(small)?.0,
            smaller: smaller_of(&bytes, &picture, &name)?,
        })
    })
}

/// Makes a picture smaller; `None` where [`look`] offers nothing smaller. Takes a moment.
///
/// # Errors
/// When it is none, or too large.
pub fn shrink(bytes: Vec<u8>, name: &str) -> Result<Option<Smaller>, PictureProblem> {
    let name = name.to_owned();
    aside(move || smaller_of(&bytes, &unpack(&bytes, LARGEST_SIDE, MEMORY)?, &name))
}

fn smaller_of(
    bytes: &[u8],
    picture: &DynamicImage,
    name: &str,
) -> Result<Option<Smaller>, PictureProblem> {
    if moves(bytes) {
        return Ok(None);
    }
    let small;
    let picture = if picture.width().max(picture.height()) > LONGER_SIDE {
        small = picture.resize(LONGER_SIDE, LONGER_SIDE, FilterType::CatmullRom);
        &small
    } else {
        picture
    };
    let (packed, ending) = packed(picture)?;
    if packed.len() / WORTH >= bytes.len() / 100 {
        return Ok(None);
    }
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    Ok(Some(Smaller {
        sides: (picture.width(), picture.height()),
        name: format!("{stem}.{ending}"),
        bytes: packed,
    }))
}

/// Made of several pictures: painted anew it would be one.
fn moves(bytes: &[u8]) -> bool {
    match bytes {
        [b'G', b'I', b'F', b'8', ..] => true,
        [0x89, b'P', b'N', b'G', ..] => is_animated_png(bytes),
        // RFC 9649 §2.7.1: the bit for animation.
        [b'R', b'I', b'F', b'F', ..] => {
            bytes.get(12..16) == Some(b"VP8X") && bytes.get(20).is_some_and(|bits| bits & 2 != 0)
        }
        _ => false,
    }
}

/// An acTL chunk stands before the first of the pixels (PNG, third edition, §11.3.7.1), however much else does.
fn is_animated_png(bytes: &[u8]) -> bool {
    let mut rest = bytes.get(8..).unwrap_or_default();
    while let [a, b, c, d, kind @ ..] = rest {
        match kind.get(..4) {
            Some(b"acTL") => return true,
            None | Some(b"IDAT") => return false,
            Some(_) => {}
        }
        // Length, kind, that much, and a checksum.
        let length = usize::try_from(u32::from_be_bytes([*a, *b, *c, *d])).ok();
        rest = length
            .and_then(|length| length.checked_add(12))
            .and_then(|all| rest.get(all..))
            .unwrap_or_default();
    }
    false
}

/// Unpacks a picture of at most so many pixels a side within so much memory, in bytes. The way up that the camera noted
/// (Exif) becomes the way up of the pixels.
pub(crate) fn unpack(bytes: &[u8], side: u32, memory: u64) -> Result<DynamicImage, PictureProblem> {
    let bad = |error: image::ImageError| PictureProblem::NotAPicture(error.to_string());
    let none = || PictureProblem::NotAPicture("it is none that is known, or too large".to_owned());
    picture(bytes).ok_or_else(none)?;
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(side);
    limits.max_image_height = Some(side);
    limits.max_alloc = Some(memory);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().map_err(bad)?;
    // A decoder holds to its limits in what it needs itself; the pixels are more.
    limits.reserve(decoder.total_bytes()).map_err(bad)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(bad)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// With its ending. What can be seen through stays so.
pub(crate) fn packed(picture: &DynamicImage) -> Result<(Vec<u8>, &'static str), PictureProblem> {
    let bad = |error: image::ImageError| PictureProblem::NotAPicture(error.to_string());
    let mut bytes = Cursor::new(Vec::new());
    let seen_through = picture.color().has_alpha()
        && picture
            .to_rgba8()
            .pixels()
            .any(|pixel| pixel.0.last() != Some(&u8::MAX));
    if seen_through {
        let painted = DynamicImage::from(picture.to_rgba8());
        painted
            .write_to(&mut bytes, ImageFormat::Png)
            .map_err(bad)?;
        return Ok((bytes.into_inner(), "png"));
    }
    let painted = DynamicImage::from(picture.to_rgb8());
    let encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
    painted.write_with_encoder(encoder).map_err(bad)?;
    Ok((bytes.into_inner(), "jpg"))
}

#[cfg(test)]
#[path = "shrinking_tests.rs"]
mod tests;
