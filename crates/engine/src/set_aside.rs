//! A damaged database that was set aside at the start.

use crate::desk::Desk;
use crate::output::Content;
use carillon_core::alerts::{AlertEvent, EventKind};

impl Desk {
    /// Rings, once, that what was stored until now lies in the file at `path`, and how many messages of it are here.
    /// Without an account nobody waits for
    /// anything, and the notice in the window is enough.
    pub fn ring_set_aside(&mut self, path: &str, saved: u32) {
        let Some(event) = self.of_nobody() else {
            return;
        };
        let content = Content {
            text: path.to_owned(),
            messages: saved,
            ..Content::default()
        };
        self.ring(event, content);
    }

    /// The user knows of it.
    pub fn set_aside_is_known(&mut self) {
        if let Some(event) = self.of_nobody() {
            self.withdraw_key(event.replace_key());
        }
    }

    /// It is nobody's doing, which tells it from an account that cannot sign in.
    pub(crate) fn of_nobody(&self) -> Option<AlertEvent> {
        let account = self.accounts.keys().min()?;
        Some(AlertEvent::live(
            EventKind::AccountAttention,
            *account,
            None,
        ))
    }
}
