//! A window that is open and in front, while nobody touches it.

#![allow(clippy::unwrap_used, clippy::expect_used)] // in the functions that the tests share

use std::path::Path;
use std::time::Duration;

use carillon_tests_app::{Desktop, Pair};
use carillon_tests_servers::{Kind, until_some};
use tokio::time::sleep;

/// A caret that blinks wakes these processes about a hundred times a second.
const RESTING: u64 = 25;

/// How often the threads of a desktop's processes have gone to sleep by themselves.
fn switches(desktop: &Desktop) -> u64 {
    let tasks = desktop
        .processes()
        .into_iter()
        .filter_map(|process| std::fs::read_dir(format!("/proc/{process}/task")).ok());
    let folders = tasks.flatten().flatten().map(|thread| thread.path());
    folders.map(|thread| slept(&thread)).sum()
}

fn slept(thread: &Path) -> u64 {
    let status = std::fs::read_to_string(thread.join("status")).unwrap_or_default();
    let count = status
        .lines()
        .find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
    count.map_or(0, |count| count.trim().parse().expect("a number"))
}

#[tokio::test]
async fn a_caret_comes_to_rest_and_with_it_the_whole_window() {
    let pair = Pair::online(Kind::Embedded).await;
    let window = pair.alice_before_bob().await;
    window.write("[data-test=composer]", "half a thought").await;
    // A driver that is attached asks the window again and again.
    drop(window);

    let desktop = &pair.alice.desktop;
    until_some("a second in which nothing happens", async || {
        let before = switches(desktop);
        sleep(Duration::from_secs(1)).await;
        let woken = switches(desktop).saturating_sub(before);
        (woken < RESTING).then_some(())
    })
    .await;
}
