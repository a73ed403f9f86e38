//! Files that are to be sent: rows before anything goes, so that neither a missing connection nor an end of the program
//! loses one, and none is handed over twice.

use crate::{Queued, Reader, Result, SOMEBODY_ELSE, Store, chats, files, outgoing, rows};
use carillon_core::{
    chat::ChatKind,
    files::{FileTrouble, Thumbnail},
    ids::{AccountId, ChatRef, Timestamp, TransferId},
};
use rusqlite::{OptionalExtension, Row};

/// A file that is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTransfer {
    /// To whom.
    pub chat: ChatRef,
    /// The chat is a room.
    pub room: bool,
    /// The id of the message that will hand it over.
    pub stanza_id: String,
    /// What it is called.
    pub name: String,
    /// What it is.
    pub media_type: String,
    /// How long it is, in bytes.
    pub size: u64,
    /// SHA-256 in lower-case hexadecimal.
    pub content: String,
    /// A small picture that stands for it.
    pub thumbnail: Option<Thumbnail>,
    /// How long a sound is, in milliseconds, where that is known.
    pub length: Option<u64>,
    /// When the user sent it.
    pub at: Timestamp,
}

/// A file that waits, is on its way, or was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// The stored row; later ones are greater.
    pub id: TransferId,
    /// What.
    pub what: NewTransfer,
    /// Why it was given up; `None` while it waits or is on its way.
    pub failure: Option<FileTrouble>,
}

const COLUMNS: &str = "transfer.id, chat.account, chat.jid, chat.kind, stanza_id, name, media_type, size, content, \
                       transfer.at, failure, trouble, thumbnail, length";

impl Store {
    /// Stores a file of mine before it is sent. Durable. Doing it twice with the same `stanza_id` stores it once; `None`
    /// when a message with this id has handed it over already.
    ///
    /// # Errors
    /// [`crate::StoreError::Gone`] when the account has been removed; the others as they say.
    pub fn queue_transfer(&mut self, new: &NewTransfer) -> Result<Option<TransferId>> {
        self.durable(|tx| {
            let kind = if new.room {
                ChatKind::Room
            } else {
                ChatKind::Contact
            };
            let chat = chats::ensure(tx, new.chat.account, &new.chat.jid, kind)?;
            if outgoing::written_here(tx, chat, &new.stanza_id)?.is_some() {
                return Ok(None);
            }
            let known = tx
                .prepare_cached("SELECT id FROM transfer WHERE chat = ?1 AND stanza_id = ?2")?
                .query_row((chat, &new.stanza_id), |row| row.get(0))
                .optional()?;
            if let Some(known) = known {
                return Ok(Some(TransferId(known)));
            }
            if !new.room {
                chats::accept(tx, chat)?;
            }
            tx.prepare_cached(
                "INSERT INTO transfer (chat, stanza_id, name, media_type, size, content, at, thumbnail, length, said_to)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, (SELECT occupant FROM private_chat WHERE chat = ?1))",
            )?
            .execute((
                chat,
                &new.stanza_id,
                &new.name,
                &new.media_type,
                files::column(new.size),
                &new.content,
                new.at.0,
                new.thumbnail.as_ref().map(Thumbnail::bytes),
                new.length.map(files::column),
            ))?;
            Ok(Some(TransferId(tx.last_insert_rowid())))
        })
    }

    /// A file is where others get it: a message that hands it over waits to be sent in its stead. Durable, all or
    /// nothing. `None` when it was cancelled meanwhile, or given up because somebody else has the nick for whom it was.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn hand_over(
        &mut self,
        id: TransferId,
        address: &str,
        picture: Option<(u32, u32)>,
        at: Timestamp,
    ) -> Result<Option<Queued>> {
        self.durable(|tx| {
            let found = tx
                .prepare_cached(&format!(
                    "SELECT {COLUMNS} FROM transfer JOIN chat ON chat.id = transfer.chat
                     WHERE transfer.id = ?1 AND (failure IS NULL OR NOT instr(chat.jid, '/'))"
                ))?
                .query_row([id.0], transfer)
                .optional()?;
            let Some(Transfer { what, .. }) = found else {
                return Ok(None);
            };
            let queued = outgoing::queue(tx, &what.chat, &what.stanza_id, address, at, what.room)?;
            if let Queued::New(message) = queued {
                tx.prepare_cached(
                    "UPDATE message SET said_to = (SELECT said_to FROM transfer WHERE id = ?2) WHERE id = ?1",
                )?
                .execute((message.0, id.0))?;
                tx.prepare_cached(
                    "INSERT INTO message_file
                     (message, address, name, media_type, size, content, width, height, thumbnail, told_length)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                )?
                .execute((
                    message.0,
                    address,
                    &what.name,
                    &what.media_type,
                    files::column(what.size),
                    &what.content,
                    picture.map(|(width, _)| width),
                    picture.map(|(_, height)| height),
                    what.thumbnail.as_ref().map(Thumbnail::bytes),
                    what.length.map(files::column),
                ))?;
            }
            tx.prepare_cached("DELETE FROM transfer WHERE id = ?1")?
                .execute([id.0])?;
            Ok(Some(queued))
        })
    }

    /// A file was given up. Answers whether it was still there.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn fail_transfer(&mut self, id: TransferId, why: &FileTrouble) -> Result<bool> {
        let (name, words) = why.stored();
        self.committed(|tx| {
            let changed = tx
                .prepare_cached("UPDATE transfer SET failure = ?2, trouble = ?3 WHERE id = ?1")?
                .execute((id.0, words, name))?;
            Ok(changed > 0)
        })
    }

    /// Lets a file that was given up wait again. Durable. `false` when there is none, or its private conversation is for
    /// somebody else now.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn retry_transfer(&mut self, id: TransferId) -> Result<bool> {
        self.durable(|tx| {
            let changed = tx
                .prepare_cached(
                    "UPDATE transfer SET failure = NULL, trouble = NULL WHERE id = ?1 AND failure IS NOT NULL
                     AND said_to IS (SELECT occupant FROM private_chat WHERE chat = transfer.chat)",
                )?
                .execute([id.0])?;
            Ok(changed > 0)
        })
    }

    /// Forgets a file that was to be sent. Durable: what was cancelled never goes. Answers whether it was there.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn cancel_transfer(&mut self, id: TransferId) -> Result<bool> {
        self.durable(|tx| {
            let gone = tx
                .prepare_cached("DELETE FROM transfer WHERE id = ?1")?
                .execute([id.0])?;
            Ok(gone > 0)
        })
    }
}

impl Reader {
    /// A file that is to be sent.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn transfer(&self, id: TransferId) -> Result<Option<Transfer>> {
        Ok(self
            .connection
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM transfer JOIN chat ON chat.id = transfer.chat WHERE transfer.id = ?1"
            ))?
            .query_row([id.0], transfer)
            .optional()?)
    }

    /// Whether a file is to be sent under this id, or a message has handed it over.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn is_transfer_known(&self, chat: &ChatRef, id: &str) -> Result<bool> {
        Ok(self.queued(chat, id)?.is_some()
            || self
                .transfers_in(chat)?
                .iter()
                .any(|one| one.what.stanza_id == id))
    }

    /// The files of a chat that are to be sent, those that were given up among them, in the order in which they were
    /// chosen.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn transfers_in(&self, chat: &ChatRef) -> Result<Vec<Transfer>> {
        let mut query = self.connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM transfer JOIN chat ON chat.id = transfer.chat
             WHERE chat.account = ?1 AND chat.jid = ?2 ORDER BY transfer.id"
        ))?;
        let found = query.query_map((chat.account.0, chat.jid.as_str()), transfer)?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }

    /// The files of an account that wait or are on their way, the oldest first.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn waiting_transfers(&self, account: AccountId) -> Result<Vec<Transfer>> {
        let mut query = self.connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM transfer JOIN chat ON chat.id = transfer.chat
             WHERE chat.account = ?1 AND failure IS NULL ORDER BY transfer.id"
        ))?;
        let found = query.query_map([account.0], transfer)?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }
}

fn transfer(row: &Row<'_>) -> rusqlite::Result<Transfer> {
    let jid = rows::any_jid(row, 2)?;
    Ok(Transfer {
        id: TransferId(row.get(0)?),
        what: NewTransfer {
            chat: ChatRef {
                account: AccountId(row.get(1)?),
                jid,
            },
            room: rows::kind(row, 3)? == ChatKind::Room,
            stanza_id: row.get(4)?,
            name: row.get(5)?,
            media_type: row.get(6)?,
            size: row.get::<_, i64>(7)?.unsigned_abs(),
            content: row.get(8)?,
            at: Timestamp(row.get(9)?),
            thumbnail: files::thumbnail(row, 12)?,
            length: row.get::<_, Option<i64>>(13)?.map(i64::unsigned_abs),
        },
        failure: failure(row)?,
    })
}

fn failure(row: &Row<'_>) -> rusqlite::Result<Option<FileTrouble>> {
    let words: Option<String> = row.get(10)?;
    let name: Option<String> = row.get(11)?;
    Ok(words.map(|words| match name {
        None if words == SOMEBODY_ELSE => FileTrouble::SomebodyElse,
        name => FileTrouble::read(name.as_deref(), words),
    }))
}
