//! Answers, and what they show of the messages that they answer.

use super::{Profile, jid, new};
use crate::{NewMessage, Queued};
use carillon_core::chat::{Author, HistoryAnchor};
use carillon_core::ids::{ChatRef, MessageId, Timestamp};
use carillon_core::reply::{Reply, ReplyTo};
use carillon_core::session::{About, Change};

const BOB: &str = "bob@example.org";
const CHOIR: &str = "choir@rooms.example.org";

fn answering(said: NewMessage, target: &str, mine: Option<bool>) -> NewMessage {
    NewMessage {
        reply: Some(ReplyTo {
            target: target.to_owned(),
            mine,
        }),
        ..said
    }
}

fn about(said: NewMessage, of: &str, change: Change) -> NewMessage {
    NewMessage {
        about: Some(About {
            target: of.to_owned(),
            change,
        }),
        ..said
    }
}

fn in_room(nick: &str, stanza_id: &str, said: NewMessage) -> NewMessage {
    NewMessage {
        author: Author::Occupant {
            nick: nick.to_owned(),
        },
        room: true,
        stanza_id: Some(stanza_id.to_owned()),
        ..said
    }
}

fn known(message: MessageId, author: Author, text: &str) -> Option<Reply> {
    Some(Reply::Known {
        message,
        author,
        text: text.to_owned(),
        retracted: false,
        file: None,
    })
}

impl Profile {
    fn hears_new(&mut self, said: &NewMessage) -> MessageId {
        new(self.store.receive(said).unwrap())
    }

    fn answers(&self, message: MessageId) -> Option<Reply> {
        let one = self.store.message(message).unwrap().unwrap();
        let page = self.store.history(&one.chat, HistoryAnchor::Newest, 50);
        let same = page
            .unwrap()
            .messages
            .into_iter()
            .find(|same| same.id == message);
        assert_eq!(same.unwrap().reply, one.reply);
        one.reply
    }

    fn i_answer(
        &mut self,
        chat: &ChatRef,
        id: &str,
        of: MessageId,
        room: bool,
    ) -> Option<MessageId> {
        let queued = self
            .store
            .queue_reply(chat, id, "Yes", Timestamp(9), room, of);
        match queued.unwrap() {
            Some(Queued::New(message) | Queued::AlreadyQueued(message)) => Some(message),
            None => None,
        }
    }
}

#[test]
fn an_answer_shows_the_message_as_it_stands_here() {
    let mut profile = Profile::new();
    let first = profile.hear(BOB, "b1", "Helo");
    let said = profile.said(BOB, "b2", "I mean it");
    let answer = profile.hears_new(&answering(said, "b1", Some(false)));
    assert_eq!(
        profile.answers(answer),
        known(first, Author::Contact, "Helo")
    );
    let correction = about(profile.said(BOB, "b3", "Hello"), "b1", Change::Correction);
    profile.store.receive(&correction).unwrap();
    assert_eq!(
        profile.answers(answer),
        known(first, Author::Contact, "Hello")
    );
    // Some name a corrected message by its correction.
    let said = profile.said(BOB, "b4", "Really");
    let other = profile.hears_new(&answering(said, "b3", None));
    assert_eq!(
        profile.answers(other),
        known(first, Author::Contact, "Hello")
    );
    let correction = about(
        profile.said(BOB, "b5", "I did mean it"),
        "b2",
        Change::Correction,
    );
    profile.store.receive(&correction).unwrap();
    assert_eq!(
        profile.answers(answer),
        known(first, Author::Contact, "Hello")
    );
    let mut back = about(profile.said(BOB, "b6", ""), "b1", Change::Retraction);
    back.body.clear();
    profile.store.receive(&back).unwrap();
    let taken_back = Some(Reply::Known {
        message: first,
        author: Author::Contact,
        text: String::new(),
        retracted: true,
        file: None,
    });
    assert_eq!(profile.answers(answer), taken_back);
}

#[test]
fn what_is_answered_may_come_later_and_long_words_are_short() {
    let mut profile = Profile::new();
    let said = profile.said(BOB, "b2", "I mean it");
    let answer = profile.hears_new(&answering(said, "b1", None));
    assert_eq!(profile.answers(answer), Some(Reply::Unknown));
    let first = profile.hear(BOB, "b1", &"ü".repeat(1_000));
    let short = "ü".repeat(280);
    assert_eq!(
        profile.answers(answer),
        known(first, Author::Contact, &short)
    );
}

#[test]
fn an_answer_never_shows_what_somebody_else_said_or_another_chat() {
    let mut profile = Profile::new();
    profile.hear("carol@example.org", "c1", "Said to me by Carol");
    let theirs = profile.hear(BOB, "m1", "Theirs");
    let queued =
        profile
            .store
            .queue_message(profile.alice, &jid(BOB), "m1", "Mine", Timestamp(5), false);
    let Queued::New(mine) = queued.unwrap() else {
        panic!("a new message")
    };
    let mut n = 0;
    for (target, says_mine, shows) in [
        ("c1", None, Some(Reply::Unknown)),
        ("c1", Some(true), Some(Reply::Unknown)),
        ("c1", Some(false), Some(Reply::Unknown)),
        ("b9", None, Some(Reply::Unknown)),
        ("m1", Some(true), known(mine, Author::Me, "Mine")),
        ("m1", Some(false), known(theirs, Author::Contact, "Theirs")),
        ("n9", Some(true), Some(Reply::Unknown)),
    ] {
        n += 1;
        let said = profile.said(BOB, &format!("n{n}"), "so");
        let answer = profile.hears_new(&answering(said, target, says_mine));
        assert_eq!(profile.answers(answer), shows, "{target} {says_mine:?}");
    }
    // One that names itself, or only what came after it under an old name.
    let said = profile.said(BOB, "again", "First");
    let first = profile.hears_new(&said);
    let said = profile.said(BOB, "x", "Answer");
    let answer = profile.hears_new(&answering(said, "again", None));
    let said = profile.said(BOB, "again", "Other words under the same name");
    profile.hears_new(&said);
    assert_eq!(
        profile.answers(answer),
        known(first, Author::Contact, "First")
    );
}

#[test]
fn in_a_room_only_the_rooms_name_counts() {
    let mut profile = Profile::new();
    let said = profile.said(CHOIR, "b1", "Hello");
    let first = profile.hears_new(&in_room("bob", "s1", said));
    let author = || Author::Occupant {
        nick: "bob".to_owned(),
    };
    let mut answer = |number: usize, target: &str| {
        let said = profile.said(CHOIR, &format!("c{number}"), "Yes");
        let said = answering(in_room("carol", &format!("t{number}"), said), target, None);
        let answer = profile.hears_new(&said);
        profile.answers(answer)
    };
    assert_eq!(answer(1, "s1"), known(first, author(), "Hello"));
    // The sender's, its own, and none.
    for (number, target) in [(2, "b1"), (3, "t3"), (4, "s9")] {
        assert_eq!(answer(number, target), Some(Reply::Unknown), "{target}");
    }
}

#[test]
fn my_answer_is_one_row_and_goes_out_with_what_it_answers_also_on_the_next_try() {
    let mut profile = Profile::new();
    let first = profile.hear(BOB, "b1", "Hello?");
    let chat = profile.chat(BOB);
    let answer = profile.i_answer(&chat, "m1", first, false).unwrap();
    assert_eq!(profile.i_answer(&chat, "m1", first, false), Some(answer));
    let known = known(first, Author::Contact, "Hello?");
    assert_eq!(profile.answers(answer), known);
    let waits = |profile: &Profile| {
        let waiting = profile.store.waiting(profile.alice).unwrap();
        let [only] = &waiting[..] else {
            panic!("{waiting:?}")
        };
        let reply = only.reply.clone().unwrap();
        assert_eq!((only.body.as_str(), reply.target.as_str()), ("Yes", "b1"));
        Some(reply.of)
    };
    assert_eq!(waits(&profile), known);
    profile
        .store
        .fail(profile.alice, &jid(BOB), "m1", "no")
        .unwrap();
    let again = profile.store.retry(answer).unwrap().unwrap();
    assert_eq!(again.reply.map(|reply| reply.of), known);
    assert_eq!(waits(&profile), known);
    profile
        .store
        .queue_correction(answer, "c1", "Yes!", Timestamp(10))
        .unwrap();
    let [change] = &profile
        .store
        .waiting_changes_after(profile.alice, 0, 9)
        .unwrap()[..]
    else {
        panic!("one change")
    };
    assert_eq!(
        change.reply.as_ref().map(|reply| reply.target.as_str()),
        Some("b1")
    );
    assert_eq!(profile.answers(answer), known);
}

#[test]
fn what_others_know_by_no_name_cannot_be_answered_by_one() {
    let mut profile = Profile::new();
    let nameless = NewMessage {
        sender_id: None,
        ..profile.said(BOB, "", "Hello")
    };
    let nameless = profile.hears_new(&nameless);
    let chat = profile.chat(BOB);
    assert_eq!(profile.i_answer(&chat, "m1", nameless, false), None);
    let elsewhere = profile.hear("carol@example.org", "c1", "Hello");
    assert_eq!(profile.i_answer(&chat, "m2", elsewhere, false), None);
    let said = NewMessage {
        stanza_id: None,
        ..in_room("bob", "", profile.said(CHOIR, "b1", "Hello"))
    };
    let unnamed = profile.hears_new(&said);
    let room = profile.chat(CHOIR);
    assert_eq!(profile.i_answer(&room, "m3", unnamed, true), None);
    assert_eq!(profile.store.unsent_count().unwrap(), 0);
}
