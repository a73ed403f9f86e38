//! What a profile weighs in which much has gathered: ten thousand contacts, an override for each, a million messages.
//! Beside it an empty one, on a desktop and at a server of its own; the two are measured in turn.

use std::time::{Duration, Instant};

use carillon_tests_app::Person;
use tokio::time::{sleep, sleep_until};

use super::stage::{Cast, JID, contact};
use super::{Home, Much, Pace, median};
use crate::full_rules;
use crate::report::Report;
use crate::weight::memory;

/// Who writes, in turn: the chat of each has been silent for some seconds when it rings again.
const SENDERS: usize = 8;
/// More than five popups in three seconds would become a summary.
const BEAT: Duration = Duration::from_millis(700);
/// Until what belongs to the alerts has come to rest.
const RESTED: Duration = Duration::from_secs(90);

/// Alerts and starts; and for a quick look.
const TIMES: (usize, usize) = (200, 15);
const QUICK_TIMES: (usize, usize) = (12, 3);

const EMPTY: Much = Much {
    contacts: SENDERS,
    chats: SENDERS,
    messages: 0,
    in_room: 0,
    occupants: 0,
};

pub(crate) async fn measure(pace: Pace, report: &mut Report) {
    let (alerts, starts) = if pace.quick { QUICK_TIMES } else { TIMES };
    eprintln!("a big profile beside an empty one, {starts} starts and {alerts} alerts each");
    let much = Much {
        in_room: 0,
        messages: pace.much.messages + pace.much.in_room,
        ..pace.much
    };
    let mut homes = [home("Empty", &EMPTY).await, home("Big", &much).await];

    let [empty, big] = begun(&mut homes, starts).await;
    report.add("start_to_online_empty_ms", empty, "ms", None, starts - 1);
    report.add("start_to_online_big_ms", big, "ms", None, starts - 1);

    for home in &mut homes {
        home.alice.start().await;
        home.alice.until_online().await;
        full_rules::assert_nothing_set_aside(&home.alice.profile());
    }
    let [empty, big] = latency(&homes, alerts).await;
    let name = "alert_latency_big_over_empty";
    report.add(name, big / empty, "×", Some(1.1), alerts);
    report.add("alert_latency_empty_p50_ms", empty, "ms", None, alerts);
    report.add("alert_latency_big_p50_ms", big, "ms", None, alerts);

    if !pace.quick {
        sleep(RESTED).await;
    }
    let [empty, big] = homes.each_ref().map(|home| memory(&home.alice).pss_mb());
    let name = "tray_pss_big_over_empty";
    report.add(name, big / empty, "×", Some(1.5), 1);
    report.add("tray_pss_big_mb", big, "MB", None, 1);
    report.add("tray_pss_empty_mb", empty, "MB", None, 1);
    for mut home in homes {
        home.alice.quit().await;
    }
}

/// With an override for each contact; all of them are offline.
async fn home(name: &str, much: &Much) -> Home {
    let cast = Cast {
        present: 0,
        occupants: 0,
    };
    let home = Home::prepare(Person::new(name).await, much, cast).await;
    let contacts = (0..much.contacts).map(contact);
    full_rules::give(&home.alice.profile(), JID, contacts);
    home
}

/// The median milliseconds of each of the two, from its start until the server has its presence.
async fn begun(homes: &mut [Home; 2], starts: usize) -> [f64; 2] {
    let mut took = [Vec::new(), Vec::new()];
    for number in 0..starts {
        for (home, times) in homes.iter_mut().zip(&mut took) {
            let from = Instant::now();
            home.alice.spawn();
            let shown = home.stage.shown().await;
            // The first start reads from the disk what the others find in memory.
            if number > 0 {
                times.push(milliseconds(from, shown));
            }
            home.alice.until_online().await;
            home.alice.quit().await;
        }
    }
    took.map(|times| median(&times))
}

/// The median milliseconds of each of the two, from the server's socket to the popup.
async fn latency(homes: &[Home; 2], alerts: usize) -> [f64; 2] {
    let mut took = [Vec::new(), Vec::new()];
    let start = tokio::time::Instant::now();
    for number in 0..alerts {
        let mut beat = start + BEAT * u32::try_from(number).expect("few messages");
        for (home, times) in homes.iter().zip(&mut took) {
            sleep_until(beat).await;
            beat += BEAT / 2;
            let body = format!("bench-{number}");
            let sent = home.stage.writes(number % SENDERS, &body).await;
            let popups = &home.alice.desktop.notifications;
            let popup = popups
                .next_popup(&body, |popup| popup.body.contains(&body))
                .await;
            times.push(milliseconds(sent, popup.at));
        }
    }
    took.map(|times| median(&times))
}

fn milliseconds(from: Instant, to: Instant) -> f64 {
    to.saturating_duration_since(from).as_secs_f64() * 1000.0
}
