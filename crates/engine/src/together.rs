//! Messages that wait one behind the other are stored in one transaction, and told in their order once all of them are
//! committed. None waits for another: what has come by the time that the first is taken is all.

use crate::desk::Desk;
use crate::sessions::{Heard, SessionNews};
use carillon_core::chat::Author;
use carillon_core::privacy::Admission;
use carillon_core::session::Incoming;
use carillon_store::{Arrival, Came, NewMessage, StoreError};
use std::collections::BTreeMap;
use tokio::sync::mpsc;

/// So many messages are stored together: the first of them rings some two milliseconds later for it.
const MOST: usize = 64;
/// Bytes of text, for the same reason.
const LONGEST: usize = 128 * 1024;

/// What is stored together, in its order: messages, and the counts behind them (XEP-0198).
#[derive(Debug, Default)]
struct Batch {
    news: Vec<SessionNews>,
    messages: usize,
    bytes: usize,
}

impl Batch {
    fn take(&mut self, heard: SessionNews) {
        if let Some(Incoming::Message(message)) = heard.stanza() {
            self.messages += 1;
            self.bytes = self.bytes.saturating_add(message.body.len());
        }
        self.news.push(heard);
    }

    fn is_full(&self) -> bool {
        self.messages >= MOST || self.bytes >= LONGEST
    }
}

impl Desk {
    /// Hears what came, and if that is a message, those that wait right behind it. Gives back what it met behind them
    /// and did not hear.
    pub(crate) fn hear_with_next(
        &mut self,
        first: SessionNews,
        news: &mut mpsc::Receiver<SessionNews>,
    ) -> Option<SessionNews> {
        let is_message = matches!(first.stanza(), Some(Incoming::Message(_)));
        if !is_message || !self.goes_together(&first) {
            self.hear(first);
            return None;
        }
        let mut batch = Batch::default();
        batch.take(first);
        let mut next = None;
        while !batch.is_full()
            && let Ok(heard) = news.try_recv()
        {
            if !self.goes_together(&heard) {
                next = Some(heard);
                break;
            }
            batch.take(heard);
        }
        self.hear_together(batch);
        next
    }

    /// Whether what this says is a message like most, or the count behind one: what becomes of it depends on nothing
    /// that another of them changes.
    fn goes_together(&self, heard: &SessionNews) -> bool {
        let account = self.accounts.get(&heard.account);
        let session = account.and_then(|account| account.session.as_ref());
        if session.is_none_or(|session| session.generation != heard.generation) {
            return false;
        }
        match heard.stanza() {
            Some(Incoming::Message(message)) => {
                message.about.is_none()
                    && !message.chat.is_full()
                    && (message.author != Author::Contact
                        || !self.is_room(heard.account, &message.chat))
                    && message.author != Author::Me
                    && self.admission(heard.account, message) == Admission::Chat
            }
            Some(Incoming::Counted(_)) => true,
            _ => false,
        }
    }

    fn hear_together(&mut self, batch: Batch) {
        if batch.messages < 2 {
            return self.hear_each(batch);
        }
        let stored = match self.store_together(&batch) {
            Ok(stored) => stored,
            Err(error) => {
                // One of them is in the way of the others, or the disk of them all.
                tracing::debug!(%error, "messages could not be stored together");
                return self.hear_each(batch);
            }
        };
        self.flush_soon();
        let mut stored = stored.into_iter();
        for heard in &batch.news {
            let id = heard.account;
            match heard.stanza() {
                Some(Incoming::Message(message)) => {
                    if let Some(Came { received, unread }) = stored.next() {
                        self.announce_message(id, message, received, Some(unread), false);
                    }
                }
                Some(Incoming::Counted(number)) => self.hear_counted(id, *number),
                _ => {}
            }
        }
    }

    fn store_together(&mut self, batch: &Batch) -> Result<Vec<Came>, StoreError> {
        let now = self.now();
        let mut counted = BTreeMap::new();
        let mut came: Vec<(NewMessage, Arrival)> = Vec::with_capacity(batch.messages);
        for heard in &batch.news {
            let id = heard.account;
            let message = match heard.stanza() {
                Some(Incoming::Message(message)) => message,
                Some(Incoming::Counted(number)) => {
                    counted.insert(id, *number);
                    continue;
                }
                _ => continue,
            };
            let room = self.is_room(id, &message.chat);
            let mut arrival = self.arrival(id, message, false, room);
            if let (Some(current), Some(before)) = (&mut arrival.counted, counted.get(&id)) {
                *current = before.wrapping_add(1);
            }
            came.push((self.new_message(id, message, false, room, now), arrival));
        }
        self.store.receive_all(&came)
    }

    fn hear_each(&mut self, batch: Batch) {
        for heard in batch.news {
            self.hear(heard);
        }
    }
}

impl SessionNews {
    fn stanza(&self) -> Option<&Incoming> {
        match &self.what {
            Heard::Stanza(stanza) => Some(stanza),
            Heard::Ended(_) | Heard::File(_) => None,
        }
    }
}
