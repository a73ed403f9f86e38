//! Authentication (RFC 6120 §6). One mechanism: SCRAM-SHA-256, without channel binding since there is no TLS on loopback.

pub(crate) mod scram;

/// The only mechanism offered.
pub(crate) const MECHANISM: &str = "SCRAM-SHA-256";
