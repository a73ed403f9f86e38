//! The accounts that rows belong to.

use crate::{Reader, Result, Store, StoreError, rows};
use carillon_core::{BareJid, ids::AccountId};
use rusqlite::OptionalExtension;

impl Store {
    /// The account's id, made when the address is new here. An id is never reused. Durable.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn account_id(&mut self, jid: &BareJid) -> Result<AccountId> {
        if let Some(known) = self.known_account(jid)? {
            return Ok(known);
        }
        self.durable(|tx| {
            tx.prepare_cached("INSERT INTO account (jid) VALUES (?1)")?
                .execute([jid.as_str()])?;
            Ok(AccountId(tx.last_insert_rowid()))
        })
    }

    /// Removes an account with everything that was ever stored for it. Durable.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn remove_account(&mut self, account: AccountId) -> Result<()> {
        self.durable(|tx| {
            tx.prepare_cached("DELETE FROM account WHERE id = ?1")?
                .execute([account.0])
                .map_err(StoreError::of_removal)?;
            Ok(())
        })
    }
}

impl Reader {
    /// The id of an address that was an account before and has not been removed.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn known_account(&self, jid: &BareJid) -> Result<Option<AccountId>> {
        Ok(self
            .connection
            .prepare_cached("SELECT id FROM account WHERE jid = ?1")?
            .query_row([jid.as_str()], |row| Ok(AccountId(row.get(0)?)))
            .optional()?)
    }

    /// All accounts, in the order in which they were added.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn accounts(&self) -> Result<Vec<(AccountId, BareJid)>> {
        let mut query = self
            .connection
            .prepare_cached("SELECT id, jid FROM account ORDER BY id")?;
        let found = query.query_map([], |row| Ok((AccountId(row.get(0)?), rows::jid(row, 1)?)))?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }
}
