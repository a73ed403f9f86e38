//! The index of words. It follows what is stored: never in the transaction that stores a message, always in small steps
//! of its own, so that nothing waits for it. A step and what it leaves to be done are one transaction.

use crate::{Reader, Result, Store};
use carillon_core::search::SearchBy;
use rusqlite::{OptionalExtension, Row, Transaction};

/// Characters of a message whose words are found. More is a file that was pasted.
pub(crate) const WORDS_OF: i64 = 100_000;

/// Bytes of text, after which a step ends early.
const STEP: usize = 128 * 1024;

/// Pages of the index that a step merges: a few times as many as it adds, so that it stays in few parts.
const MERGED: i64 = 24;

/// What an index step left to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToIndex {
    /// Nothing.
    Nothing,
    /// What came, changed or went lately.
    New,
    /// Only what was there before the index.
    Old,
}

impl Store {
    /// Takes the words of at most so many messages into the index, or out of it: those that came, changed or went, then
    /// older ones. What a loss of power undoes of it is done again.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says; the step can be tried again.
    pub fn index_words(&mut self, most: u32) -> Result<ToIndex> {
        let left = self.derived(|tx| {
            let mut step = Step {
                tx,
                left: most,
                bytes: STEP,
            };
            step.again()?;
            step.newer()?;
            step.older()?;
            if step.left < most {
                tx.prepare_cached(
                    "INSERT INTO message_words (message_words, rank) VALUES ('merge', ?1)",
                )?
                .execute([MERGED])?;
            }
            to_index(tx)
        })?;
        self.keep_log_short()?;
        Ok(left)
    }
}

impl Reader {
    /// What the index does not hold yet.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn to_index(&self) -> Result<ToIndex> {
        to_index(&self.connection)
    }
}

fn to_index(connection: &rusqlite::Connection) -> Result<ToIndex> {
    let (new, old): (bool, bool) = connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM words_again) OR EXISTS (SELECT 1 FROM message WHERE id > newest),
                    oldest > 0
             FROM words_known",
        )?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(match (new, old) {
        (true, _) => ToIndex::New,
        (false, true) => ToIndex::Old,
        (false, false) => ToIndex::Nothing,
    })
}

struct Step<'a> {
    tx: &'a Transaction<'a>,
    /// Messages that the step may still take.
    left: u32,
    bytes: usize,
}

/// What the index takes of a message.
struct Said {
    id: i64,
    body: String,
    marks: String,
}

/// A file is found by what it is called; the words of its message are its address.
const SAID: &str = "SELECT id,
        substr(COALESCE((SELECT name FROM message_file WHERE message_file.message = message.id), body), 1, ?2), chat, author, nick,
        strftime('%Y%m', at / 1000, 'unixepoch') FROM message";

fn said(row: &Row<'_>) -> rusqlite::Result<Said> {
    let month: Option<String> = row.get(5)?;
    let mut marks = format!(
        "{} {}",
        chat_mark(row.get(2)?),
        author_mark(row.get(3)?, row.get_ref(4)?.as_str()?)
    );
    // What a server calls a time may be in no year that there is.
    if let Some(month) = month {
        marks.push(' ');
        marks.push_str(&month_mark(&month));
    }
    Ok(Said {
        id: row.get(0)?,
        body: row.get(1)?,
        marks,
    })
}

impl Step<'_> {
    fn again(&mut self) -> Result<()> {
        let mut waiting = self
            .tx
            .prepare_cached("SELECT message FROM words_again ORDER BY message LIMIT ?1")?;
        let ids: Vec<i64> = waiting
            .query_map([self.left], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        for id in ids {
            if self.is_full() {
                break;
            }
            self.tx
                .prepare_cached("DELETE FROM message_words WHERE rowid = ?1")?
                .execute([id])?;
            let found = self
                .tx
                .prepare_cached(&format!(
                    "{SAID} WHERE id = ?1 AND EXISTS
                         (SELECT 1 FROM words_known WHERE message.id > oldest AND message.id <= newest)"
                ))?
                .query_row((id, WORDS_OF), said)
                .optional()?;
            match found {
                Some(found) => self.take(&found)?,
                None => self.left = self.left.saturating_sub(1),
            }
            self.tx
                .prepare_cached("DELETE FROM words_again WHERE message = ?1")?
                .execute([id])?;
        }
        Ok(())
    }

    fn newer(&mut self) -> Result<()> {
        let last = self.pass(&format!(
            "{SAID} WHERE id > (SELECT newest FROM words_known) AND ?1 ORDER BY id"
        ))?;
        if let Some(last) = last {
            self.tx
                .prepare_cached("UPDATE words_known SET newest = ?1")?
                .execute([last])?;
        }
        Ok(())
    }

    fn older(&mut self) -> Result<()> {
        if self.is_full() {
            return Ok(());
        }
        let last = self.pass(&format!(
            "{SAID} WHERE id <= (SELECT oldest FROM words_known) AND ?1 ORDER BY id DESC"
        ))?;
        // With room left there was nothing more.
        let oldest = if self.is_full() {
            last.map(|last| last.saturating_sub(1))
        } else {
            Some(0)
        };
        if let Some(oldest) = oldest {
            self.tx
                .prepare_cached("UPDATE words_known SET oldest = ?1 WHERE oldest > ?1")?
                .execute([oldest])?;
        }
        Ok(())
    }

    /// Takes what a query gives until the step is full. Answers the last one taken.
    fn pass(&mut self, query: &str) -> Result<Option<i64>> {
        let mut query = self.tx.prepare_cached(query)?;
        let mut rows = query.query((true, WORDS_OF))?;
        let mut last = None;
        while !self.is_full() {
            let Some(row) = rows.next()? else { break };
            let found = said(row)?;
            self.take(&found)?;
            last = Some(found.id);
        }
        Ok(last)
    }

    fn take(&mut self, said: &Said) -> Result<()> {
        self.tx
            .prepare_cached("INSERT INTO message_words (rowid, body, marks) VALUES (?1, ?2, ?3)")?
            .execute((said.id, &said.body, &said.marks))?;
        self.left = self.left.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(said.body.len());
        Ok(())
    }

    fn is_full(&self) -> bool {
        self.left == 0 || self.bytes == 0
    }
}

pub(crate) fn chat_mark(chat: i64) -> String {
    format!("zqc{chat}")
}

fn author_mark(author: i64, nick: &str) -> String {
    match author {
        2 => format!("zqa2 {}", nick_mark(nick)),
        author => format!("zqa{author}"),
    }
}

/// Nicks that begin alike have one mark: the row itself says which it is.
fn nick_mark(nick: &str) -> String {
    let digits = nick.bytes().take(24).map(|byte| format!("{byte:02x}"));
    format!("zqn{}", digits.collect::<String>())
}

pub(crate) fn month_mark(month: &str) -> String {
    format!("zqm{month}")
}

/// The mark of what somebody said, `None` for everybody's.
pub(crate) fn by_mark(by: &SearchBy) -> Option<String> {
    match by {
        SearchBy::Anyone => None,
        SearchBy::Me => Some(author_mark(0, "")),
        SearchBy::Contact => Some(author_mark(1, "")),
        SearchBy::Occupant { nick } => Some(nick_mark(nick)),
    }
}
