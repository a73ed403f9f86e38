//! The whole use case, in two real windows: Alice chooses Bob, writes, and Bob is told, answers, and is read.

#![allow(clippy::unwrap_used)] // in the functions that the tests share

use carillon_tests_app::{Pair, TrayIcon, built_in, looks_at};
use carillon_tests_servers::Kind;

/// The bell's main tone is G5, 784 Hz; the pitch is measured in eighths of a semitone.
const BELL_HZ: std::ops::RangeInclusive<f32> = 778.0..=836.0;

#[tokio::test]
async fn a_message_and_its_answer_over_the_embedded_server() {
    there_and_back(Kind::Embedded).await;
}

#[tokio::test]
async fn a_message_and_its_answer_over_prosody() {
    there_and_back(Kind::Prosody).await;
}

#[tokio::test]
async fn a_message_and_its_answer_over_ejabberd() {
    there_and_back(Kind::Ejabberd).await;
}

async fn there_and_back(kind: Kind) {
    let pair = Pair::online(kind).await;
    let (alice_jid, bob_jid) = (&pair.alice_account.jid, &pair.bob_account.jid);
    let bobs = &pair.bob.desktop;
    let bob = pair.bob.open_window().await;
    bob.go("chats").await;
    let alice = pair.alice_before_bob().await;
    alice.contact_is(bob_jid, "available").await;
    alice.reads("[data-test=chat-presence]", "Available").await;
    let tray = bobs.tray.item().await;
    let online = |icon: &TrayIcon| icon.tooltip_text.ends_with("Available");
    let before = tray.shows("that Bob is online", online).await;
    let silence = bobs.speaker.mark();

    alice.say("Tea at five?").await;

    let popup = bobs
        .notifications
        .next_popup("for the message", |popup| popup.body == "Tea at five?")
        .await;
    assert_eq!(popup.summary, "Alice");
    assert_eq!(popup.labels(), ["Reply", "Mark as read"]);
    assert!(popup.picture().is_some(), "{:?}", popup.hints.keys());
    let (heard, _) = bobs.speaker.heard_since(silence).await;
    assert!(BELL_HZ.contains(&heard.pitch_hz), "{heard:?}");
    assert!(heard.resembles(&built_in("bell")), "{heard:?}");
    tray.shows("the unread message", |icon| icon.pixels != before.pixels)
        .await;
    pair.bob
        .until_status("one unread", |status| status["unread"] == 1)
        .await;
    bob.reads("[data-test=unread]", "1").await;
    alice.delivery_is("Tea at five?", "arrived").await;

    bobs.notifications.press(popup.id, "default", None).await;

    pair.bob
        .until_status("the chat with Alice", looks_at(alice_jid))
        .await;
    pair.bob
        .until_status("the focus", |status| status["focused"] == true)
        .await;
    bob.shows_message("Tea at five?").await;
    alice.delivery_is("Tea at five?", "read").await;
    bobs.notifications.withdrawn(popup.id).await;
    tray.shows("the icon of before", |icon| icon.pixels == before.pixels)
        .await;

    // What comes to a chat that somebody looks at needs no popup.
    pair.alice
        .until_status("no focus", |status| status["focused"] == false)
        .await;
    bob.say("With pleasure").await;

    alice.shows_message("With pleasure").await;
    let answer = pair
        .alice
        .desktop
        .notifications
        .next_popup("for the answer", |popup| popup.body == "With pleasure")
        .await;
    bob.delivery_is("With pleasure", "arrived").await;
    let key = answer.key("Reply").unwrap();
    pair.alice
        .desktop
        .notifications
        .press(answer.id, key, None)
        .await;
    bob.delivery_is("With pleasure", "read").await;
    pair.screen
        .screenshot(&format!("use-case-{kind:?}").to_lowercase());
}

#[tokio::test]
async fn a_popup_opens_the_chat_when_the_window_is_closed() {
    let pair = Pair::online(Kind::Embedded).await;
    let bob = pair.bob.open_window().await;
    bob.find("[data-test=own-status]").await;
    pair.close_window(&pair.bob).await;
    drop(bob);
    let alice = pair.alice_before_bob().await;
    alice.say("Are you there?").await;
    let popups = &pair.bob.desktop.notifications;
    let popup = popups
        .next_popup("without a window", |popup| popup.body == "Are you there?")
        .await;

    let token = Some("carillon-test_TIME0");
    popups
        .press(popup.id, popup.key("Reply").unwrap(), token)
        .await;

    pair.bob
        .until_status("a window", |status| status["windows"] == 1)
        .await;
    let bob = pair.bob.window().await;
    pair.bob
        .until_status("the chat with Alice", looks_at(&pair.alice_account.jid))
        .await;
    bob.shows_message("Are you there?").await;
    bob.say("Just came in").await;
    alice.shows_message("Just came in").await;
}

#[tokio::test]
async fn what_is_written_to_somebody_offline_waits_over_the_embedded_server() {
    waits(Kind::Embedded).await;
}

#[tokio::test]
async fn what_is_written_to_somebody_offline_waits_over_prosody() {
    waits(Kind::Prosody).await;
}

#[tokio::test]
async fn what_is_written_to_somebody_offline_waits_over_ejabberd() {
    waits(Kind::Ejabberd).await;
}

async fn waits(kind: Kind) {
    let mut pair = Pair::on(kind).await;
    pair.alice.start().await;
    pair.alice.until_online().await;
    let alice = pair.alice_before_bob().await;
    alice.contact_is(&pair.bob_account.jid, "offline").await;
    alice.reads("[data-test=chat-presence]", "Offline").await;
    alice
        .reads("[data-test=composer-note]", "your message will wait")
        .await;
    alice.say("For later").await;
    alice.delivery_is("For later", "sent").await;
    let silence = pair.bob.desktop.speaker.mark();

    pair.bob.start().await;

    pair.bob
        .until_status("the message", |status| status["unread"] == 1)
        .await;
    pair.bob
        .desktop
        .notifications
        .next_popup("of what was missed", |popup| {
            popup.summary == "One message while you were away" && popup.body == "Alice"
        })
        .await;
    let (heard, _) = pair.bob.desktop.speaker.heard_since(silence).await;
    assert!(heard.resembles(&built_in("bell")), "{heard:?}");
    alice.delivery_is("For later", "arrived").await;
    alice.contact_is(&pair.bob_account.jid, "available").await;
    let nothing =
        "return document.querySelector('[data-test=composer-note]')?.innerText.trim() === ''";
    alice.shows("no note any more", nothing).await;
}
