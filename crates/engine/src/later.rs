//! Alerts that come later, or again: one queue, kept on the disk.
//!
//! There is one timer for what replaces each other on the screen. When it is due, the event is decided again with
//! what is true then; whatever was seen or handled meanwhile is taken out of the queue. The rows of the Activity list
//! that wait for it get the last decision.

use crate::chores::Note;
use crate::desk::Desk;
use crate::output::Content;
use carillon_core::alerts::{AlertEvent, AlertPlan, Later, LaterWhy, Outcome, escalate};
use carillon_core::ids::{AccountId, Timestamp};
use carillon_store::{AlertTimer, StoreError};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};

/// An event that is decided again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Waiting {
    pub(crate) event: AlertEvent,
    pub(crate) content: Content,
    pub(crate) why: LaterWhy,
    /// Its turn has come, and something silences it.
    #[serde(default)]
    pub(crate) held_up: bool,
}

impl Waiting {
    /// It was alerted already, and comes again.
    const fn comes_again(&self) -> bool {
        matches!(self.why, LaterWhy::Repeat { .. })
    }
}

/// What waits, by its replace key.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    waiting: HashMap<String, (Timestamp, Waiting)>,
    order: BTreeSet<(Timestamp, String)>,
}

impl Queue {
    /// Reads what an earlier run left. What this version cannot read is given back by its key.
    pub(crate) fn restore(timers: Vec<AlertTimer>) -> (Self, Vec<String>) {
        let mut queue = Self::default();
        let mut unreadable = Vec::new();
        for timer in timers {
            match serde_json::from_str(&timer.event) {
                Ok(waiting) => queue.put(timer.key, timer.at, waiting),
                Err(_) => unreadable.push(timer.key),
            }
        }
        (queue, unreadable)
    }

    fn put(&mut self, key: String, at: Timestamp, waiting: Waiting) {
        self.take(&key);
        self.order.insert((at, key.clone()));
        self.waiting.insert(key, (at, waiting));
    }

    fn take(&mut self, key: &str) -> Option<Waiting> {
        let (at, waiting) = self.waiting.remove(key)?;
        self.order.remove(&(at, key.to_owned()));
        Some(waiting)
    }

    fn get(&self, key: &str) -> Option<&Waiting> {
        self.waiting.get(key).map(|(_, waiting)| waiting)
    }

    pub(crate) fn waits(&self, key: &str) -> bool {
        self.waiting.contains_key(key)
    }

    /// When something is due next.
    pub(crate) fn due(&self) -> Option<Timestamp> {
        self.order.first().map(|(at, _)| *at)
    }

    fn take_due(&mut self, now: Timestamp) -> Option<(String, Waiting)> {
        let (_, key) = self.order.first().filter(|(at, _)| *at <= now)?.clone();
        let waiting = self.take(&key)?;
        Some((key, waiting))
    }

    fn held_up(&self) -> Vec<String> {
        let held_up = |(_, (_, waiting)): &(&String, &(Timestamp, Waiting))| waiting.held_up;
        let keys = self.waiting.iter().filter(held_up);
        keys.map(|(key, _)| key.clone()).collect()
    }

    fn keys_of(&self, account: AccountId) -> Vec<String> {
        let theirs =
            |(_, (_, waiting)): &(&String, &(Timestamp, Waiting))| waiting.event.account == account;
        let of = self.waiting.iter().filter(theirs);
        of.map(|(key, _)| key.clone()).collect()
    }
}

/// Whether a later repetition has more senses than this one.
fn grows(plan: &AlertPlan) -> bool {
    let repeat = plan.repeat.as_ref();
    repeat.is_some_and(|repeat| !repeat.escalate.is_empty())
}

impl Desk {
    /// Takes up what an earlier run left to be decided.
    pub(crate) fn restore_later(&mut self) -> Result<(), StoreError> {
        let (queue, unreadable) = Queue::restore(self.store.alert_timers()?);
        self.later = queue;
        for key in unreadable {
            tracing::warn!("an alert that was to come later could not be read");
            self.note(Note::Leave(key.clone()));
            self.note(Note::NoTimer(key));
        }
        Ok(())
    }

    /// Puts an event that was decided just now into the queue, if it is to be decided again. Answers whether it waits.
    pub(crate) fn wait_for_more(
        &mut self,
        event: &AlertEvent,
        plan: &AlertPlan,
        content: &Content,
    ) -> bool {
        let key = event.replace_key();
        let Some(Later { at, why }) = self.comes_later(event, plan) else {
            // What is told now tells what waited as well.
            let told = !plan.is_silent()
                && self
                    .later
                    .get(&key)
                    .is_some_and(|older| !older.comes_again());
            if told && event.turn.is_none() {
                self.take_out(&key);
                self.note_decided(&key, plan, true);
            }
            return false;
        };
        if self.later.get(&key).is_some_and(Waiting::comes_again) {
            // That one was told; the newer takes its place.
            self.note(Note::Leave(key.clone()));
        }
        let waiting = Waiting {
            event: AlertEvent {
                turn: None,
                ..event.clone()
            },
            content: content.clone(),
            why,
            held_up: event.turn == Some(why),
        };
        self.put_in(key, at, waiting);
        true
    }

    fn comes_later(&self, event: &AlertEvent, plan: &AlertPlan) -> Option<Later> {
        match plan.outcome {
            _ if event.sample => None,
            Outcome::Later(later) => Some(later),
            // Nothing would be seen or heard the next time either.
            Outcome::Now if plan.is_silent() && !grows(plan) => None,
            Outcome::Now => escalate(plan, event, event.seen, self.now()),
        }
    }

    fn put_in(&mut self, key: String, at: Timestamp, waiting: Waiting) {
        match serde_json::to_string(&waiting) {
            Ok(event) => self.note(Note::Timer(AlertTimer {
                key: key.clone(),
                account: waiting.event.account,
                at,
                event,
                message: waiting.content.message,
            })),
            Err(error) => tracing::warn!(%error, "an alert that comes later could not be written"),
        }
        self.later.put(key, at, waiting);
    }

    fn take_out(&mut self, key: &str) -> Option<Waiting> {
        let waiting = self.later.take(key)?;
        self.note(Note::NoTimer(key.to_owned()));
        Some(waiting)
    }

    /// It was seen or handled: it does not come again, and what never came is decided as seen.
    pub(crate) fn is_seen(&mut self, key: &str) {
        let Some(waiting) = self.take_out(key) else {
            return;
        };
        if waiting.comes_again() {
            self.note(Note::Leave(key.to_owned()));
            return;
        }
        let event = AlertEvent {
            seen: true,
            turn: Some(waiting.why),
            ..waiting.event
        };
        let plan = self.decide(&event, true);
        self.note_decided(key, &plan, true);
    }

    /// The user waved a popup away or used it: what it told does not come again. What came since and still waits does.
    pub fn dismissed(&mut self, key: &str) {
        self.standing.remove(key);
        if self.later.get(key).is_some_and(Waiting::comes_again) {
            self.is_seen(key);
        }
    }

    /// The account is gone, and what waits of it with it.
    pub(crate) fn forget_later_of(&mut self, id: AccountId) {
        for key in self.later.keys_of(id) {
            self.take_out(&key);
            self.note(Note::Leave(key));
        }
    }

    /// What silences is no longer what it was: repetitions that it held up go on, if it let go of them.
    pub(crate) fn silence_changed(&mut self) {
        for key in self.later.held_up() {
            if let Some(waiting) = self.later.take(&key) {
                self.alert_again(key, waiting);
            }
        }
    }

    /// Decides what is due.
    pub(crate) fn alert_due(&mut self, now: Timestamp) {
        while let Some((key, waiting)) = self.later.take_due(now) {
            self.alert_again(key, waiting);
        }
    }

    fn alert_again(&mut self, key: String, waiting: Waiting) {
        let comes_again = waiting.comes_again();
        let event = AlertEvent {
            seen: !self.is_news(&waiting),
            turn: Some(waiting.why),
            ..waiting.event
        };
        let plan = self.decide(&event, true);
        let content = self.refreshed(&event, waiting.content);
        let waits = self.wait_for_more(&event, &plan, &content);
        if !waits {
            self.note(Note::NoTimer(key.clone()));
        }
        if comes_again && plan.is_silent() {
            // It was alerted all the same.
            if !waits {
                self.note(Note::Leave(key));
            }
            return;
        }
        if !event.seen {
            let now = self.now();
            let content = self.remember_ring(&event, &plan, content, now);
            self.give_out(event, &plan, content);
            self.end_watch(plan.ends_watch.clone());
        }
        self.note_decided(&key, &plan, !waits);
    }
}
