use super::*;
use crate::alerts::{AlertRules, Preview, Sound, TrayAction};
use crate::alerts::{Known, Recent, Surroundings};
use crate::ids::{AccountId, ChatRef, Timestamp};
use crate::settings::Mute;
use jiff::tz::TimeZone;
use proptest::prelude::*;

const NOW: Timestamp = Timestamp(1_000_000_000);

fn bob() -> jid::BareJid {
    "bob@example.org".parse().unwrap()
}

fn event(kind: EventKind) -> AlertEvent {
    AlertEvent::live(kind, AccountId(1), Some(bob()))
}

struct Moment {
    surroundings: Surroundings,
    recent: Recent,
    own: Availability,
    mute: Option<Mute>,
    presence_settled: bool,
    now: Timestamp,
}

impl Default for Moment {
    fn default() -> Self {
        Self {
            surroundings: Surroundings::default(),
            recent: Recent::default(),
            own: Availability::Available,
            mute: None,
            presence_settled: true,
            now: NOW,
        }
    }
}

impl Moment {
    fn decide(&self, event: &AlertEvent) -> AlertPlan {
        let context = Context {
            now: self.now,
            zone: &TimeZone::UTC,
            surroundings: &self.surroundings,
            own: self.own,
            mute: self.mute,
            recent: &self.recent,
            presence_settled: self.presence_settled,
            groups: &[],
            other_device: None,
        };
        decide(&RuleBook::new(&AlertRules::default(), &[]), event, &context)
    }

    fn decide_and_note(&mut self, event: &AlertEvent) -> AlertPlan {
        let plan = self.decide(event);
        self.recent.note(&plan, self.now);
        plan
    }
}

fn sound_name(plan: &AlertPlan) -> Option<&str> {
    match plan.sound.as_ref().map(|sound| &sound.sound) {
        Some(Sound::Builtin(name)) => Some(name),
        _ => None,
    }
}

#[test]
fn a_message_rings_the_bell_and_shows_a_full_banner() {
    let plan = Moment::default().decide(&event(EventKind::Message));
    assert_eq!(sound_name(&plan), Some("bell"));
    assert_eq!(plan.popup.unwrap().preview, Preview::Full);
    assert_eq!(plan.tray, TrayAction::Badge);
}

#[test]
fn a_friend_coming_available_sounds_different_and_shows_for_five_seconds() {
    let plan = Moment::default().decide(&event(EventKind::ContactAvailable));
    assert_eq!(sound_name(&plan), Some("rise"));
    assert_eq!(plan.popup.unwrap().seconds, Some(5));
}

#[test]
fn a_message_for_the_chat_in_front_is_quiet() {
    let mut moment = Moment::default();
    moment.surroundings.chat_in_front = Some(ChatRef {
        account: AccountId(1),
        jid: bob(),
    });
    let plan = moment.decide(&event(EventKind::Message));
    assert!(plan.is_silent());
    assert_eq!(plan.kind, EventKind::MessageInFront);
}

#[test]
fn the_same_contact_on_another_account_is_not_in_front() {
    let mut moment = Moment::default();
    moment.surroundings.chat_in_front = Some(ChatRef {
        account: AccountId(2),
        jid: bob(),
    });
    assert!(!moment.decide(&event(EventKind::Message)).is_silent());
}

#[test]
fn history_and_what_was_seen_never_ring_nor_count() {
    for event in [
        AlertEvent {
            freshness: Freshness::History,
            ..event(EventKind::Message)
        },
        AlertEvent {
            seen: true,
            ..event(EventKind::Message)
        },
    ] {
        let plan = Moment::default().decide(&event);
        assert!(plan.is_silent());
        assert_eq!(plan.tray, TrayAction::None);
    }
}

#[test]
fn the_presence_burst_at_login_is_silent_but_a_message_is_not() {
    let moment = Moment {
        presence_settled: false,
        ..Moment::default()
    };
    assert!(
        moment
            .decide(&event(EventKind::ContactAvailable))
            .is_silent()
    );
    assert!(!moment.decide(&event(EventKind::Message)).is_silent());
}

#[test]
fn a_flapping_contact_is_silent_until_gone_for_two_minutes() {
    let back_after = |gone| AlertEvent {
        gone_for: Some(gone),
        ..event(EventKind::ContactAvailable)
    };
    assert!(Moment::default().decide(&back_after(119_999)).is_silent());
    assert!(!Moment::default().decide(&back_after(120_000)).is_silent());
}

#[test]
fn a_mute_silences_but_the_badge_still_counts() {
    let moment = Moment {
        mute: Some(Mute::Forever),
        ..Moment::default()
    };
    let plan = moment.decide(&event(EventKind::Message));
    assert!(plan.is_silent());
    assert_eq!(plan.tray, TrayAction::Badge);
}

#[test]
fn a_mute_that_has_run_out_silences_nothing() {
    let moment = Moment {
        mute: Some(Mute::Until { at: NOW }),
        ..Moment::default()
    };
    assert!(!moment.decide(&event(EventKind::Message)).is_silent());
}

#[test]
fn the_desktops_do_not_disturb_takes_the_sound_and_leaves_the_popup_to_the_desktop() {
    let mut moment = Moment::default();
    moment.surroundings.do_not_disturb = Known::Yes;
    let plan = moment.decide(&event(EventKind::Message));
    assert!(plan.sound.is_none());
    assert!(plan.popup.is_some());
}

#[test]
fn a_locked_screen_gives_nothing_away() {
    let mut moment = Moment::default();
    moment.surroundings.locked = Known::Yes;
    let plan = moment.decide(&event(EventKind::Message));
    assert_eq!(plan.popup.unwrap().preview, Preview::Nothing);
}

#[test]
fn a_second_message_within_five_seconds_updates_the_popup_without_a_sound() {
    let mut moment = Moment::default();
    moment.decide_and_note(&event(EventKind::Message));
    moment.now = NOW.plus_millis(4_999);
    let plan = moment.decide_and_note(&event(EventKind::Message));
    assert!(plan.sound.is_none());
    assert!(plan.popup.is_some());
}

#[test]
fn a_lively_chat_rings_again_five_seconds_after_the_last_sound() {
    let mut moment = Moment::default();
    let mut sounds = 0;
    for second in 0..10 {
        moment.now = NOW.plus_millis(second * 1_000);
        sounds += usize::from(
            moment
                .decide_and_note(&event(EventKind::Message))
                .sound
                .is_some(),
        );
    }
    assert_eq!(sounds, 2);
}

#[test]
fn a_flood_from_many_people_ends_in_one_summary_with_one_sound() {
    let mut moment = Moment::default();
    let mut keys = std::collections::BTreeSet::new();
    let mut late_sounds = 0;
    for n in 0..100 {
        let jid = Some(format!("friend{n}@example.org").parse().unwrap());
        let plan = moment.decide_and_note(&AlertEvent {
            jid,
            ..event(EventKind::Message)
        });
        late_sounds += usize::from(n > 5 && plan.sound.is_some());
        keys.insert(plan.replace_key);
    }
    assert_eq!(keys.len(), 6, "five popups and the summary");
    assert_eq!(late_sounds, 0);
}

#[test]
fn six_quick_messages_of_one_friend_are_no_flood() {
    let mut moment = Moment::default();
    for n in 0..20 {
        moment.now = NOW.plus_millis(n * 100);
        let plan = moment.decide_and_note(&event(EventKind::Message));
        assert_eq!(plan.popup.unwrap().form, PopupForm::Single);
    }
}

fn five_popups() -> Moment {
    let mut moment = Moment::default();
    for n in 0..5 {
        let jid = Some(format!("friend{n}@example.org").parse().unwrap());
        moment.decide_and_note(&AlertEvent {
            jid,
            ..event(EventKind::Message)
        });
    }
    moment
}

#[test]
fn a_request_keeps_its_own_popup_in_a_flood() {
    for kind in [EventKind::ContactRequest, EventKind::RoomInvite] {
        let plan = five_popups().decide(&event(kind));
        assert_eq!(plan.popup.unwrap().form, PopupForm::Single);
        assert_ne!(plan.replace_key, "flood");
    }
}

#[test]
fn a_friend_who_comes_available_in_a_flood_of_messages_is_not_told_as_a_message() {
    let plan = five_popups().decide(&event(EventKind::ContactAvailable));
    assert!(plan.is_silent());
    assert!(plan.trace.iter().any(|step| step.rule == Rule::Flood));
}

#[test]
fn try_it_rings_even_while_muted() {
    let moment = Moment {
        mute: Some(Mute::Forever),
        ..Moment::default()
    };
    let plan = moment.decide(&AlertEvent {
        sample: true,
        ..event(EventKind::RoomInvite)
    });
    assert_eq!(sound_name(&plan), Some("knock-knock"));
    assert!(plan.trace.iter().any(|step| step.rule == Rule::Sample));
}

#[test]
fn a_clock_set_back_does_not_silence_what_comes() {
    let mut moment = Moment::default();
    moment.decide_and_note(&event(EventKind::Message));
    moment.now = NOW.plus_millis(-3_600_000);
    assert!(moment.decide(&event(EventKind::Message)).sound.is_some());
}

fn kinds() -> impl Strategy<Value = EventKind> {
    proptest::sample::select(EventKind::ALL.to_vec())
}

proptest! {
    #[test]
    fn a_condition_only_ever_takes_away(kind in kinds(), busy: bool, muted: bool, dnd: bool, settled: bool) {
        let free = Moment::default().decide(&event(kind));
        let mut moment = Moment { presence_settled: settled, ..Moment::default() };
        if busy { moment.own = Availability::Busy; }
        if muted { moment.mute = Some(Mute::Forever); }
        if dnd { moment.surroundings.do_not_disturb = Known::Yes; }
        let held = moment.decide(&event(kind));
        prop_assert!(held.sound.is_none() || held.sound == free.sound);
        prop_assert!(held.popup.is_none() || held.popup == free.popup);
        prop_assert!(held.attention <= free.attention);
    }

    #[test]
    fn whatever_is_missing_from_a_plan_has_a_rule_in_its_trace(kind in kinds(), muted: bool) {
        let mut moment = Moment::default();
        if muted { moment.mute = Some(Mute::Forever); }
        let plan = moment.decide(&event(kind));
        prop_assert!(plan.trace.iter().any(|step| step.cell == Cell::Sound));
        prop_assert!(plan.trace.iter().any(|step| step.cell == Cell::Popup));
    }
}
