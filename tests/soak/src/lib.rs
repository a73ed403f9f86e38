//! Two residents that write to each other while their links, their server and they themselves fail; and an oracle
//! that compares what was said with what was heard.
//!
//! A [`Chunk`] is one run: a server, a way to it, and numbers. What befalls whom, and after how many messages, is a
//! pure function of its seed ([`plan`]); at which moment of a session it does depends on the machine.
//!
//! Nothing here knows Carillon's crates.

// This library is part of tests: a step that fails ends the run, and says what failed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr
)]

mod chunk;
mod disk;
mod oracle;
mod progress;
mod report;
mod run;
mod sessions;
mod side;
mod verdict;

pub use chunk::{Blow, Chunk, Kills, Transport, What, plan};
pub use oracle::{Seen, Sent, Tally, tally};
pub use report::{add, table};
pub use run::run;
pub use verdict::Verdict;
