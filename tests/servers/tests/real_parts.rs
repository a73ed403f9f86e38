//! The real servers and the peer work, before anything of Carillon is asked.

use carillon_tests_servers::{BareStream, Kind, Peer, TestServer};

async fn two_peers_talk(kind: Kind) {
    let server = TestServer::start(kind).await;
    let alice = server.add_account("alice", "wonderland").await;
    let bob = server.add_account("bob", "builder").await;
    let mut alice = Peer::online(&server, &alice).await;
    let mut bob = Peer::online(&server, &bob).await;

    alice.message(bob.jid(), "Hello Bob").await;
    let received = bob.expect_message("Hello Bob").await;
    assert_eq!(received.text("from"), format!("{}/peer", alice.jid()));

    alice.subscription(bob.jid(), "subscribe").await;
    bob.expect_presence(alice.jid(), "subscribe").await;
    bob.subscription(alice.jid(), "subscribed").await;
    alice.expect_presence(bob.jid(), "subscribed").await;
    alice.expect_presence(bob.jid(), "available").await;
    assert_eq!(alice.roster().await[bob.jid()]["subscription"], "to");

    let room = format!("tea@{}", server.rooms());
    alice.join(&room, "Alice").await;
    alice.invite(&room, bob.jid(), "Tea?").await;
    bob.expect("an invitation", |it| {
        it.xml().contains("http://jabber.org/protocol/muc#user") && it.xml().contains("Tea?")
    })
    .await;
}

#[tokio::test]
async fn two_peers_talk_through_prosody() {
    two_peers_talk(Kind::Prosody).await;
}

#[tokio::test]
async fn two_peers_talk_through_ejabberd() {
    two_peers_talk(Kind::Ejabberd).await;
}

#[tokio::test]
async fn two_peers_talk_through_the_embedded_server() {
    two_peers_talk(Kind::Embedded).await;
}

#[tokio::test]
async fn friends_made_for_a_test_see_each_other_by_name() {
    let server = TestServer::start(Kind::Prosody).await;
    let alice = server.add_account("alice", "wonderland").await;
    let bob = server.add_account("bob", "builder").await;
    server.befriend((&alice, "Alice"), (&bob, "Bob")).await;

    let mut bob = Peer::online(&server, &bob).await;
    let mut alice = Peer::online(&server, &alice).await;
    alice.expect_presence(bob.jid(), "available").await;
    let roster = bob.roster().await;
    assert_eq!(roster[alice.jid()]["subscription"], "both", "{roster}");
    assert_eq!(roster[alice.jid()]["name"], "Alice", "{roster}");
}

#[tokio::test]
async fn a_bare_stream_signs_in_and_hears_its_own_message() {
    let server = TestServer::start(Kind::Prosody).await;
    server.add_account("alice", "wonderland").await;
    let mut stream = BareStream::open(&server.url(), server.domain())
        .await
        .unwrap();
    assert!(
        stream.features.contains("SCRAM-SHA-1"),
        "{}",
        stream.features
    );
    stream.sign_in("alice", "wonderland", "bare").await.unwrap();

    stream.send("<message xmlns='jabber:client' type='chat' to='alice@carillon.test/bare'><body>Echo</body></message>").await.unwrap();
    while !stream
        .receive()
        .await
        .unwrap()
        .contains("<body>Echo</body>")
    {}
}

#[tokio::test]
async fn a_server_that_was_killed_keeps_its_accounts() {
    let mut server = TestServer::start(Kind::Prosody).await;
    let alice = server.add_account("alice", "wonderland").await;
    server.kill();
    assert!(
        BareStream::open(&server.url(), server.domain())
            .await
            .is_err()
    );

    server.run().await;
    Peer::online(&server, &alice).await.log_out().await;
}
