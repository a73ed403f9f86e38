//! Servers may hold back what nobody would notice (XEP-0352), and nothing else.

use crate::stage::{Session, Stage, bob, contact, jid};
use carillon_core::alerts::{
    Attention, EventKind, Popup, Row, Sound, Surroundings, TrayAction, Watch,
};
use carillon_core::contact::{Availability, Presence, ResourcePresence, Subscription};
use carillon_core::session::{Incoming, Outgoing};
use carillon_core::settings::Settings;

const HELD_BACK: [EventKind; 4] = [
    EventKind::ContactAvailable,
    EventKind::ContactUnavailable,
    EventKind::ContactStatus,
    EventKind::Attention,
];

fn nothing() -> Row {
    Row {
        popup: Some(Popup::None),
        sound: Some(Sound::None),
        tray: Some(TrayAction::None),
        attention: Some(Attention::None),
        ..Row::default()
    }
}

/// Nothing of what a server may hold back is seen, heard or counted.
fn silent(settings: &mut Settings) {
    for kind in HELD_BACK {
        settings.alerts_mut().rows.set(kind, nothing());
    }
}

fn waits_for_bob(settings: &mut Settings) {
    silent(settings);
    settings.alerts_mut().watches.push(Watch {
        account: jid("alice@example.org"),
        contact: bob(),
        once: true,
        expires: None,
        after_hours: 0,
        row: Row::default(),
    });
}

/// What the server was told since it was asked last, `true` for active.
async fn told(session: &mut Session) -> Vec<bool> {
    let said = session.says().await;
    said.into_iter()
        .filter_map(|one| match one {
            Outgoing::ClientState { active } => Some(active),
            _ => None,
        })
        .collect()
}

async fn begins(choose: impl FnOnce(&mut Settings)) -> (Stage, Session) {
    let mut stage = Stage::with(choose).await;
    let session = stage.session().await;
    session.comes_online().await;
    session
        .hears(Incoming::Roster {
            version: None,
            items: Some(vec![contact("bob@example.org", Subscription::Both)]),
        })
        .await;
    (stage, session)
}

fn bob_is(availability: Availability) -> Incoming {
    Incoming::Presence {
        from: bob(),
        device: ResourcePresence {
            idle_since: None,
            resource: "x".to_owned(),
            priority: 0,
            presence: Presence {
                availability,
                status: String::new(),
            },
        },
    }
}

fn window(stage: &Stage, open: bool) {
    stage.surroundings.send_replace(Surroundings {
        window_open: open,
        ..Surroundings::default()
    });
}

#[tokio::test(start_paused = true)]
async fn by_default_nothing_is_held_back_since_who_comes_is_told() {
    let (_stage, mut session) = begins(|_| {}).await;
    assert!(told(&mut session).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn where_no_rule_rings_and_no_window_is_open_it_is_held_back() {
    let (_stage, mut session) = begins(silent).await;
    assert_eq!(told(&mut session).await, [false]);
}

#[tokio::test(start_paused = true)]
async fn an_open_window_shows_what_is_true() {
    let (stage, mut session) = begins(silent).await;
    told(&mut session).await;
    window(&stage, true);
    assert_eq!(told(&mut session).await, [true]);
    stage
        .surroundings
        .send_modify(|around| around.looked_at = true);
    assert!(told(&mut session).await.is_empty(), "it is said once");
    window(&stage, false);
    assert_eq!(told(&mut session).await, [false]);
}

#[tokio::test(start_paused = true)]
async fn a_rule_that_begins_to_ring_is_followed_at_once() {
    let (stage, mut session) = begins(silent).await;
    told(&mut session).await;
    stage.change(|_| {}).await;
    assert_eq!(told(&mut session).await, [true]);
    stage.change(silent).await;
    assert_eq!(told(&mut session).await, [false]);
    stage.change(silent).await;
    assert!(told(&mut session).await.is_empty(), "nothing changed");
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_for_bob_is_told_and_then_waits_no_more() {
    let (mut stage, mut session) = begins(waits_for_bob).await;
    assert!(told(&mut session).await.is_empty());
    stage.passes(10).await;
    stage.told().await;
    session.hears(bob_is(Availability::Available)).await;
    assert_eq!(
        stage.told().await.alerted(),
        [EventKind::ContactAvailable],
        "he came"
    );
    assert_eq!(told(&mut session).await, [false]);
}

#[tokio::test(start_paused = true)]
async fn what_was_held_back_is_no_news_when_it_comes() {
    let (mut stage, mut session) = begins(silent).await;
    stage.passes(60).await;
    stage.change(|_| {}).await;
    assert_eq!(told(&mut session).await, [false, true]);
    stage.told().await;
    session.hears(bob_is(Availability::Available)).await;
    assert!(stage.told().await.alerted().is_empty(), "he came long ago");
    stage.passes(10).await;
    session.hears(bob_is(Availability::Offline)).await;
    stage.passes(3_600).await;
    stage.told().await;
    session.hears(bob_is(Availability::Available)).await;
    assert_eq!(stage.told().await.alerted(), [EventKind::ContactAvailable]);
}

#[tokio::test(start_paused = true)]
async fn a_new_stream_and_one_that_goes_on_hear_it_again() {
    let (mut stage, mut session) = begins(silent).await;
    session.is_managed("s1").await;
    assert_eq!(told(&mut session).await, [false]);
    session.loses_its_link().await;
    let mut session = stage.session().await;
    session.hears(Incoming::Resumed).await;
    assert_eq!(told(&mut session).await, [false]);
    session.loses_its_link().await;
    let mut session = stage.session().await;
    session.comes_online().await;
    assert_eq!(told(&mut session).await, [false]);
}

#[tokio::test(start_paused = true)]
async fn a_window_that_opens_while_the_link_is_gone_is_told_when_it_is_back() {
    let (mut stage, mut session) = begins(silent).await;
    session.is_managed("s1").await;
    assert_eq!(told(&mut session).await, [false]);
    session.loses_its_link().await;
    window(&stage, true);
    let mut session = stage.session().await;
    session.hears(Incoming::Resumed).await;
    assert_eq!(told(&mut session).await, [true]);
}
