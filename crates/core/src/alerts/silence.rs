//! What silences an alert, and what passes it.

use super::book::RuleBook;
use super::context::Context;
use super::draft::Draft;
use super::event::AlertEvent;
use super::kinds::Nature;
use super::lookup::{LevelRef, Scoped};
use super::plan::{Later, LaterWhy};
use super::trace::{Cell, Effect, Rule};
use crate::contact::Availability;

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
pub(super) fn silence_by_wish(
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
    for level in mutes(scopes, context) {
        let rule = Rule::Muted {
            level: level.level(),
        };
        silenced |= silence(draft, rule, level);
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
        let tells = is_worth_telling_late(event) && book.tells_after(context.now, context.zone);
        if quiet && !silenced && would_tell && tells {
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
            draft.drop_repeat(&rule);
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

/// Who came or what broke in the night is no news in the morning.
const fn is_worth_telling_late(event: &AlertEvent) -> bool {
    matches!(event.kind.nature(), Nature::Said | Nature::Notice)
}

/// The mutes that hold, weakest first.
fn mutes<'a>(scopes: &[Scoped<'a>], context: &Context<'_>) -> impl Iterator<Item = LevelRef<'a>> {
    let now = context.now;
    let of_scopes = scopes
        .iter()
        .rev()
        .map(|scoped| (scoped.level, scoped.layer.mute));
    std::iter::once((LevelRef::Settings, context.mute))
        .chain(of_scopes)
        .filter(move |(_, mute)| mute.is_some_and(|mute| mute.holds(now)))
        .map(|(level, _)| level)
}

/// What others could read over my shoulder is not shown.
pub(super) fn guard_preview(draft: &mut Draft, scopes: &[Scoped<'_>], context: &Context<'_>) {
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
