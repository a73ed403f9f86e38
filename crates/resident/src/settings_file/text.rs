//! What the file held when it was read or written last.

use super::read;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::Path;
use toml_edit::DocumentMut;

/// Of longer files only a mark is kept; and they leave so much freed memory behind when their tree of values is gone
/// that it is given back at once.
const LONG: usize = 128 * 1024;

/// The text itself, its comments included, or that of a long file by its mark: ten thousand overrides take a megabyte
/// and a half, which lie on the disk as well.
#[derive(Debug)]
pub(super) enum Text {
    Short(Vec<u8>),
    Long(u64),
}

impl Text {
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        if is_long(&bytes) {
            Self::Long(mark(&bytes))
        } else {
            Self::Short(bytes)
        }
    }

    /// Whether the file still holds it.
    pub(super) fn is(&self, bytes: &[u8]) -> bool {
        match self {
            Self::Short(known) => known == bytes,
            Self::Long(known) => is_long(bytes) && *known == mark(bytes),
        }
    }

    pub(super) const fn is_long(&self) -> bool {
        matches!(self, Self::Long(_))
    }

    /// Its tree of values; a long one is read again. `None` when that one is gone or has become unreadable.
    ///
    /// # Errors
    /// The disk's, which says nothing about what stands in the file.
    pub(super) fn document(&self, path: &Path) -> io::Result<Option<DocumentMut>> {
        match self {
            Self::Short(bytes) => Ok(read::document(bytes).ok()),
            Self::Long(_) => match std::fs::read(path) {
                Ok(bytes) => Ok(read::document(&bytes).ok()),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(error),
            },
        }
    }
}

pub(super) const fn is_long(bytes: &[u8]) -> bool {
    bytes.len() > LONG
}

fn mark(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}
