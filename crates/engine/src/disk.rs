//! A disk that does not take what is to be stored: told once, and tried again until it does.
//!
//! What came meanwhile stays at the servers, which nobody told that it was handled. What was to be remembered of
//! alerts waits here.

use crate::chores::Note;
use crate::desk::Desk;
use crate::output::{Content, Output};
use carillon_core::ids::Timestamp;
use carillon_store::StoreError;
use std::collections::VecDeque;

/// The popup does not come again sooner, in milliseconds: a disk may be almost full for a long time.
const RINGS_AGAIN: i64 = 3_600_000;
/// So many notes wait at most, as many as the Activity list has rows; then the oldest are lost.
const HELD: usize = 10_000;

/// What is known of the disk.
#[derive(Debug, Default)]
pub(crate) struct Disk {
    /// It did not take something, and has taken nothing since.
    in_trouble: bool,
    /// Something in the database cannot be read: the next start mends it, and it stays told until then.
    is_damaged: bool,
    rang: Option<Timestamp>,
    stands: bool,
    held: VecDeque<Note>,
}

impl Disk {
    pub(crate) fn is_in_trouble(&self) -> bool {
        self.in_trouble
    }

    /// Keeps a note for later.
    pub(crate) fn hold(&mut self, note: Note) {
        if self.held.len() >= HELD {
            self.held.pop_front();
        }
        self.held.push_back(note);
    }
}

/// Whether the same may be stored when the disk is in order again.
pub(crate) fn is_the_disks(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::DiskFull
            | StoreError::ReadOnly { .. }
            | StoreError::Io { .. }
            | StoreError::Busy
    )
}

impl Desk {
    /// Something was not stored: it is told once, and the disk is tried again soon.
    pub(crate) fn disk_fails(&mut self, error: &StoreError) {
        let known = if matches!(error, StoreError::Damaged { .. }) {
            std::mem::replace(&mut self.disk.is_damaged, true)
        } else {
            std::mem::replace(&mut self.disk.in_trouble, true)
        };
        if !known {
            self.tell(Output::Storage(error.clone()));
        }
        self.flush_soon();
    }

    /// The disk has taken something: all goes on.
    pub(crate) fn disk_works(&mut self) {
        if !std::mem::replace(&mut self.disk.in_trouble, false) {
            return;
        }
        tracing::info!("the disk takes what is to be stored again");
        let held = std::mem::take(&mut self.disk.held);
        self.chores.take_up(held);
        if std::mem::replace(&mut self.disk.stands, false) {
            self.set_aside_is_known();
        }
        self.tell(Output::StorageWorks);
    }

    /// Rings that nothing can be stored, at most once an hour. The words are the user's language's.
    pub fn ring_storage(&mut self, summary: String, text: String) {
        let now = self.now();
        let lately = |rang: Timestamp| now.millis_since(rang) < RINGS_AGAIN;
        let stands = self.disk.in_trouble || self.disk.is_damaged;
        if !stands || self.disk.rang.is_some_and(lately) {
            return;
        }
        let Some(event) = self.of_nobody() else {
            return;
        };
        self.disk.rang = Some(now);
        self.disk.stands = self.disk.in_trouble;
        let content = Content {
            name: summary,
            text,
            ..Content::default()
        };
        self.ring(event, content);
    }

    /// When to connect instead of `now` to whom there is no use in connecting, as what comes cannot be stored.
    pub(crate) fn disk_is_tried(&self, now: Timestamp) -> Option<Timestamp> {
        let later = now.plus_millis(1_000);
        self.disk
            .in_trouble
            .then(|| self.flush_due.map_or(later, |due| due.max(later)))
    }
}
