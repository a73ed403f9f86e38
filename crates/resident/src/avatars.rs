//! Pictures of people: what came is unpacked within limits, cut square, made small, and kept as a PNG of our own. What
//! came itself is never shown and never kept.

use carillon_core::avatar::{AvatarHash, LARGEST, OwnPicture};
use carillon_link::Profile;
use image::imageops::FilterType;
use image::{DynamicImage, ImageFormat, ImageReader, Limits};
use std::collections::HashSet;
use std::io::{self, Cursor};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// Pixels a side: the largest place that shows one has 48, twice as many on fine screens.
pub const SIDE: u32 = 96;
/// Pixels a side of my own, which others may show larger.
const OWN_SIDE: u32 = 192;
/// More pixels a side nobody makes for this.
const LARGEST_SIDE: u32 = 4_096;
/// So much memory a picture may take while it is unpacked, in bytes.
const MEMORY: u64 = 96 * 1024 * 1024;
/// A decoder that takes longer does not end.
const PATIENCE: Duration = Duration::from_secs(20);
/// The thread that unpacks pictures.
const THREAD: &str = "picture";

/// Why a picture is not shown.
#[derive(Debug, thiserror::Error)]
pub enum PictureProblem {
    /// It is larger than anything that is shown.
    #[error("a picture has at most {LARGEST} bytes")]
    TooLarge,
    /// It is none of the formats that are known, damaged, or too many pixels.
    #[error("that is no picture that can be shown: {0}")]
    NotAPicture(String),
    /// It could not be written.
    #[error("the picture could not be kept: {0}")]
    Disk(#[from] io::Error),
}

/// Whether this thread unpacks a picture: a decoder may panic at one that is damaged.
#[must_use]
pub fn is_unpacking() -> bool {
    std::thread::current().name() == Some(THREAD)
}

/// Where a profile's pictures are.
#[derive(Debug, Clone)]
pub struct Album {
    folder: PathBuf,
}

impl Album {
    /// The profile's.
    #[must_use]
    pub fn of(profile: &Profile) -> Self {
        Self {
            folder: profile.avatars(),
        }
    }

    fn path(&self, hash: AvatarHash) -> PathBuf {
        self.folder.join(format!("{hash}.png"))
    }

    /// Makes a picture ready and keeps it. `hash` is what it was announced by. Takes a moment.
    ///
    /// # Errors
    /// See [`PictureProblem`].
    pub fn keep(&self, hash: AvatarHash, bytes: Vec<u8>) -> Result<(), PictureProblem> {
        let png = small(bytes)?;
        std::fs::create_dir_all(&self.folder)?;
        let path = self.path(hash);
        let aside = path.with_extension("tmp");
        std::fs::write(&aside, png)?;
        Ok(std::fs::rename(&aside, &path)?)
    }

    /// The small PNG of a picture, if it is there.
    #[must_use]
    pub fn read(&self, hash: AvatarHash) -> Option<Vec<u8>> {
        std::fs::read(self.path(hash)).ok()
    }

    /// Takes away what nobody shows any more, and answers which of `shown` are missing.
    #[must_use]
    pub fn tidy(&self, shown: &HashSet<AvatarHash>) -> Vec<AvatarHash> {
        let mut missing = shown.clone();
        let files = std::fs::read_dir(&self.folder).into_iter().flatten();
        for path in files.flatten().map(|file| file.path()) {
            if !hash_in(&path).is_some_and(|hash| missing.remove(&hash))
                && let Err(error) = std::fs::remove_file(&path)
            {
                tracing::debug!(%error, "an old picture could not be cleared away");
            }
        }
        missing.into_iter().collect()
    }
}

fn hash_in(path: &Path) -> Option<AvatarHash> {
    let name = path.file_name()?.to_str()?;
    name.strip_suffix(".png")?.parse().ok()
}

/// Makes a picture of my own ready for others. Takes a moment.
///
/// # Errors
/// See [`PictureProblem`].
pub fn own(bytes: Vec<u8>) -> Result<OwnPicture, PictureProblem> {
    OwnPicture::of(made(bytes, OWN_SIDE)?).ok_or(PictureProblem::TooLarge)
}

fn small(bytes: Vec<u8>) -> Result<Vec<u8>, PictureProblem> {
    if bytes.len() > LARGEST {
        return Err(PictureProblem::TooLarge);
    }
    made(bytes, SIDE)
}

fn made(bytes: Vec<u8>, side: u32) -> Result<Vec<u8>, PictureProblem> {
    aside(move || unpack(&bytes).and_then(|picture| pack(&picture, side)))
}

/// Unpacks on a thread that may panic and is not waited for too long.
pub(crate) fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, PictureProblem> + Send + 'static,
) -> Result<T, PictureProblem> {
    let (told, answer) = channel();
    std::thread::Builder::new()
        .name(THREAD.to_owned())
        .spawn(move || {
            let _nobody_waits = told.send(work());
        })?;
    answer.recv_timeout(PATIENCE).unwrap_or_else(|none| {
        Err(PictureProblem::NotAPicture(match none {
            RecvTimeoutError::Disconnected => "it is damaged".to_owned(),
            RecvTimeoutError::Timeout => "unpacking it takes too long".to_owned(),
        }))
    })
}

/// The format is told by the bytes, whatever anybody called it.
fn unpack(bytes: &[u8]) -> Result<DynamicImage, PictureProblem> {
    let bad = |error: image::ImageError| PictureProblem::NotAPicture(error.to_string());
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
    let known = [
        ImageFormat::Png,
        ImageFormat::Jpeg,
        ImageFormat::WebP,
        ImageFormat::Gif,
    ];
    if !reader
        .format()
        .is_some_and(|format| known.contains(&format))
    {
        return Err(PictureProblem::NotAPicture(
            "its format is not known".to_owned(),
        ));
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(LARGEST_SIDE);
    limits.max_image_height = Some(LARGEST_SIDE);
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    reader.decode().map_err(bad)
}

/// The middle of a picture as a small square.
fn pack(picture: &DynamicImage, side: u32) -> Result<Vec<u8>, PictureProblem> {
    let (width, height) = (picture.width(), picture.height());
    let whole = width.min(height);
    if whole == 0 {
        return Err(PictureProblem::NotAPicture("it has no pixels".to_owned()));
    }
    let square = picture.crop_imm((width - whole) / 2, (height - whole) / 2, whole, whole);
    let small = square.resize_exact(side, side, FilterType::Triangle);
    let mut png = Cursor::new(Vec::new());
    small
        .into_rgba8()
        .write_to(&mut png, ImageFormat::Png)
        .map_err(|error| PictureProblem::NotAPicture(error.to_string()))?;
    Ok(png.into_inner())
}
