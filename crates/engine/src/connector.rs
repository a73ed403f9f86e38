//! How the engine gets a session: the real one over the network, a scripted one in tests.

use carillon_core::contact::Availability;
use carillon_core::session::{Incoming, Outgoing, SessionProblem};
use carillon_core::settings::AccountSettings;
use carillon_wire::{ConnectConfig, Secret};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use tokio::sync::mpsc;

/// A boxed future, so that connectors can be chosen at run time.
pub type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// What a session begins with.
#[derive(Debug, Clone)]
pub struct SessionStart {
    /// The account.
    pub account: AccountSettings,
    /// The version of the stored roster (RFC 6121 §2.6).
    pub roster_version: Option<String>,
    /// What to show.
    pub availability: Availability,
    /// My words.
    pub status: String,
}

/// Why a session ended or could not begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConnectEnd {
    /// In good order, asked for by us.
    Closed,
    /// The password is not to be had.
    NoPassword,
    /// Anything else.
    Problem(SessionProblem),
}

/// Makes sessions.
pub trait Connector: Send + Sync + 'static {
    /// Connects and runs until the session ends.
    fn run(
        &self,
        start: SessionStart,
        outgoing: mpsc::Receiver<Outgoing>,
        incoming: mpsc::Sender<Incoming>,
    ) -> Boxed<ConnectEnd>;
}

/// Where passwords are kept.
pub trait Secrets: Send + Sync + 'static {
    /// The password of an account; `None` when there is none, or the keyring is locked or absent.
    fn password(&self, account: &AccountSettings) -> Boxed<Option<Secret>>;
}

/// Sessions over the network.
pub struct WireConnector {
    secrets: Arc<dyn Secrets>,
}

impl WireConnector {
    /// Sessions that sign in with the passwords of `secrets`.
    #[must_use]
    pub fn new(secrets: Arc<dyn Secrets>) -> Self {
        Self { secrets }
    }
}

impl Connector for WireConnector {
    fn run(
        &self,
        start: SessionStart,
        outgoing: mpsc::Receiver<Outgoing>,
        incoming: mpsc::Sender<Incoming>,
    ) -> Boxed<ConnectEnd> {
        let secrets = Arc::clone(&self.secrets);
        Box::pin(async move {
            let Some(password) = secrets.password(&start.account).await else {
                return ConnectEnd::NoPassword;
            };
            let config = connect_config(start, password);
            match carillon_wire::run(config, outgoing, incoming).await {
                Ok(()) => ConnectEnd::Closed,
                Err(problem) => ConnectEnd::Problem(problem),
            }
        })
    }
}

fn connect_config(start: SessionStart, password: Secret) -> ConnectConfig {
    ConnectConfig {
        url: start.account.connect,
        roster_version: start.roster_version,
        presence: (start.availability, start.status),
        ..ConnectConfig::new(start.account.jid, password)
    }
}
