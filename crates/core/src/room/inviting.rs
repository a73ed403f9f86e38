//! Invitations that a room does not pass on.

use crate::session::StanzaProblem;
use jid::BareJid;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Somebody whom a room did not invite for me (XEP-0045 §7.8.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NotInvited {
    /// Whom.
    #[ts(type = "string")]
    pub jid: BareJid,
    /// Why; its words have at most 500 characters.
    pub why: StanzaProblem,
}
