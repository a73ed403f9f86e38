//! What a person has on the disk, and how an engine begins with it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use carillon_core::alerts::Surroundings;
use carillon_core::connection::Proxy;
use carillon_core::ids::Timestamp;
use carillon_core::session::{Incoming, Outgoing, SubscriptionStep};
use carillon_core::settings::{AccountSettings, SecretStore, Settings};
use carillon_engine::connector::{Boxed, SessionStart};
use carillon_engine::store::Store;
use carillon_engine::wire::{CertificateDer, Secret};
use carillon_engine::{ConnectEnd, Connector, Engine, EngineConfig, Secrets, WireConnector};
use carillon_tests_servers::Account;
use tempfile::TempDir;
use tokio::sync::{mpsc, watch};

use crate::person::Person;

/// A folder, settings, a password, and a clock that goes with the world's but can be put forward.
pub(crate) struct Profile {
    pub(crate) settings: Settings,
    password: String,
    roots: Vec<CertificateDer<'static>>,
    folder: TempDir,
    /// By how much the clock is ahead, in milliseconds.
    pub(crate) ahead: Arc<AtomicI64>,
    /// What the network client was asked for and what came of it.
    pub(crate) overheard: Arc<Mutex<Overheard>>,
}

/// What the engine keeps to itself.
#[derive(Debug, Default)]
pub(crate) struct Overheard {
    /// How often a session was begun.
    pub(crate) sessions: usize,
    /// For every answer to the roster request, whether it held items.
    pub(crate) rosters: Vec<bool>,
    /// How often a session went on over another link.
    pub(crate) resumed: usize,
    /// How many requests to be a contact came, repeated ones too.
    pub(crate) requests: usize,
}

impl Profile {
    pub(crate) fn new(account: &Account, url: &str, roots: &[CertificateDer<'static>]) -> Self {
        Self {
            settings: Settings {
                accounts: vec![AccountSettings {
                    connect: Some(url.to_owned()),
                    secret: SecretStore::File,
                    proxy: Proxy::Direct,
                    ..AccountSettings::new(account.jid.parse().unwrap())
                }],
                ..Settings::default()
            },
            password: account.password.clone(),
            roots: roots.to_vec(),
            folder: tempfile::tempdir().unwrap(),
            ahead: Arc::default(),
            overheard: Arc::default(),
        }
    }

    pub(crate) fn with(mut self, choose: impl FnOnce(&mut Settings)) -> Self {
        choose(&mut self.settings);
        self
    }

    /// Another folder with nothing in it, the server at another address, and everything else the same.
    pub(crate) fn elsewhere(&self, url: &str) -> Self {
        let mut settings = self.settings.clone();
        settings.accounts[0].connect = Some(url.to_owned());
        Self {
            settings,
            password: self.password.clone(),
            roots: self.roots.clone(),
            folder: tempfile::tempdir().unwrap(),
            ahead: Arc::default(),
            overheard: Arc::default(),
        }
    }

    /// Where files are kept.
    pub(crate) fn media(&self) -> PathBuf {
        self.folder.path().join("media")
    }

    /// The files of the database, the one with the changes last.
    pub(crate) fn database(&self) -> [PathBuf; 2] {
        ["carillon.db", "carillon.db-wal"].map(|name| self.folder.path().join(name))
    }

    pub(crate) fn with_password(mut self, password: &str) -> Self {
        password.clone_into(&mut self.password);
        self
    }

    /// Starts an engine on this profile.
    pub(crate) fn starts(self) -> Person {
        let store = Store::open(&self.folder.path().join("carillon.db")).unwrap();
        let (surroundings, surroundings_read) = watch::channel(Surroundings::default());
        let ahead = Arc::clone(&self.ahead);
        let connector = Overhearing {
            wire: WireConnector::new(Arc::new(Known(self.password.clone())))
                .trusting(self.roots.clone()),
            overheard: Arc::clone(&self.overheard),
        };
        let (engine, outputs) = Engine::start(EngineConfig {
            store,
            settings: self.settings.clone(),
            connector: Arc::new(connector),
            surroundings: surroundings_read,
            clock: Arc::new(move || {
                Timestamp::from(jiff::Timestamp::now()).plus_millis(ahead.load(Ordering::Relaxed))
            }),
            // The wait before another attempt is half of what it can be.
            chance: Box::new(|| 0.5),
        })
        .unwrap();
        Person::new(self, engine, outputs, surroundings)
    }

    /// Starts an engine on this profile, and waits until it is signed in.
    pub(crate) async fn signs_in(self) -> Person {
        let person = self.starts();
        person.is_online().await;
        person
    }
}

struct Known(String);

impl Secrets for Known {
    fn password(&self, _: &AccountSettings) -> Boxed<Option<Secret>> {
        let password = Secret::new(self.0.clone());
        Box::pin(async { Some(password) })
    }
}

/// The real network client, with an ear between it and the engine.
struct Overhearing {
    wire: WireConnector,
    overheard: Arc<Mutex<Overheard>>,
}

impl Connector for Overhearing {
    fn run(
        &self,
        start: SessionStart,
        outgoing: mpsc::Receiver<Outgoing>,
        incoming: mpsc::Sender<Incoming>,
    ) -> Boxed<ConnectEnd> {
        let overheard = Arc::clone(&self.overheard);
        overheard.lock().unwrap().sessions += 1;
        let (heard, mut hears) = mpsc::channel(1);
        let session = self.wire.run(start, outgoing, heard);
        Box::pin(async move {
            let pass_on = async {
                while let Some(stanza) = hears.recv().await {
                    overheard.lock().unwrap().requests += usize::from(is_request(&stanza));
                    overheard.lock().unwrap().resumed += usize::from(stanza == Incoming::Resumed);
                    if let Incoming::Roster { items, .. } = &stanza {
                        overheard.lock().unwrap().rosters.push(items.is_some());
                    }
                    if incoming.send(stanza).await.is_err() {
                        return;
                    }
                }
            };
            tokio::join!(session, pass_on).0
        })
    }
}

fn is_request(stanza: &Incoming) -> bool {
    let Incoming::Subscription { step, .. } = stanza else {
        return false;
    };
    matches!(step, SubscriptionStep::Subscribe(_))
}
