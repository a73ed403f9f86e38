//! Friends who come, strangers who ask, rooms that invite: each told apart from a message.

use std::time::Duration;

use carillon_tests_app::{Meeting, built_in};
use carillon_tests_servers::Peer;

/// Login's burst of presence is silent until it has been quiet for five seconds. What belongs to it may come late on a
/// busy machine.
const BURST: Duration = Duration::from_secs(9);

#[tokio::test]
async fn a_friend_who_comes_available_has_a_sound_of_its_own() {
    let meeting = Meeting::on_prosody().await;
    let desktop = &meeting.alice.desktop;
    let silence = desktop.speaker.mark();
    assert!(
        desktop.speaker.heard_within(silence, BURST).await.is_none(),
        "login is silent"
    );

    let arrival = desktop.speaker.mark();
    let mut bob = meeting.bob().await;

    let popup = desktop
        .notifications
        .next_popup("of the friend", |popup| popup.summary.contains("Bob"))
        .await;
    let (heard, _) = desktop.speaker.heard_since(arrival).await;
    assert!(heard.resembles(&built_in("rise")), "{heard:?}");
    assert!(!heard.resembles(&built_in("bell")), "{heard:?}");

    let message = desktop.speaker.mark();
    bob.message("alice@carillon.test", "Here I am").await;
    let second = desktop
        .notifications
        .next_popup("of the message", |popup| popup.body == "Here I am")
        .await;
    let (other, _) = desktop.speaker.heard_since(message).await;
    assert!(other.resembles(&built_in("bell")), "{other:?}");
    assert!(
        (other.pitch_hz - heard.pitch_hz).abs() > 50.0,
        "{} Hz and {} Hz",
        other.pitch_hz,
        heard.pitch_hz
    );
    assert_ne!(popup.picture(), second.picture(), "the icons differ too");
}

#[tokio::test]
async fn friends_who_are_there_at_login_are_silent() {
    let alice = carillon_tests_app::Person::new("Alice").await;
    let mut meeting = Meeting::prepared(carillon_tests_servers::Kind::Prosody, alice).await;
    let _bob = meeting.bob().await;
    let silence = meeting.alice.desktop.speaker.mark();
    meeting
        .alice
        .online(&meeting.server, &meeting.alice_account)
        .await;
    assert!(
        meeting
            .alice
            .desktop
            .speaker
            .heard_within(silence, BURST)
            .await
            .is_none()
    );
    assert!(meeting.alice.desktop.notifications.popups().is_empty());
}

#[tokio::test]
async fn a_contact_request_is_accepted_in_its_popup() {
    let meeting = Meeting::on_prosody().await;
    let desktop = &meeting.alice.desktop;
    let mut carol = meeting.stranger("carol").await;
    let silence = desktop.speaker.mark();
    carol.subscription("alice@carillon.test", "subscribe").await;

    let popup = desktop
        .notifications
        .next_popup("of the request", |popup| popup.key("Accept").is_some())
        .await;
    assert_eq!(popup.labels(), ["Accept", "Decline", "Block"]);
    assert_eq!(popup.timeout, 0, "it stays until it is handled");
    let (heard, _) = desktop.speaker.heard_since(silence).await;
    assert!(heard.resembles(&built_in("knock")), "{heard:?}");
    assert_eq!(meeting.alice.status().await["requests"], 1);

    desktop
        .notifications
        .press(popup.id, popup.key("Accept").unwrap(), None)
        .await;
    carol
        .expect_presence("alice@carillon.test", "subscribed")
        .await;
    carol
        .expect_presence("alice@carillon.test", "subscribe")
        .await;
    carol
        .subscription("alice@carillon.test", "subscribed")
        .await;
    carol
        .expect_presence("alice@carillon.test", "available")
        .await;
    let none = |status: &serde_json::Value| status["requests"] == 0;
    meeting.alice.until_status("no request waits", none).await;
}

#[tokio::test]
async fn a_stranger_s_message_waits_silently_and_gets_no_receipt() {
    let meeting = Meeting::on_prosody().await;
    let desktop = &meeting.alice.desktop;
    let mut mallory = meeting.stranger("mallory").await;
    let silence = desktop.speaker.mark();
    let wish = "<request xmlns='urn:xmpp:receipts'/>";
    mallory
        .message_with("alice@carillon.test", "Click here", wish)
        .await;
    let alice = &meeting.alice;
    alice
        .until_status("a request waits", |status| status["requests"] == 1)
        .await;

    assert!(
        alice
            .desktop
            .speaker
            .heard_within(silence, Duration::from_secs(1))
            .await
            .is_none()
    );
    assert!(alice.desktop.notifications.popups().is_empty());
    mallory.ping().await;
    let told: Vec<_> = mallory
        .left()
        .iter()
        .filter(|it| it.text("from").starts_with("alice@"))
        .collect();
    assert!(told.is_empty(), "{told:?}");
}

async fn room_of(meeting: &Meeting) -> (Peer, String) {
    let mut bob = meeting.bob_unseen().await;
    bob.available().await;
    let room = format!("tea@{}", meeting.server.rooms());
    bob.join(&room, "Bob").await;
    (bob, room)
}

#[tokio::test]
async fn an_invitation_to_a_room_is_joined_from_its_popup() {
    let meeting = Meeting::on_prosody().await;
    let desktop = &meeting.alice.desktop;
    let (mut bob, room) = room_of(&meeting).await;
    let silence = desktop.speaker.mark();
    bob.invite(&room, "alice@carillon.test", "Tea at five?")
        .await;

    let popup = desktop
        .notifications
        .next_popup("of the invitation", |popup| popup.key("Join").is_some())
        .await;
    assert_eq!(popup.labels(), ["Join", "Decline"]);
    let (heard, _) = desktop.speaker.heard_since(silence).await;
    assert!(
        heard.resembles(&built_in("knock-knock")) || heard.resembles(&built_in("rise")),
        "{heard:?}"
    );

    desktop
        .notifications
        .press(popup.id, popup.key("Join").unwrap(), None)
        .await;
    bob.expect("Alice in the room", |it| {
        it.kind() == "presence"
            && it.text("from").starts_with(&format!("{room}/"))
            && it.xml().contains("alice@")
    })
    .await;
}

#[tokio::test]
async fn an_invitation_past_the_room_is_declined() {
    let meeting = Meeting::on_prosody().await;
    let desktop = &meeting.alice.desktop;
    let (mut bob, room) = room_of(&meeting).await;
    bob.invite_directly(&room, "alice@carillon.test", "Tea?")
        .await;
    let popup = desktop
        .notifications
        .next_popup("of the invitation", |popup| popup.key("Decline").is_some())
        .await;
    assert!(popup.key("Join").is_some(), "{:?}", popup.actions);
    desktop
        .notifications
        .press(popup.id, popup.key("Decline").unwrap(), None)
        .await;
    desktop.notifications.withdrawn(popup.id).await;
    let none = |status: &serde_json::Value| status["requests"] == 0;
    meeting.alice.until_status("no request waits", none).await;
}
