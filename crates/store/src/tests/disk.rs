//! The file: its schema, its rights, its two connections.

use super::{Profile, jid, quick_folder};
use crate::{Reader, Store, StoreError};
use carillon_core::ids::Timestamp;
use rusqlite::Connection;

fn newest() -> i64 {
    i64::try_from(crate::schema::MIGRATIONS.len()).unwrap()
}

#[test]
fn an_empty_folder_gets_a_database_with_the_newest_schema() {
    let profile = Profile::new();
    assert_eq!(
        profile.count("SELECT user_version FROM pragma_user_version"),
        newest()
    );
    let mode: String = profile
        .store
        .connection
        .pragma_query_value(None, "journal_mode", |row| row.get(0))
        .unwrap();
    assert_eq!(mode, "wal");
    assert_eq!(
        profile.count("SELECT foreign_keys FROM pragma_foreign_keys"),
        1
    );
    assert_eq!(
        profile.count("SELECT COUNT(*) FROM pragma_table_list WHERE schema = 'main' AND strict = 0 AND name NOT LIKE 'sqlite_%'
                 AND name NOT LIKE 'message_words%'"),
        0
    );
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_the_database() {
    use std::os::unix::fs::PermissionsExt;
    let mut profile = Profile::new();
    profile.hear("bob@example.org", "1", "Hello");
    for ending in ["", "-wal"] {
        let file = profile.folder.path().join(format!("carillon.db{ending}"));
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}", file.display());
    }
}

#[test]
fn a_reader_sees_what_was_committed_and_cannot_write() {
    let mut profile = Profile::new();
    let reader = profile.store.reader().unwrap();
    profile.hear("bob@example.org", "1", "Hello");
    assert_eq!(reader.chats().unwrap().len(), 1);
    let refused = reader.connection.execute("DELETE FROM message", []);
    assert!(matches!(
        StoreError::from(refused.unwrap_err()),
        StoreError::ReadOnly { .. }
    ));
}

#[test]
fn a_reader_makes_no_database() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("carillon.db");
    assert!(matches!(Reader::open(&path), Err(StoreError::Io { .. })));
    assert!(!path.exists());
}

#[test]
fn a_newer_carillons_database_is_left_as_it_is() {
    let profile = Profile::new();
    let path = profile.path();
    drop(profile.store);
    let connection = Connection::open(&path).unwrap();
    let (found, known) = (newest() + 2, newest());
    connection
        .pragma_update(None, "user_version", found)
        .unwrap();
    drop(connection);
    let before = std::fs::read(&path).unwrap();
    let newer = StoreError::Newer { found, known };
    assert_eq!(Store::open(&path).unwrap_err(), newer);
    assert_eq!(Reader::open(&path).unwrap_err(), newer);
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn somebody_else_who_writes_is_named_and_nothing_is_lost() {
    let mut profile = Profile::new();
    let other = Connection::open(profile.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    profile
        .store
        .connection
        .busy_timeout(std::time::Duration::from_millis(1))
        .unwrap();
    let said = profile.said("bob@example.org", "1", "Hello");
    assert_eq!(profile.store.receive(&said), Err(StoreError::Busy));
    other.execute_batch("ROLLBACK").unwrap();
    assert!(profile.store.receive(&said).is_ok());
}

#[test]
fn a_full_disk_is_named_and_what_was_stored_stays() {
    let mut profile = Profile::new();
    profile.hear("bob@example.org", "1", "Hello");
    let pages = profile.count("SELECT page_count FROM pragma_page_count");
    profile
        .store
        .connection
        .pragma_update(None, "max_page_count", pages)
        .unwrap();
    let long = profile.said("bob@example.org", "2", &"x".repeat(100_000));
    assert_eq!(profile.store.receive(&long), Err(StoreError::DiskFull));
    assert_eq!(profile.count("SELECT COUNT(*) FROM message"), 1);
    profile
        .store
        .connection
        .pragma_update(None, "max_page_count", 1_000_000)
        .unwrap();
    assert!(profile.store.receive(&long).is_ok());
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing").join("carillon.db");
    assert!(matches!(Store::open(&missing), Err(StoreError::Io { .. })));
}

#[test]
fn a_call_that_fails_leaves_nothing_half_done() {
    let mut profile = Profile::new();
    let (bob, nobody) = (jid("bob@example.org"), carillon_core::ids::AccountId(99));
    let refused = profile
        .store
        .add_contact_request(nobody, &bob, "", "", None, Timestamp(1));
    assert_eq!(refused, Err(StoreError::Gone));
    assert!(
        profile
            .store
            .add_contact_request(profile.alice, &bob, "", "", None, Timestamp(1))
            .unwrap()
    );
}

#[test]
fn flushing_writes_only_when_something_waits() {
    let mut profile = Profile::new();
    let flushes = |profile: &Profile| profile.store.meta("store.flushes").unwrap();
    profile.store.flush().unwrap();
    assert_eq!(flushes(&profile), None, "adding an account was durable");
    profile.hear("bob@example.org", "1", "Hello");
    profile.store.flush().unwrap();
    profile.store.flush().unwrap();
    assert_eq!(flushes(&profile).as_deref(), Some("1"));
    profile.hear("bob@example.org", "2", "Hello");
    profile
        .store
        .queue_message(
            profile.alice,
            &jid("bob@example.org"),
            "u1",
            "Hi",
            Timestamp(1),
            false,
        )
        .unwrap();
    profile.store.flush().unwrap();
    assert_eq!(
        flushes(&profile).as_deref(),
        Some("1"),
        "a durable write takes along what was committed before"
    );
    profile.hear("bob@example.org", "3", "Hello");
    profile.store.flush().unwrap();
    assert_eq!(flushes(&profile).as_deref(), Some("2"));
}

#[test]
fn the_log_is_moved_by_its_length_not_by_how_often_something_was_written() {
    let mut profile = Profile::within(quick_folder());
    let page_of_an_archive = "What was missed. ".repeat(6_000);
    for n in 0..120 {
        profile.hear("bob@example.org", &n.to_string(), &page_of_an_archive);
        profile.store.flush().unwrap();
    }
    let log = profile.path().with_extension("db-wal");
    let length = std::fs::metadata(log).unwrap().len();
    assert!(length < 4 << 20, "{length}");
    let whole = std::fs::metadata(profile.path()).unwrap().len();
    assert!(whole > 8 << 20, "{whole}");
}
