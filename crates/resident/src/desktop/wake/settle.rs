//! A network comes with a burst of changes: it is told once, when they have settled.

use super::{Delay, WakeEvent};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

/// No change for so long, and it has settled.
const QUIET: Duration = Duration::from_secs(1);
/// It is told after this at the latest.
const LONGEST: Duration = Duration::from_secs(5);

/// What a system says that does not tell more.
#[derive(Debug)]
pub(crate) enum Heard {
    /// The computer is about to sleep, and waits until this is dropped.
    Sleeps(Delay),
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
    while let Some(first) = heard.recv().await {
        let settled = match first {
            Heard::Network => settled(&mut heard).await,
            other => other,
        };
        let event = match settled {
            Heard::Sleeps(delay) => WakeEvent::Sleeps(delay),
            Heard::Woke => WakeEvent::Woke,
            Heard::Network => WakeEvent::Network { there: true },
        };
        if tell.send(event).await.is_err() {
            return;
        }
    }
}

/// Waits for the end of a burst. Sleep cannot wait; and who sleeps or has slept asks and tries anew all the same.
async fn settled(heard: &mut mpsc::UnboundedReceiver<Heard>) -> Heard {
    let latest = Instant::now() + LONGEST;
    loop {
        let quiet = (Instant::now() + QUIET).min(latest);
        match timeout_at(quiet, heard.recv()).await {
            Ok(Some(Heard::Network)) if Instant::now() < latest => {}
            Ok(Some(Heard::Network) | None) | Err(_) => return Heard::Network,
            Ok(Some(other)) => return other,
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

    #[tokio::test(start_paused = true)]
    async fn sleep_is_told_at_once_in_the_midst_of_a_burst() {
        let (hear, heard) = mpsc::unbounded_channel();
        let (tell, mut told) = mpsc::channel(8);
        tokio::spawn(settle(heard, tell));
        hear.send(Heard::Network).unwrap();
        hear.send(Heard::Sleeps(Delay::none())).unwrap();
        let began = Instant::now();
        assert!(matches!(told.recv().await, Some(WakeEvent::Sleeps(_))));
        assert_eq!(began.elapsed(), Duration::ZERO);
    }
}
