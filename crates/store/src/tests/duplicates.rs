//! Every message once, and none hidden.

use super::{Profile, jid, new};
use crate::{NewMessage, Queued, Received};
use carillon_core::{
    chat::{Author, Delivery, HistoryAnchor},
    ids::Timestamp,
};

fn in_room(profile: &Profile, nick: &str, id: &str, body: &str) -> NewMessage {
    NewMessage {
        author: Author::Occupant {
            nick: nick.to_owned(),
        },
        room: true,
        ..profile.said("choir@rooms.example.org", id, body)
    }
}

#[test]
fn a_copy_from_the_same_sender_is_shown_once() {
    let mut profile = Profile::new();
    let live = profile.said("bob@example.org", "a1", "Hello");
    let first = new(profile.store.receive(&live).unwrap());
    let again = NewMessage {
        at: Timestamp(900),
        ..live
    };
    assert_eq!(
        profile.store.receive(&again).unwrap(),
        Received::Duplicate(first)
    );
    assert_eq!(
        profile
            .store
            .unread(&profile.chat("bob@example.org"))
            .unwrap(),
        1
    );
}

#[test]
fn a_copy_with_the_archives_id_is_shown_once_even_without_the_senders() {
    let mut profile = Profile::new();
    let live = NewMessage {
        stanza_id: Some("s1".to_owned()),
        ..profile.said("bob@example.org", "a1", "Hello")
    };
    let first = new(profile.store.receive(&live).unwrap());
    let archived = NewMessage {
        sender_id: None,
        ..live
    };
    assert_eq!(
        profile.store.receive(&archived).unwrap(),
        Received::Duplicate(first)
    );
}

#[test]
fn a_copy_teaches_the_first_one_the_archives_id() {
    let mut profile = Profile::new();
    let first = profile.hear("bob@example.org", "a1", "Hello");
    let archived = NewMessage {
        stanza_id: Some("s1".to_owned()),
        ..profile.said("bob@example.org", "a1", "Hello")
    };
    assert_eq!(
        profile.store.receive(&archived).unwrap(),
        Received::Duplicate(first)
    );
    let only_archive = NewMessage {
        sender_id: None,
        ..archived
    };
    assert_eq!(
        profile.store.receive(&only_archive).unwrap(),
        Received::Duplicate(first)
    );
}

#[test]
fn an_archive_that_holds_a_message_twice_shows_it_once() {
    let mut profile = Profile::new();
    let mut said = profile.said("bob@example.org", "a1", "Hello");
    said.stanza_id = Some("s1".to_owned());
    let first = new(profile.store.receive(&said).unwrap());
    said.stanza_id = Some("s2".to_owned());
    assert_eq!(
        profile.store.receive(&said).unwrap(),
        Received::Duplicate(first)
    );
}

#[test]
fn nobody_hides_anothers_message_by_using_its_id() {
    let mut profile = Profile::new();
    let from_eve = in_room(&profile, "Eve", "a1", "Hello");
    let from_bob = in_room(&profile, "Bob", "a1", "Hello");
    new(profile.store.receive(&from_eve).unwrap());
    new(profile.store.receive(&from_bob).unwrap());
}

#[test]
fn a_contact_cannot_hide_my_message_by_using_its_id() {
    let mut profile = Profile::new();
    let bob = jid("bob@example.org");
    profile.hear("bob@example.org", "a1", "Hello");
    let mine = profile
        .store
        .queue_message(profile.alice, &bob, "a1", "Hello", Timestamp(2), false)
        .unwrap();
    assert!(matches!(mine, Queued::New(_)));
    assert_eq!(profile.store.waiting(profile.alice).unwrap().len(), 1);
}

#[test]
fn the_same_id_in_another_chat_or_account_is_another_message() {
    let mut profile = Profile::new();
    profile.hear("bob@example.org", "a1", "Hello");
    profile.hear("carol@example.org", "a1", "Hello");
    let work = profile
        .store
        .account_id(&jid("alice@work.example"))
        .unwrap();
    let elsewhere = NewMessage {
        account: work,
        ..profile.said("bob@example.org", "a1", "Hello")
    };
    new(profile.store.receive(&elsewhere).unwrap());
}

/// An id need only be unique within one stream (RFC 6120 §8.1.3): a script that counts from 1 after every start
/// loses nothing.
#[test]
fn a_sender_that_counts_from_one_after_every_start_loses_nothing() {
    let mut profile = Profile::new();
    profile.hear("cron@example.org", "1", "Backup done");
    profile.hear("cron@example.org", "1", "Disk almost full");
}

#[test]
fn messages_without_any_id_are_all_shown() {
    let mut profile = Profile::new();
    let nameless = NewMessage {
        sender_id: None,
        ..profile.said("bob@example.org", "", "Knock")
    };
    new(profile.store.receive(&nameless).unwrap());
    new(profile.store.receive(&nameless).unwrap());
}

#[test]
fn the_rooms_echo_of_my_words_proves_that_they_were_sent() {
    let mut profile = Profile::new();
    let room = jid("choir@rooms.example.org");
    let Queued::New(mine) = profile
        .store
        .queue_message(
            profile.alice,
            &room,
            "u1",
            "Hello\r\nall",
            Timestamp(2),
            true,
        )
        .unwrap()
    else {
        panic!("queued twice")
    };
    // XML turns every line end into one line feed (XML 1.0 §2.11).
    let echo = NewMessage {
        author: Author::Me,
        ..in_room(&profile, "", "u1", "Hello\nall")
    };
    assert_eq!(
        profile.store.receive(&echo).unwrap(),
        Received::Updated(mine)
    );
    assert_eq!(
        profile.store.receive(&echo).unwrap(),
        Received::Duplicate(mine)
    );
    let stored = profile.store.message(mine).unwrap().unwrap();
    assert_eq!(stored.delivery, Some(Delivery::Sent));
    assert!(profile.store.waiting(profile.alice).unwrap().is_empty());
}

#[test]
fn what_another_device_of_mine_sent_is_mine_sent_and_seen() {
    let mut profile = Profile::new();
    let carbon = NewMessage {
        author: Author::Me,
        ..profile.said("bob@example.org", "m1", "On my way")
    };
    let id = new(profile.store.receive(&carbon).unwrap());
    let stored = profile.store.message(id).unwrap().unwrap();
    assert_eq!(
        (stored.author, stored.delivery, stored.seen),
        (Author::Me, Some(Delivery::Sent), true)
    );
    assert_eq!(profile.store.unread_total().unwrap().in_chats, 0);
    let page = profile
        .store
        .history(&profile.chat("bob@example.org"), HistoryAnchor::Newest, 10)
        .unwrap();
    assert_eq!(page.messages.len(), 1);
}

#[test]
fn who_took_my_nick_in_a_room_is_neither_me_nor_hidden_by_what_i_say_there() {
    let mut profile = Profile::new();
    let room = jid("choir@rooms.example.org");
    let at = Timestamp(2);
    let alice = profile.alice;
    let queued = profile
        .store
        .queue_message(alice, &room, "u1", "Hello\r\nall", at, true);
    assert!(matches!(queued.unwrap(), Queued::New(_)));
    let archived = |profile: &Profile, body: &str, entry: &str| NewMessage {
        under_my_nick: true,
        stanza_id: Some(entry.to_owned()),
        ..in_room(profile, "Ali", "u1", body)
    };
    let other_words = archived(&profile, "Send money", "s1");
    let impostor = new(profile.store.receive(&other_words).unwrap());
    let stored = profile.store.message(impostor).unwrap().unwrap();
    assert_eq!(
        stored.author,
        Author::Occupant {
            nick: "Ali".to_owned()
        }
    );
    assert_eq!(profile.store.waiting(alice).unwrap().len(), 1);
    // Somebody who is there with me and copies what I say.
    let parrot = in_room(&profile, "Ali", "u1", "Hello\nall");
    new(profile.store.receive(&parrot).unwrap());
    assert_eq!(profile.store.waiting(alice).unwrap().len(), 1);
}

#[test]
fn what_i_said_in_a_room_and_its_archive_has_under_my_nick_is_mine() {
    let mut profile = Profile::new();
    let room = jid("choir@rooms.example.org");
    let at = Timestamp(2);
    let alice = profile.alice;
    let queued = profile
        .store
        .queue_message(alice, &room, "u1", "Hello\r\nall", at, true);
    let Queued::New(mine) = queued.unwrap() else {
        panic!("queued twice")
    };
    let said = NewMessage {
        under_my_nick: true,
        stanza_id: Some("s2".to_owned()),
        ..in_room(&profile, "Ali", "u1", "Hello\nall")
    };
    assert_eq!(
        profile.store.receive(&said).unwrap(),
        Received::Updated(mine)
    );
    let by_entry_alone = NewMessage {
        sender_id: None,
        ..said
    };
    assert_eq!(
        profile.store.receive(&by_entry_alone).unwrap(),
        Received::Duplicate(mine)
    );
}
