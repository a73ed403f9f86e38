use super::*;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use std::io::Cursor;

fn png(picture: impl Into<DynamicImage>) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let picture: DynamicImage = picture.into();
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// Something like a photograph of a sunset.
fn sunset(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let part = |of: u32, all: u32| u8::try_from(of * 255 / all).unwrap();
        Rgb([part(y, height), part(x, width), 90])
    })
}

fn has(bytes: &[u8], words: &[u8]) -> bool {
    bytes.windows(words.len()).any(|window| window == words)
}

#[test]
fn what_is_sent_gets_a_small_picture_of_its_shape() {
    let small = of(png(sunset(640, 320))).unwrap();
    let read = small.picture();
    assert_eq!((read.width, read.height), (64, 32));
    assert_eq!(read.media_type, "image/jpeg");
    assert!(small.bytes().len() <= LARGEST_THUMBNAIL);
    let seen_through = RgbaImage::from_pixel(200, 200, Rgba([0, 80, 160, 90]));
    let small = of(png(seen_through)).unwrap();
    assert_eq!(small.picture().media_type, "image/png");
}

#[test]
fn it_tells_nothing_but_pixels() {
    let mut jpeg = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut jpeg, 90);
    DynamicImage::from(sunset(300, 200))
        .write_with_encoder(encoder)
        .unwrap();
    // A comment (ITU-T T.81 §B.2.4.5) where cameras write theirs.
    let comment = b"\xff\xfe\x00\x0e52.52N 13.4E".to_vec();
    let told = [&jpeg[..2], &comment, &jpeg[2..]].concat();
    assert!(has(&told, b"52.52N"));
    let small = of(told).unwrap();
    assert!(!has(small.bytes(), b"52.52N"));
}

#[test]
fn what_is_small_itself_or_packs_badly_or_is_no_picture_has_none() {
    assert_eq!(of(png(sunset(64, 20))), None);
    assert_eq!(of(b"words".to_vec()), None);
    let noise = RgbaImage::from_fn(200, 200, |x, y| {
        let n = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(2_246_822_519)).to_be_bytes();
        Rgba([n[0], n[1], n[2], n[3] | 1])
    });
    let small = of(png(noise));
    assert!(small.is_none_or(|small| small.bytes().len() <= LARGEST_THUMBNAIL));
}

#[test]
fn what_others_made_is_seen_only_painted_anew() {
    let made = png(sunset(60, 40));
    // A word behind the end (PNG §5.3) goes along with no painting.
    let told = [made, b"a word".to_vec()].concat();
    let taken = Thumbnail::of(told).unwrap();
    let painted = painted(&taken).unwrap();
    assert_eq!(painted.sides, (60, 40));
    assert!(!has(&painted.bytes, b"a word"));
}

#[test]
fn what_lies_about_itself_is_not_painted() {
    let mut cut = png(sunset(100, 100));
    cut.truncate(60);
    assert!(painted(&Thumbnail::of(cut).unwrap()).is_err());
    let mut claims = png(sunset(100, 100));
    // Its header says that it is smaller than what is packed in it, and its checksum does not fit.
    claims[19] = 3;
    assert!(painted(&Thumbnail::of(claims).unwrap()).is_err());
}
