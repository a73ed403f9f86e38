//! Which of my messages the server has handled for certain.
//!
//! A server handles a stream in order, so the answer to a ping says that all before it was handled.
//! One ping is under way at a time, so that a burst of messages costs few of them; only the last one waits for none.

use std::collections::VecDeque;

/// Ids on their way.
#[derive(Debug, Default)]
pub(super) struct Reached {
    /// Written after the last ping that is under way, or while there is none.
    after: Vec<String>,
    /// Written before each ping that is under way, and after the one before it.
    before: VecDeque<Vec<String>>,
}

impl Reached {
    /// A message was written.
    pub(super) fn written(&mut self, id: String) {
        self.after.push(id);
    }

    /// Whether a ping has to be sent now; if so it counts as sent.
    pub(super) fn should_ask(&mut self) -> bool {
        self.before.is_empty() && self.should_ask_last()
    }

    /// Whether a ping has to be sent although one is under way, since nothing follows; if so it counts as sent.
    pub(super) fn should_ask_last(&mut self) -> bool {
        if self.after.is_empty() {
            return false;
        }
        self.before.push_back(std::mem::take(&mut self.after));
        true
    }

    /// A ping is sent for another reason.
    pub(super) fn ask_anyway(&mut self) -> bool {
        if !self.before.is_empty() {
            return false;
        }
        self.before.push_back(std::mem::take(&mut self.after));
        true
    }

    /// Somebody else keeps count from now on.
    pub(super) fn forget(&mut self) {
        self.after.clear();
    }

    /// The ping that was sent first was answered.
    pub(super) fn answered(&mut self) -> Vec<String> {
        self.before.pop_front().unwrap_or_default()
    }

    /// Whether a ping is under way.
    pub(super) fn is_asking(&self) -> bool {
        !self.before.is_empty()
    }
}
