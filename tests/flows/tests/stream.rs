//! Streams over TCP that break the rules of RFC 6120, are smuggled into, or would like to send the client away.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

use carillon_core::session::{Incoming, SessionProblem};
use carillon_tests_flows::{Scene, ScriptedServer, Way};
use std::time::{Duration, Instant};

async fn ended_by(words: &str) -> SessionProblem {
    let mut scene = Scene::online(Way::Tcp).await;
    let before = Instant::now();
    scene.server.send(words).await;
    let end = scene.ends().await.unwrap_err();
    let took = before.elapsed();
    assert!(took < Duration::from_secs(5), "it took {took:?}");
    end
}

#[tokio::test]
async fn a_stream_that_breaks_the_rules_ends() {
    let breaking = [
        "text".to_owned(),
        "&lt;".to_owned(),
        "<![CDATA[]]>".to_owned(),
        "<!-- -->".to_owned(),
        "<?pi?>".to_owned(),
        "<?xml version='1.0'?>".to_owned(),
        "<!DOCTYPE a [<!ENTITY b 'c'>]>".to_owned(),
        "<a>&b;</a>".to_owned(),
        "<a></b>".to_owned(),
        "</message>".to_owned(),
        "<a>\u{1}</a>".to_owned(),
        "<a b=c/>".to_owned(),
        format!("<a>{}", "x".repeat(1 << 20)),
        format!("<a b='{}", "x".repeat(1 << 20)),
        format!("<{}", "x".repeat(1 << 20)),
        "<a>".repeat(400_000),
        "<a/>".repeat(0) + "<a>" + &"<b/>".repeat(300_000),
    ];
    for words in &breaking {
        let end = ended_by(words).await;
        let shown: String = words.chars().take(40).collect();
        assert!(
            matches!(end, SessionProblem::Protocol { .. }),
            "{shown}: {end:?}"
        );
    }
    println!(
        "streams that broke the rules ended: {0} of {0}",
        breaking.len()
    );
}

#[tokio::test]
async fn what_can_not_be_read_is_skipped_and_the_session_goes_on() {
    let mut scene = Scene::online(Way::Tcp).await;
    let attributes: String = (0..80_000).map(|n| format!(" a{n}=''")).collect();
    let namespaces: String = (0..20_000).map(|n| format!(" xmlns:a{n}='x'")).collect();
    let unreadable = [
        format!("<a{attributes}/>"),
        format!("<a{namespaces}/>"),
        format!("{}{}", "<a>".repeat(6000), "</a>".repeat(6000)),
        format!("<a>{}</a>", "<a/>".repeat(100_000)),
        "<p:message><body>x</body></p:message>".to_owned(),
        "<message a='1' a='2'><body>x</body></message>".to_owned(),
    ];
    for text in &unreadable {
        scene.server.send(text).await;
    }
    let told = scene
        .tells("<message from='bob@example.net/x'><body>still here</body></message>")
        .await;
    assert!(matches!(&told[..], [Incoming::Message(_)]), "{told:?}");
    println!("unreadable stanzas survived: {0} of {0}", unreadable.len());
}

/// What one reader takes for content, another must not take for a stanza.
#[tokio::test]
async fn nothing_is_smuggled_in_as_a_stanza() {
    let mut scene = Scene::online(Way::Tcp).await;
    let forged =
        "<message xmlns='jabber:client' from='bob@example.net/x'><body>forged</body></message>";
    let wrapped = [
        format!("<message from='eve@evil.example'><x xmlns='urn:x'>{forged}</x></message>"),
        format!(
            "<message from='eve@evil.example'><body><![CDATA[</body></message>{forged}]]></body></message>"
        ),
        format!(
            "<message from='eve@evil.example'><body>{}</body></message>",
            "</body></message>".replace('<', "&lt;") + &forged.replace('<', "&lt;")
        ),
        format!(
            "<message from='eve@evil.example' id=\"'/>{}\"/>",
            forged.replace('<', "&lt;")
        ),
        format!(
            "<stream:stream xmlns:stream='http://etherx.jabber.org/streams'>{forged}</stream:stream>"
        ),
        format!("<p:a>{forged}</p:a>"),
        format!("<a b='1' b='2'>{forged}</a>"),
        format!("<wrapper xmlns='urn:x'>{forged}</wrapper>"),
    ];
    for text in &wrapped {
        let told = scene.tells(text).await;
        let believed = told.iter().any(|told| {
            matches!(told, Incoming::Message(message) if message.chat.as_str() == "bob@example.net")
        });
        assert!(!believed, "{text}: {told:?}");
    }
    println!("smuggled stanzas accepted: 0 of {}", wrapped.len());
}

#[tokio::test]
async fn nobody_is_followed_elsewhere() {
    let elsewhere = ScriptedServer::listen(Way::Tcp).await;
    let host = elsewhere.url().replace("xmpp://", "");
    let redirect = format!(
        "<error xmlns='http://etherx.jabber.org/streams'><see-other-host \
         xmlns='urn:ietf:params:xml:ns:xmpp-streams'>{host}</see-other-host></error>"
    );
    assert!(matches!(
        ended_by(&redirect).await,
        SessionProblem::Lost { .. }
    ));
    let mut scene = Scene::connected(Way::Tcp).await;
    scene.server.opens("example.org", "").await;
    drop(scene);
    let followed = tokio::time::timeout(Duration::ZERO, elsewhere.accept()).await;
    assert!(followed.is_err());
    println!("redirects followed: 0 of 1");
}

#[tokio::test]
async fn white_space_between_stanzas_means_nothing() {
    let mut scene = Scene::online(Way::Tcp).await;
    for _ in 0..100 {
        scene.server.send(" \n\t\r\n").await;
    }
    let told = scene
        .tells("<message from='bob@example.net/x'><body>x</body></message>")
        .await;
    assert_eq!(told.len(), 1);
}
