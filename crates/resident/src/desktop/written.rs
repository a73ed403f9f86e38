//! Files written so that a crash at any moment leaves the old one or the new one, never a part of either.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// The user alone (mode 0600).
    Owner,
    /// Whoever the user's umask lets.
    Anyone,
}

/// Writes `bytes` to `path`: beside it, synced, renamed over it, the folder synced. Makes missing folders.
///
/// # Errors
/// What the file system says; the old file is untouched then.
pub fn write(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "not a path of a file",
        ));
    };
    std::fs::create_dir_all(folder)?;
    let mut beside = std::ffi::OsString::from(".");
    beside.push(name);
    beside.push(format!(".{}", std::process::id()));
    let beside = folder.join(beside);
    let written = fill(&beside, bytes, readers).and_then(|()| std::fs::rename(&beside, path));
    if let Err(error) = written {
        let _there_may_be_none = std::fs::remove_file(&beside);
        return Err(error);
    }
    sync_folder(folder)
}

/// Removes a file for good; one that is not there is fine.
///
/// # Errors
/// What the file system says.
pub fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => path.parent().map_or(Ok(()), |folder| {
            if folder.exists() {
                sync_folder(folder)
            } else {
                Ok(())
            }
        }),
    }
}

fn fill(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    // A left-over of a crashed process with the same number, perhaps with other rights.
    let _there_is_none_mostly = std::fs::remove_file(path);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if readers == Readers::Owner {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    // On Windows the profile's folder lies in the user's own, which others cannot read.
    #[cfg(not(unix))]
    let _ = readers;
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}

/// NTFS journals a rename by itself, and a folder cannot be synced there.
#[cfg(not(unix))]
const fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}
