//! Away by itself, and back by itself: the desktop tells that nobody is there, and the others see it.

#![allow(clippy::unwrap_used, clippy::expect_used)] // in the functions that the tests share

use carillon_tests_app::{Bus, Meeting, Person};
use carillon_tests_servers::{Happened, Kind, Peer, until_some};
use serde_json::json;
use zbus::object_server::SignalEmitter;
use zbus::{Connection, interface};

const ALICE: &str = "alice@carillon.test";
const PATH: &str = "/org/gnome/Mutter/IdleMonitor/Core";

/// GNOME's idle monitor: it hands out watches, and fires them when the test says so.
#[derive(Default)]
struct Monitor {
    last: u32,
    /// For each: after how many milliseconds.
    idle: Vec<(u32, u64)>,
    /// Each fires once.
    active: Vec<u32>,
}

#[interface(name = "org.gnome.Mutter.IdleMonitor")]
impl Monitor {
    fn add_idle_watch(&mut self, interval: u64) -> u32 {
        self.last += 1;
        self.idle.push((self.last, interval));
        self.last
    }

    fn add_user_active_watch(&mut self) -> u32 {
        self.last += 1;
        self.active.push(self.last);
        self.last
    }

    #[zbus(signal)]
    async fn watch_fired(emitter: &SignalEmitter<'_>, id: u32) -> zbus::Result<()>;
}

/// GNOME, as far as it knows whether somebody is there.
struct Gnome(Connection);

impl Gnome {
    async fn on(bus: &Bus) -> Self {
        let monitor = bus.builder().serve_at(PATH, Monitor::default());
        let monitor = monitor.name("org.gnome.Mutter.IdleMonitor");
        Self(monitor.build().await.expect("the idle monitor"))
    }

    /// Nobody has touched keyboard or mouse for `minutes`.
    async fn is_left_for(&self, minutes: u64) {
        let millis = minutes * 60_000;
        let watch = self.take(|monitor| {
            let mut watches = monitor.idle.iter();
            watches
                .find(|(_, interval)| *interval == millis)
                .map(|(id, _)| *id)
        });
        self.fire(watch.await).await;
    }

    /// Somebody touches them again.
    async fn is_touched(&self) {
        let watch = self.take(|monitor| monitor.active.pop());
        self.fire(watch.await).await;
    }

    /// A watch, as soon as Carillon has asked for one.
    async fn take(&self, watch: impl Fn(&mut Monitor) -> Option<u32>) -> u32 {
        let monitor = self.0.object_server().interface::<_, Monitor>(PATH).await;
        let monitor = monitor.unwrap();
        until_some("Carillon asks to be told", async || {
            watch(&mut *monitor.get_mut().await)
        })
        .await
    }

    async fn fire(&self, watch: u32) {
        let emitter = SignalEmitter::new(&self.0, PATH).unwrap();
        Monitor::watch_fired(&emitter, watch).await.unwrap();
    }
}

/// Alice online where GNOME tells of idleness, and Bob, who has seen that she is there.
async fn friends() -> (Meeting, Gnome, Peer) {
    let mut meeting = Meeting::prepared(Kind::Prosody, Person::new("Alice").await).await;
    let gnome = Gnome::on(&meeting.alice.desktop.bus).await;
    meeting
        .alice
        .online(&meeting.server, &meeting.alice_account)
        .await;
    let mut bob = meeting.bob().await;
    sees(&mut bob, "", "").await;
    (meeting, gnome, bob)
}

fn is_hers(it: &Happened) -> bool {
    it.kind() == "presence" && it.text("from").starts_with(ALICE)
}

/// What Bob sees of Alice next.
async fn sees(bob: &mut Peer, show: &str, status: &str) {
    let next = bob.expect("Alice's presence", is_hers).await;
    let seen = (next.text("type"), next.text("show"), next.text("status"));
    assert_eq!(seen, ("available", show, status), "{}", next.xml());
}

async fn knows_idleness(alice: &Person, idle: bool) {
    let mut tool = alice.tool().await;
    until_some("Carillon knows whether somebody is there", async || {
        let standing = tool.must("read_standing", json!({})).await;
        (standing["own"]["idle"] == idle).then_some(())
    })
    .await;
}

#[tokio::test]
async fn who_leaves_the_desk_is_away_and_is_back_at_the_first_touch() {
    let (_meeting, gnome, mut bob) = friends().await;
    for _ in 0..2 {
        gnome.is_left_for(10).await;
        sees(&mut bob, "away", "").await;
        gnome.is_touched().await;
        sees(&mut bob, "", "").await;
    }
}

#[tokio::test]
async fn after_how_many_minutes_is_the_settings_to_say() {
    let (meeting, gnome, mut bob) = friends().await;
    let mut tool = meeting.alice.tool().await;
    let settings = meeting.alice.profile().join("settings.toml");
    let mut overview = tool.must("read_overview", json!({})).await;
    let mut general = overview["settings"]["general"].take();
    general["away_after_minutes"] = json!(3);
    tool.must("set_general", json!({"general": general})).await;
    gnome.is_left_for(3).await;
    sees(&mut bob, "away", "").await;
    gnome.is_touched().await;
    sees(&mut bob, "", "").await;
    let written = std::fs::read_to_string(settings).unwrap();
    assert!(written.contains("away_after_minutes = 3"), "{written}");
}

#[tokio::test]
async fn what_was_chosen_by_hand_stays() {
    let (meeting, gnome, mut bob) = friends().await;
    let mut tool = meeting.alice.tool().await;
    let busy = |status: &str| json!({"availability": "busy", "status": status});
    tool.must("set_status", busy("Croquet")).await;
    sees(&mut bob, "dnd", "Croquet").await;
    gnome.is_left_for(10).await;
    knows_idleness(&meeting.alice, true).await;
    gnome.is_touched().await;
    knows_idleness(&meeting.alice, false).await;
    tool.must("set_status", busy("Tea")).await;
    sees(&mut bob, "dnd", "Tea").await;
}
