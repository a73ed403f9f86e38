//! The decision itself.

use super::book::RuleBook;
use super::calm::{calm, rang_just_now, wait_for_other_device, wait_for_return};
use super::cells::{Attention, Popup, Sound};
use super::context::Context;
use super::draft::Draft;
use super::event::{AlertEvent, Freshness};
use super::kinds::EventKind;
use super::lookup::{Candidates, Scoped, Whose};
use super::plan::AlertPlan;
use super::rules::Watch;
use super::silence::{guard_preview, silence_by_wish};
use super::trace::{Cell, Effect, Rule};
use crate::ids::AccountId;
use crate::room::RoomNotify;
use jid::BareJid;

/// What is to be done about `event`, and why.
///
/// Every event has exactly one outcome. Conditions only ever take away; a mark to break through only keeps. The
/// trace names each rule that had a say, in order, so that a later line on the same cell overrules an earlier one.
#[must_use]
pub fn decide(book: &RuleBook, event: &AlertEvent, context: &Context<'_>) -> AlertPlan {
    let whose = Whose {
        account: Some(event.account),
        jid: event.jid.as_ref(),
        groups: context.groups,
        profile: book.active_profile(context.now, context.zone, context.own),
    };
    if event.sample {
        return sample(book, event, &whose);
    }
    let scopes = book.scopes(&whose);
    let watch = fulfilled(book, event, context);
    let key = event.replace_key();
    let (kind, why) = told_as(book, event, &key, context, &scopes);
    let rows = Candidates::new(book, kind, &scopes, watch);
    let mut draft = Draft::from_rows(&rows, key);
    for rule in why.into_iter().flatten() {
        draft.say(Cell::Everything, Effect::Changed, rule);
    }
    let once = watch.is_some_and(|(_, _, watch)| watch.once);
    if let Some(rule) = never_alerts(book, event, context, once) {
        draft.silence_all(rule);
        return draft.plan;
    }
    draft.escalate(event.step());
    silence_by_wish(&mut draft, book, &scopes, event, context);
    guard_preview(&mut draft, &scopes, context);
    wait_for_other_device(&mut draft, book, event, context);
    wait_for_return(&mut draft, book, event, context);
    // Whoever waits for Bob once is told that he is there, whatever else happens.
    if !once {
        calm(&mut draft, event, context);
    }
    if once && !draft.plan.is_silent() {
        draft.plan.ends_watch = event.chat();
    }
    if event.burst_summary {
        draft.sum_up_friends();
    }
    draft.plan
}

/// What "Try it" shows of a row of somebody's: the row as it is, whatever would silence it.
#[must_use]
pub fn sample(book: &RuleBook, event: &AlertEvent, whose: &Whose<'_>) -> AlertPlan {
    let scopes = book.scopes(whose);
    let rows = Candidates::new(book, event.kind, &scopes, None);
    let mut draft = Draft::from_rows(&rows, event.replace_key());
    draft.say(Cell::Everything, Effect::Kept, Rule::Sample);
    draft.plan.repeat = None;
    draft.plan
}

fn fulfilled<'a>(
    book: &'a RuleBook,
    event: &'a AlertEvent,
    context: &Context<'_>,
) -> Option<(AccountId, &'a BareJid, &'a Watch)> {
    if event.kind != EventKind::ContactAvailable {
        return None;
    }
    let contact = event.jid.as_ref()?;
    let watch = book.watch(event.account, contact, context.now, event.gone_for)?;
    Some((event.account, contact, watch))
}

/// The row that tells the event, and the rules by which it is another than its own.
fn told_as(
    book: &RuleBook,
    event: &AlertEvent,
    key: &str,
    context: &Context<'_>,
    scopes: &[Scoped<'_>],
) -> (EventKind, [Option<Rule>; 2]) {
    let is_message = event.kind.is_said() && event.kind != EventKind::Reaction;
    if !is_message {
        return (event.kind, [None, None]);
    }
    let in_front = context.surroundings.in_front();
    if in_front.is_some() && in_front == event.chat().as_ref() {
        return (EventKind::MessageInFront, [Some(Rule::InFront), None]);
    }
    let as_message = told_of_any(book, event, context, scopes);
    let kind = if as_message.is_some() {
        EventKind::Message
    } else {
        event.kind
    };
    let of_message = kind.chain().any(|one| one == EventKind::Message);
    if of_message && rang_just_now(event, kind, key, context) {
        return (
            EventKind::MessageFollowup,
            [as_message, Some(Rule::FollowUp)],
        );
    }
    (kind, [as_message, None])
}

/// A room of which I want to hear everything is told as a chat is, unless its own row rings.
fn told_of_any(
    book: &RuleBook,
    event: &AlertEvent,
    context: &Context<'_>,
    scopes: &[Scoped<'_>],
) -> Option<Rule> {
    let any = event.kind == EventKind::RoomMessage && context.notify == Some(RoomNotify::Always);
    if !any || rings(&Candidates::new(book, event.kind, scopes, None)) {
        return None;
    }
    let (room, notify) = event.chat().zip(context.notify)?;
    Some(Rule::RoomNotify { room, notify })
}

/// Whether anything of it is seen or heard; a number in the tray is not.
fn rings(rows: &Candidates<'_>) -> bool {
    *rows.popup().0 != Popup::None
        || *rows.sound().0 != Sound::None
        || *rows.attention().0 != Attention::None
        || *rows.speak().0
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
        return (!book.rules.presence.burst_summary).then_some(Rule::BurstSummary);
    }
    // Whoever waits for Bob once wants to know that he is there, however he came.
    if watched_once {
        return None;
    }
    if event.kind.is_presence() && !context.presence_settled {
        return Some(Rule::PresenceBurst);
    }
    let moment = book.rules.presence.moment();
    let flapping = event.kind == EventKind::ContactAvailable
        && event
            .gone_for
            .is_some_and(|gone| (0..moment).contains(&gone));
    flapping.then_some(Rule::Flapping)
}
