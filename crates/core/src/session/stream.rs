//! What outlives a link: the state of a managed stream (XEP-0198).

use jid::{BareJid, FullJid};

/// A stream that the server lets resume (XEP-0198 §5), as far as it has to be remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamState {
    /// The server's name for the stream, to be given back as `previd`.
    pub id: String,
    /// The address that is bound to it.
    pub jid: FullJid,
    /// Where the server would like to be asked to resume: `host` or `host:port`. A wish about where to connect,
    /// no reason to trust whoever answers there.
    pub location: Option<String>,
    /// How many stanzas of the server are stored, modulo 2^32.
    pub handled: u32,
    /// Rooms that I am in on this stream.
    pub rooms: Vec<StreamRoom>,
}

/// A room that I am in on a stream that may be resumed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamRoom {
    /// Its address.
    pub jid: BareJid,
    /// My nick there.
    pub nick: String,
    /// It gives people lasting names and takes forged ones out (XEP-0421), as it told last.
    pub names_occupants: bool,
}
