//! Every way to a server with every certificate that does not fit, through the very code that an account connects by.
//!
//! The names are real ones, and lead nowhere: a proxy of the test's own is the whole internet.

use super::internet::{Internet, Zone, answers_http};
use super::issuing::{Authority, Shown, authority, issued, issued_as, self_signed};
use super::tcp_server::{accept, listening};
use crate::connect::{Destination, connect_by};
use crate::discovery::srv::Record;
use carillon_core::connection::Proxy;
use carillon_core::session::SessionProblem;
use rcgen::{DnType, ExtendedKeyUsagePurpose, date_time_ymd};

/// The account's domain.
const DOMAIN: &str = "example.invalid";
/// Where the server lives, or where somebody says that it does.
const HOST: &str = "xmpp.hosting.invalid";

/// By what the host became known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    UserWebSocket,
    UserTls,
    UserStartTls,
    RecordTls,
    RecordStartTls,
    /// XEP-0198 §5, `location`.
    Kept,
    /// XEP-0156, over verified HTTPS.
    HostMeta,
}

impl Way {
    const ALL: [Self; 7] = [
        Self::UserWebSocket,
        Self::UserTls,
        Self::UserStartTls,
        Self::RecordTls,
        Self::RecordStartTls,
        Self::Kept,
        Self::HostMeta,
    ];

    /// Who named the host may speak for the account.
    fn is_proven(self) -> bool {
        matches!(
            self,
            Self::UserWebSocket | Self::UserTls | Self::UserStartTls | Self::HostMeta
        )
    }

    fn begins_in_clear(self) -> bool {
        matches!(self, Self::UserStartTls | Self::RecordStartTls | Self::Kept)
    }

    fn port(self) -> u16 {
        match self {
            Self::UserWebSocket | Self::HostMeta => 443,
            Self::UserTls | Self::RecordTls => 5223,
            Self::UserStartTls | Self::RecordStartTls | Self::Kept => 5222,
        }
    }

    fn zone(self) -> Zone {
        let record = Record {
            direct: false,
            priority: 1,
            weight: 0,
            target: HOST.to_owned(),
            port: self.port(),
        };
        Zone {
            direct: Vec::from_iter((self == Self::RecordTls).then(|| record.clone())),
            starttls: Vec::from_iter((self == Self::RecordStartTls).then_some(record)),
        }
    }

    fn destination(self, internet: &Internet, ours: &Authority) -> Destination {
        let url = match self {
            Self::UserWebSocket => Some(format!("wss://{HOST}/ws")),
            Self::UserTls => Some(format!("xmpps://{HOST}")),
            Self::UserStartTls => Some(format!("xmpp://{HOST}")),
            _ => None,
        };
        Destination {
            domain: DOMAIN.to_owned(),
            url,
            proxy: Proxy::Url(internet.proxy()),
            patient: false,
            location: (self == Self::Kept).then(|| format!("{HOST}:5222")),
            extra_roots: vec![ours.der().clone()],
        }
    }
}

/// What the client makes of a server that shows this, and whether a secret could have been told it.
async fn met(way: Way, ours: &Authority, shown: Shown) -> (Result<(), SessionProblem>, bool) {
    let (listener, port) = listening().await;
    let mut places = vec![(HOST, way.port(), port)];
    let (web, web_port) = listening().await;
    if way == Way::HostMeta {
        places.push((DOMAIN, 443, web_port));
    }
    let internet = Internet::of(&places).await;
    let mut server = Box::pin(async {
        let client = accept(&listener).await;
        match way.begins_in_clear() {
            true => client.agrees(shown).await.is_ok(),
            false => client.secured(shown).await.is_ok(),
        }
    });
    let website = async {
        let body = format!(
            r#"{{"links":[{{"rel":"urn:xmpp:alt-connections:websocket","href":"wss://{HOST}/ws"}}]}}"#
        );
        loop {
            let shown = issued(&[DOMAIN], ours, false);
            answers_http(&web, shown, &body).await;
        }
    };
    let destination = way.destination(&internet, ours);
    let mut client = Box::pin(async {
        let zone = way.zone();
        let connected = tokio::select! {
            connected = connect_by(&destination, &zone) => connected,
            () = website, if way == Way::HostMeta => unreachable!("it serves for ever"),
        };
        connected.map(drop)
    });
    // Behind its TLS this server says nothing, and only a WebSocket waits for a word of it.
    let waits = way.port() == 443;
    tokio::select! {
        result = &mut client => (result, server.await),
        secured = &mut server => match secured && waits {
            true => (Ok(()), true),
            false => (client.await, secured),
        },
    }
}

fn wrong(ours: &Authority, theirs: &Authority) -> Vec<(&'static str, Shown)> {
    let both = &[DOMAIN, HOST][..];
    vec![
        ("another name", issued(&["evil.invalid"], ours, false)),
        (
            "a name below",
            issued(&["xmpp.example.invalid"], ours, false),
        ),
        (
            "a wildcard below",
            issued(&["*.example.invalid"], ours, false),
        ),
        (
            "a longer name",
            issued(&["example.invalid.evil.invalid"], ours, false),
        ),
        ("a part of the name", issued(&["ple.invalid"], ours, false)),
        (
            "an address",
            issued(&["127.0.0.1", "localhost"], ours, false),
        ),
        ("no name", issued(&[], ours, false)),
        (
            "the name where names were once",
            issued_as(&[], ours, |params| {
                params
                    .distinguished_name
                    .push(DnType::CommonName, DOMAIN.to_owned());
            }),
        ),
        ("expired", issued(both, ours, true)),
        (
            "not valid yet",
            issued_as(both, ours, |params| {
                params.not_before = date_time_ymd(2120, 1, 1);
                params.not_after = date_time_ymd(2121, 1, 1);
            }),
        ),
        (
            "for clients",
            issued_as(both, ours, |params| {
                params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
            }),
        ),
        ("self-signed", self_signed(DOMAIN)),
        ("self-signed for the host", self_signed(HOST)),
        ("an unknown authority", issued(both, theirs, false)),
    ]
}

async fn nobody_is_met_by(ways: &[Way]) {
    let (ours, theirs) = (authority(), authority());
    let mut tried = 0;
    let mut made = 0;
    for way in ways {
        let mut all = wrong(&ours, &theirs);
        if !way.is_proven() {
            // CVE-2022-24968: whoever may redirect must not be the one whose name is asked for.
            all.push(("the redirect's host", issued(&[HOST], &ours, false)));
        }
        for (what, shown) in all {
            let (result, secured) = met(*way, &ours, shown).await;
            assert!(
                matches!(result, Err(SessionProblem::Certificate { .. })),
                "{what}, {way:?}: {result:?}"
            );
            tried += 1;
            made += usize::from(secured);
        }
        // What fits is taken by the same way: the others were refused for what they are.
        let (result, secured) = met(*way, &ours, issued(&[DOMAIN], &ours, false)).await;
        assert_eq!((result, secured), (Ok(()), true), "{way:?}");
        if way.is_proven() {
            let (result, secured) = met(*way, &ours, issued(&[HOST], &ours, false)).await;
            assert_eq!((result, secured), (Ok(()), true), "{way:?}, the host");
        }
    }
    println!("connections made with a wrong certificate: {made} of {tried} by {ways:?}");
    assert_eq!(made, 0);
    assert!(tried >= 14 * ways.len(), "the table shrank");
}

#[tokio::test]
async fn whom_the_user_named_is_not_met_with_a_wrong_certificate() {
    nobody_is_met_by(&Way::ALL[..3]).await;
}

#[tokio::test]
async fn whom_dns_or_a_stream_named_is_not_met_with_a_wrong_certificate() {
    nobody_is_met_by(&Way::ALL[3..6]).await;
}

#[tokio::test]
async fn whom_host_meta_named_is_not_met_with_a_wrong_certificate() {
    nobody_is_met_by(&Way::ALL[6..]).await;
}
