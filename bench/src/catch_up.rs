//! A long absence: what of the time until all is read is Carillon's own.

use std::time::{Duration, Instant};

use carillon_tests_app::Visitor;
use carillon_tests_servers::{BareStream, Proxy};
use serde_json::{Value, json};
use tokio::time::sleep_until;

use crate::archive;
use crate::away::{Away, connection, status};
use crate::report::{Report, percentile, sorted};
use crate::weight::{Work, pss_of};

/// The most of the time that may be Carillon's own, in percent.
const OWN_SHARE: f64 = 20.0;
/// The longest that a window may wait for an answer meanwhile, in milliseconds.
const LONGEST: f64 = 50.0;
/// The most memory that it may take, in megabytes.
const MEMORY: f64 = 64.0;
/// How often a window asks for what it shows.
const BEAT: Duration = Duration::from_millis(20);
/// Between two looks at the memory, in beats.
const LOOKS: usize = 10;
/// Nothing should take so long.
const PATIENCE: Duration = Duration::from_secs(900);

/// Bob was away while `messages` came, and comes back.
pub(crate) async fn measure(messages: usize, report: &mut Report) {
    eprintln!("catch-up of {messages} messages");
    let mut away = Away::prepare("warn").await;
    let mut window = away.window().await;
    away.cut(&mut window).await;
    away.kill_server();
    let known = archive::fill(&away.server, messages);
    away.server.run().await;

    // Half of it before and half of it after, so that a machine that grows faster or slower does so for both.
    let detour = Proxy::before(&away.server.url()).await;
    let url = detour.url(&away.server.url());
    let first = archive::read(bare(&away, &url).await, &known, messages / 2).await;
    let own = catch_up(&away, &mut window, messages).await;
    let rest = messages - first.entries;
    let second = archive::read(bare(&away, &url).await, &first.last, rest).await;
    assert_eq!(first.entries + second.entries, messages);
    own.tell(first.took + second.took, messages, report);
    away.bob.quit().await;
}

/// A client of Bob's that has a managed stream, as Carillon has: the server keeps what is not acknowledged.
async fn bare(away: &Away, url: &str) -> BareStream {
    let mut stream = away.stream(url, &away.bob_account).await;
    stream
        .send("<enable xmlns='urn:xmpp:sm:3' resume='true'/>")
        .await
        .expect("asked");
    let enabled = stream.receive().await.expect("an answer");
    assert!(enabled.starts_with("<enabled"), "{enabled}");
    stream
}

/// What was seen of a catch-up.
#[derive(Debug)]
struct Own {
    took: Duration,
    /// Seconds of the processor.
    worked: f64,
    /// Milliseconds of every answer to the window.
    answers: Vec<f64>,
    /// Megabytes before it, and the most meanwhile.
    memory: (f64, f64),
}

async fn catch_up(away: &Away, window: &mut Visitor, messages: usize) -> Own {
    let process = away.bob.resident_id();
    let before = pss_of(process);
    let (mut peak, mut answers) = (before, Vec::new());
    let work = Work::of(&away.bob);
    away.back(window).await;
    let mut begun = None;
    let deadline = Instant::now() + PATIENCE;
    let mut beat = tokio::time::Instant::now();
    for count in 0.. {
        assert!(Instant::now() < deadline, "it does not come to an end");
        // A beat that was missed is not made up for.
        beat = (beat + BEAT).max(tokio::time::Instant::now());
        sleep_until(beat).await;
        answers.push(asked(window, "read_history", newest(away)).await.1);
        let (status, took) = status_asked(window).await;
        answers.push(took);
        if begun.is_none() && connection(&status) == "online" {
            begun = Some(Instant::now());
        }
        if count % LOOKS == 0 {
            peak = peak.max(pss_of(process));
        }
        if let Some(begun) = begun
            && status["accounts"][0]["catching_up"].is_null()
            && status["unread"] == json!(messages + 1)
        {
            return Own {
                took: begun.elapsed(),
                worked: Work::of(&away.bob).since(&work).0,
                answers,
                memory: (before, peak.max(pss_of(process))),
            };
        }
    }
    unreachable!("the counting has no end")
}

fn newest(away: &Away) -> Value {
    let chat = json!({"account": 1, "jid": away.alice_account.jid});
    json!({"chat": chat, "anchor": {"kind": "newest"}, "limit": 50})
}

async fn status_asked(window: &mut Visitor) -> (Value, f64) {
    let asked = Instant::now();
    let status = status(window).await;
    (status, milliseconds(asked.elapsed()))
}

async fn asked(window: &mut Visitor, command: &str, ask: Value) -> (Value, f64) {
    let asked = Instant::now();
    let answer = window.must(command, ask).await;
    (answer, milliseconds(asked.elapsed()))
}

impl Own {
    fn tell(&self, bare: Duration, messages: usize, report: &mut Report) {
        let (own, bare) = (self.took.as_secs_f64(), bare.as_secs_f64());
        let count = f64::from(u32::try_from(messages).expect("not so many"));
        let mut add = |name: &str, value, unit, target| {
            report.add(&format!("catchup_{name}"), value, unit, target, messages);
        };
        add(
            "own_share_pct",
            (own - bare) * 100.0 / own,
            "%",
            Some(OWN_SHARE),
        );
        add("messages_per_s", count / own, "1/s", None);
        add("floor_messages_per_s", count / bare, "1/s", None);
        add("cpu_pct", self.worked * 100.0 / own, "%", None);
        add("cpu_us", self.worked * 1e6 / count, "us", None);
        let (before, peak) = self.memory;
        add("memory_mb", peak - before, "MB", Some(MEMORY));
        let answers = sorted(&self.answers);
        let mut answer = |name: &str, percent, target| {
            let value = percentile(&answers, percent);
            report.add(
                &format!("catchup_answer_{name}_ms"),
                value,
                "ms",
                target,
                answers.len(),
            );
        };
        answer("p99", 99, None);
        answer("longest", 100, Some(LONGEST));
    }
}

fn milliseconds(took: Duration) -> f64 {
    took.as_secs_f64() * 1000.0
}
