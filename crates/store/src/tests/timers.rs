//! Alerts that come later, and since when contacts are away.

use super::{Profile, jid};
use crate::{ActivityRow, AlertTimer, RosterDifference, Store, StoreError};
use carillon_core::contact::{RosterItem, Subscription};
use carillon_core::ids::{AccountId, MessageId, Timestamp};

const BOB: &str = "bob@example.org";

impl Profile {
    fn timer(&self, key: &str, at: i64, message: Option<MessageId>) -> AlertTimer {
        AlertTimer {
            key: key.to_owned(),
            account: self.alice,
            at: Timestamp(at),
            event: "{}".to_owned(),
            message,
        }
    }

    fn row(&self) -> ActivityRow {
        ActivityRow {
            account: Some(self.alice),
            kind: "message".to_owned(),
            jid: Some(jid(BOB).into()),
            at: Timestamp(1),
            outcome: "later".to_owned(),
            trace: "{}".to_owned(),
            message: None,
        }
    }

    fn outcomes(&self) -> Vec<String> {
        let rows = self.store.activity(None, 10).unwrap();
        rows.into_iter().map(|one| one.row.outcome).collect()
    }
}

#[test]
fn a_newer_timer_takes_the_place_of_an_older_and_the_next_is_the_first() {
    let mut profile = Profile::new();
    let (late, early) = (profile.timer("a", 30, None), profile.timer("b", 20, None));
    profile.store.set_alert_timer(&late).unwrap();
    profile.store.set_alert_timer(&early).unwrap();
    assert_eq!(profile.store.alert_timers().unwrap(), [early, late]);
    let newer = profile.timer("b", 40, None);
    profile.store.set_alert_timer(&newer).unwrap();
    profile.store.remove_alert_timer("a").unwrap();
    assert_eq!(profile.store.alert_timers().unwrap(), [newer]);
}

#[test]
fn a_timer_goes_with_its_message_and_with_its_account() {
    let mut profile = Profile::new();
    let message = profile.hear(BOB, "m1", "Hello");
    let (of_message, of_account) = (
        profile.timer("a", 1, Some(message)),
        profile.timer("b", 2, None),
    );
    profile.store.set_alert_timer(&of_message).unwrap();
    profile.store.set_alert_timer(&of_account).unwrap();
    profile.store.delete_chat(&profile.chat(BOB)).unwrap();
    assert_eq!(profile.store.alert_timers().unwrap(), [of_account]);
    profile.store.remove_account(profile.alice).unwrap();
    assert_eq!(profile.store.alert_timers().unwrap(), []);
}

#[test]
fn a_timer_for_nobody_or_of_no_json_is_refused() {
    let mut profile = Profile::new();
    let nobody = AlertTimer {
        account: AccountId(99),
        ..profile.timer("a", 1, None)
    };
    assert!(matches!(
        profile.store.set_alert_timer(&nobody),
        Err(StoreError::Gone)
    ));
    let garbled = AlertTimer {
        event: "{".to_owned(),
        ..profile.timer("a", 1, None)
    };
    assert!(matches!(
        profile.store.set_alert_timer(&garbled),
        Err(StoreError::Bug { .. })
    ));
}

#[test]
fn the_last_decision_is_the_outcome_of_all_that_waited_for_it() {
    let mut profile = Profile::new();
    let row = profile.row();
    for key in [Some("a"), Some("a"), Some("b"), None] {
        profile.store.add_waiting_activity(&row, key).unwrap();
    }
    let store = &mut profile.store;
    store
        .decide_activity("a", "later still", "{}", false)
        .unwrap();
    store.decide_activity("a", "alerted", "{}", true).unwrap();
    store.decide_activity("a", "silent", "{}", true).unwrap();
    store.leave_activity("b").unwrap();
    store.decide_activity("b", "silent", "{}", true).unwrap();
    assert_eq!(profile.outcomes(), ["later", "later", "alerted", "alerted"]);
}

#[test]
fn since_when_contacts_are_away_survives_a_restart_and_ends_with_the_contact() {
    let mut profile = Profile::new();
    let bob = RosterItem {
        jid: jid(BOB),
        name: String::new(),
        groups: [].into(),
        subscription: Subscription::Both,
        ask: false,
    };
    let alice = profile.alice;
    let _: RosterDifference = profile
        .store
        .replace_roster(alice, None, vec![bob.clone()])
        .unwrap();
    let (bobs, eves) = (jid(BOB), jid("eve@example.org"));
    let mut goes = |who, at| profile.store.set_last_seen(alice, who, at).unwrap();
    goes(&bobs, Some(Timestamp(3)));
    goes(&bobs, None);
    goes(&bobs, Some(Timestamp(4)));
    goes(&eves, Some(Timestamp(5)));
    let path = profile.path();
    let folder = profile.folder;
    drop(profile.store);
    let mut store = Store::open(&path).unwrap();
    assert_eq!(store.last_seen(alice).unwrap(), [(jid(BOB), Timestamp(4))]);
    // The same roster again changes nothing.
    store.replace_roster(alice, None, vec![bob]).unwrap();
    assert_eq!(store.last_seen(alice).unwrap().len(), 1);
    store.replace_roster(alice, None, Vec::new()).unwrap();
    assert_eq!(store.last_seen(alice).unwrap(), []);
    drop(folder);
}
