//! Idleness from a system that answers for how long there was no input, but tells nothing by itself.

use std::time::Duration;
use tokio::sync::mpsc;

/// Nothing tells that the user is back: while they are away it is asked so often. Whoever is back is seen as away for
/// so long at most.
const BACK: Duration = Duration::from_secs(10);

/// Tells changes until nobody listens, or the system does not answer.
///
/// While the user is there this wakes when `time` can be over at the earliest, so at most once in that time.
pub(super) async fn watch(
    time: Duration,
    idle_for: impl Fn() -> Option<Duration>,
    tell: mpsc::Sender<bool>,
) {
    let mut away = false;
    while let Some(idle) = idle_for() {
        let now = idle >= time;
        if now != away {
            away = now;
            if tell.send(away).await.is_err() {
                return;
            }
        }
        let rest = if away { BACK } else { time - idle };
        tokio::select! {
            () = tokio::time::sleep(rest) => {}
            () = tell.closed() => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::sync::{Arc, Mutex};
    use tokio::time::{Instant, advance, timeout};

    const TIME: Duration = Duration::from_secs(300);

    /// A user, and how often it was asked about them.
    #[derive(Clone)]
    struct User {
        last_input: Arc<Mutex<Instant>>,
        asked: Arc<AtomicU32>,
    }

    impl User {
        fn sits_down() -> Self {
            Self {
                last_input: Arc::new(Mutex::new(Instant::now())),
                asked: Arc::default(),
            }
        }

        fn types(&self) {
            *self.last_input.lock().unwrap() = Instant::now();
        }

        fn watched(&self) -> mpsc::Receiver<bool> {
            let (tell, told) = mpsc::channel(8);
            let user = self.clone();
            let idle_for = move || {
                user.asked.fetch_add(1, Ordering::Relaxed);
                Some(user.last_input.lock().unwrap().elapsed())
            };
            tokio::spawn(watch(TIME, idle_for, tell));
            told
        }
    }

    #[tokio::test(start_paused = true)]
    async fn going_is_told_on_time_and_coming_back_soon_after() {
        let user = User::sits_down();
        let mut told = user.watched();
        let began = Instant::now();
        assert_eq!(told.recv().await, Some(true));
        assert_eq!(began.elapsed().as_secs(), TIME.as_secs());
        advance(Duration::from_secs(3_600)).await;
        user.types();
        let back = Instant::now();
        assert_eq!(told.recv().await, Some(false));
        assert!(back.elapsed() <= BACK);
    }

    #[tokio::test(start_paused = true)]
    async fn a_busy_user_is_asked_about_once_in_the_whole_time() {
        let user = User::sits_down();
        let mut told = user.watched();
        let typing = user.clone();
        tokio::spawn(async move {
            loop {
                typing.types();
                tokio::time::sleep(Duration::from_secs(20)).await;
            }
        });
        let quiet = timeout(TIME * 10, told.recv()).await;
        assert!(quiet.is_err(), "nothing to tell");
        assert!(user.asked.load(Ordering::Relaxed) <= 12);
    }

    #[tokio::test(start_paused = true)]
    async fn it_ends_when_the_system_stops_answering() {
        let (tell, mut told) = mpsc::channel(8);
        watch(TIME, || None, tell).await;
        assert_eq!(told.recv().await, None);
    }
}
