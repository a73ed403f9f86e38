use super::*;
use crate::desktop::test_bus::{TestBus, eventually};
use carillon_core::tray::TrayBase;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use zbus::{Connection, OwnedVariant};

/// ksni finds the bus by the environment, which a test cannot change for itself: the stories run in a child process
/// that has a bus of its own.
fn on_a_bus_of_its_own(story: &str) {
    let bus = TestBus::start();
    let told = std::process::Command::new(std::env::current_exe().unwrap())
        .args([
            &format!("desktop::tray::tests::{story}"),
            "--exact",
            "--ignored",
            "--nocapture",
        ])
        .env("DBUS_SESSION_BUS_ADDRESS", &bus.address)
        .env(OWN_BUS, "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&told.stdout);
    assert!(
        told.status.success() && text.contains("1 passed"),
        "{text}\n{}",
        String::from_utf8_lossy(&told.stderr)
    );
}

const OWN_BUS: &str = "CARILLON_TEST_OWN_BUS";

#[test]
fn a_panel_reads_the_icon_and_its_clicks_come_back() {
    on_a_bus_of_its_own("the_panel_s_story");
}

#[test]
fn the_icon_waits_for_a_tray_and_outlives_it() {
    on_a_bus_of_its_own("the_story_of_a_tray_that_comes_and_goes");
}

fn view() -> TrayView {
    let labels = TrayLabels {
        open: "Open Carillon".into(),
        status: "Status".into(),
        available: "Available".into(),
        away: "Away".into(),
        extended_away: "Away for long".into(),
        busy: "Do not disturb".into(),
        offline: "Offline".into(),
        mute_hour: "Mute for an hour".into(),
        unmute: "Unmute".into(),
        quit: "Quit".into(),
    };
    TrayView {
        state: TrayState {
            base: TrayBase::Online,
            ..TrayState::default()
        },
        status: OwnAvailability::Away,
        title: "Alice".into(),
        tooltip: "Alice <3 — available".into(),
        labels,
    }
}

#[derive(Clone, Default)]
struct Watcher {
    items: Arc<Mutex<Vec<String>>>,
}

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(&self, item: String) {
        self.items.lock().unwrap().push(item);
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }
}

async fn panel(watcher: &Watcher) -> Connection {
    let panel = Connection::session().await.unwrap();
    panel
        .object_server()
        .at("/StatusNotifierWatcher", watcher.clone())
        .await
        .unwrap();
    panel
        .request_name("org.kde.StatusNotifierWatcher")
        .await
        .unwrap();
    panel
}

/// The item as a panel sees it.
struct Seen {
    panel: Connection,
    item: String,
}

impl Seen {
    async fn property<T: TryFrom<OwnedVariant>>(&self, name: &str) -> Option<T> {
        let arguments = ("org.kde.StatusNotifierItem", name);
        let answer = self
            .call(
                "/StatusNotifierItem",
                "org.freedesktop.DBus.Properties",
                "Get",
                &arguments,
            )
            .await;
        T::try_from(answer.body().deserialize::<OwnedVariant>().unwrap()).ok()
    }

    async fn call<B>(&self, path: &str, interface: &str, member: &str, body: &B) -> zbus::Message
    where
        B: serde::Serialize + zbus::wire::DynamicType + Sync,
    {
        self.panel
            .call_method(
                Some(self.item.as_str()),
                path,
                Some(interface),
                member,
                body,
            )
            .await
            .unwrap()
    }

    async fn pixels(&self) -> Vec<(i32, i32, Vec<u8>)> {
        self.property::<Vec<(i32, i32, Vec<u8>)>>("IconPixmap")
            .await
            .unwrap()
    }

    /// Chooses the entry of the menu with this label.
    async fn choose(&self, label: &str) {
        let menu = "com.canonical.dbusmenu";
        let wanted = (Vec::<i32>::new(), vec!["label"]);
        let answer = self
            .call("/MenuBar", menu, "GetGroupProperties", &wanted)
            .await;
        let entries: Vec<(i32, HashMap<String, OwnedVariant>)> =
            answer.body().deserialize().unwrap();
        let is_it = |facts: &HashMap<String, OwnedVariant>| {
            facts
                .get("label")
                .is_some_and(|found| <&str>::try_from(&**found) == Ok(label))
        };
        let id = entries
            .iter()
            .find(|(_, facts)| is_it(facts))
            .expect(label)
            .0;
        let nothing = zbus::Variant::from(0_i32);
        self.call("/MenuBar", menu, "Event", &(id, "clicked", nothing, 0_u32))
            .await;
    }
}

async fn event(events: &mut mpsc::Receiver<TrayEvent>) -> TrayEvent {
    tokio::time::timeout(Duration::from_secs(60), events.recv())
        .await
        .expect("an event")
        .unwrap()
}

#[tokio::test]
#[ignore = "run by another test, on a bus of its own"]
async fn the_panel_s_story() {
    if std::env::var_os(OWN_BUS).is_none() {
        return;
    }
    let watcher = Watcher::default();
    let panel = panel(&watcher).await;
    let (told, mut events) = mpsc::channel(8);
    let tray = Tray::start(view(), told, &Stage::default());
    eventually("the item", || !watcher.items.lock().unwrap().is_empty()).await;
    let item = watcher.items.lock().unwrap()[0].clone();
    let seen = Seen { panel, item };

    let calm = seen.pixels().await;
    assert_eq!(
        calm.iter().map(|(width, _, _)| *width).collect::<Vec<_>>(),
        [16, 22, 24, 32, 48]
    );
    assert_eq!(
        seen.property::<String>("Title").await.as_deref(),
        Some("Alice")
    );
    assert_eq!(
        seen.property::<String>("Status").await.as_deref(),
        Some("Active")
    );

    let busy = TrayState {
        count: 3,
        attention: true,
        ..view().state
    };
    tray.show(TrayView {
        state: busy,
        ..view()
    });
    while seen.property::<String>("Status").await.as_deref() != Some("NeedsAttention") {}
    assert_ne!(seen.pixels().await, calm, "the count is in the pixels");

    let item = "org.kde.StatusNotifierItem";
    seen.call(
        "/StatusNotifierItem",
        item,
        "ProvideXdgActivationToken",
        &"token-7",
    )
    .await;
    seen.call("/StatusNotifierItem", item, "Activate", &(0_i32, 0_i32))
        .await;
    assert_eq!(
        event(&mut events).await,
        TrayEvent::Clicked {
            token: Some("token-7".into())
        }
    );

    seen.choose("Mute for an hour").await;
    assert_eq!(event(&mut events).await, TrayEvent::MuteHour);
    seen.choose("Do not disturb").await;
    assert_eq!(
        event(&mut events).await,
        TrayEvent::Status(OwnAvailability::Busy)
    );
    seen.choose("Quit").await;
    assert_eq!(event(&mut events).await, TrayEvent::Quit);
}

#[tokio::test]
#[ignore = "run by another test, on a bus of its own"]
async fn the_story_of_a_tray_that_comes_and_goes() {
    if std::env::var_os(OWN_BUS).is_none() {
        return;
    }
    let (told, _events) = mpsc::channel(8);
    let tray = Tray::start(view(), told, &Stage::default());
    let mut present = tray.present();
    present.changed().await.unwrap();
    assert!(!*present.borrow_and_update(), "no tray yet");

    let watcher = Watcher::default();
    let first = panel(&watcher).await;
    eventually("a tray", || *present.borrow()).await;
    eventually("the item", || watcher.items.lock().unwrap().len() == 1).await;

    first.close().await.unwrap();
    eventually("no tray any more", || !*present.borrow()).await;

    let _second = panel(&watcher).await;
    eventually("a tray again", || *present.borrow()).await;
    eventually("the item again", || {
        watcher.items.lock().unwrap().len() == 2
    })
    .await;
}
