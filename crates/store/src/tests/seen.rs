//! Unread counts, and what the other side is told.

use super::{Profile, jid};
use crate::{NewMessage, Seen, UnreadTotal};
use carillon_core::ids::MessageId;

#[test]
fn looking_at_a_chat_clears_its_count_up_to_there() {
    let mut profile = Profile::new();
    let ids: Vec<MessageId> = ["b1", "b2", "b3"]
        .iter()
        .map(|id| profile.hear("bob@example.org", id, id))
        .collect();
    let chat = profile.chat("bob@example.org");
    assert_eq!(profile.store.first_unseen(&chat).unwrap(), Some(ids[0]));
    let seen = profile
        .store
        .mark_seen(profile.alice, &chat.jid, ids[1])
        .unwrap();
    assert_eq!(
        seen,
        Seen {
            newly: 2,
            newest_markable_sender_id: None
        }
    );
    assert_eq!(profile.store.unread(&chat).unwrap(), 1);
    assert_eq!(profile.store.first_unseen(&chat).unwrap(), Some(ids[2]));
    let again = profile
        .store
        .mark_seen(profile.alice, &chat.jid, ids[1])
        .unwrap();
    assert_eq!(again, Seen::default());
}

#[test]
fn the_sender_is_told_of_the_newest_message_that_asks_for_it() {
    let mut profile = Profile::new();
    for (id, markable) in [("b1", true), ("b2", true), ("b3", false)] {
        let said = NewMessage {
            markable,
            ..profile.said("bob@example.org", id, id)
        };
        profile.store.receive(&said).unwrap();
    }
    let bob = jid("bob@example.org");
    let seen = profile
        .store
        .mark_seen(profile.alice, &bob, MessageId(i64::MAX))
        .unwrap();
    assert_eq!(
        seen,
        Seen {
            newly: 3,
            newest_markable_sender_id: Some("b2".to_owned())
        }
    );
    let again = profile
        .store
        .mark_seen(profile.alice, &bob, MessageId(i64::MAX))
        .unwrap();
    assert_eq!(again.newest_markable_sender_id, None, "told once");
}

#[test]
fn what_was_seen_on_another_device_is_seen_here() {
    let mut profile = Profile::new();
    for id in ["b1", "b2", "b3"] {
        profile.hear("bob@example.org", id, id);
    }
    let chat = profile.chat("bob@example.org");
    let store = &mut profile.store;
    assert_eq!(
        store
            .mark_seen_by_sender_id(chat.account, &chat.jid, "b2")
            .unwrap()
            .newly,
        2
    );
    assert_eq!(
        store
            .mark_seen_by_sender_id(chat.account, &chat.jid, "unknown")
            .unwrap()
            .newly,
        0
    );
    assert_eq!(
        store
            .mark_seen_by_sender_id(chat.account, &jid("eve@example.org"), "b3")
            .unwrap()
            .newly,
        0
    );
    assert_eq!(store.unread(&chat).unwrap(), 1);
}

#[test]
fn the_total_tells_strangers_from_chats() {
    let mut profile = Profile::new();
    profile.hear("bob@example.org", "b1", "Hello");
    profile.hear("carol@example.org", "c1", "Hello");
    let stranger = NewMessage {
        in_requests: true,
        ..profile.said("eve@example.org", "e1", "Buy now")
    };
    profile.store.receive(&stranger).unwrap();
    let total = profile.store.unread_total().unwrap();
    assert_eq!(
        total,
        UnreadTotal {
            in_chats: 2,
            in_requests: 1
        }
    );
}

#[test]
fn what_comes_as_seen_never_counts() {
    let mut profile = Profile::new();
    let seen = NewMessage {
        seen: true,
        ..profile.said("bob@example.org", "b1", "Hello")
    };
    profile.store.receive(&seen).unwrap();
    let chat = profile.chat("bob@example.org");
    assert_eq!(profile.store.unread(&chat).unwrap(), 0);
    assert_eq!(profile.store.first_unseen(&chat).unwrap(), None);
}
