//! Gajim's `logs.db`: until 1.8 a table of lines, since then messages with accounts and addresses beside them.

use super::file::File;
use super::{ForeignSkip, LONGEST_NAME, Made, at, id, nick, person, text, words};
use crate::ForeignMessage;
use carillon_core::chat::Author;

/// Lines that are messages: in a room, and those that came and went, as chats and by themselves.
const SAID: &str = "logs.kind IN (2, 3, 4, 5, 6)";

/// `account_id` names the account's own address in `jids`; lines of before 1.0 have none.
pub(super) fn logs_accounts(file: &File) -> String {
    let account = file.column("logs", "account_id");
    format!(
        "SELECT mine.jid, COUNT(*) FROM logs LEFT JOIN jids AS mine ON mine.jid_id = {account}
         WHERE {SAID} GROUP BY mine.jid ORDER BY 2 DESC"
    )
}

pub(super) fn logs_keys(file: &File) -> String {
    let account = file.column("logs", "account_id");
    let error = file.column("logs", "error");
    format!(
        "SELECT logs.jid_id, time, log_line_id FROM logs LEFT JOIN jids AS mine ON mine.jid_id = {account}
         WHERE {SAID} AND {error} IS NULL AND COALESCE(mine.jid, '') = ?1"
    )
}

pub(super) fn logs_row(file: &File) -> String {
    let stanza = file.column("logs", "stanza_id");
    let message = file.column("logs", "message_id");
    format!(
        "SELECT kind, jids.jid, contact_name, message, {message}, {stanza},
             EXISTS (SELECT 1 FROM jids AS room WHERE room.type = 1
                 AND room.jid = substr(jids.jid, 1, instr(jids.jid, '/') - 1))
         FROM logs LEFT JOIN jids ON jids.jid_id = logs.jid_id WHERE log_line_id = ?1"
    )
}

pub(super) fn logs_message(row: &rusqlite::Row<'_>, millis: i64) -> Made {
    let kind: i64 = row.get(0).map_err(|_| ForeignSkip::Damaged)?;
    let chat = person(row, 1)?;
    if row.get(6).unwrap_or(false) {
        return Err(ForeignSkip::Private);
    }
    let author = match kind {
        2 => nick(text(row, 2, LONGEST_NAME))?,
        3 | 4 => Author::Contact,
        _ => Author::Me,
    };
    Ok(ForeignMessage {
        chat,
        room: kind == 2,
        author,
        body: words(row, 3)?,
        corrected: None,
        sender_id: id(row, 4),
        stanza_id: id(row, 5),
        at: at(millis),
        nth: 1,
    })
}

pub(super) const ACCOUNTS: &str = "SELECT account.jid, COUNT(*) FROM message
     LEFT JOIN account ON account.pk = message.fk_account_pk
     WHERE message.correction_id IS NULL GROUP BY account.jid ORDER BY 2 DESC";

/// What was refused has a row in `error`, where the server's words stand.
pub(super) fn keys(file: &File) -> String {
    let refused = if file.has("error", &["message_id", "fk_remote_pk", "fk_account_pk"]) {
        "EXISTS (SELECT 1 FROM error WHERE error.message_id = message.id
             AND error.fk_remote_pk = message.fk_remote_pk
             AND error.fk_account_pk = message.fk_account_pk AND message.direction = 2)"
    } else {
        "0"
    };
    format!(
        "SELECT fk_remote_pk, timestamp, message.pk FROM message
         LEFT JOIN account ON account.pk = message.fk_account_pk
         WHERE message.correction_id IS NULL AND NOT {refused} AND COALESCE(account.jid, '') = ?1"
    )
}

/// What was put in the place of other words is a message of its own that names these by their id.
pub(super) const CORRECTIONS: &str = "SELECT fk_remote_pk, direction = 2, correction_id,
         CASE WHEN type = 2 THEN resource END, text
     FROM message LEFT JOIN account ON account.pk = message.fk_account_pk
     WHERE correction_id IS NOT NULL AND COALESCE(account.jid, '') = ?1 ORDER BY timestamp, message.pk";

pub(super) const ROW: &str = "SELECT type, remote.jid, direction, resource, text, id, stanza_id
     FROM message LEFT JOIN remote ON remote.pk = message.fk_remote_pk WHERE message.pk = ?1";

pub(super) fn message(row: &rusqlite::Row<'_>, millis: i64) -> Made {
    let kind: i64 = row.get(0).map_err(|_| ForeignSkip::Damaged)?;
    let mine = row.get::<_, i64>(2).map_err(|_| ForeignSkip::Damaged)? == 2;
    let chat = person(row, 1)?;
    let (room, author) = match (kind, mine) {
        (1, true) => (false, Author::Me),
        (1, false) => (false, Author::Contact),
        (2, true) => (true, Author::Me),
        (2, false) => (true, nick(text(row, 3, LONGEST_NAME))?),
        (3, _) => return Err(ForeignSkip::Private),
        _ => return Err(ForeignSkip::Damaged),
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
