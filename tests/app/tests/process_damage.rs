//! Damage that nobody saw at the start.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use carillon_tests_app::{Person, Visitor};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// Twelve thousand messages, and a page among them that is none.
const FILL: &str = "
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.executescript('''
INSERT INTO account (jid) VALUES ('alice@example.org');
INSERT INTO chat (account, jid, kind) SELECT id, 'bob@example.org', 'contact' FROM account;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)
INSERT INTO message (chat, author, nick, body, at, written_here, seen, wants_receipt, markable)
SELECT chat.id, 1, '', hex(zeroblob(500)), i, 0, 1, 0, 0 FROM n, chat;
PRAGMA wal_checkpoint(TRUNCATE);
''')
db.close()
";

fn damage_far_inside(database: &Path) {
    run(FILL, database);
    let mut bytes = std::fs::read(database).unwrap();
    let page = bytes.len() / 2 / 4096 * 4096;
    bytes[page..page + 8].fill(0xff);
    std::fs::write(database, bytes).unwrap();
}

/// A line of the Activity list whose address is none, which no start reads.
const NO_ADDRESS: &str = "
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.executescript('''
INSERT INTO activity (jid, kind, at, outcome, trace) VALUES ('b ob@@', 'message', 1, 'shown', '[]');
''')
db.close()
";

fn run(script: &str, database: &Path) {
    let ran = Command::new("/usr/bin/python3")
        .args(["-c", script])
        .arg(database)
        .status();
    assert!(ran.unwrap().success());
}

async fn notices(person: &Person) -> Value {
    let socket = Visitor::socket(&person.desktop, &person.profile());
    let mut tool = Visitor::tool(&socket).await.unwrap();
    tool.must("read_overview", json!({})).await["notices"].take()
}

/// A start does not wait until all of a large database was looked at.
#[tokio::test]
async fn damage_far_inside_a_large_database_is_told_and_the_next_start_saves_what_it_can() {
    let mut alice = Person::new("Alice").await;
    alice.start().await;
    alice.quit().await;
    damage_far_inside(&alice.profile().join("carillon.db"));
    alice.start().await;
    let deadline = Instant::now() + Duration::from_secs(60);
    let told = loop {
        let told = notices(&alice).await;
        if told[0].is_object() || Instant::now() > deadline {
            break told;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(told[0]["kind"], "database_damaged", "{told}");
    alice.quit().await;
    alice.start().await;
    let told = notices(&alice).await;
    assert_eq!(told[0]["kind"], "database_set_aside", "{told}");
    let saved = told[0]["messages"].as_u64().unwrap();
    assert!((11_950..12_000).contains(&saved), "all but a page: {told}");
}

/// Until then it was refused each time it was asked for, at every start anew.
#[tokio::test]
async fn damage_that_a_windows_question_meets_is_told_and_the_next_start_mends_it() {
    let mut alice = Person::new("Alice").await;
    alice.start().await;
    alice.quit().await;
    run(NO_ADDRESS, &alice.profile().join("carillon.db"));
    alice.start().await;
    assert_eq!(notices(&alice).await, json!([]));
    let mut tool = alice.tool().await;
    let ask = json!({"before": null, "limit": 50});
    assert!(tool.ask("read_activity", ask.clone()).await.is_err());
    let told = notices(&alice).await;
    assert_eq!(told[0]["kind"], "database_damaged", "{told}");
    alice.quit().await;
    alice.start().await;
    let told = notices(&alice).await;
    assert_eq!(told[0]["kind"], "database_set_aside", "{told}");
    let mut tool = alice.tool().await;
    assert_eq!(tool.must("read_activity", ask).await, json!([]));
}
