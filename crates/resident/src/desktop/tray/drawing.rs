//! The tray icon's pixels: the base drawing, the icon of what was not seen, the count in a badge, the muted mark.

use super::font::{Font, LARGE, SMALL};
use super::overlay::Source;
use carillon_core::tray::{TrayBase, TrayState};

/// The sizes of the icon, in pixels; the panel takes the one that fits.
pub const SIZES: [u32; 5] = [16, 22, 24, 32, 48];

/// A square picture, 8-bit RGBA, rows from the top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pixmap {
    /// Width and height in pixels.
    pub size: u32,
    /// `size * size * 4` bytes.
    pub rgba: Vec<u8>,
}

pub(super) type Colour = [u8; 3];
const RED: Colour = [0xc0, 0x1c, 0x28];
pub(super) const WHITE: Colour = [0xff, 0xff, 0xff];
const DARK: Colour = [0x24, 0x1f, 0x31];

/// The icon in all sizes.
#[must_use]
pub fn draw(state: &TrayState) -> Vec<Pixmap> {
    let overlay = state.overlay.as_ref().and_then(Source::of);
    SIZES
        .iter()
        .filter_map(|&size| draw_with(state, overlay.as_ref(), size))
        .collect()
}

/// The last drawings: an icon that blinks alternates between two.
#[cfg(target_os = "linux")]
#[derive(Debug, Default)]
pub(super) struct Drawings(std::collections::VecDeque<(TrayState, Vec<Pixmap>)>);

#[cfg(target_os = "linux")]
impl Drawings {
    /// The icon in all sizes, drawn only when it is another than the last two.
    pub(super) fn of(&mut self, state: TrayState) -> Vec<Pixmap> {
        if let Some((_, known)) = self.0.iter().find(|(known, _)| *known == state) {
            return known.clone();
        }
        let drawn = draw(&state);
        self.0.truncate(1);
        self.0.push_front((state, drawn.clone()));
        drawn
    }
}

/// The size to draw for a place of so many pixels: the next one up, so that it is made smaller rather than blurred.
#[cfg(any(not(target_os = "linux"), test))]
pub(super) fn fitting(pixels: f64) -> u32 {
    let largest = SIZES[SIZES.len() - 1];
    SIZES
        .into_iter()
        .find(|size| f64::from(*size) >= pixels)
        .unwrap_or(largest)
}

/// `None` only for a size that is not in [`SIZES`].
#[cfg(not(target_os = "linux"))]
pub(super) fn draw_at(state: &TrayState, size: u32) -> Option<Pixmap> {
    let overlay = state.overlay.as_ref().and_then(Source::of);
    draw_with(state, overlay.as_ref(), size)
}

fn draw_with(state: &TrayState, overlay: Option<&Source>, size: u32) -> Option<Pixmap> {
    let drawing = if state.attention {
        "attention"
    } else {
        name(state.base)
    };
    let decoded =
        image::load_from_memory_with_format(embedded(drawing, size)?, image::ImageFormat::Png);
    let rgba = decoded.ok()?.into_rgba8();
    if rgba.dimensions() != (size, size) {
        return None;
    }
    let mut canvas = Canvas {
        size,
        rgba: rgba.into_raw(),
    };
    if let Some(overlay) = overlay {
        canvas.overlay(overlay, state.count);
    }
    if state.muted {
        canvas.muted_mark();
    }
    if state.count > 0 {
        canvas.badge(state.count);
    }
    Some(Pixmap {
        size,
        rgba: canvas.rgba,
    })
}

const fn name(base: TrayBase) -> &'static str {
    match base {
        TrayBase::Offline => "offline",
        TrayBase::Connecting => "connecting",
        TrayBase::Online => "online",
        TrayBase::Away => "away",
        TrayBase::Busy => "dnd",
    }
}

macro_rules! embedded {
    ($wanted:expr, $size:expr; $($name:literal),+) => {
        match ($wanted, $size) {
            $(
                ($name, 16) => Some(embedded!(@16 $name)),
                ($name, 22) => Some(embedded!(@22 $name)),
                ($name, 24) => Some(embedded!(@24 $name)),
                ($name, 32) => Some(embedded!(@32 $name)),
                ($name, 48) => Some(embedded!(@48 $name)),
            )+
            _ => None,
        }
    };
    (@$size:literal $name:literal) => {
        include_bytes!(concat!("../../../../../icons/tray/", $size, "/", $name, ".png")).as_slice()
    };
}

fn embedded(name: &str, size: u32) -> Option<&'static [u8]> {
    embedded!(name, size; "online", "away", "dnd", "offline", "connecting", "attention")
}

pub(super) struct Canvas {
    pub(super) size: u32,
    rgba: Vec<u8>,
}

impl Canvas {
    /// The count in a red pill with a white rim, lower right; above 99 it says "99+".
    fn badge(&mut self, count: u32) {
        let pill = Pill::of(self.size, count);
        let (left, top) = (self.size - pill.width, self.size - pill.height);
        let round = pixels(pill.height) / 2.0;
        let (x, y) = (pixels(left), pixels(top));
        let (right, bottom) = (pixels(self.size), pixels(self.size));
        self.fill(WHITE, |px, py| {
            in_pill(
                px,
                py,
                [x - 1.0, y - 1.0, right + 1.0, bottom + 1.0],
                round + 1.0,
            )
        });
        self.fill(RED, |px, py| in_pill(px, py, [x, y, right, bottom], round));
        let start = left + (pill.width.saturating_sub(pill.letters)) / 2;
        for (n, character) in (0_u32..).zip(pill.text.chars()) {
            self.letter(
                character,
                pill.font,
                pill.scale,
                start + n * pill.step,
                top + pill.pad,
            );
        }
    }

    fn letter(&mut self, character: char, font: Font, scale: u32, left: u32, top: u32) {
        for y in 0..font.height * scale {
            for x in 0..font.width * scale {
                if font.is_set(character, x / scale, y / scale) {
                    self.blend(left + x, top + y, WHITE, 1.0);
                }
            }
        }
    }

    /// A dark disc with a white bar across, upper right.
    fn muted_mark(&mut self) {
        let size = pixels(self.size);
        let radius = size * 0.22;
        let (x, y) = (size - radius - 0.5, radius + 0.5);
        self.fill(WHITE, |px, py| {
            cover((px - x).hypot(py - y) - radius - size / 22.0)
        });
        self.fill(DARK, |px, py| cover((px - x).hypot(py - y) - radius));
        let reach = radius * 0.6;
        self.fill(WHITE, |px, py| {
            let along = (((px - x) + (py - y)) / 2.0).clamp(-reach, reach);
            cover((px - x - along).hypot(py - y - along) - radius * 0.2)
        });
    }

    /// Paints where `coverage`, asked at the centre of each pixel, is above zero.
    fn fill(&mut self, colour: Colour, coverage: impl Fn(f32, f32) -> f32) {
        for y in 0..self.size {
            for x in 0..self.size {
                let part = coverage(pixels(x) + 0.5, pixels(y) + 0.5);
                if part > 0.0 {
                    self.blend(x, y, colour, part);
                }
            }
        }
    }

    pub(super) fn blend(&mut self, x: u32, y: u32, colour: Colour, part: f32) {
        if x >= self.size || y >= self.size {
            return;
        }
        let at = ((y * self.size + x) * 4) as usize;
        let Some(pixel) = self.rgba.get_mut(at..at + 4) else {
            return;
        };
        let below = f32::from(pixel[3]) / 255.0 * (1.0 - part);
        let alpha = part + below;
        for (channel, new) in pixel.iter_mut().zip(colour) {
            *channel = byte((f32::from(new) * part + f32::from(*channel) * below) / alpha);
        }
        pixel[3] = byte(alpha * 255.0);
    }
}

/// The badge: what it says, and how large it is.
pub(super) struct Pill {
    text: String,
    font: Font,
    scale: u32,
    /// From one letter to the next.
    step: u32,
    /// The width of all letters.
    letters: u32,
    pad: u32,
    pub(super) width: u32,
    pub(super) height: u32,
}

impl Pill {
    pub(super) fn of(size: u32, count: u32) -> Self {
        let text = if count > 99 {
            "99+".to_owned()
        } else {
            count.to_string()
        };
        let (font, scale) = type_size(size, text.len());
        let step = (font.width + 1) * scale;
        let letters = u32::try_from(text.len()).unwrap_or(0) * step - scale;
        let pad = scale.max(size / 16);
        let height = font.height * scale + 2 * pad;
        Self {
            width: (letters + 2 * pad + scale).max(height).min(size),
            text,
            font,
            scale,
            step,
            letters,
            pad,
            height,
        }
    }
}

/// The largest digits that fit: one or two of them cover at most two thirds of the icon's width, three all of it.
const fn type_size(size: u32, letters: usize) -> (Font, u32) {
    match (size, letters) {
        (..=21, _) | (_, 3) if size < 32 => (SMALL, 1),
        (..=31, _) => (LARGE, 1),
        (..=47, _) => (SMALL, 2),
        _ => (LARGE, 2),
    }
}

/// How much of a pixel lies inside an edge that is `distance` away (negative: inside).
fn cover(distance: f32) -> f32 {
    (0.5 - distance).clamp(0.0, 1.0)
}

fn in_pill(x: f32, y: f32, [left, top, right, bottom]: [f32; 4], round: f32) -> f32 {
    let near = x.clamp(left + round, (right - round).max(left + round));
    let level = y.clamp(top + round, (bottom - round).max(top + round));
    cover((x - near).hypot(y - level) - round)
}

/// Icon sizes are far below the 2^24 that a float holds exactly.
#[expect(clippy::cast_precision_loss, reason = "icon sizes are small")]
const fn pixels(count: u32) -> f32 {
    count as f32
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to a byte"
)]
fn byte(value: f32) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use carillon_core::alerts::{EventKind, Icon};
    use carillon_core::tray::TrayOverlay;

    fn overlay(kind: EventKind) -> TrayOverlay {
        TrayOverlay {
            kind,
            icon: Icon::Avatar,
        }
    }

    const ONLINE: TrayState = TrayState {
        base: TrayBase::Online,
        count: 0,
        overlay: None,
        attention: false,
        muted: false,
    };

    #[test]
    fn every_state_is_drawn_in_every_size() {
        for base in [
            TrayBase::Offline,
            TrayBase::Connecting,
            TrayBase::Online,
            TrayBase::Away,
            TrayBase::Busy,
        ] {
            for attention in [false, true] {
                let pixmaps = draw(&TrayState {
                    base,
                    attention,
                    count: 3,
                    overlay: Some(overlay(EventKind::Message)),
                    muted: true,
                });
                assert_eq!(
                    pixmaps.iter().map(|pixmap| pixmap.size).collect::<Vec<_>>(),
                    SIZES
                );
                assert!(pixmaps.iter().all(|pixmap| pixmap.rgba.len() == (pixmap.size * pixmap.size * 4) as usize));
            }
        }
    }

    #[test]
    fn whatever_differs_in_state_differs_in_pixels() {
        let states = [
            ONLINE,
            TrayState {
                base: TrayBase::Away,
                ..ONLINE
            },
            TrayState { count: 1, ..ONLINE },
            TrayState { count: 2, ..ONLINE },
            TrayState {
                count: 12,
                ..ONLINE
            },
            TrayState {
                count: 100,
                ..ONLINE
            },
            TrayState {
                muted: true,
                ..ONLINE
            },
            TrayState {
                attention: true,
                ..ONLINE
            },
            TrayState {
                overlay: Some(overlay(EventKind::Message)),
                ..ONLINE
            },
            TrayState {
                overlay: Some(overlay(EventKind::ContactAvailable)),
                ..ONLINE
            },
        ];
        for (n, one) in states.iter().enumerate() {
            for other in &states[..n] {
                assert_ne!(draw(one), draw(other), "{one:?} and {other:?}");
            }
        }
    }

    #[test]
    fn a_place_gets_the_next_larger_drawing_and_a_huge_one_the_largest() {
        for (pixels, size) in [
            (16.0, 16),
            (18.0, 22),
            (20.0, 22),
            (24.0, 24),
            (36.0, 48),
            (64.0, 48),
        ] {
            assert_eq!(fitting(pixels), size, "{pixels}");
        }
    }

    #[test]
    fn all_counts_above_99_look_alike() {
        let many = |count| draw(&TrayState { count, ..ONLINE });
        assert_eq!(many(100), many(u32::MAX));
    }

    #[test]
    fn every_digit_differs_from_every_other_in_at_least_one_pixel_of_each_font() {
        for font in [SMALL, LARGE] {
            let glyph = |c| {
                (0..font.height)
                    .flat_map(|y| (0..font.width).map(move |x| (x, y)))
                    .map(|(x, y)| font.is_set(c, x, y))
                    .collect::<Vec<_>>()
            };
            for a in '0'..='9' {
                for b in '0'..a {
                    assert_ne!(glyph(a), glyph(b), "{a} and {b}");
                }
            }
        }
    }

    #[test]
    fn the_badge_stays_inside_and_leaves_the_upper_left_alone() {
        let (plain, badged) = (draw(&ONLINE), draw(&TrayState { count: 8, ..ONLINE }));
        for (plain, badged) in plain.iter().zip(&badged) {
            let row = (plain.size * 4) as usize;
            let upper = row * (plain.size as usize / 4);
            assert_eq!(
                plain.rgba[..upper],
                badged.rgba[..upper],
                "{} px",
                plain.size
            );
        }
    }
}
