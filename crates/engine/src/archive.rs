//! Archives (XEP-0313): what was missed is read after signing in, what is older when somebody scrolls back.
//!
//! The store knows up to which entry each archive is known. From there it is read forwards, page by page, and each
//! page is stored together with how far it reaches: whatever ends the reading, it goes on from there the next time.
//! Until it has come to the end, what comes live does not move that mark.

mod ahead;
mod older;
mod patience;
mod progress;
mod reading;

use crate::desk::{Desk, DeskError};
use crate::messages::is_wordless;
use crate::output::Output;
use carillon_core::chat::Author;
use carillon_core::ids::{AccountId, ChatRef, MessageId, Timestamp};
use carillon_core::privacy::Admission;
use carillon_core::session::{
    ArchiveAnswer, ArchivePage, ArchivePlace, ArchiveQuery, Archived, Incoming, IncomingMessage,
    Outgoing, StanzaProblem,
};
use carillon_store::{ArchiveCursor, NewMessage, PageKind, Received, StoredEntry};
use jid::BareJid;
use progress::Progress;
use reading::Goal;
use std::collections::{BTreeMap, HashMap};

pub(crate) use patience::Patience;
pub(crate) use reading::Reading;

/// Entries of a page; servers give fewer if they like.
const PAGE: u32 = 100;
/// So much of the past is read of an archive that was never read before.
const FIRST_PAGE: u32 = 50;

/// More entries are read in one go by nobody who did not say so: an archive may invent them for ever.
const AT_ONCE: u32 = 200_000;

/// This computer's clock and the server's may differ by so much; in milliseconds. What is read twice is stored once.
const CLOCKS_APART: i64 = 3_600_000;

/// No more than so many entries are read once more because something may have come in front of them.
const READ_TWICE: u32 = 2_000;

/// How far a catch-up is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CatchingUp {
    /// So many entries were read.
    pub taken: u32,
    /// Of so many, where the server counts.
    pub total: Option<u32>,
    /// The server takes longer than is waited for: it is asked for less and less, and less and less often.
    pub slow: bool,
}

impl Desk {
    /// Reads what an archive has got since it was read last: my own, or a room's. Whatever of it is being read is
    /// given up.
    pub(crate) fn catch_up(&mut self, id: AccountId, room: Option<BareJid>) {
        if let Some(account) = self.accounts.get_mut(&id) {
            account.forget_catch_up(room.as_ref());
        }
        let cursor = self.store.archive_cursor(id, room.as_ref());
        let Some(cursor) = self.stored(id, cursor) else {
            return;
        };
        let (goal, place) = match cursor {
            Some(cursor) => (Goal::CatchUp, Some(ArchivePlace::After(cursor.entry))),
            None => self.first_place(id, room.as_ref()),
        };
        let account = self.accounts.get(&id);
        let moves = account.is_some_and(|account| account.strays_since.is_some());
        let mut reading = Reading::new(room, goal, self.now());
        reading.moves = moves && reading.room.is_none();
        if let Some(ArchivePlace::After(known)) = &place {
            reading.last = Some(known.clone());
            reading.progress = Progress::from(reading.last.clone());
        }
        self.read_on(id, reading, place);
    }

    /// Where an archive is first read: at its end, or where the chats end that were kept without it.
    fn first_place(&self, id: AccountId, room: Option<&BareJid>) -> (Goal, Option<ArchivePlace>) {
        match self.store.newest_said(id) {
            Ok(Some(newest)) if room.is_none() => {
                let since = ArchivePlace::Since(newest.plus_millis(-CLOCKS_APART));
                (Goal::CatchUpByTime, Some(since))
            }
            _ => (Goal::First, None),
        }
    }

    /// Asks for the next page, from the newest end without a place, and answers the question's number. A session that
    /// is too busy for a question about what was missed is asked again later.
    fn read_on(
        &mut self,
        id: AccountId,
        mut reading: Reading,
        place: Option<ArchivePlace>,
    ) -> Option<u64> {
        let request = self.number();
        reading.asked = self.now();
        reading.ahead = None;
        let with = match &reading.goal {
            Goal::Older(chat) if reading.room.is_none() => Some(chat.to_bare()),
            _ => None,
        };
        let account = self.accounts.get_mut(&id)?;
        reading.patience = account.patience_with(reading.room.as_ref());
        let usual = if place.is_none() { FIRST_PAGE } else { PAGE };
        let query = ArchiveQuery {
            request,
            room: reading.room.clone(),
            with,
            max: reading.patience.page(usual),
            place: place.unwrap_or(ArchivePlace::Newest),
        };
        if account.say(Outgoing::Archive(query)) {
            account.reading.insert(request, reading);
            return Some(request);
        }
        if reading.is_catch_up() {
            self.read_later(id, reading.room);
        }
        None
    }

    /// Whether an account is being caught up, and how far it is.
    #[must_use]
    pub fn catching_up(&self, id: AccountId) -> Option<CatchingUp> {
        let account = self.accounts.get(&id)?;
        let reading = account.reading.values().find(|one| one.is_catch_up());
        let slow = account.waits_for_a_slow_archive();
        if reading.is_none() && !slow {
            return None;
        }
        Some(CatchingUp {
            taken: reading.map_or(0, |reading| reading.taken),
            total: reading.and_then(|reading| reading.total),
            slow,
        })
    }

    /// Stops catching up; the next sign-in, or [`Self::go_on_catching_up`], goes on from there.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when there is no such account.
    pub fn stop_catching_up(&mut self, id: AccountId) -> Result<(), DeskError> {
        let account = self.account_mut(id)?;
        account.reading.retain(|_, reading| !reading.is_catch_up());
        account.again.clear();
        self.tell(Output::Accounts);
        Ok(())
    }

    /// Goes on with what [`Self::stop_catching_up`] stopped.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when there is no such account.
    pub fn go_on_catching_up(&mut self, id: AccountId) -> Result<(), DeskError> {
        let account = self.account(id)?;
        let mut stopped = Vec::new();
        if account.has_archive() && !account.gapless {
            stopped.push(None);
        }
        let is_whole = |room: &BareJid| account.rooms.get(room).is_some_and(|room| room.gapless);
        let rooms = account.archived_rooms().into_iter();
        stopped.extend(rooms.filter(|room| !is_whole(room)).map(Some));
        stopped.retain(|archive| !account.is_catching_up(archive.as_ref()));
        for archive in stopped {
            self.catch_up(id, archive);
        }
        Ok(())
    }

    pub(crate) fn hear_archive(&mut self, id: AccountId, request: u64, answer: ArchiveAnswer) {
        let reading = self
            .accounts
            .get_mut(&id)
            .and_then(|account| account.reading.remove(&request));
        let Some(reading) = reading else {
            // Stopped meanwhile.
            return;
        };
        match answer {
            Ok(page) => self.take_page(id, reading, page),
            Err(problem) if problem.condition == "item-not-found" => {
                self.read_by_time(id, reading, &problem);
            }
            Err(problem) => {
                tracing::warn!(?problem, "an archive did not answer");
                self.could_not_read(id, &reading, &problem);
            }
        }
    }

    /// The archive has forgotten the entry that was known. What it still has since then is read; what lay between
    /// is gone, and nobody can say what it was.
    fn read_by_time(&mut self, id: AccountId, reading: Reading, problem: &StanzaProblem) {
        let cursor = self.store.archive_cursor(id, reading.room.as_ref());
        // What has no lasting name is asked for a moment later, and not on and on.
        let lasting = (!reading.unstable).then_some(&reading.goal);
        let (Some(Goal::CatchUp), Ok(Some(cursor))) = (lasting, cursor) else {
            return self.could_not_read(id, &reading, problem);
        };
        let reading = Reading {
            goal: Goal::CatchUpByTime,
            reached: HashMap::new(),
            ..reading
        };
        // What came live was stored with the time of this computer's clock.
        let since = cursor.at.plus_millis(-CLOCKS_APART);
        self.read_on(id, reading, Some(ArchivePlace::Since(since)));
    }

    fn take_page(&mut self, id: AccountId, mut reading: Reading, page: ArchivePage) {
        let stuck = reading.is_stuck_at(&page);
        reading.take(&page);
        let backward = match &reading.goal {
            Goal::Older(chat) => Some(chat.clone()),
            Goal::First | Goal::CatchUp | Goal::CatchUpByTime => None,
        };
        let now = self.now();
        let complete = reading.ends_with(&page);
        let settled = !reading.unstable && !self.may_get_more(id, &reading, now);
        let at = self.reaches(id, &reading, &page).unwrap_or(now);
        let (messages, signs) = self.sort_out(id, &reading, page.entries);
        let new: Vec<_> = messages
            .iter()
            .map(|(_, message)| message.clone())
            .collect();
        let kind = match backward {
            Some(chat) => PageKind::Backward {
                chat,
                whole: page.complete || page.last.is_none(),
            },
            None => PageKind::Forward {
                // Where the order may still change nothing is known for good.
                cursor: page
                    .last
                    .clone()
                    .filter(|_| settled)
                    .map(|entry| ArchiveCursor { entry, at }),
                complete,
                behind: reading.reached_in(&new),
            },
        };
        let stored = self
            .store
            .store_page(id, reading.room.as_ref(), &kind, &new);
        let Some(stored) = self.stored(id, stored) else {
            return self.forget_ahead(id, &reading);
        };
        reading.has_stored(&new, &stored);
        self.tell_ahead(id, &reading);
        self.announce(id, &reading, &messages, &stored);
        for sign in signs {
            self.hear_stanza(id, sign);
        }
        let new = |one: &StoredEntry| matches!(one.received, Received::New(_));
        let brought = stored.iter().any(new);
        self.after_page(id, reading, complete, stuck, brought);
    }

    /// Whether my archive may get something in front of what it gives now: then it is read from where it was known once
    /// more. Of very much only what follows is.
    fn may_get_more(&self, id: AccountId, reading: &Reading, now: Timestamp) -> bool {
        let awaited = self
            .accounts
            .get(&id)
            .is_some_and(|account| account.awaits_strays(now));
        awaited
            && reading.room.is_none()
            && matches!(reading.goal, Goal::CatchUp | Goal::CatchUpByTime)
            && reading.taken <= READ_TWICE
    }

    /// The time of a page's last entry, or of the last one before it where the page has none: should the archive
    /// forget where it was, it is asked for what followed that.
    fn reaches(&self, id: AccountId, reading: &Reading, page: &ArchivePage) -> Option<Timestamp> {
        if let Some(last) = page.entries.last() {
            return last.at;
        }
        let known = self.store.archive_cursor(id, reading.room.as_ref());
        known.ok().flatten().map(|known| known.at)
    }

    /// What of a page goes into which chat, and what it says about other messages.
    fn sort_out(
        &mut self,
        id: AccountId,
        reading: &Reading,
        entries: Vec<Archived>,
    ) -> (Vec<(IncomingMessage, NewMessage)>, Vec<Incoming>) {
        let history = !matches!(reading.goal, Goal::CatchUp | Goal::CatchUpByTime);
        let room = reading.room.is_some();
        let now = self.now();
        let (mut messages, mut signs) = (Vec::new(), Vec::new());
        for what in entries.into_iter().flat_map(|entry| entry.what) {
            let Incoming::Message(message) = what else {
                signs.push(what);
                continue;
            };
            let placed = self.placed_from(id, message, room);
            let wanted = placed.filter(|message| reading.is_about(&message.chat));
            let Some(message) = wanted else { continue };
            let admission = self.admission(id, &message);
            let sign_of_stranger = admission == Admission::Requests && is_wordless(&message);
            if !matches!(admission, Admission::Chat | Admission::Requests) || sign_of_stranger {
                continue;
            }
            let mut new =
                self.new_message(id, &message, admission == Admission::Requests, room, now);
            new.seen |= history;
            messages.push((message, new));
        }
        (messages, signs)
    }

    fn announce(
        &mut self,
        id: AccountId,
        reading: &Reading,
        messages: &[(IncomingMessage, NewMessage)],
        stored: &[StoredEntry],
    ) {
        let catch_up = reading.is_catch_up() && reading.goal != Goal::First;
        let mut touched: BTreeMap<ChatRef, MessageId> = BTreeMap::new();
        for entry in stored {
            let Some((message, new)) = messages.get(entry.index) else {
                continue;
            };
            let chat = ChatRef {
                account: id,
                jid: new.chat.clone(),
            };
            match entry.received {
                Received::New(stored) => {
                    if catch_up {
                        self.caught_up_with(id, &chat, message, new, stored);
                    }
                    touched.insert(chat, stored);
                }
                Received::Updated(stored) => self.tell(Output::MessageChanged(chat, stored)),
                Received::Changed(stored) => {
                    if catch_up && new.author == Author::Contact && !new.in_requests {
                        self.owe_receipt(id, message);
                    }
                    self.tell_look(stored);
                }
                Received::Reacted { message, .. } => self.tell_look(message),
                Received::Duplicate(_) | Received::Kept => {}
            }
        }
        let people = touched.keys().filter(|chat| !chat.is_private());
        let people: Vec<_> = people.map(ChatRef::bare).collect();
        self.seen_marks_again(id, people.into_iter());
        for (chat, newest) in touched {
            self.tell(Output::MessageAdded(chat.clone(), newest));
            self.tell_chat(&chat);
        }
    }

    /// A message that nobody had told this device.
    fn caught_up_with(
        &mut self,
        id: AccountId,
        chat: &ChatRef,
        message: &IncomingMessage,
        new: &NewMessage,
        stored: MessageId,
    ) {
        match message.author {
            // What I answered on another device I have seen there.
            Author::Me if !new.room => {
                let seen = self.store.mark_seen(id, &chat.jid, stored);
                if self.stored(id, seen).is_some_and(|seen| seen.newly > 0) {
                    self.was_seen(id, &chat.jid);
                }
            }
            Author::Contact if new.in_requests => self.tell(Output::Requests),
            Author::Contact => {
                self.owe_receipt(id, message);
                self.gather_missed(id, &chat.jid);
            }
            Author::Occupant { .. } if !new.seen && chat.is_private() => {
                self.private_begins(id, message);
                self.gather_missed(id, &chat.jid);
            }
            Author::Occupant { .. } if !new.seen && self.is_missed_in_room(id, message) => {
                self.gather_missed(id, &chat.jid);
            }
            _ => {}
        }
    }

    fn owe_receipt(&mut self, id: AccountId, message: &IncomingMessage) {
        if let Some((stanza, receipt)) = self.receipt_for(message) {
            let queued = self.store.queue_errand(id, &stanza, &receipt);
            self.stored(id, queued);
        }
    }

    /// An archive has no end. The user sees that mine waits, and may have it go on; a room's is read again when the room
    /// is entered.
    fn rests(&mut self, id: AccountId, reading: &Reading) {
        tracing::warn!(taken = reading.taken, "an archive has no end");
        self.forget_ahead(id, reading);
        if reading.room.is_none()
            && let Err(error) = self.pause_catching_up(id)
        {
            tracing::debug!(%error, "there is nothing to pause any more");
        }
    }

    fn after_page(
        &mut self,
        id: AccountId,
        reading: Reading,
        complete: bool,
        stuck: bool,
        brought: bool,
    ) {
        self.send_errands(id);
        // What nothing was kept of up to where it is stuck is all read again, as is what goes in a circle.
        let went_on = !stuck && !reading.unstable && brought;
        if let Some(account) = self.accounts.get_mut(&id)
            && reading.is_catch_up()
        {
            match (complete, went_on) {
                (true, _) => drop(account.again.remove(&reading.room)),
                (false, true) => account.archive_goes_on(reading.room.as_ref()),
                (false, false) => {}
            }
        }
        if !reading.is_catch_up() {
            return self.after_older(id, reading, complete || stuck, brought);
        }
        if !complete {
            if stuck {
                tracing::warn!("an archive says that there is more, and does not give it");
                self.read_later(id, reading.room);
            } else if reading.has_no_end() {
                self.rests(id, &reading);
            } else if reading.ahead.is_none() {
                self.read_behind(id, reading);
            }
            self.tell(Output::Accounts);
            return;
        }
        let (taken, stable) = (reading.taken, !reading.unstable);
        let now = self.now();
        if let Some(account) = self.accounts.get_mut(&id) {
            match &reading.room {
                // Without carbons nobody tells what I say on another device.
                None => {
                    let whole = !account.reads_strays_later(now);
                    account.gapless = whole && stable && account.has_carbons();
                }
                Some(room) => {
                    if let Some(room) = account.rooms.get_mut(room) {
                        room.gapless = stable;
                    }
                }
            }
        }
        if taken > 0 {
            // Something may lie between what is shown.
            self.tell(Output::LeftOut(taken));
        }
        self.tell(Output::Accounts);
    }
}
