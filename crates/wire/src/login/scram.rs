//! SCRAM (RFC 5802, RFC 7677) around the client half of the `sasl` crate.
//!
//! That crate computes; what a hostile server could make of it is refused here before: another nonce,
//! a mandatory extension, an iteration count that gives the password away or that never ends.

use crate::config::Secret;
use carillon_core::session::SessionProblem;
use hmac::{Hmac, Mac};
use jid::BareJid;
use sasl::client::mechanisms::Scram as Mechanics;
use sasl::client::{Mechanism, MechanismError};
use sasl::common::scram::{DeriveError, ScramProvider, Sha1, Sha256};
use sasl::common::{ChannelBinding, Password};
use sha2::Digest;

/// RFC 7677 §4 says 4096, and old accounts keep what they were made with. Below this the proof is
/// as good as the password to whoever reads it.
const FEWEST_ITERATIONS: u32 = 1_000;
/// RFC 5802 §5.1 and RFC 7677 §4.
const ADVISED_ITERATIONS: u32 = 4_096;
/// Some seconds of one core. More is an attack on this computer, not a protection of the password.
const MOST_ITERATIONS: u32 = 10_000_000;

/// The hash of a SCRAM mechanism.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hash {
    Sha512,
    Sha256,
    Sha1,
}

impl Hash {
    pub(super) const STRONGEST_FIRST: [Self; 3] = [Self::Sha512, Self::Sha256, Self::Sha1];

    /// The name in the list of mechanisms. None with channel binding: this end has no data to bind to yet.
    pub(super) const fn mechanism(self) -> &'static str {
        match self {
            Self::Sha512 => "SCRAM-SHA-512",
            Self::Sha256 => "SCRAM-SHA-256",
            Self::Sha1 => "SCRAM-SHA-1",
        }
    }
}

/// SCRAM-SHA-512, which the `sasl` crate does not have.
struct Sha512;

impl ScramProvider for Sha512 {
    type Secret = sasl::secret::Pbkdf2Sha256;

    fn name() -> &'static str {
        "SHA-512"
    }

    fn hash(data: &[u8]) -> Vec<u8> {
        sha2::Sha512::digest(data).to_vec()
    }

    fn hmac(data: &[u8], key: &[u8]) -> Result<Vec<u8>, hmac::digest::InvalidLength> {
        let mut mac = Hmac::<sha2::Sha512>::new_from_slice(key)?;
        mac.update(data);
        Ok(mac.finalize().into_bytes().to_vec())
    }

    fn derive(password: &Password, salt: &[u8], iterations: u32) -> Result<Vec<u8>, DeriveError> {
        let Password::Plain(plain) = password else {
            return Err(DeriveError::IncorrectSalt);
        };
        let mut key = vec![0; 64];
        pbkdf2::pbkdf2::<Hmac<sha2::Sha512>>(plain.as_bytes(), salt, iterations, &mut key)?;
        Ok(key)
    }
}

/// One exchange.
pub(super) struct Scram {
    mechanics: Box<dyn Mechanism + Send>,
    nonce: String,
}

impl Scram {
    pub(super) fn new(
        hash: Hash,
        account: &BareJid,
        password: &Secret,
    ) -> Result<Self, SessionProblem> {
        let node = account.node().map(|node| node.as_str()).unwrap_or_default();
        // RFC 5802 §5.1, saslname.
        let user = node.replace('=', "=3D").replace(',', "=2C");
        // What SASLprep forbids, no server can have stored; it is sent through as it is and refused there.
        let password = stringprep::saslprep(password.reveal()).map_or_else(
            |_| password.reveal().to_owned(),
            |prepared| prepared.into_owned(),
        );
        let unbound = ChannelBinding::None;
        let mechanics: Result<Box<dyn Mechanism + Send>, _> = match hash {
            Hash::Sha512 => {
                Mechanics::<Sha512>::new(user, password, unbound).map(|m| Box::new(m) as _)
            }
            Hash::Sha256 => {
                Mechanics::<Sha256>::new(user, password, unbound).map(|m| Box::new(m) as _)
            }
            Hash::Sha1 => Mechanics::<Sha1>::new(user, password, unbound).map(|m| Box::new(m) as _),
        };
        let mechanics = mechanics.map_err(|error| SessionProblem::Unreachable {
            detail: format!("this computer gives no random numbers: {error:?}"),
        })?;
        Ok(Self {
            mechanics,
            nonce: String::new(),
        })
    }

    /// The client's first message.
    pub(super) fn first(&mut self) -> Vec<u8> {
        let first = self.mechanics.initial();
        self.nonce = String::from_utf8_lossy(&first)
            .rsplit_once(",r=")
            .map(|(_, nonce)| nonce.to_owned())
            .unwrap_or_default();
        first
    }

    /// The answer to the server's first message. It takes milliseconds of computing, off the async thread;
    /// dropping the future leaves at most that computation to run out.
    pub(super) async fn prove(
        mut self,
        challenge: Vec<u8>,
    ) -> Result<(Self, Vec<u8>), SessionProblem> {
        check_server_first(&challenge, &self.nonce)?;
        let work = move || {
            let proof = self.mechanics.response(&challenge);
            (self, proof)
        };
        let (scram, proof) = tokio::task::spawn_blocking(work)
            .await
            .map_err(|error| protocol(error.to_string()))?;
        let proof = proof.map_err(|error| protocol(error.to_string()))?;
        Ok((scram, proof))
    }

    /// Checks that the server knows the password too (RFC 5802 §5, `v`).
    pub(super) fn verify(&mut self, server_final: &[u8]) -> Result<(), SessionProblem> {
        // Only what begins with the signature counts; the crate would take it from any place, and the last of two.
        let text =
            std::str::from_utf8(server_final).map_err(|_| SessionProblem::ServerNotProven)?;
        if !text.starts_with("v=") || text.matches("v=").count() != 1 {
            return Err(SessionProblem::ServerNotProven);
        }
        match self.mechanics.success(server_final) {
            Ok(()) => Ok(()),
            Err(MechanismError::InvalidState) => Err(protocol("success out of turn".to_owned())),
            Err(_) => Err(SessionProblem::ServerNotProven),
        }
    }
}

fn protocol(detail: String) -> SessionProblem {
    SessionProblem::Protocol { detail }
}

/// `r=…,s=…,i=…` in this order and once each (RFC 5802 §7), so that this reading and the crate's are one.
fn check_server_first(message: &[u8], client_nonce: &str) -> Result<(), SessionProblem> {
    let refuse = |what: &str| Err(protocol(format!("the server's SCRAM message has {what}")));
    let Ok(text) = std::str::from_utf8(message) else {
        return refuse("no UTF-8");
    };
    let mut parts = text.split(',');
    let nonce = parts.next().and_then(|part| part.strip_prefix("r="));
    let salt = parts.next().and_then(|part| part.strip_prefix("s="));
    let iterations = parts.next().and_then(|part| part.strip_prefix("i="));
    let (Some(nonce), Some(salt), Some(iterations)) = (nonce, salt, iterations) else {
        return refuse("not nonce, salt and iteration count in this order");
    };
    if parts.any(|part| {
        ["r=", "s=", "i=", "m="]
            .iter()
            .any(|name| part.starts_with(name))
    }) {
        return refuse("an attribute twice, or an unknown mandatory one");
    }
    if client_nonce.is_empty() || !nonce.starts_with(client_nonce) || nonce == client_nonce {
        return Err(SessionProblem::ServerNotProven);
    }
    if salt.is_empty() {
        return refuse("no salt");
    }
    match iterations.parse::<u32>() {
        Ok(count) if count > MOST_ITERATIONS => refuse("too great an iteration count"),
        Ok(count) if count < FEWEST_ITERATIONS => Err(SessionProblem::NoSafeMechanism {
            offered: format!("SCRAM with {count} iterations"),
        }),
        Ok(count) => {
            if count < ADVISED_ITERATIONS {
                tracing::warn!(count, "the server hashes the password too few times");
            }
            Ok(())
        }
        Err(_) => refuse("no iteration count"),
    }
}
