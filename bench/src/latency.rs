//! From the sender's socket to the recipient's popup.

use std::ops::Range;
use std::time::{Duration, Instant};

use carillon_tests_app::Person;
use carillon_tests_servers::{Account, BareStream, TestServer};
use tokio::time::sleep_until;

use crate::floor::{APP, Floor};
use crate::report::{Report, percentile, sorted};

/// More than five popups in three seconds would become a summary.
const PACE: Duration = Duration::from_millis(700);

/// The most that Carillon may take, as a multiple of the floor: of its median, and of its slowest.
const P50_OVER_FLOOR: f64 = 1.2;
const P99_OVER_FLOOR: f64 = 3.0;

/// Somebody who writes.
#[derive(Debug)]
pub(crate) struct Sender {
    stream: BareStream,
}

impl Sender {
    /// Signed in, but not seen as available by anybody who would be told so by an alert: that has happened before.
    pub(crate) async fn sign_in(server: &TestServer, account: &Account) -> Self {
        let mut stream = BareStream::open(&server.url(), server.domain())
            .await
            .expect("a stream");
        stream
            .sign_in_unseen(&account.name, &account.password, "bench")
            .await
            .expect("signed in");
        Self { stream }
    }

    /// Writes a message, and tells when the socket was about to take it.
    async fn write(&mut self, to: &str, body: &str) -> Instant {
        let xml = format!(
            "<message xmlns='jabber:client' type='chat' to='{to}' id='{body}'><body>{body}</body></message>"
        );
        let at = Instant::now();
        self.stream.send(&xml).await.expect("the sender's stream");
        at
    }
}

/// Milliseconds of every message.
#[derive(Debug, Default)]
pub(crate) struct Latency {
    carillon: Vec<f64>,
    floor: Vec<f64>,
}

impl Latency {
    /// Sends the messages with these numbers, in turn to Alice and to the floor.
    pub(crate) async fn measure(
        &mut self,
        numbers: Range<usize>,
        senders: &mut [Sender],
        alice: &Person,
        floor: &Floor,
    ) {
        let start = tokio::time::Instant::now();
        for (count, number) in numbers.enumerate() {
            let beat = start + PACE * u32::try_from(count).expect("few messages");
            sleep_until(beat).await;
            let sender = number % senders.len();
            let body = format!("bench-{number}");
            let sent = senders[sender].write("alice@carillon.test", &body).await;
            let popups = &alice.desktop.notifications;
            let popup = popups
                .next_popup(&body, |popup| {
                    popup.app != APP && popup.body.contains(&body)
                })
                .await;
            self.carillon.push(milliseconds(sent, popup.at));

            sleep_until(beat + PACE / 2).await;
            let sent = senders[sender].write(&floor.account.jid, &body).await;
            let popup = popups
                .next_popup(&body, |popup| popup.app == APP && popup.body == body)
                .await;
            self.floor.push(milliseconds(sent, popup.at));
        }
    }

    /// By this name, and the floor of the same minutes beside it.
    pub(crate) fn tell(&self, name: &str, report: &mut Report) {
        let (carillon, floor) = (sorted(&self.carillon), sorted(&self.floor));
        let n = carillon.len();
        for (percent, most) in [(50, P50_OVER_FLOOR), (99, P99_OVER_FLOOR)] {
            report.add(
                &format!("{name}_p{percent}_over_floor"),
                percentile(&carillon, percent) / percentile(&floor, percent),
                "×",
                Some(most),
                n,
            );
        }
        let beside = name.replace("latency", "floor");
        for (name, values) in [(name, &carillon), (&beside, &floor)] {
            for percent in [50, 95, 99] {
                report.add(
                    &format!("{name}_p{percent}_ms"),
                    percentile(values, percent),
                    "ms",
                    None,
                    n,
                );
            }
        }
    }
}

fn milliseconds(from: Instant, to: Instant) -> f64 {
    to.saturating_duration_since(from).as_secs_f64() * 1000.0
}
