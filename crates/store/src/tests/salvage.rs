//! A damaged database: what can be read of it comes back.

use super::{Profile, jid};
use crate::{ArchiveCursor, Arrival, Errand, PageKind, Recovery, Store, StoreError, recover};
use carillon_core::{
    chat::{ChatKind, Delivery, HistoryAnchor},
    ids::{AccountId, MessageId, Timestamp},
};
use rusqlite::Connection;
use std::{cell::Cell, fs, path::Path};

const NOW: Timestamp = Timestamp(1_795_338_300_000);
const PAGE: usize = 4096;

/// Long enough that a page holds some ten of them.
fn words(n: usize) -> String {
    format!("message {n} {}", "x".repeat(300))
}

/// Two hundred messages of Bob's, one of mine that waits, a draft, an errand; all of it in the database itself.
fn used() -> Profile {
    let mut profile = Profile::new();
    let bob = jid("bob@example.org");
    for n in 1..=200 {
        let mut said = profile.said("bob@example.org", &format!("b{n}"), &words(n));
        said.stanza_id = Some(format!("s{n}"));
        said.at = Timestamp(i64::try_from(n).unwrap());
        let arrival = Arrival {
            gapless: true,
            ..Arrival::default()
        };
        profile.store.receive_by(&said, &arrival).unwrap();
    }
    let alice = profile.alice;
    profile
        .store
        .queue_message(alice, &bob, "mine", "I wait", Timestamp(300), false)
        .unwrap();
    profile
        .store
        .mark_seen(alice, &bob, MessageId(150))
        .unwrap();
    profile
        .store
        .save_draft(&profile.chat("bob@example.org"), "Half a", Timestamp(1))
        .unwrap();
    let owed = Errand::Displayed {
        to: bob,
        of: "b150".to_owned(),
    };
    profile.store.queue_errand(alice, "e1", &owed).unwrap();
    profile
        .store
        .connection
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        .unwrap();
    profile
}

/// The page that holds the leaf of a table in which a text stands, counted from 0.
fn page_with(bytes: &[u8], text: &str) -> usize {
    let text = text.as_bytes();
    let found = (0..bytes.len() / PAGE).find(|page| {
        let content = &bytes[page * PAGE..(page + 1) * PAGE];
        content[0] == 0x0d && content.windows(text.len()).any(|one| one == text)
    });
    found.expect("it is in a leaf")
}

fn destroy(path: &Path, page: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[page * PAGE..(page + 1) * PAGE].fill(0xa5);
    fs::write(path, bytes).unwrap();
}

fn destroy_page_with(path: &Path, text: &str) {
    let bytes = fs::read(path).unwrap();
    destroy(path, page_with(&bytes, text));
}

/// What comes back, as the next start finds it.
fn recovered(path: &Path) -> (Recovery, Store) {
    assert!(matches!(Store::open(path), Err(StoreError::Damaged { .. })));
    let before = fs::read(path).unwrap();
    let recovery = recover(path, NOW, &|| false).unwrap();
    assert_eq!(fs::read(&recovery.aside.database).unwrap(), before);
    let store = Store::open(path).unwrap();
    store.check().unwrap();
    (recovery, store)
}

fn said(store: &Store, profile: &Profile) -> Vec<(MessageId, String)> {
    let chat = profile.chat("bob@example.org");
    let page = store.history(&chat, HistoryAnchor::Newest, 200).unwrap();
    let messages = page.messages.into_iter();
    messages.map(|one| (one.id, one.body)).collect()
}

#[test]
fn what_lies_around_a_bad_page_comes_back_under_its_numbers() {
    let mut profile = used();
    let path = profile.path();
    let before = said(&profile.store, &profile);
    profile.store = Store::open(&profile.folder.path().join("other.db")).unwrap();
    destroy_page_with(&path, &words(100));
    let (recovery, mut store) = recovered(&path);
    let after = said(&store, &profile);
    let lost = before.iter().filter(|one| !after.contains(one)).count();
    assert!((1..=13).contains(&lost), "a page of messages: {lost}");
    let all: Vec<_> = (1..=200).map(words).chain(["I wait".to_owned()]).collect();
    let is_mine = |number: &MessageId, body: &str| {
        all.get(usize::try_from(number.0).unwrap() - 1)
            .is_some_and(|one| one == body)
    };
    assert!(after.iter().all(|(number, body)| is_mine(number, body)));
    assert_eq!(recovery.saved.chats, 1);
    let chats = store.chats().unwrap();
    assert_eq!((chats[0].unread, chats[0].draft.as_str()), (50, "Half a"));
    assert_eq!(chats[0].last_text, "I wait");
    let waiting = store.waiting(profile.alice).unwrap();
    assert_eq!(waiting[0].id, "mine");
    let owed = store.errands_after(profile.alice, 0, 9).unwrap();
    assert_eq!(owed.len(), 1);
    // Life goes on, and no number comes twice.
    let new = profile.said("bob@example.org", "new", "Still there?");
    let new = super::new(store.receive(&new).unwrap());
    assert!(new > after.last().unwrap().0);
}

#[test]
fn the_archive_is_asked_again_for_what_lies_behind_the_first_gap() {
    let mut profile = used();
    let path = profile.path();
    profile.store = Store::open(&profile.folder.path().join("other.db")).unwrap();
    destroy_page_with(&path, &words(100));
    let (_, mut store) = recovered(&path);
    let known = store.archive_cursor(profile.alice, None).unwrap().unwrap();
    let number: usize = known.entry[1..].parse().unwrap();
    assert!((85..100).contains(&number), "{known:?}");
    // The archive says all again from there on.
    let messages: Vec<_> = (number + 1..=200)
        .map(|n| {
            let mut said = profile.said("bob@example.org", &format!("b{n}"), &words(n));
            said.stanza_id = Some(format!("s{n}"));
            said
        })
        .collect();
    let kind = PageKind::Forward {
        cursor: Some(ArchiveCursor {
            entry: "s200".to_owned(),
            at: Timestamp(200),
        }),
        complete: true,
        behind: Vec::new(),
    };
    store
        .store_page(profile.alice, None, &kind, &messages)
        .unwrap();
    let all = said(&store, &profile);
    let expected: Vec<_> = (2..=200).map(words).chain(["I wait".to_owned()]).collect();
    let bodies: Vec<_> = all.into_iter().map(|(_, body)| body).collect();
    assert_eq!(bodies, expected, "each once, in its place");
}

#[test]
fn where_nothing_is_missing_the_archive_is_known_as_far_as_before() {
    let mut profile = used();
    let path = profile.path();
    profile.store = Store::open(&profile.folder.path().join("other.db")).unwrap();
    // Only an index is damaged: nothing is lost with it.
    let disk = Connection::open(&path).unwrap();
    let root: u32 = disk
        .query_row(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'message_unsettled'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    drop(disk);
    destroy(&path, usize::try_from(root).unwrap() - 1);
    let (recovery, store) = recovered(&path);
    assert_eq!(recovery.saved.messages, 201);
    let known = store.archive_cursor(profile.alice, None).unwrap().unwrap();
    assert_eq!(known.entry, "s200");
}

#[test]
fn chats_whose_page_is_lost_are_found_by_their_index() {
    let mut profile = used();
    let path = profile.path();
    profile.store = Store::open(&profile.folder.path().join("other.db")).unwrap();
    destroy_page_with(&path, "Half a");
    let (recovery, store) = recovered(&path);
    assert_eq!(recovery.saved.messages, 201);
    let chat = profile.chat("bob@example.org");
    // I wrote to Bob: he is no stranger.
    assert_eq!(store.chat_kind(&chat).unwrap(), Some(ChatKind::Contact));
    assert_eq!(store.unread(&chat).unwrap(), 50);
}

#[test]
fn a_database_without_its_first_page_comes_back_whole() {
    let mut profile = used();
    let path = profile.path();
    let before = said(&profile.store, &profile);
    profile.store = Store::open(&profile.folder.path().join("other.db")).unwrap();
    destroy(&path, 0);
    let (recovery, store) = recovered(&path);
    assert_eq!(said(&store, &profile), before);
    assert_eq!(recovery.saved.messages, 201);
}

#[test]
fn a_database_that_was_cut_short_gives_what_is_left() {
    let mut profile = used();
    let path = profile.path();
    profile.store = Store::open(&profile.folder.path().join("other.db")).unwrap();
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() - 8 * PAGE]).unwrap();
    let (recovery, _) = recovered(&path);
    assert!(recovery.saved.messages > 80, "{recovery:?}");
}

#[test]
fn a_damaged_database_of_the_first_version_comes_back_in_its_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("carillon.db");
    super::migration::old_profile(&path);
    // A row that no index knows.
    let disk = Connection::open(&path).unwrap();
    disk.execute_batch(
        "PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'activity_by_account')
             WHERE name = 'message_by_sender_id';",
    )
    .unwrap();
    drop(disk);
    let (recovery, store) = recovered(&path);
    assert_eq!(recovery.saved.messages, 3);
    let chat = carillon_core::ids::ChatRef {
        account: AccountId(1),
        jid: jid("bob@example.org").into(),
    };
    let page = store.history(&chat, HistoryAnchor::Newest, 10).unwrap();
    let words: Vec<_> = page.messages.iter().map(|one| one.body.as_str()).collect();
    assert_eq!(words, ["one", "two", "three"]);
    assert_eq!(page.messages[1].delivery, Some(Delivery::Waiting));
}

#[test]
fn a_column_whose_name_is_damaged_is_read_at_its_place() {
    let mut profile = used();
    let path = profile.path();
    profile.store = Store::open(&profile.folder.path().join("other.db")).unwrap();
    let bytes = fs::read(&path).unwrap();
    let text = b"body          TEXT";
    // Migrations may leave older copies of the schema in what is free of its pages.
    let at = (0..bytes.len() - text.len()).filter(|at| bytes[*at..].starts_with(text));
    let at: Vec<_> = at.collect();
    assert!(!at.is_empty());
    let mut bytes = bytes;
    for at in at {
        bytes[at] ^= 1;
    }
    fs::write(&path, bytes).unwrap();
    // SQLite finds nothing wrong with it: only its use does.
    assert!(Store::open(&path).is_ok());
    crate::suspect(&path).unwrap();
    let (recovery, store) = recovered(&path);
    let suspicion = profile.folder.path().join("carillon.db.suspect");
    assert!(!suspicion.exists(), "it was about the old one");
    assert_eq!(recovery.saved.messages, 201);
    assert_eq!(said(&store, &profile).len(), 200);
}

#[test]
fn saving_that_takes_too_long_ends_with_the_newest() {
    let mut profile = used();
    let path = profile.path();
    profile.store = Store::open(&profile.folder.path().join("other.db")).unwrap();
    destroy_page_with(&path, &words(20));
    let asked = Cell::new(0);
    let tired = || {
        asked.set(asked.get() + 1);
        asked.get() > 100
    };
    let recovery = recover(&path, NOW, &tired).unwrap();
    assert!((50..100).contains(&recovery.saved.messages), "{recovery:?}");
    let store = Store::open(&path).unwrap();
    let said = said(&store, &profile);
    assert_eq!(said.last().unwrap().1, "I wait");
    assert_eq!(store.archive_cursor(profile.alice, None).unwrap(), None);
}

/// Each page of the index of chats leads six hundred times to the next one: no machine reads all that it seems to hold.
fn make_endless(path: &Path) {
    let disk = Connection::open(path).unwrap();
    let root: u32 = disk
        .query_row(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'sqlite_autoindex_chat_1'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    drop(disk);
    let root = usize::try_from(root).unwrap();
    let mut bytes = fs::read(path).unwrap();
    let leaf = bytes[(root - 1) * PAGE..root * PAGE].to_vec();
    assert_eq!(leaf[0], 0x0a, "a leaf of an index");
    let cell = usize::from(u16::from_be_bytes([leaf[8], leaf[9]]));
    let cell = &leaf[cell..=cell + usize::from(leaf[cell])];
    let leading_to = |next: usize| {
        let next = u32::try_from(next).unwrap().to_be_bytes();
        let at = PAGE - 4 - cell.len();
        let offset = u16::try_from(at).unwrap().to_be_bytes();
        let mut page = vec![0x02, 0, 0];
        page.extend(600_u16.to_be_bytes());
        page.extend(offset);
        page.push(0);
        page.extend(next);
        page.extend(offset.repeat(600));
        page.resize(at, 0);
        page.extend(next);
        page.extend(cell);
        page
    };
    let before = bytes.len() / PAGE;
    bytes[(root - 1) * PAGE..root * PAGE].copy_from_slice(&leading_to(before + 1));
    for page in 1..=5 {
        bytes.extend(leading_to(before + page + 1));
    }
    bytes.extend(leaf);
    let pages = u32::try_from(bytes.len() / PAGE).unwrap();
    bytes[28..32].copy_from_slice(&pages.to_be_bytes());
    fs::write(path, bytes).unwrap();
}

#[test]
fn an_index_without_an_end_is_given_up_in_time() {
    let mut profile = used();
    let path = profile.path();
    profile.store = Store::open(&profile.folder.path().join("other.db")).unwrap();
    make_endless(&path);
    assert!(matches!(
        Store::open(&path),
        Err(StoreError::Damaged { .. })
    ));
    let asked = Cell::new(0);
    let tired = || {
        asked.set(asked.get() + 1);
        asked.get() > 2_000
    };
    let recovery = recover(&path, NOW, &tired).unwrap();
    assert!(
        (2_000..2_100).contains(&asked.get()),
        "the index was read until then: {}",
        asked.get()
    );
    assert_eq!(recovery.saved.chats, 1);
    Store::open(&path).unwrap().check().unwrap();
}

#[test]
fn without_the_table_of_messages_the_archive_is_asked_for_all_of_them() {
    let mut profile = used();
    let path = profile.path();
    profile.store = Store::open(&profile.folder.path().join("other.db")).unwrap();
    let disk = Connection::open(&path).unwrap();
    disk.execute_batch(
        "PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET sql = replace(sql, 'TABLE message', 'TABLE massage') WHERE name = 'message';",
    )
    .unwrap();
    drop(disk);
    crate::suspect(&path).unwrap();
    let (recovery, store) = recovered(&path);
    assert_eq!((recovery.saved.messages, recovery.saved.chats), (0, 1));
    assert_eq!(store.archive_cursor(profile.alice, None).unwrap(), None);
}

#[test]
fn what_was_filled_before_a_crash_takes_its_place_at_the_next_start() {
    let mut profile = used();
    let path = profile.path();
    profile.store = Store::open(&profile.folder.path().join("other.db")).unwrap();
    let beside = |ending: &str| profile.folder.path().join(format!("carillon.db{ending}"));
    // The crash came while the damaged one was being set aside.
    fs::rename(&path, beside(".rescued")).unwrap();
    for damaged_is_there in [true, false] {
        if damaged_is_there {
            fs::write(&path, "damaged").unwrap();
        } else {
            fs::rename(&path, beside(".rescued")).unwrap();
        }
        let (recovery, store) = {
            assert!(matches!(
                Store::open(&path),
                Err(StoreError::Damaged { .. })
            ));
            let recovery = recover(&path, NOW, &|| false).unwrap();
            (recovery, Store::open(&path).unwrap())
        };
        assert_eq!(recovery.saved.messages, 201);
        assert_eq!(store.waiting(profile.alice).unwrap().len(), 1);
        assert!(!beside(".rescued").exists());
    }
}

#[test]
fn what_a_killed_recovery_left_is_begun_anew() {
    let mut profile = used();
    let path = profile.path();
    profile.store = Store::open(&profile.folder.path().join("other.db")).unwrap();
    destroy_page_with(&path, &words(100));
    for ending in [".rescuing", ".rescuing-wal", ".rescuing-grafted"] {
        let left = profile.folder.path().join(format!("carillon.db{ending}"));
        fs::write(left, "half").unwrap();
    }
    let (recovery, _) = recovered(&path);
    assert!(recovery.saved.messages > 180);
    let names: Vec<_> = fs::read_dir(profile.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("rescu"))
        .collect();
    assert_eq!(names, [""; 0], "nothing stays behind");
}

#[test]
fn a_refusal_that_names_no_room_stays_behind_and_keeps_nothing_else_from_coming() {
    let mut profile = used();
    let alice = profile.alice;
    let insert = |stanza: &str, about: &str| {
        format!(
            "INSERT INTO errand (account, kind, jid, stanza_id, about, words)
             VALUES ({}, 'decline', 'bob@example.org', '{stanza}', '{about}', '');",
            alice.0
        )
    };
    let rows = insert("e2", "tea@rooms.example.org") + &insert("e3", "@no room");
    profile.store.connection.execute_batch(&rows).unwrap();
    let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
    profile
        .store
        .connection
        .query_row(checkpoint, [], |_| Ok(()))
        .unwrap();
    let path = profile.path();
    profile.store = Store::open(&profile.folder.path().join("other.db")).unwrap();
    destroy_page_with(&path, &words(100));
    let (_, store) = recovered(&path);
    let owed = store.errands_after(alice, 0, 9).unwrap();
    let ids: Vec<_> = owed.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, ["e1", "e2"]);
}
