//! Stream management (XEP-0198) over real sockets: clients that are killed, come back, or never do.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // Helpers of tests are tests.

mod client;

use carillon_server::{Config, Server, start};
use client::Client;

const R: &str = "<r xmlns='urn:xmpp:sm:3'/>";

async fn server() -> (tempfile::TempDir, Server) {
    let folder = tempfile::tempdir().unwrap();
    let server = start(Config::new(folder.path())).await.unwrap();
    for name in ["alice", "bob"] {
        server.ensure_account(name, "pencil").await.unwrap();
    }
    server.befriend("alice", "bob").await.unwrap();
    (folder, server)
}

/// Bob's client with a managed stream, and the stream's id.
async fn managed_bob(server: &Server, resource: &str) -> (Client, String) {
    let mut bob = Client::log_in(server, "bob", "pencil", resource).await;
    bob.send("<enable xmlns='urn:xmpp:sm:3' resume='true'/>")
        .await;
    let enabled = bob.next().await;
    assert!(enabled.is("enabled", "urn:xmpp:sm:3"), "{enabled:?}");
    let id = enabled.attr("id").unwrap().to_owned();
    bob.send("<presence xmlns='jabber:client'/>").await;
    (bob, id)
}

fn chat(to: &str, id: &str) -> String {
    format!(
        "<message xmlns='jabber:client' type='chat' to='{to}' id='{id}'><body>{id}</body></message>"
    )
}

/// What was said before is dealt with when this is answered.
async fn settle(client: &mut Client) {
    client.ask("<iq xmlns='jabber:client' type='get' id='p' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>").await;
}

async fn next_message(client: &mut Client) -> String {
    let message = client.wait_for(|s| s.name() == "message").await;
    message.attr("id").unwrap().to_owned()
}

#[tokio::test]
async fn it_is_offered_after_the_login_and_not_before() {
    let (_folder, server) = server().await;
    let mut client = Client::connect(&server).await;
    let features = client.reopen().await;
    assert!(!features.has_child("sm", "urn:xmpp:sm:3"));
    client.authenticate("bob", "pencil").await.unwrap();
    let features = client.reopen().await;
    assert!(features.has_child("sm", "urn:xmpp:sm:3"));
}

#[tokio::test]
async fn messages_in_a_killed_client_s_socket_reach_the_next_one_once_and_in_order() {
    let (_folder, server) = server().await;
    let mut alice = Client::online(&server, "alice", "pencil", "desk").await;
    let mut got = Vec::new();
    let mut said = 0;
    for round in 0..20 {
        let (mut bob, _) = managed_bob(&server, &format!("life-{round}")).await;
        let mut handled: u32 = 0;
        for _ in 0..5 {
            alice.send(&chat("bob@localhost", &said.to_string())).await;
            said += 1;
        }
        settle(&mut alice).await;
        // It takes three, says so, and is killed with the others in its socket.
        for _ in 0..3 {
            loop {
                let stanza = bob.next().await;
                handled += u32::from(stanza.has_ns("jabber:client"));
                if stanza.name() == "message" {
                    got.push(stanza.attr("id").unwrap().to_owned());
                    break;
                }
            }
        }
        bob.send(&format!("<a xmlns='urn:xmpp:sm:3' h='{handled}'/>"))
            .await;
        bob.send(R).await;
        bob.wait_for(|s| s.is("a", "urn:xmpp:sm:3")).await;
        drop(bob);
    }
    let (mut bob, _) = managed_bob(&server, "last").await;
    while got.len() < said {
        got.push(next_message(&mut bob).await);
    }
    let wanted: Vec<String> = (0..said).map(|n| n.to_string()).collect();
    assert_eq!(got, wanted);
}

#[tokio::test]
async fn a_client_goes_on_where_its_connection_broke() {
    let (_folder, server) = server().await;
    let mut alice = Client::online(&server, "alice", "pencil", "desk").await;
    let (mut bob, id) = managed_bob(&server, "desk").await;
    bob.send(&chat("alice@localhost", "from-bob")).await;
    let mut handled = 0;
    alice.wait_for_body("from-bob").await;
    alice.send(&chat("bob@localhost", "1")).await;
    loop {
        let stanza = bob.next().await;
        handled += u32::from(stanza.has_ns("jabber:client"));
        if stanza.name() == "message" {
            break;
        }
    }
    drop(bob);
    for id in ["2", "3"] {
        alice.send(&chat("bob@localhost", id)).await;
    }
    settle(&mut alice).await;

    let mut bob = Client::open(&server).await;
    bob.authenticate("bob", "pencil").await.unwrap();
    bob.reopen().await;
    bob.send(&format!(
        "<resume xmlns='urn:xmpp:sm:3' previd='{id}' h='{handled}'/>"
    ))
    .await;
    let resumed = bob.next().await;
    assert!(resumed.is("resumed", "urn:xmpp:sm:3"), "{resumed:?}");
    assert_eq!(resumed.attr("h"), Some("2"), "its presence and its message");
    assert_eq!(next_message(&mut bob).await, "2");
    assert_eq!(next_message(&mut bob).await, "3");
    alice.send(&chat("bob@localhost/desk", "4")).await;
    assert_eq!(next_message(&mut bob).await, "4");
    // Alice did not see him go.
    alice.send(&chat("alice@localhost", "end")).await;
    let next = alice
        .wait_for(|s| s.attr("type") == Some("unavailable") || s.name() == "message")
        .await;
    assert_eq!(next.attr("id"), Some("end"));
}

#[tokio::test]
async fn what_nobody_had_handled_survives_the_server() {
    let (folder, server) = server().await;
    let mut alice = Client::online(&server, "alice", "pencil", "desk").await;
    let (bob, _) = managed_bob(&server, "desk").await;
    alice
        .wait_for(|s| s.attr("from") == Some("bob@localhost/desk"))
        .await;
    alice.send(&chat("bob@localhost/desk", "1")).await;
    settle(&mut alice).await;
    drop(bob);
    alice.send(&chat("bob@localhost/desk", "2")).await;
    settle(&mut alice).await;
    drop(alice);
    server.shutdown().await.unwrap();
    let server = start(Config::new(folder.path())).await.unwrap();
    let (mut bob, _) = managed_bob(&server, "desk").await;
    for id in ["1", "2"] {
        let message = bob.wait_for(|s| s.name() == "message").await;
        assert_eq!(message.attr("id"), Some(id));
        assert!(message.has_child("delay", "urn:xmpp:delay"));
    }
}
