//! Somebody who was away: a resident behind a wire that can be cut, and a server that has forgotten the stream.

use std::time::{Duration, Instant};

use carillon_tests_app::{Person, Visitor};
use carillon_tests_servers::{Account, BareStream, DEADLINE, Kind, Proxy, TestServer};
use serde_json::{Value, json};

/// How often a window asks while something is awaited.
const LOOK: Duration = Duration::from_millis(2);

/// Bob, whose contact Alice is. One message of hers has come, so his archive is known up to there.
#[derive(Debug)]
pub(crate) struct Away {
    pub(crate) bob: Person,
    pub(crate) bob_account: Account,
    pub(crate) alice_account: Account,
    /// Between Bob and the server.
    pub(crate) wire: Proxy,
    pub(crate) server: TestServer,
}

impl Away {
    /// Everybody is made; Bob is online, and his resident logs what `log` says.
    pub(crate) async fn prepare(log: &str) -> Self {
        let server = TestServer::start(Kind::Prosody).await;
        let alice_account = server.add_account("alice", "bench").await;
        let bob_account = server.add_account("bob", "bench").await;
        server
            .befriend((&alice_account, "Alice"), (&bob_account, "Bob"))
            .await;
        let wire = Proxy::before(&server.url()).await;
        let mut bob = Person::new("Bob").await;
        let url = wire.url(&server.url());
        let arguments = [
            "account",
            "add",
            &bob_account.jid,
            "--password-stdin",
            "--connect",
            &url,
            "--store",
            "file",
        ];
        let added = bob
            .run(&arguments, &format!("{}\n", bob_account.password))
            .await;
        let said = String::from_utf8_lossy(&added.stderr);
        assert!(added.status.success(), "{said}");
        bob.start_with(&[("CARILLON_LOG", log)]).await;
        bob.until_online().await;
        let away = Self {
            bob,
            bob_account,
            alice_account,
            wire,
            server,
        };
        away.write_first().await;
        away
    }

    async fn write_first(&self) {
        let mut alice = self.stream(&self.server.url(), &self.alice_account).await;
        let to = &self.bob_account.jid;
        let xml = format!(
            "<message xmlns='jabber:client' type='chat' to='{to}' id='{FIRST}'><body>{FIRST}{WORDS}</body></message>"
        );
        alice.send(&xml).await.expect("Alice's stream");
        self.bob
            .until_status("the first message", |status| status["unread"] == 1)
            .await;
    }

    /// A stream of `account` that shows nothing of itself yet.
    pub(crate) async fn stream(&self, url: &str, account: &Account) -> BareStream {
        let mut stream = BareStream::open(url, self.server.domain())
            .await
            .expect("a stream");
        stream
            .sign_in_unseen(&account.name, &account.password, "bench")
            .await
            .expect("signed in");
        stream
    }

    /// Bob loses his link and cannot get another.
    pub(crate) async fn cut(&self, window: &mut Visitor) {
        self.wire.close();
        until_connection(window, "waiting").await;
    }

    /// The server's end: it knows no stream any more.
    pub(crate) fn kill_server(&mut self) {
        self.server.kill();
    }

    /// The link is back, and Bob's resident is told so: what it had put off after failures is tried now.
    pub(crate) async fn back(&self, window: &mut Visitor) -> Instant {
        self.wire.open();
        let back = Instant::now();
        window.must("connect_now", json!({"account": 1})).await;
        back
    }

    /// A window of Bob's, as far as the link goes.
    pub(crate) async fn window(&self) -> Visitor {
        let socket = Visitor::socket(&self.bob.desktop, &self.bob.profile());
        Visitor::window(&socket)
            .await
            .expect("the resident listens")
    }
}

/// By this the first message is known, in the archive too.
pub(crate) const FIRST: &str = "bench-first";
/// What every message says besides its name: as much as people write.
const WORDS: &str = ": shall we meet at the harbour at six, or is that too early for you?";

/// Waits until the account's connection is of this kind.
pub(crate) async fn until_connection(window: &mut Visitor, kind: &str) {
    let deadline = Instant::now() + DEADLINE;
    while connection(&status(window).await) != kind {
        assert!(Instant::now() < deadline, "the connection is never {kind}");
        tokio::time::sleep(LOOK).await;
    }
}

/// `carillon status --json`, over the link that is there.
pub(crate) async fn status(window: &mut Visitor) -> Value {
    window.events.clear();
    window.must("read_status", json!({})).await
}

/// Where the account's connection stands.
pub(crate) fn connection(status: &Value) -> &str {
    status["accounts"][0]["connection"]["kind"]
        .as_str()
        .unwrap_or_default()
}
