//! The folder of files that were sent or fetched. Each is named after what is in it, so that a name from the network never
//! becomes a path, and the same picture twice is there once.

use carillon_core::files::{LARGEST_SENT, PICTURE_BEGINNING, Picture, picture};
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes that are copied at once.
const CHUNK: usize = 64 * 1024;
/// What is not whole yet begins so.
const PART: &str = "part-";

/// The folder, or a handle to it.
#[derive(Debug, Clone)]
pub struct Media {
    folder: PathBuf,
    parts: Arc<AtomicU64>,
}

/// A file that was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenIn {
    /// SHA-256 in lower-case hexadecimal.
    pub content: String,
    /// How long it is, in bytes.
    pub size: u64,
}

impl Media {
    /// Opens the folder, makes it for this user alone if it is not there, and removes what was never finished.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn open(folder: PathBuf) -> io::Result<Self> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&folder)?;
        let media = Self {
            folder,
            parts: Arc::default(),
        };
        media.remove_where(|name| name.starts_with(PART))?;
        Ok(media)
    }

    /// Removes what nothing needs.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn tidy(&self, needed: &HashSet<String>) -> io::Result<()> {
        self.remove_where(|name| is_content(name) && !needed.contains(name))
    }

    fn remove_where(&self, which: impl Fn(&str) -> bool) -> io::Result<()> {
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            if entry.file_name().to_str().is_some_and(&which) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// Where a content is; `None` for what is no content's name.
    #[must_use]
    pub fn path(&self, content: &str) -> Option<PathBuf> {
        is_content(content).then(|| self.folder.join(content))
    }

    /// A new file for what is not whole yet.
    #[must_use]
    pub fn part(&self) -> PathBuf {
        let number = self.parts.fetch_add(1, Ordering::Relaxed);
        self.folder.join(format!("{PART}{number}"))
    }

    /// Keeps what is whole now, and answers its name.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn keep(&self, part: &Path, sha256: [u8; 32]) -> io::Result<String> {
        let content = hexadecimal(sha256);
        fs::rename(part, self.folder.join(&content))?;
        #[cfg(unix)]
        File::open(&self.folder)?.sync_all()?;
        Ok(content)
    }

    /// Copies a file of the user's into the folder: what they change or delete afterwards changes nothing about what is
    /// sent. Blocks.
    ///
    /// # Errors
    /// When it cannot be read, is no file, or is too large; or the disk refuses.
    pub fn take_in(&self, path: &Path) -> io::Result<TakenIn> {
        let from = File::open(path)?;
        let about = from.metadata()?;
        if !about.is_file() {
            return Err(io::Error::other("this is no file"));
        }
        if about.len() > LARGEST_SENT {
            return Err(io::Error::other("this file is too large to be sent"));
        }
        self.take_bytes(from.take(LARGEST_SENT + 1))
    }

    /// The same for what is in memory, or anything else that can be read.
    ///
    /// # Errors
    /// When it cannot be read, or the disk refuses.
    pub fn take_bytes(&self, mut from: impl Read) -> io::Result<TakenIn> {
        let part = self.part();
        let mut to = create(&part)?;
        let taken = copy(&mut from, &mut to).and_then(|(size, sha256)| {
            to.sync_all()?;
            let content = self.keep(&part, sha256)?;
            Ok(TakenIn { content, size })
        });
        if taken.is_err() {
            // What cannot be removed now is when the folder is opened next.
            let _ = fs::remove_file(&part);
        }
        taken
    }

    /// Copies a content to where the user wants it. What lies there under this name is replaced, never written through:
    /// a link that somebody put there leads nowhere. Blocks.
    ///
    /// # Errors
    /// When there is no such content, or the disk refuses.
    pub fn save_as(&self, content: &str, to: &Path) -> io::Result<()> {
        let missing = || io::Error::new(io::ErrorKind::NotFound, "the file is no longer here");
        let mut from = File::open(self.path(content).ok_or_else(missing)?)?;
        let folder = to.parent().ok_or_else(missing)?;
        let beside = folder.join(format!(
            ".carillon-{}-{}",
            std::process::id(),
            self.parts.fetch_add(1, Ordering::Relaxed)
        ));
        let mut file = create(&beside)?;
        let saved = copy(&mut from, &mut file)
            .and_then(|_| file.sync_all())
            .and_then(|()| fs::rename(&beside, to));
        if saved.is_err() {
            let _ = fs::remove_file(&beside);
        }
        saved
    }

    /// The picture that a content is, if it may be drawn. Blocks.
    #[must_use]
    pub fn picture(&self, content: &str) -> Option<Picture> {
        let mut beginning = Vec::new();
        let most = u64::try_from(PICTURE_BEGINNING).unwrap_or(u64::MAX);
        let file = File::open(self.path(content)?).ok()?;
        file.take(most).read_to_end(&mut beginning).ok()?;
        picture(&beginning)
    }

    /// Removes a content that nothing needs.
    pub fn remove(&self, content: &str) {
        if let Some(path) = self.path(content)
            && let Err(error) = fs::remove_file(path)
        {
            tracing::debug!(%error, "a file that nothing needs could not be removed");
        }
    }
}

/// As contents are named.
pub(crate) fn hexadecimal(sha256: [u8; 32]) -> String {
    sha256.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn is_content(name: &str) -> bool {
    name.len() == 64
        && name
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// A file for this user alone, which was not there before, not even as a link.
fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn copy(from: &mut impl Read, to: &mut File) -> io::Result<(u64, [u8; 32])> {
    let mut chunk = vec![0; CHUNK];
    let mut sha256 = Sha256::new();
    let mut size = 0;
    loop {
        let read = from.read(&mut chunk)?;
        let Some(bytes) = chunk.get(..read).filter(|bytes| !bytes.is_empty()) else {
            return Ok((size, sha256.finalize().into()));
        };
        sha256.update(bytes);
        to.write_all(bytes)?;
        size += u64::try_from(read).unwrap_or(u64::MAX);
    }
}

#[cfg(test)]
#[path = "media_tests.rs"]
mod tests;
