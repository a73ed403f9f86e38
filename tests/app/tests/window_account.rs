//! What the window tells of an account's connection, and asks before it is a worse one.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // in the functions that the tests share

use carillon_tests_app::{AtScreen, fill};
use carillon_tests_servers::Kind;
use serde_json::json;
use std::path::Path;
use std::process::Command;

/// The server was known for more than it offers: as after an update that went wrong, or with somebody in between.
const KNOWN_FOR_MORE: &str = r"
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
account = db.execute('SELECT id FROM account').fetchone()[0]
db.execute('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)', (f'pinned.{account}', 'SCRAM-SHA-512-PLUS'))
db.commit()
";

fn was_known_for_more(profile: &Path) {
    let written = Command::new("/usr/bin/python3")
        .args(["-c", KNOWN_FOR_MORE])
        .arg(profile.join("carillon.db"))
        .status()
        .unwrap();
    assert!(written.success());
}

#[tokio::test]
async fn weaker_ways_than_before_are_a_question_and_the_connection_is_told() {
    let mut at = AtScreen::on(Kind::Prosody).await;
    at.meeting.alice.quit().await;
    was_known_for_more(&at.meeting.alice.profile());
    let alice = &mut at.meeting.alice;
    alice.start().await;
    alice
        .until_status("stopped", |status| {
            status["accounts"][0]["connection"]["problem"]["kind"] == "downgraded"
        })
        .await;

    let window = alice.open_window().await;
    window.click("[data-test=account-trouble] button").await;
    window
        .reads("[data-test=weaker-before]", "SCRAM-SHA-512-PLUS")
        .await;
    window
        .reads("[data-test=weaker-offered]", "SCRAM-SHA-")
        .await;
    window.click("[data-test=weaker-not-now]").await;
    window.lacks("[data-test=weaker-accept]").await;
    let stays = alice.status().await;
    assert_eq!(stays["accounts"][0]["connection"]["kind"], "stopped");
    window.lacks("[data-test=connection-panel]").await;

    window.click("[data-test=weaker-decide]").await;
    window.click("[data-test=weaker-accept]").await;
    alice.until_online().await;
    window.lacks("[data-test=weaker]").await;
    window.click("[data-test=connection-panel] > summary").await;
    window
        .reads("[data-test=connected-transport]", "WebSocket")
        .await;
    let url = at.meeting.server.url();
    let host = url.split('/').nth(2).unwrap();
    window.reads("[data-test=connected-server]", host).await;
    window
        .reads("[data-test=connected-mechanism]", "SCRAM-SHA-")
        .await;
    window
        .reads("[data-test=connected-pinned]", "SCRAM-SHA-")
        .await;
}

#[tokio::test]
async fn a_proxy_s_password_is_kept_and_never_shown() {
    let at = AtScreen::on(Kind::Embedded).await;
    let alice = &at.meeting.alice;
    let settings = || std::fs::read_to_string(alice.profile().join("settings.toml")).unwrap();
    let window = alice.open_window().await;
    window.go_to_sheet("accounts").await;
    window.click("[data-test=change-account]").await;
    window.choose("[data-test=proxy]", "own").await;
    fill(&window, &[("proxy", "http://me:opensesame@192.0.2.1:3128")]).await;
    window.click("[data-test=save-account]").await;
    window.lacks("[data-test=save-account]").await;
    assert!(settings().contains("http://me:opensesame@192.0.2.1:3128"));

    // A server on this computer is reached without it.
    alice.until_online().await;
    let told = window.ask("standing", json!({})).await.to_string();
    assert!(told.contains("http://me:••••••@192.0.2.1:3128"), "{told}");
    assert!(!told.contains("opensesame"), "{told}");
    assert!(!alice.status().await.to_string().contains("opensesame"));

    // Another window's form begins with what is shown, and leaves what is meant.
    window.go("chats").await;
    window.go_to_sheet("accounts").await;
    window.click("[data-test=change-account]").await;
    let shown = "return document.querySelector('[data-test=proxy-url]')?.value === 'http://me:••••••@192.0.2.1:3128'";
    window.shows("the proxy without its password", shown).await;
    window.click("[data-test=save-account]").await;
    window.lacks("[data-test=save-account]").await;
    assert!(settings().contains("http://me:opensesame@192.0.2.1:3128"));

    // Where a hidden password would go to somebody else, it is asked for.
    window.click("[data-test=change-account]").await;
    fill(&window, &[("proxy", "http://me:••••••@192.0.2.2:3128")]).await;
    window.click("[data-test=save-account]").await;
    window.find("[data-test=error][data-code=bad_proxy]").await;
    assert!(!settings().contains("192.0.2.2"));
}
