//! What is chosen in the settings is what is seen and heard next.

use carillon_tests_app::{AtScreen, Window, built_in};
use carillon_tests_servers::Kind;

fn row(kind: &str) -> String {
    format!("[data-test=alert-row][data-kind={kind}]")
}

fn cell(kind: &str, cell: &str) -> String {
    format!("{} [data-test=cell-{cell}]", row(kind))
}

/// Chooses in a cell, and waits until the choice is one's own.
async fn choose(window: &Window, kind: &str, name: &str, value: &str) {
    let cell = cell(kind, name);
    window.choose(&format!("{cell} select"), value).await;
    window.find(&format!("{cell}[data-source=own]")).await;
}

async fn value(window: &Window, kind: &str, name: &str) -> serde_json::Value {
    let select = format!("{} select", cell(kind, name));
    window.find(&select).await;
    window
        .script(&format!("return document.querySelector('{select}').value"))
        .await
}

#[tokio::test]
async fn a_sound_and_an_icon_that_were_chosen_are_the_next_alert_s() {
    let at = AtScreen::on(Kind::Embedded).await;
    let desktop = &at.meeting.alice.desktop;
    let window = at.meeting.alice.open_window().await;
    window.go_to_sheet("alerts").await;
    choose(&window, "message", "sound", "builtin:knock").await;
    choose(&window, "message", "icon", "builtin:missed").await;
    let silence = desktop.speaker.mark();
    window
        .click(&format!("{} [data-test=try]", row("missed")))
        .await;
    let missed = desktop.notifications.next_popup("tried", |_| true).await;
    let (first, end) = desktop.speaker.heard_since(silence).await;
    assert!(first.resembles(&built_in("bell")), "{first:?}");

    let mut bob = at.meeting.bob_unseen().await;
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
    window
        .find(&format!(
            "{}[data-source=generic_built_in]",
            cell("message", "tray")
        ))
        .await;

    choose(&window, "generic", "tray", "blink").await;
    window
        .find(&format!("{}[data-source=generic]", cell("message", "tray")))
        .await;
    assert_eq!(value(&window, "message", "tray").await, "blink");
    window
        .reads(&cell("message", "tray"), "from the General row")
        .await;

    choose(&window, "message", "tray", "none").await;
    window.reads(&cell("message", "tray"), "yours").await;

    window
        .click(&format!("{} [data-test=inherit]", cell("message", "tray")))
        .await;
    window
        .find(&format!("{}[data-source=generic]", cell("message", "tray")))
        .await;
    assert_eq!(value(&window, "message", "tray").await, "blink");
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
    window.find(&row("message")).await;
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
        if value(&window, kind, "popup").await == "none" {
            choose(&window, kind, "popup", "banner").await;
        }
        window
            .click(&format!("{} [data-test=try]", row(kind)))
            .await;
        notifications
            .next_popup(&format!("of a tried {kind}"), |_| true)
            .await;
        window
            .reads(&format!("{} [data-test=tried]", row(kind)), "popup")
            .await;
    }
}
