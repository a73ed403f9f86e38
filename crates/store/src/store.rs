//! The two connections, and the two levels at which a write is safe.

use crate::{Result, StoreError, damage, log, salvage, schema};
use rusqlite::hooks::Wal;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::{
    ops::Deref,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
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
    /// Every row was looked at when it was opened.
    checked: bool,
    /// Pages of the WAL, as the last commit left it.
    in_wal: Arc<AtomicU32>,
    /// A sync failed: what the WAL holds may be on no disk, although the next sync succeeds.
    doubtful: Arc<AtomicBool>,
}

/// Pages, some 3 MB of WAL. Reading a long WAL is slower, moving it after every write costs more than the writes.
const CHECKPOINT_AFTER: u32 = 750;

/// Pages: a commit that makes the WAL longer than this moves it into the database itself, which costs syncs.
/// Four times the default, because [`Store::flush`] does it before, when nobody waits.
const CHECKPOINT_AT_LAST: u32 = 4_000;

/// Bytes, half of what a trial writes.
const TRIAL: i64 = 32 * 1024;

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
        damage::unless_unreadable(path, || Self::try_open(path))
    }

    fn try_open(path: &Path) -> Result<Self> {
        let mut opened = schema::open_to_write(path)?;
        let (in_wal, doubtful) = (Arc::default(), Arc::default());
        let counted = (Arc::clone(&in_wal), Arc::clone(&doubtful));
        count_pages(&mut opened.connection, counted)?;
        let store = Self {
            reader: Reader {
                connection: opened.connection,
                path: path.to_owned(),
            },
            unsynced: false,
            checked: opened.whole,
            in_wal,
            doubtful,
        };
        if opened.suspected {
            salvage::try_out(&store)?;
            damage::is_whole_after_all(path);
        }
        Ok(store)
    }

    /// Whether the whole database was looked at when it was opened. Otherwise [`Reader::check`] is still to be done.
    #[must_use]
    pub fn was_checked(&self) -> bool {
        self.checked
    }

    /// A second connection to the same database that cannot write.
    ///
    /// # Errors
    /// If the file can no longer be opened.
    pub fn reader(&self) -> Result<Reader> {
        Reader::open(&self.reader.path)
    }

    /// Makes everything that was committed so far durable: one sync of the disk, nothing when nothing waits. Now
    /// and then it also tidies up, which takes some syncs more. Call it when nobody waits for an alert.
    ///
    /// # Errors
    /// If the disk does not take it: then what was committed is still visible, but not yet safe from a loss of
    /// power.
    pub fn flush(&mut self) -> Result<()> {
        if self.in_wal.load(Ordering::Relaxed) >= CHECKPOINT_AFTER {
            // Passive: does what readers let it do, and waits for nobody. What it cannot move, on a full disk, stays
            // in the WAL, where it is as safe.
            let moved = self
                .connection
                .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
            if let Err(error) = moved {
                tracing::warn!(%error, "the log could not be moved into the database");
                self.doubtful.store(true, Ordering::Relaxed);
            }
            self.in_wal.store(0, Ordering::Relaxed);
            // The first write afterwards begins the WAL anew, with a sync more: let it be this one, not a message.
            self.unsynced = true;
        }
        if self.unsynced { self.sync() } else { Ok(()) }
    }

    /// Finds out whether the disk takes something again: writes more than a message has, durably, and forgets it.
    ///
    /// # Errors
    /// Why it does not.
    pub fn try_disk(&mut self) -> Result<()> {
        self.durable(|tx| {
            tx.execute(
                "INSERT INTO meta (key, value) VALUES ('store.trial', hex(zeroblob(?1)))
                 ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                [TRIAL],
            )?;
            Ok(())
        })?;
        self.remove_meta("store.trial")
    }

    /// As [`Self::flush`], with something more to write. If nothing else waits, that is only committed, and does
    /// not have to be synced by itself.
    pub(crate) fn flush_with(
        &mut self,
        note: impl FnOnce(&Transaction<'_>) -> Result<()>,
    ) -> Result<()> {
        self.derived(note)?;
        self.flush()
    }

    /// As [`Self::committed`], for what may be undone by a loss of power: it does not have to be synced by itself.
    pub(crate) fn derived<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T>,
    ) -> Result<T> {
        let waits = self.unsynced;
        let done = self.committed(work);
        self.unsynced = waits;
        done
    }

    /// After much that nobody waits for: what it wrote is moved into the database before the next message has to do it.
    pub(crate) fn keep_log_short(&mut self) -> Result<()> {
        if self.in_wal.load(Ordering::Relaxed) >= CHECKPOINT_AFTER {
            self.flush()?;
        }
        Ok(())
    }

    /// SQLite syncs the WAL only along with a frame. A checkpoint would do too, but skips the sync while a reader
    /// holds it back.
    fn sync(&mut self) -> Result<()> {
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
        let (done, wrote) = self.transact(work)?;
        self.unsynced |= wrote;
        Ok(done)
    }

    /// Runs a transaction that is durable when this returns, and with it everything committed before.
    pub(crate) fn durable<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T>,
    ) -> Result<T> {
        if self.doubtful.load(Ordering::Relaxed) {
            self.write_log_again()?;
        }
        self.connection.pragma_update(None, "synchronous", "FULL")?;
        let done = self.transact(work);
        if matches!(done, Err(StoreError::Io { .. })) {
            self.doubtful.store(true, Ordering::Relaxed);
        }
        self.connection
            .pragma_update(None, "synchronous", "NORMAL")?;
        let (done, wrote) = done?;
        // A transaction that changed nothing wrote nothing, hence synced nothing.
        self.unsynced &= !wrote;
        Ok(done)
    }

    fn write_log_again(&mut self) -> Result<()> {
        let path = self.path.clone();
        // Nobody else may write meanwhile what would then be overwritten.
        let alone = self
            .reader
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        log::write_again(&path).map_err(|error| StoreError::io(&error))?;
        alone.rollback()?;
        self.doubtful.store(false, Ordering::Relaxed);
        Ok(())
    }

    /// Answers also whether anything was written.
    fn transact<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T>,
    ) -> Result<(T, bool)> {
        let before = self.connection.total_changes();
        // Immediate: a transaction that first reads and then writes could otherwise be refused half-way.
        let tx = self
            .reader
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&tx).and_then(|done| {
            tx.commit()?;
            Ok(done)
        });
        let done = done.map_err(|error| match error {
            StoreError::Gone => schema::why_gone(&self.connection),
            other => other,
        })?;
        let wrote = self.connection.total_changes() != before;
        Ok((done, wrote))
    }
}

/// Has every commit tell how long it leaves the WAL. This takes the place of SQLite's own rule of when to move it.
fn count_pages(
    connection: &mut Connection,
    (in_wal, doubtful): (Arc<AtomicU32>, Arc<AtomicBool>),
) -> Result<()> {
    connection.wal_hook(Some(move |wal: &mut Wal, pages| {
        let pages = u32::try_from(pages).unwrap_or_default();
        in_wal.store(pages, Ordering::Relaxed);
        // As SQLite itself: the commit is made, whatever becomes of this.
        if pages >= CHECKPOINT_AT_LAST && wal.checkpoint().is_err() {
            doubtful.store(true, Ordering::Relaxed);
        }
        Ok(())
    }))?;
    Ok(())
}

impl Reader {
    /// Opens the database of a profile whose [`Store`] is open, in this process or another.
    ///
    /// # Errors
    /// If there is no database, it is damaged, or its schema is not the one that this program knows.
    pub fn open(path: &Path) -> Result<Self> {
        Ok(Self {
            connection: damage::unless_unreadable(path, || schema::open_to_read(path))?,
            path: path.to_owned(),
        })
    }

    /// Looks for damage in the whole database, some milliseconds for each MiB. [`Store::open`] has done it for a
    /// database of up to 8 MiB; for a larger one do it afterwards, where nobody waits for it, and tell
    /// [`crate::suspect`] what was found.
    ///
    /// # Errors
    /// [`crate::StoreError::Damaged`] when something was found.
    pub fn check(&self) -> Result<()> {
        damage::unless_unreadable(&self.path, || schema::check_whole(&self.connection))
    }

    /// Runs several queries on one and the same state of the database.
    pub(crate) fn snapshot<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let tx = self.connection.unchecked_transaction()?;
        let done = work(&tx)?;
        tx.commit()?;
        Ok(done)
    }
}
