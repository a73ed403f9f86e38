//! Block lists (XEP-0191).

use rusqlite::params;

use super::{Store, StoreError};

impl Store {
    /// The addresses that `owner` blocks, sorted.
    pub(crate) fn blocked(&self, owner: &str) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT jid FROM blocked WHERE owner = ?1 ORDER BY jid";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map(params![owner], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether `owner` blocks any of `jids`.
    pub(crate) fn blocks_any(&self, owner: &str, jids: &[&str]) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM blocked WHERE owner = ?1 AND jid = ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        for jid in jids {
            if statement.exists(params![owner, jid])? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    pub(crate) fn block(&mut self, owner: &str, jids: &[String]) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        for jid in jids {
            let sql = "INSERT OR IGNORE INTO blocked (owner, jid) VALUES (?1, ?2)";
            transaction.execute(sql, params![owner, jid])?;
        }
        Ok(transaction.commit()?)
    }

    pub(crate) fn unblock(&mut self, owner: &str, jids: &[String]) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        for jid in jids {
            transaction.execute(
                "DELETE FROM blocked WHERE owner = ?1 AND jid = ?2",
                params![owner, jid],
            )?;
        }
        Ok(transaction.commit()?)
    }
}
