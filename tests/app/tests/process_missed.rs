//! What came while Carillon was cut off or asleep rings once, as missed. (When it did not run: `process_kinds`.)

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::process::Command;
use std::time::Duration;

use carillon_tests_app::{Meeting, Person, built_in};
use carillon_tests_servers::{Kind, Peer, Proxy};
use serde_json::{Value, json};

/// Alice behind a wire that can be cut. What was missed sounds like nothing else.
struct Far {
    meeting: Meeting,
    wire: Proxy,
    bob: Peer,
}

impl Far {
    async fn online() -> Self {
        let mut meeting = Meeting::prepared(Kind::Prosody, Person::new("Alice").await).await;
        let url = meeting.server.url();
        let wire = Proxy::before(&url).await;
        let (through, account) = (wire.url(&url), &meeting.alice_account);
        let (jid, password) = (&account.jid, format!("{}\n", account.password));
        let arguments = ["account", "add", jid, "--password-stdin"];
        let rest = ["--connect", &through, "--store", "file"];
        let arguments = [&arguments[..], &rest[..]].concat();
        let added = meeting.alice.run(&arguments, &password).await;
        assert!(added.status.success(), "{added:?}");
        meeting.alice.start().await;
        meeting.alice.until_online().await;
        let mut tool = meeting.alice.tool().await;
        let row = json!({"sound": "builtin:knock-knock"});
        let ask = json!({"whose": {"kind": "everybody"}, "kind": "missed", "row": row});
        tool.must("set_alert_row", ask).await;
        let bob = meeting.bob_unseen().await;
        Self { meeting, wire, bob }
    }

    async fn bob_says_three_things(&mut self) {
        for body in ["One", "Two", "Three"] {
            self.bob.message("alice@carillon.test", body).await;
        }
        self.bob.ping().await;
    }

    /// Three messages are told in one popup and with one sound, and count as three.
    async fn is_told_once(&self, from: carillon_tests_app::Mark) {
        let alice = &self.meeting.alice;
        let three = |status: &Value| status["unread"] == 3;
        alice.until_status("three messages", three).await;
        let desktop = &alice.desktop;
        let summary = desktop
            .notifications
            .next_popup("of what was missed", |popup| {
                format!("{} {}", popup.summary, popup.body).contains('3')
            })
            .await;
        let (heard, end) = desktop.speaker.heard_since(from).await;
        assert!(heard.resembles(&built_in("knock-knock")), "{heard:?}");
        let again = desktop.speaker.heard_within(end, Duration::from_secs(2));
        assert!(again.await.is_none(), "once");
        // Where they come in seconds apart the popup is updated in place.
        let others = desktop.notifications.popups();
        let one = others.iter().all(|other| other.id == summary.id);
        assert!(one, "{summary:?} and {others:?}");
    }
}

#[tokio::test]
async fn what_came_while_the_line_was_cut_rings_once() {
    let mut far = Far::online().await;
    let mark = far.meeting.alice.desktop.speaker.mark();
    far.wire.close();
    let away = |status: &Value| status["accounts"][0]["connection"]["kind"] != "online";
    far.meeting.alice.until_status("cut off", away).await;
    far.bob_says_three_things().await;
    far.wire.open();
    far.is_told_once(mark).await;
}

#[tokio::test]
async fn what_came_during_sleep_rings_once() {
    let mut far = Far::online().await;
    let resident = far.meeting.alice.resident_id();
    signal(resident, "STOP");
    // As with a computer that sleeps: the server waits for it in vain, and what follows finds no line.
    far.wire.close();
    far.bob_says_three_things().await;
    let mark = far.meeting.alice.desktop.speaker.mark();
    far.wire.open();
    signal(resident, "CONT");
    far.is_told_once(mark).await;
}

fn signal(process: u32, name: &str) {
    let status = Command::new("kill")
        .args(["-s", name, &process.to_string()])
        .status()
        .unwrap();
    assert!(status.success());
}
