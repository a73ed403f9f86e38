//! Links that I have given out.

use super::{Profile, jid};
use crate::invitations::MOST_INVITATIONS;
use crate::{Errand, Guest, LetIn, Store};
use carillon_core::ids::{AccountId, Timestamp};
use carillon_core::session::{SubscriptionStep, Wish};

const NOW: Timestamp = Timestamp(1_000);
const CAROL: &str = "carol@example.org";

fn takes(store: &mut Store, account: AccountId, token: &str, now: Timestamp) -> bool {
    let guest = Guest {
        account,
        jid: &jid(CAROL),
        token,
        now,
        steps: &[],
        receipts: true,
        receipt_id: "r",
    };
    store.let_in(&guest).unwrap().is_some()
}

#[test]
fn a_token_is_taken_once_by_its_own_account_and_before_its_end() {
    let mut profile = Profile::new();
    let (alice, bob) = (profile.alice, carillon_core::ids::AccountId(99));
    let store = &mut profile.store;
    store
        .add_invitation(alice, "a", Timestamp(2_000), NOW)
        .unwrap();
    store
        .add_invitation(alice, "b", Timestamp(2_000), NOW)
        .unwrap();
    assert!(!takes(store, bob, "a", NOW));
    assert!(takes(store, alice, "a", Timestamp(1_999)));
    assert!(!takes(store, alice, "a", NOW));
    assert!(!takes(store, alice, "b", Timestamp(2_000)));
}

#[test]
fn there_are_not_more_links_than_anybody_gives_out() {
    let mut profile = Profile::new();
    let alice = profile.alice;
    for number in 0..=MOST_INVITATIONS {
        let expires = Timestamp(2_000 + i64::from(number));
        let token = number.to_string();
        profile
            .store
            .add_invitation(alice, &token, expires, NOW)
            .unwrap();
    }
    let newest = MOST_INVITATIONS.to_string();
    assert!(!takes(&mut profile.store, alice, "0", NOW));
    assert!(takes(&mut profile.store, alice, "1", NOW));
    assert!(takes(&mut profile.store, alice, &newest, NOW));
}

#[test]
fn who_is_let_in_is_so_with_all_that_belongs_to_it_or_not_at_all() {
    let mut profile = Profile::new();
    let (alice, carol) = (profile.alice, jid(CAROL));
    let link = Timestamp(2_000);
    profile.store.add_invitation(alice, "a", link, NOW).unwrap();
    profile
        .store
        .add_contact_request(alice, &carol, "", "", None, NOW)
        .unwrap();
    let said = crate::NewMessage {
        in_requests: true,
        wants_receipt: true,
        ..profile.said(CAROL, "c1", "it is me")
    };
    profile.store.receive(&said).unwrap();
    let step = |id: &str, step| {
        let to = carol.clone();
        (id.to_owned(), Errand::Subscription { to, step })
    };
    let steps = [
        step("e1", SubscriptionStep::Subscribed),
        step("e2", SubscriptionStep::Subscribe(Wish::default())),
    ];
    let guest = Guest {
        account: alice,
        jid: &carol,
        token: "a",
        now: NOW,
        steps: &steps,
        receipts: true,
        receipt_id: "r",
    };
    // The disk takes the first half and not the other.
    let stumble = "CREATE TEMP TRIGGER stumble BEFORE INSERT ON errand WHEN NEW.kind = 'receipt'
                   BEGIN SELECT RAISE(ABORT, 'full'); END";
    profile.store.connection.execute_batch(stumble).unwrap();
    profile.store.let_in(&guest).unwrap_err();
    assert_eq!(profile.store.errands_after(alice, 0, 9).unwrap(), []);
    assert_eq!(profile.store.contact_requests().unwrap().len(), 1);
    assert_eq!(profile.store.stranger_requests().unwrap().len(), 1);

    let recovers = "DROP TRIGGER stumble";
    profile.store.connection.execute_batch(recovers).unwrap();
    let from_requests = true;
    assert_eq!(
        profile.store.let_in(&guest).unwrap(),
        Some(LetIn { from_requests }),
        "the link was not used up"
    );
    let waiting = profile.store.errands_after(alice, 0, 9).unwrap();
    let ids: Vec<_> = waiting.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, ["e1", "e2", "r-1"]);
    assert_eq!(profile.store.contact_requests().unwrap(), []);
    assert_eq!(profile.store.stranger_requests().unwrap(), []);
    assert_eq!(profile.store.let_in(&guest).unwrap(), None);
}
