//! How the password was checked.

use crate::transport::Route;
use carillon_core::connection::{Binding, Connection, Mechanism, TokenMechanism};

/// What came of an authentication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Proof {
    pub(crate) mechanism: Mechanism,
    /// The token that stood for the password.
    pub(crate) token: Option<TokenMechanism>,
    /// To what of the channel it is bound.
    pub(crate) binding: Option<Binding>,
    /// The server has confirmed what it had offered (XEP-0474).
    pub(crate) offer_confirmed: bool,
}

impl Proof {
    /// Over this way.
    pub(crate) fn over(self, route: &Route) -> Connection {
        Connection {
            transport: route.transport,
            host: route.host.clone(),
            port: route.port,
            proxy: route.proxy.clone(),
            tls: route.tls.as_ref().map(|tls| tls.version.clone()),
            mechanism: self.mechanism,
            token: self.token,
            binding: self.binding,
            offer_confirmed: self.offer_confirmed,
            failed: route.failed.clone(),
        }
    }
}
