//! What I say about messages: rows before they are stanzas.

use super::{apply, reactions::written};
use crate::replies::{self, WaitingReply};
use crate::{Reader, Result, Store, chats, rows};
use carillon_core::{
    Jid,
    chat::ChatKind,
    ids::{AccountId, ChatRef, MessageId, Timestamp},
    session::{About, Change},
};
use rusqlite::{Connection, OptionalExtension, Transaction};

/// A change that has to be given to a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingChange {
    /// The stored row; later ones are greater.
    pub row: i64,
    /// To whom.
    pub chat: Jid,
    /// The stanza's id, the same on every try.
    pub id: String,
    /// Which message, and what about it.
    pub about: About,
    /// Plain text.
    pub body: String,
    /// To a room.
    pub room: bool,
    /// For whom it is in a private conversation in a room, as the room or their stay names them.
    pub said_to: Option<String>,
    /// The id of the message itself, as long as the server may not have it: it has to go first.
    pub after: Option<String>,
    /// What the message answers: its other words answer that too.
    pub reply: Option<WaitingReply>,
}

/// What came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failed {
    /// The message that it was about.
    pub message: MessageId,
    /// I should know, and can try again.
    pub loud: bool,
}

impl Store {
    /// Stores other words for a message of mine before they are sent. Durable. Doing it twice with the same `id` stores
    /// them once. `None` when there is no such message of mine, or nobody else has it because it failed.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn queue_correction(
        &mut self,
        message: MessageId,
        id: &str,
        body: &str,
        at: Timestamp,
    ) -> Result<Option<ChatRef>> {
        self.durable(|tx| {
            let found = tx
                .prepare_cached(
                    "SELECT chat.account, chat.jid, chat.id, sender_id FROM message JOIN chat ON chat.id = message.chat
                     WHERE message.id = ?1 AND author = 0 AND delivery <> 4 AND retracted = 0 AND encryption IS NULL AND sender_id IS NOT NULL",
                )?
                .query_row([message.0], |row| {
                    let chat = ChatRef { account: AccountId(row.get(0)?), jid: rows::any_jid(row, 1)? };
                    Ok((chat, row.get::<_, i64>(2)?, row.get::<_, String>(3)?))
                })
                .optional()?;
            let Some((chat, row, target)) = found else { return Ok(None) };
            if is_queued(tx, row, id)? {
                return Ok(Some(chat));
            }
            // What could not be sent is not tried again beside this one.
            tx.prepare_cached("DELETE FROM change WHERE message = ?1 AND kind = 'correction' AND delivery = 4")?
                .execute([message.0])?;
            tx.prepare_cached(
                "INSERT INTO change (chat, message, kind, target, author, nick, sender_id, words, at, place, delivery)
                 SELECT ?1, ?2, 'correction', ?3, 0, '', ?4, ?5, ?6, COALESCE(MAX(place), 0) + 1, 0
                 FROM change WHERE chat = ?1",
            )?
            .execute((row, message.0, target, id, body, at.0))?;
            apply(tx, message.0)?;
            chats::accept(tx, row)?;
            Ok(Some(chat))
        })
    }

    /// Takes back a message of mine before others are told. Durable. Doing it twice takes it back once. `None` when there
    /// is no such message of mine, or the server does not have it: then nobody is to be told.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn queue_retraction(
        &mut self,
        message: MessageId,
        id: &str,
        at: Timestamp,
    ) -> Result<Option<ChatRef>> {
        self.durable(|tx| {
            let found = tx
                .prepare_cached(
                    "SELECT chat.account, chat.jid, chat.id, retracted,
                            CASE WHEN chat.kind = 'room' THEN COALESCE(stanza_id, sender_id)
                                 ELSE COALESCE(origin_id, sender_id) END
                     FROM message JOIN chat ON chat.id = message.chat
                     WHERE message.id = ?1 AND author = 0 AND delivery IN (1, 2, 3)",
                )?
                .query_row([message.0], |row| {
                    let chat = ChatRef { account: AccountId(row.get(0)?), jid: rows::any_jid(row, 1)? };
                    Ok((chat, row.get::<_, i64>(2)?, row.get::<_, bool>(3)?, row.get::<_, Option<String>>(4)?))
                })
                .optional()?;
            let Some((chat, row, retracted, Some(target))) = found else { return Ok(None) };
            if retracted {
                return Ok(Some(chat));
            }
            tx.prepare_cached(
                "INSERT INTO change (chat, message, kind, target, author, nick, sender_id, words, at, place, delivery)
                 SELECT ?1, ?2, 'retraction', ?3, 0, '', ?4, '', ?5, COALESCE(MAX(place), 0) + 1, 0
                 FROM change WHERE chat = ?1",
            )?
            .execute((row, message.0, target, id, at.0))?;
            apply(tx, message.0)?;
            Ok(Some(chat))
        })
    }

    /// Stores all the signs that I give a message now before they are sent (XEP-0444). Durable. Doing it twice with the
    /// same `id` stores them once. `None` when there is no such message, or nobody else knows it by a name.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn queue_reactions(
        &mut self,
        message: MessageId,
        id: &str,
        signs: &[String],
        at: Timestamp,
    ) -> Result<Option<ChatRef>> {
        self.durable(|tx| {
            let found = tx
                .prepare_cached(
                    "SELECT chat.account, chat.jid, chat.id,
                            CASE WHEN chat.kind = 'room' THEN COALESCE(stanza_id, sender_id)
                                 ELSE COALESCE(origin_id, sender_id) END
                     FROM message JOIN chat ON chat.id = message.chat
                     WHERE message.id = ?1 AND COALESCE(delivery, 1) <> 4 AND retracted = 0 AND chat.kind <> 'stranger'",
                )?
                .query_row([message.0], |row| {
                    let chat = ChatRef { account: AccountId(row.get(0)?), jid: rows::any_jid(row, 1)? };
                    Ok((chat, row.get::<_, i64>(2)?, row.get::<_, Option<String>>(3)?))
                })
                .optional()?;
            let Some((chat, row, Some(target))) = found else { return Ok(None) };
            if is_queued(tx, row, id)? {
                return Ok(Some(chat));
            }
            tx.prepare_cached(
                "INSERT INTO change (chat, message, kind, target, author, nick, sender_id, words, at, place, delivery)
                 SELECT ?1, ?2, 'reactions', ?3, 0, '', ?4, ?5, ?6, COALESCE(MAX(place), 0) + 1, 0
                 FROM change WHERE chat = ?1",
            )?
            .execute((row, message.0, target, id, written(signs), at.0))?;
            Ok(Some(chat))
        })
    }

    /// The server has these: answers the messages that they are about.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn changes_reached(
        &mut self,
        account: AccountId,
        ids: &[String],
    ) -> Result<Vec<MessageId>> {
        self.committed(|tx| {
            let mut about = Vec::new();
            for id in ids {
                let waiting = own(tx, account, None, id, "= 0")?;
                if let Some((change, chat, message)) = waiting {
                    tx.prepare_cached("UPDATE change SET delivery = 1 WHERE id = ?1")?
                        .execute([change])?;
                    // Behind all that others of my devices said before the server had it.
                    place_at_end(tx, chat, change)?;
                    apply(tx, message)?;
                    about.push(MessageId(message));
                }
            }
            Ok(about)
        })
    }

    /// A change of mine was refused. Answers the message that it is about if that was news.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn fail_change(
        &mut self,
        account: AccountId,
        chat: &Jid,
        id: &str,
        reason: &str,
    ) -> Result<Option<Failed>> {
        self.committed(|tx| {
            let Some((change, _, message)) = own(tx, account, Some(chat), id, "IN (0, 1)")? else {
                return Ok(None);
            };
            // Signs that did not arrive are simply not given: nobody wants to be asked about them.
            let taken_back = tx
                .prepare_cached("DELETE FROM change WHERE id = ?1 AND kind = 'reactions'")?
                .execute([change])?;
            if taken_back == 0 {
                tx.prepare_cached("UPDATE change SET delivery = 4, failure = ?2 WHERE id = ?1")?
                    .execute((change, reason))?;
            }
            Ok(Some(Failed {
                message: MessageId(message),
                loud: taken_back == 0,
            }))
        })
    }

    /// Lets what was said in vain about a message wait again, under the same id. Durable. `None` when there is nothing.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn retry_changes(&mut self, message: MessageId) -> Result<Option<ChatRef>> {
        self.durable(|tx| {
            let again = tx
                .prepare_cached(
                    "UPDATE change SET delivery = 0, failure = '' WHERE message = ?1 AND delivery = 4",
                )?
                .execute([message.0])?;
            if again == 0 {
                return Ok(None);
            }
            Ok(tx
                .prepare_cached(
                    "SELECT account, jid FROM chat WHERE id = (SELECT chat FROM message WHERE id = ?1)",
                )?
                .query_row([message.0], |row| {
                    Ok(ChatRef {
                        account: AccountId(row.get(0)?),
                        jid: rows::any_jid(row, 1)?,
                    })
                })
                .optional()?)
        })
    }
}

impl Reader {
    /// The first `limit` changes of an account behind a row that have to be sent, in the order in which they were made.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn waiting_changes_after(
        &self,
        account: AccountId,
        row: i64,
        limit: u32,
    ) -> Result<Vec<WaitingChange>> {
        let mut query = self.connection.prepare_cached(
            "SELECT change.id, chat.jid, change.sender_id, change.target, change.words, chat.kind,
                    CASE WHEN message.delivery = 0 THEN message.sender_id END, change.kind,
                    CASE WHEN change.kind = 'correction' AND reply_target IS NOT NULL THEN message.id END,
                    COALESCE(message.said_to, message.occupant)
             FROM change JOIN chat ON chat.id = change.chat JOIN message ON message.id = change.message
             WHERE change.delivery = 0 AND chat.account = ?1 AND change.id > ?2 ORDER BY change.id LIMIT ?3",
        )?;
        let found = query.query_map((account.0, row, limit), |row| {
            let words: String = row.get(4)?;
            let (body, change) = match row.get_ref(7)?.as_str()? {
                "reactions" => {
                    let signs = serde_json::from_str(&words).unwrap_or_default();
                    (String::new(), Change::Reactions(signs))
                }
                "retraction" => (String::new(), Change::Retraction),
                _ => (words, Change::Correction),
            };
            let waiting = WaitingChange {
                row: row.get(0)?,
                chat: rows::any_jid(row, 1)?,
                id: row.get(2)?,
                about: About {
                    target: row.get(3)?,
                    change,
                },
                body,
                room: rows::kind(row, 5)? == ChatKind::Room,
                said_to: row.get(9)?,
                after: row.get(6)?,
                reply: None,
            };
            Ok((waiting, row.get::<_, Option<i64>>(8)?))
        })?;
        let mut changes = Vec::new();
        for row in found {
            let (mut waiting, answer) = row?;
            if let Some(message) = answer {
                waiting.reply = replies::waiting(&self.connection, message)?;
            }
            changes.push(waiting);
        }
        Ok(changes)
    }
}

/// The message, of mine, that a correction of mine with this id is about, and its chat.
pub(crate) fn about_which(
    connection: &Connection,
    account: AccountId,
    chat: Option<&Jid>,
    id: &str,
) -> Result<Option<(MessageId, i64)>> {
    let found = own(connection, account, chat, id, "IS NOT NULL")?;
    Ok(found.map(|(_, chat, message)| (MessageId(message), chat)))
}

/// A change is the last one of its chat.
pub(crate) fn place_at_end(tx: &Transaction<'_>, chat: i64, change: i64) -> Result<()> {
    tx.prepare_cached(
        "UPDATE change SET place = (SELECT MAX(place) + 1 FROM change WHERE chat = ?1) WHERE id = ?2",
    )?
    .execute((chat, change))?;
    Ok(())
}

/// A change that was written here, as far as it has come so: it, its chat, and what it is about.
fn own(
    connection: &Connection,
    account: AccountId,
    chat: Option<&Jid>,
    id: &str,
    delivery: &str,
) -> Result<Option<(i64, i64, i64)>> {
    Ok(connection
        .prepare_cached(&format!(
            "SELECT change.id, chat.id, change.message FROM change JOIN chat ON chat.id = change.chat
             WHERE change.sender_id = ?3 AND change.delivery {delivery} AND change.delivery IS NOT NULL
                 AND change.message IS NOT NULL AND chat.account = ?1 AND (?2 IS NULL OR chat.jid = ?2)
             ORDER BY change.id DESC LIMIT 1"
        ))?
        .query_row((account.0, chat.map(|jid| jid.as_str()), id), |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?)
}

fn is_queued(tx: &Transaction<'_>, chat: i64, id: &str) -> Result<bool> {
    Ok(tx
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM change WHERE chat = ?1 AND sender_id = ?2 AND delivery IS NOT NULL)",
        )?
        .query_row((chat, id), |row| row.get(0))?)
}
