//! Authentication (RFC 6120 §6): by SCRAM, or by the password itself where the user allows it.

use super::mechanism::{Offer, Policy, choose};
use super::problem::sasl_problem;
use super::proof::Proof;
use super::scram::Scram;
use super::{stanza, unexpected};
use crate::config::{ConnectConfig, Secret};
use crate::ns;
use crate::stanza::Build;
use crate::transport::Transport;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use carillon_core::connection::Mechanism;
use carillon_core::session::SessionProblem;
use jid::BareJid;
use minidom::Element;
use zeroize::Zeroizing;

pub(super) async fn authenticate<T: Transport>(
    transport: &mut T,
    features: &Element,
    config: &ConnectConfig,
) -> Result<Proof, SessionProblem> {
    let offer = Offer::of(features);
    let policy = Policy {
        pinned: config.pinned,
        allow_plain: config.allow_plain,
    };
    let tls = transport.route().and_then(|route| route.tls.as_ref());
    let (mechanism, flag) = choose(&offer, tls, policy)?;
    if mechanism == Mechanism::Plain {
        return by_password(transport, &config.account, &config.password).await;
    }
    let scram = Scram::new(mechanism, flag, tls, config, nonce()?)?;
    by_scram(transport, scram, &offer).await
}

/// 144 bits, in letters that SCRAM allows (RFC 5802 §7, `printable`).
fn nonce() -> Result<String, SessionProblem> {
    let mut random = [0; 18];
    getrandom::fill(&mut random).map_err(|error| SessionProblem::Unreachable {
        detail: format!("this computer gives no random numbers: {error}"),
    })?;
    Ok(STANDARD.encode(random))
}

async fn by_scram<T: Transport>(
    transport: &mut T,
    scram: Scram,
    offer: &Offer,
) -> Result<Proof, SessionProblem> {
    let first = auth(scram.mechanism(), scram.first().as_bytes());
    transport.send(std::slice::from_ref(&first)).await?;

    let challenge = stanza(transport).await?;
    let challenge = match challenge.name() {
        "challenge" if challenge.has_ns(ns::SASL) => decoded(&challenge)?,
        "failure" if challenge.has_ns(ns::SASL) => return Err(sasl_problem(&challenge)),
        // A server that lets anybody in has proven nothing.
        "success" if challenge.has_ns(ns::SASL) => return Err(SessionProblem::ServerNotProven),
        _ => return Err(unexpected(&challenge, "a challenge")),
    };
    let proven = scram.prove(challenge, offer).await?;
    let response = Element::new_in(ns::SASL, "response").saying(&STANDARD.encode(&proven.last));
    transport.send(std::slice::from_ref(&response)).await?;

    let mut verified = false;
    loop {
        let answer = stanza(transport).await?;
        match answer.name() {
            "success" if answer.has_ns(ns::SASL) => {
                // With the proof inside, or after the proof came as a challenge of its own (RFC 6120 §6.4.6).
                if !verified {
                    proven.verify(&decoded(&answer)?)?;
                }
                return Ok(proven.proof);
            }
            "challenge" if answer.has_ns(ns::SASL) && !verified => {
                proven.verify(&decoded(&answer)?)?;
                verified = true;
                let empty = Element::new_in(ns::SASL, "response");
                transport.send(std::slice::from_ref(&empty)).await?;
            }
            "failure" if answer.has_ns(ns::SASL) => return Err(sasl_problem(&answer)),
            _ => return Err(unexpected(&answer, "the end of authentication")),
        }
    }
}

/// PLAIN (RFC 4616).
async fn by_password<T: Transport>(
    transport: &mut T,
    account: &BareJid,
    password: &Secret,
) -> Result<Proof, SessionProblem> {
    let node = account.node().map(|node| node.as_str()).unwrap_or_default();
    let message = Zeroizing::new(format!("\0{node}\0{}", *password.prepared()));
    let request = auth(Mechanism::Plain, message.as_bytes());
    transport.send(std::slice::from_ref(&request)).await?;
    let answer = stanza(transport).await?;
    match answer.name() {
        "success" if answer.has_ns(ns::SASL) => Ok(Proof {
            mechanism: Mechanism::Plain,
            binding: None,
            offer_confirmed: false,
        }),
        "failure" if answer.has_ns(ns::SASL) => Err(sasl_problem(&answer)),
        _ => Err(unexpected(&answer, "the end of authentication")),
    }
}

fn auth(mechanism: Mechanism, message: &[u8]) -> Element {
    Element::new_in(ns::SASL, "auth")
        .with("mechanism", mechanism.name())
        .saying(&STANDARD.encode(message))
}

fn decoded(element: &Element) -> Result<Vec<u8>, SessionProblem> {
    let text = element.text();
    // RFC 6120 §6.4.2: a lone "=" is data of length zero.
    if text == "=" {
        return Ok(Vec::new());
    }
    STANDARD
        .decode(text.trim())
        .map_err(|_| unexpected(element, "authentication data in Base64"))
}
