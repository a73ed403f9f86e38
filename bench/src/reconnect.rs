//! A link that is back: how soon the old stream goes on, and how soon a new one is there for others.

use std::time::{Duration, Instant};

use carillon_tests_app::Visitor;
use carillon_tests_servers::{BareStream, attribute};

use crate::away::{Away, until_connection};
use crate::report::{Report, percentile, sorted};
use crate::start::seen;

/// What the resident logs when a stream goes on, and when one is begun.
const LOG: &str = "warn,carillon_wire=debug";
const WENT_ON: &str = "the session goes on";
const BEGUN: &str = "signed in";

/// How often each is measured.
pub(crate) struct Times {
    pub(crate) resumes: usize,
    pub(crate) reconnects: usize,
}

pub(crate) async fn measure(times: &Times, report: &mut Report) {
    eprintln!(
        "resumes, {} each, and new streams, {} each",
        times.resumes, times.reconnects
    );
    let mut away = Away::prepare(LOG).await;
    let mut window = away.window().await;
    resume(&away, &mut window, times.resumes, report).await;
    reconnect(&mut away, &mut window, times.reconnects, report).await;
    away.bob.quit().await;
}

/// The wire is cut and comes back, in turn for Carillon and for a bare client that does the same.
async fn resume(away: &Away, window: &mut Visitor, times: usize, report: &mut Report) {
    let (mut own, mut floor) = (Vec::new(), Vec::new());
    let mut bare = Resuming::begin(away).await;
    let before = count(away, WENT_ON);
    for _ in 0..times {
        floor.push(milliseconds(bare.go_on(away).await));

        away.cut(window).await;
        let back = away.back(window).await;
        until_connection(window, "online").await;
        own.push(milliseconds(back.elapsed()));
    }
    assert_eq!(count(away, WENT_ON) - before, times, "not all were resumed");
    tell("resume", &own, &floor, report);
}

/// The server forgets the stream, which Carillon learns when it asks for it.
async fn reconnect(away: &mut Away, window: &mut Visitor, times: usize, report: &mut Report) {
    let (mut own, mut floor) = (Vec::new(), Vec::new());
    let before = count(away, BEGUN);
    for _ in 0..times {
        away.cut(window).await;
        away.kill_server();
        away.server.run().await;
        let mut alice = away.stream(&away.server.url(), &away.alice_account).await;
        alice
            .send("<presence xmlns='jabber:client'/>")
            .await
            .expect("Alice is there");
        let bob = &away.bob_account.jid;
        // The first time the server loads what it knows of Bob from its disk.
        for round in 0..2 {
            let begun = Instant::now();
            let mut bare = away.stream(&away.server.url(), &away.bob_account).await;
            bare.send("<presence xmlns='jabber:client'/>")
                .await
                .expect("Bob's presence");
            let took = seen(&mut alice, bob, "available", begun).await;
            drop(bare);
            seen(&mut alice, bob, "unavailable", begun).await;
            if round > 0 {
                floor.push(took);
            }
        }
        let back = away.back(window).await;
        own.push(seen(&mut alice, bob, "available", back).await);
        until_connection(window, "online").await;
    }
    assert_eq!(
        count(away, BEGUN) - before,
        times,
        "not all were new streams"
    );
    tell("reconnect_to_online", &own, &floor, report);
}

fn count(away: &Away, line: &str) -> usize {
    away.bob.log().matches(line).count()
}

fn tell(name: &str, own: &[f64], floor: &[f64], report: &mut Report) {
    let n = own.len();
    let (own, floor) = (sorted(own), sorted(floor));
    report.add(&format!("{name}_ms"), percentile(&own, 50), "ms", None, n);
    report.add(
        &format!("{name}_p95_ms"),
        percentile(&own, 95),
        "ms",
        None,
        n,
    );
    report.add(
        &format!("{name}_floor_ms"),
        percentile(&floor, 50),
        "ms",
        None,
        n,
    );
}

fn milliseconds(took: Duration) -> f64 {
    took.as_secs_f64() * 1000.0
}

/// A bare client whose stream can go on (XEP-0198).
struct Resuming {
    stream: BareStream,
    id: String,
}

impl Resuming {
    async fn begin(away: &Away) -> Self {
        let url = away.wire.url(&away.server.url());
        let mut stream = away.stream(&url, &away.alice_account).await;
        stream
            .send("<enable xmlns='urn:xmpp:sm:3' resume='true'/>")
            .await
            .expect("Alice's stream");
        let enabled = stream.receive().await.expect("an answer");
        let id = attribute(&enabled, "id").expect("a stream's name");
        Self {
            id: id.to_owned(),
            stream,
        }
    }

    /// Loses its link and goes on over another. Answers how long that took.
    async fn go_on(&mut self, away: &Away) -> Duration {
        let (account, id) = (&away.alice_account, &self.id);
        let url = away.wire.url(&away.server.url());
        let begun = Instant::now();
        let mut stream = BareStream::open(&url, away.server.domain())
            .await
            .expect("a stream");
        stream
            .authenticate(&account.name, &account.password)
            .await
            .expect("signed in");
        stream
            .send(&format!(
                "<resume xmlns='urn:xmpp:sm:3' previd='{id}' h='0'/>"
            ))
            .await
            .expect("Alice's stream");
        let resumed = stream.receive().await.expect("an answer");
        let took = begun.elapsed();
        assert!(resumed.starts_with("<resumed"), "{resumed}");
        self.stream = stream;
        took
    }
}
