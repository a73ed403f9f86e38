//! Finding the server, and not being led astray.

use super::reaching::to;
use super::stage::config;
use crate::connect::connect;
use crate::discovery::{ascii_domain, endpoint, from_json, from_xml, usual};
use crate::run::run;
use carillon_core::connection::TransportKind::{DirectTls, StartTls};
use carillon_core::session::SessionProblem;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

#[test]
fn clear_text_is_for_this_computer_only() {
    let here = [
        "ws://localhost/",
        "ws://LOCALHOST:80/x",
        "ws://127.0.0.1:5280/ws",
        "ws://127.9.9.9/",
        "ws://[::1]:1/",
    ];
    for url in here {
        assert!(!endpoint(url).unwrap().secure, "{url}");
    }
    let elsewhere = [
        "ws://example.org/",
        "ws://localhost.example.org/",
        "ws://127.0.0.1.example.org/",
        "ws://10.0.0.1/",
        "ws://0.0.0.0/",
        "ws://[::]/",
        "ws://[::ffff:127.0.0.1]/",
        "ws://[fe80::1]/",
        "ws://128.0.0.1/",
        "ws://localhost@example.org/",
        "http://example.org/",
    ];
    for url in elsewhere {
        assert_eq!(endpoint(url), Err(SessionProblem::NotEncrypted), "{url}");
    }
    println!("plain connections elsewhere: 0 of {}", elsewhere.len());
}

#[test]
fn what_is_no_websockets_address_is_refused() {
    for url in [
        "",
        "example.org",
        "https://example.org/",
        "file:///etc/passwd",
        "wss://",
        "wss://me:pw@example.org/",
        "xmpp://",
        "xmpp:me@example.org",
        "xmpps://me@example.org",
        "xmpp://example.org/path",
        "xmpp://example.org:99999",
        "me@example.org:5222",
        "example.org:5222/x",
        "mailto:x",
        "a b:5222",
    ] {
        assert!(
            matches!(endpoint(url), Err(SessionProblem::NotXmpp { .. })),
            "{url}"
        );
    }
}

#[test]
fn a_server_on_tcp_is_a_host_and_perhaps_a_port() {
    let read = |url: &str| {
        let found = endpoint(url).unwrap();
        assert!(found.proven, "the user typed it");
        (found.url.clone(), found.transport, found.secure)
    };
    let told = [
        ("xmpp://Example.org", "xmpp://example.org:5222", StartTls),
        ("xmpps://example.org", "xmpps://example.org:5223", DirectTls),
        (
            "xmpps://example.org:443",
            "xmpps://example.org:443",
            DirectTls,
        ),
        ("xmpp://example.org:80/", "xmpp://example.org:80", StartTls),
        ("example.org:5222", "xmpp://example.org:5222", StartTls),
        ("example.org:5223", "xmpps://example.org:5223", DirectTls),
        ("example.org:443", "xmpps://example.org:443", DirectTls),
        ("192.0.2.1:5222", "xmpp://192.0.2.1:5222", StartTls),
        ("xmpp://[2001:db8::1]:1", "xmpp://[2001:db8::1]:1", StartTls),
        (
            "xmpp://Bücher.example",
            "xmpp://xn--bcher-kva.example:5222",
            StartTls,
        ),
    ];
    for (typed, url, transport) in told {
        assert_eq!(read(typed), (url.to_owned(), transport, true), "{typed}");
    }
    for here in ["xmpp://localhost", "127.0.0.1:5222", "[::1]:5222"] {
        assert!(!read(here).2, "{here} may do without TLS");
    }
    assert!(read("xmpps://localhost").2);
    assert_eq!(endpoint("[::1]:5222").unwrap().host, "::1");
}

#[tokio::test]
async fn clear_text_elsewhere_is_refused_before_anything_is_sent() {
    let mut config = config();
    config.url = Some("ws://192.0.2.1:5280/ws".to_owned());
    let (_keep, outgoing) = mpsc::channel(1);
    let (incoming, _told) = mpsc::channel(1);
    let end = run(config, outgoing, incoming).await;
    assert_eq!(end, Err(SessionProblem::NotEncrypted));
}

#[tokio::test]
async fn nobody_there_is_told_as_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}/", listener.local_addr().unwrap());
    drop(listener);
    let problem = connect(&to("example.org", &url, Vec::new())).await.err();
    assert!(
        matches!(problem, Some(SessionProblem::Unreachable { .. })),
        "{problem:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn somebody_who_never_answers_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}/", listener.local_addr().unwrap());
    let problem = connect(&to("example.org", &url, Vec::new())).await.err();
    match problem {
        Some(SessionProblem::Unreachable { detail }) => {
            assert!(detail.contains("15 s"), "{detail}");
        }
        other => panic!("{other:?}"),
    }
}

fn urls(found: Vec<crate::discovery::Endpoint>) -> Vec<String> {
    found.into_iter().map(|endpoint| endpoint.url).collect()
}

#[test]
fn a_domain_names_its_websocket_in_json() {
    let body = br#"{"subject":"x","links":[
        {"rel":"urn:xmpp:alt-connections:xbosh","href":"https://example.org/bosh"},
        {"rel":"urn:xmpp:alt-connections:websocket","href":"ws://example.org/plain"},
        {"rel":"urn:xmpp:alt-connections:websocket","href":"ws://127.0.0.1/plain"},
        {"rel":"urn:xmpp:alt-connections:websocket","href":"https://example.org/"},
        {"rel":"urn:xmpp:alt-connections:websocket","href":7},
        {"rel":"urn:xmpp:alt-connections:websocket"},
        {"href":"wss://example.org/none"}, 3,
        {"rel":"urn:xmpp:alt-connections:websocket","href":"wss://ws.example.org:5443/ws"}]}"#;
    assert_eq!(urls(from_json(body)), ["wss://ws.example.org:5443/ws"]);
}

#[test]
fn a_domain_names_its_websocket_in_xml() {
    let body = b"\n<?xml version='1.0' encoding='utf-8'?>\n\
        <XRD xmlns='http://docs.oasis-open.org/ns/xri/xrd-1.0'>\
        <Link rel='urn:xmpp:alt-connections:xbosh' href='https://example.org/bosh'/>\
        <Link rel='urn:xmpp:alt-connections:websocket' href='ws://example.org/plain'/>\
        <Link rel='urn:xmpp:alt-connections:websocket' href='wss://ws.example.org/xmpp'/></XRD>";
    assert_eq!(urls(from_xml(body)), ["wss://ws.example.org/xmpp"]);
}

#[test]
fn what_is_no_host_meta_names_nothing() {
    let bodies: [&[u8]; 8] = [
        b"",
        b"null",
        b"{}",
        b"{\"links\":{}}",
        b"<html><body>404</body></html>",
        b"<!DOCTYPE x [<!ENTITY e 'x'>]><XRD/>",
        b"\xff\xfe",
        b"[[[[[[[[",
    ];
    for body in bodies {
        assert_eq!(from_json(body), []);
        assert_eq!(from_xml(body), []);
    }
    let deep = "[".repeat(100_000);
    assert_eq!(from_json(deep.as_bytes()), []);
    let many = format!(
        "{{\"links\":[{}]}}",
        vec![r#"{"rel":"urn:xmpp:alt-connections:websocket","href":"wss://a.example/"}"#; 100]
            .join(",")
    );
    assert!(
        from_json(many.as_bytes()).len() <= 4,
        "each costs an attempt"
    );
}

#[test]
fn without_a_word_the_usual_addresses_are_tried_with_tls() {
    let tried = usual(&ascii_domain("Bücher.example").unwrap());
    assert!(tried.iter().all(|endpoint| endpoint.secure));
    assert_eq!(
        urls(tried),
        [
            "wss://xn--bcher-kva.example:5443/ws",
            "wss://xn--bcher-kva.example:5281/xmpp-websocket",
            "wss://xn--bcher-kva.example/xmpp-websocket",
        ]
    );
}

#[test]
fn a_domain_is_nothing_but_a_domain() {
    for domain in [
        "example.org/path",
        "example.org:80",
        "me@example.org",
        "",
        "a b",
        "example.org?x",
        "example.org#x",
    ] {
        assert!(ascii_domain(domain).is_err(), "{domain}");
    }
    assert_eq!(ascii_domain("[::1]").unwrap(), "[::1]");
}
