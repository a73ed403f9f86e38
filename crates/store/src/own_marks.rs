//! What the user does with messages for themselves: deletes them here, and pins them.

use crate::{Reader, Result, Store, changes, rows};
use carillon_core::{
    chat::Message,
    ids::{AccountId, ChatRef, MessageId, Timestamp},
};
use rusqlite::{OptionalExtension, Transaction};

/// So many messages of a chat are pinned; the one that was pinned first makes room for another one.
pub const MOST_PINS: u32 = 50;

impl Store {
    /// Deletes messages here, with what was said about them. Durable. Copies of them do not come back. Answers those that
    /// there were; what still has to be sent is left.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn delete_messages(&mut self, messages: &[MessageId]) -> Result<Vec<(ChatRef, MessageId)>> {
        self.durable(|tx| {
            let mut deleted = Vec::new();
            for message in messages {
                if let Some(chat) = delete(tx, message.0)? {
                    deleted.push((chat, *message));
                }
            }
            Ok(deleted)
        })
    }

    /// Pins a message in its chat, or does so no more. Committed. `None` when there is no such message.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn pin(
        &mut self,
        message: MessageId,
        pinned: bool,
        at: Timestamp,
    ) -> Result<Option<ChatRef>> {
        self.committed(|tx| {
            let Some((row, chat)) = place(tx, message.0)? else {
                return Ok(None);
            };
            if pinned {
                tx.prepare_cached("INSERT OR IGNORE INTO pin (message, at) VALUES (?1, ?2)")?
                    .execute((message.0, at.0))?;
                tx.prepare_cached(
                    "DELETE FROM pin WHERE message IN
                         (SELECT pin.message FROM pin JOIN message ON message.id = pin.message
                          WHERE message.chat = ?1 ORDER BY pin.at DESC, pin.message DESC LIMIT -1 OFFSET ?2)",
                )?
                .execute((row, MOST_PINS))?;
            } else {
                tx.prepare_cached("DELETE FROM pin WHERE message = ?1")?
                    .execute([message.0])?;
            }
            Ok(Some(chat))
        })
    }
}

impl Reader {
    /// The messages of a chat that are pinned, in the order of the chat.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn pins(&self, chat: &ChatRef) -> Result<Vec<Message>> {
        let mut query = self.connection.prepare_cached(
            "SELECT message.id FROM pin JOIN message ON message.id = pin.message
             JOIN chat ON chat.id = message.chat
             WHERE chat.account = ?1 AND chat.jid = ?2 ORDER BY message.place",
        )?;
        let found: Vec<i64> = query
            .query_map((chat.account.0, chat.jid.as_str()), |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        let mut pinned = Vec::with_capacity(found.len());
        for message in found {
            pinned.extend(self.message(MessageId(message))?);
        }
        Ok(pinned)
    }
}

/// The chat of a message that is shown: its row, and which it is.
fn place(tx: &Transaction<'_>, message: i64) -> Result<Option<(i64, ChatRef)>> {
    Ok(tx
        .prepare_cached(
            "SELECT chat.id, chat.account, chat.jid FROM message JOIN chat ON chat.id = message.chat
             WHERE message.id = ?1 AND deleted = 0",
        )?
        .query_row([message], |row| {
            let chat = ChatRef {
                account: AccountId(row.get(1)?),
                jid: rows::any_jid(row, 2)?,
            };
            Ok((row.get(0)?, chat))
        })
        .optional()?)
}

fn delete(tx: &Transaction<'_>, message: i64) -> Result<Option<ChatRef>> {
    let Some((row, chat)) = place(tx, message)? else {
        return Ok(None);
    };
    let gone = tx
        .prepare_cached("UPDATE message SET deleted = 1 WHERE id = ?1 AND delivery IS NOT 0")?
        .execute([message])?;
    if gone == 0 {
        return Ok(None);
    }
    changes::apply(tx, message)?;
    for rest in [
        "DELETE FROM pin WHERE message = ?1",
        "DELETE FROM message_file WHERE message = ?1",
        "UPDATE activity SET message = NULL WHERE message = ?1",
    ] {
        tx.prepare_cached(rest)?.execute([message])?;
    }
    tx.prepare_cached(
        "UPDATE chat SET last_message =
             (SELECT id FROM message WHERE chat = ?1 AND deleted = 0 ORDER BY place DESC LIMIT 1) WHERE id = ?1",
    )?
    .execute([row])?;
    Ok(Some(chat))
}
