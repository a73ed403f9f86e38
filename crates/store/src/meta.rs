//! Small things that have no table of their own, such as until when everything is muted.

use crate::{Reader, Result, Store};
use rusqlite::OptionalExtension;

impl Store {
    /// Keeps a value under a key, replacing what was there. Keys that begin with `store.` belong to this crate.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn set_meta(&mut self, key: &str, value: &str) -> Result<()> {
        self.committed(|tx| {
            tx.prepare_cached(
                "INSERT INTO meta (key, value) VALUES (?1, ?2)
                 ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            )?
            .execute((key, value))?;
            Ok(())
        })
    }

    /// Forgets a value.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn remove_meta(&mut self, key: &str) -> Result<()> {
        self.committed(|tx| {
            tx.prepare_cached("DELETE FROM meta WHERE key = ?1")?
                .execute([key])?;
            Ok(())
        })
    }
}

impl Reader {
    /// The value kept under a key.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn meta(&self, key: &str) -> Result<Option<String>> {
        Ok(self
            .connection
            .prepare_cached("SELECT value FROM meta WHERE key = ?1")?
            .query_row([key], |row| row.get(0))
            .optional()?)
    }
}
