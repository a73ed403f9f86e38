//! What waited at the servers is told once, in one summary of all accounts.

use crate::account::{Account, Line};
use crate::desk::Desk;
use crate::output::Content;
use crate::presence::live;
use carillon_core::alerts::{AlertEvent, EventKind, MISSED_KEY};
use carillon_core::chat::HistoryAnchor;
use carillon_core::ids::{AccountId, ChatRef, Timestamp};
use carillon_core::room::RoomState;
use carillon_core::session::{IncomingMessage, Origin};
use jid::Jid;
use std::collections::{BTreeMap, BTreeSet};

/// No later message for so long, and what came late is told; in milliseconds.
const QUIET: i64 = 1_000;
/// An account that is signing in, or a room that is being entered, may have missed something too. It is waited for
/// no longer than this; in milliseconds.
const PATIENCE: i64 = 10_000;
/// This computer's clock and a room's may differ by so much; in milliseconds.
const CLOCKS_APART: i64 = 3_600_000;

/// What came late.
#[derive(Debug, Default)]
pub(crate) struct Missed {
    /// How many messages in each chat.
    chats: BTreeMap<ChatRef, u32>,
    /// When the first of them came.
    first: Timestamp,
    /// When the last of them came.
    last: Timestamp,
    /// What the last summary told, as far as I have not seen it since.
    told: BTreeMap<ChatRef, u32>,
    /// Of which time the newest was that was stored of a room when it was entered.
    rooms: BTreeMap<ChatRef, Timestamp>,
}

impl Account {
    /// Whether it may soon tell of something that was missed.
    fn is_coming(&self) -> bool {
        let mut rooms = self.rooms.values();
        self.line == Line::Connecting || rooms.any(|room| room.state == RoomState::Joining)
    }
}

impl Desk {
    pub(crate) fn gather_missed(&mut self, id: AccountId, chat: &Jid) {
        let now = self.now();
        let missed = &mut self.missed;
        if missed.chats.is_empty() {
            missed.first = now;
        }
        missed.last = now;
        let chat = ChatRef {
            account: id,
            jid: chat.clone(),
        };
        *missed.chats.entry(chat).or_default() += 1;
    }

    /// A room is being entered, and will say what was said before.
    pub(crate) fn will_hear_past_of(&mut self, room: &ChatRef) {
        let newest = self.store.history(room, HistoryAnchor::Newest, 1);
        let newest = newest
            .ok()
            .and_then(|page| page.messages.last().map(|one| one.at));
        match newest {
            Some(newest) => self.missed.rooms.insert(room.clone(), newest),
            None => self.missed.rooms.remove(room),
        };
    }

    /// A room has said what was said before: its past comes ahead of its archive. Of a room that was not known it is
    /// history.
    pub(crate) fn hear_past_of_room(&mut self, id: AccountId, message: &IncomingMessage) {
        let room = ChatRef {
            account: id,
            jid: message.chat.clone(),
        };
        let known = self.missed.rooms.get(&room);
        let since = known.map(|known| known.plus_millis(-CLOCKS_APART));
        let at = message.at.unwrap_or_else(|| self.now());
        if message.origin == Origin::Delayed
            && since.is_some_and(|since| since <= at)
            && !self.is_under_my_nick(id, message)
            && self.is_missed_in_room(id, message)
        {
            self.gather_missed(id, &message.chat);
        }
    }

    /// When what came late is to be told: not while more of it is being read or may be, on whatever account.
    pub(crate) fn missed_due(&self) -> Option<Timestamp> {
        let missed = &self.missed;
        if missed.chats.is_empty() {
            return None;
        }
        let accounts = || self.accounts.values();
        let coming = accounts().any(Account::is_coming);
        // What waited there comes right after signing in.
        let came = accounts().filter_map(|account| account.online_since).max();
        let quiet_since = came.map_or(missed.last, |came| came.max(missed.last));
        let waits = [
            Some(quiet_since.plus_millis(QUIET)),
            coming.then(|| missed.first.plus_millis(PATIENCE)),
            accounts().filter_map(Account::reads_until).max(),
        ];
        waits.into_iter().flatten().max()
    }

    /// Tells what came late, as far as it is still unread. What an earlier summary told and I have not seen is told
    /// again with it: there is one summary on the screen.
    pub(crate) fn tell_missed_due(&mut self, now: Timestamp) {
        if self.missed_due().is_none_or(|due| due > now) {
            return;
        }
        let late = std::mem::take(&mut self.missed.chats);
        let late = self.unread_of(late);
        if late.is_empty() {
            return;
        }
        let mut all = std::mem::take(&mut self.missed.told);
        for (chat, messages) in late {
            let told = all.entry(chat).or_default();
            *told = told.saturating_add(messages);
        }
        let all = self.unread_of(all);
        let event = self.missed_of(&all);
        let content = self.words_of_missed(&event, &all);
        self.missed.told = all;
        self.ring(event, content);
    }

    /// What of it nobody has read. What cannot be read counts as unread.
    fn unread_of(&self, mut chats: BTreeMap<ChatRef, u32>) -> BTreeMap<ChatRef, u32> {
        chats.retain(|chat, messages| {
            let unread = self.store.unread(chat).unwrap_or(*messages);
            *messages = unread.min(*messages);
            *messages > 0 && self.accounts.contains_key(&chat.account)
        });
        chats
    }

    /// A summary is of one chat, or of an account. Of several accounts it is of one that may ring.
    fn missed_of(&self, chats: &BTreeMap<ChatRef, u32>) -> AlertEvent {
        let mut of = chats.keys();
        let first = of.next();
        if let (Some(single), None) = (first, of.next()) {
            return missed(single.account, Some(single));
        }
        let accounts: BTreeSet<AccountId> = chats.keys().map(|chat| chat.account).collect();
        let rings = |id: &AccountId| !self.decide(&missed(*id, None), true).is_silent();
        let lead = accounts.iter().copied().find(rings);
        let any = first.map_or(AccountId(0), |chat| chat.account);
        missed(lead.unwrap_or(any), None)
    }

    fn words_of_missed(&self, event: &AlertEvent, chats: &BTreeMap<ChatRef, u32>) -> Content {
        let single = event.chat();
        Content {
            name: single.map_or_else(String::new, |chat| self.name(event.account, &chat.jid)),
            messages: chats.values().fold(0, |all, one| all.saturating_add(*one)),
            chats: u32::try_from(chats.len()).unwrap_or(u32::MAX),
            ..Content::default()
        }
    }

    /// I have seen a chat: the summary goes once all that it tells was seen.
    pub(crate) fn withdraw_missed_of(&mut self, id: AccountId, chat: &Jid) {
        let chat = ChatRef {
            account: id,
            jid: chat.clone(),
        };
        let was_told = self.missed.told.remove(&chat).is_some();
        // What an earlier run told is known by its mark alone: it stands until nothing is unread.
        let earlier = || self.marks.contains_key(MISSED_KEY) && !self.something_is_unread();
        if self.missed.told.is_empty() && (was_told || earlier()) {
            self.withdraw_key(MISSED_KEY.to_owned());
        }
    }

    /// The account is no more, and nothing of it was missed.
    pub(crate) fn forget_missed_of(&mut self, id: AccountId) {
        let missed = &mut self.missed;
        missed.chats.retain(|chat, _| chat.account != id);
        missed.rooms.retain(|room, _| room.account != id);
        let before = missed.told.len();
        missed.told.retain(|chat, _| chat.account != id);
        if missed.told.is_empty() && before > 0 {
            self.withdraw_key(MISSED_KEY.to_owned());
        }
    }
}

fn missed(account: AccountId, chat: Option<&ChatRef>) -> AlertEvent {
    match chat {
        Some(chat) => live(EventKind::Missed, account, &chat.jid),
        None => AlertEvent::live(EventKind::Missed, account, None),
    }
}
