//! The only XML reader of Carillon, used by the client and by the embedded server.
//!
//! What comes in was written by a stranger. Everything that walks an element tree recurses (this crate's callers,
//! `xmpp-parsers`, `minidom`'s own drop), so a tree is only handed out after its depth, size and number of parts were
//! bounded, and it is built without recursion.
//!
//! This crate knows XML, namespaces, the framing of RFC 7395 (one document in each WebSocket message) and that of
//! RFC 6120 §4 (one long document over TCP). It knows no stanza, no socket and no clock.

mod error;
mod frame;
mod limits;
mod lines;
mod parse;
mod stream;
mod tree;
mod write;

pub use error::XmlError;
pub use frame::{Frame, NS_FRAMING, close_tag, open_tag};
pub use limits::Limits;
pub use parse::{parse, parse_bytes};
pub use stream::{NS_STREAMS, StreamItem, StreamReader, stream_footer, stream_header};
pub use write::write;
