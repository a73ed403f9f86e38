//! The main job: the server pushes a message, and Alice is told by popup, sound and tray, without a window.

use std::time::Duration;

use carillon_tests_app::{Meeting, Visitor, built_in};
use carillon_tests_servers::until_some;
use serde_json::json;

#[tokio::test]
async fn a_message_rings_pops_up_and_changes_the_tray() {
    let meeting = Meeting::on_prosody().await;
    let desktop = &meeting.alice.desktop;
    let tray = desktop.tray.item().await;
    let before = tray.shows("an icon", |icon| !icon.pixels.is_empty()).await;
    let mut bob = meeting.bob_unseen().await;
    let silence = desktop.speaker.mark();

    bob.message("alice@carillon.test", "Tea at five?").await;

    let popup = desktop
        .notifications
        .next_popup("for the message", |popup| popup.body == "Tea at five?")
        .await;
    assert!(popup.summary.contains("Bob"), "{}", popup.summary);
    assert_eq!(popup.replaces, 0);
    assert!(popup.labels().contains(&"Reply"), "{:?}", popup.actions);
    assert!(
        popup.labels().contains(&"Mark as read"),
        "{:?}",
        popup.actions
    );
    assert!(
        popup.label("default").is_some(),
        "a click does something: {:?}",
        popup.actions
    );
    assert!(
        popup.picture().is_some(),
        "an icon: {:?}",
        popup.hints.keys()
    );
    assert_eq!(
        popup.flag("suppress-sound"),
        Some(true),
        "Carillon plays its sounds itself"
    );

    let (heard, end) = desktop.speaker.heard_since(silence).await;
    assert!(heard.resembles(&built_in("bell")), "{heard:?}");
    let late = heard.onset.saturating_duration_since(popup.at);
    assert!(
        late < Duration::from_secs(5),
        "the sound comes with the popup, not {late:?} later"
    );
    assert!(
        desktop
            .speaker
            .heard_within(end, Duration::from_secs(1))
            .await
            .is_none(),
        "one event, one sound"
    );

    let after = tray
        .shows("another icon", |icon| icon.pixels != before.pixels)
        .await;
    assert_ne!(after.pixels, before.pixels);
    assert_eq!(meeting.alice.status().await["unread"], 1);
}

#[tokio::test]
async fn mark_as_read_takes_popup_and_count_away() {
    let meeting = Meeting::on_prosody().await;
    let desktop = &meeting.alice.desktop;
    let tray = desktop.tray.item().await;
    let before = tray.shows("an icon", |icon| !icon.pixels.is_empty()).await;
    let mut bob = meeting.bob_unseen().await;
    bob.message("alice@carillon.test", "Tea at five?").await;
    let popup = desktop
        .notifications
        .next_popup("for the message", |popup| popup.body == "Tea at five?")
        .await;
    tray.shows("the unread message", |icon| icon.pixels != before.pixels)
        .await;

    desktop
        .notifications
        .press(popup.id, popup.key("Mark as read").unwrap(), None)
        .await;

    desktop.notifications.withdrawn(popup.id).await;
    tray.shows("the icon of before", |icon| icon.pixels == before.pixels)
        .await;
    let read = |status: &serde_json::Value| status["unread"] == 0;
    meeting.alice.until_status("nothing is unread", read).await;
}

#[tokio::test]
async fn the_second_message_of_a_chat_takes_the_place_of_the_first() {
    let meeting = Meeting::on_prosody().await;
    let desktop = &meeting.alice.desktop;
    let mut bob = meeting.bob_unseen().await;
    bob.message("alice@carillon.test", "One").await;
    let first = desktop
        .notifications
        .next_popup("for the first", |popup| popup.body.contains("One"))
        .await;
    bob.message("alice@carillon.test", "Two").await;
    let second = desktop
        .notifications
        .next_popup("for the second", |popup| popup.body.contains("Two"))
        .await;
    assert_eq!(second.id, first.id, "{second:?}");
}

#[tokio::test]
async fn a_reply_is_written_in_the_popup_itself() {
    let alice = carillon_tests_app::Person::new("Alice").await;
    alice
        .desktop
        .notifications
        .can(&["actions", "body", "inline-reply"]);
    let mut meeting = Meeting::prepared(carillon_tests_servers::Kind::Prosody, alice).await;
    meeting
        .alice
        .online(&meeting.server, &meeting.alice_account)
        .await;
    let desktop = &meeting.alice.desktop;
    let mut bob = meeting.bob().await;
    bob.message("alice@carillon.test", "Tea at five?").await;
    let popup = desktop
        .notifications
        .next_popup("with a field", |popup| {
            popup.label("inline-reply").is_some()
        })
        .await;

    desktop.notifications.reply(popup.id, "With pleasure").await;

    let reply = bob.expect_message("With pleasure").await;
    assert!(
        reply.text("from").starts_with("alice@carillon.test/"),
        "{}",
        reply.xml()
    );
    assert_eq!(reply.text("type"), "chat");
}

#[tokio::test]
async fn a_reply_in_a_popup_that_cannot_be_sent_is_kept_as_a_draft() {
    let alice = carillon_tests_app::Person::new("Alice").await;
    alice
        .desktop
        .notifications
        .can(&["actions", "body", "inline-reply"]);
    let mut meeting = Meeting::prepared(carillon_tests_servers::Kind::Prosody, alice).await;
    meeting
        .alice
        .online(&meeting.server, &meeting.alice_account)
        .await;
    let desktop = &meeting.alice.desktop;
    let mut bob = meeting.bob().await;
    bob.message("alice@carillon.test", "Tea at five?").await;
    let popup = desktop
        .notifications
        .next_popup("with a field", |popup| {
            popup.label("inline-reply").is_some()
        })
        .await;
    let too_long = "With pleasure. ".repeat(2_000);

    desktop.notifications.reply(popup.id, &too_long).await;

    let socket = Visitor::socket(desktop, &meeting.alice.profile());
    let mut tool = Visitor::tool(&socket).await.unwrap();
    let kept = until_some("a draft", async || {
        let overview = tool.must("read_overview", json!({})).await;
        let draft = overview["chats"][0]["draft"].as_str().unwrap_or_default();
        (!draft.is_empty()).then(|| draft.to_owned())
    })
    .await;
    assert_eq!(kept, too_long);
}

#[tokio::test]
async fn what_others_write_is_never_markup_in_a_popup() {
    let meeting = Meeting::on_prosody().await;
    let mut bob = meeting.bob_unseen().await;
    bob.message(
        "alice@carillon.test",
        "<img src='http://127.0.0.1:9/x'/> & <b>bold</b>",
    )
    .await;
    let popup = meeting
        .alice
        .desktop
        .notifications
        .next_popup("with it", |popup| popup.body.contains("bold"))
        .await;
    assert!(
        !popup.body.contains('<'),
        "the service reads markup: {}",
        popup.body
    );
    assert!(popup.body.contains("&lt;b&gt;bold"), "{}", popup.body);
}

#[tokio::test]
async fn alerts_go_on_when_the_notification_service_comes_back() {
    let mut meeting = Meeting::on_prosody().await;
    let mut bob = meeting.bob_unseen().await;
    let desktop = &mut meeting.alice.desktop;
    desktop.notifications.die().await;
    let silence = desktop.speaker.mark();
    bob.message("alice@carillon.test", "Nobody shows this")
        .await;
    desktop.speaker.heard_since(silence).await;

    desktop.notifications.serve(&desktop.bus).await;
    bob.message("alice@carillon.test", "But this").await;
    desktop
        .notifications
        .next_popup("again", |popup| popup.body.contains("But this"))
        .await;
}

#[tokio::test]
async fn a_tray_that_comes_back_gets_the_icon_again() {
    let mut meeting = Meeting::on_prosody().await;
    let desktop = &mut meeting.alice.desktop;
    desktop.tray.item().await;
    desktop.tray.die().await;
    desktop.tray.serve(&desktop.bus).await;
    let item = desktop.tray.item().await;
    item.shows("an icon", |icon| !icon.pixels.is_empty()).await;
}

#[tokio::test]
async fn quit_from_the_tray_takes_the_icon_away() {
    let mut meeting = Meeting::on_prosody().await;
    let item = meeting.alice.desktop.tray.item().await;
    let labels: Vec<_> = item
        .menu()
        .await
        .into_iter()
        .map(|entry| entry.label)
        .collect();
    assert!(
        labels.iter().any(|label| label.contains("Quit")),
        "{labels:?}"
    );
    item.choose("Quit").await;
    meeting.alice.until_gone().await;
    assert!(meeting.alice.desktop.tray.items().await.is_empty());
}
