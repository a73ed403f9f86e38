//! What follows alerts, written down together: one transaction for all that was noted since the last.

use crate::{ActivityRow, AlertTimer, Result, Store, StoredMark, activity, timers, tray};
use carillon_core::{
    BareJid, Jid,
    ids::{AccountId, MessageId, Timestamp},
};
use rusqlite::Transaction;

/// Something to be written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// An event, and the key of the timer that it waits for.
    Event(ActivityRow, Option<String>),
    /// What was decided now about all that waits for a timer.
    Decided {
        /// The timer's.
        key: String,
        /// What was done, in short.
        outcome: &'static str,
        /// How that was decided: JSON.
        trace: String,
        /// It waits no more.
        for_good: bool,
    },
    /// What waits for a timer stays as it was decided.
    Leave(String),
    /// A timer.
    Timer(AlertTimer),
    /// A timer that is over.
    NoTimer(String),
    /// A contact went away, or is back.
    LastSeen(AccountId, BareJid, Option<Timestamp>),
    /// What the tray shows until it is seen.
    Mark(StoredMark),
    /// What was under this key was seen.
    Unmark(String),
    /// A message that the tray does not count.
    OutOfTray(MessageId),
    /// Of a contact's messages none that is unread now, or of all contacts'.
    ChatsOutOfTray(AccountId, Option<Jid>),
}

impl Store {
    /// Writes notes down in their order, all or none.
    ///
    /// # Errors
    /// As for the one that could not be written: [`crate::StoreError::Gone`] when what it is about has been removed,
    /// [`crate::StoreError::Bug`] when its JSON is none; the others as they say.
    pub fn write_notes(&mut self, notes: &[Note]) -> Result<()> {
        self.committed(|tx| notes.iter().try_for_each(|note| write(tx, note)))
    }
}

fn write(tx: &Transaction<'_>, note: &Note) -> Result<()> {
    match note {
        Note::Event(row, waits_for) => activity::add(tx, row, waits_for.as_deref()).map(drop),
        Note::Decided {
            key,
            outcome,
            trace,
            for_good,
        } => activity::decide(tx, key, outcome, trace, *for_good),
        Note::Leave(key) => activity::leave(tx, key),
        Note::Timer(timer) => timers::set(tx, timer),
        Note::NoTimer(key) => timers::remove(tx, key),
        Note::LastSeen(account, jid, at) => timers::last_seen(tx, *account, jid, *at),
        Note::Mark(mark) => tray::set_mark(tx, mark),
        Note::Unmark(key) => tray::remove_mark(tx, key),
        Note::OutOfTray(message) => tray::keep_out(tx, *message),
        Note::ChatsOutOfTray(account, jid) => {
            tray::keep_chats_out(tx, jid.as_ref().map(|jid| (*account, jid)))
        }
    }
}
