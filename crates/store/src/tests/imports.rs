//! What is taken in from other programs: once, at its time, and what archives hold of it is the same.

use super::{Profile, jid};
use crate::{ArchiveCursor, ForeignMessage, NewMessage, PageKind, TakenIn, ToIndex};
use carillon_core::chat::{Author, ChatKind, Delivery, HistoryAnchor, Message};
use carillon_core::ids::Timestamp;
use carillon_core::search::SearchQuery;

const BOB: &str = "bob@example.org";
const HOUR: i64 = 3_600_000;

/// Bob's words of some hour, without an id.
fn bob(hour: i64, body: &str) -> ForeignMessage {
    ForeignMessage {
        chat: jid(BOB),
        room: false,
        author: Author::Contact,
        sender_id: None,
        stanza_id: None,
        body: body.to_owned(),
        corrected: None,
        at: Timestamp(hour * HOUR),
        nth: 1,
    }
}

fn mine(hour: i64, body: &str) -> ForeignMessage {
    ForeignMessage {
        author: Author::Me,
        ..bob(hour, body)
    }
}

impl Profile {
    /// The newest first, as a history is read.
    fn takes_in(&mut self, source: &str, mut messages: Vec<ForeignMessage>) -> TakenIn {
        messages.reverse();
        self.store.take_in(self.alice, source, &messages).unwrap()
    }

    fn all(&self, with: &str) -> Vec<Message> {
        let page = self
            .store
            .history(&self.chat(with), HistoryAnchor::Newest, 200);
        page.unwrap().messages
    }

    fn order(&self, with: &str) -> Vec<String> {
        self.all(with).into_iter().map(|one| one.body).collect()
    }

    fn archived(&self, n: i64, hour: i64, body: &str) -> NewMessage {
        NewMessage {
            stanza_id: Some(format!("s{n}")),
            at: Timestamp(hour * HOUR),
            seen: true,
            ..self.said(BOB, &format!("id{n}"), body)
        }
    }

    fn page(&mut self, back: bool, entries: &[NewMessage]) {
        let last = entries.last().unwrap();
        let kind = if back {
            PageKind::Backward {
                chat: jid(BOB).into(),
                whole: false,
            }
        } else {
            let entry = last.stanza_id.clone().unwrap();
            let cursor = Some(ArchiveCursor { entry, at: last.at });
            PageKind::Forward {
                cursor,
                complete: true,
                behind: Vec::new(),
            }
        };
        self.store
            .store_page(self.alice, None, &kind, entries)
            .unwrap();
    }
}

#[test]
fn a_history_is_seen_lies_in_its_order_and_is_found() {
    let mut profile = Profile::new();
    let taken = profile.takes_in("gajim", vec![bob(1, "Hello"), mine(2, "Good morning")]);
    assert_eq!((taken.new, taken.known, taken.newest.len()), (2, 0, 1));
    let all = profile.all(BOB);
    assert_eq!(profile.order(BOB), ["Hello", "Good morning"]);
    assert!(all.iter().all(|one| one.seen));
    assert_eq!(all[1].delivery, Some(Delivery::Sent));
    let chat = profile.store.chat(&profile.chat(BOB)).unwrap().unwrap();
    assert_eq!((chat.unread, chat.last_text.as_str()), (0, "Good morning"));
    assert_eq!(chat.kind, ChatKind::Contact);
    while profile.store.index_words(100).unwrap() != ToIndex::Nothing {}
    let query = SearchQuery {
        words: "morning".to_owned(),
        ..SearchQuery::default()
    };
    let mut reader = profile.store.reader().unwrap();
    let found = reader.search(&query, None, 10, Box::new(|| false));
    let found = found.unwrap().unwrap();
    assert_eq!(found.hits.len(), 1);
    assert!(profile.store.waiting(profile.alice).unwrap().is_empty());
}

#[test]
fn taking_in_twice_or_going_on_after_a_stop_adds_nothing_twice() {
    let mut profile = Profile::new();
    let mut again = bob(3, "ok");
    again.nth = 2;
    // They are numbered as they are read: the newest first.
    let all = vec![bob(1, "Hello"), mine(2, "Hello"), again, bob(3, "ok")];
    // The newest two, then a stop.
    profile.takes_in("pidgin", all[2..].to_vec());
    let taken = profile.takes_in("pidgin", all.clone());
    assert_eq!((taken.new, taken.known), (2, 2));
    assert_eq!(profile.takes_in("pidgin", all).known, 4);
    assert_eq!(profile.order(BOB), ["Hello", "Hello", "ok", "ok"]);
}

#[test]
fn what_is_here_from_the_server_or_another_program_does_not_come_again() {
    let mut profile = Profile::new();
    let live = NewMessage {
        at: Timestamp(HOUR + 20_000),
        ..profile.said(BOB, "b1", "Hello")
    };
    profile.store.receive(&live).unwrap();
    // A clock that goes twenty seconds after mine; the id; the words alone are not enough.
    let with_id = ForeignMessage {
        sender_id: Some("b1".to_owned()),
        ..bob(9, "Hello")
    };
    let taken = profile.takes_in("gajim", vec![bob(1, "Hello"), bob(5, "Hello"), with_id]);
    assert_eq!((taken.new, taken.known), (1, 2));
    let mut other_clock = bob(5, "Hello");
    other_clock.at = Timestamp(5 * HOUR + 1_000);
    assert_eq!(profile.takes_in("dino", vec![other_clock]).known, 1);
    assert_eq!(profile.order(BOB), ["Hello", "Hello"]);
}

#[test]
fn a_history_comes_between_what_is_here_and_moves_no_mark() {
    let mut profile = Profile::new();
    let entries = [
        profile.archived(1, 10, "ten"),
        profile.archived(2, 20, "twenty"),
    ];
    profile.page(false, &entries);
    let cursor = profile.store.archive_cursor(profile.alice, None).unwrap();
    profile.takes_in(
        "dino",
        vec![
            bob(5, "five"),
            bob(12, "twelve"),
            mine(15, "fifteen"),
            bob(25, "later"),
        ],
    );
    let order = ["five", "ten", "twelve", "fifteen", "twenty", "later"];
    assert_eq!(profile.order(BOB), order);
    let after = profile.store.archive_cursor(profile.alice, None).unwrap();
    assert_eq!(cursor, after);
    let oldest = profile.store.oldest_archived(&profile.chat(BOB)).unwrap();
    assert_eq!(oldest.as_deref(), Some("s1"));
    assert_eq!(
        profile.store.newest_said(profile.alice).unwrap(),
        Some(Timestamp(20 * HOUR))
    );
}

#[test]
fn what_the_archive_holds_of_a_history_is_the_same_and_what_it_holds_besides_lies_at_its_time() {
    let mut profile = Profile::new();
    let newest = [profile.archived(9, 90, "ninety")];
    profile.page(false, &newest);
    profile.takes_in(
        "pidgin",
        vec![
            bob(10, "ten"),
            mine(20, "twenty"),
            bob(40, "forty"),
            mine(95, "last"),
        ],
    );
    let older = [
        profile.archived(1, 10, "ten"),
        profile.archived(2, 30, "thirty"),
        profile.archived(3, 40, "forty"),
        profile.archived(4, 80, "eighty"),
    ];
    profile.page(true, &older);
    let order = [
        "ten", "twenty", "thirty", "forty", "eighty", "ninety", "last",
    ];
    assert_eq!(profile.order(BOB), order);
    let oldest = profile.store.oldest_archived(&profile.chat(BOB)).unwrap();
    assert_eq!(oldest.as_deref(), Some("s1"));
    let forward = [
        profile.archived(10, 92, "ninety-two"),
        profile.archived(11, 99, "new"),
    ];
    profile.page(false, &forward);
    assert_eq!(
        profile.order(BOB)[5..],
        ["ninety", "ninety-two", "last", "new"]
    );
}

#[test]
fn very_many_fit_into_one_gap_in_their_order() {
    let mut profile = Profile::new();
    let ends = [
        profile.archived(1, 0, "first"),
        profile.archived(2, 900, "last"),
    ];
    profile.page(false, &ends);
    let many: Vec<_> = (1..800).map(|hour| bob(hour, &hour.to_string())).collect();
    profile.takes_in("gajim", many);
    let first = profile.all(BOB)[0].id;
    assert_eq!(profile.order(BOB).last().unwrap(), "last");
    let ordered =
        "SELECT COUNT(*) FROM (SELECT at, LAG(at) OVER (ORDER BY place) AS before FROM message)
        WHERE at < before";
    assert_eq!(profile.count(ordered), 0);
    assert_eq!(profile.count("SELECT COUNT(*) FROM message"), 801);
    assert!(first.0 > 0);
}

#[test]
fn a_correction_shows_and_the_first_words_are_known() {
    let mut profile = Profile::new();
    let corrected = ForeignMessage {
        sender_id: Some("b1".to_owned()),
        corrected: Some("Tuesday".to_owned()),
        ..bob(1, "Monday")
    };
    profile.takes_in("gajim", vec![corrected.clone()]);
    assert_eq!(profile.takes_in("gajim", vec![corrected]).known, 1);
    let all = profile.all(BOB);
    assert_eq!((all[0].body.as_str(), all[0].corrected), ("Tuesday", true));
}

#[test]
fn a_room_stays_a_room_and_a_contact_a_contact() {
    let mut profile = Profile::new();
    profile.hear(BOB, "b1", "Hello");
    let in_room = ForeignMessage {
        room: true,
        author: Author::Occupant {
            nick: "Bob".to_owned(),
        },
        ..bob(1, "Hello")
    };
    let taken = profile.takes_in("gajim", vec![in_room.clone()]);
    assert_eq!((taken.new, taken.misplaced), (0, 1));
    let tea = ForeignMessage {
        chat: jid("tea@rooms.example.org"),
        ..in_room
    };
    assert_eq!(profile.takes_in("gajim", vec![tea]).new, 1);
    let chat = profile.chat("tea@rooms.example.org");
    assert_eq!(
        profile.store.chat_kind(&chat).unwrap(),
        Some(ChatKind::Room)
    );
}

#[test]
fn a_chat_that_was_deleted_takes_its_history_along_and_may_be_taken_in_again() {
    let mut profile = Profile::new();
    let all = vec![bob(1, "Hello"), mine(2, "Hello Bob")];
    profile.takes_in("gajim", all.clone());
    let chat = profile.chat(BOB);
    profile.store.delete_chat(&chat).unwrap();
    assert_eq!(profile.count("SELECT COUNT(*) FROM imported"), 0);
    assert_eq!(profile.takes_in("gajim", all).new, 2);
}
