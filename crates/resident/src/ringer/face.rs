//! What stands for a contact: initials on a colour of their own, as in the window, with the event's badge.

mod colour;
mod letters;

use carillon_core::alerts::EventKind;
use carillon_core::avatar::AvatarHash;
use image::imageops::{FilterType, overlay, resize};
use image::{ImageFormat, Rgba, RgbaImage};
use jid::BareJid;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Cursor;

/// Pixels a side: popups show 48 to 64, twice as many on fine screens.
const SIDE: u32 = 128;
/// Pixels a side of the badge, and of the ring of nothing around it that sets it off.
const BADGE: u32 = 48;
const GAP: f32 = 4.0;

/// Whom a picture stands for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Face<'a> {
    /// As the window names them.
    pub(super) name: &'a str,
    /// By which their colour is chosen.
    pub(super) jid: &'a BareJid,
    /// The picture that they show.
    pub(super) avatar: Option<AvatarHash>,
    /// All have the same colour.
    pub(super) plain: bool,
}

impl Face<'_> {
    /// The same for the same picture; another version may draw it otherwise.
    pub(super) fn file_name(self, kind: EventKind) -> String {
        let mut hasher = DefaultHasher::new();
        (
            self.name,
            self.jid.as_str(),
            kind.icon_name(),
            self.avatar,
            self.plain,
        )
            .hash(&mut hasher);
        format!("{:016x}-{}.png", hasher.finish(), env!("CARGO_PKG_VERSION"))
    }
}

/// The picture as PNG; `badge` is the event's icon, `avatar` the small PNG of what they show.
pub(super) fn draw(face: Face<'_>, avatar: Option<&[u8]>, badge: &[u8]) -> Option<Vec<u8>> {
    let colour = if face.plain {
        colour::PLAIN
    } else {
        colour::of(face.jid.as_str())
    };
    let mut picture = disc(colour);
    let avatar =
        avatar.and_then(|png| image::load_from_memory_with_format(png, ImageFormat::Png).ok());
    match avatar {
        Some(avatar) => fill(&mut picture, &avatar.into_rgba8()),
        None => letters::write(&mut picture, &initials(face.name)),
    }
    let badge = image::load_from_memory_with_format(badge, ImageFormat::Png).ok()?;
    let badge = resize(&badge.into_rgba8(), BADGE, BADGE, FilterType::CatmullRom);
    set_off(&mut picture, &badge);
    let corner = i64::from(SIDE - BADGE);
    overlay(&mut picture, &badge, corner, corner);
    let mut png = Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png).ok()?;
    Some(png.into_inner())
}

fn disc([red, green, blue]: [u8; 3]) -> RgbaImage {
    let middle = letters::pixels(SIDE) / 2.0;
    RgbaImage::from_fn(SIDE, SIDE, |x, y| {
        let (x, y) = (letters::pixels(x) + 0.5, letters::pixels(y) + 0.5);
        let part = letters::cover((x - middle).hypot(y - middle) - middle);
        Rgba([red, green, blue, letters::byte(part * 255.0)])
    })
}

/// Puts a picture into the disc; what can be seen through shows its colour.
fn fill(disc: &mut RgbaImage, avatar: &RgbaImage) {
    let shape = disc.clone();
    let avatar = resize(avatar, SIDE, SIDE, FilterType::CatmullRom);
    overlay(disc, &avatar, 0, 0);
    for (pixel, shape) in disc.pixels_mut().zip(shape.pixels()) {
        pixel[3] = shape[3];
    }
}

/// Takes away what lies close around the badge, so that it stands out on any colour and any popup.
fn set_off(picture: &mut RgbaImage, badge: &RgbaImage) {
    let corner = SIDE - BADGE;
    let edge: Vec<(f32, f32)> = badge
        .enumerate_pixels()
        .filter(|(_, _, pixel)| pixel[3] > 127)
        .filter(|(x, y, _)| is_edge(badge, *x, *y))
        .map(|(x, y, _)| (letters::pixels(x + corner), letters::pixels(y + corner)))
        .collect();
    let reach = corner.saturating_sub(8);
    for y in reach..SIDE {
        for x in reach..SIDE {
            let (at_x, at_y) = (letters::pixels(x), letters::pixels(y));
            let near = edge
                .iter()
                .map(|(to_x, to_y)| (at_x - to_x).hypot(at_y - to_y))
                .fold(f32::MAX, f32::min);
            let kept = 1.0 - letters::cover(near - GAP);
            let pixel = picture.get_pixel_mut(x, y);
            pixel[3] = letters::byte(f32::from(pixel[3]) * kept);
        }
    }
}

fn is_edge(badge: &RgbaImage, x: u32, y: u32) -> bool {
    let open = |x: Option<u32>, y: Option<u32>| {
        let pixel = x.zip(y).and_then(|(x, y)| badge.get_pixel_checked(x, y));
        pixel.is_none_or(|pixel| pixel[3] <= 127)
    };
    open(x.checked_sub(1), Some(y))
        || open(Some(x + 1), Some(y))
        || open(Some(x), y.checked_sub(1))
        || open(Some(x), Some(y + 1))
}

/// One or two letters that stand for a name, as in the window.
fn initials(name: &str) -> String {
    let words: Vec<&str> = name
        .split(|one: char| one.is_whitespace() || matches!(one, '.' | '_' | '-'))
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .collect();
    let first = |word: &&str| word.chars().find(|one| one.is_alphanumeric());
    let letters = [
        words.first().and_then(first),
        words.get(1..).and_then(|rest| rest.last()).and_then(first),
    ];
    let letters = letters.into_iter().flatten();
    letters.flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_the_windows() {
        for (name, letters) in [
            ("Bob", "B"),
            ("Ada Lovelace", "AL"),
            ("grace.brewster_hopper", "GH"),
            ("  (Eve)  ", "E"),
            ("7 of 9", "79"),
            ("!!", ""),
            ("", ""),
        ] {
            assert_eq!(initials(name), letters, "{name}");
        }
    }
}
