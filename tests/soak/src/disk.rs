//! What lies on the disk: the residents' stores, and the servers' archives.

use std::path::Path;
use std::time::Duration;

use carillon_tests_servers::{Kind, TestServer};
use rusqlite::{Connection, OpenFlags};

use crate::oracle::Seen;

fn open(database: &Path) -> Connection {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let store = Connection::open_with_flags(database, flags).expect("a database");
    store
        .busy_timeout(Duration::from_secs(10))
        .expect("a wait for the writer");
    store
}

/// The chat's messages in a resident's store: what the contact said, or what I did, in the chat's order.
pub(crate) fn stored(database: &Path, mine: bool) -> Vec<Seen> {
    let store = open(database);
    let mut asked = store
        .prepare("SELECT sender_id, body FROM message WHERE author = ?1 ORDER BY chat, place")
        .expect("the store's table");
    let rows = asked.query_map([i32::from(!mine)], |row| {
        Ok(Seen {
            id: row.get(0)?,
            body: row.get(1)?,
        })
    });
    rows.expect("the messages")
        .collect::<Result<_, _>>()
        .expect("a message")
}

/// How many own messages are in each state: waiting, sent, arrived, read, failed.
pub(crate) fn deliveries(database: &Path) -> [u32; 5] {
    let store = open(database);
    [0, 1, 2, 3, 4].map(|state| {
        store
            .query_row(
                "SELECT count(*) FROM message WHERE author = 0 AND delivery = ?1",
                [state],
                |row| row.get(0),
            )
            .expect("a number")
    })
}

/// Whether the server has a message in the archive of `name`, from where a client could still get it.
pub(crate) fn archived(server: &TestServer, name: &str, body: &str) -> bool {
    let (file, question) = match server.kind() {
        Kind::Prosody => (
            "archive.sqlite",
            "SELECT count(*) FROM prosodyarchive WHERE user = ?1 AND store = 'archive' AND value LIKE ?2",
        ),
        Kind::Ejabberd => (
            "carillon.sqlite",
            "SELECT count(*) FROM archive WHERE username = ?1 AND xml LIKE ?2",
        ),
        Kind::Embedded => panic!("its archive is not known here"),
    };
    let found: u32 = open(&server.folder().join(file))
        .query_row(question, (name, format!("%>{body}<%")), |row| row.get(0))
        .expect("the server's archive");
    found > 0
}
