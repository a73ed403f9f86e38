//! How the engine gets a session: the real one over the network, a scripted one in tests.

use crate::purse::{Keeper, Purses};
use carillon_core::connection::Mechanism;
use carillon_core::contact::Availability;
use carillon_core::session::{Incoming, Outgoing, SessionProblem, StreamState};
use carillon_core::settings::AccountSettings;
use carillon_wire::{
    Asleep, CertificateDer, ConnectConfig, Device, Earlier, KeepToken, Secret, Token,
};
use jid::BareJid;
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
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
    /// The stream to be resumed if the server still has it (XEP-0198).
    pub stream: Option<StreamState>,
    /// The strongest way that the account was ever signed in by.
    pub pinned: Option<Mechanism>,
    /// A random UUID that stands for this account on this computer (XEP-0388).
    pub device: String,
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

    /// Gets ready to have the server forget the account's token (XEP-0484), before the account goes from this computer.
    /// What is answered does it over the network, and needs nothing any more that is kept here; `None` when there is no
    /// token.
    fn revoke(&self, _start: SessionStart) -> Boxed<Option<Boxed<()>>> {
        Box::pin(async { None })
    }
}

/// Where passwords are kept, and the tokens that servers give for them (XEP-0484).
pub trait Secrets: Send + Sync + 'static {
    /// The password of an account; `None` when there is none, or the keyring is locked or absent.
    fn password(&self, account: &AccountSettings) -> Boxed<Option<Secret>>;

    /// The token of an account; `None` when there is none, or none is to be had.
    fn token(&self, _account: &AccountSettings) -> Boxed<Option<Token>> {
        Box::pin(async { None })
    }

    /// Keeps a token in the stead of the one before; `None` forgets it. Who keeps none loses nothing but time. It is
    /// for this password: beside another one nothing is changed.
    fn keep_token(
        &self,
        _account: &AccountSettings,
        _password: Secret,
        _token: Option<Token>,
    ) -> Boxed<()> {
        Box::pin(async {})
    }
}

/// Sessions over the network.
pub struct WireConnector {
    secrets: Arc<dyn Secrets>,
    dormitory: Arc<Dormitory>,
    purses: Purses,
    extra_roots: Vec<CertificateDer<'static>>,
}

/// Sessions whose link broke, until the next attempt takes them out.
#[derive(Default)]
struct Dormitory(Mutex<HashMap<BareJid, Asleep>>);

impl Dormitory {
    fn put(&self, account: BareJid, asleep: Option<Asleep>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match asleep {
            Some(asleep) => all.insert(account, asleep),
            None => all.remove(&account),
        };
    }

    fn take(&self, account: &BareJid) -> Option<Asleep> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.remove(account)
    }
}

impl WireConnector {
    /// Sessions that sign in with the passwords of `secrets`.
    #[must_use]
    pub fn new(secrets: Arc<dyn Secrets>) -> Self {
        Self {
            secrets,
            dormitory: Arc::default(),
            purses: Purses::default(),
            extra_roots: Vec::new(),
        }
    }

    /// Certificate authorities to be trusted beside the system's.
    #[must_use]
    pub fn trusting(mut self, extra_roots: Vec<CertificateDer<'static>>) -> Self {
        self.extra_roots = extra_roots;
        self
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
        let dormitory = Arc::clone(&self.dormitory);
        let purses = self.purses.clone();
        let extra_roots = self.extra_roots.clone();
        Box::pin(async move {
            let Some(password) = secrets.password(&start.account).await else {
                return ConnectEnd::NoPassword;
            };
            let purse = purses.of(secrets, &start, &password);
            let device = Device {
                id: start.device.clone(),
                token: purse.token().await,
                keeper: Arc::new(Keeper(purse)),
            };
            let account = start.account.jid.clone();
            let earlier = Earlier {
                stream: start.stream.clone(),
                asleep: dormitory.take(&account),
            };
            let config = ConnectConfig {
                extra_roots,
                device: Some(device),
                ..connect_config(start, password)
            };
            let ended = carillon_wire::run_on(config, earlier, outgoing, incoming).await;
            dormitory.put(account, ended.asleep);
            match ended.result {
                Ok(()) => ConnectEnd::Closed,
                Err(problem) => ConnectEnd::Problem(problem),
            }
        })
    }

    fn revoke(&self, start: SessionStart) -> Boxed<Option<Boxed<()>>> {
        let secrets = Arc::clone(&self.secrets);
        let extra_roots = self.extra_roots.clone();
        Box::pin(async move {
            let token = secrets.token(&start.account).await?;
            let device = Device {
                id: start.device.clone(),
                token: Some(token),
                keeper: Arc::new(Nobody),
            };
            let config = ConnectConfig {
                extra_roots,
                device: Some(device),
                // Only the token is used.
                ..connect_config(start, Secret::new(String::new()))
            };
            let revoke: Boxed<()> = Box::pin(async move {
                match carillon_wire::revoke(&config).await {
                    Ok(true) => tracing::info!("the server has forgotten the token"),
                    Ok(false) => tracing::warn!("the server did not take back the token"),
                    Err(problem) => tracing::warn!(%problem, "the server still has the token"),
                }
            });
            Some(revoke)
        })
    }
}

/// Keeps no token: it is to go.
struct Nobody;

impl KeepToken for Nobody {
    fn at_stake(&self) {}

    fn keep(&self, _: Option<Token>) -> Boxed<()> {
        Box::pin(async {})
    }
}

fn connect_config(start: SessionStart, password: Secret) -> ConnectConfig {
    ConnectConfig {
        url: start.account.connect,
        proxy: start.account.proxy,
        pinned: start.pinned,
        allow_plain: start.account.allow_plain,
        roster_version: start.roster_version,
        presence: (start.availability, start.status),
        ..ConnectConfig::new(start.account.jid, password)
    }
}
