//! The end that nobody can prepare for.

use std::process::Command;

/// `kill -9` for one process.
///
/// # Panics
/// When there is none.
pub fn kill9(process: u32) {
    let sent = Command::new("kill")
        .args(["-KILL", &process.to_string()])
        .status();
    assert!(sent.expect("kill").success(), "no process {process}");
}
