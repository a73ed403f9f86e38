//! Tokens that stand for the password (XEP-0484).

use super::sasl2_server::{
    ALL_INLINE, BOUND, CHANNEL, ME_HERE, SASL2, Server, earlier, named, offer, success,
};
use super::stage::{Stage, config};
use crate::config::{ConnectConfig, Secret};
use crate::device::{Device, KeepToken, Token};
use crate::run::Earlier;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use carillon_core::connection::{Binding, Mechanism, TokenMechanism};
use carillon_core::session::{Incoming, Outgoing, SessionProblem};
use minidom::Element;
use sasl::common::scram::{ScramProvider, Sha256};
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub(super) const DEVICE: &str = "d4565fa7-4d72-4749-b3d3-740edbf87770";
pub(super) const TOKEN: &str = "secret-token:fast-1";
const NEXT: &str = "secret-token:fast-2";
pub(super) const BOUND_TOO: &[&str] = &["SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"];
pub(super) const UNBOUND: &[&str] = &["SCRAM-SHA-256"];
const EXPORTER: &[&str] = &["tls-exporter"];
pub(super) const REFUSED: &str = "<failure xmlns='urn:xmpp:sasl:2'>\
    <not-authorized xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/></failure>";

/// What was kept, the last at the end, and whether a token was sent since.
#[derive(Clone, Default)]
pub(super) struct Kept(Arc<Mutex<Vec<Option<String>>>>, Arc<AtomicBool>);

impl KeepToken for Kept {
    fn at_stake(&self) {
        self.1.store(true, Ordering::SeqCst);
    }

    fn keep(&self, token: Option<Token>) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let kept = token.map(|token| token.to_text().to_string());
        self.0.lock().unwrap().push(kept);
        self.1.store(false, Ordering::SeqCst);
        Box::pin(async {})
    }
}

impl Kept {
    fn is_at_stake(&self) -> bool {
        self.1.load(Ordering::SeqCst)
    }

    /// All that was kept, once there is something. Time is paused.
    async fn all(&self) -> Vec<Option<String>> {
        for _ in 0..1000 {
            if !self.0.lock().unwrap().is_empty() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        self.0.lock().unwrap().clone()
    }
}

fn token(mechanism: TokenMechanism, by: Mechanism) -> Token {
    Token {
        mechanism,
        by,
        uses: 0,
        secret: Secret::new(TOKEN.to_owned()),
    }
}

pub(super) fn bound_token() -> Token {
    token(TokenMechanism::Exporter, Mechanism::ScramSha256Plus)
}

pub(super) fn with(token: Option<Token>) -> (ConnectConfig, Kept) {
    let kept = Kept::default();
    let device = Device {
        id: DEVICE.to_owned(),
        token,
        keeper: Arc::new(kept.clone()),
    };
    let config = ConnectConfig {
        device: Some(device),
        ..config()
    };
    (config, kept)
}

fn inline(tokens: &[&str]) -> String {
    let one = |name: &&str| format!("<mechanism>{name}</mechanism>");
    let list: String = tokens.iter().map(one).collect();
    format!("{ALL_INLINE}<fast xmlns='urn:xmpp:fast:0'>{list}</fast>")
}

const ALL: &[&str] = &["HT-SHA-256-NONE", "HT-SHA-256-ENDP", "HT-SHA-256-EXPR"];

pub(super) fn all() -> String {
    offer(BOUND_TOO, BOUND_TOO, &inline(ALL), EXPORTER)
}

fn given(token: &str) -> String {
    format!("{BOUND}<token xmlns='urn:xmpp:fast:0' expiry='2030-01-01T00:00:00Z' token='{token}'/>")
}

pub(super) fn hash(who: &str, channel: &[u8]) -> Vec<u8> {
    let message = [who.as_bytes(), channel].concat();
    Sha256::hmac(&message, TOKEN.as_bytes()).unwrap()
}

pub(super) fn mechanism(request: &Element) -> &str {
    request.attr("mechanism").unwrap()
}

fn message(request: &Element) -> Vec<u8> {
    let data = request.get_child("initial-response", SASL2).unwrap();
    STANDARD.decode(data.text()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_token_is_asked_for_with_the_password_and_kept() {
    let (config, kept) = with(None);
    let mut server = Server::of(config, Earlier::default());
    server.opens(&all()).await;
    let (request, signature) = server.proves(SASL2, "").await;
    assert_eq!(mechanism(&request), "SCRAM-SHA-256-PLUS");
    let agent = request.get_child("user-agent", SASL2).unwrap();
    assert_eq!(agent.attr("id"), Some(DEVICE));
    let asked = request.get_child("request-token", "urn:xmpp:fast:0");
    assert_eq!(asked.map(mechanism), Some("HT-SHA-256-EXPR"));
    server.lets_in(signature.as_bytes(), ME_HERE, &given(TOKEN));
    let line = format!("HT-SHA-256-EXPR SCRAM-SHA-256-PLUS 0 {TOKEN}");
    assert_eq!(kept.all().await, [Some(line)]);
}

#[tokio::test(start_paused = true)]
async fn a_token_longer_than_any_is_not_kept() {
    for (length, is_kept) in [(4096, true), (4097, false)] {
        let (config, kept) = with(None);
        let mut server = Server::of(config, Earlier::default());
        server.opens(&all()).await;
        let (_, signature) = server.proves(SASL2, "").await;
        let token = "x".repeat(length);
        server.lets_in(signature.as_bytes(), ME_HERE, &given(&token));
        server.answers_first_requests().await;
        assert_eq!(!kept.all().await.is_empty(), is_kept, "{length}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_is_taken_only_from_who_has_proven_the_password() {
    for (data, identity) in [
        ("v=AAAA", ME_HERE),
        ("", ME_HERE),
        ("right", "eve@example.org/x"),
    ] {
        let (config, kept) = with(None);
        let mut server = Server::of(config, Earlier::default());
        server.opens(&all()).await;
        let (_, signature) = server.proves(SASL2, "").await;
        let data = if data == "right" { &signature } else { data };
        server.lets_in(data.as_bytes(), identity, &given(TOKEN));
        server.stage.ends().await.unwrap_err();
        assert_eq!(kept.all().await, []);
    }
}

#[tokio::test(start_paused = true)]
async fn who_comes_back_signs_in_by_token_in_one_exchange() {
    let (config, kept) = with(Some(bound_token()));
    let mut server = Server::of(config, Earlier::default());
    server.opens(&all()).await;
    let request = server.hears().await;
    assert_eq!(mechanism(&request), "HT-SHA-256-EXPR");
    let wanted = [b"alice\0".as_slice(), &hash("Initiator", CHANNEL)].concat();
    assert_eq!(message(&request), wanted);
    let fast = request.get_child("fast", "urn:xmpp:fast:0").unwrap();
    assert_eq!(fast.attr("count"), Some("1"));
    assert!(!request.has_child("request-token", "urn:xmpp:fast:0"));
    server.lets_in(&hash("Responder", CHANNEL), ME_HERE, BOUND);
    let Incoming::Connected(connection) = server.stage.told().await else {
        panic!("nothing is told of the connection");
    };
    assert_eq!(connection.token, Some(TokenMechanism::Exporter));
    assert_eq!(connection.mechanism, Mechanism::ScramSha256Plus);
    assert_eq!(connection.binding, Some(Binding::TlsExporter));
    server.answers_first_requests().await;
    assert!(matches!(server.stage.told().await, Incoming::Online { .. }));
    println!("round trips to Online: {} by token", server.trips);
    assert_eq!(server.trips, 3);
    assert!(!server.stage.transcript.contains(TOKEN));
    let line = format!("HT-SHA-256-EXPR SCRAM-SHA-256-PLUS 1 {TOKEN}");
    assert_eq!(kept.all().await, [Some(line)], "it was used once");
}

#[tokio::test(start_paused = true)]
async fn a_stream_goes_on_by_token_in_two_round_trips() {
    let (config, _) = with(Some(bound_token()));
    let mut server = Server::of(config, earlier());
    server.opens(&all()).await;
    assert!(server.hears().await.has_child("resume", "urn:xmpp:sm:3"));
    let resumed = "<resumed xmlns='urn:xmpp:sm:3' previd='before' h='2'/>";
    server.lets_in(&hash("Responder", CHANNEL), ME_HERE, resumed);
    println!(
        "round trips until a stream goes on: {} by token",
        server.trips
    );
    assert_eq!(server.trips, 2);
    while server.stage.told().await != Incoming::ReachedEarlier(2) {}
    server.stage.ask(Outgoing::EarlierSettled).await;
    server.answers_first_requests().await;
}

#[tokio::test(start_paused = true)]
async fn a_server_may_give_another_token_in_the_stead_of_the_one_that_was_used() {
    let (config, kept) = with(Some(bound_token()));
    let mut server = Server::of(config, Earlier::default());
    server.opens(&all()).await;
    server.hears().await;
    server.lets_in(&hash("Responder", CHANNEL), ME_HERE, &given(NEXT));
    let line = format!("HT-SHA-256-EXPR SCRAM-SHA-256-PLUS 0 {NEXT}");
    assert_eq!(kept.all().await, [Some(line)]);
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_forgotten_and_the_password_takes_its_place_silently() {
    let (config, kept) = with(Some(bound_token()));
    let mut server = Server::of(config, earlier());
    server.opens(&all()).await;
    server.hears().await;
    server.says(REFUSED);
    let (request, signature) = server.proves(SASL2, "").await;
    assert_eq!(mechanism(&request), "SCRAM-SHA-256-PLUS");
    assert!(!request.has_child("fast", "urn:xmpp:fast:0"));
    assert!(request.has_child("request-token", "urn:xmpp:fast:0"));
    assert!(request.has_child("resume", "urn:xmpp:sm:3"));
    server.lets_in(signature.as_bytes(), ME_HERE, BOUND);
    let told = server.stage.told().await;
    assert!(matches!(told, Incoming::Connected(connection) if connection.token.is_none()));
    assert_eq!(kept.all().await, [None]);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_password_is_final_behind_a_refused_token_too_and_a_server_s_quirk_is_not() {
    let answers = [
        ("not-authorized", true, "PasswordRefused"),
        ("invalid-mechanism", false, "Lost"),
    ];
    for (condition, last, kind) in answers {
        let (config, kept) = with(Some(bound_token()));
        let mut server = Server::of(config, Earlier::default());
        server.opens(&all()).await;
        server.hears().await;
        server.says(REFUSED);
        server.hears().await;
        server.says(&REFUSED.replace("not-authorized", condition));
        let problem = server.stage.ends().await.unwrap_err();
        assert!(format!("{problem:?}").starts_with(kind), "{problem:?}");
        assert_eq!(problem.is_final(), last);
        assert_eq!(kept.all().await, [None]);
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_failure_a_token_meets_the_password_comes_next_on_the_same_stream() {
    for condition in [
        "temporary-auth-failure",
        "account-disabled",
        "malformed-request",
        "credentials-expired",
    ] {
        let (config, kept) = with(Some(bound_token()));
        let mut server = Server::of(config, Earlier::default());
        server.opens(&all()).await;
        server.hears().await;
        assert!(kept.is_at_stake(), "{condition}");
        server.says(&REFUSED.replace("not-authorized", condition));
        let (request, signature) = server.proves(SASL2, "").await;
        assert_eq!(mechanism(&request), "SCRAM-SHA-256-PLUS", "{condition}");
        server.lets_in(signature.as_bytes(), ME_HERE, &given(NEXT));
        let line = format!("HT-SHA-256-EXPR SCRAM-SHA-256-PLUS 0 {NEXT}");
        assert_eq!(kept.all().await, [Some(line)], "{condition}");
        assert!(!kept.is_at_stake(), "{condition}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_without_a_verdict_stays_at_stake_and_ends_nothing_for_good() {
    let words = success(Some(b"x"), &named(ME_HERE), BOUND);
    let error = "<error xmlns='http://etherx.jabber.org/streams'>\
        <not-authorized xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></error>";
    let answers = [
        Some(error.to_owned()),
        Some("<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>".to_owned()),
        Some(words.replace("eA==", "no Base64!")),
        None,
    ];
    for answer in answers {
        let (config, kept) = with(Some(bound_token()));
        let mut server = Server::of(config, Earlier::default());
        server.opens(&all()).await;
        server.hears().await;
        if let Some(answer) = &answer {
            server.says(answer);
        }
        let problem = server.stage.ends().await.unwrap_err();
        assert!(!problem.is_final(), "{answer:?}: {problem:?}");
        assert_eq!(kept.all().await, [], "{answer:?}");
        assert!(kept.is_at_stake(), "{answer:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_is_believed_who_takes_a_token_without_knowing_it() {
    let me = named(ME_HERE);
    let right = hash("Responder", CHANNEL);
    let initiator = hash("Initiator", CHANNEL);
    let elsewhere = hash("Responder", b"another channel");
    let unbound = hash("Responder", b"");
    let challenge = format!("<challenge xmlns='{SASL2}'>AAAA</challenge>");
    let answers = [
        (success(None, &me, BOUND), true),
        (success(Some(b""), &me, BOUND), true),
        (success(Some(&[0; 32]), &me, BOUND), true),
        (success(Some(&right[..31]), &me, BOUND), true),
        (success(Some(&initiator), &me, &given(NEXT)), true),
        (success(Some(&elsewhere), &me, BOUND), true),
        (success(Some(&unbound), &me, BOUND), true),
        (success(Some(&right), "", BOUND), false),
        (
            success(Some(&right), &named("eve@example.org/x"), &given(NEXT)),
            false,
        ),
        (
            success(Some(&right), &named("alice@evil.example/x"), BOUND),
            false,
        ),
        (
            success(Some(&right), &named("alice@example.org"), BOUND),
            false,
        ),
        (challenge, false),
    ];
    let tried = answers.len();
    for (answer, unproven) in answers {
        let (config, kept) = with(Some(bound_token()));
        let mut server = Server::of(config, Earlier::default());
        server.opens(&all()).await;
        server.hears().await;
        server.says(&answer);
        let problem = server.stage.ends().await.unwrap_err();
        assert_eq!(
            problem == SessionProblem::ServerNotProven,
            unproven,
            "{answer}"
        );
        let (kept, kept_at_stake) = (kept.all().await, kept.is_at_stake());
        assert!(!format!("{kept:?}").contains(NEXT), "{answer}");
        assert_eq!(kept == [None], unproven, "{answer}");
        assert_eq!(kept_at_stake, kept.is_empty(), "{answer}");
    }
    println!("forged answers to a token accepted: 0 of {tried}");
}

/// By what the client signs in.
async fn taken(features: &str, token: Token, pinned: Option<Mechanism>, in_tls: bool) -> String {
    let (config, _) = with(Some(token));
    let config = ConnectConfig { pinned, ..config };
    let mut server = if in_tls {
        Server::of(config, Earlier::default())
    } else {
        Server::new(Stage::connected_with(config, 64))
    };
    server.opens(features).await;
    let request = server.hears().await;
    mechanism(&request).to_owned()
}

#[tokio::test(start_paused = true)]
async fn a_token_stands_for_no_more_than_the_password_would() {
    use Mechanism::{ScramSha1, ScramSha256, ScramSha256Plus};
    use TokenMechanism::{EndPoint, Exporter, Unbound};
    let unbound_offer = offer(UNBOUND, UNBOUND, &inline(ALL), &[]);
    let without = |tokens: &[&str]| offer(BOUND_TOO, BOUND_TOO, &inline(tokens), EXPORTER);
    let plus = Some(ScramSha256Plus);
    let (bound, hashed) = ("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256");
    let cases = [
        // Used where it is worth as much, which what is bound to nothing never is.
        (
            all(),
            token(Exporter, ScramSha256Plus),
            plus,
            true,
            "HT-SHA-256-EXPR",
        ),
        (
            unbound_offer.clone(),
            token(Unbound, ScramSha256),
            None,
            true,
            hashed,
        ),
        // Bound to nothing, where the password would be bound.
        (all(), token(Unbound, ScramSha256Plus), plus, true, bound),
        // Got by less than what is offered now.
        (all(), token(Exporter, ScramSha256), None, true, bound),
        (
            unbound_offer.clone(),
            token(Unbound, ScramSha1),
            None,
            true,
            hashed,
        ),
        // To what this link has not, or the server says that it has not.
        (all(), token(EndPoint, ScramSha256Plus), plus, true, bound),
        (
            unbound_offer.clone(),
            token(Exporter, ScramSha256),
            None,
            true,
            hashed,
        ),
        // Not offered any more, in clear, or without SASL2.
        (
            without(&["HT-SHA-256-NONE"]),
            token(Exporter, ScramSha256Plus),
            plus,
            true,
            bound,
        ),
        (
            without(&[]),
            token(Exporter, ScramSha256Plus),
            plus,
            true,
            bound,
        ),
        (
            unbound_offer,
            token(Unbound, ScramSha256),
            None,
            false,
            hashed,
        ),
        (
            offer(BOUND_TOO, &[], "", EXPORTER),
            token(Exporter, ScramSha256Plus),
            plus,
            true,
            bound,
        ),
    ];
    for (number, (features, token, pinned, in_tls, wanted)) in cases.into_iter().enumerate() {
        let by = taken(&features, token, pinned, in_tls).await;
        assert_eq!(by, wanted, "case {number}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_is_no_way_around_the_question_about_a_weaker_offer() {
    let (config, kept) = with(Some(bound_token()));
    let config = ConnectConfig {
        pinned: Some(Mechanism::ScramSha256Plus),
        ..config
    };
    let mut server = Server::of(config, Earlier::default());
    server
        .opens(&offer(UNBOUND, UNBOUND, &inline(ALL), EXPORTER))
        .await;
    let words = server.stage.recv_text().await;
    assert!(words.starts_with("<close"), "{words}");
    let problem = server.stage.ends().await.unwrap_err();
    assert!(matches!(problem, SessionProblem::Downgraded { .. }));
    assert_eq!(kept.all().await, []);
}
