//! Receipts, markers and answers that wait for the server.

use super::{Profile, jid};
use crate::{Arrival, Errand, Received, Store};
use carillon_core::ids::Timestamp;
use carillon_core::room::InviteVia;
use carillon_core::session::{SubscriptionStep, Wish};

fn receipt(of: &str) -> Errand {
    Errand::Receipt {
        to: "bob@example.org/x".parse().unwrap(),
        of: of.to_owned(),
    }
}

fn displayed(to: &str, of: &str) -> Errand {
    Errand::Displayed {
        to: jid(to),
        of: of.to_owned(),
    }
}

fn step(step: SubscriptionStep) -> Errand {
    Errand::Subscription {
        to: jid("carol@example.org"),
        step,
    }
}

impl Profile {
    fn owes(&self) -> Vec<Errand> {
        let all = self.store.errands_after(self.alice, 0, 100).unwrap();
        all.into_iter().map(|one| one.errand).collect()
    }

    fn queues(&mut self, id: &str, errand: &Errand) {
        self.store.queue_errand(self.alice, id, errand).unwrap();
    }
}

#[test]
fn errands_wait_in_order_until_the_server_has_them() {
    let mut profile = Profile::new();
    let subscribe = step(SubscriptionStep::Subscribe(Wish {
        nick: "Ali".to_owned(),
        text: "Hello?".to_owned(),
        ..Wish::default()
    }));
    profile.queues("e1", &receipt("b1"));
    profile.queues("e2", &displayed("bob@example.org", "b1"));
    profile.queues("e3", &subscribe);
    profile.store = {
        let path = profile.path();
        Store::open(&path).unwrap()
    };
    let all = [receipt("b1"), displayed("bob@example.org", "b1"), subscribe];
    assert_eq!(profile.owes(), all);
    let reached = profile
        .store
        .reached(profile.alice, &["e2".to_owned()], true);
    assert_eq!(reached.unwrap(), [], "it is no message");
    assert_eq!(profile.owes(), [all[0].clone(), all[2].clone()]);
}

#[test]
fn only_the_newest_marker_of_a_chat_and_the_last_step_with_a_person_are_kept() {
    let mut profile = Profile::new();
    profile.queues("e1", &displayed("bob@example.org", "b1"));
    profile.queues("e2", &displayed("carol@example.org", "c1"));
    profile.queues("e3", &displayed("bob@example.org", "b2"));
    profile.queues("e4", &step(SubscriptionStep::Subscribed));
    profile.queues("e5", &step(SubscriptionStep::Unsubscribe));
    profile.queues("e6", &step(SubscriptionStep::Unsubscribed));
    profile.queues("e7", &receipt("b1"));
    profile.queues("e8", &receipt("b2"));
    let kept = [
        displayed("carol@example.org", "c1"),
        displayed("bob@example.org", "b2"),
        step(SubscriptionStep::Unsubscribe),
        step(SubscriptionStep::Unsubscribed),
        receipt("b1"),
        receipt("b2"),
    ];
    assert_eq!(profile.owes(), kept);
}

#[test]
fn a_receipt_is_owed_with_the_message_and_only_once() {
    let mut profile = Profile::new();
    let said = profile.said("bob@example.org", "b1", "hi");
    let arrival = Arrival {
        receipt: Some(("e1".to_owned(), receipt("b1"))),
        ..Arrival::default()
    };
    let first = profile.store.receive_by(&said, &arrival).unwrap();
    assert!(matches!(first, Received::New(_)));
    let second = profile.store.receive_by(&said, &arrival).unwrap();
    assert!(matches!(second, Received::Duplicate(_)));
    assert_eq!(profile.owes(), [receipt("b1")]);
}

#[test]
fn a_refusal_is_owed_once_the_invitation_is_gone_and_only_once() {
    let mut profile = Profile::new();
    let (room, from) = (jid("tea@rooms.example.org"), "tea@rooms.example.org/Bob");
    let from: carillon_core::Jid = from.parse().unwrap();
    let via = InviteVia::Mediated;
    profile
        .store
        .add_invite(profile.alice, &room, &from, "", via, Timestamp(1))
        .unwrap();
    let invite = profile.store.invites().unwrap().remove(0);
    profile.store.decline_invite(&invite, "e1").unwrap();
    profile.store.decline_invite(&invite, "e2").unwrap();
    assert_eq!(profile.store.invites().unwrap(), []);
    assert_eq!(profile.owes(), [Errand::Decline { room, to: from }]);
    let reached = [String::from("e1")];
    profile
        .store
        .reached(profile.alice, &reached, true)
        .unwrap();
    assert_eq!(profile.owes(), []);
}

#[test]
fn whom_i_asked_back_is_known_until_it_is_taken_or_they_are_removed() {
    let mut profile = Profile::new();
    let (alice, carol) = (profile.alice, jid("carol@example.org"));
    let store = &mut profile.store;
    store.note_asked_back(alice, &carol).unwrap();
    store.note_asked_back(alice, &carol).unwrap();
    assert!(store.take_asked_back(alice, &carol).unwrap());
    assert!(!store.take_asked_back(alice, &carol).unwrap());
    let item = carillon_core::contact::RosterItem {
        jid: carol.clone(),
        name: String::new(),
        groups: [].into(),
        subscription: carillon_core::contact::Subscription::From,
        ask: true,
    };
    store.apply_roster_item(alice, None, item).unwrap();
    store.note_asked_back(alice, &carol).unwrap();
    store.remove_roster_item(alice, None, &carol).unwrap();
    assert!(!store.take_asked_back(alice, &carol).unwrap());
}

#[test]
fn what_an_account_owes_goes_with_it() {
    let mut profile = Profile::new();
    profile.queues("e1", &receipt("b1"));
    profile.store.remove_account(profile.alice).unwrap();
    assert_eq!(profile.count("SELECT COUNT(*) FROM errand"), 0);
}
