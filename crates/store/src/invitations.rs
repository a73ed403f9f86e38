//! The links by which I invite people (XEP-0379).

use crate::{Result, Store};
use carillon_core::ids::{AccountId, Timestamp};

/// So many links of an account are good at the same time; the one that ends first makes room for another one.
pub(crate) const MOST_INVITATIONS: u32 = 100;

impl Store {
    /// Keeps what a link of mine gives to whoever opens it. Durable: nobody shall have a link that is not known here.
    ///
    /// # Errors
    /// [`crate::StoreError::Gone`] when the account has been removed; the others as they say.
    pub fn add_invitation(
        &mut self,
        account: AccountId,
        token: &str,
        expires: Timestamp,
        now: Timestamp,
    ) -> Result<()> {
        self.durable(|tx| {
            tx.prepare_cached("DELETE FROM invitation WHERE expires <= ?1")?
                .execute([now.0])?;
            tx.prepare_cached(
                "DELETE FROM invitation WHERE account = ?1 AND token IN
                     (SELECT token FROM invitation WHERE account = ?1 ORDER BY expires DESC, token LIMIT -1 OFFSET ?2)",
            )?
            .execute((account.0, MOST_INVITATIONS - 1))?;
            tx.prepare_cached(
                "INSERT INTO invitation (account, token, expires) VALUES (?1, ?2, ?3)",
            )?
            .execute((account.0, token, expires.0))?;
            Ok(())
        })
    }

    /// Whether a link of mine gave this and is still good; from now on it is not.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn take_invitation(
        &mut self,
        account: AccountId,
        token: &str,
        now: Timestamp,
    ) -> Result<bool> {
        self.committed(|tx| {
            let expires: Option<i64> = {
                let mut taken = tx.prepare_cached(
                    "DELETE FROM invitation WHERE account = ?1 AND token = ?2 RETURNING expires",
                )?;
                let mut rows = taken.query_map((account.0, token), |row| row.get(0))?;
                rows.next().transpose()?
            };
            Ok(expires.is_some_and(|expires| expires > now.0))
        })
    }
}
