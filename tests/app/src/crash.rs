//! The end that nobody can prepare for.

use std::process::Command;
use std::time::{Duration, Instant};

use carillon_tests_servers::DEADLINE;

/// `kill -9` for one process, until it is dead: on a busy machine it may hold its locks and sockets for a while yet.
///
/// # Panics
/// When there is none.
pub fn kill9(process: u32) {
    let sent = Command::new("kill")
        .args(["-KILL", &process.to_string()])
        .status();
    assert!(sent.expect("kill").success(), "no process {process}");
    let deadline = Instant::now() + DEADLINE;
    while is_alive(process) {
        assert!(Instant::now() < deadline, "{process} does not die");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Whether any thread of it has not ended. One that nobody has asked for its end yet keeps its first one, as a zombie
/// (proc_pid_stat(5)).
fn is_alive(process: u32) -> bool {
    let threads = std::fs::read_dir(format!("/proc/{process}/task"));
    threads.into_iter().flatten().flatten().any(|thread| {
        let stat = std::fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
        let state = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
        !matches!(state.chars().next(), None | Some('Z' | 'X'))
    })
}
