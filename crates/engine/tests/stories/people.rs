//! Friends who come and go.

use crate::stage::{Session, Stage, bob, contact};
use crate::words::{comes, device, goes, says};
use carillon_core::alerts::{AlertRows, AlertRules, EventKind, Popup, Row, Rule};
use carillon_core::contact::{Availability, Subscription};
use carillon_core::session::{Incoming, SessionProblem};
use carillon_engine::{ConnectEnd, Output};

const BOB: &str = "bob@example.org";

/// Alice is online, and what everybody shows at login has settled.
async fn settled() -> (Stage, Session) {
    let (mut stage, session) = Stage::online().await;
    stage.passes(30).await;
    stage.told().await;
    (stage, session)
}

async fn bob_is(stage: &Stage) -> Availability {
    let contacts = stage.call(|desk| desk.contacts()).await;
    contacts[0].presence.availability
}

#[tokio::test(start_paused = true)]
async fn who_is_there_at_login_is_shown_but_not_rung() {
    let (mut stage, session) = Stage::online().await;
    session.hears(comes(BOB)).await;
    assert!(stage.told().await.alerted().is_empty());
    assert_eq!(bob_is(&stage).await, Availability::Available);
}

#[tokio::test(start_paused = true)]
async fn who_was_there_at_login_is_not_even_in_the_activity_list() {
    let (stage, session) = Stage::online().await;
    session.hears(comes(BOB)).await;
    assert_eq!(stage.stored().activity(None, 10).unwrap(), []);
}

#[tokio::test(start_paused = true)]
async fn a_friend_who_comes_after_login_has_settled_rings() {
    let (mut stage, session) = settled().await;
    session.hears(comes(BOB)).await;
    let told = stage.told().await;
    assert_eq!(told.alert().event.kind, EventKind::ContactAvailable);
    assert_eq!(told.alert().content.name, "bob");
}

#[tokio::test(start_paused = true)]
async fn a_friend_who_was_gone_for_a_moment_only_is_silent() {
    let (mut stage, session) = settled().await;
    session.hears(comes(BOB)).await;
    session.hears(goes(BOB)).await;
    stage.passes(119).await;
    stage.told().await;
    session.hears(comes(BOB)).await;
    let told = stage.told().await;
    assert!(told.alerted().is_empty());
    let trace = &told.rings()[0].plan.trace;
    assert!(trace.iter().any(|step| step.rule == Rule::Flapping));
}

#[tokio::test(start_paused = true)]
async fn a_friend_who_comes_back_after_two_minutes_rings() {
    let (mut stage, session) = settled().await;
    session.hears(comes(BOB)).await;
    session.hears(goes(BOB)).await;
    stage.passes(120).await;
    stage.told().await;
    session.hears(comes(BOB)).await;
    assert_eq!(stage.told().await.alerted(), [EventKind::ContactAvailable]);
}

#[tokio::test(start_paused = true)]
async fn who_goes_is_silent_unless_the_user_wants_to_know() {
    let row = Row {
        popup: Some(Popup::Banner),
        ..Row::default()
    };
    let rules = AlertRules {
        rows: AlertRows::from_iter([(EventKind::ContactUnavailable, row)]),
        ..AlertRules::default()
    };
    let (mut quiet, session) = settled().await;
    session.hears(comes(BOB)).await;
    quiet.told().await;
    session.hears(goes(BOB)).await;
    assert!(quiet.told().await.alerted().is_empty());

    let (mut curious, session) = Stage::online_with(|s| *s.alerts_mut() = rules).await;
    curious.passes(30).await;
    session.hears(comes(BOB)).await;
    curious.told().await;
    session.hears(goes(BOB)).await;
    assert!(
        curious.told().await.alerted().is_empty(),
        "he may be back in a moment"
    );
    curious.passes(120).await;
    assert_eq!(
        curious.told().await.alerted(),
        [EventKind::ContactUnavailable]
    );
}

#[tokio::test(start_paused = true)]
async fn a_friend_who_flaps_never_goes_and_comes_once() {
    let (mut stage, session) = Stage::online_with(|settings| {
        let row = Row {
            popup: Some(Popup::Banner),
            ..Row::default()
        };
        settings
            .alerts_mut()
            .rows
            .set(EventKind::ContactUnavailable, row);
    })
    .await;
    stage.passes(30).await;
    stage.told().await;
    let mut alerted = Vec::new();
    for _ in 0..20 {
        session.hears(comes(BOB)).await;
        stage.passes(30).await;
        session.hears(goes(BOB)).await;
        stage.passes(30).await;
        alerted.extend(stage.told().await.alerted());
    }
    assert_eq!(alerted, [EventKind::ContactAvailable]);
    stage.passes(300).await;
    assert_eq!(
        stage.told().await.alerted(),
        [EventKind::ContactUnavailable]
    );
    assert_eq!(
        stage.outcomes_of(EventKind::ContactUnavailable).pop(),
        Some("alerted".to_owned())
    );
}

#[tokio::test(start_paused = true)]
async fn a_second_device_is_no_news() {
    let (mut stage, session) = settled().await;
    session.hears(comes(BOB)).await;
    stage.told().await;
    session
        .hears(device(BOB, "desk", Availability::Available))
        .await;
    assert_eq!(stage.told().await.0, []);
}

#[tokio::test(start_paused = true)]
async fn a_friend_is_there_until_the_last_device_has_gone() {
    let (stage, session) = settled().await;
    session.hears(comes(BOB)).await;
    session.hears(device(BOB, "desk", Availability::Away)).await;
    session.hears(goes(BOB)).await;
    assert_eq!(bob_is(&stage).await, Availability::Away);
    session
        .hears(device(BOB, "desk", Availability::Offline))
        .await;
    assert_eq!(bob_is(&stage).await, Availability::Offline);
}

#[tokio::test(start_paused = true)]
async fn an_absence_from_the_bare_address_speaks_for_all_devices() {
    let (stage, session) = settled().await;
    session.hears(comes(BOB)).await;
    session
        .hears(device(BOB, "desk", Availability::Available))
        .await;
    session.hears(device(BOB, "", Availability::Offline)).await;
    assert_eq!(bob_is(&stage).await, Availability::Offline);
}

#[tokio::test(start_paused = true)]
async fn my_own_other_device_does_not_ring() {
    let (mut stage, session) = settled().await;
    session.hears(comes("alice@example.org")).await;
    assert!(stage.told().await.rings().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_a_stranger_shows_is_neither_rung_nor_told() {
    let (mut stage, session) = settled().await;
    session.hears(comes("mallory@example.org")).await;
    assert_eq!(stage.told().await.0, []);
}

#[tokio::test(start_paused = true)]
async fn strangers_do_not_keep_the_login_from_settling() {
    let (mut stage, session) = Stage::online().await;
    for n in 0..6 {
        stage.passes(1).await;
        session.hears(comes(&format!("m{n}@example.org"))).await;
    }
    session.hears(comes(BOB)).await;
    assert_eq!(stage.told().await.alerted(), [EventKind::ContactAvailable]);
}

#[tokio::test(start_paused = true)]
async fn who_goes_types_no_longer() {
    let (mut stage, session) = settled().await;
    session.hears(comes(BOB)).await;
    session
        .hears(Incoming::Typing {
            chat: bob(),
            nick: None,
            composing: true,
        })
        .await;
    stage.told().await;
    session.hears(goes(BOB)).await;
    let stopped = Output::Typing {
        chat: stage.chat(BOB),
        nick: None,
        composing: false,
    };
    assert!(stage.told().await.has(|one| *one == stopped));
}

#[tokio::test(start_paused = true)]
async fn nobody_types_when_the_connection_is_lost() {
    let (mut stage, session) = settled().await;
    session
        .hears(Incoming::Typing {
            chat: bob(),
            nick: None,
            composing: true,
        })
        .await;
    let detail = String::new();
    session
        .ends(ConnectEnd::Problem(SessionProblem::Lost { detail }))
        .await;
    let chat = stage.chat(BOB);
    let stopped = Output::Typing {
        chat: chat.clone(),
        nick: None,
        composing: false,
    };
    assert!(stage.told().await.has(|one| *one == stopped));
    let typing = stage.call(move |desk| desk.typing(&chat)).await.unwrap();
    assert_eq!(typing, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn who_has_said_it_types_no_longer() {
    let (stage, session) = settled().await;
    session
        .hears(Incoming::Typing {
            chat: bob(),
            nick: None,
            composing: true,
        })
        .await;
    session.hears(says(BOB, "m1", "Hello")).await;
    let chat = stage.chat(BOB);
    let typing = stage.call(move |desk| desk.typing(&chat)).await.unwrap();
    assert_eq!(typing, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_contact_who_left_the_roster_is_forgotten_with_their_presence() {
    let (stage, session) = settled().await;
    session.hears(comes(BOB)).await;
    session
        .hears(Incoming::RosterRemoved {
            version: None,
            jid: bob(),
        })
        .await;
    session
        .hears(Incoming::RosterPush {
            version: None,
            item: contact(BOB, Subscription::None),
        })
        .await;
    assert_eq!(bob_is(&stage).await, Availability::Offline);
}

#[tokio::test(start_paused = true)]
async fn everybody_is_offline_when_i_am() {
    let (stage, session) = settled().await;
    session.hears(comes(BOB)).await;
    let detail = String::new();
    session
        .ends(ConnectEnd::Problem(SessionProblem::Lost { detail }))
        .await;
    assert_eq!(bob_is(&stage).await, Availability::Offline);
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_contacts_are_listed_in_no_time() {
    let (stage, session) = Stage::online().await;
    let items = (0..10_000)
        .map(|n| contact(&format!("friend{n}@example.org"), Subscription::Both))
        .collect();
    session
        .hears(Incoming::Roster {
            version: None,
            items: Some(items),
        })
        .await;
    let (count, took) = stage
        .call(|desk| {
            let began = std::time::Instant::now();
            (desk.contacts().len(), began.elapsed())
        })
        .await;
    assert_eq!(count, 10_000);
    // Many hundred times what it takes: it must only not be quadratic.
    assert!(took.as_secs() < 10, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_name_i_gave_is_the_name_of_the_alert() {
    let (mut stage, session) = settled().await;
    let mut item = contact("b.jones@example.org", Subscription::Both);
    item.name = "Bobby".to_owned();
    session
        .hears(Incoming::RosterPush {
            version: None,
            item,
        })
        .await;
    session.hears(comes("b.jones@example.org")).await;
    assert_eq!(stage.told().await.alert().content.name, "Bobby");
    let chat = stage.chat("b.jones@example.org");
    let name = stage.call(move |desk| desk.display_name(&chat)).await;
    assert_eq!(name, "Bobby");
}
