//! Rooms that are found by words, on whatever server (XEP-0433).

use jid::BareJid;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A room as a search service tells of it; nobody else vouches for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Channel {
    /// Its address.
    #[ts(type = "string")]
    pub jid: BareJid,
    /// Its name, empty when it has none.
    pub name: String,
    /// What it is about, empty when it does not say.
    pub description: String,
    /// The language that is spoken there (RFC 5646), empty when it does not say.
    pub language: String,
    /// How many were in it a while ago.
    pub people: Option<u32>,
    /// Whether everybody may come in.
    pub open: Option<bool>,
}

/// A part of what was found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct Channels {
    /// Each address once.
    pub channels: Vec<Channel>,
    /// There may be more behind here.
    pub more_behind: Option<String>,
}

/// Why a service did not search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SearchRefusal {
    /// It was asked too often: not again before so many seconds have passed, where it says.
    TooOften {
        /// From now on.
        seconds: Option<u32>,
    },
    /// It can make nothing of the words; why, in its own.
    BadWords {
        /// Empty when it does not say.
        words: String,
    },
}
