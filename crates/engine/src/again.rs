//! Archives that could not be read, or have to be read once more: when that is tried again.

use crate::account::{Account, Line};
use crate::archive::{Patience, Reading};
use crate::desk::Desk;
use crate::output::Output;
use carillon_core::ids::{AccountId, Timestamp};
use carillon_core::room::RoomState;
use carillon_core::session::{ServerFeatures, StanzaProblem};
use jid::BareJid;
use std::time::Duration;

/// An archive that could not be read is asked again after so long, then after twice as long each time; in
/// milliseconds.
const FIRST: i64 = 5_000;
/// No wait is longer; in milliseconds.
const LONGEST: i64 = 15 * 60_000;
/// Whoever refuses so will refuse again, for as long as the session lasts (RFC 6120 §8.3.3).
const FOR_GOOD: [&str; 5] = [
    "feature-not-implemented",
    "forbidden",
    "not-allowed",
    "not-authorized",
    "registration-required",
];

/// When an archive is to be read again.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Again {
    /// How often in a row it could not be read.
    failures: u32,
    /// `None` while it is being read.
    due: Option<Timestamp>,
    /// How it is asked.
    patience: Patience,
}

impl Account {
    /// Whatever is answered to what was asked about what was missed in an archive, mine or a room's, it is asked anew.
    pub(crate) fn forget_catch_up(&mut self, room: Option<&BareJid>) {
        self.reading.retain(|_, reading| !reading.catches_up(room));
        if let Some(again) = self.again.get_mut(&room.cloned()) {
            again.due = None;
        }
    }

    pub(crate) fn is_catching_up(&self, room: Option<&BareJid>) -> bool {
        self.reading
            .values()
            .any(|reading| reading.catches_up(room))
    }

    /// Has an archive read anew at that time, and nothing taken of it until then.
    pub(crate) fn read_archive_at(&mut self, room: Option<BareJid>, due: Timestamp) {
        self.forget_catch_up(room.as_ref());
        self.again.entry(room).or_default().due = Some(due);
    }

    /// Whether my archive is to be read, and is not being read yet.
    pub(crate) fn is_put_off(&self) -> bool {
        let due = |again: &Again| again.due.is_some();
        self.has_archive() && self.again.get(&None).is_some_and(due)
    }

    /// An archive, mine or a room's, gave something that was not known.
    pub(crate) fn archive_goes_on(&mut self, room: Option<&BareJid>) {
        if let Some(again) = self.again.get_mut(&room.cloned()) {
            again.failures = 0;
            again.due = None;
        }
    }

    /// How patiently an archive is asked.
    pub(crate) fn patience_with(&self, room: Option<&BareJid>) -> Patience {
        let again = self.again.get(&room.cloned());
        again.map(|again| again.patience).unwrap_or_default()
    }

    /// Whether what was missed takes an archive longer than is waited for.
    pub(crate) fn waits_for_a_slow_archive(&self) -> bool {
        self.again.iter().any(|(room, again)| {
            again.patience.is_tried() && (again.due.is_some() || self.is_catching_up(room.as_ref()))
        })
    }

    /// The rooms that I am in and that keep an archive.
    pub(crate) fn archived_rooms(&self) -> Vec<BareJid> {
        let archived = self
            .rooms
            .iter()
            .filter(|(_, room)| room.archive && room.state == RoomState::Joined);
        archived.map(|(jid, _)| jid.clone()).collect()
    }

    pub(crate) fn has_carbons(&self) -> bool {
        matches!(
            self.line,
            Line::Online(ServerFeatures { carbons: true, .. })
        )
    }

    /// When an archive is to be read, or given up.
    pub(crate) fn archives_due(&self) -> Option<Timestamp> {
        let again = self.again.values().filter_map(|again| again.due);
        let silent = self.reading.values().map(Reading::silent_at);
        again.chain(silent).min()
    }

    fn can_read(&self, room: Option<&BareJid>) -> bool {
        match room {
            Some(room) => self.archived_rooms().contains(room),
            None => self.has_archive(),
        }
    }

    /// The archives whose time has come.
    fn take_archives_due(&mut self, now: Timestamp) -> Vec<Option<BareJid>> {
        let mut due = Vec::new();
        for (archive, again) in &mut self.again {
            if again.due.is_some_and(|at| at <= now) {
                again.due = None;
                due.push(archive.clone());
            }
        }
        due
    }

    /// Those that were asked and keep silent.
    fn take_silent(&mut self, now: Timestamp) -> Vec<Reading> {
        let silent = self
            .reading
            .extract_if(|_, reading| reading.silent_at() <= now);
        silent.map(|(_, reading)| reading).collect()
    }
}

impl Desk {
    /// What was missed in this archive stays unread for now.
    pub(crate) fn could_not_read(
        &mut self,
        id: AccountId,
        reading: &Reading,
        problem: &StanzaProblem,
    ) {
        if reading.is_catch_up() && !FOR_GOOD.contains(&problem.condition.as_str()) {
            self.read_later(id, reading.room().cloned());
        }
        self.forget_looked_back(id, reading);
        self.tell(Output::Accounts);
    }

    /// Has an archive asked again after a while, which is longer each time.
    pub(crate) fn read_later(&mut self, id: AccountId, room: Option<BareJid>) {
        let (now, chance) = (self.now(), (self.chance)());
        let Some(account) = self.accounts.get_mut(&id).filter(|one| one.is_online()) else {
            return;
        };
        let again = account.again.entry(room).or_default();
        let wait = FIRST
            .saturating_mul(1 << again.failures.min(16))
            .min(LONGEST);
        again.failures = again.failures.saturating_add(1);
        // Whoever was refused together does not come back together.
        let spread = 0.5 + chance.clamp(0.0, 1.0) / 2.0;
        let wait = Duration::from_millis(wait.unsigned_abs()).mul_f64(spread);
        let millis = i64::try_from(wait.as_millis()).unwrap_or(LONGEST);
        again.due = Some(now.plus_millis(millis));
    }

    /// Reads the archives whose time has come, and gives up waiting for those that keep silent.
    pub(crate) fn read_archives_due(&mut self, now: Timestamp) {
        let mut due = Vec::new();
        let mut silent = Vec::new();
        for account in self.accounts.values_mut() {
            let id = account.id;
            due.extend(
                account
                    .take_archives_due(now)
                    .into_iter()
                    .map(|one| (id, one)),
            );
            silent.extend(account.take_silent(now).into_iter().map(|one| (id, one)));
        }
        for (id, reading) in silent {
            tracing::warn!("an archive kept silent");
            if let Some(account) = self.accounts.get_mut(&id) {
                let again = account.again.entry(reading.room().cloned()).or_default();
                again.patience = reading.patience.after_silence();
            }
            if reading.is_catch_up() {
                self.read_later(id, reading.room().cloned());
            }
            self.tell(Output::Accounts);
        }
        for (id, archive) in due {
            let wanted = self
                .account(id)
                .is_ok_and(|account| account.can_read(archive.as_ref()));
            if wanted {
                self.catch_up(id, archive);
            }
        }
    }
}
