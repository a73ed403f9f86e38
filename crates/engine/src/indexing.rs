//! The index of words follows what is on the disk, a little at a time: whatever else there is to do goes first.

use crate::desk::Desk;
use crate::disk::is_the_disks;
use carillon_core::ids::Timestamp;
use carillon_store::{StoreError, ToIndex};

/// Messages in one step: about a millisecond, which the next message may have to wait.
const STEP: u32 = 32;
/// Between two steps with what was there before the index, in milliseconds.
const OLD_AGAIN: i64 = 50;
/// A burst of messages goes first, for so many times [`OLD_AGAIN`]: five seconds.
const PUT_OFF: u32 = 100;
/// After the start the index waits, in milliseconds: there is enough to do.
const AFTER_START: i64 = 10_000;

impl Desk {
    /// At the start: goes on where the index is.
    pub(crate) fn index_later(&mut self) {
        if matches!(self.store.to_index(), Ok(ToIndex::New | ToIndex::Old)) {
            self.index_due = Some(self.now().plus_millis(AFTER_START));
        }
    }

    /// Something is on the disk that may be new to the index.
    pub(crate) fn index_soon(&mut self) {
        if matches!(self.store.to_index(), Ok(ToIndex::New)) {
            self.index_due = Some(self.now());
        }
    }

    /// `busy` says that something else waits to be done.
    pub(crate) fn index_words_due(&mut self, now: Timestamp, busy: bool) {
        if self.index_due.is_none_or(|due| now < due) {
            return;
        }
        if !busy {
            self.index_put_off = 0;
        } else if self.index_put_off < PUT_OFF {
            self.index_put_off += 1;
            self.index_due = Some(now.plus_millis(OLD_AGAIN));
            return;
        }
        self.index_due = None;
        // What could not be done is taken up again with the next thing that is stored.
        if self.disk.is_in_trouble() {
            return;
        }
        match self.store.index_words(STEP) {
            Ok(ToIndex::New) => self.index_due = Some(now),
            Ok(ToIndex::Old) => self.index_due = Some(now.plus_millis(OLD_AGAIN)),
            Ok(ToIndex::Nothing) => {}
            Err(error) => {
                tracing::warn!(%error, "the index of words could not be brought up to date");
                if is_the_disks(&error) || matches!(error, StoreError::Damaged { .. }) {
                    self.disk_fails(&error);
                }
            }
        }
    }
}
