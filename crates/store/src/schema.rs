//! Opening: pragmas, the check for damage, and the migrations.

use crate::{Result, StoreError, damage, salvage};
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior, config::DbConfig};
use std::{
    fs, io,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// Applied in this order, each once; number N makes `user_version` N.
pub(crate) const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/001_start.sql"),
    include_str!("../migrations/002_streams.sql"),
    include_str!("../migrations/003_alerts.sql"),
    include_str!("../migrations/004_tray.sql"),
    include_str!("../migrations/005_declined.sql"),
    include_str!("../migrations/006_changes.sql"),
    include_str!("../migrations/007_words.sql"),
    include_str!("../migrations/008_avatars.sql"),
    include_str!("../migrations/009_files.sql"),
    include_str!("../migrations/010_retracted.sql"),
    include_str!("../migrations/011_encrypted.sql"),
    include_str!("../migrations/012_replies.sql"),
    include_str!("../migrations/013_imported.sql"),
    include_str!("../migrations/014_own_marks.sql"),
    include_str!("../migrations/015_unstyled.sql"),
    include_str!("../migrations/016_invitations.sql"),
    include_str!("../migrations/017_file_told.sql"),
    include_str!("../migrations/018_room_notify.sql"),
    include_str!("../migrations/019_moderated.sql"),
    include_str!("../migrations/020_room_avatars.sql"),
    include_str!("../migrations/021_moves.sql"),
    include_str!("../migrations/022_private.sql"),
    include_str!("../migrations/023_private_again.sql"),
    include_str!("../migrations/024_file_glimpses.sql"),
    include_str!("../migrations/025_written_to.sql"),
    include_str!("../migrations/026_words_of_files.sql"),
];

/// Nobody holds the write lock for more than some milliseconds; a backup program may for longer.
const PATIENCE: Duration = Duration::from_secs(2);

/// KiB of pages that a connection keeps. Indexes of a chat in use fit; the rest is the system's cache's business.
const WRITER_CACHE_KIB: i64 = 2048;
const READER_CACHE_KIB: i64 = 1024;

/// Bytes: above its usual size after a large transaction, the WAL is cut back to this.
const WAL_LIMIT: i64 = 4 * 1024 * 1024;

/// Bytes. The check reads every row, some milliseconds for each MiB: a larger database has only its small tables
/// checked while everybody waits for it to open.
pub(crate) const CHECKED_WHOLE: u64 = 8 * 1024 * 1024;

/// No Carillon will ever have so many migrations: a larger number is damage.
const LARGEST_VERSION: i64 = 0xffff;

/// Steps of SQLite's machine. The list of tables takes some hundreds.
pub(crate) const STEPS_TO_TABLES: i32 = 100_000;

/// More than the store has statements, so that none is ever parsed twice.
const STATEMENTS: usize = 120;

/// A database that can be written.
pub(crate) struct Opened {
    pub(crate) connection: Connection,
    /// Every row was looked at.
    pub(crate) whole: bool,
    /// Damage was found when it was in use last.
    pub(crate) suspected: bool,
}

pub(crate) fn open_to_write(path: &Path) -> Result<Opened> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if salvage::is_unfinished(path) {
        return Err(StoreError::damaged("its recovery was interrupted"));
    }
    make_private(path)?;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    // Until it is known to be whole and ours, closing must not move its WAL into it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    let found = check_version(&connection)?;
    read_tables(&mut connection, STEPS_TO_TABLES)?;
    let suspected = damage::is_suspected(path);
    let whole = suspected || size_on_disk(path) <= CHECKED_WHOLE;
    check_at_opening(&connection, found, whole)?;
    if suspected {
        verdict(&connection, "PRAGMA integrity_check(1)")?;
    }
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    set_up(&connection, WRITER_CACHE_KIB)?;
    // Setting WAL answers with the mode in force: some file systems cannot share memory.
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    if mode != "wal" {
        return Err(StoreError::Io {
            what: format!("the file system does not allow a write-ahead log, only {mode}"),
        });
    }
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "journal_size_limit", WAL_LIMIT)?;
    // macOS: a sync that the drive may keep in its cache is none. Elsewhere without effect.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    migrate(&mut connection)?;
    if suspected && statements(&connection)? != statements(&fresh()?)? {
        return Err(StoreError::damaged("its tables are not what they were"));
    }
    Ok(Opened {
        connection,
        whole,
        suspected,
    })
}

pub(crate) fn open_to_read(path: &Path) -> Result<Connection> {
    // Not read-only: the last reader of a WAL has to be able to tidy up its shared memory.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    let found = check_version(&connection)?;
    if found != known() {
        return Err(StoreError::Bug {
            what: format!(
                "a reader was opened before the schema {found} was brought to {}",
                known()
            ),
        });
    }
    set_up(&connection, READER_CACHE_KIB)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// Makes the file of a new database, for this user alone. Its WAL inherits the rights.
fn make_private(path: &Path) -> Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(StoreError::io(&error)),
    }
}

fn set_up(connection: &Connection, cache_kib: i64) -> Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.pragma_update(None, "foreign_keys", true)?;
    // A value is compared with a partial index's condition otherwise (`author = ?` with `author = 0`), and the
    // statement is parsed and planned anew for every value: most of what storing a message cost.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // Negative: KiB, not pages.
    connection.pragma_update(None, "cache_size", -cache_kib)?;
    connection.pragma_update(None, "mmap_size", 0)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // Texts in the file may be damaged; what its schema says must not be able to call functions.
    connection.pragma_update(None, "trusted_schema", false)?;
    Ok(())
}

fn known() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

fn version(connection: &Connection) -> Result<i64> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

fn check_version(connection: &Connection) -> Result<i64> {
    let found = version(connection)?;
    if found > LARGEST_VERSION {
        return Err(StoreError::damaged(format!("its version is {found}")));
    }
    if found > known() {
        return Err(StoreError::Newer {
            found,
            known: known(),
        });
    }
    if found < 0 {
        return Err(StoreError::damaged(format!("its version is {found}")));
    }
    Ok(found)
}

fn check_at_opening(connection: &Connection, found: i64, whole: bool) -> Result<()> {
    let tables = tables(connection).map_err(unreadable_schema)?;
    match (found, tables.is_empty()) {
        (0, true) => return Ok(()),
        (0, false) => return Err(StoreError::damaged("it belongs to another program")),
        (_, true) => return Err(StoreError::damaged("its tables are gone")),
        (_, false) => {}
    }
    if whole {
        return check_whole(connection);
    }
    for table in tables.iter().filter(|table| !grows(table)) {
        verdict(
            connection,
            &format!("PRAGMA quick_check(\"{}\")", table.replace('"', "\"\"")),
        )?;
    }
    Ok(())
}

/// Whether a table grows with what was said: the messages, and the tables that their index of words is made of.
fn grows(table: &str) -> bool {
    table == "message" || table.starts_with("message_words")
}

/// Bytes of the database and of its WAL, which may hold most of it after a kill.
fn size_on_disk(path: &Path) -> u64 {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    [path, Path::new(&log)]
        .iter()
        .filter_map(|file| Some(fs::metadata(file).ok()?.len()))
        .sum()
}

/// Reads every row once. What this cannot see, a changed letter in a text, is found when the row is used.
pub(crate) fn check_whole(connection: &Connection) -> Result<()> {
    verdict(connection, "PRAGMA quick_check(1)")
}

/// Has SQLite read the list of tables, which it does before anything else and keeps. Pages of it that lead to each other
/// make it longer than anybody waits: it is given up after so many steps.
pub(crate) fn read_tables(connection: &mut Connection, steps: i32) -> Result<()> {
    let given_up = Arc::new(AtomicBool::new(false));
    let give_up = Arc::clone(&given_up);
    let stop = move || {
        give_up.store(true, Ordering::Relaxed);
        true
    };
    connection.progress_handler(steps, Some(stop))?;
    let read = connection.prepare("SELECT 1 FROM sqlite_schema").map(drop);
    connection.progress_handler(0, None::<fn() -> bool>)?;
    // It is no error where a schema that cannot be understood is none.
    if given_up.load(Ordering::Relaxed) {
        return Err(StoreError::damaged("its list of tables has no end"));
    }
    read.map_err(unreadable_schema)
}

/// What a row was to belong to is not there: because it was removed, or because an index tells of it where the table
/// has it under another number.
pub(crate) fn why_gone(connection: &Connection) -> StoreError {
    let checks = [
        "PRAGMA integrity_check(account)",
        "PRAGMA integrity_check(chat)",
    ];
    let mut verdicts = checks.iter().map(|check| verdict(connection, check));
    verdicts
        .find_map(|verdict| {
            verdict
                .err()
                .filter(|error| matches!(error, StoreError::Damaged { .. }))
        })
        .unwrap_or(StoreError::Gone)
}

fn tables(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut query = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")?;
    query.query_map([], |row| row.get(0))?.collect()
}

fn verdict(connection: &Connection, check: &str) -> Result<()> {
    let verdict: String = connection
        .query_row(check, [], |row| row.get(0))
        .map_err(unreadable_schema)?;
    if verdict != "ok" {
        return Err(StoreError::damaged(verdict));
    }
    Ok(())
}

/// A schema that cannot be parsed is a plain SQL error for SQLite; here it means damage.
fn unreadable_schema(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::Unknown) | None => StoreError::damaged(error.to_string()),
        Some(_) => error.into(),
    }
}

/// What every database looks like.
fn fresh() -> Result<Connection> {
    let connection = Connection::open_in_memory()?;
    for migration in MIGRATIONS {
        connection.execute_batch(migration)?;
    }
    Ok(connection)
}

/// The schema, in an order that does not depend on how it came about.
fn statements(connection: &Connection) -> Result<Vec<Option<String>>> {
    let mut query = connection.prepare("SELECT sql FROM sqlite_schema ORDER BY sql")?;
    let found = query.query_map([], |row| row.get(0))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

fn migrate(connection: &mut Connection) -> Result<()> {
    loop {
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Inside the lock: another process may have been faster.
        let found = version(&tx)?;
        let next = usize::try_from(found)
            .ok()
            .and_then(|done| MIGRATIONS.get(done));
        let Some(migration) = next else { return Ok(()) };
        tx.execute_batch(migration)?;
        tx.pragma_update(None, "user_version", found + 1)?;
        tx.commit()?;
    }
}
