//! Who waits for which answer.

use std::collections::HashMap;
use tokio::sync::oneshot;

/// Those who wait, by their question's number. Whoever gives up waiting is forgotten with the next question.
#[derive(Debug)]
pub(crate) struct Askers<T>(HashMap<u64, oneshot::Sender<T>>);

impl<T> Default for Askers<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T> Askers<T> {
    /// Somebody waits from now on.
    pub(crate) fn asks(&mut self, request: u64) -> oneshot::Receiver<T> {
        self.0.retain(|_, asked| !asked.is_closed());
        let (asked, answer) = oneshot::channel();
        self.0.insert(request, asked);
        answer
    }

    /// The answer has come.
    pub(crate) fn answered(&mut self, request: u64, answer: T) {
        if let Some(asked) = self.0.remove(&request) {
            // Whoever asked may have gone.
            let _ = asked.send(answer);
        }
    }

    /// Nobody will answer any more, and they learn so.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_given_up_waiting_does_not_stay() {
        let mut askers = Askers::default();
        let mut waits = askers.asks(0);
        for request in 1..1_000 {
            drop(askers.asks(request));
        }
        assert_eq!(askers.0.len(), 2, "the one who waits, and the last one");
        askers.answered(999, "late");
        askers.answered(0, "here");
        assert_eq!(waits.try_recv(), Ok("here"));
        assert_eq!(askers.0.len(), 0);
    }
}
