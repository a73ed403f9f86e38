//! How a session is connected: by which way, how well protected, and what was tried before.

use crate::session::SessionProblem;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use ts_rs::TS;

/// By what stanzas travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TransportKind {
    /// WebSocket (RFC 7395).
    WebSocket,
    /// TCP inside TLS from the first byte (XEP-0368).
    DirectTls,
    /// TCP that begins in clear and goes on inside TLS (RFC 6120 §5), or in clear on this computer.
    StartTls,
}

/// A way of signing in. A greater one is stronger.
///
/// What is bound to the channel is stronger than any hash alone: it can't be passed on by somebody in
/// the middle who got hold of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
pub enum Mechanism {
    /// The password itself (RFC 4616).
    #[serde(rename = "PLAIN")]
    Plain,
    /// RFC 5802.
    #[serde(rename = "SCRAM-SHA-1")]
    ScramSha1,
    /// RFC 7677.
    #[serde(rename = "SCRAM-SHA-256")]
    ScramSha256,
    /// As RFC 7677, with SHA-512.
    #[serde(rename = "SCRAM-SHA-512")]
    ScramSha512,
    /// Bound to the channel (RFC 5802 §6).
    #[serde(rename = "SCRAM-SHA-1-PLUS")]
    ScramSha1Plus,
    /// Bound to the channel (RFC 7677).
    #[serde(rename = "SCRAM-SHA-256-PLUS")]
    ScramSha256Plus,
    /// Bound to the channel, with SHA-512.
    #[serde(rename = "SCRAM-SHA-512-PLUS")]
    ScramSha512Plus,
}

impl Mechanism {
    /// All, the strongest first.
    pub const STRONGEST_FIRST: [Self; 7] = [
        Self::ScramSha512Plus,
        Self::ScramSha256Plus,
        Self::ScramSha1Plus,
        Self::ScramSha512,
        Self::ScramSha256,
        Self::ScramSha1,
        Self::Plain,
    ];

    /// Its name in SASL.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::ScramSha1 => "SCRAM-SHA-1",
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::ScramSha512 => "SCRAM-SHA-512",
            Self::ScramSha1Plus => "SCRAM-SHA-1-PLUS",
            Self::ScramSha256Plus => "SCRAM-SHA-256-PLUS",
            Self::ScramSha512Plus => "SCRAM-SHA-512-PLUS",
        }
    }

    /// Whether it binds to the channel.
    #[must_use]
    pub const fn is_bound(self) -> bool {
        matches!(
            self,
            Self::ScramSha1Plus | Self::ScramSha256Plus | Self::ScramSha512Plus
        )
    }
}

impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Mechanism {
    type Err = UnknownMechanism;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::STRONGEST_FIRST
            .into_iter()
            .find(|mechanism| mechanism.name() == name)
            .ok_or_else(|| UnknownMechanism(name.to_owned()))
    }
}

/// A name that is none of [`Mechanism`]'s.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no way of signing in that is known here")]
pub struct UnknownMechanism(pub String);

/// To what of the channel the proof of the password is bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub enum Binding {
    /// To this very connection (RFC 9266).
    #[serde(rename = "tls-exporter")]
    TlsExporter,
    /// To the server's certificate (RFC 5929 §4).
    #[serde(rename = "tls-server-end-point")]
    TlsServerEndPoint,
}

impl Binding {
    /// Its registered name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TlsExporter => "tls-exporter",
            Self::TlsServerEndPoint => "tls-server-end-point",
        }
    }
}

/// A way of signing in by a token that the server gave for the password (XEP-0484; draft-schmaus-kitten-sasl-ht).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub enum TokenMechanism {
    /// Bound to this very connection.
    #[serde(rename = "HT-SHA-256-EXPR")]
    Exporter,
    /// Bound to the server's certificate.
    #[serde(rename = "HT-SHA-256-ENDP")]
    EndPoint,
    /// Bound to nothing.
    #[serde(rename = "HT-SHA-256-NONE")]
    Unbound,
}

impl TokenMechanism {
    /// All, the strongest first.
    pub const STRONGEST_FIRST: [Self; 3] = [Self::Exporter, Self::EndPoint, Self::Unbound];

    /// Its name in SASL.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exporter => "HT-SHA-256-EXPR",
            Self::EndPoint => "HT-SHA-256-ENDP",
            Self::Unbound => "HT-SHA-256-NONE",
        }
    }

    /// To what of the channel it is bound.
    #[must_use]
    pub const fn binding(self) -> Option<Binding> {
        match self {
            Self::Exporter => Some(Binding::TlsExporter),
            Self::EndPoint => Some(Binding::TlsServerEndPoint),
            Self::Unbound => None,
        }
    }
}

impl FromStr for TokenMechanism {
    type Err = UnknownMechanism;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::STRONGEST_FIRST
            .into_iter()
            .find(|mechanism| mechanism.name() == name)
            .ok_or_else(|| UnknownMechanism(name.to_owned()))
    }
}

/// A way that was tried and led nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FailedWay {
    /// What was tried: an address, or the question that was asked.
    pub way: String,
    /// Why it led nowhere.
    pub problem: SessionProblem,
}

/// How a session is connected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "Connected")]
pub struct Connection {
    /// By what.
    pub transport: TransportKind,
    /// The name or address of the server's host.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// `host:port` of the proxy between, if there is one.
    pub proxy: Option<String>,
    /// The version of TLS, such as `TLS 1.3`; `None` in clear, which is to this computer only.
    pub tls: Option<String>,
    /// How the password was checked; with a token, how it would have been.
    pub mechanism: Mechanism,
    /// The token that stood for the password, if one did.
    pub token: Option<TokenMechanism>,
    /// To what the check was bound; `None` if to nothing.
    pub binding: Option<Binding>,
    /// The server has confirmed that its offer came through unchanged (XEP-0474).
    pub offer_confirmed: bool,
    /// What was tried before, in the order in which it failed.
    pub failed: Vec<FailedWay>,
}

/// Through what the network is reached.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Proxy {
    /// What the system says: on every system `ALL_PROXY`, `HTTPS_PROXY` and `NO_PROXY` in the environment.
    #[default]
    System,
    /// Directly, whatever the system says.
    Direct,
    /// `socks5://` or `http://` (CONNECT), with name and password if it wants them: `http://me:secret@proxy:3128`.
    Url(String),
}

/// Without the address, which may hold a password.
impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::System => "System",
            Self::Direct => "Direct",
            Self::Url(_) => "Url(…)",
        })
    }
}

/// Stands where a password is not shown.
const MASK: &str = "••••••";

impl Proxy {
    /// As it may be shown: `system`, `direct`, or the address without its password.
    #[must_use]
    pub fn shown(&self) -> String {
        let text = String::from(self.clone());
        let Self::Url(url) = self else {
            return text;
        };
        let begin = url.find("://").map_or(0, |at| at + 3);
        let (scheme, rest) = url.split_at(begin);
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        match authority.rsplit_once('@') {
            Some((person, host)) => {
                let name = person.split_once(':').map_or(person, |(name, _)| name);
                let mask = if person.contains(':') { ":" } else { "" };
                let hidden = if person.contains(':') { MASK } else { "" };
                format!("{scheme}{name}{mask}{hidden}@{host}{path}")
            }
            None => text,
        }
    }

    /// What the user made of [`Self::shown`]: left as it was it means the same, password and all. `None` when it was
    /// changed and the password is still hidden: where it goes then, nobody has said.
    #[must_use]
    pub fn chosen(&self, shown: &str) -> Option<Self> {
        if shown.trim() == self.shown() {
            return Some(self.clone());
        }
        (!shown.contains(MASK)).then(|| Self::from(shown.to_owned()))
    }
}

impl From<String> for Proxy {
    fn from(text: String) -> Self {
        match text.trim() {
            "" | "system" => Self::System,
            "direct" => Self::Direct,
            url => Self::Url(url.to_owned()),
        }
    }
}

impl From<Proxy> for String {
    fn from(proxy: Proxy) -> Self {
        match proxy {
            Proxy::System => "system".to_owned(),
            Proxy::Direct => "direct".to_owned(),
            Proxy::Url(url) => url,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_first_is_the_order_of_strength() {
        let mut sorted = Mechanism::STRONGEST_FIRST;
        sorted.sort_unstable_by(|a, b| b.cmp(a));
        assert_eq!(sorted, Mechanism::STRONGEST_FIRST);
    }

    #[test]
    fn a_mechanism_is_known_by_its_name_alone() {
        for mechanism in Mechanism::STRONGEST_FIRST {
            assert_eq!(mechanism.to_string().parse(), Ok(mechanism));
            assert_eq!(mechanism.is_bound(), mechanism.name().ends_with("-PLUS"));
        }
        for name in ["", "plain", "SCRAM-SHA-512-plus", "SCRAM-MD5"] {
            assert!(name.parse::<Mechanism>().is_err(), "{name}");
        }
    }

    #[test]
    fn a_token_s_mechanism_is_known_by_its_name_alone() {
        for mechanism in TokenMechanism::STRONGEST_FIRST {
            assert_eq!(mechanism.name().parse(), Ok(mechanism));
            let bound = mechanism.binding().is_some();
            assert_eq!(bound, mechanism != TokenMechanism::Unbound);
        }
        assert!("HT-SHA-512-EXPR".parse::<TokenMechanism>().is_err());
    }

    #[test]
    fn a_proxy_s_password_is_not_shown_and_stays_what_it_is() {
        for (text, shown) in [
            ("system", "system"),
            ("direct", "direct"),
            ("socks5://p:1080", "socks5://p:1080"),
            ("http://me@p:3128", "http://me@p:3128"),
            ("http://me:secret@p:3128", "http://me:••••••@p:3128"),
            ("http://me:s@cr:et@p:3128/x", "http://me:••••••@p:3128/x"),
            ("http://:secret@p", "http://:••••••@p"),
            ("me:secret@p:3128", "me:••••••@p:3128"),
        ] {
            let proxy = Proxy::from(text.to_owned());
            assert_eq!(proxy.shown(), shown);
            assert_eq!(proxy.chosen(shown), Some(proxy.clone()), "{text}");
            assert_eq!(proxy.chosen("direct"), Some(Proxy::Direct));
        }
        let proxy = Proxy::Url("http://me:secret@p:3128".to_owned());
        assert_eq!(proxy.chosen("http://me:••••••@elsewhere:3128"), None);
        let other = "http://me:other@p:3128";
        assert_eq!(proxy.chosen(other), Some(Proxy::Url(other.to_owned())));
    }

    #[test]
    fn a_proxy_is_one_line_in_the_settings() {
        for (text, proxy) in [
            ("system", Proxy::System),
            ("direct", Proxy::Direct),
            ("socks5://p:1080", Proxy::Url("socks5://p:1080".to_owned())),
        ] {
            assert_eq!(Proxy::from(text.to_owned()), proxy);
            assert_eq!(String::from(proxy), text);
        }
        assert_eq!(Proxy::from(String::new()), Proxy::System);
    }
}
