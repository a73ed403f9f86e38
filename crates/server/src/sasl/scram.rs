//! The server's half of SCRAM-SHA-256 (RFC 5802, RFC 7677): pure functions of the messages, keys and nonce.
//!
//! The password itself is never kept: only salted keys, from which it can't be told and with which nobody can log in.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use thiserror::Error;

/// Rounds of PBKDF2 for new passwords; RFC 7677 §4 asks for at least 4096.
pub(crate) const ITERATIONS: u32 = 10_000;
/// Bytes of a user's salt.
pub(crate) const SALT_LENGTH: usize = 16;
/// Longest message of a client that is looked at.
const MOST_BYTES: usize = 4096;

type Key = [u8; 32];

/// What is kept of a password (RFC 5802 §3).
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Credentials {
    pub(crate) salt: Vec<u8>,
    pub(crate) iterations: u32,
    pub(crate) stored_key: Key,
    pub(crate) server_key: Key,
}

/// Why a login failed. The names follow the conditions of RFC 6120 §6.5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum ScramError {
    #[error("not base64")]
    IncorrectEncoding,
    #[error("not a message of SCRAM")]
    MalformedRequest,
    #[error("may not act for somebody else")]
    InvalidAuthzid,
    #[error("wrong user or password")]
    NotAuthorized,
}

impl ScramError {
    /// The SASL failure condition (RFC 6120 §6.5).
    pub(crate) fn condition(self) -> &'static str {
        match self {
            ScramError::IncorrectEncoding => "incorrect-encoding",
            ScramError::MalformedRequest => "malformed-request",
            ScramError::InvalidAuthzid => "invalid-authzid",
            ScramError::NotAuthorized => "not-authorized",
        }
    }
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> Key {
    // HMAC takes keys of any length (RFC 2104 §2), so there is no error to meet; an all-zero key would just match nothing.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return [0; 32];
    };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn xor(a: &Key, b: &Key) -> Key {
    std::array::from_fn(|n| a[n] ^ b[n])
}

impl Credentials {
    /// Salts and stretches a password. Takes milliseconds, on purpose.
    ///
    /// `None` if the password has characters that SASLprep (RFC 4013) forbids, or is empty.
    pub(crate) fn derive(password: &str, salt: Vec<u8>, iterations: u32) -> Option<Credentials> {
        let password = stringprep::saslprep(password)
            .ok()
            .filter(|p| !p.is_empty())?;
        let salted: Key =
            pbkdf2::pbkdf2_hmac_array::<Sha256, 32>(password.as_bytes(), &salt, iterations);
        Some(Credentials {
            salt,
            iterations,
            stored_key: Sha256::digest(hmac(&salted, &[b"Client Key"])).into(),
            server_key: hmac(&salted, &[b"Server Key"]),
        })
    }

    /// What a user who does not exist is shown: always the same for the same name, so that names can't be probed.
    /// No proof fits it.
    fn pretend(secret: &[u8], name: &str) -> Credentials {
        let mut salt = hmac(secret, &[b"salt\0", name.as_bytes()]).to_vec();
        salt.truncate(SALT_LENGTH);
        Credentials {
            salt,
            iterations: ITERATIONS,
            stored_key: hmac(secret, &[b"stored\0", name.as_bytes()]),
            server_key: hmac(secret, &[b"server\0", name.as_bytes()]),
        }
    }
}

/// A client's first message, taken apart (RFC 5802 §7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClientFirst {
    /// The GS2 header, which the last message must repeat.
    gs2: String,
    bare: String,
    /// The name asked for, unescaped but not normalised.
    pub(crate) username: String,
    /// Whom the client wants to act as, if it says so.
    pub(crate) authzid: Option<String>,
    nonce: String,
}

impl ClientFirst {
    pub(crate) fn parse(message: &[u8]) -> Result<ClientFirst, ScramError> {
        let malformed = ScramError::MalformedRequest;
        let message = text(message)?;
        let mut parts = message.splitn(3, ',');
        let (Some(binding), Some(authzid), Some(bare)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(malformed);
        };
        // "y" is right of a client that has channel binding: none is offered. "p=" asks for one anyway.
        if binding != "n" && binding != "y" {
            return Err(malformed);
        }
        let gs2 = format!("{binding},{authzid},");
        let authzid = match authzid.strip_prefix("a=") {
            Some(name) => Some(unescape(name)?),
            None if authzid.is_empty() => None,
            None => return Err(malformed),
        };
        let mut attributes = bare.split(',');
        // A mandatory extension ("m=") would stand first and is not known here (RFC 5802 §5.1).
        let username = attributes
            .next()
            .and_then(|a| a.strip_prefix("n="))
            .ok_or(malformed)?;
        let nonce = attributes
            .next()
            .and_then(|a| a.strip_prefix("r="))
            .ok_or(malformed)?;
        if !is_nonce(nonce) {
            return Err(malformed);
        }
        let username = unescape(username)?;
        Ok(ClientFirst {
            gs2,
            bare: bare.to_owned(),
            username,
            authzid,
            nonce: nonce.to_owned(),
        })
    }
}

/// A login between its challenge and its proof.
pub(crate) struct Exchange {
    gs2: String,
    client_first_bare: String,
    server_first: String,
    nonce: String,
    credentials: Credentials,
    known: bool,
}

impl Exchange {
    /// Answers the first message. `credentials` are `None` for a user who does not exist; `secret` makes the
    /// challenges of such users; `nonce` must be fresh and printable without commas.
    pub(crate) fn begin(
        first: ClientFirst,
        credentials: Option<Credentials>,
        secret: &[u8],
        nonce: &str,
    ) -> (Exchange, String) {
        let known = credentials.is_some();
        let credentials =
            credentials.unwrap_or_else(|| Credentials::pretend(secret, &first.username));
        let nonce = format!("{}{nonce}", first.nonce);
        let salt = BASE64.encode(&credentials.salt);
        let challenge = format!("r={nonce},s={salt},i={}", credentials.iterations);
        let exchange = Exchange {
            gs2: first.gs2,
            client_first_bare: first.bare,
            server_first: challenge.clone(),
            nonce,
            credentials,
            known,
        };
        (exchange, challenge)
    }

    /// Checks the client's proof and gives the server's own, which the client checks in turn.
    pub(crate) fn finish(self, message: &[u8]) -> Result<String, ScramError> {
        let malformed = ScramError::MalformedRequest;
        let message = text(message)?;
        let (without_proof, proof) = message.rsplit_once(",p=").ok_or(malformed)?;
        let mut attributes = without_proof.split(',');
        let binding = attributes
            .next()
            .and_then(|a| a.strip_prefix("c="))
            .ok_or(malformed)?;
        let nonce = attributes
            .next()
            .and_then(|a| a.strip_prefix("r="))
            .ok_or(malformed)?;
        let binding = BASE64.decode(binding).map_err(|_| malformed)?;
        let proof = BASE64.decode(proof).map_err(|_| malformed)?;
        let proof = Key::try_from(proof).map_err(|_| malformed)?;

        let auth_message = format!(
            "{},{},{without_proof}",
            self.client_first_bare, self.server_first
        );
        let signature = hmac(&self.credentials.stored_key, &[auth_message.as_bytes()]);
        let client_key = xor(&proof, &signature);
        let stored_key: Key = Sha256::digest(client_key).into();
        let proven = stored_key.ct_eq(&self.credentials.stored_key);
        let repeated = nonce == self.nonce && binding == self.gs2.as_bytes();
        if !(bool::from(proven) && repeated && self.known) {
            return Err(ScramError::NotAuthorized);
        }
        let own = hmac(&self.credentials.server_key, &[auth_message.as_bytes()]);
        Ok(format!("v={}", BASE64.encode(own)))
    }
}

/// Decodes the text of a SASL element (RFC 6120 §6.4.2): base64, or "=" for nothing.
pub(crate) fn decode(text: &str) -> Result<Vec<u8>, ScramError> {
    if text.len() > MOST_BYTES {
        return Err(ScramError::MalformedRequest);
    }
    if text == "=" {
        return Ok(Vec::new());
    }
    BASE64
        .decode(text)
        .map_err(|_| ScramError::IncorrectEncoding)
}

pub(crate) fn encode(message: &str) -> String {
    BASE64.encode(message)
}

fn text(message: &[u8]) -> Result<&str, ScramError> {
    std::str::from_utf8(message).map_err(|_| ScramError::MalformedRequest)
}

fn is_nonce(nonce: &str) -> bool {
    (8..=256).contains(&nonce.len())
        && nonce
            .bytes()
            .all(|b| (0x21..=0x7e).contains(&b) && b != b',')
}

/// `saslname` (RFC 5802 §7): "=2C" is a comma, "=3D" an equals sign, and no other "=" may stand.
fn unescape(name: &str) -> Result<String, ScramError> {
    let mut pieces = name.split('=');
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (c, rest) = match (piece.strip_prefix("2C"), piece.strip_prefix("3D")) {
            (Some(rest), _) => (',', rest),
            (_, Some(rest)) => ('=', rest),
            _ => return Err(ScramError::MalformedRequest),
        };
        out.push(c);
        out.push_str(rest);
    }
    if out.is_empty() {
        Err(ScramError::MalformedRequest)
    } else {
        Ok(out)
    }
}

#[cfg(test)]
mod tests;
