//! A session bus that is there only after Carillon: as where somebody starts it before their desktop.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use carillon_tests_app::{Bus, Meeting, Notifications, Person};
use carillon_tests_servers::{Kind, until_some};

#[tokio::test]
async fn a_bus_that_comes_later_shows_what_is_said_from_then_on() {
    let mut meeting = Meeting::prepared(Kind::Prosody, Person::new("Alice").await).await;
    let alice = &mut meeting.alice;
    alice
        .add_account(&meeting.server, &meeting.alice_account)
        .await;
    let folder = alice.desktop.folder().join("late");
    std::fs::create_dir(&folder).unwrap();
    let address = format!("unix:path={}/bus", folder.display());
    alice
        .start_with(&[("DBUS_SESSION_BUS_ADDRESS", &address)])
        .await;
    alice.until_online().await;
    let mut bob = meeting.bob_unseen().await;
    let to = &meeting.alice_account.jid;
    bob.message(to, "Before the bus").await;
    let stored = |status: &serde_json::Value| status["unread"] == 1;
    meeting.alice.until_status("it is stored", stored).await;

    let bus = Bus::start(&folder).await;
    let popups = Notifications::start(&bus).await;
    // Nothing is polled: an alert that has something to show finds the bus. One that comes right after a failure
    // does not try, so there are some.
    let mut said = 0;
    let popup = until_some("a popup on the new bus", async || {
        said += 1;
        bob.message(to, &format!("After the bus {said}")).await;
        popups.within(Duration::from_millis(500)).await
    })
    .await;
    assert!(popup.summary.contains("Bob"), "{popup:?}");
    assert!(popup.body.contains("After the bus"), "{popup:?}");
    assert!(popup.label("default").is_some(), "a click opens the chat");
}
