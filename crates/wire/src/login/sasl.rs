//! Authentication (RFC 6120 §6) by SCRAM, and nothing else.

use super::problem::sasl_problem;
use super::scram::{Hash, Scram};
use super::{stanza, unexpected};
use crate::config::Secret;
use crate::ns;
use crate::stanza::Build;
use crate::transport::Transport;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use carillon_core::session::SessionProblem;
use jid::BareJid;
use minidom::Element;

pub(super) async fn authenticate<T: Transport>(
    transport: &mut T,
    features: &Element,
    account: &BareJid,
    password: &Secret,
) -> Result<(), SessionProblem> {
    let hash = strongest(features)?;
    let mut scram = Scram::new(hash, account, password)?;
    let first = Element::new_in(ns::SASL, "auth")
        .with("mechanism", hash.mechanism())
        .saying(&STANDARD.encode(scram.first()));
    transport.send(std::slice::from_ref(&first)).await?;

    let challenge = stanza(transport).await?;
    let challenge = match challenge.name() {
        "challenge" if challenge.has_ns(ns::SASL) => decoded(&challenge)?,
        "failure" if challenge.has_ns(ns::SASL) => return Err(sasl_problem(&challenge)),
        // A server that lets anybody in has proven nothing.
        "success" if challenge.has_ns(ns::SASL) => return Err(SessionProblem::ServerNotProven),
        _ => return Err(unexpected(&challenge, "a challenge")),
    };
    let (mut scram, proof) = scram.prove(challenge).await?;
    let response = Element::new_in(ns::SASL, "response").saying(&STANDARD.encode(proof));
    transport.send(std::slice::from_ref(&response)).await?;

    let mut proven = false;
    loop {
        let answer = stanza(transport).await?;
        match answer.name() {
            "success" if answer.has_ns(ns::SASL) => {
                // With the proof inside, or after the proof came as a challenge of its own (RFC 6120 §6.4.6).
                return if proven {
                    Ok(())
                } else {
                    scram.verify(&decoded(&answer)?)
                };
            }
            "challenge" if answer.has_ns(ns::SASL) && !proven => {
                scram.verify(&decoded(&answer)?)?;
                proven = true;
                let empty = Element::new_in(ns::SASL, "response");
                transport.send(std::slice::from_ref(&empty)).await?;
            }
            "failure" if answer.has_ns(ns::SASL) => return Err(sasl_problem(&answer)),
            _ => return Err(unexpected(&answer, "the end of authentication")),
        }
    }
}

fn strongest(features: &Element) -> Result<Hash, SessionProblem> {
    let offered: Vec<String> = features
        .get_child("mechanisms", ns::SASL)
        .into_iter()
        .flat_map(Element::children)
        .filter(|child| child.is("mechanism", ns::SASL))
        .map(Element::text)
        .collect();
    Hash::STRONGEST_FIRST
        .into_iter()
        .find(|hash| offered.iter().any(|name| name == hash.mechanism()))
        .ok_or_else(|| SessionProblem::NoSafeMechanism {
            offered: offered.join(", "),
        })
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
