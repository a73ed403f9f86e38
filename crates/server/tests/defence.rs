//! What the server refuses, and what it survives.

#![allow(clippy::unwrap_used, clippy::expect_used)] // Helpers of tests are tests.

mod client;

use std::time::Duration;

use carillon_server::{Config, Server, ServerError, start};
use client::{Client, OPEN};
use futures_util::SinkExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

async fn server() -> (tempfile::TempDir, Server) {
    let folder = tempfile::tempdir().unwrap();
    let server = start(Config::new(folder.path())).await.unwrap();
    (folder, server)
}

/// Reads on until the stream ends with this error.
async fn ends_with(client: &mut Client, condition: &str) {
    let error = client
        .wait_for(|s| s.is("error", "http://etherx.jabber.org/streams"))
        .await;
    assert!(
        error.has_child(condition, "urn:ietf:params:xml:ns:xmpp-streams"),
        "{error:?}"
    );
    assert_eq!(client.next().await.name(), "close");
    assert_eq!(client.next_text().await, None);
}

#[tokio::test]
async fn it_listens_on_loopback_only() {
    let (_folder, server) = server().await;
    assert!(server.address().ip().is_loopback() && server.address().is_ipv4());
    assert_eq!(
        server.url(),
        format!("ws://127.0.0.1:{}/xmpp-websocket", server.address().port())
    );
    assert_eq!(server.domain(), "localhost");
}

#[tokio::test]
async fn two_servers_can_not_share_a_folder() {
    let (folder, server) = server().await;
    let second = start(Config::new(folder.path())).await;
    assert!(
        matches!(second, Err(ServerError::FolderInUse { .. })),
        "{second:?}"
    );
    server.shutdown().await.unwrap();
    start(Config::new(folder.path()))
        .await
        .unwrap()
        .shutdown()
        .await
        .unwrap();
    assert!(
        !folder.path().join("server.db-wal").exists(),
        "a shutdown leaves one file"
    );
}

#[tokio::test]
async fn a_folder_is_free_again_when_the_server_was_just_dropped() {
    let (folder, server) = server().await;
    let _client = Client::open(&server).await;
    drop(server);
    let deadline = tokio::time::Instant::now() + Duration::from_secs(60);
    loop {
        match start(Config::new(folder.path())).await {
            Ok(_) => break,
            Err(ServerError::FolderInUse { .. }) => {
                assert!(
                    tokio::time::Instant::now() < deadline,
                    "the folder stays locked"
                );
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            Err(error) => panic!("{error}"),
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_may_look_into_the_folder() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, _server) = server().await;
    assert_eq!(
        folder.path().metadata().unwrap().permissions().mode() & 0o777,
        0o700
    );
}

#[tokio::test]
async fn a_port_that_is_taken_is_an_error_if_it_was_asked_for_and_none_if_it_was_remembered() {
    let (folder, server) = server().await;
    let other = tempfile::tempdir().unwrap();
    let port = server.address().port();
    let asked = start(Config {
        port,
        ..Config::new(other.path())
    })
    .await;
    assert!(
        matches!(asked, Err(ServerError::Listen { .. })),
        "{asked:?}"
    );
    server.shutdown().await.unwrap();
    let squatter = tokio::net::TcpListener::bind(("127.0.0.1", port))
        .await
        .unwrap();
    let again = start(Config::new(folder.path())).await.unwrap();
    assert_ne!(again.address().port(), port);
    drop(squatter);
}

#[tokio::test]
async fn configurations_that_can_not_be_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let bad = start(Config {
        domain: "a@b".to_owned(),
        ..Config::new(folder.path())
    })
    .await;
    assert!(matches!(bad, Err(ServerError::Domain(_))));
    let file = folder.path().join("file");
    std::fs::write(&file, "x").unwrap();
    assert!(matches!(
        start(Config::new(&file)).await,
        Err(ServerError::Folder { .. })
    ));
    let server = start(Config::new(folder.path().join("deep/er")))
        .await
        .unwrap();
    assert!(matches!(
        server.ensure_account("a b", "x").await,
        Err(ServerError::Name(_))
    ));
    assert!(matches!(
        server.ensure_account("a", "").await,
        Err(ServerError::Password)
    ));
    server.ensure_account("a", "x").await.unwrap();
    assert!(matches!(
        server.befriend("a", "b").await,
        Err(ServerError::NoSuchAccount(_))
    ));
}

#[tokio::test]
async fn web_pages_and_rebound_names_get_no_websocket() {
    let (_folder, server) = server().await;
    for (headers, status) in [
        (
            "Host: evil.example\r\nSec-WebSocket-Protocol: xmpp\r\n",
            "403",
        ),
        (
            "Host: localhost\r\nOrigin: https://evil.example\r\nSec-WebSocket-Protocol: xmpp\r\n",
            "403",
        ),
        ("Host: localhost\r\n", "400"),
        ("Host: localhost\r\nSec-WebSocket-Protocol: xmpp\r\n", "101"),
    ] {
        let mut stream = TcpStream::connect(server.address()).await.unwrap();
        let request = format!(
            "GET /xmpp-websocket HTTP/1.1\r\n{headers}Connection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(
            std::str::from_utf8(&answer).unwrap(),
            format!("HTTP/1.1 {status}"),
            "{headers}"
        );
    }
}

#[tokio::test]
async fn frames_that_are_not_xmpp_end_the_stream_and_nothing_else() {
    let (_folder, server) = server().await;
    let deep = "<a>".repeat(6_000) + &"</a>".repeat(6_000);
    for (message, condition) in [
        (Message::binary(OPEN.as_bytes().to_vec()), "not-well-formed"),
        (Message::text("<a"), "not-well-formed"),
        (Message::text(deep), "policy-violation"),
        (Message::text("x".repeat(1 << 20)), "policy-violation"),
        (Message::text("<a>&lol;</a>"), "restricted-xml"),
    ] {
        let mut client = Client::open(&server).await;
        client.socket.send(message).await.unwrap();
        ends_with(&mut client, condition).await;
    }
    Client::open(&server).await;
}

#[tokio::test]
async fn a_wrong_password_is_refused() {
    let (_folder, server) = server().await;
    server.ensure_account("alice", "pencil").await.unwrap();
    let mut client = Client::open(&server).await;
    assert_eq!(
        client.authenticate("alice", "pencils").await,
        Err("not-authorized".to_owned())
    );
    assert_eq!(
        client.authenticate("nobody", "pencil").await,
        Err("not-authorized".to_owned())
    );
    server.ensure_account("alice", "pencils").await.unwrap();
    assert_eq!(client.authenticate("alice", "pencils").await, Ok(()));
}

#[tokio::test]
async fn who_comes_before_the_accounts_are_made_waits_and_finds_them() {
    let folder = tempfile::tempdir().unwrap();
    let server = carillon_server::prepare(Config::new(folder.path()))
        .await
        .unwrap();
    let mut early = Box::pin(Client::open(&server));
    let accounts = server.ensure_account("alice", "pencil");
    tokio::select! {
        biased;
        _ = &mut early => panic!("let in before the accounts were there"),
        made = accounts => made.unwrap(),
    }
    server.open();
    let mut early = early.await;
    assert_eq!(early.authenticate("alice", "pencil").await, Ok(()));
}

#[tokio::test]
async fn a_client_that_does_not_read_is_given_up_and_the_others_are_not_harmed() {
    let (_folder, server) = server().await;
    for name in ["alice", "bob"] {
        server.ensure_account(name, "pencil").await.unwrap();
    }
    let mut alice = Client::online(&server, "alice", "pencil", "desk").await;
    let bob = Client::online(&server, "bob", "pencil", "desk").await;
    // Alice sees Bob's resource come and go.
    server.befriend("alice", "bob").await.unwrap();
    alice
        .wait_for(|s| s.attr("from") == Some("bob@localhost/desk"))
        .await;
    let long = "x".repeat(200_000);
    let message = format!(
        "<message xmlns='jabber:client' type='headline' to='bob@localhost/desk'><body>{long}</body></message>"
    );
    // 40 MB: more than the queue and the socket hold. The letter comes when the socket is full and the queue is not.
    for n in 0..200 {
        alice.send(&message).await;
        if n == 80 {
            alice
                .send("<message xmlns='jabber:client' type='chat' to='bob@localhost'><body>keep me</body></message>")
                .await;
        }
    }
    let gone = alice
        .wait_for(|s| s.attr("from") == Some("bob@localhost/desk"))
        .await;
    assert_eq!(gone.attr("type"), Some("unavailable"));
    drop(bob);
    let mut bob = Client::log_in(&server, "bob", "pencil", "desk").await;
    bob.send("<presence xmlns='jabber:client'/>").await;
    bob.wait_for_body("keep me").await;
}

#[tokio::test]
async fn a_shutdown_takes_leave_of_everybody() {
    let (_folder, server) = server().await;
    server.ensure_account("alice", "pencil").await.unwrap();
    let mut alice = Client::online(&server, "alice", "pencil", "desk").await;
    let reading = async {
        ends_with(&mut alice, "system-shutdown").await;
    };
    let (outcome, ()) = tokio::join!(server.shutdown(), reading);
    outcome.unwrap();
}
