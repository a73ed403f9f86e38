//! This installation, as a server that knows SASL2 sees it, and the token that such a server gives it (XEP-0484).

use crate::config::Secret;
use carillon_core::connection::{Mechanism, TokenMechanism};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use zeroize::Zeroizing;

/// What a server that knows SASL2 is told of this installation, and what it gave.
#[derive(Clone)]
pub struct Device {
    /// A random UUID, always the same for this account here (XEP-0388, `user-agent`).
    pub id: String,
    /// The token that the server gave, if there is one.
    pub token: Option<Token>,
    /// Who keeps the next one.
    pub keeper: Arc<dyn KeepToken>,
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Device")
            .field("id", &self.id)
            .field("token", &self.token)
            .finish_non_exhaustive()
    }
}

/// Keeps an account's token where its password is kept.
pub trait KeepToken: Send + Sync {
    /// The token is sent to the server now. Until something is kept again nobody knows what the server makes of it,
    /// and the password has its turn: who breaks off at a token would do so at each attempt.
    fn at_stake(&self);

    /// Keeps this token in the stead of the one before; `None` forgets it. What cannot be kept is lost: the password
    /// is still there.
    fn keep(&self, token: Option<Token>) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

/// A token that stands for the password. It is never printed.
#[derive(Debug, Clone)]
pub struct Token {
    /// The only way in which the server takes it.
    pub mechanism: TokenMechanism,
    /// What was used to sign in when the server gave it.
    pub by: Mechanism,
    /// How often it was used.
    pub uses: u32,
    /// The token itself.
    pub secret: Secret,
}

impl Token {
    /// As one line, to be kept like a password.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(format!(
            "{} {} {} {}",
            self.mechanism.name(),
            self.by.name(),
            self.uses,
            self.secret.reveal()
        ))
    }

    /// Reads what [`Self::to_text`] wrote; `None` when it is something else.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let mut parts = text.splitn(4, ' ');
        Some(Self {
            mechanism: parts.next()?.parse().ok()?,
            by: parts.next()?.parse().ok()?,
            uses: parts.next()?.parse().ok()?,
            secret: Secret::new(parts.next().filter(|secret| !secret.is_empty())?.to_owned()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_one_line_and_is_never_printed() {
        let token = Token {
            mechanism: TokenMechanism::Exporter,
            by: Mechanism::ScramSha256Plus,
            uses: 7,
            secret: Secret::new("a secret with spaces".to_owned()),
        };
        let text = token.to_text();
        assert_eq!(
            *text,
            "HT-SHA-256-EXPR SCRAM-SHA-256-PLUS 7 a secret with spaces"
        );
        let read = Token::from_text(&text).unwrap();
        assert_eq!(*read.to_text(), *text);
        assert!(!format!("{token:?}").contains("a secret"));
        for other in [
            "",
            "a password",
            "HT-SHA-256-EXPR SCRAM-SHA-256 x y",
            "HT-SHA-256-EXPR SCRAM-SHA-256 1 ",
        ] {
            assert!(Token::from_text(other).is_none(), "{other}");
        }
    }
}
