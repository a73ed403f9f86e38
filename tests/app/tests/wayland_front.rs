//! Under Wayland nothing comes to the front by itself: a click does it, with the token that the compositor gives
//! for it.

#![allow(clippy::unwrap_used)] // in the functions that the tests share

use std::path::Path;

use carillon_tests_app::{Meeting, Person, Popup, Sway, looks_at};
use carillon_tests_servers::{Account, Kind, Process, until};

/// Carillon's window, as compositors know it.
const CARILLON: &str = "im.carillon.Carillon";
/// Some other application.
const OTHER: &str = "other";

/// Alice before sway, with an application that covers Carillon, and two contacts.
struct Desk {
    meeting: Meeting,
    carol: Account,
    _other: Process,
    sway: Sway,
}

impl Desk {
    async fn start(folder: &Path) -> Self {
        let sway = Sway::start(folder).await;
        let alice = Person::in_wayland(sway.session(), "Alice").await;
        let mut meeting = Meeting::prepared(Kind::Embedded, alice).await;
        let carol = meeting.server.add_account("carol", "in the attic").await;
        let alice_account = &meeting.alice_account;
        meeting
            .server
            .befriend((alice_account, "Alice"), (&carol, "Carol"))
            .await;
        meeting.alice.online(&meeting.server, alice_account).await;
        let mut terminal = meeting.alice.desktop.command("foot");
        terminal.args(["--app-id", OTHER, "sleep", "1000"]);
        let other = Process::spawn("foot", folder, terminal);
        sway.in_front(OTHER).await;
        Self {
            meeting,
            carol,
            _other: other,
            sway,
        }
    }

    /// Another application has the keyboard and covers everything.
    async fn turn_away(&self) {
        self.sway.turn_to(OTHER);
        self.sway.in_front(OTHER).await;
        self.meeting
            .alice
            .until_status("no focus", |status| status["focused"] == false)
            .await;
    }

    /// The popup for a message of Bob's.
    async fn popup(&self, body: &str) -> Popup {
        let popups = &self.meeting.alice.desktop.notifications;
        popups
            .next_popup("for the message", |popup| popup.body == body)
            .await
    }

    /// Presses a popup with a token of some origin.
    async fn press(&self, popup: &Popup, token: &str) {
        let popups = &self.meeting.alice.desktop.notifications;
        popups.press(popup.id, "default", Some(token)).await;
    }

    async fn looks_at(&self, jid: &str) {
        let alice = &self.meeting.alice;
        alice.until_status("the chat", looks_at(jid)).await;
    }

    async fn has_focus(&self) {
        let alice = &self.meeting.alice;
        alice
            .until_status("the focus", |status| status["focused"] == true)
            .await;
    }
}

#[tokio::test]
async fn a_click_brings_the_right_chat_to_the_front_under_wayland() {
    let folder = tempfile::Builder::new().prefix("cw-").tempdir().unwrap();
    let desk = Desk::start(folder.path()).await;
    let (alice, sway) = (&desk.meeting.alice, &desk.sway);
    let bob_jid = &desk.meeting.bob_account.jid;
    let mut bob = desk.meeting.bob().await;

    let window = alice.open_window().await;
    sway.in_front(CARILLON).await;
    window.choose_contact(&desk.carol.jid).await;
    desk.looks_at(&desk.carol.jid).await;
    desk.has_focus().await;

    // A token that the compositor never gave shows the chat, and leaves the person's work in front.
    desk.turn_away().await;
    bob.message(&desk.meeting.alice_account.jid, "Look here")
        .await;
    let popup = desk.popup("Look here").await;
    let refused = sway.refused();
    desk.press(&popup, "made-up").await;
    desk.looks_at(bob_jid).await;
    until("sway refuses", || sway.refused() > refused).await;
    assert!(!sway.window(CARILLON).unwrap().visible, "still covered");
    sway.in_front(OTHER).await;

    // The popup, clicked.
    window.choose_contact(&desk.carol.jid).await;
    desk.looks_at(&desk.carol.jid).await;
    bob.message(&desk.meeting.alice_account.jid, "And here")
        .await;
    let popup = desk.popup("And here").await;
    let token = sway.click_panel().await;
    assert!(!sway.window(CARILLON).unwrap().visible, "covered so far");
    desk.press(&popup, &token).await;
    sway.in_front(CARILLON).await;
    desk.looks_at(bob_jid).await;
    desk.has_focus().await;
    window.shows_message("And here").await;
    sway.screenshot("wayland-front");

    // The icon in the tray, clicked.
    desk.turn_away().await;
    let tray = alice.desktop.tray.item().await;
    let token = sway.click_panel().await;
    tray.activate_with(&token).await;
    sway.in_front(CARILLON).await;
    desk.has_focus().await;
}

#[tokio::test]
async fn a_click_starts_the_window_in_front_under_wayland() {
    let folder = tempfile::Builder::new().prefix("cw-").tempdir().unwrap();
    let desk = Desk::start(folder.path()).await;
    let (alice, sway) = (&desk.meeting.alice, &desk.sway);
    let mut bob = desk.meeting.bob().await;
    assert!(alice.window_process().is_none(), "closed");

    bob.message(&desk.meeting.alice_account.jid, "Knock").await;
    let popup = desk.popup("Knock").await;
    let token = sway.click_panel().await;
    desk.press(&popup, &token).await;

    sway.in_front(CARILLON).await;
    desk.looks_at(&desk.meeting.bob_account.jid).await;
    desk.has_focus().await;
    // Sway gives the keyboard to new windows anyway; other compositors ask for the token.
    let environment = format!("/proc/{}/environ", alice.window_process().unwrap());
    let environment = std::fs::read(environment).unwrap();
    let given = format!("\0XDG_ACTIVATION_TOKEN={token}\0");
    assert!(String::from_utf8_lossy(&environment).contains(&given));
    assert_eq!(sway.refused(), 0, "the token was used, and was sway's own");
    let window = alice.window().await;
    window.shows_message("Knock").await;
}
