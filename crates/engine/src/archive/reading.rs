//! An archive that is being read.

use super::patience::Patience;
use super::progress::Progress;
use crate::account::Account;
use carillon_core::ids::{MessageId, Timestamp};
use carillon_store::{NewMessage, Received, StoredEntry};
use jid::{BareJid, Jid};
use std::collections::{BTreeSet, HashMap};

/// Why an archive is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Goal {
    /// It was never read before: its newest page, which is history.
    First,
    /// What follows what is known.
    CatchUp,
    /// What follows the moment of the last entry that was known, since the archive has forgotten that entry.
    CatchUpByTime,
    /// What was said in this chat before.
    Older(Jid),
}

/// An archive that is being read.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    pub(super) room: Option<BareJid>,
    pub(super) goal: Goal,
    /// The order of what was read may still change: it is read to its end, and again the next time.
    pub(super) unstable: bool,
    pub(super) taken: u32,
    pub(super) total: Option<u32>,
    /// The ends of the page before; before there is one, the entry up to which the archive is known.
    pub(super) first: Option<String>,
    pub(super) last: Option<String>,
    /// Something may have come in front of what the archive gave before: what is met again may have to move.
    pub(super) moves: bool,
    /// If so, the last message of each chat that the pages until now had: what follows lies behind it.
    pub(super) reached: HashMap<Jid, MessageId>,
    /// Whether the pages get anywhere.
    pub(super) progress: Progress,
    /// The question for what follows, where that was asked already.
    pub(super) ahead: Option<u64>,
    /// When the archive was asked last.
    pub(super) asked: Timestamp,
    /// How patiently.
    pub(crate) patience: Patience,
}

impl Account {
    /// Until when what was missed is being read, should the archive keep silent from now on.
    pub(crate) fn reads_until(&self) -> Option<Timestamp> {
        self.reading
            .values()
            .filter(|reading| reading.is_catch_up())
            .map(Reading::silent_at)
            .max()
    }
}

impl Reading {
    pub(super) fn new(room: Option<BareJid>, goal: Goal, now: Timestamp) -> Self {
        Self {
            room,
            goal,
            unstable: false,
            taken: 0,
            total: None,
            first: None,
            last: None,
            moves: false,
            reached: HashMap::new(),
            progress: Progress::from(None),
            ahead: None,
            asked: now,
            patience: Patience::default(),
        }
    }

    /// The last message that it had, of each chat of the next page.
    pub(super) fn reached_in(&self, page: &[NewMessage]) -> Vec<MessageId> {
        let chats: BTreeSet<_> = page.iter().map(|message| &message.chat).collect();
        let known = chats.into_iter().filter_map(|chat| self.reached.get(chat));
        known.copied().collect()
    }

    /// A page of it was stored.
    pub(super) fn has_stored(&mut self, page: &[NewMessage], stored: &[StoredEntry]) {
        if !self.moves {
            return;
        }
        for one in stored.iter().filter(|one| one.placed) {
            if let (Some(message), Some(row)) = (page.get(one.index), row_of(&one.received)) {
                self.reached.insert(message.chat.clone(), row);
            }
        }
    }

    /// Whether it goes on from what was known of that archive, mine or a room's.
    pub(crate) fn catches_up(&self, room: Option<&BareJid>) -> bool {
        self.is_catch_up() && self.room.as_ref() == room
    }

    /// The archive is asked again, or can be heard again.
    pub(crate) fn is_asked_at(&mut self, now: Timestamp) {
        self.asked = now;
    }

    /// When to give up waiting for the answer.
    pub(crate) fn silent_at(&self) -> Timestamp {
        self.asked.plus_millis(self.patience.wait())
    }

    /// The room whose archive it is; `None` for mine.
    pub(crate) fn room(&self) -> Option<&BareJid> {
        self.room.as_ref()
    }

    pub(crate) fn is_catch_up(&self) -> bool {
        !matches!(self.goal, Goal::Older(_))
    }
}

/// The row that an entry is, if it is one of its own.
const fn row_of(received: &Received) -> Option<MessageId> {
    match received {
        Received::New(row) | Received::Updated(row) | Received::Duplicate(row) => Some(*row),
        Received::Changed(_) | Received::Reacted { .. } | Received::Kept => None,
    }
}
