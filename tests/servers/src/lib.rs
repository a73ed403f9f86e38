//! Real servers and an independent peer, for every test that must not believe Carillon about itself.
//!
//! A [`TestServer`] is Debian's Prosody, Debian's ejabberd or Carillon's embedded server, started on free ports
//! of 127.0.0.1 with a data folder of its own and ended with its value. A [`Peer`] is slixmpp or @xmpp/client, driven
//! by a test. A [`BareStream`] is one WebSocket and no client at all: what is sent and received is the text itself.
//!
//! Nothing here knows Carillon's own crates: what they get wrong must not be got wrong here in the same way.

// This library is part of tests: a step that fails ends the test, and says what failed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr
)]

mod bare;
mod binary;
mod certificate;
mod gate;
mod peer;
mod process;
mod proxy;
mod proxy_faults;
mod proxy_frames;
mod proxy_schedule;
mod searcher;
mod server;
mod wait;

pub use bare::{BareError, BareStream, attribute};
pub use binary::binary;
pub use gate::{FileGate, Seen};
pub use peer::{Happened, Peer};
pub use process::Process;
pub use proxy::Proxy;
pub use proxy_faults::FaultProxy;
pub use proxy_schedule::{End, Fault, Towards, Where};
pub use searcher::Searcher;
pub use server::{Account, Kind, TestServer, ejabberd_command, free_port, prosody_command};
pub use wait::{DEADLINE, STARTED, until, until_some, until_started};
