//! Whom the user waits for, who comes and goes, and who is there after signing in.

use crate::later::BOB;
use crate::stage::{MORNING, Session, Stage, account, contact, jid};
use crate::words::{comes, device, goes};
use carillon_core::alerts::rules::Watch;
use carillon_core::alerts::{EventKind, PopupForm, Row};
use carillon_core::contact::{Availability, Subscription};
use carillon_core::ids::Timestamp;
use carillon_core::session::Incoming;
use carillon_core::settings::Settings;
use carillon_engine::Output;

const HOUR: u64 = 3_600;

fn watch(once: bool) -> Watch {
    Watch {
        account: jid("alice@example.org"),
        contact: jid(BOB),
        once,
        expires: None,
        after_hours: 0,
        row: Row::default(),
    }
}

fn watching(watch: Watch) -> impl FnOnce(&mut Settings) {
    move |settings| settings.alerts_mut().watches.push(watch)
}

/// Presence has settled: what comes now is news.
async fn settled(choose: impl FnOnce(&mut Settings)) -> (Stage, Session) {
    let (mut stage, session) = Stage::online_with(choose).await;
    stage.passes(10).await;
    stage.told().await;
    (stage, session)
}

async fn signs_in(session: &Session, friends: usize) {
    session.comes_online().await;
    let names: Vec<_> = (0..friends)
        .map(|n| format!("friend{n}@example.org"))
        .collect();
    let items = names.iter().map(|name| contact(name, Subscription::Both));
    session
        .hears(Incoming::Roster {
            version: None,
            items: Some(items.collect()),
        })
        .await;
    for part in names.chunks(50) {
        session.hears_all(part.iter().map(|name| comes(name))).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_rings_once_rings_even_at_login_and_is_over() {
    let (mut stage, session) = Stage::online_with(watching(watch(true))).await;
    session.hears(comes(BOB)).await;
    let told = stage.told().await;
    assert!(told.alert().plan.popup.as_ref().unwrap().sticky);
    let bob = stage.chat(BOB);
    assert!(told.has(|one| *one == Output::WatchEnded(bob.clone())));
    assert_eq!(stage.call(|desk| desk.watches()).await, []);
    stage.passes(10).await;
    session.hears(goes(BOB)).await;
    stage.passes(600).await;
    session.hears(comes(BOB)).await;
    let told = stage.told().await;
    assert!(
        !told.alert().plan.popup.as_ref().unwrap().sticky,
        "as any friend"
    );
    assert!(!told.has(|one| matches!(one, Output::WatchEnded(_))));
}

#[tokio::test(start_paused = true)]
async fn who_is_gone_again_is_not_shown_as_available_for_ever() {
    let (mut stage, session) = settled(watching(watch(true))).await;
    session.hears(comes(BOB)).await;
    let key = stage.told().await.alert().plan.replace_key.clone();
    session.hears(goes(BOB)).await;
    assert_eq!(stage.told().await.withdrawn(), [key]);
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_always_rings_stays() {
    let (mut stage, session) = settled(watching(watch(false))).await;
    for _ in 0..2 {
        session.hears(comes(BOB)).await;
        assert!(
            stage
                .told()
                .await
                .alert()
                .plan
                .popup
                .as_ref()
                .unwrap()
                .sticky
        );
        session.hears(goes(BOB)).await;
        stage.passes(600).await;
        stage.told().await;
    }
    assert_eq!(stage.call(|desk| desk.watches().len()).await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_watch_whose_time_is_over_rings_no_more() {
    let expires = Some(MORNING.plus_millis(5_000));
    let expired = Watch {
        expires,
        ..watch(true)
    };
    let (mut stage, session) = settled(watching(expired)).await;
    session.hears(comes(BOB)).await;
    let told = stage.told().await;
    assert!(!told.alert().plan.popup.as_ref().unwrap().sticky);
    let watches = stage.call(|desk| desk.watches()).await;
    assert!(watches[0].expired);
}

#[tokio::test(start_paused = true)]
async fn a_watch_for_after_some_hours_waits_for_them() {
    let after = Watch {
        after_hours: 8,
        ..watch(true)
    };
    let (mut stage, session) = settled(watching(after)).await;
    session.hears_all([comes(BOB), goes(BOB)]).await;
    stage.passes(7 * HOUR).await;
    session.hears(comes(BOB)).await;
    let ended = |told: &crate::told::Told| told.has(|one| matches!(one, Output::WatchEnded(_)));
    assert!(!ended(&stage.told().await));
    session.hears(goes(BOB)).await;
    stage.passes(8 * HOUR).await;
    session.hears(comes(BOB)).await;
    assert!(ended(&stage.told().await));
}

#[tokio::test(start_paused = true)]
async fn since_when_a_friend_is_away_survives_a_restart() {
    let (stage, session) = settled(|_| {}).await;
    session.hears_all([comes(BOB), goes(BOB)]).await;
    stage.passes(9 * HOUR).await;
    let seen = stage.stored().last_seen(stage.alice).unwrap();
    assert_eq!(seen.len(), 1);
    let mut stage = stage.restarts().await;
    let mut settings = Settings {
        accounts: vec![account("alice@example.org")],
        ..Settings::default()
    };
    settings.alerts_mut().watches.push(Watch {
        after_hours: 1,
        ..watch(true)
    });
    stage
        .call(move |desk| desk.apply_settings(settings))
        .await
        .unwrap();
    let session = stage.session().await;
    session.comes_online().await;
    stage.passes(60).await;
    // The stage's clock begins anew: an hour behind the restart is enough.
    stage.passes(10 * HOUR).await;
    session.hears(comes(BOB)).await;
    assert!(
        stage
            .told()
            .await
            .has(|one| matches!(one, Output::WatchEnded(_)))
    );
    assert_eq!(stage.stored().last_seen(stage.alice).unwrap(), []);
}

#[tokio::test(start_paused = true)]
async fn a_flapping_friend_rings_once() {
    let (mut stage, session) = settled(|_| {}).await;
    for _ in 0..5 {
        session.hears(comes(BOB)).await;
        stage.passes(20).await;
        session.hears(goes(BOB)).await;
        stage.passes(20).await;
    }
    assert_eq!(stage.told().await.alerted(), [EventKind::ContactAvailable]);
    let rows = stage.outcomes_of(EventKind::ContactAvailable);
    assert_eq!(rows, ["alerted", "silent", "silent", "silent", "silent"]);
    assert_eq!(
        stage.outcomes_of(EventKind::ContactUnavailable),
        ["silent"; 5]
    );
}

#[tokio::test(start_paused = true)]
async fn three_hundred_friends_at_login_ring_nothing_and_fill_no_list() {
    let mut stage = Stage::new().await;
    let session = stage.session().await;
    signs_in(&session, 300).await;
    stage.passes(60).await;
    assert!(stage.told().await.alerted().is_empty());
    assert_eq!(stage.outcomes(), []);
}

#[tokio::test(start_paused = true)]
async fn three_hundred_friends_at_login_are_one_summary_if_it_is_switched_on() {
    let mut stage =
        Stage::with(|settings| settings.alerts_mut().presence.burst_summary = true).await;
    let session = stage.session().await;
    signs_in(&session, 300).await;
    session.hears(goes("friend0@example.org")).await;
    stage.passes(3).await;
    assert!(stage.told().await.alerted().is_empty());
    stage.passes(3).await;
    let told = stage.told().await;
    let summary = told.alert();
    assert_eq!(summary.content.chats, 299);
    assert_eq!(
        summary.plan.popup.as_ref().unwrap().form,
        PopupForm::Friends
    );
    stage.passes(600).await;
    assert!(stage.told().await.alerted().is_empty());
    assert_eq!(stage.outcomes().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_change_of_status_is_told_to_who_asked_for_it() {
    let (mut stage, session) = settled(|settings| {
        let row = EventKind::ContactAvailable.built_in().clone();
        settings
            .alerts_mut()
            .rows
            .set(EventKind::ContactStatus, row);
    })
    .await;
    session.hears(comes(BOB)).await;
    stage.told().await;
    stage.passes(10).await;
    session
        .hears(device(BOB, "phone", Availability::Away))
        .await;
    assert_eq!(stage.told().await.alerted(), [EventKind::ContactStatus]);
}

#[tokio::test(start_paused = true)]
async fn only_a_contact_can_be_waited_for() {
    let (stage, _session) = settled(|_| {}).await;
    let (bob, eve) = (stage.chat(BOB), stage.chat("eve@example.org"));
    let expires = Some(Timestamp(1));
    let watch = stage
        .call(move |desk| desk.new_watch(&bob, true, expires, 3))
        .await
        .unwrap();
    assert_eq!((watch.contact, watch.after_hours), (jid(BOB), 3));
    let refused = stage
        .call(move |desk| desk.new_watch(&eve, true, None, 0))
        .await;
    assert_eq!(refused, Err(carillon_engine::DeskError::Gone));
}
