//! What archives hold (XEP-0313): each entry once, in the archive's order, and how far each archive is known.
//!
//! An entry lies right behind the entry before it, whatever else has come meanwhile. A message that was here
//! before its entry keeps its row and, if need be, moves.

use crate::changes::{self, Said};
use crate::imports::Among;
use crate::receive::{NewMessage, Received, find_copy, insert_at, merge, receiving_chat};
use crate::{Reader, Result, Store, chats, imports, order, rows};
use carillon_core::{
    BareJid, Jid,
    chat::Author,
    ids::{AccountId, ChatRef, MessageId, Timestamp},
};
use rusqlite::{OptionalExtension, Transaction};
use std::collections::HashMap;

/// The last entry of an archive up to which everything is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveCursor {
    /// The archive's id of it.
    pub entry: String,
    /// When the archive got it.
    pub at: Timestamp,
}

/// How a page lies to what is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageKind {
    /// What follows the cursor. The cursor moves to the last entry, whatever that is.
    Forward {
        /// `None` on an empty page.
        cursor: Option<ArchiveCursor>,
        /// Nothing lies behind this page.
        complete: bool,
        /// The last message of each chat that the pages before it had, where they were read just now.
        behind: Vec<MessageId>,
    },
    /// What was said in one chat before anything that is stored of it.
    Backward {
        /// The chat.
        chat: Jid,
        /// Nothing lies before this page.
        whole: bool,
    },
}

/// What became of an entry of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredEntry {
    /// Which one, counted from the page's beginning.
    pub index: usize,
    /// The row that it is.
    pub received: Received,
    /// It says where that row lies. One that the archive holds once more, behind others, does not.
    pub placed: bool,
}

impl Store {
    /// Stores a page and how far the archive is known, both or nothing. `room` names the room whose archive it is.
    /// Every message needs its archive's id; one without is left out. Committed, not durable.
    ///
    /// # Errors
    /// [`crate::StoreError::Gone`] when the account has been removed; the others as they say.
    pub fn store_page(
        &mut self,
        account: AccountId,
        room: Option<&BareJid>,
        kind: &PageKind,
        messages: &[NewMessage],
    ) -> Result<Vec<StoredEntry>> {
        self.committed(|tx| {
            let stored = match kind {
                PageKind::Forward {
                    cursor,
                    complete,
                    behind,
                } => {
                    let stored = forward(tx, messages, behind)?;
                    if let Some(cursor) = cursor {
                        move_cursor(tx, account, room.map(|room| &**room), cursor)?;
                    }
                    if *complete {
                        settle_own(tx, account, room)?;
                    }
                    stored
                }
                PageKind::Backward { chat, whole } => {
                    let stored = backward(tx, messages)?;
                    tx.prepare_cached(
                        "UPDATE chat SET archive_whole = 1 WHERE account = ?1 AND jid = ?2 AND ?3",
                    )?
                    .execute((account.0, chat.as_str(), whole))?;
                    stored
                }
            };
            Ok(stored)
        })
    }
}

impl Reader {
    /// How far an archive is known, `None` when nothing of it is.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn archive_cursor(
        &self,
        account: AccountId,
        room: Option<&BareJid>,
    ) -> Result<Option<ArchiveCursor>> {
        Ok(self
            .connection
            .prepare_cached("SELECT entry, at FROM archive WHERE account = ?1 AND room = ?2")?
            .query_row((account.0, name(room.map(|room| &**room))), |row| {
                Ok(ArchiveCursor {
                    entry: row.get(0)?,
                    at: Timestamp(row.get(1)?),
                })
            })
            .optional()?)
    }

    /// The archive's id of the oldest message of a chat that the archive has placed, `None` when it has placed none.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn oldest_archived(&self, chat: &ChatRef) -> Result<Option<String>> {
        let Some(row) = rows::chat_row(&self.connection, chat.account, &chat.jid)? else {
            return Ok(None);
        };
        Ok(self
            .connection
            .prepare_cached(
                "SELECT stanza_id FROM message
                 WHERE chat = ?1 AND settled = 1 AND stanza_id IS NOT NULL ORDER BY place LIMIT 1",
            )?
            .query_row([row], |row| row.get(0))
            .optional()?)
    }

    /// When the newest message of an account's chats with people was said, `None` when there is none. What I wrote and
    /// no server has says nothing of when I was last there to hear. Reads all of them: for once.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn newest_said(&self, account: AccountId) -> Result<Option<Timestamp>> {
        let newest: Option<i64> = self
            .connection
            .prepare_cached(
                "SELECT MAX(message.at) FROM message JOIN chat ON chat.id = message.chat
                 WHERE chat.account = ?1 AND kind <> 'room'
                     AND NOT (author = 0 AND delivery IN (0, 4))
                     AND NOT EXISTS (SELECT 1 FROM imported WHERE imported.message = message.id)",
            )?
            .query_row([account.0], |row| row.get(0))?;
        Ok(newest.map(Timestamp))
    }

    /// Whether the archive has nothing older of a chat than what is stored.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn is_archive_whole(&self, chat: &ChatRef) -> Result<bool> {
        let found = self
            .connection
            .prepare_cached("SELECT archive_whole FROM chat WHERE account = ?1 AND jid = ?2")?
            .query_row((chat.account.0, chat.jid.as_str()), |row| row.get(0))
            .optional()?;
        Ok(found.unwrap_or(false))
    }
}

pub(crate) fn move_cursor(
    tx: &Transaction<'_>,
    account: AccountId,
    room: Option<&Jid>,
    to: &ArchiveCursor,
) -> Result<()> {
    tx.prepare_cached(
        "INSERT INTO archive (account, room, entry, at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (account, room) DO UPDATE SET entry = excluded.entry, at = excluded.at",
    )?
    .execute((account.0, name(room), &to.entry, to.at.0))?;
    Ok(())
}

fn name(room: Option<&Jid>) -> &str {
    room.map_or("", |room| room.as_str())
}

fn forward(
    tx: &Transaction<'_>,
    messages: &[NewMessage],
    behind: &[MessageId],
) -> Result<Vec<StoredEntry>> {
    let mut stored = Vec::with_capacity(messages.len());
    // Where the entry before lies, by chat.
    let mut last = places_of(tx, behind)?;
    for (index, message) in archived(messages) {
        if is_deleted(tx, message)? {
            continue;
        }
        let chat = receiving_chat(tx, message)?;
        if let Some(received) = about_another(tx, chat, message, Said::Next)? {
            stored.push(StoredEntry {
                index,
                received,
                placed: false,
            });
            continue;
        }
        let previous = last.get(&chat).copied();
        let (received, place) = match find_stored(tx, chat, message)? {
            Some(copy) => {
                let previous = match previous {
                    Some(previous) => Some(previous),
                    // It is met again.
                    None if is_placed(tx, copy, message)? => None,
                    // What I said since, and no page has held yet, says nothing of where this one lies.
                    None => last_named(tx, chat)?,
                };
                let received = merge(tx, copy, message)?;
                (received, settle(tx, chat, copy, message, previous)?)
            }
            None => {
                let previous = match previous {
                    Some(previous) => Some(previous),
                    None => last_settled(tx, chat)?,
                };
                let place = match (imports::among(tx, chat, message.at)?, previous) {
                    (Among::At(place), _) => place,
                    (Among::Behind(newest), Some(previous)) => {
                        order::behind(tx, chat, previous.max(newest))?
                    }
                    (_, Some(previous)) => order::behind(tx, chat, previous)?,
                    (_, None) => by_time(tx, chat, message.at)?,
                };
                (insert_at(tx, chat, message, place, true)?, Some(place))
            }
        };
        last.extend(place.map(|place| (chat, place)));
        stored.push(StoredEntry {
            index,
            received,
            placed: place.is_some(),
        });
    }
    Ok(stored)
}

/// Where messages lie, by chat; none of those that have gone.
fn places_of(tx: &Transaction<'_>, messages: &[MessageId]) -> Result<HashMap<i64, i64>> {
    let mut place = tx.prepare_cached("SELECT chat, place FROM message WHERE id = ?1")?;
    let mut places = HashMap::new();
    for message in messages {
        let found: Option<(i64, i64)> = place
            .query_row([message.0], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        places.extend(found);
    }
    Ok(places)
}

fn backward(tx: &Transaction<'_>, messages: &[NewMessage]) -> Result<Vec<StoredEntry>> {
    let mut stored = Vec::with_capacity(messages.len());
    let mut next: HashMap<i64, Option<i64>> = HashMap::new();
    let mut entries: Vec<_> = archived(messages).collect();
    entries.reverse();
    for (index, message) in entries {
        if is_deleted(tx, message)? {
            continue;
        }
        let chat = receiving_chat(tx, message)?;
        if let Some(received) = about_another(tx, chat, message, Said::Before)? {
            stored.push(StoredEntry {
                index,
                received,
                placed: false,
            });
            continue;
        }
        let following = match next.get(&chat) {
            Some(place) => *place,
            None => first_settled(tx, chat)?,
        };
        let (received, place) = match find_stored(tx, chat, message)? {
            Some(copy) => {
                let received = merge(tx, copy, message)?;
                settle_where_it_is(tx, copy)?;
                let place = order::place_of(tx, chat, copy)?;
                // Only what lies in front can have the next one before it.
                let in_front = place.filter(|place| following.is_none_or(|next| *place < next));
                (received, in_front.or(following))
            }
            None => {
                let place = match (imports::among(tx, chat, message.at)?, following) {
                    (Among::At(place), _) => place,
                    (_, Some(following)) => order::before(tx, chat, following)?,
                    (_, None) => by_time(tx, chat, message.at)?,
                };
                (insert_at(tx, chat, message, place, true)?, Some(place))
            }
        };
        next.insert(chat, place);
        stored.push(StoredEntry {
            index,
            received,
            placed: place.is_some(),
        });
    }
    stored.reverse();
    Ok(stored)
}

fn find_stored(tx: &Transaction<'_>, chat: i64, message: &NewMessage) -> Result<Option<i64>> {
    match find_copy(tx, chat, message)? {
        None => imports::find_imported(tx, chat, message),
        copy => Ok(copy),
    }
}

fn about_another(
    tx: &Transaction<'_>,
    chat: i64,
    message: &NewMessage,
    said: Said,
) -> Result<Option<Received>> {
    match &message.about {
        Some(about) => changes::receive(tx, chat, message, about, said),
        None => Ok(None),
    }
}

fn is_deleted(tx: &Transaction<'_>, message: &NewMessage) -> Result<bool> {
    match &message.stanza_id {
        Some(entry) => chats::is_deleted(tx, message.account, &message.chat, entry),
        None => Ok(false),
    }
}

fn archived(messages: &[NewMessage]) -> impl Iterator<Item = (usize, &NewMessage)> {
    messages
        .iter()
        .enumerate()
        .filter(|(_, message)| message.stanza_id.is_some())
}

/// Puts a message that is stored where its archive has it: behind `previous`. Answers where it lies; `None` when it
/// is an earlier entry's message, which the archive holds twice.
fn settle(
    tx: &Transaction<'_>,
    chat: i64,
    copy: i64,
    message: &NewMessage,
    previous: Option<i64>,
) -> Result<Option<i64>> {
    let (entry, before, settled): (Option<String>, i64, bool) = tx
        .prepare_cached("SELECT stanza_id, place, settled FROM message WHERE id = ?1")?
        .query_row([copy], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    if entry != message.stanza_id {
        if settled {
            return Ok(None);
        }
        // What came live was its second copy. The first says where it was said: a server that has a stream's end twice,
        // from the broken link and from the resumed one, keeps the copies of several messages in between each other.
        tx.prepare_cached("UPDATE message SET stanza_id = ?2 WHERE id = ?1")?
            .execute((copy, &message.stanza_id))?;
    }
    let place = match previous {
        Some(previous) if before < previous => order::behind(tx, chat, previous)?,
        _ => before,
    };
    tx.prepare_cached("UPDATE message SET place = ?2, settled = 1 WHERE id = ?1")?
        .execute((copy, place))?;
    if message.author == Author::Me {
        bring_along(tx, chat, before, place)?;
    }
    last_message(tx, chat)?;
    Ok(Some(place))
}

/// What I said after a message of mine stays behind it when that moves away, until the archive tells where it lies: that
/// may be on the next page.
fn bring_along(tx: &Transaction<'_>, chat: i64, from: i64, to: i64) -> Result<()> {
    if to <= from {
        return Ok(());
    }
    let later: Vec<i64> = tx
        .prepare_cached(
            "SELECT id FROM message WHERE chat = ?1 AND place > ?2 AND place < ?3
                 AND author = 0 AND stanza_id IS NULL ORDER BY place",
        )?
        .query_map((chat, from, to), |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut last = to;
    for message in later {
        last = order::behind(tx, chat, last)?;
        tx.prepare_cached("UPDATE message SET place = ?2 WHERE id = ?1")?
            .execute((message, last))?;
    }
    Ok(())
}

fn settle_where_it_is(tx: &Transaction<'_>, copy: i64) -> Result<()> {
    tx.prepare_cached("UPDATE message SET settled = 1 WHERE id = ?1 AND settled = 0")?
        .execute([copy])?;
    Ok(())
}

/// The archive is read to its end: what I said and the server has lies right wherever it lies, also where the
/// archive does not hold it.
fn settle_own(tx: &Transaction<'_>, account: AccountId, room: Option<&BareJid>) -> Result<()> {
    tx.prepare_cached(
        "UPDATE message SET settled = 1
         WHERE author = 0 AND settled = 0 AND delivery IN (1, 2, 3) AND chat IN
             (SELECT id FROM chat WHERE account = ?1 AND (?2 = '' AND kind <> 'room' OR jid = ?2))",
    )?
    .execute((account.0, name(room.map(|room| &**room))))?;
    Ok(())
}

/// The chat's list shows what lies last.
fn last_message(tx: &Transaction<'_>, chat: i64) -> Result<()> {
    tx.prepare_cached(
        "UPDATE chat SET last_message =
             (SELECT id FROM message WHERE chat = ?1 AND deleted = 0 ORDER BY place DESC LIMIT 1) WHERE id = ?1",
    )?
    .execute([chat])?;
    Ok(())
}

fn last_settled(tx: &Transaction<'_>, chat: i64) -> Result<Option<i64>> {
    Ok(tx
        .prepare_cached(
            "SELECT place FROM message WHERE chat = ?1 AND settled = 1 ORDER BY place DESC LIMIT 1",
        )?
        .query_row([chat], |row| row.get(0))
        .optional()?)
}

/// Whether the archive has given a stored message its place as this entry.
fn is_placed(tx: &Transaction<'_>, copy: i64, message: &NewMessage) -> Result<bool> {
    Ok(tx
        .prepare_cached("SELECT settled = 1 AND stanza_id IS ?2 FROM message WHERE id = ?1")?
        .query_row((copy, &message.stanza_id), |row| row.get(0))?)
}

/// As [`last_settled`], of what an archive has named.
fn last_named(tx: &Transaction<'_>, chat: i64) -> Result<Option<i64>> {
    Ok(tx
        .prepare_cached(
            "SELECT place FROM message WHERE chat = ?1 AND settled = 1 AND stanza_id IS NOT NULL
             ORDER BY place DESC LIMIT 1",
        )?
        .query_row([chat], |row| row.get(0))
        .optional()?)
}

fn first_settled(tx: &Transaction<'_>, chat: i64) -> Result<Option<i64>> {
    Ok(tx
        .prepare_cached(
            // What was taken in lies before it, and no archive has placed it.
            "SELECT place FROM message WHERE chat = ?1 AND settled = 1 AND place > COALESCE(
                 (SELECT there.place FROM imported JOIN message AS there ON there.id = imported.message
                  WHERE imported.chat = ?1 ORDER BY imported.at DESC LIMIT 1), -9223372036854775808)
             ORDER BY place LIMIT 1",
        )?
        .query_row([chat], |row| row.get(0))
        .optional()?)
}

/// As long as the archive has placed nothing in a chat, only the times say what was before.
fn by_time(tx: &Transaction<'_>, chat: i64, at: Timestamp) -> Result<i64> {
    let later: Option<i64> = tx
        .prepare_cached("SELECT MIN(place) FROM message WHERE chat = ?1 AND at > ?2")?
        .query_row((chat, at.0), |row| row.get(0))?;
    match later {
        Some(later) => order::before(tx, chat, later),
        None => order::at_the_end(tx, chat),
    }
}
