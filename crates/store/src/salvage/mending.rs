//! What rows say about each other, made true again.

use super::source::{LARGEST, Source};
use crate::Result;
use rusqlite::Connection;

/// `gap` is the lowest number of a message that may be missing.
pub(super) fn mend(source: &Source<'_>, target: &Connection, gap: Option<i64>) -> Result<()> {
    target.execute_batch(
        "UPDATE account SET roster_version = NULL;
         UPDATE chat SET kind = 'room' WHERE id IN (SELECT chat FROM room);
         UPDATE chat SET kind = 'contact', accepted = 1
             WHERE kind = 'stranger' AND EXISTS (SELECT 1 FROM message WHERE chat = chat.id AND author = 0);
         UPDATE chat SET
             unread = (SELECT COUNT(*) FROM message WHERE chat = chat.id AND seen = 0),
             last_message = (SELECT id FROM message WHERE chat = chat.id AND deleted = 0 ORDER BY place DESC LIMIT 1);
         -- The index of words is made anew.
         DELETE FROM words_again;
         UPDATE words_known SET (oldest, newest) = (SELECT COALESCE(MAX(id), 0), COALESCE(MAX(id), 0) FROM message);",
    )?;
    keep_numbers(source, target)?;
    if let Some(gap) = gap {
        go_back(target, gap)?;
    }
    Ok(())
}

/// Numbers that were given out are not given out again, even if their rows are lost.
fn keep_numbers(source: &Source<'_>, target: &Connection) -> Result<()> {
    let mut raise =
        target.prepare("UPDATE sqlite_sequence SET seq = MAX(seq, ?2) WHERE name = ?1")?;
    let mut begin = target.prepare(
        "INSERT INTO sqlite_sequence (name, seq) SELECT name, ?2 FROM sqlite_schema
         WHERE type = 'table' AND name = ?1 AND sql LIKE '%AUTOINCREMENT%'",
    )?;
    source.each("SELECT name, seq FROM sqlite_sequence", &mut |row| {
        let (Ok(name), Ok(last)) = (row.get::<_, String>(0), row.get::<_, i64>(1)) else {
            return Ok(());
        };
        if (1..LARGEST).contains(&last) && raise.execute((&name, last))? == 0 {
            begin.execute((&name, last))?;
        }
        Ok(())
    })?;
    Ok(())
}

/// Archives are known only up to what lies before the gap: the rest is asked for again, and what is here already is
/// known by its id.
fn go_back(target: &Connection, gap: i64) -> Result<()> {
    target.execute(
        "CREATE TEMP TABLE before AS
         SELECT chat.account AS account, IIF(kind = 'room', jid, '') AS room, MAX(message.id) AS message
         FROM message JOIN chat ON chat.id = message.chat
         WHERE stanza_id IS NOT NULL AND message.id < ?1 GROUP BY 1, 2",
        [gap],
    )?;
    target.execute_batch(
        "UPDATE archive SET (entry, at) = (
             SELECT stanza_id, message.at FROM before JOIN message ON message.id = before.message
             WHERE before.account = archive.account AND before.room = archive.room)
         WHERE (account, room) IN (SELECT account, room FROM before);
         DELETE FROM archive WHERE (account, room) NOT IN (SELECT account, room FROM before);
         UPDATE chat SET archive_whole = (account, jid) IN (SELECT account, jid FROM deleted_chat);
         DROP TABLE before;",
    )?;
    Ok(())
}
