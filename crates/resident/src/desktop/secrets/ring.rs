//! The system's keyring, by the `keyring` crate: Secret Service, Windows Credential Manager, macOS Keychain.

use super::SecretProblem;
use carillon_core::BareJid;
use carillon_engine::wire::Secret;
use keyring::{Entry, Error};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use zeroize::Zeroizing;

/// The Secret Service's name on the bus.
#[cfg(target_os = "linux")]
const NAME: &str = "org.freedesktop.secrets";
const SERVICE: &str = "im.carillon.Carillon";
/// A locked keyring asks the user, who may be away. The call itself cannot be taken back; its thread ends with the
/// prompt.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Debug, Clone)]
pub(super) struct Ring {
    profile_id: String,
    /// Comparing and changing are one step.
    turn: Arc<Mutex<()>>,
    /// A test's own bus.
    #[cfg(all(test, target_os = "linux"))]
    pub(super) bus: Option<crate::desktop::bus::Bus>,
}

impl Ring {
    pub(super) fn new(profile_id: String) -> Self {
        Self {
            profile_id,
            turn: Arc::default(),
            #[cfg(all(test, target_os = "linux"))]
            bus: None,
        }
    }

    pub(super) async fn store(
        &self,
        jid: &BareJid,
        password: Zeroizing<String>,
    ) -> Result<(), SecretProblem> {
        let _turn = self.turn.lock().await;
        self.reachable().await?;
        // A token that stays is refused by the server, and the next one takes its place.
        if let Err(problem) = self.forget_line(&token_of(jid)).await {
            tracing::warn!(%problem, "the token for a changed password could not be deleted");
        }
        self.with_entry(jid.as_str(), move |entry| entry.set_password(&password))
            .await
    }

    pub(super) async fn load(&self, jid: &BareJid) -> Result<Zeroizing<String>, SecretProblem> {
        self.load_line(jid.as_str()).await
    }

    pub(super) async fn load_token(
        &self,
        jid: &BareJid,
    ) -> Result<Zeroizing<String>, SecretProblem> {
        self.load_line(&token_of(jid)).await
    }

    pub(super) async fn keep_token(
        &self,
        jid: &BareJid,
        password: &Secret,
        token: Option<Zeroizing<String>>,
    ) -> Result<(), SecretProblem> {
        let _turn = self.turn.lock().await;
        let kept = self.load(jid).await?;
        if Secret::new(kept.to_string()) != *password {
            return Err(SecretProblem::NotFound);
        }
        let name = token_of(jid);
        let Some(token) = token else {
            return self.forget_line(&name).await;
        };
        self.with_entry(&name, move |entry| entry.set_password(&token))
            .await
    }

    pub(super) async fn forget(&self, jid: &BareJid) -> Result<(), SecretProblem> {
        let _turn = self.turn.lock().await;
        let token = self.forget_line(&token_of(jid)).await;
        self.forget_line(jid.as_str()).await.and(token)
    }

    async fn load_line(&self, name: &str) -> Result<Zeroizing<String>, SecretProblem> {
        self.with_entry(name, |entry| entry.get_password().map(Zeroizing::new))
            .await
    }

    async fn forget_line(&self, name: &str) -> Result<(), SecretProblem> {
        match self.with_entry(name, Entry::delete_credential).await {
            Err(SecretProblem::NotFound) => Ok(()),
            other => other,
        }
    }

    async fn with_entry<T: Send + 'static>(
        &self,
        name: &str,
        work: impl FnOnce(&Entry) -> keyring::Result<T> + Send + 'static,
    ) -> Result<T, SecretProblem> {
        self.reachable().await?;
        let user = format!("{}:{name}", self.profile_id);
        let work = tokio::task::spawn_blocking(move || work(&Entry::new(SERVICE, &user)?));
        match tokio::time::timeout(PATIENCE, work).await {
            Err(_elapsed) => Err(SecretProblem::Locked),
            Ok(Err(ended)) => Err(SecretProblem::Keyring(ended.to_string())),
            Ok(Ok(done)) => done.map_err(|error| problem(&error)),
        }
    }

    /// keyring connects once in the life of the process, and a failure lasts as long. A keyring may well start after
    /// the resident, so it is asked for, and started, before keyring is touched.
    #[cfg(target_os = "linux")]
    async fn reachable(&self) -> Result<(), SecretProblem> {
        let connection = self
            .bus()
            .session()
            .await
            .map_err(|error| SecretProblem::NoKeyring(error.to_string()))?;
        let missing = |error: &dyn std::fmt::Display| SecretProblem::NoKeyring(error.to_string());
        let daemon = zbus::fdo::DBusProxy::new(&connection)
            .await
            .map_err(|error| missing(&error))?;
        let name = zbus::names::BusName::try_from(NAME).map_err(|error| missing(&error))?;
        if daemon.name_has_owner(name).await.unwrap_or(false) {
            return Ok(());
        }
        let started = connection
            .call_method(
                Some("org.freedesktop.DBus"),
                "/org/freedesktop/DBus",
                Some("org.freedesktop.DBus"),
                "StartServiceByName",
                &(NAME, 0_u32),
            )
            .await;
        started.map(drop).map_err(|error| missing(&error))
    }

    /// Passwords are asked for once in a while: the connection is not kept.
    #[cfg(target_os = "linux")]
    fn bus(&self) -> crate::desktop::bus::Bus {
        #[cfg(test)]
        if let Some(bus) = &self.bus {
            return bus.clone();
        }
        crate::desktop::bus::Bus::default()
    }

    /// Whether a keyring runs, or would be started by asking for it; asks nobody to start.
    #[cfg(target_os = "linux")]
    pub(super) async fn is_there(&self) -> bool {
        let Ok(connection) = self.bus().session().await else {
            return false;
        };
        let Ok(daemon) = zbus::fdo::DBusProxy::new(&connection).await else {
            return false;
        };
        let running = daemon.list_names().await.unwrap_or_default();
        let startable = daemon.list_activatable_names().await.unwrap_or_default();
        running
            .iter()
            .chain(&startable)
            .any(|name| name.as_str() == NAME)
    }

    #[cfg(not(target_os = "linux"))]
    #[expect(clippy::unused_async, reason = "as on Linux")]
    pub(super) async fn is_there(&self) -> bool {
        true
    }

    #[cfg(not(target_os = "linux"))]
    #[expect(clippy::unused_async, reason = "as on Linux")]
    async fn reachable(&self) -> Result<(), SecretProblem> {
        Ok(())
    }
}

/// No account has such an address: a slash begins a resource.
fn token_of(jid: &BareJid) -> String {
    format!("{jid}/token")
}

fn problem(error: &Error) -> SecretProblem {
    match error {
        Error::NoEntry => SecretProblem::NotFound,
        Error::NoStorageAccess(_) => SecretProblem::Locked,
        Error::NoDefaultStore => SecretProblem::NoKeyring(match Entry::store_status() {
            Err(why) => why.to_string(),
            Ok(()) => error.to_string(),
        }),
        // Its text holds the bytes that were found.
        Error::BadEncoding(_) | Error::BadDataFormat(..) => {
            SecretProblem::Keyring("it holds no text".into())
        }
        other => SecretProblem::Keyring(other.to_string()),
    }
}
