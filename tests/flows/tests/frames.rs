//! Streams that break the rules of RFC 7395 or RFC 6120, and servers that would like to send the client away or weaken it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

use carillon_core::session::{Incoming, Outgoing, SessionProblem};
use carillon_tests_flows::{Message, Scene, ScriptedServer, Way};

#[tokio::test]
async fn a_stream_that_breaks_the_rules_ends() {
    let huge = "x".repeat((1 << 20) + 1);
    let frames = [
        Message::binary("<presence xmlns='jabber:client'/>".as_bytes()),
        Message::text("<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' version='1.0'/>"),
        Message::text(huge),
    ];
    let tried = frames.len();
    for frame in frames {
        let mut scene = Scene::online(Way::WebSocket).await;
        scene.server.send_frame(frame).await;
        let end = scene.ends().await;
        assert!(
            matches!(end, Err(SessionProblem::Protocol { .. })),
            "{end:?}"
        );
    }
    println!("streams that broke the rules ended: {tried} of {tried}");
}

#[tokio::test]
async fn what_can_not_be_read_is_skipped_and_the_session_goes_on() {
    let mut scene = Scene::online(Way::WebSocket).await;
    let attributes: String = (0..80_000).map(|n| format!(" a{n}=''")).collect();
    let namespaces: String = (0..20_000).map(|n| format!(" xmlns:a{n}='x'")).collect();
    let unreadable = [
        String::new(),
        " <presence xmlns='jabber:client'/>".to_owned(),
        "<presence xmlns='jabber:client'/><presence xmlns='jabber:client'/>".to_owned(),
        "<message".to_owned(),
        "<other xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>".to_owned(),
        "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>".to_owned(),
        "<?php ?><a/>".to_owned(),
        "<a><!-- --></a>".to_owned(),
        format!("<a{attributes}/>"),
        format!("<a{namespaces}/>"),
        format!("{}{}", "<a>".repeat(6000), "</a>".repeat(6000)),
        "<a/>".repeat(100_000),
    ];
    for text in &unreadable {
        scene.server.send_frame(Message::text(text.as_str())).await;
    }
    let told = scene
        .tells("<message from='bob@example.net/x'><body>still here</body></message>")
        .await;
    assert!(matches!(&told[..], [Incoming::Message(_)]), "{told:?}");
    println!("unreadable frames survived: {0} of {0}", unreadable.len());
}

#[tokio::test]
async fn nobody_is_followed_elsewhere() {
    let elsewhere = ScriptedServer::listen(Way::WebSocket).await;
    let url = elsewhere.url();
    let ends = [
        format!("<close xmlns='urn:ietf:params:xml:ns:xmpp-framing' see-other-uri='{url}'/>"),
        format!(
            "<error xmlns='http://etherx.jabber.org/streams'><see-other-host \
             xmlns='urn:ietf:params:xml:ns:xmpp-streams'>{}</see-other-host></error>",
            url.trim_start_matches("ws://")
        ),
    ];
    for end in &ends {
        // Before the login and in the middle of a session.
        let mut scene = Scene::connected(Way::WebSocket).await;
        scene.server.send(end).await;
        assert!(matches!(
            scene.ends().await,
            Err(SessionProblem::Lost { .. })
        ));
        let mut scene = Scene::online(Way::WebSocket).await;
        scene.server.send(end).await;
        assert!(matches!(
            scene.ends().await,
            Err(SessionProblem::Lost { .. })
        ));
    }
    let followed = tokio::time::timeout(std::time::Duration::ZERO, elsewhere.accept()).await;
    assert!(followed.is_err());
    println!("redirects followed: 0 of {}", 2 * ends.len());
}

async fn without_a_safe_mechanism_the_password_stays_here_by(way: Way) {
    let offers: [&[&str]; 4] = [
        &["PLAIN"],
        &["PLAIN", "DIGEST-MD5"],
        &["SCRAM-SHA-256-PLUS"],
        &[],
    ];
    for offer in offers {
        let mut scene = Scene::connected(way).await;
        let list: String = offer
            .iter()
            .map(|name| format!("<mechanism>{name}</mechanism>"))
            .collect();
        let features =
            format!("<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>{list}</mechanisms>");
        scene.server.opens("example.org", &features).await;
        let next = scene.server.recv().await;
        assert_eq!(next.name(), "close", "nothing but a good-bye");
        let end = scene.ends().await;
        assert!(
            matches!(end, Err(SessionProblem::NoSafeMechanism { .. })),
            "{end:?}"
        );
    }
    println!("passwords sent: 0 of {} by {way:?}", offers.len());
}

#[tokio::test]
async fn without_a_safe_mechanism_the_password_stays_here() {
    for way in Way::ALL {
        without_a_safe_mechanism_the_password_stays_here_by(way).await;
    }
}

async fn a_session_that_is_told_to_close_says_so_and_ends_well_by(way: Way) {
    let mut scene = Scene::online(way).await;
    scene.ask(Outgoing::Close).await;
    assert_eq!(scene.server.recv().await.name(), "close");
    scene.server.closes().await;
    assert_eq!(scene.ends().await, Ok(()));
}

#[tokio::test]
async fn a_session_that_is_told_to_close_says_so_and_ends_well() {
    for way in Way::ALL {
        a_session_that_is_told_to_close_says_so_and_ends_well_by(way).await;
    }
}

async fn a_session_that_is_dropped_leaves_nothing_behind_by(way: Way) {
    let tasks = || {
        tokio::runtime::Handle::current()
            .metrics()
            .num_alive_tasks()
    };
    let before = tasks();
    for stage in ["connected", "signing in", "online"] {
        let mut scene = Scene::connected(way).await;
        if stage != "connected" {
            scene.server.signs_in(&Scene::alice()).await;
        }
        if stage == "online" {
            scene.answers_first_requests().await;
            scene.settled().await;
        }
        let mut server = scene.drop_session();
        server.ended().await;
        assert_eq!(tasks(), before, "{stage}");
    }
}

#[tokio::test]
async fn a_session_that_is_dropped_leaves_nothing_behind() {
    for way in Way::ALL {
        a_session_that_is_dropped_leaves_nothing_behind_by(way).await;
    }
}
