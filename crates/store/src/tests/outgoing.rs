//! My own messages, from the composer to the other side.

use super::{Profile, jid};
use crate::{Queued, StoreError};
use carillon_core::{
    chat::Delivery,
    ids::{AccountId, MessageId, Timestamp},
};

fn queue(profile: &mut Profile, id: &str) -> MessageId {
    let bob = jid("bob@example.org");
    match profile
        .store
        .queue_message(profile.alice, &bob, id, "Hello", Timestamp(1), false)
        .unwrap()
    {
        Queued::New(message) => message,
        Queued::AlreadyQueued(_) => panic!("{id} was queued before"),
    }
}

fn state(profile: &Profile, message: MessageId) -> Delivery {
    profile
        .store
        .message(message)
        .unwrap()
        .unwrap()
        .delivery
        .unwrap()
}

#[test]
fn a_command_given_twice_sends_once() {
    let mut profile = Profile::new();
    let message = queue(&mut profile, "u1");
    let bob = jid("bob@example.org");
    profile
        .store
        .advance(profile.alice, None, "u1", Delivery::Sent)
        .unwrap();
    let again = profile
        .store
        .queue_message(profile.alice, &bob, "u1", "Hello", Timestamp(9), false)
        .unwrap();
    assert_eq!(again, Queued::AlreadyQueued(message));
    assert!(profile.store.waiting(profile.alice).unwrap().is_empty());
}

#[test]
fn what_waits_is_sent_in_the_order_of_writing() {
    let mut profile = Profile::new();
    for id in ["u3", "u1", "u2"] {
        queue(&mut profile, id);
    }
    let room = jid("choir@rooms.example.org");
    profile
        .store
        .queue_message(profile.alice, &room, "u0", "All", Timestamp(2), true)
        .unwrap();
    let work = profile
        .store
        .account_id(&jid("alice@work.example"))
        .unwrap();
    profile
        .store
        .queue_message(work, &room, "w0", "Other", Timestamp(2), true)
        .unwrap();

    let waiting = profile.store.waiting(profile.alice).unwrap();
    let ids: Vec<&str> = waiting.iter().map(|message| message.id.as_str()).collect();
    assert_eq!(ids, ["u3", "u1", "u2", "u0"]);
    assert_eq!(
        waiting
            .iter()
            .map(|message| message.room)
            .collect::<Vec<_>>(),
        [false, false, false, true]
    );
    assert_eq!(profile.store.unsent_count().unwrap(), 5);
}

#[test]
fn delivery_never_goes_back() {
    let mut profile = Profile::new();
    let message = queue(&mut profile, "u1");
    let bob = jid("bob@example.org");
    let mut report = |to| {
        let news = profile
            .store
            .advance(profile.alice, Some(&bob), "u1", to)
            .unwrap();
        (news.is_some(), state(&profile, message))
    };
    assert_eq!(report(Delivery::Arrived), (true, Delivery::Arrived));
    assert_eq!(report(Delivery::Sent), (false, Delivery::Arrived));
    assert_eq!(report(Delivery::Arrived), (false, Delivery::Arrived));
    assert_eq!(report(Delivery::Read), (true, Delivery::Read));
    assert_eq!(report(Delivery::Failed), (false, Delivery::Read));
    assert_eq!(
        profile
            .store
            .fail(profile.alice, &bob, "u1", "late")
            .unwrap(),
        None
    );
}

#[test]
fn a_report_from_somebody_else_changes_nothing() {
    let mut profile = Profile::new();
    let message = queue(&mut profile, "u1");
    let eve = jid("eve@example.org");
    let alice = profile.alice;
    assert_eq!(
        profile
            .store
            .advance(alice, Some(&eve), "u1", Delivery::Read)
            .unwrap(),
        None
    );
    assert_eq!(profile.store.fail(alice, &eve, "u1", "no").unwrap(), None);
    assert!(
        profile
            .store
            .advance_up_to(alice, &eve, "u1")
            .unwrap()
            .is_empty()
    );
    assert_eq!(state(&profile, message), Delivery::Waiting);
}

#[test]
fn a_report_on_their_own_message_changes_nothing() {
    let mut profile = Profile::new();
    profile.hear("bob@example.org", "b1", "Hello");
    let bob = jid("bob@example.org");
    assert_eq!(
        profile
            .store
            .advance(profile.alice, Some(&bob), "b1", Delivery::Read)
            .unwrap(),
        None
    );
}

#[test]
fn seen_up_to_one_means_seen_before_it_but_not_what_still_waits() {
    let mut profile = Profile::new();
    let ids: Vec<MessageId> = ["u1", "u2", "u3", "u4"]
        .iter()
        .map(|id| queue(&mut profile, id))
        .collect();
    let bob = jid("bob@example.org");
    for (id, to) in [
        ("u1", Delivery::Arrived),
        ("u3", Delivery::Sent),
        ("u4", Delivery::Sent),
    ] {
        profile
            .store
            .advance(profile.alice, Some(&bob), id, to)
            .unwrap();
    }
    let changed = profile
        .store
        .advance_up_to(profile.alice, &bob, "u3")
        .unwrap();
    assert_eq!(changed, [ids[0], ids[2]]);
    assert_eq!(state(&profile, ids[1]), Delivery::Waiting);
    assert_eq!(state(&profile, ids[3]), Delivery::Sent);
    assert!(
        profile
            .store
            .advance_up_to(profile.alice, &bob, "u3")
            .unwrap()
            .is_empty()
    );
}

#[test]
fn what_failed_and_arrived_all_the_same_has_not_failed() {
    for (reported, after) in [
        (Delivery::Sent, Delivery::Failed),
        (Delivery::Arrived, Delivery::Arrived),
        (Delivery::Read, Delivery::Read),
    ] {
        let mut profile = Profile::new();
        let (alice, bob) = (profile.alice, jid("bob@example.org"));
        let message = queue(&mut profile, "u1");
        profile
            .store
            .fail(alice, &bob, "u1", "recipient-unavailable")
            .unwrap();
        let advanced = profile.store.advance(alice, Some(&bob), "u1", reported);
        assert_eq!(
            advanced.unwrap(),
            (after == reported).then_some(message),
            "{reported:?}"
        );
        let stored = profile.store.message(message).unwrap().unwrap();
        assert_eq!(stored.delivery, Some(after));
        assert_eq!(stored.failure.is_empty(), after == reported);
    }
}

#[test]
fn what_was_seen_later_does_not_say_that_what_failed_before_has_arrived() {
    let mut profile = Profile::new();
    let (alice, bob) = (profile.alice, jid("bob@example.org"));
    let first = queue(&mut profile, "u1");
    let second = queue(&mut profile, "u2");
    for id in ["u1", "u2"] {
        profile.store.fail(alice, &bob, id, "late").unwrap();
    }
    let read = profile.store.advance_up_to(alice, &bob, "u2").unwrap();
    assert_eq!(read, [second]);
    let first = profile.store.message(first).unwrap().unwrap();
    assert_eq!(first.delivery, Some(Delivery::Failed));
}

#[test]
fn what_failed_says_why_and_waits_again_under_the_same_id() {
    let mut profile = Profile::new();
    let message = queue(&mut profile, "u1");
    let bob = jid("bob@example.org");
    let failed = profile
        .store
        .fail(profile.alice, &bob, "u1", "no such user")
        .unwrap();
    assert_eq!(failed, Some(message));
    let stored = profile.store.message(message).unwrap().unwrap();
    assert_eq!(
        (stored.delivery, stored.failure.as_str()),
        (Some(Delivery::Failed), "no such user")
    );
    assert_eq!(profile.store.unsent_count().unwrap(), 0);

    let again = profile.store.retry(message).unwrap().unwrap();
    assert_eq!(
        (again.message, again.account, again.id.as_str()),
        (message, profile.alice, "u1")
    );
    assert_eq!(profile.store.waiting(profile.alice).unwrap(), [again]);
    assert_eq!(profile.store.message(message).unwrap().unwrap().failure, "");
    assert_eq!(
        profile.store.retry(message).unwrap(),
        None,
        "pressed twice, sent once"
    );
}

#[test]
fn writing_for_an_account_that_was_removed_is_refused() {
    let mut profile = Profile::new();
    let bob = jid("bob@example.org");
    let nobody = AccountId(77);
    let refused = profile
        .store
        .queue_message(nobody, &bob, "u1", "Hello", Timestamp(1), false);
    assert_eq!(refused, Err(StoreError::Gone));
}
