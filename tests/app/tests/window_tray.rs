//! The icon in the tray, clicked and chosen from, under X11: each click has its effect in the real app.

#![allow(clippy::unwrap_used)] // in the functions that the tests share

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use carillon_tests_app::{Meeting, Pair, Person, Shown, TrayIcon, TrayItem, Visitor, looks_at};
use carillon_tests_servers::{Kind, until_some};
use serde_json::{Value, json};

/// Somebody's window, once it can be seen.
async fn shown(pair: &Pair, person: &Person) -> Shown {
    until_some(&format!("{}'s window", person.name), async || {
        pair.screen.shown(person.window_process()?)
    })
    .await
}

/// Works in somebody's window, which then covers the other's.
async fn turn_to(pair: &Pair, person: &Person) {
    let window = shown(pair, person).await;
    pair.screen
        .xdotool(&["windowactivate", "--sync", &window.id])
        .unwrap();
    has_focus(person).await;
}

async fn has_focus(person: &Person) {
    let focused = |status: &Value| status["focused"] == true;
    person.until_status("the focus", focused).await;
}

async fn lost_focus(person: &Person) {
    let away = |status: &Value| status["focused"] == false;
    person.until_status("no focus", away).await;
}

#[tokio::test]
async fn a_click_brings_the_window_from_behind_another_and_from_the_task_bar() {
    let pair = Pair::online(Kind::Embedded).await;
    let _bob = pair.bob.open_window().await;
    let alice = pair.alice_before_bob().await;
    let tray = pair.alice.desktop.tray.item().await;
    turn_to(&pair, &pair.bob).await;
    lost_focus(&pair.alice).await;

    tray.activate().await;

    has_focus(&pair.alice).await;
    lost_focus(&pair.bob).await;
    pair.alice
        .until_status("the chat with Bob", looks_at(&pair.bob_account.jid))
        .await;

    let window = shown(&pair, &pair.alice).await;
    pair.screen
        .xdotool(&["windowminimize", "--sync", &window.id])
        .unwrap();
    lost_focus(&pair.alice).await;
    let process = pair.alice.window_process().unwrap();
    until_some("it is minimised", async || {
        pair.screen.shown(process).is_none().then_some(())
    })
    .await;

    tray.activate().await;

    has_focus(&pair.alice).await;
    assert_eq!(shown(&pair, &pair.alice).await.id, window.id);
    alice.find("[data-test=composer]").await;
}

#[tokio::test]
async fn a_click_leads_to_what_the_icon_counts() {
    let pair = Pair::online(Kind::Embedded).await;
    let bob = pair.bob.open_window().await;
    let alice = pair.alice.open_window().await;
    alice.go("settings").await;
    let tray = pair.alice.desktop.tray.item().await;
    turn_to(&pair, &pair.bob).await;
    bob.choose_contact(&pair.alice_account.jid).await;
    bob.say("Look here").await;
    pair.alice
        .until_status("one unread", |status| status["unread"] == 1)
        .await;

    tray.activate().await;

    pair.alice
        .until_status("the chat with Bob", looks_at(&pair.bob_account.jid))
        .await;
    has_focus(&pair.alice).await;
    alice.shows_message("Look here").await;
    bob.delivery_is("Look here", "read").await;

    // With nothing unread the window stays where it was.
    alice.go("settings").await;
    let no_chat = |status: &Value| status["visible_chat"].is_null();
    pair.alice.until_status("the settings", no_chat).await;
    turn_to(&pair, &pair.bob).await;
    lost_focus(&pair.alice).await;
    tray.activate().await;
    has_focus(&pair.alice).await;
    alice
        .find("[data-test=rail-settings][aria-current=page]")
        .await;
    let status = pair.alice.status().await;
    assert!(no_chat(&status), "{status}");
}

#[tokio::test]
async fn a_click_opens_a_closed_window_with_the_unread_chat() {
    let pair = Pair::online(Kind::Embedded).await;
    let alice = pair.alice.open_window().await;
    alice.find("[data-test=own-status]").await;
    pair.close_window(&pair.alice).await;
    drop(alice);
    let bob = pair.bob.open_window().await;
    bob.choose_contact(&pair.alice_account.jid).await;
    bob.say("Are you there?").await;
    pair.alice
        .until_status("one unread", |status| status["unread"] == 1)
        .await;

    pair.alice.desktop.tray.item().await.activate().await;

    let alice = pair.alice.window().await;
    pair.alice
        .until_status("the chat with Bob", looks_at(&pair.bob_account.jid))
        .await;
    has_focus(&pair.alice).await;
    alice.shows_message("Are you there?").await;
    bob.delivery_is("Are you there?", "read").await;
}

#[tokio::test]
async fn open_in_the_menu_opens_the_window_and_quit_ends_both_for_good() {
    let mut pair = Pair::online(Kind::Embedded).await;
    let tray = pair.alice.desktop.tray.item().await;

    tray.choose("Open Carillon").await;

    let alice = pair.alice.window().await;
    alice.find("[data-test=own-status]").await;
    shown(&pair, &pair.alice).await;

    tray.choose("Quit").await;

    pair.alice.until_gone().await;
    // A window on its way out must not start again what it has just lost.
    until_some("nothing of Alice's runs", async || {
        pair.alice.desktop.processes().is_empty().then_some(())
    })
    .await;
}

/// The labels of the statuses in the menu, what a friend hears of each, and what the icon says.
const STATUSES: [(&str, &str, &str); 4] = [
    ("Away", "away", "Away"),
    ("Away for long", "xa", "Away for long"),
    ("Do not disturb", "dnd", "Do not disturb"),
    ("Available", "", "Available"),
];

/// The one status that is marked in the menu.
async fn marked(tray: &TrayItem) -> Vec<String> {
    let entries = tray.menu().await;
    let marked = entries
        .into_iter()
        .filter(|entry| entry.checked == Some(true));
    marked.map(|entry| entry.label).collect()
}

async fn tool(alice: &Person) -> Visitor {
    Visitor::tool(&Visitor::socket(&alice.desktop, &alice.profile()))
        .await
        .unwrap()
}

#[tokio::test]
async fn a_status_chosen_in_the_menu_is_what_friends_see() {
    let meeting = Meeting::on(Kind::Embedded).await;
    let mut bob = meeting.bob().await;
    let alice_jid = &meeting.alice_account.jid;
    bob.expect_presence(alice_jid, "available").await;
    let tray = meeting.alice.desktop.tray.item().await;
    let of_alice = |from: &str| from.split('/').next() == Some(alice_jid.as_str());
    for (label, show, tooltip) in STATUSES {
        tray.choose(label).await;
        bob.expect(label, |it| {
            it.kind() == "presence" && of_alice(it.text("from")) && it.text("show") == show
        })
        .await;
        tray.shows(label, |icon| icon.tooltip_text.ends_with(tooltip))
            .await;
        until_some("the mark", async || {
            (marked(&tray).await == [label]).then_some(())
        })
        .await;
    }

    tray.choose("Offline").await;
    bob.expect_presence(alice_jid, "unavailable").await;
    tray.shows("offline", |icon| icon.tooltip_text.ends_with("Offline"))
        .await;
    tray.choose("Available").await;
    bob.expect_presence(alice_jid, "available").await;
}

#[tokio::test]
async fn a_mute_for_an_hour_silences_until_it_is_lifted() {
    let meeting = Meeting::on(Kind::Embedded).await;
    let mut bob = meeting.bob_unseen().await;
    let (alice, alice_jid) = (&meeting.alice, &meeting.alice_account.jid);
    let tray = alice.desktop.tray.item().await;
    let online = |icon: &TrayIcon| icon.tooltip_text.ends_with("Available");
    let before = tray.shows("that Alice is online", online).await;
    let mut tool = tool(alice).await;

    let asked = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    tray.choose("Mute for an hour").await;

    let muted = tray
        .shows("the mute", |icon| icon.tooltip_text.ends_with("muted"))
        .await;
    assert_ne!(muted.pixels, before.pixels, "and the icon has its mark");
    let mute = tool.must("read_standing", json!({})).await["own"]["mute"].take();
    let until = Duration::from_millis(mute["at"].as_u64().unwrap());
    let hour = Duration::from_secs(3_600);
    let answered = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    assert!(
        asked + hour <= until + Duration::from_millis(1) && until <= answered + hour,
        "{mute}"
    );
    bob.message(alice_jid, "Unheard").await;
    alice
        .until_status("it is counted", |status| status["unread"] == 1)
        .await;

    tray.choose("Lift the mute").await;

    tray.shows("no mute", |icon| !icon.tooltip_text.ends_with("muted"))
        .await;
    let own = tool.must("read_standing", json!({})).await["own"].take();
    assert_eq!(own["mute"], Value::Null);
    let silence = alice.desktop.speaker.mark();
    bob.message(alice_jid, "Heard").await;
    let popups = &alice.desktop.notifications;
    let popup = popups.next_popup("for the second", |_| true).await;
    assert_eq!(popup.body, "Heard", "the first had none");
    alice.desktop.speaker.begins_since(silence).await;
    until_some("the menu offers it again", async || {
        let entries = tray.menu().await;
        let again = entries.iter().any(|it| it.label == "Mute for an hour");
        again.then_some(())
    })
    .await;
}
