//! What silences an alert, and what passes it.

use super::book::RuleBook;
use super::context::Context;
use super::draft::Draft;
use super::event::AlertEvent;
use super::kinds::{EventKind, Nature};
use super::lookup::{LevelRef, Scoped};
use super::plan::{Later, LaterWhy};
use super::trace::{Cell, Effect, Rule};
use crate::contact::Availability;
use crate::ids::{ChatRef, Timestamp};
use crate::room::RoomNotify;
use crate::settings::Mute;

/// Of a silence without an end of its own somebody tells when it is over. Should nobody, what waits for it looks again
/// after this long, in milliseconds.
const NO_END: i64 = 3_600_000;

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

/// What silences a moment, as far as it was gone through.
struct Silencing<'a> {
    mark: Option<(u8, LevelRef<'a>)>,
    /// Something would have silenced it, and was passed.
    passed: bool,
    /// What silences it longest, and until when.
    longest: Option<(Timestamp, Rule)>,
    now: Timestamp,
}

impl Silencing<'_> {
    /// Silences the draft unless a mark passes; `end` is when that is over by itself, where anybody can say.
    fn by(
        &mut self,
        draft: &mut Draft,
        rule: Rule,
        level: LevelRef<'_>,
        end: Option<Timestamp>,
    ) -> bool {
        if self
            .mark
            .is_some_and(|(strength, _)| strength > level.strength())
        {
            draft.say(Cell::Everything, Effect::Yielded, rule);
            self.passed = true;
            return false;
        }
        draft.silence(&rule);
        self.lasts(rule, end);
        true
    }

    fn lasts(&mut self, rule: Rule, end: Option<Timestamp>) {
        let end = end.unwrap_or_else(|| self.now.plus_millis(NO_END));
        let longer = self.longest.as_ref().is_none_or(|(until, _)| *until < end);
        if longer {
            self.longest = Some((end, rule));
        }
    }

    /// The desktop's own Do Not Disturb.
    fn by_desktop(&mut self, draft: &mut Draft) {
        let rule = Rule::DesktopDoNotDisturb;
        if self.mark.is_some() {
            draft.say(Cell::Everything, Effect::Yielded, rule);
            draft.plan.breaks_through = true;
            self.passed = true;
        } else {
            // The notification service itself holds the popup back and keeps it for later.
            draft.drop_sound(&rule);
            draft.drop_attention(&rule);
            draft.drop_repeat(&rule);
            self.lasts(rule, None);
        }
    }
}

/// Mute, what the room is to tell of, own status, quiet hours and the desktop's wish. The badge still counts.
pub(super) fn silence_by_wish(
    draft: &mut Draft,
    book: &RuleBook,
    scopes: &[Scoped<'_>],
    event: &AlertEvent,
    context: &Context<'_>,
) {
    let repeats = draft.plan.repeat.is_some();
    let mut silencing = Silencing {
        mark: mark(book, scopes, event),
        passed: false,
        longest: None,
        now: context.now,
    };
    let mut silenced = false;
    for (level, end) in mutes(scopes, context) {
        let rule = Rule::Muted {
            level: level.level(),
        };
        silenced |= silencing.by(draft, rule, level, end);
    }
    if let Some((rule, level)) = room_silence(event, context) {
        silenced |= silencing.by(draft, rule, level, None);
    }
    if context.own == Availability::Busy {
        silenced |= silencing.by(draft, Rule::OwnBusy, LevelRef::Settings, None);
    }
    let mut later = None;
    if let Some((quiet, end)) = book.quiet_at(context.now, context.zone) {
        let rule = Rule::QuietHours {
            hours: quiet.hours.clone(),
        };
        let would_tell = !draft.plan.is_silent();
        let quiet = silencing.by(draft, rule.clone(), LevelRef::Settings, Some(end));
        let tells = is_worth_telling_late(event) && book.tells_after(context.now, context.zone);
        if quiet && !silenced && would_tell && tells {
            let why = LaterWhy::QuietHours;
            later = Some((Later { at: end, why }, rule));
        }
    }
    if context.surroundings.do_not_disturb.is_yes() {
        silencing.by_desktop(draft);
    }
    if let (true, Some((_, level))) = (silencing.passed, silencing.mark) {
        let level = level.level();
        draft.say(Cell::Everything, Effect::Kept, Rule::BreakThrough { level });
    }
    if let (Some(why @ LaterWhy::Repeat { .. }), Some((at, rule)), true) =
        (event.turn, silencing.longest, repeats)
    {
        // The silence takes no turn away: the repetition goes on where it was once that is over.
        later = Some((Later { at, why }, rule));
    }
    if let Some((later, rule)) = later {
        draft.put_off(later, rule);
    }
}

/// A room of whose messages, or of this one, none of my devices is to tell. It is as strong as the room's own mute.
fn room_silence<'a>(event: &'a AlertEvent, context: &Context<'_>) -> Option<(Rule, LevelRef<'a>)> {
    let notify = context.notify?;
    let silences = match notify {
        RoomNotify::Always => false,
        RoomNotify::OnMention => event.kind == EventKind::RoomMessage,
        RoomNotify::Never => event.kind.is_said(),
    };
    let jid = event.jid.as_ref().filter(|_| silences)?;
    let room = ChatRef {
        account: event.account,
        jid: jid.clone().into(),
    };
    let rule = Rule::RoomNotify { room, notify };
    Some((rule, LevelRef::Chat(event.account, jid)))
}

/// Who came or what broke in the night is no news in the morning.
const fn is_worth_telling_late(event: &AlertEvent) -> bool {
    matches!(event.kind.nature(), Nature::Said | Nature::Notice)
}

/// The mutes that hold, weakest first, each with its end.
fn mutes<'a>(
    scopes: &[Scoped<'a>],
    context: &Context<'_>,
) -> impl Iterator<Item = (LevelRef<'a>, Option<Timestamp>)> {
    let now = context.now;
    let of_scopes = scopes
        .iter()
        .rev()
        .map(|scoped| (scoped.level, scoped.layer.mute));
    std::iter::once((LevelRef::Settings, context.mute))
        .chain(of_scopes)
        .filter_map(
            move |(level, mute)| match mute.filter(|mute| mute.holds(now))? {
                Mute::Until { at } => Some((level, Some(at))),
                Mute::Forever => Some((level, None)),
            },
        )
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
