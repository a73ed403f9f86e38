//! What every event costs, in instructions: the same on a quiet machine and on a loaded one. Of the debug build, which
//! does not do what the release does, but twice as much when the release does. A budget is one and a half times what
//! was counted; who makes a path dearer for a good reason counts anew, and says so.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::print_stdout)]

use std::path::Path;
use std::process::Command;

const TIMES: u64 = 100;

/// The parts of `hot.rs` with their budgets, in their order. The unnamed ones set something up.
const PARTS: [(&str, u64); 5] = [
    ("", 0),
    ("a decision", 43_900),
    ("", 0),
    ("a presence, from the socket to its alert", 658_000),
    ("a message, from the socket to its alert", 2_026_000),
];

#[test]
fn what_is_done_for_every_event_stays_within_its_instructions() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let counts = folder.path().join("counts");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--dump-before=*a_part_ends*"])
        .arg(format!("--callgrind-out-file={}", counts.display()))
        .arg(env!("CARGO_BIN_EXE_carillon-bench"))
        .arg(format!("hot:{TIMES}"))
        .output()
        .expect("valgrind");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let mut dear = Vec::new();
    for (number, (what, budget)) in PARTS.into_iter().enumerate() {
        let each = counted(&counts.with_extension((number + 1).to_string())) / TIMES;
        println!("{what}: {each} instructions of {budget}");
        // A path that is not taken any more would cost nothing.
        if !what.is_empty() && !(budget / 4..=budget).contains(&each) {
            dear.push(format!("{what} costs {each} instructions of {budget}"));
        }
    }
    assert!(dear.is_empty(), "{dear:#?}");
}

/// What callgrind says of a part in all.
fn counted(part: &Path) -> u64 {
    let text = std::fs::read_to_string(part).expect("a part");
    let total = text
        .lines()
        .find_map(|line| line.strip_prefix("totals: "))
        .expect("a sum");
    total.trim().parse().expect("a number")
}
