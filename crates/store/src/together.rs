//! Messages that came close behind each other, in one transaction: what all of them do to a chat, to what is known of an
//! archive and to the count of a stream is done once.

use crate::archive::{ArchiveCursor, move_cursor};
use crate::receive::{find_copy, insert, merge, receive_one, receiving_chat};
use crate::{Arrival, NewMessage, Received, Result, Store, changes, errands, order, streams};
use carillon_core::{
    Jid,
    chat::Author,
    ids::{AccountId, MessageId},
};
use rusqlite::Transaction;

/// What became of one of several messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Came {
    /// As if it had come alone.
    pub received: Received,
    /// How many messages of its chat I had not seen then, itself included.
    pub unread: u32,
}

impl Store {
    /// As [`Store::receive_by`] for each of them in their order, all or none. Committed, not durable.
    ///
    /// # Errors
    /// As for the one that could not be stored; none is stored then.
    pub fn receive_all(&mut self, came: &[(NewMessage, Arrival)]) -> Result<Vec<Came>> {
        self.committed(|tx| {
            let mut together = Together::default();
            let stored = came
                .iter()
                .map(|(new, arrival)| together.take(tx, new, arrival))
                .collect::<Result<_>>()?;
            together.settle(tx)?;
            Ok(stored)
        })
    }
}

/// What is done once, at the end.
#[derive(Default)]
struct Together<'a> {
    chats: Vec<Chat<'a>>,
    /// Up to where archives are known: each account's own, and rooms'.
    cursors: Vec<(AccountId, Option<&'a Jid>, ArchiveCursor)>,
    counts: Vec<(AccountId, u32)>,
}

/// A chat as the messages leave it.
struct Chat<'a> {
    account: AccountId,
    jid: &'a Jid,
    /// In which of its forms it was met.
    form: (bool, bool),
    id: i64,
    end: i64,
    unread: u32,
    /// The last one that was added.
    last: Option<i64>,
    /// Something came before what it is about.
    keeps: bool,
}

impl<'a> Together<'a> {
    fn take(
        &mut self,
        tx: &Transaction<'_>,
        new: &'a NewMessage,
        arrival: &'a Arrival,
    ) -> Result<Came> {
        if new.about.is_some() || new.author == Author::Me {
            return self.take_alone(tx, new, arrival);
        }
        let Some(chat) = self.chat(tx, new)? else {
            return self.take_alone(tx, new, arrival);
        };
        let received = match find_copy(tx, chat.id, new)? {
            Some(copy) => merge(tx, copy, new)?,
            None => {
                chat.end = order::next(chat.end);
                let id = insert(tx, chat.id, new, chat.end, arrival.is_mark())?;
                chat.unread += u32::from(!new.seen);
                chat.last = Some(id);
                Received::New(MessageId(id))
            }
        };
        let unread = chat.unread;
        if let (Some(entry), true) = (&new.stanza_id, arrival.is_mark()) {
            let cursor = ArchiveCursor {
                entry: entry.clone(),
                at: new.at,
            };
            let room = new.room.then_some(&new.chat);
            self.cursors
                .retain(|(account, of, _)| (*account, *of) != (new.account, room));
            self.cursors.push((new.account, room, cursor));
        }
        if let (Received::New(_), Some((id, receipt))) = (received, &arrival.receipt) {
            errands::queue(tx, new.account, id, receipt)?;
        }
        if let Some(count) = arrival.counted {
            self.counts.retain(|(account, _)| *account != new.account);
            self.counts.push((new.account, count));
        }
        Ok(Came { received, unread })
    }

    /// One that may change more of its chat than its end.
    fn take_alone(
        &mut self,
        tx: &Transaction<'_>,
        new: &NewMessage,
        arrival: &Arrival,
    ) -> Result<Came> {
        std::mem::take(self).settle(tx)?;
        let received = receive_one(tx, new, arrival)?;
        let unread = tx
            .prepare_cached("SELECT unread FROM chat WHERE account = ?1 AND jid = ?2")?
            .query_row((new.account.0, new.chat.as_str()), |row| row.get(0))?;
        Ok(Came { received, unread })
    }

    /// The chat of a message; `None` where something waits in it for what may come.
    fn chat(&mut self, tx: &Transaction<'_>, new: &'a NewMessage) -> Result<Option<&mut Chat<'a>>> {
        let form = (new.room, new.in_requests);
        let same = |chat: &Chat<'_>| chat.account == new.account && *chat.jid == new.chat;
        if self
            .chats
            .iter()
            .any(|chat| same(chat) && chat.form != form)
        {
            std::mem::take(self).settle(tx)?;
        }
        let known = match self.chats.iter().position(same) {
            Some(known) => known,
            None => {
                let id = receiving_chat(tx, new)?;
                let unread = tx
                    .prepare_cached("SELECT unread FROM chat WHERE id = ?1")?
                    .query_row([id], |row| row.get(0))?;
                self.chats.push(Chat {
                    account: new.account,
                    jid: &new.chat,
                    form,
                    id,
                    end: order::end(tx, id)?,
                    unread,
                    last: None,
                    keeps: changes::keeps(tx, id)?,
                });
                self.chats.len() - 1
            }
        };
        Ok(self.chats.get_mut(known).filter(|chat| !chat.keeps))
    }

    fn settle(self, tx: &Transaction<'_>) -> Result<()> {
        for chat in &self.chats {
            if let Some(last) = chat.last {
                tx.prepare_cached("UPDATE chat SET unread = ?2, last_message = ?3 WHERE id = ?1")?
                    .execute((chat.id, chat.unread, last))?;
            }
        }
        for (account, room, cursor) in &self.cursors {
            move_cursor(tx, *account, *room, cursor)?;
        }
        for (account, count) in &self.counts {
            streams::count_up(tx, *account, *count)?;
        }
        Ok(())
    }
}
