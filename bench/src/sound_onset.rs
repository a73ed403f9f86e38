//! From the order to the first sample that is heard, beside a bare rodio player of the same sound.

use std::io::{BufRead as _, Cursor};
use std::process::Stdio;
use std::time::{Duration, Instant};

use carillon_tests_app::{Person, Visitor};
use carillon_tests_servers::{Account, TestServer};
use rodio::{Decoder, DeviceSinkBuilder, MixerDeviceSink, Player};
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, ChildStdin};
use tokio::time::sleep;

use crate::report::{Report, percentile, sorted};

/// By this word the bare player's process is started.
pub(crate) const PLAYER: &str = "sound";

/// What is played.
const BELL: &[u8] = include_bytes!("../../sounds/bell.wav");

/// The most that Carillon may come later, in milliseconds.
const OVER_FLOOR: f64 = 40.0;

/// Of two sounds within a second only one is heard.
const PACE: Duration = Duration::from_millis(1_200);

/// Longer than Carillon keeps the device open.
const IDLE: Duration = Duration::from_secs(12);

/// The bare player, in a process of its own, since Carillon is one too.
struct Bare {
    orders: ChildStdin,
    _process: Child,
}

impl Bare {
    fn start(alice: &Person) -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut command = tokio::process::Command::from(alice.desktop.command(program));
        let mut process = command
            .arg(PLAYER)
            .stdin(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the bare player");
        Self {
            orders: process.stdin.take().expect("its orders"),
            _process: process,
        }
    }

    async fn order(&mut self, order: &str) {
        let line = format!("{order}\n");
        let written = self.orders.write_all(line.as_bytes()).await;
        written.expect("the bare player listens");
    }
}

/// What the bare player's process does: the sound is decoded, `play` plays it and keeps the device, `close` gives
/// the device back.
pub(crate) fn play() {
    let sound = Decoder::try_from(Cursor::new(BELL)).expect("the bell");
    let sound = rodio::Source::buffered(sound);
    let mut playing: Option<(MixerDeviceSink, Vec<Player>)> = None;
    for order in std::io::stdin().lock().lines() {
        if order.expect("an order") == "close" {
            playing = None;
            continue;
        }
        let (device, players) = playing.get_or_insert_with(|| {
            let device = DeviceSinkBuilder::open_default_sink().expect("a device");
            (device, Vec::new())
        });
        let player = Player::connect_new(device.mixer());
        player.append(sound.clone());
        players.push(player);
    }
}

/// Plays so many sounds each, with the device open, and so many with the device closed before.
pub(crate) async fn measure(
    server: &TestServer,
    account: &Account,
    (open, closed): (usize, usize),
    report: &mut Report,
) {
    let mut listener = Person::new("Listener").await;
    listener.online(server, account).await;
    let socket = Visitor::socket(&listener.desktop, &listener.profile());
    let mut window = Visitor::window(&socket).await.expect("a window");
    let mut bare = Bare::start(&listener);
    let (mut warm, mut cold) = (Onsets::default(), Onsets::default());
    for _ in 0..closed {
        bare.order("close").await;
        sleep(IDLE).await;
        cold.measure(&listener, &mut window, &mut bare).await;
    }
    // Both devices are open now.
    cold_start(&listener, &mut window, &mut bare).await;
    for _ in 0..open {
        warm.measure(&listener, &mut window, &mut bare).await;
    }
    listener.quit().await;
    warm.tell("sound_onset", report);
    cold.tell("sound_onset_cold", report);
}

async fn cold_start(listener: &Person, window: &mut Visitor, bare: &mut Bare) {
    let mut unused = Onsets::default();
    unused.measure(listener, window, bare).await;
}

/// Milliseconds of every sound.
#[derive(Default)]
struct Onsets {
    carillon: Vec<f64>,
    bare: Vec<f64>,
}

impl Onsets {
    async fn measure(&mut self, listener: &Person, window: &mut Visitor, bare: &mut Bare) {
        let speaker = &listener.desktop.speaker;
        let silence = speaker.mark();
        let ordered = Instant::now();
        window
            .must(
                "try_alert",
                json!({"kind": "message", "whose": {"kind": "everybody"}}),
            )
            .await;
        let (heard, _) = speaker.heard_since(silence).await;
        self.carillon.push(milliseconds(ordered, heard.onset));
        sleep(PACE).await;

        let silence = speaker.mark();
        let ordered = Instant::now();
        bare.order("play").await;
        let (heard, _) = speaker.heard_since(silence).await;
        self.bare.push(milliseconds(ordered, heard.onset));
        sleep(PACE).await;
    }

    fn tell(&self, name: &str, report: &mut Report) {
        let (carillon, bare) = (sorted(&self.carillon), sorted(&self.bare));
        let n = carillon.len();
        let [carillon, bare] = [&carillon, &bare].map(|all| percentile(all, 50));
        let over = format!("{name}_over_floor_ms");
        report.add(&over, carillon - bare, "ms", Some(OVER_FLOOR), n);
        report.add(&format!("{name}_ms"), carillon, "ms", None, n);
        report.add(&format!("{name}_floor_ms"), bare, "ms", None, n);
    }
}

fn milliseconds(from: Instant, to: Instant) -> f64 {
    to.saturating_duration_since(from).as_secs_f64() * 1000.0
}
