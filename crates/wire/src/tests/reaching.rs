//! From an account to its server over TCP: by which ways, and past whom not.

use super::issuing::{Shown, authority, issued};
use super::tcp_server::{HEADER, PROCEED, STARTTLS, accept, listening};
use crate::connect::{Destination, connect, connect_by};
use crate::discovery::Names;
use crate::discovery::srv::Record;
use crate::login::open;
use crate::transport::Connected;
use carillon_core::connection::{Binding, Proxy, TransportKind};
use carillon_core::session::SessionProblem;
use rustls::pki_types::CertificateDer;

/// Nobody has it (RFC 6761 §6.4), so that what is tried beside the server of a test fails at once.
const DOMAIN: &str = "example.invalid";
const FEATURES: &str = "<stream:features/>";

/// A server that the user set.
pub(super) fn to(
    domain: &str,
    url: &str,
    extra_roots: Vec<CertificateDer<'static>>,
) -> Destination {
    Destination {
        domain: domain.to_owned(),
        url: Some(url.to_owned()),
        proxy: Proxy::Direct,
        patient: false,
        location: None,
        extra_roots,
    }
}

/// What name servers say in a test.
struct Zone {
    direct: Result<Vec<Record>, String>,
    starttls: Result<Vec<Record>, String>,
}

impl Names for Zone {
    async fn srv(&self, service: &str, domain: &str) -> Result<Vec<Record>, String> {
        assert_eq!(domain, DOMAIN);
        match service {
            "_xmpps-client._tcp" => self.direct.clone(),
            "_xmpp-client._tcp" => self.starttls.clone(),
            other => panic!("{other}"),
        }
    }
}

fn at(priority: u16, port: u16) -> Record {
    Record {
        direct: false,
        priority,
        weight: 0,
        target: "localhost".to_owned(),
        port,
    }
}

async fn found_by(
    zone: Zone,
    roots: Vec<CertificateDer<'static>>,
) -> Result<Connected, SessionProblem> {
    let destination = Destination {
        url: None,
        ..to(DOMAIN, "", roots)
    };
    connect_by(&destination, &zone).await
}

#[tokio::test]
async fn tls_from_the_first_byte_asks_for_the_domain_and_for_xmpp() {
    let authority = authority();
    let (listener, port) = listening().await;
    let url = format!("xmpps://localhost:{port}");
    let shown = issued(&[DOMAIN], &authority, false);
    let destination = to(DOMAIN, &url, vec![authority.der().clone()]);
    let server = async {
        let mut client = accept(&listener)
            .await
            .secured(shown.with_alpn())
            .await
            .unwrap();
        client.hears("<stream:stream", ">").await;
        client.says(&format!("{HEADER}{FEATURES}")).await;
        (client.asked(), client.exported())
    };
    let client = async {
        let mut connected = connect(&destination).await.unwrap();
        open(&mut connected, DOMAIN).await.unwrap();
        connected
    };
    let (connected, (asked, exported)) = tokio::join!(client, server);
    assert_eq!(
        asked,
        (Some(DOMAIN.to_owned()), Some(b"xmpp-client".to_vec()))
    );
    let route = connected.route;
    assert_eq!(route.transport, TransportKind::DirectTls);
    assert_eq!((route.host.as_str(), route.port), ("localhost", port));
    let tls = route.tls.unwrap();
    assert_eq!(tls.version, "TLS 1.3");
    let bindings: Vec<_> = tls.bindings().collect();
    assert_eq!(bindings, [Binding::TlsExporter, Binding::TlsServerEndPoint]);
    let bound = tls.data(Binding::TlsExporter);
    assert_eq!(bound, Some(exported.as_slice()), "both ends see the same");
}

#[tokio::test]
async fn old_tls_is_bound_to_by_the_certificate_only() {
    let authority = authority();
    let (listener, port) = listening().await;
    let url = format!("xmpps://localhost:{port}");
    let shown = issued(&[DOMAIN], &authority, false).of_old();
    let destination = to(DOMAIN, &url, vec![authority.der().clone()]);
    let serve = async { accept(&listener).await.secured(shown).await.unwrap() };
    let (connected, _server) = tokio::join!(connect(&destination), serve);
    let tls = connected
        .unwrap_or_else(|problem| panic!("{problem}"))
        .route
        .tls
        .unwrap();
    assert_eq!(tls.version, "TLS 1.2");
    let bindings: Vec<_> = tls.bindings().collect();
    assert_eq!(bindings, [Binding::TlsServerEndPoint]);
}

#[tokio::test]
async fn tls_is_agreed_on_in_clear_and_nothing_else_is() {
    let authority = authority();
    let (listener, port) = listening().await;
    let url = format!("xmpp://localhost:{port}");
    let shown = issued(&[DOMAIN], &authority, false);
    let destination = to(DOMAIN, &url, vec![authority.der().clone()]);
    let server = async {
        let mut client = accept(&listener).await.agrees(shown).await.unwrap();
        client.hears("<stream:stream", ">").await;
        client.says(&format!("{HEADER}{FEATURES}")).await;
        client
    };
    let client = async {
        let mut connected = connect(&destination).await.unwrap();
        open(&mut connected, DOMAIN).await.unwrap();
        connected
    };
    let (connected, server) = tokio::join!(client, server);
    assert_eq!(server.asked(), (Some(DOMAIN.to_owned()), None));
    assert_eq!(connected.route.transport, TransportKind::StartTls);
    assert!(connected.route.tls.is_some());
}

/// How connecting to a server ends that says this in clear when it is asked for TLS.
async fn when_told(greeting: &str, answer: Option<&str>) -> (SessionProblem, String) {
    let authority = authority();
    let (listener, port) = listening().await;
    // A name that is not this computer's, so that TLS is a must; the record leads here.
    let zone = Zone {
        direct: Ok(Vec::new()),
        starttls: Ok(vec![at(1, port)]),
    };
    let server = async {
        let mut client = accept(&listener).await;
        let mut heard = client.hears("<stream:stream", ">").await;
        client.says(greeting).await;
        if let Some(answer) = answer {
            heard += &client.hears("<starttls", "/>").await;
            client.says(answer).await;
        }
        heard + &client.hears_all().await
    };
    let client = found_by(zone, vec![authority.der().clone()]);
    let (connected, heard) = tokio::join!(client, server);
    (connected.err().expect("no connection"), heard)
}

#[tokio::test]
async fn where_no_tls_is_offered_nothing_is_said() {
    let stripped = [
        format!("{HEADER}{FEATURES}"),
        format!(
            "{HEADER}<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>\
             <mechanism>PLAIN</mechanism></mechanisms></stream:features>"
        ),
        format!("{HEADER}<stream:features><starttls xmlns='urn:x'/></stream:features>"),
    ];
    for greeting in &stripped {
        let (problem, heard) = when_told(greeting, None).await;
        assert_eq!(problem, SessionProblem::NotEncrypted);
        assert!(!heard.contains("<auth"), "{heard}");
    }
    println!(
        "passwords sent: 0 of {} stripped offers of TLS",
        stripped.len()
    );
}

#[tokio::test]
async fn what_is_injected_before_tls_ends_the_attempt() {
    let injected = [
        "<message xmlns='jabber:client'/>",
        "<stream:features/>",
        HEADER,
        " ",
        "\n",
        "\u{16}\u{3}\u{3}",
        "<",
    ];
    let greeting = format!("{HEADER}{STARTTLS}");
    for more in injected {
        let answer = format!("{PROCEED}{more}");
        let (problem, heard) = when_told(&greeting, Some(&answer)).await;
        assert!(
            matches!(problem, SessionProblem::Protocol { .. }),
            "{more:?}: {problem:?}"
        );
        assert!(!heard.contains("<auth"), "{heard}");
    }
    for answer in [
        "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>",
        "<proceed xmlns='urn:x'/>",
        "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>",
        "</stream:stream>",
    ] {
        let (_, heard) = when_told(&greeting, Some(answer)).await;
        assert!(!heard.contains("<auth"), "{heard}");
    }
    println!(
        "injected words taken over into TLS: 0 of {}",
        injected.len()
    );
}

#[tokio::test]
async fn what_dns_says_gives_no_certificate_a_right() {
    let authority = authority();
    let names: [(&[&str], bool); 3] = [
        (&["localhost"], false),
        (&["xmpp.example.invalid", "*.example.invalid"], false),
        (&[DOMAIN], true),
    ];
    for direct in [true, false] {
        for (names, fits) in names {
            let (listener, port) = listening().await;
            let (one, other) = (Ok(vec![at(1, port)]), Ok(Vec::new()));
            let zone = match direct {
                true => Zone {
                    direct: one,
                    starttls: other,
                },
                false => Zone {
                    direct: other,
                    starttls: one,
                },
            };
            let shown = issued(names, &authority, false);
            let serve = async {
                let client = accept(&listener).await;
                match direct {
                    true => client.secured(shown).await,
                    false => client.agrees(shown).await,
                }
            };
            let client = found_by(zone, vec![authority.der().clone()]);
            let (connected, _server) = tokio::join!(client, serve);
            match connected {
                Ok(_) => assert!(fits, "{names:?}"),
                Err(SessionProblem::Certificate { domain, .. }) => {
                    assert!(!fits, "{names:?}");
                    assert_eq!(domain, DOMAIN);
                }
                Err(other) => panic!("{names:?}: {other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn what_was_tried_before_is_remembered_with_its_reason() {
    let authority = authority();
    let (gone, closed) = listening().await;
    drop(gone);
    let (odd, web) = listening().await;
    let (listener, port) = listening().await;
    let zone = Zone {
        direct: Ok(vec![at(1, closed), at(2, web)]),
        starttls: Ok(vec![at(3, port)]),
    };
    let shown = issued(&[DOMAIN], &authority, false);
    let servers = async {
        accept(&odd)
            .await
            .says("HTTP/1.1 400 Bad Request\r\n\r\n")
            .await;
        accept(&listener).await.agrees(shown).await.unwrap()
    };
    let client = found_by(zone, vec![authority.der().clone()]);
    let (connected, _server) = tokio::join!(client, servers);
    let route = connected
        .unwrap_or_else(|problem| panic!("{problem}"))
        .route;
    assert_eq!(route.port, port);
    let failed: Vec<_> = route
        .failed
        .iter()
        .map(|failed| failed.way.clone())
        .collect();
    assert_eq!(
        failed,
        [
            format!("xmpps://localhost:{closed}"),
            format!("xmpps://localhost:{web}")
        ]
    );
    assert!(matches!(
        route.failed[0].problem,
        SessionProblem::Unreachable { .. }
    ));
    assert!(matches!(
        route.failed[1].problem,
        SessionProblem::NotXmpp { .. }
    ));
}

#[tokio::test]
async fn a_silent_server_is_overtaken_by_the_next_and_remembered() {
    let authority = authority();
    let (_silent, mute) = listening().await;
    let (listener, port) = listening().await;
    let zone = Zone {
        direct: Ok(vec![at(1, mute)]),
        starttls: Ok(vec![at(2, port)]),
    };
    let shown = issued(&[DOMAIN], &authority, false);
    let serve = async { accept(&listener).await.agrees(shown).await.unwrap() };
    let client = found_by(zone, vec![authority.der().clone()]);
    let (connected, _server) = tokio::join!(client, serve);
    let route = connected
        .unwrap_or_else(|problem| panic!("{problem}"))
        .route;
    assert_eq!(route.port, port);
    assert_eq!(route.failed.len(), 1, "{:?}", route.failed);
    assert_eq!(route.failed[0].way, format!("xmpps://localhost:{mute}"));
}

#[tokio::test]
async fn where_the_stream_is_kept_is_asked_first_and_trusted_no_more() {
    let authority = authority();
    for (names, fits) in [([DOMAIN], true), (["localhost"], false)] {
        let (kept, there) = listening().await;
        let (listener, port) = listening().await;
        let zone = Zone {
            direct: Ok(Vec::new()),
            starttls: Ok(vec![at(1, port)]),
        };
        let destination = Destination {
            url: None,
            location: Some(format!("localhost:{there}")),
            ..to(DOMAIN, "", vec![authority.der().clone()])
        };
        let at_the_kept = issued(&names, &authority, false);
        let elsewhere = issued(&[DOMAIN], &authority, false);
        let servers = async {
            let one = accept(&kept).await.agrees(at_the_kept).await;
            match fits {
                true => (one, None),
                false => (one, Some(accept(&listener).await.agrees(elsewhere).await)),
            }
        };
        let (connected, _servers) = tokio::join!(connect_by(&destination, &zone), servers);
        let route = connected
            .unwrap_or_else(|problem| panic!("{problem}"))
            .route;
        assert_eq!(route.port, if fits { there } else { port });
    }
}

#[tokio::test]
async fn who_was_bound_to_the_channel_before_waits_for_tcp() {
    let authority = authority();
    let (listener, port) = listening().await;
    let zone = Zone {
        direct: Ok(vec![at(1, port)]),
        starttls: Ok(Vec::new()),
    };
    let destination = Destination {
        url: None,
        patient: true,
        ..to(DOMAIN, "", vec![authority.der().clone()])
    };
    let shown = issued(&[DOMAIN], &authority, false);
    let serve = async {
        let client = accept(&listener).await;
        // Longer than others wait before they try the next kind of way.
        tokio::time::sleep(std::time::Duration::from_secs(4)).await;
        client.secured(shown).await.unwrap()
    };
    let (connected, _server) = tokio::join!(connect_by(&destination, &zone), serve);
    let route = connected
        .unwrap_or_else(|problem| panic!("{problem}"))
        .route;
    assert_eq!((route.port, route.failed.len()), (port, 0));
}

#[tokio::test]
async fn when_every_way_fails_all_are_told() {
    let (gone, closed) = listening().await;
    drop(gone);
    let zone = Zone {
        direct: Err("the name server is mute".to_owned()),
        starttls: Ok(vec![at(1, closed)]),
    };
    match found_by(zone, Vec::new()).await.err() {
        Some(SessionProblem::Unreachable { detail }) => {
            for said in [
                "the name server is mute",
                &format!("xmpp://localhost:{closed}"),
                "host-meta",
                "wss://example.invalid:5443/ws",
            ] {
                assert!(detail.contains(said), "{said}: {detail}");
            }
            assert!(
                !detail.contains("xmpp://example.invalid:5222"),
                "it has a record"
            );
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn on_this_computer_a_server_without_tls_is_spoken_to() {
    let (listener, port) = listening().await;
    let url = format!("xmpp://127.0.0.1:{port}");
    let destination = to(DOMAIN, &url, Vec::new());
    let server = async {
        let mut asked = accept(&listener).await;
        asked.hears("<stream:stream", ">").await;
        asked.says(&format!("{HEADER}{FEATURES}")).await;
        let mut client = accept(&listener).await;
        client.hears("<stream:stream", ">").await;
        client.says(&format!("{HEADER}{FEATURES}")).await;
        client
    };
    let client = async {
        let mut connected = connect(&destination).await.unwrap();
        open(&mut connected, DOMAIN).await.unwrap();
        connected
    };
    let (connected, _server) = tokio::join!(client, server);
    assert!(connected.route.tls.is_none());
}

#[tokio::test]
async fn no_stream_is_made_with_a_certificate_that_does_not_fit() {
    let ours = authority();
    let theirs = authority();
    let shown: [(_, &[&str], _, _); 5] = [
        ("another name", &["evil.example"], true, false),
        ("a name below", &["xmpp.example.invalid"], true, false),
        ("a wildcard beside", &["*.example.invalid"], true, false),
        ("expired", &[DOMAIN, "localhost"], true, true),
        ("an unknown authority", &[DOMAIN, "localhost"], false, false),
    ];
    let mut made = 0;
    for scheme in ["xmpp", "xmpps"] {
        for (what, names, known, expired) in shown {
            let authority = if known { &ours } else { &theirs };
            let shown: Shown = issued(names, authority, expired);
            let (listener, port) = listening().await;
            let url = format!("{scheme}://localhost:{port}");
            let destination = to(DOMAIN, &url, vec![ours.der().clone()]);
            let serve = async {
                let client = accept(&listener).await;
                match scheme {
                    "xmpps" => client.secured(shown).await.is_ok(),
                    _ => client.agrees(shown).await.is_ok(),
                }
            };
            let (connected, secured) = tokio::join!(connect(&destination), serve);
            assert!(
                matches!(connected.err(), Some(SessionProblem::Certificate { .. })),
                "{what}"
            );
            made += usize::from(secured);
        }
    }
    assert_eq!(made, 0);
    println!("streams with a wrong certificate: 0 of {}", 2 * shown.len());
}
