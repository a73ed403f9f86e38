//! What is said about earlier messages.

use super::{Profile, jid, new};
use crate::{NewMessage, PageKind, Received};
use carillon_core::chat::{Author, Delivery, HistoryAnchor, Message};
use carillon_core::ids::{MessageId, Timestamp};
use carillon_core::session::{About, Change};

const BOB: &str = "bob@example.org";
const CHOIR: &str = "choir@rooms.example.org";

impl Profile {
    fn correction(&self, by: &str, id: &str, of: &str, body: &str) -> NewMessage {
        correcting(self.said(by, id, body), of)
    }

    fn i_said(&self, id: &str, body: &str) -> NewMessage {
        NewMessage {
            author: Author::Me,
            ..self.said(BOB, id, body)
        }
    }

    fn in_choir(&self, nick: &str, occupant: Option<&str>, id: &str, body: &str) -> NewMessage {
        NewMessage {
            author: Author::Occupant {
                nick: nick.to_owned(),
            },
            room: true,
            occupant: occupant.map(str::to_owned),
            ..self.said(CHOIR, id, body)
        }
    }

    fn shown(&self, message: MessageId) -> Message {
        self.store.message(message).unwrap().unwrap()
    }

    fn said_at_times(&self, message: MessageId) -> Vec<String> {
        let versions = self.store.versions(message).unwrap();
        versions.into_iter().map(|one| one.body).collect()
    }

    fn takes(&mut self, said: &NewMessage) -> Received {
        self.store.receive(said).unwrap()
    }

    fn pages_back(&mut self, by: &str, page: &[NewMessage]) -> Vec<Received> {
        let kind = PageKind::Backward {
            chat: jid(by).into(),
            whole: false,
        };
        let stored = self.store.store_page(self.alice, None, &kind, page);
        stored
            .unwrap()
            .into_iter()
            .map(|one| one.received)
            .collect()
    }

    fn pages_on(&mut self, page: &[NewMessage]) -> Vec<Received> {
        let kind = PageKind::Forward {
            cursor: None,
            complete: true,
            behind: Vec::new(),
        };
        let stored = self.store.store_page(self.alice, None, &kind, page);
        stored
            .unwrap()
            .into_iter()
            .map(|one| one.received)
            .collect()
    }

    fn i_write(&mut self, id: &str, body: &str) -> MessageId {
        let queued = self
            .store
            .queue_message(self.alice, &jid(BOB), id, body, Timestamp(5), false);
        match queued.unwrap() {
            crate::Queued::New(message) => message,
            other => panic!("{other:?}"),
        }
    }

    fn corrects(&mut self, message: MessageId, id: &str, body: &str) {
        let queued = self.store.queue_correction(message, id, body, Timestamp(6));
        assert!(queued.unwrap().is_some());
    }

    fn waiting_ids(&self) -> Vec<String> {
        let waiting = self.store.waiting_changes_after(self.alice, 0, 9).unwrap();
        waiting.into_iter().map(|one| one.id).collect()
    }
}

fn correcting(said: NewMessage, of: &str) -> NewMessage {
    NewMessage {
        about: Some(About {
            target: of.to_owned(),
            change: Change::Correction,
        }),
        ..said
    }
}

fn archived(said: NewMessage, entry: &str) -> NewMessage {
    NewMessage {
        stanza_id: Some(entry.to_owned()),
        ..said
    }
}

#[test]
fn other_words_stand_in_the_place_of_the_first_which_stay_known() {
    let mut profile = Profile::new();
    let message = profile.hear(BOB, "b1", "Helo");
    for (id, body) in [("b2", "Hallo"), ("b3", "Hello")] {
        let correction = profile.correction(BOB, id, "b1", body);
        assert_eq!(profile.takes(&correction), Received::Changed(message));
    }
    let row = profile.shown(message);
    assert_eq!((row.body.as_str(), row.corrected), ("Hello", true));
    assert_eq!(profile.said_at_times(message), ["Helo", "Hallo", "Hello"]);
    let chat = profile.chat(BOB);
    assert_eq!(profile.store.unread(&chat).unwrap(), 1, "nothing new");
    let line = profile.store.chat(&chat).unwrap().unwrap();
    assert_eq!(line.last_text, "Hello");
    assert_eq!(profile.count("SELECT COUNT(*) FROM message"), 1);
}

#[test]
fn a_correction_of_a_correction_is_one_of_the_message() {
    let mut profile = Profile::new();
    let message = profile.hear(BOB, "b1", "Helo");
    let first = profile.correction(BOB, "b2", "b1", "Hallo");
    profile.takes(&first);
    let second = profile.correction(BOB, "b3", "b2", "Hello");
    assert_eq!(profile.takes(&second), Received::Changed(message));
    assert_eq!(profile.shown(message).body, "Hello");
}

#[test]
fn by_whichever_ways_it_comes_a_correction_is_there_once() {
    let mut profile = Profile::new();
    let message = profile.hear(BOB, "b1", "Helo");
    let correction = profile.correction(BOB, "b2", "b1", "Hello");
    profile.takes(&correction);
    assert_eq!(profile.takes(&correction), Received::Duplicate(message));
    let entry = archived(correction, "s2");
    assert_eq!(
        profile.pages_on(std::slice::from_ref(&entry)),
        [Received::Duplicate(message)]
    );
    assert_eq!(profile.takes(&entry), Received::Duplicate(message));
    // The message itself comes again, as it was.
    let original = profile.said(BOB, "b1", "Helo");
    assert_eq!(profile.takes(&original), Received::Duplicate(message));
    assert_eq!(profile.count("SELECT COUNT(*) FROM change"), 1);
    assert_eq!(profile.shown(message).body, "Hello");
}

#[test]
fn a_correction_that_an_archive_tells_first_waits_for_its_message() {
    let mut profile = Profile::new();
    let later = NewMessage {
        at: Timestamp(2_000),
        ..archived(profile.said(BOB, "b9", "later"), "s9")
    };
    profile.takes(&later);
    let page = [
        archived(profile.correction(BOB, "b2", "b1", "Hallo"), "s2"),
        archived(profile.correction(BOB, "b3", "b1", "Hello"), "s3"),
    ];
    assert_eq!(
        profile.pages_back(BOB, &page),
        [Received::Kept, Received::Kept]
    );
    assert_eq!(profile.pages_back(BOB, &page)[0], Received::Kept);
    let stranger = archived(profile.i_said("b1", "mine with the same id"), "s0");
    profile.pages_back(BOB, &[stranger]);
    let original = archived(profile.said(BOB, "b1", "Helo"), "s1");
    let message = new(profile.pages_back(BOB, &[original])[0]);
    assert_eq!(profile.shown(message).body, "Hello");
    assert_eq!(profile.said_at_times(message), ["Helo", "Hallo", "Hello"]);
    let page = profile
        .store
        .history(&profile.chat(BOB), HistoryAnchor::Newest, 9);
    let bodies: Vec<_> = page.unwrap().messages.into_iter().map(|m| m.body).collect();
    assert_eq!(bodies, ["Hello", "mine with the same id", "later"]);
}

#[test]
fn the_archives_order_decides_which_words_are_the_last() {
    let mut profile = Profile::new();
    let message = profile.hear(BOB, "b1", "one");
    let [two, three] =
        [("b2", "two"), ("b3", "three")].map(|(id, body)| profile.correction(BOB, id, "b1", body));
    // The last one came live, before the gap was filled.
    profile.takes(&three);
    profile.pages_on(&[archived(two.clone(), "s2"), archived(three, "s3")]);
    assert_eq!(profile.shown(message).body, "three");
    let before = archived(profile.correction(BOB, "b0", "b1", "one and a half"), "s1");
    profile.pages_back(BOB, &[before]);
    assert_eq!(profile.shown(message).body, "three");
    assert_eq!(
        profile.said_at_times(message),
        ["one", "one and a half", "two", "three"]
    );
}

#[test]
fn what_corrects_nothing_that_is_known_is_shown_as_a_message_until_that_comes() {
    let mut profile = Profile::new();
    let correction = profile.correction(BOB, "b2", "b1", "Hello");
    let stand_in = new(profile.takes(&correction));
    assert!(!profile.shown(stand_in).corrected);
    assert_eq!(profile.takes(&correction), Received::Duplicate(stand_in));
    let page = [
        archived(profile.said(BOB, "b1", "Helo"), "s1"),
        archived(correction, "s2"),
    ];
    let stored = profile.pages_on(&page);
    let message = new(stored[0]);
    assert_eq!(stored[1], Received::Changed(message));
    assert_eq!(profile.shown(message).body, "Hello");
    assert_eq!(profile.store.message(stand_in).unwrap(), None);
    assert_eq!(profile.store.unread(&profile.chat(BOB)).unwrap(), 1);
}

/// Everybody who is not the author, with the author's id and nick as far as they can have them.
#[test]
fn only_the_author_corrects_a_message() {
    let mut profile = Profile::new();
    let theirs = profile.hear(BOB, "id", "theirs");
    let mine = profile.i_write("mine", "mine");
    let said = [
        profile.in_choir("bob", Some("id:b"), "r1", "by bob"),
        profile.in_choir("bob", Some("at:1"), "r2", "in bob's time"),
        profile.in_choir("bob", None, "r3", "by some bob"),
        NewMessage {
            author: Author::Me,
            occupant: Some("id:me".to_owned()),
            ..profile.in_choir("me", None, "r4", "by me")
        },
    ]
    .map(|said| new(profile.takes(&said)));
    let mut tried = 0;
    let mut forged = vec![
        correcting(profile.i_said("x1", "forged"), "id"),
        profile.correction(BOB, "x2", "mine", "forged"),
        profile.correction("mallory@example.org", "x3", "id", "forged"),
        profile.correction("bob@example.org.evil.example", "x4", "id", "forged"),
        profile.correction(BOB, "x5", "r1", "forged"),
        profile.correction(CHOIR, "x6", "r1", "forged"),
    ];
    for of in ["r1", "r2", "r3", "r4", "id", "mine"] {
        for nick in ["bob", "Bob", "mallory", "me", ""] {
            for occupant in [
                None,
                Some("id:m"),
                Some("at:2"),
                Some("b"),
                Some("1"),
                Some(""),
            ] {
                let id = format!("f{}", forged.len());
                forged.push(correcting(
                    profile.in_choir(nick, occupant, &id, "forged"),
                    of,
                ));
            }
        }
    }
    for forgery in &forged {
        for again in [
            forgery.clone(),
            archived(forgery.clone(), &format!("s{tried}")),
        ] {
            let received = profile.takes(&again);
            assert!(!matches!(received, Received::Changed(_)), "{again:?}");
            tried += 1;
        }
        profile.pages_back(BOB, &[archived(forgery.clone(), &format!("p{tried}"))]);
    }
    for message in [theirs, mine].into_iter().chain(said) {
        let row = profile.shown(message);
        assert!(!row.corrected && row.body != "forged", "{row:?}");
    }
    println!("corrections by others accepted: 0 of {tried}");
    // The true ones are.
    for (occupant, of) in [(Some("id:b"), "r1"), (Some("at:1"), "r2")] {
        let id = format!("t{of}");
        let other_nick = correcting(profile.in_choir("robert", occupant, &id, "true"), of);
        assert!(matches!(profile.takes(&other_nick), Received::Changed(_)));
    }
}

/// Somebody says once more what somebody with the same nick has said, under the same id.
#[test]
fn a_copy_with_the_same_nick_does_not_make_its_sender_the_author() {
    let mut profile = Profile::new();
    let old = profile.in_choir("bob", None, "r1", "Hello");
    let message = new(profile.takes(&old));
    let copy = profile.in_choir("bob", Some("id:mallory"), "r1", "Hello");
    assert_eq!(profile.takes(&copy), Received::Duplicate(message));
    let forged = correcting(
        profile.in_choir("bob", Some("id:mallory"), "r2", "forged"),
        "r1",
    );
    assert!(matches!(profile.takes(&forged), Received::New(_)));
    assert_eq!(profile.shown(message).body, "Hello");
}

#[test]
fn what_i_correct_waits_is_sent_and_can_fail() {
    let mut profile = Profile::new();
    let message = profile.i_write("m1", "Helo");
    profile.corrects(message, "c1", "Hello");
    let waiting = profile.store.waiting_changes_after(profile.alice, 0, 9);
    let waiting = waiting.unwrap();
    assert_eq!(waiting.len(), 1);
    assert_eq!(
        (
            waiting[0].about.target.as_str(),
            waiting[0].after.as_deref()
        ),
        ("m1", Some("m1"))
    );
    let ids = ["m1".to_owned()];
    profile.store.reached(profile.alice, &ids, false).unwrap();
    assert_eq!(profile.shown(message).delivery, Some(Delivery::Waiting));
    // Doing it twice is one.
    profile.corrects(message, "c1", "Hello");
    assert_eq!(profile.waiting_ids(), ["c1"]);
    let ids = ["c1".to_owned()];
    let reached = profile.store.changes_reached(profile.alice, &ids).unwrap();
    assert_eq!(reached, [message]);
    assert_eq!(profile.shown(message).delivery, Some(Delivery::Sent));
    let read = profile.store.advance_up_to(profile.alice, &jid(BOB), "c1");
    assert_eq!(read.unwrap(), [message], "who has the correction has it");
    profile.corrects(message, "c2", "Hello!");
    let failed = |profile: &mut Profile, id: &str| {
        let failed = profile
            .store
            .fail_change(profile.alice, &jid(BOB), id, "too late");
        failed.unwrap().map(|failed| failed.message)
    };
    assert_eq!(failed(&mut profile, "c2"), Some(message));
    assert_eq!(failed(&mut profile, "c2"), None);
    let row = profile.shown(message);
    assert_eq!(
        (row.delivery, row.failure.as_str()),
        (Some(Delivery::Failed), "too late")
    );
    assert!(profile.store.retry_changes(message).unwrap().is_some());
    assert_eq!(profile.waiting_ids(), ["c2"]);
    failed(&mut profile, "c2");
    profile.corrects(message, "c3", "Hello?");
    assert_eq!(profile.waiting_ids(), ["c3"], "the other one is given up");
    assert_eq!(profile.said_at_times(message), ["Helo", "Hello", "Hello?"]);
}

#[test]
fn what_nobody_else_has_or_is_not_mine_is_not_corrected() {
    let mut profile = Profile::new();
    let theirs = profile.hear(BOB, "b1", "Hello");
    let failed = profile.i_write("m1", "Hello");
    profile
        .store
        .fail(profile.alice, &jid(BOB), "m1", "no")
        .unwrap();
    for message in [theirs, failed, MessageId(99)] {
        let queued = profile
            .store
            .queue_correction(message, "c", "x", Timestamp(6));
        assert_eq!(queued.unwrap(), None);
    }
}

#[test]
fn what_i_corrected_here_and_has_not_left_comes_behind_what_i_corrected_elsewhere() {
    let mut profile = Profile::new();
    let message = profile.i_write("m1", "one");
    profile.corrects(message, "c1", "here");
    let elsewhere = correcting(profile.i_said("c0", "elsewhere"), "m1");
    profile.takes(&elsewhere);
    assert_eq!(profile.shown(message).body, "here");
    // My own comes back, from the archive or from a room.
    let echo = correcting(profile.i_said("c1", "here"), "m1");
    assert_eq!(profile.takes(&echo), Received::Updated(message));
    assert_eq!(profile.shown(message).body, "here");
    assert_eq!(profile.said_at_times(message), ["one", "elsewhere", "here"]);
}

#[test]
fn what_waits_for_messages_that_never_come_is_bounded() {
    let mut profile = Profile::new();
    let page: Vec<_> = (0..1_200)
        .map(|n| {
            let correction = profile.correction(BOB, &format!("c{n}"), &format!("none{n}"), "x");
            archived(correction, &format!("s{n}"))
        })
        .collect();
    profile.pages_on(&page);
    assert_eq!(profile.count("SELECT COUNT(*) FROM change"), 1_000);
}

#[test]
fn what_cannot_be_read_is_known_as_that_until_it_is_said_in_plain_words() {
    let mut profile = Profile::new();
    let encrypted = NewMessage {
        encryption: Some("OMEMO".to_owned()),
        ..profile.said(BOB, "b1", "🔒 OMEMO")
    };
    let message = new(profile.takes(&encrypted));
    assert_eq!(profile.takes(&encrypted), Received::Duplicate(message));
    assert_eq!(profile.shown(message).encryption.as_deref(), Some("OMEMO"));
    let plain = profile.correction(BOB, "b2", "b1", "Hello");
    profile.takes(&plain);
    let shown = profile.shown(message);
    assert_eq!((shown.body.as_str(), shown.encryption), ("Hello", None));
}
