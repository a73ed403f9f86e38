//! A run, from an empty server to its verdict.

use std::path::PathBuf;
use std::rc::Rc;
use std::time::{Duration, SystemTime};

use carillon_tests_app::Person;
use carillon_tests_servers::{DEADLINE, TestServer};
use serde_json::Value;
use tokio::time::{Instant, sleep, timeout};

use crate::chunk::{Blow, Chunk, What, plan};
use crate::disk::{archived, deliveries, stored};
use crate::oracle::{Sent, Tally, tally};
use crate::progress::Progress;
use crate::report::folder;
use crate::sessions::sessions;
use crate::side::Side;
use crate::verdict::Verdict;

/// What was missed is read anew within this, after the last blow: for the last time two and a half minutes after a
/// session has begun.
const SETTLED: Duration = Duration::from_secs(160);
/// However much still changes. Prosody takes seconds for a page of a long archive.
const AT_LAST: Duration = Duration::from_secs(280);

/// Plays a run, and says what it has shown.
///
/// # Panics
/// When a resident or a server does not come back, or a session gives up.
pub async fn run(chunk: &Chunk) -> Verdict {
    let began = Instant::now();
    let (mut server, mut sides) = begin(chunk).await;
    say(began, "both are online");
    let mut verdict = Verdict::of(chunk);
    let [one, other] = [0, 1].map(|side: usize| sides[side].address.clone());
    let story = async {
        let sent = play(chunk, &mut server, &mut sides, &mut verdict).await;
        say(began, "all is said, and nothing befalls them any more");
        settle(&sides, &sent).await;
        say(began, "nothing changes any more");
        sent
    };
    let sent = tokio::select! {
        sent = story => sent,
        () = one.hurries() => unreachable!("it has no end"),
        () = other.hurries() => unreachable!("it has no end"),
    };
    judge(&server, &sides, &sent, &mut verdict).await;
    verdict.seconds = began.elapsed().as_secs();
    if !verdict.is_clean() {
        keep(&sides, &server, &verdict);
    }
    // Their good-byes would wait for wires that carry nothing any more.
    for side in &mut sides {
        side.person.kill9();
    }
    server.kill();
    verdict
}

/// Both are online, and contacts of each other.
async fn begin(chunk: &Chunk) -> (TestServer, [Side; 2]) {
    let server = async {
        let server = match chunk.resume_window {
            None => TestServer::start(chunk.server).await,
            Some(window) => TestServer::start_forgetful(chunk.server, window).await,
        };
        let alice = server.add_account("alice", "looking glass").await;
        let bob = server.add_account("bob", "can he fix it").await;
        server.befriend((&alice, "Alice"), (&bob, "Bob")).await;
        (server, alice, bob)
    };
    let ((server, alice, bob), left, right) =
        tokio::join!(server, Person::new("Alice"), Person::new("Bob"));
    let (left, right) = tokio::join!(
        Side::begin(left, &server, chunk.transport, &alice, &bob),
        Side::begin(right, &server, chunk.transport, &bob, &alice)
    );
    (server, [left, right])
}

/// Tells whoever waits how far it is.
fn say(began: Instant, what: &str) {
    eprintln!("soak: {:>5.1} s  {what}", began.elapsed().as_secs_f32());
}

async fn play(
    chunk: &Chunk,
    server: &mut TestServer,
    sides: &mut [Side; 2],
    verdict: &mut Verdict,
) -> [Vec<Sent>; 2] {
    let blows = plan(chunk);
    let number = u32::try_from(blows.len()).expect("a number of blows");
    let end = Instant::now() + chunk.limit;
    let progress = Rc::new(Progress::new(chunk.messages / 2, number, end));
    let addresses = [0, 1].map(|side: usize| sides[side].address.clone());
    let says = |side: usize| {
        let seed = chunk
            .seed
            .wrapping_mul(2)
            .wrapping_add(u64::from(side == 1));
        addresses[side].says(side, seed, Rc::clone(&progress))
    };
    let falls = async {
        for blow in blows {
            if !progress.has_said(blow.after).await {
                break;
            }
            strike(blow, server, sides, verdict).await;
            progress.struck();
        }
        progress.all_struck();
    };
    let (left, right, ()) = tokio::join!(says(0), says(1), falls);
    [left, right]
}

async fn strike(blow: Blow, server: &mut TestServer, sides: &mut [Side; 2], verdict: &mut Verdict) {
    match blow.what {
        What::Fault(side, fault) => {
            let wire = &sides[side].wire;
            loop {
                let linked = timeout(DEADLINE, wire.is_linked()).await;
                assert!(
                    linked.is_ok(),
                    "{} does not connect again:\n{}",
                    sides[side].person.name,
                    last_lines(&sides[side].person.log())
                );
                sleep(blow.wait).await;
                if wire.strike(fault) {
                    break;
                }
            }
            verdict.faults += 1;
            *verdict.by_kind.entry(fault.name().to_owned()).or_default() += 1;
        }
        What::Client(side, down) => {
            sleep(blow.wait).await;
            sides[side].person.kill9();
            sleep(down).await;
            sides[side].spawn();
            verdict.kills.client += 1;
        }
        What::Server(down) => {
            sleep(blow.wait).await;
            server.kill();
            sleep(down).await;
            server.run().await;
            verdict.kills.server += 1;
        }
    }
}

/// Waits until each side has all that the other said and has read its archive to the end, or nothing changes any more.
async fn settle(sides: &[Side; 2], sent: &[Vec<Sent>; 2]) {
    let begun = Instant::now();
    let mut before = None;
    let mut changed = begun;
    while changed.elapsed() < SETTLED && begun.elapsed() < AT_LAST {
        let now = [0, 1].map(|side: usize| {
            let (from, to) = (sides[side].database(), sides[1 - side].database());
            let said = &sent[side];
            (
                tally(said, &stored(&to, false)),
                tally(said, &stored(&from, true)),
                deliveries(&from),
            )
        });
        let reading = [
            sides[0].address.catching_up().await,
            sides[1].address.catching_up().await,
        ];
        let is_done = |(there, here, [waiting, ..]): &(Tally, Tally, [u32; 5])| {
            there.is_clean() && here.is_clean() && *waiting == 0
        };
        let has_read = reading.iter().all(Value::is_null)
            && sides
                .iter()
                .all(|side| side.reads_until() < SystemTime::now());
        if has_read && now.iter().all(is_done) {
            return;
        }
        let now = Some((now, reading));
        if before != now {
            changed = Instant::now();
            before = now;
        }
        sleep(Duration::from_millis(250)).await;
    }
}

async fn judge(
    server: &TestServer,
    sides: &[Side; 2],
    sent: &[Vec<Sent>; 2],
    verdict: &mut Verdict,
) {
    for side in [0, 1] {
        let (from, to) = (&sides[side], &sides[1 - side]);
        let said = &sent[side];
        let [waiting, _, _, _, failed] = deliveries(&from.database());
        let mut places = [
            ("store", tally(said, &stored(&to.database(), false))),
            ("list", tally(said, &to.address.shown().await)),
            (
                "sender's store",
                tally(said, &stored(&from.database(), true)),
            ),
        ];
        if verdict.kills.server > 0 {
            let (own, name) = [("alice", "bob"), ("bob", "alice")][side];
            let heard = stored(&to.database(), false);
            let known = heard.first().expect("something arrived");
            assert!(
                archived(server, name, &known.body),
                "the server's archive is not read right"
            );
            // It had it, so it may have acknowledged it, and it does not have it for whom it was meant.
            let by_server =
                |body: &String| archived(server, own, body) && !archived(server, name, body);
            let gone: Vec<_> = places[0].1.lost.iter().filter(|it| by_server(it)).collect();
            let gone: Vec<String> = gone.into_iter().cloned().collect();
            verdict.lost_by_server += u32::try_from(gone.len()).expect("a number of messages");
            for (_, tally) in &mut places[..2] {
                tally.lost.retain(|body| !gone.contains(body));
            }
        }
        verdict.finds(&places);
        verdict.unsent += waiting;
        verdict.bounced += failed;
        verdict.messages += u32::try_from(said.len()).expect("a number of messages");
        let [begun, resumed] = sessions(&from.person.log());
        verdict.begun += begun;
        verdict.resumed += resumed;
    }
}

fn last_lines(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(30)..].join("\n")
}

/// Keeps what is needed to find out why.
fn keep(sides: &[Side; 2], server: &TestServer, verdict: &Verdict) {
    let kept = folder().join(format!(
        "failure-{}-{:?}-{}",
        verdict.server, verdict.transport, verdict.seed
    ));
    let _ = std::fs::remove_dir_all(&kept);
    for side in sides {
        let own: PathBuf = kept.join(&side.person.name);
        std::fs::create_dir_all(&own).expect("a folder for what failed");
        std::fs::write(own.join("resident.log"), side.person.log()).expect("its log");
        for file in carillon_tests_app::files(&side.person.profile()) {
            let name = file.file_name().expect("a name");
            let _ = std::fs::copy(&file, own.join(name));
        }
    }
    std::fs::write(kept.join("server.log"), server.log()).expect("the server's log");
    for file in carillon_tests_app::files(server.folder()) {
        if file
            .extension()
            .is_some_and(|end| end.to_string_lossy().starts_with("sqlite"))
        {
            let name = file.file_name().expect("a name");
            let _ = std::fs::copy(&file, kept.join(name));
        }
    }
}
