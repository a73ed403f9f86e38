//! Servers that would like to send a client elsewhere, and addresses that would lead it out of TLS.

use super::internet::{Internet, Zone, answers_http};
use super::issuing::{Authority, authority, issued};
use super::stage::config;
use super::tcp_server::{HEADER, accept, listening};
use crate::config::ConnectConfig;
use crate::connect::{Destination, connect_by};
use crate::run::run;
use carillon_core::connection::Proxy;
use carillon_core::session::SessionProblem;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;

const DOMAIN: &str = "example.org";
const HOST: &str = "xmpp.example.org";
const ELSEWHERE: &str = "elsewhere.example.net";
/// Wherever the client could be sent: on these ports of it somebody waits whose certificate would fit.
const PORTS: [u16; 4] = [443, 5222, 5223, 80];

/// All that a client says to a server on `HOST` that answers its first words with this, and how that ends.
async fn sent_away(
    scheme: &str,
    answer: &str,
    ours: &Authority,
) -> (SessionProblem, String, Vec<String>) {
    let (listener, port) = listening().await;
    let (trap, trap_port) = listening().await;
    let mut places = vec![(HOST, 443, port), (HOST, 5222, port), (HOST, 5223, port)];
    places.extend(PORTS.map(|port| (ELSEWHERE, port, trap_port)));
    let internet = Internet::of(&places).await;
    let config = ConnectConfig {
        url: Some(format!("{scheme}://{HOST}")),
        proxy: Proxy::Url(internet.proxy()),
        extra_roots: vec![ours.der().clone()],
        ..config()
    };
    let server = Box::pin(async {
        let shown = issued(&[DOMAIN, HOST], ours, false);
        let client = accept(&listener).await;
        let client = match scheme {
            "xmpp" => client.agrees(shown).await,
            _ => client.secured(shown).await,
        };
        let mut link = client.expect("the certificate fits").into_link();
        let mut buffer = [0; 4096];
        let mut heard = Vec::new();
        let _ = link.read(&mut buffer).await;
        let _ = link.write_all(answer.as_bytes()).await;
        while let Ok(count @ 1..) = link.read(&mut buffer).await {
            heard.extend_from_slice(&buffer[..count]);
        }
        String::from_utf8_lossy(&heard).into_owned()
    });
    let (_keep, outgoing) = mpsc::channel(1);
    let (incoming, _told) = mpsc::channel(8);
    let (end, heard) = tokio::join!(Box::pin(run(config, outgoing, incoming)), server);
    let followed = tokio::time::timeout(std::time::Duration::ZERO, trap.accept()).await;
    assert!(followed.is_err(), "{scheme}, {answer}");
    (end.expect_err("it is no session"), heard, internet.asked())
}

#[tokio::test]
async fn nobody_is_followed_elsewhere_whatever_his_certificate() {
    let ours = authority();
    let mut answers = Vec::new();
    for status in [300, 301, 302, 303, 305, 307, 308] {
        for scheme in ["wss", "https", "ws", "http"] {
            answers.push((
                "wss",
                format!(
                    "HTTP/1.1 {status} Gone\r\nlocation: {scheme}://{ELSEWHERE}/ws\r\n\
                     content-length: 0\r\n\r\n"
                ),
            ));
        }
    }
    answers.push((
        "wss",
        format!(
            "HTTP/1.1 200 OK\r\nrefresh: 0; url=wss://{ELSEWHERE}/\r\ncontent-length: 0\r\n\r\n"
        ),
    ));
    let header = HEADER;
    for scheme in ["xmpps", "xmpp"] {
        for host in [
            ELSEWHERE.to_owned(),
            format!("{ELSEWHERE}:5222"),
            format!("{ELSEWHERE}:443"),
            format!("xmpps://{ELSEWHERE}"),
        ] {
            let error = format!(
                "<stream:error><see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>{host}\
                 </see-other-host></stream:error></stream:stream>"
            );
            answers.push((scheme, format!("{header}{error}")));
        }
    }
    for (scheme, answer) in &answers {
        let (end, heard, asked) = sent_away(scheme, answer, &ours).await;
        assert!(
            !asked.iter().any(|one| one.contains(ELSEWHERE)),
            "{asked:?}"
        );
        assert_eq!(asked.len(), 1, "nor was anybody else: {asked:?}");
        assert!(
            matches!(
                end,
                SessionProblem::NotXmpp { .. } | SessionProblem::Lost { .. }
            ),
            "{answer}: {end:?}"
        );
        assert!(!heard.contains("<auth"), "{heard}");
    }
    println!("redirects followed: 0 of {}", answers.len());
    assert_eq!(answers.len(), 37);
}

/// What host-meta says of ways without TLS is not even tried, and host-meta itself is asked for inside TLS only.
#[tokio::test]
async fn no_way_in_clear_is_taken_because_the_web_says_so() {
    let ours = authority();
    let (web, web_port) = listening().await;
    let (trap, trap_port) = listening().await;
    let internet = Internet::of(&[
        (DOMAIN, 443, web_port),
        (DOMAIN, 80, trap_port),
        (ELSEWHERE, 80, trap_port),
        (ELSEWHERE, 5280, trap_port),
    ])
    .await;
    let named = [
        format!("ws://{ELSEWHERE}/ws"),
        format!("ws://{ELSEWHERE}:5280/ws"),
        format!("ws://{DOMAIN}/ws"),
        format!("ws://127.0.0.1:{trap_port}/ws"),
        format!("ws://localhost:{trap_port}/ws"),
        format!("ws://[::1]:{trap_port}/ws"),
        format!("http://{ELSEWHERE}/ws"),
        format!("xmpp://127.0.0.1:{trap_port}"),
        format!("127.0.0.1:{trap_port}"),
        format!("wss://me:password@{ELSEWHERE}:80/ws"),
    ];
    let links: Vec<String> = named
        .iter()
        .map(|href| format!(r#"{{"rel":"urn:xmpp:alt-connections:websocket","href":"{href}"}}"#))
        .collect();
    let body = format!(r#"{{"links":[{}]}}"#, links.join(","));
    let serving = async {
        loop {
            answers_http(&web, issued(&[DOMAIN], &ours, false), &body).await;
        }
    };
    let destination = Destination {
        domain: DOMAIN.to_owned(),
        url: None,
        proxy: Proxy::Url(internet.proxy()),
        patient: false,
        location: Some(format!("{ELSEWHERE}:80")),
        extra_roots: vec![ours.der().clone()],
    };
    let zone = Zone {
        direct: Vec::new(),
        starttls: Vec::new(),
    };
    // Where a stream is said to be kept, nothing is said without TLS but the wish for it.
    let kept = async {
        let mut client = accept(&trap).await;
        client.hears("<stream:stream", ">").await;
        client.says(&format!("{HEADER}<stream:features/>")).await;
        client.hears_all().await
    };
    let client = async {
        tokio::select! {
            connected = connect_by(&destination, &zone) => connected.map(drop),
            () = serving => unreachable!("it serves for ever"),
        }
    };
    let (end, heard) = tokio::join!(client, kept);
    assert!(end.is_err(), "{end:?}");
    assert!(!heard.contains("<auth"), "{heard}");
    let again = tokio::time::timeout(std::time::Duration::ZERO, trap.accept()).await;
    assert!(again.is_err(), "a way in clear was taken");
    let asked = internet.asked();
    assert!(asked.contains(&format!("{DOMAIN}:443")), "{asked:?}");
    assert!(!asked.contains(&format!("{DOMAIN}:80")), "{asked:?}");
    assert!(!asked.iter().any(|one| one.contains("5280")), "{asked:?}");
    println!("ways in clear taken: 0 of {}", named.len() + 1);
}
