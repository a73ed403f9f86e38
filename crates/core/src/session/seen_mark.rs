//! Up to where chats were seen, on any of my devices (XEP-0490).

use jid::BareJid;

/// A chat was seen up to an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenMark {
    /// The chat.
    pub chat: BareJid,
    /// The id that my server, or the room, gave the message (XEP-0359).
    pub entry: String,
    /// The room gave it.
    pub room: bool,
}
