//! What a session hears and says, once XML is behind it.
//!
//! `wire` checks every stanza's sender before it makes one of these; what arrives here may be believed
//! as far as its doc says. No payload is markup.

mod about;
mod archive;
mod outgoing;
mod problem;
mod room;
mod seen_mark;
mod stream;
mod subscription;
mod upload;

use crate::avatar::{AvatarHash, AvatarSource};
use crate::chat::Author;
use crate::connection::Connection;
use crate::contact::{ResourcePresence, RosterItem};
use crate::files::FileTold;
use crate::ids::Timestamp;
use crate::invitation::ServerInvitation;
use crate::person::PersonAnswer;
use crate::reply::ReplyTo;
use crate::room::{Bookmark, InviteVia};
use jid::{BareJid, FullJid, Jid};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use about::{About, Change};
pub use archive::{ArchiveAnswer, ArchivePage, ArchivePlace, ArchiveQuery, Archived};
pub use outgoing::Outgoing;
pub use problem::SessionProblem;
pub use room::{RoomEvent, RoomItem, RoomItems, RoomReply, RoomWish};
pub use seen_mark::SeenMark;
pub use stream::{StreamRoom, StreamState};
pub use subscription::{SubscriptionStep, Wish};
pub use upload::{NoSlot, UploadSlot};

/// By which way a message came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// Pushed at the moment it was said.
    Live,
    /// Kept by the server while no device was there (XEP-0160, XEP-0203), or a room's history.
    Delayed,
    /// A copy of what another device of mine sent or got (XEP-0280), from my own bare address.
    Carbon,
    /// From the archive (XEP-0313).
    Archive,
}

/// A message with a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncomingMessage {
    /// The conversation: the other side's bare address, also for my own copies. The full address of somebody in a room
    /// where it is private: they are there, or another of my devices, my archive or the stanza's mark says so. Whether
    /// that room is one of mine the engine knows.
    pub chat: Jid,
    /// The full address that it came from, for receipts; mine for my own copies.
    pub from: Jid,
    /// Who said it.
    pub author: Author,
    /// The sender's id (`id`, or XEP-0359 `origin-id`): identifies a duplicate from the same sender
    /// only, never hides somebody else's message. `None` when the sender gave none.
    pub id: Option<String>,
    /// The sender's other id (XEP-0359 `origin-id`), by which others may speak of it in a chat of two; `None` where there
    /// is none besides [`Self::id`].
    pub origin_id: Option<Box<str>>,
    /// The archive's id (XEP-0359 `stanza-id`), only where its issuer announces support.
    pub stanza_id: Option<String>,
    /// Plain text.
    pub body: String,
    /// The server's time for delayed ones.
    pub at: Option<Timestamp>,
    /// The way it came.
    pub origin: Origin,
    /// The sender asks for a receipt (XEP-0184).
    pub wants_receipt: bool,
    /// The sender asks to be told when it was seen (XEP-0333).
    pub markable: bool,
    /// It hands over a file: the address of one stands beside the words (XEP-0066 §3), with what is told of it where
    /// that is (XEP-0447).
    pub file: Option<Box<FileTold>>,
    /// Which occupant of a room it was, whatever their nick: the room's lasting name for them (XEP-0421), or a name for
    /// the time during which they had their address without a break. `None` where neither is known, and outside rooms. Of
    /// private words of mine from another device the engine says so to whom they went.
    pub occupant: Option<String>,
    /// It is about an earlier message, if its author may speak of that.
    pub about: Option<About>,
    /// By what its words are encrypted, which nobody here can read (XEP-0380): [`Self::body`] only says that.
    pub encryption: Option<String>,
    /// The sender wishes that it be shown as it is written (XEP-0393 §6).
    pub unstyled: bool,
    /// What it answers (XEP-0461). [`Self::body`] holds nothing that only quotes that for those who know no replies.
    pub reply: Option<ReplyTo>,
}

/// What the server offers, as far as behaviour depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct ServerFeatures {
    /// XEP-0280.
    pub carbons: bool,
    /// XEP-0191.
    pub blocking: bool,
    /// XEP-0313 on the account's own address.
    pub archive: bool,
}

/// Why a stanza was refused (RFC 6120 §8.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StanzaProblem {
    /// The defined condition, such as `service-unavailable`.
    pub condition: String,
    /// The other side's words, empty when none.
    pub text: String,
}

impl StanzaProblem {
    /// Why, in the other side's words if there are any.
    #[must_use]
    pub fn words(&self) -> &str {
        if self.text.is_empty() {
            &self.condition
        } else {
            &self.text
        }
    }

    /// Nothing was ever written there.
    #[must_use]
    pub fn says_none(&self) -> bool {
        self.condition == "item-not-found"
    }

    /// The server keeps no such thing (RFC 6120 §8.3.3).
    #[must_use]
    pub fn keeps_none(&self) -> bool {
        ["feature-not-implemented", "service-unavailable"].contains(&self.condition.as_str())
    }
}

/// What a session yields, in the order of the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// How this session is connected; told once, before everything else.
    Connected(Box<Connection>),
    /// Signed in and bound; what was said before is over.
    Online {
        /// The address the server gave.
        jid: FullJid,
        /// What it offers.
        features: ServerFeatures,
    },
    /// The answer to the roster request at login.
    Roster {
        /// To be stored and offered next time (RFC 6121 §2.6).
        version: Option<String>,
        /// `None`: what is stored is still true.
        items: Option<Vec<RosterItem>>,
    },
    /// One contact changed; pushed by my own server only.
    RosterPush {
        /// The new version.
        version: Option<String>,
        /// The new state.
        item: RosterItem,
    },
    /// One contact left the roster; pushed by my own server only.
    RosterRemoved {
        /// The new version.
        version: Option<String>,
        /// Who.
        jid: BareJid,
    },
    /// A device of a contact, or of mine, shows itself.
    Presence {
        /// Whose.
        from: BareJid,
        /// Offline when the device is gone; an empty resource speaks for all devices.
        device: ResourcePresence,
    },
    /// Somebody says which picture they show; by eventing only they themselves can.
    Avatar {
        /// Whose it is.
        from: BareJid,
        /// Where they said so.
        source: AvatarSource,
        /// `None`: none, or none that can be shown.
        hash: Option<AvatarHash>,
    },
    /// Somebody says something about themselves; only they themselves can.
    Told {
        /// Who.
        from: BareJid,
        /// What.
        told: crate::mood::Told,
    },
    /// The answer to [`Outgoing::Picture`].
    Picture {
        /// The number that was given.
        request: u64,
        /// At most [`crate::avatar::LARGEST`] bytes with the hash that was asked for, of a kind that nobody has looked
        /// at; `None` when it is not to be had.
        bytes: Option<Vec<u8>>,
    },
    /// A step of the subscription dance.
    Subscription {
        /// Who.
        from: BareJid,
        /// Which.
        step: SubscriptionStep,
    },
    /// Something was said.
    Message(IncomingMessage),
    /// A device of the contact has my message (XEP-0184).
    Receipt {
        /// The contact it came from.
        from: BareJid,
        /// My message's id.
        id: String,
    },
    /// The contact has seen my messages up to this one (XEP-0333).
    Displayed {
        /// The contact it came from.
        from: BareJid,
        /// My message's id.
        id: String,
    },
    /// Another device of mine has seen the chat up to this message.
    SeenElsewhere {
        /// The conversation.
        chat: BareJid,
        /// Their message's id.
        id: String,
    },
    /// Another device of mine is used in a chat now: something was read or typed there (XEP-0280 tells).
    UsedElsewhere {
        /// The conversation.
        chat: BareJid,
    },
    /// Somebody asks for my attention now (XEP-0224).
    Attention {
        /// Who.
        from: BareJid,
    },
    /// Somebody types, or stopped (XEP-0085).
    Typing {
        /// The conversation.
        chat: BareJid,
        /// The nick in a room.
        nick: Option<String>,
        /// Whether they type now.
        composing: bool,
    },
    /// My message came back.
    MessageFailed {
        /// From where: a full address may be somebody's in a room, or a device's.
        chat: Jid,
        /// Its id.
        id: String,
        /// Why.
        problem: StanzaProblem,
    },
    /// The server has handled everything up to these messages of mine.
    Reached {
        /// Their ids.
        ids: Vec<String>,
    },
    /// The stream goes on, and these rows of mine that the server had not handled were not written again: what is
    /// private in a room may be for somebody else by now.
    NotSent {
        /// Their ids.
        ids: Vec<String>,
    },
    /// I am invited to a room.
    Invite {
        /// The room.
        room: BareJid,
        /// Who invites: a bare address, or `room/nick` where the room hides it (XEP-0045 §7.8.2).
        from: Jid,
        /// Their words.
        reason: String,
        /// How it came.
        via: InviteVia,
        /// The server's time for delayed ones.
        at: Option<Timestamp>,
    },
    /// Something in a room that I am in or asked to join.
    Room {
        /// The room.
        room: BareJid,
        /// What.
        event: RoomEvent,
    },
    /// The whole block list.
    BlockList(Vec<BareJid>),
    /// These were added to it, here or elsewhere.
    Blocked(Vec<BareJid>),
    /// These were taken off it; empty means all.
    Unblocked(Vec<BareJid>),
    /// All that was told before this belongs to the server's first so many stanzas on a managed stream, modulo
    /// 2^32 (XEP-0198). To be answered by [`Outgoing::Handled`] once it is safe.
    Counted(u32),
    /// The server lets this stream be resumed after its link broke.
    Resumable(StreamState),
    /// A session that had lost its link goes on: nothing that was true of it is over. Comes instead of
    /// [`Self::Online`].
    Resumed,
    /// On the stream of an earlier run that was asked for, the server has handled so many of my stanzas, modulo
    /// 2^32. [`Self::Online`] is next, whether that stream goes on or not. To be answered by
    /// [`Outgoing::EarlierSettled`]: if it goes on, nothing is written before that.
    ReachedEarlier(u32),
    /// A stored row was written as my so-manyth stanza on a managed stream, modulo 2^32.
    Numbered {
        /// The number.
        number: u32,
        /// The row's id.
        id: String,
    },
    /// The answer to [`Outgoing::Archive`].
    Archive {
        /// The number that was given.
        request: u64,
        /// A page, or why there is none.
        answer: ArchiveAnswer,
    },
    /// The answer to [`Outgoing::Slot`].
    Slot {
        /// The number that was given.
        request: u64,
        /// A place, or why there is none.
        answer: Box<Result<UploadSlot, NoSlot>>,
    },
    /// All rooms that my account keeps for my devices: the answer to [`Outgoing::ReadBookmarks`].
    Bookmarks(Vec<Bookmark>),
    /// The other answer: the server keeps none, or did not say what it keeps.
    NoBookmarks,
    /// One of them is new or changed; said by my own account only.
    Bookmark(Box<Bookmark>),
    /// One of them is gone, `None`: all.
    BookmarkGone {
        /// The room.
        room: Option<BareJid>,
    },
    /// Up to where my devices have seen chats; said by my own account only.
    SeenMarks {
        /// Those that were told.
        all: Vec<SeenMark>,
        /// They are all: the answer to [`Outgoing::ReadSeenMarks`]. It comes only where the server can keep them.
        whole: bool,
    },
    /// The answer to [`Outgoing::AskPerson`].
    Person {
        /// The number that was given.
        request: u64,
        /// `Err` when it was refused, or said nothing.
        answer: Result<PersonAnswer, StanzaProblem>,
    },
    /// The answer to [`Outgoing::AskMoved`], under the address that was asked.
    Moved {
        /// The number that was given.
        request: u64,
        /// Where its owner has gone; `Err` when it says nothing of that.
        answer: Result<BareJid, StanzaProblem>,
    },
    /// The answer to [`Outgoing::Invitation`].
    Invitation {
        /// The number that was given.
        request: u64,
        /// `Err` when the server makes none.
        answer: Result<ServerInvitation, StanzaProblem>,
    },
    /// The answer to [`Outgoing::Room`].
    RoomAnswer {
        /// The number that was given.
        request: u64,
        /// `Err` when it was refused.
        answer: Result<RoomReply, StanzaProblem>,
    },
    /// The answer to an [`Outgoing`] that carries a request number.
    Outcome {
        /// The number that was given.
        request: u64,
        /// `Err` when the server or the other side refused.
        result: Result<(), StanzaProblem>,
    },
}
