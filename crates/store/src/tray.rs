//! What the tray shows until it is seen, and what it does not count.

use crate::rows::any_jid;
use crate::{Reader, Result, Store};
use carillon_core::{
    Jid,
    ids::{AccountId, ChatRef, MessageId},
};
use rusqlite::{OptionalExtension, Transaction};

/// What the tray keeps of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMark {
    /// What the event replaces, and is replaced by: there is one mark for each.
    pub key: String,
    /// Whose account.
    pub account: AccountId,
    /// JSON, which the store does not look into.
    pub mark: String,
}

impl Store {
    /// Keeps a mark, in the place of one with the same key.
    ///
    /// # Errors
    /// [`crate::StoreError::Gone`] when the account has been removed, [`crate::StoreError::Bug`] when the mark is no
    /// JSON; the others as they say.
    pub fn set_tray_mark(&mut self, mark: &StoredMark) -> Result<()> {
        self.committed(|tx| set_mark(tx, mark))
    }

    /// Forgets a mark.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn remove_tray_mark(&mut self, key: &str) -> Result<()> {
        self.committed(|tx| remove_mark(tx, key))
    }

    /// Has an unseen message not counted in the tray; it stays unread in its chat.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn keep_out_of_tray(&mut self, message: MessageId) -> Result<()> {
        self.committed(|tx| keep_out(tx, message))
    }

    /// As [`Self::keep_out_of_tray`], for all that is unseen in the chat with a contact, or with all of them.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn keep_chats_out_of_tray(&mut self, with: Option<(AccountId, &Jid)>) -> Result<()> {
        self.committed(|tx| keep_chats_out(tx, with))
    }
}

pub(crate) fn set_mark(tx: &Transaction<'_>, mark: &StoredMark) -> Result<()> {
    tx.prepare_cached(
        "INSERT INTO tray_mark (key, account, mark) VALUES (?1, ?2, ?3)
         ON CONFLICT (key) DO UPDATE SET account = excluded.account, mark = excluded.mark",
    )?
    .execute((&mark.key, mark.account.0, &mark.mark))?;
    Ok(())
}

pub(crate) fn remove_mark(tx: &Transaction<'_>, key: &str) -> Result<()> {
    tx.prepare_cached("DELETE FROM tray_mark WHERE key = ?1")?
        .execute([key])?;
    Ok(())
}

pub(crate) fn keep_out(tx: &Transaction<'_>, message: MessageId) -> Result<()> {
    tx.prepare_cached(
        "INSERT OR IGNORE INTO out_of_tray (message) SELECT id FROM message WHERE id = ?1 AND seen = 0",
    )?
    .execute([message.0])?;
    Ok(())
}

pub(crate) fn keep_chats_out(tx: &Transaction<'_>, with: Option<(AccountId, &Jid)>) -> Result<()> {
    let account = with.map(|(account, _)| account.0);
    let jid = with.map(|(_, jid)| jid.as_str());
    tx.prepare_cached(
        "INSERT OR IGNORE INTO out_of_tray (message)
         SELECT message.id FROM message JOIN chat ON chat.id = message.chat
         WHERE seen = 0 AND kind = 'contact' AND (?1 IS NULL OR (account = ?1 AND jid = ?2))",
    )?
    .execute((account, jid))?;
    Ok(())
}

impl Reader {
    /// All marks.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn tray_marks(&self) -> Result<Vec<StoredMark>> {
        let mut query = self
            .connection
            .prepare_cached("SELECT key, account, mark FROM tray_mark")?;
        let found = query.query_map([], |row| {
            Ok(StoredMark {
                key: row.get(0)?,
                account: AccountId(row.get(1)?),
                mark: row.get(2)?,
            })
        })?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }

    /// The chat with the newest unseen message that the tray counts; not a stranger's, which waits in Requests.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn newest_counted_chat(&self) -> Result<Option<ChatRef>> {
        let mut query = self.connection.prepare_cached(
            "SELECT chat.account, chat.jid FROM message JOIN chat ON chat.id = message.chat
             WHERE message.seen = 0 AND chat.kind <> 'stranger'
               AND message.id NOT IN (SELECT message FROM out_of_tray)
             ORDER BY message.at DESC, message.id DESC LIMIT 1",
        )?;
        let found = query.query_row([], |row| {
            Ok(ChatRef {
                account: AccountId(row.get(0)?),
                jid: any_jid(row, 1)?,
            })
        });
        Ok(found.optional()?)
    }

    /// How many unseen messages are not counted in the tray.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn out_of_tray(&self) -> Result<u32> {
        Ok(self
            .connection
            .prepare_cached("SELECT COUNT(*) FROM out_of_tray")?
            .query_row([], |row| row.get(0))?)
    }
}
