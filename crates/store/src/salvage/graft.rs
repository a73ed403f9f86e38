//! A first page for a database that has lost its own.
//!
//! Without its first page, which holds the header and the root of the schema (SQLite file format, sections 1.3 and
//! 2.6), nothing of a database can be read. A database that was made by the same migrations has the same one, but for
//! what the header says about the file's length and its free pages.

use crate::damage::with_ending;
use crate::{Result, StoreError};
use std::{
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
};

const PAGE: usize = 4096;
/// Bytes. A copy of a larger one takes longer than anybody waits.
const LARGEST: u64 = 1 << 30;

/// The first page of a database that is whole.
pub(super) fn first_page(path: &Path) -> Result<Vec<u8>> {
    let mut page = vec![0; PAGE];
    File::open(path)
        .and_then(|mut file| file.read_exact(&mut page))
        .map_err(|error| StoreError::io(&error))?;
    Ok(page)
}

/// Copies a database, with another first page. Answers whether it did.
pub(super) fn graft(from: &Path, to: &Path, first: &[u8]) -> io::Result<bool> {
    let length = fs::metadata(from)?.len();
    if !(2 * PAGE as u64..LARGEST).contains(&length) {
        return Ok(false);
    }
    fs::copy(from, to)?;
    let log = with_ending(from, "-wal");
    if log.exists() {
        fs::copy(log, with_ending(to, "-wal"))?;
    }
    let pages = u32::try_from(length.div_ceil(PAGE as u64)).unwrap_or(u32::MAX);
    let mut page = first.to_vec();
    let mut put = |at: usize, what: &[u8]| {
        if let Some(place) = page.get_mut(at..at + what.len()) {
            place.copy_from_slice(what);
        }
    };
    // Read and written with a WAL.
    put(18, &[2, 2]);
    // The length holds where both counters of changes are the same.
    put(24, &1_u32.to_be_bytes());
    put(92, &1_u32.to_be_bytes());
    put(28, &pages.to_be_bytes());
    // No free pages: those that were are not reached by anything.
    put(32, &[0; 8]);
    let mut file = File::options().write(true).open(to)?;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(&page)?;
    Ok(true)
}
