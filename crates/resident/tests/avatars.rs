//! Pictures of people are hostile: what is kept of them, and what is not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use carillon_core::avatar::{AvatarHash, LARGEST};
use carillon_link::Profile;
use carillon_resident::avatars::{Album, SIDE, own};
use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};
use std::io::Cursor;

const HASH: AvatarHash = AvatarHash([7; 20]);

fn album() -> (tempfile::TempDir, Album) {
    let folder = tempfile::tempdir().unwrap();
    let profile = Profile::in_folder(folder.path()).unwrap();
    (folder, Album::of(&profile))
}

/// Red in the middle, blue at the sides.
fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let middle = width / 2;
    let pixels = RgbaImage::from_fn(width, height, |x, _| {
        Rgba(if x.abs_diff(middle) <= height / 2 {
            [200, 10, 10, 255]
        } else {
            [0, 0, 255, 255]
        })
    });
    let picture = DynamicImage::ImageRgba8(pixels);
    let picture = if format == ImageFormat::Jpeg {
        DynamicImage::ImageRgb8(picture.into_rgb8())
    } else {
        picture
    };
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// The beginning of a PNG of so many pixels; hardly anything follows.
fn png_that_says(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = picture(1, 1, ImageFormat::Png);
    bytes.splice(16..20, width.to_be_bytes());
    bytes.splice(20..24, height.to_be_bytes());
    bytes
}

#[test]
fn each_format_becomes_a_small_square_of_its_middle() {
    for format in [
        ImageFormat::Png,
        ImageFormat::Jpeg,
        ImageFormat::WebP,
        ImageFormat::Gif,
    ] {
        let (_folder, album) = album();
        album.keep(HASH, picture(300, 100, format)).unwrap();
        let kept = album.read(HASH).unwrap();
        let kept = image::load_from_memory_with_format(&kept, ImageFormat::Png).unwrap();
        let kept = kept.into_rgba8();
        assert_eq!(kept.dimensions(), (SIDE, SIDE), "{format:?}");
        let Rgba([red, _, blue, _]) = *kept.get_pixel(SIDE / 2, SIDE / 2);
        assert!(red > 150 && blue < 80, "{format:?}");
    }
}

#[test]
fn what_came_is_not_what_is_kept() {
    let (_folder, album) = album();
    let mut sent = picture(96, 96, ImageFormat::Png);
    sent.extend_from_slice(b"<script>alert(1)</script>");
    album.keep(HASH, sent).unwrap();
    let kept = album.read(HASH).unwrap();
    assert!(!kept.windows(6).any(|part| part == b"script"));
}

#[test]
fn what_is_no_picture_is_refused_and_leaves_nothing() {
    let svg =
        b"<svg xmlns='http://www.w3.org/2000/svg'><image href='https://evil.example/'/></svg>";
    let cut = picture(96, 96, ImageFormat::Png).into_iter().take(60);
    for sent in [
        png_that_says(30_000, 30_000),
        png_that_says(4_097, 1),
        svg.to_vec(),
        cut.collect(),
        Vec::new(),
        vec![0; LARGEST + 1],
        b"BM00000000000000000000000000000000000000".to_vec(),
    ] {
        let (folder, album) = album();
        assert!(album.keep(HASH, sent).is_err());
        assert_eq!(album.read(HASH), None);
        assert!(!folder.path().join("avatars").exists());
    }
}

#[test]
fn damaged_pictures_harm_nothing() {
    let (_folder, album) = album();
    let whole = picture(40, 40, ImageFormat::Jpeg);
    let mut refused = 0;
    for place in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[place] ^= 0x55;
        refused += u32::from(album.keep(HASH, damaged).is_err());
    }
    assert!(refused > 0);
    println!("damaged pictures refused: {refused} of {}", whole.len());
}

#[test]
fn what_nobody_shows_is_cleared_away_and_what_is_missing_is_told() {
    let (folder, album) = album();
    let (old, lost) = (AvatarHash([8; 20]), AvatarHash([9; 20]));
    album.keep(HASH, picture(9, 9, ImageFormat::Png)).unwrap();
    album.keep(old, picture(9, 9, ImageFormat::Png)).unwrap();
    let kept = folder.path().join("avatars");
    std::fs::write(kept.join("half.tmp"), b"x").unwrap();
    assert_eq!(album.tidy(&[HASH, lost].into()), [lost]);
    assert!(album.read(HASH).is_some());
    assert_eq!(album.read(old), None);
    assert_eq!(std::fs::read_dir(kept).unwrap().count(), 1);
}

#[test]
fn a_picture_of_my_own_is_made_ready_for_others() {
    let mine = own(picture(1_000, 500, ImageFormat::Jpeg)).unwrap();
    let shown = image::load_from_memory_with_format(&mine.bytes, ImageFormat::Png).unwrap();
    assert_eq!(
        (shown.width(), shown.height()),
        (mine.picture.width, mine.picture.height)
    );
    assert!(own(b"no picture".to_vec()).is_err());
}
