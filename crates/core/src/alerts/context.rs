//! What a decision knows of the moment.

use super::plan::AlertPlan;
use crate::contact::Availability;
use crate::ids::{ChatRef, Timestamp};
use crate::settings::Mute;
use std::collections::{HashMap, VecDeque};

/// Something that a desktop may not tell. Unknown never counts as true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Known {
    /// The desktop does not say.
    #[default]
    Unknown,
    /// It is not so.
    No,
    /// It is so.
    Yes,
}

impl Known {
    /// Whether it is known to be so.
    #[must_use]
    pub const fn is_yes(self) -> bool {
        matches!(self, Self::Yes)
    }
}

/// What the desktop and the window say, pushed by signals and read without asking anybody.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Surroundings {
    /// The chat that the window with the focus shows; void as soon as the window is gone.
    pub chat_in_front: Option<ChatRef>,
    /// The desktop's Do Not Disturb.
    pub do_not_disturb: Known,
    /// The screen is locked.
    pub locked: Known,
    /// Something covers the whole screen.
    pub full_screen: Known,
}

/// What rang lately. Owned by the caller, changed only by [`Recent::note`].
#[derive(Debug, Clone, Default)]
pub struct Recent {
    last_sound: HashMap<String, Timestamp>,
    /// One for each key: a popup that is updated in place is no further popup.
    popups: VecDeque<(Timestamp, String)>,
    flood_sound: Option<Timestamp>,
}

/// A chat that rang less than this ago is not rung again, in milliseconds.
pub(super) const FOLLOW_UP: i64 = 5_000;
/// The window in which popups are counted, in milliseconds.
pub const FLOOD_WINDOW: i64 = 3_000;
/// The key of the one summary.
pub const FLOOD_KEY: &str = "flood";
/// More popups than this within the window become one summary.
pub(super) const FLOOD_POPUPS: usize = 5;

impl Recent {
    /// Remembers what was shown and played at `now`, and forgets what no longer matters.
    pub fn note(&mut self, plan: &AlertPlan, now: Timestamp) {
        self.forget(now);
        if plan.sound.is_some() {
            self.last_sound.insert(plan.replace_key.clone(), now);
            self.flood_sound = Some(now);
        }
        if plan.popup.is_some() {
            self.popups.retain(|(_, key)| *key != plan.replace_key);
            self.popups.push_back((now, plan.replace_key.clone()));
        }
    }

    /// Forgets what was shown under a key: the user has looked, so the next one rings again.
    pub fn forget_key(&mut self, replace_key: &str) {
        self.last_sound.remove(replace_key);
    }

    fn forget(&mut self, now: Timestamp) {
        self.last_sound.retain(|_, at| recent(*at, now, FOLLOW_UP));
        while self
            .popups
            .front()
            .is_some_and(|(at, _)| !recent(*at, now, FLOOD_WINDOW))
        {
            self.popups.pop_front();
        }
    }

    pub(super) fn rang(&self, replace_key: &str, now: Timestamp) -> bool {
        self.last_sound
            .get(replace_key)
            .is_some_and(|at| recent(*at, now, FOLLOW_UP))
    }

    /// Whether one more popup would be too many. One that is updated in place is none more; while a summary
    /// stands, it tells everything.
    pub(super) fn is_flood(&self, replace_key: &str, now: Timestamp) -> bool {
        let shown = self
            .popups
            .iter()
            .filter(|(at, _)| recent(*at, now, FLOOD_WINDOW));
        let has = |wanted: &str| shown.clone().any(|(_, key)| key == wanted);
        has(FLOOD_KEY) || (!has(replace_key) && shown.clone().nth(FLOOD_POPUPS - 1).is_some())
    }

    pub(super) fn rang_within_flood(&self, now: Timestamp) -> bool {
        self.flood_sound
            .is_some_and(|at| recent(at, now, FLOOD_WINDOW))
    }
}

/// Whether `at` is less than `window` milliseconds before `now`. A clock set back counts as long ago,
/// so that it can never silence what comes.
fn recent(at: Timestamp, now: Timestamp, window: i64) -> bool {
    (0..window).contains(&now.millis_since(at))
}

/// Everything that a decision looks at beside the rules and the event.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The moment.
    pub now: Timestamp,
    /// The desktop and the window.
    pub surroundings: &'a Surroundings,
    /// My own status.
    pub own: Availability,
    /// A mute for all, if one was set.
    pub mute: Option<Mute>,
    /// What rang lately.
    pub recent: &'a Recent,
    /// The account's presence burst after signing in is over.
    pub presence_settled: bool,
}
