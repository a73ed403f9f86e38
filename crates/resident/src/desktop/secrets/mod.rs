//! Passwords, and the tokens that servers give for them: in the system's keyring, or in a file of the profile by the user's choice only.
//!
//! Nothing here falls back from the one to the other by itself, and no password is ever part of an error or a log.

mod file;
mod ring;

#[cfg(test)]
mod tests;

use carillon_core::BareJid;
use carillon_core::settings::SecretStore;
use carillon_engine::wire::Secret;
use carillon_link::Profile;
use std::path::PathBuf;
use std::sync::Arc;
use zeroize::Zeroizing;

/// Why a password could not be kept, found or forgotten.
#[derive(Debug, thiserror::Error)]
pub enum SecretProblem {
    /// The system has no keyring, or it cannot be reached.
    #[error("there is no keyring: {0}")]
    NoKeyring(String),
    /// The keyring is locked and was not unlocked.
    #[error("the keyring is locked")]
    Locked,
    /// No password is kept for this account.
    #[error("no password is kept for this account")]
    NotFound,
    /// The keyring failed in another way.
    #[error("the keyring failed: {0}")]
    Keyring(String),
    /// The file of passwords cannot be read or written.
    #[error("the file of passwords: {0}")]
    Io(#[from] std::io::Error),
    /// The file of passwords is not what Carillon wrote; it is left as it is.
    #[error("the file of passwords is damaged")]
    Damaged,
}

/// Keeps the passwords of one profile's accounts.
#[derive(Debug, Clone)]
pub struct SecretKeeper {
    file: Arc<file::PasswordFile>,
    ring: ring::Ring,
}

impl SecretKeeper {
    /// The keeper of this profile's accounts; another profile's are apart from them in the keyring too.
    #[must_use]
    pub fn new(profile: &Profile) -> Self {
        Self {
            file: Arc::new(file::PasswordFile::new(Self::file_of(profile))),
            ring: ring::Ring::new(profile.hash()),
        }
    }

    /// Where the file of passwords lies, once somebody has chosen it.
    #[must_use]
    pub fn file_of(profile: &Profile) -> PathBuf {
        profile.data().join("secrets.toml")
    }

    /// Whether the system has a keyring, running or ready to be started.
    pub async fn has_keyring(&self) -> bool {
        self.ring.is_there().await
    }

    /// Keeps the account's password in `place`, in the stead of an older one. A token that was given for that one
    /// goes with it.
    ///
    /// # Errors
    /// [`SecretProblem`]; nothing is kept then.
    pub async fn store(
        &self,
        jid: &BareJid,
        place: SecretStore,
        password: &str,
    ) -> Result<(), SecretProblem> {
        let password = Zeroizing::new(password.to_owned());
        match place {
            SecretStore::Keyring => self.ring.store(jid, password).await,
            SecretStore::File => {
                let jid = jid.clone();
                self.with_file(move |file| file.store(&jid, &password))
                    .await
            }
        }
    }

    /// The account's password.
    ///
    /// # Errors
    /// [`SecretProblem::NotFound`] and the rest of [`SecretProblem`].
    pub async fn load(
        &self,
        jid: &BareJid,
        place: SecretStore,
    ) -> Result<Zeroizing<String>, SecretProblem> {
        match place {
            SecretStore::Keyring => self.ring.load(jid).await,
            SecretStore::File => {
                let jid = jid.clone();
                self.with_file(move |file| file.load(&jid)).await
            }
        }
    }

    /// Forgets the account's password and token; that there was none is fine.
    ///
    /// # Errors
    /// [`SecretProblem`]; the password may still be there then.
    pub async fn forget(&self, jid: &BareJid, place: SecretStore) -> Result<(), SecretProblem> {
        match place {
            SecretStore::Keyring => self.ring.forget(jid).await,
            SecretStore::File => {
                let jid = jid.clone();
                self.with_file(move |file| file.forget(&jid)).await
            }
        }
    }

    /// The token that the server gave for the account's password, in the words of who kept it.
    ///
    /// # Errors
    /// [`SecretProblem::NotFound`] and the rest of [`SecretProblem`].
    pub async fn load_token(
        &self,
        jid: &BareJid,
        place: SecretStore,
    ) -> Result<Zeroizing<String>, SecretProblem> {
        match place {
            SecretStore::Keyring => self.ring.load_token(jid).await,
            SecretStore::File => {
                let jid = jid.clone();
                self.with_file(move |file| file.load_token(&jid)).await
            }
        }
    }

    /// Keeps a token beside the account's password, in the stead of an older one; `None` forgets it.
    ///
    /// # Errors
    /// [`SecretProblem::NotFound`] when this password is not kept any more: nothing is changed beside another one. And
    /// the rest of [`SecretProblem`].
    pub async fn keep_token(
        &self,
        jid: &BareJid,
        place: SecretStore,
        password: Secret,
        token: Option<Zeroizing<String>>,
    ) -> Result<(), SecretProblem> {
        match place {
            SecretStore::Keyring => self.ring.keep_token(jid, &password, token).await,
            SecretStore::File => {
                let jid = jid.clone();
                self.with_file(move |file| {
                    file.keep_token(&jid, &password, token.as_deref().map(String::as_str))
                })
                .await
            }
        }
    }

    async fn with_file<T: Send + 'static>(
        &self,
        work: impl FnOnce(&file::PasswordFile) -> Result<T, SecretProblem> + Send + 'static,
    ) -> Result<T, SecretProblem> {
        let file = Arc::clone(&self.file);
        let done = tokio::task::spawn_blocking(move || work(&file)).await;
        done.map_err(|ended| SecretProblem::Io(std::io::Error::other(ended)))?
    }
}
