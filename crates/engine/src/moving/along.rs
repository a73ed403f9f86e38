//! Rooms on their way to the new account.

use super::Tried;
use crate::account::{Account, Room};
use crate::desk::Desk;
use carillon_core::ids::ChatRef;
use carillon_core::moving::nick_beside;
use carillon_core::room::{Bookmark, RoomState};
use carillon_core::session::StanzaProblem;
use carillon_store::MoveRow;
use jid::BareJid;

impl Desk {
    /// A server that keeps no rooms has them entered all the same.
    pub(super) fn room_is_kept(
        &mut self,
        of: MoveRow,
        room: &BareJid,
        result: &Result<(), StanzaProblem>,
    ) -> Tried {
        let (Some(old), Some(new)) = (self.accounts.get(&of.old), self.accounts.get(&of.new))
        else {
            return Tried::Waits;
        };
        let RoomAlong::Keep(bookmark) = room_along(old, new, room) else {
            return Tried::Done;
        };
        match result {
            Ok(()) => {
                self.hear_bookmark(of.new, *bookmark);
                Tried::Done
            }
            Err(_) if bookmark.autojoin => {
                let chat = ChatRef {
                    account: of.new,
                    jid: room.clone().into(),
                };
                match self.enter_room_here(&chat, &bookmark.nick, &bookmark.password) {
                    Ok(()) => Tried::Done,
                    Err(error) => Tried::Failed(error.to_string()),
                }
            }
            Err(problem) => Tried::Failed(problem.words().to_owned()),
        }
    }
}

/// A room on its way to the new account.
pub(super) enum RoomAlong {
    /// What the accounts keep is not known yet.
    Waits,
    /// The new account keeps it, or the old one no longer does.
    Nothing,
    /// To be kept.
    Keep(Box<Bookmark>),
}

pub(super) fn room_along(old: &Account, new: &Account, room: &BareJid) -> RoomAlong {
    let is_known = |account: &Account| account.is_online() && account.bookmarks.is_known();
    if !is_known(old) || !is_known(new) {
        return RoomAlong::Waits;
    }
    if new.bookmarks.one(room).is_some() || new.rooms.contains_key(room) {
        return RoomAlong::Nothing;
    }
    let here = old.rooms.get(room);
    let inside = here.is_some_and(is_inside);
    let kept = old.bookmarks.one(room).cloned();
    let Some(mut bookmark) = kept.or_else(|| {
        here.filter(|_| inside).map(|here| Bookmark {
            room: room.clone(),
            name: here.about.name.clone(),
            autojoin: true,
            nick: here.nick.clone(),
            password: here.password.clone(),
            extensions: String::new(),
            notify: None,
        })
    }) else {
        return RoomAlong::Nothing;
    };
    if inside {
        let nick = here.map(|here| here.nick.as_str());
        bookmark.nick = nick_beside(nick.unwrap_or(&bookmark.nick));
    }
    RoomAlong::Keep(Box::new(bookmark))
}

/// Whether I am in a room, or was let in to be.
pub(super) fn is_inside(room: &Room) -> bool {
    matches!(room.state, RoomState::Joining | RoomState::Joined)
}
