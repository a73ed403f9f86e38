//! My own status, the mute, and what the tray shows of it all.

use crate::account::Line;
use crate::desk::{Desk, DeskError};
use crate::output::Output;
use carillon_core::contact::Availability;
use carillon_core::ids::Timestamp;
use carillon_core::session::Outgoing;
use carillon_core::settings::Mute;
use carillon_core::tray::TrayInput;

/// The row of the store's small things that holds the mute.
pub(crate) const MUTE_KEY: &str = "mute";

pub(crate) fn read_mute(stored: Option<&str>) -> Option<Mute> {
    match stored? {
        "forever" => Some(Mute::Forever),
        millis => millis
            .parse()
            .ok()
            .map(|at| Mute::Until { at: Timestamp(at) }),
    }
}

fn write_mute(mute: Mute) -> String {
    match mute {
        Mute::Forever => "forever".to_owned(),
        Mute::Until { at } => at.0.to_string(),
    }
}

/// What was shown of me: how I am to be had with my words, and since when I have not been there.
pub(crate) type Shown = ((Availability, String), Option<Timestamp>);

impl Desk {
    /// The mute, if it holds now.
    #[must_use]
    pub fn mute(&self) -> Option<Mute> {
        self.mute.filter(|mute| mute.holds(self.now()))
    }

    /// Sets or lifts the mute for all alerts; it survives a restart.
    ///
    /// # Errors
    /// The store's; the mute holds all the same until Carillon ends.
    pub fn set_mute(&mut self, mute: Option<Mute>) -> Result<(), DeskError> {
        self.mute = mute;
        self.tell(Output::Own);
        self.refresh_tray();
        self.silence_changed();
        self.flush_soon();
        match mute {
            Some(mute) => self.store.set_meta(MUTE_KEY, &write_mute(mute))?,
            None => self.store.remove_meta(MUTE_KEY)?,
        }
        Ok(())
    }

    pub(crate) fn mute_ends(&self) -> Option<Timestamp> {
        match self.mute {
            Some(Mute::Until { at }) => Some(at),
            _ => None,
        }
    }

    pub(crate) fn lift_mute_due(&mut self, now: Timestamp) {
        if self.mute.is_some_and(|mute| !mute.holds(now))
            && let Err(error) = self.set_mute(None)
        {
            tracing::warn!(%error, "the end of a mute could not be stored");
        }
    }

    /// Away by itself while idle, back by itself.
    pub fn set_idle(&mut self, idle: bool) {
        if self.idle != idle {
            self.idle = idle;
            // It is told when the time that makes somebody away is over.
            let minutes = i64::from(self.settings.general.away_after_minutes);
            self.idle_since = idle.then(|| self.now().plus_millis(-minutes * 60_000));
            self.show_own_presence();
        }
    }

    /// What I show: as chosen, or away while idle.
    pub(crate) fn own_presence(&self) -> (Availability, String) {
        let general = &self.settings.general;
        let chosen = Availability::from(general.availability);
        let shown = if self.idle && chosen == Availability::Available {
            Availability::Away
        } else {
            chosen
        };
        (shown, general.status.clone())
    }

    /// Since when I have not used this computer, where contacts may know (XEP-0319).
    fn own_idleness(&self) -> Option<Timestamp> {
        self.idle_since
            .filter(|_| self.settings.privacy.send_idle && self.idle)
    }

    /// Tells every server what I show now, where it is not what was told last.
    pub(crate) fn show_own_presence(&mut self) {
        let shown = (self.own_presence(), self.own_idleness());
        for account in self.accounts.values_mut() {
            if account.shown.as_ref() == Some(&shown) {
                continue;
            }
            let ((availability, status), idle_since) = shown.clone();
            if account.say(Outgoing::Presence {
                availability,
                status,
                idle_since,
            }) {
                account.shown = Some(shown.clone());
            }
        }
        self.tell(Output::Own);
        self.refresh_tray();
    }

    /// Whether I am shown as away because nobody is at the desk.
    #[must_use]
    pub const fn is_idle(&self) -> bool {
        self.idle
    }

    /// What the tray shows now.
    #[must_use]
    pub const fn tray(&self) -> &TrayInput {
        &self.tray
    }

    /// Works out what the tray shows, and tells it when it changed.
    pub(crate) fn work_out_tray(&mut self) {
        let online = self
            .accounts
            .values()
            .any(crate::account::Account::is_online);
        let connecting = self
            .accounts
            .values()
            .any(|account| matches!(account.line, Line::Connecting | Line::Waiting { .. }));
        let (unread, overlay) = self
            .tally_tray()
            .unwrap_or_else(|| (self.tray.unread, self.tray.overlay.clone()));
        let tray = TrayInput {
            availability: if online {
                self.own_presence().0
            } else {
                Availability::Offline
            },
            connecting,
            unread,
            overlay,
            attention: !self.unseen.is_empty(),
            muted: self.mute().is_some(),
            before_loss: self
                .accounts
                .values()
                .any(crate::account::Account::is_lost_a_moment)
                .then(|| self.own_presence().0),
        };
        if tray != self.tray {
            self.tray = tray.clone();
            self.tell(Output::Tray(tray));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mute_is_read_as_it_was_written() {
        for mute in [
            Mute::Forever,
            Mute::Until {
                at: Timestamp(1_700_000_000_000),
            },
        ] {
            assert_eq!(read_mute(Some(&write_mute(mute))), Some(mute));
        }
    }

    #[test]
    fn a_garbled_mute_is_no_mute() {
        assert_eq!(read_mute(Some("until tea")), None);
        assert_eq!(read_mute(None), None);
    }
}
