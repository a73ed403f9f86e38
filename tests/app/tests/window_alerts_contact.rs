//! What is chosen for one contact holds for this contact alone.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use carillon_tests_app::{AtScreen, Window, built_in};
use carillon_tests_servers::{Kind, Peer};
use serde_json::json;

/// Of two sounds within a second only the stronger one is heard.
const ONE_AT_A_TIME: Duration = Duration::from_millis(1_200);

const TRY_MESSAGE: &str = "[data-test=alert-row][data-kind=message] [data-test=try]";

/// Makes somebody a contact: they ask, and Alice agrees.
async fn befriend(at: &AtScreen, window: &Window, name: &str) -> Peer {
    let alice = &at.meeting.alice_account.jid;
    let mut peer = at.meeting.stranger(name).await;
    peer.subscription(alice, "subscribe").await;
    at.meeting
        .alice
        .until_status("the request", |status| status["requests"] == 1)
        .await;
    let overview = window.ask("overview", json!({})).await;
    let account = &overview["accounts"][0]["id"];
    let contact = json!({"contact": {"account": account, "jid": peer.jid()}});
    window.ask("accept_request", contact).await;
    peer.subscription(alice, "subscribed").await;
    peer
}

async fn open_alerts_of(window: &Window, jid: &str) {
    window.choose_contact(jid).await;
    window.click("[data-test=chat-menu]").await;
    window.click("[data-test=chat-alerts]").await;
    window.find("[data-test=scope-mute]").await;
}

#[tokio::test]
async fn a_sound_for_one_contact_rings_for_them_and_for_nobody_else() {
    let at = AtScreen::on(Kind::Embedded).await;
    let desktop = &at.meeting.alice.desktop;
    let alice = at.meeting.alice_account.jid.clone();
    let bob_jid = at.meeting.bob_account.jid.clone();
    let window = at.meeting.alice.open_window().await;
    let mut carol = befriend(&at, &window, "carol").await;
    let mut bob = at.meeting.bob_unseen().await;

    open_alerts_of(&window, &bob_jid).await;
    window.find("[data-test=no-differences]").await;
    window.choose("[data-test=add-difference]", "message").await;
    window
        .choose_alert("message", "sound", "builtin:knock")
        .await;
    window.alert_reads("message", "sound", "yours").await;
    window.alert_reads("message", "tray", "default").await;
    let silence = desktop.speaker.mark();

    bob.message(&alice, "Knock, knock").await;

    desktop
        .notifications
        .next_popup("for Bob's message", |popup| popup.body == "Knock, knock")
        .await;
    let (heard, end) = desktop.speaker.heard_since(silence).await;
    assert!(heard.resembles(&built_in("knock")), "{heard:?}");

    tokio::time::sleep_until((heard.onset + ONE_AT_A_TIME).into()).await;
    carol.message(&alice, "Ding").await;

    let (heard, _) = desktop.speaker.heard_since(end).await;
    assert!(heard.resembles(&built_in("bell")), "{heard:?}");

    window.go("activity").await;
    window
        .reads("[data-test=activity-entry][data-event=message]", "Bell")
        .await;
    let why = "[...document.querySelectorAll('[data-test=activity-entry]')]
        .find((it) => it.innerText.includes('Knock')).querySelector('details').open = true";
    window.script(why).await;
    window.click("details[open] [data-test=change-rule]").await;
    window.find("[data-test=scope-mute]").await;
    window.alert_reads("message", "sound", "Knock").await;
}

#[tokio::test]
async fn try_it_plays_a_contacts_own_sound_in_their_panel_and_everybodys_elsewhere() {
    let at = AtScreen::on(Kind::Embedded).await;
    let desktop = &at.meeting.alice.desktop;
    let bob_jid = at.meeting.bob_account.jid.clone();
    let window = at.meeting.alice.open_window().await;

    open_alerts_of(&window, &bob_jid).await;
    window.choose("[data-test=add-difference]", "message").await;
    window
        .choose_alert("message", "sound", "builtin:knock")
        .await;
    window.alert_reads("message", "sound", "yours").await;
    let silence = desktop.speaker.mark();
    window.click(TRY_MESSAGE).await;

    let (heard, end) = desktop.speaker.heard_since(silence).await;
    assert!(heard.resembles(&built_in("knock")), "{heard:?}");

    tokio::time::sleep_until((heard.onset + ONE_AT_A_TIME).into()).await;
    window.go_to_sheet("alerts").await;
    window.find("[data-test=choose-scope]").await;
    window.click(TRY_MESSAGE).await;

    let (heard, _) = desktop.speaker.heard_since(end).await;
    assert!(heard.resembles(&built_in("bell")), "{heard:?}");
}

#[tokio::test]
async fn a_muted_contact_is_counted_and_a_lifted_mute_rings_again() {
    let at = AtScreen::on(Kind::Embedded).await;
    let desktop = &at.meeting.alice.desktop;
    let alice = at.meeting.alice_account.jid.clone();
    let bob_jid = at.meeting.bob_account.jid.clone();
    let window = at.meeting.alice.open_window().await;
    let mut bob = at.meeting.bob_unseen().await;

    open_alerts_of(&window, &bob_jid).await;
    window.choose("[data-test=scope-mute]", "8h").await;
    window.find("[data-test=scope-mute][data-muted=true]").await;
    bob.message(&alice, "Not a sound").await;
    at.meeting
        .alice
        .until_status("one unread", |status| status["unread"] == 1)
        .await;
    window.go("activity").await;
    window
        .reads("[data-test=activity-entry]", "Counted silently")
        .await;

    open_alerts_of(&window, &bob_jid).await;
    window.choose("[data-test=scope-mute]", "none").await;
    window
        .find("[data-test=scope-mute][data-muted=false]")
        .await;
    let silence = desktop.speaker.mark();
    bob.message(&alice, "And now").await;

    desktop
        .notifications
        .next_popup("for the second message", |popup| popup.body == "And now")
        .await;
    desktop.speaker.begins_since(silence).await;
}
