//! What keeps much from being told often.

use super::book::RuleBook;
use super::context::Context;
use super::draft::Draft;
use super::escalate::OVERLAP;
use super::event::AlertEvent;
use super::kinds::{EventKind, Nature};
use super::plan::{Later, LaterWhy, PopupForm};
use super::recent::{FLOOD_KEY, FLOOD_WINDOW, recent};
use super::trace::{Cell, Effect, Rule};

/// Whether something at least as strong as `kind` rang there a moment ago. What is repeated is meant to ring again.
pub(super) fn rang_just_now(
    event: &AlertEvent,
    kind: EventKind,
    key: &str,
    context: &Context<'_>,
) -> bool {
    let repeated = matches!(event.turn, Some(LaterWhy::Repeat { .. }));
    let rang = || context.recent.rang(key, context.now);
    !repeated && rang().is_some_and(|earlier| earlier.strength() >= kind.strength())
}

/// A lively chat and a flood are told once, not many times.
pub(super) fn calm(draft: &mut Draft, event: &AlertEvent, context: &Context<'_>) {
    let kind = draft.plan.kind;
    let key = draft.plan.replace_key.as_str();
    if kind == EventKind::MessageFollowup {
        if context.recent.any_sound_within(OVERLAP, context.now) {
            // The voice tells what the sound does not: who cannot see the popup would miss the words.
            draft.drop_ring(&Rule::FollowUp);
        }
    } else if rang_just_now(event, kind, key, context) {
        draft.drop_sound(&Rule::FollowUp);
        draft.drop_attention(&Rule::FollowUp);
    }
    if draft.plan.popup.is_none() || event.burst_summary {
        return;
    }
    let key = draft.plan.replace_key.as_str();
    let flood = context.recent.is_flood(key, context.now);
    match event.kind.nature() {
        Nature::Said if flood && event.kind != EventKind::Reaction => draft.sum_up(context),
        Nature::Said | Nature::Presence if flood => draft.silence(&Rule::Flood),
        Nature::Said | Nature::Presence => {}
        // What asks for an answer keeps its own popup, however much else comes in; too many of the same do not.
        Nature::Notice | Nature::Connection => {
            if context.recent.is_flood_of(event.kind, key, context.now) {
                draft.drop_popup(&Rule::Flood);
                draft.drop_sound(&Rule::Flood);
            }
        }
    }
}

/// It may be read there: the alert waits, once.
pub(super) fn wait_for_other_device(
    draft: &mut Draft,
    book: &RuleBook,
    event: &AlertEvent,
    context: &Context<'_>,
) {
    let active = i64::from(book.rules.other_device.active_seconds) * 1_000;
    let grace = i64::from(book.rules.other_device.grace_seconds) * 1_000;
    let used = context
        .other_device
        .is_some_and(|at| recent(at, context.now, active));
    let here = draft.plan.kind == EventKind::MessageInFront;
    let waits = used && !here && grace > 0 && event.turn.is_none() && event.kind.is_said();
    if waits && !draft.plan.is_silent() {
        let later = Later {
            at: context.now.plus_millis(grace),
            why: LaterWhy::OtherDevice,
        };
        draft.put_off(later, Rule::OtherDevice);
    }
}

/// Whoever is back in a moment was never gone: that somebody went is told once they have stayed away, if at all.
pub(super) fn wait_for_return(
    draft: &mut Draft,
    book: &RuleBook,
    event: &AlertEvent,
    context: &Context<'_>,
) {
    let moment = book.rules.presence.moment();
    let went = event.kind == EventKind::ContactUnavailable && event.turn.is_none();
    if went && moment > 0 && !draft.plan.is_silent() {
        let later = Later {
            at: context.now.plus_millis(moment),
            why: LaterWhy::Flapping,
        };
        draft.put_off(later, Rule::Flapping);
    }
}

impl Draft {
    /// Messages become one summary with one sound.
    fn sum_up(&mut self, context: &Context<'_>) {
        if let Some(popup) = &mut self.plan.popup {
            popup.form = PopupForm::Summary;
        }
        FLOOD_KEY.clone_into(&mut self.plan.replace_key);
        self.say(Cell::Popup, Effect::Changed, Rule::Flood);
        self.drop_repeat(&Rule::Flood);
        let recent = context.recent;
        if recent.summary_rang(context.now) || recent.any_sound_within(FLOOD_WINDOW, context.now) {
            self.drop_sound(&Rule::Flood);
        }
    }

    pub(super) fn sum_up_friends(&mut self) {
        if let Some(popup) = &mut self.plan.popup {
            popup.form = PopupForm::Friends;
            self.say(Cell::Popup, Effect::Changed, Rule::BurstSummary);
        }
        self.drop_repeat(&Rule::BurstSummary);
    }
}
