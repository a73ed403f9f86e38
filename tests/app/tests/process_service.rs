//! Notification services that die, are slow, refuse or can do little, and GNOME's rule for orphans.

#![allow(clippy::unwrap_used)] // in the functions that the tests share

use carillon_tests_app::{Meeting, Person, built_in};
use carillon_tests_servers::Kind;

const ALICE: &str = "alice@carillon.test";

#[tokio::test]
async fn a_request_outlives_the_service_that_showed_it() {
    let mut meeting = Meeting::on_prosody().await;
    let mut carol = meeting.stranger("carol").await;
    carol.subscription(ALICE, "subscribe").await;
    let asks = |popup: &carillon_tests_app::Popup| popup.key("Accept").is_some();
    let desktop = &mut meeting.alice.desktop;
    desktop.notifications.next_popup("that asks", asks).await;
    desktop.notifications.die().await;
    desktop.notifications.serve(&desktop.bus).await;
    let again = desktop.notifications.next_popup("again", asks).await;
    assert_eq!(again.replaces, 0, "the new service knows no old ids");
    let key = again.key("Accept").unwrap();
    desktop.notifications.press(again.id, key, None).await;
    carol.expect_presence(ALICE, "subscribed").await;

    desktop.notifications.withdrawn(again.id).await;
    desktop.notifications.die().await;
    desktop.notifications.serve(&desktop.bus).await;
    let mut bob = meeting.bob_unseen().await;
    bob.message(ALICE, "Hello").await;
    let notifications = &meeting.alice.desktop.notifications;
    notifications
        .next_popup("for the message", |popup| popup.body == "Hello")
        .await;
    assert!(!notifications.popups().iter().any(asks), "it is handled");
}

#[tokio::test]
async fn a_slow_service_delays_neither_the_sound_nor_the_other_chats_for_long() {
    let meeting = Meeting::on_prosody().await;
    let desktop = &meeting.alice.desktop;
    let mut bob = meeting.bob_unseen().await;
    let mark = desktop.speaker.mark();
    desktop.notifications.hold(true);
    for n in 0..8 {
        bob.message(ALICE, &format!("Slow {n}")).await;
    }
    // Until it answers, nothing can have waited for it.
    desktop.speaker.begins_since(mark).await;
    meeting
        .alice
        .until_status("the resident answers", |status| status["unread"] == 8)
        .await;
    desktop.notifications.hold(false);
    let (heard, _) = desktop.speaker.heard_since(mark).await;
    assert!(heard.resembles(&built_in("bell")), "{heard:?}");
    let newest = desktop
        .notifications
        .next_popup("of the newest", |popup| popup.body.contains("Slow 7"))
        .await;
    let shown = desktop.notifications.popups();
    assert!(shown.iter().all(|popup| popup.id == newest.id), "{shown:?}");
}

#[tokio::test]
async fn a_service_that_refuses_costs_a_popup_and_nothing_else() {
    let meeting = Meeting::on_prosody().await;
    let desktop = &meeting.alice.desktop;
    let mut bob = meeting.bob_unseen().await;
    desktop.notifications.refuse(true);
    let mark = desktop.speaker.mark();
    bob.message(ALICE, "Refused").await;
    let (heard, _) = desktop.speaker.heard_since(mark).await;
    assert!(heard.resembles(&built_in("bell")), "{heard:?}");
    let one = |status: &serde_json::Value| status["unread"] == 1;
    meeting.alice.until_status("it is counted", one).await;
    desktop.notifications.refuse(false);
    bob.message(ALICE, "Shown").await;
    desktop
        .notifications
        .next_popup("the next one", |popup| popup.body.contains("Shown"))
        .await;
}

#[tokio::test]
async fn a_service_without_buttons_and_markup_shows_plain_words() {
    let alice = Person::new("Alice").await;
    alice.desktop.notifications.can(&["body"]);
    let mut meeting = Meeting::prepared(Kind::Prosody, alice).await;
    meeting
        .alice
        .online(&meeting.server, &meeting.alice_account)
        .await;
    let mut bob = meeting.bob_unseen().await;
    bob.message(ALICE, "1 < 2 & <b>so on</b>").await;
    let popup = meeting
        .alice
        .desktop
        .notifications
        .next_popup("for the message", |_| true)
        .await;
    assert_eq!(popup.body, "1 < 2 & <b>so on</b>");
    assert!(popup.actions.is_empty(), "{popup:?}");
}

#[tokio::test]
async fn gnome_has_no_reason_to_take_popups_away_while_the_resident_lives() {
    let mut meeting = Meeting::on_prosody().await;
    let mut bob = meeting.bob_unseen().await;
    let mut carol = meeting.stranger("carol").await;
    carol.subscription(ALICE, "subscribe").await;
    let desktop = &meeting.alice.desktop;
    let asks = desktop
        .notifications
        .next_popup("that asks", |popup| popup.key("Accept").is_some())
        .await;
    bob.message(ALICE, "Hello").await;
    let hello = desktop
        .notifications
        .next_popup("for the message", |popup| popup.body == "Hello")
        .await;
    assert_eq!(asks.sender, hello.sender, "one connection");
    let standing = desktop.notifications.standing();
    assert_eq!(standing, [asks.id, hello.id].into());
    meeting.alice.kill9();
    meeting.alice.desktop.notifications.cleared().await;
    meeting.alice.start().await;
    meeting.alice.until_online().await;
    bob.message(ALICE, "Still there?").await;
    let popups = &meeting.alice.desktop.notifications;
    popups
        .next_popup("from its successor", |popup| {
            popup.body.contains("Still there?")
        })
        .await;
    meeting.alice.quit().await;
    meeting.alice.desktop.notifications.cleared().await;
}
