//! The block list, as the server last told it (XEP-0191).

use crate::{Reader, Result, Store, rows};
use carillon_core::{BareJid, ids::AccountId};
use rusqlite::Transaction;

impl Store {
    /// Takes over the server's whole list.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn replace_block_list(&mut self, account: AccountId, jids: &[BareJid]) -> Result<()> {
        self.committed(|tx| {
            tx.prepare_cached("DELETE FROM blocked WHERE account = ?1")?
                .execute([account.0])?;
            insert(tx, account, jids)
        })
    }

    /// These are on the list now.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn add_blocked(&mut self, account: AccountId, jids: &[BareJid]) -> Result<()> {
        self.committed(|tx| insert(tx, account, jids))
    }

    /// These are off the list now. An empty slice means all of them (XEP-0191 §3.5).
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn remove_blocked(&mut self, account: AccountId, jids: &[BareJid]) -> Result<()> {
        self.committed(|tx| {
            if jids.is_empty() {
                tx.prepare_cached("DELETE FROM blocked WHERE account = ?1")?
                    .execute([account.0])?;
            }
            let mut delete =
                tx.prepare_cached("DELETE FROM blocked WHERE account = ?1 AND jid = ?2")?;
            for jid in jids {
                delete.execute((account.0, jid.as_str()))?;
            }
            Ok(())
        })
    }
}

impl Reader {
    /// Everybody on the block list, sorted.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn blocked(&self, account: AccountId) -> Result<Vec<BareJid>> {
        let mut query = self
            .connection
            .prepare_cached("SELECT jid FROM blocked WHERE account = ?1 ORDER BY jid")?;
        let found = query.query_map([account.0], |row| rows::jid(row, 0))?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }
}

fn insert(tx: &Transaction<'_>, account: AccountId, jids: &[BareJid]) -> Result<()> {
    let mut insert = tx.prepare_cached(
        "INSERT INTO blocked (account, jid) VALUES (?1, ?2) ON CONFLICT (account, jid) DO NOTHING",
    )?;
    for jid in jids {
        insert.execute((account.0, jid.as_str()))?;
    }
    Ok(())
}
