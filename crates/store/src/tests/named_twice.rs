//! Messages whose sender gives them two names, an id and another `origin-id` (XEP-0359): others may speak of them by either.

use super::{Profile, new};
use crate::{NewMessage, Received};
use carillon_core::chat::Author;
use carillon_core::ids::{MessageId, Timestamp};
use carillon_core::reply::{Reply, ReplyTo};
use carillon_core::session::{About, Change};

const BOB: &str = "bob@example.org";

impl Profile {
    /// Bob says something under both names.
    fn twice(&self, id: &str, origin: &str) -> NewMessage {
        NewMessage {
            origin_id: Some(origin.to_owned()),
            ..self.said(BOB, id, "Hello")
        }
    }

    fn speaks_of(&mut self, id: &str, target: &str, change: Change) -> Received {
        let target = target.to_owned();
        let said = NewMessage {
            about: Some(About { target, change }),
            ..self.said(BOB, id, "Hi")
        };
        self.store.receive(&said).unwrap()
    }

    fn i_write_under(&mut self, id: &str) -> MessageId {
        let bob = self.chat(BOB);
        let (at, jid) = (Timestamp(1), &bob.jid);
        self.store
            .queue_message(bob.account, jid, id, "mine", at, false)
            .unwrap();
        let said = self.store.waiting(bob.account).unwrap();
        said.into_iter().find(|one| one.id == id).unwrap().message
    }

    fn he_answers(&mut self, id: &str, target: &str, mine: Option<bool>) -> Option<MessageId> {
        let said = NewMessage {
            reply: Some(ReplyTo {
                target: target.to_owned(),
                mine,
            }),
            ..self.said(BOB, id, "So it is")
        };
        let answer = new(self.store.receive(&said).unwrap());
        match self.store.message(answer).unwrap().unwrap().reply {
            Some(Reply::Known { message, .. }) => Some(message),
            _ => None,
        }
    }
}

fn liked() -> Change {
    Change::Reactions(vec!["👍".to_owned()])
}

#[test]
fn others_speak_of_a_message_by_either_name() {
    for name in ["id", "origin"] {
        let mut profile = Profile::new();
        let said = new(profile
            .store
            .receive(&profile.twice("id", "origin"))
            .unwrap());
        assert_eq!(profile.he_answers("b2", name, Some(false)), Some(said));
        let liked = profile.speaks_of("b3", name, liked());
        let more = true;
        assert_eq!(
            liked,
            Received::Reacted {
                message: said,
                more
            }
        );
        let corrected = profile.speaks_of("b4", name, Change::Correction);
        assert_eq!(corrected, Received::Changed(said));
        let words = profile.store.message(said).unwrap().unwrap().body;
        assert_eq!(words, "Hi");
        let gone = profile.speaks_of("b5", name, Change::Retraction);
        assert_eq!(gone, Received::Changed(said));
    }
}

#[test]
fn what_came_before_its_message_finds_it_by_either_name() {
    for name in ["id", "origin"] {
        let mut profile = Profile::new();
        assert_eq!(profile.speaks_of("b3", name, liked()), Received::Kept);
        let said = new(profile
            .store
            .receive(&profile.twice("id", "origin"))
            .unwrap());
        let shown = profile.store.message(said).unwrap().unwrap();
        assert_eq!(shown.reactions.len(), 1);
    }
}

#[test]
fn i_speak_of_it_by_the_name_that_is_meant_for_it() {
    let mut profile = Profile::new();
    let said = new(profile
        .store
        .receive(&profile.twice("id", "origin"))
        .unwrap());
    let bob = profile.chat(BOB);
    profile
        .store
        .queue_reply(&bob, "m1", "yes", Timestamp(2), false, said)
        .unwrap()
        .unwrap();
    let waiting = profile.store.waiting(bob.account).unwrap();
    assert_eq!(waiting[0].reply.as_ref().unwrap().target, "origin");
    profile
        .store
        .queue_reactions(said, "m2", &["👍".to_owned()], Timestamp(3))
        .unwrap();
    let changes = profile.store.waiting_changes_after(bob.account, 0, 9);
    assert_eq!(changes.unwrap()[0].about.target, "origin");
    // Most give one.
    let plain = profile.hear(BOB, "b9", "Hello again");
    profile
        .store
        .queue_reply(&bob, "m3", "yes", Timestamp(4), false, plain)
        .unwrap()
        .unwrap();
    let waiting = profile.store.waiting(bob.account).unwrap();
    assert_eq!(waiting[1].reply.as_ref().unwrap().target, "b9");
}

#[test]
fn nobody_s_name_for_a_message_hides_what_somebody_else_said() {
    for (id, origin) in [("b1", "m1"), ("m1", "b1"), ("m1", "m1")] {
        let mut profile = Profile::new();
        let mine = profile.i_write_under("m1");
        let his = new(profile.store.receive(&profile.twice(id, origin)).unwrap());
        assert_eq!(profile.he_answers("b2", "m1", Some(true)), Some(mine));
        let liked = profile.speaks_of("b3", "m1", liked());
        let more = true;
        assert_eq!(
            liked,
            Received::Reacted {
                message: mine,
                more
            }
        );
        // Nor does it let him take it back.
        let gone = profile.speaks_of("b4", "m1", Change::Retraction);
        assert_eq!(gone, Received::Changed(his));
        let left = profile.store.message(mine).unwrap().unwrap();
        assert_eq!((left.author, left.retracted), (Author::Me, false));
    }
}
