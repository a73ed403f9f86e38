//! Whether anything grows with what happens: events without end through the real resident, and its memory meanwhile.

use std::time::Instant;

use carillon_tests_app::Person;
use carillon_tests_flows::{ScriptedServer, Way};
use carillon_tests_servers::Account;

use crate::report::Report;
use crate::script::{ASK, Script, alice};
use crate::weight::memory;

/// Events between two looks at the memory, at which all of them are handled.
const STEP: usize = 10_000;
/// Of all looks, those left out: what fills up once.
const WARM: f64 = 0.2;
/// Who is in the contact list.
const CONTACTS: usize = 50;
/// So much for a thousand events would be 4 MB for the two million: what no look can tell from nothing.
const SLOPE_KB: f64 = 2.0;

/// The slope is that of the straight line which lies nearest to all looks behind the first; beside it stands how far
/// off it may be by chance (twice its standard error).
pub(crate) async fn measure(events: usize, report: &mut Report) {
    eprintln!("{events} events");
    let account = alice();
    let listening = ScriptedServer::listen(Way::WebSocket).await;
    let mut person = Person::new("Alice").await;
    person.desktop.speaker.stop_recording().await;
    let known = Account {
        jid: account.bare().to_owned(),
        name: "alice".to_owned(),
        password: account.password.clone(),
    };
    person.add_account_at(&listening.url(), &known).await;
    person.spawn();
    let contacts: Vec<String> = (0..CONTACTS).map(contact).collect();
    let mut script = Script::signs_in(listening.accept().await, &account, &contacts).await;

    let begun = Instant::now();
    let (mut looks, mut said) = (Vec::new(), 0);
    while said < events {
        for _ in 0..STEP {
            script.says(&event(said)).await;
            said += 1;
        }
        script.hears_all_handled(ASK, |_, _| {}).await;
        let memory = memory(&person);
        looks.push((as_float(said) / 1_000.0, [memory.private, memory.pss]));
    }
    let took = begun.elapsed().as_secs_f64();
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let looks = looks.split_off((as_float(looks.len()) * WARM) as usize);
    for (number, kind) in ["", "_pss"].into_iter().enumerate() {
        let points: Vec<_> = looks
            .iter()
            .map(|(at, memory)| (*at, kilobytes(memory[number])))
            .collect();
        let (slope, doubt) = line(&points);
        let name = format!("memory_slope{kind}_kb_per_1000_events");
        report.add(&name, slope, "kB", Some(SLOPE_KB), looks.len());
        let name = format!("memory_slope{kind}_doubt_kb");
        report.add(&name, doubt, "kB", None, looks.len());
    }
    report.add("events_per_s", as_float(events) / took, "1/s", None, events);
    person.quit().await;
}

fn contact(number: usize) -> String {
    format!("contact{number}@example.net")
}

/// Of ten events, four are messages, three presences; the others are somebody who types, reactions, and a contact who
/// gets another name. One message asks for a receipt, one corrects the one before it.
fn event(number: usize) -> String {
    let from = contact(number / 10 % CONTACTS);
    let presence = |what: &str| {
        format!("<presence from='{from}/phone' to='alice@example.org'>{what}</presence>")
    };
    let message = |what: &str| {
        format!(
            "<message type='chat' from='{from}/phone' to='alice@example.org/desk' id='event-{number}'>{what}</message>"
        )
    };
    let body = format!("<body>{number}: shall we meet at the harbour at six?</body>");
    match number % 10 {
        0 => message(&body),
        1 => presence("<show>away</show><status>in a meeting</status>"),
        2 => message("<composing xmlns='http://jabber.org/protocol/chatstates'/>"),
        3 => message(&format!("{body}<request xmlns='urn:xmpp:receipts'/>")),
        4 => presence(""),
        5 => message(&format!(
            "<reactions xmlns='urn:xmpp:reactions:0' id='event-{}'><reaction>👍</reaction></reactions>",
            number - 2
        )),
        6 => message(&body),
        7 => message(&format!(
            "{body}<replace xmlns='urn:xmpp:message-correct:0' id='event-{}'/>",
            number - 1
        )),
        8 => presence("<show>dnd</show>"),
        _ => format!(
            "<iq type='set' id='push-{number}'><query xmlns='jabber:iq:roster'>\
             <item jid='{from}' name='Contact {number}' subscription='both'/></query></iq>"
        ),
    }
}

/// The slope of the straight line nearest to these points, and twice its standard error.
fn line(points: &[(f64, f64)]) -> (f64, f64) {
    let n = as_float(points.len());
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / n;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let spread: f64 = points.iter().map(|point| (point.0 - x).powi(2)).sum();
    let common: f64 = points
        .iter()
        .map(|point| (point.0 - x) * (point.1 - y))
        .sum();
    let slope = common / spread;
    let left: f64 = points
        .iter()
        .map(|point| (point.1 - y - slope * (point.0 - x)).powi(2))
        .sum();
    (slope, 2.0 * (left / (n - 2.0) / spread).sqrt())
}

fn as_float(number: usize) -> f64 {
    f64::from(u32::try_from(number).expect("not so many"))
}

fn kilobytes(number: u64) -> f64 {
    f64::from(u32::try_from(number).expect("not so many"))
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn a_straight_line_has_its_slope_and_no_doubt() {
        let points: Vec<_> = (0..10)
            .map(|x| (f64::from(x), 3.0 + 2.0 * f64::from(x)))
            .collect();
        let (slope, doubt) = line(&points);
        assert!(
            (slope - 2.0).abs() < 1e-9 && doubt < 1e-9,
            "{slope} {doubt}"
        );
    }
}
