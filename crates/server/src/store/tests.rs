use super::*;
use jid::BareJid;

fn credentials() -> crate::sasl::scram::Credentials {
    crate::sasl::scram::Credentials::derive("x", vec![1], 1).unwrap()
}

#[test]
fn what_was_stored_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("server.db");
    let mut store = Store::open(&path).unwrap();
    store.set_account("bob", &credentials(), "epoch").unwrap();
    store
        .keep_offline("bob", "alice@localhost/1", "<message/>")
        .unwrap();
    let mut item = RosterItem::new(BareJid::new("alice@localhost").unwrap());
    item.groups = vec!["Ünïcode".to_owned(), "\"quoted\"".to_owned()];
    item.listed = true;
    assert_eq!(store.put_roster_item("bob", &item, true).unwrap(), 1);
    let secret = store.secret("s", || vec![1, 2, 3]).unwrap();
    store.close().unwrap();
    assert!(
        !folder.path().join("server.db-wal").exists(),
        "one file is left"
    );

    let store = Store::open(&path).unwrap();
    assert_eq!(store.waiting("bob").unwrap().len(), 1);
    assert_eq!(store.roster("bob").unwrap(), [item]);
    assert_eq!(
        store.roster_version("bob").unwrap(),
        ("epoch".to_owned(), 1)
    );
    assert_eq!(store.secret("s", || vec![9]).unwrap(), secret);
}

#[test]
fn a_database_of_a_newer_version_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("server.db");
    let store = Store::open(&path).unwrap();
    store
        .connection
        .pragma_update(None, "user_version", 99)
        .unwrap();
    store.close().unwrap();
    assert!(matches!(
        Store::open(&path),
        Err(StoreError::Newer { found: 99, .. })
    ));
}

#[test]
fn a_file_that_is_no_database_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("server.db");
    std::fs::write(&path, vec![0x55; 8192]).unwrap();
    assert!(matches!(Store::open(&path), Err(StoreError::Sqlite(_))));
}

#[test]
fn an_account_leaves_nothing_behind() {
    let mut store = Store::in_memory().unwrap();
    store.set_account("bob", &credentials(), "e").unwrap();
    store
        .keep_offline("bob", "a@localhost", "<message/>")
        .unwrap();
    store.block("bob", &["x@localhost".to_owned()]).unwrap();
    store
        .put_roster_item(
            "bob",
            &RosterItem::new(BareJid::new("a@localhost").unwrap()),
            true,
        )
        .unwrap();
    store.remove_account("bob").unwrap();
    store.set_account("bob", &credentials(), "f").unwrap();
    assert!(store.waiting("bob").unwrap().is_empty());
    assert!(store.blocked("bob").unwrap().is_empty());
    assert!(store.roster_since("bob", -1).unwrap().is_empty());
}
