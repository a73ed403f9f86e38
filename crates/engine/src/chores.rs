//! What follows an alert and may wait until it has gone out: the Activity list and the tray's count.
//!
//! Engine and resident share one thread. What is done here between a message and the next pause would
//! stand between the plan and its popup.

use crate::desk::Desk;
use crate::disk::is_the_disks;
use crate::output::Output;
use carillon_store::StoreError;

pub(crate) use carillon_store::Note;

/// So many notes wait at most: a flood must not fill the memory.
const NOTES: usize = 256;

/// So often everybody else has had a turn before they are done: who takes the outputs, who shows popups, and the
/// connection that carries them. With one turn less the popup would wait until the notes are written.
const TURNS: u8 = 3;

/// What is still to be done.
#[derive(Debug, Default)]
pub(crate) struct Chores {
    notes: Vec<Note>,
    tray: bool,
    /// Turns that the others have had since there was something to be done.
    turns: u8,
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

    /// Everybody else has had a turn; after some of them it is the chores'.
    pub(crate) fn let_others_go_first(&mut self) {
        self.chores.turns += 1;
        if self.chores.turns >= TURNS {
            self.do_chores();
        }
    }

    pub(crate) fn do_chores(&mut self) {
        self.chores.turns = 0;
        let notes = std::mem::take(&mut self.chores.notes);
        let noted = !notes.is_empty();
        let in_list = |note: &Note| matches!(note, Note::Event(..) | Note::Decided { .. });
        let listed = notes.iter().any(in_list);
        self.remember_all(notes);
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

    /// Writes notes down in one go. Where one of them is in the way of the others they go one by one.
    fn remember_all(&mut self, notes: Vec<Note>) {
        if notes.len() > 1 && !self.disk.is_in_trouble() {
            match self.store.write_notes(&notes) {
                Ok(()) => return,
                Err(error) => tracing::debug!(%error, "notes could not be written together"),
            }
        }
        for note in notes {
            self.remember(note);
        }
    }

    /// Writes a note down, in its turn: what the disk did not take comes before it.
    fn remember(&mut self, note: Note) {
        if self.disk.is_in_trouble() {
            self.disk.hold(note);
            return;
        }
        let Err(error) = self.store.write_notes(std::slice::from_ref(&note)) else {
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
}
