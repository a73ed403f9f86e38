//! Messages that wait for their recipient (XEP-0160).

use rusqlite::params;

use super::{Store, StoreError};

/// A message that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Waiting {
    pub(crate) id: i64,
    /// Full address.
    pub(crate) sender: String,
    /// XML, with its delay stamp.
    pub(crate) stanza: String,
}

/// Messages that wait for one user at most; more are refused, so that the sender learns of it.
const MOST_MESSAGES: i64 = 10_000;
/// Bytes that wait for one user at most. Less than what a connection may have queued, so that all of it can go out
/// at once.
const MOST_BYTES: i64 = 8 << 20;

impl Store {
    /// Keeps a message, and gives its id. `None` if too much waits already.
    pub(crate) fn keep_offline(
        &self,
        owner: &str,
        sender: &str,
        stanza: &str,
    ) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT count(*), coalesce(sum(bytes), 0) FROM offline WHERE owner = ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let (count, bytes): (i64, i64) =
            statement.query_row(params![owner], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let size = i64::try_from(stanza.len()).unwrap_or(i64::MAX);
        if count >= MOST_MESSAGES || bytes.saturating_add(size) > MOST_BYTES {
            return Ok(None);
        }
        let sql = "INSERT INTO offline (owner, sender, stanza, bytes) VALUES (?1, ?2, ?3, ?4)";
        self.connection
            .prepare_cached(sql)?
            .execute(params![owner, sender, stanza, size])?;
        Ok(Some(self.connection.last_insert_rowid()))
    }

    /// What waits for `owner`, oldest first.
    pub(crate) fn waiting(&self, owner: &str) -> Result<Vec<Waiting>, StoreError> {
        let sql = "SELECT id, sender, stanza FROM offline WHERE owner = ?1 ORDER BY id";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map(params![owner], |row| {
            Ok(Waiting {
                id: row.get(0)?,
                sender: row.get(1)?,
                stanza: row.get(2)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Forgets messages that wait for `owner`: they were delivered.
    pub(crate) fn forget_waiting(&mut self, owner: &str, ids: &[i64]) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        {
            let sql = "DELETE FROM offline WHERE owner = ?1 AND id = ?2";
            let mut statement = transaction.prepare_cached(sql)?;
            for id in ids {
                statement.execute(params![owner, id])?;
            }
        }
        Ok(transaction.commit()?)
    }
}
