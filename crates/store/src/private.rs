//! Private conversations in rooms (XEP-0045 §7.5): for whom they are, where they go when somebody takes another nick,
//! and who may not write.

use crate::{Reader, Result, Store, chats, rows};
use carillon_core::{
    Jid,
    chat::ChatKind,
    ids::{AccountId, ChatRef},
};
use rusqlite::OptionalExtension;

/// What a file or a message says that was meant for somebody who has the nick no more: a defined condition (RFC 6120
/// §8.3.3), as servers say of who is not there.
pub const SOMEBODY_ELSE: &str = "recipient-unavailable";

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

    /// Somebody in a room is called something else now, and their private conversation follows them. `false`, and nothing
    /// has changed, when there is none, or one under the new nick already.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn follow_nick(&mut self, from: &ChatRef, to: &Jid) -> Result<bool> {
        self.committed(|tx| {
            if rows::chat_row(tx, from.account, to)?.is_some() {
                return Ok(false);
            }
            let moved = tx
                .prepare_cached("UPDATE chat SET jid = ?3 WHERE account = ?1 AND jid = ?2")?
                .execute((from.account.0, from.jid.as_str(), to.as_str()))?;
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
