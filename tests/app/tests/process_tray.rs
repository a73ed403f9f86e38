//! What tray and launcher show of an event until it is seen, as a panel and a dock read it over the bus.

#![allow(clippy::unwrap_used, clippy::expect_used)] // in the functions that the tests share

use std::collections::HashMap;
use std::num::NonZero;
use std::time::Duration;

use carillon_tests_app::{Meeting, TrayIcon, TrayItem, Visitor};
use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio::time::timeout;
use zbus::{MatchRule, MessageStream, OwnedVariant};

const ALICE: &str = "alice@carillon.test";
const BOB: &str = "bob@carillon.test";
const CALLS: &str = "NeedsAttention";

/// Longer than the icon alternates, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(60);

/// Every signal of this name from now on, kept until it is read.
async fn signals(meeting: &Meeting, interface: &str, member: &str) -> MessageStream {
    let connection = meeting.alice.desktop.bus.connect().await;
    let rule = MatchRule::builder()
        .interface(interface)
        .member(member)
        .build()
        .unwrap();
    let room = NonZero::new(256);
    let heard = MessageStream::for_match_rule(rule, &connection, room).await;
    heard.unwrap()
}

/// A dock that listens for what applications want shown on their icons.
struct Dock {
    heard: MessageStream,
}

impl Dock {
    async fn of(meeting: &Meeting) -> Self {
        Self {
            heard: signals(meeting, "com.canonical.Unity.LauncherEntry", "Update").await,
        }
    }

    /// Waits until the launcher is told this count, and whether it is urgent.
    async fn is_told(&mut self, count: i64, urgent: bool) {
        let told = timeout(PATIENCE, async {
            while let Some(Ok(message)) = self.heard.next().await {
                let body = message.body();
                let (_, facts): (String, HashMap<String, OwnedVariant>) =
                    body.deserialize().unwrap();
                let said = (
                    i64::try_from(&*facts["count"]).unwrap(),
                    bool::try_from(&*facts["urgent"]).unwrap(),
                );
                if said == (count, urgent) {
                    return;
                }
            }
        });
        told.await.expect("the launcher is told");
    }
}

/// The call of the icon, as often as it begins: every signal of it waits here until it is read.
struct Beats {
    heard: MessageStream,
}

impl Beats {
    async fn of(meeting: &Meeting) -> Self {
        Self {
            heard: signals(meeting, "org.kde.StatusNotifierItem", "NewStatus").await,
        }
    }

    async fn begin_so_often(&mut self, times: usize) {
        let beaten = timeout(PATIENCE, async {
            let mut begun = 0;
            while begun < times {
                let message = self.heard.next().await.unwrap().unwrap();
                let status: String = message.body().deserialize().unwrap();
                begun += usize::from(status == CALLS);
            }
        });
        beaten.await.expect("the icon alternates");
    }
}

async fn set_row(tool: &mut Visitor, kind: &str, row: Value) {
    let ask = json!({"whose": {"kind": "everybody"}, "kind": kind, "row": row});
    tool.must("set_alert_row", ask).await;
}

/// The icon while nothing happens: connected, nothing unread.
async fn at_rest(tray: &TrayItem) -> TrayIcon {
    tray.shows("who is online", |icon| {
        icon.status == "Active" && icon.tooltip_text.ends_with("Available")
    })
    .await
}

async fn calls(tray: &TrayItem) -> TrayIcon {
    tray.shows("a call", |icon| icon.status == CALLS).await
}

async fn rests(tray: &TrayItem) -> TrayIcon {
    tray.shows("no call", |icon| icon.status == "Active").await
}

/// The lower left quarter of each size.
fn corners(icon: &TrayIcon) -> Vec<Vec<u8>> {
    let corner = |(width, height, pixels): &(i32, i32, Vec<u8>)| {
        let (width, height) = (
            usize::try_from(*width).unwrap(),
            usize::try_from(*height).unwrap(),
        );
        let rows = height / 2..height;
        rows.flat_map(|y| pixels[y * width * 4..(y * width + width / 2) * 4].to_vec())
            .collect()
    };
    icon.pixels.iter().map(corner).collect()
}

#[tokio::test]
async fn without_a_window_a_message_calls_in_the_tray_and_on_the_launcher_for_a_while() {
    let meeting = Meeting::on_prosody().await;
    let tray = meeting.alice.desktop.tray.item().await;
    let before = at_rest(&tray).await;
    let mut dock = Dock::of(&meeting).await;
    let mut beats = Beats::of(&meeting).await;
    let mut bob = meeting.bob_unseen().await;
    bob.message(ALICE, "Tea?").await;
    dock.is_told(1, true).await;
    beats.begin_so_often(3).await;
    dock.is_told(1, false).await;
    let after = rests(&tray).await;
    assert_ne!(after.pixels, before.pixels, "the count stays");
    assert!(after.tooltip_text.contains("one new"), "{after:?}");
}

#[tokio::test]
async fn a_message_and_a_friend_who_came_stand_beside_the_count_as_different_pictures() {
    let meeting = Meeting::on_prosody().await;
    let tray = meeting.alice.desktop.tray.item().await;
    let before = at_rest(&tray).await;
    let mut tool = meeting.alice.tool().await;
    set_row(&mut tool, "contact_available", json!({"tray": "badge"})).await;
    set_row(&mut tool, "message", json!({"attention": "none"})).await;
    let overview = tool.must("read_overview", json!({})).await;
    let chat = json!({"account": overview["accounts"][0]["id"], "jid": BOB});
    // Whoever is waited for is told at once, however shortly after signing in.
    let watch = json!({"chat": chat, "once": true, "expires": null, "after_hours": 0});
    tool.must("add_watch", watch).await;

    let mut bob = meeting.bob().await;
    let changed = |icon: &TrayIcon| icon.pixels != before.pixels;
    let friend = tray.shows("that Bob has come", changed).await;
    for (friend, before) in corners(&friend).iter().zip(&corners(&before)) {
        assert_ne!(friend, before);
    }
    let socket = Visitor::socket(&meeting.alice.desktop, &meeting.alice.profile());
    let mut window = Visitor::window(&socket).await.unwrap();
    let look = json!({"chat": null, "focused": true});
    window.must("window_state", look).await;
    let as_before = |icon: &TrayIcon| icon.pixels == before.pixels;
    tray.shows("nothing, once looked at", as_before).await;
    drop(window);
    let nobody = |status: &Value| status["windows"] == 0;
    meeting.alice.until_status("nobody looks", nobody).await;

    bob.message(ALICE, "Here I am").await;
    let message = tray.shows("the message", changed).await;
    for (message, friend) in corners(&message).iter().zip(&corners(&friend)) {
        assert_ne!(message, friend);
    }
}

#[tokio::test]
async fn a_sample_shows_in_the_tray_what_its_row_does_and_leaves_nothing() {
    let meeting = Meeting::on_prosody().await;
    let tray = meeting.alice.desktop.tray.item().await;
    let before = at_rest(&tray).await;
    let mut tool = meeting.alice.tool().await;
    let ask = json!({"kind": "room_invite", "whose": {"kind": "everybody"}});
    tool.must("try_alert", ask).await;
    let shown = calls(&tray).await;
    assert!(shown.tooltip_text.contains("one new"), "{shown:?}");
    tray.shows("what it was", |icon| *icon == before).await;
}
