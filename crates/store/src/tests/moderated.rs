//! What a room's moderators take back.

use super::{Profile, jid, new};
use crate::{NewMessage, PageKind, Received};
use carillon_core::chat::Author;
use carillon_core::ids::MessageId;
use carillon_core::room::Moderated;
use carillon_core::session::{About, Change};

const CHOIR: &str = "choir@rooms.example.org";

fn occupant(nick: &str, entry: Option<&str>, said: NewMessage) -> NewMessage {
    NewMessage {
        author: Author::Occupant {
            nick: nick.to_owned(),
        },
        room: true,
        stanza_id: entry.map(str::to_owned),
        ..said
    }
}

fn rude() -> Moderated {
    Moderated {
        by: "carol".to_owned(),
        words: "Rude".to_owned(),
    }
}

impl Profile {
    fn bob_says(&self, entry: Option<&str>, id: &str, words: &str) -> NewMessage {
        occupant("bob", entry, self.said(CHOIR, id, words))
    }

    fn moderation(&self, of: &str, entry: &str) -> NewMessage {
        NewMessage {
            about: Some(About {
                target: of.to_owned(),
                change: Change::Moderation(Box::new(rude())),
            }),
            ..occupant("carol", Some(entry), self.said(CHOIR, "", ""))
        }
    }

    /// The words of a message, whether it is taken back, and by whom.
    fn as_moderated(&self, message: MessageId) -> (String, bool, Option<Moderated>) {
        let message = self.store.message(message).unwrap().unwrap();
        (message.body, message.retracted, message.moderated)
    }
}

#[test]
fn what_a_moderator_takes_back_is_gone_with_who_and_why() {
    let mut profile = Profile::new();
    let said = profile.bob_says(Some("s1"), "m1", "a secret");
    let message = new(profile.store.receive(&said).unwrap());
    let gone = profile.moderation("s1", "s2");
    assert_eq!(
        profile.store.entry_in_room(message).unwrap(),
        Some((profile.chat(CHOIR), "s1".to_owned()))
    );
    assert_eq!(
        profile.store.receive(&gone).unwrap(),
        Received::Changed(message)
    );
    assert_eq!(
        profile.as_moderated(message),
        (String::new(), true, Some(rude()))
    );
    assert_eq!(profile.store.unread(&profile.chat(CHOIR)).unwrap(), 0);
    assert_eq!(profile.store.entry_in_room(message).unwrap(), None);
    // Both come once more, by the archive.
    profile.store.receive(&said).unwrap();
    let again = profile.store.receive(&gone).unwrap();
    assert_eq!(again, Received::Duplicate(message));
    assert_eq!(profile.count("SELECT COUNT(*) FROM message"), 1);
    assert_eq!(
        profile.count("SELECT COUNT(*) FROM message WHERE body LIKE '%secret%'"),
        0
    );
}

/// A sender's own id must not be the name by which the room has a message taken back.
#[test]
fn only_the_rooms_own_name_for_a_message_counts() {
    let mut profile = Profile::new();
    let named = profile.bob_says(Some("s1"), "m1", "named");
    let unnamed = profile.bob_says(None, "s1", "unnamed");
    let messages = [named, unnamed].map(|one| new(profile.store.receive(&one).unwrap()));
    for (of, entry) in [("m1", "s7"), ("s9", "s8")] {
        let gone = profile.moderation(of, entry);
        assert_eq!(profile.store.receive(&gone).unwrap(), Received::Kept);
    }
    let later = profile.bob_says(Some("s5"), "s9", "later");
    let later = new(profile.store.receive(&later).unwrap());
    for message in messages.into_iter().chain([later]) {
        assert!(!profile.as_moderated(message).1);
    }
}

#[test]
fn what_was_moderated_before_it_came_is_never_shown() {
    let mut profile = Profile::new();
    let gone = profile.moderation("s1", "s2");
    assert_eq!(profile.store.receive(&gone).unwrap(), Received::Kept);
    let said = profile.bob_says(Some("s1"), "m1", "a secret");
    let message = new(profile.store.receive(&said).unwrap());
    assert_eq!(
        profile.as_moderated(message),
        (String::new(), true, Some(rude()))
    );
}

#[test]
fn an_archives_mark_takes_the_place_of_the_message_that_was_there() {
    let mut profile = Profile::new();
    let known = profile.bob_says(Some("s1"), "m1", "a secret");
    let known = new(profile.store.receive(&known).unwrap());
    let mark = |profile: &Profile, entry: &str| NewMessage {
        author: Author::Occupant {
            nick: "bob".to_owned(),
        },
        ..profile.moderation(entry, entry)
    };
    let kind = PageKind::Backward {
        chat: jid(CHOIR).into(),
        whole: false,
    };
    let page = [mark(&profile, "s0"), mark(&profile, "s1")];
    for _ in 0..2 {
        let room = jid(CHOIR);
        profile
            .store
            .store_page(profile.alice, Some(&room), &kind, &page)
            .unwrap();
        assert_eq!(
            profile.as_moderated(known),
            (String::new(), true, Some(rude()))
        );
        assert_eq!(profile.count("SELECT COUNT(*) FROM message"), 2);
        assert_eq!(profile.store.unread(&profile.chat(CHOIR)).unwrap(), 0);
    }
    let unseen = profile.count("SELECT id FROM message WHERE stanza_id = 's0'");
    let unseen = MessageId(unseen);
    assert_eq!(
        profile.as_moderated(unseen),
        (String::new(), true, Some(rude()))
    );
    assert_eq!(
        profile.store.message(unseen).unwrap().unwrap().author,
        Author::Occupant {
            nick: "bob".to_owned()
        }
    );
}

#[test]
fn the_rooms_word_behind_an_archives_mark_says_who_and_why() {
    let mut profile = Profile::new();
    let mark = NewMessage {
        about: Some(About {
            target: "s1".to_owned(),
            change: Change::Moderation(Box::default()),
        }),
        ..profile.bob_says(Some("s1"), "m1", "")
    };
    let page = [mark, profile.moderation("s1", "s2")];
    let kind = PageKind::Backward {
        chat: jid(CHOIR).into(),
        whole: false,
    };
    let room = jid(CHOIR);
    profile
        .store
        .store_page(profile.alice, Some(&room), &kind, &page)
        .unwrap();
    let unseen = MessageId(profile.count("SELECT id FROM message WHERE stanza_id = 's1'"));
    assert_eq!(
        profile.as_moderated(unseen),
        (String::new(), true, Some(rude()))
    );
}

#[test]
fn a_file_that_is_taken_back_is_not_shown_or_saved_any_more() {
    let mut profile = Profile::new();
    let said = NewMessage {
        file: Some(Box::default()),
        ..profile.bob_says(Some("s1"), "m1", "https://files.example.org/a/cat.png")
    };
    let message = new(profile.store.receive(&said).unwrap());
    assert!(profile.store.file(message).unwrap().is_some());
    let gone = profile.moderation("s1", "s2");
    profile.store.receive(&gone).unwrap();
    assert_eq!(profile.store.file(message).unwrap(), None);
}
