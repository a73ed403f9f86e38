//! Conversations and what is said in them.

use crate::avatar::AvatarHash;
use crate::files::FileBrief;
use crate::ids::{AccountId, ChatRef, MessageId, Timestamp};
use crate::reaction::Reaction;
use crate::reply::Reply;
use crate::room::Moderated;
use jid::BareJid;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How far an own message has come. The order is the way: a state never goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// Stored here, not yet at the server.
    Waiting,
    /// The server has it.
    Sent,
    /// A device of the contact has it (XEP-0184).
    Arrived,
    /// The contact has seen it (XEP-0333).
    Read,
    /// Refused or given up; the reason stands beside it.
    Failed,
}

/// Who said it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Author {
    /// I, on this or another device of mine.
    Me,
    /// The contact of the chat.
    Contact,
    /// Somebody in a room, also in a private conversation there.
    Occupant {
        /// The nick in the room.
        nick: String,
    },
}

/// A message as a chat shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Message {
    /// The stored row; also the order within the chat.
    pub id: MessageId,
    /// The conversation.
    pub chat: ChatRef,
    /// Who said it.
    pub author: Author,
    /// Plain text as it was sent; never markup.
    pub body: String,
    /// When it was said: the server's time for delayed ones (XEP-0203), else when it came.
    pub at: Timestamp,
    /// `None` for what others said.
    pub delivery: Option<Delivery>,
    /// Why it failed, in the server's words or ours; empty unless failed.
    pub failure: String,
    /// Whether I have seen it, here or elsewhere. Own messages count as seen.
    pub seen: bool,
    /// Its author has put these words in the place of others (XEP-0308). Where that was I and the server does not have
    /// it yet, or refused it, [`Self::delivery`] says so.
    pub corrected: bool,
    /// The signs that were given it (XEP-0444), the first one first.
    pub reactions: Vec<Reaction>,
    /// Its author, or a moderator of its room, has taken it back (XEP-0424): it has no words any more.
    pub retracted: bool,
    /// Who did so as a moderator, and why (XEP-0425).
    pub moderated: Option<Moderated>,
    /// By what its words are encrypted, which nobody here can read (XEP-0380). The text only says that.
    pub encryption: Option<String>,
    /// Its author wishes that it be shown as it is written, without styles (XEP-0393 §6).
    pub unstyled: bool,
    /// What it answers (XEP-0461), if it answers something.
    pub reply: Option<Reply>,
    /// In a private conversation in a room: whose words they are, or whom mine are for, beyond the nick. What begins with
    /// `id:` is the room's lasting name for them (XEP-0421), anything else stands for one stay of somebody there. `None`
    /// where nobody knows, and in other conversations.
    pub occupant: Option<String>,
}

/// What stands in lists and popups for words that cannot be read; in every language the same.
#[must_use]
pub fn encrypted_words(encryption: &str) -> String {
    format!("🔒 {encryption}")
}

/// What a message has said at some time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Version {
    /// Plain text.
    pub body: String,
    /// Since when.
    pub at: Timestamp,
}

/// What a conversation is with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ChatKind {
    /// One contact.
    Contact,
    /// A room (XEP-0045).
    Room,
    /// Somebody who is not a contact and waits in Requests.
    Stranger,
    /// Somebody in a room, by their nick there (XEP-0045 §7.5).
    Private,
}

/// A conversation as the chat list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ChatSummary {
    /// Which conversation.
    pub chat: ChatRef,
    /// What it is with.
    pub kind: ChatKind,
    /// The contact's or the room's name, or somebody's nick in a room; never empty.
    pub name: String,
    /// The name of the room in which a private conversation is; `None` for other conversations.
    pub room: Option<String>,
    /// Incoming messages that I have not seen.
    pub unread: u32,
    /// The first words of the newest message, at most 120 characters.
    pub last_text: String,
    /// Whether the newest message is mine.
    pub last_is_mine: bool,
    /// The file that the newest message hands over.
    pub last_file: Option<FileBrief>,
    /// When the newest message was said; `None` for an empty chat.
    pub last_at: Option<Timestamp>,
    /// The newest message; `None` for an empty chat.
    pub last_message: Option<MessageId>,
    /// Where it stands in the list, the newest first: the newest message's time, or when its draft was begun.
    /// Of two with the same time the higher [`Self::last_message`] comes first, then the lower address.
    pub stands_at: Timestamp,
    /// The words that wait in the composer, empty when none.
    pub draft: String,
    /// The picture that a room shows; a contact's is the contact's.
    #[ts(type = "string | null")]
    pub avatar: Option<AvatarHash>,
}

/// A window into a conversation's history, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HistoryPage {
    /// The messages, oldest first.
    pub messages: Vec<Message>,
    /// There is more before the first.
    pub more_before: bool,
    /// There is more after the last.
    pub more_after: bool,
}

/// From where to read a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum HistoryAnchor {
    /// The newest messages.
    Newest,
    /// Those before a message.
    Before {
        /// Not part of the answer.
        message: MessageId,
    },
    /// Those after a message.
    After {
        /// Not part of the answer.
        message: MessageId,
    },
}

/// Somebody who is not a contact and has written: waits in Requests until accepted, blocked or deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StrangerRequest {
    /// The account that was written to.
    pub account: AccountId,
    /// Who wrote.
    #[ts(type = "string")]
    pub jid: BareJid,
    /// How many messages wait.
    pub messages: u32,
    /// The first words of the newest, at most 120 characters.
    pub last_text: String,
    /// The file that the newest hands over.
    pub last_file: Option<FileBrief>,
    /// When the newest came.
    pub at: Timestamp,
}
