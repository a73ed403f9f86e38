//! What archives hold, and how it finds its place.

mod world;

use super::{Profile, jid};
use crate::{ArchiveCursor, Arrival, NewMessage, PageKind, Received};
use carillon_core::chat::{Author, Delivery, HistoryAnchor};
use carillon_core::ids::{MessageId, Timestamp};

const BOB: &str = "bob@example.org";
const CAROL: &str = "carol@example.org";

impl Profile {
    /// What an archive has as entry `s{n}`: something that `by` said.
    fn entry(&self, by: &str, n: u32) -> NewMessage {
        NewMessage {
            stanza_id: Some(format!("s{n}")),
            at: Timestamp(i64::from(n)),
            ..self.said(by, &format!("id{n}"), &n.to_string())
        }
    }

    fn live(&mut self, by: &str, n: u32, gapless: bool) -> Received {
        let arrival = Arrival {
            gapless,
            ..Arrival::default()
        };
        let entry = self.entry(by, n);
        self.store.receive_by(&entry, &arrival).unwrap()
    }

    fn forward(&mut self, entries: &[NewMessage]) -> Vec<Received> {
        self.forward_to(entries, false)
    }

    fn forward_to(&mut self, entries: &[NewMessage], complete: bool) -> Vec<Received> {
        self.forward_behind(entries, complete, Vec::new())
    }

    fn forward_behind(
        &mut self,
        entries: &[NewMessage],
        complete: bool,
        behind: Vec<MessageId>,
    ) -> Vec<Received> {
        let cursor = entries.last().map(|last| ArchiveCursor {
            entry: last.stanza_id.clone().unwrap(),
            at: last.at,
        });
        let kind = PageKind::Forward {
            cursor,
            complete,
            behind,
        };
        let stored = self.store.store_page(self.alice, None, &kind, entries);
        stored
            .unwrap()
            .into_iter()
            .map(|one| one.received)
            .collect()
    }

    fn backward(&mut self, by: &str, entries: &[NewMessage], whole: bool) {
        let kind = PageKind::Backward {
            chat: jid(by).into(),
            whole,
        };
        self.store
            .store_page(self.alice, None, &kind, entries)
            .unwrap();
    }

    fn words(&self, with: &str) -> Vec<String> {
        let chat = self.chat(with);
        let page = self.store.history(&chat, HistoryAnchor::Newest, 200);
        page.unwrap()
            .messages
            .into_iter()
            .map(|one| one.body)
            .collect()
    }

    fn known_up_to(&self) -> Option<String> {
        let cursor = self.store.archive_cursor(self.alice, None).unwrap();
        cursor.map(|cursor| cursor.entry)
    }

    fn entries(&self, by: &str, numbers: impl IntoIterator<Item = u32>) -> Vec<NewMessage> {
        numbers.into_iter().map(|n| self.entry(by, n)).collect()
    }
}

#[test]
fn a_gap_is_filled_where_it_is_although_something_came_live_before() {
    let mut profile = Profile::new();
    for n in 1..=2 {
        profile.live(BOB, n, true);
    }
    // The link was away for 3, 4 and 5; 6 came before the archive was read.
    profile.live(BOB, 6, false);
    assert_eq!(profile.known_up_to().as_deref(), Some("s2"));
    let page = profile.entries(BOB, [3, 4]);
    profile.forward(&page);
    assert_eq!(profile.words(BOB), ["1", "2", "3", "4", "6"]);
    assert_eq!(profile.known_up_to().as_deref(), Some("s4"));
    let page = profile.entries(BOB, [5, 6, 7]);
    let received = profile.forward(&page);
    assert!(matches!(received[1], Received::Duplicate(_)));
    assert_eq!(profile.words(BOB), ["1", "2", "3", "4", "5", "6", "7"]);
    let newest = profile.store.chats().unwrap();
    assert_eq!(newest[0].last_text, "7");
}

#[test]
fn what_moves_behind_a_late_entry_takes_along_what_stands_on_the_next_page() {
    let mut profile = Profile::new();
    let page = profile.entries(BOB, [1, 3, 4]);
    profile.forward_to(&page, true);
    // It was said before 3, and the archive had it only after that page was read.
    profile.live(BOB, 2, false);
    assert_eq!(profile.words(BOB), ["1", "3", "4", "2"]);
    let page = profile.entries(BOB, [1, 2, 3]);
    let received = profile.forward(&page);
    let Received::Duplicate(last) = received[2] else {
        panic!("{received:?}");
    };
    let page = profile.entries(BOB, [4]);
    profile.forward_behind(&page, true, vec![last]);
    assert_eq!(profile.words(BOB), ["1", "2", "3", "4"]);
}

#[test]
fn what_i_wrote_meanwhile_goes_where_the_archive_has_it() {
    let mut profile = Profile::new();
    profile.live(BOB, 1, true);
    let (bob, alice) = (jid(BOB), profile.alice);
    profile
        .store
        .queue_message(alice, &bob, "mine", "mine", Timestamp(9), false)
        .unwrap();
    let mine = NewMessage {
        author: Author::Me,
        sender_id: Some("mine".to_owned()),
        body: "mine".to_owned(),
        ..profile.entry(BOB, 3)
    };
    let page = [profile.entry(BOB, 2), mine, profile.entry(BOB, 4)];
    let received = profile.forward(&page);
    assert!(
        matches!(received[1], Received::Updated(_)),
        "the server has it"
    );
    assert_eq!(profile.words(BOB), ["1", "2", "mine", "4"]);
    let page = profile
        .store
        .history(&profile.chat(BOB), HistoryAnchor::Newest, 9);
    assert_eq!(page.unwrap().messages[2].delivery, Some(Delivery::Sent));
}

/// What came after the mark was taken for placed: where a page began with it, it stayed, and what the page before had held
/// lay behind it.
#[test]
fn what_overtook_a_message_of_mine_is_placed_by_the_archive_wherever_its_pages_end() {
    let mut profile = Profile::new();
    profile.live(BOB, 1, true);
    let (bob, alice) = (jid(BOB), profile.alice);
    profile
        .store
        .queue_message(alice, &bob, "mine", "mine", Timestamp(9), false)
        .unwrap();
    for n in 3..=5 {
        let arrival = Arrival {
            gapless: true,
            overtakes: true,
            ..Arrival::default()
        };
        let entry = profile.entry(BOB, n);
        profile.store.receive_by(&entry, &arrival).unwrap();
    }
    assert_eq!(profile.known_up_to().as_deref(), Some("s1"));
    let mine = NewMessage {
        author: Author::Me,
        sender_id: Some("mine".to_owned()),
        body: "mine".to_owned(),
        ..profile.entry(BOB, 2)
    };
    let page = [mine, profile.entry(BOB, 3)];
    profile.forward(&page);
    for page in [4..=4, 5..=6] {
        let page = profile.entries(BOB, page);
        profile.forward(&page);
    }
    assert_eq!(profile.words(BOB), ["1", "mine", "3", "4", "5", "6"]);
}

#[test]
fn the_archives_order_counts_and_not_the_clocks() {
    let mut profile = Profile::new();
    profile.live(BOB, 1, true);
    let mut page = profile.entries(BOB, [3, 2, 4]);
    page[1].at = Timestamp(-5);
    profile.forward(&page);
    assert_eq!(profile.words(BOB), ["1", "3", "2", "4"]);
}

#[test]
fn of_two_entries_with_one_message_the_first_says_where_it_lies() {
    let mut profile = Profile::new();
    profile.live(BOB, 1, true);
    // The server took 2 from a broken link and again from the resumed one. Only the second copy came live.
    let again = NewMessage {
        stanza_id: Some("s5".to_owned()),
        ..profile.entry(BOB, 2)
    };
    let arrival = Arrival {
        gapless: false,
        ..Arrival::default()
    };
    profile.store.receive_by(&again, &arrival).unwrap();
    let mut page = profile.entries(BOB, [2, 3, 4]);
    page.push(again);
    profile.forward(&page);
    assert_eq!(profile.words(BOB), ["1", "2", "3", "4"]);
}

#[test]
fn scrolling_back_puts_the_older_before_and_ends_where_the_archive_begins() {
    let mut profile = Profile::new();
    let newest = profile.entries(BOB, 7..=9);
    profile.forward(&newest);
    let chat = profile.chat(BOB);
    for (oldest, page, whole) in [("s7", 4..=6, false), ("s4", 1..=3, true)] {
        let known = profile.store.oldest_archived(&chat).unwrap();
        assert_eq!(known.as_deref(), Some(oldest));
        assert!(!profile.store.is_archive_whole(&chat).unwrap());
        let page = profile.entries(BOB, page);
        profile.backward(BOB, &page, whole);
    }
    assert!(profile.store.is_archive_whole(&chat).unwrap());
    let all: Vec<_> = (1..=9).map(|n| n.to_string()).collect();
    assert_eq!(profile.words(BOB), all);
    assert_eq!(
        profile.known_up_to().as_deref(),
        Some("s9"),
        "that is another matter"
    );
    assert_eq!(profile.store.chats().unwrap()[0].last_text, "9");
}

#[test]
fn what_lies_before_the_last_seen_is_seen_with_it_wherever_it_was_stored() {
    let mut profile = Profile::new();
    profile.live(BOB, 1, true);
    let Received::New(newest) = profile.live(BOB, 9, false) else {
        panic!("it is new");
    };
    let page = profile.entries(BOB, 2..=5);
    profile.forward(&page);
    let chat = profile.chat(BOB);
    assert_eq!(profile.store.unread(&chat).unwrap(), 6);
    let seen = profile.store.mark_seen(chat.account, &chat.jid, newest);
    assert_eq!(seen.unwrap().newly, 6);
    assert_eq!(profile.store.unread(&chat).unwrap(), 0);
}

#[test]
fn a_gap_larger_than_the_room_in_it_is_filled_all_the_same() {
    let mut profile = Profile::new();
    profile.live(BOB, 1, true);
    profile.live(BOB, 100_000, false);
    for first in (2..18_002).step_by(100) {
        let page = profile.entries(BOB, first..first + 100);
        profile.forward(&page);
    }
    let order = "SELECT COUNT(*) FROM (SELECT CAST(body AS INTEGER) AS n,
            LAG(CAST(body AS INTEGER)) OVER (ORDER BY place) AS before FROM message) WHERE n <= before";
    assert_eq!(profile.count("SELECT COUNT(*) FROM message"), 18_002);
    assert_eq!(profile.count(order), 0);
    let same = "SELECT COUNT(*) - COUNT(DISTINCT place) FROM message";
    assert_eq!(profile.count(same), 0);
}

#[test]
fn an_empty_page_moves_nothing() {
    let mut profile = Profile::new();
    profile.live(BOB, 1, true);
    profile.forward(&[]);
    assert_eq!(profile.known_up_to().as_deref(), Some("s1"));
}

#[test]
fn a_rooms_archive_has_a_cursor_of_its_own() {
    let mut profile = Profile::new();
    let den = jid("den@rooms.example.org");
    let said = NewMessage {
        room: true,
        author: Author::Occupant {
            nick: "Bob".to_owned(),
        },
        ..profile.entry("den@rooms.example.org", 5)
    };
    let arrival = Arrival {
        gapless: true,
        ..Arrival::default()
    };
    profile.store.receive_by(&said, &arrival).unwrap();
    assert_eq!(profile.known_up_to(), None);
    let cursor = profile
        .store
        .archive_cursor(profile.alice, Some(&den))
        .unwrap();
    assert_eq!(cursor.unwrap().entry, "s5");
}

#[test]
fn what_i_wrote_and_no_server_has_does_not_say_how_far_the_archive_is_known() {
    let mut profile = Profile::new();
    let (bob, alice) = (jid(BOB), profile.alice);
    profile.live(BOB, 5, false);
    for (id, at) in [("sent", 7), ("waits", 8), ("failed", 9)] {
        profile
            .store
            .queue_message(alice, &bob, id, id, Timestamp(at), false)
            .unwrap();
    }
    let newest = |profile: &Profile| profile.store.newest_said(alice).unwrap();
    profile.store.fail(alice, &bob, "failed", "").unwrap();
    assert_eq!(newest(&profile), Some(Timestamp(5)));
    profile
        .store
        .advance(alice, None, "sent", Delivery::Sent)
        .unwrap();
    assert_eq!(newest(&profile), Some(Timestamp(7)));
}

impl Profile {
    /// I write to Bob on a link that nothing was missed on, and the server has it.
    fn reaches(&mut self, id: &str) {
        let (bob, alice) = (jid(BOB), self.alice);
        self.store
            .queue_message(alice, &bob, id, id, Timestamp(9), false)
            .unwrap();
        self.store.reached(alice, &[id.to_owned()], true).unwrap();
    }

    fn mine(&self, id: &str, n: u32) -> NewMessage {
        NewMessage {
            author: Author::Me,
            sender_id: Some(id.to_owned()),
            body: id.to_owned(),
            ..self.entry(BOB, n)
        }
    }
}

#[test]
fn what_i_wrote_lies_in_order_also_between_the_pages_that_hold_it() {
    let mut profile = Profile::new();
    profile.live(BOB, 1, true);
    for id in ["a", "b", "c", "d"] {
        profile.reaches(id);
    }
    let in_order = ["1", "a", "b", "c", "d"];
    for page in [[("a", 2), ("b", 3)], [("c", 4), ("d", 5)]] {
        let page = page.map(|(id, n)| profile.mine(id, n));
        profile.forward(&page);
        assert_eq!(profile.words(BOB), in_order);
    }
    // What another device of mine said in between lies where the archive has it.
    profile.reaches("e");
    profile.reaches("f");
    let page = [profile.mine("e", 6), profile.mine("elsewhere", 7)];
    profile.forward(&page);
    profile.forward_to(&[profile.mine("f", 8)], true);
    assert_eq!(
        profile.words(BOB),
        ["1", "a", "b", "c", "d", "e", "elsewhere", "f"]
    );
}

#[test]
fn what_is_read_once_more_keeps_its_place_also_while_the_rest_is_still_to_come() {
    let mut profile = Profile::new();
    let all = profile.entries(BOB, 1..=6);
    profile.forward(&all);
    let in_order = ["1", "2", "3", "4", "5", "6"];
    for page in [2..=3, 4..=5, 1..=2] {
        let page = profile.entries(BOB, page);
        profile.forward(&page);
        assert_eq!(profile.words(BOB), in_order);
    }
}

#[test]
fn what_an_archive_does_not_hold_of_mine_stays_before_what_was_said_later() {
    let mut profile = Profile::new();
    profile.live(BOB, 1, true);
    profile.reaches("a");
    profile.reaches("b");
    for n in 2..=3 {
        let page = profile.entries(BOB, [n]);
        profile.forward(&page);
    }
    assert_eq!(profile.words(BOB), ["1", "a", "b", "2", "3"]);
}
