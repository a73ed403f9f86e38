//! What follows an alert and may wait until it has gone out: the Activity list and the tray's count.
//!
//! Engine and resident share one thread. What is done here between a message and the next pause would
//! stand between the plan and its popup.

use crate::desk::Desk;
use crate::disk::is_the_disks;
use crate::output::Output;
use carillon_core::ids::{AccountId, MessageId, Timestamp};
use carillon_store::{ActivityRow, AlertTimer, StoreError, StoredMark};
use jid::BareJid;

/// So many notes wait at most: a flood must not fill the memory.
const NOTES: usize = 256;

/// Something to be written down.
#[derive(Debug)]
pub(crate) enum Note {
    /// An event, and the key of the timer that it waits for.
    Event(ActivityRow, Option<String>),
    /// What was decided now about all that waits for a timer.
    Decided {
        key: String,
        outcome: &'static str,
        trace: String,
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
    ChatsOutOfTray(AccountId, Option<BareJid>),
}

/// What is still to be done.
#[derive(Debug, Default)]
pub(crate) struct Chores {
    notes: Vec<Note>,
    tray: bool,
}

impl Chores {
    /// What was held up comes before what happened since.
    pub(crate) fn take_up(&mut self, held: impl IntoIterator<Item = Note>) {
        self.notes.splice(..0, held);
    }
}

impl Desk {
    /// Has something written down soon, in the order in which it happened.
    pub(crate) fn note(&mut self, note: Note) {
        self.chores.notes.push(note);
        if self.chores.notes.len() >= NOTES {
            self.do_chores();
        }
    }

    /// Has the tray's input worked out soon, once for all that changes it until then.
    pub(crate) fn refresh_tray(&mut self) {
        self.chores.tray = true;
    }

    pub(crate) fn has_chores(&self) -> bool {
        self.chores.tray || !self.chores.notes.is_empty()
    }

    pub(crate) fn do_chores(&mut self) {
        let notes = std::mem::take(&mut self.chores.notes);
        let noted = !notes.is_empty();
        let mut listed = false;
        for note in notes {
            listed |= matches!(note, Note::Event(..) | Note::Decided { .. });
            self.remember(note);
        }
        // What the tray shows is written down before it is told.
        if std::mem::take(&mut self.chores.tray) {
            self.work_out_tray();
        }
        if noted {
            self.flush_soon();
        }
        if listed {
            self.tell(Output::Activity);
        }
    }

    /// Writes a note down, in its turn: what the disk did not take comes before it.
    fn remember(&mut self, note: Note) {
        if self.disk.is_in_trouble() {
            self.disk.hold(note);
            return;
        }
        let Err(error) = self.write_down(&note) else {
            return;
        };
        tracing::warn!(%error, "what was to be remembered of alerts could not be stored");
        if is_the_disks(&error) {
            self.disk_fails(&error);
            self.disk.hold(note);
        } else if matches!(error, StoreError::Damaged { .. }) {
            self.disk_fails(&error);
        }
    }

    fn write_down(&mut self, note: &Note) -> Result<(), StoreError> {
        let store = &mut self.store;
        match note {
            Note::Event(row, waits_for) => store
                .add_waiting_activity(row, waits_for.as_deref())
                .map(drop),
            Note::Decided {
                key,
                outcome,
                trace,
                for_good,
            } => store.decide_activity(key, outcome, trace, *for_good),
            Note::Leave(key) => store.leave_activity(key),
            Note::Timer(timer) => store.set_alert_timer(timer),
            Note::NoTimer(key) => store.remove_alert_timer(key),
            Note::LastSeen(account, jid, at) => store.set_last_seen(*account, jid, *at),
            Note::Mark(mark) => store.set_tray_mark(mark),
            Note::Unmark(key) => store.remove_tray_mark(key),
            Note::OutOfTray(message) => store.keep_out_of_tray(*message),
            Note::ChatsOutOfTray(account, jid) => {
                store.keep_chats_out_of_tray(jid.as_ref().map(|jid| (*account, jid)))
            }
        }
    }
}
