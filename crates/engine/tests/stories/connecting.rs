//! Sessions begin, end and begin again.

use crate::stage::{MORNING, Session, Stage, account, contact};
use crate::words::says;
use carillon_core::alerts::EventKind;
use carillon_core::connection::{Connection, Mechanism, TransportKind};
use carillon_core::contact::{Availability, Subscription};
use carillon_core::session::{Incoming, Outgoing, SessionProblem};
use carillon_core::settings::OwnAvailability;
use carillon_engine::{ConnectEnd, Line, Output};
use std::time::Duration;
use tokio::time::Instant;

fn connected(mechanism: Mechanism) -> Incoming {
    Incoming::Connected(Box::new(Connection {
        transport: TransportKind::DirectTls,
        host: "xmpp.example.org".to_owned(),
        port: 5223,
        proxy: None,
        tls: Some("TLS 1.3".to_owned()),
        mechanism,
        token: None,
        binding: None,
        offer_confirmed: false,
        failed: Vec::new(),
    }))
}

/// What Alice was ever signed in by, as the next session will know it.
async fn pinned(stage: &Stage) -> Option<Mechanism> {
    stage.call(|desk| desk.account_states()[0].pinned).await
}

#[tokio::test(start_paused = true)]
async fn how_it_is_connected_is_known_while_it_is() {
    let mut stage = Stage::new().await;
    let session = stage.session().await;
    let way = async |stage: &Stage| {
        let states = stage.call(|desk| desk.account_states()).await;
        states[0].connection.as_ref().map(|way| way.port)
    };
    assert_eq!(way(&stage).await, None);
    session.hears(connected(Mechanism::ScramSha256)).await;
    session.comes_online().await;
    assert_eq!(way(&stage).await, Some(5223));
    session.ends(lost()).await;
    let _next = stage.session().await;
    assert_eq!(way(&stage).await, None);
}

#[tokio::test(start_paused = true)]
async fn the_strongest_way_of_signing_in_is_kept_over_a_restart_until_the_user_gives_it_up() {
    let mut stage = Stage::new().await;
    let session = stage.session().await;
    assert_eq!(session.start.pinned, None);
    session.hears(connected(Mechanism::ScramSha256Plus)).await;
    session.comes_online().await;
    session.ends(lost()).await;

    let session = stage.session().await;
    assert_eq!(session.start.pinned, Some(Mechanism::ScramSha256Plus));
    session.hears(connected(Mechanism::ScramSha1)).await;
    session.comes_online().await;
    assert_eq!(pinned(&stage).await, Some(Mechanism::ScramSha256Plus));

    let mut stage = stage.restarts().await;
    let session = stage.session().await;
    assert_eq!(session.start.pinned, Some(Mechanism::ScramSha256Plus));
    let alice = stage.chat("bob@example.org").account;
    stage
        .call(move |desk| desk.forget_pinned(alice))
        .await
        .unwrap();
    assert_eq!(pinned(&stage).await, None);
}

#[tokio::test(start_paused = true)]
async fn a_server_knows_this_device_by_the_same_name_after_a_restart() {
    let mut stage = Stage::new().await;
    let session = stage.session().await;
    let device = session.start.device.clone();
    assert_eq!(device.len(), "d4565fa7-4d72-4749-b3d3-740edbf87770".len());
    session.ends(lost()).await;
    assert_eq!(stage.session().await.start.device, device);
    let mut stage = stage.restarts().await;
    assert_eq!(stage.session().await.start.device, device);
}

#[tokio::test(start_paused = true)]
async fn a_weaker_offer_than_before_stops_the_account_and_is_not_tried_again() {
    let mut stage = Stage::new().await;
    let problem = SessionProblem::Downgraded {
        before: "SCRAM-SHA-256".to_owned(),
        offered: "PLAIN".to_owned(),
    };
    let session = stage.session().await;
    session.ends(ConnectEnd::Problem(problem.clone())).await;
    assert_eq!(line(&stage).await, Line::Stopped(problem));
    assert!(stage.has_no_new_session().await);
}

#[tokio::test(start_paused = true)]
async fn a_weaker_offer_is_taken_once_the_user_says_so() {
    let mut stage = Stage::new().await;
    let session = stage.session().await;
    session.hears(connected(Mechanism::ScramSha256Plus)).await;
    session.comes_online().await;
    let problem = SessionProblem::Downgraded {
        before: "SCRAM-SHA-256-PLUS".to_owned(),
        offered: "SCRAM-SHA-1".to_owned(),
    };
    session.ends(ConnectEnd::Problem(problem)).await;
    let alice = stage.chat("bob@example.org").account;
    stage
        .call(move |desk| desk.accept_weaker(alice))
        .await
        .unwrap();
    let session = stage.session().await;
    assert_eq!(session.start.pinned, None);
    session.hears(connected(Mechanism::ScramSha1)).await;
    session.comes_online().await;
    assert_eq!(pinned(&stage).await, Some(Mechanism::ScramSha1));
}

fn lost() -> ConnectEnd {
    let detail = String::new();
    ConnectEnd::Problem(SessionProblem::Lost { detail })
}

async fn line(stage: &Stage) -> Line {
    let states = stage.call(|desk| desk.account_states()).await;
    states[0].line.clone()
}

/// Seconds until the next session begins.
async fn wait_of(stage: &mut Stage) -> (u64, Session) {
    let began = Instant::now();
    let session = stage.session().await;
    let waited = began.elapsed() + Duration::from_millis(500);
    (waited.as_secs(), session)
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_not_there_is_asked_less_and_less_often() {
    let mut stage = Stage::new().await;
    let mut waits = Vec::new();
    let mut session = stage.session().await;
    for _ in 0..9 {
        session.ends(lost()).await;
        let (waited, next) = wait_of(&mut stage).await;
        waits.push(waited);
        session = next;
    }
    assert_eq!(waits, [2, 4, 8, 16, 32, 64, 85, 85, 85]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_lets_me_in_and_drops_me_at_once_gets_its_rest() {
    let mut stage = Stage::new().await;
    let mut waits = Vec::new();
    let mut session = stage.session().await;
    for _ in 0..4 {
        session.comes_online().await;
        session.ends(lost()).await;
        let (waited, next) = wait_of(&mut stage).await;
        waits.push(waited);
        session = next;
    }
    assert_eq!(waits, [2, 4, 8, 16]);
}

#[tokio::test(start_paused = true)]
async fn after_a_good_session_the_waits_begin_anew() {
    let mut stage = Stage::new().await;
    for _ in 0..5 {
        stage.session().await.ends(lost()).await;
    }
    let session = stage.session().await;
    session.comes_online().await;
    stage.passes(60).await;
    session.ends(lost()).await;
    assert_eq!(wait_of(&mut stage).await.0, 2);
}

#[tokio::test(start_paused = true)]
async fn while_it_waits_the_account_says_until_when_and_why() {
    let stage = Stage::new().await;
    let mut stage = stage;
    stage.session().await.ends(lost()).await;
    let Line::Waiting { retry_at, problem } = line(&stage).await else {
        panic!("not waiting")
    };
    assert!((1_900..2_100).contains(&retry_at.millis_since(MORNING)));
    assert!(matches!(problem, SessionProblem::Lost { .. }));
}

#[tokio::test(start_paused = true)]
async fn a_wrong_password_stops_and_rings_once() {
    let mut stage = Stage::new().await;
    let session = stage.session().await;
    stage.told().await;
    session
        .ends(ConnectEnd::Problem(SessionProblem::PasswordRefused))
        .await;
    let told = stage.told().await;
    assert_eq!(told.alert().event.kind, EventKind::AccountAttention);
    stage.passes(3_600).await;
    assert!(stage.has_no_new_session().await);
    assert!(stage.told().await.rings().is_empty());
    assert_eq!(
        line(&stage).await,
        Line::Stopped(SessionProblem::PasswordRefused)
    );
    assert!(stage.tray().await.attention);
}

#[tokio::test(start_paused = true)]
async fn a_password_that_is_not_to_be_had_needs_the_user() {
    let mut stage = Stage::new().await;
    let session = stage.session().await;
    stage.told().await;
    session.ends(ConnectEnd::NoPassword).await;
    let told = stage.told().await;
    assert_eq!(told.alert().event.kind, EventKind::AccountAttention);
    assert_eq!(line(&stage).await, Line::NoPassword);
}

#[tokio::test(start_paused = true)]
async fn the_alert_goes_when_the_user_tries_again() {
    let mut stage = Stage::new().await;
    stage.session().await.ends(ConnectEnd::NoPassword).await;
    let key = stage.told().await.alert().plan.replace_key.clone();
    let alice = stage.alice;
    stage
        .call(move |desk| desk.connect_now(alice))
        .await
        .unwrap();
    assert!(!stage.has_no_new_session().await);
    assert!(stage.told().await.withdrawn().contains(&key.as_str()));
}

#[tokio::test(start_paused = true)]
async fn connecting_now_does_not_wait() {
    let mut stage = Stage::new().await;
    stage.session().await.ends(lost()).await;
    let alice = stage.alice;
    stage
        .call(move |desk| desk.connect_now(alice))
        .await
        .unwrap();
    assert_eq!(wait_of(&mut stage).await.0, 0);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_began_with_the_password_of_before_decides_nothing() {
    let mut stage = Stage::new().await;
    let attempt = stage.session().await;
    let alice = stage.alice;
    stage
        .call(move |desk| desk.connect_anew(alice))
        .await
        .unwrap();
    attempt
        .ends(ConnectEnd::Problem(SessionProblem::PasswordRefused))
        .await;
    assert!(wait_of(&mut stage).await.0 <= 2, "it is tried anew");
    assert_eq!(stage.told().await.alerted(), []);
}

#[tokio::test(start_paused = true)]
async fn connecting_now_leaves_a_session_that_is_up() {
    let (mut stage, session) = Stage::online().await;
    let alice = stage.alice;
    stage
        .call(move |desk| desk.connect_now(alice))
        .await
        .unwrap();
    assert!(stage.has_no_new_session().await);
    assert!(!session.is_over());
}

#[tokio::test(start_paused = true)]
async fn going_offline_says_goodbye_and_stays_away() {
    let (mut stage, mut session) = Stage::online().await;
    stage
        .change(|s| s.general.availability = OwnAvailability::Offline)
        .await;
    assert_eq!(session.says().await.last(), Some(&Outgoing::Close));
    session.ends(ConnectEnd::Closed).await;
    stage.passes(3_600).await;
    assert!(stage.has_no_new_session().await);
    assert_eq!(line(&stage).await, Line::Off);
}

#[tokio::test(start_paused = true)]
async fn going_offline_while_connecting_ends_the_attempt() {
    let mut stage = Stage::new().await;
    let session = stage.session().await;
    stage
        .change(|s| s.general.availability = OwnAvailability::Offline)
        .await;
    assert!(session.is_over());
}

#[tokio::test(start_paused = true)]
async fn another_address_of_the_server_begins_another_session() {
    let (mut stage, mut session) = Stage::online().await;
    stage
        .change(|s| s.accounts[0].connect = Some("wss://example.org/ws".to_owned()))
        .await;
    assert_eq!(session.says().await, [Outgoing::Close]);
    let next = stage.session().await;
    assert_eq!(
        next.start.account.connect.as_deref(),
        Some("wss://example.org/ws")
    );
}

#[tokio::test(start_paused = true)]
async fn a_choice_that_has_nothing_to_do_with_an_account_leaves_its_session() {
    let (mut stage, mut session) = Stage::online().await;
    stage.change(|s| s.general.language = "de".to_owned()).await;
    assert_eq!(session.says().await, []);
    assert!(stage.has_no_new_session().await);
}

#[tokio::test(start_paused = true)]
async fn an_account_that_was_removed_says_goodbye_and_is_gone() {
    let (stage, mut session) = Stage::online().await;
    stage.change(|s| s.accounts.clear()).await;
    assert_eq!(session.says().await, [Outgoing::Close]);
    assert_eq!(stage.call(|desk| desk.account_states()).await, []);
    assert_eq!(stage.call(|desk| desk.contacts()).await, []);
}

#[tokio::test(start_paused = true)]
async fn a_forgotten_account_leaves_nothing_behind() {
    let (stage, session) = Stage::online().await;
    session.hears(says("bob@example.org", "m1", "Hello")).await;
    let alice = stage.alice;
    stage
        .call(move |desk| desk.forget_account(alice))
        .await
        .unwrap();
    assert_eq!(stage.stored().chats().unwrap(), []);
    assert_eq!(stage.tray().await.unread, 0);
}

#[tokio::test(start_paused = true)]
async fn an_address_that_stands_twice_in_the_settings_is_one_account() {
    let mut stage = Stage::with(|s| {
        s.accounts.push(account("alice@example.org"));
        s.accounts[1].connect = Some("wss://elsewhere.example/ws".to_owned());
    })
    .await;
    let session = stage.session().await;
    assert_eq!(session.start.account.connect, None);
    assert!(stage.has_no_new_session().await);
}

/// The server counts as delivered what it says until it has said good-bye too.
#[tokio::test(start_paused = true)]
async fn a_message_that_comes_during_the_good_bye_is_kept_and_nothing_else_is_heard() {
    let (mut stage, session) = Stage::online().await;
    stage
        .change(|s| s.accounts[0].connect = Some("wss://example.org/ws".to_owned()))
        .await;
    let next = stage.session().await;
    next.comes_online().await;
    stage.told().await;
    session
        .hears(Incoming::RosterPush {
            version: Some("v7".to_owned()),
            item: contact("carol@example.org", Subscription::Both),
        })
        .await;
    assert_eq!(stage.told().await.0, []);
    session.hears(says("bob@example.org", "m1", "Hello")).await;
    let told = stage.told().await;
    assert!(told.has(|one| matches!(one, Output::MessageAdded(..))));
    // The next one's copy, from the offline store say, is the same message.
    next.hears(says("bob@example.org", "m1", "Hello")).await;
    let told = stage.told().await;
    assert!(!told.has(|one| matches!(one, Output::MessageAdded(..))));
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_former_session_does_not_end_the_next() {
    let (mut stage, session) = Stage::online().await;
    stage
        .change(|s| s.accounts[0].connect = Some("wss://example.org/ws".to_owned()))
        .await;
    let next = stage.session().await;
    next.comes_online().await;
    session.ends(lost()).await;
    assert!(matches!(line(&stage).await, Line::Online(_)));
}

#[tokio::test(start_paused = true)]
async fn the_version_of_the_stored_roster_is_offered() {
    let (mut stage, session) = Stage::online().await;
    session
        .hears(Incoming::RosterPush {
            version: Some("v7".to_owned()),
            item: contact("carol@example.org", Subscription::Both),
        })
        .await;
    session.ends(lost()).await;
    let next = stage.session().await;
    assert_eq!(next.start.roster_version.as_deref(), Some("v7"));
}

#[tokio::test(start_paused = true)]
async fn what_i_show_changes_with_the_settings() {
    let (stage, mut session) = Stage::online().await;
    stage
        .change(|s| s.general.availability = OwnAvailability::Busy)
        .await;
    let busy = Outgoing::Presence {
        idle_since: None,
        availability: Availability::Busy,
        status: String::new(),
    };
    assert_eq!(session.says().await, [busy]);
}

#[tokio::test(start_paused = true)]
async fn what_changed_while_connecting_is_shown_once_online() {
    let mut stage = Stage::new().await;
    let mut session = stage.session().await;
    stage.call(|desk| desk.set_idle(true)).await;
    session.comes_online().await;
    let away = Outgoing::Presence {
        idle_since: None,
        availability: Availability::Away,
        status: String::new(),
    };
    assert_eq!(session.says().await, [away]);
}

#[tokio::test(start_paused = true)]
async fn since_when_i_am_away_is_told_only_where_i_allow_it() {
    let (stage, mut session) = Stage::online_with(|s| {
        s.privacy.send_idle = true;
        s.general.away_after_minutes = 10;
    })
    .await;
    let before = stage.call(|desk| desk.now()).await.plus_millis(-600_000);
    stage.call(|desk| desk.set_idle(true)).await;
    let after = stage.call(|desk| desk.now()).await.plus_millis(-600_000);
    let shown = |availability, idle_since| Outgoing::Presence {
        availability,
        status: String::new(),
        idle_since,
    };
    let said = session.says().await;
    let [
        Outgoing::Presence {
            idle_since: Some(since),
            ..
        },
    ] = said[..]
    else {
        panic!("{said:?}");
    };
    assert!((before..=after).contains(&since), "{since:?}");
    stage.change(|s| s.privacy.send_idle = false).await;
    assert_eq!(session.says().await, [shown(Availability::Away, None)]);
    stage.call(|desk| desk.set_idle(false)).await;
    assert_eq!(session.says().await, [shown(Availability::Available, None)]);
}

#[tokio::test(start_paused = true)]
async fn the_tray_shows_the_way_from_connecting_to_online() {
    let mut stage = Stage::new().await;
    let session = stage.session().await;
    assert!(stage.tray().await.connecting);
    session.comes_online().await;
    let told = stage.told().await;
    let online = |one: &Output| {
        matches!(one, Output::Tray(tray)
            if tray.availability == Availability::Available && !tray.connecting)
    };
    assert!(told.has(online));
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_ends_says_goodbye() {
    let (stage, mut session) = Stage::online().await;
    drop(stage);
    assert_eq!(session.says().await, [Outgoing::Close]);
}
