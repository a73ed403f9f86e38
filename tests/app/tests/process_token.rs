//! What a server gives for the password (XEP-0484): it is kept where the password is, stands for it, and goes with it,
//! here and at the server.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use carillon_tests_app::{Person, files};
use carillon_tests_servers::{Process, TestServer, until, until_some};
use serde_json::{Value, json};
use tempfile::TempDir;
use zbus::export::serde::Serialize;
use zbus::zvariant::DynamicType;
use zbus::{Connection, Message, OwnedObjectPath, OwnedVariant, Variant};

const PASSWORD: &str = "Vorpal-blade-went-snicker-snack-7";
/// So Prosody's tokens begin.
const TOKEN: &str = "secret-token:";

/// The keyring, asked by somebody else than Carillon.
struct Keyring(Connection);

/// Session, parameters, value and its type (Secret Service API, `Secret`).
type Secret = (OwnedObjectPath, Vec<u8>, Vec<u8>, String);

impl Keyring {
    async fn call(&self, method: &str, body: &(impl Serialize + DynamicType)) -> Message {
        let answer = self.0.call_method(
            Some("org.freedesktop.secrets"),
            "/org/freedesktop/secrets",
            Some("org.freedesktop.Secret.Service"),
            method,
            body,
        );
        answer.await.unwrap()
    }

    /// All that Carillon keeps there.
    async fn secrets(&self) -> Vec<String> {
        let wanted = HashMap::from([("service", "im.carillon.Carillon")]);
        let found = self.call("SearchItems", &(wanted,)).await;
        let (open, locked): (Vec<OwnedObjectPath>, Vec<OwnedObjectPath>) =
            found.body().deserialize().unwrap();
        assert!(locked.is_empty(), "the keyring is open");
        let plain = ("plain", Variant::from(""));
        let begun = self.call("OpenSession", &plain).await;
        let (_, session): (OwnedVariant, OwnedObjectPath) = begun.body().deserialize().unwrap();
        let told = self.call("GetSecrets", &(open, session)).await;
        let secrets: HashMap<OwnedObjectPath, Secret> = told.body().deserialize().unwrap();
        let texts = secrets.into_values().map(|(_, _, value, _)| value);
        texts.map(|it| String::from_utf8(it).unwrap()).collect()
    }

    async fn token(&self) -> Option<String> {
        let secrets = self.secrets().await.into_iter();
        // It is kept with its mechanism and its end.
        let mut tokens = secrets.filter_map(|it| {
            let begin = it.find(TOKEN)?;
            let token = it[begin..].chars();
            let part_of_it = |it: &char| it.is_ascii_alphanumeric() || ":-_=+/".contains(*it);
            Some(token.take_while(part_of_it).collect())
        });
        tokens.next()
    }
}

/// Prosody's file of Alice's tokens, as long as there is one.
fn at_the_server(server: &TestServer) -> String {
    let file = server
        .folder()
        .join("carillon%2etest/fast_tokens/alice.dat");
    std::fs::read_to_string(file).unwrap_or_default()
}

/// Signed in with a token, or without.
fn signed_in(with: Option<&str>) -> impl Fn(&Value) -> bool {
    move |status| {
        let account = &status["accounts"][0];
        account["connection"]["kind"] == "online" && account["connected"]["token"] == json!(with)
    }
}

/// Alice with a keyring, signed in by password on a server that has given her a token for it.
struct Story {
    alice: Person,
    keyring: Keyring,
    token: String,
    server: TestServer,
    authority: PathBuf,
    _service: Process,
    // Its own files, which it encrypts, lie apart.
    _rings: TempDir,
}

impl Story {
    async fn begin() -> Self {
        let mut alice = Person::new("Alice").await;
        let rings = tempfile::tempdir().unwrap();
        let bus = &alice.desktop.bus;
        let runtime = alice.desktop.runtime();
        let service = bus.start_keyring(rings.path(), &runtime).await;
        let keyring = Keyring(bus.connect().await);
        let server = TestServer::start_with_sasl2().await;
        let account = server.add_account("alice", PASSWORD).await;
        let url = server.tls_address();
        let words = ["account", "add", &account.jid, "--password-stdin"];
        let more = ["--connect", &url, "--store", "keyring"];
        let words = [words, more].concat();
        let added = alice.run(&words, &format!("{PASSWORD}\n")).await;
        assert!(added.status.success(), "{added:?}");
        let authority = server.authority_file();
        start(&mut alice, &authority).await;
        alice.until_status("by password", signed_in(None)).await;
        let token = until_some("it is in the keyring", async || keyring.token().await).await;
        assert!(at_the_server(&server).contains(&token), "{token}");
        assert_eq!(keyring.secrets().await.len(), 2, "beside the password");
        Self {
            alice,
            keyring,
            token,
            server,
            authority,
            _service: service,
            _rings: rings,
        }
    }

    async fn remove_account(&self) {
        let mut tool = self.alice.tool().await;
        let overview = tool.must("read_overview", json!({})).await;
        let ask = json!({"account": overview["accounts"][0]["id"]});
        tool.must("remove_account", ask).await;
        assert_eq!(self.keyring.secrets().await, [] as [String; 0]);
    }

    async fn is_said(&self, line: &str) {
        until(line, || self.alice.log().contains(line)).await;
    }

    /// The files of Alice's desktop that hold the token.
    fn holders(&self) -> Vec<PathBuf> {
        let log = self.alice.log();
        assert!(log.contains("TRACE"), "it tells everything that it can");
        let bytes = format!("{:?}", self.token.as_bytes());
        let forms = [&self.token, bytes.trim_matches(['[', ']'])];
        let mut files = files(self.alice.folder());
        files.retain(|file| {
            let bytes = std::fs::read(file).unwrap_or_default();
            let text = String::from_utf8_lossy(&bytes);
            forms.iter().any(|form| text.contains(form))
        });
        files
    }
}

async fn start(alice: &mut Person, authority: &Path) {
    let environment = [
        ("SSL_CERT_FILE", authority.to_str().unwrap()),
        ("CARILLON_LOG", "trace"),
    ];
    alice.start_with(&environment).await;
}

#[tokio::test]
async fn a_token_is_kept_in_the_keyring_alone_and_removed_with_its_account_here_and_at_the_server()
{
    let mut story = Story::begin().await;
    story.alice.quit().await;

    start(&mut story.alice, &story.authority).await;
    let by_token = signed_in(Some("HT-SHA-256-EXPR"));
    story.alice.until_status("by token", by_token).await;
    assert!(at_the_server(&story.server).contains(&story.token));
    assert_eq!(story.holders(), [] as [PathBuf; 0]);

    story.remove_account().await;
    let forgotten = || !at_the_server(&story.server).contains(TOKEN);
    until("the server has forgotten it", forgotten).await;
    story.is_said("the server has forgotten the token").await;
    assert_eq!(story.holders(), [] as [PathBuf; 0]);
}

#[tokio::test]
async fn a_token_is_removed_here_with_its_account_when_its_server_is_out_of_reach_and_the_log_says_so()
 {
    let mut story = Story::begin().await;
    story.server.kill();
    story.remove_account().await;
    story.is_said("the server still has the token").await;
    assert_eq!(story.holders(), [] as [PathBuf; 0]);
}
