//! One task joins sessions, store and alert decisions.
//!
//! The engine owns the store's only writer and every account's session. It stores before it announces:
//! nothing is shown, rung or acknowledged that is not committed. It must never know that there are
//! windows, sockets between processes, popups or loudspeakers: it gives out [`Output`]s and takes
//! calls.

pub mod account;
mod again;
mod alerting;
pub mod answers;
mod archive;
mod askers;
mod avatars;
pub mod carrier;
mod changes;
mod chores;
pub mod connector;
mod contacts;
mod csi;
mod deleting;
pub mod desk;
mod disk;
pub mod edits;
mod elsewhere;
mod errands;
mod files;
mod hearing;
mod indexing;
mod inviting;
mod later;
mod loss;
mod marks;
pub mod media;
mod messages;
mod missed;
mod moved;
mod moving;
mod names;
mod news;
mod outgoing;
pub mod output;
mod owed;
mod people;
mod presence;
mod private;
mod purse;
mod rehearsal;
mod replies;
mod rooms;
mod run;
mod seen_marks;
mod sessions;
mod set_aside;
mod signed_in;
mod status;
mod streams;
mod taking_in;
mod together;
mod told;
mod typing;
mod wake;
mod watches;

pub use account::Line;
pub use answers::{AccountState, RoomNow};
pub use archive::CatchingUp;
pub use carillon_store as store;
pub use carillon_wire as wire;
pub use carrier::{Carrier, WireCarrier};
pub use connector::{ConnectEnd, Connector, Secrets, WireConnector};
pub use desk::{Desk, DeskError, ServerAnswer, Zone};
pub use files::{FileNow, ToSend, TransferNow};
pub use inviting::InvitationAnswer;
pub use media::Media;
pub use names::NamesKnown;
pub use output::{Content, Output, Picture, Ring};
pub use private::PrivateNow;
pub use rehearsal::WhatIf;
pub use rooms::{RoomAnswer, RoomPlan};
pub use run::{Engine, EngineConfig, EngineGone};
pub use signed_in::Revocation;
pub use wake::Wake;
pub use watches::WatchNow;
