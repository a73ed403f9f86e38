//! Moves of mine, and those of people who ask to be my contacts.

use super::{Profile, jid};
use crate::{Errand, Store};
use carillon_core::avatar::{Avatar, AvatarHash, AvatarSource};
use carillon_core::contact::{RosterItem, Subscription};
use carillon_core::ids::{AccountId, Timestamp};
use carillon_core::moving::{MoveClaim, MoveState, MoveStep, MoveTask};
use carillon_core::session::{SubscriptionStep, Wish};

fn contact(text: &str) -> RosterItem {
    RosterItem {
        jid: jid(text),
        name: "Bob".to_owned(),
        groups: ["Choir".to_owned(), "Work".to_owned()].into(),
        subscription: Subscription::Both,
        ask: false,
    }
}

fn tasks() -> Vec<MoveTask> {
    vec![
        MoveTask::Statement,
        MoveTask::Contact(contact("bob@example.org")),
        MoveTask::Room(jid("den@rooms.example.org")),
        MoveTask::Nick("Ali".to_owned()),
        MoveTask::Card,
        MoveTask::Picture(Some(Avatar {
            hash: AvatarHash([7; 20]),
            source: AvatarSource::Vcard,
        })),
    ]
}

impl Profile {
    fn moves(&mut self) -> (AccountId, AccountId, i64) {
        let new = self.store.account_id(&jid("alice@new.example")).unwrap();
        self.store.begin_move(self.alice, new, &tasks()).unwrap();
        (self.alice, new, self.store.moves().unwrap()[0].row)
    }
}

#[test]
fn a_move_is_done_one_thing_after_the_other_and_known_after_a_restart() {
    let mut profile = Profile::new();
    let (old, new, row) = profile.moves();
    let path = profile.path();
    for task in tasks() {
        // Every time by another program.
        profile.store = Store::open(&path).unwrap();
        let next = profile.store.next_move_task(row).unwrap().unwrap();
        assert_eq!(next.task, task);
        let problem = (task.step() == MoveStep::Room).then_some("not-allowed");
        profile.store.move_task_ends(next.row, problem).unwrap();
    }
    assert_eq!(profile.store.next_move_task(row).unwrap(), None);
    let nick = profile.store.move_nick(row).unwrap();
    assert_eq!(nick.as_deref(), Some("Ali"));
    let found = profile.store.account_move(old).unwrap().unwrap();
    assert_eq!((found.to, found.state), (new, MoveState::Running));
    let steps: Vec<_> = found
        .steps
        .iter()
        .map(|one| (one.step, one.done, one.failed, one.total))
        .collect();
    assert_eq!(steps[2], (MoveStep::Room, 0, 1, 1));
    assert_eq!(steps.iter().map(|one| one.1).sum::<u32>(), 5);
    let trouble = &found.troubles[0];
    assert_eq!(trouble.jid, Some(jid("den@rooms.example.org")));
    assert_eq!(trouble.words, "not-allowed");
    assert_eq!(profile.store.account_move(new).unwrap(), None);
}

#[test]
fn what_failed_is_tried_again_and_nothing_that_is_done() {
    let mut profile = Profile::new();
    let (old, _, row) = profile.moves();
    let store = &mut profile.store;
    let first = store.next_move_task(row).unwrap().unwrap();
    store.move_task_ends(first.row, None).unwrap();
    let second = store.next_move_task(row).unwrap().unwrap();
    store.move_task_ends(second.row, Some("gone")).unwrap();
    store.set_move_state(old, MoveState::Stopped).unwrap();
    assert!(store.retry_move(old).unwrap());
    assert_eq!(store.next_move_task(row).unwrap(), Some(second));
    assert_eq!(store.moves().unwrap()[0].state, MoveState::Running);
    store.forget_move(old).unwrap();
    assert!(!store.retry_move(old).unwrap());
    assert_eq!(profile.count("SELECT COUNT(*) FROM move_task"), 0);
}

#[test]
fn a_move_that_cannot_be_said_stops_with_that() {
    let mut profile = Profile::new();
    let (old, _, row) = profile.moves();
    let store = &mut profile.store;
    let statement = store.next_move_task(row).unwrap().unwrap();
    assert!(!store.is_move_said(row).unwrap());
    store
        .move_cannot_be_said(statement.row, "no eventing")
        .unwrap();
    let found = store.account_move(old).unwrap().unwrap();
    assert_eq!(found.state, MoveState::Stopped);
    assert_eq!(found.troubles[0].words, "no eventing");
    assert!(!store.is_move_said(row).unwrap());
    assert!(store.retry_move(old).unwrap());
    store.move_task_ends(statement.row, None).unwrap();
    assert!(store.is_move_said(row).unwrap());
}

#[test]
fn who_is_brought_along_is_told_in_the_same_step() {
    let mut profile = Profile::new();
    let (old, new, row) = profile.moves();
    let store = &mut profile.store;
    let next = store.next_move_task(row).unwrap().unwrap();
    let errand = Errand::Subscription {
        to: jid("bob@example.org"),
        step: SubscriptionStep::Subscribe(Wish {
            moved_from: Some(jid("alice@example.org")),
            ..Wish::default()
        }),
    };
    store
        .move_task_ends_with(next.row, new, "e1", &errand)
        .unwrap();
    let owed = store.errands_after(new, 0, 9).unwrap();
    assert_eq!(owed[0].errand, errand);
    assert_eq!(store.account_move(old).unwrap().unwrap().steps[0].done, 1);
}

#[test]
fn a_move_goes_with_either_account() {
    for which in [0, 1] {
        let mut profile = Profile::new();
        let (old, new, _) = profile.moves();
        profile.store.remove_account([old, new][which]).unwrap();
        assert_eq!(profile.store.moves().unwrap(), []);
        assert_eq!(profile.count("SELECT COUNT(*) FROM move_task"), 0);
    }
}

#[test]
fn a_claim_is_proven_once_for_the_one_who_made_it() {
    let mut profile = Profile::new();
    let (alice, new) = (profile.alice, jid("bob@harbour.example"));
    let old = jid("bob@example.org");
    let store = &mut profile.store;
    let asks = |store: &mut Store, claims| {
        store
            .add_contact_request(alice, &new, "", "", claims, Timestamp(1))
            .unwrap()
    };
    let claim = |store: &Store| store.contact_requests().unwrap()[0].moved.clone();
    let said = |from: &str, proven| {
        let from = jid(from);
        Some(MoveClaim { from, proven })
    };
    assert!(asks(store, Some(&old)));
    assert_eq!(claim(store), said("bob@example.org", false));
    assert!(
        !store
            .prove_claim(alice, &new, &jid("eve@example.org"))
            .unwrap()
    );
    assert!(!store.prove_claim(alice, &old, &old).unwrap());
    assert!(store.prove_claim(alice, &new, &old).unwrap());
    assert!(!store.prove_claim(alice, &new, &old).unwrap(), "it is");
    assert_eq!(claim(store), said("bob@example.org", true));
    // A server that repeats it may leave the rest out.
    assert!(!asks(store, None));
    assert_eq!(claim(store), said("bob@example.org", true));
    // Another claim is another thing.
    assert!(!asks(store, Some(&jid("carol@example.org"))));
    assert_eq!(claim(store), said("carol@example.org", false));
}

#[test]
fn where_a_contact_has_gone_is_known_until_they_leave_the_contact_list() {
    let mut profile = Profile::new();
    let (alice, bob) = (profile.alice, jid("bob@example.org"));
    let store = &mut profile.store;
    store
        .apply_roster_item(alice, None, contact("bob@example.org"))
        .unwrap();
    for to in ["bob@one.example", "bob@two.example"] {
        store.set_moved_contact(alice, &bob, &jid(to)).unwrap();
    }
    let known = vec![(bob.clone(), jid("bob@two.example"))];
    assert_eq!(store.moved_contacts(alice).unwrap(), known);
    store.remove_roster_item(alice, None, &bob).unwrap();
    assert_eq!(store.moved_contacts(alice).unwrap(), []);
}
