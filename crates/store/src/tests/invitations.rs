//! Links that I have given out.

use super::Profile;
use crate::invitations::MOST_INVITATIONS;
use carillon_core::ids::Timestamp;

const NOW: Timestamp = Timestamp(1_000);

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
    assert!(!store.take_invitation(bob, "a", NOW).unwrap());
    assert!(store.take_invitation(alice, "a", Timestamp(1_999)).unwrap());
    assert!(!store.take_invitation(alice, "a", NOW).unwrap());
    assert!(!store.take_invitation(alice, "b", Timestamp(2_000)).unwrap());
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
    assert!(!profile.store.take_invitation(alice, "0", NOW).unwrap());
    assert!(profile.store.take_invitation(alice, "1", NOW).unwrap());
    assert!(profile.store.take_invitation(alice, &newest, NOW).unwrap());
}
