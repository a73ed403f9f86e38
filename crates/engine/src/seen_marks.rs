//! What I have seen on one device I have seen on all of them (XEP-0490). It tells nobody but my own devices.

use crate::desk::Desk;
use carillon_core::ids::{AccountId, ChatRef, Timestamp};
use carillon_core::session::{Outgoing, SeenMark};
use jid::BareJid;
use std::collections::BTreeMap;

/// What I read in a chat meanwhile is told along, in milliseconds.
const PAUSE: i64 = 3_000;
/// More chats wait for nothing.
const MOST: usize = 5_000;

/// What an account keeps, as far as this device knows.
#[derive(Debug, Default)]
pub(crate) struct SeenMarks {
    /// The whole list has come: from then on this device may add to it.
    read: bool,
    kept: BTreeMap<BareJid, String>,
    /// Marks of messages that are not here: an archive may still bring them.
    unknown: BTreeMap<BareJid, SeenMark>,
    /// Chats in which something was seen here, and since when that waits to be told.
    due: BTreeMap<BareJid, Timestamp>,
}

impl SeenMarks {
    pub(crate) fn due(&self) -> Option<Timestamp> {
        self.due.values().min().copied().filter(|_| self.read)
    }
}

impl Desk {
    /// After signing in: which rooms are my other devices in, and what have they seen meanwhile?
    pub(crate) fn ask_what_devices_share(&mut self, id: AccountId) {
        self.ask_bookmarks(id);
        self.ask_seen_marks(id);
    }

    fn ask_seen_marks(&mut self, id: AccountId) {
        if let Some(account) = self.accounts.get_mut(&id) {
            account.seen_marks.read = false;
            account.say(Outgoing::ReadSeenMarks);
        }
    }

    pub(crate) fn hear_seen_marks(&mut self, id: AccountId, all: Vec<SeenMark>, whole: bool) {
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        let marks = &mut account.seen_marks;
        if whole {
            marks.read = true;
            marks.kept.clear();
        }
        for mark in &all {
            if marks.kept.len() < MOST || marks.kept.contains_key(&mark.chat) {
                marks.kept.insert(mark.chat.clone(), mark.entry.clone());
            }
        }
        let chats: Vec<BareJid> = all.iter().map(|mark| mark.chat.clone()).collect();
        for mark in all {
            self.seen_up_to(id, mark);
        }
        // What was read here while there was no session.
        if whole {
            let now = self.now();
            for chat in chats {
                if self.is_ahead(id, &chat) == Some(true)
                    && let Some(account) = self.accounts.get_mut(&id)
                {
                    account.seen_marks.due.entry(chat).or_insert(now);
                }
            }
        }
    }

    fn seen_up_to(&mut self, id: AccountId, mark: SeenMark) {
        let chat = ChatRef {
            account: id,
            jid: mark.chat.clone().into(),
        };
        let seen = self.store.mark_seen_by_entry(&chat, &mark.entry, mark.room);
        let Some(seen) = self.stored(id, seen) else {
            return;
        };
        if let Some(account) = self.accounts.get_mut(&id) {
            let unknown = &mut account.seen_marks.unknown;
            if seen.is_some() || unknown.len() >= MOST {
                unknown.remove(&mark.chat);
            } else {
                unknown.insert(mark.chat.clone(), mark);
            }
        }
        if seen.is_some_and(|seen| seen.newly > 0) {
            self.was_seen(id, &chat.jid);
        }
    }

    /// An archive has brought something: perhaps what another device has seen.
    pub(crate) fn seen_marks_again(&mut self, id: AccountId, chats: impl Iterator<Item = BareJid>) {
        for chat in chats {
            let account = self.accounts.get(&id);
            let waiting = account.and_then(|account| account.seen_marks.unknown.get(&chat));
            if let Some(mark) = waiting.cloned() {
                self.seen_up_to(id, mark);
            }
        }
    }

    /// I have seen something here: my other devices shall know, once for all that I see until then.
    pub(crate) fn tell_seen_soon(&mut self, chat: &ChatRef) {
        // The account keeps them by bare addresses, and who has a nick is not the same on each device.
        if chat.is_private() {
            return;
        }
        let due = self.now().plus_millis(PAUSE);
        if let Some(account) = self.accounts.get_mut(&chat.account) {
            let waiting = &mut account.seen_marks.due;
            if waiting.len() < MOST {
                waiting.entry(chat.bare()).or_insert(due);
            }
        }
    }

    /// Whether what was seen here lies behind what the account keeps; `None` where that is not known.
    fn is_ahead(&self, id: AccountId, chat: &BareJid) -> Option<bool> {
        let account = self.accounts.get(&id)?;
        let Some(kept) = account.seen_marks.kept.get(chat) else {
            return Some(true);
        };
        let chat = account.chat(chat);
        self.store.is_seen_behind(&chat, kept).ok().flatten()
    }

    pub(crate) fn tell_seen_due(&mut self, now: Timestamp) {
        let online = self.accounts.values().filter(|account| account.is_online());
        let due: Vec<(AccountId, BareJid)> = online
            .filter(|account| account.seen_marks.read)
            .flat_map(|account| {
                let due = account.seen_marks.due.iter();
                let due = due.filter(|(_, at)| **at <= now);
                due.map(|(chat, _)| (account.id, chat.clone()))
            })
            .collect();
        for (id, chat) in due {
            self.tell_seen(id, chat);
        }
    }

    fn tell_seen(&mut self, id: AccountId, jid: BareJid) {
        let chat = ChatRef {
            account: id,
            jid: jid.clone().into(),
        };
        let seen = self.store.seen_entry(&chat).ok().flatten();
        let ahead = self.is_ahead(id, &jid);
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        account.seen_marks.due.remove(&jid);
        // What is not here although nothing more is to come is older than all that is.
        let ahead = ahead.unwrap_or_else(|| account.reads_until().is_none());
        let Some((entry, room)) = seen.filter(|_| ahead) else {
            return;
        };
        account.seen_marks.kept.insert(jid.clone(), entry.clone());
        account.say(Outgoing::SetSeenMark(SeenMark {
            chat: jid,
            entry,
            room,
        }));
    }
}
