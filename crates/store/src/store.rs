//! The two connections, and the two levels at which a write is safe.

use crate::{Result, schema};
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::{
    ops::Deref,
    path::{Path, PathBuf},
};

/// A connection that only reads. Cheap to open (well under a millisecond): one for each place that shows data.
///
/// A reader sees what was committed when its call began; it never waits for the writer, nor the writer for it.
#[derive(Debug)]
pub struct Reader {
    pub(crate) connection: Connection,
    path: PathBuf,
}

/// The one connection that writes, owned by one task.
///
/// It can ask whatever a [`Reader`] can, and sees its own last write.
#[derive(Debug)]
pub struct Store {
    reader: Reader,
    /// Something was committed that a loss of power could still undo.
    unsynced: bool,
}

impl Deref for Store {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        &self.reader
    }
}

impl Store {
    /// Opens a profile's database, makes it when there is none, and brings it to today's schema.
    ///
    /// # Errors
    /// [`crate::StoreError::Newer`] and [`crate::StoreError::Damaged`] before anything was changed; the others
    /// as they say.
    pub fn open(path: &Path) -> Result<Self> {
        let connection = schema::open_to_write(path)?;
        Ok(Self {
            reader: Reader {
                connection,
                path: path.to_owned(),
            },
            unsynced: false,
        })
    }

    /// A second connection to the same database that cannot write.
    ///
    /// # Errors
    /// If the file can no longer be opened.
    pub fn reader(&self) -> Result<Reader> {
        Reader::open(&self.reader.path)
    }

    /// Makes everything that was committed so far durable. Costs one sync of the disk, nothing when nothing waits.
    ///
    /// # Errors
    /// If the disk does not take it: then what was committed is still visible, but not yet safe from a loss of
    /// power.
    pub fn flush(&mut self) -> Result<()> {
        if !self.unsynced {
            return Ok(());
        }
        // SQLite syncs the WAL only along with a frame. A checkpoint would do too, but skips the sync while a
        // reader holds it back.
        self.durable(|tx| {
            tx.prepare_cached(
                "INSERT INTO meta (key, value) VALUES ('store.flushes', '1')
                 ON CONFLICT (key) DO UPDATE SET value = CAST(value + 1 AS TEXT)",
            )?
            .execute([])?;
            Ok(())
        })
    }

    /// Runs a transaction that is committed when this returns.
    pub(crate) fn committed<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T>,
    ) -> Result<T> {
        let before = self.connection.total_changes();
        let done = self.transact(work)?;
        self.unsynced |= self.connection.total_changes() != before;
        Ok(done)
    }

    /// Runs a transaction that is durable when this returns, and with it everything committed before.
    pub(crate) fn durable<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T>,
    ) -> Result<T> {
        let before = self.connection.total_changes();
        self.connection.pragma_update(None, "synchronous", "FULL")?;
        let done = self.transact(work);
        self.connection
            .pragma_update(None, "synchronous", "NORMAL")?;
        let done = done?;
        // A transaction that changed nothing wrote nothing, hence synced nothing.
        self.unsynced &= self.connection.total_changes() == before;
        Ok(done)
    }

    fn transact<T>(&mut self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        // Immediate: a transaction that first reads and then writes could otherwise be refused half-way.
        let tx = self
            .reader
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&tx)?;
        tx.commit()?;
        Ok(done)
    }
}

impl Reader {
    /// Opens the database of a profile whose [`Store`] is open, in this process or another.
    ///
    /// # Errors
    /// If there is no database, it is damaged, or its schema is not the one that this program knows.
    pub fn open(path: &Path) -> Result<Self> {
        Ok(Self {
            connection: schema::open_to_read(path)?,
            path: path.to_owned(),
        })
    }

    /// Runs several queries on one and the same state of the database.
    pub(crate) fn snapshot<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let tx = self.connection.unchecked_transaction()?;
        let done = work(&tx)?;
        tx.commit()?;
        Ok(done)
    }
}
