//! Small changes of the alert rules. Pure: whoever keeps the settings writes them down.

use carillon_core::alerts::AlertRules;
use carillon_core::alerts::rules::{Override, Scope, Watch};
use carillon_core::ids::Timestamp;
use carillon_core::settings::Mute;
use jid::BareJid;

/// Sets or lifts the mute of a scope. What is left without an opinion goes.
pub fn set_mute(rules: &mut AlertRules, scope: &Scope, mute: Option<Mute>) {
    let found = rules.overrides.iter_mut().find(|one| one.scope == *scope);
    match (found, mute) {
        (Some(one), mute) => one.mute = mute,
        (None, Some(_)) => rules.overrides.push(Override {
            mute,
            ..Override::of(scope.clone())
        }),
        (None, None) => {}
    }
    rules
        .overrides
        .retain(|one| one.scope != *scope || !one.is_empty());
}

/// Adds a watch, in the place of another for the same contact.
pub fn add_watch(rules: &mut AlertRules, watch: Watch) {
    remove_watch(rules, &watch.account, &watch.contact);
    rules.watches.push(watch);
}

/// Removes the watches for a contact. Answers whether there were any.
pub fn remove_watch(rules: &mut AlertRules, account: &BareJid, contact: &BareJid) -> bool {
    let before = rules.watches.len();
    rules
        .watches
        .retain(|one| one.account != *account || one.contact != *contact);
    rules.watches.len() != before
}

/// Removes the watches for a contact that ring once: they have rung. Answers whether there were any.
pub fn end_watch(rules: &mut AlertRules, account: &BareJid, contact: &BareJid) -> bool {
    let before = rules.watches.len();
    rules
        .watches
        .retain(|one| !one.once || one.account != *account || one.contact != *contact);
    rules.watches.len() != before
}

/// Removes the watches and mutes whose time is over. Answers whether there were any.
pub fn forget_expired(rules: &mut AlertRules, now: Timestamp) -> bool {
    let before = rules.watches.len();
    rules
        .watches
        .retain(|one| one.expires.is_none_or(|end| now < end));
    let mut over = rules.watches.len() != before;
    for one in &mut rules.overrides {
        if one.mute.is_some_and(|mute| !mute.holds(now)) {
            one.mute = None;
            over = true;
        }
    }
    rules.overrides.retain(|one| !one.is_empty());
    over
}

#[cfg(test)]
mod tests {
    use super::*;
    use carillon_core::alerts::Row;

    fn alice() -> BareJid {
        BareJid::new("alice@example.org").unwrap()
    }

    fn bob() -> BareJid {
        BareJid::new("bob@example.org").unwrap()
    }

    fn chat() -> Scope {
        Scope::Chat {
            account: alice(),
            chat: bob(),
        }
    }

    fn watch(once: bool, expires: Option<Timestamp>) -> Watch {
        Watch {
            account: alice(),
            contact: bob(),
            once,
            expires,
            after_hours: 0,
            row: Row::default(),
        }
    }

    #[test]
    fn a_mute_comes_and_goes_and_leaves_nothing_behind() {
        let mut rules = AlertRules::default();
        set_mute(&mut rules, &chat(), Some(Mute::Forever));
        set_mute(&mut rules, &chat(), Some(Mute::Forever));
        assert_eq!(rules.overrides.len(), 1);
        set_mute(&mut rules, &chat(), None);
        assert_eq!(rules, AlertRules::default());
    }

    #[test]
    fn lifting_a_mute_keeps_what_else_is_set() {
        let mut rules = AlertRules::default();
        rules.overrides.push(Override {
            discreet: Some(true),
            mute: Some(Mute::Forever),
            ..Override::of(chat())
        });
        set_mute(&mut rules, &chat(), None);
        let left = &rules.overrides[0];
        assert_eq!((left.mute, left.discreet), (None, Some(true)));
    }

    #[test]
    fn there_is_one_watch_for_a_contact_and_one_that_always_rings_does_not_end() {
        let mut rules = AlertRules::default();
        add_watch(&mut rules, watch(true, None));
        add_watch(&mut rules, watch(false, None));
        assert_eq!(rules.watches.len(), 1);
        assert!(!end_watch(&mut rules, &alice(), &bob()));
        assert!(remove_watch(&mut rules, &alice(), &bob()));
        assert!(!remove_watch(&mut rules, &alice(), &bob()));
    }

    #[test]
    fn what_is_over_goes_and_the_rest_stays() {
        let mut rules = AlertRules::default();
        rules.watches.push(watch(true, Some(Timestamp(10))));
        rules.watches.push(watch(true, Some(Timestamp(20))));
        let at = Timestamp(10);
        set_mute(&mut rules, &chat(), Some(Mute::Until { at }));
        assert!(forget_expired(&mut rules, Timestamp(10)));
        assert_eq!((rules.watches.len(), rules.overrides.len()), (1, 0));
        assert!(!forget_expired(&mut rules, Timestamp(10)));
    }
}
