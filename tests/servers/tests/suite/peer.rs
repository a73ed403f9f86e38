//! Other clients, slixmpp and @xmpp/client, which share no line of code with Carillon: whatever both understand is XMPP.

use carillon_core::alerts::EventKind;
use carillon_core::chat::Delivery;
use carillon_core::contact::{Availability, Subscription};
use carillon_core::settings::OwnAvailability;
use carillon_tests_servers::{Kind, Peer};
use jid::BareJid;

use crate::person::Person;
use crate::stage::Stage;

async fn bob_and_a_peer(stage: &Stage) -> (Person, Peer, BareJid) {
    let (bob, peer) = (stage.person("bob").await, stage.peer("carol").await);
    let carol = peer.jid().parse().unwrap();
    (bob, peer, carol)
}

async fn are_friends(bob: &Person, peer: &mut Peer, carol: &BareJid) {
    bob.is_friend_of(carol).await;
    peer.expect_presence(bob.jid.as_str(), "available").await;
    let roster = peer.roster().await;
    assert_eq!(roster[bob.jid.as_str()]["subscription"], "both", "{roster}");
}

/// The peer asks, and both say yes.
pub(crate) async fn becomes_a_friend(bob: &mut Person, peer: &mut Peer, carol: &BareJid) {
    let bobs = bob.jid.to_string();
    peer.subscription(&bobs, "subscribe").await;
    bob.rings(EventKind::ContactRequest).await;
    bob.accepts(carol).await;
    peer.expect_presence(&bobs, "subscribed").await;
    peer.expect_presence(&bobs, "subscribe").await;
    peer.subscription(&bobs, "subscribed").await;
    are_friends(bob, peer, carol).await;
}

pub(crate) async fn another_client_becomes_a_friend(stage: Stage) {
    let (mut bob, mut peer, carol) = bob_and_a_peer(&stage).await;
    becomes_a_friend(&mut bob, &mut peer, &carol).await;

    peer.show("dnd", "At the croquet ground").await;
    let contact = bob.sees_presence(&carol, Availability::Busy).await;
    assert_eq!(contact.presence.status, "At the croquet ground");
    bob.chooses(|settings| {
        settings.general.availability = OwnAvailability::ExtendedAway;
        settings.general.status = "In the rabbit hole".to_owned();
    })
    .await;
    let seen = peer
        .expect("Bob's status", |it| {
            it.text("status") == "In the rabbit hole"
        })
        .await;
    assert_eq!(seen.text("show"), "xa");
    peer.unavailable().await;
    bob.sees_presence(&carol, Availability::Offline).await;

    // The peer does not want to be seen by Bob any more.
    peer.available().await;
    bob.sees_presence(&carol, Availability::Available).await;
    peer.subscription(bob.jid.as_str(), "unsubscribed").await;
    bob.sees_contact(&carol, "which it no longer sees", |contact| {
        contact.subscription == Subscription::From && !contact.presence.availability.is_online()
    })
    .await;
}

pub(crate) async fn another_client_is_asked_to_be_a_friend(stage: Stage) {
    let (mut bob, mut peer, carol) = bob_and_a_peer(&stage).await;
    let bobs = bob.jid.to_string();

    let contact = bob.chat(&carol);
    bob.asks(move |desk| desk.add_contact(&contact, "Carol", &[], "It is Bob", ""))
        .await;
    let asked = peer.expect_presence(&bobs, "subscribe").await;
    assert_eq!(asked.text("status"), "It is Bob");
    peer.subscription(&bobs, "subscribed").await;
    let ring = bob.rings(EventKind::RequestAccepted).await;
    assert_eq!(ring.content.name, "Carol");
    bob.sees_contact(&carol, "as one whom it sees", |contact| {
        contact.subscription == Subscription::To && !contact.waiting
    })
    .await;
    // The peer asks back; whom Bob asked himself needs no answer from him.
    peer.subscription(&bobs, "subscribe").await;
    peer.expect_presence(&bobs, "subscribed").await;
    are_friends(&bob, &mut peer, &carol).await;
    assert_eq!(bob.rang_but_for_presence(), []);
}

pub(crate) async fn another_client_talks(stage: Stage) {
    let (mut bob, mut peer, carol) = bob_and_a_peer(&stage).await;
    becomes_a_friend(&mut bob, &mut peer, &carol).await;
    let bobs = bob.jid.to_string();

    let asks = "<request xmlns='urn:xmpp:receipts'/>";
    let sent = peer.message_with(&bobs, "Is this Carillon? 🔔", asks).await;
    let ring = bob.rings(EventKind::Message).await;
    assert_eq!(ring.content.text, "Is this Carillon? 🔔");
    peer.expect("a receipt", |it| {
        it.xml().contains("urn:xmpp:receipts") && it.xml().contains(&sent)
    })
    .await;

    let answer = bob.says(&carol, "It is, and <you> & I\ntalk").await;
    let received = peer.expect_message("It is, and <you> & I\ntalk").await;
    assert_eq!(received.text("type"), "chat");
    assert!(
        received.xml().contains("urn:xmpp:receipts"),
        "{}",
        received.xml()
    );
    assert!(received.xml().contains("markable"), "{}", received.xml());
    bob.sees_delivery(answer, Delivery::Sent).await;
    let id = received.text("id");
    let sign = |name: &str, namespace: &str| {
        format!(
            "<message type='chat' to='{bobs}'><{name} xmlns='{namespace}' id='{id}'/></message>"
        )
    };
    peer.raw(&sign("received", "urn:xmpp:receipts")).await;
    bob.sees_delivery(answer, Delivery::Arrived).await;
    peer.raw(&sign("displayed", "urn:xmpp:chat-markers:0"))
        .await;
    bob.sees_delivery(answer, Delivery::Read).await;
}

pub(crate) async fn another_client_on_the_web_talks(stage: Stage) {
    // It knows no mechanism but SCRAM-SHA-1 and PLAIN, which the embedded server does not offer.
    if stage.kind() == Kind::Embedded {
        return;
    }
    let mut bob = stage.person("bob").await;
    let mut peer = stage.peer_on_the_web("carol").await;
    let carol: BareJid = peer.jid().parse().unwrap();
    becomes_a_friend(&mut bob, &mut peer, &carol).await;

    peer.show("away", "At tea").await;
    let contact = bob.sees_presence(&carol, Availability::Away).await;
    assert_eq!(contact.presence.status, "At tea");
    bob.chooses(|settings| {
        settings.general.availability = OwnAvailability::Busy;
        settings.general.status = "In the rabbit hole".to_owned();
    })
    .await;
    let seen = peer
        .expect("Bob's status", |it| {
            it.text("status") == "In the rabbit hole"
        })
        .await;
    assert_eq!(seen.text("show"), "dnd");

    let asks = "<request xmlns='urn:xmpp:receipts'/>";
    let bobs = bob.jid.to_string();
    let sent = peer.message_with(&bobs, "From the <web> & 🔔", asks).await;
    bob.receives(&carol, "From the <web> & 🔔").await;
    peer.expect("a receipt", |it| {
        it.xml().contains("urn:xmpp:receipts") && it.xml().contains(&sent)
    })
    .await;
    let answer = bob.says(&carol, "To the web,\n\"quoted\" & <all>").await;
    let received = peer.expect_message("To the web,\n\"quoted\" & <all>").await;
    let receipt = format!(
        "<message type='chat' to='{bobs}'><received xmlns='urn:xmpp:receipts' id='{}'/></message>",
        received.text("id")
    );
    peer.raw(&receipt).await;
    bob.sees_delivery(answer, Delivery::Arrived).await;

    peer.unavailable().await;
    bob.sees_presence(&carol, Availability::Offline).await;
}
