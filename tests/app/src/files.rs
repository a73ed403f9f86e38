//! What lies in a folder.

use std::path::{Path, PathBuf};

/// Every file below `folder`, however deep. Links are named and not followed; what can only be waited for, such as a
/// socket, is left out.
#[must_use]
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .flat_map(|entry| match entry.file_type() {
            Ok(kind) if kind.is_dir() => files(&entry.path()),
            Ok(kind) if kind.is_file() || kind.is_symlink() => vec![entry.path()],
            _ => Vec::new(),
        })
        .collect()
}
