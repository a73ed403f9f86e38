//! A database that somebody else has made.

use super::ForeignError;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Statement};
use std::fmt::Write as _;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Steps of SQLite's machine between two looks at whether to go on.
const LOOK: i32 = 10_000;
/// Steps that any file may take, and for each of its bytes: sorting and counting take some for each row, which has at
/// least a dozen bytes. Pages that lead to each other are left by it.
const STEPS: u64 = 50_000_000;
const STEPS_PER_BYTE: u64 = 40;

#[derive(Debug)]
pub(super) struct File {
    connection: Connection,
}

impl File {
    pub(super) fn open(path: &Path, stop: Arc<AtomicBool>) -> Result<Self, ForeignError> {
        let unreadable = |error: std::io::Error| ForeignError::Unreadable(error.to_string());
        let about = std::fs::metadata(path).map_err(unreadable)?;
        // Reading a device or a pipe may never end.
        if !about.is_file() {
            return Err(ForeignError::NotOne("it is no file".to_owned()));
        }
        let mut flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = if is_at_rest(path).map_err(unreadable)? {
            flags |= OpenFlags::SQLITE_OPEN_URI;
            Connection::open_with_flags(immutable(path)?, flags)?
        } else {
            Connection::open_with_flags(path, flags)?
        };
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
        let left = AtomicU64::new(
            STEPS.saturating_add(about.len().saturating_mul(STEPS_PER_BYTE))
                / LOOK.unsigned_abs() as u64,
        );
        let give_up = move || {
            let left_before = left.load(Ordering::Relaxed);
            left.store(left_before.saturating_sub(1), Ordering::Relaxed);
            left_before == 0 || stop.load(Ordering::Relaxed)
        };
        connection.progress_handler(LOOK, Some(give_up))?;
        connection.pragma_update(None, "query_only", true)?;
        connection.pragma_update(None, "trusted_schema", false)?;
        connection.pragma_update(None, "cell_size_check", true)?;
        connection.pragma_update(None, "mmap_size", 0)?;
        Ok(Self { connection })
    }

    pub(super) fn prepare(&self, query: &str) -> Result<Statement<'_>, ForeignError> {
        Ok(self.connection.prepare(query)?)
    }

    /// Whether there is such a table, a plain one, with these columns at least.
    pub(super) fn has(&self, table: &str, columns: &[&str]) -> bool {
        let is_plain = "SELECT EXISTS (SELECT 1 FROM sqlite_schema
             WHERE type = 'table' AND name = ?1 AND rootpage > 0)";
        let found = self
            .connection
            .query_row(is_plain, [table], |row| row.get(0));
        found.unwrap_or(false) && columns.iter().all(|column| self.has_column(table, column))
    }

    fn has_column(&self, table: &str, column: &str) -> bool {
        let query = "SELECT EXISTS (SELECT 1 FROM pragma_table_info(?1) WHERE name = ?2)";
        let found = self
            .connection
            .query_row(query, [table, column], |row| row.get(0));
        found.unwrap_or(false)
    }

    /// A column where the table has it, else nothing.
    pub(super) fn column(&self, table: &str, column: &'static str) -> &'static str {
        if self.has_column(table, column) {
            column
        } else {
            "NULL"
        }
    }
}

/// Whether it is kept with a log (SQLite file format, section 1.3.3) that nobody writes now. SQLite would make files
/// beside it to read it, unless it is told that nobody does.
fn is_at_rest(path: &Path) -> std::io::Result<bool> {
    let mut head = [0_u8; 20];
    let mut file = std::fs::File::open(path)?;
    if file.read_exact(&mut head).is_err() {
        return Ok(false);
    }
    let [.., written, read] = head;
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let log = std::fs::metadata(log).map_or(0, |log| log.len());
    Ok(written == 2 && read == 2 && log == 0)
}

fn immutable(path: &Path) -> Result<String, ForeignError> {
    let path = path
        .to_str()
        .ok_or_else(|| ForeignError::Unreadable("its name is no text".to_owned()))?;
    let mut address = String::from("file:");
    #[cfg(windows)]
    address.push_str("///");
    for byte in path.bytes() {
        match byte {
            b'\\' => address.push('/'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b':' => {
                address.push(char::from(byte));
            }
            // Writing into a text does not fail.
            _ => drop(write!(address, "%{byte:02X}")),
        }
    }
    address.push_str("?mode=ro&immutable=1");
    Ok(address)
}
