//! What Carillon costs while it waits.

use std::path::Path;
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
    let (ran, woken) = work(alice);
    sleep(IDLE).await;
    let (ran_then, woken_then) = work(alice);
    let seconds = IDLE.as_secs_f64();
    report.add(
        "idle_cpu_pct",
        (ran_then - ran) * 100.0 / seconds,
        "%",
        Some(0.05),
        1,
    );
    report.add(
        "idle_wakeups_per_s",
        (woken_then - woken) / seconds,
        "1/s",
        None,
        1,
    );
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
    report.add("window_pss_mb", megabytes(memory(alice).pss), "MB", None, 1);
}

fn memory(alice: &Person) -> Memory {
    let mut sum = Memory::default();
    for process in alice.desktop.processes() {
        let text =
            std::fs::read_to_string(format!("/proc/{process}/smaps_rollup")).unwrap_or_default();
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
    }
    sum
}

/// Seconds of processor time so far, and how often the threads were put to sleep by themselves.
fn work(alice: &Person) -> (f64, f64) {
    let (mut nanoseconds, mut switches) = (0.0, 0.0);
    for process in alice.desktop.processes() {
        for thread in std::fs::read_dir(format!("/proc/{process}/task"))
            .into_iter()
            .flatten()
            .flatten()
        {
            let read = |file: &str| {
                std::fs::read_to_string(Path::join(&thread.path(), file)).unwrap_or_default()
            };
            nanoseconds += first_number(&read("schedstat"));
            let status = read("status");
            let line = status
                .lines()
                .find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
            switches += first_number(line.unwrap_or_default());
        }
    }
    (nanoseconds / 1e9, switches)
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
