//! Signing in by SASL2 and by token with a server that is not ours (XEP-0388, XEP-0386, XEP-0484).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use carillon_core::connection::{Connection, Proxy, TokenMechanism};
use carillon_core::contact::Availability;
use carillon_core::session::{Incoming, Outgoing, SessionProblem, StreamState};
use carillon_core::settings::AccountSettings;
use carillon_engine::connector::{Boxed, SessionStart};
use carillon_engine::wire::{
    CertificateDer, ConnectConfig, Device, Earlier, Ended, KeepToken, Secret, Token, run_on,
};
use carillon_engine::{ConnectEnd, Connector, Secrets, WireConnector};
use carillon_tests_servers::{Account, DEADLINE, TestServer, until_some};
use jid::FullJid;
use std::sync::{Arc, Mutex};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

const DEVICE: &str = "d4565fa7-4d72-4749-b3d3-740edbf87770";

/// Where Alice keeps her token, and how often something was kept there.
#[derive(Clone, Default)]
struct Purse(Arc<Mutex<(u32, Option<Token>)>>);

impl KeepToken for Purse {
    fn at_stake(&self) {}

    fn keep(&self, token: Option<Token>) -> Boxed<()> {
        let mut kept = self.0.lock().unwrap();
        *kept = (kept.0 + 1, token);
        Box::pin(async {})
    }
}

impl Purse {
    /// What is kept for the time that this is `times`.
    async fn kept(&self, times: u32) -> Option<Token> {
        let kept = async || {
            let kept = self.0.lock().unwrap();
            (kept.0 == times).then(|| kept.1.clone())
        };
        until_some("the token is kept", kept).await
    }
}

struct Session {
    outgoing: mpsc::Sender<Outgoing>,
    incoming: mpsc::Receiver<Incoming>,
    task: JoinHandle<Ended>,
}

struct Alice {
    config: ConnectConfig,
    purse: Purse,
}

impl Alice {
    fn on(server: &TestServer, account: &Account) -> Self {
        let password = Secret::new(account.password.clone());
        Self {
            config: ConnectConfig {
                url: Some(server.tls_address()),
                proxy: Proxy::Direct,
                extra_roots: vec![CertificateDer::from(server.authority().to_vec())],
                ..ConnectConfig::new(account.jid.parse().unwrap(), password)
            },
            purse: Purse::default(),
        }
    }

    fn connects(&self, token: Option<Token>, stream: Option<StreamState>) -> Session {
        let device = Device {
            id: DEVICE.to_owned(),
            token,
            keeper: Arc::new(self.purse.clone()),
        };
        let config = ConnectConfig {
            device: Some(device),
            ..self.config.clone()
        };
        let (outgoing, requests) = mpsc::channel(16);
        let (told, incoming) = mpsc::channel(16);
        let earlier = Earlier {
            stream,
            asleep: None,
        };
        Session {
            outgoing,
            incoming,
            task: tokio::spawn(run_on(config, earlier, requests, told)),
        }
    }
}

impl Session {
    async fn tells<T>(&mut self, what: &str, wanted: impl Fn(Incoming) -> Option<T>) -> T {
        let told = async {
            loop {
                let Some(told) = self.incoming.recv().await else {
                    panic!("no {what}: {:?}", (&mut self.task).await);
                };
                if let Some(found) = wanted(told) {
                    return found;
                }
            }
        };
        timeout(DEADLINE, told).await.expect(what)
    }

    async fn is_online(&mut self) -> (Connection, FullJid) {
        let connection = |told| match told {
            Incoming::Connected(connection) => Some(*connection),
            _ => None,
        };
        let connection = self.tells("connection", connection).await;
        let jid = |told| match told {
            Incoming::Online { jid, features } => {
                assert!(features.carbons, "they were asked for with the resource");
                Some(jid)
            }
            _ => None,
        };
        (connection, self.tells("being online", jid).await)
    }

    async fn closes(self) {
        self.outgoing.send(Outgoing::Close).await.unwrap();
        drop(self.incoming);
        assert_eq!(self.task.await.unwrap().result, Ok(()));
    }
}

#[tokio::test]
async fn prosody_lets_in_by_password_then_by_token_and_by_password_again_when_the_token_is_none() {
    let server = TestServer::start_with_sasl2().await;
    let account = server
        .add_account("alice", "through the looking-glass")
        .await;
    let alice = Alice::on(&server, &account);

    let mut by_password = alice.connects(None, None);
    let (connection, jid) = by_password.is_online().await;
    assert_eq!(connection.token, None);
    let resource = jid.resource().as_str();
    assert!(resource.starts_with("Carillon-"), "{resource}: of Bind 2");
    let token = alice.purse.kept(1).await.expect("a token");
    assert_eq!(token.mechanism, TokenMechanism::Exporter);
    by_password.closes().await;

    let mut by_token = alice.connects(Some(token), None);
    let (connection, again) = by_token.is_online().await;
    assert_eq!(connection.token, Some(TokenMechanism::Exporter));
    let name = |jid: &FullJid| jid.resource().rsplit_once('~').unwrap().1.to_owned();
    assert_eq!(name(&again), name(&jid), "the server knows the device");
    assert_ne!(again, jid, "and nobody who saw its address knows the next");
    let jid = again;
    let token = alice.purse.kept(2).await.expect("the token");
    assert_eq!(token.uses, 1);

    let stream = |told| match told {
        Incoming::Resumable(stream) => Some(stream),
        _ => None,
    };
    let stream = by_token.tells("a stream that can go on", stream).await;
    by_token.task.abort();
    let mut resumed = alice.connects(Some(token.clone()), Some(stream));
    let (connection, again) = resumed.goes_on().await;
    assert_eq!(connection.token, Some(TokenMechanism::Exporter));
    assert_eq!(again, jid);
    alice.purse.kept(3).await.expect("the token");
    resumed.closes().await;

    let wrong = Token {
        secret: Secret::new("secret-token:nobody's".to_owned()),
        ..token
    };
    let mut refused = alice.connects(Some(wrong), None);
    assert!(alice.purse.kept(4).await.is_none(), "it is forgotten");
    // This Prosody takes nothing but tokens on a stream on which one was tried: it is no answer to the password.
    refused.incoming.close();
    let end = refused.task.await.unwrap().result;
    if let Err(problem) = &end {
        assert!(matches!(problem, SessionProblem::Lost { .. }), "{problem}");
    }
    let mut by_password = alice.connects(None, None);
    assert_eq!(by_password.is_online().await.0.token, None);
    assert!(alice.purse.kept(5).await.is_some(), "there is a new one");
    by_password.closes().await;
}

impl Session {
    /// On the stream of before; carbons are switched on anew, as everything is.
    async fn goes_on(&mut self) -> (Connection, FullJid) {
        let connection = |told| match told {
            Incoming::Connected(connection) => Some(*connection),
            _ => None,
        };
        let connection = self.tells("connection", connection).await;
        let reached = |told| matches!(told, Incoming::ReachedEarlier(_)).then_some(());
        self.tells("how far the stream was", reached).await;
        self.outgoing.send(Outgoing::EarlierSettled).await.unwrap();
        let jid = |told| match told {
            Incoming::Online { jid, .. } => Some(jid),
            _ => None,
        };
        (connection, self.tells("being online", jid).await)
    }
}

/// Where a password and the token for it are kept.
#[derive(Clone)]
struct Keyring {
    password: String,
    purse: Purse,
}

impl Secrets for Keyring {
    fn password(&self, _: &AccountSettings) -> Boxed<Option<Secret>> {
        let password = Secret::new(self.password.clone());
        Box::pin(async { Some(password) })
    }

    fn token(&self, _: &AccountSettings) -> Boxed<Option<Token>> {
        let token = self.purse.0.lock().unwrap().1.clone();
        Box::pin(async { token })
    }

    fn keep_token(&self, _: &AccountSettings, _: Secret, token: Option<Token>) -> Boxed<()> {
        self.purse.keep(token)
    }
}

#[tokio::test]
async fn what_keeps_the_password_keeps_the_token_and_the_next_session_has_it() {
    let server = TestServer::start_with_sasl2().await;
    let account = server
        .add_account("alice", "through the looking-glass")
        .await;
    let keyring = Keyring {
        password: account.password.clone(),
        purse: Purse::default(),
    };
    let roots = vec![CertificateDer::from(server.authority().to_vec())];
    let connector = WireConnector::new(Arc::new(keyring.clone())).trusting(roots.clone());
    let start = SessionStart {
        account: AccountSettings {
            connect: Some(server.tls_address()),
            proxy: Proxy::Direct,
            ..AccountSettings::new(account.jid.parse().unwrap())
        },
        roster_version: None,
        availability: Availability::Available,
        status: String::new(),
        stream: None,
        pinned: None,
        device: DEVICE.to_owned(),
    };
    for (times, token) in [(1, None), (2, Some(TokenMechanism::Exporter))] {
        let (outgoing, requests) = mpsc::channel(16);
        let (told, mut incoming) = mpsc::channel(16);
        let session = tokio::spawn(connector.run(start.clone(), requests, told));
        let first = timeout(DEADLINE, incoming.recv()).await.expect("an answer");
        let Some(Incoming::Connected(connection)) = first else {
            panic!("it did not connect: {first:?}");
        };
        assert_eq!(connection.token, token);
        assert!(keyring.purse.kept(times).await.is_some());
        outgoing.send(Outgoing::Close).await.unwrap();
        drop(incoming);
        assert_eq!(session.await.unwrap(), ConnectEnd::Closed);
    }

    // The account is removed: the server forgets the token, and a copy of it is good for nothing.
    let revoke = connector.revoke(start.clone()).await.expect("a token");
    timeout(DEADLINE, revoke).await.expect("an end");
    let thief = WireConnector::new(Arc::new(keyring.clone())).trusting(roots);
    let (_outgoing, requests) = mpsc::channel(16);
    let (told, mut incoming) = mpsc::channel(16);
    let session = tokio::spawn(thief.run(start, requests, told));
    let first = timeout(DEADLINE, incoming.recv()).await.expect("an answer");
    if let Some(Incoming::Connected(connection)) = first {
        assert_eq!(connection.token, None, "by the password");
    }
    drop(incoming);
    session.abort();
}
