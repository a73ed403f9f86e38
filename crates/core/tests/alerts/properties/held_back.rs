//! What a server may hold back (XEP-0352) while nobody would notice.

use super::in_worlds;
use super::world::{Dice, world};
use crate::stage::{Scene, accounts, jid, on, rules};
use carillon_core::alerts::{
    AlertEvent, Attention, EventKind, Freshness, Popup, Preset, Row, RuleBook, Sound, TrayAction,
    Watch,
};
use std::sync::Arc;

/// Each asks several decisions.
const WORLDS: u64 = 3_000;

const HELD_BACK: [EventKind; 4] = [
    EventKind::ContactAvailable,
    EventKind::ContactUnavailable,
    EventKind::ContactStatus,
    EventKind::Attention,
];

fn notices(scene: &Scene) -> bool {
    RuleBook::new(Arc::new(scene.rules.clone()), &accounts()).notices_what_is_held_back(scene.now)
}

fn nothing() -> Row {
    Row {
        popup: Some(Popup::None),
        sound: Some(Sound::None),
        tray: Some(TrayAction::None),
        attention: Some(Attention::None),
        speak: Some(false),
        ..Row::default()
    }
}

/// Most worlds notice something; these are made nearly silent, each in another way.
fn hush(scene: &mut Scene, dice: &mut Dice) {
    let rules = &mut scene.rules;
    for kind in HELD_BACK {
        if !dice.once_in(12) {
            rules.rows.set(kind, nothing());
        }
    }
    if dice.once_in(2) {
        rules.watches.clear();
    }
    if dice.once_in(2) {
        rules.profiles.clear();
    }
    if dice.once_in(3) {
        rules.overrides.clear();
    }
}

#[test]
fn what_may_be_held_back_is_never_seen_heard_or_counted() {
    in_worlds(WORLDS, |mut scene, dice| {
        hush(&mut scene, dice);
        if notices(&scene) {
            return;
        }
        let event = scene.event.clone();
        for kind in HELD_BACK {
            for contact in ["bob@example.org", "eve@example.org", "new@example.org"] {
                let live = AlertEvent::live(kind, event.account, Some(jid(contact)));
                scene.event = AlertEvent {
                    gone_for: event.gone_for,
                    turn: event.turn,
                    burst_summary: event.burst_summary && kind == EventKind::ContactAvailable,
                    ..live
                };
                let plan = scene.decide();
                assert!(plan.is_silent(), "{kind:?} of {contact}");
                assert_eq!(plan.tray, TrayAction::None, "{kind:?} of {contact}");
            }
        }
    });
}

#[test]
fn many_worlds_let_it_be_held_back_and_many_do_not() {
    let mut held_back = 0_u64;
    for seed in 0..WORLDS {
        let mut scene = world(seed);
        hush(&mut scene, &mut Dice::new(!seed));
        held_back += u64::from(!notices(&scene));
    }
    let few = WORLDS / 20;
    assert!((few..WORLDS - few).contains(&held_back), "{held_back}");
}

#[test]
fn what_rings_in_some_world_is_never_held_back_there() {
    in_worlds(WORLDS, |scene, _| {
        let event = &scene.event;
        let live = event.freshness == Freshness::Live && !event.sample;
        if live && HELD_BACK.contains(&event.kind) && !scene.decide().is_silent() {
            assert!(notices(&scene));
        }
    });
}

fn silent() -> String {
    HELD_BACK
        .map(|kind| {
            format!(
                "[{}]\npopup = 'none'\nsound = 'none'\ntray = 'none'\nattention = 'none'\n",
                kind.name()
            )
        })
        .concat()
}

/// Whether what is held back is noticed at noon of that Wednesday, where nothing of it rings but by `extra`.
fn noticed_by(extra: &str) -> bool {
    notices(&on(EventKind::ContactAvailable).rules(&format!("{}{extra}", silent())))
}

#[test]
fn the_defaults_tell_who_comes() {
    assert!(notices(&on(EventKind::ContactAvailable)));
}

#[test]
fn nobody_notices_what_every_row_keeps_quiet() {
    assert!(!noticed_by(""));
}

#[test]
fn one_row_is_enough() {
    for kind in HELD_BACK {
        let mut scene = on(kind).rules(&silent());
        let banner = Row {
            popup: Some(Popup::Banner),
            ..nothing()
        };
        scene.rules.rows.set(kind, banner);
        assert!(notices(&scene), "{kind:?}");
    }
}

#[test]
fn one_contact_group_account_or_profile_is_enough() {
    let rings = "rows.contact_available.sound = 'builtin:rise'\n";
    let scopes = [
        "[[override]]\nscope = 'chat'\naccount = 'me@example.org'\nchat = 'bob@example.org'\n",
        "[[override]]\nscope = 'group'\ngroup = 'Family'\n",
        "[[override]]\nscope = 'account'\naccount = 'work@example.org'\n",
        "[[profile]]\nname = 'Home'\n",
    ];
    for scope in scopes {
        assert!(noticed_by(&format!("{scope}{rings}")), "{scope}");
        assert!(!noticed_by(&format!(
            "{scope}rows.message.sound = 'builtin:rise'\n"
        )));
    }
}

#[test]
fn a_sound_for_all_that_bob_does_is_none_for_his_going_but_one_for_his_coming() {
    let bob = "[[override]]\nscope = 'chat'\naccount = 'me@example.org'\nchat = 'bob@example.org'\nrows.generic.sound = 'builtin:rise'\n";
    assert!(noticed_by(bob));
}

#[test]
fn an_open_watch_is_enough_and_one_that_has_run_out_is_none() {
    let watch = |expires| {
        let mut scene = on(EventKind::ContactAvailable).rules(&silent());
        scene.rules.watches.push(Watch {
            account: jid("me@example.org"),
            contact: jid("bob@example.org"),
            once: true,
            expires,
            after_hours: 8,
            row: Row::default(),
        });
        notices(&scene)
    };
    let now = on(EventKind::Generic).now;
    assert!(watch(None));
    assert!(watch(Some(now.plus_millis(1))));
    assert!(!watch(Some(now)));
}

#[test]
fn presets_that_keep_presence_quiet_still_count_calls_for_attention() {
    for preset in Preset::ALL {
        let mut scene = on(EventKind::Attention);
        scene.rules = rules("");
        scene.rules.rows = preset.rows();
        assert!(notices(&scene), "{preset:?}");
    }
}
