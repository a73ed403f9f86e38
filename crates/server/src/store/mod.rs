//! The server's database: accounts, rosters, block lists and waiting messages.
//!
//! One connection, used by one thread. A call that returns has committed, and synced: the WAL is synced with each
//! transaction (`synchronous = FULL`), since what is stored here is acknowledged to somebody.

mod accounts;
mod blocked;
mod migrations;
mod offline;
mod roster;

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, params};
use thiserror::Error;

pub(crate) use roster::RosterItem;

/// A failure of the database.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// SQLite could not do it: disk full, damaged file, locked by another program.
    #[error("the server's database failed: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The database was written by a newer version.
    #[error("the server's database has version {found}, this program knows up to {known}")]
    Newer {
        /// Version of the database.
        found: i64,
        /// Newest version known here.
        known: i64,
    },
    /// What was read makes no sense.
    #[error("the server's database is damaged: {0}")]
    Damaged(String),
}

pub(crate) struct Store {
    connection: Connection,
}

impl Store {
    /// Opens or creates the database.
    pub(crate) fn open(path: &Path) -> Result<Store, StoreError> {
        Store::prepare(Connection::open(path)?)
    }

    /// A database that is gone with its value.
    #[cfg(test)]
    pub(crate) fn in_memory() -> Result<Store, StoreError> {
        Store::prepare(Connection::open_in_memory()?)
    }

    fn prepare(mut connection: Connection) -> Result<Store, StoreError> {
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        connection.set_prepared_statement_cache_capacity(64);
        migrations::apply(&mut connection)?;
        Ok(Store { connection })
    }

    /// Folds the write-ahead log into the database, so that one file is left.
    pub(crate) fn close(self) -> Result<(), StoreError> {
        self.connection
            .pragma_update(None, "wal_checkpoint", "TRUNCATE")?;
        self.connection.close().map_err(|(_, error)| error.into())
    }

    /// Begins a transaction around several calls that open none of their own.
    pub(crate) fn begin(&self) -> Result<(), StoreError> {
        Ok(self.connection.execute_batch("BEGIN")?)
    }

    /// Commits what [`begin`](Self::begin) began; it is undone if that fails.
    pub(crate) fn commit(&self) -> Result<(), StoreError> {
        self.connection.execute_batch("COMMIT").or_else(|error| {
            self.connection.execute_batch("ROLLBACK")?;
            Err(error.into())
        })
    }

    /// A secret of this server: made by `fresh` the first time, the same ever after.
    pub(crate) fn secret(
        &self,
        name: &str,
        fresh: impl FnOnce() -> Vec<u8>,
    ) -> Result<Vec<u8>, StoreError> {
        let found = self
            .connection
            .query_row(
                "SELECT value FROM setting WHERE name = ?1",
                params![name],
                |row| row.get(0),
            )
            .optional()?;
        if let Some(value) = found {
            return Ok(value);
        }
        let value = fresh();
        self.connection.execute(
            "INSERT INTO setting (name, value) VALUES (?1, ?2)",
            params![name, value],
        )?;
        Ok(value)
    }
}

#[cfg(test)]
mod tests;
