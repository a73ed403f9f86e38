//! What the resident tells its windows unasked.

use crate::place::Place;
use carillon_core::ids::{AccountId, ChatRef, MessageId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Something changed; read it again. No event carries what changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Event {
    /// So many events were left out because the window did not keep up: read everything again.
    Resync {
        /// How many.
        left_out: u32,
    },
    /// An account was added or removed, or its connection changed.
    Accounts,
    /// The roster as a whole changed: read all contacts of the account again.
    Roster {
        /// Whose.
        account: AccountId,
    },
    /// Contacts came, went or changed: presence, name, groups, subscription or block. However often they did since
    /// this was told last, each is named once.
    Contacts {
        /// Which.
        contacts: Vec<ChatRef>,
    },
    /// Chats came, went, or their lines in the list changed: newest message, unread count, draft. Each is named once,
    /// as with contacts.
    Chats {
        /// Which.
        chats: Vec<ChatRef>,
    },
    /// A private conversation has another address now, because the other one took another nick in the room.
    ChatMoved {
        /// What it was.
        from: ChatRef,
        /// What it is.
        to: ChatRef,
    },
    /// Who is in rooms, or what they show or may do there, or what a room says of itself, changed. Each is named once,
    /// as with contacts.
    Rooms {
        /// Which.
        rooms: Vec<ChatRef>,
    },
    /// Files of a chat moved on, came or went, or whether its pictures are shown changed.
    Files {
        /// Which chat.
        chat: ChatRef,
    },
    /// A message was stored.
    MessageAdded {
        /// Its chat.
        chat: ChatRef,
        /// Which.
        message: MessageId,
    },
    /// A message's delivery or seen state changed.
    MessageChanged {
        /// Its chat.
        chat: ChatRef,
        /// Which.
        message: MessageId,
    },
    /// Somebody in the chat types, or stopped.
    Typing {
        /// Which chat.
        chat: ChatRef,
        /// Who, in a room; `None` for the contact.
        nick: Option<String>,
        /// Whether they type now.
        composing: bool,
    },
    /// Contact requests, strangers or invitations changed.
    Requests,
    /// The settings changed, here or in the file.
    Settings,
    /// Own status or the mute changed.
    Own,
    /// The Activity list grew.
    Activity,
    /// The try-out was started or ended.
    Tryout,
    /// An export or import began, went on or ended.
    Work,
    /// There is something to tell the user, see [`crate::views::Notice`].
    Notices,
    /// Come to the front and show a place. `token` is the desktop's permission to do so: an X11
    /// startup id or a Wayland `xdg_activation` token.
    Show {
        /// Where to.
        place: Place,
        /// The desktop's permission, if it gave one.
        token: Option<String>,
    },
    /// Ask the desktop to draw the user's attention to the window.
    Attention {
        /// Until the user has looked, rather than once.
        until_seen: bool,
    },
    /// The screen was locked or unlocked.
    Screen,
    /// The resident ends: by the user's choice, or to make room for a newer one.
    Ending,
}
