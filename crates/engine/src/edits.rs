//! Small changes of the alert rules. Pure: whoever keeps the settings writes them down.

use carillon_core::alerts::AlertRules;
use carillon_core::alerts::rules::{Override, Scope, Watch};
use carillon_core::ids::Timestamp;
use carillon_core::settings::Mute;
use jid::BareJid;
use std::sync::Arc;

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

/// What is set for a contact holds for their new address too, unless something is set for that.
pub fn carry_contact(rules: &mut AlertRules, account: &BareJid, old: &BareJid, new: &BareJid) {
    carry(rules, |scope| match scope {
        Scope::Chat { account: of, chat } if **of == *account && chat == old => Some(Scope::Chat {
            account: Arc::clone(of),
            chat: new.clone(),
        }),
        _ => None,
    });
    carry_watches(rules, |watch| {
        (watch.account == *account && watch.contact == *old).then(|| Watch {
            contact: new.clone(),
            ..watch.clone()
        })
    });
}

/// What is set for an account, its groups, contacts and rooms holds for another account too, unless something is set
/// for that.
pub fn carry_account(rules: &mut AlertRules, old: &BareJid, new: &BareJid) {
    let account = Arc::new(new.clone());
    carry(rules, |scope| match scope {
        Scope::Account { account: of } if **of == *old => Some(Scope::Account {
            account: Arc::clone(&account),
        }),
        Scope::Group {
            account: Some(of),
            group,
        } if **of == *old => Some(Scope::Group {
            account: Some(Arc::clone(&account)),
            group: group.clone(),
        }),
        Scope::Chat { account: of, chat } if **of == *old => Some(Scope::Chat {
            account: Arc::clone(&account),
            chat: chat.clone(),
        }),
        _ => None,
    });
    carry_watches(rules, |watch| {
        (watch.account == *old).then(|| Watch {
            account: new.clone(),
            ..watch.clone()
        })
    });
}

/// Watches stand at their new places too, unless one stands there.
fn carry_watches(rules: &mut AlertRules, place: impl Fn(&Watch) -> Option<Watch>) {
    let carried: Vec<Watch> = rules.watches.iter().filter_map(place).collect();
    for watch in carried {
        let same = |one: &Watch| one.account == watch.account && one.contact == watch.contact;
        if !rules.watches.iter().any(same) {
            rules.watches.push(watch);
        }
    }
}

fn carry(rules: &mut AlertRules, place: impl Fn(&Scope) -> Option<Scope>) {
    let taken = |scope: &Scope| rules.overrides.iter().any(|one| one.scope == *scope);
    let carried = rules.overrides.iter().filter_map(|one| {
        let scope = place(&one.scope).filter(|scope| !taken(scope))?;
        Some(Override {
            scope,
            ..one.clone()
        })
    });
    let carried: Vec<Override> = carried.collect();
    rules.overrides.extend(carried);
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
            account: Arc::new(alice()),
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
    fn what_is_set_for_a_contact_holds_at_their_new_address_and_stays_at_the_old_one() {
        let new = BareJid::new("bob@harbour.example").unwrap();
        let mut rules = AlertRules::default();
        set_mute(&mut rules, &chat(), Some(Mute::Forever));
        carry_contact(&mut rules, &alice(), &bob(), &new);
        carry_contact(&mut rules, &alice(), &bob(), &new);
        assert_eq!(rules.overrides.len(), 2);
        let there = Scope::Chat {
            account: Arc::new(alice()),
            chat: new,
        };
        assert_eq!(rules.overrides[1].scope, there);
        assert_eq!(rules.overrides[1].mute, Some(Mute::Forever));
    }

    #[test]
    fn what_is_set_for_an_account_holds_for_the_new_one_unless_that_has_its_own() {
        let new = BareJid::new("alice@harbour.example").unwrap();
        let group = |account: Option<&BareJid>| Scope::Group {
            account: account.cloned().map(Arc::new),
            group: "Work".to_owned(),
        };
        let mut rules = AlertRules::default();
        for scope in [
            Scope::Account {
                account: Arc::new(alice()),
            },
            group(Some(&alice())),
            group(None),
            chat(),
        ] {
            set_mute(&mut rules, &scope, Some(Mute::Forever));
        }
        let own = Scope::Account {
            account: Arc::new(new.clone()),
        };
        rules.overrides.push(Override {
            discreet: Some(true),
            ..Override::of(own)
        });
        carry_account(&mut rules, &alice(), &new);
        let added: Vec<&Scope> = rules.overrides[5..].iter().map(|one| &one.scope).collect();
        let there = Scope::Chat {
            account: Arc::new(new.clone()),
            chat: bob(),
        };
        assert_eq!(added, [&group(Some(&new)), &there]);
    }

    #[test]
    fn watches_come_along_unless_one_stands_there() {
        let new = BareJid::new("bob@harbour.example").unwrap();
        let mut rules = AlertRules::default();
        add_watch(&mut rules, watch(true, Some(Timestamp(10))));
        carry_contact(&mut rules, &alice(), &bob(), &new);
        carry_contact(&mut rules, &alice(), &bob(), &new);
        let there = Watch {
            contact: new.clone(),
            ..watch(true, Some(Timestamp(10)))
        };
        assert_eq!(rules.watches, [watch(true, Some(Timestamp(10))), there]);

        let account = BareJid::new("alice@harbour.example").unwrap();
        let own = Watch {
            account: account.clone(),
            contact: new.clone(),
            ..watch(false, None)
        };
        rules.watches.push(own.clone());
        carry_account(&mut rules, &alice(), &account);
        let carried = Watch {
            account,
            ..watch(true, Some(Timestamp(10)))
        };
        assert_eq!(rules.watches[2..], [own, carried]);
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
