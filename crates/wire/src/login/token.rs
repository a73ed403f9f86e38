//! Signing in by a token (XEP-0484), with the mechanisms of draft-schmaus-kitten-sasl-ht.
//!
//! A token never stands for more than the password would prove now: what the password's policy refuses is refused
//! before a token is looked at, a token that was got by less than what is offered now is not used, a token is always
//! bound to the channel, and where the password would be bound to this very connection, so has the token to be.

use super::mechanism::Offer;
use super::proof::Proof;
use super::sasl::{Heard, Words};
use crate::config::Secret;
use crate::device::{Device, Token};
use crate::ns;
use crate::stanza::Build;
use crate::transport::{Tls, Transport};
use carillon_core::connection::{Binding, Mechanism, TokenMechanism};
use carillon_core::session::SessionProblem;
use hmac::{Hmac, Mac};
use jid::BareJid;
use minidom::Element;
use zeroize::Zeroizing;

/// Tokens that servers give have some 40 bytes. What is longer is none that could be kept at any place.
const LONGEST: usize = 4096;

/// What a server takes tokens in, and what this link allows.
pub(super) struct Terms<'a> {
    /// The mechanisms for tokens that the server offers.
    pub(super) offered: &'a [String],
    pub(super) offer: &'a Offer,
    pub(super) tls: Option<&'a Tls>,
    /// How the password would be checked.
    pub(super) password_by: Mechanism,
    /// To what the password would be bound.
    pub(super) password_to: Option<Binding>,
}

impl Terms<'_> {
    fn allow(&self, mechanism: TokenMechanism) -> bool {
        let Some(tls) = self.tls else {
            return false;
        };
        // What is bound to nothing is the same each time: whoever hears it once could say it again for weeks, which
        // no password in SCRAM allows.
        let Some(binding) = mechanism.binding() else {
            return false;
        };
        let as_near =
            self.password_to != Some(Binding::TlsExporter) || binding == Binding::TlsExporter;
        let bound = as_near && tls.data(binding).is_some() && self.offer.may_bind(binding);
        bound && self.offered.iter().any(|name| name == mechanism.name())
    }

    /// In what a new token is asked for.
    pub(super) fn best(&self) -> Option<TokenMechanism> {
        TokenMechanism::STRONGEST_FIRST
            .into_iter()
            .find(|mechanism| self.allow(*mechanism))
    }

    fn take(&self, token: &Token) -> bool {
        self.allow(token.mechanism) && token.by >= self.password_by
    }
}

/// The token that there is, and what came of it.
pub(super) struct Purse {
    device: Option<Device>,
    changed: bool,
}

impl Purse {
    pub(super) fn of(device: Option<&Device>) -> Self {
        Self {
            device: device.cloned(),
            changed: false,
        }
    }

    /// The element that tells the server who asks; without it there is no token (XEP-0484 §4.1).
    pub(super) fn user_agent(&self) -> Option<Element> {
        let device = self.device.as_ref()?;
        let agent = Element::new_in(ns::SASL2, "user-agent").with("id", &device.id);
        Some(agent.holding_text("software", "Carillon"))
    }

    /// The attempt by token, where there is one that may be used.
    pub(super) fn attempt(&mut self, terms: &Terms<'_>, account: &BareJid) -> Option<Attempt> {
        let device = self.device.as_mut()?;
        let token = device.token.as_mut()?;
        if !terms.take(token) {
            return None;
        }
        let channel = match token.mechanism.binding() {
            Some(binding) => terms.tls?.data(binding)?,
            None => &[],
        };
        token.uses = token.uses.saturating_add(1);
        device.keeper.at_stake();
        Some(Attempt::new(token, channel, terms.password_by, account))
    }

    /// The server has proven that it knows the token, and let the right one in.
    pub(super) const fn has_worked(&mut self) {
        self.changed = true;
    }

    /// It is of no use any more.
    pub(super) fn drop_token(&mut self) {
        if let Some(device) = &mut self.device
            && device.token.take().is_some()
        {
            self.changed = true;
        }
    }

    /// Takes the token that a proven server gave, be it asked for or in the stead of the one that was used.
    pub(super) fn take_from(
        &mut self,
        success: &Element,
        mechanism: TokenMechanism,
        by: Mechanism,
    ) {
        let given = success
            .get_child("token", ns::FAST)
            .and_then(|token| token.attr("token"))
            .filter(|secret| (1..=LONGEST).contains(&secret.len()));
        if let (Some(device), Some(secret)) = (&mut self.device, given) {
            device.token = Some(Token {
                mechanism,
                by,
                uses: 0,
                secret: Secret::new(secret.to_owned()),
            });
            self.changed = true;
        }
    }

    /// Has the token kept if there is news of it. Nobody waits for that: a keyring may ask the user first.
    pub(super) fn settle(self) {
        if let Some(Device { token, keeper, .. }) = self.device.filter(|_| self.changed) {
            tokio::spawn(async move { keeper.keep(token).await });
        }
    }
}

/// One attempt to sign in by a token.
pub(super) struct Attempt {
    pub(super) mechanism: TokenMechanism,
    uses: u32,
    /// The server is to forget the token after this.
    last: bool,
    message: Zeroizing<Vec<u8>>,
    /// Gives what the server has to answer.
    answer: Hmac<sha2::Sha256>,
    proof: Proof,
}

impl Attempt {
    fn new(token: &Token, channel: &[u8], password_by: Mechanism, account: &BareJid) -> Self {
        let keyed = |who: &[u8]| {
            // HMAC takes a key of any length.
            let mut mac =
                <Hmac<sha2::Sha256> as Mac>::new_from_slice(token.secret.reveal().as_bytes())
                    .unwrap_or_else(|_| unreachable!());
            mac.update(who);
            mac.update(channel);
            mac
        };
        let node = account.node().map(|node| node.as_str()).unwrap_or_default();
        let mut message = Zeroizing::new(node.as_bytes().to_vec());
        message.push(0);
        message.extend_from_slice(&keyed(b"Initiator").finalize().into_bytes());
        Self {
            mechanism: token.mechanism,
            uses: token.uses,
            last: false,
            message,
            answer: keyed(b"Responder"),
            proof: Proof {
                mechanism: password_by,
                token: Some(token.mechanism),
                binding: token.mechanism.binding(),
                offer_confirmed: false,
            },
        }
    }

    /// The last one: with it the server forgets the token (XEP-0484, `invalidate`).
    pub(super) fn the_last(self) -> Self {
        Self { last: true, ..self }
    }

    /// The element that says that a token is used (XEP-0484 §3.4).
    fn fast(&self) -> Element {
        let invalidate = self.last.then_some("true");
        Element::new_in(ns::FAST, "fast")
            .with("count", &self.uses.to_string())
            .with_some("invalidate", invalidate)
    }

    /// Signs in; `None` when the server does not take the token.
    pub(super) async fn sign_in<T: Transport>(
        self,
        transport: &mut T,
        mut requests: Vec<Element>,
    ) -> Result<Option<(Proof, Element)>, SessionProblem> {
        requests.push(self.fast());
        let words = Words::Sasl2(requests);
        let request = words.begin(self.mechanism.name(), &self.message);
        transport.send(std::slice::from_ref(&request)).await?;
        match words.hear(transport).await? {
            Heard::Success { data, element } => {
                // Also where nothing was said: a server that knows the token proves it.
                self.answer
                    .verify_slice(&data)
                    .map_err(|_| SessionProblem::ServerNotProven)?;
                Ok(Some((self.proof, element)))
            }
            // Why it fails is of no matter: a password may do where a token does not (XEP-0484 §3.4).
            Heard::Failure(problem) => {
                tracing::info!(%problem, "the server does not take the token");
                Ok(None)
            }
            Heard::Challenge(_) => Err(SessionProblem::Protocol {
                detail: "a challenge to a token".to_owned(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_bound_as_nearly_as_the_password_and_never_to_nothing() {
        use TokenMechanism::{EndPoint, Exporter};
        let tls = Tls::with_bindings(vec![
            (Binding::TlsExporter, vec![1]),
            (Binding::TlsServerEndPoint, vec![2]),
        ]);
        let best = |offered: &[&str], password_to| {
            let offered: Vec<_> = offered.iter().map(|name| (*name).to_owned()).collect();
            let terms = Terms {
                offered: &offered,
                offer: &Offer::default(),
                tls: Some(&tls),
                password_by: Mechanism::ScramSha256,
                password_to,
            };
            terms.best()
        };
        let none = &["HT-SHA-256-NONE"][..];
        let end_point = &["HT-SHA-256-NONE", "HT-SHA-256-ENDP"][..];
        let all = &["HT-SHA-256-NONE", "HT-SHA-256-ENDP", "HT-SHA-256-EXPR"][..];
        assert_eq!(best(all, Some(Binding::TlsExporter)), Some(Exporter));
        assert_eq!(best(end_point, Some(Binding::TlsExporter)), None);
        assert_eq!(
            best(end_point, Some(Binding::TlsServerEndPoint)),
            Some(EndPoint)
        );
        assert_eq!(best(end_point, None), Some(EndPoint));
        assert_eq!(best(none, None), None);
    }
}
