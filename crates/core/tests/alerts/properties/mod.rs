//! What holds for every plan, in worlds made at random.

mod held_back;
mod trace;
mod world;

use crate::stage::{Scene, berlin, jid, kathmandu, new_york, tokyo};
use carillon_core::alerts::{
    AlertPlan, AlertRows, Attention, EventKind, Known, LaterWhy, Outcome, Override, PopupForm,
    Preview, QuietHours, Row, Scope, Sound,
};
use carillon_core::contact::Availability;
use carillon_core::ids::Timestamp;
use carillon_core::room::RoomNotify;
use carillon_core::settings::Mute;
use jiff::tz::TimeZone;
use world::{Dice, any_moment, hours, world};

/// Worlds for each property; all of them together are well above 100,000.
const WORLDS: u64 = 9_000;

/// Asks something of many worlds; the number of the one that fails is told.
fn in_every_world(ask: impl Fn(Scene, &mut Dice)) {
    in_worlds(WORLDS, ask);
}

fn in_worlds(worlds: u64, ask: impl Fn(Scene, &mut Dice)) {
    for seed in 0..worlds {
        let asked = std::panic::AssertUnwindSafe(|| ask(world(seed), &mut Dice::new(!seed)));
        // What is wrong was said by the panic itself.
        assert!(std::panic::catch_unwind(asked).is_ok(), "in world {seed}");
    }
}

#[test]
fn the_worlds_are_of_many_kinds() {
    let mut counts = std::collections::BTreeMap::<&str, u32>::new();
    for seed in 0..WORLDS {
        let plan = world(seed).decide();
        let form = plan.popup.as_ref().map(|popup| popup.form);
        let found = [
            ("rings", plan.sound.is_some()),
            ("speaks", plan.speak),
            ("silent", plan.is_silent()),
            ("later", plan.outcome != Outcome::Now),
            ("summary", form == Some(PopupForm::Summary)),
            ("friends", form == Some(PopupForm::Friends)),
            ("in front", plan.kind == EventKind::MessageInFront),
            ("follow-up", plan.kind == EventKind::MessageFollowup),
            ("repeats", plan.repeat.is_some()),
            ("through", plan.breaks_through),
            ("watch", plan.ends_watch.is_some()),
        ];
        for (name, _) in found.iter().filter(|(_, is)| *is) {
            *counts.entry(name).or_default() += 1;
        }
    }
    assert_eq!(counts.len(), 11, "{counts:?}");
    assert!(counts.values().all(|count| *count >= 10), "{counts:?}");
    assert!(
        counts["rings"] > 1_000 && counts["silent"] > 1_000,
        "{counts:?}"
    );
}

/// Whether `less` reaches nobody by a sense by which `more` does not.
fn reaches_no_further(less: &AlertPlan, more: &AlertPlan) {
    assert!(
        less.popup.is_none() || more.popup.is_some(),
        "a popup was added"
    );
    assert!(
        less.sound.is_none() || more.sound.is_some(),
        "a sound was added"
    );
    assert!(less.attention <= more.attention, "attention was added");
    assert!(!less.speak || more.speak, "a voice was added");
}

/// Silences one thing more.
fn silence_more(scene: &mut Scene, dice: &mut Dice) {
    match dice.number(6) {
        0 => scene.mute = Some(Mute::Forever),
        1 => scene.own = Availability::Busy,
        2 => scene.surroundings.do_not_disturb = Known::Yes,
        3 => scene.rules.quiet.push(QuietHours {
            hours: hours(dice),
            off: false,
            tell_after: dice.once_in(2),
        }),
        4 if scene.notify.is_none() => scene.notify = Some(RoomNotify::Never),
        _ => of_this_chat(scene).mute = Some(Mute::Forever),
    }
}

/// What is set for the event's chat, made when there is nothing yet.
fn of_this_chat(scene: &mut Scene) -> &mut Override {
    let accounts = crate::stage::accounts();
    let account = accounts
        .into_iter()
        .find(|(id, _)| *id == scene.event.account)
        .unwrap()
        .1;
    let chat = scene
        .event
        .jid
        .clone()
        .unwrap_or_else(|| jid("nobody@example.org"));
    let account = account.into();
    let scope = Scope::Chat { account, chat };
    let all = &mut scene.rules.overrides;
    let at = all
        .iter()
        .position(|one| one.scope == scope)
        .unwrap_or_else(|| {
            all.push(Override::of(scope));
            all.len() - 1
        });
    &mut all[at]
}

#[test]
fn silencing_more_never_adds_anything() {
    in_every_world(|scene, dice| {
        let mut held = Scene { ..scene };
        let free = held.decide();
        // A profile may hold while busy, and may ring more than the settings: that is the user's own choice.
        let profile =
            |scene: &Scene| scene.with(|book, c| book.active_profile(c.now, c.zone, c.own));
        let before = profile(&held);
        silence_more(&mut held, dice);
        if profile(&held) == before {
            let silenced = held.decide();
            reaches_no_further(&silenced, &free);
            assert!(silenced.tray == free.tray, "the badge still counts");
        }
    });
}

#[test]
fn breaking_through_never_takes_anything_away() {
    in_every_world(|mut scene, dice| {
        let before = scene.decide();
        if dice.once_in(2) {
            scene.rules.break_through.push(scene.event.kind);
        } else {
            of_this_chat(&mut scene).break_through = Some(true);
        }
        reaches_no_further(&before, &scene.decide());
    });
}

#[test]
fn what_gives_less_away_never_adds_anything() {
    in_every_world(|mut scene, dice| {
        // Behind a lock no chat is in front, and what comes there rings.
        scene.surroundings.chat_in_front = None;
        let before = scene.decide();
        let choices = if scene.event.jid.is_some() { 3 } else { 2 };
        match dice.number(choices) {
            0 => scene.surroundings.locked = Known::Yes,
            1 => scene.surroundings.shared = Known::Yes,
            _ => of_this_chat(&mut scene).discreet = Some(true),
        }
        let after = scene.decide();
        let strip = |plan: &AlertPlan| AlertPlan {
            popup: None,
            preview: Preview::Nothing,
            trace: Vec::new(),
            ..plan.clone()
        };
        assert_eq!(strip(&after), strip(&before));
        assert!(after.preview <= before.preview);
        match (&after.popup, &before.popup) {
            (Some(after), Some(before)) => assert!(after.preview <= before.preview),
            (after, before) => assert_eq!(after, before),
        }
        let shown = after.popup.filter(|_| !scene.event.sample);
        assert!(shown.is_none_or(|popup| popup.preview == Preview::Nothing));
    });
}

#[test]
fn none_is_never_overruled_by_a_weaker_scope() {
    in_every_world(|mut scene, dice| {
        scene.rules.watches.clear();
        let kind = scene.decide().kind;
        let row = if dice.once_in(2) || kind == EventKind::Generic {
            kind
        } else {
            kind.parent().unwrap()
        };
        let silent = Row {
            sound: Some(Sound::None),
            ..Row::default()
        };
        of_this_chat(&mut scene).rows = AlertRows::from_iter([(row, silent)]);
        if scene.event.jid.is_some() {
            assert_eq!(scene.decide().sound, None);
        }
    });
}

#[test]
fn every_event_has_exactly_one_outcome() {
    in_every_world(|scene, _| {
        let plan = scene.decide();
        match plan.outcome {
            Outcome::Now => {}
            Outcome::Later(later) => {
                assert!(later.at > scene.now);
                assert!(plan.is_silent() && plan.repeat.is_none() && plan.ends_watch.is_none());
                let repeats = matches!(later.why, LaterWhy::Repeat { .. });
                assert!(!repeats || scene.event.turn == Some(later.why));
                assert!(!scene.event.seen && !scene.event.sample);
            }
        }
        assert_eq!(
            scene.decide(),
            plan,
            "the same question has the same answer"
        );
    });
}

#[test]
fn what_was_seen_or_is_history_is_nothing_at_all() {
    in_every_world(|mut scene, dice| {
        scene.event.sample = false;
        scene = if dice.once_in(2) {
            scene.seen()
        } else {
            scene.history()
        };
        assert!(scene.told().starts_with("nothing |"));
    });
}

#[test]
fn a_sample_is_never_silenced() {
    in_every_world(|scene, dice| {
        let mut sample = scene.sample();
        let before = sample.decide();
        silence_more(&mut sample, dice);
        sample.own = Availability::Available;
        let free = sample.decide();
        sample.own = Availability::Busy;
        sample.rules.active_profile = carillon_core::alerts::ProfileChoice::None;
        assert_eq!(before.outcome, Outcome::Now);
        assert_eq!(free.outcome, Outcome::Now);
        let busy = sample.decide();
        sample.own = Availability::Available;
        assert_eq!(busy, sample.decide());
    });
}

#[test]
fn a_later_step_reaches_at_least_as_far() {
    in_every_world(|mut scene, dice| {
        let step = u8::try_from(dice.number(4)).unwrap() + 1;
        scene.event.turn = Some(LaterWhy::Repeat { step });
        let earlier = scene.decide();
        scene.event.turn = Some(LaterWhy::Repeat { step: step + 1 });
        let later = scene.decide();
        reaches_no_further(&earlier, &later);
    });
}

#[test]
fn a_plan_can_be_kept_and_read_again() {
    in_every_world(|scene, _| {
        let plan = scene.decide();
        let kept = serde_json::to_string(&plan).unwrap();
        assert_eq!(serde_json::from_str::<AlertPlan>(&kept).unwrap(), plan);
    });
}

#[test]
fn rules_can_be_kept_and_read_again() {
    for seed in 0..WORLDS / 10 {
        let rules = world(seed).rules;
        let toml = toml_edit::ser::to_string(&rules).unwrap();
        assert_eq!(crate::stage::rules(&toml), rules, "{toml}");
    }
}

#[test]
fn attention_has_no_more_than_three_strengths() {
    assert!(Attention::None < Attention::Once && Attention::Once < Attention::UntilSeen);
}

fn shifted(hours: i8) -> TimeZone {
    TimeZone::fixed(jiff::tz::offset(hours))
}

#[test]
fn who_travels_has_quiet_hours_in_the_time_of_the_place() {
    for seed in 0..WORLDS {
        let mut dice = Dice::new(seed);
        let (hours, now) = (hours(&mut dice), any_moment(&mut dice));
        let east = i8::try_from(dice.number(25)).unwrap() - 12;
        let there = hours.end_at(now, &shifted(east));
        let moved = now.plus_millis(i64::from(east) * 3_600_000);
        let here = hours.end_at(moved, &TimeZone::UTC);
        let back = here.map(|end| end.plus_millis(-i64::from(east) * 3_600_000));
        assert_eq!(there, back, "{seed}: {hours}");
    }
}

#[test]
fn hours_hold_from_now_to_their_end_and_no_further() {
    let zones = [berlin(), new_york(), tokyo(), kathmandu()];
    for seed in 0..WORLDS {
        let mut dice = Dice::new(seed);
        let (hours, now) = (hours(&mut dice), any_moment(&mut dice));
        let zone = dice.pick(&zones);
        let Some(end) = hours.end_at(now, &zone) else {
            continue;
        };
        assert!(
            now < end && end <= now.plus_millis(26 * 3_600_000),
            "{seed}"
        );
        let between = now.plus_millis(dice.span(end.millis_since(now)));
        assert!(hours.end_at(between, &zone) >= Some(end), "{seed}");
        // What holds at the end is another stretch, of the next day.
        if let Some(next) = hours.end_at(end, &zone) {
            assert!(next > end, "{seed}");
        }
    }
}

#[test]
fn far_from_summer_time_hours_are_what_the_wall_clock_says() {
    for seed in 0..WORLDS {
        let mut dice = Dice::new(seed);
        let hours = hours(&mut dice);
        let now = Timestamp(1_795_003_200_000 + dice.span(30 * 86_400_000));
        let wall = berlin().to_datetime(jiff::Timestamp::from_millisecond(now.0).unwrap());
        let minute = |text: String| -> i64 {
            let (hour, minute) = text.split_once(':').unwrap();
            hour.parse::<i64>().unwrap() * 60 + minute.parse::<i64>().unwrap()
        };
        let (from, to) = (minute(hours.from.to_string()), minute(hours.to.to_string()));
        let at = i64::from(wall.hour()) * 60 + i64::from(wall.minute());
        let on = |date: jiff::civil::Date| {
            let name = format!("{:?}", date.weekday()).to_lowercase();
            let is = |day| name.starts_with(&format!("{day:?}").to_lowercase());
            hours.days.is_empty() || hours.days.iter().any(is)
        };
        let (today, yesterday) = (wall.date(), wall.date().yesterday().unwrap());
        let holds = if from < to {
            on(today) && (from..to).contains(&at)
        } else {
            on(today) && at >= from || on(yesterday) && at < to
        };
        assert_eq!(
            hours.end_at(now, &berlin()).is_some(),
            holds,
            "{seed}: {hours} at {wall}"
        );
    }
}
