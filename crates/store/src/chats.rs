//! The conversations themselves: which there are, and what is being typed there.

use crate::{Reader, Result, Store, StoreError, files, rows};
use carillon_core::{
    Jid,
    chat::{ChatKind, ChatSummary},
    ids::{AccountId, ChatRef, MessageId, Timestamp},
};
use rusqlite::{OptionalExtension, Row, Transaction};

/// Characters of the newest message that a list shows.
pub(crate) const GLIMPSE: i64 = 120;

impl Store {
    /// Makes a conversation unless it is there. One that is there keeps its kind.
    ///
    /// # Errors
    /// [`crate::StoreError::Gone`] when the account has been removed; the others as they say.
    pub fn ensure_chat(&mut self, chat: &ChatRef, kind: ChatKind) -> Result<()> {
        self.committed(|tx| ensure(tx, chat.account, &chat.jid, kind).map(|_| ()))
    }

    /// Deletes a conversation with all its messages, its draft and, for a room, its place among the rooms. What an
    /// archive holds of it does not come back. Answers whether there was one.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn delete_chat(&mut self, chat: &ChatRef) -> Result<bool> {
        self.committed(|tx| {
            let Some(row) = rows::chat_row(tx, chat.account, &chat.jid)? else {
                return Ok(false);
            };
            remember_deleted(tx, chat, row)?;
            tx.prepare_cached("DELETE FROM chat WHERE id = ?1")?
                .execute([row])
                .map_err(StoreError::of_removal)?;
            Ok(true)
        })
    }

    /// Keeps what is being typed, replacing what was kept; an empty text forgets it. A chat that is not there yet
    /// is made for a text that is not empty.
    ///
    /// # Errors
    /// [`crate::StoreError::Gone`] when the account has been removed; the others as they say.
    pub fn save_draft(&mut self, chat: &ChatRef, text: &str, at: Timestamp) -> Result<()> {
        self.committed(|tx| {
            if !text.is_empty() {
                ensure(tx, chat.account, &chat.jid, ChatKind::Contact)?;
            }
            let at = if text.is_empty() { 0 } else { at.0 };
            tx.prepare_cached(
                "UPDATE chat SET draft = ?3, draft_at = ?4 WHERE account = ?1 AND jid = ?2",
            )?
            .execute((chat.account.0, chat.jid.as_str(), text, at))?;
            Ok(())
        })
    }
}

/// What a list shows of a chat, as [`summary`] reads it; `?1` is [`GLIMPSE`].
const SUMMARY: &str = "SELECT chat.account, chat.jid, chat.kind, COALESCE(room.name, roster_item.name, ''), unread,
        substr(body, 1, ?1), author, message.at, draft, chat.last_message, COALESCE(message.at, draft_at), avatar.hash,
        (SELECT home.name FROM room AS home JOIN chat AS there ON there.id = home.chat
         WHERE instr(chat.jid, '/') AND there.account = chat.account
             AND there.jid = substr(chat.jid, 1, instr(chat.jid, '/') - 1)),
        message_file.name, message_file.media_type, message_file.told_type, message_file.told_length
 FROM chat
 LEFT JOIN message ON message.id = chat.last_message
 LEFT JOIN message_file ON message_file.message = chat.last_message
 LEFT JOIN room ON room.chat = chat.id
 LEFT JOIN roster_item ON roster_item.account = chat.account AND roster_item.jid = chat.jid
 LEFT JOIN avatar ON chat.kind = 'room' AND avatar.account = chat.account AND avatar.jid = chat.jid
 WHERE chat.kind <> 'stranger'";

impl Reader {
    /// All conversations but those in Requests, the newest message first; a chat where nothing was said stands
    /// where its draft was begun. Costs as much as there are chats, however long they are.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn chats(&self) -> Result<Vec<ChatSummary>> {
        self.newest_chats(u32::MAX)
    }

    /// The first so many of [`Self::chats`].
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn newest_chats(&self, limit: u32) -> Result<Vec<ChatSummary>> {
        let mut query = self.connection.prepare_cached(&format!(
            "{SUMMARY} ORDER BY 11 DESC, chat.last_message DESC, chat.account, chat.jid LIMIT ?2"
        ))?;
        let found = query.query_map((GLIMPSE, limit), summary)?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }

    /// At most so many of [`Self::chats`], sorted by account and address, from behind `after` on. Costs as much as
    /// the answer is long.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn chats_after(&self, after: Option<&ChatRef>, limit: u32) -> Result<Vec<ChatSummary>> {
        let (account, jid) =
            after.map_or((i64::MIN, ""), |chat| (chat.account.0, chat.jid.as_str()));
        let mut query = self.connection.prepare_cached(&format!(
            "{SUMMARY} AND (chat.account, chat.jid) > (?2, ?3) ORDER BY chat.account, chat.jid LIMIT ?4"
        ))?;
        let found = query.query_map((GLIMPSE, account, jid, limit), summary)?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }

    /// One of [`Self::chats`], `None` when it is none of them.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn chat(&self, chat: &ChatRef) -> Result<Option<ChatSummary>> {
        let mut query = self.connection.prepare_cached(&format!(
            "{SUMMARY} AND chat.account = ?2 AND chat.jid = ?3"
        ))?;
        let found = query.query_row((GLIMPSE, chat.account.0, chat.jid.as_str()), summary);
        Ok(found.optional()?)
    }

    /// What a conversation is with, `None` when there is none.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn chat_kind(&self, chat: &ChatRef) -> Result<Option<ChatKind>> {
        Ok(self
            .connection
            .prepare_cached("SELECT kind FROM chat WHERE account = ?1 AND jid = ?2")?
            .query_row((chat.account.0, chat.jid.as_str()), |row| {
                if chat.is_private() {
                    return Ok(ChatKind::Private);
                }
                rows::kind(row, 0)
            })
            .optional()?)
    }

    /// What was being typed, empty when nothing.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn draft(&self, chat: &ChatRef) -> Result<String> {
        let found = self
            .connection
            .prepare_cached("SELECT draft FROM chat WHERE account = ?1 AND jid = ?2")?
            .query_row((chat.account.0, chat.jid.as_str()), |row| row.get(0))
            .optional()?;
        Ok(found.unwrap_or_default())
    }
}

fn summary(row: &Row<'_>) -> rusqlite::Result<ChatSummary> {
    let jid = rows::any_jid(row, 1)?;
    let name = row.get_ref(3)?.as_str()?;
    let within = row
        .get::<_, Option<String>>(12)?
        .filter(|name| !name.is_empty());
    let kind = match jid.is_full() {
        true => ChatKind::Private,
        false => rows::kind(row, 2)?,
    };
    Ok(ChatSummary {
        room: (kind == ChatKind::Private)
            .then(|| within.unwrap_or_else(|| address_name(&jid.to_bare()))),
        name: if name.is_empty() {
            address_name(&jid)
        } else {
            name.to_owned()
        },
        chat: ChatRef {
            account: AccountId(row.get(0)?),
            jid,
        },
        kind,
        unread: row.get(4)?,
        last_text: row.get::<_, Option<String>>(5)?.unwrap_or_default(),
        last_is_mine: row.get::<_, Option<i64>>(6)? == Some(0),
        last_file: files::brief(row, 13)?,
        last_at: row.get::<_, Option<i64>>(7)?.map(Timestamp),
        draft: row.get(8)?,
        last_message: row.get::<_, Option<i64>>(9)?.map(MessageId),
        stands_at: Timestamp(row.get(10)?),
        // One that is damaged is told again, and fetched.
        avatar: row
            .get::<_, Option<String>>(11)?
            .and_then(|hash| hash.parse().ok()),
    })
}

/// What stands for somebody without a name: the nick in a room, else the part before the `@`, else the domain.
fn address_name(jid: &Jid) -> String {
    if let Some(nick) = jid.resource() {
        return nick.to_string();
    }
    jid.node()
        .map_or_else(|| jid.domain().to_string(), |node| node.to_string())
}

/// Archives are read on from where they are known, or from a little before that: so many of a chat's newest entries
/// may be met again.
const MET_AGAIN: u32 = 500;

fn remember_deleted(tx: &Transaction<'_>, chat: &ChatRef, row: i64) -> Result<()> {
    tx.prepare_cached("INSERT OR IGNORE INTO deleted_chat (account, jid) VALUES (?1, ?2)")?
        .execute((chat.account.0, chat.jid.as_str()))?;
    tx.prepare_cached(
        "INSERT OR IGNORE INTO deleted_entry (account, jid, entry)
         SELECT ?1, ?2, stanza_id FROM message
         WHERE chat = ?3 AND stanza_id IS NOT NULL ORDER BY place DESC LIMIT ?4",
    )?
    .execute((chat.account.0, chat.jid.as_str(), row, MET_AGAIN))?;
    // What is older than those bears the addresses that a private conversation had before.
    tx.prepare_cached(
        "INSERT OR IGNORE INTO deleted_chat (account, jid) SELECT ?1, jid FROM private_before WHERE chat = ?2",
    )?
    .execute((chat.account.0, row))?;
    Ok(())
}

/// Whether this archive's entry was deleted here with its chat. Of what is private in a room it may bear another address
/// there than its conversation had in the end.
pub(crate) fn is_deleted(
    tx: &Transaction<'_>,
    account: AccountId,
    jid: &Jid,
    entry: &str,
) -> Result<bool> {
    let deleted = tx
        .prepare_cached(
            "SELECT 1 FROM deleted_entry WHERE account = ?1 AND jid = ?2 AND entry = ?3",
        )?
        .exists((account.0, jid.as_str(), entry))?;
    if deleted || !jid.is_full() {
        return Ok(deleted);
    }
    let room = jid.to_bare();
    Ok(tx
        .prepare_cached(
            "SELECT 1 FROM deleted_entry
             WHERE account = ?1 AND jid > ?2 || '/' AND jid < ?2 || '0' AND entry = ?3",
        )?
        .exists((account.0, room.as_str(), entry))?)
}

/// The row of a chat, made with this kind when there was none.
pub(crate) fn ensure(
    tx: &Transaction<'_>,
    account: AccountId,
    jid: &Jid,
    kind: ChatKind,
) -> Result<i64> {
    if let Some(chat) = rows::chat_row(tx, account, jid)? {
        return Ok(chat);
    }
    tx.prepare_cached(
        "INSERT INTO chat (account, jid, kind, archive_whole)
         SELECT ?1, ?2, ?3, EXISTS (SELECT 1 FROM deleted_chat WHERE account = ?1 AND jid = ?2)",
    )?
    .execute((account.0, jid.as_str(), rows::kind_column(kind)))?;
    Ok(tx.last_insert_rowid())
}

/// A message was added to the chat.
pub(crate) fn grow(tx: &Transaction<'_>, chat: i64, message: i64, unseen: bool) -> Result<()> {
    tx.prepare_cached(
        "UPDATE chat SET unread = unread + ?3,
             last_message = (SELECT id FROM message WHERE chat = ?1
                 AND id IN (?2, last_message) ORDER BY place DESC LIMIT 1)
         WHERE id = ?1",
    )?
    .execute((chat, message, unseen))?;
    Ok(())
}

/// Takes a person's chat out of Requests for good.
pub(crate) fn accept(tx: &Transaction<'_>, chat: i64) -> Result<()> {
    tx.prepare_cached(
        "UPDATE chat SET kind = 'contact', accepted = 1 WHERE id = ?1 AND kind <> 'room' AND accepted = 0",
    )?
    .execute([chat])?;
    Ok(())
}
