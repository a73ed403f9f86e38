//! What Alice waits for, and what comes again until she has seen it: the real app, from the rule to the popup.

#![allow(clippy::unwrap_used, clippy::expect_used)] // in the functions that the tests share

use std::time::{Duration, Instant};

use carillon_tests_app::{Meeting, Popup, Visitor};
use carillon_tests_servers::{Peer, until_some};
use serde_json::{Value, json};

const ALICE: &str = "alice@carillon.test";
const BOB: &str = "bob@carillon.test";

async fn chat_with_bob(tool: &mut Visitor) -> Value {
    let overview = tool.must("read_overview", json!({})).await;
    json!({"account": overview["accounts"][0]["id"], "jid": BOB})
}

#[tokio::test]
async fn who_is_waited_for_once_is_told_once_and_the_watch_leaves_the_settings_file() {
    let meeting = Meeting::on_prosody().await;
    let mut tool = meeting.alice.tool().await;
    let chat = chat_with_bob(&mut tool).await;
    let ask = json!({"chat": chat, "once": true, "expires": null, "after_hours": 0});
    tool.must("add_watch", ask).await;
    let file = meeting.alice.profile().join("settings.toml");
    let written = || std::fs::read_to_string(&file).unwrap_or_default();
    assert!(written().contains("[[alerts.watch]]"), "{}", written());

    let _bob = meeting.bob().await;
    let popups = &meeting.alice.desktop.notifications;
    let about_bob = |popup: &Popup| popup.summary.contains("Bob");
    popups.next_popup("Bob is available", about_bob).await;
    until_some("the watch is out of the settings", async || {
        (!written().contains("watch")).then_some(())
    })
    .await;
    assert_eq!(tool.must("read_watches", json!({})).await, json!([]));
}

/// Nothing rings for longer than a repetition takes. The one before may still have been on its way to the ear.
async fn stays_silent(meeting: &Meeting) {
    let speaker = &meeting.alice.desktop.speaker;
    speaker.silent_for(Duration::from_secs(1)).await;
    let again = speaker.heard_within(speaker.mark(), Duration::from_secs(7));
    assert!(again.await.is_none(), "read is read");
}

#[tokio::test]
async fn an_unread_message_is_shown_and_heard_again_until_the_chat_was_read() {
    let meeting = Meeting::on_prosody().await;
    let mut tool = meeting.alice.tool().await;
    let row = json!({"repeat": {"times": 9, "every": 5}});
    let ask = json!({"whose": {"kind": "everybody"}, "kind": "message", "row": row});
    tool.must("set_alert_row", ask).await;
    let mut bob = meeting.bob_unseen().await;
    let desktop = &meeting.alice.desktop;
    let mark = desktop.speaker.mark();
    bob.message(ALICE, "Are you there?").await;
    let shown = |popup: &Popup| popup.body.contains("Are you there?");
    let first = desktop.notifications.next_popup("message", shown).await;
    let (_, mark) = desktop.speaker.heard_since(mark).await;
    let again = desktop
        .notifications
        .next_popup("message again", shown)
        .await;
    assert_eq!(again.replaces, first.id, "in its place");
    desktop.speaker.heard_since(mark).await;

    desktop
        .notifications
        .press(first.id, again.key("Mark as read").unwrap(), None)
        .await;
    desktop.notifications.cleared().await;
    stays_silent(&meeting).await;
}

#[tokio::test]
async fn an_unread_message_is_shown_first_and_heard_later_until_it_is_read_elsewhere() {
    let meeting = Meeting::on_prosody().await;
    let mut phone = Peer::online(&meeting.server, &meeting.alice_account).await;
    phone
        .raw("<iq type='set' id='carbons'><enable xmlns='urn:xmpp:carbons:2'/></iq>")
        .await;
    let mut tool = meeting.alice.tool().await;
    let repeat = json!({"times": 9, "every": 5, "escalate": ["popup", "sound"]});
    let row = json!({"repeat": repeat});
    let ask = json!({"whose": {"kind": "everybody"}, "kind": "message", "row": row});
    tool.must("set_alert_row", ask).await;
    let mut bob = meeting.bob_unseen().await;
    let desktop = &meeting.alice.desktop;
    let (said, sent) = (desktop.speaker.mark(), Instant::now());
    let markable = "<markable xmlns='urn:xmpp:chat-markers:0'/>";
    let id = bob.message_with(ALICE, "Are you there?", markable).await;
    phone.expect_message("Are you there?").await;
    let shown = |popup: &Popup| popup.body.contains("Are you there?");
    desktop.notifications.next_popup("at once", shown).await;
    let (heard, _) = desktop.speaker.heard_since(said).await;
    let waited = heard.onset.saturating_duration_since(sent);
    assert!(
        waited > Duration::from_millis(4_900),
        "shown at once, heard with the first repetition: {waited:?}"
    );

    phone
        .raw(&format!(
            "<message type='chat' to='{BOB}' id='seen-1'><displayed xmlns='urn:xmpp:chat-markers:0' id='{id}'/></message>"
        ))
        .await;
    desktop.notifications.cleared().await;
    stays_silent(&meeting).await;
}

#[tokio::test]
async fn a_call_for_attention_of_a_friend_stays_on_the_screen() {
    let meeting = Meeting::on_prosody().await;
    let mut bob = meeting.bob_unseen().await;
    let call = format!(
        "<message to='{ALICE}' type='headline'><attention xmlns='urn:xmpp:attention:0'/></message>"
    );
    bob.raw(&call).await;
    let popups = &meeting.alice.desktop.notifications;
    let popup = popups
        .next_popup("Bob's call", |popup| popup.summary.contains("Bob"))
        .await;
    assert_eq!(popup.timeout, 0, "until it is handled: {popup:?}");
}
