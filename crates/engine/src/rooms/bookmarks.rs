//! The same rooms on all of my devices (XEP-0402).

use crate::desk::Desk;
use carillon_core::ids::{AccountId, ChatRef};
use carillon_core::room::{Bookmark, Reconciled, RoomNotify, RoomState, reconcile};
use carillon_core::session::{Outgoing, StanzaProblem};
use jid::BareJid;
use std::collections::{BTreeMap, BTreeSet};

/// What the account keeps, as far as this device knows.
#[derive(Debug, Default)]
pub(crate) struct Bookmarks {
    /// The whole list has come: from then on this device may change it.
    read: bool,
    /// The account was asked and has answered, if only that it keeps none.
    answered: bool,
    all: BTreeMap<BareJid, Bookmark>,
    /// What the account was told to keep and has not answered yet, by request: until then nothing is agreed on.
    asked: BTreeMap<u64, Asked>,
}

/// A room that the account was told to keep.
#[derive(Debug)]
struct Asked {
    room: BareJid,
    inside: bool,
    /// What it keeps if it refuses.
    before: Option<Bookmark>,
}

impl Bookmarks {
    /// Whether it is known what is kept.
    pub(crate) fn is_known(&self) -> bool {
        self.answered
    }

    /// The rooms that are kept.
    pub(crate) fn rooms(&self) -> impl Iterator<Item = &BareJid> {
        self.all.keys()
    }

    /// What is kept of a room.
    pub(crate) fn one(&self, room: &BareJid) -> Option<&Bookmark> {
        self.all.get(room)
    }

    /// Of which messages of a room my devices tell, as far as it is kept; `None`: the room is not kept.
    pub(super) fn notify_of(&self, room: &BareJid) -> Option<Option<RoomNotify>> {
        self.all.get(room).map(|one| one.notify)
    }

    /// Whether every device is to be in a room; `None`: it is not kept.
    pub(super) fn autojoin_of(&self, room: &BareJid) -> Option<bool> {
        self.all.get(room).map(|one| one.autojoin)
    }

    /// What the account was told last to keep of a room and has not answered yet.
    pub(super) fn asked_of(&self, room: &BareJid) -> Option<bool> {
        let asked = self.asked.values().rev().find(|asked| asked.room == *room);
        asked.map(|asked| asked.inside)
    }
}

/// The row of the store's small things that holds what this device and the account agreed on last: a line for each room,
/// `1 ROOM` or `0 ROOM`.
fn key(account: AccountId) -> String {
    format!("bookmarks.{}", account.0)
}

fn read_agreed(text: &str) -> BTreeMap<BareJid, bool> {
    let line = |line: &str| {
        let (inside, room) = line.split_once(' ')?;
        Some((room.parse().ok()?, inside == "1"))
    };
    text.lines().filter_map(line).collect()
}

fn write_agreed(agreed: &BTreeMap<BareJid, bool>) -> String {
    let line = |(room, inside): (&BareJid, &bool)| format!("{} {room}", u8::from(*inside));
    let lines: Vec<String> = agreed.iter().map(line).collect();
    lines.join("\n")
}

impl Desk {
    /// After signing in: what did the other devices do meanwhile?
    pub(crate) fn ask_bookmarks(&mut self, id: AccountId) {
        if let Some(account) = self.accounts.get_mut(&id) {
            account.bookmarks = Bookmarks::default();
            account.say(Outgoing::ReadBookmarks);
        }
    }

    pub(crate) fn hear_bookmarks(&mut self, id: AccountId, all: Vec<Bookmark>) {
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        account.bookmarks.read = true;
        account.bookmarks.answered = true;
        account.bookmarks.all = all.into_iter().map(|one| (one.room.clone(), one)).collect();
        let mut rooms: BTreeSet<BareJid> = account.bookmarks.all.keys().cloned().collect();
        rooms.extend(account.rooms.keys().cloned());
        let kept: Vec<ChatRef> = rooms.iter().map(|room| account.chat(room)).collect();
        self.agree_on(id, rooms);
        for chat in kept {
            self.notify_as_kept(&chat);
            self.tell_notify_news(&chat);
        }
        self.carry_on_moves();
    }

    /// The server keeps no rooms: nothing is agreed on, and whoever waits for the list goes on.
    pub(crate) fn hear_no_bookmarks(&mut self, id: AccountId) {
        if let Some(account) = self.accounts.get_mut(&id) {
            account.bookmarks.answered = true;
        }
        self.carry_on_moves();
    }

    pub(crate) fn hear_bookmark(&mut self, id: AccountId, bookmark: Bookmark) {
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        if !account.bookmarks.read {
            // It is in the list that is still to come.
            return;
        }
        let room = bookmark.room.clone();
        account
            .bookmarks
            .asked
            .retain(|_, asked| asked.room != room);
        let chat = account.chat(&room);
        account.bookmarks.all.insert(room.clone(), bookmark);
        self.agree_on(id, [room].into());
        self.notify_as_kept(&chat);
    }

    pub(crate) fn hear_bookmark_gone(&mut self, id: AccountId, room: Option<BareJid>) {
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        if !account.bookmarks.read {
            return;
        }
        let gone: BTreeSet<BareJid> = match room {
            Some(room) => [room].into(),
            None => account.bookmarks.all.keys().cloned().collect(),
        };
        account.bookmarks.all.retain(|room, _| !gone.contains(room));
        account
            .bookmarks
            .asked
            .retain(|_, asked| !gone.contains(&asked.room));
        self.agree_on(id, gone);
    }

    /// I have entered or left a room here, or am called otherwise there: my other devices shall know.
    pub(crate) fn bookmark_follows(&mut self, chat: &ChatRef) {
        if self.may_publish(chat) {
            self.agree_on(chat.account, [chat.bare()].into());
        }
    }

    /// While there is no session nothing is agreed on: the next one begins with the list.
    pub(super) fn may_publish(&self, chat: &ChatRef) -> bool {
        let account = self.accounts.get(&chat.account);
        account.is_some_and(|account| account.bookmarks.read && account.is_online())
    }

    fn agree_on(&mut self, id: AccountId, rooms: BTreeSet<BareJid>) {
        let rows = self.store.rooms(id);
        let Some(rows) = self.stored(id, rows) else {
            return;
        };
        let here: BTreeMap<BareJid, bool> =
            rows.into_iter().map(|row| (row.jid, row.joined)).collect();
        let written = self.store.meta(&key(id)).ok().flatten().unwrap_or_default();
        let mut agreed = read_agreed(&written);
        for room in rooms {
            let Some(account) = self.accounts.get(&id) else {
                return;
            };
            let there = account.bookmarks.all.get(&room).cloned();
            let autojoin = there.as_ref().map(|one| one.autojoin);
            let asked = account.bookmarks.asked_of(&room);
            let wanted = reconcile(
                here.get(&room).copied(),
                asked.or_else(|| agreed.get(&room).copied()),
                autojoin,
            );
            let chat = account.chat(&room);
            let now = match wanted {
                Reconciled::Agreed if asked.is_some() => continue,
                Reconciled::Agreed => autojoin,
                Reconciled::Enter => {
                    self.enter_as_elsewhere(&chat, there.as_ref());
                    Some(true)
                }
                Reconciled::Leave => {
                    self.leave_as_elsewhere(&chat);
                    autojoin
                }
                Reconciled::Publish(inside) => {
                    self.publish(&chat, inside);
                    continue;
                }
            };
            match now {
                Some(inside) => agreed.insert(room, inside),
                None => agreed.remove(&room),
            };
        }
        self.keep_agreed(id, &agreed, &written);
    }

    fn keep_agreed(&mut self, id: AccountId, agreed: &BTreeMap<BareJid, bool>, written: &str) {
        let now = write_agreed(agreed);
        if now != written {
            let kept = self.store.set_meta(&key(id), &now);
            self.stored(id, kept);
        }
    }

    /// The account has answered what it was told to keep. What it does not keep was never agreed on: at the next sign-in
    /// it would look as if another device had left the room.
    pub(crate) fn bookmark_answered(
        &mut self,
        request: u64,
        result: &Result<(), StanzaProblem>,
    ) -> bool {
        let answered = self.accounts.values_mut().find_map(|account| {
            let asked = account.bookmarks.asked.remove(&request)?;
            Some((account.id, asked))
        });
        let Some((id, asked)) = answered else {
            return false;
        };
        let (room, inside) = (asked.room, asked.inside);
        if let Err(problem) = result {
            tracing::info!(?problem, "the server does not keep a room for my devices");
            if let Some(account) = self.accounts.get_mut(&id) {
                let all = &mut account.bookmarks.all;
                match asked.before {
                    Some(before) => all.insert(room, before),
                    None => all.remove(&room),
                };
            }
            return true;
        }
        let written = self.store.meta(&key(id)).ok().flatten().unwrap_or_default();
        let mut agreed = read_agreed(&written);
        agreed.insert(room.clone(), inside);
        self.keep_agreed(id, &agreed, &written);
        if let Some(account) = self.accounts.get(&id) {
            let chat = account.chat(&room);
            self.notify_as_kept(&chat);
        }
        true
    }

    fn enter_as_elsewhere(&mut self, chat: &ChatRef, there: Option<&Bookmark>) {
        let (nick, password) = there.map_or(("", ""), |one| (&one.nick, &one.password));
        if let Err(error) = self.enter_room_here(chat, nick, password) {
            tracing::warn!(%error, room = %chat.jid, "a room that another device is in could not be entered");
        }
    }

    fn leave_as_elsewhere(&mut self, chat: &ChatRef) {
        if let Err(error) = self.leave_room_here(chat) {
            tracing::warn!(%error, room = %chat.jid, "a room that another device has left could not be left");
        }
    }

    /// I am called otherwise now: so shall my other devices be when they enter. Only who was renamed says so; two devices
    /// with two nicks would answer each other for ever.
    pub(crate) fn bookmark_nick(&mut self, chat: &ChatRef) {
        if !self.may_publish(chat) {
            return;
        }
        let Some(account) = self.accounts.get(&chat.account) else {
            return;
        };
        let kept = account.bookmarks.all.get(&chat.jid);
        let room = account.rooms.get(&chat.jid);
        let changed = room.is_some_and(|room| {
            room.state == RoomState::Joined
                && kept.is_some_and(|kept| kept.autojoin && kept.nick != room.nick)
        });
        if changed {
            self.publish(chat, true);
        }
    }

    pub(super) fn publish(&mut self, chat: &ChatRef, autojoin: bool) {
        let request = self.number();
        let Some(account) = self.accounts.get_mut(&chat.account) else {
            return;
        };
        let Some(room) = account.rooms.get(&chat.jid) else {
            return;
        };
        let kept = account.bookmarks.all.get(&chat.jid);
        let bookmark = Bookmark {
            room: chat.bare(),
            name: kept
                .map(|kept| kept.name.clone())
                .filter(|name| !name.is_empty())
                .unwrap_or_else(|| room.about.name.clone()),
            autojoin,
            nick: room.nick.clone(),
            password: room.password.clone(),
            extensions: kept.map(|kept| kept.extensions.clone()).unwrap_or_default(),
            notify: room.notify_to_keep(kept.map(|kept| kept.notify)),
        };
        let before = account.bookmarks.all.insert(chat.bare(), bookmark.clone());
        let asked = Asked {
            room: chat.bare(),
            inside: autojoin,
            before,
        };
        account.bookmarks.asked.insert(request, asked);
        let bookmark = Box::new(bookmark);
        account.say(Outgoing::SetBookmark { request, bookmark });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_agreed_on_is_read_as_it_was_written() {
        let agreed: BTreeMap<BareJid, bool> = [
            ("den@rooms.example.org".parse().unwrap(), true),
            ("tea@rooms.example.org".parse().unwrap(), false),
        ]
        .into();
        let text = write_agreed(&agreed);
        assert_eq!(text, "1 den@rooms.example.org\n0 tea@rooms.example.org");
        assert_eq!(read_agreed(&text), agreed);
        assert_eq!(read_agreed("garbage\n1 @\n\n"), BTreeMap::new());
    }
}
