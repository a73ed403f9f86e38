//! Whatever happens in whatever order: every message once, none hidden, and the counts are true.

use super::{Profile, jid, quick_folder};
use crate::{NewMessage, Queued, Received};
use carillon_core::{
    chat::{Author, Delivery},
    ids::{ChatRef, MessageId, Timestamp},
};
use proptest::prelude::*;
use std::collections::BTreeMap;

const CHATS: [&str; 2] = ["bob@example.org", "choir@rooms.example.org"];

/// Few different values, so that they meet.
#[derive(Debug, Clone, Copy)]
enum Step {
    Receive {
        chat: usize,
        author: usize,
        sender: Option<u8>,
        stanza: Option<u8>,
        body: u8,
        seen: bool,
    },
    Queue {
        chat: usize,
        id: u8,
    },
    See {
        chat: usize,
        up_to: i64,
    },
    SeenElsewhere {
        chat: usize,
        id: u8,
    },
    Advance {
        chat: Option<usize>,
        id: u8,
        to: Delivery,
    },
    ReadUpTo {
        chat: usize,
        id: u8,
    },
    Fail {
        chat: usize,
        id: u8,
    },
    Retry {
        message: i64,
    },
    Delete {
        chat: usize,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let chat = 0..CHATS.len();
    let id = 0..4_u8;
    let to = prop_oneof![
        Just(Delivery::Sent),
        Just(Delivery::Arrived),
        Just(Delivery::Read),
        Just(Delivery::Failed)
    ];
    prop_oneof![
        12 => (chat.clone(), 0..4_usize, proptest::option::of(0..4_u8), proptest::option::of(0..6_u8), 0..3_u8, any::<bool>())
            .prop_map(|(chat, author, sender, stanza, body, seen)| {
                Step::Receive { chat, author, sender, stanza, body, seen }
            }),
        4 => (chat.clone(), id.clone()).prop_map(|(chat, id)| Step::Queue { chat, id }),
        2 => (chat.clone(), 0..30_i64).prop_map(|(chat, up_to)| Step::See { chat, up_to }),
        2 => (chat.clone(), id.clone()).prop_map(|(chat, id)| Step::SeenElsewhere { chat, id }),
        4 => (proptest::option::of(chat.clone()), id.clone(), to)
            .prop_map(|(chat, id, to)| Step::Advance { chat, id, to }),
        2 => (chat.clone(), id.clone()).prop_map(|(chat, id)| Step::ReadUpTo { chat, id }),
        2 => (chat.clone(), id).prop_map(|(chat, id)| Step::Fail { chat, id }),
        2 => (0..30_i64).prop_map(|message| Step::Retry { message }),
        1 => chat.prop_map(|chat| Step::Delete { chat }),
    ]
}

fn author(number: usize) -> Author {
    match number {
        0 => Author::Me,
        1 => Author::Contact,
        2 => Author::Occupant {
            nick: "Bob".to_owned(),
        },
        _ => Author::Occupant {
            nick: "Eve".to_owned(),
        },
    }
}

/// What the store should hold, found by looking at everything.
#[derive(Debug, Clone)]
struct Known {
    id: MessageId,
    chat: usize,
    author: Author,
    sender: Option<String>,
    stanza: Option<String>,
    body: String,
    here: bool,
}

fn copy_of<'a>(known: &'a mut [Known], chat: usize, new: &NewMessage) -> Option<&'a mut Known> {
    let by_archive = known
        .iter()
        .rposition(|old| old.chat == chat && old.stanza.is_some() && old.stanza == new.stanza_id);
    let by_sender = known.iter().rposition(|old| {
        old.chat == chat
            && old.author == new.author
            && old.sender.is_some()
            && old.sender == new.sender_id
            && (old.here || old.body == new.body)
    });
    by_archive.or(by_sender).map(|place| &mut known[place])
}

struct World {
    profile: Profile,
    known: Vec<Known>,
}

impl World {
    fn chat(&self, chat: usize) -> ChatRef {
        self.profile.chat(CHATS[chat])
    }

    fn receive(&mut self, chat: usize, new: &NewMessage) {
        let received = self.profile.store.receive(new).unwrap();
        match (copy_of(&mut self.known, chat, new), received) {
            (Some(old), Received::Duplicate(id) | Received::Updated(id)) => {
                assert_eq!(old.id, id);
                old.stanza = old.stanza.take().or_else(|| new.stanza_id.clone());
            }
            (None, Received::New(id)) => self.known.push(Known {
                id,
                chat,
                author: new.author.clone(),
                sender: new.sender_id.clone(),
                stanza: new.stanza_id.clone(),
                body: new.body.clone(),
                here: false,
            }),
            (expected, received) => panic!("{new:?} became {received:?} instead of {expected:?}"),
        }
    }

    fn queue(&mut self, chat: usize, id: &str) {
        let (account, to) = (self.profile.alice, jid(CHATS[chat]));
        let queued = self
            .profile
            .store
            .queue_message(account, &to, id, "mine", Timestamp(1), chat == 1)
            .unwrap();
        let before = self
            .known
            .iter()
            .find(|old| old.chat == chat && old.here && old.sender.as_deref() == Some(id));
        match (before, queued) {
            (Some(old), Queued::AlreadyQueued(id)) => assert_eq!(old.id, id),
            (None, Queued::New(message)) => self.known.push(Known {
                id: message,
                chat,
                author: Author::Me,
                sender: Some(id.to_owned()),
                stanza: None,
                body: "mine".to_owned(),
                here: true,
            }),
            (before, queued) => panic!("{id} became {queued:?}, known was {before:?}"),
        }
    }

    fn take(&mut self, step: Step) {
        let account = self.profile.alice;
        match step {
            Step::Receive {
                chat,
                author: number,
                sender,
                stanza,
                body,
                seen,
            } => {
                let new = NewMessage {
                    author: author(number),
                    sender_id: sender.map(|id| id.to_string()),
                    stanza_id: stanza.map(|id| format!("s{id}")),
                    seen,
                    room: chat == 1,
                    ..self.profile.said(CHATS[chat], "", &format!("body {body}"))
                };
                self.receive(chat, &new);
            }
            Step::Queue { chat, id } => self.queue(chat, &id.to_string()),
            Step::See { chat, up_to } => {
                let before = self.profile.store.unread(&self.chat(chat)).unwrap();
                let jid = jid(CHATS[chat]);
                let newly = self
                    .profile
                    .store
                    .mark_seen(account, &jid, MessageId(up_to))
                    .unwrap()
                    .newly;
                assert_eq!(
                    self.profile.store.unread(&self.chat(chat)).unwrap(),
                    before - newly
                );
            }
            Step::SeenElsewhere { chat, id } => {
                self.profile
                    .store
                    .mark_seen_by_sender_id(account, &jid(CHATS[chat]), &id.to_string())
                    .unwrap();
            }
            Step::Advance { chat, id, to } => {
                let from = chat.map(|chat| jid(CHATS[chat]));
                self.profile
                    .store
                    .advance(account, from.as_deref(), &id.to_string(), to)
                    .unwrap();
            }
            Step::ReadUpTo { chat, id } => {
                self.profile
                    .store
                    .advance_up_to(account, &jid(CHATS[chat]), &id.to_string())
                    .unwrap();
            }
            Step::Fail { chat, id } => {
                self.profile
                    .store
                    .fail(account, &jid(CHATS[chat]), &id.to_string(), "no")
                    .unwrap();
            }
            Step::Retry { message } => {
                self.profile.store.retry(MessageId(message)).unwrap();
            }
            Step::Delete { chat } => {
                self.profile.store.delete_chat(&self.chat(chat)).unwrap();
                self.known.retain(|old| old.chat != chat);
            }
        }
    }

    fn deliveries(&self) -> BTreeMap<i64, i64> {
        let connection = &self.profile.store.connection;
        let mut query = connection
            .prepare("SELECT id, delivery FROM message WHERE author = 0")
            .unwrap();
        let rows = query
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap();
        rows.map(Result::unwrap).collect()
    }

    fn check_counts(&self) {
        let wrong = self.profile.count(
            "SELECT COUNT(*) FROM chat WHERE
                unread <> (SELECT COUNT(*) FROM message WHERE message.chat = chat.id AND seen = 0)
                OR last_message IS NOT (SELECT MAX(id) FROM message WHERE message.chat = chat.id)",
        );
        assert_eq!(wrong, 0, "a chat row does not fit its messages");
        let stored = self.profile.count("SELECT COUNT(*) FROM message");
        assert_eq!(stored, i64::try_from(self.known.len()).unwrap());
        let unseen = self
            .profile
            .count("SELECT COUNT(*) FROM message WHERE seen = 0");
        assert_eq!(
            unseen,
            i64::from(self.profile.store.unread_total().unwrap().in_chats)
        );
        let unsent = self
            .profile
            .store
            .waiting(self.profile.alice)
            .unwrap()
            .len();
        assert_eq!(unsent, self.profile.store.unsent_count().unwrap() as usize);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn every_message_once_and_the_counts_are_true(steps in proptest::collection::vec(step(), 1..60)) {
        let mut world = World { profile: Profile::within(quick_folder()), known: Vec::new() };
        for step in steps {
            let retried = matches!(step, Step::Retry { .. });
            let reported = matches!(step, Step::Advance { .. } | Step::ReadUpTo { .. });
            let before = world.deliveries();
            world.take(step);
            world.check_counts();
            for (message, now) in world.deliveries() {
                let was = before.get(&message).copied().unwrap_or(0);
                let again = retried && was == 4 && now == 0;
                let after_all = reported && was == 4 && matches!(now, 2 | 3);
                prop_assert!(now >= was || again || after_all, "{message}: {was} -> {now}");
                prop_assert!(now != 4 || was <= 1 || was == 4, "what had arrived failed");
            }
        }
    }
}
