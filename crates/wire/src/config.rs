//! What a session needs to begin.

use crate::connect::Destination;
use crate::device::Device;
use carillon_core::connection::{Mechanism, Proxy};
use carillon_core::contact::Availability;
use jid::BareJid;
use rustls::pki_types::CertificateDer;
use std::fmt;
use zeroize::Zeroizing;

/// A password. It is wiped from memory when dropped, and never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the password over.
    #[must_use]
    pub fn new(password: String) -> Self {
        Self(Zeroizing::new(password))
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// How to sign in.
#[derive(Debug, Clone)]
pub struct ConnectConfig {
    /// Who.
    pub account: BareJid,
    /// With what.
    pub password: Secret,
    /// The server's address, where the user set one (see [`check_address`](crate::check_address)); else it is
    /// discovered.
    pub url: Option<String>,
    /// Through what the server is reached.
    pub proxy: Proxy,
    /// The strongest mechanism that this account was ever signed in by, from
    /// [`Connection::mechanism`](carillon_core::connection::Connection). A weaker one is then refused.
    pub pinned: Option<Mechanism>,
    /// The user allows the password itself to be sent, inside TLS, where the server takes nothing better.
    pub allow_plain: bool,
    /// The resource to ask for; `None` lets the server choose one that nobody can guess, and so nobody
    /// whom my presence is hidden from can ask this device anything (RFC 6120 §13.10.2). With Bind 2
    /// this stands before such a part (XEP-0386).
    pub resource: Option<String>,
    /// What a server that knows SASL2 is told of this installation. Without it no token is used or asked for.
    pub device: Option<Device>,
    /// The version of the stored roster (RFC 6121 §2.6), `Some("")` for none yet, `None` for no versions.
    pub roster_version: Option<String>,
    /// The first presence. [`Availability::Offline`] sends none.
    pub presence: (Availability, String),
    /// Certificate authorities to be trusted beside the system's, as DER: those of tests. A person's own authority is
    /// one of the system's.
    pub extra_roots: Vec<CertificateDer<'static>>,
}

impl ConnectConfig {
    /// As an account is that was never set up otherwise: everything is found by itself, and the account shows itself
    /// as available.
    #[must_use]
    pub fn new(account: BareJid, password: Secret) -> Self {
        Self {
            account,
            password,
            url: None,
            proxy: Proxy::System,
            pinned: None,
            allow_plain: false,
            resource: None,
            device: None,
            roster_version: None,
            presence: (Availability::Available, String::new()),
            extra_roots: Vec::new(),
        }
    }

    pub(crate) fn destination(&self) -> Destination {
        Destination {
            domain: self.account.domain().as_str().to_owned(),
            url: self.url.clone(),
            proxy: self.proxy.clone(),
            patient: self.pinned.is_some_and(Mechanism::is_bound),
            location: None,
            extra_roots: self.extra_roots.clone(),
        }
    }
}

/// How to make an account (XEP-0077).
#[derive(Debug, Clone)]
pub struct RegisterConfig {
    /// The address that is wished for.
    pub account: BareJid,
    /// Its password.
    pub password: Secret,
    /// What an invitation gives the right to have an account by (XEP-0445).
    pub token: Option<Secret>,
    /// The server's address, where the user set one; else it is discovered.
    pub url: Option<String>,
    /// Through what the server is reached.
    pub proxy: Proxy,
    /// Certificate authorities to be trusted beside the system's, as DER: those of tests. A person's own authority is
    /// one of the system's.
    pub extra_roots: Vec<CertificateDer<'static>>,
}

impl RegisterConfig {
    pub(crate) fn destination(&self) -> Destination {
        Destination {
            domain: self.account.domain().as_str().to_owned(),
            url: self.url.clone(),
            proxy: self.proxy.clone(),
            patient: false,
            location: None,
            extra_roots: self.extra_roots.clone(),
        }
    }
}
