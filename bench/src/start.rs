//! From the start of the process to the presence that a contact receives.

use std::time::Instant;

use carillon_tests_app::Person;
use carillon_tests_servers::{Account, BareStream, TestServer, attribute};

use crate::report::{Report, percentile, sorted};

/// The most that Carillon may take beyond the server's own time, in milliseconds.
const BEYOND_LOGIN: f64 = 50.0;

pub(crate) async fn measure(
    alice: &mut Person,
    server: &TestServer,
    account: &Account,
    friend: &Account,
    starts: usize,
    report: &mut Report,
) {
    let mut watcher = BareStream::open(&server.url(), server.domain())
        .await
        .expect("a stream");
    watcher
        .sign_in(&friend.name, &friend.password, "watcher")
        .await
        .expect("signed in");
    let (mut carillon, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..starts {
        let from = Instant::now();
        let mut stream = BareStream::open(&server.url(), server.domain())
            .await
            .expect("a stream");
        stream
            .sign_in(&account.name, &account.password, "bare")
            .await
            .expect("signed in");
        bare.push(seen(&mut watcher, &account.jid, "available", from).await);
        drop(stream);
        seen(&mut watcher, &account.jid, "unavailable", from).await;

        let from = Instant::now();
        alice.spawn();
        carillon.push(seen(&mut watcher, &account.jid, "available", from).await);
        alice.until_online().await;
        alice.quit().await;
        seen(&mut watcher, &account.jid, "unavailable", from).await;
    }
    let (carillon, bare) = (
        percentile(&sorted(&carillon), 50),
        percentile(&sorted(&bare), 50),
    );
    report.add(
        "start_to_online_over_login_ms",
        carillon - bare,
        "ms",
        Some(BEYOND_LOGIN),
        starts,
    );
    report.add("start_to_online_ms", carillon, "ms", None, starts);
    report.add("login_ms", bare, "ms", None, starts);
}

/// Milliseconds since `from` when the watcher has presence of this type from `jid`.
pub(crate) async fn seen(watcher: &mut BareStream, jid: &str, kind: &str, from: Instant) -> f64 {
    loop {
        let frame = watcher.receive().await.expect("the watcher's stream");
        let sender = attribute(&frame, "from").unwrap_or_default();
        let found = attribute(&frame, "type").unwrap_or("available");
        if frame.starts_with("<presence") && sender.split('/').next() == Some(jid) && found == kind
        {
            return from.elapsed().as_secs_f64() * 1000.0;
        }
    }
}
