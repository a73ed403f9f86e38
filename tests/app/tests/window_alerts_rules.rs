//! Quiet hours, profiles, watches and the dry run: made in the window, in force for the next event.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use carillon_tests_app::{AtScreen, Window, built_in, quoted};
use carillon_tests_servers::Kind;
use serde_json::{Value, json};

/// A message rings within less than this, if it rings at all.
const RING: Duration = Duration::from_millis(1500);

async fn open_rules(window: &Window, tab: &str) {
    window.go_to_sheet("alerts").await;
    window.click(&format!("[data-test=tab-{tab}]")).await;
}

/// Puts a value into a field that cannot be typed into the same way everywhere.
async fn put(window: &Window, css: &str, value: &str) {
    window.find(css).await;
    let script = format!(
        "const it = document.querySelector({});
         it.value = {};
         it.dispatchEvent(new Event('change', {{ bubbles: true }}))",
        quoted(css),
        quoted(value)
    );
    window.script(&script).await;
}

#[tokio::test]
async fn in_quiet_hours_a_message_is_counted_and_rings_again_when_they_are_off() {
    let at = AtScreen::on(Kind::Embedded).await;
    let desktop = &at.meeting.alice.desktop;
    let alice = at.meeting.alice_account.jid.clone();
    let mut bob = at.meeting.bob_unseen().await;
    let window = at.meeting.alice.open_window().await;
    open_rules(&window, "quiet").await;
    window.click("[data-test=add-quiet]").await;
    // From ten to ten: around the clock.
    put(&window, "[data-test=hours-to]", "22:00").await;
    window.find("[data-test=quiet-now]").await;

    let silence = desktop.speaker.mark();
    bob.message(&alice, "Asleep?").await;
    let unread = |status: &Value| status["unread"] == 1;
    at.meeting.alice.until_status("it is counted", unread).await;
    assert!(desktop.speaker.heard_within(silence, RING).await.is_none());
    assert!(desktop.notifications.popups().is_empty());

    window.click("[data-test=switch-quiet-on]").await;
    window.lacks("[data-test=quiet-now]").await;
    let mark = desktop.speaker.mark();
    bob.message(&alice, "Awake!").await;
    let awake = |popup: &carillon_tests_app::Popup| popup.body.contains("Awake!");
    desktop.notifications.next_popup("by day", awake).await;
    let (heard, _) = desktop.speaker.heard_since(mark).await;
    assert!(heard.resembles(&built_in("bell")), "{heard:?}");
}

#[tokio::test]
async fn a_profile_for_a_status_of_mine_holds_while_i_have_it() {
    let at = AtScreen::on(Kind::Embedded).await;
    let desktop = &at.meeting.alice.desktop;
    let alice = at.meeting.alice_account.jid.clone();
    let mut bob = at.meeting.bob_unseen().await;
    let window = at.meeting.alice.open_window().await;
    open_rules(&window, "profiles").await;
    window.write("[data-test=profile-name]", "Tea").await;
    window.click("[data-test=add-profile]").await;
    let card = "[data-test=profile][data-name=Tea]";
    window
        .choose(&format!("{card} [data-test=profile-when]"), "own_status")
        .await;
    window
        .click(&format!("{card} .shows label:nth-child(2)"))
        .await;
    window
        .click(&format!("{card} [data-test=profile-rows]"))
        .await;
    window.choose("[data-test=add-difference]", "message").await;
    window
        .choose_alert("message", "sound", "builtin:knock")
        .await;
    let mark = desktop.speaker.mark();
    bob.message(&alice, "Before tea").await;
    let (heard, end) = desktop.speaker.heard_since(mark).await;
    assert!(heard.resembles(&built_in("bell")), "{heard:?}");
    // Until the next one is no follow-up.
    let apart = desktop.speaker.heard_within(end, Duration::from_secs(5));
    assert!(apart.await.is_none());

    let status = json!({"availability": "away", "status": ""});
    window.ask("set_status", status).await;
    open_rules(&window, "profiles").await;
    window.find(&format!("{card} [data-test=active]")).await;
    let mark = desktop.speaker.mark();
    bob.message(&alice, "At tea").await;
    let (heard, _) = desktop.speaker.heard_since(mark).await;
    assert!(heard.resembles(&built_in("knock")), "{heard:?}");
}

#[tokio::test]
async fn a_watch_made_in_the_chats_menu_tells_once_and_leaves_the_list() {
    let at = AtScreen::on(Kind::Embedded).await;
    let bob = at.meeting.bob_account.jid.clone();
    let window = at.meeting.alice.open_window().await;
    window.choose_contact(&bob).await;
    window.click("[data-test=chat-menu]").await;
    window.click("[data-test=watch-contact]").await;
    window.choose("[data-test=watch-once]", "once").await;
    window
        .click("[data-test=watch-form] [data-test=submit]")
        .await;
    open_rules(&window, "watches").await;
    window
        .find(&format!("[data-test=watch][data-jid='{bob}']"))
        .await;

    let _bob = at.meeting.bob().await;
    let popups = &at.meeting.alice.desktop.notifications;
    popups
        .next_popup("Bob is here", |popup| popup.summary.contains("Bob"))
        .await;
    window.find("[data-test=no-watches]").await;
}

#[tokio::test]
async fn the_dry_run_says_what_would_happen_and_why_and_rings_nothing() {
    let at = AtScreen::on(Kind::Embedded).await;
    let desktop = &at.meeting.alice.desktop;
    let window = at.meeting.alice.open_window().await;
    open_rules(&window, "what-if").await;
    let silence = desktop.speaker.mark();
    window.choose("[data-test=what-if-kind]", "message").await;
    window.choose("[data-test=what-if-dnd]", "yes").await;
    window.click("[data-test=what-if-ask]").await;
    window
        .reads("[data-test=what-if-answer]", "Do Not Disturb")
        .await;
    window
        .find("[data-test=what-if-answer] [data-test=why]")
        .await;
    assert!(desktop.speaker.heard_within(silence, RING).await.is_none());
    assert!(desktop.notifications.popups().is_empty());
}
