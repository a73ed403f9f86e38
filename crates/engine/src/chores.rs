//! What follows an alert and may wait until it has gone out: the Activity list and the tray's count.
//!
//! Engine and resident share one thread. What is done here between a message and the next pause would
//! stand between the plan and its popup.

use crate::desk::Desk;
use crate::output::Output;
use carillon_store::ActivityRow;

/// So many rows wait at most: a flood must not fill the memory.
const ROWS: usize = 256;

/// What is still to be done.
#[derive(Debug, Default)]
pub(crate) struct Chores {
    activity: Vec<ActivityRow>,
    tray: bool,
}

impl Desk {
    /// Has an event written into the Activity list soon.
    pub(crate) fn note_soon(&mut self, row: ActivityRow) {
        self.chores.activity.push(row);
        if self.chores.activity.len() >= ROWS {
            self.do_chores();
        }
    }

    /// Has the tray's input worked out soon, once for all that changes it until then.
    pub(crate) fn refresh_tray(&mut self) {
        self.chores.tray = true;
    }

    pub(crate) fn has_chores(&self) -> bool {
        self.chores.tray || !self.chores.activity.is_empty()
    }

    pub(crate) fn do_chores(&mut self) {
        if std::mem::take(&mut self.chores.tray) {
            self.work_out_tray();
        }
        let rows = std::mem::take(&mut self.chores.activity);
        if rows.is_empty() {
            return;
        }
        for row in rows {
            if let Err(error) = self.store.add_activity(&row) {
                tracing::warn!(%error, "the Activity list could not be kept");
            }
        }
        self.flush_soon();
        self.tell(Output::Activity);
    }
}
