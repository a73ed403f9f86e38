//! Profiles with much in them, written by the store itself before anything runs: nobody waits for a million messages to
//! be sent.

use std::path::Path;

use carillon_core::BareJid;
use carillon_core::chat::Author;
use carillon_core::contact::{RosterItem, Subscription};
use carillon_core::ids::{AccountId, Timestamp};
use carillon_engine::store::{Arrival, NewMessage, Store, ToIndex};

use super::stage::{JID, NICK, ROOM, ROSTER, contact, occupant};

/// How much there is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Much {
    /// In the roster, in groups of two hundred.
    pub(crate) contacts: usize,
    /// Contacts with whom something was said.
    pub(crate) chats: usize,
    /// Messages of all of them.
    pub(crate) messages: usize,
    /// Messages in the room; without any there is no room.
    pub(crate) in_room: usize,
    /// Who said them.
    pub(crate) occupants: usize,
}

/// The first message was said then: in May 2024.
const FIRST: i64 = 1_714_550_400_000;
/// Between two messages, in milliseconds.
const APART: i64 = 60_000;
/// Messages that are stored in one piece.
const TOGETHER: usize = 2_000;
/// Different words that are said.
const WORDS: usize = 20_000;

/// Fills the store of a profile, with its index of words.
pub(crate) fn fill(profile: &Path, much: &Much) {
    let mut store = Store::open(&profile.join("carillon.db")).expect("the store");
    let account = store.account_id(&jid(JID)).expect("the account");
    let items = (0..much.contacts).map(in_roster).collect();
    store
        .replace_roster(account, Some(ROSTER), items)
        .expect("the roster");
    let mut talk = Talk::new(account);
    if much.in_room > 0 {
        let room = jid(ROOM);
        store
            .set_room(account, &room, NICK, "The square", false)
            .expect("the room");
    }
    let mut batch = Vec::with_capacity(TOGETHER);
    let (mut said_in_room, mut said_elsewhere) = (0, 0);
    for number in 0..much.messages + much.in_room {
        // The room's lie among the others, as they were said.
        let all = much.messages + much.in_room;
        let in_room = (number + 1) * much.in_room / all > number * much.in_room / all;
        let (chat, author) = if in_room {
            let nick = occupant(said_in_room % much.occupants);
            said_in_room += 1;
            (jid(ROOM), Author::Occupant { nick })
        } else {
            let author = [Author::Contact, Author::Me][said_elsewhere % 3 / 2].clone();
            let with = jid(&contact(said_elsewhere % much.chats));
            said_elsewhere += 1;
            (with, author)
        };
        batch.push((talk.says(number, chat, author), Arrival::default()));
        if batch.len() == TOGETHER {
            store.receive_all(&batch).expect("messages");
            batch.clear();
        }
    }
    store.receive_all(&batch).expect("messages");
    while store.index_words(4_096).expect("the index") != ToIndex::Nothing {}
    store.flush().expect("a disk");
}

/// What people type to find something, as often as in a language: few words are said most of the time.
pub(crate) fn wanted(number: usize) -> String {
    let mut words = Words::new(number as u64 + 1);
    let (first, second) = (words.one(), words.one());
    match number % 8 {
        0..=2 => first,
        3..=5 => format!("{first} {second}"),
        6 => first.chars().take(3).collect(),
        _ => format!("\"{first} {second}\""),
    }
}

fn jid(text: &str) -> BareJid {
    text.parse().expect("an address")
}

fn in_roster(number: usize) -> RosterItem {
    RosterItem {
        jid: jid(&contact(number)),
        name: format!(
            "{} {number}",
            ["Anna", "Bruno", "Chloe", "David"][number % 4]
        ),
        groups: [format!("Group {}", number / 200)].into(),
        subscription: Subscription::Both,
        ask: false,
    }
}

struct Talk {
    account: AccountId,
    words: Words,
}

impl Talk {
    fn new(account: AccountId) -> Self {
        Self {
            account,
            words: Words::new(0),
        }
    }

    fn says(&mut self, number: usize, chat: BareJid, author: Author) -> NewMessage {
        let mut body = format!("Number {number}:");
        for _ in 0..8 {
            body.push(' ');
            body.push_str(&self.words.one());
        }
        NewMessage {
            account: self.account,
            room: chat.as_str() == ROOM,
            chat: chat.into(),
            author,
            sender_id: Some(format!("bench-{number}")),
            origin_id: None,
            stanza_id: None,
            body,
            at: Timestamp(FIRST + APART * i64::try_from(number).expect("not so many")),
            seen: true,
            in_requests: false,
            under_my_nick: false,
            wants_receipt: false,
            markable: false,
            occupant: None,
            said_to: None,
            file: None,
            about: None,
            encryption: None,
            unstyled: false,
            reply: None,
        }
    }
}

/// Chance that is the same in every run.
struct Words(u64);

impl Words {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 7)
    }

    fn chance(&mut self) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits")
    }

    /// Half of all words are the few that are said most.
    fn one(&mut self) -> String {
        let bits = self.chance() % 15;
        let rank = ((1 << bits) + self.chance() % (1 << bits)).min(WORDS);
        spelt(rank)
    }
}

/// The word of a rank, the longer the rarer.
fn spelt(rank: usize) -> String {
    let mut of_word = Words::new(rank as u64);
    let letters = 2 + rank.ilog2() as usize / 3 + of_word.chance() % 4;
    let letter = |chance: usize| char::from(b"etaoinshrdlcumwfgypbvkjxqz"[chance % 26]);
    (0..letters).map(|_| letter(of_word.chance())).collect()
}
