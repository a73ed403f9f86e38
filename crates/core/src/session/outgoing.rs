//! What a session is asked to say.

use super::{About, ArchiveQuery, RoomWish, SeenMark, SubscriptionStep};
use crate::avatar::{Avatar, OwnPicture};
use crate::contact::Availability;
use crate::files::FileTold;
use crate::ids::Timestamp;
use crate::invitation::InvitationKind;
use crate::person::{CardField, PersonQuestion};
use crate::reply::Answered;
use crate::room::Bookmark;
use jid::{BareJid, Jid};

/// What the engine asks a session to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outgoing {
    /// A message that is already a stored row.
    Message {
        /// A contact or a room; the full address of somebody in a room for a private message (XEP-0045 §7.5).
        to: Jid,
        /// Fixed when the row was stored; the same on every try.
        id: String,
        /// Plain text.
        body: String,
        /// To a room (`type='groupchat'`).
        to_room: bool,
    },
    /// Something about an earlier message of mine, that is already a stored row.
    About {
        /// A contact or a room; the full address of somebody in a room for a private message (XEP-0045 §7.5).
        to: Jid,
        /// Fixed when the row was stored; the same on every try.
        id: String,
        /// Which message, and what about it.
        about: About,
        /// Plain text.
        body: String,
        /// To a room (`type='groupchat'`).
        to_room: bool,
    },
    /// A message that answers an earlier one (XEP-0461), or a correction of such a message, that is already a stored row.
    Reply {
        /// A contact or a room; the full address of somebody in a room for a private message (XEP-0045 §7.5).
        to: Jid,
        /// Fixed when the row was stored; the same on every try.
        id: String,
        /// What it answers.
        of: Answered,
        /// Plain text, without a quote.
        body: String,
        /// The id of the message of mine in whose words' place these stand (XEP-0308).
        corrects: Option<String>,
        /// To a room (`type='groupchat'`).
        to_room: bool,
    },
    /// A message that hands over a file, and is already a stored row: its words are the file's address, which stands
    /// beside them too (XEP-0066 §3).
    File {
        /// A contact or a room; the full address of somebody in a room for a private message (XEP-0045 §7.5).
        to: Jid,
        /// Fixed when the row was stored; the same on every try.
        id: String,
        /// Where the file is.
        address: String,
        /// What others are told of it (XEP-0446).
        file: Box<FileTold>,
        /// To a room (`type='groupchat'`).
        to_room: bool,
    },
    /// Asks for a place for a file (XEP-0363 §5); answered by [`super::Incoming::Slot`].
    Slot {
        /// Answered under this number.
        request: u64,
        /// What it is called.
        name: String,
        /// How long it is, in bytes.
        size: u64,
        /// What it is.
        media_type: String,
    },
    /// "I have it" (XEP-0184).
    Receipt {
        /// The device it came from.
        to: Jid,
        /// Their message's id.
        id: String,
    },
    /// "I have seen it" (XEP-0333).
    Displayed {
        /// The contact.
        to: BareJid,
        /// Their message's id.
        id: String,
    },
    /// I type, or stopped (XEP-0085).
    Typing {
        /// The contact.
        to: BareJid,
        /// Whether I type now.
        composing: bool,
    },
    /// I ask for somebody's attention (XEP-0224).
    Attention {
        /// The contact.
        to: BareJid,
    },
    /// My own presence, to everyone who may see it.
    Presence {
        /// What I show.
        availability: Availability,
        /// My words.
        status: String,
        /// Since when I have not used this device (XEP-0319); `None`: I do, or it is nobody's business.
        idle_since: Option<Timestamp>,
    },
    /// Whether somebody would notice what the server may hold back for a while (XEP-0352): presence, and what has no
    /// words. Said to nobody where the server does not hold anything back, or holds back messages too.
    ClientState {
        /// It would be noticed. So it is on a new stream until something else is said.
        active: bool,
    },
    /// A step of the subscription dance.
    Subscription {
        /// To whom.
        to: BareJid,
        /// Which; what goes with `Subscribe` travels with it.
        step: SubscriptionStep,
    },
    /// Adds or changes a contact (RFC 6121 §2.3).
    RosterSet {
        /// Answered by [`super::Incoming::Outcome`].
        request: u64,
        /// Who.
        jid: BareJid,
        /// The name, empty for none.
        name: String,
        /// All groups.
        groups: Vec<String>,
    },
    /// Removes a contact and both subscriptions (RFC 6121 §2.5).
    RosterRemove {
        /// Answered by [`super::Incoming::Outcome`].
        request: u64,
        /// Who.
        jid: BareJid,
    },
    /// Blocks (XEP-0191 §3.3).
    Block {
        /// Answered by [`super::Incoming::Outcome`].
        request: u64,
        /// Whom.
        jids: Vec<BareJid>,
    },
    /// Takes off the block list; never sent empty, which would mean all.
    Unblock {
        /// Answered by [`super::Incoming::Outcome`].
        request: u64,
        /// Whom.
        jids: Vec<BareJid>,
    },
    /// Enters a room (XEP-0045 §7.2).
    JoinRoom {
        /// The room.
        room: BareJid,
        /// My nick there.
        nick: String,
        /// At most so many messages of history.
        history: u32,
        /// The room's password, empty for none (XEP-0045 §7.2.5).
        password: String,
    },
    /// Asks my account which rooms it keeps for my devices (XEP-0402 §3.1).
    ReadBookmarks,
    /// Has my account keep a room for my devices, in the place of what it kept of it.
    SetBookmark {
        /// Answered by [`super::Incoming::Outcome`].
        request: u64,
        /// The room.
        bookmark: Box<Bookmark>,
    },
    /// Asks my account up to where my devices have seen chats (XEP-0490 §4.4).
    ReadSeenMarks,
    /// Has my account tell my devices up to where I have seen a chat. Does nothing where the server cannot keep that.
    SetSeenMark(SeenMark),
    /// Asks a person's account, or one of their devices.
    AskPerson {
        /// Answered by [`super::Incoming::Person`].
        request: u64,
        /// The account, or the device.
        of: Jid,
        /// What.
        question: PersonQuestion,
    },
    /// Asks my server for an invitation (XEP-0401 §5); answered by [`super::Incoming::Invitation`].
    Invitation {
        /// Answered under this number.
        request: u64,
        /// To what.
        kind: InvitationKind,
    },
    /// Publishes my card, in the place of what stood in these lines of it (XEP-0292 §3.1.2, XEP-0054 §3.2).
    WriteCard {
        /// Answered by [`super::Incoming::Outcome`].
        request: u64,
        /// All lines; what is missing is taken out.
        fields: Vec<CardField>,
    },
    /// Something that a room, or a server where rooms are, answers.
    Room {
        /// Answered by [`super::Incoming::RoomAnswer`].
        request: u64,
        /// Who is asked.
        room: BareJid,
        /// What for.
        wish: Box<RoomWish>,
    },
    /// Invites somebody to a room, past it (XEP-0249); through it is [`RoomWish::Invite`].
    Invite {
        /// The room.
        room: BareJid,
        /// Whom.
        to: BareJid,
        /// My words, empty for none.
        words: String,
    },
    /// Leaves a room.
    LeaveRoom {
        /// The room.
        room: BareJid,
        /// My nick there.
        nick: String,
    },
    /// Declines a mediated invitation (XEP-0045 §7.8.2).
    DeclineInvite {
        /// The room.
        room: BareJid,
        /// Who invited, as the invitation said.
        to: Jid,
    },
    /// Answers a stranger whom my privacy hides as the server would for an absent user.
    Bounce {
        /// The device it came from.
        to: Jid,
        /// Their message's id.
        id: Option<String>,
    },
    /// Something that is a stored row: told by [`super::Incoming::Reached`] when the server has it.
    Kept {
        /// The stanza's id, fixed when the row was stored; the same on every try.
        id: String,
        /// A receipt, a marker, a step of the subscription dance, or the refusal of an invitation.
        what: Box<Outgoing>,
    },
    /// The answer to [`super::Incoming::Counted`]: all up to this number is on the disk.
    Handled(u32),
    /// The answer to [`super::Incoming::ReachedEarlier`]: which rows the server has is on the disk, and the numbers that rows
    /// had are forgotten. From now on they may mean other stanzas.
    EarlierSettled,
    /// Asks an archive for a page.
    Archive(ArchiveQuery),
    /// Asks a room what it can do; answered by [`super::RoomEvent::HasArchive`] where it keeps an archive.
    RoomInfo {
        /// The room.
        room: BareJid,
    },
    /// Shows others my picture, or none (XEP-0084 §3.3, §4.3).
    ShowPicture {
        /// Answered by [`super::Incoming::Outcome`].
        request: u64,
        /// `None`: none from now on.
        picture: Option<OwnPicture>,
    },
    /// Tells those who see my presence something about me (XEP-0107 §2.2, XEP-0172 §4.3).
    Tell {
        /// Answered by [`super::Incoming::Outcome`].
        request: u64,
        /// What.
        told: crate::mood::Told,
    },
    /// Says on this account where I have gone, to those who see my presence; `None` takes that back (XEP-0283 §4.1).
    SayMoved {
        /// Answered by [`super::Incoming::Outcome`].
        request: u64,
        /// My new address.
        to: Option<BareJid>,
    },
    /// Asks an account where its owner has gone (XEP-0283 §4.3).
    AskMoved {
        /// Answered by [`super::Incoming::Moved`].
        request: u64,
        /// Whose.
        of: BareJid,
    },
    /// Fetches a picture that somebody announced.
    Picture {
        /// Answered by [`super::Incoming::Picture`].
        request: u64,
        /// Whose it is.
        of: BareJid,
        /// Which, and where it is to be had.
        avatar: Avatar,
    },
    /// Asks the server whether the link still lives (XEP-0199).
    Ping,
    /// Ends the stream in good order.
    Close,
}
