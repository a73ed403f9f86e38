//! Dino's `dino.db`.

use super::file::File;
use super::{ForeignSkip, LONGEST_NAME, Made, at, id, nick, person, text, words};
use crate::ForeignMessage;
use carillon_core::chat::Author;

/// Types of messages: 1 to a contact, 2 to a room, 3 in private to somebody in a room. 0 tells of an error.
pub(super) const ACCOUNTS: &str = "SELECT account.bare_jid, COUNT(*) FROM message
     LEFT JOIN account ON account.id = message.account_id
     WHERE message.type IN (1, 2, 3) GROUP BY account.bare_jid ORDER BY 2 DESC";

/// What I wrote and no server took is marked as waiting (4), not to be sent (5), being sent (6) or refused (8). A
/// correction is a message of its own, and a row that says what it is about.
pub(super) fn keys(file: &File) -> String {
    let corrects = if corrections(file).is_some() {
        "EXISTS (SELECT 1 FROM message_correction WHERE message_id = message.id)"
    } else {
        "0"
    };
    format!(
        "SELECT counterpart_id, time, message.id FROM message
         LEFT JOIN account ON account.id = message.account_id
         WHERE message.type IN (1, 2, 3) AND NOT {corrects}
             AND NOT (direction = 1 AND COALESCE(marked, 0) IN (4, 5, 6, 8))
             AND COALESCE(account.bare_jid, '') = ?1"
    )
}

pub(super) fn corrections(file: &File) -> Option<&'static str> {
    let is_there = file.has("message_correction", &["message_id", "to_stanza_id"]);
    is_there.then_some(
        "SELECT counterpart_id, direction, to_stanza_id,
             CASE WHEN type = 2 THEN counterpart_resource END, body
         FROM message_correction JOIN message ON message.id = message_id
         LEFT JOIN account ON account.id = message.account_id
         WHERE COALESCE(account.bare_jid, '') = ?1 ORDER BY message.id",
    )
}

pub(super) fn row(file: &File) -> String {
    let server = file.column("message", "server_id");
    format!(
        "SELECT message.type, jid.bare_jid, direction, counterpart_resource, body, stanza_id, {server}
         FROM message LEFT JOIN jid ON jid.id = message.counterpart_id WHERE message.id = ?1"
    )
}

pub(super) fn message(row: &rusqlite::Row<'_>, millis: i64) -> Made {
    let kind: i64 = row.get(0).map_err(|_| ForeignSkip::Damaged)?;
    let mine: bool = row.get(2).map_err(|_| ForeignSkip::Damaged)?;
    let chat = person(row, 1)?;
    let (room, author) = match (kind, mine) {
        (1, true) => (false, Author::Me),
        (1, false) => (false, Author::Contact),
        (2, true) => (true, Author::Me),
        (2, false) => (true, nick(text(row, 3, LONGEST_NAME))?),
        _ => return Err(ForeignSkip::Private),
    };
    Ok(ForeignMessage {
        chat,
        room,
        author,
        body: words(row, 4)?,
        corrected: None,
        sender_id: id(row, 5),
        stanza_id: id(row, 6),
        at: at(millis),
        nth: 1,
    })
}
