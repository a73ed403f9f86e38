//! A sync that fails once: `strace` answers it in the disk's place.

use super::{Profile, quick_folder};
use crate::Store;
use std::{env, fs, path::Path, process::Command};

/// Tells the test, started again as a process of its own, where to work.
const PLACE: &str = "CARILLON_FAILED_SYNC";
const NAME: &str =
    "tests::failed_sync::what_was_written_before_a_sync_that_failed_is_written_again";

/// What is heard is visible at once, and safe after the sync.
fn hear(place: &Path) {
    let other = tempfile::tempdir_in(place).unwrap();
    let mut profile = Profile::within(other);
    for id in ["one", "two", "three"] {
        profile.hear("bob@example.org", id, &id.repeat(2_000));
    }
    mark(place, "heard");
    let first = profile.store.flush();
    mark(place, if first.is_ok() { "safe" } else { "failed" });
    profile.store.flush().unwrap();
    mark(place, "safe at last");
    let again = Store::open(&profile.path()).unwrap();
    again.check().unwrap();
}

/// A file that the trace shows.
fn mark(place: &Path, what: &str) {
    fs::remove_file(place.join(what)).unwrap_err();
}

/// What was written, synced and marked, one line for each, with the number of the sync that is to fail.
fn traced(place: &Path, failing: Option<usize>) -> Option<String> {
    let trace = place.join("trace");
    let mut strace = Command::new("strace");
    strace.args([
        "-f",
        "-qq",
        "-y",
        "-e",
        "trace=write,pwrite64,fsync,?unlink,unlinkat",
    ]);
    if let Some(number) = failing {
        strace.args(["-e", &format!("inject=fsync:error=EIO:when={number}")]);
    }
    let output = strace
        .arg("-o")
        .arg(&trace)
        .arg(env::current_exe().ok()?)
        .args(["--exact", "--test-threads=1", NAME])
        .env(PLACE, place)
        .output()
        .ok()?;
    output.status.success().then_some(())?;
    fs::read_to_string(trace).ok()
}

/// How far a call wrote into the log, by its arguments.
fn reaches(line: &str) -> Option<u64> {
    let numbers = line.rsplit_once(") = ")?.0;
    let mut numbers = numbers.rsplit(", ");
    let at: u64 = numbers.next()?.parse().ok()?;
    let length: u64 = numbers.next()?.parse().ok()?;
    Some(at + length)
}

fn written(line: &str) -> u64 {
    line.rsplit_once(" = ").unwrap().1.trim().parse().unwrap()
}

#[test]
fn what_was_written_before_a_sync_that_failed_is_written_again() {
    if let Some(place) = env::var_os(PLACE) {
        return hear(Path::new(&place));
    }
    let place = quick_folder();
    let Some(trace) = traced(place.path(), None) else {
        println!("SKIPPED: there is no strace, or it may not trace here");
        return;
    };
    let before = trace.lines().take_while(|line| !line.contains("/heard\""));
    let syncs = before.filter(|line| line.contains(" fsync(")).count();
    let trace = traced(place.path(), Some(syncs + 1)).unwrap();
    let at = |what: &str| {
        let found = trace.lines().position(|line| line.contains(what));
        found.unwrap_or_else(|| panic!("{what}: {trace}"))
    };
    let (failed, safe) = (at("/failed\""), at("/safe at last\""));
    let lines: Vec<&str> = trace.lines().collect();
    let in_log = |line: &&&str| line.contains("-wal>");
    let log = lines[..failed].iter().filter(in_log);
    let length = log.filter_map(|line| reaches(line)).max().unwrap();
    let again = lines[failed..safe].iter().filter(in_log);
    let again = again.filter(|line| line.contains(" write("));
    let again: u64 = again.map(|line| written(line)).sum();
    assert!(length > 12_000, "{trace}");
    assert!(again >= length, "{again} of {length}: {trace}");
}
