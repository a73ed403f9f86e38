//! Rooms that I am in or was in: entering, leaving, and who is there.

pub(crate) mod asking;
mod bookmarks;
mod hear;
mod inside;
mod invites;
mod making;
mod notify;
mod occupants;

pub(crate) use bookmarks::Bookmarks;
pub(crate) use hear::MOST_OCCUPANTS;
pub(crate) use inside::Doubt;
pub(crate) use notify::Notify;

pub use asking::RoomAnswer;
pub use making::RoomPlan;

use crate::desk::{Desk, DeskError};
use carillon_core::chat::Author;
use carillon_core::ids::{AccountId, ChatRef};
use carillon_core::room::RoomState;
use carillon_core::session::{IncomingMessage, Origin, Outgoing};
use jid::BareJid;

/// How much of what was said before is asked for when a room is entered.
const HISTORY: u32 = 50;

impl Desk {
    /// Enters a room, now or as soon as the account is connected.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when there is no such account, or the store's.
    pub fn join_room(&mut self, chat: &ChatRef) -> Result<(), DeskError> {
        self.join_room_here(chat)?;
        self.bookmark_follows(chat);
        Ok(())
    }

    /// The same, and my other devices are not told.
    pub(crate) fn join_room_here(&mut self, chat: &ChatRef) -> Result<(), DeskError> {
        let jid = Self::bare_of(chat)?;
        let account = self.account_mut(chat.account)?;
        let own_nick = account
            .settings
            .jid
            .node()
            .map_or_else(|| account.settings.jid.to_string(), |node| node.to_string());
        let room = account.rooms.entry(jid).or_default();
        if room.nick.is_empty() {
            room.nick = own_nick;
        }
        let (nick, name) = (room.nick.clone(), room.about.name.clone());
        self.store
            .set_room(chat.account, &chat.bare(), &nick, &name, true)?;
        self.flush_soon();
        self.enter(chat.account, &chat.bare());
        self.tell_chat(chat);
        Ok(())
    }

    pub(crate) fn enter(&mut self, id: AccountId, jid: &BareJid) {
        self.will_hear_past_of(&ChatRef {
            account: id,
            jid: jid.clone().into(),
        });
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        let Some(room) = account.rooms.get(jid) else {
            return;
        };
        let (nick, password) = (room.nick.clone(), room.password.clone());
        let join = Outgoing::JoinRoom {
            room: jid.clone(),
            nick,
            history: HISTORY,
            password,
        };
        let asked = account.say(join);
        // What was said there meanwhile is still to be read, whatever was read before.
        account.forget_catch_up(Some(jid));
        if let Some(room) = account.rooms.get_mut(jid) {
            room.gapless = false;
            if asked {
                room.state = RoomState::Joining;
                room.is_left();
            }
        }
    }

    /// After signing in, the rooms that were joined are joined again.
    pub(crate) fn rejoin_rooms(&mut self, id: AccountId) {
        let rows = self.store.rooms(id);
        for row in self.stored(id, rows).unwrap_or_default() {
            if row.joined {
                self.enter(id, &row.jid);
            }
        }
    }

    /// Whether a room's past has this from somebody who was called there as I am now: I, or whoever took my nick while
    /// I was away.
    pub(crate) fn is_under_my_nick(&self, id: AccountId, message: &IncomingMessage) -> bool {
        let Author::Occupant { nick } = &message.author else {
            return false;
        };
        let account = self.accounts.get(&id);
        let room = account.and_then(|account| account.rooms.get(&message.chat));
        matches!(message.origin, Origin::Delayed | Origin::Archive)
            && room.is_some_and(|room| room.nick == *nick)
    }

    /// Leaves a room; its history stays.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when there is no such room, or the store's.
    pub fn leave_room(&mut self, chat: &ChatRef) -> Result<(), DeskError> {
        self.leave_room_here(chat)?;
        self.bookmark_follows(chat);
        Ok(())
    }

    /// The same, and my other devices are not told.
    pub(crate) fn leave_room_here(&mut self, chat: &ChatRef) -> Result<(), DeskError> {
        let account = self.account_mut(chat.account)?;
        let room = account.rooms.get_mut(&chat.jid).ok_or(DeskError::Gone)?;
        let (nick, name) = (room.nick.clone(), room.about.name.clone());
        room.state = RoomState::Outside;
        room.is_left();
        account.say(Outgoing::LeaveRoom {
            room: chat.bare(),
            nick: nick.clone(),
        });
        self.store
            .set_room(chat.account, &chat.bare(), &nick, &name, false)?;
        self.flush_soon();
        self.tell_chat(chat);
        Ok(())
    }
}
