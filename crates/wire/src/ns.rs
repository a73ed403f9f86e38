//! The namespaces in use. Those that `xmpp_parsers` names come from there.

pub(crate) use xmpp_parsers::ns::{
    BIND, BLOCKING, CAPS, CARBONS, CHATSTATES, CSI, DATA_FORMS, DELAY, DISCO_INFO, DISCO_ITEMS,
    DISPLAYED_MARKERS, FORWARD, JABBER_CLIENT, MAM, MUC, MUC_USER, NICK, OOB, PING, RECEIPTS,
    REGISTER, ROSTER, RSM, SASL, SID, STREAM, TIME, TLS, VERSION, XMPP_STANZAS, XMPP_STREAMS,
};

/// Calls for attention (XEP-0224).
pub(crate) const ATTENTION: &str = "urn:xmpp:attention:0";
/// Direct invitations (XEP-0249).
pub(crate) const CONFERENCE: &str = "jabber:x:conference";
/// Processing hints (XEP-0334).
pub(crate) const HINTS: &str = "urn:xmpp:hints";

/// Authentication with everything else in the same breath (XEP-0388).
pub(crate) const SASL2: &str = "urn:xmpp:sasl:2";
/// Binding a resource within it (XEP-0386).
pub(crate) const BIND2: &str = "urn:xmpp:bind:0";
/// Tokens that stand for the password (XEP-0484).
pub(crate) const FAST: &str = "urn:xmpp:fast:0";

/// Types of channel binding that a server knows (XEP-0440).
pub(crate) const SASL_CB: &str = "urn:xmpp:sasl-cb:0";
