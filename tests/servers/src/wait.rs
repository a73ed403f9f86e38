//! Waiting for a condition, with a deadline: no test sleeps in the hope that something has happened meanwhile.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// How long a test waits for what should happen at once. Generous, since a machine may be busy with builds;
/// only a test that fails waits so long.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// How long a server may take to start: it reads hundreds of files and has much to work out, and a busy machine makes a
/// minute of that.
pub const STARTED: Duration = Duration::from_secs(180);

const POLL: Duration = Duration::from_millis(5);

/// Asks `condition` until it is true. Panics, naming `what`, after [`DEADLINE`].
pub async fn until(what: &str, mut condition: impl FnMut() -> bool) {
    until_some(what, async || condition().then_some(())).await;
}

/// Asks `probe` until it has a value. Panics, naming `what`, after [`DEADLINE`].
pub async fn until_some<T>(what: &str, probe: impl AsyncFnMut() -> Option<T>) -> T {
    within(DEADLINE, what, probe).await
}

/// As [`until_some`], of a server that is starting: panics after [`STARTED`].
pub async fn until_started<T>(what: &str, probe: impl AsyncFnMut() -> Option<T>) -> T {
    within(STARTED, what, probe).await
}

async fn within<T>(limit: Duration, what: &str, mut probe: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(value) = probe().await {
            return value;
        }
        assert!(
            Instant::now() < deadline,
            "waited {limit:?} in vain: {what}"
        );
        sleep(POLL).await;
    }
}
