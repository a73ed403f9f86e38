use super::*;
use image::{Rgb, RgbImage, Rgba, RgbaImage};

/// A photograph: no two pixels beside each other are the same, so that it does not pack well.
fn photo(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let n = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)).to_be_bytes();
        Rgb([n[0], n[1], n[2]])
    })
}

fn jpeg(picture: RgbImage, quality: u8) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let encoder = JpegEncoder::new_with_quality(&mut bytes, quality);
    DynamicImage::from(picture)
        .write_with_encoder(encoder)
        .unwrap();
    bytes.into_inner()
}

/// As cameras write it (Exif 2.32): which way up, and where it was taken.
fn with_exif(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut tiff = b"MM\0\x2a\0\0\0\x08\0\x02".to_vec();
    tiff.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    // An ASCII field; the place of GPS data is of no matter here.
    tiff.extend([0x01, 0x0e, 0, 2, 0, 0, 0, 13, 0, 0, 0, 38]);
    tiff.extend([0; 4]);
    tiff.extend(b"52.52N 13.4E\0");
    let mut segment = vec![0xff, 0xe1];
    let length = u16::try_from(tiff.len() + 8).unwrap();
    segment.extend(length.to_be_bytes());
    segment.extend(b"Exif\0\0");
    segment.extend(tiff);
    [&jpeg[..2], &segment, &jpeg[2..]].concat()
}

fn has(bytes: &[u8], words: &[u8]) -> bool {
    bytes.windows(words.len()).any(|window| window == words)
}

#[test]
fn a_photograph_is_offered_smaller_with_both_sizes_and_without_where_it_was_taken() {
    let original = with_exif(&jpeg(photo(2_000, 1_000), 95), 6);
    assert!(has(&original, b"52.52N"));
    let looked = look(original.clone(), "holiday.JPG").unwrap();
    // It was held upright.
    assert_eq!(looked.sides, (1_000, 2_000));
    let smaller = looked.smaller.unwrap();
    assert_eq!(smaller.sides, (800, 1_600));
    assert_eq!(smaller.name, "holiday.jpg");
    assert!(smaller.bytes.len() < original.len());
    assert!(!has(&smaller.bytes, b"Exif") && !has(&smaller.bytes, b"52.52N"));
    assert!(!has(&looked.shown, b"52.52N") && looked.shown.len() < 100_000);
    let again = unpack(&smaller.bytes).unwrap();
    assert_eq!((again.width(), again.height()), smaller.sides);
    assert_eq!(shrink(original, "holiday.JPG").unwrap(), Some(smaller));
}

#[test]
fn what_is_small_already_or_moves_is_sent_as_it_is() {
    let small = jpeg(photo(64, 64), 60);
    assert_eq!(look(small, "a.jpg").unwrap().smaller, None);
    let gif =
        b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
    let looked = look(gif.to_vec(), "a.gif").unwrap();
    assert_eq!((looked.sides, looked.smaller), ((1, 1), None));
}

#[test]
fn what_can_be_seen_through_stays_so() {
    let picture = RgbaImage::from_fn(1_800, 400, |x, y| {
        let n = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)).to_be_bytes();
        Rgba([n[0], n[1], n[2], n[3]])
    });
    let mut png = Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png).unwrap();
    let smaller = shrink(png.into_inner(), "sign.webp").unwrap().unwrap();
    assert_eq!(smaller.name, "sign.png");
    assert!(unpack(&smaller.bytes).unwrap().color().has_alpha());
}

#[test]
fn what_is_no_picture_says_so() {
    for bytes in [
        b"%PDF-1.7".to_vec(),
        Vec::new(),
        b"<svg/>".to_vec(),
        b"\xff\xd8\xff".to_vec(),
    ] {
        assert!(look(bytes, "x.png").is_err());
    }
}
