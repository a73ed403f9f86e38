//! The same under Mutter, the compositor of GNOME, with its own rules of who may come to the front.

#![allow(clippy::unwrap_used)] // the folder

use carillon_tests_app::{Meeting, Person, Wayland, looks_at};
use carillon_tests_servers::Kind;

#[tokio::test]
async fn a_click_brings_the_right_chat_to_the_front_under_mutter() {
    let folder = tempfile::Builder::new().prefix("cw-").tempdir().unwrap();
    let session = Wayland::start(folder.path()).await;
    let elsewhere = session.elsewhere(folder.path()).await;
    let alice = Person::in_wayland(&session, "Alice").await;
    let mut meeting = Meeting::prepared(Kind::Embedded, alice).await;
    let (server, account) = (&meeting.server, &meeting.alice_account);
    meeting.alice.online(server, account).await;
    let (alice, alice_jid) = (&meeting.alice, &meeting.alice_account.jid);
    let mut bob = meeting.bob().await;
    let bob_jid = &meeting.bob_account.jid;
    let popups = &alice.desktop.notifications;
    let focus = |has: bool| {
        let what = if has { "the focus" } else { "no focus" };
        alice.until_status(what, move |status| status["focused"] == has)
    };

    let window = alice.open_window().await;
    focus(true).await;
    // Covered, maybe before its page has loaded.
    elsewhere.click().await;
    focus(false).await;

    bob.message(alice_jid, "Look here").await;
    let popup = popups
        .next_popup("for the message", |popup| popup.body == "Look here")
        .await;
    let token = elsewhere.click().await;
    popups.press(popup.id, "default", Some(&token)).await;

    focus(true).await;
    alice.until_status("the chat", looks_at(bob_jid)).await;
    window.shows_message("Look here").await;
}
