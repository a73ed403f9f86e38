//! Why there is no session.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Why a session ended or could not begin. `detail` is for people who look closer, in English.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum SessionProblem {
    /// No server could be reached; tried again by itself.
    #[error("the server could not be reached: {detail}")]
    Unreachable {
        /// What was tried and what came of it.
        detail: String,
    },
    /// Something answers there, but it is not an XMPP server.
    #[error("no XMPP server answers there: {detail}")]
    NotXmpp {
        /// What answered.
        detail: String,
    },
    /// The certificate does not fit the account's domain.
    #[error("the server's certificate does not fit {domain}: {detail}")]
    Certificate {
        /// The domain that it had to fit.
        domain: String,
        /// What is wrong with it.
        detail: String,
    },
    /// The address or the password is wrong. Final until the user acts.
    #[error("the server refused the address or the password")]
    PasswordRefused,
    /// The server did not prove that it knows the password (RFC 5802 §5). Final.
    #[error("the server could not prove who it is")]
    ServerNotProven,
    /// The server offers no way of signing in that is safe enough. Final.
    #[error("the server offers no safe way to sign in: {offered}")]
    NoSafeMechanism {
        /// What it offered.
        offered: String,
    },
    /// The server offers only weaker ways of signing in than the one it was known for. Somebody on the way may
    /// have taken the others out; whether to go on is the user's decision. Final.
    #[error("the server used to check the password by {before}, and now offers only: {offered}")]
    Downgraded {
        /// The strongest way that was used before.
        before: String,
        /// What it offers now.
        offered: String,
    },
    /// The account is disabled, or may not sign in now.
    #[error("the server does not let this account in: {detail}")]
    AccountRefused {
        /// In the server's words.
        detail: String,
    },
    /// Another client took this session's place.
    #[error("another client signed in with the same resource")]
    Replaced,
    /// The link broke or the server ended it; tried again by itself.
    #[error("the connection was lost: {detail}")]
    Lost {
        /// What is known.
        detail: String,
    },
    /// The server said what no server may say; the stream was closed.
    #[error("the server broke the protocol: {detail}")]
    Protocol {
        /// What it said.
        detail: String,
    },
    /// Plain text to somewhere else than this computer was asked for. Final.
    #[error("an unencrypted connection is only made to this computer")]
    NotEncrypted,
}

impl SessionProblem {
    /// Whether trying again without the user changing something is of no use, or unsafe.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        matches!(
            self,
            Self::PasswordRefused
                | Self::ServerNotProven
                | Self::NoSafeMechanism { .. }
                | Self::Downgraded { .. }
                | Self::AccountRefused { .. }
                | Self::Certificate { .. }
                | Self::NotEncrypted
                | Self::Replaced
        )
    }
}
