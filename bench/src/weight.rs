//! What Carillon costs while it waits.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use carillon_tests_app::Person;
use tokio::time::sleep;

use crate::report::Report;

/// Until what belongs to the start has come to rest.
const SETTLED: Duration = Duration::from_secs(10);
/// Until what belongs to the alerts has.
const RESTED: Duration = Duration::from_secs(60);
/// The time over which idleness is measured.
const IDLE: Duration = Duration::from_secs(30);

const PSS_MB: f64 = 30.0;

/// Kilobytes.
#[derive(Debug, Default, Clone, Copy)]
struct Memory {
    pss: u64,
    private: u64,
}

pub(crate) async fn fresh(alice: &Person, report: &mut Report) {
    sleep(SETTLED).await;
    let memory = memory(alice);
    report.add("tray_pss_fresh_mb", megabytes(memory.pss), "MB", None, 1);
    report.add(
        "tray_private_fresh_mb",
        megabytes(memory.private),
        "MB",
        None,
        1,
    );
}

/// Ninety seconds after the last of `alerts`, the last thirty of which are measured.
pub(crate) async fn idle(alice: &Person, alerts: usize, report: &mut Report) {
    eprintln!("idle, 30 s");
    sleep(if alerts < 100 { SETTLED } else { RESTED }).await;
    let before = Work::of(alice);
    sleep(IDLE).await;
    let (ran, woken) = Work::of(alice).since(&before);
    let seconds = IDLE.as_secs_f64();
    report.add("idle_cpu_pct", ran * 100.0 / seconds, "%", Some(0.05), 1);
    report.add("idle_wakeups_per_s", woken / seconds, "1/s", None, 1);
    let memory = memory(alice);
    report.add(
        "tray_pss_mb",
        megabytes(memory.pss),
        "MB",
        Some(PSS_MB),
        alerts,
    );
    report.add(
        "tray_private_mb",
        megabytes(memory.private),
        "MB",
        None,
        alerts,
    );
}

pub(crate) async fn window(alice: &Person, report: &mut Report) {
    eprintln!("memory with the window");
    let opened = alice.run(&[], "").await;
    assert!(
        opened.status.success(),
        "{}",
        String::from_utf8_lossy(&opened.stderr)
    );
    alice
        .until_status("a window is there", |status| status["windows"] == 1)
        .await;
    sleep(SETTLED).await;
    let memory = memory(alice);
    report.add("window_pss_mb", megabytes(memory.pss), "MB", None, 1);
    report.add(
        "window_private_mb",
        megabytes(memory.private),
        "MB",
        None,
        1,
    );
}

fn memory(alice: &Person) -> Memory {
    let mut sum = Memory::default();
    for process in alice.desktop.processes() {
        let one = memory_of(process);
        sum.pss += one.pss;
        sum.private += one.private;
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
            "Private_Clean:" | "Private_Dirty:" => sum.private += value,
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
        let mut work = Self::default();
        for process in alice.desktop.processes() {
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
