//! A scripted XMPP server on loopback, and a session that talks to it through `carillon-wire`'s public doors.
//!
//! Nothing is simulated between them: a real socket, real WebSocket frames or a real stream, real SCRAM. What a script
//! says is therefore what a hostile server or peer could say.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "these are the tools of tests: what goes wrong fails the test"
)]

mod attack;
mod link;
mod scene;
mod server;

pub use attack::{Attack, SENDERS, Sender};
pub use link::Way;
pub use scene::Scene;
pub use server::{Account, Conversation, First, ScriptedServer};
pub use tokio_tungstenite::tungstenite::protocol::Message;
