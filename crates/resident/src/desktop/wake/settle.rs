//! A network comes with a burst of changes: it is told once, when they have settled.

use super::WakeEvent;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

/// No change for so long, and it has settled.
const QUIET: Duration = Duration::from_secs(1);
/// It is told after this at the latest.
const LONGEST: Duration = Duration::from_secs(5);

/// What a system says that does not tell more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard {
    /// The computer has woken.
    Woke,
    /// An address of this computer came or went.
    Network,
}

/// Passes on what is heard until nobody listens any more.
pub(super) async fn settle(
    mut heard: mpsc::UnboundedReceiver<Heard>,
    tell: mpsc::Sender<WakeEvent>,
) {
    while let Some(mut first) = heard.recv().await {
        if first == Heard::Network {
            let latest = Instant::now() + LONGEST;
            let quiet = || (Instant::now() + QUIET).min(latest);
            let mut until = quiet();
            while let Ok(next) = timeout_at(until, heard.recv()).await {
                match next {
                    Some(Heard::Network) => until = quiet(),
                    // Whatever waits is asked or tried anew all the same.
                    Some(Heard::Woke) => {
                        first = Heard::Woke;
                        break;
                    }
                    None => break,
                }
            }
        }
        let event = match first {
            Heard::Woke => WakeEvent::Woke,
            Heard::Network => WakeEvent::Network { there: true },
        };
        if tell.send(event).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_is_told_once_and_an_endless_one_in_between() {
        let (hear, heard) = mpsc::unbounded_channel();
        let (tell, mut told) = mpsc::channel(8);
        tokio::spawn(settle(heard, tell));
        for _ in 0..3 {
            hear.send(Heard::Network).unwrap();
        }
        let began = Instant::now();
        let first = told.recv().await;
        assert!(matches!(first, Some(WakeEvent::Network { there: true })));
        assert_eq!(began.elapsed().as_secs(), QUIET.as_secs());
        tokio::spawn(async move {
            for _ in 0..14 {
                hear.send(Heard::Network).unwrap();
                tokio::time::sleep(QUIET / 2).await;
            }
            hear.send(Heard::Woke).unwrap();
        });
        let began = Instant::now();
        let still_going_on = told.recv().await;
        assert!(matches!(still_going_on, Some(WakeEvent::Network { .. })));
        assert_eq!(began.elapsed().as_secs(), LONGEST.as_secs());
        assert!(matches!(told.recv().await, Some(WakeEvent::Woke)));
        assert!(told.recv().await.is_none());
    }
}
