//! What the tray shows until it is seen, and what it does not count.

use super::{Profile, jid};
use crate::{Store, StoreError, StoredMark};
use carillon_core::ids::{AccountId, MessageId};

const BOB: &str = "bob@example.org";

fn mark(account: AccountId, key: &str, words: &str) -> StoredMark {
    StoredMark {
        key: key.to_owned(),
        account,
        mark: format!("\"{words}\""),
    }
}

#[test]
fn a_message_that_is_not_counted_is_unread_all_the_same_until_it_is_seen() {
    let mut profile = Profile::new();
    let ids = ["b1", "b2", "b3"].map(|id| profile.hear(BOB, id, id));
    let chat = profile.chat(BOB);
    profile.store.keep_out_of_tray(ids[0]).unwrap();
    profile.store.keep_out_of_tray(ids[0]).unwrap();
    profile.store.keep_out_of_tray(ids[2]).unwrap();
    assert_eq!(profile.store.out_of_tray().unwrap(), 2);
    assert_eq!(profile.store.unread(&chat).unwrap(), 3);
    profile
        .store
        .mark_seen(profile.alice, &chat.jid, ids[1])
        .unwrap();
    assert_eq!(profile.store.out_of_tray().unwrap(), 1);
    profile.store.keep_out_of_tray(ids[1]).unwrap();
    assert_eq!(profile.store.out_of_tray().unwrap(), 1, "it was seen");
    profile.store.delete_chat(&chat).unwrap();
    assert_eq!(profile.store.out_of_tray().unwrap(), 0);
}

#[test]
fn the_newest_chat_that_counts_is_not_the_one_that_does_not() {
    let mut profile = Profile::new();
    assert_eq!(profile.store.newest_counted_chat().unwrap(), None);
    profile.hear(BOB, "b1", "one");
    let noisy = profile.hear("carol@example.org", "c1", "two");
    let newest = profile.chat("carol@example.org");
    assert_eq!(profile.store.newest_counted_chat().unwrap(), Some(newest));
    profile.store.keep_out_of_tray(noisy).unwrap();
    let bob = profile.chat(BOB);
    assert_eq!(profile.store.newest_counted_chat().unwrap(), Some(bob));
}

#[test]
fn all_that_waits_in_one_chat_or_in_every_chat_is_not_counted() {
    let mut profile = Profile::new();
    profile.hear(BOB, "b1", "one");
    profile.hear("carol@example.org", "c1", "two");
    let bob = jid(BOB);
    let of_bob = Some((profile.alice, &*bob));
    profile.store.keep_chats_out_of_tray(of_bob).unwrap();
    assert_eq!(profile.store.out_of_tray().unwrap(), 1);
    profile.store.keep_chats_out_of_tray(None).unwrap();
    assert_eq!(profile.store.out_of_tray().unwrap(), 2);
    profile
        .store
        .mark_seen(profile.alice, &bob, MessageId(i64::MAX))
        .unwrap();
    assert_eq!(profile.store.out_of_tray().unwrap(), 1);
}

#[test]
fn a_newer_mark_takes_the_place_of_an_older_and_goes_with_its_account() {
    let mut profile = Profile::new();
    let alice = profile.alice;
    for words in ["old", "new"] {
        let mark = mark(alice, "chat", words);
        profile.store.set_tray_mark(&mark).unwrap();
    }
    let other = mark(alice, "presence", "other");
    profile.store.set_tray_mark(&other).unwrap();
    profile.store.remove_tray_mark("presence").unwrap();
    assert_eq!(
        profile.store.tray_marks().unwrap(),
        [mark(alice, "chat", "new")]
    );
    let garbled = StoredMark {
        mark: "no JSON".to_owned(),
        ..other
    };
    let refused = profile.store.set_tray_mark(&garbled);
    assert!(matches!(refused, Err(StoreError::Bug { .. })));
    remove(&mut profile.store, alice);
    assert_eq!(profile.store.tray_marks().unwrap(), []);
}

fn remove(store: &mut Store, account: AccountId) {
    store.remove_account(account).unwrap();
}
