//! XML and frames that are written to do harm: what they cost, in time of the processor and in memory, through a real
//! socket up to the session, by both ways.
//!
//! One test, since all of the process counts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

#[path = "../../../crates/xml/examples/fuzz/harm.rs"]
mod harm;

use carillon_core::session::{Incoming, SessionProblem};
use carillon_tests_flows::{Scene, Way};
use harm::{Fate, Harm, documents, endless, message};
use peak_alloc::PeakAlloc;
use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// More than before the attack, at any moment.
const MOST_MEMORY: usize = 32 << 20;
/// What an ordinary message may take while it is read.
const ORDINARY: usize = 512 << 10;
/// For server and client together, without optimisation. More than ten times what it takes, lest a slow machine decide.
const MOST_TIME: Duration = Duration::from_secs(15);

/// What of the session is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The stream ended, because the server broke its rules.
    Ended,
    /// What came was left out, and the session goes on.
    Skipped,
    /// It was read.
    Read,
}
use End::{Ended, Read, Skipped};

/// By WebSocket, where a frame ends and the next begins, and by TCP.
const fn ends(fate: Fate) -> (End, End) {
    match fate {
        Fate::Forbidden => (Skipped, Ended),
        Fate::LeftOut => (Skipped, Skipped),
        Fate::TooLong => (Ended, Ended),
        Fate::Read => (Read, Read),
    }
}

/// A frame's head (RFC 6455 §5.2): text or its continuation, of so many bytes, from a server.
fn head(first: bool, last: bool, bytes: usize) -> Vec<u8> {
    let mut head = vec![u8::from(first) | u8::from(last) << 7, 127];
    head.extend((bytes as u64).to_be_bytes());
    head
}

/// By how many frames a WebSocket's message comes.
#[derive(Debug, Clone, Copy)]
enum Frames {
    One,
    /// One for each piece.
    Many,
}

async fn says(scene: &mut Scene, way: Way, attack: &Harm, frames: Frames) {
    let (piece, times) = &attack.again;
    let parts = std::iter::once(attack.begin.as_bytes())
        .chain(std::iter::repeat_n(piece.as_bytes(), *times))
        .chain([attack.end.as_bytes()]);
    let all = attack.begin.len() + piece.len() * times + attack.end.len();
    if let (Way::WebSocket, Frames::One) = (way, frames) {
        scene.server.send_bytes(&head(true, true, all)).await;
    }
    for (number, part) in parts.enumerate() {
        if let (Way::WebSocket, Frames::Many) = (way, frames) {
            let head = head(number == 0, number == times + 1, part.len());
            if !scene.server.send_bytes(&head).await {
                return;
            }
        }
        if !scene.server.send_bytes(part).await {
            return;
        }
    }
}

fn processor() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(
        u64::try_from(now.tv_sec).unwrap(),
        u32::try_from(now.tv_nsec).unwrap(),
    )
}

/// What an attack costs.
#[derive(Debug, Clone, Copy, Default)]
struct Cost {
    time: Duration,
    memory: usize,
}

/// In a session that is still there from before, if there is one; it is left there if it goes on.
async fn suffers(
    way: Way,
    left: &mut Option<Scene>,
    attack: &Harm,
    frames: Frames,
    expected: End,
) -> Cost {
    let mut scene = match left.take() {
        Some(scene) => scene,
        None => Scene::online(way).await,
    };
    let before = (processor(), MEMORY.current_usage());
    MEMORY.reset_peak_usage();
    says(&mut scene, way, attack, frames).await;
    let name = attack.name;
    if expected == Ended {
        let end = scene.ends().await;
        assert!(
            matches!(end, Err(SessionProblem::Protocol { .. })),
            "{name} by {way:?}: {end:?}"
        );
    } else {
        let (told, _) = scene.settled().await;
        let message = told
            .iter()
            .filter(|one| matches!(one, Incoming::Message(_)))
            .count();
        let read = usize::from(expected == Read && attack.begin.contains("<body>"));
        assert_eq!((message, told.len()), (read, read), "{name} by {way:?}");
        *left = Some(scene);
    }
    let cost = Cost {
        time: processor().saturating_sub(before.0),
        memory: MEMORY.peak_usage().saturating_sub(before.1),
    };
    println!(
        "{name:<38} {way:<9} {frames:<4} {:>5} ms {:>6} KiB",
        cost.time.as_millis(),
        cost.memory >> 10,
        way = format!("{way:?}"),
        frames = format!("{frames:?}"),
    );
    assert!(cost.memory <= MOST_MEMORY, "{name} by {way:?}: {cost:?}");
    assert!(cost.time <= MOST_TIME, "{name} by {way:?}: {cost:?}");
    cost
}

#[tokio::test]
async fn what_is_written_to_do_harm_costs_little() {
    let mut costs = Vec::new();
    let (mut web, mut tcp) = (None, None);
    for attack in documents().iter().chain(&endless()) {
        let (by_web, by_tcp) = ends(attack.fate);
        costs.push(suffers(Way::WebSocket, &mut web, attack, Frames::One, by_web).await);
        costs.push(suffers(Way::Tcp, &mut tcp, attack, Frames::One, by_tcp).await);
        if attack.again.1 > 0 {
            costs.push(suffers(Way::WebSocket, &mut web, attack, Frames::Many, by_web).await);
        }
    }
    let ordinary = Harm {
        name: "an ordinary message",
        begin: message("x"),
        again: (String::new(), 0),
        end: "",
        fate: Fate::Read,
    };
    for (way, left) in [(Way::WebSocket, &mut web), (Way::Tcp, &mut tcp)] {
        let cost = suffers(way, left, &ordinary, Frames::One, Read).await;
        assert!(cost.memory <= ORDINARY, "by {way:?}: {cost:?}");
    }
    let time = costs.iter().map(|cost| cost.time).max().unwrap();
    let memory = costs.iter().map(|cost| cost.memory).max().unwrap();
    println!(
        "attacks survived: {0} of {0}; at most {1} ms and {2} KiB",
        costs.len(),
        time.as_millis(),
        memory >> 10
    );
    assert_eq!(costs.len(), 18 * 2 + 8 * 3);
}
