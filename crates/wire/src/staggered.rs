//! Several ways to the same thing: one after the other, but none waits long for another (RFC 8305 §5).

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use std::time::Duration;
use tokio::time::sleep;

/// The first success. The next attempt starts when one has failed, or `delay` after the one before.
///
/// # Errors
/// All failures, in the order in which they came.
pub(crate) async fn staggered<F, T, E>(
    attempts: impl Iterator<Item = F>,
    delay: Duration,
) -> Result<T, Vec<E>>
where
    F: Future<Output = Result<T, E>>,
{
    let mut attempts = attempts.fuse();
    let mut running = FuturesUnordered::new();
    let mut failures = Vec::new();
    let mut more = true;
    loop {
        if let Some(next) = attempts.next() {
            running.push(next);
        } else {
            more = false;
        }
        tokio::select! {
            answer = running.next() => match answer {
                Some(Ok(success)) => return Ok(success),
                Some(Err(failure)) => failures.push(failure),
                None => return Err(failures),
            },
            () = sleep(delay), if more => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::Instant;

    /// Answers after so many milliseconds.
    async fn after(millis: u64, answer: Result<u8, u8>) -> Result<u8, u8> {
        sleep(Duration::from_millis(millis)).await;
        answer
    }

    const DELAY: Duration = Duration::from_millis(100);

    #[tokio::test(start_paused = true)]
    async fn the_first_is_enough_when_it_answers_in_time() {
        let begun = Instant::now();
        let attempts = [after(50, Ok(1)), after(0, Ok(2))];
        assert_eq!(staggered(attempts.into_iter(), DELAY).await, Ok(1));
        assert_eq!(begun.elapsed().as_millis(), 50);
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_one_holds_nobody_up() {
        let begun = Instant::now();
        let attempts = [after(60_000, Ok(1)), after(60_000, Ok(2)), after(10, Ok(3))];
        assert_eq!(staggered(attempts.into_iter(), DELAY).await, Ok(3));
        assert_eq!(begun.elapsed().as_millis(), 210);
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_failure_the_next_is_tried_at_once() {
        let begun = Instant::now();
        let attempts = [after(1, Err(1)), after(1, Err(2)), after(1, Ok(3))];
        assert_eq!(staggered(attempts.into_iter(), DELAY).await, Ok(3));
        assert_eq!(begun.elapsed().as_millis(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn all_failures_are_told() {
        let attempts = [after(500, Err(1)), after(1, Err(2))];
        assert_eq!(
            staggered(attempts.into_iter(), DELAY).await,
            Err(vec![2, 1])
        );
        let none: [std::future::Ready<Result<u8, u8>>; 0] = [];
        assert_eq!(staggered(none.into_iter(), DELAY).await, Err(vec![]));
    }
}
