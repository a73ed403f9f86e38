//! Of which messages of a room I want to hear, on all of my devices (XEP-0492).

use crate::account::{Account, Room};
use crate::desk::{Desk, DeskError};
use crate::output::Output;
use carillon_core::ids::{AccountId, ChatRef};
use carillon_core::room::RoomNotify;
use carillon_core::session::IncomingMessage;
use carillon_store::RoomRow;
use jid::BareJid;

/// What is known of that for a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Notify {
    /// `None`: the rows of the settings alone say what rings.
    pub(crate) value: Option<RoomNotify>,
    /// It was said here, and the account does not know it yet.
    pub(crate) news: bool,
}

impl Account {
    /// The rooms that were known when Carillon ended.
    pub(crate) fn remember_rooms(&mut self, rows: Vec<RoomRow>) {
        for row in rows {
            let room = self.rooms.entry(row.jid).or_default();
            room.nick = row.nick;
            room.about.name = row.name;
            room.notify = Notify {
                value: row.notify,
                news: row.notify_news,
            };
        }
    }
}

impl Room {
    /// What the account is to keep, which keeps `kept` now; `None`: it has no bookmark.
    pub(super) fn notify_to_keep(&self, kept: Option<Option<RoomNotify>>) -> Option<RoomNotify> {
        match kept {
            Some(kept) if !self.notify.news => kept,
            _ => self.notify.value,
        }
    }
}

impl Desk {
    /// Says of which messages of a room all of my devices are to tell; `None`: as each has it in its settings.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when there is no such room, or the store's.
    pub fn set_room_notify(
        &mut self,
        chat: &ChatRef,
        value: Option<RoomNotify>,
    ) -> Result<(), DeskError> {
        let account = self.account_mut(chat.account)?;
        let room = account.rooms.get(&chat.jid).ok_or(DeskError::Gone)?;
        if room.notify.value == value {
            return Ok(());
        }
        self.store
            .set_room_notify(chat.account, &chat.bare(), value, true)?;
        if let Ok(account) = self.account_mut(chat.account)
            && let Some(room) = account.rooms.get_mut(&chat.jid)
        {
            room.notify = Notify { value, news: true };
        }
        self.flush_soon();
        self.tell(Output::Room(chat.clone()));
        self.silence_changed();
        self.tell_notify(chat);
        Ok(())
    }

    /// What my account keeps of a room: who changed something since is right, and if both did, this device. Until the
    /// account has answered, what it was told is only this device's own word.
    pub(super) fn notify_as_kept(&mut self, chat: &ChatRef) {
        let Ok(account) = self.account_mut(chat.account) else {
            return;
        };
        if account.bookmarks.asked_of(&chat.bare()).is_some() {
            return;
        }
        let kept = account.bookmarks.notify_of(&chat.bare());
        let (Some(kept), Some(room)) = (kept, account.rooms.get_mut(&chat.jid)) else {
            return;
        };
        let before = room.notify;
        if before.news && before.value != kept {
            return;
        }
        let now = Notify {
            value: kept,
            news: false,
        };
        if before == now {
            return;
        }
        room.notify = now;
        let stored = self
            .store
            .set_room_notify(chat.account, &chat.bare(), kept, false);
        self.stored(chat.account, stored);
        self.tell(Output::Room(chat.clone()));
        if before.value != kept {
            self.silence_changed();
        }
    }

    /// After signing in, and then never again: a server that keeps something else than it is told would be told for ever.
    pub(super) fn tell_notify_news(&mut self, chat: &ChatRef) {
        let account = self.accounts.get(&chat.account);
        let news = account.is_some_and(|account| {
            let room = account.rooms.get(&chat.jid);
            room.is_some_and(|room| room.notify.news)
                && account.bookmarks.asked_of(&chat.bare()).is_none()
        });
        if news {
            self.tell_notify(chat);
        }
    }

    /// Has the account keep what was said here. A room that it does not keep has it told with its bookmark.
    fn tell_notify(&mut self, chat: &ChatRef) {
        let account = self.accounts.get(&chat.account);
        let autojoin = account.and_then(|account| account.bookmarks.autojoin_of(&chat.bare()));
        if let Some(autojoin) = autojoin
            && self.may_publish(chat)
        {
            self.publish(chat, autojoin);
        }
    }

    /// Whether something that a room's past holds is to be told as missed.
    pub(crate) fn is_missed_in_room(&self, id: AccountId, message: &IncomingMessage) -> bool {
        match self.notify_of(id, &message.chat.to_bare()) {
            Some(RoomNotify::Never) => false,
            Some(RoomNotify::Always) => true,
            Some(RoomNotify::OnMention) | None => self.mentions_me(id, message),
        }
    }

    fn notify_of(&self, id: AccountId, room: &BareJid) -> Option<RoomNotify> {
        self.accounts.get(&id)?.rooms.get(room)?.notify.value
    }
}
