//! From a click on the tray to a list that is drawn, and what an open window costs, both beside a window with nothing
//! in it.

use std::path::PathBuf;
use std::time::Duration;

use carillon_tests_app::{Desktop, Handover, Screen, Window};
use carillon_tests_servers::{Process, binary, until_some};
use tokio::time::sleep;

use super::page::{click_until, marked, now};
use super::stage::contact;
use super::{Home, click_on_tray, median};
use crate::report::Report;
use crate::weight::{Work, pss_of};

/// The mark that both pages make behind the first frame that shows something.
pub(super) const MARK: &str = "list-drawn";
/// How much more than the empty window the first list may take, in milliseconds.
const BEYOND: f64 = 100.0;
/// How much more memory an open window may take than the empty one.
const TIMES_MEMORY: f64 = 1.15;
/// Percent of a processor that an open window may take while nothing happens.
const IDLE_CPU: f64 = 0.1;
/// Chats that are opened before the memory is taken.
const VISITED: usize = 10;
/// Until what belongs to opening has come to rest, and the time over which idleness is measured.
const SETTLED: Duration = Duration::from_secs(15);
const IDLE: Duration = Duration::from_secs(30);

/// Windows of both kinds, in turn.
pub(super) async fn measure(
    screen: &Screen,
    home: &Home,
    suffix: &str,
    times: usize,
    report: &mut Report,
) {
    eprintln!("from the tray to the list, {times} times");
    let bare = Bare::new(screen).await;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for time in 0..=times {
        let (process, window, took) = bare.open().await;
        drop((window, process));
        bare.gone().await;
        let (window, our_time) = click_on_tray(&home.alice).await;
        screen.close_window_of(&home.alice, async || {}).await;
        drop(window);
        // The first of each fills the system's caches.
        if time > 0 {
            theirs.push(took);
            ours.push(our_time);
        }
    }
    let (ours, theirs) = (median(&ours), median(&theirs));
    let named = |name: &str| format!("tray_to_list{suffix}{name}_ms");
    report.add(
        &named("_over_bare"),
        ours - theirs,
        "ms",
        Some(BEYOND),
        times,
    );
    report.add(&named(""), ours, "ms", None, times);
    report.add(&named("_bare"), theirs, "ms", None, times);
}

/// Memory and idleness of both.
pub(super) async fn measure_open(screen: &Screen, home: &Home, quick: bool, report: &mut Report) {
    eprintln!("an open window, and an empty one");
    let bare = Bare::new(screen).await;
    let (process, window, _) = bare.open().await;
    drop(window);
    let (their_memory, their_work) = costs(&bare.desktop, quick).await;
    drop(process);
    bare.gone().await;

    let (window, _) = click_on_tray(&home.alice).await;
    window.go("chats").await;
    for number in 0..VISITED {
        // The newest are on screen.
        let newest = contact(home.much.chats - 1 - number);
        let row = format!("[data-test=chat-row][data-jid='{newest}']");
        let there = format!(
            "document.querySelector({row:?})?.ariaCurrent === 'true'
                && document.querySelector('[data-test=message]') !== null"
        );
        click_until(&window, &row, &there).await;
    }
    drop(window);
    let (our_memory, our_work) = costs(&home.alice.desktop, quick).await;
    screen.close_window_of(&home.alice, async || {}).await;
    let over = our_memory / their_memory;
    report.add("window_pss_over_bare", over, "", Some(TIMES_MEMORY), 1);
    report.add("window_visited_pss_mb", our_memory, "MB", None, 1);
    report.add("window_bare_pss_mb", their_memory, "MB", None, 1);
    report.add("window_idle_cpu_pct", our_work, "%", Some(IDLE_CPU), 1);
    report.add("window_idle_bare_cpu_pct", their_work, "%", None, 1);
}

/// Megabytes of all processes of a desktop, and the percentage of a processor that they take.
async fn costs(desktop: &Desktop, quick: bool) -> (f64, f64) {
    let idle = if quick { IDLE / 6 } else { IDLE };
    sleep(if quick { SETTLED / 6 } else { SETTLED }).await;
    let before = Work::of_all(desktop);
    sleep(idle).await;
    let (ran, _) = Work::of_all(desktop).since(&before);
    let memory = desktop.processes().into_iter().map(pss_of).sum();
    (memory, ran * 100.0 / idle.as_secs_f64())
}

/// A desktop for windows with nothing in them.
struct Bare {
    desktop: Desktop,
}

impl Bare {
    async fn new(screen: &Screen) -> Self {
        let mut desktop = Desktop::on(screen).await;
        desktop.speaker.stop_recording().await;
        Self { desktop }
    }

    /// Starts one; answers the milliseconds until it was drawn.
    async fn open(&self) -> (Process, Window, f64) {
        let handover = Handover::new();
        let mut command = self.desktop.command(program());
        command.envs(handover.environment());
        command.arg(self.desktop.folder().join("bare"));
        let started = now();
        let process = Process::spawn("bare", self.desktop.folder(), command);
        let window = Window::attach_to_page(&handover, self.desktop.folder()).await;
        let drawn = marked(&window, MARK).await;
        (process, window, drawn - started)
    }

    /// Its web processes end behind it.
    async fn gone(&self) {
        until_some("nothing of the empty window runs", async || {
            self.desktop.processes().is_empty().then_some(())
        })
        .await;
    }
}

/// Built by `scripts/bench`.
fn program() -> PathBuf {
    binary("carillon").with_file_name("carillon-bare")
}
