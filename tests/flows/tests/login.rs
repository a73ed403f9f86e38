//! Servers that would like to have the password, or a proof that they can work on, or be believed without one: by both
//! ways, through a real socket.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

use carillon_core::connection::Mechanism;
use carillon_core::session::SessionProblem;
use carillon_tests_flows::{First, Scene, Way};
use std::fmt::Write;

const SCRAM: &str = "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>\
    <mechanism>PLAIN</mechanism><mechanism>SCRAM-SHA-256</mechanism></mechanisms>";
const PASSWORD: &str = "wonderland";
/// `wonderland`, and as PLAIN has it, in Base64: with what could stand around it cut away.
const SECRETS: [&str; 4] = [PASSWORD, "d29uZGVybGFuZ", "b25kZXJsYW5k", "vbmRlcmxhbm"];

/// What the client still says, until it is gone.
async fn last_words(scene: &mut Scene) -> String {
    let mut words = String::new();
    loop {
        let element = scene.server.recv().await;
        let _ = write!(words, "{element:?}");
        if element.name() == "close" {
            return words;
        }
    }
}

fn gives_nothing_away(words: &str, what: &str) {
    for secret in SECRETS {
        assert!(!words.contains(secret), "{what}: {words}");
    }
    for word in ["\"auth\"", "\"authenticate\"", "\"response\""] {
        assert!(!words.contains(word), "{what}: {words}");
    }
}

/// The first messages of servers, made from the client's nonce: none gets a proof.
fn challenges(nonce: &str) -> Vec<String> {
    let mut all = Vec::new();
    for iterations in [
        "0",
        "1",
        "2",
        "100",
        "999",
        "0999",
        "-1",
        "+",
        "",
        "x",
        "4096x",
        "0x1000",
        "1e6",
        "10000001",
        "4294967295",
        "4294967296",
        "18446744073709551616",
        "99999999999999999999",
    ] {
        all.push(format!("r={nonce}s,s=cGVwcGVy,i={iterations}"));
    }
    for other in [
        String::new(),
        "x".to_owned(),
        nonce.to_owned(),
        format!("x{nonce}s"),
        nonce.chars().rev().collect(),
        nonce.to_uppercase() + "s",
        nonce.get(1..).unwrap_or_default().to_owned() + "s",
        format!(" {nonce}s"),
    ] {
        all.push(format!("r={other},s=cGVwcGVy,i=4096"));
    }
    for salt in ["", "=", "*", "cGVwcGVy=", "cGVwcGV"] {
        all.push(format!("r={nonce}s,s={salt},i=4096"));
    }
    let good = format!("r={nonce}s,s=cGVwcGVy,i=4096");
    for more in [
        ",i=1",
        ",i=4096",
        ",s=cGVwcGVy",
        ",m=x",
        ",r=x",
        ",h=AAAA,h=AAAA",
        ",h=",
        ",h=AAAA",
    ] {
        all.push(format!("{good}{more}"));
    }
    for order in [
        format!("m=x,{good}"),
        format!(",{good}"),
        format!("n,,{good}"),
        format!("s=cGVwcGVy,r={nonce}s,i=4096"),
        format!("i=4096,s=cGVwcGVy,r={nonce}s"),
        format!("r={nonce}s,i=4096,s=cGVwcGVy"),
        format!("r={nonce}s,s=cGVwcGVy"),
        format!("r={nonce}s"),
        good.to_uppercase(),
        good.replace(',', ";"),
        "v=AAAA".to_owned(),
        "e=other-error".to_owned(),
        String::new(),
    ] {
        all.push(order);
    }
    all
}

async fn who_asks_wrongly_gets_no_proof_by(way: Way) {
    let number = challenges("nonce").len();
    for at in 0..number {
        let mut scene = Scene::connected(way).await;
        scene.server.opens("example.org", SCRAM).await;
        let first = scene.server.first().await;
        let challenge = challenges(first.nonce()).remove(at);
        scene.server.send_sasl("challenge", &challenge).await;
        let words = last_words(&mut scene).await;
        gives_nothing_away(&words, &challenge);
        let end = scene.ends().await;
        assert!(
            matches!(
                end,
                Err(SessionProblem::NoSafeMechanism { .. }
                    | SessionProblem::ServerNotProven
                    | SessionProblem::Protocol { .. })
            ),
            "{challenge}: {end:?}"
        );
    }
    println!("proofs given to servers that ask wrongly: 0 of {number} by {way:?}");
    assert_eq!(number, 52);
}

#[tokio::test]
async fn who_asks_wrongly_gets_no_proof() {
    for way in Way::ALL {
        who_asks_wrongly_gets_no_proof_by(way).await;
    }
}

/// The last words of servers that do not know the password: the element, and what is in it.
fn last_proofs(first: &First, challenge: &str, last: &str) -> Vec<(&'static str, String)> {
    let (unproven, proof) = last.rsplit_once(",p=").unwrap();
    let right = first.signature(PASSWORD, challenge, unproven);
    let wrong = first.signature("looking-glass", challenge, unproven);
    let stale = first.signature(PASSWORD, &challenge.replace("server", "earlier"), unproven);
    let of_others = [
        wrong.clone(),
        stale,
        first.signature(PASSWORD, challenge, last),
        first.signature(PASSWORD, challenge, ""),
        proof.to_owned(),
        right.to_lowercase(),
        right.chars().rev().collect(),
        right.trim_end_matches('=').to_owned(),
        format!("{right}="),
        format!("{right}AAAA"),
        format!(" {right}"),
        right.get(4..).unwrap().to_owned(),
        "A".repeat(43) + "=",
        "=".to_owned(),
        String::new(),
    ];
    let mut all: Vec<_> = of_others
        .iter()
        .map(|signature| ("success", format!("v={signature}")))
        .collect();
    for text in [
        format!("v={wrong},v={right}"),
        format!("v={right},v={wrong}"),
        format!("x=1,v={right}"),
        format!(",v={right}"),
        format!("V={right}"),
        right.clone(),
        format!("e=other-error,v={right}"),
        "e=no-such-user".to_owned(),
        String::new(),
    ] {
        all.push(("success", text));
    }
    for text in [format!("v={wrong}"), format!("v={proof}"), String::new()] {
        all.push(("challenge", text));
    }
    all
}

async fn who_does_not_know_the_password_is_not_believed_by(way: Way) {
    let mut tried = 0;
    loop {
        let mut scene = Scene::connected(way).await;
        scene.server.opens("example.org", SCRAM).await;
        let first = scene.server.first().await;
        let challenge = first.challenge();
        scene.server.send_sasl("challenge", &challenge).await;
        let last = scene.server.proof().await;
        let all = last_proofs(&first, &challenge, &last);
        let Some((name, text)) = all.get(tried) else {
            break;
        };
        tried += 1;
        scene.server.send_sasl(name, text).await;
        // Who is not believed hears a good-bye; who is believed, the next step.
        let words = last_words(&mut scene).await;
        gives_nothing_away(&words, text);
        assert!(!words.contains("\"open\""), "{text}: {words}");
        assert_eq!(
            scene.ends().await,
            Err(SessionProblem::ServerNotProven),
            "{name} {text}"
        );
    }
    println!("servers believed without the password: 0 of {tried} by {way:?}");
    assert_eq!(tried, 27);
}

#[tokio::test]
async fn who_does_not_know_the_password_is_not_believed() {
    for way in Way::ALL {
        who_does_not_know_the_password_is_not_believed_by(way).await;
    }
}

/// What is offered, and what was used before. The user lets the password itself be sent, which counts inside TLS only.
const OFFERS: &[(&[&str], Option<Mechanism>)] = &[
    (&[], None),
    (&["PLAIN"], None),
    (&["LOGIN", "PLAIN", "CRAM-MD5", "DIGEST-MD5"], None),
    (&["ANONYMOUS", "EXTERNAL", "OAUTHBEARER"], None),
    (&["SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS"], None),
    (&["scram-sha-256", " SCRAM-SHA-256", "SCRAM-SHA-256 "], None),
    (&["SCRAM-MD5", "SCRAM-SHA-224", "SCRAM-SHA3-512"], None),
    (&["HT-SHA-256-NONE"], None),
    (&["PLAIN"], Some(Mechanism::Plain)),
    (&["PLAIN"], Some(Mechanism::ScramSha1)),
    (&["PLAIN", "SCRAM-SHA-1"], Some(Mechanism::ScramSha256)),
    (&["SCRAM-SHA-256"], Some(Mechanism::ScramSha512)),
    (
        &["SCRAM-SHA-1", "SCRAM-SHA-256"],
        Some(Mechanism::ScramSha512),
    ),
    (&["SCRAM-SHA-512"], Some(Mechanism::ScramSha1Plus)),
    (
        &["SCRAM-SHA-512", "SCRAM-SHA-256-PLUS"],
        Some(Mechanism::ScramSha256Plus),
    ),
    (&[], Some(Mechanism::ScramSha256)),
];

const BINDINGS: &str = "<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'>\
    <channel-binding type='tls-exporter'/></sasl-channel-binding>";

async fn a_stripped_offer_gets_no_password_by(way: Way) {
    let mut tried = 0;
    for (offer, pinned) in OFFERS {
        let list: String = offer
            .iter()
            .map(|name| format!("<mechanism>{name}</mechanism>"))
            .collect();
        let old =
            format!("<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>{list}</mechanisms>");
        let new = format!("<authentication xmlns='urn:xmpp:sasl:2'>{list}</authentication>");
        for features in [
            old.clone(),
            format!("{old}{BINDINGS}"),
            new.clone(),
            format!("{new}{old}{BINDINGS}"),
        ] {
            let mut scene = Scene::connected_as(way, |config| {
                config.pinned = *pinned;
                config.allow_plain = true;
            })
            .await;
            scene.server.opens("example.org", &features).await;
            let words = last_words(&mut scene).await;
            gives_nothing_away(&words, &features);
            let end = scene.ends().await;
            let refused = match pinned {
                None => matches!(end, Err(SessionProblem::NoSafeMechanism { .. })),
                Some(_) => matches!(end, Err(SessionProblem::Downgraded { .. })),
            };
            assert!(refused, "{features} after {pinned:?}: {end:?}");
            tried += 1;
        }
    }
    println!("passwords or proofs sent: 0 of {tried} stripped offers by {way:?}");
    assert_eq!(tried, 64);
}

#[tokio::test]
async fn a_stripped_offer_gets_no_password() {
    for way in Way::ALL {
        a_stripped_offer_gets_no_password_by(way).await;
    }
}
