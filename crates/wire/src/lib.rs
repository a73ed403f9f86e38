//! The only network client: it finds a server, signs in, and turns stanzas into core types and back.
//!
//! It knows sockets, TLS, XML stanzas and the rules about who may say what. It knows no store, no
//! alert and no window, and it decides nothing about what a user sees. What it yields was checked:
//! a carbon, a roster push, an answer or a room event is only passed on if it came from the one who
//! may send it.
//!
//! Stanzas travel by WebSocket (RFC 7395) or TCP (RFC 6120); the trait `Transport` is what both have in common.
//! A password is never sent in clear, and no connection in clear leaves this computer.

mod config;
mod connect;
mod device;
mod discovery;
mod farewell;
mod ids;
mod login;
mod ns;
mod proxy;
mod register;
mod run;
mod session;
pub mod spoken;
mod staggered;
mod stanza;
mod tls;
mod transfer;
mod transport;

#[cfg(test)]
mod tests;

pub use config::{ConnectConfig, RegisterConfig, Secret};
pub use device::{Device, KeepToken, Token};
pub use discovery::check_address;
pub use proxy::{DesktopAnswer, DesktopProxies, ask_desktop, check_proxy};
pub use register::{RegisterProblem, register};
pub use run::{Earlier, Ended, revoke, run, run_on};
pub use rustls::pki_types::CertificateDer;
pub use session::Asleep;
pub use transfer::{
    Download, Fetched, OwnServer, Progress, TransferProblem, Upload, Way, download, upload,
};
