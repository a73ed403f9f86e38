//! How an account is connected, and the strongest way it was ever signed in by.

use crate::desk::{Desk, DeskError};
use crate::output::Output;
use carillon_core::connection::{Connection, Mechanism};
use carillon_core::ids::AccountId;

/// The row of the store's small things that holds an account's strongest mechanism.
fn key(account: AccountId) -> String {
    format!("pinned.{}", account.0)
}

impl Desk {
    /// The strongest way that the account was ever signed in by. From then on a weaker one is refused, whatever the
    /// server offers: somebody between may have taken the stronger ones out of the offer.
    #[must_use]
    pub fn pinned(&self, account: AccountId) -> Option<Mechanism> {
        self.store.meta(&key(account)).ok().flatten()?.parse().ok()
    }

    /// The user takes it that the account is signed in by weaker ways than before
    /// ([`SessionProblem::Downgraded`](carillon_core::session::SessionProblem::Downgraded)). The next sign-in pins
    /// anew.
    ///
    /// # Errors
    /// The store's.
    pub fn forget_pinned(&mut self, account: AccountId) -> Result<(), DeskError> {
        self.store.remove_meta(&key(account))?;
        self.flush_soon();
        self.tell(Output::Accounts);
        Ok(())
    }

    pub(crate) fn hear_connected(&mut self, id: AccountId, connection: Box<Connection>) {
        tracing::debug!(?connection, "connected");
        let mechanism = connection.mechanism;
        if self.pinned(id).is_none_or(|pinned| pinned < mechanism) {
            if let Err(error) = self.store.set_meta(&key(id), mechanism.name()) {
                tracing::warn!(%error, "the way of signing in could not be stored");
            }
            self.flush_soon();
        }
        if let Some(account) = self.accounts.get_mut(&id) {
            account.connection = Some(connection);
            self.tell(Output::Accounts);
        }
    }
}
