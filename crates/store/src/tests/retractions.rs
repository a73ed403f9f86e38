//! What its author takes back.

use super::{Profile, jid, new};
use crate::{NewMessage, PageKind, Received};
use carillon_core::chat::{Author, Delivery};
use carillon_core::ids::{MessageId, Timestamp};
use carillon_core::session::{About, Change};

const BOB: &str = "bob@example.org";
const CHOIR: &str = "choir@rooms.example.org";

fn about(said: NewMessage, of: &str, change: Change) -> NewMessage {
    NewMessage {
        about: Some(About {
            target: of.to_owned(),
            change,
        }),
        ..said
    }
}

fn retracting(said: NewMessage, of: &str) -> NewMessage {
    let said = NewMessage {
        body: String::new(),
        ..said
    };
    about(said, of, Change::Retraction)
}

fn by(nick: &str, occupant: Option<&str>, said: NewMessage) -> NewMessage {
    NewMessage {
        author: Author::Occupant {
            nick: nick.to_owned(),
        },
        room: true,
        occupant: occupant.map(str::to_owned),
        ..said
    }
}

impl Profile {
    fn is_taken_back(&self, message: MessageId) -> bool {
        let message = self.store.message(message).unwrap().unwrap();
        assert_eq!(message.retracted, message.body.is_empty());
        message.retracted
    }

    fn bob_retracts(&mut self, id: &str, of: &str) -> Received {
        let said = retracting(self.said(BOB, id, ""), of);
        self.store.receive(&said).unwrap()
    }
}

#[test]
fn nothing_is_left_of_what_was_taken_back() {
    let mut profile = Profile::new();
    let other = profile.hear(BOB, "b0", "other");
    let message = profile.hear(BOB, "b1", "a secret");
    let correction = about(
        profile.said(BOB, "b2", "a secret, corrected"),
        "b1",
        Change::Correction,
    );
    profile.store.receive(&correction).unwrap();
    let sign = Change::Reactions(vec!["👍".to_owned()]);
    let reaction = about(profile.said(BOB, "b3", ""), "b1", sign);
    profile.store.receive(&reaction).unwrap();
    assert_eq!(profile.bob_retracts("b4", "b1"), Received::Changed(message));
    assert!(profile.is_taken_back(message));
    let shown = profile.store.message(message).unwrap().unwrap();
    assert_eq!((shown.corrected, shown.reactions.len()), (false, 0));
    for column in ["message", "change"] {
        let words = if column == "message" {
            "body || COALESCE(original, '')"
        } else {
            "words"
        };
        let left = format!("SELECT COUNT(*) FROM {column} WHERE {words} LIKE '%secret%'");
        assert_eq!(profile.count(&left), 0);
    }
    let chat = profile.chat(BOB);
    assert_eq!(
        profile.store.unread(&chat).unwrap(),
        1,
        "it is no news any more"
    );
    assert_eq!(profile.store.first_unseen(&chat).unwrap(), Some(other));
    // All of it comes once more, as after a link that broke.
    let original = profile.said(BOB, "b1", "a secret");
    assert_eq!(
        profile.store.receive(&original).unwrap(),
        Received::Duplicate(message)
    );
    profile.store.receive(&correction).unwrap();
    assert_eq!(
        profile.bob_retracts("b4", "b1"),
        Received::Duplicate(message)
    );
    assert!(profile.is_taken_back(message));
    assert_eq!(profile.count("SELECT COUNT(*) FROM message"), 2);
    assert_eq!(profile.store.unread(&chat).unwrap(), 1);
}

#[test]
fn what_was_taken_back_before_it_came_is_never_shown() {
    let mut profile = Profile::new();
    let page = [NewMessage {
        stanza_id: Some("s2".to_owned()),
        ..retracting(profile.said(BOB, "b2", ""), "b1")
    }];
    let kind = PageKind::Backward {
        chat: jid(BOB).into(),
        whole: false,
    };
    let stored = profile
        .store
        .store_page(profile.alice, None, &kind, &page)
        .unwrap();
    assert_eq!(stored[0].received, Received::Kept);
    let message = profile.hear(BOB, "b1", "a secret");
    assert!(profile.is_taken_back(message));
    assert_eq!(profile.store.unread(&profile.chat(BOB)).unwrap(), 0);
}

#[test]
fn only_the_author_takes_a_message_back() {
    let mut profile = Profile::new();
    let theirs = profile.hear(BOB, "id", "theirs");
    let queued = profile.store.queue_message(
        profile.alice,
        &jid(BOB),
        "mine",
        "mine",
        Timestamp(5),
        false,
    );
    let crate::Queued::New(mine) = queued.unwrap() else {
        panic!("it is new");
    };
    let said =
        |profile: &Profile, nick: &str, occupant, id: &str, entry: Option<&str>| NewMessage {
            stanza_id: entry.map(str::to_owned),
            ..by(nick, occupant, profile.said(CHOIR, id, "in the room"))
        };
    let marked = said(&profile, "bob", Some("id:b"), "r1", Some("s1"));
    let unmarked = said(&profile, "bob", None, "r2", Some("s2"));
    let in_time = said(&profile, "bob", Some("at:1"), "r3", None);
    let rooms = [marked, unmarked, in_time].map(|one| new(profile.store.receive(&one).unwrap()));
    let mut forged = vec![
        retracting(
            NewMessage {
                author: Author::Me,
                ..profile.said(BOB, "x1", "")
            },
            "id",
        ),
        retracting(profile.said(BOB, "x2", ""), "mine"),
        retracting(profile.said("mallory@example.org", "x3", ""), "id"),
    ];
    for of in ["s1", "s2", "r1", "r2", "r3", "id", "mine"] {
        for nick in ["bob", "Bob", "mallory", ""] {
            for occupant in [None, Some("id:m"), Some("at:2"), Some("b"), Some("")] {
                let id = format!("f{}", forged.len());
                forged.push(retracting(
                    by(nick, occupant, profile.said(CHOIR, &id, "")),
                    of,
                ));
            }
        }
    }
    // Its sender's id is not the room's where the room gives one.
    forged.push(retracting(
        by("bob", Some("id:b"), profile.said(CHOIR, "y1", "")),
        "r1",
    ));
    for forgery in &forged {
        let received = profile.store.receive(forgery).unwrap();
        assert_eq!(received, Received::Kept, "{forgery:?}");
    }
    for message in [theirs, mine].into_iter().chain(rooms) {
        assert!(!profile.is_taken_back(message));
    }
    println!("retractions by others accepted: 0 of {}", forged.len());
    for (nick, occupant, of) in [("robert", Some("id:b"), "s1"), ("bob", Some("at:1"), "r3")] {
        let id = format!("t{of}");
        let said = retracting(by(nick, occupant, profile.said(CHOIR, &id, "")), of);
        assert!(matches!(
            profile.store.receive(&said).unwrap(),
            Received::Changed(_)
        ));
    }
}

#[test]
fn what_i_take_back_is_gone_here_and_waits_to_be_told() {
    let mut profile = Profile::new();
    let queued = profile.store.queue_message(
        profile.alice,
        &jid(BOB),
        "m1",
        "a secret",
        Timestamp(5),
        false,
    );
    let crate::Queued::New(message) = queued.unwrap() else {
        panic!("it is new");
    };
    let retract = |profile: &mut Profile| {
        profile
            .store
            .queue_retraction(message, "c1", Timestamp(6))
            .unwrap()
    };
    assert_eq!(retract(&mut profile), None, "the server does not have it");
    profile
        .store
        .reached(profile.alice, &["m1".to_owned()], false)
        .unwrap();
    assert!(retract(&mut profile).is_some() && retract(&mut profile).is_some());
    assert!(profile.is_taken_back(message));
    let waiting = profile.store.waiting_changes_after(profile.alice, 0, 9);
    let waiting = waiting.unwrap();
    assert_eq!(waiting.len(), 1);
    assert_eq!(
        (waiting[0].about.target.as_str(), &waiting[0].about.change),
        ("m1", &Change::Retraction)
    );
    let delivery = |profile: &Profile| profile.store.message(message).unwrap().unwrap().delivery;
    assert_eq!(delivery(&profile), Some(Delivery::Waiting));
    profile
        .store
        .changes_reached(profile.alice, &["c1".to_owned()])
        .unwrap();
    assert_eq!(delivery(&profile), Some(Delivery::Sent));
    let corrected = profile
        .store
        .queue_correction(message, "c2", "again", Timestamp(7));
    assert_eq!(corrected.unwrap(), None);
    let given = profile
        .store
        .queue_reactions(message, "c3", &["👍".to_owned()], Timestamp(7));
    assert_eq!(given.unwrap(), None);
}
