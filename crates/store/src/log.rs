//! The write-ahead log after a sync that failed.

use crate::damage::with_ending;
use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
};

/// Bytes that are read and written at a time.
const PART: usize = 256 * 1024;

/// Writes what the log of a database holds once more, and syncs it. After a sync that failed Linux takes what it could
/// not write for written, keeps it in memory only, and tells the next sync that all is well (fsync(2), "EIO").
///
/// No file is locked by its log, so that nothing is let go when this closes it.
///
/// # Errors
/// What the file system says; then it is to be done again.
pub(crate) fn write_again(database: &Path) -> io::Result<()> {
    let log = with_ending(database, "-wal");
    let mut log = match File::options().read(true).write(true).open(log) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        other => other?,
    };
    let (mut part, mut at) = (Vec::with_capacity(PART), 0);
    loop {
        part.clear();
        log.seek(SeekFrom::Start(at))?;
        Read::by_ref(&mut log)
            .take(PART as u64)
            .read_to_end(&mut part)?;
        if part.is_empty() {
            return log.sync_all();
        }
        log.seek(SeekFrom::Start(at))?;
        log.write_all(&part)?;
        at += part.len() as u64;
    }
}
