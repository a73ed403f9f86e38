//! The signs that people give a message.

use super::{Profile, jid, new};
use crate::{NewMessage, Received};
use carillon_core::chat::Author;
use carillon_core::ids::{MessageId, Timestamp};
use carillon_core::session::{About, Change};

const BOB: &str = "bob@example.org";
const CHOIR: &str = "choir@rooms.example.org";

fn reacting(said: NewMessage, of: &str, signs: &[&str]) -> NewMessage {
    NewMessage {
        body: String::new(),
        about: Some(About {
            target: of.to_owned(),
            change: Change::Reactions(signs.iter().map(|sign| (*sign).to_owned()).collect()),
        }),
        ..said
    }
}

impl Profile {
    fn reacts(&mut self, id: &str, of: &str, signs: &[&str]) -> Received {
        let said = reacting(self.said(BOB, id, ""), of, signs);
        self.store.receive(&said).unwrap()
    }

    fn in_room(&self, nick: &str, occupant: Option<&str>, id: &str) -> NewMessage {
        NewMessage {
            author: Author::Occupant {
                nick: nick.to_owned(),
            },
            room: true,
            occupant: occupant.map(str::to_owned),
            ..self.said(CHOIR, id, "Hello")
        }
    }

    /// Each sign with how many gave it, `*` where I did.
    fn signs(&self, message: MessageId) -> Vec<String> {
        let message = self.store.message(message).unwrap().unwrap();
        message
            .reactions
            .into_iter()
            .map(|one| {
                let mine = if one.mine { "*" } else { "" };
                format!("{}{}{mine}", one.emoji, one.count)
            })
            .collect()
    }

    fn i_react(&mut self, message: MessageId, id: &str, signs: &[&str]) {
        let signs: Vec<String> = signs.iter().map(|sign| (*sign).to_owned()).collect();
        let queued = self
            .store
            .queue_reactions(message, id, &signs, Timestamp(9));
        assert!(queued.unwrap().is_some());
    }
}

#[test]
fn of_everybody_the_last_signs_count() {
    let mut profile = Profile::new();
    let message = profile.hear(BOB, "b1", "Hello");
    let reacted = |more| Received::Reacted { message, more };
    assert_eq!(profile.reacts("r1", "b1", &["👍", "🎉"]), reacted(true));
    profile.i_react(message, "m1", &["👍"]);
    assert_eq!(profile.signs(message), ["👍2*", "🎉1"]);
    assert_eq!(
        profile.reacts("r1", "b1", &["👍", "🎉"]),
        Received::Duplicate(message)
    );
    assert_eq!(profile.reacts("r2", "b1", &["🎉"]), reacted(false));
    assert_eq!(profile.signs(message), ["🎉1", "👍1*"]);
    assert_eq!(profile.reacts("r3", "b1", &[]), reacted(false));
    profile.i_react(message, "m2", &[]);
    assert_eq!(profile.signs(message), Vec::<String>::new());
    assert_eq!(profile.count("SELECT COUNT(*) FROM message"), 1);
    assert_eq!(profile.store.unread(&profile.chat(BOB)).unwrap(), 1);
}

#[test]
fn what_comes_before_its_message_waits_for_it() {
    let mut profile = Profile::new();
    assert_eq!(profile.reacts("r1", "b1", &["👍"]), Received::Kept);
    let message = profile.hear(BOB, "b1", "Hello");
    assert_eq!(profile.signs(message), ["👍1"]);
}

#[test]
fn a_corrected_message_is_meant_by_either_id() {
    let mut profile = Profile::new();
    let message = profile.hear(BOB, "b1", "Helo");
    let correction = NewMessage {
        about: Some(About {
            target: "b1".to_owned(),
            change: Change::Correction,
        }),
        ..profile.said(BOB, "b2", "Hello")
    };
    profile.store.receive(&correction).unwrap();
    profile.reacts("r1", "b2", &["👍"]);
    assert_eq!(profile.signs(message), ["👍1"]);
}

#[test]
fn in_a_room_a_message_is_named_by_the_room_and_people_are_told_apart() {
    let mut profile = Profile::new();
    let said = NewMessage {
        stanza_id: Some("s1".to_owned()),
        ..profile.in_room("bob", Some("id:b"), "x1")
    };
    let message = new(profile.store.receive(&said).unwrap());
    let unnamed = new(profile
        .store
        .receive(&profile.in_room("bob", None, "x2"))
        .unwrap());
    for (nick, occupant, id, of, sign) in [
        ("carol", Some("id:c"), "r1", "s1", "👍"),
        // The same person under another nick.
        ("caro", Some("id:c"), "r2", "s1", "🎉"),
        // Somebody else with the nick that she had.
        ("carol", Some("id:m"), "r3", "s1", "💡"),
        ("carol", None, "r4", "s1", "🎈"),
        // Its sender's id is not the room's, and anybody may use it.
        ("carol", Some("id:c"), "r5", "x1", "👎"),
        ("carol", Some("id:c"), "r6", "x2", "👍"),
    ] {
        let said = reacting(profile.in_room(nick, occupant, id), of, &[sign]);
        profile.store.receive(&said).unwrap();
    }
    assert_eq!(profile.signs(message), ["🎉1", "💡1", "🎈1"]);
    assert_eq!(profile.signs(unnamed), ["👍1"]);
}

#[test]
fn mine_wait_go_and_are_taken_back_where_they_are_refused() {
    let mut profile = Profile::new();
    let message = profile.hear(BOB, "b1", "Hello");
    profile.i_react(message, "m1", &["👍"]);
    profile.i_react(message, "m1", &["👍"]);
    let waiting = profile.store.waiting_changes_after(profile.alice, 0, 9);
    let waiting = waiting.unwrap();
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0].about.target, "b1");
    assert_eq!(
        waiting[0].about.change,
        Change::Reactions(vec!["👍".to_owned()])
    );
    let reached = profile
        .store
        .changes_reached(profile.alice, &["m1".to_owned()]);
    assert_eq!(reached.unwrap(), [message]);
    profile.i_react(message, "m2", &["🎉"]);
    let failed = profile
        .store
        .fail_change(profile.alice, &jid(BOB), "m2", "no");
    assert!(!failed.unwrap().unwrap().loud);
    assert_eq!(profile.signs(message), ["👍1*"]);
}

/// As an archive has it that does not tell who was called as I am now.
#[test]
fn what_comes_back_from_a_room_as_mine_is_there_once() {
    let mut profile = Profile::new();
    let said = NewMessage {
        stanza_id: Some("s1".to_owned()),
        ..profile.in_room("bob", Some("id:b"), "x1")
    };
    let message = new(profile.store.receive(&said).unwrap());
    profile.i_react(message, "m1", &["👍"]);
    let echo = NewMessage {
        under_my_nick: true,
        stanza_id: Some("s2".to_owned()),
        ..reacting(profile.in_room("alice", None, "m1"), "s1", &["👍"])
    };
    let page = crate::PageKind::Forward {
        cursor: None,
        complete: true,
        behind: Vec::new(),
    };
    let room = jid(CHOIR);
    profile
        .store
        .store_page(profile.alice, Some(&room), &page, &[echo])
        .unwrap();
    assert_eq!(profile.signs(message), ["👍1*"]);
}
