//! Tokens that the server forgets with the account (XEP-0484).

use super::sasl2_server::{CHANNEL, ME_HERE, SASL2, Server, in_tls, named, offer, success};
use super::stage::Stage;
use super::tokens::{DEVICE, REFUSED, TOKEN, UNBOUND, all, bound_token, hash, mechanism, with};
use crate::device::Token;

/// What came of having the token forgotten, and all that the client said.
async fn revoked(token: Option<Token>, features: &str, answer: &str) -> (Option<bool>, String) {
    let (config, _) = with(token);
    let (stage, done) = Stage::revoking(in_tls(), config);
    let mut server = Server::new(stage);
    server.opens(features).await;
    if !answer.is_empty() {
        let request = server.hears().await;
        assert_eq!(mechanism(&request), "HT-SHA-256-EXPR");
        let fast = request.get_child("fast", "urn:xmpp:fast:0").unwrap();
        assert_eq!(fast.attr("invalidate"), Some("true"));
        assert_eq!(fast.attr("count"), Some("1"));
        let agent = request.get_child("user-agent", SASL2).unwrap();
        assert_eq!(agent.attr("id"), Some(DEVICE));
        assert!(!request.has_child("bind", "urn:xmpp:bind:0"));
        server.says(answer);
    }
    let words = server.stage.recv_text().await;
    assert!(words.starts_with("<close"), "{words}");
    (done.await.unwrap().ok(), server.stage.transcript)
}

#[tokio::test(start_paused = true)]
async fn a_token_is_forgotten_by_the_server_in_one_exchange_and_the_password_is_never_sent() {
    let right = success(Some(&hash("Responder", CHANNEL)), &named(ME_HERE), "");
    let wrong = success(Some(b"x"), &named(ME_HERE), "");
    let weaker = offer(UNBOUND, UNBOUND, "", &[]);
    let cases = [
        (Some(bound_token()), all(), right.as_str(), Some(true)),
        (Some(bound_token()), all(), REFUSED, Some(false)),
        (Some(bound_token()), all(), wrong.as_str(), None),
        (Some(bound_token()), weaker, "", Some(false)),
        (None, all(), "", Some(false)),
    ];
    for (token, features, answer, wanted) in cases {
        let (came, transcript) = revoked(token, &features, answer).await;
        assert_eq!(came, wanted, "{answer}");
        assert!(!transcript.contains("SCRAM"), "{transcript}");
        assert!(!transcript.contains(TOKEN), "{transcript}");
    }
}
