//! What is chosen in the settings is what is seen and heard next.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use carillon_tests_app::{AtScreen, Window, alert_cell, alert_row, built_in};
use carillon_tests_servers::Kind;
use serde_json::json;

/// Of two sounds within a second only the stronger one is heard.
const ONE_AT_A_TIME: Duration = Duration::from_millis(1_200);

/// Whether a row shows a popup.
async fn pops_up(window: &Window, kind: &str) -> bool {
    let rows = window
        .ask("alert_rows", json!({"whose": {"kind": "everybody"}}))
        .await;
    let rows = rows["rows"].as_array().unwrap();
    let row = rows.iter().find(|row| row["kind"] == kind).unwrap();
    row["effective"]["popup"]["value"] != "none"
}

#[tokio::test]
async fn a_sound_and_an_icon_that_were_chosen_are_the_next_alert_s() {
    let at = AtScreen::on(Kind::Embedded).await;
    let desktop = &at.meeting.alice.desktop;
    let window = at.meeting.alice.open_window().await;
    window.go_to_sheet("alerts").await;
    window
        .choose_alert("message", "sound", "builtin:knock")
        .await;
    window
        .choose_alert("message", "icon", "builtin:missed")
        .await;
    let silence = desktop.speaker.mark();
    window
        .click(&format!("{} [data-test=try]", alert_row("missed")))
        .await;
    let missed = desktop.notifications.next_popup("tried", |_| true).await;
    let (first, end) = desktop.speaker.heard_since(silence).await;
    // It has no sound of its own, and follows the row of messages.
    assert!(first.resembles(&built_in("knock")), "{first:?}");

    let mut bob = at.meeting.bob_unseen().await;
    tokio::time::sleep_until((first.onset + ONE_AT_A_TIME).into()).await;
    bob.message(&at.meeting.alice_account.jid, "Hear that?")
        .await;

    let popup = desktop
        .notifications
        .next_popup("for the message", |popup| popup.body == "Hear that?")
        .await;
    let (heard, _) = desktop.speaker.heard_since(end).await;
    assert!(heard.resembles(&built_in("knock")), "{heard:?}");
    assert!(popup.picture().is_some());
    assert_eq!(
        popup.picture(),
        missed.picture(),
        "the icon of the other row"
    );
}

#[tokio::test]
async fn a_cell_follows_the_general_row_until_it_is_chosen_and_again_afterwards() {
    let at = AtScreen::on(Kind::Embedded).await;
    let window = at.meeting.alice.open_window().await;
    window.go_to_sheet("alerts").await;
    let tray = alert_cell("message", "tray");
    window
        .find(&format!("{tray}[data-source=generic_built_in]"))
        .await;

    window.choose_alert("generic", "tray", "blink").await;
    window.find(&format!("{tray}[data-source=generic]")).await;
    window.alert_reads("message", "tray", "Blink").await;
    window
        .alert_reads("message", "tray", "from the General row")
        .await;

    window.choose_alert("message", "tray", "none").await;
    window.alert_reads("message", "tray", "yours").await;

    window.click(&format!("{tray} [data-test=inherit]")).await;
    window.find(&format!("{tray}[data-source=generic]")).await;
    window.alert_reads("message", "tray", "Blink").await;
    let file = std::fs::read_to_string(at.meeting.alice.profile().join("settings.toml")).unwrap();
    assert!(file.contains("[alerts.generic]"), "{file}");
    assert!(!file.contains("[alerts.message]"), "{file}");
}

#[tokio::test]
async fn every_row_can_be_tried() {
    let at = AtScreen::on(Kind::Embedded).await;
    let notifications = &at.meeting.alice.desktop.notifications;
    let window = at.meeting.alice.open_window().await;
    window.go_to_sheet("alerts").await;
    window.find(&alert_row("message")).await;
    let script = "return [...document.querySelectorAll('[data-test=alert-row]')].map((it) => it.dataset.kind)";
    let kinds = window.script(script).await;
    let kinds: Vec<&str> = kinds
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|kind| kind.as_str())
        .collect();
    assert_eq!(kinds.len(), 22, "{kinds:?}");
    for kind in kinds {
        if !pops_up(&window, kind).await {
            window.choose_alert(kind, "popup", "banner").await;
        }
        window
            .click(&format!("{} [data-test=try]", alert_row(kind)))
            .await;
        notifications
            .next_popup(&format!("of a tried {kind}"), |_| true)
            .await;
        window
            .reads(&format!("{} [data-test=tried]", alert_row(kind)), "popup")
            .await;
    }
}
