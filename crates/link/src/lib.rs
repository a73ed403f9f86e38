//! The contract between the resident and its windows and tools, and the local socket that carries it.
//!
//! This crate knows commands, answers, events and frames. It must never know how a command is carried
//! out, that there is XMPP, SQL or a web view. Events carry identities, never payloads: whoever hears
//! one reads again by a command.

#[macro_use]
mod making;
#[macro_use]
mod contract_alerts;
#[macro_use]
mod contract_files;
#[macro_use]
mod contract_own;
#[macro_use]
mod contract_people;
#[macro_use]
mod contract_rooms;

pub mod alerts;
mod changes;
pub mod client;
pub mod contract;
pub mod event;
pub mod frame;
pub mod page;
pub mod place;
pub mod profile;
pub mod refusal;
pub mod secret;
pub mod server;
mod socket;
pub mod views;
pub mod views_files;
pub mod views_own;
pub mod views_people;

pub use carillon_core::ids::{AccountId, ChatRef, MessageId};
pub use client::{Link, LinkError, is_older};
pub use contract::{Ask, Command};
pub use event::Event;
pub use frame::{Hello, PROTOCOL, Role};
pub use place::Place;
pub use profile::Profile;
pub use refusal::{Refusal, RefusalCode};
pub use secret::Secret;
