//! What the tray shows until it is seen: it is on the disk before it is told, and survives a restart.

use crate::chores::Note;
use crate::desk::Desk;
use carillon_core::alerts::{AlertEvent, AlertPlan, EventKind};
use carillon_core::ids::{AccountId, MessageId};
use carillon_core::tray::{TrayMark, TrayOverlay, stays_out, tally};
use carillon_store::{StoreError, StoredMark};
use jid::BareJid;
use std::collections::BTreeMap;

/// More than these are in no badge.
const MOST: usize = 1_024;

/// What was not seen, by its replace key.
pub(crate) type Marks = BTreeMap<String, (AccountId, TrayMark)>;

impl Desk {
    /// Takes up what an earlier run left.
    pub(crate) fn restore_marks(&mut self) -> Result<(), StoreError> {
        for stored in self.store.tray_marks()? {
            match serde_json::from_str(&stored.mark) {
                Ok(mark) => {
                    self.marks.insert(stored.key, (stored.account, mark));
                }
                Err(error) => {
                    tracing::warn!(%error, "what the tray showed could not be read");
                    self.note(Note::Unmark(stored.key));
                }
            }
        }
        self.refresh_tray();
        Ok(())
    }

    /// Keeps in mind what the tray shows of an event that was decided now, and what it does not count.
    pub(crate) fn mark(
        &mut self,
        event: &AlertEvent,
        plan: &AlertPlan,
        message: Option<MessageId>,
    ) {
        if stays_out(event, plan) {
            self.note(match message {
                Some(message) => Note::OutOfTray(message),
                None => Note::ChatsOutOfTray(event.account, event.chat().map(|chat| chat.jid)),
            });
            self.refresh_tray();
        }
        let (looked_at, in_front) = {
            let around = self.surroundings.borrow();
            let chat = event.chat();
            let in_front = chat.is_some() && around.in_front() == chat.as_ref();
            (around.is_looked_at(), in_front)
        };
        let Some(mark) = TrayMark::of(event, plan, self.now(), looked_at, in_front) else {
            return;
        };
        let key = event.replace_key();
        let before = self.marks.get(&key).map(|(_, mark)| mark);
        if before.is_none() && self.marks.len() >= MOST {
            return;
        }
        let mark = mark.beside(before);
        let same = before.is_some_and(|before| {
            (before.kind, &before.icon, before.counts) == (mark.kind, &mark.icon, mark.counts)
        });
        if !same {
            self.note_mark(&key, event.account, &mark);
        }
        self.marks.insert(key, (event.account, mark));
        self.refresh_tray();
    }

    fn note_mark(&mut self, key: &str, account: AccountId, mark: &TrayMark) {
        match serde_json::to_string(mark) {
            Ok(mark) => self.note(Note::Mark(StoredMark {
                key: key.to_owned(),
                account,
                mark,
            })),
            Err(error) => tracing::warn!(%error, "what the tray shows could not be written"),
        }
    }

    /// It was seen or handled.
    pub(crate) fn unmark(&mut self, key: &str) {
        if self.marks.remove(key).is_some() {
            self.note(Note::Unmark(key.to_owned()));
            self.refresh_tray();
        }
    }

    /// The user looks at a window: what only that can tell to be seen, is.
    pub(crate) fn looked(&mut self) {
        let seen = self.marks.iter();
        let seen = seen.filter(|(_, (_, mark))| mark.is_seen_at_a_look());
        let seen: Vec<String> = seen.map(|(key, _)| key.clone()).collect();
        for key in seen {
            self.unmark(&key);
        }
    }

    /// What the tray counts and shows of what was not seen. `None` when the store cannot say.
    pub(crate) fn tally_tray(&mut self) -> Option<(u32, Option<TrayOverlay>)> {
        let accounts = &self.accounts;
        self.marks
            .retain(|_, (account, _)| accounts.contains_key(account));
        let total = self.store.unread_total().ok()?;
        let left_out = self.store.out_of_tray().ok()?;
        let messages = total.in_chats.saturating_add(total.in_requests);
        let contacts = self.store.contact_requests().unwrap_or_default();
        let rooms = self.store.invites().unwrap_or_default();
        let asked = contacts
            .iter()
            .map(|one| (EventKind::ContactRequest, one.account, &one.jid));
        let invited = rooms
            .iter()
            .map(|one| (EventKind::RoomInvite, one.account, &one.room));
        let counts = |(kind, account, jid): &(EventKind, AccountId, &BareJid)| {
            let key = crate::presence::live(*kind, *account, jid).replace_key();
            self.marks.get(&key).is_none_or(|(_, mark)| mark.counts)
        };
        let requests = asked.chain(invited).filter(counts).count();
        Some(tally(
            messages.saturating_sub(left_out),
            u32::try_from(requests).unwrap_or(u32::MAX),
            self.marks.values().map(|(_, mark)| mark),
        ))
    }
}
