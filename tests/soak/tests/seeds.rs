//! What a seed stands for. What it does to a session depends on the machine's pace: of a seed that failed the cause has
//! a test of its own beside the code, and `scripts/soak` plays the seed first.

use std::time::Duration;

use carillon_tests_servers::Kind;
use carillon_tests_soak::{Chunk, Kills, Transport, plan};

fn chunk(server: Kind, transport: Transport, seed: u64) -> Chunk {
    Chunk {
        server,
        transport,
        seed,
        messages: 200,
        faults: 10,
        kills: Kills::default(),
        quick: true,
        resume_window: None,
        limit: Duration::from_secs(240),
    }
}

#[test]
fn what_befalls_a_run_follows_from_its_seed() {
    let blows = |seed| plan(&chunk(Kind::Prosody, Transport::Tcp, seed));
    assert_eq!(blows(1), blows(1));
    assert_ne!(blows(1), blows(2));
    assert_eq!(blows(1).len(), 10);
}
