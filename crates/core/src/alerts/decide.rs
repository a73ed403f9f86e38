//! The decision itself.

use super::cells::{Attention, Icon, Popup, Preview, Sound, TrayAction};
use super::context::{Context, FLOOD_KEY};
use super::event::{AlertEvent, EventKind, Freshness};
use super::plan::{AlertPlan, Cell, PopupForm, PopupPlan, Rule, SoundPlan, TraceStep};
use super::rows::{AlertRows, EffectiveRow};
use crate::contact::Availability;

/// Gone for less than this and back again is flapping, in milliseconds.
const FLAPPING: i64 = 120_000;

/// What is to be done about `event`, and why.
///
/// Every event has exactly one outcome. Conditions only ever take away; the trace names each rule
/// that had a say, in order, so that a later line on the same cell overrules an earlier one.
#[must_use]
pub fn decide(rules: &AlertRows, event: &AlertEvent, context: &Context<'_>) -> AlertPlan {
    let in_front = is_in_front(event, context);
    let kind = if in_front {
        EventKind::MessageInFront
    } else {
        event.kind
    };
    let mut draft = Draft::from_row(&rules.effective(kind), event);
    if in_front {
        draft.say(Cell::Everything, Rule::InFront);
    }
    if event.sample {
        draft.say(Cell::Everything, Rule::Sample);
        return draft.plan;
    }
    if let Some(rule) = never_alerts(event, context) {
        draft.silence_all(rule);
        return draft.plan;
    }
    silence_by_wish(&mut draft, context);
    guard_preview(&mut draft, context);
    calm(&mut draft, event, context);
    draft.plan
}

fn is_in_front(event: &AlertEvent, context: &Context<'_>) -> bool {
    event.kind == EventKind::Message
        && !event.sample
        && event
            .chat()
            .is_some_and(|chat| context.surroundings.chat_in_front == Some(chat))
}

/// Conditions under which nothing is seen, heard or counted.
fn never_alerts(event: &AlertEvent, context: &Context<'_>) -> Option<Rule> {
    if event.seen {
        return Some(Rule::AlreadySeen);
    }
    if event.freshness == Freshness::History {
        return Some(Rule::History);
    }
    if event.kind.is_presence() && !context.presence_settled {
        return Some(Rule::PresenceBurst);
    }
    let flapping = event.kind == EventKind::ContactAvailable
        && event
            .gone_for
            .is_some_and(|gone| (0..FLAPPING).contains(&gone));
    flapping.then_some(Rule::Flapping)
}

/// Mute, own status and the desktop's wish. The badge still counts.
fn silence_by_wish(draft: &mut Draft, context: &Context<'_>) {
    if context.mute.is_some_and(|mute| mute.holds(context.now)) {
        draft.silence(Rule::Muted);
    }
    if context.own == Availability::Busy {
        draft.silence(Rule::OwnBusy);
    }
    if context.surroundings.do_not_disturb.is_yes() {
        // The notification service itself holds the popup back and keeps it for later.
        draft.drop_sound(Rule::DesktopDoNotDisturb);
        draft.drop_attention(Rule::DesktopDoNotDisturb);
    }
}

fn guard_preview(draft: &mut Draft, context: &Context<'_>) {
    let watched = context.surroundings.locked.is_yes() || context.surroundings.full_screen.is_yes();
    if !watched {
        return;
    }
    if let Some(popup) = &mut draft.plan.popup {
        popup.preview = Preview::Nothing;
        draft.say(Cell::Preview, Rule::ScreenPrivate);
    }
}

/// A lively chat and a flood are told once, not many times.
fn calm(draft: &mut Draft, event: &AlertEvent, context: &Context<'_>) {
    if event.kind == EventKind::Message && context.recent.rang(&draft.plan.replace_key, context.now)
    {
        draft.drop_sound(Rule::FollowUp);
        draft.drop_attention(Rule::FollowUp);
    }
    let flood = context
        .recent
        .is_flood(&draft.plan.replace_key, context.now);
    if flood {
        draft.bound(event.kind, context);
    }
}

/// A plan in the making, with its trace.
struct Draft {
    plan: AlertPlan,
}

impl Draft {
    fn from_row(row: &EffectiveRow, event: &AlertEvent) -> Self {
        let popup = (row.popup.value != Popup::None).then(|| PopupPlan {
            sticky: row.popup.value == Popup::Sticky,
            seconds: (row.seconds.value > 0).then_some(row.seconds.value),
            preview: row.preview.value,
            form: PopupForm::Single,
        });
        let sound = (row.sound.value != Sound::None).then(|| SoundPlan {
            sound: row.sound.value.clone(),
            volume: row.volume.value,
        });
        let step = |cell, source| TraceStep {
            cell,
            rule: Rule::Row {
                row: row.kind,
                source,
            },
        };
        Self {
            plan: AlertPlan {
                kind: row.kind,
                popup,
                sound,
                icon: row.icon.value.clone(),
                tray: row.tray.value,
                attention: row.attention.value,
                replace_key: event.replace_key(),
                trace: vec![
                    step(Cell::Popup, row.popup.source),
                    step(Cell::Preview, row.preview.source),
                    step(Cell::Sound, row.sound.source),
                    step(Cell::Icon, row.icon.source),
                    step(Cell::Tray, row.tray.source),
                    step(Cell::Attention, row.attention.source),
                ],
            },
        }
    }

    /// Bounds a flood: messages become one summary with one sound, presences are left out. What asks for an
    /// answer keeps its own popup, however much else comes in.
    fn bound(&mut self, kind: EventKind, context: &Context<'_>) {
        let Some(popup) = &mut self.plan.popup else {
            return;
        };
        if kind.is_presence() {
            self.silence(Rule::Flood);
        } else if kind == EventKind::Message {
            popup.form = PopupForm::Summary;
            FLOOD_KEY.clone_into(&mut self.plan.replace_key);
            self.say(Cell::Popup, Rule::Flood);
            if context.recent.rang_within_flood(context.now) {
                self.drop_sound(Rule::Flood);
            }
        }
    }

    fn say(&mut self, cell: Cell, rule: Rule) {
        self.plan.trace.push(TraceStep { cell, rule });
    }

    fn drop_sound(&mut self, rule: Rule) {
        if self.plan.sound.take().is_some() {
            self.say(Cell::Sound, rule);
        }
    }

    fn drop_attention(&mut self, rule: Rule) {
        if self.plan.attention != Attention::None {
            self.plan.attention = Attention::None;
            self.say(Cell::Attention, rule);
        }
    }

    fn silence(&mut self, rule: Rule) {
        if self.plan.popup.take().is_some() {
            self.say(Cell::Popup, rule);
        }
        self.drop_sound(rule);
        self.drop_attention(rule);
    }

    fn silence_all(&mut self, rule: Rule) {
        self.plan.popup = None;
        self.plan.sound = None;
        self.plan.attention = Attention::None;
        self.plan.tray = TrayAction::None;
        self.say(Cell::Everything, rule);
    }
}

/// The icon to fall back to when a row's own cannot be shown.
#[must_use]
pub fn fallback_icon(kind: EventKind) -> Icon {
    Icon::Builtin(super::defaults::icon_name(kind).to_owned())
}

#[cfg(test)]
mod tests;
