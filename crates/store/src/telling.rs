//! All that was said in a conversation, from its beginning on, for whoever takes it elsewhere.

use crate::{Reader, Result, rows};
use carillon_core::{
    chat::Author,
    ids::{ChatRef, MessageId, Timestamp},
};

/// What was said, with nothing of how it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The stored row.
    pub id: MessageId,
    /// Where it lies in its chat: what follows is asked for by it.
    pub place: i64,
    /// Who said it.
    pub author: Author,
    /// Plain text.
    pub body: String,
    /// When.
    pub at: Timestamp,
    /// The sender's own id.
    pub sender_id: Option<String>,
}

impl Reader {
    /// How many messages a chat holds.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn said_in(&self, chat: &ChatRef) -> Result<u32> {
        Ok(self
            .connection
            .prepare_cached(
                "SELECT COUNT(*) FROM message
                 WHERE chat = (SELECT id FROM chat WHERE account = ?1 AND jid = ?2) AND deleted = 0",
            )?
            .query_row((chat.account.0, chat.jid.as_str()), |row| row.get(0))?)
    }

    /// At most so many messages of a chat behind a place, `None` from its beginning on, in its order.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn said_after(&self, chat: &ChatRef, after: Option<i64>, limit: u32) -> Result<Vec<Said>> {
        let mut query = self.connection.prepare_cached(
            "SELECT id, author, nick, body, at, place, sender_id FROM message
             WHERE chat = (SELECT id FROM chat WHERE account = ?1 AND jid = ?2)
                 AND place > ?3 AND deleted = 0 ORDER BY place LIMIT ?4",
        )?;
        let after = after.unwrap_or(i64::MIN);
        let found = query.query_map((chat.account.0, chat.jid.as_str(), after, limit), |row| {
            Ok(Said {
                id: MessageId(row.get(0)?),
                author: rows::author(row, 1, 2)?,
                body: row.get(3)?,
                at: Timestamp(row.get(4)?),
                place: row.get(5)?,
                sender_id: row.get(6)?,
            })
        })?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }
}
