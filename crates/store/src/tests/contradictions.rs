//! Damage that every single page hides: pages that are whole, and do not go together.

use super::{Profile, jid};
use crate::{Recovery, Store, StoreError, recover, suspect};
use carillon_core::{chat::HistoryAnchor, ids::Timestamp};
use std::{fs, path::Path};

const NOW: Timestamp = Timestamp(1_795_338_300_000);
const PAGE: usize = 4096;

/// Three messages of Bob's, all of it in the database itself.
fn used() -> Profile {
    let mut profile = Profile::new();
    for id in ["one", "two", "three"] {
        profile.hear("bob@example.org", id, id);
    }
    profile
        .store
        .connection
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        .unwrap();
    profile
}

/// Changes the page at which a table or an index begins, while nobody has the database open.
fn change(profile: &mut Profile, name: &str, how: impl Fn(&mut [u8])) {
    let root = profile.count(&format!(
        "SELECT rootpage FROM sqlite_schema WHERE name = '{name}'"
    ));
    let path = profile.path();
    profile.store = Store::open(&profile.folder.path().join("other.db")).unwrap();
    let mut bytes = fs::read(&path).unwrap();
    let at = (usize::try_from(root).unwrap() - 1) * PAGE;
    how(&mut bytes[at..at + PAGE]);
    fs::write(&path, bytes).unwrap();
    profile.store = Store::open(&path).unwrap();
}

/// Where a cell of a leaf begins.
fn cell(page: &[u8], number: usize) -> usize {
    let at = 8 + 2 * number;
    usize::from(u16::from_be_bytes([page[at], page[at + 1]]))
}

/// What the next start finds after damage was met in use.
fn started_anew(profile: &mut Profile) -> Recovery {
    let path = profile.path();
    suspect(&path).unwrap();
    profile.store = Store::open(&profile.folder.path().join("other.db")).unwrap();
    assert!(matches!(
        Store::open(&path),
        Err(StoreError::Damaged { .. })
    ));
    let recovery = recover(&path, NOW, &|| false).unwrap();
    profile.store = Store::open(&path).unwrap();
    recovery
}

fn bodies(profile: &Profile) -> Vec<String> {
    let chat = profile.chat("bob@example.org");
    let page = profile.store.history(&chat, HistoryAnchor::Newest, 9);
    page.unwrap()
        .messages
        .into_iter()
        .map(|one| one.body)
        .collect()
}

#[test]
fn a_chat_that_cannot_be_removed_whole_is_damaged_and_comes_back_at_the_next_start() {
    let mut profile = used();
    // The last entry of the index is the third message's; it leads to the second one now.
    change(&mut profile, "message_in_order", |page| {
        let entry = cell(page, 2);
        let number = entry + usize::from(page[entry]);
        assert_eq!(page[number], 3);
        page[number] = 2;
    });
    let chat = profile.chat("bob@example.org");
    let refused = profile.store.delete_chat(&chat);
    assert!(
        matches!(refused, Err(StoreError::Damaged { .. })),
        "{refused:?}"
    );
    let refused = profile.store.remove_account(profile.alice);
    assert!(
        matches!(refused, Err(StoreError::Damaged { .. })),
        "{refused:?}"
    );
    assert_eq!(started_anew(&mut profile).saved.messages, 3);
    assert_eq!(bodies(&profile), ["one", "two", "three"]);
    profile.store.delete_chat(&chat).unwrap();
    profile.store.remove_account(profile.alice).unwrap();
}

#[test]
fn an_account_under_another_number_is_damage_and_keeps_what_belongs_to_it() {
    let mut profile = used();
    change(&mut profile, "account", |page| {
        let number = cell(page, 0) + 1;
        assert_eq!(page[number], 1);
        page[number] = 3;
    });
    let said = profile.said("carol@example.org", "c1", "Hello");
    let refused = profile.store.receive(&said);
    assert!(
        matches!(refused, Err(StoreError::Damaged { .. })),
        "{refused:?}"
    );
    assert_eq!(started_anew(&mut profile).saved.messages, 3);
    let alice = jid("alice@example.org");
    assert_eq!(profile.store.accounts().unwrap(), [(profile.alice, alice)]);
    assert_eq!(bodies(&profile), ["one", "two", "three"]);
    profile.store.receive(&said).unwrap();
}

#[test]
fn a_chat_under_another_number_is_damage_and_keeps_what_was_said() {
    let mut profile = used();
    change(&mut profile, "chat", |page| {
        let number = cell(page, 0) + 1;
        assert_eq!(page[number], 1);
        page[number] = 3;
    });
    let said = profile.said("bob@example.org", "four", "four");
    let refused = profile.store.receive(&said);
    assert!(
        matches!(refused, Err(StoreError::Damaged { .. })),
        "{refused:?}"
    );
    assert_eq!(started_anew(&mut profile).saved.messages, 3);
    profile.store.receive(&said).unwrap();
    assert_eq!(bodies(&profile), ["one", "two", "three", "four"]);
}

#[test]
fn a_key_that_other_tables_refer_to_and_that_is_none_any_more_is_damage() {
    let mut profile = used();
    let path = profile.path();
    profile.store = Store::open(&profile.folder.path().join("other.db")).unwrap();
    let disk = rusqlite::Connection::open(&path).unwrap();
    disk.execute_batch(
        "PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET sql = replace(sql, 'id             INTEGER', 'if             INTEGER')
             WHERE name = 'account';",
    )
    .unwrap();
    drop(disk);
    profile.store = Store::open(&path).unwrap();
    let said = profile.said("carol@example.org", "c1", "Hello");
    let refused = profile.store.receive(&said);
    assert!(
        matches!(refused, Err(StoreError::Damaged { .. })),
        "{refused:?}"
    );
    assert_eq!(started_anew(&mut profile).saved.messages, 3);
    profile.store.receive(&said).unwrap();
}

#[test]
fn what_was_really_removed_is_gone_and_no_damage() {
    let mut profile = used();
    profile.store.remove_account(profile.alice).unwrap();
    let said = profile.said("bob@example.org", "four", "four");
    assert_eq!(profile.store.receive(&said), Err(StoreError::Gone));
}

/// Each page of the list of tables leads to the next one as often as a page can: no machine reads all of it.
fn make_tables_endless(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let before = bytes.len() / PAGE;
    // An inner page of a table (SQLite file format, section 1.6), which on the first page follows the header.
    assert_eq!(bytes[100], 0x05, "the list is longer than a page");
    let first = &bytes[cell_of_first(&bytes)..];
    let leaf = u32::from_be_bytes([first[0], first[1], first[2], first[3]]);
    let leading_to = |next: u32, skipped: usize| {
        let entries = 600_u16;
        let at = PAGE - 5;
        let mut page = vec![0x05, 0, 0];
        page.extend(entries.to_be_bytes());
        page.extend(u16::try_from(at).unwrap().to_be_bytes());
        page.push(0);
        page.extend(next.to_be_bytes());
        page.extend(
            u16::try_from(at)
                .unwrap()
                .to_be_bytes()
                .repeat(entries.into()),
        );
        page.resize(at - skipped, 0);
        page.extend(next.to_be_bytes());
        page.push(1);
        page
    };
    let page = |number: usize| u32::try_from(number).unwrap();
    bytes.splice(100..PAGE, leading_to(page(before + 1), 100));
    for number in before + 1..before + 6 {
        bytes.extend(leading_to(page(number + 1), 0));
    }
    bytes.extend(leading_to(leaf, 0));
    let pages = page(bytes.len() / PAGE);
    bytes[28..32].copy_from_slice(&pages.to_be_bytes());
    fs::write(path, bytes).unwrap();
}

fn cell_of_first(bytes: &[u8]) -> usize {
    usize::from(u16::from_be_bytes([bytes[112], bytes[113]]))
}

#[test]
fn a_list_of_tables_without_an_end_is_given_up_and_all_comes_back() {
    let mut profile = used();
    let path = profile.path();
    profile.store = Store::open(&profile.folder.path().join("other.db")).unwrap();
    make_tables_endless(&path);
    let Err(StoreError::Damaged { what }) = Store::open(&path) else {
        panic!("it is damaged");
    };
    assert_eq!(what, "its list of tables has no end");
    let recovery = recover(&path, NOW, &|| false).unwrap();
    assert_eq!(recovery.saved.messages, 3);
    profile.store = Store::open(&path).unwrap();
    assert_eq!(bodies(&profile), ["one", "two", "three"]);
}
