//! Who waits for whom: blows fall among the messages, and not all before or after them.

use carillon_tests_servers::DEADLINE;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

/// How far a run is.
#[derive(Debug, Clone, Copy, Default)]
struct State {
    said: [u32; 2],
    struck: u32,
    over: bool,
}

/// How far a run is, told to all its parts.
#[derive(Debug)]
pub(crate) struct Progress {
    state: watch::Sender<State>,
    /// So many messages a side.
    messages: u32,
    blows: u32,
    end: Instant,
}

impl Progress {
    pub(crate) fn new(messages: u32, blows: u32, end: Instant) -> Self {
        Self {
            state: watch::Sender::new(State::default()),
            messages,
            blows,
            end,
        }
    }

    /// Waits until a side may say its next message; not if it has said them all, or the time is over.
    pub(crate) async fn may_say(&self, side: usize) -> bool {
        let mut state = self.state.subscribe();
        loop {
            let now = *state.borrow_and_update();
            let said = now.said[side];
            if said >= self.messages || now.over || Instant::now() > self.end {
                return false;
            }
            // As many as belong to the blows that have fallen, and to two more.
            let allowed = match self.blows {
                0 => u64::from(self.messages),
                blows => u64::from(now.struck + 2) * u64::from(self.messages) / u64::from(blows),
            };
            if u64::from(said) <= allowed {
                return true;
            }
            let _ = timeout(DEADLINE / 60, state.changed()).await;
        }
    }

    pub(crate) fn said(&self, side: usize) {
        self.state.send_modify(|state| state.said[side] += 1);
    }

    /// Waits until both together have said so many; not if the time is over.
    pub(crate) async fn has_said(&self, count: u32) -> bool {
        let mut state = self.state.subscribe();
        loop {
            if Instant::now() > self.end {
                return false;
            }
            if state.borrow_and_update().said.iter().sum::<u32>() >= count {
                return true;
            }
            let _ = timeout(DEADLINE / 60, state.changed()).await;
        }
    }

    pub(crate) fn struck(&self) {
        self.state.send_modify(|state| state.struck += 1);
    }

    /// The last blow has fallen: the rest may be said, or, if the time is over, nothing more.
    pub(crate) fn all_struck(&self) {
        let over = Instant::now() > self.end;
        self.state.send_modify(|state| {
            state.struck = self.blows;
            state.over = over;
        });
    }
}
