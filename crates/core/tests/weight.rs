//! What ten thousand contacts weigh while nothing happens: that much the resident holds for as long as it runs.
//!
//! One test, since all of the process counts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

use carillon_core::BareJid;
use carillon_core::alerts::{
    AlertRows, AlertRules, EventKind, Override, Row, RowsInUse, RuleBook, Scope, Sound, Volume,
};
use carillon_core::contact::{RosterItem, Subscription};
use carillon_core::ids::AccountId;
use carillon_core::roster::Roster;
use peak_alloc::PeakAlloc;
use std::sync::Arc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const CONTACTS: usize = 10_000;

/// Bytes for each contact, with an address of up to 23 letters and a name of up to 10.
const LINE: usize = 128;
const OVERRIDE: usize = 120;
/// What finds an override, in bytes for each.
const FOUND: usize = 12;

/// What is made, and the bytes that each of the contacts weighs in it.
fn weighed<T>(what: &str, make: impl FnOnce() -> T) -> (T, usize) {
    let before = MEMORY.current_usage();
    let made = make();
    let each = (MEMORY.current_usage() - before) / CONTACTS;
    println!("{what}: {each} bytes for each contact");
    (made, each)
}

fn address(number: usize) -> BareJid {
    format!("contact{number}@example.org").parse().unwrap()
}

fn line(number: usize) -> RosterItem {
    RosterItem {
        jid: address(number),
        name: format!("Anna {number}"),
        groups: [format!("Group {}", number / 200)].into(),
        subscription: Subscription::Both,
        ask: false,
    }
}

/// Some hundred ways of ringing.
fn rows(number: usize) -> AlertRows {
    let sound = ["rise", "bell", "chime", "knock", "accept"][number % 5];
    let row = Row {
        sound: Some(Sound::Builtin(sound.to_owned())),
        volume: Some(Volume::clamped(10 + u8::try_from(number % 91).unwrap())),
        ..Row::default()
    };
    [(EventKind::Message, row)].into_iter().collect()
}

fn rules(me: &Arc<BareJid>) -> AlertRules {
    let mut in_use = RowsInUse::default();
    let overrides = (0..CONTACTS).map(|number| Override {
        rows: in_use.shared(rows(number)),
        ..Override::of(Scope::Chat {
            account: Arc::clone(me),
            chat: address(number),
        })
    });
    let overrides = overrides.collect();
    let (rules, left_out) = AlertRules {
        overrides,
        ..AlertRules::default()
    }
    .bounded();
    assert_eq!(left_out, []);
    rules
}

#[test]
fn ten_thousand_contacts_and_what_is_set_for_each_wait_in_little_memory() {
    let me: Arc<BareJid> = Arc::new("me@example.org".parse().unwrap());
    let accounts = [(AccountId(1), BareJid::clone(&me))];

    let (roster, each) = weighed("roster", || (0..CONTACTS).map(line).collect::<Roster>());
    assert!(each <= LINE, "a line of the roster takes {each} bytes");

    let (rules, each) = weighed("rules", || Arc::new(rules(&me)));
    assert!(each <= OVERRIDE, "an override takes {each} bytes");

    let (book, each) = weighed("book", || RuleBook::new(Arc::clone(&rules), &accounts));
    assert!(each <= FOUND, "to find an override takes {each} bytes");

    assert_eq!(roster.items().len(), rules.overrides.len());
    drop(book);
}
