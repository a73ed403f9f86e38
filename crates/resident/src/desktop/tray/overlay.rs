//! The icon of the strongest event that was not seen: small, in the lower left of the tray icon.

use super::drawing::{Canvas, Pill, WHITE};
use crate::ringer::pictures;
use carillon_core::alerts::Icon;
use carillon_core::tray::TrayOverlay;
use image::imageops::{FilterType, resize};
use image::{Rgba, RgbaImage};

/// A picture that can be drawn in any size: cut to what is seen of it, square, its colours multiplied by their alpha,
/// so that what cannot be seen has no colour that bleeds into its neighbours.
#[derive(Debug)]
pub(super) struct Source(RgbaImage);

impl Source {
    /// The row's own icon, or the event's where that is an avatar, too small to be told apart here, or no PNG.
    pub(super) fn of(overlay: &TrayOverlay) -> Option<Self> {
        let chosen = match &overlay.icon {
            Icon::Builtin(name) => pictures::png_of(name).and_then(Self::read),
            Icon::File(path) => pictures::png_at(path.as_ref())
                .as_deref()
                .and_then(Self::read),
            Icon::Avatar => None,
        };
        chosen.or_else(|| Self::read(pictures::png_of(overlay.kind.icon_name())?))
    }

    fn read(png: &[u8]) -> Option<Self> {
        let decoded = image::load_from_memory_with_format(png, image::ImageFormat::Png);
        let mut picture = decoded.ok()?.into_rgba8();
        for pixel in picture.pixels_mut() {
            let alpha = u16::from(pixel[3]);
            for channel in &mut pixel.0[..3] {
                *channel = u8::try_from(u16::from(*channel) * alpha / 255).unwrap_or(u8::MAX);
            }
        }
        let seen = || {
            picture
                .enumerate_pixels()
                .filter(|(_, _, pixel)| pixel[3] > 0)
        };
        let (left, right) = (seen().map(|at| at.0).min()?, seen().map(|at| at.0).max()?);
        let (top, bottom) = (seen().map(|at| at.1).min()?, seen().map(|at| at.1).max()?);
        let (width, height) = (right - left + 1, bottom - top + 1);
        let side = width.max(height);
        let (shift, drop) = ((side - width) / 2, side - height);
        Some(Self(RgbaImage::from_fn(side, side, |x, y| {
            let inside = (x >= shift && y >= drop).then(|| (x - shift + left, y - drop + top));
            let pixel = inside.filter(|(x, y)| *x <= right && *y <= bottom);
            pixel.map_or(Rgba([0; 4]), |(x, y)| *picture.get_pixel(x, y))
        })))
    }
}

/// How large it is in an icon of `size`, and how wide its white rim: so large that its glyph is still told apart.
const fn side(size: u32) -> (u32, u32) {
    match size {
        ..=16 => (10, 1),
        17..=22 => (13, 1),
        23..=24 => (14, 1),
        25..=32 => (18, 1),
        _ => (27, 2),
    }
}

/// How far above the lower edge it stands so that the badge hides no more than its corner.
fn raised(size: u32, count: u32) -> u32 {
    if count == 0 {
        return 0;
    }
    let (side, rim) = side(size);
    let badge = Pill::of(size, count);
    let free = size.saturating_sub(badge.width + rim);
    let height = badge.height.min(size.saturating_sub(side));
    if side > free + size / 8 { height } else { 0 }
}

impl Canvas {
    /// Draws the icon of what was not seen, before the badge with `count` is drawn over it.
    pub(super) fn overlay(&mut self, source: &Source, count: u32) {
        let (side, rim) = side(self.size);
        let top = self.size.saturating_sub(side + raised(self.size, count));
        let small = resize(&source.0, side, side, FilterType::CatmullRom);
        let alpha = |x: i64, y: i64| -> u8 {
            let at = u32::try_from(x).ok().zip(u32::try_from(y).ok());
            let pixel = at.and_then(|(x, y)| small.get_pixel_checked(x, y));
            pixel.map_or(0, |pixel| pixel[3])
        };
        let reach = i64::from(rim);
        let near = |x: i64, y: i64| {
            let around = (-reach..=reach).flat_map(|dx| (-reach..=reach).map(move |dy| (dx, dy)));
            let close = around.filter(|(dx, dy)| dx * dx + dy * dy <= reach * reach);
            close.map(|(dx, dy)| alpha(x + dx, y + dy)).max()
        };
        for y in 0..side + 2 * rim {
            for x in 0..side + rim {
                let (from_x, from_y) = (i64::from(x), i64::from(y) - reach);
                let edge = near(from_x, from_y).unwrap_or(0);
                let Some(down) = (top + y).checked_sub(rim) else {
                    continue;
                };
                if edge > 0 {
                    self.blend(x, down, WHITE, f32::from(edge) / 255.0);
                }
            }
        }
        for (x, y, pixel) in small.enumerate_pixels() {
            let [red, green, blue, alpha] = pixel.0;
            if alpha > 0 {
                let plain = |channel: u8| {
                    let full = u16::from(channel) * 255 / u16::from(alpha);
                    u8::try_from(full).unwrap_or(u8::MAX)
                };
                let colour = [plain(red), plain(green), plain(blue)];
                self.blend(x, top + y, colour, f32::from(alpha) / 255.0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desktop::tray::{SIZES, draw};
    use carillon_core::alerts::EventKind;
    use carillon_core::tray::{TrayBase, TrayState};

    fn showing(overlay: Option<TrayOverlay>, count: u32) -> TrayState {
        TrayState {
            base: TrayBase::Online,
            count,
            overlay,
            ..TrayState::default()
        }
    }

    fn of(kind: EventKind, icon: &str) -> Option<TrayOverlay> {
        let icon = icon.parse().unwrap();
        Some(TrayOverlay { kind, icon })
    }

    #[test]
    fn each_of_carillons_icons_can_be_told_from_the_others_in_every_size() {
        let drawn: Vec<_> = pictures::names()
            .iter()
            .map(|name| {
                let overlay = of(EventKind::Message, &format!("builtin:{name}"));
                draw(&showing(overlay, 1))
            })
            .collect();
        for (n, one) in drawn.iter().enumerate() {
            for other in &drawn[..n] {
                for (one, other) in one.iter().zip(other) {
                    assert_ne!(one, other, "{} px", one.size);
                }
            }
        }
    }

    #[test]
    fn it_stands_lower_left_and_leaves_the_upper_right_alone() {
        let plain = draw(&showing(None, 0));
        let marked = draw(&showing(of(EventKind::Message, "avatar"), 0));
        for (plain, marked) in plain.iter().zip(&marked) {
            let (size, half) = (plain.size as usize, plain.size as usize / 3);
            for y in 0..half {
                let row = (y * size + size / 2) * 4..(y + 1) * size * 4;
                assert_eq!(plain.rgba[row.clone()], marked.rgba[row], "{size} px");
            }
            assert_ne!(plain.rgba, marked.rgba, "{size} px");
        }
    }

    #[test]
    fn a_long_count_hides_no_more_than_a_corner_of_it() {
        for size in SIZES {
            let (side, _) = side(size);
            for count in [1, 12, 100] {
                let badge = Pill::of(size, count);
                let bottom = size - raised(size, count);
                let wide = (side + badge.width).saturating_sub(size);
                let high = (bottom + badge.height).saturating_sub(size);
                assert!(
                    wide * high * 4 <= side * side,
                    "{size} px, {count}: {wide} by {high} of {side} by {side}"
                );
            }
        }
    }

    #[test]
    fn what_cannot_be_drawn_shows_as_the_event_does() {
        let own = draw(&showing(of(EventKind::Mention, "builtin:mention"), 0));
        for icon in ["avatar", "builtin:no such", "file:/nowhere/icon.png"] {
            assert_eq!(
                draw(&showing(of(EventKind::Mention, icon), 0)),
                own,
                "{icon}"
            );
        }
    }

    #[test]
    fn a_picture_of_the_users_own_is_drawn() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("red.png");
        let red = RgbaImage::from_pixel(40, 20, Rgba([255, 0, 0, 255]));
        red.save(&path).unwrap();
        let icon = format!("file:{}", path.display());
        let drawn = draw(&showing(of(EventKind::Message, &icon), 0));
        for pixmap in drawn {
            let last_row = ((pixmap.size - 1) * pixmap.size * 4) as usize;
            assert_eq!(pixmap.rgba[last_row + 8..last_row + 12], [255, 0, 0, 255]);
        }
    }
}
