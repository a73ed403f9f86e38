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
    let again = unpack(&smaller.bytes, LARGEST_SIDE, MEMORY).unwrap();
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
    assert!(
        unpack(&smaller.bytes, LARGEST_SIDE, MEMORY)
            .unwrap()
            .color()
            .has_alpha()
    );
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

/// A PNG chunk; nobody who only looks at it asks for its checksum.
fn chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    [&length[..], kind, content, &[0; 4]].concat()
}

#[test]
fn what_would_take_too_much_memory_is_refused_before_it_is_unpacked() {
    let begun = std::time::Instant::now();
    for (side, bits) in [(16_384_u32, 8_u8), (8_192, 16)] {
        let mut header = Cursor::new(Vec::new());
        photo(1, 1).write_to(&mut header, ImageFormat::Png).unwrap();
        let mut png = header.into_inner();
        png[16..20].copy_from_slice(&side.to_be_bytes());
        png[20..24].copy_from_slice(&side.to_be_bytes());
        png[24] = bits;
        let sum = checksum(&png[12..29]).to_be_bytes();
        png[29..33].copy_from_slice(&sum);
        let refused = look(png, "huge.png").unwrap_err().to_string();
        assert!(
            refused.contains("too large") || refused.contains("limit"),
            "{refused}"
        );
    }
    assert!(begun.elapsed().as_secs() < 5);
}

/// PNG, annex D.
fn checksum(bytes: &[u8]) -> u32 {
    let sum = bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            (sum >> 1) ^ (0xedb8_8320 * (sum & 1))
        })
    });
    !sum
}

#[test]
fn what_moves_is_known_by_its_format_and_not_by_four_letters_somewhere() {
    let png = |chunks: &[Vec<u8>]| [b"\x89PNG\r\n\x1a\n".to_vec(), chunks.concat()].concat();
    let (colours, told, pixels) = (
        chunk(b"iCCP", &[7; 9_000]),
        chunk(b"acTL", &[0; 8]),
        chunk(b"IDAT", &[0; 4]),
    );
    assert!(moves(&png(&[
        colours.clone(),
        told.clone(),
        pixels.clone()
    ])));
    assert!(!moves(&png(&[colours, pixels, told])));
    assert!(!moves(&png(&[chunk(b"tEXt", b"acTL ANIM")])));
    assert!(!moves(b"\x89PNG\r\n\x1a\n\xff\xff\xff\xfftEXt"));
    let webp = |bits: u8| [&b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0"[..], &[bits, 0, 0, 0]].concat();
    assert!(moves(&webp(0x12)));
    assert!(!moves(&webp(0x1d)));

    let mut noted = jpeg(photo(400, 200), 95);
    noted.splice(2..2, *b"\xff\xfe\0\x08ANIMal");
    assert!(shrink(noted, "animal.jpg").unwrap().is_some());
}
