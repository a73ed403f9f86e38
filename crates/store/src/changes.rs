//! What is said about earlier messages: kept beside them, and shown in them.
//!
//! Only the author of a message may change it: in a chat of two the same of both, in a room who is known to be the same
//! occupant, never who only has the same nick. What comes before its message waits for it.

mod mine;
mod moderated;
mod reactions;

pub use mine::{Failed, WaitingChange};
pub(crate) use mine::{about_which, place_at_end};
pub(crate) use moderated::moderated;
#[cfg(test)]
pub(crate) use reactions::NAMED;
pub(crate) use reactions::shown_in;

use crate::receive::{self, NewMessage, Received};
use crate::{Reader, Result, rows};
use carillon_core::{
    chat::{Author, Version},
    ids::{MessageId, Timestamp},
    session::{About, Change},
};
use rusqlite::{OptionalExtension, Transaction};

/// How many messages with the same id are compared; see [`receive`].
const COMPARED: i64 = 16;
/// How many changes of a chat wait for their messages: a sender may name what never comes.
const KEPT: i64 = 1_000;

/// When a change was said, compared with those that are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Said {
    /// It came by itself: after them.
    Now,
    /// It is the next entry of an archive.
    Next,
    /// It is an entry of an archive before all that is stored.
    Before,
}

impl Reader {
    /// What a message has said, the first words first. One version if it was never corrected, none if there is no such
    /// message.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn versions(&self, message: MessageId) -> Result<Vec<Version>> {
        let mut query = self.connection.prepare_cached(
            "SELECT words, at FROM (
                SELECT COALESCE(original, body) AS words, at, 0 AS waits, -9223372036854775808 AS place
                    FROM message WHERE id = ?1
                UNION ALL
                SELECT words, at, delivery IS 0, place FROM change WHERE message = ?1 AND kind = 'correction')
             ORDER BY waits, place",
        )?;
        let found = query.query_map([message.0], |row| {
            Ok(Version {
                body: row.get(0)?,
                at: Timestamp(row.get(1)?),
            })
        })?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }
}

/// Takes what a message says about an earlier one. `None` where it is to be taken for a message itself: its author has
/// said nothing under that id, so that nobody would ever see these words.
pub(crate) fn receive(
    tx: &Transaction<'_>,
    chat: i64,
    new: &NewMessage,
    about: &About,
    said: Said,
) -> Result<Option<Received>> {
    if let Some(copy) = find_copy(tx, chat, new, about)? {
        return merge(tx, chat, copy, new, said).map(Some);
    }
    match about.change {
        Change::Correction => correct(tx, chat, new, about, said),
        Change::Reactions(_) => react(tx, chat, new, about, said).map(Some),
        Change::Retraction => retract(tx, chat, new, about, said).map(Some),
        Change::Moderation(_) => moderated::receive(tx, chat, new, about, said),
    }
}

fn correct(
    tx: &Transaction<'_>,
    chat: i64,
    new: &NewMessage,
    about: &About,
    said: Said,
) -> Result<Option<Received>> {
    let taken_for_message = receive::find_copy(tx, chat, new)?;
    let message = find_target(tx, chat, new, &about.target)?;
    match (message, taken_for_message) {
        (None, Some(copy)) => return receive::merge(tx, copy, new).map(Some),
        (None, None) if said == Said::Now => return Ok(None),
        (Some(message), Some(stand_in)) if stand_in != message => {
            take_back(tx, chat, stand_in, message)?;
        }
        _ => {}
    }
    insert(tx, chat, new, about, message, said)?;
    let Some(message) = message else {
        forget_oldest_kept(tx, chat)?;
        return Ok(Some(Received::Kept));
    };
    apply(tx, message)?;
    Ok(Some(Received::Changed(MessageId(message))))
}

fn retract(
    tx: &Transaction<'_>,
    chat: i64,
    new: &NewMessage,
    about: &About,
    said: Said,
) -> Result<Received> {
    let named = if new.room {
        find_named(tx, chat, new, &about.target)?
    } else {
        find_target(tx, chat, new, &about.target)?
    };
    insert(tx, chat, new, about, named, said)?;
    let Some(message) = named else {
        forget_oldest_kept(tx, chat)?;
        return Ok(Received::Kept);
    };
    apply(tx, message)?;
    Ok(Received::Changed(MessageId(message)))
}

/// The author's own message that a room, or in a room that names none they themselves, gave this id.
fn find_named(tx: &Transaction<'_>, chat: i64, new: &NewMessage, id: &str) -> Result<Option<i64>> {
    let mut named = tx.prepare_cached(
        "SELECT id, author, occupant FROM message
         WHERE chat = ?1 AND (stanza_id = ?2 OR sender_id = ?2 AND stanza_id IS NULL)
         ORDER BY stanza_id IS NULL, id DESC LIMIT ?3",
    )?;
    let mut found = named.query((chat, id, COMPARED))?;
    while let Some(row) = found.next()? {
        let occupant: Option<String> = row.get(2)?;
        if is_by(new, row.get(1)?, occupant.as_deref()) {
            return Ok(Some(row.get(0)?));
        }
    }
    Ok(None)
}

fn react(
    tx: &Transaction<'_>,
    chat: i64,
    new: &NewMessage,
    about: &About,
    said: Said,
) -> Result<Received> {
    let Some(message) = reactions::find_target(tx, chat, new, &about.target)? else {
        insert(tx, chat, new, about, None, said)?;
        forget_oldest_kept(tx, chat)?;
        return Ok(Received::Kept);
    };
    let before = reactions::given(tx, message, new)?;
    insert(tx, chat, new, about, Some(message), said)?;
    let after = reactions::given(tx, message, new)?;
    Ok(Received::Reacted {
        message: MessageId(message),
        more: after.iter().any(|sign| !before.contains(sign)),
    })
}

/// Whether something came before the message of this chat that it is about.
pub(crate) fn keeps(tx: &Transaction<'_>, chat: i64) -> Result<bool> {
    Ok(tx
        .prepare_cached("SELECT 1 FROM change WHERE chat = ?1 AND message IS NULL")?
        .exists([chat])?)
}

/// A message was stored: what came before it and is about it holds.
pub(crate) fn apply_kept(
    tx: &Transaction<'_>,
    chat: i64,
    new: &NewMessage,
    message: i64,
) -> Result<()> {
    let (kept, mut any) = (kept_for(tx, chat, new)?, false);
    for one in kept {
        let may = !one.shows || one.moderated || is_by(new, one.author, one.occupant.as_deref());
        if may {
            tx.prepare_cached("UPDATE change SET message = ?2 WHERE id = ?1")?
                .execute((one.change, message))?;
            any |= one.shows;
        }
    }
    if any {
        apply(tx, message)?;
    }
    Ok(())
}

/// What waits for a message.
struct Kept {
    change: i64,
    /// The message looks different for it.
    shows: bool,
    author: i64,
    occupant: Option<String>,
    /// The room says it, whoever its author is.
    moderated: bool,
}

fn kept_for(tx: &Transaction<'_>, chat: i64, new: &NewMessage) -> Result<Vec<Kept>> {
    let mut query = tx.prepare_cached(
        "SELECT id, kind <> 'reactions', author, occupant, moderated FROM change
         WHERE chat = ?1 AND message IS NULL
             AND (target IN (?2, ?5) AND NOT moderated AND (kind <> 'reactions' OR NOT ?4)
                  OR target = ?3 AND kind <> 'correction' AND ?4)",
    )?;
    let names = (
        chat,
        &new.sender_id,
        &new.stanza_id,
        new.room,
        &new.origin_id,
    );
    let found = query.query_map(names, |row| {
        Ok(Kept {
            change: row.get(0)?,
            shows: row.get(1)?,
            author: row.get(2)?,
            occupant: row.get(3)?,
            moderated: row.get(4)?,
        })
    })?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// Shows in a message what was last said about it; what waits to be sent will be the last. Answers whether it looks
/// different now.
pub(crate) fn apply(tx: &Transaction<'_>, message: i64) -> Result<bool> {
    if is_gone(tx, message)? {
        return forget_words(tx, message);
    }
    let words: Option<String> = tx
        .prepare_cached(
            "SELECT words FROM change WHERE message = ?1 AND kind = 'correction'
             ORDER BY delivery IS 0 DESC, place DESC LIMIT 1",
        )?
        .query_row([message], |row| row.get(0))
        .optional()?;
    let changed = match words {
        Some(words) => tx
            .prepare_cached(
                "UPDATE message SET original = COALESCE(original, body), body = ?2, encryption = NULL
                 WHERE id = ?1 AND (original IS NULL OR body <> ?2)",
            )?
            .execute((message, words))?,
        None => 0,
    };
    Ok(changed > 0)
}

/// Whether its author or a moderator has taken a message back, or I have deleted it here.
fn is_gone(tx: &Transaction<'_>, message: i64) -> Result<bool> {
    Ok(tx
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM change WHERE message = ?1 AND kind = 'retraction')
                 OR (SELECT deleted FROM message WHERE id = ?1)",
        )?
        .query_row([message], |row| row.get(0))?)
}

/// Of what is gone nothing is left to be read, nor to be seen.
fn forget_words(tx: &Transaction<'_>, message: i64) -> Result<bool> {
    tx.prepare_cached("DELETE FROM change WHERE message = ?1 AND kind = 'correction'")?
        .execute([message])?;
    tx.prepare_cached(
        "UPDATE chat SET unread = MAX(unread - 1, 0)
         WHERE id = (SELECT chat FROM message WHERE id = ?1 AND seen = 0)",
    )?
    .execute([message])?;
    for rest in [
        "DELETE FROM out_of_tray WHERE message = ?1",
        "DELETE FROM message_file WHERE message = ?1",
    ] {
        tx.prepare_cached(rest)?.execute([message])?;
    }
    let changed = tx
        .prepare_cached(
            "UPDATE message SET body = '', original = NULL, encryption = NULL, reply_target = NULL, retracted = 1, seen = 1
             WHERE id = ?1 AND (retracted = 0 OR body <> '')",
        )?
        .execute([message])?;
    Ok(changed > 0)
}

fn kind(change: &Change) -> &'static str {
    match change {
        Change::Correction => "correction",
        Change::Reactions(_) => "reactions",
        Change::Retraction | Change::Moderation(_) => "retraction",
    }
}

/// What is stored of it.
fn words<'a>(body: &'a str, change: &Change) -> std::borrow::Cow<'a, str> {
    match change {
        Change::Correction => body.into(),
        Change::Retraction => "".into(),
        Change::Moderation(moderated) => moderated.words.clone().into(),
        Change::Reactions(signs) => reactions::written(signs).into(),
    }
}

/// Whether a stored author is the one of a message that came.
fn is_by(new: &NewMessage, author: i64, occupant: Option<&str>) -> bool {
    let same_occupant = occupant.is_some() && occupant == new.occupant.as_deref();
    match new.author {
        Author::Me => author == 0 || new.room && same_occupant,
        Author::Contact => author == 1,
        Author::Occupant { .. } => same_occupant,
    }
}

/// The author's own message with this id, which may be its `origin-id`, or the one that their correction with
/// this id was about.
fn find_target(tx: &Transaction<'_>, chat: i64, new: &NewMessage, id: &str) -> Result<Option<i64>> {
    for query in [
        "SELECT id, author, occupant FROM message WHERE chat = ?1 AND sender_id = ?2
         ORDER BY id DESC LIMIT ?3",
        "SELECT id, author, occupant FROM message WHERE chat = ?1 AND origin_id = ?2
         ORDER BY id DESC LIMIT ?3",
        "SELECT message, author, occupant FROM change
         WHERE chat = ?1 AND sender_id = ?2 AND kind = 'correction' AND message IS NOT NULL
         ORDER BY id DESC LIMIT ?3",
    ] {
        let mut named = tx.prepare_cached(query)?;
        let mut found = named.query((chat, id, COMPARED))?;
        while let Some(row) = found.next()? {
            let occupant: Option<String> = row.get(2)?;
            if is_by(new, row.get(1)?, occupant.as_deref()) {
                return Ok(Some(row.get(0)?));
            }
        }
    }
    Ok(None)
}

/// The same change, come by another way.
fn find_copy(
    tx: &Transaction<'_>,
    chat: i64,
    new: &NewMessage,
    about: &About,
) -> Result<Option<i64>> {
    if let Some(stanza_id) = &new.stanza_id {
        let same = tx
            .prepare_cached("SELECT id FROM change WHERE chat = ?1 AND stanza_id = ?2")?
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
    Ok(tx
        .prepare_cached(
            "SELECT id FROM change
             WHERE chat = ?1 AND sender_id = ?2 AND target = ?5 AND kind = ?6
                 AND (author = ?3 AND nick = ?4 AND (words = ?7 OR delivery IS NOT NULL)
                      OR ?8 AND author = 0 AND words = ?7)
             ORDER BY id DESC LIMIT 1",
        )?
        .query_row(
            (
                chat,
                sender_id,
                author,
                nick,
                &about.target,
                kind(&about.change),
                words(&new.body, &about.change),
                new.under_my_nick,
            ),
            |row| row.get(0),
        )
        .optional()?)
}

fn merge(
    tx: &Transaction<'_>,
    chat: i64,
    copy: i64,
    new: &NewMessage,
    said: Said,
) -> Result<Received> {
    if new.stanza_id.is_some() {
        tx.prepare_cached(
            "UPDATE OR IGNORE change SET stanza_id = ?2 WHERE id = ?1 AND stanza_id IS NULL",
        )?
        .execute((copy, &new.stanza_id))?;
    }
    // The server has it: a copy came back from there.
    let sent = tx
        .prepare_cached(
            "UPDATE change SET delivery = 1, failure = '' WHERE id = ?1 AND delivery IN (0, 4)",
        )?
        .execute([copy])?;
    if said == Said::Next || sent > 0 {
        place_at_end(tx, chat, copy)?;
    }
    let message: Option<i64> = tx
        .prepare_cached("SELECT message FROM change WHERE id = ?1")?
        .query_row([copy], |row| row.get(0))?;
    let Some(message) = message else {
        return Ok(Received::Kept);
    };
    Ok(if apply(tx, message)? || sent > 0 {
        Received::Updated(MessageId(message))
    } else {
        Received::Duplicate(MessageId(message))
    })
}

fn insert(
    tx: &Transaction<'_>,
    chat: i64,
    new: &NewMessage,
    about: &About,
    message: Option<i64>,
    said: Said,
) -> Result<()> {
    let (author, nick, occupant, moderated) = match &about.change {
        Change::Moderation(moderated) => (2, moderated.by.as_str(), None, true),
        _ => {
            let (author, nick) = rows::author_columns(&new.author);
            (author, nick, new.occupant.as_deref(), false)
        }
    };
    let place = match said {
        Said::Now | Said::Next => "COALESCE(MAX(place), 0) + 1",
        Said::Before => "COALESCE(MIN(place), 0) - 1",
    };
    tx.prepare_cached(&format!(
        "INSERT INTO change (chat, message, kind, target, author, nick, occupant, sender_id, stanza_id, words, at, moderated, place)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, {place} FROM change WHERE chat = ?1"
    ))?
    .execute(rusqlite::params![
        chat,
        message,
        kind(&about.change),
        about.target,
        author,
        nick,
        occupant,
        new.sender_id,
        new.stanza_id,
        words(&new.body, &about.change),
        new.at.0,
        moderated,
    ])?;
    Ok(())
}

/// What was taken for a message, as long as the one that it corrects was missing, is one no more.
fn take_back(tx: &Transaction<'_>, chat: i64, stand_in: i64, message: i64) -> Result<()> {
    let (seen, written_here): (bool, bool) = tx
        .prepare_cached("SELECT seen, written_here FROM message WHERE id = ?1")?
        .query_row([stand_in], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if written_here {
        return Ok(());
    }
    tx.prepare_cached("DELETE FROM message WHERE id = ?1")?
        .execute([stand_in])?;
    if seen {
        tx.prepare_cached("UPDATE message SET seen = 1 WHERE id = ?1")?
            .execute([message])?;
    }
    tx.prepare_cached(
        "UPDATE chat SET unread = (SELECT COUNT(*) FROM message WHERE chat = ?1 AND seen = 0),
             last_message = (SELECT id FROM message WHERE chat = ?1 AND deleted = 0 ORDER BY place DESC LIMIT 1)
         WHERE id = ?1",
    )?
    .execute([chat])?;
    Ok(())
}

fn forget_oldest_kept(tx: &Transaction<'_>, chat: i64) -> Result<()> {
    tx.prepare_cached(
        "DELETE FROM change WHERE chat = ?1 AND message IS NULL AND id <=
             (SELECT id FROM change WHERE chat = ?1 AND message IS NULL ORDER BY id DESC LIMIT 1 OFFSET ?2)",
    )?
    .execute((chat, KEPT))?;
    Ok(())
}
