//! Where in the window.

use carillon_core::ids::{AccountId, ChatRef};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A place in the window to which a click leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Place {
    /// As it was.
    Anywhere,
    /// A conversation, with the composer focused.
    Chat {
        /// Which.
        chat: ChatRef,
    },
    /// Requests and invitations.
    Requests,
    /// An account's panel.
    Account {
        /// Which.
        account: AccountId,
    },
    /// The list of what happened.
    Activity,
    /// The settings.
    Settings,
    /// An `xmpp:` address (XEP-0147) to be confirmed by the user.
    Uri {
        /// As it was given, at most 2,000 characters.
        uri: String,
    },
}
