//! Messages that answer another one of their chat: which one that is is looked up whenever it is shown, so that it may
//! come later, change, and go.

use crate::files::{self, BRIEF};
use crate::outgoing::{Queued, queue};
use crate::{Reader, Result, Store, rows};
use carillon_core::{
    ids::{ChatRef, MessageId, Timestamp},
    reply::{Reply, shortened},
};
use rusqlite::{Connection, OptionalExtension};

/// How many messages with the same id are compared; see [`crate::receive`].
const COMPARED: i64 = 16;

/// What a message of mine that has to be sent answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingReply {
    /// The id by which the others know the answered message.
    pub target: String,
    /// That message as it stands here.
    pub of: Reply,
}

impl Store {
    /// As [`Store::queue_message`], for an answer to a message of the same chat. `None` when there is none that the
    /// others know by a name: in a room only the room names messages (XEP-0461 §4).
    ///
    /// # Errors
    /// As [`Store::queue_message`].
    pub fn queue_reply(
        &mut self,
        chat: &ChatRef,
        id: &str,
        body: &str,
        at: Timestamp,
        room: bool,
        of: MessageId,
    ) -> Result<Option<Queued>> {
        self.durable(|tx| {
            let name = match room {
                true => "stanza_id",
                false => "COALESCE(origin_id, sender_id)",
            };
            let named = tx
                .prepare_cached(&format!(
                    "SELECT {name}, author FROM message
                     WHERE id = ?1 AND chat = (SELECT id FROM chat WHERE account = ?2 AND jid = ?3)
                         AND retracted = 0 AND COALESCE(delivery, 1) <> 4"
                ))?
                .query_row((of.0, chat.account.0, chat.jid.as_str()), |row| {
                    Ok((row.get::<_, Option<String>>(0)?, row.get::<_, i64>(1)? == 0))
                })
                .optional()?;
            let Some((Some(target), mine)) = named else {
                return Ok(None);
            };
            let queued = queue(tx, chat, id, body, at, room)?;
            if let Queued::New(message) = queued {
                tx.prepare_cached(
                    "UPDATE message SET reply_target = ?2, reply_mine = ?3 WHERE id = ?1",
                )?
                .execute((message.0, target, (!room).then_some(mine)))?;
            }
            Ok(Some(queued))
        })
    }
}

impl Reader {
    /// Whether the message that a room gave this name is mine.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn is_mine_in_room(&self, room: &ChatRef, name: &str) -> Result<bool> {
        Ok(self
            .connection
            .prepare_cached(
                "SELECT 1 FROM message WHERE author = 0 AND stanza_id = ?3
                     AND chat = (SELECT id FROM chat WHERE account = ?1 AND jid = ?2 AND kind = 'room')",
            )?
            .exists((room.account.0, room.jid.as_str(), name))?)
    }
}

/// An answer: its row, its chat, whether that is a room, the name of what it answers, and whose it is said to be.
struct Answer {
    id: i64,
    chat: i64,
    room: bool,
    target: String,
    mine: Option<bool>,
}

fn answer(connection: &Connection, id: i64) -> Result<Option<Answer>> {
    Ok(connection
        .prepare_cached(
            "SELECT chat.id, chat.kind = 'room', reply_target, reply_mine
             FROM message JOIN chat ON chat.id = message.chat
             WHERE message.id = ?1 AND reply_target IS NOT NULL",
        )?
        .query_row([id], |row| {
            Ok(Answer {
                id,
                chat: row.get(0)?,
                room: row.get(1)?,
                target: row.get(2)?,
                mine: row.get(3)?,
            })
        })
        .optional()?)
}

/// What a message answers; `None` if nothing.
pub(crate) fn shown_in(connection: &Connection, message: MessageId) -> Result<Option<Reply>> {
    match answer(connection, message.0)? {
        Some(answer) => shown(connection, &answer).map(Some),
        None => Ok(None),
    }
}

/// What a message of mine that has to be sent answers; `None` if nothing.
pub(crate) fn waiting(connection: &Connection, message: i64) -> Result<Option<WaitingReply>> {
    let Some(answer) = answer(connection, message)? else {
        return Ok(None);
    };
    let of = shown(connection, &answer)?;
    Ok(Some(WaitingReply {
        target: answer.target,
        of,
    }))
}

fn shown(connection: &Connection, answer: &Answer) -> Result<Reply> {
    let Some(message) = find(connection, answer)? else {
        return Ok(Reply::Unknown);
    };
    Ok(connection
        .prepare_cached(&format!(
            "SELECT author, nick, COALESCE(message_file.name, body), retracted, deleted, {BRIEF}
             FROM message LEFT JOIN message_file ON message_file.message = message.id
             WHERE message.id = ?1"
        ))?
        .query_row([message], |row| {
            if row.get(4)? {
                return Ok(Reply::Unknown);
            }
            let words: String = row.get(2)?;
            Ok(Reply::Known {
                message: MessageId(message),
                author: rows::author(row, 0, 1)?,
                text: shortened(&words),
                retracted: row.get(3)?,
                file: files::brief(row, 5)?,
            })
        })?)
}

/// The message that is answered: in a room by the room's id for it alone (XEP-0461 §4.1); in a chat of two by its sender's,
/// which may be its `origin-id`, or by that of its author's correction. Of several the newest before the answer.
fn find(connection: &Connection, answer: &Answer) -> Result<Option<i64>> {
    if answer.room {
        return Ok(connection
            .prepare_cached(
                "SELECT id FROM message WHERE chat = ?1 AND stanza_id = ?2 AND id <> ?3",
            )?
            .query_row((answer.chat, &answer.target, answer.id), |row| row.get(0))
            .optional()?);
    }
    for query in [
        "SELECT id FROM (
            SELECT id, author, place FROM message WHERE chat = ?1 AND sender_id = ?2 AND id <> ?3
            ORDER BY id DESC LIMIT ?5)
         WHERE ?4 IS NULL OR (author = 0) = ?4
         ORDER BY place < (SELECT place FROM message WHERE id = ?3) DESC, id DESC LIMIT 1",
        "SELECT id FROM (
            SELECT id, author, place FROM message WHERE chat = ?1 AND origin_id = ?2 AND id <> ?3
            ORDER BY id DESC LIMIT ?5)
         WHERE ?4 IS NULL OR (author = 0) = ?4
         ORDER BY place < (SELECT place FROM message WHERE id = ?3) DESC, id DESC LIMIT 1",
        "SELECT message FROM (
            SELECT message, author FROM change
            WHERE chat = ?1 AND sender_id = ?2 AND kind = 'correction' AND message IS NOT NULL AND message <> ?3
            ORDER BY id DESC LIMIT ?5)
         WHERE ?4 IS NULL OR (author = 0) = ?4 LIMIT 1",
    ] {
        let found = connection
            .prepare_cached(query)?
            .query_row(
                (answer.chat, &answer.target, answer.id, answer.mine, COMPARED),
                |row| row.get(0),
            )
            .optional()?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}
