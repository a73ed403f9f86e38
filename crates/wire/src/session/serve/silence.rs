//! For how long a link may be silent before it is asked whether it lives, and before it is dead.

use super::PING_ANSWER;
use carillon_core::session::SessionProblem;
use std::time::Duration;
use tokio::time::Instant;

/// After a wake-up an answer takes no longer: together with the next attempt and its sign-in that is as long as a dead
/// link may go unnoticed otherwise.
const WOKEN_ANSWER: Duration = Duration::from_secs(10);
/// Nor does it take longer where the link's own address is gone: nothing can come to it, unless the network gives it
/// back at once.
const STRANDED_ANSWER: Duration = Duration::from_secs(2);
/// Idle means idle; this keeps the mappings of home routers open, most of which last longer.
const IDLE: Duration = Duration::from_secs(5 * 60);

/// The silence of one link.
pub(super) struct Silence {
    heard: Instant,
    asked: Instant,
    /// A question is on the way since `asked`.
    asking: bool,
    /// So long its answer may take.
    patience: Duration,
    /// The link's own address is gone since then.
    stranded: Option<Instant>,
}

impl Silence {
    pub(super) const fn from(begun: Instant) -> Self {
        Self {
            heard: begun,
            asked: begun,
            asking: false,
            patience: PING_ANSWER,
            stranded: None,
        }
    }

    /// Something came. `asking` says whether a question is still open.
    pub(super) fn broken(&mut self, asking: bool) {
        self.heard = Instant::now();
        self.asking &= asking;
        self.stranded = None;
        if !self.asking {
            self.patience = PING_ANSWER;
        }
    }

    /// Somebody wants to know whether the link lives; a question that is on its way already serves for it. `stranded`
    /// says whether the link's own address is gone.
    pub(super) fn counts(&mut self, stranded: bool) {
        let now = Instant::now();
        let waited = match self.asking {
            true => now - self.heard.max(self.asked),
            false => Duration::ZERO,
        };
        self.patience = self.patience.min(waited + WOKEN_ANSWER);
        self.stranded = stranded.then(|| self.stranded.unwrap_or(now));
    }

    /// All that there was to say is on the way, perhaps with a question.
    pub(super) fn written(&mut self, asking: bool) {
        if asking && !self.asking {
            self.asked = Instant::now();
        }
        self.asking = asking;
    }

    /// Until when something has to come, or is asked for.
    pub(super) fn ends(&self) -> Instant {
        if !self.asking {
            return self.heard + IDLE;
        }
        let answered = self.answered();
        match self.stranded {
            Some(since) => answered.min(since + STRANDED_ANSWER),
            None => answered,
        }
    }

    /// Until when something has to come to a question.
    fn answered(&self) -> Instant {
        self.heard.max(self.asked) + self.patience
    }

    /// It has lasted until then. `stranded` says whether the link's own address is gone.
    ///
    /// # Errors
    /// [`SessionProblem::Lost`], unless that address was only gone for a moment.
    pub(super) fn over(&mut self, stranded: bool) -> Result<(), SessionProblem> {
        if self.stranded.take().is_some() {
            if stranded {
                return Err(SessionProblem::Lost {
                    detail: "the address that it was made from is gone".to_owned(),
                });
            }
            if Instant::now() < self.answered() {
                return Ok(());
            }
        }
        Err(SessionProblem::Lost {
            detail: format!("no answer within {} s", self.patience.as_secs()),
        })
    }
}
