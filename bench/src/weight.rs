//! What Carillon costs while it waits.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use carillon_tests_app::{Desktop, Person, Screen};
use tokio::time::sleep;

use crate::report::Report;

/// Until what belongs to the start has come to rest.
const SETTLED: Duration = Duration::from_secs(10);
/// Until what belongs to the alerts and the windows has.
const RESTED: Duration = Duration::from_secs(90);
/// How often a window is opened and closed before.
const OPENINGS: usize = 10;

const PSS_MB: f64 = 25.0;
const PRIVATE_MB: f64 = 8.0;

/// Of all processes, in kilobytes.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Memory {
    /// What is shared counts in part.
    pub(crate) pss: u64,
    /// What no file holds and no other process uses: nothing but the end of the process would free it.
    pub(crate) private: u64,
    /// What is read from files, such as the program's own, and nobody else uses at the moment: the system drops it
    /// when it needs the room.
    dropped: u64,
}

impl Memory {
    pub(crate) fn pss_mb(&self) -> f64 {
        megabytes(self.pss)
    }
}

pub(crate) async fn fresh(alice: &Person, report: &mut Report) {
    sleep(SETTLED).await;
    tell("tray", "_fresh", &memory(alice), (None, None), 1, report);
}

/// Opens the window and closes it again, so often as somebody does on a day.
pub(crate) async fn open_and_close(alice: &Person, screen: &Screen, quick: bool) {
    let times = if quick { 2 } else { OPENINGS };
    eprintln!("{times} openings of the window");
    for _ in 0..times {
        open(alice).await;
        screen.close_window_of(alice, async || {}).await;
    }
}

/// Ninety seconds after the last of `alerts` and openings, and then five minutes of nothing.
pub(crate) async fn idle(alice: &Person, alerts: usize, quick: bool, report: &mut Report) {
    sleep(if quick { SETTLED } else { RESTED }).await;
    let memory = memory(alice);
    let most = (Some(PSS_MB), Some(PRIVATE_MB));
    tell("tray", "", &memory, most, alerts, report);

    let time = if quick {
        SETTLED
    } else {
        Duration::from_secs(300)
    };
    eprintln!("idle, {} s", time.as_secs());
    let before = Work::of(alice);
    sleep(time).await;
    let (ran, woken) = Work::of(alice).since(&before);
    let seconds = time.as_secs_f64();
    // The table has a figure for it behind the point, which is to be 0.
    report.add("idle_cpu_pct", ran * 100.0 / seconds, "%", Some(0.05), 1);
    report.add("idle_wakeups_per_s", woken / seconds, "1/s", Some(1.0), 1);
}

pub(crate) async fn window(alice: &Person, report: &mut Report) {
    eprintln!("memory with the window");
    open(alice).await;
    sleep(SETTLED).await;
    tell("window", "", &memory(alice), (None, None), 1, report);
}

async fn open(alice: &Person) {
    let opened = alice.run(&[], "").await;
    assert!(
        opened.status.success(),
        "{}",
        String::from_utf8_lossy(&opened.stderr)
    );
    alice
        .until_status("a window is there", |status| status["windows"] == 1)
        .await;
}

fn tell(
    what: &str,
    when: &str,
    memory: &Memory,
    (pss, private): (Option<f64>, Option<f64>),
    n: usize,
    report: &mut Report,
) {
    for (kind, value, most) in [
        ("pss", memory.pss, pss),
        ("private", memory.private, private),
        ("dropped", memory.dropped, None),
    ] {
        let name = format!("{what}_{kind}{when}_mb");
        report.add(&name, megabytes(value), "MB", most, n);
    }
}

/// Of all of Carillon's processes on the desktop.
pub(crate) fn memory(alice: &Person) -> Memory {
    let mut sum = Memory::default();
    for process in alice.desktop.processes() {
        let one = memory_of(process);
        sum.pss += one.pss;
        sum.private += one.private;
        sum.dropped += one.dropped;
    }
    sum
}

/// A single process's share of the memory, in megabytes.
pub(crate) fn pss_of(process: u32) -> f64 {
    megabytes(memory_of(process).pss)
}

fn memory_of(process: u32) -> Memory {
    let mut sum = Memory::default();
    let text = read(Path::new(&format!("/proc/{process}/smaps_rollup")));
    for line in text.lines() {
        let mut words = line.split_whitespace();
        let (key, value) = (
            words.next().unwrap_or_default(),
            words.next().and_then(|word| word.parse().ok()).unwrap_or(0),
        );
        match key {
            "Pss:" => sum.pss += value,
            "Private_Dirty:" => sum.private += value,
            "Private_Clean:" => sum.dropped += value,
            _ => {}
        }
    }
    sum
}

/// What the processes have done so far.
#[derive(Debug, Default)]
pub(crate) struct Work {
    /// Of every thread that is there: nanoseconds on the processor, and how often it went to sleep by itself.
    threads: HashMap<PathBuf, (f64, f64)>,
    /// Seconds of all threads that there ever were, in the kernel's ticks of 10 ms.
    ticked: f64,
}

impl Work {
    pub(crate) fn of(alice: &Person) -> Self {
        Self::of_all(&alice.desktop)
    }

    /// Of all processes of a desktop.
    pub(crate) fn of_all(desktop: &Desktop) -> Self {
        let mut work = Self::default();
        for process in desktop.processes() {
            let folder = PathBuf::from(format!("/proc/{process}"));
            work.ticked += ticks(&read(&folder.join("stat"))) / 100.0;
            for thread in std::fs::read_dir(folder.join("task"))
                .into_iter()
                .flatten()
                .flatten()
            {
                let status = read(&thread.path().join("status"));
                let switches = status
                    .lines()
                    .find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
                let done = (
                    first_number(&read(&thread.path().join("schedstat"))),
                    first_number(switches.unwrap_or_default()),
                );
                work.threads.insert(thread.path(), done);
            }
        }
        work
    }

    /// Seconds of processor time, and wake-ups, since `before`.
    pub(crate) fn since(&self, before: &Self) -> (f64, f64) {
        let (mut nanoseconds, mut switches) = (0.0, 0.0);
        for (thread, (ran, slept)) in &self.threads {
            let (ran_before, slept_before) = before.threads.get(thread).unwrap_or(&(0.0, 0.0));
            nanoseconds += ran - ran_before;
            switches += slept - slept_before;
        }
        let all_are_left = before
            .threads
            .keys()
            .all(|thread| self.threads.contains_key(thread));
        // A thread takes its own count with it when it ends; the process's count is coarser, and keeps it.
        let seconds = if all_are_left {
            nanoseconds / 1e9
        } else {
            self.ticked - before.ticked
        };
        (seconds, switches)
    }
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

/// `utime` and `stime` of `/proc/PID/stat`: the 14th and 15th field, after a name that may hold spaces.
fn ticks(stat: &str) -> f64 {
    let rest = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    rest.split_whitespace()
        .skip(11)
        .take(2)
        .map(first_number)
        .sum()
}

fn first_number(text: &str) -> f64 {
    text.split_whitespace()
        .next()
        .and_then(|word| word.parse().ok())
        .unwrap_or(0.0)
}

fn megabytes(kilobytes: u64) -> f64 {
    f64::from(u32::try_from(kilobytes).unwrap_or(u32::MAX)) / 1024.0
}
