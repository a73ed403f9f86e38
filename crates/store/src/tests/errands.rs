//! Receipts, markers and answers that wait for the server.

use super::{Profile, jid};
use crate::{Arrival, Errand, Received, Store};
use carillon_core::session::SubscriptionStep;

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
    let subscribe = step(SubscriptionStep::Subscribe {
        nick: "Ali".to_owned(),
        text: "Hello?".to_owned(),
    });
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
fn what_an_account_owes_goes_with_it() {
    let mut profile = Profile::new();
    profile.queues("e1", &receipt("b1"));
    profile.store.remove_account(profile.alice).unwrap();
    assert_eq!(profile.count("SELECT COUNT(*) FROM errand"), 0);
}
