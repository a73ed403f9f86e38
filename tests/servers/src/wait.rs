//! Waiting for a condition, with a deadline: no test sleeps in the hope that something has happened meanwhile.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// How long a test waits for what should happen at once. Generous, since a machine may be busy with builds;
/// only a test that fails waits so long.
pub const DEADLINE: Duration = Duration::from_secs(60);

const POLL: Duration = Duration::from_millis(5);

/// Asks `condition` until it is true. Panics, naming `what`, after [`DEADLINE`].
pub async fn until(what: &str, mut condition: impl FnMut() -> bool) {
    until_some(what, async || condition().then_some(())).await;
}

/// Asks `probe` until it has a value. Panics, naming `what`, after [`DEADLINE`].
pub async fn until_some<T>(what: &str, mut probe: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + DEADLINE;
    loop {
        if let Some(value) = probe().await {
            return value;
        }
        assert!(
            Instant::now() < deadline,
            "waited {DEADLINE:?} in vain: {what}"
        );
        sleep(POLL).await;
    }
}
