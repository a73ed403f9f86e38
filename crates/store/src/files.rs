//! Files that messages hand over, and whose pictures are shown.

use crate::{Reader, Result, Store, rows};
use carillon_core::{
    chat::Author,
    files::{FileBrief, FileTold, Thumbnail, likely_type, shown_name},
    ids::{AccountId, ChatRef, MessageId},
};
use rusqlite::{OptionalExtension, Row, Transaction};
use std::collections::HashSet;

/// A file that a message hands over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// The message.
    pub message: MessageId,
    /// Its conversation.
    pub chat: ChatRef,
    /// Who handed it over.
    pub author: Author,
    /// Where it is.
    pub address: String,
    /// What it is called.
    pub name: String,
    /// What it is, where that is known.
    pub media_type: Option<String>,
    /// How long it is, in bytes, where that is known.
    pub size: Option<u64>,
    /// SHA-256 in lower-case hexadecimal, once it is here.
    pub content: Option<String>,
    /// Width and height in pixels, of a picture that is here.
    pub picture: Option<(u32, u32)>,
    /// What its sender says of it, but for the name.
    pub told: FileTold,
}

/// What is known of a file once it is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileHere {
    /// SHA-256 in lower-case hexadecimal.
    pub content: String,
    /// How long it is, in bytes.
    pub size: u64,
    /// What it is.
    pub media_type: String,
    /// Width and height in pixels, if it is a picture that may be drawn.
    pub picture: Option<(u32, u32)>,
}

impl StoredFile {
    /// What it is, or seems to be while it is not here: by its name, and where that tells nothing, by what its sender
    /// says.
    #[must_use]
    pub fn kind(&self) -> &str {
        let known = self.media_type.as_deref();
        likely_type(&self.name, known, self.told.media_type.as_deref())
    }
}

impl Store {
    /// The file of a message is here. Answers whether the message still is.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn file_came(&mut self, message: MessageId, here: &FileHere) -> Result<bool> {
        self.committed(|tx| {
            let changed = tx
                .prepare_cached(
                    "UPDATE message_file SET content = ?2, size = ?3, media_type = ?4, width = ?5, height = ?6
                     WHERE message = ?1",
                )?
                .execute((
                    message.0,
                    &here.content,
                    column(here.size),
                    &here.media_type,
                    here.picture.map(|(width, _)| width),
                    here.picture.map(|(_, height)| height),
                ))?;
            Ok(changed > 0)
        })
    }

    /// Whether pictures of a chat are shown from now on.
    ///
    /// # Errors
    /// [`crate::StoreError::Gone`] when the account has been removed; the others as they say.
    pub fn choose_pictures(&mut self, chat: &ChatRef, shown: bool) -> Result<()> {
        self.durable(|tx| {
            tx.prepare_cached(
                "INSERT INTO picture_choice (account, jid, shown) VALUES (?1, ?2, ?3)
                 ON CONFLICT (account, jid) DO UPDATE SET shown = excluded.shown",
            )?
            .execute((chat.account.0, chat.jid.as_str(), shown))?;
            Ok(())
        })
    }
}

impl Reader {
    /// The file that a message hands over, `None` where it hands over none.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn file(&self, message: MessageId) -> Result<Option<StoredFile>> {
        Ok(self
            .connection
            .prepare_cached(
                "SELECT chat.account, chat.jid, author, nick, address, name, media_type, size, content, width, height,
                        told_type, told_size, told_width, told_height, told_sha256, told_length, thumbnail
                 FROM message_file JOIN message ON message.id = message_file.message
                      JOIN chat ON chat.id = message.chat
                 WHERE message_file.message = ?1",
            )?
            .query_row([message.0], |row| {
                let (width, height): (Option<u32>, Option<u32>) = (row.get(9)?, row.get(10)?);
                Ok(StoredFile {
                    message,
                    chat: ChatRef {
                        account: AccountId(row.get(0)?),
                        jid: rows::any_jid(row, 1)?,
                    },
                    author: rows::author(row, 2, 3)?,
                    address: row.get(4)?,
                    name: row.get(5)?,
                    media_type: row.get(6)?,
                    size: row.get::<_, Option<i64>>(7)?.map(i64::unsigned_abs),
                    content: row.get(8)?,
                    picture: width.zip(height),
                    told: told(row)?,
                })
            })
            .optional()?)
    }

    /// Whether pictures of a chat are shown; `None` while nobody has said.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn shows_pictures(&self, chat: &ChatRef) -> Result<Option<bool>> {
        Ok(self
            .connection
            .prepare_cached("SELECT shown FROM picture_choice WHERE account = ?1 AND jid = ?2")?
            .query_row((chat.account.0, chat.jid.as_str()), |row| row.get(0))
            .optional()?)
    }

    /// The contents in the media folder that something still needs.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn contents_in_use(&self) -> Result<HashSet<String>> {
        let mut query = self.connection.prepare_cached(
            "SELECT content FROM transfer UNION SELECT content FROM message_file WHERE content IS NOT NULL",
        )?;
        let found = query.query_map([], |row| row.get(0))?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }
}

fn told(row: &Row<'_>) -> rusqlite::Result<FileTold> {
    let (width, height): (Option<u32>, Option<u32>) = (row.get(13)?, row.get(14)?);
    Ok(FileTold {
        name: None,
        media_type: row.get(11)?,
        size: row.get::<_, Option<i64>>(12)?.map(i64::unsigned_abs),
        sides: width.zip(height),
        sha256: row.get(15)?,
        length: row.get::<_, Option<i64>>(16)?.map(i64::unsigned_abs),
        thumbnail: thumbnail(row, 17)?,
    })
}

/// A small picture. One that is damaged is none.
pub(crate) fn thumbnail(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<Thumbnail>> {
    Ok(row.get::<_, Option<Vec<u8>>>(at)?.and_then(Thumbnail::of))
}

/// A size or a length as the database has it.
pub(crate) fn column(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// What a list says of the file that a message hands over, as [`brief`] reads it.
pub(crate) const BRIEF: &str =
    "message_file.name, message_file.media_type, message_file.told_type, message_file.told_length";

/// The columns of [`BRIEF`], the first of them at `from`; `None` for a message that hands over none.
pub(crate) fn brief(row: &Row<'_>, from: usize) -> rusqlite::Result<Option<FileBrief>> {
    let Some(name) = row.get::<_, Option<String>>(from)? else {
        return Ok(None);
    };
    let known: Option<String> = row.get(from + 1)?;
    let told: Option<String> = row.get(from + 2)?;
    let length: Option<i64> = row.get(from + 3)?;
    let kind = likely_type(&name, known.as_deref(), told.as_deref()).to_owned();
    Ok(Some(FileBrief::of(
        name,
        &kind,
        length.map(i64::unsigned_abs),
    )))
}

/// A message from the network hands over a file, of which nothing is known but its address and what its sender says.
pub(crate) fn note(
    tx: &Transaction<'_>,
    message: i64,
    address: &str,
    told: &FileTold,
) -> Result<()> {
    let name = told.name.clone().unwrap_or_else(|| shown_name(address));
    tx.prepare_cached(
        "INSERT INTO message_file
         (message, address, name, told_type, told_size, told_width, told_height, told_sha256, told_length, thumbnail)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute((
        message,
        address,
        name,
        &told.media_type,
        told.size.map(column),
        told.sides.map(|(width, _)| width),
        told.sides.map(|(_, height)| height),
        &told.sha256,
        told.length.map(column),
        told.thumbnail.as_ref().map(Thumbnail::bytes),
    ))?;
    Ok(())
}
