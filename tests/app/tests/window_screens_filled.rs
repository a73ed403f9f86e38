//! The screens of somebody who made rules: what stands in them, open panels, and a message that failed. In every
//! look, as the others.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // in the functions that the tests share

use std::time::{SystemTime, UNIX_EPOCH};

use carillon_tests_app::{AtScreen, LOOKS, Tour, Walk, Window, alert_row, quoted};
use carillon_tests_servers::Kind;
use serde_json::{Value, json};

const NOBODY: &str = "nobody@localhost";

/// Two days in a row that are far from now, in any time zone: what is in force now stands on every screen.
fn other_days() -> [&'static str; 2] {
    // The first day of the Unix epoch was a Thursday.
    const DAYS: [&str; 7] = ["thu", "fri", "sat", "sun", "mon", "tue", "wed"];
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let today = usize::try_from(since.as_secs() / 86_400).unwrap();
    [3, 4].map(|later| DAYS[(today + later) % 7])
}

/// Rules of each sort, and a message to somebody who is not there.
async fn fill_in(window: &Window, bob: &str) -> Value {
    let overview = window.ask("overview", json!({})).await;
    let account = &overview["accounts"][0]["id"];
    let night = json!({"days": other_days(), "from": "22:00", "to": "07:00", "off": false, "tell_after": true});
    let office = json!({"days": other_days(), "from": "09:00", "to": "17:00"});
    let profiles = json!([
        {"name": "Tea", "when": {"kind": "schedule", "hours": [office]}},
        {"name": "Friends", "when": {"kind": "own_status", "shows": ["busy", "away"]}},
    ]);
    window
        .ask("set_quiet_hours", json!({"quiet": [night]}))
        .await;
    window
        .ask("set_profiles", json!({"profiles": profiles}))
        .await;
    let chat = json!({"account": account, "jid": bob});
    let watch = json!({"chat": chat, "once": true, "expires": null, "after_hours": 8});
    window.ask("add_watch", watch).await;
    let repeat = json!({"times": 3, "every": 60, "escalate": ["popup", "sound"]});
    let row = json!({"kind": "message", "whose": {"kind": "everybody"}, "row": {"repeat": repeat}});
    window.ask("set_alert_row", row).await;
    let nobody = json!({"account": account, "jid": NOBODY});
    window.ask("open_chat", json!({"chat": nobody})).await;
    let message =
        json!({"chat": nobody, "id": "0d2f9f4e-3f0a-4b43-9b1a-6b1f1c1f0d21", "body": "Tea?"});
    window.ask("send_message", message).await;
    nobody
}

async fn rules(window: &Window, walk: &mut Walk<'_>) {
    window.go_to_sheet("alerts").await;
    window.click("[data-test=tab-quiet]").await;
    window.find("[data-test=hours]").await;
    walk.see("rules-quiet").await;
    window.click("[data-test=tab-profiles]").await;
    window.find("[data-test=profile]").await;
    walk.see("rules-profiles").await;
    window.click("[data-test=tab-watches]").await;
    window.find("[data-test=watch]").await;
    walk.see("rules-watches").await;
    window.click("[data-test=tab-what-if]").await;
    window.choose("[data-test=what-if-kind]", "message").await;
    window.choose("[data-test=what-if-dnd]", "yes").await;
    window.click("[data-test=what-if-ask]").await;
    window.find("[data-test=what-if-answer]").await;
    let down = "document.querySelector('[data-test=what-if-answer]').scrollIntoView()";
    window.script(down).await;
    walk.see("rules-what-if").await;
    window.click("[data-test=tab-events]").await;
    if !walk.narrow() {
        let cell = format!("{} [data-test=at-repeat] [data-cell]", alert_row("message"));
        window.click(&cell).await;
        window.find("[data-test=cell-editor] fieldset").await;
        walk.see("rules-repeat").await;
        walk.close("[data-test=cell-editor]").await;
    }
    walk.back().await;
}

async fn account(window: &Window, walk: &mut Walk<'_>) {
    window.go_to_sheet("accounts").await;
    let panel = "[data-test=connection-panel]";
    let open = format!("document.querySelector('{panel}').open = true");
    window.find(panel).await;
    window.script(&open).await;
    window.find("[data-test=connected-transport]").await;
    walk.see("account-connection").await;
    window.click("[data-test=add-account]").await;
    window.find("[data-test=submit]").await;
    let down = "document.querySelector('[data-test=submit]').scrollIntoView({ block: 'end' })";
    window.script(down).await;
    walk.see("account-add").await;
    walk.back().await;
    window.go("contacts").await;
    walk.back().await;
}

#[tokio::test]
async fn the_screens_of_somebody_who_made_rules() {
    let at = AtScreen::on(Kind::Embedded).await;
    let bob = &at.meeting.bob_account.jid;
    let window = at.meeting.alice.open_window().await;
    fill_in(&window, bob).await;
    let mut tour = Tour::new(&at.screen, &at.meeting.alice, &window).await;
    for look in LOOKS {
        let mut walk = tour.walk(look).await;
        walk.back().await;
        rules(&window, &mut walk).await;
        account(&window, &mut walk).await;
        window.go("chats").await;
        let chat = format!("[data-test=chat-row][data-jid={}]", quoted(NOBODY));
        window.click(&chat).await;
        window.find("[data-test=message] .failed").await;
        walk.see("chat-failed").await;
        walk.back().await;
        tour.album.add(walk);
    }
    tour.album.finish();
}
