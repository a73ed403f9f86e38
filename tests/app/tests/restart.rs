//! Nothing is lost when a process ends, however it ends.

use carillon_tests_app::{Meeting, Person};
use carillon_tests_servers::Kind;

#[tokio::test]
async fn what_came_meanwhile_is_one_summary() {
    let mut meeting = Meeting::on_prosody().await;
    meeting.alice.quit().await;
    let mut bob = meeting.bob_unseen().await;
    for body in ["One", "Two", "Three"] {
        bob.message("alice@carillon.test", body).await;
    }
    bob.ping().await;

    meeting.alice.start().await;
    meeting
        .alice
        .until_status("three messages", |status| status["unread"] == 3)
        .await;
    let popups = &meeting.alice.desktop.notifications;
    let summary = popups
        .next_popup("of what was missed", |popup| {
            format!("{} {}", popup.summary, popup.body).contains('3')
        })
        .await;
    // Where they come in seconds apart it is updated in place.
    let others = popups.popups();
    let one = others.iter().all(|other| other.id == summary.id);
    assert!(one, "one for all: {summary:?} and {others:?}");
}

#[tokio::test]
async fn a_killed_resident_has_lost_nothing() {
    let mut meeting = Meeting::on_prosody().await;
    let mut bob = meeting.bob_unseen().await;
    bob.message("alice@carillon.test", "Before").await;
    meeting
        .alice
        .desktop
        .notifications
        .next_popup("before", |popup| popup.body == "Before")
        .await;
    meeting.alice.kill9();
    bob.message("alice@carillon.test", "Meanwhile").await;
    meeting.alice.start().await;
    meeting.alice.until_online().await;
    meeting
        .alice
        .until_status("both unread", |status| status["unread"] == 2)
        .await;
    bob.message("alice@carillon.test", "After").await;
    meeting
        .alice
        .desktop
        .notifications
        .next_popup("after", |popup| popup.body.contains("After"))
        .await;
}

#[tokio::test]
async fn the_server_s_restart_is_survived() {
    let mut meeting = Meeting::on_prosody().await;
    meeting.server.kill();
    let away = |status: &serde_json::Value| status["accounts"][0]["connection"]["kind"] != "online";
    meeting
        .alice
        .until_status("the connection lost", away)
        .await;
    meeting.server.run().await;
    meeting.alice.until_online().await;
    let mut bob = meeting.bob_unseen().await;
    bob.message("alice@carillon.test", "Still there?").await;
    meeting
        .alice
        .desktop
        .notifications
        .next_popup("afterwards", |popup| popup.body.contains("Still there?"))
        .await;
}

#[tokio::test]
async fn one_profile_has_one_resident() {
    let meeting = Meeting::on_prosody().await;
    let second = meeting.alice.run(&["--background"], "").await;
    assert!(
        second.status.success(),
        "{}",
        String::from_utf8_lossy(&second.stderr)
    );
    let status = meeting.alice.status().await;
    assert_eq!(status["pid"], meeting.alice.resident_id());
}

#[tokio::test]
async fn a_refused_password_is_said_and_not_tried_again() {
    let alice = Person::new("Alice").await;
    let mut meeting = Meeting::prepared(Kind::Prosody, alice).await;
    meeting.alice_account.password = "through the".to_owned();
    meeting
        .alice
        .add_account(&meeting.server, &meeting.alice_account)
        .await;
    meeting.alice.start().await;
    let stopped =
        |status: &serde_json::Value| status["accounts"][0]["connection"]["kind"] == "stopped";
    meeting.alice.until_status("sign-in stopped", stopped).await;
    let popups = &meeting.alice.desktop.notifications;
    let popup = popups
        .next_popup("of the account", |popup| {
            popup.summary.contains("alice@") || popup.body.contains("alice@")
        })
        .await;
    assert_eq!(popup.timeout, 0, "it stays until it is handled: {popup:?}");
}

#[tokio::test]
async fn a_desktop_without_any_service_is_no_reason_to_fail() {
    let mut alice = Person::new("Alice").await;
    alice.desktop.notifications.die().await;
    alice.desktop.tray.die().await;
    let mut meeting = Meeting::prepared(Kind::Prosody, alice).await;
    meeting
        .alice
        .online(&meeting.server, &meeting.alice_account)
        .await;
    let mut bob = meeting.bob_unseen().await;
    bob.message("alice@carillon.test", "Anybody?").await;
    meeting
        .alice
        .until_status("the message is here", |status| status["unread"] == 1)
        .await;
    assert_eq!(meeting.alice.status().await["tray"], false);
}
