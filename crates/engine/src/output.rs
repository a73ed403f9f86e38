//! What the engine gives out.

use carillon_core::alerts::{AlertEvent, AlertPlan};
use carillon_core::avatar::AvatarHash;
use carillon_core::ids::{AccountId, ChatRef, InviteId, MessageId, TransferId};
use carillon_core::tray::TrayInput;
use carillon_store::StoreError;
use serde::{Deserialize, Serialize};

/// Something the resident shows, plays or passes on. All but [`Self::Ring`] carry identities only.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// So many outputs were left out because nobody took them: everything is to be read again.
    LeftOut(u32),
    /// A plan to carry out.
    Ring(Box<Ring>),
    /// What was shown under this key is no longer news: it was seen or handled, here or elsewhere.
    Withdraw(String),
    /// The tray's input changed.
    Tray(TrayInput),
    /// An account came, went, or its connection changed.
    Accounts,
    /// A roster as a whole changed.
    Roster(AccountId),
    /// A contact changed.
    Contact(ChatRef),
    /// A chat's line in the list changed.
    Chat(ChatRef),
    /// A private conversation in a room has another address now: the other one took another nick.
    Moved(ChatRef, ChatRef),
    /// Who is in a room, or what they show or may do there, changed, or what the room says of itself.
    Room(ChatRef),
    /// Files of a chat moved on, came or went, or whether its pictures are shown changed.
    Files(ChatRef),
    /// A message was stored.
    MessageAdded(ChatRef, MessageId),
    /// A message's state changed.
    MessageChanged(ChatRef, MessageId),
    /// Somebody types, or stopped.
    Typing {
        /// In which chat.
        chat: ChatRef,
        /// Who, in a room.
        nick: Option<String>,
        /// Whether they type now.
        composing: bool,
    },
    /// Requests, strangers or invitations changed.
    Requests,
    /// Own status or mute changed.
    Own,
    /// The Activity list grew.
    Activity,
    /// A watch that rings once has rung: it is to leave the settings.
    WatchEnded(ChatRef),
    /// Something could not be stored, the first of all until [`Self::StorageWorks`].
    Storage(StoreError),
    /// What could not be stored can be.
    StorageWorks,
    /// A picture to be kept; answered by [`crate::Desk::picture_is_kept`].
    Picture(Box<Picture>),
}

/// A picture as it came: damaged, huge once it is unpacked, or no picture at all, but with the hash that was announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// On which account it came.
    pub account: AccountId,
    /// By which it is answered for.
    pub request: u64,
    /// Under which it is to be kept.
    pub hash: AvatarHash,
    /// At most [`carillon_core::avatar::LARGEST`] bytes.
    pub bytes: Vec<u8>,
}

/// A plan with what its popup may tell.
#[derive(Debug, Clone, PartialEq)]
pub struct Ring {
    /// What happened.
    pub event: AlertEvent,
    /// What is to be done about it.
    pub plan: AlertPlan,
    /// What may be told, as far as the plan's preview allows.
    pub content: Content,
}

/// The words of an event; they come from the network and are never markup.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Content {
    /// The contact's or room's name.
    pub name: String,
    /// What was said, asked or refused; empty when nothing.
    pub text: String,
    /// How many messages it speaks for.
    pub messages: u32,
    /// In how many chats; of a summary of friends, how many are there.
    pub chats: u32,
    /// Who invites, when it is an invitation: a contact by name, an occupant by nick where the room hides who it is,
    /// anybody else by address.
    pub inviter: Option<String>,
    /// The stored invitation.
    pub invite: Option<InviteId>,
    /// The stored message.
    pub message: Option<MessageId>,
    /// The file that was given up.
    pub transfer: Option<TransferId>,
    /// The picture of the contact that it is about.
    pub avatar: Option<AvatarHash>,
    /// Who says it in a room.
    pub nick: Option<String>,
    /// Whom or what I know that they can be taken for (UTS 39), and are not.
    pub looks_like: Option<String>,
}
