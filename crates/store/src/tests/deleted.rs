//! A conversation that was deleted does not come back from an archive.

use super::{Profile, jid};
use crate::{ArchiveCursor, NewMessage, PageKind, Received};
use carillon_core::{chat::HistoryAnchor, ids::Timestamp};

const BOB: &str = "bob@example.org";

fn entry(profile: &Profile, n: u32) -> NewMessage {
    NewMessage {
        stanza_id: Some(format!("s{n}")),
        at: Timestamp(i64::from(n)),
        ..profile.said(BOB, &format!("id{n}"), &n.to_string())
    }
}

fn page(profile: &mut Profile, numbers: impl IntoIterator<Item = u32>) -> Vec<Received> {
    let entries: Vec<_> = numbers.into_iter().map(|n| entry(profile, n)).collect();
    let cursor = entries.last().map(|last| ArchiveCursor {
        entry: last.stanza_id.clone().unwrap(),
        at: last.at,
    });
    let kind = PageKind::Forward {
        cursor,
        complete: false,
        behind: Vec::new(),
    };
    let stored = profile
        .store
        .store_page(profile.alice, None, &kind, &entries)
        .unwrap();
    stored.into_iter().map(|one| one.received).collect()
}

fn said(profile: &Profile) -> Vec<String> {
    let chat = profile.chat(BOB);
    let page = profile.store.history(&chat, HistoryAnchor::Newest, 200);
    let messages = page.unwrap().messages.into_iter();
    messages.map(|one| one.body).collect()
}

#[test]
fn entries_that_are_met_again_stay_deleted_and_new_ones_come() {
    let mut profile = Profile::new();
    page(&mut profile, 1..=5);
    let chat = profile.chat(BOB);
    assert!(profile.store.delete_chat(&chat).unwrap());
    assert!(!profile.store.delete_chat(&chat).unwrap());
    assert_eq!(page(&mut profile, 3..=5), []);
    assert!(profile.store.chats().unwrap().is_empty());
    let cursor = profile.store.archive_cursor(profile.alice, None).unwrap();
    assert_eq!(cursor.unwrap().entry, "s5");
    assert_eq!(page(&mut profile, 4..=7).len(), 2);
    assert_eq!(said(&profile), ["6", "7"]);
}

#[test]
fn nothing_older_is_asked_for_in_a_chat_that_begins_again() {
    let mut profile = Profile::new();
    page(&mut profile, 1..=2);
    let chat = profile.chat(BOB);
    assert!(!profile.store.is_archive_whole(&chat).unwrap());
    profile.store.delete_chat(&chat).unwrap();
    profile.hear(BOB, "new", "Hello again");
    assert!(profile.store.is_archive_whole(&chat).unwrap());
    assert_eq!(said(&profile), ["Hello again"]);
    let other = profile.chat("carol@example.org");
    profile.hear("carol@example.org", "c", "Hello");
    assert!(!profile.store.is_archive_whole(&other).unwrap());
}

#[test]
fn an_account_that_is_removed_leaves_nothing_of_what_was_deleted() {
    let mut profile = Profile::new();
    page(&mut profile, 1..=2);
    let chat = profile.chat(BOB);
    profile.store.delete_chat(&chat).unwrap();
    profile.store.remove_account(profile.alice).unwrap();
    let left = "SELECT (SELECT COUNT(*) FROM deleted_chat) + (SELECT COUNT(*) FROM deleted_entry)";
    assert_eq!(profile.count(left), 0);
    let again = profile.store.account_id(&jid("alice@example.org")).unwrap();
    assert_ne!(again, profile.alice);
}
