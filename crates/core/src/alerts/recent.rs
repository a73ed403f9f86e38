//! What rang lately: the memory by which a lively chat and a flood are told once.

use super::kinds::EventKind;
use super::plan::AlertPlan;
use crate::ids::Timestamp;
use std::collections::{HashMap, VecDeque};

/// A chat that rang less than this ago is not rung again, in milliseconds.
pub(super) const FOLLOW_UP: i64 = 5_000;
/// What was missed comes in pages and from several servers: what follows within this long belongs to the same
/// summary, and is not rung again; in milliseconds.
const MISSED_TOGETHER: i64 = 60_000;
/// The window in which popups are counted, in milliseconds.
pub const FLOOD_WINDOW: i64 = 3_000;
/// The key of the one summary.
pub const FLOOD_KEY: &str = "flood";
/// More popups than this within the window become one summary.
pub(super) const FLOOD_POPUPS: usize = 5;

/// What rang lately. Owned by the caller, changed only by [`Recent::note`].
#[derive(Debug, Clone, Default)]
pub struct Recent {
    last_sound: HashMap<String, (Timestamp, EventKind)>,
    /// One for each key: a popup that is updated in place is no further popup.
    popups: VecDeque<(Timestamp, String, EventKind)>,
    any_sound: Option<Timestamp>,
    /// The summary that stands was heard.
    summary_rang: bool,
}

impl Recent {
    /// Remembers what was shown and played at `now`, and forgets what no longer matters.
    pub fn note(&mut self, plan: &AlertPlan, now: Timestamp) {
        self.forget(now);
        if plan.sound.is_some() {
            // The sound of a follow-up does not move the five seconds, or a lively chat would never ring again.
            if plan.kind != EventKind::MessageFollowup {
                self.last_sound
                    .insert(plan.replace_key.clone(), (now, plan.kind));
            }
            self.any_sound = Some(now);
            self.summary_rang |= plan.replace_key == FLOOD_KEY;
        }
        if plan.popup.is_some() {
            self.popups.retain(|(_, key, _)| *key != plan.replace_key);
            self.popups
                .push_back((now, plan.replace_key.clone(), plan.kind));
        }
    }

    /// Forgets what was shown under a key: the user has looked, so the next one rings again.
    pub fn forget_key(&mut self, replace_key: &str) {
        self.last_sound.remove(replace_key);
    }

    fn forget(&mut self, now: Timestamp) {
        self.last_sound
            .retain(|_, (at, kind)| recent(*at, now, quiet_after(*kind)));
        while self
            .popups
            .front()
            .is_some_and(|(at, ..)| !recent(*at, now, FLOOD_WINDOW))
        {
            self.popups.pop_front();
        }
        self.summary_rang &= self.is_shown(FLOOD_KEY, now);
    }

    /// What rang last under this key, if that was a moment ago.
    pub(super) fn rang(&self, replace_key: &str, now: Timestamp) -> Option<EventKind> {
        self.last_sound
            .get(replace_key)
            .filter(|(at, kind)| recent(*at, now, quiet_after(*kind)))
            .map(|(_, kind)| *kind)
    }

    /// Whether the flood that lasts was heard already: until it ends, once is enough.
    pub(super) fn summary_rang(&self, now: Timestamp) -> bool {
        self.summary_rang && self.is_shown(FLOOD_KEY, now)
    }

    fn is_shown(&self, wanted: &str, now: Timestamp) -> bool {
        self.shown(now).any(|(key, _)| key == wanted)
    }

    fn shown(&self, now: Timestamp) -> impl Iterator<Item = (&str, EventKind)> {
        self.popups
            .iter()
            .filter(move |(at, ..)| recent(*at, now, FLOOD_WINDOW))
            .map(|(_, key, kind)| (key.as_str(), *kind))
    }

    /// Whether one more popup would be too many. One that is updated in place is none more; while a summary
    /// stands, it tells everything.
    pub(super) fn is_flood(&self, replace_key: &str, now: Timestamp) -> bool {
        let shown = |key: &str| self.is_shown(key, now);
        shown(FLOOD_KEY) || (!shown(replace_key) && self.shown(now).nth(FLOOD_POPUPS - 1).is_some())
    }

    /// Whether one more popup of this kind would be too many.
    pub(super) fn is_flood_of(&self, of: EventKind, replace_key: &str, now: Timestamp) -> bool {
        let same = || self.shown(now).filter(|(_, kind)| *kind == of);
        same().count() >= FLOOD_POPUPS && !same().any(|(key, _)| key == replace_key)
    }

    /// Whether anything was heard less than `window` milliseconds ago.
    pub(super) fn any_sound_within(&self, window: i64, now: Timestamp) -> bool {
        self.any_sound.is_some_and(|at| recent(at, now, window))
    }
}

/// For how long nothing more rings under the key of what rang, in milliseconds.
const fn quiet_after(rang: EventKind) -> i64 {
    match rang {
        EventKind::Missed => MISSED_TOGETHER,
        _ => FOLLOW_UP,
    }
}

/// Whether `at` is less than `window` milliseconds before `now`. A clock set back counts as long ago,
/// so that it can never silence what comes.
pub(super) fn recent(at: Timestamp, now: Timestamp, window: i64) -> bool {
    (0..window).contains(&now.millis_since(at))
}
