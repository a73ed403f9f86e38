//! What the user deletes here and pins.

use super::{Profile, jid, new};
use crate::{ActivityRow, MOST_PINS, NewMessage, Queued, Received};
use carillon_core::chat::{Delivery, HistoryAnchor};
use carillon_core::ids::{MessageId, Timestamp};
use carillon_core::reply::{Reply, ReplyTo};
use carillon_core::session::{About, Change};

const BOB: &str = "bob@example.org";

impl Profile {
    fn bodies(&self) -> Vec<String> {
        let page = self
            .store
            .history(&self.chat(BOB), HistoryAnchor::Newest, 50)
            .unwrap();
        assert!(!page.more_before && !page.more_after);
        page.messages.into_iter().map(|one| one.body).collect()
    }

    fn deletes(&mut self, messages: &[MessageId]) -> usize {
        self.store.delete_messages(messages).unwrap().len()
    }

    fn pins(&self) -> Vec<MessageId> {
        let pins = self.store.pins(&self.chat(BOB)).unwrap();
        pins.into_iter().map(|one| one.id).collect()
    }
}

#[test]
fn what_is_deleted_is_gone_with_its_words_and_no_copy_brings_it_back() {
    let mut profile = Profile::new();
    let first = profile.hear(BOB, "b1", "First");
    let secret = profile.hear(BOB, "b2", "Secret");
    let chat = profile.chat(BOB);
    let happened = ActivityRow {
        account: Some(profile.alice),
        kind: "message".to_owned(),
        jid: Some(jid(BOB).into()),
        at: Timestamp(7),
        outcome: "popup".to_owned(),
        trace: "[]".to_owned(),
        message: Some(secret),
    };
    profile.store.add_activity(&happened).unwrap();
    assert_eq!(profile.deletes(&[secret, secret, MessageId(99)]), 1);
    let listed = profile.store.activity(None, 10).unwrap();
    assert_eq!(listed[0].row.message, None, "it leads nowhere");
    assert_eq!(profile.bodies(), ["First"]);
    assert_eq!(profile.store.message(secret).unwrap(), None);
    let line = profile.store.chat(&chat).unwrap().unwrap();
    assert_eq!((line.last_text.as_str(), line.unread), ("First", 1));
    assert_eq!(line.last_message, Some(first));
    assert_eq!(profile.store.said_in(&chat).unwrap(), 1);
    let with_name = NewMessage {
        stanza_id: Some("s2".to_owned()),
        ..profile.said(BOB, "b2", "Secret")
    };
    for copy in [profile.said(BOB, "b2", "Secret"), with_name] {
        let received = profile.store.receive(&copy).unwrap();
        assert_eq!(received, Received::Duplicate(secret));
    }
    let correction = NewMessage {
        about: Some(About {
            target: "b2".to_owned(),
            change: Change::Correction,
        }),
        ..profile.said(BOB, "b3", "Secret again")
    };
    profile.store.receive(&correction).unwrap();
    assert_eq!(profile.bodies(), ["First"]);
    let words = "SELECT COUNT(*) FROM message WHERE body LIKE 'Secret%' OR original LIKE 'Secret%'";
    assert_eq!(profile.count(words), 0);
    let said = "SELECT COUNT(*) FROM change WHERE words LIKE 'Secret%'";
    assert_eq!(profile.count(said), 0);
}

#[test]
fn what_still_has_to_be_sent_is_not_deleted_and_what_was_sent_comes_no_further() {
    let mut profile = Profile::new();
    let queued =
        profile
            .store
            .queue_message(profile.alice, &jid(BOB), "m1", "Mine", Timestamp(5), false);
    let Queued::New(mine) = queued.unwrap() else {
        panic!("a new message")
    };
    assert_eq!(profile.deletes(&[mine]), 0);
    assert_eq!(profile.bodies(), ["Mine"]);
    profile
        .store
        .advance(profile.alice, None, "m1", Delivery::Sent)
        .unwrap();
    assert_eq!(profile.deletes(&[mine]), 1);
    let changed = profile
        .store
        .queue_correction(mine, "c1", "Other words", Timestamp(6));
    assert_eq!(changed.unwrap(), None);
    assert_eq!(profile.bodies(), Vec::<String>::new());
    let line = profile.store.chat(&profile.chat(BOB)).unwrap().unwrap();
    assert_eq!((line.last_message, line.last_text.as_str()), (None, ""));
}

#[test]
fn an_answer_to_what_is_deleted_shows_nothing_of_it() {
    let mut profile = Profile::new();
    let first = profile.hear(BOB, "b1", "Secret");
    let answer = NewMessage {
        reply: Some(ReplyTo {
            target: "b1".to_owned(),
            mine: None,
        }),
        ..profile.said(BOB, "b2", "so")
    };
    let answer = new(profile.store.receive(&answer).unwrap());
    profile.deletes(&[first]);
    let answer = profile.store.message(answer).unwrap().unwrap();
    assert_eq!(answer.reply, Some(Reply::Unknown));
}

#[test]
fn pins_are_of_one_chat_in_its_order_and_go_with_their_messages() {
    let mut profile = Profile::new();
    let [first, second] = ["b1", "b2"].map(|id| profile.hear(BOB, id, id));
    let other = profile.hear("carol@example.org", "c1", "Hello");
    for message in [second, first, other, first] {
        let chat = profile.store.pin(message, true, Timestamp(1)).unwrap();
        assert!(chat.is_some());
    }
    assert_eq!(profile.pins(), [first, second]);
    profile.store.pin(second, false, Timestamp(2)).unwrap();
    assert_eq!(profile.pins(), [first]);
    profile.deletes(&[first]);
    assert_eq!(profile.pins(), []);
    let none = profile.store.pin(first, true, Timestamp(3)).unwrap();
    assert_eq!(none, None);
    let chat = profile.chat("carol@example.org");
    profile.store.delete_chat(&chat).unwrap();
    assert_eq!(profile.count("SELECT COUNT(*) FROM pin"), 0);
}

#[test]
fn there_are_not_too_many_pins() {
    let mut profile = Profile::new();
    let most = i64::from(MOST_PINS);
    let all: Vec<MessageId> = (0..=most)
        .map(|number| profile.hear(BOB, &format!("b{number}"), "Hello"))
        .collect();
    for (message, at) in all.iter().zip(0..) {
        profile.store.pin(*message, true, Timestamp(at)).unwrap();
    }
    assert_eq!(profile.pins(), all[1..]);
}
