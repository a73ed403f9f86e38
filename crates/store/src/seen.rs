//! What I have seen, here or on another device, and what I have not.

use crate::{Reader, Result, Store, order, rows};
use carillon_core::{
    Jid,
    ids::{AccountId, ChatRef, MessageId},
};
use rusqlite::{OptionalExtension, Transaction};

/// What changed by looking.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seen {
    /// How many messages were not seen before.
    pub newly: u32,
    /// The newest of these whose sender asks to be told (XEP-0333): the sender's own id.
    pub newest_markable_sender_id: Option<String>,
}

/// How many messages I have not seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UnreadTotal {
    /// In chats.
    pub in_chats: u32,
    /// From strangers, in Requests.
    pub in_requests: u32,
}

impl Store {
    /// I have seen this chat up to this message.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn mark_seen(&mut self, account: AccountId, chat: &Jid, up_to: MessageId) -> Result<Seen> {
        self.committed(|tx| match rows::chat_row(tx, account, chat)? {
            Some(chat) => see(tx, chat, order::place_or_nearest(tx, chat, up_to)?),
            None => Ok(Seen::default()),
        })
    }

    /// Another device of mine has seen this chat up to the message with this sender's id. An id that is not known
    /// here changes nothing.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn mark_seen_by_sender_id(
        &mut self,
        account: AccountId,
        chat: &Jid,
        id: &str,
    ) -> Result<Seen> {
        self.committed(|tx| {
            let Some(chat) = rows::chat_row(tx, account, chat)? else {
                return Ok(Seen::default());
            };
            let up_to: Option<i64> = tx
                .prepare_cached(
                    "SELECT MAX(place) FROM message WHERE author <> 0 AND id IN
                         (SELECT id FROM message WHERE chat = ?1 AND sender_id = ?2
                          UNION ALL SELECT message FROM change WHERE chat = ?1 AND sender_id = ?2)",
                )?
                .query_row((chat, id), |row| row.get(0))?;
            match up_to {
                Some(up_to) => see(tx, chat, up_to),
                None => Ok(Seen::default()),
            }
        })
    }
}

impl Store {
    /// Another device of mine has seen this chat up to the message that has this id of its archive; `room`: a room has
    /// given it. `None` when there is no such message here: nothing changes then.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn mark_seen_by_entry(
        &mut self,
        chat: &ChatRef,
        entry: &str,
        room: bool,
    ) -> Result<Option<Seen>> {
        self.committed(|tx| {
            let found: Option<(i64, i64)> = tx
                .prepare_cached(
                    "SELECT chat.id, place FROM chat JOIN message ON message.chat = chat.id
                     WHERE account = ?1 AND jid = ?2 AND stanza_id = ?3 AND (kind = 'room') = ?4",
                )?
                .query_row((chat.account.0, chat.jid.as_str(), entry, room), |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })
                .optional()?;
            found.map(|(chat, place)| see(tx, chat, place)).transpose()
        })
    }
}

impl Reader {
    /// The archive's id of the newest message of others up to which I have seen all of a chat, and whether a room has
    /// given it.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn seen_entry(&self, chat: &ChatRef) -> Result<Option<(String, bool)>> {
        Ok(self
            .connection
            .prepare_cached(&format!("SELECT stanza_id, kind = 'room' {SEEN_LAST}"))?
            .query_row((chat.account.0, chat.jid.as_str()), |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?)
    }

    /// Whether [`Self::seen_entry`] lies behind this entry of the chat's archive; `None` when one of both is not here.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn is_seen_behind(&self, chat: &ChatRef, entry: &str) -> Result<Option<bool>> {
        let places = self
            .connection
            .prepare_cached(&format!(
                "SELECT place, (SELECT there.place FROM message AS there
                                WHERE there.chat = message.chat AND there.stanza_id = ?3) {SEEN_LAST}"
            ))?
            .query_row((chat.account.0, chat.jid.as_str(), entry), |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?))
            })
            .optional()?;
        Ok(places.and_then(|(seen, entry)| Some(seen > entry?)))
    }

    /// How many messages of all accounts I have not seen.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn unread_total(&self) -> Result<UnreadTotal> {
        Ok(self
            .connection
            .prepare_cached(
                "SELECT COALESCE(SUM(unread) FILTER (WHERE kind <> 'stranger'), 0),
                        COALESCE(SUM(unread) FILTER (WHERE kind = 'stranger'), 0)
                 FROM chat",
            )?
            .query_row([], |row| {
                Ok(UnreadTotal {
                    in_chats: row.get(0)?,
                    in_requests: row.get(1)?,
                })
            })?)
    }

    /// How many messages of a chat I have not seen.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn unread(&self, chat: &ChatRef) -> Result<u32> {
        let found = self
            .connection
            .prepare_cached("SELECT unread FROM chat WHERE account = ?1 AND jid = ?2")?
            .query_row((chat.account.0, chat.jid.as_str()), |row| row.get(0))
            .optional()?;
        Ok(found.unwrap_or(0))
    }

    /// The oldest message of a chat that I have not seen.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn first_unseen(&self, chat: &ChatRef) -> Result<Option<MessageId>> {
        let Some(row) = rows::chat_row(&self.connection, chat.account, &chat.jid)? else {
            return Ok(None);
        };
        Ok(self
            .connection
            .prepare_cached(
                "SELECT id FROM message WHERE chat = ?1 AND seen = 0 ORDER BY place LIMIT 1",
            )?
            .query_row([row], |row| Ok(MessageId(row.get(0)?)))
            .optional()?)
    }
}

/// What others said last before the first that I have not seen.
const SEEN_LAST: &str = "FROM chat JOIN message ON message.chat = chat.id
     WHERE account = ?1 AND jid = ?2 AND author <> 0 AND stanza_id IS NOT NULL AND place < COALESCE(
         (SELECT MIN(unseen.place) FROM message AS unseen WHERE unseen.chat = chat.id AND unseen.seen = 0),
         9223372036854775807)
     ORDER BY place DESC LIMIT 1";

fn see(tx: &Transaction<'_>, chat: i64, up_to: i64) -> Result<Seen> {
    let newest_markable_sender_id = tx
        .prepare_cached(
            "SELECT sender_id FROM message
             WHERE chat = ?1 AND seen = 0 AND place <= ?2 AND markable = 1 AND sender_id IS NOT NULL
             ORDER BY place DESC LIMIT 1",
        )?
        .query_row((chat, up_to), |row| row.get(0))
        .optional()?;
    tx.prepare_cached(
        "DELETE FROM out_of_tray WHERE message IN
             (SELECT id FROM message WHERE chat = ?1 AND seen = 0 AND place <= ?2)",
    )?
    .execute((chat, up_to))?;
    let changed = tx
        .prepare_cached("UPDATE message SET seen = 1 WHERE chat = ?1 AND seen = 0 AND place <= ?2")?
        .execute((chat, up_to))?;
    let newly = u32::try_from(changed).unwrap_or(u32::MAX);
    if newly > 0 {
        tx.prepare_cached("UPDATE chat SET unread = MAX(unread - ?2, 0) WHERE id = ?1")?
            .execute((chat, newly))?;
    }
    Ok(Seen {
        newly,
        newest_markable_sender_id,
    })
}
