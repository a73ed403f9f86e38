//! The use case once more, under Wayland, where no X server is to be had.

use carillon_tests_app::{Meeting, Person, Wayland, looks_at};
use carillon_tests_servers::Kind;

#[tokio::test]
async fn a_message_is_told_and_answered_under_wayland() {
    let folder = tempfile::Builder::new().prefix("cw-").tempdir().unwrap();
    let session = Wayland::start(folder.path()).await;
    let alice = Person::in_wayland(&session, "Alice").await;
    let mut meeting = Meeting::prepared(Kind::Embedded, alice).await;
    let Meeting {
        alice,
        alice_account,
        bob_account,
        server,
    } = &mut meeting;
    alice.online(server, alice_account).await;
    let window = alice.open_window().await;
    window.contact_is(&bob_account.jid, "offline").await;
    let mut bob = meeting.bob().await;
    let (alice, alice_jid, bob_jid) = (
        &meeting.alice,
        &meeting.alice_account.jid,
        &meeting.bob_account.jid,
    );
    window.contact_is(bob_jid, "available").await;
    let environment = format!("/proc/{}/environ", alice.window_process().unwrap());
    let environment = std::fs::read(environment).unwrap();
    let environment = String::from_utf8_lossy(&environment);
    assert!(!environment.contains("\0DISPLAY="), "there is no X");

    bob.message(alice_jid, "Does this work here too?").await;
    let popups = &alice.desktop.notifications;
    let popup = popups
        .next_popup("for the message", |popup| {
            popup.body == "Does this work here too?"
        })
        .await;
    // No compositor gave this token: the chat opens all the same, in front or not.
    popups.press(popup.id, "default", Some("a-token")).await;
    alice
        .until_status("the chat with Bob", looks_at(bob_jid))
        .await;
    window.shows_message("Does this work here too?").await;
    window.say("It does").await;
    bob.expect_message("It does").await;

    window.screenshot("wayland-chat").await;
}
