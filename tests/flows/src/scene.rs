//! A session that is online, its server, and the one who listens to it.

use crate::link::Way;
use crate::server::{Account, Conversation, ScriptedServer};
use carillon_core::session::{Incoming, Outgoing, SessionProblem};
use carillon_wire::{ConnectConfig, Secret};
use jid::BareJid;
use minidom::Element;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

const DEADLINE: Duration = Duration::from_secs(60);

/// Alice, online at her server, with Bob in her roster.
#[derive(Debug)]
pub struct Scene {
    /// The server's side.
    pub server: Conversation,
    /// What the session tells.
    pub incoming: mpsc::Receiver<Incoming>,
    outgoing: mpsc::Sender<Outgoing>,
    session: JoinHandle<Result<(), SessionProblem>>,
    fences: u32,
}

impl Scene {
    /// Alice's account.
    #[must_use]
    pub fn alice() -> Account {
        Account {
            full: "alice@example.org/phone".to_owned(),
            password: "wonderland".to_owned(),
        }
    }

    /// A session of Alice's that has just been started.
    ///
    /// # Panics
    /// When it does not connect.
    pub async fn connected(way: Way) -> Self {
        Self::connected_as(way, |_| {}).await
    }

    /// As [`Scene::connected`], with something set up otherwise.
    ///
    /// # Panics
    /// When it does not connect.
    pub async fn connected_as(way: Way, change: impl FnOnce(&mut ConnectConfig)) -> Self {
        let listening = ScriptedServer::listen(way).await;
        let account = Self::alice();
        let (outgoing, requests) = mpsc::channel(64);
        let (told, incoming) = mpsc::channel(64);
        let jid = BareJid::new(account.bare()).expect("an address");
        let mut config = ConnectConfig {
            url: Some(listening.url()),
            ..ConnectConfig::new(jid, Secret::new(account.password))
        };
        change(&mut config);
        let session = tokio::spawn(carillon_wire::run(config, requests, told));
        Self {
            server: listening.accept().await,
            incoming,
            outgoing,
            session,
            fences: 0,
        }
    }

    /// Alice online; all that a login asks for is answered, and told.
    pub async fn online(way: Way) -> Self {
        let mut scene = Self::connected(way).await;
        scene.server.signs_in(&Self::alice()).await;
        scene.answers_first_requests().await;
        scene.settled().await;
        scene
    }

    /// Answers features, roster, carbons and block list, until the first presence comes.
    pub async fn answers_first_requests(&mut self) {
        loop {
            let request = self.server.recv().await;
            if request.name() == "presence" {
                return;
            }
            let (Some(id), Some(payload)) = (request.attr("id"), request.children().next()) else {
                continue;
            };
            let answer = match payload.ns().as_str() {
                "http://jabber.org/protocol/disco#info" => {
                    "<query xmlns='http://jabber.org/protocol/disco#info'><feature var='urn:xmpp:sid:0'/>\
                     <feature var='urn:xmpp:carbons:2'/><feature var='urn:xmpp:blocking'/></query>"
                }
                "jabber:iq:roster" => {
                    "<query xmlns='jabber:iq:roster'>\
                     <item jid='bob@example.net' subscription='both'/></query>"
                }
                "urn:xmpp:blocking" => "<blocklist xmlns='urn:xmpp:blocking'/>",
                _ => "",
            };
            let from = request.attr("to").map(|to| format!(" from='{to}'"));
            let from = from.unwrap_or_default();
            let answer = format!("<iq type='result' id='{id}'{from}>{answer}</iq>");
            self.server.send(&answer).await;
        }
    }

    /// The engine asks for something.
    ///
    /// # Panics
    /// When the session is over.
    pub async fn ask(&self, what: Outgoing) {
        self.outgoing.send(what).await.expect("the session lives");
    }

    /// All that the session makes of what the server has said so far: what it told, and what it answered.
    ///
    /// A question behind it is only answered after all before it was told.
    pub async fn settled(&mut self) -> (Vec<Incoming>, Vec<Element>) {
        self.fences += 1;
        let id = format!("fence{}", self.fences);
        let question = format!(
            "<iq type='get' id='{id}' from='example.org'><ping xmlns='urn:xmpp:ping'/></iq>"
        );
        self.server.send(&question).await;
        let mut answers = Vec::new();
        let mut told = Vec::new();
        loop {
            tokio::select! {
                answer = self.server.recv() => {
                    if answer.attr("id") == Some(id.as_str()) {
                        break;
                    }
                    answers.push(answer);
                }
                Some(what) = self.incoming.recv() => told.push(what),
            }
        }
        while let Ok(what) = self.incoming.try_recv() {
            told.push(what);
        }
        (told, answers)
    }

    /// What the session tells when the server says this.
    pub async fn tells(&mut self, xml: &str) -> Vec<Incoming> {
        self.server.send(xml).await;
        self.settled().await.0
    }

    /// Drops the session's future in the middle of whatever it does; the server's side is left.
    #[must_use]
    pub fn drop_session(self) -> Conversation {
        self.session.abort();
        self.server
    }

    /// How the session ends.
    ///
    /// # Panics
    /// When it does not.
    pub async fn ends(self) -> Result<(), SessionProblem> {
        let Self {
            session, server, ..
        } = self;
        let end = timeout(DEADLINE, session).await;
        drop(server);
        end.expect("the session ends").expect("it does not panic")
    }
}
