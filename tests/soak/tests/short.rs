//! The soak in short. More of it, and the seeds that failed once, are played by `make soak`.

use std::time::Duration;

use carillon_tests_servers::Kind;
use carillon_tests_soak::{Chunk, Kills, Transport, run};

async fn a_short_soak_loses_nothing(server: Kind, transport: Transport, seed: u64) {
    let chunk = Chunk {
        server,
        transport,
        seed,
        messages: 200,
        faults: 10,
        kills: Kills::default(),
        quick: true,
        resume_window: None,
        limit: Duration::from_secs(240),
    };
    let verdict = run(&chunk).await;
    assert!(verdict.is_clean(), "{verdict:#?}");
    assert_eq!((verdict.messages, verdict.faults), (200, 10));
}

#[tokio::test]
async fn ten_faults_of_tcp_to_prosody_lose_nothing() {
    a_short_soak_loses_nothing(Kind::Prosody, Transport::Tcp, 1).await;
}
