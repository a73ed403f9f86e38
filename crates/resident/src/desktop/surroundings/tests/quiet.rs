//! Do Not Disturb as dunst and Xfce tell it.

use super::*;
use zbus::Variant;

impl Display {
    /// Runs a program on this display and on `bus`, to its end.
    fn run(&self, bus: &TestBus, program: &str, arguments: &[&str]) -> bool {
        self.command(bus, program)
            .args(arguments)
            .status()
            .is_ok_and(|status| status.success())
    }

    fn command(&self, bus: &TestBus, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env("DISPLAY", &self.name)
            .env("DBUS_SESSION_BUS_ADDRESS", &bus.address)
            .env_remove("WAYLAND_DISPLAY")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }
}

struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ended_before = self.0.kill();
        let _reaped = self.0.wait();
    }
}

#[tokio::test]
async fn a_real_dunst_tells_when_it_is_paused() {
    let bus = TestBus::start();
    let display = Display::start();
    let (told, seen) = watch::channel(Surroundings::default());
    watch(&bus.bus().await, &Stage::default(), told);
    let is = |known: Known| {
        let seen = seen.clone();
        move || seen.borrow().do_not_disturb == known
    };
    let dunst = Ended(display.command(&bus, "dunst").spawn().expect("dunst"));
    eventually("not paused", is(Known::No)).await;
    assert!(display.run(&bus, "dunstctl", &["set-paused", "true"]));
    eventually("paused", is(Known::Yes)).await;
    assert!(display.run(&bus, "dunstctl", &["set-paused", "false"]));
    eventually("no longer paused", is(Known::No)).await;
    drop(dunst);
    eventually("unknown without it", is(Known::Unknown)).await;
}

/// Xfce's settings, with the one that matters.
struct Xfconf;

#[zbus::interface(name = "org.xfce.Xfconf")]
impl Xfconf {
    fn get_property(&self, channel: &str, property: &str) -> Variant<'static> {
        Variant::from(channel == "xfce4-notifyd" && property == "/do-not-disturb")
    }

    #[zbus(signal)]
    async fn property_changed(
        emitter: &SignalEmitter<'_>,
        channel: &str,
        property: &str,
        value: Variant<'_>,
    ) -> zbus::Result<()>;
}

#[tokio::test]
async fn xfce_s_setting_is_read_and_followed() {
    let bus = TestBus::start();
    let path = "/org/xfce/Xfconf";
    let xfce = bus.connect().await;
    xfce.object_server().at(path, Xfconf).await.unwrap();
    xfce.request_name("org.xfce.Xfconf").await.unwrap();
    let (told, seen) = watch::channel(Surroundings::default());
    watch(&bus.bus().await, &Stage::default(), told);
    eventually("quiet from the start", || {
        seen.borrow().do_not_disturb == Known::Yes
    })
    .await;
    let emitter = SignalEmitter::new(&xfce, path).unwrap();
    for (channel, property) in [("xfwm4", "/do-not-disturb"), ("xfce4-notifyd", "/theme")] {
        Xfconf::property_changed(&emitter, channel, property, Variant::from(false))
            .await
            .unwrap();
    }
    Xfconf::property_changed(&emitter, "xfce4-notifyd", "/do-not-disturb", true.into())
        .await
        .unwrap();
    Xfconf::property_changed(&emitter, "xfce4-notifyd", "/do-not-disturb", false.into())
        .await
        .unwrap();
    eventually("no longer quiet", || {
        seen.borrow().do_not_disturb == Known::No
    })
    .await;
}
