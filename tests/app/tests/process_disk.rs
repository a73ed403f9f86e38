//! A disk without room.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use carillon_tests_app::{Meeting, Person, Visitor};
use carillon_tests_servers::{Kind, until_some};
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
    let settings = std::fs::read(meeting.alice.profile().join("settings.toml")).unwrap();

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
    // What the user wants meanwhile is refused in words, and what was chosen stays.
    let mut tool = meeting.alice.tool().await;
    // The resident may have let go of a page meanwhile.
    disk.fill();
    let status = json!({"availability": "busy", "status": "x".repeat(500)});
    assert!(tool.ask("set_status", status).await.is_err());
    let kept = std::fs::read(meeting.alice.profile().join("settings.toml")).unwrap();
    assert_eq!(kept, settings);

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
