//! Connections that are lost and come back by themselves: told only when that takes a while.

use crate::account::Account;
use crate::desk::Desk;
use crate::presence::live;
use carillon_core::alerts::EventKind;
use carillon_core::ids::{AccountId, Timestamp};
use carillon_core::tray::LOST_AFTER;

/// Who is back within so many milliseconds was never gone.
const GRACE: i64 = 30_000;

/// A connection that was there and is lost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lost {
    at: Timestamp,
    told: bool,
    /// The tray shows it.
    shown: bool,
}

impl Lost {
    /// When there is something to be said about it next.
    pub(crate) fn due(&self) -> Option<Timestamp> {
        match (self.told, self.shown) {
            (false, _) => Some(self.at.plus_millis(GRACE)),
            (true, false) => Some(self.at.plus_millis(LOST_AFTER)),
            (true, true) => None,
        }
    }
}

impl Account {
    /// Lost, and not for so long that the tray shows it.
    pub(crate) fn is_lost_a_moment(&self) -> bool {
        self.lost.is_some_and(|lost| !lost.shown)
    }
}

impl Desk {
    pub(crate) fn link_lost(&mut self, id: AccountId) {
        let now = self.now();
        if let Some(account) = self.accounts.get_mut(&id)
            && account.is_online()
        {
            account.lost.get_or_insert(Lost {
                at: now,
                told: false,
                shown: false,
            });
        }
    }

    /// Tells what is lost for long enough.
    pub(crate) fn link_due(&mut self, now: Timestamp) {
        let mut told = Vec::new();
        let mut shows = false;
        for account in self.accounts.values_mut() {
            let Some(lost) = &mut account.lost else {
                continue;
            };
            if !lost.told && now >= lost.at.plus_millis(GRACE) {
                lost.told = true;
                told.push((account.id, account.settings.jid.clone()));
            }
            if !lost.shown && now >= lost.at.plus_millis(LOST_AFTER) {
                lost.shown = true;
                shows = true;
            }
        }
        for (id, address) in told {
            self.ring_account(EventKind::ConnectionLost, id, &address, "");
        }
        if shows {
            self.refresh_tray();
        }
    }

    /// It is back; told only if the loss was.
    pub(crate) fn link_back(&mut self, id: AccountId) {
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        let address = account.settings.jid.clone();
        if account.lost.take().is_some_and(|lost| lost.told) {
            // The popup of the loss is replaced, and does not come again.
            let key = live(EventKind::ConnectionLost, id, &address).replace_key();
            self.is_seen(&key);
            self.ring_account(EventKind::ConnectionRestored, id, &address, "");
        }
    }

    /// The user ended it, or is asked for help: it is not lost any more.
    pub(crate) fn forget_loss(&mut self, id: AccountId) {
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        let address = account.settings.jid.clone();
        if account.lost.take().is_some_and(|lost| lost.told) {
            self.withdraw(EventKind::ConnectionLost, id, &address);
        }
    }
}
