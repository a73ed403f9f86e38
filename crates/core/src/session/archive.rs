//! Asking an archive, and what it answers (XEP-0313, XEP-0059).

use super::{Incoming, StanzaProblem};
use crate::ids::Timestamp;
use jid::BareJid;

/// Where a page of an archive lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArchivePlace {
    /// Right behind this entry, forwards.
    After(String),
    /// From this moment on, forwards: for when the entry that was known is gone from the archive.
    Since(Timestamp),
    /// Right before this entry.
    Before(String),
    /// The newest entries.
    Newest,
}

/// A question to an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveQuery {
    /// Answered by [`Incoming::Archive`].
    pub request: u64,
    /// The room whose archive is asked, `None` for my own.
    pub room: Option<BareJid>,
    /// Only the conversation with this one; without meaning for rooms.
    pub with: Option<BareJid>,
    /// Which page.
    pub place: ArchivePlace,
    /// At most so many entries; a server may give fewer.
    pub max: u32,
}

/// One entry of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archived {
    /// The archive's id of it.
    pub id: String,
    /// When the archive got it.
    pub at: Option<Timestamp>,
    /// What it says: at most one [`Incoming::Message`] with the origin [`super::Origin::Archive`], and receipts
    /// and markers. Empty when it is nothing that a chat shows.
    pub what: Vec<Incoming>,
}

/// A page of an archive, the oldest entry first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivePage {
    /// The entries.
    pub entries: Vec<Archived>,
    /// The id of the first entry; `None` on an empty page.
    pub first: Option<String>,
    /// The id of the last entry; `None` on an empty page.
    pub last: Option<String>,
    /// Nothing more lies in the direction in which was asked.
    pub complete: bool,
    /// Unless set, the order or the ids may still change, and the page must be asked for again.
    pub stable: bool,
    /// How many entries fit the question altogether, where the server counts.
    pub count: Option<u32>,
}

/// What came of a question to an archive.
pub type ArchiveAnswer = Result<ArchivePage, StanzaProblem>;
