//! The desktop's parts work, before anything of Carillon is asked.

#![allow(clippy::unwrap_used)] // in the functions that the tests share

use std::collections::HashMap;
use std::fs::read_link;
use std::path::{Path, PathBuf};
use std::time::Duration;

use carillon_tests_app::{Desktop, Handover, Screen, Speaker, Window, screenshots};
use carillon_tests_servers::Process;
use zbus::Variant;

const NOTIFICATIONS: (&str, &str) = (
    "org.freedesktop.Notifications",
    "/org/freedesktop/Notifications",
);

#[tokio::test]
async fn a_popup_is_recorded_with_its_picture_and_can_be_pressed() {
    let mut desktop = Desktop::start().await;
    let client = desktop.bus.connect().await;
    let (service, path) = NOTIFICATIONS;
    let proxy = zbus::Proxy::new(&client, service, path, service)
        .await
        .unwrap();
    let mut pressed = proxy.receive_signal("ActionInvoked").await.unwrap();
    let file = desktop.folder().join("a picture.png");
    std::fs::write(&file, [1, 2, 3]).unwrap();
    let picture = format!("file://{}", file.display()).replace(' ', "%20");
    let hints = HashMap::from([
        ("urgency", Variant::from(2_u8)),
        ("suppress-sound", Variant::from(true)),
        ("image-path", Variant::from(picture.as_str())),
    ]);
    let body = (
        "Test",
        0_u32,
        "",
        "Bob",
        "Hello",
        vec!["default", "Open", "r7", "Reply"],
        hints,
        -1_i32,
    );
    let id: u32 = proxy.call("Notify", &body).await.unwrap();

    let popup = desktop
        .notifications
        .next_popup("of Bob", |popup| popup.summary == "Bob")
        .await;
    assert_eq!(
        (popup.id, popup.body.as_str(), popup.urgency()),
        (id, "Hello", Some(2))
    );
    assert_eq!(
        (popup.labels(), popup.key("Reply")),
        (vec!["Reply"], Some("r7"))
    );
    assert_eq!(popup.flag("suppress-sound"), Some(true));
    assert_eq!(popup.picture().unwrap(), [1, 2, 3]);

    desktop.notifications.press(id, "r7", Some("token")).await;
    let signal = futures_util::StreamExt::next(&mut pressed).await.unwrap();
    assert_eq!(
        signal.body().deserialize::<(u32, String)>().unwrap(),
        (id, "r7".to_owned())
    );

    proxy.call_method("CloseNotification", &id).await.unwrap();
    assert_eq!(desktop.notifications.withdrawn(id).await.id, id);

    desktop.notifications.die().await;
    assert!(proxy.call_method("GetCapabilities", &()).await.is_err());
    desktop.notifications.serve(&desktop.bus).await;
    proxy.call_method("GetCapabilities", &()).await.unwrap();
    assert!(proxy.get_property::<bool>("Inhibited").await.is_err());
    desktop.notifications.inhibit(true).await;
}

#[tokio::test]
async fn a_tone_is_heard_with_its_pitch_and_silence_is_silence() {
    let desktop = Desktop::start().await;
    let file = desktop.folder().join("tone.wav");
    tone(&file, "880");
    let mark = desktop.speaker.mark();
    assert!(
        desktop
            .speaker
            .heard_within(mark, Duration::from_millis(300))
            .await
            .is_none()
    );

    let _player = play(&desktop, &file);
    let (heard, end) = desktop.speaker.heard_since(mark).await;
    assert!((heard.pitch_hz - 880.0).abs() < 8.0, "{heard:?}");
    assert!(heard.resembles(&Speaker::expected(&file)), "{heard:?}");
    assert!(
        desktop
            .speaker
            .heard_within(end, Duration::from_millis(300))
            .await
            .is_none()
    );
}

/// By ALSA, as a program that knows nothing of PulseAudio does, Carillon for one.
fn play(desktop: &Desktop, file: &Path) -> Process {
    let mut command = desktop.command("sox");
    command.arg(file).args(["-t", "alsa", "default"]);
    Process::spawn("player", desktop.folder(), command)
}

fn tone(file: &Path, hz: &str) {
    let made = std::process::Command::new("sox")
        .args(["-n", "-r", "44100", "-c", "2"])
        .arg(file)
        .args(["synth", "0.4", "sine", hz, "vol", "0.5"])
        .status()
        .unwrap();
    assert!(made.success());
}

#[tokio::test]
async fn a_web_page_is_driven_on_a_screen_and_photographed() {
    let browser = format!(
        "/usr/lib/{}-linux-gnu/webkit2gtk-4.1/MiniBrowser",
        std::env::consts::ARCH
    );
    if !Path::new(&browser).exists() {
        println!("WebKit's own browser is not installed here; the window's tests do the same");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let screen = Screen::start(folder.path()).await;
    let desktop = Desktop::on(&screen).await;
    let page = desktop.folder().join("page.html");
    std::fs::write(&page, "<title>Page</title><input id=name><p id=said></p>").unwrap();
    let handover = Handover::new();
    let mut command = desktop.command(browser);
    command
        .envs(handover.environment())
        .arg("--automation")
        .arg(format!("file://{}", page.display()));
    let _browser = Process::spawn("browser", desktop.folder(), command);

    let window = Window::attach(&handover, desktop.folder()).await;
    window
        .client
        .goto(&format!("file://{}", page.display()))
        .await
        .unwrap();
    window.write("#name", "Alice").await;
    assert_eq!(
        window
            .script("return document.getElementById('name').value")
            .await,
        "Alice"
    );
    assert!(window.screenshot("real-parts-page").await.exists());
    assert!(
        screen
            .screenshot("real-parts-screen")
            .starts_with(screenshots())
    );
    assert!(screen.focused().is_some());
}

#[tokio::test]
async fn a_keyring_can_be_had() {
    let desktop = Desktop::start().await;
    let _keyring = desktop
        .bus
        .start_keyring(&desktop.home(), &desktop.runtime())
        .await;
}

#[tokio::test]
async fn what_was_started_on_a_desktop_ends_with_it() {
    let desktop = Desktop::start().await;
    let mut command = desktop.command("sh");
    // In a session of its own, as a program that leaves its starter.
    command.args(["-c", "setsid --fork sleep 1000"]);
    assert!(command.status().unwrap().success());
    // A process that is about to become another program has no environment for a moment: it belongs to nobody then, and
    // would be passed over just when the desktop ends.
    let mut left = Vec::new();
    let started = || {
        left = desktop.processes();
        let is_sleep = |program: PathBuf| program.ends_with("sleep");
        left.len() == 1 && read_link(format!("/proc/{}/exe", left[0])).is_ok_and(is_sleep)
    };
    carillon_tests_servers::until("the program that left its starter runs", started).await;
    drop(desktop);
    let gone = || !Path::new(&format!("/proc/{}/exe", left[0])).exists();
    carillon_tests_servers::until("the process has ended", gone).await;
}
