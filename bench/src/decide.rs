//! What a decision costs, with rules for as many contacts as the settings hold.

use std::hint::black_box;
use std::sync::Arc;
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
    let trial = Trial::with(OVERRIDES);
    let round = || {
        let begun = Instant::now();
        trial.decide(OVERRIDES);
        begun.elapsed().as_secs_f64() * 1e6 / OVERRIDES as f64
    };
    round();
    let rounds: Vec<f64> = (0..ROUNDS).map(|_| round()).collect();
    let median = percentile(&sorted(&rounds), 50);
    report.add("decide_us", median, "us", Some(TARGET), ROUNDS * OVERRIDES);
}

/// Rules, and an event for each of them.
pub(crate) struct Trial {
    book: RuleBook,
    events: Vec<AlertEvent>,
    zone: TimeZone,
}

impl Trial {
    /// For so many contacts with an override.
    pub(crate) fn with(overrides: usize) -> Self {
        let own = [(AccountId(1), "me@example.org".parse().expect("an address"))];
        Self {
            book: RuleBook::new(Arc::new(rules(overrides)), &own),
            events: (0..overrides)
                .map(|number| event(number, overrides))
                .collect(),
            zone: TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").expect("a zone"),
        }
    }

    /// Decides so many times, about one event after the other.
    pub(crate) fn decide(&self, times: usize) {
        let context = Context {
            now: Timestamp(1_795_003_200_000),
            zone: &self.zone,
            surroundings: &Surroundings::default(),
            own: Availability::Available,
            mute: None,
            recent: &Recent::default(),
            presence_settled: true,
            groups: &[String::from("Family"), String::from("Friends")],
            other_device: None,
            notify: None,
        };
        for event in self.events.iter().cycle().take(times) {
            black_box(decide(&self.book, black_box(event), black_box(&context)));
        }
    }
}

fn address(number: usize) -> jid::BareJid {
    format!("friend{number}@example.org")
        .parse()
        .expect("an address")
}

/// Far from each other in memory, as events are.
fn event(number: usize, of: usize) -> AlertEvent {
    let kinds = [
        EventKind::Message,
        EventKind::ContactAvailable,
        EventKind::FileReceived,
    ];
    let friend = address(number * 7_919 % of);
    AlertEvent::live(kinds[number % kinds.len()], AccountId(1), Some(friend))
}

fn rules(overrides: usize) -> AlertRules {
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
    let me: Arc<jid::BareJid> = Arc::new("me@example.org".parse().expect("an address"));
    let contact = |number: usize| Override {
        rows: rows(number),
        discreet: Some(number.is_multiple_of(10)),
        ..Override::of(Scope::Chat {
            account: Arc::clone(&me),
            chat: address(number),
        })
    };
    AlertRules {
        overrides: (0..overrides).map(contact).collect(),
        quiet: vec![hours("22:00", "07:00"), hours("02:00", "03:00")],
        ..AlertRules::default()
    }
}
