//! slixmpp, or over WebSocket @xmpp/client, as a person on the other side: XMPP clients that share no line of code with
//! Carillon.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::{Map, Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout};
use tokio::time::timeout;

use crate::process::Process;
use crate::server::{Account, TestServer};
use crate::wait::DEADLINE;

/// Something that the peer received.
#[derive(Debug, Clone)]
pub struct Happened(Value);

impl Happened {
    /// `message`, `presence`, `iq` or `disconnected`; `understood` for what a plug-in makes of one, see [`Peer::eloquent`].
    #[must_use]
    pub fn kind(&self) -> &str {
        self.text("event")
    }

    /// One of the report's values: `from`, `to`, `type`, `id`, `body`, `show`, `status`; empty when it has none.
    #[must_use]
    pub fn text(&self, key: &str) -> &str {
        self.0.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    /// The whole stanza.
    #[must_use]
    pub fn xml(&self) -> &str {
        self.text("xml")
    }
}

/// A signed-in client. Dropping it ends its process, which drops the connection without a farewell; for a
/// farewell there is [`Peer::log_out`].
#[derive(Debug)]
pub struct Peer {
    account: Account,
    commands: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
    asked: u64,
    waiting: Vec<Happened>,
    // Ends the process when dropped.
    _child: Child,
}

impl Peer {
    /// Signs in with the resource `peer`, over TCP where the server has it, else over its WebSocket. No presence
    /// is sent yet.
    ///
    /// # Panics
    /// When the server refuses, or `tests/setup-peer` has not been run.
    pub async fn log_in(server: &TestServer, account: &Account) -> Self {
        let url = server
            .tcp_port()
            .map_or_else(|| server.url(), |port| format!("tcp://127.0.0.1:{port}"));
        let mut peer = Self::start(account, &slixmpp());
        peer.signs_in(&url, false).await;
        peer
    }

    /// As [`Peer::online`] over TCP, with the plug-ins of `talk.py`: it says what a plug-in understands, see
    /// [`Peer::understands`], and obeys what that file names, see [`Peer::does`].
    ///
    /// # Panics
    /// As [`Peer::log_in`].
    pub async fn eloquent(server: &TestServer, account: &Account) -> Self {
        let port = server.tcp_port().expect("a server with TCP");
        let mut peer = Self::start(account, &slixmpp());
        peer.signs_in(&format!("tcp://127.0.0.1:{port}"), true)
            .await;
        peer.available().await;
        peer
    }

    /// As [`Peer::log_in`], with the presence that says available.
    ///
    /// # Panics
    /// As [`Peer::log_in`].
    pub async fn online(server: &TestServer, account: &Account) -> Self {
        let mut peer = Self::log_in(server, account).await;
        peer.available().await;
        peer
    }

    /// As [`Peer::online`], with @xmpp/client, over the server's WebSocket. It obeys `message`, `message_with`, `raw`,
    /// `available`, `show`, `unavailable`, `subscription`, `roster`, `ping` and `log_out`.
    ///
    /// # Panics
    /// As [`Peer::log_in`].
    pub async fn online_on_the_web(server: &TestServer, account: &Account) -> Self {
        let mut peer = Self::start(account, &xmpp_client());
        peer.signs_in(&server.url(), false).await;
        peer.available().await;
        peer
    }

    async fn signs_in(&mut self, url: &str, everything: bool) {
        let jid = format!("{}/peer", self.account.jid);
        let password = self.account.password.clone();
        let mut login = json!({"jid": jid, "password": password, "url": url});
        if everything {
            login["everything"] = json!(true);
        }
        self.ask("login", login).await;
    }

    fn start(account: &Account, program: &[PathBuf]) -> Self {
        let [name, script, more @ ..] = program else {
            panic!("a program and its script")
        };
        let installed = [name].into_iter().chain(more);
        for path in installed.filter(|path| path.is_absolute()) {
            assert!(
                path.exists(),
                "the peer is not installed: run tests/setup-peer"
            );
        }
        let mut command = tokio::process::Command::from(Process::command(name));
        let mut child = command
            .arg(script)
            .args(more)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the peer starts");
        Self {
            account: account.clone(),
            commands: child.stdin.take().expect("its input"),
            lines: BufReader::new(child.stdout.take().expect("its output")).lines(),
            asked: 0,
            waiting: Vec::new(),
            _child: child,
        }
    }

    /// Its bare address.
    #[must_use]
    pub fn jid(&self) -> &str {
        &self.account.jid
    }

    /// Sends a chat message, and returns its id.
    pub async fn message(&mut self, to: &str, body: &str) -> String {
        let answer = self.ask("message", json!({"to": to, "body": body})).await;
        answer["message_id"].as_str().unwrap_or_default().to_owned()
    }

    /// Sends a chat message with one more element in it, such as a receipt's request. Returns its id.
    pub async fn message_with(&mut self, to: &str, body: &str, extra: &str) -> String {
        let answer = self
            .ask("message", json!({"to": to, "body": body, "extra": extra}))
            .await;
        answer["message_id"].as_str().unwrap_or_default().to_owned()
    }

    /// Says something in a room that it has entered. Returns the message's id.
    pub async fn say_in_room(&mut self, room: &str, body: &str) -> String {
        let answer = self
            .ask(
                "message",
                json!({"to": room, "body": body, "type": "groupchat"}),
            )
            .await;
        answer["message_id"].as_str().unwrap_or_default().to_owned()
    }

    /// Sends presence: available, with no status.
    pub async fn available(&mut self) {
        self.ask("presence", json!({})).await;
    }

    /// Sends presence with `show` (`away`, `xa`, `dnd`, `chat`) and a status text.
    pub async fn show(&mut self, show: &str, status: &str) {
        self.ask("presence", json!({"show": show, "status": status}))
            .await;
    }

    /// Goes offline, and stays connected.
    pub async fn unavailable(&mut self) {
        self.ask("presence", json!({"type": "unavailable"})).await;
    }

    /// Sends presence of a subscription's type: `subscribe`, `subscribed`, `unsubscribe`, `unsubscribed`.
    pub async fn subscription(&mut self, to: &str, kind: &str) {
        self.ask("presence", json!({"to": to, "type": kind})).await;
    }

    /// Enters a room, which is made if there is none.
    pub async fn join(&mut self, room: &str, nick: &str) {
        self.ask("join", json!({"room": room, "nick": nick})).await;
    }

    /// Invites through the room (XEP-0045 section 7.8.2).
    pub async fn invite(&mut self, room: &str, to: &str, reason: &str) {
        self.ask("invite", json!({"room": room, "to": to, "reason": reason}))
            .await;
    }

    /// Invites past the room (XEP-0249).
    pub async fn invite_directly(&mut self, room: &str, to: &str, reason: &str) {
        self.ask(
            "invite_directly",
            json!({"room": room, "to": to, "reason": reason}),
        )
        .await;
    }

    /// Puts `xml` on the stream as it is.
    pub async fn raw(&mut self, xml: &str) {
        self.ask("raw", json!({"xml": xml})).await;
    }

    /// Asks the server for an answer, and has it: what was sent before has been handled by then.
    pub async fn ping(&mut self) {
        self.ask("ping", json!({})).await;
    }

    /// Blocks an address (XEP-0191).
    pub async fn block(&mut self, jid: &str) {
        self.ask("block", json!({"jid": jid})).await;
    }

    /// Gives a contact a name in its roster.
    pub async fn name(&mut self, jid: &str, name: &str) {
        self.ask("name", json!({"jid": jid, "name": name})).await;
    }

    /// Its roster: `{"bob@…": {"subscription": "both", "name": ""}}`.
    pub async fn roster(&mut self) -> Value {
        self.ask("roster", json!({})).await["items"].take()
    }

    /// Closes the stream as a client should.
    pub async fn log_out(mut self) {
        self.ask("logout", json!({})).await;
    }

    /// Obeys `command` with these arguments, and gives what it answers.
    ///
    /// # Panics
    /// When it cannot.
    pub async fn does(&mut self, command: &str, arguments: Value) -> Value {
        self.ask(command, arguments).await
    }

    /// What the plug-in whose event is `what` understood, and that `wanted` accepts.
    ///
    /// # Panics
    /// As [`Peer::expect`].
    pub async fn understands(
        &mut self,
        what: &str,
        wanted: impl Fn(&Happened) -> bool,
    ) -> Happened {
        self.expect(what, |it| {
            it.kind() == "understood" && it.text("what") == what && wanted(it)
        })
        .await
    }

    /// The next thing received, or received before and not yet taken, that `wanted` accepts.
    ///
    /// # Panics
    /// After [`DEADLINE`], with what was received instead.
    pub async fn expect(&mut self, what: &str, wanted: impl Fn(&Happened) -> bool) -> Happened {
        if let Some(found) = self.waiting.iter().position(&wanted) {
            return self.waiting.remove(found);
        }
        let search = async {
            loop {
                let line = self.line().await;
                if line.get("event").is_none() {
                    continue;
                }
                let happened = Happened(line);
                if wanted(&happened) {
                    return happened;
                }
                self.waiting.push(happened);
            }
        };
        match timeout(DEADLINE, search).await {
            Ok(happened) => happened,
            Err(_) => panic!(
                "{} did not receive {what}, but {:#?}",
                self.account.jid, self.waiting
            ),
        }
    }

    /// A message with this body.
    ///
    /// # Panics
    /// As [`Peer::expect`].
    pub async fn expect_message(&mut self, body: &str) -> Happened {
        self.expect(body, |it| it.kind() == "message" && it.text("body") == body)
            .await
    }

    /// Presence of this type from this bare address.
    ///
    /// # Panics
    /// As [`Peer::expect`].
    pub async fn expect_presence(&mut self, from: &str, kind: &str) -> Happened {
        self.expect(&format!("{kind} from {from}"), |it| {
            it.kind() == "presence"
                && it.text("type") == kind
                && it.text("from").split('/').next() == Some(from)
        })
        .await
    }

    /// What has been received and not been taken by an `expect`. Ask [`Peer::ping`] first, to have all of it.
    #[must_use]
    pub fn left(&self) -> &[Happened] {
        &self.waiting
    }

    async fn ask(&mut self, command: &str, arguments: Value) -> Value {
        self.asked += 1;
        let number = self.asked;
        let Value::Object(mut line) = arguments else {
            panic!("arguments are an object")
        };
        line.insert("id".to_owned(), json!(number));
        line.insert("do".to_owned(), json!(command));
        self.write(&line).await;
        let answer = async {
            loop {
                let line = self.line().await;
                if line.get("reply") == Some(&json!(number)) {
                    return line;
                }
                self.waiting.push(Happened(line));
            }
        };
        let answer = timeout(DEADLINE, answer)
            .await
            .unwrap_or_else(|_| panic!("the peer does not answer {command}"));
        if let Some(error) = answer.get("error") {
            panic!("{} cannot {command}: {error}", self.account.jid);
        }
        answer
    }

    async fn write(&mut self, line: &Map<String, Value>) {
        let mut text = serde_json::to_string(line).expect("JSON");
        text.push('\n');
        self.commands
            .write_all(text.as_bytes())
            .await
            .expect("the peer listens");
    }

    async fn line(&mut self) -> Value {
        let line = self
            .lines
            .next_line()
            .await
            .expect("UTF-8 from the peer")
            .expect("the peer runs");
        serde_json::from_str(&line).expect("JSON from the peer")
    }
}

/// The program, its script, and what the script is told.
fn slixmpp() -> Vec<PathBuf> {
    vec![python(), scripts().join("peer.py")]
}

/// The Python that has slixmpp.
pub(crate) fn python() -> PathBuf {
    root().join(".tools/peer/bin/python")
}

/// The folder of what it runs.
pub(crate) fn scripts() -> PathBuf {
    root().join("tests/servers/peer")
}

fn xmpp_client() -> Vec<PathBuf> {
    let bundled = root().join(".tools/bin/node");
    vec![
        if bundled.exists() {
            bundled
        } else {
            PathBuf::from("node")
        },
        root().join("tests/servers/webpeer/peer.mjs"),
        root().join(".tools/webpeer/node_modules"),
    ]
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
