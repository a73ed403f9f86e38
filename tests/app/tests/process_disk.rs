//! A disk without room, and one that answers with errors.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use carillon_tests_app::{Meeting, Person, Visitor};
use carillon_tests_servers::{Kind, Process, until_some};
use serde_json::{Value, json};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Far more than a profile of some messages needs.
const SIZE: &str = "size=6m,mode=700";
const SUMMARY: &str = "Carillon cannot store anything";

/// A small disk in memory; it goes with the value.
struct Disk(PathBuf);

impl Disk {
    /// `None` where nobody may mount one.
    fn at(place: &Path) -> Option<Self> {
        std::fs::create_dir_all(place).unwrap();
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", SIZE, "carillon-test"])
            .arg(place)
            .output();
        let mounted = mount.is_ok_and(|output| output.status.success());
        mounted.then(|| Self(place.to_owned()))
    }

    fn filler(&self) -> PathBuf {
        self.0.join("filler")
    }

    /// Until nothing more fits.
    fn fill(&self) {
        let mut file = File::options()
            .append(true)
            .create(true)
            .open(self.filler())
            .unwrap();
        while file.write_all(&[0x5a; 4096]).is_ok() {}
    }

    fn has_room(&self) {
        std::fs::remove_file(self.filler()).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // What still runs there ends by itself a moment later.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

async fn notices(alice: &Person) -> Value {
    let socket = Visitor::socket(&alice.desktop, &alice.profile());
    let mut tool = Visitor::tool(&socket).await.unwrap();
    tool.must("read_overview", json!({})).await["notices"].take()
}

fn text(n: usize) -> String {
    // What the log and the database have as room for themselves is not enough.
    format!("message {n} {}", "x".repeat(60_000))
}

#[tokio::test]
async fn on_a_full_disk_nothing_is_lost_it_is_told_once_and_all_goes_on_when_there_is_room() {
    let alice = Person::new("Alice").await;
    let Some(disk) = Disk::at(&alice.profile()) else {
        println!("SKIPPED: only root may mount a small disk");
        return;
    };
    let mut meeting = Meeting::prepared(Kind::Prosody, alice).await;
    meeting
        .alice
        .online(&meeting.server, &meeting.alice_account)
        .await;
    let mut bob = meeting.bob_unseen().await;
    bob.message("alice@carillon.test", "Before").await;
    let unread = |wanted: u64| move |status: &Value| status["unread"] == wanted;
    meeting
        .alice
        .until_status("the first message", unread(1))
        .await;

    disk.fill();
    for n in 1..=4 {
        bob.message("alice@carillon.test", &text(n)).await;
    }
    bob.ping().await;
    let popups = &meeting.alice.desktop.notifications;
    let of_it = |popup: &carillon_tests_app::Popup| popup.summary == SUMMARY;
    let popup = popups.next_popup("of the full disk", of_it).await;
    assert!(popup.body.contains("Make room"), "{popup:?}");
    let told = notices(&meeting.alice).await;
    assert_eq!(told[0]["kind"], "storage", "{told}");
    assert_eq!(told[0]["cause"], "full", "{told}");
    // What the user wants meanwhile is refused in words, and what was chosen stays. The resident may let go of a page at
    // any moment: then there was room for it.
    let mut tool = meeting.alice.tool().await;
    let status = json!({"availability": "busy", "status": "x".repeat(500)});
    let settings = meeting.alice.profile().join("settings.toml");
    until_some("the full disk refuses a status", async || {
        disk.fill();
        let before = std::fs::read(&settings).unwrap();
        let refused = tool.ask("set_status", status.clone()).await.is_err();
        refused.then(|| assert_eq!(std::fs::read(&settings).unwrap(), before))
    })
    .await;

    disk.has_room();
    meeting
        .alice
        .until_status("what had no room", unread(5))
        .await;
    meeting.alice.until_online().await;
    let none = async || (notices(&meeting.alice).await == json!([])).then_some(());
    until_some("the notice is over", none).await;
    popups.withdrawn(popup.id).await;
    let again = popups.popups().into_iter().filter(of_it).count();
    assert_eq!(again, 0, "it was told once");
    // And a kill right afterwards finds all of it on the disk.
    meeting.alice.kill9();
    meeting.alice.start().await;
    meeting
        .alice
        .until_status("all that was stored", unread(5))
        .await;
    meeting.alice.quit().await;
}

const SYNCS: &str = "fsync,fdatasync";
const ALL_CALLS: &str = "pwrite64,fsync,fdatasync";

/// These calls fail as on a broken disk, until the value goes.
struct BrokenDisk(Process);

impl BrokenDisk {
    /// `None` where there is no strace, or it may not trace what runs already.
    async fn of(alice: &Person, name: &str, calls: &str) -> Option<Self> {
        let mut strace = Process::command("strace");
        strace.args(["-f", "-e", &format!("trace={calls}"), "-o", "/dev/null"]);
        strace.args(["-e", &format!("inject={calls}:error=EIO")]);
        strace.args(["-p", &alice.resident_id().to_string()]);
        let strace = Process::spawn(name, alice.desktop.folder(), strace);
        let begun = async || {
            let attached = strace.output().contains("attached");
            attached.then_some(true).or(strace.ended().map(|_| false))
        };
        let attached = until_some("the disk is broken", begun).await;
        attached.then_some(Self(strace))
    }
}

impl Drop for BrokenDisk {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// What Bob said, as the window would show it.
async fn heard(alice: &Person) -> Vec<Value> {
    let mut tool = alice.tool().await;
    let chat = json!({"account": 1, "jid": "bob@carillon.test"});
    let ask = json!({"chat": chat, "anchor": {"kind": "newest"}, "limit": 50});
    let mut page = tool.must("read_history", ask).await;
    let messages = page["messages"].as_array_mut().unwrap();
    messages.iter_mut().map(|one| one["body"].take()).collect()
}

#[tokio::test]
async fn on_a_disk_with_errors_nothing_acknowledged_is_lost_it_is_told_once_and_all_goes_on_when_it_works()
 {
    let mut meeting = Meeting::on_prosody().await;
    let mut bob = meeting.bob_unseen().await;
    let alice = "alice@carillon.test";
    let unread = |wanted: u64| move |status: &Value| status["unread"] == wanted;
    bob.message(alice, "Before").await;
    let status = meeting.alice.until_status("the first message", unread(1));
    status.await;

    let Some(broken) = BrokenDisk::of(&meeting.alice, "broken", ALL_CALLS).await else {
        println!("SKIPPED: there is no strace, or it may not trace here");
        return;
    };
    for n in 1..=3 {
        bob.message(alice, &format!("On a broken disk {n}")).await;
    }
    bob.ping().await;
    let of_it = |popup: &carillon_tests_app::Popup| popup.summary == SUMMARY;
    let popups = &meeting.alice.desktop.notifications;
    let popup = popups.next_popup("of the broken disk", of_it).await;
    assert!(
        popup.body.contains("see whether it is in order"),
        "{popup:?}"
    );
    assert!(popup.body.contains("waits at your server"), "{popup:?}");
    let told = notices(&meeting.alice).await;
    assert_eq!(told.as_array().unwrap().len(), 1, "{told}");
    assert_eq!(told[0]["kind"], "storage", "{told}");
    assert_eq!(told[0]["cause"], "other", "{told}");
    assert_eq!(
        meeting.alice.status().await["unread"],
        1,
        "nothing is shown that is not stored"
    );

    // Killed while nothing can be stored: the server still has what it was not told to be stored.
    meeting.alice.kill9();
    drop(broken);
    meeting.alice.start().await;
    meeting
        .alice
        .until_status("what was written meanwhile", unread(4))
        .await;

    // What was written fails to reach the disk: it is shown, and not acknowledged yet.
    let broken = BrokenDisk::of(&meeting.alice, "broken again", SYNCS).await;
    let broken = broken.unwrap();
    bob.message(alice, "On a broken disk 4").await;
    let popups = &meeting.alice.desktop.notifications;
    let popup = popups
        .next_popup("of the disk that broke again", of_it)
        .await;
    drop(broken);
    meeting
        .alice
        .until_status("what was not taken", unread(5))
        .await;
    meeting.alice.until_online().await;
    let none = async || (notices(&meeting.alice).await == json!([])).then_some(());
    until_some("the notice is over", none).await;
    let popups = &meeting.alice.desktop.notifications;
    popups.withdrawn(popup.id).await;
    let again = popups.popups().into_iter().filter(of_it).count();
    assert_eq!(again, 0, "it was told once");
    let bodies: Vec<_> = (1..=4).map(|n| format!("On a broken disk {n}")).collect();
    let expected = ["Before".to_owned()].into_iter().chain(bodies);
    assert_eq!(heard(&meeting.alice).await, expected.collect::<Vec<_>>());
    meeting.alice.quit().await;
}

/// Whatever of the database is not in memory cannot be read.
fn unreadable(strace: &mut Command, alice: &Person) {
    strace.args(["-f", "-o", "/dev/null", "-e", "trace=read,pread64"]);
    strace.args(["-e", "inject=read,pread64:error=EIO"]);
    for ending in ["", "-wal"] {
        let file = alice.profile().join(format!("carillon.db{ending}"));
        strace.arg("-P").arg(file);
    }
}

/// Files beside the database that say so.
fn beside(alice: &Person, words: &[&str]) -> Vec<PathBuf> {
    let mut files = carillon_tests_app::files(&alice.profile());
    files.retain(|file| {
        let name = file.file_name().unwrap().to_string_lossy();
        words.iter().any(|word| name.contains(word))
    });
    files
}

#[tokio::test]
async fn a_disk_that_cannot_be_read_for_a_while_loses_nothing_and_nothing_is_set_aside() {
    let mut meeting = Meeting::on_prosody().await;
    let mut bob = meeting.bob_unseen().await;
    let alice = "alice@carillon.test";
    let unread = |wanted: u64| move |status: &Value| status["unread"] == wanted;
    for n in 1..=3 {
        bob.message(alice, &text(n)).await;
    }
    let status = meeting
        .alice
        .until_status("what was said before", unread(3));
    status.await;

    let mut strace = Process::command("strace");
    unreadable(&mut strace, &meeting.alice);
    strace.args(["-p", &meeting.alice.resident_id().to_string()]);
    let strace = Process::spawn("unreadable", meeting.alice.desktop.folder(), strace);
    let begun = async || {
        let attached = strace.output().contains("attached");
        attached.then_some(true).or(strace.ended().map(|_| false))
    };
    if !until_some("the disk cannot be read", begun).await {
        println!("SKIPPED: there is no strace, or it may not trace here");
        return;
    }
    let mut broken = BrokenDisk(strace);
    bob.message(alice, "On a disk that cannot be read").await;
    bob.ping().await;
    // A window's question is refused in words, and answered once it can be.
    let mut tool = meeting.alice.tool().await;
    let chat = json!({"account": 1, "jid": "bob@carillon.test"});
    let ask = json!({"chat": chat, "anchor": {"kind": "newest"}, "limit": 50});
    let refused = async || tool.ask("read_history", ask.clone()).await.err();
    until_some("what cannot be read is refused", refused).await;
    broken.0.end();
    let status = meeting.alice.until_status("what came meanwhile", unread(4));
    status.await;
    assert_eq!(heard(&meeting.alice).await.len(), 4);

    // Nor does a start take it for damage.
    meeting.alice.kill9();
    let usual = meeting.alice.carillon(&["--background"]);
    let mut strace = Command::new("strace");
    unreadable(&mut strace, &meeting.alice);
    strace.arg(usual.get_program()).args(usual.get_args());
    for (name, value) in usual.get_envs() {
        match value {
            Some(value) => strace.env(name, value),
            None => strace.env_remove(name),
        };
    }
    let started = Process::spawn("start", meeting.alice.desktop.folder(), strace);
    let ended = until_some("it ends", async || started.ended()).await;
    let said = started.output();
    assert!(!ended.success(), "{said}");
    assert!(said.contains("could not be read"), "{said}");
    let none: [PathBuf; 0] = [];
    assert_eq!(beside(&meeting.alice, &["damaged", "rescu"]), none);
    meeting.alice.start().await;
    let status = meeting.alice.until_status("all that was stored", unread(4));
    status.await;
    assert_eq!(notices(&meeting.alice).await, json!([]));
    // SQLite took some of it for damage: this start has looked at the whole of the database, and it is in order.
    let words = ["damaged", "rescu", "suspect"];
    assert_eq!(beside(&meeting.alice, &words), none);
    meeting.alice.quit().await;
}
