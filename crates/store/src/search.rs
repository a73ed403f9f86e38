//! Finding what was said.

use crate::files::{self, BRIEF};
use crate::words::{WORDS_OF, by_mark, chat_mark, month_mark};
use crate::{Reader, Result, ToIndex, rows};
use carillon_core::{
    chat::Author,
    files::FileBrief,
    ids::{AccountId, ChatRef, MessageId, Timestamp},
    search::{Part, SearchBy, SearchQuery, excerpt, parts},
};
use rusqlite::Row;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// The most messages that one answer names.
pub const SEARCH_LIMIT: u32 = 100;
/// The most hits in one chat that are walked through.
pub const FIND_LIMIT: u32 = 1_000;

/// Steps of SQLite's machine between two looks at whether anybody still wants the answer.
const LOOK_AFTER: i32 = 2_000;
/// A time span of more months is looked at message by message.
const MOST_MONTHS: usize = 24;

/// A message that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Which.
    pub message: MessageId,
    /// Its chat.
    pub chat: ChatRef,
    /// Who said it.
    pub author: Author,
    /// When.
    pub at: Timestamp,
    /// What was said around the first word that was looked for, in one line of some 200 characters; never markup.
    pub text: String,
    /// The file that it hands over.
    pub file: Option<FileBrief>,
}

/// What was found, what was learnt last first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// The messages.
    pub hits: Vec<Hit>,
    /// There is more behind the last of these.
    pub more: bool,
    /// Older messages are not in the index yet.
    pub incomplete: bool,
}

/// Asked now and then during a search; `true` ends it.
pub type Stop = Box<dyn Fn() -> bool + Send>;

impl Reader {
    /// Looks in all chats but those in Requests. `before` is the last message of the answer before. Nothing is found for
    /// a query that says nothing. `None` when it was stopped.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn search(
        &mut self,
        query: &SearchQuery,
        before: Option<MessageId>,
        limit: u32,
        stop: Stop,
    ) -> Result<Option<Found>> {
        let limit = limit.min(SEARCH_LIMIT);
        self.stoppable(stop, |reader| {
            let parts = parts(&query.words);
            let incomplete = reader.to_index()? == ToIndex::Old;
            let Some(matching) = reader.matching(query, &parts)? else {
                return Ok(Found {
                    incomplete,
                    ..Found::default()
                });
            };
            let nick = match &query.by {
                SearchBy::Occupant { nick } => Some(nick.as_str()),
                _ => None,
            };
            let mut hits = reader.hits(&matching, nick, query, before, limit + 1, &parts)?;
            let more = hits.len() > limit as usize;
            hits.truncate(limit as usize);
            Ok(Found {
                hits,
                more,
                incomplete,
            })
        })
    }

    /// The newest [`FIND_LIMIT`] messages of a chat in which words stand, in the chat's order. `None` when it was
    /// stopped.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn find_in_chat(
        &mut self,
        chat: &ChatRef,
        words: &str,
        stop: Stop,
    ) -> Result<Option<Vec<MessageId>>> {
        self.stoppable(stop, |reader| {
            let parts = parts(words);
            let query = SearchQuery {
                chat: Some(chat.clone()),
                ..SearchQuery::default()
            };
            let matching = reader.matching(&query, &parts)?;
            let Some(matching) = matching.filter(|_| !parts.is_empty()) else {
                return Ok(Vec::new());
            };
            let mut find = reader.connection.prepare_cached(
                "SELECT id FROM (
                     SELECT message.id AS id, message.place AS place
                     FROM message_words CROSS JOIN message ON message.id = message_words.rowid
                     WHERE message_words MATCH ?1 ORDER BY message_words.rowid DESC LIMIT ?2)
                 ORDER BY place",
            )?;
            let found = find.query_map((matching, FIND_LIMIT), |row| row.get(0).map(MessageId))?;
            Ok(found.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn hits(
        &self,
        matching: &str,
        nick: Option<&str>,
        query: &SearchQuery,
        before: Option<MessageId>,
        limit: u32,
        parts: &[Part],
    ) -> Result<Vec<Hit>> {
        // What an answer may begin at is given to the index: it goes on from there.
        let mut find = self.connection.prepare_cached(&format!(
            "SELECT message.id, author, nick, chat.account, chat.jid, message.at, substr(message.body, 1, ?7), {BRIEF}
             FROM message_words
             CROSS JOIN message ON message.id = message_words.rowid
             CROSS JOIN chat ON chat.id = message.chat
             LEFT JOIN message_file ON message_file.message = message.id
             WHERE message_words MATCH ?1 AND message_words.rowid < ?2 AND chat.kind <> 'stranger'
                 AND (?3 IS NULL OR nick = ?3) AND message.at >= ?4 AND message.at < ?5
             ORDER BY message_words.rowid DESC LIMIT ?6",
        ))?;
        let found = find.query_map(
            rusqlite::params![
                matching,
                before.map_or(i64::MAX, |message| message.0),
                nick,
                query.from.map_or(i64::MIN, |from| from.0),
                query.until.map_or(i64::MAX, |until| until.0),
                limit,
                WORDS_OF,
            ],
            |row| hit(row, parts),
        )?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }

    /// The query as the index understands it. Of what was typed it contains letters and digits between quotation marks
    /// only. `None` when nothing can be found.
    fn matching(&self, query: &SearchQuery, parts: &[Part]) -> Result<Option<String>> {
        let mut marks = Vec::new();
        if let Some(chat) = &query.chat {
            let row = rows::chat_row(&self.connection, chat.account, &chat.jid)?;
            let Some(row) = row else { return Ok(None) };
            marks.push(format!("\"{}\"", chat_mark(row)));
        }
        marks.extend(by_mark(&query.by).map(|mark| format!("\"{mark}\"")));
        marks.extend(months(query.from, query.until));
        let words: Vec<String> = parts
            .iter()
            .map(|part| {
                let open = if part.open { " *" } else { "" };
                format!("\"{}\"{open}", part.words.join(" "))
            })
            .collect();
        let columns = [("body", words), ("marks", marks)];
        let columns = columns.iter().filter(|(_, terms)| !terms.is_empty());
        let columns: Vec<String> = columns
            .map(|(column, terms)| format!("{{{column}}} : ({})", terms.join(" AND ")))
            .collect();
        Ok((!columns.is_empty()).then(|| columns.join(" AND ")))
    }

    /// Runs queries that end early once nobody wants their answer.
    fn stoppable<T>(
        &mut self,
        stop: Stop,
        work: impl FnOnce(&Self) -> Result<T>,
    ) -> Result<Option<T>> {
        let stopped = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&stopped);
        let look = move || {
            let stops = stop();
            told.fetch_or(stops, Ordering::Relaxed);
            stops
        };
        self.connection.progress_handler(LOOK_AFTER, Some(look))?;
        let done = work(self);
        self.connection.progress_handler(0, None::<fn() -> bool>)?;
        match done {
            Err(_) if stopped.load(Ordering::Relaxed) => Ok(None),
            done => done.map(Some),
        }
    }
}

fn hit(row: &Row<'_>, parts: &[Part]) -> rusqlite::Result<Hit> {
    Ok(Hit {
        message: MessageId(row.get(0)?),
        author: rows::author(row, 1, 2)?,
        chat: ChatRef {
            account: AccountId(row.get(3)?),
            jid: rows::any_jid(row, 4)?,
        },
        at: Timestamp(row.get(5)?),
        text: excerpt(row.get_ref(6)?.as_str()?, parts),
        file: files::brief(row, 7)?,
    })
}

/// The months of a time span that has an end on both sides, in UTC as the index has them.
fn months(from: Option<Timestamp>, until: Option<Timestamp>) -> Option<String> {
    let month = |at: Timestamp| {
        let at = jiff::Timestamp::from_millisecond(at.0).ok()?;
        Some(at.to_zoned(jiff::tz::TimeZone::UTC).date().first_of_month())
    };
    let (mut at, end) = (month(from?)?, month(until?.plus_millis(-1))?);
    let mut marks = Vec::new();
    while at <= end {
        if marks.len() >= MOST_MONTHS {
            return None;
        }
        let mark = month_mark(&at.strftime("%Y%m").to_string());
        marks.push(format!("\"{mark}\""));
        at = at.checked_add(jiff::Span::new().months(1)).ok()?;
    }
    (!marks.is_empty()).then(|| format!("({})", marks.join(" OR ")))
}
