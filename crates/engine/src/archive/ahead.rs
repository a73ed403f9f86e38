//! The next page is asked for before this one is stored: the server looks it up while this computer writes.
//!
//! What is known of an archive still moves page by page, in order: an answer is heard after the page before it was
//! stored, and is of no use if that failed.

use super::Reading;
use crate::desk::Desk;
use crate::sessions::{Heard, SessionNews};
use carillon_core::ids::AccountId;
use carillon_core::session::{ArchivePage, ArchivePlace, Incoming};

impl Desk {
    /// Asks for the page behind the one that is about to be heard. Answers whether it did: then the session should
    /// have its turn before that one is heard, so that it can write the question.
    pub(crate) fn ask_ahead(&mut self, heard: &SessionNews) -> bool {
        let id = heard.account;
        let Heard::Stanza(stanza) = &heard.what else {
            return false;
        };
        let Incoming::Archive {
            request,
            answer: Ok(page),
        } = &**stanza
        else {
            return false;
        };
        let Some(account) = self.accounts.get(&id) else {
            return false;
        };
        let session = account.session.as_ref();
        if session.is_none_or(|session| session.generation != heard.generation) {
            return false;
        }
        let Some(reading) = account.reading.get(request) else {
            return false;
        };
        if !reading.is_catch_up() || reading.ends_with(page) || reading.is_stuck_at(page) {
            return false;
        }
        let mut next = reading.clone();
        next.take(page);
        if next.has_no_end() {
            return false;
        }
        let ahead = self.read_behind(id, next);
        let account = self.accounts.get_mut(&id);
        if let Some(reading) = account.and_then(|account| account.reading.get_mut(request)) {
            reading.ahead = ahead;
        }
        ahead.is_some()
    }

    /// Goes on with a catch-up behind the page that was taken. Answers the question's number.
    pub(super) fn read_behind(&mut self, id: AccountId, reading: Reading) -> Option<u64> {
        let last = reading.last.clone();
        let reading = Reading {
            goal: super::Goal::CatchUp,
            ..reading
        };
        self.read_on(id, reading, last.map(ArchivePlace::After))
    }

    /// A page was stored: what follows it lies behind what it had.
    pub(super) fn tell_ahead(&mut self, id: AccountId, reading: &Reading) {
        let account = self.accounts.get_mut(&id);
        let next = account.and_then(|account| account.reading.get_mut(&reading.ahead?));
        if let Some(next) = next {
            next.reached.clone_from(&reading.reached);
        }
    }

    /// A page was not stored: what follows it must not be either.
    pub(super) fn forget_ahead(&mut self, id: AccountId, reading: &Reading) {
        if let (Some(account), Some(ahead)) = (self.accounts.get_mut(&id), reading.ahead) {
            account.reading.remove(&ahead);
        }
    }
}

impl Reading {
    /// A page has come.
    pub(super) fn take(&mut self, page: &ArchivePage) {
        let length = u32::try_from(page.entries.len()).unwrap_or(u32::MAX);
        self.taken = self.taken.saturating_add(length);
        self.total = page.count.or(self.total);
        self.unstable |= !page.stable;
        self.progress.take(page.last.as_deref());
        self.first.clone_from(&page.first);
        self.last.clone_from(&page.last);
    }

    /// A page that is not the last one and yet has nothing new: asked on and on, the archive might answer so for
    /// ever. Looked at before the page is taken.
    pub(super) fn is_stuck_at(&self, page: &ArchivePage) -> bool {
        let same = |one: &Option<String>, other| one.is_some() && one == other;
        page.entries.is_empty()
            || same(&page.last, &self.last)
            || same(&page.first, &self.first)
            || self.progress.has_seen(page.last.as_deref())
    }

    /// More was read than anybody has missed.
    pub(super) const fn has_no_end(&self) -> bool {
        self.taken >= super::AT_ONCE
    }

    /// Nothing that is wanted lies behind this page.
    pub(super) fn ends_with(&self, page: &ArchivePage) -> bool {
        page.complete || page.last.is_none() || self.goal == super::Goal::First
    }
}
