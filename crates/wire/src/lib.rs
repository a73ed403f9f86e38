//! The only network client: it finds a server, signs in, and turns stanzas into core types and back.
//!
//! It knows sockets, TLS, XML stanzas and the rules about who may say what. It knows no store, no
//! alert and no window, and it decides nothing about what a user sees. What it yields was checked:
//! a carbon, a roster push, an answer or a room event is only passed on if it came from the one who
//! may send it.
//!
//! The only transport is WebSocket (RFC 7395); the trait `Transport` is where TCP will go.
//! A password is never sent in clear, and no connection in clear leaves this computer.

mod config;
mod connect;
mod discovery;
mod farewell;
mod ids;
mod login;
mod ns;
mod register;
mod run;
mod session;
mod staggered;
mod stanza;
mod tls;
mod transport;

#[cfg(test)]
mod tests;

pub use config::{ConnectConfig, RegisterConfig, Secret};
pub use discovery::check_address;
pub use register::{RegisterProblem, register};
pub use run::{Earlier, Ended, run, run_on};
pub use rustls::pki_types::CertificateDer;
pub use session::Asleep;
