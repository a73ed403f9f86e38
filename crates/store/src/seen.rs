//! What I have seen, here or on another device, and what I have not.

use crate::{Reader, Result, Store, order, rows};
use carillon_core::{
    BareJid,
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
    pub fn mark_seen(
        &mut self,
        account: AccountId,
        chat: &BareJid,
        up_to: MessageId,
    ) -> Result<Seen> {
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
        chat: &BareJid,
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

impl Reader {
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
