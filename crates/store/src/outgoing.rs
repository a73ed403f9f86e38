//! My own messages: rows before they are stanzas, and how far each has come.

use crate::replies::{self, WaitingReply};
use crate::{Reader, Result, Store, changes, chats, order, rows};
use carillon_core::{
    Jid,
    chat::{ChatKind, Delivery},
    ids::{AccountId, ChatRef, MessageId, Timestamp},
};
use rusqlite::{Connection, OptionalExtension, Row, Transaction};

/// What became of a message that I wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queued {
    /// It waits to be sent.
    New(MessageId),
    /// A message with this id was queued before, whatever has become of it since: do not send it again.
    AlreadyQueued(MessageId),
}

/// A message that has to be given to a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingMessage {
    /// The stored row.
    pub message: MessageId,
    /// The account to send it from.
    pub account: AccountId,
    /// To whom.
    pub chat: Jid,
    /// The stanza's id, the same on every try.
    pub id: String,
    /// Plain text.
    pub body: String,
    /// To a room.
    pub room: bool,
    /// For whom it is in a private conversation in a room, as the room or their stay names them.
    pub said_to: Option<String>,
    /// It hands over a file, whose address its words are.
    pub file: bool,
    /// What it answers.
    pub reply: Option<WaitingReply>,
}

const WAITING_COLUMNS: &str = "message.id, chat.account, chat.jid, sender_id, body, chat.kind,
     EXISTS (SELECT 1 FROM message_file WHERE message_file.message = message.id), reply_target IS NOT NULL,
     said_to";

impl Store {
    /// Stores a message of mine before it is sent. Durable. Doing it twice with the same `id` stores it once.
    ///
    /// Whoever I write to may write to me: a stranger leaves Requests.
    ///
    /// # Errors
    /// [`crate::StoreError::Gone`] when the account has been removed; the others as they say.
    pub fn queue_message(
        &mut self,
        account: AccountId,
        chat: &Jid,
        id: &str,
        body: &str,
        at: Timestamp,
        room: bool,
    ) -> Result<Queued> {
        let chat = ChatRef {
            account,
            jid: chat.clone(),
        };
        self.durable(|tx| queue(tx, &chat, id, body, at, room))
    }

    /// The server or the contact has reported how far a message of mine has come. Answers the message when that
    /// was news. It never goes back, and what is waiting is not given for failed here, see [`Store::fail`]. What has
    /// failed stays failed until [`Store::retry`], unless the contact says that they have it: a server may give
    /// something back to its sender and deliver it all the same, from its archive for example.
    ///
    /// `chat` is where the report came from, `None` when the server speaks for itself.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn advance(
        &mut self,
        account: AccountId,
        chat: Option<&Jid>,
        id: &str,
        delivery: Delivery,
    ) -> Result<Option<MessageId>> {
        if matches!(delivery, Delivery::Waiting | Delivery::Failed) {
            return Ok(None);
        }
        self.committed(|tx| advance_in(tx, account, chat, id, delivery))
    }

    /// The contact has seen my messages up to this one (XEP-0333 §5): it, and those before it that the server
    /// has, become read. Answers what changed, oldest first. What still waits here was not seen by anybody.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn advance_up_to(
        &mut self,
        account: AccountId,
        chat: &Jid,
        id: &str,
    ) -> Result<Vec<MessageId>> {
        self.committed(|tx| {
            let Some((message, chat)) = own(tx, account, Some(chat), id)? else {
                return Ok(Vec::new());
            };
            let place = order::place_of(tx, chat, message.0)?;
            let mut earlier = tx.prepare_cached(
                "SELECT id FROM message WHERE chat = ?1 AND delivery IN (1, 2) AND place < ?2 ORDER BY place",
            )?;
            let mut changed: Vec<MessageId> = earlier
                .query_map((chat, place), |row| Ok(MessageId(row.get(0)?)))?
                .collect::<rusqlite::Result<_>>()?;
            tx.prepare_cached(
                "UPDATE message SET delivery = 3 WHERE chat = ?1 AND delivery IN (1, 2) AND place < ?2",
            )?
            .execute((chat, place))?;
            if advance_row(tx, message, Delivery::Read)? {
                changed.push(message);
            }
            Ok(changed)
        })
    }

    /// A message of mine was refused, or given up. Answers it when that was news: what has arrived cannot fail. One that
    /// was private in a room is found wherever its conversation is now.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn fail(
        &mut self,
        account: AccountId,
        chat: &Jid,
        id: &str,
        reason: &str,
    ) -> Result<Option<MessageId>> {
        self.committed(|tx| {
            let found = match own(tx, account, Some(chat), id)? {
                None => own_in_private(tx, account, chat, id)?,
                Some((message, _)) => Some(message),
            };
            let Some(message) = found else { return Ok(None) };
            let failed = tx
                .prepare_cached(
                    "UPDATE message SET delivery = 4, failure = ?2 WHERE id = ?1 AND delivery IN (0, 1)",
                )?
                .execute((message.0, reason))?;
            Ok((failed > 0).then_some(message))
        })
    }

    /// Lets a failed message wait again, under the same id, so that whoever got it after all shows it once.
    /// Durable. `None` when it has not failed: there is nothing to send then.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn retry(&mut self, message: MessageId) -> Result<Option<WaitingMessage>> {
        self.durable(|tx| {
            let again = tx
                .prepare_cached(
                    "UPDATE message SET delivery = 0, failure = ''
                     WHERE id = ?1 AND delivery = 4 AND written_here = 1",
                )?
                .execute([message.0])?;
            if again == 0 {
                return Ok(None);
            }
            let mut query = tx.prepare_cached(&format!(
                "SELECT {WAITING_COLUMNS} FROM message JOIN chat ON chat.id = message.chat
                 WHERE message.id = ?1"
            ))?;
            let found = query.query_map([message.0], waiting)?;
            Ok(with_replies(tx, found)?.pop())
        })
    }
}

impl Reader {
    /// What has to be sent once the account is online, in the order in which it was written.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn waiting(&self, account: AccountId) -> Result<Vec<WaitingMessage>> {
        let mut query = self.connection.prepare_cached(&format!(
            "SELECT {WAITING_COLUMNS} FROM message JOIN chat ON chat.id = message.chat
             WHERE delivery = 0 AND chat.account = ?1 ORDER BY message.id"
        ))?;
        let found = query.query_map([account.0], waiting)?;
        with_replies(&self.connection, found)
    }

    /// The first `limit` of [`Reader::waiting`] that were written after a message. Costs as much as what waits
    /// after it, and only these rows are read in full.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn waiting_after(
        &self,
        account: AccountId,
        after: MessageId,
        limit: u32,
    ) -> Result<Vec<WaitingMessage>> {
        let mut query = self.connection.prepare_cached(&format!(
            "SELECT {WAITING_COLUMNS} FROM message JOIN chat ON chat.id = message.chat
             WHERE delivery = 0 AND chat.account = ?1 AND message.id > ?2
             ORDER BY message.id LIMIT ?3"
        ))?;
        let found = query.query_map((account.0, after.0, limit), waiting)?;
        with_replies(&self.connection, found)
    }

    /// The message that was stored here before it was sent, under this id.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn queued(&self, chat: &ChatRef, id: &str) -> Result<Option<MessageId>> {
        let row = rows::chat_row(&self.connection, chat.account, &chat.jid)?;
        row.map_or(Ok(None), |row| written_here(&self.connection, row, id))
    }

    /// Whether a message of mine in this chat has failed.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn has_failed(&self, account: AccountId, chat: &Jid, id: &str) -> Result<bool> {
        let Some((message, _)) = own(&self.connection, account, Some(chat), id)? else {
            return Ok(false);
        };
        Ok(self
            .connection
            .prepare_cached("SELECT delivery = 4 FROM message WHERE id = ?1")?
            .query_row([message.0], |row| row.get(0))?)
    }

    /// How many messages of all accounts wait to be sent. Failed ones do not wait.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn unsent_count(&self) -> Result<u32> {
        Ok(self
            .connection
            .prepare_cached("SELECT COUNT(*) FROM message WHERE delivery = 0")?
            .query_row([], |row| row.get(0))?)
    }
}

/// Waiting rows with what they answer.
fn with_replies(
    connection: &Connection,
    found: impl Iterator<Item = rusqlite::Result<(WaitingMessage, bool)>>,
) -> Result<Vec<WaitingMessage>> {
    let mut waiting = Vec::new();
    for row in found {
        let (mut message, replies) = row?;
        if replies {
            message.reply = replies::waiting(connection, message.message.0)?;
        }
        waiting.push(message);
    }
    Ok(waiting)
}

/// A waiting row, and whether it answers something.
fn waiting(row: &Row<'_>) -> rusqlite::Result<(WaitingMessage, bool)> {
    let message = WaitingMessage {
        message: MessageId(row.get(0)?),
        account: AccountId(row.get(1)?),
        chat: rows::any_jid(row, 2)?,
        id: row.get(3)?,
        body: row.get(4)?,
        room: rows::kind(row, 5)? == ChatKind::Room,
        file: row.get(6)?,
        said_to: row.get(8)?,
        reply: None,
    };
    Ok((message, row.get(7)?))
}

/// As [`Store::queue_message`].
pub(crate) fn queue(
    tx: &Transaction<'_>,
    chat: &ChatRef,
    id: &str,
    body: &str,
    at: Timestamp,
    room: bool,
) -> Result<Queued> {
    let kind = if room {
        ChatKind::Room
    } else {
        ChatKind::Contact
    };
    let chat = chats::ensure(tx, chat.account, &chat.jid, kind)?;
    if let Some(known) = written_here(tx, chat, id)? {
        return Ok(Queued::AlreadyQueued(known));
    }
    if !room {
        chats::accept(tx, chat)?;
    }
    tx.prepare_cached(
        "INSERT INTO message (chat, author, nick, sender_id, body, at, written_here, delivery, seen,
                              wants_receipt, markable, place, said_to)
         VALUES (?1, 0, '', ?2, ?3, ?4, 1, 0, 1, 0, 0, ?5, (SELECT occupant FROM private_chat WHERE chat = ?1))",
    )?
    .execute((chat, id, body, at.0, order::at_the_end(tx, chat)?))?;
    let row = tx.last_insert_rowid();
    chats::grow(tx, chat, row, false)?;
    Ok(Queued::New(MessageId(row)))
}

pub(crate) fn written_here(tx: &Connection, chat: i64, id: &str) -> Result<Option<MessageId>> {
    Ok(tx
        .prepare_cached(
            "SELECT id FROM message WHERE chat = ?1 AND sender_id = ?2 AND author = 0 AND written_here = 1",
        )?
        .query_row((chat, id), |row| Ok(MessageId(row.get(0)?)))
        .optional()?)
}

/// The newest message of mine with this id, one written here before others, and its chat.
fn own(
    connection: &Connection,
    account: AccountId,
    chat: Option<&Jid>,
    id: &str,
) -> Result<Option<(MessageId, i64)>> {
    let said = connection
        .prepare_cached(
            "SELECT message.id, chat.id FROM message JOIN chat ON chat.id = message.chat
             WHERE author = 0 AND sender_id = ?3 AND chat.account = ?1 AND (?2 IS NULL OR chat.jid = ?2)
             ORDER BY written_here DESC, message.id DESC LIMIT 1",
        )?
        .query_row((account.0, chat.map(|jid| jid.as_str()), id), |row| {
            Ok((MessageId(row.get(0)?), row.get(1)?))
        })
        .optional()?;
    match said {
        // Who has its other words has the message.
        None => changes::about_which(connection, account, chat, id),
        said => Ok(said),
    }
}

/// The same in a private conversation of this room: it may have followed a nick since, and whoever is not in a room
/// any more does not know that something that comes from there was private.
fn own_in_private(
    connection: &Connection,
    account: AccountId,
    chat: &Jid,
    id: &str,
) -> Result<Option<MessageId>> {
    let within = format!("{}/", chat.to_bare());
    Ok(connection
        .prepare_cached(
            "SELECT message.id FROM message JOIN chat ON chat.id = message.chat
             WHERE author = 0 AND sender_id = ?3 AND written_here = 1 AND chat.account = ?1
             AND substr(chat.jid, 1, length(?2)) = ?2
             ORDER BY message.id DESC LIMIT 1",
        )?
        .query_row((account.0, within, id), |row| Ok(MessageId(row.get(0)?)))
        .optional()?)
}

/// As [`Store::advance`], for what is reached.
pub(crate) fn advance_in(
    tx: &Transaction<'_>,
    account: AccountId,
    chat: Option<&Jid>,
    id: &str,
    delivery: Delivery,
) -> Result<Option<MessageId>> {
    let Some((message, _)) = own(tx, account, chat, id)? else {
        return Ok(None);
    };
    Ok(advance_row(tx, message, delivery)?.then_some(message))
}

/// A message of mine lies where it belongs.
pub(crate) fn settle(tx: &Transaction<'_>, account: AccountId, id: &str) -> Result<()> {
    if let Some((message, _)) = own(tx, account, None, id)? {
        tx.prepare_cached("UPDATE message SET settled = 1 WHERE id = ?1")?
            .execute([message.0])?;
    }
    Ok(())
}

fn advance_row(tx: &Transaction<'_>, message: MessageId, to: Delivery) -> Result<bool> {
    let changed = tx
        .prepare_cached(
            "UPDATE message SET delivery = ?2, failure = ''
             WHERE id = ?1 AND (delivery < ?2 OR delivery = 4 AND ?2 IN (2, 3))",
        )?
        .execute((message.0, rows::delivery_column(to)))?;
    Ok(changed > 0)
}
