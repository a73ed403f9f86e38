//! The main job on the other two servers; `message.rs` and `people.rs` play it on Prosody at length.

use carillon_tests_app::{Meeting, built_in};
use carillon_tests_servers::Kind;

async fn a_message_is_told_and_answered(kind: Kind) {
    let alice = carillon_tests_app::Person::new("Alice").await;
    alice
        .desktop
        .notifications
        .can(&["actions", "body", "inline-reply"]);
    let mut meeting = Meeting::prepared(kind, alice).await;
    meeting
        .alice
        .online(&meeting.server, &meeting.alice_account)
        .await;
    let desktop = &meeting.alice.desktop;
    meeting.friends_come_silently().await;
    let mut bob = meeting.bob().await;
    let alice = meeting.alice_account.jid.clone();
    bob.expect_presence(&alice, "available").await;

    let silence = desktop.speaker.mark();
    bob.message(&alice, "Tea at five?").await;
    let popup = desktop
        .notifications
        .next_popup("for the message", |popup| popup.body == "Tea at five?")
        .await;
    let (heard, _) = desktop.speaker.heard_since(silence).await;
    assert!(heard.resembles(&built_in("bell")), "{heard:?}");

    desktop.notifications.reply(popup.id, "With pleasure").await;
    bob.expect_message("With pleasure").await;
    meeting
        .alice
        .until_status("nothing is unread", |status| status["unread"] == 0)
        .await;
}

#[tokio::test]
async fn a_message_is_told_and_answered_on_the_embedded_server() {
    a_message_is_told_and_answered(Kind::Embedded).await;
}

#[tokio::test]
async fn a_message_is_told_and_answered_on_ejabberd() {
    a_message_is_told_and_answered(Kind::Ejabberd).await;
}

async fn a_request_is_accepted(kind: Kind) {
    let meeting = Meeting::on(kind).await;
    let alice = &meeting.alice_account.jid;
    let mut carol = meeting.stranger("carol").await;
    carol.subscription(alice, "subscribe").await;
    let popups = &meeting.alice.desktop.notifications;
    let popup = popups
        .next_popup("of the request", |popup| popup.key("Accept").is_some())
        .await;
    popups
        .press(popup.id, popup.key("Accept").unwrap_or_default(), None)
        .await;
    carol.expect_presence(alice, "subscribed").await;
    carol.expect_presence(alice, "available").await;
}

#[tokio::test]
async fn a_request_is_accepted_on_the_embedded_server() {
    a_request_is_accepted(Kind::Embedded).await;
}

#[tokio::test]
async fn a_request_is_accepted_on_ejabberd() {
    a_request_is_accepted(Kind::Ejabberd).await;
}

async fn an_invitation_is_joined(kind: Kind) {
    let meeting = Meeting::on(kind).await;
    let alice = &meeting.alice_account.jid;
    let mut bob = meeting.bob().await;
    let room = format!("tea@{}", meeting.server.rooms());
    bob.join(&room, "Bob").await;
    bob.invite(&room, alice, "Tea?").await;
    let popups = &meeting.alice.desktop.notifications;
    let popup = popups
        .next_popup("of the invitation", |popup| popup.key("Join").is_some())
        .await;
    popups
        .press(popup.id, popup.key("Join").unwrap_or_default(), None)
        .await;
    let inside =
        |from: &str| from.starts_with(&format!("{room}/")) && from != format!("{room}/Bob");
    bob.expect("Alice in the room", |it| {
        it.kind() == "presence" && inside(it.text("from"))
    })
    .await;
}

#[tokio::test]
async fn an_invitation_is_joined_on_the_embedded_server() {
    an_invitation_is_joined(Kind::Embedded).await;
}

#[tokio::test]
async fn an_invitation_is_joined_on_ejabberd() {
    an_invitation_is_joined(Kind::Ejabberd).await;
}
