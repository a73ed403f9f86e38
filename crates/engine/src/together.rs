//! Messages that wait one behind the other are stored in one transaction, and told in their order once all of them are
//! committed. None waits for another: what has come by the time that the first is taken is all.

use crate::desk::Desk;
use crate::sessions::{Heard, SessionNews};
use carillon_core::chat::Author;
use carillon_core::ids::AccountId;
use carillon_core::privacy::Admission;
use carillon_core::session::{Incoming, IncomingMessage};
use carillon_store::{Arrival, Came, NewMessage, StoreError};
use std::collections::BTreeMap;
use tokio::sync::mpsc;

/// So many messages are stored together: the first of them rings some two milliseconds later for it.
const MOST: usize = 64;
/// Bytes of text, for the same reason.
const LONGEST: usize = 128 * 1024;

/// What is stored together, in its order.
#[derive(Debug, Default)]
struct Batch {
    entries: Vec<(AccountId, Entry)>,
    messages: usize,
    bytes: usize,
}

#[derive(Debug)]
enum Entry {
    Message(Box<IncomingMessage>),
    /// All up to this stanza was told (XEP-0198).
    Counted(u32),
}

impl Batch {
    fn take(&mut self, id: AccountId, stanza: Incoming) {
        match stanza {
            Incoming::Message(message) => {
                self.messages += 1;
                self.bytes = self.bytes.saturating_add(message.body.len());
                self.entries.push((id, Entry::Message(Box::new(message))));
            }
            Incoming::Counted(number) => self.entries.push((id, Entry::Counted(number))),
            _ => {}
        }
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
        let mut batch = Batch::default();
        let mut next = Some(first);
        while let Some(heard) = next.take() {
            let takes = self.goes_together(&heard) && (batch.messages > 0 || heard.is_message());
            match heard.what {
                Heard::Stanza(stanza) if takes => batch.take(heard.account, *stanza),
                what if batch.messages == 0 => {
                    self.hear(SessionNews { what, ..heard });
                    return None;
                }
                what => {
                    next = Some(SessionNews { what, ..heard });
                    break;
                }
            }
            if !batch.is_full() {
                next = news.try_recv().ok();
            }
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
        let Heard::Stanza(stanza) = &heard.what else {
            return false;
        };
        match &**stanza {
            Incoming::Message(message) => {
                message.about.is_none()
                    && message.author != Author::Me
                    && self.admission(heard.account, message) == Admission::Chat
            }
            Incoming::Counted(_) => true,
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
        for (id, entry) in batch.entries {
            match entry {
                Entry::Message(message) => {
                    if let Some(Came { received, unread }) = stored.next() {
                        self.announce_message(id, &message, received, Some(unread), false);
                    }
                }
                Entry::Counted(number) => self.hear_counted(id, number),
            }
        }
    }

    fn store_together(&mut self, batch: &Batch) -> Result<Vec<Came>, StoreError> {
        let now = self.now();
        let mut counted = BTreeMap::new();
        let mut came: Vec<(NewMessage, Arrival)> = Vec::with_capacity(batch.messages);
        for (id, entry) in &batch.entries {
            let message = match entry {
                Entry::Message(message) => message,
                Entry::Counted(number) => {
                    counted.insert(*id, *number);
                    continue;
                }
            };
            let room = self.is_room(*id, &message.chat);
            let mut arrival = self.arrival(*id, message, false, room);
            if let (Some(current), Some(before)) = (&mut arrival.counted, counted.get(id)) {
                *current = before.wrapping_add(1);
            }
            came.push((self.new_message(*id, message, false, room, now), arrival));
        }
        self.store.receive_all(&came)
    }

    fn hear_each(&mut self, batch: Batch) {
        for (id, entry) in batch.entries {
            match entry {
                Entry::Message(message) => self.hear_message(id, &message),
                Entry::Counted(number) => self.hear_counted(id, number),
            }
        }
    }
}

impl SessionNews {
    fn is_message(&self) -> bool {
        matches!(&self.what, Heard::Stanza(stanza) if matches!(**stanza, Incoming::Message(_)))
    }
}
