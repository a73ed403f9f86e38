//! Whether I am still in the rooms that I believe to be in (XEP-0410). A room whose server was restarted, or lost mine,
//! knows nothing of me and says nothing.
//!
//! It is asked when there is a reason: the link goes on, the computer woke, the room is looked at or spoken to after a
//! long silence, or my server speaks after a longer one. Only a room that did not answer is asked again by the clock.

use super::asking::Asker;
use crate::account::Account;
use crate::desk::Desk;
use carillon_core::ids::{AccountId, ChatRef, MessageId, Timestamp};
use carillon_core::room::{Inside, RoomState};
use carillon_core::session::{Incoming, IncomingMessage, Origin, RoomWish, StanzaProblem};
use jid::BareJid;

/// A room that was silent for so long is asked when I turn to it (XEP-0410 §3.2); in milliseconds.
const SILENT: i64 = 15 * 60_000;
/// A room that was silent for so long is asked when something else is heard; in milliseconds.
const LONG_SILENT: i64 = 60 * 60_000;
/// The first answer is waited for so long; in milliseconds. What I say meanwhile waits with it.
const FIRST: i64 = 10_000;
/// Those after it are waited for so long, each time twice as long; in milliseconds.
const PATIENCE: i64 = 30_000;
/// No wait is longer; in milliseconds.
const LONGEST: i64 = 15 * 60_000;

/// A room was asked, and has not answered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Doubt {
    asked: Timestamp,
    tries: u32,
    /// What I say there to all waits for the answer: a room that has lost me would refuse it.
    holds_up: bool,
}

impl Doubt {
    fn due(&self) -> Timestamp {
        let wait = match self.tries {
            0 => FIRST,
            tries => PATIENCE.saturating_mul(1 << tries.min(8)).min(LONGEST),
        };
        self.asked.plus_millis(wait)
    }
}

impl Account {
    /// When a room is to be asked again.
    pub(crate) fn doubts_due(&self) -> Option<Timestamp> {
        self.doubts.values().map(Doubt::due).min()
    }

    /// Whether what I say in a room waits until it is known whether that still has me.
    pub(crate) fn is_held_up_by_doubt(&self, room: &BareJid) -> bool {
        self.doubts.get(room).is_some_and(|doubt| doubt.holds_up)
    }

    /// Whether it is not known who is in a room, since that was asked whether it still has me.
    pub(crate) fn is_doubted(&self, room: &BareJid) -> bool {
        self.doubts.contains_key(room)
    }

    fn is_inside(&self, room: &BareJid) -> bool {
        let room = self.rooms.get(room);
        room.is_some_and(|room| room.state == RoomState::Joined)
    }

    /// Rooms that I believe to be in and have not heard for so long.
    fn silent_rooms(&self, now: Timestamp, silence: i64) -> Vec<BareJid> {
        let silent = |room: &crate::account::Room| {
            room.state == RoomState::Joined && now.millis_since(room.heard) >= silence
        };
        let rooms = self.rooms.iter().filter(|(_, room)| silent(room));
        rooms.map(|(jid, _)| jid.clone()).collect()
    }
}

impl Desk {
    /// Something has happened after which any room may have lost me.
    pub(crate) fn doubt_rooms(&mut self, id: AccountId) {
        let now = self.now();
        if let Some(account) = self.accounts.get_mut(&id) {
            account.rooms_doubted = now;
            let inside = account.silent_rooms(now, 0);
            account.doubts.clear();
            for room in inside {
                self.doubt(id, &room);
            }
        }
    }

    /// I turn to a chat. If it is a room that has not been heard for long, it may have lost me.
    pub(crate) fn doubt_if_silent(&mut self, chat: &ChatRef) {
        let now = self.now();
        let account = self.accounts.get(&chat.account);
        let silent = account.is_some_and(|account| {
            let room = account.rooms.get(&chat.bare());
            room.is_some_and(|room| now.millis_since(room.heard) >= SILENT)
                && !account.doubts.contains_key(&chat.bare())
        });
        if silent {
            self.doubt(chat.account, &chat.bare());
        }
    }

    /// My server speaks, so this device is awake anyway: rooms that are silent for very long are asked.
    pub(crate) fn doubt_long_silent(&mut self, id: AccountId) {
        let now = self.now();
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        if now.millis_since(account.rooms_doubted) < LONG_SILENT {
            return;
        }
        account.rooms_doubted = now;
        for room in account.silent_rooms(now, LONG_SILENT) {
            self.doubt(id, &room);
        }
    }

    /// Hears a stanza, which may say that a room lives, or that others were silent while my server speaks.
    pub(crate) fn hear_among_rooms(&mut self, id: AccountId, stanza: Incoming) {
        self.room_speaks(id, &stanza);
        self.hear_stanza(id, stanza);
        self.doubt_long_silent(id);
    }

    /// What comes from a room says that it has me.
    pub(crate) fn room_speaks(&mut self, id: AccountId, stanza: &Incoming) {
        match stanza {
            Incoming::Room { room, .. } => self.room_heard(id, room),
            Incoming::Typing {
                chat,
                nick: Some(_),
                ..
            } => self.room_heard(id, chat),
            _ => {}
        }
    }

    /// The same of a message, which may be taken together with others.
    pub(crate) fn room_has_said(&mut self, id: AccountId, message: &IncomingMessage) {
        if message.origin == Origin::Live {
            self.room_heard(id, &message.chat.to_bare());
        }
        self.doubt_long_silent(id);
    }

    fn room_heard(&mut self, id: AccountId, room: &BareJid) {
        let account = self.accounts.get_mut(&id);
        if let Some(room) = account.and_then(|account| account.rooms.get_mut(room)) {
            room.heard = (self.clock)();
        }
    }

    /// Asks a room whether I am in it.
    fn doubt(&mut self, id: AccountId, room: &BareJid) {
        let asked = self.now();
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        let before = account.doubts.remove(room);
        let silent = account
            .rooms
            .get(room)
            .is_some_and(|room| asked.millis_since(room.heard) >= SILENT);
        if account.is_inside(room) && account.is_online() {
            let doubt = Doubt {
                asked,
                tries: before.map_or(0, |doubt| doubt.tries.saturating_add(1)),
                holds_up: silent && before.is_none(),
            };
            account.doubts.insert(room.clone(), doubt);
            let asker = Asker::WhetherInside(account.chat(room));
            // A session that does not keep up is asked again by the clock.
            let _ = self.wish_of_room(id, room, RoomWish::WhetherInside, asker);
        }
        if before.is_some_and(|doubt| doubt.holds_up) {
            self.send_what_was_held_up(id);
        }
    }

    pub(crate) fn send_what_was_held_up(&mut self, id: AccountId) {
        if let Some(account) = self.accounts.get_mut(&id) {
            // It lies behind what was sent since.
            account.sent_up_to = MessageId(0);
            account.changes_up_to = 0;
        }
        self.send_waiting(id);
    }

    /// A room has answered.
    pub(super) fn hear_whether_inside(
        &mut self,
        chat: &ChatRef,
        answer: Result<(), StanzaProblem>,
    ) {
        let refused = answer.err().map(|problem| problem.condition);
        let inside = Inside::read(refused.as_deref());
        if inside == Inside::Unknown {
            return;
        }
        let Ok(account) = self.account_mut(chat.account) else {
            return;
        };
        // What is private waits for any answer.
        let held_up = account.doubts.remove(&chat.jid).is_some();
        if !account.is_inside(&chat.bare()) {
            return;
        }
        if inside == Inside::Yes {
            self.room_heard(chat.account, &chat.bare());
            if held_up {
                self.send_what_was_held_up(chat.account);
            }
            return;
        }
        tracing::info!(room = %chat.jid, "a room has lost me; it is entered again");
        self.enter(chat.account, &chat.bare());
        self.tell_chat(chat);
    }

    /// Asks the rooms again that did not answer. One that was heard since has answered in its way.
    pub(crate) fn rooms_due(&mut self, now: Timestamp) {
        let due = |account: &Account| {
            let doubts = account.doubts.iter();
            let due = doubts.filter(|(_, doubt)| doubt.due() <= now);
            let rooms = due.map(|(room, doubt)| (account.id, room.clone(), doubt.asked));
            rooms.collect::<Vec<_>>()
        };
        let due: Vec<_> = self.accounts.values().flat_map(due).collect();
        for (id, jid, asked) in due {
            let Some(account) = self.accounts.get_mut(&id) else {
                continue;
            };
            let room = account.rooms.get(&jid);
            if room.is_some_and(|room| asked < room.heard) {
                account.doubts.remove(&jid);
                self.send_what_was_held_up(id);
            } else {
                self.doubt(id, &jid);
            }
        }
    }
}
