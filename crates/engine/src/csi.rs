//! Whether servers may hold back what nobody would notice (XEP-0352).
//!
//! They may while no window is open and no rule rings for it. A message is never held back, and brings what was.

use crate::account::Burst;
use crate::desk::Desk;

/// A session that was too busy is told again after this, in milliseconds.
const TELL_AGAIN: i64 = 1_000;

impl Desk {
    /// Tells every server whether what it could hold back would be noticed, where that is not what it heard last.
    pub(crate) fn tell_client_state(&mut self) {
        let now = self.now();
        let open = self.surroundings.borrow().window_open;
        let active = open || self.book.notices_what_is_held_back(now);
        let online = self.accounts.values_mut().filter(|one| one.is_online());
        for account in online.filter(|one| one.told_active != Some(active)) {
            if !account.say(carillon_core::session::Outgoing::ClientState { active }) {
                account.send_due = Some(now.plus_millis(TELL_AGAIN));
                continue;
            }
            if active && account.told_active == Some(false) {
                // What was held back comes now, all at once, and is no news.
                account.burst = Burst::begin(now);
            }
            account.told_active = Some(active);
        }
    }
}
