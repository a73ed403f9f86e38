//! What was said in a chat before everything that is stored of it.
//!
//! My own archive is asked for one address, and of somebody in a room that is the room's: what all the others there said
//! to me comes along, and is left out. Each conversation is read by itself, and one that was deleted by none.

use super::{Goal, Reading};
use crate::desk::{Desk, DeskError};
use crate::output::Output;
use carillon_core::ids::{AccountId, ChatRef};
use carillon_core::session::ArchivePlace;
use jid::Jid;

/// No more than so many entries are read for somebody who scrolls up once.
const AT_ONCE: u32 = 2_000;

/// So many chats are remembered whose past was read in part and in vain.
const MOST_LOOKED_BACK: usize = 1_000;

impl Desk {
    /// Reads what was said in a chat before everything that is stored of it. Answers whether there may be something.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when there is no such account, or the store's.
    pub fn read_older(&mut self, chat: &ChatRef) -> Result<bool, DeskError> {
        let room = self.is_room(chat.account, &chat.jid).then(|| chat.bare());
        let account = self.account(chat.account)?;
        let archived = match &room {
            Some(room) => account.rooms.get(room).is_some_and(|room| room.archive),
            None => account.has_archive(),
        };
        if !archived || self.store.is_archive_whole(chat)? {
            return Ok(false);
        }
        let goal = Goal::Older(chat.jid.clone());
        if account.reading.values().any(|one| one.goal == goal) {
            return Ok(true);
        }
        let looked = account.looked_back.get(&chat.jid).cloned();
        let from = match looked {
            Some(entry) => Some(entry),
            None => self.store.oldest_archived(chat)?,
        };
        let reading = Reading::new(room, goal, self.now());
        let place = from.map(ArchivePlace::Before);
        Ok(self.read_on(chat.account, reading, place).is_some())
    }

    /// A page of what is older was stored. One that had nothing of this chat says only where to look on.
    pub(super) fn after_older(
        &mut self,
        id: AccountId,
        reading: Reading,
        over: bool,
        brought: bool,
    ) {
        let (first, taken) = (reading.first.clone(), reading.taken);
        let Goal::Older(chat) = reading.goal.clone() else {
            return;
        };
        if !over && !brought && taken < AT_ONCE && first.is_some() {
            let place = first.clone().map(ArchivePlace::Before);
            if self.read_on(id, reading, place).is_some() {
                return;
            }
        }
        if let Some(account) = self.accounts.get_mut(&id) {
            account.has_looked_back(&chat, first.filter(|_| !over && !brought));
        }
        // The older ones lie before what is shown: it has to be read again.
        self.tell(Output::LeftOut(taken));
    }
}

impl Desk {
    /// What was asked for had no answer: the entry that it was asked from may be gone.
    pub(crate) fn forget_looked_back(&mut self, id: AccountId, reading: &Reading) {
        if let (Goal::Older(chat), Some(account)) = (&reading.goal, self.accounts.get_mut(&id)) {
            account.looked_back.remove(chat);
        }
    }
}

impl crate::account::Account {
    /// A chat has another address now: what is read of it, or was in vain, is not of whoever gets the one that it had.
    pub(crate) fn looks_back_under(&mut self, from: &Jid, to: &Jid) {
        self.looked_back.remove(to);
        if let Some(entry) = self.looked_back.remove(from) {
            self.looked_back.insert(to.clone(), entry);
        }
        let was = Goal::Older(from.clone());
        for reading in self.reading.values_mut().filter(|one| one.goal == was) {
            reading.goal = Goal::Older(to.clone());
        }
    }

    /// Up to which entry an archive had nothing of a chat; `None` where what is stored says where to look on.
    pub(super) fn has_looked_back(&mut self, chat: &Jid, to: Option<String>) {
        let Some(entry) = to else {
            self.looked_back.remove(chat);
            return;
        };
        if self.looked_back.len() >= MOST_LOOKED_BACK {
            self.looked_back.clear();
        }
        self.looked_back.insert(chat.clone(), entry);
    }
}

impl Reading {
    /// Whether what is in this chat is wanted.
    pub(super) fn is_about(&self, chat: &Jid) -> bool {
        match &self.goal {
            Goal::Older(wanted) => wanted == chat,
            Goal::First | Goal::CatchUp | Goal::CatchUpByTime => true,
        }
    }
}
