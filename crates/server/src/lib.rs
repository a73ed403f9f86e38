//! The XMPP server that comes with Carillon, for one machine: what makes the first minutes work without an account
//! anywhere, and what tests talk to. For more people one runs Prosody or ejabberd.
//!
//! It listens on 127.0.0.1 only, over WebSocket (RFC 7395) without TLS, and federates with nobody. It knows nothing of
//! Carillon's client: the two share the XML reader and no other code.
//!
//! Streams are managed (XEP-0198): a session whose connection broke can be resumed for five minutes, and what its client
//! had not acknowledged is in the store meanwhile, for whoever comes next.
//!
//! Inside, the router is a plain value: frames in, effects out, no socket and no clock. One thread owns it together with
//! the database; each connection has a task that reads, parses and writes.

mod config;
mod connection;
mod error;
mod files;
mod folder;
mod hub;
mod ledger;
mod ns;
mod outbox;
mod rooms;
mod router;
mod sasl;
mod server;
mod stanza;
mod store;
mod subscription;
mod throttle;
mod upgrade;

pub use config::Config;
pub use error::ServerError;
pub use server::{Server, known_url, prepare, start};
pub use store::StoreError;
