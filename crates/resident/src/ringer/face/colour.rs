//! The colour of an address, as every client that follows XEP-0392 gives it, and as the window does.

use super::letters::byte;
use sha1::{Digest, Sha1};

/// As the window has them: white letters can be read on every hue.
const SATURATION: f64 = 75.0;
const LIGHTNESS: f64 = 45.0;

/// As the window has it where people have no colours: white stands on it with a contrast of 5.8:1.
pub(super) const PLAIN: [u8; 3] = [0x5f, 0x66, 0x73];

/// From XYZ to linear sRGB, as HSLuv's revision 4 has it.
const MATRIX: [[f64; 3]; 3] = [
    [
        3.240_969_941_904_521,
        -1.537_383_177_570_093,
        -0.498_610_760_293,
    ],
    [
        -0.969_243_636_280_87,
        1.875_967_501_507_72,
        0.041_555_057_407_175,
    ],
    [
        0.055_630_079_696_993,
        -0.203_976_958_888_97,
        1.056_971_514_242_878,
    ],
];
/// Of white, in CIE LUV.
const WHITE: (f64, f64) = (0.197_830_006_642_837, 0.468_319_994_938_791);
/// Where CIE's lightness becomes linear.
const KAPPA: f64 = 903.296_296_296_296_3;
const EPSILON: f64 = 0.008_856_451_679_035_631;

/// The colour on which an address's letters stand.
pub(super) fn of(jid: &str) -> [u8; 3] {
    hsluv(hue(jid), SATURATION, LIGHTNESS)
}

/// In degrees (XEP-0392 §5.1).
fn hue(text: &str) -> f64 {
    let hash: [u8; 20] = Sha1::digest(text).into();
    let [low, high, ..] = hash;
    f64::from(u16::from_le_bytes([low, high])) / 65_536.0 * 360.0
}

/// A colour of HSLuv as sRGB (XEP-0392 §5.2). `lightness` is neither black's nor white's.
fn hsluv(hue: f64, saturation: f64, lightness: f64) -> [u8; 3] {
    let (sin, cos) = hue.to_radians().sin_cos();
    let y = luminance(lightness);
    let chroma = farthest(sin, cos, lightness, y) / 100.0 * saturation;
    let of_white = |part: f64, white: f64| part * chroma / (13.0 * lightness) + white;
    let (u, v) = (of_white(cos, WHITE.0), of_white(sin, WHITE.1));
    let x = 9.0 * y * u / (4.0 * v);
    let z = (9.0 * y - 15.0 * v * y - v * x) / (3.0 * v);
    MATRIX.map(|[by_x, by_y, by_z]| {
        let linear = (by_x * x + by_y * y + by_z * z).clamp(0.0, 1.0);
        let shown = if linear <= 0.003_130_8 {
            12.92 * linear
        } else {
            1.055 * linear.powf(1.0 / 2.4) - 0.055
        };
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a colour needs no more than eight bits"
        )]
        let narrow = (shown * 255.0) as f32;
        byte(narrow)
    })
}

fn luminance(lightness: f64) -> f64 {
    let cubed = ((lightness + 16.0) / 116.0).powi(3);
    if cubed > EPSILON {
        cubed
    } else {
        lightness / KAPPA
    }
}

/// The chroma at which a hue leaves what a screen can show: the nearest of the lines that bound it.
fn farthest(sin: f64, cos: f64, lightness: f64, y: f64) -> f64 {
    let lengths = MATRIX.iter().flat_map(|[by_x, by_y, by_z]| {
        [0.0, 1.0].map(|full| {
            let rise = (284_517.0 * by_x - 94_839.0 * by_z) * y;
            let start = (838_422.0 * by_z + 769_860.0 * by_y + 731_718.0 * by_x) * lightness * y
                - 769_860.0 * full * lightness;
            let run = (632_260.0 * by_z - 126_452.0 * by_y) * y + 126_452.0 * full;
            start / (sin * run - cos * rise)
        })
    });
    lengths
        .filter(|length| *length >= 0.0)
        .fold(f64::MAX, f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// XEP-0392 §13.1: hue, and the colour at saturation 100 and lightness 50.
    #[test]
    fn the_test_vectors_come_out() {
        for (text, degrees, rgb) in [
            ("Romeo", 327.255_249, [0.865, 0.0, 0.686]),
            ("juliet@capulet.lit", 209.410_4, [0.0, 0.515, 0.573]),
            ("😺", 331.199_341, [0.872, 0.0, 0.659]),
            ("council", 359.994_507, [0.918, 0.0, 0.394]),
            ("Board", 171.430_664, [0.0, 0.527, 0.457]),
        ] {
            assert!((hue(text) - degrees).abs() < 1e-5, "{text}");
            let found = hsluv(hue(text), 100.0, 50.0);
            for (found, wanted) in found.into_iter().zip(rgb) {
                let apart = f64::from(found) / 255.0 - wanted;
                assert!(apart.abs() < 0.003, "{text}: {found:?} and {wanted}");
            }
        }
    }

    #[test]
    fn it_is_the_windows_colour() {
        assert_eq!(of("bob@harbour.example"), [0xbf, 0x36, 0x61]);
    }
}
