//! Quiet hours, and what would happen if.

use crate::later::BOB;
use crate::stage::{Session, Stage, jid};
use crate::words::says;
use carillon_core::alerts::rules::{Override, Profile, QuietHours, Scope};
use carillon_core::alerts::trace::Rule;
use carillon_core::alerts::{
    Activation, AlertRows, EventKind, Hours, Outcome, ProfileChoice, Row, Sound,
};
use carillon_core::contact::Availability;
use carillon_core::session::Incoming;
use carillon_core::settings::{Mute, Settings};
use carillon_engine::{DeskError, WhatIf};
use jiff::tz::TimeZone;
use std::sync::Arc;

const HOUR: u64 = 3_600;

fn at_night(tell_after: bool) -> QuietHours {
    QuietHours {
        hours: Hours {
            days: Vec::new(),
            from: "22:00".parse().unwrap(),
            to: "07:00".parse().unwrap(),
        },
        off: false,
        tell_after,
    }
}

/// Alice lives where summer time begins in the night after the story's first day, which begins at eight.
async fn before_summer_time(tell_after: bool) -> (Stage, Session) {
    let (mut stage, session) =
        Stage::online_with(|settings| settings.alerts_mut().quiet.push(at_night(tell_after))).await;
    let zone = TimeZone::posix("WIN0SUM,J16/2,J300").unwrap();
    stage
        .call(move |desk| desk.live_in(Arc::new(move || zone.clone())))
        .await;
    stage.told().await;
    (stage, session)
}

#[tokio::test(start_paused = true)]
async fn the_night_is_an_hour_shorter_when_summer_time_begins() {
    let (mut stage, session) = before_summer_time(true).await;
    stage.passes(15 * HOUR).await;
    session.hears(says(BOB, "m1", "Are you awake?")).await;
    assert!(stage.told().await.alerted().is_empty());
    assert_eq!(stage.outcomes_of(EventKind::Message), ["later"]);
    stage.passes(7 * HOUR - 60).await;
    assert!(stage.told().await.alerted().is_empty());
    stage.passes(60).await;
    let told = stage.told().await;
    assert_eq!(told.alert().content.text, "Are you awake?");
    assert_eq!(stage.outcomes_of(EventKind::Message), ["alerted"]);
}

#[tokio::test(start_paused = true)]
async fn a_night_of_many_chats_is_few_popups_and_an_exact_count_in_the_morning() {
    let (mut stage, session) = before_summer_time(true).await;
    stage
        .change(|settings| {
            settings.alerts_mut().quiet.push(at_night(true));
            settings.privacy.who_may_write = carillon_core::privacy::WhoMayWrite::Everyone;
        })
        .await;
    stage.passes(15 * HOUR).await;
    let said = (0..60).map(|n| {
        says(
            &format!("friend{}@example.org", n % 20),
            &format!("m{n}"),
            "Hi",
        )
    });
    session.hears_all(said).await;
    assert!(stage.told().await.alerted().is_empty());
    stage.passes(7 * HOUR + 60).await;
    let told = stage.told().await;
    let last = told.summaries().pop().unwrap().content.clone();
    assert_eq!((last.messages, last.chats), (60, 20));
    let sounds = told
        .rings()
        .iter()
        .filter(|ring| ring.plan.sound.is_some())
        .count();
    assert!(sounds <= 6, "{sounds}");
    let rows = stage.outcomes_of(EventKind::Message);
    assert!(rows.len() == 60 && rows.iter().all(|outcome| outcome != "later"));
}

#[tokio::test(start_paused = true)]
async fn what_was_read_in_the_night_is_not_told_in_the_morning() {
    let (mut stage, session) = before_summer_time(true).await;
    stage.passes(15 * HOUR).await;
    session.hears(says(BOB, "m1", "Are you awake?")).await;
    session
        .hears(Incoming::SeenElsewhere {
            chat: jid(BOB),
            id: "m1".to_owned(),
        })
        .await;
    stage.passes(10 * HOUR).await;
    assert!(stage.told().await.alerted().is_empty());
    assert_eq!(stage.outcomes_of(EventKind::Message), ["silent"]);
}

#[tokio::test(start_paused = true)]
async fn a_night_of_which_nothing_is_to_be_told_is_over_in_silence() {
    let (mut stage, session) = before_summer_time(false).await;
    stage.passes(15 * HOUR).await;
    session.hears(says(BOB, "m1", "Are you awake?")).await;
    stage.passes(10 * HOUR).await;
    assert!(stage.told().await.alerted().is_empty());
    assert_eq!(stage.outcomes_of(EventKind::Message), ["silent"]);
    assert_eq!(stage.tray().await.unread, 1);
}

#[tokio::test(start_paused = true)]
async fn the_desk_says_until_when_it_is_quiet_in_the_users_zone() {
    let (stage, _session) = before_summer_time(false).await;
    assert_eq!(stage.call(|desk| desk.quiet_until()).await, None);
    stage.passes(15 * HOUR).await;
    let now = stage.call(|desk| desk.now()).await;
    let until = stage.call(|desk| desk.quiet_until()).await.unwrap();
    assert!((until.millis_since(now) - 7 * 3_600_000).abs() < 60_000);
}

fn choose(settings: &mut Settings) {
    let rules = settings.alerts_mut();
    rules.quiet.push(at_night(false));
    let mut rows = AlertRows::default();
    let drum = Row {
        sound: Some(Sound::Builtin("rise".to_owned())),
        ..Row::default()
    };
    rows.set(EventKind::Message, drum);
    rules.profiles.push(Profile {
        name: "Work".to_owned(),
        when: Activation::ByHand,
        rows,
    });
    rules.active_profile = ProfileChoice::Named("Work".to_owned());
    rules.overrides.push(Override {
        mute: Some(Mute::Forever),
        ..Override::of(Scope::Chat {
            account: jid("alice@example.org").into(),
            chat: jid("dora@example.org"),
        })
    });
}

#[tokio::test(start_paused = true)]
async fn a_rehearsal_says_what_would_happen_and_rings_nothing() {
    let (mut stage, _session) = Stage::online_with(choose).await;
    stage
        .call(|desk| desk.live_in(Arc::new(|| TimeZone::UTC)))
        .await;
    let (bob, dora) = (stage.chat(BOB), stage.chat("dora@example.org"));
    let plain = WhatIf::now(EventKind::Message, Some(bob));
    let asked = plain.clone();
    let found = stage
        .call(move |desk| desk.explain_alert(&asked))
        .await
        .unwrap();
    assert_eq!(found.profile.as_deref(), Some("Work"));
    assert_eq!(
        found.plan.sound.unwrap().sound,
        Sound::Builtin("rise".to_owned())
    );
    let night = WhatIf {
        at: Some(crate::stage::MORNING.plus_millis(15 * 3_600_000)),
        ..plain.clone()
    };
    let busy = WhatIf {
        own: Some(Availability::Busy),
        ..plain.clone()
    };
    let front = WhatIf {
        in_front: Some(true),
        ..plain.clone()
    };
    let muted = WhatIf::now(EventKind::Message, Some(dora.clone()));
    for what in [night, busy, front, muted] {
        let asked = what.clone();
        let found = stage
            .call(move |desk| desk.explain_alert(&asked))
            .await
            .unwrap();
        assert!(found.plan.is_silent(), "{what:?}");
        assert_eq!(found.plan.outcome, Outcome::Now);
    }
    let locked = WhatIf {
        locked: Some(true),
        ..plain
    };
    let found = stage
        .call(move |desk| desk.explain_alert(&locked))
        .await
        .unwrap();
    assert!(
        found
            .plan
            .trace
            .iter()
            .any(|step| step.rule == Rule::ScreenPrivate)
    );
    assert_eq!(
        stage.call(move |desk| desk.mute_of(&dora)).await,
        Some(Mute::Forever)
    );
    assert_eq!(
        stage.call(|desk| desk.active_profile()).await.as_deref(),
        Some("Work")
    );
    assert!(stage.told().await.rings().is_empty());
    assert_eq!(stage.outcomes(), []);
}

#[tokio::test(start_paused = true)]
async fn without_an_account_there_is_nothing_to_rehearse() {
    let stage = Stage::new().await;
    stage
        .call(|desk| desk.apply_settings(Settings::default()))
        .await
        .unwrap();
    let asked = WhatIf::now(EventKind::Message, None);
    let refused = stage.call(move |desk| desk.explain_alert(&asked)).await;
    assert_eq!(refused.err(), Some(DeskError::Gone));
}
