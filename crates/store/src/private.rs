//! Private conversations in rooms (XEP-0045 §7.5): for whom they are, where they go when somebody takes another nick,
//! and who may not write.

use crate::{Reader, Result, Store, chats, rows};
use carillon_core::{
    Jid,
    chat::ChatKind,
    ids::{AccountId, ChatRef, Timestamp},
};
use rusqlite::{OptionalExtension, Transaction};

/// What a file or a message says that was meant for somebody who has the nick no more: a defined condition (RFC 6120
/// §8.3.3), as servers say of who is not there.
pub const SOMEBODY_ELSE: &str = "recipient-unavailable";

/// So many addresses that a conversation had before are remembered, the last ones.
const MOST_BEFORE: i64 = 32;

/// A private message of a while ago, as far as it says where it belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastPrivate<'a> {
    /// The occupant's address then.
    pub address: &'a Jid,
    /// The archive's id of it.
    pub entry: Option<&'a str>,
    /// Who said it, as the room names them for good.
    pub occupant: Option<&'a str>,
    /// When it was said.
    pub at: Timestamp,
}

impl Store {
    /// From now on a private conversation is for this occupant, as the room or their stay names them; it is made when
    /// there is none. Files that wait for somebody else are given up. Durable, so that nothing goes to the wrong one.
    ///
    /// # Errors
    /// [`crate::StoreError::Gone`] when the account has been removed; the others as they say.
    pub fn set_private(&mut self, chat: &ChatRef, occupant: &str) -> Result<()> {
        self.durable(|tx| {
            let chat = chats::ensure(tx, chat.account, &chat.jid, ChatKind::Private)?;
            let before: Option<String> = tx
                .prepare_cached("SELECT occupant FROM private_chat WHERE chat = ?1")?
                .query_row([chat], |row| row.get(0))
                .optional()?;
            if before.as_deref() == Some(occupant) {
                return Ok(());
            }
            tx.prepare_cached(
                "INSERT INTO private_chat (chat, occupant) VALUES (?1, ?2)
                 ON CONFLICT (chat) DO UPDATE SET occupant = excluded.occupant",
            )?
            .execute((chat, occupant))?;
            tx.prepare_cached(
                "UPDATE transfer SET failure = ?2 WHERE chat = ?1 AND failure IS NULL",
            )?
            .execute((chat, SOMEBODY_ELSE))?;
            Ok(())
        })
    }

    /// Somebody in a room is called something else from this moment on, and their private conversation follows them; it
    /// remembers its address until then. `false`, and nothing has changed, when there is none, or one under the new nick
    /// already.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn follow_nick(&mut self, from: &ChatRef, to: &Jid, at: Timestamp) -> Result<bool> {
        self.committed(|tx| {
            if rows::chat_row(tx, from.account, to)?.is_some() {
                return Ok(false);
            }
            let moved = tx
                .prepare_cached("UPDATE chat SET jid = ?3 WHERE account = ?1 AND jid = ?2")?
                .execute((from.account.0, from.jid.as_str(), to.as_str()))?;
            if let (Some(chat), true) = (rows::chat_row(tx, from.account, to)?, moved > 0) {
                remember_before(tx, chat, &from.jid, at)?;
            }
            Ok(moved > 0)
        })
    }

    /// Somebody in a room may write to me no more: the one whom the room names so, or whoever has the nick.
    ///
    /// # Errors
    /// [`crate::StoreError::Gone`] when the account has been removed; the others as they say.
    pub fn block_occupant(&mut self, chat: &ChatRef, occupant: Option<&str>) -> Result<()> {
        self.durable(|tx| {
            tx.prepare_cached(
                "INSERT INTO blocked_occupant (account, jid, occupant) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO NOTHING",
            )?
            .execute((
                chat.account.0,
                chat.jid.as_str(),
                occupant.unwrap_or_default(),
            ))?;
            Ok(())
        })
    }

    /// Takes that back.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn unblock_occupant(&mut self, chat: &ChatRef, occupant: Option<&str>) -> Result<()> {
        self.durable(|tx| {
            tx.prepare_cached(
                "DELETE FROM blocked_occupant WHERE account = ?1 AND jid = ?2 AND occupant = ?3",
            )?
            .execute((
                chat.account.0,
                chat.jid.as_str(),
                occupant.unwrap_or_default(),
            ))?;
            Ok(())
        })
    }
}

/// Whether I have written to an occupant: account, the conversation's address, the occupant.
pub(crate) const WRITTEN_TO: &str = "SELECT 1 FROM message JOIN chat ON chat.id = message.chat
    WHERE chat.account = ?1 AND chat.jid = ?2 AND author = 0 AND COALESCE(said_to, occupant) = ?3
        AND delivery <> 4 LIMIT 1";

impl Reader {
    /// For whom a private conversation is, as the room or their stay names them; `None` where nobody was chosen.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn private_with(&self, chat: &ChatRef) -> Result<Option<String>> {
        Ok(self
            .connection
            .prepare_cached(
                "SELECT occupant FROM private_chat JOIN chat ON chat.id = private_chat.chat
                 WHERE account = ?1 AND jid = ?2",
            )?
            .query_row((chat.account.0, chat.jid.as_str()), |row| row.get(0))
            .optional()?)
    }

    /// Whether I have written to this occupant in a private conversation, here or on another device, and it did not fail.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn has_written_to(&self, chat: &ChatRef, occupant: &str) -> Result<bool> {
        Ok(self.connection.prepare_cached(WRITTEN_TO)?.exists((
            chat.account.0,
            chat.jid.as_str(),
            occupant,
        ))?)
    }

    /// In which private conversation something is that was said a while ago: the one that has it already, or one that went
    /// along with another nick since. It did if it is with whoever said this, or where that is not known, if it still had
    /// this address then. `None`: in the one of that address.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn private_home(&self, account: AccountId, past: &PastPrivate<'_>) -> Result<Option<Jid>> {
        let room = past.address.to_bare();
        let has = self
            .connection
            .prepare_cached(
                "SELECT chat.jid FROM chat
                 WHERE account = ?1 AND jid > ?2 || '/' AND jid < ?2 || '0'
                     AND (EXISTS (SELECT 1 FROM message WHERE chat = chat.id AND stanza_id = ?3)
                          OR EXISTS (SELECT 1 FROM change WHERE chat = chat.id AND stanza_id = ?3))
                 ORDER BY jid LIMIT 1",
            )?
            .query_row((account.0, room.as_str(), past.entry), |row| {
                rows::any_jid(row, 0)
            })
            .optional()?;
        if has.is_some() {
            return Ok(has);
        }
        Ok(self
            .connection
            .prepare_cached(
                "SELECT chat.jid FROM private_before AS was JOIN chat ON chat.id = was.chat
                 LEFT JOIN private_chat ON private_chat.chat = chat.id
                 WHERE chat.account = ?1 AND was.jid = ?2
                     AND iif(?3 IS NULL, was.until >= ?4, private_chat.occupant = ?3)
                 ORDER BY was.until LIMIT 1",
            )?
            .query_row(
                (account.0, past.address.as_str(), past.occupant, past.at.0),
                |row| rows::any_jid(row, 0),
            )
            .optional()?)
    }

    /// Who said what stands last in a private conversation that I did not write; `None` where that is not known.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn last_occupant(&self, chat: &ChatRef) -> Result<Option<String>> {
        let found = self
            .connection
            .prepare_cached(
                "SELECT message.occupant FROM message JOIN chat ON chat.id = message.chat
                 WHERE chat.account = ?1 AND chat.jid = ?2 AND author <> 0 AND deleted = 0
                 ORDER BY place DESC LIMIT 1",
            )?
            .query_row((chat.account.0, chat.jid.as_str()), |row| row.get(0))
            .optional()?;
        Ok(found.flatten())
    }

    /// Occupants who may not write to me, sorted, with the room's lasting name for each where it has one.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn blocked_occupants(&self, account: AccountId) -> Result<Vec<(Jid, Option<String>)>> {
        let mut query = self.connection.prepare_cached(
            "SELECT jid, NULLIF(occupant, '') FROM blocked_occupant WHERE account = ?1 ORDER BY jid, occupant",
        )?;
        let found =
            query.query_map([account.0], |row| Ok((rows::any_jid(row, 0)?, row.get(1)?)))?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }
}

/// Until now a conversation was under this address.
fn remember_before(tx: &Transaction<'_>, chat: i64, address: &Jid, until: Timestamp) -> Result<()> {
    tx.prepare_cached(
        "INSERT INTO private_before (chat, jid, until) VALUES (?1, ?2, ?3)
         ON CONFLICT (chat, jid) DO UPDATE SET until = excluded.until",
    )?
    .execute((chat, address.as_str(), until.0))?;
    tx.prepare_cached(
        "DELETE FROM private_before WHERE chat = ?1 AND jid IN
             (SELECT jid FROM private_before WHERE chat = ?1 ORDER BY until DESC, jid LIMIT -1 OFFSET ?2)",
    )?
    .execute((chat, MOST_BEFORE))?;
    Ok(())
}
