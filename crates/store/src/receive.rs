//! Storing what was said, each message once.

use crate::archive::{ArchiveCursor, move_cursor};
use crate::changes::{self, Said};
use crate::errands::{self, Errand};
use crate::{Result, Store, chats, files, order, rows, streams};
use carillon_core::{
    Jid,
    chat::{Author, ChatKind},
    files::{FileTold, address_in},
    ids::{AccountId, MessageId, Timestamp},
    reply::ReplyTo,
    session::About,
};
use rusqlite::{OptionalExtension, Transaction};

/// How many earlier messages with the same author and id are compared: copies follow each other closely, and
/// somebody who gives every message the same id must not make each one slower.
const COMPARED: i64 = 16;

/// A message that came from the network, also my own from another device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// The account that it came to.
    pub account: AccountId,
    /// The conversation.
    pub chat: Jid,
    /// Who said it. A room's echo of my own words is [`Author::Me`], not an occupant.
    pub author: Author,
    /// The sender's own id.
    pub sender_id: Option<String>,
    /// The sender's other id (XEP-0359), where it is not the same: others may speak of it by that.
    pub origin_id: Option<String>,
    /// The archive's id, believed only from an archive that announces it (XEP-0359).
    pub stanza_id: Option<String>,
    /// Plain text.
    pub body: String,
    /// When it was said.
    pub at: Timestamp,
    /// Already seen, here or elsewhere. Own messages always count as seen.
    pub seen: bool,
    /// The author is a stranger whose messages wait in Requests. Without effect in a chat with somebody whom I
    /// accepted or have written to.
    pub in_requests: bool,
    /// The chat is a room.
    pub room: bool,
    /// An occupant said it under the nick that is mine now, at a time when I may not have been there: it was I or
    /// somebody else.
    pub under_my_nick: bool,
    /// A receipt is asked for (XEP-0184); remembered for strangers, see [`Store::accept_stranger`].
    pub wants_receipt: bool,
    /// The sender asks to be told when it was seen (XEP-0333).
    pub markable: bool,
    /// Which occupant of the room said it, beyond the nick, where that is known.
    pub occupant: Option<String>,
    /// To whom I said it, in a private conversation in a room, where that is known.
    pub said_to: Option<String>,
    /// It hands over a file (XEP-0066), whose address its words are; with what its sender says of it.
    pub file: Option<Box<FileTold>>,
    /// It is about an earlier message.
    pub about: Option<About>,
    /// By what its words are encrypted, which nobody here can read.
    pub encryption: Option<String>,
    /// It is to be shown as it is written.
    pub unstyled: bool,
    /// It answers an earlier message (XEP-0461).
    pub reply: Option<ReplyTo>,
}

/// What became of a message from the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// Stored for the first time.
    New(MessageId),
    /// A copy of a stored message of mine, which proves that the server has it: its delivery went from waiting
    /// to sent.
    Updated(MessageId),
    /// A copy of this message; nothing that shows has changed.
    Duplicate(MessageId),
    /// It was about this message, which shows it now.
    Changed(MessageId),
    /// It gave this message signs (XEP-0444), or took some back.
    Reacted {
        /// Which.
        message: MessageId,
        /// There is one that its sender had not given before.
        more: bool,
    },
    /// It is about a message that is not here yet, and waits for it.
    Kept,
}

impl Store {
    /// Stores a message unless it is a copy of one that is stored already. Committed, not durable: call
    /// [`Store::flush`] before telling the server that it was handled.
    ///
    /// Two are the same message when the chat's archive gave both the same id; or when they have the same
    /// author (in a room: the same nick), the same sender's id and the same text. The text counts because an id
    /// need only be unique within one stream (RFC 6120 §8.1.3): some senders count from 1 after every start.
    /// For a message that was written here the id alone is enough. An id never speaks for another author; what was
    /// said in a room [under my nick](NewMessage::under_my_nick) is mine where I have said the same under this id.
    ///
    /// # Errors
    /// [`crate::StoreError::Gone`] when the account has been removed; the others as they say.
    pub fn receive(&mut self, new: &NewMessage) -> Result<Received> {
        self.receive_by(new, &Arrival::default())
    }

    /// As [`Self::receive`], together with what its arrival means besides, all or nothing.
    ///
    /// # Errors
    /// As [`Self::receive`].
    pub fn receive_by(&mut self, new: &NewMessage, arrival: &Arrival) -> Result<Received> {
        self.committed(|tx| receive_one(tx, new, arrival))
    }
}

pub(crate) fn receive_one(
    tx: &Transaction<'_>,
    new: &NewMessage,
    arrival: &Arrival,
) -> Result<Received> {
    let chat = receiving_chat(tx, new)?;
    let changed = match &new.about {
        Some(about) => changes::receive(tx, chat, new, about, Said::Now)?,
        None => None,
    };
    let received = match changed {
        Some(changed) => changed,
        None => match find_copy(tx, chat, new)? {
            Some(copy) => merge(tx, copy, new)?,
            None => {
                let place = order::at_the_end(tx, chat)?;
                insert_at(tx, chat, new, place, arrival.is_mark())?
            }
        },
    };
    if let (Some(entry), true) = (&new.stanza_id, arrival.is_mark()) {
        let cursor = ArchiveCursor {
            entry: entry.clone(),
            at: new.at,
        };
        move_cursor(tx, new.account, new.room.then_some(&new.chat), &cursor)?;
    }
    if let (Received::New(_) | Received::Changed(_), Some((id, receipt))) =
        (received, &arrival.receipt)
    {
        errands::queue(tx, new.account, id, receipt)?;
    }
    if let Some(count) = arrival.counted {
        streams::count_up(tx, new.account, count)?;
    }
    Ok(received)
}

/// What the arrival of a message means besides.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Arrival {
    /// It was this stanza of the account's stream (XEP-0198).
    pub counted: Option<u32>,
    /// It came live, and its archive is known up to it: its entry is the one up to which the archive is known now.
    pub gapless: bool,
    /// Something of mine is on its way to the server. The archive may have it before this message, so nothing is known
    /// up to this one.
    pub overtakes: bool,
    /// A receipt that is owed if the message is new, and its stanza's id.
    pub receipt: Option<(String, Errand)>,
}

impl Arrival {
    pub(crate) const fn is_mark(&self) -> bool {
        self.gapless && !self.overtakes
    }
}

pub(crate) fn receiving_chat(tx: &Transaction<'_>, new: &NewMessage) -> Result<i64> {
    let kind = match (new.room, new.in_requests) {
        (true, _) => ChatKind::Room,
        (false, true) => ChatKind::Stranger,
        (false, false) => ChatKind::Contact,
    };
    let chat = chats::ensure(tx, new.account, &new.chat, kind)?;
    if new.author == Author::Me && !new.room {
        chats::accept(tx, chat)?;
        return Ok(chat);
    }
    match kind {
        // A former contact, never written to or accepted since, is a stranger again.
        ChatKind::Stranger => tx
            .prepare_cached(
                "UPDATE chat SET kind = 'stranger' WHERE id = ?1 AND kind = 'contact' AND accepted = 0",
            )?
            .execute([chat])?,
        ChatKind::Contact | ChatKind::Private => tx
            .prepare_cached("UPDATE chat SET kind = 'contact' WHERE id = ?1 AND kind = 'stranger'")?
            .execute([chat])?,
        ChatKind::Room => 0,
    };
    Ok(chat)
}

pub(crate) fn find_copy(tx: &Transaction<'_>, chat: i64, new: &NewMessage) -> Result<Option<i64>> {
    if let Some(stanza_id) = &new.stanza_id {
        let same = tx
            .prepare_cached("SELECT id FROM message WHERE chat = ?1 AND stanza_id = ?2")?
            .query_row((chat, stanza_id), |row| row.get(0))
            .optional()?;
        if same.is_some() {
            return Ok(same);
        }
    }
    let Some(sender_id) = &new.sender_id else {
        return Ok(None);
    };
    let (author, nick) = rows::author_columns(&new.author);
    let same = tx
        .prepare_cached(
            "SELECT id FROM (
                SELECT id, COALESCE(original, body) AS body, written_here OR retracted AS written_here FROM message
                WHERE chat = ?1 AND sender_id = ?2 AND author = ?3 AND nick = ?4
                ORDER BY id DESC LIMIT ?5)
             WHERE written_here = 1 OR body = ?6
             ORDER BY id DESC LIMIT 1",
        )?
        .query_row(
            (chat, sender_id, author, nick, COMPARED, &new.body),
            |row| row.get(0),
        )
        .optional()?;
    match same {
        None if new.under_my_nick => find_mine(tx, chat, sender_id, &new.body),
        same => Ok(same),
    }
}

/// A message of mine with this id and these words; the line ends are XML's (XML 1.0 §2.11), not those of what I
/// wrote.
fn find_mine(tx: &Transaction<'_>, chat: i64, id: &str, body: &str) -> Result<Option<i64>> {
    let mut mine = tx.prepare_cached(
        "SELECT id, IIF(retracted, ?4, COALESCE(original, body)) FROM message WHERE chat = ?1 AND sender_id = ?2 AND author = 0
         ORDER BY id DESC LIMIT ?3",
    )?;
    let mut found = mine.query((chat, id, COMPARED, body))?;
    while let Some(row) = found.next()? {
        let written: String = row.get(1)?;
        if written.replace("\r\n", "\n").replace('\r', "\n") == body {
            return Ok(Some(row.get(0)?));
        }
    }
    Ok(None)
}

/// Takes over what only the copy knows.
pub(crate) fn merge(tx: &Transaction<'_>, copy: i64, new: &NewMessage) -> Result<Received> {
    // Only what is certainly the same message tells who said it: a copy with the same nick may be somebody else's.
    tx.prepare_cached(
        "UPDATE message SET occupant = ?2
         WHERE id = ?1 AND occupant IS NULL AND (stanza_id = ?3 OR author = 0 AND ?4)",
    )?
    .execute((
        copy,
        &new.occupant,
        &new.stanza_id,
        new.author == Author::Me,
    ))?;
    if new.stanza_id.is_some() {
        tx.prepare_cached("UPDATE message SET stanza_id = ?2 WHERE id = ?1 AND stanza_id IS NULL")?
            .execute((copy, &new.stanza_id))?;
    }
    let sent = tx
        .prepare_cached("UPDATE message SET delivery = 1 WHERE id = ?1 AND delivery = 0")?
        .execute([copy])?;
    Ok(match sent {
        0 => Received::Duplicate(MessageId(copy)),
        _ => Received::Updated(MessageId(copy)),
    })
}

/// Stores a message at a place of its chat; `settled` says that its archive has it there.
pub(crate) fn insert_at(
    tx: &Transaction<'_>,
    chat: i64,
    new: &NewMessage,
    place: i64,
    settled: bool,
) -> Result<Received> {
    let id = insert(tx, chat, new, place, settled)?;
    let unseen = !new.seen && new.author != Author::Me;
    chats::grow(tx, chat, id, unseen)?;
    changes::apply_kept(tx, chat, new, id)?;
    Ok(Received::New(MessageId(id)))
}

/// The row alone; what it means for its chat is still to be done.
pub(crate) fn insert(
    tx: &Transaction<'_>,
    chat: i64,
    new: &NewMessage,
    place: i64,
    settled: bool,
) -> Result<i64> {
    let (author, nick) = rows::author_columns(&new.author);
    let mine = new.author == Author::Me;
    let seen = new.seen || mine;
    tx.prepare_cached(
        "INSERT INTO message (chat, author, nick, sender_id, stanza_id, body, at, written_here, delivery, seen,
                              wants_receipt, markable, place, settled, occupant, encryption, reply_target, reply_mine,
                              unstyled, origin_id, said_to)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)",
    )?
    .execute(rusqlite::params![
        chat,
        author,
        nick,
        new.sender_id,
        new.stanza_id,
        new.body,
        new.at.0,
        // Another device of mine has sent it.
        mine.then_some(1),
        seen,
        new.wants_receipt,
        new.markable,
        place,
        settled,
        new.occupant,
        new.encryption,
        new.reply.as_ref().map(|reply| &reply.target),
        new.reply.as_ref().and_then(|reply| reply.mine),
        new.unstyled,
        new.origin_id,
        new.said_to,
    ])?;
    let id = tx.last_insert_rowid();
    if let (Some(told), Some(address)) = (&new.file, address_in(&new.body)) {
        files::note(tx, id, address, told)?;
    }
    Ok(id)
}
