//! Many events in a row, and what was seen and heard of them in the end.

use crate::stage::{Scene, jid, on};
use carillon_core::alerts::{
    Cell, Effect, EventKind::*, Explanation, Flood, PopupForm, Rule, explain,
};
use carillon_core::ids::{AccountId, ChatRef, Timestamp};
use std::collections::BTreeSet;

#[test]
fn a_lively_chat_rings_every_five_seconds() {
    let mut scene = on(Message);
    let mut sounds = 0;
    for _ in 0..60 {
        sounds += usize::from(scene.happen().sound.is_some());
        scene.now = scene.now.plus_millis(1_000);
    }
    assert_eq!(sounds, 12);
}

#[test]
fn sounds_of_followups_do_not_put_the_next_bell_off() {
    let mut scene = on(Message).rules("[message_followup]\nsound = 'builtin:tick'");
    let mut bells = 0;
    for _ in 0..20 {
        let sound = scene.happen().sound.unwrap().sound.to_string();
        bells += usize::from(sound == "builtin:bell");
        scene.now = scene.now.plus_millis(1_000);
    }
    assert_eq!(bells, 4);
}

#[test]
fn once_i_have_looked_the_next_message_rings_at_once() {
    let mut scene = on(Message);
    let plan = scene.happen();
    scene.recent.forget_key(&plan.replace_key);
    assert!(scene.happen().sound.is_some());
}

/// What 5,000 messages of 500 people in ten seconds came to.
struct Flooded {
    popups: BTreeSet<String>,
    sounds: usize,
    told: Option<(u32, u32)>,
}

fn flood() -> Flooded {
    let mut scene = on(Message);
    let mut counter = Flood::default();
    let mut flooded = Flooded {
        popups: BTreeSet::new(),
        sounds: 0,
        told: None,
    };
    for number in 0..5_000 {
        scene.event.jid = Some(jid(&format!("friend{}@example.org", number % 500)));
        let plan = scene.happen();
        flooded.sounds += usize::from(plan.sound.is_some());
        let form = plan.popup.as_ref().unwrap().form;
        flooded.popups.insert(plan.replace_key);
        let count = counter.note(form, scene.event.chat(), 1, scene.now);
        flooded.told = count
            .map(|count| (count.messages, count.chats))
            .or(flooded.told);
        scene.now = scene.now.plus_millis(2);
    }
    flooded
}

#[test]
fn a_flood_is_five_popups_and_one_summary() {
    assert_eq!(flood().popups.len(), 6);
}

#[test]
fn a_flood_is_heard_five_times_and_its_summary_once_however_long_it_lasts() {
    assert_eq!(flood().sounds, 6);
}

#[test]
fn the_next_flood_is_heard_again() {
    let mut scene = on(Message);
    let mut summaries = 0;
    for _ in 0..2 {
        for number in 0..4_000 {
            scene.event.jid = Some(jid(&format!("friend{}@example.org", number % 500)));
            let plan = scene.happen();
            let summary = plan.popup.is_some_and(|it| it.form == PopupForm::Summary);
            summaries += usize::from(summary && plan.sound.is_some());
            scene.now = scene.now.plus_millis(2);
        }
        scene.now = scene.now.plus_millis(60_000);
    }
    assert_eq!(summaries, 2);
}

#[test]
fn what_was_missed_in_pieces_rings_once() {
    let mut scene = on(Missed);
    let mut sounds = 0;
    for second in [0, 10, 59, 60] {
        let mut then = Scene {
            now: scene.now.plus_millis(second * 1_000),
            ..scene
        };
        sounds += usize::from(then.happen().sound.is_some());
        scene = Scene {
            now: then.now.plus_millis(second * -1_000),
            ..then
        };
    }
    assert_eq!(sounds, 2);
}

#[test]
fn a_flood_is_counted_exactly() {
    assert_eq!(flood().told, Some((5_000, 500)));
}

#[test]
fn a_summary_goes_once_all_of_it_was_seen() {
    let chat = |name: &str| ChatRef {
        account: AccountId(1),
        jid: jid(&format!("{name}@example.org")).into(),
    };
    let mut flood = Flood::default();
    for name in ["a", "b"] {
        flood.note(PopupForm::Summary, Some(chat(name)), 1, Timestamp(0));
    }
    assert!(!flood.saw(&chat("a")));
    assert!(!flood.saw(&chat("c")));
    assert!(flood.saw(&chat("b")));
}

#[test]
fn after_a_quiet_moment_a_summary_counts_anew() {
    let mut flood = Flood::default();
    flood.note(PopupForm::Summary, None, 7, Timestamp(0));
    flood.note(PopupForm::Single, None, 1, Timestamp(10_000));
    let count = flood
        .note(PopupForm::Summary, None, 1, Timestamp(10_001))
        .unwrap();
    assert_eq!((count.messages, count.chats), (2, 1));
}

/// Each message of a burst once looked at all of the last three seconds: that many took minutes.
#[test]
fn a_summary_speaks_for_a_burst_of_any_length_and_for_nothing_older() {
    let mut flood = Flood::default();
    flood.note(PopupForm::Single, None, 1, Timestamp(0));
    for number in 0..1_000_000 {
        flood.note(
            PopupForm::Single,
            None,
            1,
            Timestamp(4_000 + number / 1_000),
        );
    }
    let count = flood
        .note(PopupForm::Summary, None, 1, Timestamp(5_000))
        .unwrap();
    assert_eq!((count.messages, count.chats), (1_000_001, 1));
}

#[test]
fn a_thousand_requests_of_spammers_show_five_popups() {
    let mut scene = on(ContactRequest);
    let mut popups = 0;
    for number in 0..1_000 {
        scene.event.jid = Some(jid(&format!("spam{number}@example.net")));
        popups += usize::from(scene.happen().popup.is_some());
    }
    assert_eq!(popups, 5);
}

#[test]
fn three_hundred_friends_in_the_burst_ring_nothing_and_then_one_summary() {
    let mut scene = on(ContactAvailable)
        .rules("[presence]\nburst_summary = true")
        .unsettled();
    for number in 0..300 {
        scene.event.jid = Some(jid(&format!("friend{number}@example.org")));
        assert!(scene.happen().is_silent());
    }
    scene.settled = true;
    scene.event.jid = None;
    scene.event.burst_summary = true;
    let plan = scene.happen();
    assert_eq!(plan.popup.unwrap().form, PopupForm::Friends);
    assert!(plan.sound.is_some());
}

#[test]
fn a_contact_who_flaps_rings_once() {
    let mut scene = on(ContactAvailable);
    let mut rings = usize::from(scene.happen().sound.is_some());
    for _ in 0..50 {
        scene.now = scene.now.plus_millis(30_000);
        scene = scene.gone_for(15);
        rings += usize::from(scene.happen().sound.is_some());
    }
    assert_eq!(rings, 1);
}

#[test]
fn messages_put_off_in_the_night_are_one_popup_each_and_then_a_summary() {
    let night = "[[quiet]]\nfrom = '22:00'\nto = '07:00'\ntell_after = true";
    let mut scene = on(Message).rules(night).at("2026-11-18T23:00:00");
    assert!(scene.happen().is_silent());
    scene = scene
        .at("2026-11-19T07:00:00")
        .turn(carillon_core::alerts::LaterWhy::QuietHours);
    let mut popups = BTreeSet::new();
    for number in 0..50 {
        scene.event.jid = Some(jid(&format!("friend{number}@example.org")));
        popups.insert(scene.happen().replace_key);
    }
    assert_eq!(popups.len(), 6);
}

fn explained(scene: &Scene) -> Explanation {
    scene.with(|book, context| explain(book, &scene.event, context))
}

#[test]
fn a_dry_run_says_what_would_happen_and_remembers_nothing() {
    let scene = on(Message).rules("[[quiet]]\nfrom = '11:00'\nto = '13:00'");
    let first = explained(&scene);
    assert_eq!(first.plan, scene.decide());
    assert_eq!(first.quiet_until, Some(scene.now.plus_millis(3_600_000)));
    assert_eq!(explained(&scene), first);
}

#[test]
fn a_dry_run_names_the_row_and_the_profile() {
    let toml = "active_profile = 'profile:Work'\n[[profile]]\nname = 'Work'\nrows.message.sound = 'builtin:tick'";
    let told = explained(&on(Message).rules(toml));
    assert_eq!(told.profile.as_deref(), Some("Work"));
    assert_eq!(told.row.kind, Message);
    assert_eq!(told.row.sound.value.to_string(), "builtin:tick");
}

#[test]
fn the_trace_says_what_was_given_and_what_was_taken() {
    let plan = on(Message).muted().decide();
    let of_sound: Vec<_> = plan
        .trace
        .iter()
        .filter(|step| step.cell == Cell::Sound)
        .collect();
    assert!(matches!(of_sound[0].rule, Rule::Row { .. }));
    assert_eq!(of_sound[0].effect, Effect::Gave);
    assert!(matches!(of_sound[1].rule, Rule::Muted { .. }));
    assert_eq!(of_sound[1].effect, Effect::Took);
    assert_eq!(of_sound.len(), 2);
}

#[test]
fn the_trace_names_the_quiet_hours() {
    let plan = on(Message)
        .rules("[[quiet]]\nfrom = '11:00'\nto = '13:00'")
        .decide();
    let named = plan.trace.iter().any(|step| {
        matches!(&step.rule, Rule::QuietHours { hours } if hours.to_string() == "11:00–13:00")
    });
    assert!(named);
}

#[test]
fn what_broke_through_is_told_with_what_it_passed() {
    let plan = on(Mention)
        .muted()
        .rules("break_through = ['mention']")
        .decide();
    let effects: Vec<_> = plan
        .trace
        .iter()
        .filter(|step| step.cell == Cell::Everything)
        .map(|step| step.effect)
        .collect();
    assert_eq!(effects, [Effect::Yielded, Effect::Kept]);
}
