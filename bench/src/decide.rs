//! What a decision costs, with rules for as many contacts as the settings hold.

use std::hint::black_box;
use std::time::Instant;

use carillon_core::alerts::bounds::OVERRIDES;
use carillon_core::alerts::{
    AlertEvent, AlertRows, AlertRules, Context, EventKind, Override, QuietHours, Recent, Row,
    RuleBook, Scope, Sound, Surroundings, decide,
};
use carillon_core::contact::Availability;
use carillon_core::ids::{AccountId, Timestamp};
use jiff::tz::TimeZone;

use crate::report::{Report, percentile, sorted};

/// Measurements; each is the mean of so many decisions as there are contacts.
const ROUNDS: usize = 50;
/// The most that a decision should take, in microseconds.
const TARGET: f64 = 2.0;

/// Adds `decide_us`: microseconds for each event, the median of all rounds.
pub(crate) fn measure(report: &mut Report) {
    let book = RuleBook::new(
        &rules(),
        &[(AccountId(1), "me@example.org".parse().expect("an address"))],
    );
    let events: Vec<_> = (0..OVERRIDES).map(event).collect();
    let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").expect("a zone");
    let context = Context {
        now: Timestamp(1_795_003_200_000),
        zone: &zone,
        surroundings: &Surroundings::default(),
        own: Availability::Available,
        mute: None,
        recent: &Recent::default(),
        presence_settled: true,
        groups: &[String::from("Family"), String::from("Friends")],
        other_device: None,
    };
    let round = || {
        let begun = Instant::now();
        for event in &events {
            black_box(decide(&book, black_box(event), black_box(&context)));
        }
        begun.elapsed().as_secs_f64() * 1e6 / OVERRIDES as f64
    };
    round();
    let rounds: Vec<f64> = (0..ROUNDS).map(|_| round()).collect();
    let median = percentile(&sorted(&rounds), 50);
    report.add("decide_us", median, "us", Some(TARGET), ROUNDS * OVERRIDES);
}

fn address(number: usize) -> jid::BareJid {
    format!("friend{number}@example.org")
        .parse()
        .expect("an address")
}

/// Far from each other in memory, as events are.
fn event(number: usize) -> AlertEvent {
    let kinds = [
        EventKind::Message,
        EventKind::ContactAvailable,
        EventKind::FileReceived,
    ];
    let friend = address(number * 7_919 % OVERRIDES);
    AlertEvent::live(kinds[number % kinds.len()], AccountId(1), Some(friend))
}

fn rules() -> AlertRules {
    let hours = |from: &str, to: &str| QuietHours {
        hours: carillon_core::alerts::Hours {
            days: Vec::new(),
            from: from.parse().expect("a time"),
            to: to.parse().expect("a time"),
        },
        off: false,
        tell_after: false,
    };
    let rows = |number: usize| {
        let sound = Sound::File(format!("/home/me/sounds/{}.ogg", number % 100));
        let mut rows = AlertRows::default();
        rows.set(
            EventKind::Generic,
            Row {
                sound: Some(sound),
                ..Row::default()
            },
        );
        rows
    };
    let contact = |number: usize| Override {
        rows: rows(number),
        discreet: Some(number.is_multiple_of(10)),
        ..Override::of(Scope::Chat {
            account: "me@example.org".parse().expect("an address"),
            chat: address(number),
        })
    };
    AlertRules {
        overrides: (0..OVERRIDES).map(contact).collect(),
        quiet: vec![hours("22:00", "07:00"), hours("02:00", "03:00")],
        ..AlertRules::default()
    }
}
