//! The decision itself.

use super::book::{RuleBook, WaitingFor};
use super::context::Context;
use super::draft::Draft;
use super::event::{AlertEvent, Freshness};
use super::kinds::{EventKind, Nature};
use super::lookup::{Candidates, LevelRef, Scoped, Whose};
use super::plan::{AlertPlan, Later, LaterWhy, PopupForm};
use super::recent::{FLOOD_KEY, recent};
use super::trace::{Cell, Effect, Rule};
use crate::contact::Availability;
use jid::BareJid;

/// What is to be done about `event`, and why.
///
/// Every event has exactly one outcome. Conditions only ever take away; a mark to break through only keeps. The
/// trace names each rule that had a say, in order, so that a later line on the same cell overrules an earlier one.
#[must_use]
pub fn decide(book: &RuleBook, event: &AlertEvent, context: &Context<'_>) -> AlertPlan {
    let scopes = book.scopes(&Whose {
        account: Some(event.account),
        jid: event.jid.as_ref(),
        groups: context.groups,
        profile: book.active_profile(context.now, context.zone, context.own),
    });
    let watch = fulfilled(book, event, context);
    let (kind, why) = told_as(event, context);
    let rows = Candidates::new(book, kind, &scopes, watch);
    let mut draft = Draft::from_rows(&rows, event);
    if let Some(rule) = why {
        draft.say(Cell::Everything, Effect::Changed, rule);
    }
    if event.sample {
        draft.say(Cell::Everything, Effect::Kept, Rule::Sample);
        draft.plan.repeat = None;
        return draft.plan;
    }
    let once = watch.is_some_and(|(_, _, watch)| watch.once);
    if let Some(rule) = never_alerts(book, event, context, once) {
        draft.silence_all(rule);
        return draft.plan;
    }
    draft.escalate(event.step());
    silence_by_wish(&mut draft, book, &scopes, event, context);
    guard_preview(&mut draft, &scopes, context);
    calm(&mut draft, event, context);
    wait_for_other_device(&mut draft, book, event, context);
    if once && !draft.plan.is_silent() {
        draft.plan.ends_watch = event.chat();
    }
    if event.burst_summary {
        draft.sum_up_friends();
    }
    draft.plan
}

fn fulfilled<'a>(
    book: &'a RuleBook,
    event: &'a AlertEvent,
    context: &Context<'_>,
) -> Option<(crate::ids::AccountId, &'a BareJid, &'a WaitingFor)> {
    if event.kind != EventKind::ContactAvailable || event.sample {
        return None;
    }
    let contact = event.jid.as_ref()?;
    let watch = book.watch(event.account, contact, context.now, event.gone_for)?;
    Some((event.account, contact, watch))
}

/// The row that tells the event, and the rule by which it is another than its own.
fn told_as(event: &AlertEvent, context: &Context<'_>) -> (EventKind, Option<Rule>) {
    let is_message = event.kind.is_said() && event.kind != EventKind::Reaction;
    if event.sample || !is_message {
        return (event.kind, None);
    }
    let in_front = context.surroundings.chat_in_front.as_ref();
    if in_front
        .is_some_and(|chat| chat.account == event.account && Some(&chat.jid) == event.jid.as_ref())
    {
        return (EventKind::MessageInFront, Some(Rule::InFront));
    }
    let of_message = event.kind.chain().any(|kind| kind == EventKind::Message);
    if of_message && rang_just_now(event, context) {
        return (EventKind::MessageFollowup, Some(Rule::FollowUp));
    }
    (event.kind, None)
}

/// Whether something at least as strong rang there a moment ago. What is repeated is meant to ring again.
fn rang_just_now(event: &AlertEvent, context: &Context<'_>) -> bool {
    event.turn.is_none()
        && context
            .recent
            .rang(&event.replace_key(), context.now)
            .is_some_and(|kind| kind.strength() >= event.kind.strength())
}

/// Conditions under which nothing is seen, heard or counted.
fn never_alerts(
    book: &RuleBook,
    event: &AlertEvent,
    context: &Context<'_>,
    watched_once: bool,
) -> Option<Rule> {
    if event.seen {
        return Some(Rule::AlreadySeen);
    }
    if event.freshness == Freshness::History {
        return Some(Rule::History);
    }
    if event.burst_summary {
        return (!book.presence.burst_summary).then_some(Rule::BurstSummary);
    }
    // Whoever waits for Bob once wants to know that he is there, however he came.
    if watched_once {
        return None;
    }
    if event.kind.is_presence() && !context.presence_settled {
        return Some(Rule::PresenceBurst);
    }
    let moment = i64::from(book.presence.flap_minutes) * 60_000;
    let flapping = event.kind == EventKind::ContactAvailable
        && event
            .gone_for
            .is_some_and(|gone| (0..moment).contains(&gone));
    flapping.then_some(Rule::Flapping)
}

/// How strong the mark is by which something breaks through, and where it stands.
fn mark<'a>(
    book: &RuleBook,
    scopes: &[Scoped<'a>],
    event: &AlertEvent,
) -> Option<(u8, LevelRef<'a>)> {
    if book.kind_breaks_through(event.kind) {
        return Some((u8::MAX, LevelRef::Settings));
    }
    let opinion = scopes
        .iter()
        .find_map(|scoped| Some((scoped.layer.break_through?, scoped.level)));
    match opinion {
        Some((true, level)) => Some((level.strength(), level)),
        _ => None,
    }
}

/// Mute, own status, quiet hours and the desktop's wish. The badge still counts.
fn silence_by_wish(
    draft: &mut Draft,
    book: &RuleBook,
    scopes: &[Scoped<'_>],
    event: &AlertEvent,
    context: &Context<'_>,
) {
    let mark = mark(book, scopes, event);
    let mut kept = false;
    let mut silenced = false;
    let mut silence = |draft: &mut Draft, rule: Rule, level: LevelRef<'_>| {
        if mark.is_some_and(|(strength, _)| strength > level.strength()) {
            draft.say(Cell::Everything, Effect::Yielded, rule);
            kept = true;
            return false;
        }
        draft.silence(&rule);
        true
    };
    for (level, mute) in mutes(scopes, context) {
        if mute {
            let rule = Rule::Muted {
                level: level.level(),
            };
            silenced |= silence(draft, rule, level);
        }
    }
    if context.own == Availability::Busy {
        silenced |= silence(draft, Rule::OwnBusy, LevelRef::Settings);
    }
    let mut later = None;
    if let Some((quiet, end)) = book.quiet_at(context.now, context.zone) {
        let rule = Rule::QuietHours {
            hours: quiet.hours.clone(),
        };
        let would_tell = !draft.plan.is_silent();
        let quiet = silence(draft, rule.clone(), LevelRef::Settings);
        if quiet && !silenced && would_tell && book.tells_after(context.now, context.zone) {
            later = Some((end, rule));
        }
    }
    if context.surroundings.do_not_disturb.is_yes() {
        let rule = Rule::DesktopDoNotDisturb;
        if mark.is_some() {
            draft.say(Cell::Everything, Effect::Yielded, rule);
            draft.plan.breaks_through = true;
            kept = true;
        } else {
            // The notification service itself holds the popup back and keeps it for later.
            draft.drop_sound(&rule);
            draft.drop_attention(&rule);
        }
    }
    if let (true, Some((_, level))) = (kept, mark) {
        let level = level.level();
        draft.say(Cell::Everything, Effect::Kept, Rule::BreakThrough { level });
    }
    if let Some((at, rule)) = later {
        let why = LaterWhy::QuietHours;
        draft.put_off(Later { at, why }, rule);
    }
}

/// The mutes that there are, weakest first, and whether they hold.
fn mutes<'a>(scopes: &[Scoped<'a>], context: &Context<'_>) -> Vec<(LevelRef<'a>, bool)> {
    let holds =
        |mute: Option<crate::settings::Mute>| mute.is_some_and(|one| one.holds(context.now));
    let mut mutes = vec![(LevelRef::Settings, holds(context.mute))];
    mutes.extend(
        scopes
            .iter()
            .rev()
            .map(|scoped| (scoped.level, holds(scoped.layer.mute))),
    );
    mutes
}

fn guard_preview(draft: &mut Draft, scopes: &[Scoped<'_>], context: &Context<'_>) {
    let seen_by_others = [
        context.surroundings.locked,
        context.surroundings.full_screen,
        context.surroundings.shared,
    ];
    if seen_by_others.iter().any(|known| known.is_yes()) {
        draft.give_nothing_away(Rule::ScreenPrivate);
    }
    let discreet = scopes
        .iter()
        .find_map(|scoped| Some((scoped.layer.discreet?, scoped.level)));
    if let Some((true, level)) = discreet {
        let level = level.level();
        draft.give_nothing_away(Rule::Discreet { level });
    }
}

/// A lively chat and a flood are told once, not many times.
fn calm(draft: &mut Draft, event: &AlertEvent, context: &Context<'_>) {
    if draft.plan.kind == event.kind && rang_just_now(event, context) {
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
        // What asks for an answer keeps its own popup, however much else comes in; too many of the same do not.
        _ if context.recent.is_flood_of(event.kind, key, context.now) => {
            draft.drop_popup(&Rule::Flood);
            draft.drop_sound(&Rule::Flood);
        }
        _ => {}
    }
}

/// It may be read there: the alert waits, once.
fn wait_for_other_device(
    draft: &mut Draft,
    book: &RuleBook,
    event: &AlertEvent,
    context: &Context<'_>,
) {
    let OtherDeviceMillis { active, grace } = OtherDeviceMillis::of(book);
    let used = context
        .other_device
        .is_some_and(|at| recent(at, context.now, active));
    let waits = used && grace > 0 && event.turn.is_none() && event.kind.is_said();
    if waits && !draft.plan.is_silent() {
        let later = Later {
            at: context.now.plus_millis(grace),
            why: LaterWhy::OtherDevice,
        };
        draft.put_off(later, Rule::OtherDevice);
    }
}

struct OtherDeviceMillis {
    active: i64,
    grace: i64,
}

impl OtherDeviceMillis {
    fn of(book: &RuleBook) -> Self {
        Self {
            active: i64::from(book.other_device.active_seconds) * 1_000,
            grace: i64::from(book.other_device.grace_seconds) * 1_000,
        }
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
        if context.recent.rang_within_flood(context.now) {
            self.drop_sound(&Rule::Flood);
        }
    }

    fn sum_up_friends(&mut self) {
        if let Some(popup) = &mut self.plan.popup {
            popup.form = PopupForm::Friends;
            self.say(Cell::Popup, Effect::Changed, Rule::BurstSummary);
        }
        self.drop_repeat(&Rule::BurstSummary);
    }
}

#[cfg(test)]
mod tests;
