//! Authentication by the password: by SCRAM, or by the password itself where the user allows it. The exchange is the
//! same in the words of RFC 6120 §6 and in those of SASL2 (XEP-0388).

use super::mechanism::{Flag, Offer};
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

/// The elements that carry SASL.
pub(super) enum Words {
    /// RFC 6120 §6.4.
    Rfc6120,
    /// XEP-0388, with what is asked for in the same breath.
    Sasl2(Vec<Element>),
}

/// What the server says in an exchange.
pub(super) enum Heard {
    Challenge(Vec<u8>),
    Success {
        /// Empty also when there is none.
        data: Vec<u8>,
        element: Element,
    },
    Failure(SessionProblem),
}

impl Words {
    const fn namespace(&self) -> &'static str {
        match self {
            Self::Rfc6120 => ns::SASL,
            Self::Sasl2(_) => ns::SASL2,
        }
    }

    pub(super) fn begin(&self, mechanism: &str, message: &[u8]) -> Element {
        let message = Zeroizing::new(STANDARD.encode(message));
        match self {
            Self::Rfc6120 => Element::new_in(ns::SASL, "auth")
                .with("mechanism", mechanism)
                .saying(&message),
            Self::Sasl2(requests) => requests.iter().cloned().fold(
                Element::new_in(ns::SASL2, "authenticate")
                    .with("mechanism", mechanism)
                    .holding_text("initial-response", &message),
                Element::holding,
            ),
        }
    }

    fn response(&self, message: &str) -> Element {
        Element::new_in(self.namespace(), "response").saying(&STANDARD.encode(message))
    }

    pub(super) async fn hear<T: Transport>(
        &self,
        transport: &mut T,
    ) -> Result<Heard, SessionProblem> {
        let element = stanza(transport).await?;
        if !element.has_ns(self.namespace()) {
            return Err(unexpected(&element, "a step of authentication"));
        }
        match (element.name(), self) {
            ("challenge", _) => Ok(Heard::Challenge(decoded(&element)?)),
            ("success", Self::Rfc6120) => Ok(Heard::Success {
                data: decoded(&element)?,
                element,
            }),
            ("success", Self::Sasl2(_)) => Ok(Heard::Success {
                data: match element.get_child("additional-data", ns::SASL2) {
                    Some(data) => decoded(data)?,
                    None => Vec::new(),
                },
                element,
            }),
            ("failure", _) => Ok(Heard::Failure(sasl_problem(&element))),
            // A second factor, or a new password (XEP-0388 §2.6.3).
            ("continue", Self::Sasl2(_)) => Ok(Heard::Failure(SessionProblem::AccountRefused {
                detail: "the server asks for more than a password".to_owned(),
            })),
            _ => Err(unexpected(&element, "a step of authentication")),
        }
    }
}

/// Proves that the password is known here, and that the server knows it where the mechanism tells. With the element
/// by which the server let us in.
pub(super) async fn authenticate<T: Transport>(
    transport: &mut T,
    words: &Words,
    offer: &Offer,
    (mechanism, flag): (Mechanism, Flag),
    config: &ConnectConfig,
) -> Result<(Proof, Element), SessionProblem> {
    if mechanism == Mechanism::Plain {
        return by_password(transport, words, &config.account, &config.password).await;
    }
    let tls = transport.route().and_then(|route| route.tls.as_ref());
    let scram = Scram::new(mechanism, flag, tls, config, nonce()?)?;
    by_scram(transport, words, scram, offer).await
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
    words: &Words,
    scram: Scram,
    offer: &Offer,
) -> Result<(Proof, Element), SessionProblem> {
    let first = words.begin(scram.mechanism().name(), scram.first().as_bytes());
    transport.send(std::slice::from_ref(&first)).await?;
    let challenge = match words.hear(transport).await? {
        Heard::Challenge(challenge) => challenge,
        Heard::Failure(problem) => return Err(problem),
        // A server that lets anybody in has proven nothing.
        Heard::Success { .. } => return Err(SessionProblem::ServerNotProven),
    };
    let proven = scram.prove(challenge, offer).await?;
    let response = words.response(&proven.last);
    transport.send(std::slice::from_ref(&response)).await?;

    let mut verified = false;
    loop {
        match words.hear(transport).await? {
            Heard::Success { data, element } => {
                // With the proof inside, or after the proof came as a challenge of its own (RFC 6120 §6.4.6).
                if !verified {
                    proven.verify(&data)?;
                }
                return Ok((proven.proof, element));
            }
            Heard::Challenge(data) if !verified => {
                proven.verify(&data)?;
                verified = true;
                let empty = words.response("");
                transport.send(std::slice::from_ref(&empty)).await?;
            }
            Heard::Challenge(_) => {
                return Err(SessionProblem::Protocol {
                    detail: "a challenge after the end of authentication".to_owned(),
                });
            }
            Heard::Failure(problem) => return Err(problem),
        }
    }
}

/// PLAIN (RFC 4616).
async fn by_password<T: Transport>(
    transport: &mut T,
    words: &Words,
    account: &BareJid,
    password: &Secret,
) -> Result<(Proof, Element), SessionProblem> {
    let node = account.node().map(|node| node.as_str()).unwrap_or_default();
    let message = Zeroizing::new(format!("\0{node}\0{}", *password.prepared()));
    let request = words.begin(Mechanism::Plain.name(), message.as_bytes());
    transport.send(std::slice::from_ref(&request)).await?;
    match words.hear(transport).await? {
        Heard::Success { element, .. } => {
            let proof = Proof {
                mechanism: Mechanism::Plain,
                token: None,
                binding: None,
                offer_confirmed: false,
            };
            Ok((proof, element))
        }
        Heard::Failure(problem) => Err(problem),
        Heard::Challenge(_) => Err(SessionProblem::Protocol {
            detail: "a challenge to a password".to_owned(),
        }),
    }
}

fn decoded(element: &Element) -> Result<Vec<u8>, SessionProblem> {
    let text = element.text();
    let text = text.trim();
    // RFC 6120 §6.4.2: a lone "=" is data of length zero.
    if text == "=" {
        return Ok(Vec::new());
    }
    STANDARD
        .decode(text)
        .map_err(|_| unexpected(element, "authentication data in Base64"))
}
