mod full_screen;
mod idle;
mod quiet;

use super::idle_x11::Watch;
use super::*;
use crate::desktop::test_bus::{TestBus, eventually};
use carillon_core::alerts::Known;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::sync::mpsc;
use zbus::object_server::SignalEmitter;

/// A notification service as Plasma's: it tells whether it is inhibited.
struct Plasma {
    inhibited: bool,
}

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Plasma {
    #[zbus(property)]
    fn inhibited(&self) -> bool {
        self.inhibited
    }
}

/// A screen saver that tells when it locks.
struct Saver;

#[zbus::interface(name = "org.freedesktop.ScreenSaver")]
impl Saver {
    fn get_active(&self) -> bool {
        false
    }

    #[zbus(signal)]
    async fn active_changed(emitter: &SignalEmitter<'_>, active: bool) -> zbus::Result<()>;
}

const NOTIFICATIONS: &str = "/org/freedesktop/Notifications";

async fn plasma(bus: &TestBus, inhibited: bool) -> zbus::Connection {
    let connection = bus.connect().await;
    connection
        .object_server()
        .at(NOTIFICATIONS, Plasma { inhibited })
        .await
        .unwrap();
    connection
        .request_name("org.freedesktop.Notifications")
        .await
        .unwrap();
    connection
}

#[tokio::test]
async fn the_desktop_s_do_not_disturb_is_followed_through_the_service_s_life() {
    let bus = TestBus::start();
    let (told, seen) = watch::channel(Surroundings::default());
    watch(&bus.bus().await, &Stage::default(), told);
    let is = |known: Known| {
        let seen = seen.clone();
        move || seen.borrow().do_not_disturb == known
    };

    let service = plasma(&bus, true).await;
    eventually("inhibited from the start", is(Known::Yes)).await;

    let object = service
        .object_server()
        .interface::<_, Plasma>(NOTIFICATIONS)
        .await
        .unwrap();
    object.get_mut().await.inhibited = false;
    object
        .get()
        .await
        .inhibited_changed(object.signal_emitter())
        .await
        .unwrap();
    eventually("no longer inhibited", is(Known::No)).await;

    service.close().await.unwrap();
    eventually("unknown without a service", is(Known::Unknown)).await;
}

#[tokio::test]
async fn a_locked_screen_is_known_as_long_as_its_saver_lives() {
    let bus = TestBus::start();
    let saver = bus.connect().await;
    let path = "/org/freedesktop/ScreenSaver";
    saver.object_server().at(path, Saver).await.unwrap();
    saver
        .request_name("org.freedesktop.ScreenSaver")
        .await
        .unwrap();
    let (told, seen) = watch::channel(Surroundings::default());
    watch(&bus.bus().await, &Stage::default(), told);
    eventually("not locked", || seen.borrow().locked == Known::No).await;
    let emitter = SignalEmitter::new(&saver, path).unwrap();
    Saver::active_changed(&emitter, true).await.unwrap();
    eventually("locked", || seen.borrow().locked == Known::Yes).await;
    saver.close().await.unwrap();
    eventually("no longer said to be locked", || {
        seen.borrow().locked != Known::Yes
    })
    .await;
}

struct Display {
    server: Child,
    name: String,
}

impl Display {
    fn start() -> Self {
        let mut server = Command::new("Xvfb")
            .args("-displayfd 1 -screen 0 320x200x24 -nolisten tcp -noreset".split(' '))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb is installed");
        let mut number = String::new();
        BufReader::new(server.stdout.take().unwrap())
            .read_line(&mut number)
            .unwrap();
        Self {
            server,
            name: format!(":{}", number.trim()),
        }
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ended_before = self.server.kill();
        let _reaped = self.server.wait();
    }
}

#[tokio::test]
async fn an_x_server_tells_when_the_user_goes_and_comes_back() {
    let display = Display::start();
    let (tell, mut told) = mpsc::channel(8);
    let watch = Watch::new(Some(&display.name), Duration::from_millis(300)).unwrap();
    tokio::spawn(async move { watch.run(&tell).await.map_err(|error| error.to_string()) });
    for (n, expected) in [true, false, true].into_iter().enumerate() {
        if !expected {
            let moved = Command::new("xdotool")
                .args(["mousemove", &(10 + n).to_string(), "20"])
                .env("DISPLAY", &display.name)
                .status();
            assert!(moved.unwrap().success());
        }
        let said = tokio::time::timeout(Duration::from_secs(60), told.recv())
            .await
            .expect("an alarm");
        assert_eq!(said, Some(expected));
    }
}

/// GNOME's idle monitor: it hands out watches and tells when they fire.
#[derive(Default)]
struct Mutter {
    last: u32,
}

#[zbus::interface(name = "org.gnome.Mutter.IdleMonitor")]
impl Mutter {
    fn add_idle_watch(&mut self, interval: u64) -> u32 {
        assert_eq!(interval, 600_000);
        self.last += 1;
        self.last
    }

    fn add_user_active_watch(&mut self) -> u32 {
        self.last += 1;
        self.last
    }

    #[zbus(signal)]
    async fn watch_fired(emitter: &SignalEmitter<'_>, id: u32) -> zbus::Result<()>;
}

#[tokio::test]
async fn gnome_tells_when_the_user_goes_and_comes_back() {
    let bus = TestBus::start();
    let path = "/org/gnome/Mutter/IdleMonitor/Core";
    let gnome = bus.connect().await;
    gnome
        .object_server()
        .at(path, Mutter::default())
        .await
        .unwrap();
    gnome
        .request_name("org.gnome.Mutter.IdleMonitor")
        .await
        .unwrap();
    let connection = bus.connect().await;
    let (tell, mut told) = mpsc::channel(8);
    tokio::spawn(async move {
        super::idle_bus::follow_mutter(&connection, Duration::from_secs(600), &tell)
            .await
            .unwrap();
    });
    let object = gnome
        .object_server()
        .interface::<_, Mutter>(path)
        .await
        .unwrap();
    let watches = async |count: u32| loop {
        if object.get().await.last >= count {
            break;
        }
        tokio::task::yield_now().await;
    };
    let emitter = SignalEmitter::new(&gnome, path).unwrap();
    watches(1).await;
    Mutter::watch_fired(&emitter, 1).await.unwrap();
    assert_eq!(told.recv().await, Some(true));
    watches(2).await;
    Mutter::watch_fired(&emitter, 99).await.unwrap();
    Mutter::watch_fired(&emitter, 2).await.unwrap();
    assert_eq!(told.recv().await, Some(false));
}
