//! One person: a real resident, driven over the link without a window.

use std::path::PathBuf;
use std::rc::Rc;
use std::time::{Duration, SystemTime};

use carillon_tests_app::{NoAnswer, Person, Visitor};
use carillon_tests_servers::{Account, DEADLINE, FaultProxy, TestServer, until_some};
use fastrand::Rng;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::chunk::Transport;
use crate::oracle::{Seen, Sent};
use crate::progress::Progress;
use crate::sessions::reads_until;

/// The longest page of a chat's history.
const PAGE: u32 = 200;

/// What of the resident's log the report counts: how sessions began.
const LOG: &str = "info,carillon_wire=debug";

/// Somebody whose resident runs, behind a wire of their own.
#[derive(Debug)]
pub(crate) struct Side {
    pub(crate) person: Person,
    pub(crate) wire: FaultProxy,
    pub(crate) address: Address,
    environment: Vec<(&'static str, String)>,
}

/// Where a resident is asked, and about which chat.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    socket: PathBuf,
    account: Value,
    chat: Value,
}

impl Side {
    /// Online, alerts muted: what is shown and played is no part of this, and would take the processor's time.
    pub(crate) async fn begin(
        mut person: Person,
        server: &TestServer,
        transport: Transport,
        own: &Account,
        other: &Account,
    ) -> Self {
        person.desktop.speaker.stop_recording().await;
        let url = match transport {
            Transport::Tcp => server.starttls_address(),
            Transport::Websocket => server.url(),
        };
        let wire = FaultProxy::before(&url).await;
        person.add_account_at(&wire.url(&url), own).await;
        let log = std::env::var("SOAK_LOG").unwrap_or_else(|_| LOG.to_owned());
        let environment = vec![
            ("CARILLON_LOG", log),
            (
                "SSL_CERT_FILE",
                server.authority_file().to_string_lossy().into_owned(),
            ),
        ];
        let variables: Vec<_> = environment
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        person.start_with(&variables).await;
        person.until_online().await;
        let socket = Visitor::socket(&person.desktop, &person.profile());
        let mut tool = Visitor::tool(&socket).await.expect("the resident listens");
        let overview = tool.must("read_overview", json!({})).await;
        let account = overview["accounts"][0]["id"].clone();
        tool.must("mute_all", json!({"until": "8h"})).await;
        let chat = json!({"account": account, "jid": other.jid});
        Self {
            person,
            wire,
            address: Address {
                socket,
                account,
                chat,
            },
            environment,
        }
    }

    /// Starts the resident again after a kill, and does not wait.
    pub(crate) fn spawn(&mut self) {
        let variables: Vec<_> = self
            .environment
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        self.person.spawn_with(&variables);
    }

    /// When it has read its archive for the last time, as far as its sessions until now say.
    pub(crate) fn reads_until(&self) -> SystemTime {
        reads_until(&self.person.log())
    }

    /// The profile's database.
    pub(crate) fn database(&self) -> PathBuf {
        self.person.profile().join("carillon.db")
    }
}

impl Address {
    async fn window(&self) -> Visitor {
        until_some("a link to the resident", async || {
            Visitor::window(&self.socket).await.ok()
        })
        .await
    }

    /// Says numbered messages as a window does, the same id again when the link was lost before the answer; answers
    /// those that the resident has taken on.
    pub(crate) async fn says(&self, side: usize, seed: u64, progress: Rc<Progress>) -> Vec<Sent> {
        let mut chance = Rng::with_seed(seed);
        let mut window = None;
        let mut sent: Vec<Sent> = Vec::new();
        while progress.may_say(side).await {
            let one = Sent {
                id: uuid::Builder::from_random_bytes(chance.u128(..).to_be_bytes())
                    .into_uuid()
                    .to_string(),
                body: format!("{} {:06}", ["a", "b"][side], sent.len()),
            };
            let mut ask = self.said(&one);
            loop {
                if window.is_none() {
                    window = Some(self.window().await);
                }
                let open = window.as_mut().expect("just opened");
                match open.ask("send_message", ask).await {
                    Ok(_) => break,
                    Err(NoAnswer::Lost) => {
                        window = None;
                        ask = self.said(&one);
                    }
                    Err(NoAnswer::Refused(why)) => panic!("{one:?} was refused: {why}"),
                }
            }
            sent.push(one);
            progress.said(side);
            if let Some(window) = &mut window {
                window.events.clear();
            }
            sleep(Duration::from_millis(chance.u64(..4))).await;
        }
        sent
    }

    fn said(&self, one: &Sent) -> Value {
        json!({"chat": self.chat, "id": one.id, "body": one.body})
    }

    /// Sees to it that a broken session is tried again soon, as somebody who clicks on "connect now".
    pub(crate) async fn hurries(&self) {
        let mut tool = None;
        loop {
            if tool.is_none() {
                tool = Visitor::tool(&self.socket).await.ok();
            }
            if let Some(open) = &mut tool {
                match self.hurry(open).await {
                    Ok(()) => open.events.clear(),
                    Err(NoAnswer::Lost) => tool = None,
                    Err(NoAnswer::Refused(why)) => panic!("connect_now was refused: {why}"),
                }
            }
            sleep(Duration::from_millis(100)).await;
        }
    }

    async fn hurry(&self, tool: &mut Visitor) -> Result<(), NoAnswer> {
        let status = tool.ask("read_status", json!({})).await?;
        let connection = &status["accounts"][0]["connection"];
        match connection["kind"].as_str() {
            Some("waiting") => {
                let ask = json!({"account": self.account});
                tool.ask("connect_now", ask).await.map(|_| ())
            }
            Some("stopped" | "needs_password") => panic!("it has given up: {connection}"),
            _ => Ok(()),
        }
    }

    /// How far the reading of an archive is, as the window shows it; null when none is being read.
    pub(crate) async fn catching_up(&self) -> Value {
        let mut tool = self.window().await;
        let mut status = tool.must("read_status", json!({})).await;
        status["accounts"][0]["catching_up"].take()
    }

    /// What the contact said, as a window's list shows it once nothing moves in it any more.
    pub(crate) async fn shown(&self) -> Vec<Seen> {
        let mut tool = self.window().await;
        let mut before = self.listed(&mut tool).await;
        let begun = Instant::now();
        loop {
            sleep(Duration::from_millis(500)).await;
            let now = self.listed(&mut tool).await;
            tool.events.clear();
            if ids(&before) == ids(&now) || begun.elapsed() > DEADLINE {
                break;
            }
            before = now;
        }
        let heard = before
            .iter()
            .filter(|one| one["author"]["kind"] == "contact");
        heard
            .map(|one| Seen {
                id: None,
                body: one["body"].as_str().unwrap_or_default().to_owned(),
            })
            .collect()
    }

    /// The whole list, page by page. Between two pages an archive may move messages: such a one is in both, or in
    /// neither, and a window reads the list again when it is told of it.
    async fn listed(&self, tool: &mut Visitor) -> Vec<Value> {
        let mut anchor = json!({"kind": "newest"});
        let mut all = Vec::new();
        loop {
            let ask = json!({"chat": self.chat, "anchor": anchor, "limit": PAGE});
            let page = tool.must("read_history", ask).await;
            let messages = page["messages"].as_array().expect("messages").clone();
            let first = messages.first().map(|it| it["id"].clone());
            anchor = json!({"kind": "before", "message": first});
            all.push(messages);
            if page["more_before"] != true {
                return all.into_iter().rev().flatten().collect();
            }
        }
    }
}

fn ids(list: &[Value]) -> Vec<&Value> {
    list.iter().map(|one| &one["id"]).collect()
}
