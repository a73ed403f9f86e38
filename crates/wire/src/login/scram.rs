//! SCRAM (RFC 5802, RFC 7677) with channel binding, and with the confirmation of XEP-0474.
//!
//! The `sasl` crate has the sums of SHA-1 and SHA-256, but knows neither SHA-512 nor `tls-server-end-point`, and
//! takes attributes in any order; so the messages are made and read here. What a hostile server could make of them is
//! refused before a proof is given: another nonce, a mandatory extension, an iteration count that gives the password
//! away or that never ends, an offer that is not the one it sent.

use super::mechanism::{Flag, Offer};
use super::proof::Proof;
use crate::config::{ConnectConfig, Secret};
use crate::transport::Tls;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use carillon_core::connection::{Binding, Mechanism};
use carillon_core::session::SessionProblem;
use hmac::digest::InvalidLength;
use hmac::{Hmac, Mac};
use sasl::common::Password;
use sasl::common::scram::{DeriveError, ScramProvider, Sha1, Sha256};
use sha2::Digest;
use zeroize::Zeroizing;

/// RFC 7677 §4 says 4096, and old accounts keep what they were made with. Below this the proof is
/// as good as the password to whoever reads it.
const FEWEST_ITERATIONS: u32 = 1_000;
/// RFC 5802 §5.1 and RFC 7677 §4.
const ADVISED_ITERATIONS: u32 = 4_096;
/// Some seconds of one core. More is an attack on this computer, not a protection of the password.
const MOST_ITERATIONS: u32 = 10_000_000;

type Keyed = Result<Vec<u8>, InvalidLength>;
type Derived = Result<Vec<u8>, DeriveError>;

/// The sums of one hash.
#[derive(Clone, Copy)]
struct Sums {
    hash: fn(&[u8]) -> Vec<u8>,
    hmac: fn(&[u8], &[u8]) -> Keyed,
    derive: fn(&Password, &[u8], u32) -> Derived,
}

impl Sums {
    const fn of<P: ScramProvider>() -> Self {
        Self {
            hash: P::hash,
            hmac: P::hmac,
            derive: P::derive,
        }
    }

    fn of_mechanism(mechanism: Mechanism) -> Option<Self> {
        match mechanism {
            Mechanism::ScramSha512 | Mechanism::ScramSha512Plus => Some(Self::of::<Sha512>()),
            Mechanism::ScramSha256 | Mechanism::ScramSha256Plus => Some(Self::of::<Sha256>()),
            Mechanism::ScramSha1 | Mechanism::ScramSha1Plus => Some(Self::of::<Sha1>()),
            Mechanism::Plain => None,
        }
    }
}

/// SHA-512, which the `sasl` crate does not have.
struct Sha512;

impl ScramProvider for Sha512 {
    type Secret = sasl::secret::Pbkdf2Sha256;

    fn name() -> &'static str {
        "SHA-512"
    }

    fn hash(data: &[u8]) -> Vec<u8> {
        sha2::Sha512::digest(data).to_vec()
    }

    fn hmac(data: &[u8], key: &[u8]) -> Keyed {
        let mut mac = Hmac::<sha2::Sha512>::new_from_slice(key)?;
        mac.update(data);
        Ok(mac.finalize().into_bytes().to_vec())
    }

    fn derive(password: &Password, salt: &[u8], iterations: u32) -> Derived {
        let Password::Plain(plain) = password else {
            return Err(DeriveError::IncorrectSalt);
        };
        let mut key = vec![0; 64];
        pbkdf2::pbkdf2::<Hmac<sha2::Sha512>>(plain.as_bytes(), salt, iterations, &mut key)?;
        Ok(key)
    }
}

/// An exchange at its begin.
pub(super) struct Scram {
    mechanism: Mechanism,
    binding: Option<Binding>,
    sums: Sums,
    password: Zeroizing<String>,
    /// `gs2-header` (RFC 5802 §7).
    header: String,
    /// `c` before Base64: the header and the channel's data.
    bound: Zeroizing<Vec<u8>>,
    /// `client-first-message-bare`.
    bare: String,
    nonce: String,
}

impl Scram {
    /// `nonce` has to be random, of letters that SCRAM allows.
    pub(super) fn new(
        mechanism: Mechanism,
        flag: Flag,
        tls: Option<&Tls>,
        config: &ConnectConfig,
        nonce: String,
    ) -> Result<Self, SessionProblem> {
        let node = config.account.node();
        let node = node.map(|node| node.as_str()).unwrap_or_default();
        // RFC 5802 §5.1, saslname.
        let user = node.replace('=', "=3D").replace(',', "=2C");
        let (header, binding) = match flag {
            Flag::NotUsed => ("n,,".to_owned(), None),
            Flag::NotOffered => ("y,,".to_owned(), None),
            Flag::Used(binding) => (format!("p={},,", binding.name()), Some(binding)),
        };
        let mut bound = Zeroizing::new(header.clone().into_bytes());
        if let Some(binding) = binding {
            let data = tls
                .and_then(|tls| tls.data(binding))
                .ok_or_else(|| protocol("there is nothing to bind to"))?;
            bound.extend_from_slice(data);
        }
        Ok(Self {
            mechanism,
            binding,
            sums: Sums::of_mechanism(mechanism)
                .ok_or_else(|| protocol("no mechanism of SCRAM was chosen"))?,
            password: config.password.prepared(),
            header,
            bound,
            bare: format!("n={user},r={nonce}"),
            nonce,
        })
    }

    pub(super) fn mechanism(&self) -> Mechanism {
        self.mechanism
    }

    /// The client's first message.
    pub(super) fn first(&self) -> String {
        format!("{}{}", self.header, self.bare)
    }

    /// The answer to the server's first message. It takes milliseconds of computing, off the async thread;
    /// dropping the future leaves at most that computation to run out.
    pub(super) async fn prove(
        self,
        challenge: Vec<u8>,
        offer: &Offer,
    ) -> Result<Proven, SessionProblem> {
        let challenge = String::from_utf8(challenge)
            .map_err(|_| protocol("the server's SCRAM message has no UTF-8"))?;
        let first = ServerFirst::read(&challenge, &self.nonce)?;
        let offer_confirmed = match first.offer_hash {
            None => false,
            Some(told) => {
                let ours = STANDARD.encode((self.sums.hash)(offer.joined().as_bytes()));
                if told != ours {
                    tracing::warn!("what the server has offered was changed on the way");
                    return Err(SessionProblem::ServerNotProven);
                }
                true
            }
        };
        let proof = Proof {
            mechanism: self.mechanism,
            token: None,
            binding: self.binding,
            offer_confirmed,
        };
        let unproven = format!("c={},r={}", STANDARD.encode(&self.bound), first.nonce);
        let dialogue = format!("{},{challenge},{unproven}", self.bare);
        let (salt, iterations) = (first.salt, first.iterations);
        let (sums, password) = (self.sums, self.password);
        let work = move || signatures(sums, &password, &salt, iterations, &dialogue);
        let (proof_of_client, signature) = tokio::task::spawn_blocking(work)
            .await
            .map_err(|error| protocol(&error.to_string()))??;
        Ok(Proven {
            last: format!("{unproven},p={}", STANDARD.encode(proof_of_client)),
            signature,
            proof,
        })
    }
}

/// `ClientProof` and `ServerSignature` (RFC 5802 §3).
fn signatures(
    sums: Sums,
    password: &str,
    salt: &[u8],
    iterations: u32,
    dialogue: &str,
) -> Result<(Vec<u8>, Vec<u8>), SessionProblem> {
    let password = Password::Plain(password.to_owned());
    let salted = (sums.derive)(&password, salt, iterations);
    let salted = Zeroizing::new(salted.map_err(|error| protocol(&format!("{error:?}")))?);
    let hmac = |data: &[u8], key: &[u8]| {
        (sums.hmac)(data, key).map_err(|error| protocol(&error.to_string()))
    };
    let client_key = Zeroizing::new(hmac(b"Client Key", &salted)?);
    let stored_key = (sums.hash)(&client_key);
    let client_signature = hmac(dialogue.as_bytes(), &stored_key)?;
    let proof = client_key
        .iter()
        .zip(client_signature)
        .map(|(key, signature)| key ^ signature)
        .collect();
    let server_key = hmac(b"Server Key", &salted)?;
    let server_signature = hmac(dialogue.as_bytes(), &server_key)?;
    Ok((proof, server_signature))
}

/// An exchange in which this end has proven itself.
pub(super) struct Proven {
    /// The client's last message.
    pub(super) last: String,
    /// What the server has to say.
    signature: Vec<u8>,
    pub(super) proof: Proof,
}

impl Proven {
    /// Checks that the server knows the password too (RFC 5802 §5, `v`).
    pub(super) fn verify(&self, server_final: &[u8]) -> Result<(), SessionProblem> {
        // Only what begins with the signature counts, and only one of them.
        let text =
            std::str::from_utf8(server_final).map_err(|_| SessionProblem::ServerNotProven)?;
        let mut parts = text.split(',');
        let signature = parts
            .next()
            .and_then(|part| part.strip_prefix("v="))
            .and_then(|text| STANDARD.decode(text).ok());
        if signature.as_ref() != Some(&self.signature) || parts.any(|part| part.starts_with("v=")) {
            return Err(SessionProblem::ServerNotProven);
        }
        Ok(())
    }
}

fn protocol(detail: &str) -> SessionProblem {
    SessionProblem::Protocol {
        detail: detail.to_owned(),
    }
}

/// The server's first message.
struct ServerFirst<'a> {
    nonce: &'a str,
    salt: Vec<u8>,
    iterations: u32,
    /// The hash of its offer (XEP-0474 §5.1).
    offer_hash: Option<&'a str>,
}

impl<'a> ServerFirst<'a> {
    /// `r=…,s=…,i=…` in this order and once each (RFC 5802 §7), and extensions.
    fn read(text: &'a str, client_nonce: &str) -> Result<Self, SessionProblem> {
        let refuse = |what: &str| protocol(&format!("the server's SCRAM message has {what}"));
        let mut parts = text.split(',');
        let nonce = parts.next().and_then(|part| part.strip_prefix("r="));
        let salt = parts.next().and_then(|part| part.strip_prefix("s="));
        let iterations = parts.next().and_then(|part| part.strip_prefix("i="));
        let (Some(nonce), Some(salt), Some(iterations)) = (nonce, salt, iterations) else {
            return Err(refuse("not nonce, salt and iteration count in this order"));
        };
        let mut offer_hash = None;
        for part in parts {
            match part.split_once('=') {
                Some(("r" | "s" | "i" | "m", _)) => {
                    return Err(refuse("an attribute twice, or an unknown mandatory one"));
                }
                Some(("h", hash)) if offer_hash.replace(hash).is_some() => {
                    return Err(refuse("an attribute twice"));
                }
                _ => {}
            }
        }
        if client_nonce.is_empty() || !nonce.starts_with(client_nonce) || nonce == client_nonce {
            return Err(SessionProblem::ServerNotProven);
        }
        let salt = STANDARD
            .decode(salt)
            .ok()
            .filter(|salt| !salt.is_empty())
            .ok_or_else(|| refuse("no salt"))?;
        let iterations = match iterations.parse::<u32>() {
            Ok(count) if count > MOST_ITERATIONS => {
                return Err(refuse("too great an iteration count"));
            }
            Ok(count) if count < FEWEST_ITERATIONS => {
                return Err(SessionProblem::NoSafeMechanism {
                    offered: format!("SCRAM with {count} iterations"),
                });
            }
            Ok(count) => count,
            Err(_) => return Err(refuse("no iteration count")),
        };
        if iterations < ADVISED_ITERATIONS {
            tracing::warn!(iterations, "the server hashes the password too few times");
        }
        Ok(Self {
            nonce,
            salt,
            iterations,
            offer_hash,
        })
    }
}

impl Secret {
    /// As it is hashed or sent (RFC 4013).
    pub(super) fn prepared(&self) -> Zeroizing<String> {
        // What SASLprep forbids, no server can have stored; it is sent through as it is and refused there.
        Zeroizing::new(
            stringprep::saslprep(self.reveal())
                .map_or_else(|_| self.reveal().to_owned(), std::borrow::Cow::into_owned),
        )
    }
}
