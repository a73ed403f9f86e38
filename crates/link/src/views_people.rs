//! What the answers show of people and of oneself.

use carillon_core::ids::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// An invitation that can be passed on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct InvitationView {
    /// What programs open: an `xmpp:` address.
    pub uri: String,
    /// What browsers open, and that leads there: an `https:` address of my server.
    pub page: Option<String>,
    /// Until when it is good; `None`: nobody says.
    pub expires: Option<Timestamp>,
    /// My server made it, and honours it also while this computer is off.
    pub by_server: bool,
    /// My server makes accounts for whom I invite.
    pub makes_accounts: bool,
}
