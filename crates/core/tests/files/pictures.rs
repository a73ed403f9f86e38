use carillon_core::files::{media_type, picture};
use proptest::prelude::*;

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes
}

fn gif(width: u16, height: u16) -> Vec<u8> {
    [
        b"GIF89a".as_slice(),
        &width.to_le_bytes(),
        &height.to_le_bytes(),
    ]
    .concat()
}

fn jpeg(width: u16, height: u16) -> Vec<u8> {
    let app = [0xff, 0xe1, 0, 6, 1, 2, 3, 4];
    let frame = [0xff, 0xff, 0xc2, 0, 17, 8];
    [
        b"\xff\xd8".as_slice(),
        &app,
        &frame,
        &height.to_be_bytes(),
        &width.to_be_bytes(),
    ]
    .concat()
}

fn webp(kind: &[u8; 4], header: &[u8]) -> Vec<u8> {
    [b"RIFF\0\0\0\0WEBP".as_slice(), kind, &[0; 4], header].concat()
}

#[test]
fn a_picture_is_known_by_what_it_begins_with() {
    let lossy = [0, 0, 0, 0x9d, 0x01, 0x2a, 44, 1, 200, 0];
    let lossless = [0x2f, 0x2b, 0xc1, 0x31, 0];
    let extended = [0, 0, 0, 0, 43, 1, 0, 199, 0, 0];
    for (bytes, kind) in [
        (png(300, 200), "image/png"),
        (gif(300, 200), "image/gif"),
        (jpeg(300, 200), "image/jpeg"),
        (webp(b"VP8 ", &lossy), "image/webp"),
        (webp(b"VP8L", &lossless), "image/webp"),
        (webp(b"VP8X", &extended), "image/webp"),
    ] {
        let found = picture(&bytes).unwrap();
        assert_eq!(
            (found.width, found.height, found.media_type),
            (300, 200, kind)
        );
    }
}

#[test]
fn what_is_no_picture_or_too_large_is_a_file() {
    for bytes in [
        b"<svg xmlns='http://www.w3.org/2000/svg'>".to_vec(),
        b"<!DOCTYPE html><script>".to_vec(),
        b"%PDF-1.7".to_vec(),
        Vec::new(),
        png(0, 10),
        png(40_000, 1),
        png(30_000, 30_000),
        gif(0, 0),
        webp(b"ALPH", &[0; 20]),
        b"\xff\xd8\xff\xda\0\0".to_vec(),
    ] {
        assert_eq!(picture(&bytes), None, "{bytes:?}");
    }
}

#[test]
fn a_name_tells_what_is_sent() {
    assert_eq!(media_type("a.JPG"), "image/jpeg");
    assert_eq!(media_type("a.tar.gz"), "application/gzip");
    assert_eq!(media_type("README"), "application/octet-stream");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_bytes_are_too_strange(
        magic in prop::sample::select(vec![&b"\xff\xd8\xff"[..], b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\0\0\0\0WEBP", b""]),
        rest in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        let _ = picture(&[magic, &rest].concat());
    }
}
