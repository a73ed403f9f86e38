//! How an account is connected, the strongest way it was ever signed in by, and as which device.

use crate::connector::{Boxed, SessionStart};
use crate::desk::{Desk, DeskError};
use crate::output::Output;
use carillon_core::connection::{Connection, Mechanism};
use carillon_core::contact::Availability;
use carillon_core::ids::AccountId;

/// What is ready once what is kept here was read, and then has the server forget a token.
pub type Revocation = Boxed<Option<Boxed<()>>>;

/// The row of the store's small things that holds an account's strongest mechanism.
fn key(account: AccountId) -> String {
    format!("pinned.{}", account.0)
}

/// A random UUID (RFC 9562 §5.4) from four throws of 32 bits.
fn uuid(mut word: impl FnMut() -> u32) -> String {
    let (a, b, c, d) = (word(), word(), word(), word());
    let (b, version, c) = (b >> 16, b & 0x0fff, c);
    let (variant, c) = ((c >> 16) & 0x3fff | 0x8000, c & 0xffff);
    format!("{a:08x}-{b:04x}-4{version:03x}-{variant:04x}-{c:04x}{d:08x}")
}

impl Desk {
    /// A random UUID, always the same for this account in this store: what a server knows this device by (XEP-0388).
    pub(crate) fn device(&mut self, account: AccountId) -> String {
        let key = format!("device.{}", account.0);
        if let Ok(Some(known)) = self.store.meta(&key) {
            return known;
        }
        let chance = &mut self.chance;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and what fits"
        )]
        let made = uuid(|| (chance() * f64::from(u32::MAX)) as u32);
        if let Err(error) = self.store.set_meta(&key, &made) {
            tracing::warn!(%error, "what this device is called could not be stored");
        }
        self.flush_soon();
        made
    }

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

    /// Gets ready to have the server forget the account's token, see [`Connector::revoke`](crate::Connector::revoke).
    /// To be called before the account is removed.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when there is no such account.
    pub fn revoke_token(&mut self, id: AccountId) -> Result<Revocation, DeskError> {
        let start = SessionStart {
            account: self.account(id)?.settings.clone(),
            roster_version: None,
            availability: Availability::Offline,
            status: String::new(),
            stream: None,
            pinned: self.pinned(id),
            device: self.device(id),
        };
        Ok(self.connector.revoke(start))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_s_name_is_a_random_uuid() {
        assert_eq!(uuid(|| 0), "00000000-0000-4000-8000-000000000000");
        assert_eq!(uuid(|| u32::MAX), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        let mut words = [0x0123_4567, 0x89ab_cdef, 0x0246_8ace, 0x1357_9bdf].into_iter();
        let made = uuid(|| words.next().unwrap());
        assert_eq!(made, "01234567-89ab-4def-8246-8ace13579bdf");
    }
}
