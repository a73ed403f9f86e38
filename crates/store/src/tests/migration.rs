//! Databases of earlier versions.

use super::jid;
use crate::Store;
use carillon_core::chat::{Delivery, HistoryAnchor};
use carillon_core::ids::{AccountId, ChatRef, MessageId};
use rusqlite::Connection;

const FIRST: &str = include_str!("../../migrations/001_start.sql");

/// What the first version left.
pub(super) fn old_profile(path: &std::path::Path) {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch(FIRST).unwrap();
    connection
        .execute_batch(
            "INSERT INTO account (id, jid) VALUES (1, 'alice@example.org');
             INSERT INTO chat (id, account, jid, kind, unread, last_message)
                 VALUES (1, 1, 'bob@example.org', 'contact', 1, 3);
             INSERT INTO message (id, chat, author, nick, sender_id, stanza_id, body, at, written_here, delivery,
                                  seen, wants_receipt, markable)
                 VALUES (1, 1, 1, '', 'b1', 's1', 'one', 10, 0, NULL, 1, 0, 0),
                        (2, 1, 0, '', 'a1', NULL, 'two', 20, 1, 0, 1, 0, 0),
                        (3, 1, 1, '', 'b2', 's2', 'three', 30, 0, NULL, 0, 1, 1);
             PRAGMA user_version = 1;",
        )
        .unwrap();
}

#[test]
fn a_database_of_the_first_version_keeps_all_it_holds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("carillon.db");
    old_profile(&path);
    let mut store = Store::open(&path).unwrap();
    let chat = ChatRef {
        account: AccountId(1),
        jid: jid("bob@example.org").into(),
    };
    let page = store.history(&chat, HistoryAnchor::Newest, 10).unwrap();
    let words: Vec<_> = page.messages.iter().map(|one| one.body.as_str()).collect();
    assert_eq!(words, ["one", "two", "three"]);
    assert_eq!(page.messages[1].delivery, Some(Delivery::Waiting));
    assert_eq!(store.waiting(AccountId(1)).unwrap().len(), 1);
    assert_eq!(store.first_unseen(&chat).unwrap(), Some(MessageId(3)));
    let seen = store
        .mark_seen(chat.account, &chat.jid, MessageId(3))
        .unwrap();
    assert_eq!((seen.newly, store.unread(&chat).unwrap()), (1, 0));
    assert_eq!(store.stream(AccountId(1)).unwrap(), None);
    store.check().unwrap();
}

#[test]
fn a_migration_that_fails_half_way_leaves_the_database_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("carillon.db");
    old_profile(&path);
    let connection = Connection::open(&path).unwrap();
    // The third statement of the migration will find its table there already.
    connection.execute_batch("CREATE TABLE errand (x)").unwrap();
    drop(connection);
    assert!(Store::open(&path).is_err());
    let connection = Connection::open(&path).unwrap();
    let number =
        |query: &str| -> i64 { connection.query_row(query, [], |row| row.get(0)).unwrap() };
    assert_eq!(number("SELECT user_version FROM pragma_user_version"), 1);
    assert_eq!(
        number("SELECT COUNT(*) FROM sqlite_schema WHERE name = 'stream'"),
        0
    );
    connection.execute_batch("DROP TABLE errand").unwrap();
    drop(connection);
    Store::open(&path).unwrap();
}

#[test]
fn what_was_owed_before_refusals_were_is_owed_still_and_no_number_comes_twice() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("carillon.db");
    old_profile(&path);
    let connection = Connection::open(&path).unwrap();
    for (number, migration) in crate::schema::MIGRATIONS[..4].iter().enumerate().skip(1) {
        connection.execute_batch(migration).unwrap();
        let version = i64::try_from(number + 1).unwrap();
        connection
            .pragma_update(None, "user_version", version)
            .unwrap();
    }
    connection
        .execute_batch(
            "INSERT INTO errand (id, account, kind, jid, stanza_id, about, words)
                 VALUES (5, 1, 'receipt', 'bob@example.org/x', 'e5', 'b1', ''),
                        (9, 1, 'subscribed', 'carol@example.org', 'e9', '', '');
             DELETE FROM errand WHERE id = 9;",
        )
        .unwrap();
    drop(connection);
    let mut store = Store::open(&path).unwrap();
    let owed = store.errands_after(AccountId(1), 0, 9).unwrap();
    assert_eq!((owed.len(), owed[0].row, owed[0].id.as_str()), (1, 5, "e5"));
    let errand = owed[0].errand.clone();
    store.queue_errand(AccountId(1), "e10", &errand).unwrap();
    let owed = store.errands_after(AccountId(1), 5, 9).unwrap();
    assert_eq!(owed[0].row, 10);
}
