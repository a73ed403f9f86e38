//! Every button of a request's popup does what it says without a window, and the card waits until it is handled.

#![allow(clippy::unwrap_used)] // in the functions that the tests share

use carillon_tests_app::{Meeting, Popup, Visitor};
use carillon_tests_servers::{Peer, until_some};
use serde_json::{Value, json};

/// Somebody asks Alice, who has no window.
struct Asked {
    meeting: Meeting,
    peer: Peer,
    popup: Popup,
    tool: Visitor,
}

impl Asked {
    /// Carol asks to be a contact.
    async fn to_be_a_contact() -> Self {
        let meeting = Meeting::on_prosody().await;
        let mut carol = meeting.stranger("carol").await;
        carol
            .subscription(&meeting.alice_account.jid, "subscribe")
            .await;
        Self::new(meeting, carol, "Accept").await
    }

    /// Bob asks into his room.
    async fn into_a_room() -> Self {
        let meeting = Meeting::on_prosody().await;
        let mut bob = meeting.bob().await;
        let room = Self::room(&meeting);
        bob.join(&room, "Bob").await;
        bob.invite(&room, &meeting.alice_account.jid, "Tea?").await;
        Self::new(meeting, bob, "Join").await
    }

    async fn new(meeting: Meeting, peer: Peer, button: &str) -> Self {
        let popups = &meeting.alice.desktop.notifications;
        let popup = popups
            .next_popup("that asks", |popup| popup.key(button).is_some())
            .await;
        assert_eq!(popup.timeout, 0, "it stays: {popup:?}");
        let socket = Visitor::socket(&meeting.alice.desktop, &meeting.alice.profile());
        let tool = Visitor::tool(&socket).await.unwrap();
        let mut asked = Self {
            meeting,
            peer,
            popup,
            tool,
        };
        asked.cards(1).await;
        asked
    }

    fn room(meeting: &Meeting) -> String {
        format!("tea@{}", meeting.server.rooms())
    }

    /// The popup is pressed, and gone.
    async fn press(&mut self, label: &str) {
        let popups = &self.meeting.alice.desktop.notifications;
        let key = self.popup.key(label).unwrap();
        popups.press(self.popup.id, key, None).await;
        popups.withdrawn(self.popup.id).await;
        self.cards(0).await;
        assert_eq!(self.meeting.alice.status().await["windows"], 0);
    }

    /// So many requests and invitations wait.
    async fn cards(&mut self, count: usize) {
        until_some(&format!("{count} cards"), async || {
            let cards = self.overview().await["requests"].take();
            let of = |kind: &str| cards[kind].as_array().map_or(0, Vec::len);
            (of("contacts") + of("invites") == count).then_some(())
        })
        .await;
    }

    async fn overview(&mut self) -> Value {
        self.tool.must("read_overview", json!({})).await
    }

    fn alice(&self) -> String {
        self.meeting.alice_account.jid.clone()
    }
}

#[tokio::test]
async fn accept_without_a_window() {
    let mut asked = Asked::to_be_a_contact().await;
    asked.press("Accept").await;
    let alice = asked.alice();
    asked.peer.expect_presence(&alice, "subscribed").await;
    asked.peer.expect_presence(&alice, "subscribe").await;
}

#[tokio::test]
async fn decline_without_a_window() {
    let mut asked = Asked::to_be_a_contact().await;
    asked.press("Decline").await;
    let alice = asked.alice();
    asked.peer.expect_presence(&alice, "unsubscribed").await;
    let overview = asked.overview().await;
    assert!(
        !overview["contacts"].to_string().contains("carol@"),
        "{overview}"
    );
}

#[tokio::test]
async fn block_without_a_window() {
    let mut asked = Asked::to_be_a_contact().await;
    asked.press("Block").await;
    until_some("Carol is blocked", async || {
        let blocked = asked.tool.must("read_blocked", json!({})).await;
        let carol = blocked.to_string().contains("carol@carillon.test");
        carol.then_some(())
    })
    .await;
}

#[tokio::test]
async fn join_without_a_window_beforehand() {
    let mut asked = Asked::into_a_room().await;
    let room = Asked::room(&asked.meeting);
    let popups = &asked.meeting.alice.desktop.notifications;
    popups
        .press(asked.popup.id, asked.popup.key("Join").unwrap(), None)
        .await;
    popups.withdrawn(asked.popup.id).await;
    asked.cards(0).await;
    let inside = |from: &str| from.starts_with(&format!("{room}/")) && !from.ends_with("/Bob");
    asked
        .peer
        .expect("Alice in the room", |it| {
            it.kind() == "presence" && inside(it.text("from"))
        })
        .await;
}

#[tokio::test]
async fn decline_an_invitation_without_a_window() {
    let mut asked = Asked::into_a_room().await;
    let room = Asked::room(&asked.meeting);
    asked.press("Decline").await;
    asked
        .peer
        .expect("that Alice declines", |it| {
            it.kind() == "message" && it.text("from") == room && it.xml().contains("decline")
        })
        .await;
    let overview = asked.overview().await;
    assert!(!overview["chats"].to_string().contains(&room), "{overview}");
}

#[tokio::test]
async fn a_popup_that_was_put_away_leaves_its_card_until_it_is_handled() {
    let mut asked = Asked::to_be_a_contact().await;
    let popups = &asked.meeting.alice.desktop.notifications;
    popups.close(asked.popup.id, 2).await;
    let mut bob = asked.meeting.bob_unseen().await;
    bob.message(&asked.alice(), "Later").await;
    popups
        .next_popup("of what came later", |popup| popup.body == "Later")
        .await;
    asked.cards(1).await;
    asked.meeting.alice.kill9();
    asked.meeting.alice.start().await;
    asked.meeting.alice.until_online().await;
    let socket = Visitor::socket(&asked.meeting.alice.desktop, &asked.meeting.alice.profile());
    asked.tool = Visitor::tool(&socket).await.unwrap();
    asked.cards(1).await;
    let account = asked.overview().await["accounts"][0]["id"].clone();
    let chat = json!({"account": account, "jid": "carol@carillon.test"});
    asked
        .tool
        .must("accept_request", json!({"contact": chat}))
        .await;
    asked.cards(0).await;
    let alice = asked.alice();
    asked.peer.expect_presence(&alice, "subscribed").await;
}
