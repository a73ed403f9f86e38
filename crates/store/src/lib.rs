//! The profile's database: what was said, who is known, and what still has to be sent.
//!
//! It knows the words of [`carillon_core`] and SQL. It must never know the network, settings, clocks or random
//! numbers: times and ids are handed to it, and what a row means for an alert is decided elsewhere.
//!
//! - [`Store`] is the one writer. Every call is one short transaction and either happens whole or not at all.
//! - [`Reader`] is a second connection that cannot write, for whoever shows the data. The writer can ask
//!   whatever a reader can.
//!
//! A write is **committed** when its call returns: visible to readers, and safe if this process is killed.
//! It is **durable**, safe also if the machine loses power, when its documentation says "Durable", or after
//! [`Store::flush`].

mod accounts;
mod activity;
mod archive;
mod avatars;
mod blocked;
mod changes;
mod chats;
mod damage;
mod errands;
mod error;
mod files;
mod foreign;
mod history;
mod imports;
mod invitations;
mod invites;
mod log;
mod meta;
mod moves;
mod notes;
mod order;
mod outgoing;
mod own_marks;
mod private;
mod receive;
mod replies;
mod requests;
mod rooms;
mod roster;
mod rows;
mod salvage;
mod schema;
mod search;
mod seen;
mod store;
mod streams;
mod telling;
#[cfg(test)]
mod tests;
mod timers;
mod together;
mod transfers;
mod tray;
mod words;

pub use activity::{ACTIVITY_KEPT, ActivityRow, StoredActivity};
pub use archive::{ArchiveCursor, PageKind, StoredEntry};
pub use changes::{Failed, WaitingChange};
pub use damage::{SetAside, set_aside, suspect};
pub use errands::{Errand, WaitingErrand};
pub use error::StoreError;
pub use files::{FileHere, StoredFile};
pub use foreign::{
    ForeignAccount, ForeignError, ForeignHistory, ForeignKind, ForeignSkip, TakeForeign,
};
pub use history::HISTORY_LIMIT;
pub use imports::{ForeignMessage, TakenIn};
pub use invitations::{Guest, LetIn};
pub use moves::{MoveRow, WaitingTask};
pub use notes::Note;
pub use outgoing::{Queued, WaitingMessage};
pub use own_marks::MOST_PINS;
pub use private::{PastPrivate, SOMEBODY_ELSE};
pub use receive::{Arrival, NewMessage, Received};
pub use replies::WaitingReply;
pub use rooms::RoomRow;
pub use roster::{RosterChange, RosterDifference};
pub use salvage::{Recovery, Saved, recover};
pub use search::{FIND_LIMIT, Found, Hit, SEARCH_LIMIT, Stop};
pub use seen::{Seen, UnreadTotal};
pub use store::{Reader, Store};
pub use telling::Said;
pub use timers::AlertTimer;
pub use together::Came;
pub use transfers::{NewTransfer, Transfer};
pub use tray::StoredMark;
pub use words::ToIndex;

/// What every call of this crate answers.
pub type Result<T> = std::result::Result<T, StoreError>;
