//! Putting a damaged database out of the way without losing it.

use crate::{Result, StoreError};
use carillon_core::ids::Timestamp;
use std::{
    ffi::OsString,
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

/// Where a damaged database lies now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// The database; its `-wal` and `-shm`, where there were any, keep these endings, so that a repair finds them.
    pub database: PathBuf,
}

/// Renames `path` and its `-wal` and `-shm` to `*.damaged-TIME`, `TIME` being UTC like `20261122T090500Z`.
/// Nothing is ever deleted or overwritten. Afterwards [`crate::Store::open`] makes a new database.
///
/// No connection to the database may be open.
///
/// # Errors
/// If a file cannot be renamed; then none is.
pub fn set_aside(path: &Path, now: Timestamp) -> Result<SetAside> {
    let database = free_name(path, now);
    let mut moved = Vec::new();
    // The WAL goes first: whatever happens in between, a new database must never meet an old WAL.
    for ending in ["-wal", "-shm", ""] {
        let (from, to) = (with_ending(path, ending), with_ending(&database, ending));
        match fs::rename(&from, &to) {
            Ok(()) => moved.push((from, to)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                // All or nothing: what belongs together must not lie apart.
                for (from, to) in moved {
                    let _ = fs::rename(to, from);
                }
                return Err(StoreError::io(&error));
            }
        }
    }
    if let Some(folder) = path.parent() {
        sync_folder(folder);
    }
    Ok(SetAside { database })
}

/// Remembers that damage was found in the database while it was in use: the next [`crate::Store::open`] looks at the
/// whole of it, however large it is, and refuses it, so that it can be [set aside](set_aside).
///
/// # Errors
/// If the note, an empty file beside the database, cannot be made.
pub fn suspect(path: &Path) -> Result<()> {
    fs::File::create(note_of(path)).map_err(|error| StoreError::io(&error))?;
    Ok(())
}

/// To SQLite a page that cannot be read for a moment may look like damage. What `look` takes for damaged is read from
/// one end to the other, and looked at once more.
pub(crate) fn unless_unreadable<T>(path: &Path, look: impl Fn() -> Result<T>) -> Result<T> {
    let looked = look();
    let Err(StoreError::Damaged { what }) = looked else {
        return looked;
    };
    tracing::warn!(what, "the database looks damaged");
    for ending in ["", "-wal"] {
        match read_through(&with_ending(path, ending)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(StoreError::io(&error));
            }
            _ => {}
        }
    }
    look()
}

fn read_through(file: &Path) -> io::Result<()> {
    let mut file = fs::File::open(file)?;
    let mut part = vec![0; 1 << 16];
    while file.read(&mut part)? > 0 {}
    Ok(())
}

pub(crate) fn is_suspected(path: &Path) -> bool {
    note_of(path).exists()
}

/// A note that stays costs a slow start, and nothing else.
pub(crate) fn is_whole_after_all(path: &Path) {
    if let Err(error) = fs::remove_file(note_of(path)) {
        tracing::debug!(%error, "the note about damage could not be removed");
    }
}

fn note_of(path: &Path) -> PathBuf {
    with_ending(path, ".suspect")
}

/// The first name of this second that nothing has yet.
fn free_name(path: &Path, now: Timestamp) -> PathBuf {
    let moment = jiff::Timestamp::from_millisecond(now.0).map_or_else(
        |_| now.0.to_string(),
        |at| at.strftime("%Y%m%dT%H%M%SZ").to_string(),
    );
    let name = |attempt: u32| match attempt {
        0 => with_ending(path, &format!(".damaged-{moment}")),
        _ => with_ending(path, &format!(".damaged-{moment}-{attempt}")),
    };
    let taken = |name: &Path| {
        ["", "-wal", "-shm"]
            .iter()
            .any(|ending| with_ending(name, ending).exists())
    };
    (0..u32::MAX)
        .map(name)
        .find(|name| !taken(name))
        .unwrap_or_else(|| name(u32::MAX))
}

pub(crate) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    PathBuf::from(name)
}

/// So that the new names survive a loss of power. Not every system can do it, and it is no reason to stop.
pub(crate) fn sync_folder(folder: &Path) {
    if let Err(error) = fs::File::open(folder).and_then(|folder| folder.sync_all()) {
        tracing::debug!(%error, "the folder of the database could not be synced");
    }
}
