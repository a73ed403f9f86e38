//! Histories that other programs keep in SQLite. They are read and never changed, and anybody may have made them: what is
//! asked costs no more than the file is long, and a row that makes no sense is left out and counted.

mod dino;
mod file;
mod gajim;

use crate::ForeignMessage;
use carillon_core::chat::Author;
use carillon_core::ids::Timestamp;
use carillon_core::{BareJid, Jid};
use file::File;
use rusqlite::{Row, Statement, types::ValueRef};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// So many messages are read at most.
const MOST: usize = 4_000_000;
/// So many corrections are remembered while messages are read.
const CORRECTIONS: usize = 100_000;
/// Bytes of a message: more is a file that somebody has pasted, and no server takes it.
const LONGEST: usize = 256 * 1024;
/// Bytes of a nick or an id.
const LONGEST_NAME: usize = 3 * 1024;
/// 2100-01-01, in milliseconds: nothing was said later, and before 1990 nothing over this network.
const TIMES: std::ops::Range<i64> = 631_152_000_000..4_102_444_800_000;

/// Why a file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ForeignError {
    /// It is no database, or not this program's.
    #[error("this is no history of that program ({0}); it was not changed")]
    NotOne(String),
    /// SQLite or the system could not read it.
    #[error("it cannot be read ({0}); it was not changed")]
    Unreadable(String),
    /// Reading was stopped, or took longer than a file of this size can.
    #[error("reading it was given up; it was not changed")]
    GivenUp,
}

impl From<rusqlite::Error> for ForeignError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::OperationInterrupted) => Self::GivenUp,
            Some(rusqlite::ErrorCode::NotADatabase) => Self::NotOne(error.to_string()),
            _ => Self::Unreadable(error.to_string()),
        }
    }
}

/// A program that keeps what was said in SQLite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForeignKind {
    /// `logs.db`, of all versions.
    Gajim,
    /// `dino.db`.
    Dino,
}

/// Why a row is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ForeignSkip {
    /// With whom it was said is no address.
    Address,
    /// It has no words, or more than a message can have.
    Words,
    /// When it was said is no time.
    Time,
    /// It does not say who said it.
    Author,
    /// It was said in private to somebody in a room.
    Private,
    /// It cannot be read.
    Damaged,
}

/// Somebody whose history a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignAccount {
    /// How the file names them; empty where it does not say whose history it is.
    pub name: String,
    /// How many rows that are messages.
    pub messages: u32,
}

/// A row that is to be read: sorted by chat and, in a chat, the newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key {
    chat: i64,
    at: i64,
    row: i64,
}

/// Another program's history.
#[derive(Debug)]
pub struct ForeignHistory {
    file: File,
    schema: Schema,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Schema {
    /// Of Gajim until 1.8.
    Logs,
    /// Of Gajim from 1.9 on, with version 7 of its archive.
    Archive,
    Dino,
}

/// What is done with each row. `false` ends the reading.
pub type TakeForeign<'a> = dyn FnMut(Result<ForeignMessage, ForeignSkip>) -> bool + 'a;

impl ForeignHistory {
    /// Opens a file to read it. Whoever sets `stop` ends what is being read.
    ///
    /// # Errors
    /// When it is none of that program's.
    pub fn open(
        kind: ForeignKind,
        path: &Path,
        stop: Arc<AtomicBool>,
    ) -> Result<Self, ForeignError> {
        let file = File::open(path, stop)?;
        let schema = match kind {
            ForeignKind::Gajim if file.has("logs", &["log_line_id", "jid_id", "time", "kind"]) => {
                Schema::Logs
            }
            ForeignKind::Gajim if file.has("message", &["pk", "fk_remote_pk", "timestamp"]) => {
                Schema::Archive
            }
            ForeignKind::Dino if file.has("message", &["id", "counterpart_id", "direction"]) => {
                Schema::Dino
            }
            _ => return Err(ForeignError::NotOne("its tables are others".to_owned())),
        };
        Ok(Self { file, schema })
    }

    /// Whose histories it holds, with something in them.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn accounts(&self) -> Result<Vec<ForeignAccount>, ForeignError> {
        let query = match self.schema {
            Schema::Logs => gajim::logs_accounts(&self.file),
            Schema::Archive => gajim::ACCOUNTS.to_owned(),
            Schema::Dino => dino::ACCOUNTS.to_owned(),
        };
        let mut query = self.file.prepare(&query)?;
        let mut rows = query.query([])?;
        let mut accounts = Vec::new();
        while let Some(row) = rows.next()? {
            let name = text(row, 0, LONGEST_NAME).unwrap_or_default();
            let messages = row.get(1).unwrap_or(0);
            // No program has so many accounts.
            if messages > 0 && accounts.len() < 200 {
                accounts.push(ForeignAccount { name, messages });
            }
        }
        Ok(accounts)
    }

    /// Hands over what somebody said and heard, chat by chat and, in a chat, the newest first. `count` is told before how
    /// many rows there are.
    ///
    /// # Errors
    /// When it cannot be read; what was handed over before stays so.
    pub fn read(
        &self,
        whose: &str,
        count: &mut dyn FnMut(usize),
        take: &mut TakeForeign<'_>,
    ) -> Result<(), ForeignError> {
        let file = &self.file;
        let (keys, one, corrections) = match self.schema {
            Schema::Logs => (gajim::logs_keys(file), gajim::logs_row(file), None),
            Schema::Archive => (
                gajim::keys(file),
                gajim::ROW.to_owned(),
                Some(gajim::CORRECTIONS),
            ),
            Schema::Dino => (dino::keys(file), dino::row(file), dino::corrections(file)),
        };
        let make = match self.schema {
            Schema::Logs => gajim::logs_message,
            Schema::Archive => gajim::message,
            Schema::Dino => dino::message,
        };
        let keys = self.keys(&keys, whose)?;
        count(keys.len());
        let corrections = match corrections {
            Some(query) => self.corrections(query, whose)?,
            None => Corrections::new(),
        };
        let mut one = self.file.prepare(&one)?;
        let mut last = Alike::default();
        for key in keys {
            let made = match fetch(&mut one, key, make) {
                Err(ForeignError::GivenUp) => return Err(ForeignError::GivenUp),
                Err(_) => Err(ForeignSkip::Damaged),
                Ok(made) => made,
            };
            let made = made.and_then(|mut message| {
                message.corrected = newer(&corrections, key.chat, &message);
                last.numbered(key, message)
            });
            if !take(made) {
                return Ok(());
            }
        }
        Ok(())
    }

    /// What a question answers first.
    #[cfg(test)]
    pub(crate) fn asked(&self, query: &str) -> Result<i64, ForeignError> {
        Ok(self.file.prepare(query)?.query_row([], |row| row.get(0))?)
    }

    fn corrections(&self, query: &str, whose: &str) -> Result<Corrections, ForeignError> {
        let mut query = self.file.prepare(query)?;
        let mut rows = query.query([whose])?;
        let mut corrections = Corrections::new();
        while let Some(row) = rows.next()? {
            let mine = row.get(1).unwrap_or(false);
            // In a room my nick is mine, whatever it was.
            let nick = text(row, 3, LONGEST_NAME).filter(|_| !mine);
            let (Some(id), Ok(words)) = (id(row, 2), words(row, 4)) else {
                continue;
            };
            let about = (row.get(0).unwrap_or(-1), mine, id, nick.unwrap_or_default());
            corrections.insert(about, words);
            if corrections.len() >= CORRECTIONS {
                break;
            }
        }
        Ok(corrections)
    }

    fn keys(&self, query: &str, whose: &str) -> Result<Vec<Key>, ForeignError> {
        let mut query = self.file.prepare(query)?;
        let mut rows = query.query([whose])?;
        let mut keys = Vec::new();
        while let Some(row) = rows.next()? {
            keys.push(Key {
                chat: row.get(0).unwrap_or(-1),
                at: millis(row.get_ref(1)?).unwrap_or(0),
                row: row.get(2)?,
            });
            if keys.len() >= MOST {
                break;
            }
        }
        keys.sort_unstable_by_key(|key| {
            (
                key.chat,
                std::cmp::Reverse(key.at),
                std::cmp::Reverse(key.row),
            )
        });
        Ok(keys)
    }
}

/// What was put in the place of which words: by chat, whether I did, their id, and in a room the nick.
type Corrections = HashMap<(i64, bool, String, String), String>;

fn newer(corrections: &Corrections, chat: i64, message: &ForeignMessage) -> Option<String> {
    let id = message.sender_id.clone()?;
    let (mine, nick) = match &message.author {
        Author::Occupant { nick } => (false, nick.clone()),
        Author::Contact => (false, String::new()),
        Author::Me => (true, String::new()),
    };
    let found = corrections.get(&(chat, mine, id, nick))?;
    (*found != message.body).then(|| found.clone())
}

type Made = Result<ForeignMessage, ForeignSkip>;

fn fetch(
    one: &mut Statement<'_>,
    key: Key,
    make: fn(&Row<'_>, i64) -> Made,
) -> Result<Made, ForeignError> {
    if !TIMES.contains(&key.at) {
        return Ok(Err(ForeignSkip::Time));
    }
    let mut rows = one.query([key.row])?;
    Ok(match rows.next()? {
        Some(row) => make(row, key.at),
        None => Err(ForeignSkip::Damaged),
    })
}

/// What was said at the same time in the same chat.
#[derive(Debug, Default)]
struct Alike {
    chat: i64,
    at: i64,
    said: Vec<(Author, String)>,
}

/// Nobody says more in one moment, and all of it would be compared with each other.
const ALIKE: usize = 256;

impl Alike {
    fn numbered(&mut self, key: Key, mut message: ForeignMessage) -> Made {
        if (self.chat, self.at) != (key.chat, key.at) {
            self.said.clear();
            (self.chat, self.at) = (key.chat, key.at);
        }
        if self.said.len() >= ALIKE {
            return Err(ForeignSkip::Time);
        }
        let before = self
            .said
            .iter()
            .filter(|(author, body)| *author == message.author && *body == message.body);
        message.nth = u32::try_from(before.count())
            .unwrap_or(u32::MAX)
            .saturating_add(1);
        self.said
            .push((message.author.clone(), message.body.clone()));
        Ok(message)
    }
}

/// Text of a column; `None` when it is none, or longer than this.
fn text(row: &Row<'_>, column: usize, longest: usize) -> Option<String> {
    let ValueRef::Text(bytes) = row.get_ref(column).ok()? else {
        return None;
    };
    if bytes.len() > longest {
        return None;
    }
    // XML has none of these (XML 1.0 §2.2), so no message had.
    let kept = |letter: &char| !letter.is_control() || matches!(letter, '\n' | '\t');
    let text = std::str::from_utf8(bytes).ok()?.replace("\r\n", "\n");
    Some(text.chars().filter(kept).collect())
}

fn id(row: &Row<'_>, column: usize) -> Option<String> {
    text(row, column, LONGEST_NAME).filter(|id| !id.is_empty())
}

fn words(row: &Row<'_>, column: usize) -> Result<String, ForeignSkip> {
    text(row, column, LONGEST)
        .filter(|words| !words.trim().is_empty())
        .ok_or(ForeignSkip::Words)
}

fn address(row: &Row<'_>, column: usize) -> Result<Jid, ForeignSkip> {
    let text = text(row, column, 4 * 1024).ok_or(ForeignSkip::Address)?;
    Jid::new(&text).map_err(|_| ForeignSkip::Address)
}

fn person(row: &Row<'_>, column: usize) -> Result<BareJid, ForeignSkip> {
    Ok(address(row, column)?.to_bare())
}

/// Seconds, whole or not, as milliseconds.
fn millis(value: ValueRef<'_>) -> Option<i64> {
    match value {
        ValueRef::Integer(seconds) => seconds.checked_mul(1_000),
        #[expect(clippy::cast_possible_truncation, reason = "bounded right before")]
        ValueRef::Real(seconds) if (0.0..1e12).contains(&seconds) => {
            Some((seconds * 1_000.0).round() as i64)
        }
        _ => None,
    }
}

fn nick(name: Option<String>) -> Result<Author, ForeignSkip> {
    match name.map(|name| name.trim().to_owned()) {
        Some(nick) if !nick.is_empty() => Ok(Author::Occupant { nick }),
        _ => Err(ForeignSkip::Author),
    }
}

const fn at(millis: i64) -> Timestamp {
    Timestamp(millis)
}
