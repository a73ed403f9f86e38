//! What is taken in from other programs' histories: each message once, between what was said before and after it.
//!
//! It says nothing of how far an archive is known. What an archive holds of it is the same message.

use crate::receive::{NewMessage, Received, find_copy, insert_at};
use crate::{Result, Store, chats, order, rows};
use carillon_core::{
    BareJid,
    chat::{Author, ChatKind},
    ids::{AccountId, MessageId, Timestamp},
};
use rusqlite::{OptionalExtension, Transaction};

/// Two clocks have written down the same message at most so far apart, in milliseconds.
const CLOCKS_APART: i64 = 60_000;
/// So many messages around the time are compared: a minute seldom has more.
const COMPARED: i64 = 64;

/// A message of another program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignMessage {
    /// The conversation.
    pub chat: BareJid,
    /// It is a room.
    pub room: bool,
    /// Who said it.
    pub author: Author,
    /// The sender's own id.
    pub sender_id: Option<String>,
    /// The archive's id: what is here under it is the same. It is not kept: the file may say anything.
    pub stanza_id: Option<String>,
    /// Plain text, as it was said first.
    pub body: String,
    /// What its author has put in its place.
    pub corrected: Option<String>,
    /// When it was said.
    pub at: Timestamp,
    /// Of those that were said by the same in the same words at the same time: which, counted from 1.
    pub nth: u32,
}

/// What became of messages of another program.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TakenIn {
    /// So many are new here.
    pub new: u32,
    /// So many were here.
    pub known: u32,
    /// So many were said in a room that is a contact here, or the other way round: they were left out.
    pub misplaced: u32,
    /// The last new one of each chat.
    pub newest: Vec<(BareJid, MessageId)>,
}

impl Store {
    /// Takes in messages of another program, each unless it is here, where its time says. They are seen. Cheapest where
    /// they come chat by chat and, in a chat, the newest first. Committed, not durable.
    ///
    /// # Errors
    /// [`crate::StoreError::Gone`] when the account has been removed; the others as they say.
    pub fn take_in(
        &mut self,
        account: AccountId,
        source: &str,
        messages: &[ForeignMessage],
    ) -> Result<TakenIn> {
        self.committed(|tx| {
            let mut taken = TakenIn::default();
            for message in messages {
                let Some(chat) = chat_of(tx, account, message)? else {
                    taken.misplaced += 1;
                    continue;
                };
                let Some(id) = take_one(tx, chat, account, source, message)? else {
                    taken.known += 1;
                    continue;
                };
                taken.new += 1;
                taken.newest.retain(|(chat, _)| *chat != message.chat);
                taken.newest.push((message.chat.clone(), id));
            }
            Ok(taken)
        })
    }
}

fn chat_of(
    tx: &Transaction<'_>,
    account: AccountId,
    message: &ForeignMessage,
) -> Result<Option<i64>> {
    let kind = if message.room {
        ChatKind::Room
    } else {
        ChatKind::Contact
    };
    let chat = chats::ensure(tx, account, &message.chat, kind)?;
    let is_room: bool = tx
        .prepare_cached("SELECT kind = 'room' FROM chat WHERE id = ?1")?
        .query_row([chat], |row| row.get(0))?;
    Ok((is_room == message.room).then_some(chat))
}

fn take_one(
    tx: &Transaction<'_>,
    chat: i64,
    account: AccountId,
    source: &str,
    message: &ForeignMessage,
) -> Result<Option<MessageId>> {
    let mut new = as_new(account, message);
    if find_copy(tx, chat, &new)?.is_some() {
        return Ok(None);
    }
    let Some(place) = free_place(tx, chat, source, message)? else {
        return Ok(None);
    };
    new.stanza_id = None;
    let Received::New(id) = insert_at(tx, chat, &new, place, true)? else {
        return Ok(None);
    };
    tx.prepare_cached("INSERT INTO imported (message, chat, at, source) VALUES (?1, ?2, ?3, ?4)")?
        .execute((id.0, chat, message.at.0, source))?;
    if let Some(words) = &message.corrected {
        tx.prepare_cached("UPDATE message SET original = body, body = ?2 WHERE id = ?1")?
            .execute((id.0, words))?;
    }
    if message.author == Author::Me && !message.room {
        chats::accept(tx, chat)?;
    }
    Ok(Some(id))
}

fn as_new(account: AccountId, message: &ForeignMessage) -> NewMessage {
    NewMessage {
        account,
        chat: message.chat.clone().into(),
        author: message.author.clone(),
        sender_id: message.sender_id.clone(),
        origin_id: None,
        stanza_id: message.stanza_id.clone(),
        body: message.body.clone(),
        at: message.at,
        seen: true,
        in_requests: false,
        room: message.room,
        under_my_nick: false,
        wants_receipt: false,
        markable: false,
        occupant: None,
        said_to: None,
        file: None,
        about: None,
        encryption: None,
        unstyled: false,
        reply: None,
    }
}

/// Where it lies by its time, `None` when it is here.
fn free_place(
    tx: &Transaction<'_>,
    chat: i64,
    source: &str,
    message: &ForeignMessage,
) -> Result<Option<i64>> {
    let at = message.at.0;
    if is_taken_in(tx, chat, source, message)? {
        return Ok(None);
    }
    let Some(first) = order::from_time(tx, chat, at.saturating_sub(CLOCKS_APART))? else {
        return order::at_the_end(tx, chat).map(Some);
    };
    let (author, nick) = rows::author_columns(&message.author);
    let mut around = tx.prepare_cached(
        "SELECT message.place, message.at, imported.source IS ?6,
                author = ?3 AND nick = ?4 AND COALESCE(original, body) = ?5
         FROM message LEFT JOIN imported ON imported.message = message.id
         WHERE message.chat = ?1 AND message.place >= ?2 ORDER BY message.place LIMIT ?7",
    )?;
    let mut rows = around.query((chat, first, author, nick, &message.body, source, COMPARED))?;
    let mut next = None;
    while let Some(row) = rows.next()? {
        let said: i64 = row.get(1)?;
        if said >= at {
            next = next.or(Some(row.get(0)?));
        }
        if said > at.saturating_add(CLOCKS_APART) {
            break;
        }
        // The same program has written it down at one time; another's clock, or mine, may be another.
        let of_others = !row.get::<_, bool>(2)? && row.get::<_, bool>(3)?;
        if of_others && said >= at.saturating_sub(CLOCKS_APART) {
            return Ok(None);
        }
    }
    drop(rows);
    if next.is_none() {
        next = order::from_time(tx, chat, at)?;
    }
    match next {
        Some(next) => order::in_front(tx, chat, next),
        None => order::at_the_end(tx, chat),
    }
    .map(Some)
}

/// Whether this program's row has come in before.
fn is_taken_in(
    tx: &Transaction<'_>,
    chat: i64,
    source: &str,
    message: &ForeignMessage,
) -> Result<bool> {
    let (author, nick) = rows::author_columns(&message.author);
    let same: u32 = tx
        .prepare_cached(
            "SELECT COUNT(*) FROM imported JOIN message ON message.id = imported.message
             WHERE imported.chat = ?1 AND imported.at = ?2 AND source = ?3
                 AND author = ?4 AND nick = ?5 AND COALESCE(original, body) = ?6",
        )?
        .query_row(
            (chat, message.at.0, source, author, nick, &message.body),
            |row| row.get(0),
        )?;
    Ok(same >= message.nth.max(1))
}

/// The row of what an archive holds as well, where that was taken in without an id that says so.
pub(crate) fn find_imported(
    tx: &Transaction<'_>,
    chat: i64,
    new: &NewMessage,
) -> Result<Option<i64>> {
    let (author, nick) = rows::author_columns(&new.author);
    Ok(tx
        .prepare_cached(
            "SELECT imported.message FROM imported JOIN message ON message.id = imported.message
             WHERE imported.chat = ?1 AND imported.at BETWEEN ?2 AND ?3 AND stanza_id IS NULL
                 AND author = ?4 AND nick = ?5 AND COALESCE(original, body) = ?6
             ORDER BY ABS(imported.at - ?7), imported.message LIMIT 1",
        )?
        .query_row(
            (
                chat,
                new.at.0.saturating_sub(CLOCKS_APART),
                new.at.0.saturating_add(CLOCKS_APART),
                author,
                nick,
                &new.body,
                new.at.0,
            ),
            |row| row.get(0),
        )
        .optional()?)
}

/// How an archive's entry lies to what was taken in, of which the archive knows nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Among {
    /// At this place, by its time.
    At(i64),
    /// It is newer than all of that, the newest of which lies here.
    Behind(i64),
    /// Nothing was taken in.
    Nothing,
}

pub(crate) fn among(tx: &Transaction<'_>, chat: i64, at: Timestamp) -> Result<Among> {
    let newest: Option<(i64, i64)> = tx
        .prepare_cached(
            "SELECT imported.at, place FROM imported JOIN message ON message.id = imported.message
             WHERE imported.chat = ?1 ORDER BY imported.at DESC LIMIT 1",
        )?
        .query_row([chat], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    match newest {
        None => Ok(Among::Nothing),
        Some((newest, place)) if newest < at.0 => Ok(Among::Behind(place)),
        Some(_) => match order::from_time(tx, chat, at.0.saturating_add(1))? {
            Some(next) => order::in_front(tx, chat, next).map(Among::At),
            None => order::at_the_end(tx, chat).map(Among::At),
        },
    }
}
