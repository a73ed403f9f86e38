//! Who may log in.

use rusqlite::{OptionalExtension, Row, params};

use super::{Store, StoreError};
use crate::sasl::scram::Credentials;

fn credentials(row: &Row<'_>) -> rusqlite::Result<Credentials> {
    Ok(Credentials {
        salt: row.get(0)?,
        iterations: row.get(1)?,
        stored_key: row.get(2)?,
        server_key: row.get(3)?,
    })
}

impl Store {
    pub(crate) fn credentials(&self, name: &str) -> Result<Option<Credentials>, StoreError> {
        let sql = "SELECT salt, iterations, stored_key, server_key FROM account WHERE name = ?1";
        Ok(self
            .connection
            .prepare_cached(sql)?
            .query_row(params![name], credentials)
            .optional()?)
    }

    pub(crate) fn account_exists(&self, name: &str) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM account WHERE name = ?1";
        Ok(self.connection.prepare_cached(sql)?.exists(params![name])?)
    }

    pub(crate) fn account_count(&self) -> Result<i64, StoreError> {
        Ok(self
            .connection
            .query_row("SELECT count(*) FROM account", [], |row| row.get(0))?)
    }

    /// Creates the account, or gives an account that is there these credentials. `epoch` counts for a new one only.
    pub(crate) fn set_account(
        &self,
        name: &str,
        credentials: &Credentials,
        epoch: &str,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO account (name, salt, iterations, stored_key, server_key, roster_epoch)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                   ON CONFLICT (name) DO UPDATE SET salt = excluded.salt, iterations = excluded.iterations,
                       stored_key = excluded.stored_key, server_key = excluded.server_key";
        self.connection.execute(
            sql,
            params![
                name,
                credentials.salt,
                credentials.iterations,
                credentials.stored_key,
                credentials.server_key,
                epoch
            ],
        )?;
        Ok(())
    }

    /// Removes the account with everything that belongs to it.
    pub(crate) fn remove_account(&self, name: &str) -> Result<(), StoreError> {
        self.connection
            .execute("DELETE FROM account WHERE name = ?1", params![name])?;
        Ok(())
    }
}
