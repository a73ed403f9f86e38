//! Signing in, and servers that do it badly.

use super::stage::{DOMAIN, FEATURES_BIND, FULL, PASSWORD, Stage, id};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use carillon_core::contact::{RosterItem, Subscription};
use carillon_core::session::{Incoming, ServerFeatures, SessionProblem};
use jid::{BareJid, FullJid};
use std::time::Duration;

#[tokio::test(start_paused = true)]
async fn a_login_asks_for_everything_at_once_and_tells_that_it_is_online() {
    let mut stage = Stage::connected();
    stage.signs_in().await;
    stage
        .expect(&format!(
            "<iq id='{}' to='{DOMAIN}' type='get'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>",
            id(1)
        ))
        .await;
    stage
        .expect(&format!(
            "<iq id='{}' type='get'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>",
            id(2)
        ))
        .await;
    stage
        .expect(&format!(
            "<iq id='{}' type='get'><query xmlns='jabber:iq:roster' ver=''/></iq>",
            id(3)
        ))
        .await;
    stage
        .expect(&format!(
            "<iq id='{}' type='set'><enable xmlns='urn:xmpp:carbons:2'/></iq>",
            id(4)
        ))
        .await;
    stage
        .expect(&format!(
            "<iq id='{}' type='get'><blocklist xmlns='urn:xmpp:blocking'/></iq>",
            id(5)
        ))
        .await;
    assert_eq!(stage.recv().await.name(), "presence");
    stage.nothing_written();
}

#[tokio::test(start_paused = true)]
async fn online_comes_first_and_then_roster_and_block_list() {
    let mut stage = Stage::connected();
    stage.signs_in().await;
    stage.answers_first_requests().await;
    let features = ServerFeatures {
        carbons: true,
        blocking: true,
        archive: true,
    };
    let jid = FullJid::new(FULL).unwrap();
    assert_eq!(stage.told().await, Incoming::Online { jid, features });
    let bob = RosterItem {
        jid: BareJid::new("bob@example.net").unwrap(),
        name: "Bob".to_owned(),
        groups: ["Friends".to_owned()].into(),
        subscription: Subscription::Both,
        ask: false,
    };
    let roster = Incoming::Roster {
        version: Some("v1".to_owned()),
        items: Some(vec![bob]),
    };
    assert_eq!(stage.told().await, roster);
    assert_eq!(stage.told().await, Incoming::BlockList(Vec::new()));
}

#[tokio::test(start_paused = true)]
async fn what_comes_before_the_features_waits_for_online() {
    let mut stage = Stage::connected();
    stage.signs_in().await;
    stage.send("<message from='bob@example.net/x' type='chat'><body>early</body></message>");
    stage.answers_first_requests().await;
    assert!(matches!(stage.told().await, Incoming::Online { .. }));
    assert!(matches!(stage.told().await, Incoming::Message(_)));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_says_nothing_of_its_features_is_used_without_them() {
    let mut stage = Stage::connected();
    stage.signs_in().await;
    let features = ServerFeatures::default();
    let jid = FullJid::new(FULL).unwrap();
    assert_eq!(stage.told().await, Incoming::Online { jid, features });
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_slow_to_say_what_it_offers_is_used_with_it() {
    let mut stage = Stage::connected();
    stage.signs_in().await;
    tokio::time::sleep(Duration::from_secs(14)).await;
    stage.answers_first_requests().await;
    let Incoming::Online { features, .. } = stage.told().await else {
        panic!("it is online first");
    };
    assert!(features.archive, "what was missed lies there");
}

#[tokio::test(start_paused = true)]
async fn a_wrong_password_is_final() {
    let mut stage = Stage::connected();
    stage.opens_for_login().await;
    stage.proves().await;
    stage.send("<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/></failure>");
    let problem = stage.ends().await.unwrap_err();
    assert_eq!(problem, SessionProblem::PasswordRefused);
    assert!(problem.is_final());
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_know_the_password_is_not_believed() {
    let forged = STANDARD.encode([0_u8; 32]);
    let last_words = [
        format!("v={forged}"),
        "v=".to_owned(),
        String::new(),
        "e=other-error".to_owned(),
        format!("x=1,v={forged}"),
    ];
    for last in last_words {
        let mut stage = Stage::connected();
        stage.opens_for_login().await;
        stage.proves().await;
        stage.send_sasl("success", &last);
        assert_eq!(
            stage.ends().await,
            Err(SessionProblem::ServerNotProven),
            "{last}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_right_signature_after_a_wrong_one_proves_nothing() {
    let mut stage = Stage::connected();
    stage.opens_for_login().await;
    let signature = stage.proves().await;
    let wrong = STANDARD.encode([0_u8; 32]);
    stage.send_sasl("success", &format!("v={wrong},v={signature}"));
    assert_eq!(stage.ends().await, Err(SessionProblem::ServerNotProven));
}

#[tokio::test(start_paused = true)]
async fn the_signature_may_come_as_a_challenge_of_its_own() {
    let mut stage = Stage::connected();
    stage.opens_for_login().await;
    let signature = stage.proves().await;
    stage.send_sasl("challenge", &format!("v={signature}"));
    assert_eq!(stage.recv().await.name(), "response");
    stage.send("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
    stage.opens(FEATURES_BIND).await;
    assert_eq!(stage.recv().await.name(), "iq");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_asks_for_no_proof_has_given_none() {
    let mut stage = Stage::connected();
    stage.opens_for_login().await;
    stage.recv_auth().await;
    stage.send("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
    assert_eq!(stage.ends().await, Err(SessionProblem::ServerNotProven));
}

async fn after_challenge(challenge: impl Fn(&str) -> String) -> SessionProblem {
    let mut stage = Stage::connected();
    stage.opens_for_login().await;
    let (_, first) = stage.recv_auth().await;
    stage.send_sasl("challenge", &challenge(first.split_once(",r=").unwrap().1));
    let end = stage.ends();
    end.await.unwrap_err()
}

#[tokio::test(start_paused = true)]
async fn hostile_challenges_get_no_proof() {
    let nonces = [
        after_challenge(|_| "r=other,s=cGVwcGVy,i=4096".to_owned()).await,
        after_challenge(|nonce| format!("r={nonce},s=cGVwcGVy,i=4096")).await,
        after_challenge(|nonce| format!("r=x{nonce}y,s=cGVwcGVy,i=4096")).await,
    ];
    for problem in nonces {
        assert_eq!(problem, SessionProblem::ServerNotProven);
    }
    let weak = after_challenge(|nonce| format!("r={nonce}s,s=cGVwcGVy,i=999")).await;
    assert!(
        matches!(weak, SessionProblem::NoSafeMechanism { .. }),
        "{weak:?}"
    );
    let malformed = [
        after_challenge(|nonce| format!("r={nonce}s,s=cGVwcGVy,i=10000001")).await,
        after_challenge(|nonce| format!("r={nonce}s,s=cGVwcGVy,i=99999999999")).await,
        after_challenge(|nonce| format!("r={nonce}s,s=cGVwcGVy,i=-1")).await,
        after_challenge(|nonce| format!("r={nonce}s,s=,i=4096")).await,
        after_challenge(|nonce| format!("r={nonce}s,s=cGVwcGVy,i=4096,i=1")).await,
        after_challenge(|nonce| format!("m=x,r={nonce}s,s=cGVwcGVy,i=4096")).await,
        after_challenge(|nonce| format!("r={nonce}s,s=cGVwcGVy,i=4096,m=x")).await,
        after_challenge(|nonce| format!("s=cGVwcGVy,r={nonce}s,i=4096")).await,
        after_challenge(|_| String::new()).await,
    ];
    for problem in malformed {
        assert!(
            matches!(problem, SessionProblem::Protocol { .. }),
            "{problem:?}"
        );
    }
}

fn offering(mechanisms: &[&str]) -> String {
    let list: String = mechanisms
        .iter()
        .map(|m| format!("<mechanism>{m}</mechanism>"))
        .collect();
    format!(
        "<features xmlns='http://etherx.jabber.org/streams'><mechanisms \
         xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>{list}</mechanisms></features>"
    )
}

#[tokio::test(start_paused = true)]
async fn the_password_is_never_sent_even_if_nothing_else_is_offered() {
    let unsafe_offers: [&[&str]; 5] = [
        &["PLAIN"],
        &["PLAIN", "DIGEST-MD5", "CRAM-MD5", "ANONYMOUS", "EXTERNAL"],
        &["SCRAM-SHA-256-PLUS"],
        &["scram-sha-256", "SCRAM-MD5"],
        &[],
    ];
    let tried = unsafe_offers.len();
    for offer in unsafe_offers {
        let mut stage = Stage::connected();
        stage.opens(&offering(offer)).await;
        let words = stage.recv_text().await;
        assert!(words.starts_with("<close"), "{words}");
        assert!(!stage.transcript.contains(&STANDARD.encode(PASSWORD)));
        let problem = stage.ends().await.unwrap_err();
        assert!(
            matches!(problem, SessionProblem::NoSafeMechanism { .. }),
            "{problem:?}"
        );
    }
    println!("passwords sent: 0 of {tried} stripped offers");
}

#[tokio::test(start_paused = true)]
async fn the_strongest_mechanism_is_taken_whatever_the_order() {
    let offers = [
        (vec!["SCRAM-SHA-1"], "SCRAM-SHA-1"),
        (
            vec!["SCRAM-SHA-1", "SCRAM-SHA-256", "PLAIN"],
            "SCRAM-SHA-256",
        ),
        (
            vec!["SCRAM-SHA-512", "SCRAM-SHA-256", "SCRAM-SHA-1"],
            "SCRAM-SHA-512",
        ),
        (
            vec!["SCRAM-SHA-1", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-512"],
            "SCRAM-SHA-512",
        ),
    ];
    for (offer, taken) in offers {
        let mut stage = Stage::connected();
        stage.opens(&offering(&offer)).await;
        assert_eq!(stage.recv_auth().await.0, taken);
    }
}

#[tokio::test(start_paused = true)]
async fn neither_the_password_nor_anything_like_it_is_written() {
    let mut stage = Stage::connected();
    stage.signs_in().await;
    stage.answers_first_requests().await;
    assert!(!stage.transcript.contains(PASSWORD));
    assert!(!stage.transcript.contains(&STANDARD.encode(PASSWORD)));
    assert!(!format!("{:?}", super::stage::config()).contains("wonder"));
}

#[tokio::test(start_paused = true)]
async fn only_the_own_address_is_bound() {
    for stranger in [
        "mallory@example.org/x",
        "alice@evil.example/x",
        "alice@example.org",
        "",
    ] {
        let mut stage = Stage::connected();
        stage.authenticates().await;
        stage.opens(FEATURES_BIND).await;
        stage.recv().await;
        stage.send(&format!(
            "<iq type='result' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>\
             <jid>{stranger}</jid></bind></iq>"
        ));
        let problem = stage.ends().await.unwrap_err();
        assert!(
            matches!(problem, SessionProblem::Protocol { .. }),
            "{stranger}: {problem:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn refusals_are_told_apart() {
    let failures = [
        ("account-disabled", "AccountRefused"),
        ("credentials-expired", "AccountRefused"),
        ("temporary-auth-failure", "Lost"),
        ("invalid-mechanism", "NoSafeMechanism"),
        ("not-authorized", "PasswordRefused"),
        ("malformed-request", "Protocol"),
    ];
    for (condition, kind) in failures {
        let mut stage = Stage::connected();
        stage.opens_for_login().await;
        stage.recv_auth().await;
        stage.send(&format!(
            "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><{condition}/><text>words</text></failure>"
        ));
        let problem = format!("{:?}", stage.ends().await.unwrap_err());
        assert!(problem.starts_with(kind), "{condition}: {problem}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_server_is_given_up() {
    let mut stage = Stage::connected();
    stage.recv_text().await;
    let begun = tokio::time::Instant::now();
    let problem = stage.ends().await.unwrap_err();
    assert!(
        matches!(problem, SessionProblem::Lost { .. }),
        "{problem:?}"
    );
    assert_eq!(begun.elapsed().as_secs(), 30);
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_goes_away_ends_the_login() {
    let mut stage = Stage::connected();
    stage.recv_text().await;
    let (_, gone) = tokio::sync::mpsc::channel(1);
    stage.incoming = gone;
    assert_eq!(stage.ends().await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn carbons_that_are_announced_and_refused_do_not_come() {
    let mut stage = Stage::connected();
    stage.signs_in().await;
    for (number, kind, from, payload) in [
        (
            1,
            "result",
            " from='example.org'",
            "<query xmlns='http://jabber.org/protocol/disco#info'><feature var='urn:xmpp:carbons:2'/></query>",
        ),
        (
            2,
            "result",
            "",
            "<query xmlns='http://jabber.org/protocol/disco#info'><feature var='urn:xmpp:mam:2'/></query>",
        ),
        (4, "error", "", ""),
    ] {
        let id = id(number);
        stage.send(&format!("<iq type='{kind}' id='{id}'{from}>{payload}</iq>"));
    }
    let features = ServerFeatures {
        archive: true,
        ..ServerFeatures::default()
    };
    let jid = FullJid::new(FULL).unwrap();
    assert_eq!(stage.told().await, Incoming::Online { jid, features });
}
