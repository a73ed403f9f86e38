//! The link: what has reached the server, whether it lives, how it ends.

use super::stage::{DOMAIN, Stage, config, id};
use carillon_core::session::{Incoming, Outgoing, SessionProblem};
use jid::BareJid;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::{Instant, sleep};

fn message(id: &str) -> Outgoing {
    Outgoing::Message {
        to: BareJid::new("bob@example.net").unwrap().into(),
        id: id.to_owned(),
        body: "x".to_owned(),
        to_room: false,
    }
}

fn reached(ids: &[&str]) -> Incoming {
    Incoming::Reached {
        ids: ids.iter().map(|id| (*id).to_owned()).collect(),
    }
}

fn pong(number: u32, kind: &str) -> String {
    format!("<iq type='{kind}' id='{}' from='{DOMAIN}'/>", id(number))
}

#[tokio::test(start_paused = true)]
async fn a_message_has_reached_the_server_when_a_ping_behind_it_is_answered() {
    let mut stage = Stage::online().await;
    stage.ask(message("m1")).await;
    assert_eq!(stage.recv().await.attr("id"), Some("m1"));
    stage
        .expect(&format!(
            "<iq id='{}' to='{DOMAIN}' type='get'><ping xmlns='urn:xmpp:ping'/></iq>",
            id(6)
        ))
        .await;
    // One ping is under way; these wait for the next.
    stage.ask(message("m2")).await;
    stage.ask(message("m3")).await;
    assert_eq!(stage.recv().await.attr("id"), Some("m2"));
    assert_eq!(stage.recv().await.attr("id"), Some("m3"));
    stage.send(&pong(6, "result"));
    assert_eq!(stage.told().await, reached(&["m1"]));
    assert_eq!(stage.recv().await.attr("id"), Some(id(7).as_str()));
    // A server that does not know pings has still come that far.
    stage.send(&pong(7, "error"));
    assert_eq!(stage.told().await, reached(&["m2", "m3"]));
    assert_eq!(stage.settled().await.1.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn somebody_elses_answer_to_the_ping_means_nothing() {
    let mut stage = Stage::online().await;
    stage.ask(message("m1")).await;
    stage.recv().await;
    stage.recv().await;
    for from in [
        "",
        " from='bob@example.net'",
        " from='alice@example.org'",
        " from='Example.org'",
    ] {
        let told = stage
            .tells(&format!("<iq type='result' id='{}'{from}/>", id(6)))
            .await;
        assert_eq!(told, []);
    }
    stage.send(&pong(6, "result"));
    assert_eq!(stage.told().await, reached(&["m1"]));
}

#[tokio::test(start_paused = true)]
async fn a_burst_costs_one_ping() {
    let mut stage = Stage::online().await;
    for number in 0..60 {
        stage.ask(message(&format!("m{number}"))).await;
    }
    let mut pings = 0;
    for _ in 0..61 {
        pings += usize::from(stage.recv().await.name() == "iq");
    }
    assert_eq!(pings, 1);
}

#[tokio::test(start_paused = true)]
async fn a_dead_link_is_noticed_within_fifteen_seconds_when_asked() {
    // However long it was silent before.
    for (what, quiet, noticed) in [
        (Outgoing::Ping, 0, 10),
        (Outgoing::Ping, 250, 10),
        (message("m1"), 250, 15),
    ] {
        let mut stage = Stage::online().await;
        sleep(Duration::from_secs(quiet)).await;
        stage.ask(what).await;
        while stage.recv().await.name() != "iq" {}
        let asked = Instant::now();
        let problem = stage.ends().await.unwrap_err();
        assert!(
            matches!(problem, SessionProblem::Lost { .. }),
            "{problem:?}"
        );
        assert_eq!(asked.elapsed().as_secs(), noticed);
    }
}

#[tokio::test(start_paused = true)]
async fn a_link_that_lives_outlasts_the_question_however_long_it_was_silent() {
    let mut stage = Stage::online().await;
    for number in 6..9 {
        sleep(Duration::from_secs(250)).await;
        stage.ask(Outgoing::Ping).await;
        assert_eq!(stage.recv().await.attr("id"), Some(id(number).as_str()));
        sleep(Duration::from_secs(9)).await;
        stage.send(&pong(number, "result"));
        assert_eq!(stage.settled().await.1.len(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_question_that_is_on_its_way_is_not_put_off_by_another() {
    let mut stage = Stage::online().await;
    stage.ask(message("m1")).await;
    while stage.recv().await.name() != "iq" {}
    let asked = Instant::now();
    sleep(Duration::from_secs(12)).await;
    stage.ask(Outgoing::Ping).await;
    stage.ends().await.unwrap_err();
    assert_eq!(asked.elapsed().as_secs(), 15);
}

#[tokio::test(start_paused = true)]
async fn what_was_written_just_before_a_wake_up_does_not_put_off_the_notice_of_a_dead_link() {
    let mut stage = Stage::online().await;
    stage.ask(message("m1")).await;
    while stage.recv().await.name() != "iq" {}
    sleep(Duration::from_secs(2)).await;
    let woken = Instant::now();
    stage.ask(Outgoing::Ping).await;
    stage.ends().await.unwrap_err();
    assert_eq!(woken.elapsed().as_secs(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_link_whose_own_address_is_gone_is_dead_after_two_seconds() {
    for (what, since) in [(Outgoing::Ping, 0), (message("m1"), 1)] {
        let mut stage = Stage::online().await;
        stage.stranded.store(true, Ordering::Relaxed);
        stage.ask(what).await;
        while stage.recv().await.name() != "iq" {}
        sleep(Duration::from_secs(since)).await;
        let woken = Instant::now();
        stage.ask(Outgoing::Ping).await;
        let problem = stage.ends().await.unwrap_err();
        assert!(
            matches!(problem, SessionProblem::Lost { .. }),
            "{problem:?}"
        );
        assert_eq!(woken.elapsed().as_secs(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_link_whose_own_address_is_given_back_at_once_has_its_ten_seconds() {
    for lives in [true, false] {
        let mut stage = Stage::online().await;
        stage.stranded.store(true, Ordering::Relaxed);
        let woken = Instant::now();
        stage.ask(Outgoing::Ping).await;
        stage.recv().await;
        sleep(Duration::from_secs(1)).await;
        stage.stranded.store(false, Ordering::Relaxed);
        if lives {
            sleep(Duration::from_secs(8)).await;
            stage.send(&pong(6, "result"));
            assert_eq!(stage.settled().await.1.len(), 0);
        } else {
            stage.ends().await.unwrap_err();
            assert_eq!(woken.elapsed().as_secs(), 10);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_busy_server_is_not_a_dead_one() {
    let mut stage = Stage::online().await;
    stage.ask(Outgoing::Ping).await;
    stage.recv().await;
    for _ in 0..5 {
        sleep(Duration::from_secs(9)).await;
        stage.send("<presence from='bob@example.net/x'/>");
        stage.told().await;
    }
    stage.send(&pong(6, "result"));
    assert_eq!(stage.settled().await.0, []);
}

#[tokio::test(start_paused = true)]
async fn an_idle_link_is_asked_every_five_minutes_and_no_more() {
    let mut stage = Stage::online().await;
    let mut begun = Instant::now();
    for number in 6..9 {
        stage
            .expect(&format!(
                "<iq id='{}' to='{DOMAIN}' type='get'><ping xmlns='urn:xmpp:ping'/></iq>",
                id(number)
            ))
            .await;
        assert_eq!(begun.elapsed().as_secs(), 300);
        begun = Instant::now();
        stage.send(&pong(number, "result"));
    }
}

#[tokio::test(start_paused = true)]
async fn closing_says_good_bye_after_everything_else() {
    let mut stage = Stage::online().await;
    stage.ask(message("m1")).await;
    stage.ask(Outgoing::Close).await;
    assert_eq!(stage.recv().await.attr("id"), Some("m1"));
    let ping = stage.recv().await;
    assert!(ping.has_child("ping", "urn:xmpp:ping"));
    assert!(stage.recv_text().await.starts_with("<close"));
    assert_eq!(stage.ends().await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_goes_away_ends_the_session() {
    let mut stage = Stage::online().await;
    stage.outgoing = None;
    assert!(stage.recv_text().await.starts_with("<close"));
    assert_eq!(stage.ends().await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_link_that_breaks_tells_what_was_heard_before() {
    let mut stage = Stage::online().await;
    stage.send("<message from='bob@example.net/x'><body>last words</body></message>");
    stage.cut();
    assert!(matches!(stage.told().await, Incoming::Message(_)));
    let problem = stage.ends().await.unwrap_err();
    assert!(
        matches!(problem, SessionProblem::Lost { .. }),
        "{problem:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn ends_of_the_stream_are_told_apart() {
    let error = |condition: &str| {
        format!(
            "<error xmlns='http://etherx.jabber.org/streams'><{condition} \
             xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></error>"
        )
    };
    let ends = [
        (error("conflict"), "Replaced"),
        (error("system-shutdown"), "Lost"),
        (error("see-other-host"), "Lost"),
        (error("host-unknown"), "Unreachable"),
        (error("not-authorized"), "AccountRefused"),
        ("<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>".to_owned(), "Lost"),
        (
            "<close xmlns='urn:ietf:params:xml:ns:xmpp-framing' see-other-uri='wss://evil.example/'/>".to_owned(),
            "Lost",
        ),
        ("<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' version='1.0'/>".to_owned(), "Protocol"),
    ];
    for (xml, kind) in ends {
        let stage = Stage::online().await;
        stage.send_raw(&xml);
        let problem = format!("{:?}", stage.ends().await.unwrap_err());
        assert!(problem.starts_with(kind), "{xml}: {problem}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_does_not_listen_can_still_speak() {
    let mut stage = Stage::connected_with(config(), 1);
    stage.signs_in().await;
    stage.answers_first_requests().await;
    for _ in 0..20 {
        stage.send("<message from='bob@example.net/x'><body>x</body></message>");
    }
    // Far longer than a silent link would live: nothing is read, so nothing is held against the server.
    stage.ask(message("m1")).await;
    assert_eq!(stage.recv().await.attr("id"), Some("m1"));
    assert_eq!(stage.recv().await.name(), "iq");
    sleep(Duration::from_secs(60)).await;
    let mut heard = 0;
    while heard < 20 {
        heard += usize::from(matches!(stage.told().await, Incoming::Message(_)));
    }
    stage.send(&pong(6, "result"));
    assert_eq!(stage.told().await, reached(&["m1"]));
}

#[tokio::test(start_paused = true)]
async fn what_comes_during_the_good_bye_is_still_told() {
    let mut stage = Stage::online().await;
    stage.ask(Outgoing::Close).await;
    assert!(stage.recv_text().await.starts_with("<close"));
    stage.send("<message from='bob@example.net/x'><body>wait</body></message>");
    stage.send_raw("<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>");
    assert!(matches!(stage.told().await, Incoming::Message(_)));
    assert_eq!(stage.ends().await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn what_came_before_online_is_told_even_if_the_link_breaks() {
    let mut stage = Stage::connected();
    stage.signs_in().await;
    stage.send("<message from='bob@example.net/x'><body>early</body></message>");
    stage.cut();
    assert!(matches!(stage.told().await, Incoming::Online { .. }));
    assert!(matches!(stage.told().await, Incoming::Message(_)));
}

#[tokio::test(start_paused = true)]
async fn a_message_that_no_server_takes_fails_here() {
    let mut stage = Stage::online().await;
    let to = BareJid::new("bob@example.net").unwrap();
    for body in ["x".repeat(250_000), "&".repeat(50_000), "\r".repeat(60_000)] {
        let id = "m1".to_owned();
        let to = to.clone();
        stage
            .ask(Outgoing::Message {
                to: to.into(),
                id,
                body,
                to_room: false,
            })
            .await;
        assert!(matches!(stage.told().await, Incoming::MessageFailed { .. }));
    }
    stage.nothing_written();
    let (id, body) = ("m2".to_owned(), "x".repeat(249_000));
    stage
        .ask(Outgoing::Message {
            to: to.into(),
            id,
            body,
            to_room: false,
        })
        .await;
    assert_eq!(stage.recv().await.attr("id"), Some("m2"));
}

#[tokio::test(start_paused = true)]
async fn what_is_said_right_before_the_good_bye_is_asked_for() {
    let mut stage = Stage::online().await;
    stage.ask(message("m1")).await;
    assert_eq!(stage.recv().await.attr("id"), Some("m1"));
    assert_eq!(stage.recv().await.attr("id"), Some(id(6).as_str()));
    stage.ask(message("m2")).await;
    stage.ask(Outgoing::Close).await;
    assert_eq!(stage.recv().await.attr("id"), Some("m2"));
    // Nothing can be asked any more once the first ping is answered.
    assert_eq!(stage.recv().await.attr("id"), Some(id(7).as_str()));
    assert!(stage.recv_text().await.starts_with("<close"));
    stage.send(&pong(6, "result"));
    stage.send(&pong(7, "result"));
    stage.send_raw("<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>");
    assert_eq!(stage.told().await, reached(&["m1"]));
    assert_eq!(stage.told().await, reached(&["m2"]));
    assert_eq!(stage.ends().await, Ok(()));
}
