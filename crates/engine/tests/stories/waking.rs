//! The computer wakes, or its network changes.

use crate::stage::{Session, Stage};
use crate::words::says;
use carillon_core::connection::{Connection, Mechanism, TransportKind};
use carillon_core::session::{Incoming, Outgoing, SessionProblem};
use carillon_engine::{ConnectEnd, Line, Wake};
use std::time::Duration;
use tokio::time::Instant;

const ALL: [Wake; 3] = [Wake::Slept, Wake::Network, Wake::NoNetwork];
/// After these there is a way into the network.
const GOOD: [Wake; 2] = [Wake::Slept, Wake::Network];

async fn woke(stage: &Stage, why: Wake) {
    stage.call(move |desk| desk.woke(why)).await;
}

async fn fails(session: Session) {
    let detail = String::new();
    let problem = SessionProblem::Unreachable { detail };
    session.ends(ConnectEnd::Problem(problem)).await;
}

/// The account waits for more than a minute.
async fn long_waiting() -> Stage {
    let mut stage = Stage::new().await;
    for _ in 0..8 {
        fails(stage.session().await).await;
    }
    stage
}

async fn millis_until_a_session(stage: &mut Stage) -> (u128, Session) {
    let began = Instant::now();
    let session = stage.session().await;
    (began.elapsed().as_millis(), session)
}

async fn line(stage: &Stage) -> Line {
    let states = stage.call(|desk| desk.account_states()).await;
    states[0].line.clone()
}

#[tokio::test(start_paused = true)]
async fn a_link_that_is_up_is_asked_whether_it_lives() {
    for why in ALL {
        let (mut stage, mut session) = Stage::online().await;
        woke(&stage, why).await;
        assert_eq!(session.says().await, [Outgoing::Ping]);
        assert!(stage.has_no_new_session().await);
        assert!(!session.is_over());
    }
}

#[tokio::test(start_paused = true)]
async fn who_waits_tries_within_a_second() {
    for why in GOOD {
        let mut stage = long_waiting().await;
        woke(&stage, why).await;
        let (waited, session) = millis_until_a_session(&mut stage).await;
        assert!((900..=1_000).contains(&waited), "{waited} ms");
        // What failed before says nothing about this network.
        fails(session).await;
        let (waited, _) = millis_until_a_session(&mut stage).await;
        assert!((1_900..=2_000).contains(&waited), "{waited} ms");
    }
}

#[tokio::test(start_paused = true)]
async fn who_goes_from_network_to_network_does_not_wait_longer_each_time() {
    for why in GOOD {
        let (mut stage, mut session) = Stage::online().await;
        for _ in 0..8 {
            woke(&stage, why).await;
            session.loses_its_link().await;
            let (waited, next) = millis_until_a_session(&mut stage).await;
            assert!((1_900..=2_000).contains(&waited), "{waited} ms");
            next.comes_online().await;
            session = next;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn who_would_have_tried_sooner_still_does() {
    let mut stage = Stage::new().await;
    fails(stage.session().await).await;
    tokio::time::sleep(Duration::from_millis(1_700)).await;
    woke(&stage, Wake::Network).await;
    let (waited, _session) = millis_until_a_session(&mut stage).await;
    assert!(waited <= 300, "{waited} ms");
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_was_begun_before_the_sleep_begins_anew() {
    for why in GOOD {
        let mut stage = Stage::new().await;
        let before = stage.session().await;
        woke(&stage, why).await;
        assert!(before.is_over());
        let (waited, session) = millis_until_a_session(&mut stage).await;
        assert!(waited <= 2_000, "{waited} ms");
        session.comes_online().await;
        assert!(matches!(line(&stage).await, Line::Online(_)));
        assert!(stage.has_no_new_session().await);
    }
}

/// To end one that is nearly there would take longer, and leave open what the server has heard on it.
#[tokio::test(start_paused = true)]
async fn an_attempt_that_has_signed_in_goes_on() {
    for why in GOOD {
        let mut stage = Stage::new().await;
        let session = stage.session().await;
        let connection = Connection {
            transport: TransportKind::DirectTls,
            host: "xmpp.example.org".to_owned(),
            port: 5223,
            proxy: None,
            tls: None,
            mechanism: Mechanism::ScramSha256,
            token: None,
            binding: None,
            offer_confirmed: false,
            failed: Vec::new(),
        };
        let connected = Incoming::Connected(Box::new(connection));
        session.hears(connected).await;
        woke(&stage, why).await;
        assert!(!session.is_over());
        session.comes_online().await;
        assert!(matches!(line(&stage).await, Line::Online(_)));
        assert!(stage.has_no_new_session().await);
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_network_nobody_tries_sooner() {
    let stage = long_waiting().await;
    let before = line(&stage).await;
    woke(&stage, Wake::NoNetwork).await;
    assert_eq!(line(&stage).await, before);

    let mut stage = Stage::new().await;
    let attempt = stage.session().await;
    woke(&stage, Wake::NoNetwork).await;
    assert!(!attempt.is_over());
    assert!(stage.has_no_new_session().await);
}

#[tokio::test(start_paused = true)]
async fn who_needs_the_user_or_is_signed_out_stays_so() {
    for why in ALL {
        let mut stage = Stage::new().await;
        let session = stage.session().await;
        session.ends(ConnectEnd::NoPassword).await;
        woke(&stage, why).await;
        stage.passes(600).await;
        assert!(stage.has_no_new_session().await);
        assert_eq!(line(&stage).await, Line::NoPassword);
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_begins_anew_loses_nothing_that_was_on_its_way() {
    for goes_on in [true, false] {
        let (mut stage, mut session) = Stage::online().await;
        session.is_managed("s1").await;
        let chat = stage.chat("bob@example.org");
        for id in ["m1", "m2"] {
            let chat = chat.clone();
            let sent = stage.call(move |desk| desk.send_message(&chat, id, id));
            sent.await.unwrap();
        }
        assert_eq!(session.sends().await, ["m1", "m2"]);
        session.reached(&["m1"]).await;
        session.loses_its_link().await;
        let before = stage.session().await;
        assert_eq!(before.start.stream.as_ref().unwrap().id, "s1");
        woke(&stage, Wake::Slept).await;
        assert!(before.is_over());

        let mut session = stage.session().await;
        assert_eq!(session.start.stream.as_ref().unwrap().id, "s1");
        if goes_on {
            session.hears(Incoming::Resumed).await;
            assert!(session.sends().await.is_empty(), "it says m2 by itself");
        } else {
            session.comes_online().await;
            assert_eq!(session.sends().await, ["m2"]);
        }
        assert!(matches!(line(&stage).await, Line::Online(_)));
        assert!(stage.has_no_new_session().await);
    }
}

#[tokio::test(start_paused = true)]
async fn before_the_computer_sleeps_the_server_hears_what_is_on_the_disk() {
    let (stage, mut session) = Stage::online().await;
    session.is_managed("s1").await;
    session.says().await;
    session
        .hears_all([says("bob@example.org", "b1", "one"), Incoming::Counted(1)])
        .await;
    session.says().await;
    stage.call(|desk| desk.before_sleep()).await;
    assert!(session.says().await.contains(&Outgoing::Handled(1)));
    let stream = stage.stored().stream(stage.alice).unwrap().unwrap();
    assert_eq!(stream.handled, 1);
}

#[tokio::test(start_paused = true)]
async fn a_wake_up_costs_an_idle_engine_one_question_and_no_timer() {
    let (mut stage, mut session) = Stage::online().await;
    stage.passes(60).await;
    session.says().await;
    woke(&stage, Wake::Network).await;
    assert_eq!(session.says().await, [Outgoing::Ping]);
    stage.passes(600).await;
    assert_eq!(session.says().await, []);
    assert!(stage.told().await.rings().is_empty());
}
