//! Keeps the tray icon true: state, count, attention, tooltip and menu.

use crate::desktop::launcher::Launcher;
use crate::desktop::tray::{LASTS, Tray, TrayLabels, TrayView};
use crate::house::House;
use carillon_core::alerts::{AlertPlan, Attention, TrayAction};
use carillon_core::settings::{OwnAvailability, Settings};
use carillon_core::tray::{TrayInput, TrayOverlay, tray_state};
use carillon_engine::Ring;
use fluent_bundle::FluentValue;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// So long the tray shows a sample.
const SAMPLE: Duration = Duration::from_secs(5);

/// What the tray shows, and what still waits to be seen.
pub struct TrayCare {
    tray: Tray,
    /// What launchers show: the count, and whether something urgently wants to be seen.
    launcher: watch::Sender<(u32, bool)>,
    input: TrayInput,
    calls: Calls,
}

/// Who calls for attention.
#[derive(Debug, Default)]
struct Calls {
    /// Until when, by their keys; `None`: until they are seen.
    until: BTreeMap<String, Option<Instant>>,
    /// A sample that counts: until when, and what stands for it.
    sample: Option<(Instant, TrayOverlay)>,
}

impl Calls {
    /// Something rang; so many windows are open. Says whether there is something new to show.
    fn rang(&mut self, ring: &Ring, windows: usize, now: Instant) -> bool {
        let plan = &ring.plan;
        if ring.event.sample {
            return self.show_sample(plan, now + SAMPLE);
        }
        let until = match (plan.attention, plan.tray) {
            (Attention::UntilSeen, _) => None,
            (_, TrayAction::Blink) => Some(now + LASTS),
            // Open windows ask for it themselves.
            (Attention::Once, _) if windows == 0 => Some(now + LASTS),
            _ => return false,
        };
        let call = self.until.entry(plan.replace_key.clone()).or_insert(until);
        // What waits to be seen goes on waiting.
        *call = call.and(until);
        true
    }

    fn show_sample(&mut self, plan: &AlertPlan, until: Instant) -> bool {
        let calls = plan.attention != Attention::None || plan.tray == TrayAction::Blink;
        if calls {
            self.until.insert(plan.replace_key.clone(), Some(until));
        }
        let counts = plan.tray != TrayAction::None;
        if counts {
            let overlay = TrayOverlay {
                kind: plan.kind,
                icon: plan.icon.clone(),
            };
            self.sample = Some((until, overlay));
        }
        calls || counts
    }

    /// Nothing waits any more: what was to be called until it is seen was.
    fn nothing_waits(&mut self) {
        self.until.retain(|_, until| until.is_some());
    }

    fn seen(&mut self, key: &str) -> bool {
        self.until.remove(key).is_some()
    }

    /// What the tray shows now of the engine's `input`.
    fn shown(&mut self, input: &TrayInput, now: Instant) -> TrayInput {
        self.until
            .retain(|_, until| until.is_none_or(|until| until > now));
        self.sample = self.sample.take().filter(|(until, _)| *until > now);
        let mut shown = TrayInput {
            attention: !self.until.is_empty(),
            ..input.clone()
        };
        if let Some((_, overlay)) = &self.sample {
            shown.overlay = Some(overlay.clone());
            shown.unread = shown.unread.saturating_add(1);
        }
        shown
    }

    /// When there is something else to be shown.
    fn due(&self) -> Option<Instant> {
        let calls = self.until.values().copied().flatten();
        let sample = self.sample.as_ref().map(|(until, _)| *until);
        calls.chain(sample).min()
    }
}

impl TrayCare {
    /// Takes the tray into care.
    #[must_use]
    pub fn new(tray: Tray, launcher: Launcher) -> Self {
        let (told, shown) = watch::channel((0, false));
        tokio::spawn(keep_launcher(launcher, shown));
        Self {
            tray,
            launcher: told,
            input: TrayInput::default(),
            calls: Calls::default(),
        }
    }

    /// The engine's part of the tray changed.
    pub fn changed(&mut self, house: &House, input: TrayInput) {
        // Whoever calls for attention need not count, and waits all the same.
        if input.unread == 0 && !input.attention {
            self.calls.nothing_waits();
        }
        self.input = input;
        self.show(house);
    }

    /// Something rang.
    pub fn rang(&mut self, house: &House, ring: &Ring) {
        let windows = house.windows.count();
        if self.calls.rang(ring, windows, Instant::now()) {
            self.show(house);
        }
    }

    /// Something was seen or handled.
    pub fn seen(&mut self, house: &House, key: &str) {
        if self.calls.seen(key) {
            self.show(house);
        }
    }

    /// Draws what is true now.
    pub fn show(&mut self, house: &House) {
        let shown = self.calls.shown(&self.input, Instant::now());
        self.launcher.send_if_modified(|told| {
            let now = (shown.unread, shown.attention);
            std::mem::replace(told, now) != now
        });
        self.tray.show(view(house, &shown));
    }

    /// Resolves when [`Self::show`] must be asked again; never while nobody calls for a limited time.
    pub async fn calms(&self) {
        match self.calls.due() {
            Some(due) => tokio::time::sleep_until(due).await,
            None => std::future::pending().await,
        }
    }
}

/// Tells launchers the newest count; they are slow sometimes, and nobody here waits for them.
async fn keep_launcher(launcher: Launcher, mut shown: watch::Receiver<(u32, bool)>) {
    while shown.changed().await.is_ok() {
        let (count, urgent) = *shown.borrow_and_update();
        launcher.show(count, urgent).await;
    }
}

/// What the tray shows for `input`.
#[must_use]
pub fn view(house: &House, input: &TrayInput) -> TrayView {
    // Not a copy of all rules: this stands beside the way from message to bell, on one thread with it.
    let own = house.read_settings(|settings| settings.general.availability);
    TrayView {
        state: tray_state(input),
        status: own,
        title: person(house),
        tooltip: tooltip(house, input, own),
        labels: labels(house),
    }
}

fn labels(house: &House) -> TrayLabels {
    let words = house.words();
    TrayLabels {
        open: words.say("tray-open"),
        status: words.say("tray-status"),
        available: words.say("tray-available"),
        away: words.say("tray-away"),
        extended_away: words.say("tray-extended-away"),
        busy: words.say("tray-busy"),
        offline: words.say("tray-offline"),
        mute_hour: words.say("tray-mute"),
        unmute: words.say("tray-unmute"),
        quit: words.say("tray-quit"),
    }
}

/// Whose Carillon it is, so that two of them can be told apart.
fn person(house: &House) -> String {
    if let Some(role) = crate::tryout::role(&house.profile) {
        return capitalised(role);
    }
    let first = |settings: &Settings| Some(settings.accounts.first()?.jid.to_string());
    house
        .read_settings(first)
        .unwrap_or_else(|| "Carillon".to_owned())
}

/// Whose it is, how they show, and what is unread.
fn tooltip(house: &House, input: &TrayInput, own: OwnAvailability) -> String {
    let words = house.words();
    let mut parts = vec![person(house), words.say(state_key(input, own))];
    if input.unread > 0 {
        parts.push(words.say_with("tray-unread", &[("count", FluentValue::from(input.unread))]));
    }
    if input.muted {
        parts.push(words.say("tray-muted"));
    }
    parts.join(" · ")
}

/// In words what the drawing shows, and as late: a short break is told by neither.
const fn state_key(input: &TrayInput, own: OwnAvailability) -> &'static str {
    if input.shown().is_online() {
        status_key(own)
    } else if input.connecting {
        "tray-connecting"
    } else {
        "tray-offline"
    }
}

const fn status_key(own: OwnAvailability) -> &'static str {
    match own {
        OwnAvailability::Available => "tray-available",
        OwnAvailability::Away => "tray-away",
        OwnAvailability::ExtendedAway => "tray-extended-away",
        OwnAvailability::Busy => "tray-busy",
        OwnAvailability::Offline => "tray-offline",
    }
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use carillon_core::alerts::{AlertEvent, EventKind, Icon, Outcome, Preview};
    use carillon_core::contact::Availability;
    use carillon_core::ids::AccountId;
    use carillon_engine::Content;

    fn ring(kind: EventKind, attention: Attention, tray: TrayAction, sample: bool) -> Ring {
        let bob = Some("bob@example.org".parse().unwrap());
        let event = AlertEvent {
            sample,
            ..AlertEvent::live(kind, AccountId(1), bob)
        };
        let plan = AlertPlan {
            kind,
            outcome: Outcome::Now,
            popup: None,
            sound: None,
            icon: Icon::Avatar,
            tray,
            attention,
            speak: false,
            preview: Preview::Full,
            repeat: None,
            breaks_through: false,
            ends_watch: None,
            replace_key: event.replace_key(),
            trace: Vec::new(),
        };
        Ring {
            event,
            plan,
            content: Content::default(),
        }
    }

    fn message(attention: Attention, tray: TrayAction) -> Ring {
        ring(EventKind::Message, attention, tray, false)
    }

    fn calls(calls: &mut Calls, after: Duration, since: Instant) -> bool {
        calls.shown(&TrayInput::default(), since + after).attention
    }

    const JUST_BEFORE: Duration = Duration::from_millis(9_999);

    #[test]
    fn a_connection_lost_a_moment_ago_is_not_told_in_the_tooltip_either() {
        let lost = TrayInput {
            connecting: true,
            before_loss: Some(Availability::Away),
            ..TrayInput::default()
        };
        let for_long = TrayInput {
            before_loss: None,
            ..lost.clone()
        };
        let told = |input: &TrayInput| state_key(input, OwnAvailability::Away);
        assert_eq!(told(&lost), "tray-away");
        assert_eq!(told(&for_long), "tray-connecting");
        assert_eq!(told(&TrayInput::default()), "tray-offline");
    }

    #[test]
    fn who_asks_once_is_shown_for_ten_seconds_when_no_window_is_open() {
        let start = Instant::now();
        let once = message(Attention::Once, TrayAction::Badge);
        let mut care = Calls::default();
        assert!(!care.rang(&once, 1, start), "the window asks for it");
        assert!(care.rang(&once, 0, start));
        assert_eq!(care.due(), Some(start + LASTS));
        assert!(calls(&mut care, JUST_BEFORE, start));
        assert!(!calls(&mut care, LASTS, start));
        assert_eq!(care.due(), None, "idle is idle");
    }

    #[test]
    fn who_asks_once_after_somebody_who_waits_to_be_seen_does_not_end_that() {
        let start = Instant::now();
        let mut care = Calls::default();
        care.rang(&message(Attention::UntilSeen, TrayAction::Badge), 0, start);
        care.rang(&message(Attention::Once, TrayAction::Badge), 0, start);
        assert_eq!(care.due(), None);
        assert!(calls(&mut care, LASTS * 60, start));
        care.nothing_waits();
        assert!(!calls(&mut care, LASTS * 60, start));
    }

    #[test]
    fn a_tray_that_blinks_rests_after_ten_seconds_or_when_it_was_seen() {
        let start = Instant::now();
        let blink = message(Attention::None, TrayAction::Blink);
        let mut care = Calls::default();
        assert!(care.rang(&blink, 3, start));
        assert!(calls(&mut care, JUST_BEFORE, start));
        assert!(care.seen(&blink.plan.replace_key));
        assert!(!calls(&mut care, JUST_BEFORE, start));
    }

    #[test]
    fn a_sample_shows_all_its_row_does_for_some_seconds_and_leaves_nothing() {
        let start = Instant::now();
        let mut care = Calls::default();
        let sample = ring(
            EventKind::RoomInvite,
            Attention::UntilSeen,
            TrayAction::Badge,
            true,
        );
        assert!(care.rang(&sample, 1, start));
        let waiting = TrayInput {
            unread: 2,
            ..TrayInput::default()
        };
        let shown = care.shown(&waiting, start);
        assert_eq!((shown.unread, shown.attention), (3, true));
        assert_eq!(shown.overlay.unwrap().kind, EventKind::RoomInvite);
        assert_eq!(care.due(), Some(start + SAMPLE));
        assert_eq!(care.shown(&waiting, start + SAMPLE), waiting);
        assert_eq!(care.due(), None);
    }

    #[test]
    fn a_sample_of_a_row_that_leaves_the_tray_alone_does() {
        let mut care = Calls::default();
        let sample = ring(
            EventKind::ContactAvailable,
            Attention::None,
            TrayAction::None,
            true,
        );
        assert!(!care.rang(&sample, 1, Instant::now()));
        assert_eq!(care.due(), None);
    }
}
