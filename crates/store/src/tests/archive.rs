//! What archives hold, and how it finds its place.

use super::{Profile, jid};
use crate::{ArchiveCursor, Arrival, NewMessage, PageKind, Received};
use carillon_core::chat::{Author, Delivery, HistoryAnchor};
use carillon_core::ids::Timestamp;
use proptest::prelude::*;

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
        let cursor = entries.last().map(|last| ArchiveCursor {
            entry: last.stanza_id.clone().unwrap(),
            at: last.at,
        });
        let kind = PageKind::Forward { cursor, complete };
        let stored = self.store.store_page(self.alice, None, &kind, entries);
        stored
            .unwrap()
            .into_iter()
            .map(|one| one.received)
            .collect()
    }

    fn backward(&mut self, by: &str, entries: &[NewMessage], whole: bool) {
        let kind = PageKind::Backward {
            chat: jid(by),
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

/// What happens next.
#[derive(Debug, Clone)]
enum Step {
    /// Somebody says something: Bob, or Carol.
    Said(bool),
    /// I write to Bob; it reaches the server now, or when there is a link again.
    Written,
    /// The link breaks.
    Away,
    /// It is there again; live messages come before the archive is read.
    Back,
    /// A page of so many entries is read.
    Page(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => any::<bool>().prop_map(Step::Said),
        2 => Just(Step::Written),
        2 => Just(Step::Away),
        2 => Just(Step::Back),
        4 => (1..4_usize).prop_map(Step::Page),
    ];
    proptest::collection::vec(step, 1..80)
}

struct World {
    profile: Profile,
    /// Everything, in the archive's order.
    archive: Vec<NewMessage>,
    online: bool,
    caught_up: bool,
    unsent: Vec<NewMessage>,
    written: u32,
}

impl World {
    fn said(&mut self, carol: bool) {
        let n = u32::try_from(self.archive.len()).unwrap() + 1;
        let entry = self.profile.entry(if carol { CAROL } else { BOB }, n);
        self.archive.push(entry);
        if self.online {
            self.profile
                .live(if carol { CAROL } else { BOB }, n, self.caught_up);
        }
    }

    fn writes(&mut self) {
        self.written += 1;
        let id = format!("mine{}", self.written);
        let (bob, alice) = (jid(BOB), self.profile.alice);
        let now = Timestamp(i64::try_from(self.archive.len()).unwrap() + 1);
        self.profile
            .store
            .queue_message(alice, &bob, &id, &id, now, false)
            .unwrap();
        self.unsent.push(NewMessage {
            author: Author::Me,
            sender_id: Some(id.clone()),
            body: id,
            ..self.profile.entry(BOB, 0)
        });
        if self.online {
            self.send();
        }
    }

    /// My own messages do not come back to me: only the archive tells their entries.
    fn send(&mut self) {
        for mut mine in std::mem::take(&mut self.unsent) {
            let n = self.archive.len() + 1;
            mine.stanza_id = Some(format!("s{n}"));
            let ids = [mine.sender_id.clone().unwrap()];
            self.archive.push(mine);
            let (store, alice) = (&mut self.profile.store, self.profile.alice);
            store.reached(alice, &ids, self.caught_up).unwrap();
        }
    }

    fn page(&mut self, size: usize) {
        if !self.online || self.caught_up {
            return;
        }
        let known: usize = self
            .profile
            .known_up_to()
            .map_or(0, |entry| entry[1..].parse().unwrap());
        let end = (known + size).min(self.archive.len());
        let page = self.archive[known..end].to_vec();
        self.caught_up = end == self.archive.len();
        self.profile.forward_to(&page, self.caught_up);
    }

    /// Whatever of the archive is still to be read, what one person said lies in the order in which they said it.
    fn keeps_everybodys_order(&self) {
        for (with, mine) in [(BOB, true), (BOB, false), (CAROL, false)] {
            let said = self.profile.words(with).into_iter();
            let said = said.filter(|word| word.starts_with("mine") == mine);
            let numbers = said.map(|word| word.trim_start_matches("mine").parse::<u32>().unwrap());
            assert!(
                numbers.is_sorted(),
                "{with}: {:?}",
                self.profile.words(with)
            );
        }
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Said(carol) => self.said(*carol),
            Step::Written => self.writes(),
            Step::Away => {
                self.online = false;
                self.caught_up = false;
            }
            Step::Back => {
                if !self.online {
                    self.online = true;
                    self.send();
                }
            }
            Step::Page(size) => self.page(*size),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn in_the_end_every_chat_is_what_the_archive_says(steps in steps()) {
        let mut world = World {
            profile: Profile::within(super::quick_folder()),
            archive: Vec::new(),
            online: true,
            caught_up: true,
            unsent: Vec::new(),
            written: 0,
        };
        for step in &steps {
            world.step(step);
            world.keeps_everybodys_order();
        }
        world.step(&Step::Away);
        world.step(&Step::Back);
        while !world.caught_up {
            world.page(3);
            world.keeps_everybodys_order();
        }
        for with in [BOB, CAROL] {
            let held: Vec<_> = world
                .archive
                .iter()
                .filter(|one| one.chat == jid(with))
                .map(|one| one.body.clone())
                .collect();
            prop_assert_eq!(world.profile.words(with), held);
        }
    }
}
