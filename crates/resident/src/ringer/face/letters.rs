//! Letters drawn as strokes, so that no font is needed: capital Latin letters, digits, and Greek and Cyrillic ones of
//! the same shape. Any other name shows as a person.

use image::{Rgba, RgbaImage};

/// A place in a letter's box: 4 wide, 6 high, from the upper left.
type Point = (f32, f32);

/// A part of a letter.
enum Stroke {
    /// Straight from point to point.
    Line(&'static [Point]),
    /// Part of an ellipse: middle, radii, from and to in degrees, clockwise from the right.
    Arc(Point, Point, f32, f32),
}
use Stroke::{Arc, Line};

/// Wide letters go a little beyond their box.
const fn strokes(letter: char) -> Option<&'static [Stroke]> {
    Some(match letter {
        'A' | 'Α' | 'А' => &[
            Line(&[(0.0, 6.0), (2.0, 0.0), (4.0, 6.0)]),
            Line(&[(0.75, 4.0), (3.25, 4.0)]),
        ],
        'B' | 'Β' | 'В' => &[
            Line(&[(2.2, 2.8), (0.4, 2.8)]),
            Line(&[(2.2, 0.0), (0.4, 0.0), (0.4, 6.0), (2.2, 6.0)]),
            Arc((2.2, 1.4), (1.3, 1.4), -90.0, 90.0),
            Arc((2.2, 4.4), (1.6, 1.6), -90.0, 90.0),
        ],
        'C' | 'С' => &[Arc((2.3, 3.0), (2.1, 3.0), 50.0, 310.0)],
        'D' => &[
            Line(&[(1.6, 0.0), (0.4, 0.0), (0.4, 6.0), (1.6, 6.0)]),
            Arc((1.6, 3.0), (2.3, 3.0), -90.0, 90.0),
        ],
        'E' | 'Ε' | 'Е' => &[
            Line(&[(3.5, 0.0), (0.5, 0.0), (0.5, 6.0), (3.5, 6.0)]),
            Line(&[(0.5, 2.9), (3.0, 2.9)]),
        ],
        'F' => &[
            Line(&[(3.5, 0.0), (0.5, 0.0), (0.5, 6.0)]),
            Line(&[(0.5, 2.9), (3.0, 2.9)]),
        ],
        'G' => &[
            Arc((2.2, 3.0), (2.1, 3.0), 0.0, 310.0),
            Line(&[(4.3, 3.2), (2.6, 3.2)]),
        ],
        'H' | 'Η' | 'Н' => &[
            Line(&[(0.3, 0.0), (0.3, 6.0)]),
            Line(&[(3.7, 0.0), (3.7, 6.0)]),
            Line(&[(0.3, 2.9), (3.7, 2.9)]),
        ],
        'I' | 'Ι' | 'І' => &[Line(&[(2.0, 0.0), (2.0, 6.0)])],
        'J' | 'Ј' => &[
            Line(&[(3.2, 0.0), (3.2, 4.3)]),
            Arc((1.7, 4.3), (1.5, 1.7), 0.0, 160.0),
        ],
        'K' | 'Κ' | 'К' => &[
            Line(&[(0.4, 0.0), (0.4, 6.0)]),
            Line(&[(3.7, 0.0), (0.4, 3.6)]),
            Line(&[(1.6, 2.4), (3.8, 6.0)]),
        ],
        'L' => &[Line(&[(0.6, 0.0), (0.6, 6.0), (3.6, 6.0)])],
        'M' | 'Μ' | 'М' => &[Line(&[
            (-0.2, 6.0),
            (-0.2, 0.0),
            (2.0, 4.0),
            (4.2, 0.0),
            (4.2, 6.0),
        ])],
        'N' | 'Ν' => &[Line(&[(0.3, 6.0), (0.3, 0.0), (3.7, 6.0), (3.7, 0.0)])],
        'O' | 'Ο' | 'О' => &[Arc((2.0, 3.0), (2.2, 3.0), 0.0, 360.0)],
        'P' | 'Ρ' | 'Р' => &[
            Line(&[(2.1, 3.3), (0.4, 3.3)]),
            Line(&[(2.1, 0.0), (0.4, 0.0), (0.4, 6.0)]),
            Arc((2.1, 1.65), (1.6, 1.65), -90.0, 90.0),
        ],
        'Q' => &[
            Arc((2.0, 3.0), (2.2, 3.0), 0.0, 360.0),
            Line(&[(2.6, 4.4), (4.2, 6.3)]),
        ],
        'R' => &[
            Line(&[(2.1, 3.2), (0.4, 3.2)]),
            Line(&[(2.1, 0.0), (0.4, 0.0), (0.4, 6.0)]),
            Arc((2.1, 1.6), (1.6, 1.6), -90.0, 90.0),
            Line(&[(2.0, 3.2), (3.8, 6.0)]),
        ],
        'S' | 'Ѕ' => &[
            Arc((2.0, 1.45), (1.6, 1.45), 90.0, 330.0),
            Arc((2.0, 4.45), (1.7, 1.55), -90.0, 150.0),
        ],
        'T' | 'Τ' | 'Т' => &[
            Line(&[(0.1, 0.0), (3.9, 0.0)]),
            Line(&[(2.0, 0.0), (2.0, 6.0)]),
        ],
        'U' => &[
            Line(&[(0.3, 0.0), (0.3, 4.2)]),
            Line(&[(3.7, 0.0), (3.7, 4.2)]),
            Arc((2.0, 4.2), (1.7, 1.8), 0.0, 180.0),
        ],
        'V' => &[Line(&[(0.0, 0.0), (2.0, 6.0), (4.0, 0.0)])],
        'W' => &[Line(&[
            (-0.5, 0.0),
            (0.8, 6.0),
            (2.0, 1.4),
            (3.2, 6.0),
            (4.5, 0.0),
        ])],
        'X' | 'Χ' | 'Х' => &[
            Line(&[(0.2, 0.0), (3.8, 6.0)]),
            Line(&[(3.8, 0.0), (0.2, 6.0)]),
        ],
        'Y' | 'Υ' => &[
            Line(&[(0.1, 0.0), (2.0, 3.1), (3.9, 0.0)]),
            Line(&[(2.0, 3.1), (2.0, 6.0)]),
        ],
        'Z' | 'Ζ' => &[Line(&[(0.3, 0.0), (3.7, 0.0), (0.3, 6.0), (3.7, 6.0)])],
        '0' => &[Arc((2.0, 3.0), (1.7, 3.0), 0.0, 360.0)],
        '1' => &[Line(&[(0.9, 1.3), (2.4, 0.0), (2.4, 6.0)])],
        '2' => &[
            Arc((2.0, 1.7), (1.7, 1.7), 190.0, 390.0),
            Line(&[(3.5, 2.5), (0.3, 6.0), (3.8, 6.0)]),
        ],
        '3' | 'З' => &[
            Arc((1.9, 1.4), (1.5, 1.4), 200.0, 450.0),
            Arc((1.9, 4.4), (1.7, 1.6), -90.0, 160.0),
        ],
        '4' => &[
            Line(&[(3.9, 4.2), (0.1, 4.2), (2.9, 0.0)]),
            Line(&[(2.9, 0.0), (2.9, 6.0)]),
        ],
        '5' => &[
            Line(&[(3.5, 0.0), (0.7, 0.0), (0.5, 2.8)]),
            Arc((1.9, 4.1), (1.8, 1.9), -130.0, 150.0),
        ],
        '6' => &[
            Arc((2.0, 4.2), (1.7, 1.8), 0.0, 360.0),
            Line(&[(0.4, 3.9), (2.8, 0.0)]),
        ],
        '7' => &[Line(&[(0.3, 0.0), (3.7, 0.0), (1.5, 6.0)])],
        '8' => &[
            Arc((2.0, 1.4), (1.5, 1.4), 0.0, 360.0),
            Arc((2.0, 4.4), (1.8, 1.6), 0.0, 360.0),
        ],
        '9' => &[
            Arc((2.0, 1.8), (1.7, 1.8), 0.0, 360.0),
            Line(&[(3.6, 2.1), (1.2, 6.0)]),
        ],
        _ => return None,
    })
}

/// The capital without its marks, as far as Western and Central European names need it.
const fn bare(letter: char) -> char {
    match letter {
        'À'..='Æ' | 'Ā' | 'Ă' | 'Ą' | 'Ά' => 'A',
        'Ç' | 'Ć' | 'Ĉ' | 'Ċ' | 'Č' => 'C',
        'Ð' | 'Ď' | 'Đ' => 'D',
        'È'..='Ë' | 'Ē' | 'Ė' | 'Ę' | 'Ě' | 'Ё' | 'Έ' => 'E',
        'Ĝ' | 'Ğ' | 'Ġ' | 'Ģ' => 'G',
        'Ì'..='Ï' | 'Ī' | 'Į' | 'İ' | 'Ї' => 'I',
        'Ĺ' | 'Ļ' | 'Ľ' | 'Ł' => 'L',
        'Ñ' | 'Ń' | 'Ņ' | 'Ň' => 'N',
        'Ò'..='Ö' | 'Ø' | 'Ō' | 'Ő' | 'Œ' | 'Ό' => 'O',
        'Ŕ' | 'Ř' => 'R',
        'Ś' | 'Ş' | 'Š' | 'Ș' => 'S',
        'Ţ' | 'Ť' | 'Ț' => 'T',
        'Ù'..='Ü' | 'Ū' | 'Ů' | 'Ű' | 'Ų' => 'U',
        'Ý' | 'Ÿ' => 'Y',
        'Ź' | 'Ż' | 'Ž' => 'Z',
        other => other,
    }
}

/// Steps of a whole ellipse.
const STEPS: f32 = 10.0;
/// The height of a letter and half a stroke's width, in parts of the picture's side.
const HEIGHT: f32 = 0.28;
const HALF_STROKE: f32 = 0.034;
/// From one letter to the next, in the units of a letter's box.
const STEP: f32 = 6.2;
const WIDE: f32 = 4.0;
const HIGH: f32 = 6.0;
/// Higher than the middle, because the badge lies below; in parts of the side.
const LIFT: f32 = 0.07;

/// Writes one or two letters into the middle, in white; a person where one of them cannot be drawn.
pub(super) fn write(picture: &mut RgbaImage, letters: &str) {
    let known: Option<Vec<_>> = letters.chars().map(|one| strokes(bare(one))).collect();
    let Some(known) = known.filter(|known| (1..=2).contains(&known.len())) else {
        person(picture);
        return;
    };
    let side = pixels(picture.width());
    let scale = side * HEIGHT / HIGH;
    let width = if known.len() == 2 { STEP + WIDE } else { WIDE } * scale;
    let (left, top) = (
        (side - width) / 2.0,
        (side - HIGH * scale) / 2.0 - side * LIFT,
    );
    let mut lines = Vec::new();
    for (at, strokes) in [0.0, STEP].into_iter().zip(known) {
        for stroke in strokes {
            let place = |(x, y): Point| (left + (at + x) * scale, top + y * scale);
            lines.push(points(stroke).into_iter().map(place).collect::<Vec<_>>());
        }
    }
    paint(picture, |x, y| {
        let lines = lines.iter().flat_map(|line| line.windows(2));
        let near = lines.map(|ends| distance((x, y), ends[0], ends[1]));
        near.fold(f32::MAX, f32::min) - side * HALF_STROKE
    });
}

fn points(stroke: &Stroke) -> Vec<Point> {
    match stroke {
        Line(points) => points.to_vec(),
        Arc((x, y), (wide, high), from, to) => {
            let steps = ((to - from) / STEPS).ceil().max(1.0);
            let mut step = 0.0;
            let mut points = Vec::new();
            while step <= steps {
                let turn = (from + (to - from) * step / steps).to_radians();
                points.push((x + wide * turn.cos(), y + high * turn.sin()));
                step += 1.0;
            }
            points
        }
    }
}

/// Head and shoulders.
fn person(picture: &mut RgbaImage) {
    let side = pixels(picture.width());
    let middle = side / 2.0;
    paint(picture, |x, y| {
        let head = (x - middle).hypot(y - side * 0.35) - side * 0.14;
        let (wide, high) = ((x - middle) / 0.26, (y - side * 0.76) / 0.2);
        let shoulders = ((wide.hypot(high) - side) * 0.2).max(y - side * 0.74);
        head.min(shoulders)
    });
}

/// Paints white where `distance` is below zero.
fn paint(picture: &mut RgbaImage, distance: impl Fn(f32, f32) -> f32) {
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        let part = cover(distance(pixels(x) + 0.5, pixels(y) + 0.5));
        if part > 0.0 {
            let [red, green, blue, alpha] = pixel.0;
            let mixed = |below: u8| byte(255.0 * part + f32::from(below) * (1.0 - part));
            *pixel = Rgba([mixed(red), mixed(green), mixed(blue), alpha]);
        }
    }
}

fn distance((x, y): Point, (from_x, from_y): Point, (to_x, to_y): Point) -> f32 {
    let (along_x, along_y) = (to_x - from_x, to_y - from_y);
    let length = along_x * along_x + along_y * along_y;
    let part = ((x - from_x) * along_x + (y - from_y) * along_y) / length.max(f32::EPSILON);
    let part = part.clamp(0.0, 1.0);
    (x - from_x - part * along_x).hypot(y - from_y - part * along_y)
}

/// How much of a pixel lies inside an edge that is `distance` away (negative: inside).
pub(super) fn cover(distance: f32) -> f32 {
    (0.5 - distance).clamp(0.0, 1.0)
}

/// Pictures are far smaller than the 2^24 that a float holds exactly.
#[expect(clippy::cast_precision_loss, reason = "pictures are small")]
pub(super) const fn pixels(count: u32) -> f32 {
    count as f32
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to a byte"
)]
pub(super) fn byte(value: f32) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(letters: &str) -> RgbaImage {
        let mut picture = RgbaImage::from_pixel(64, 64, Rgba([0, 0, 0, 255]));
        write(&mut picture, letters);
        picture
    }

    #[test]
    fn every_capital_and_digit_differs_from_every_other() {
        let all: Vec<char> = ('A'..='Z').chain('0'..='9').collect();
        let drawn: Vec<_> = all.iter().map(|one| written(&one.to_string())).collect();
        for (n, one) in drawn.iter().enumerate() {
            for (m, other) in drawn[..n].iter().enumerate() {
                assert_ne!(one, other, "{} and {}", all[n], all[m]);
            }
        }
    }

    #[test]
    fn a_letter_with_a_mark_is_drawn_without_and_an_unknown_one_as_a_person() {
        assert_eq!(written("Ö"), written("O"));
        let person = written("李");
        assert_eq!(person, written(""));
        assert_eq!(person, written("李A"));
        assert_ne!(person, written("A"));
    }
}
