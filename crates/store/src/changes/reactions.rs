//! The signs that people give a message (XEP-0444): of each of them the last ones count.

use crate::receive::NewMessage;
use crate::{Result, rows};
use carillon_core::chat::Author;
use carillon_core::ids::MessageId;
use carillon_core::reaction::{MOST_NAMED, Reaction, signs};
use rusqlite::{Connection, OptionalExtension, Transaction};

/// So many different signs a message shows.
const MOST_SHOWN: usize = 48;

/// Who gives signs, as far as they can be told apart: mine are mine whatever I am called.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Giver {
    Me,
    Contact,
    Occupant(String),
    Nick(String),
}

impl Giver {
    fn of(author: &Author, occupant: Option<String>) -> Self {
        match (author, occupant) {
            (Author::Me, _) => Self::Me,
            (Author::Contact, _) => Self::Contact,
            (Author::Occupant { .. }, Some(occupant)) => Self::Occupant(occupant),
            (Author::Occupant { nick }, None) => Self::Nick(nick.clone()),
        }
    }
}

/// As they are stored.
pub(super) fn written(signs: &[String]) -> String {
    serde_json::to_string(signs).unwrap_or_else(|_| "[]".to_owned())
}

/// The newest message of this id in a chat of two, the other one's before the reacting one's own: chat, id, whether the
/// reaction is mine. Without a sort: whoever gives all their messages one id has them looked through once.
pub(crate) const NAMED: [&str; 2] = [
    "SELECT COALESCE(MAX(CASE WHEN (author = 0) <> ?3 THEN id END), MAX(id)) FROM message
     WHERE chat = ?1 AND sender_id = ?2",
    "SELECT COALESCE(MAX(CASE WHEN (author = 0) <> ?3 THEN id END), MAX(id)) FROM message
     WHERE chat = ?1 AND origin_id = ?2",
];

/// The message that reactions name: in a room by the room's id for it (XEP-0444 §4.2), or where the room gives none by
/// its sender's, if that names one message only; in a chat of two by its sender's, which may be its `origin-id`. Where both
/// have given a message the same id, it is the other one's: nobody's id hides what somebody else has said.
pub(super) fn find_target(
    tx: &Transaction<'_>,
    chat: i64,
    new: &NewMessage,
    id: &str,
) -> Result<Option<i64>> {
    if new.room {
        let named = tx
            .prepare_cached("SELECT id FROM message WHERE chat = ?1 AND stanza_id = ?2")?
            .query_row((chat, id), |row| row.get(0))
            .optional()?;
        if named.is_some() {
            return Ok(named);
        }
        return Ok(tx
            .prepare_cached(
                "SELECT MAX(id) FROM message WHERE chat = ?1 AND sender_id = ?2 AND stanza_id IS NULL
                 HAVING COUNT(*) = 1",
            )?
            .query_row((chat, id), |row| row.get(0))
            .optional()?);
    }
    let mine = new.author == Author::Me;
    for query in NAMED {
        let said: Option<i64> = tx
            .prepare_cached(query)?
            .query_row((chat, id, mine), |row| row.get(0))?;
        if said.is_some() {
            return Ok(said);
        }
    }
    Ok(tx
        .prepare_cached(
            "SELECT message FROM change
             WHERE chat = ?1 AND sender_id = ?2 AND kind = 'correction' AND message IS NOT NULL
             ORDER BY id DESC LIMIT 1",
        )?
        .query_row((chat, id), |row| row.get(0))
        .optional()?)
}

/// The signs that the sender of a message gives another one now.
pub(super) fn given(tx: &Transaction<'_>, message: i64, new: &NewMessage) -> Result<Vec<String>> {
    let giver = Giver::of(&new.author, new.occupant.clone());
    let all = standing(tx, message)?;
    let found = all.into_iter().find(|one| one.0 == giver);
    Ok(found.map(|one| one.2).unwrap_or_default())
}

/// What a message shows.
pub(crate) fn shown_in(connection: &Connection, message: MessageId) -> Result<Vec<Reaction>> {
    let mut shown: Vec<Reaction> = Vec::new();
    for (_, author, signs) in standing(connection, message.0)? {
        for sign in signs {
            let known = shown.iter().position(|one| one.emoji == sign);
            let Some(place) = known.or_else(|| {
                (shown.len() < MOST_SHOWN).then(|| {
                    shown.push(Reaction {
                        emoji: sign,
                        count: 0,
                        mine: false,
                        by: Vec::new(),
                    });
                    shown.len() - 1
                })
            }) else {
                continue;
            };
            if let Some(reaction) = shown.get_mut(place) {
                reaction.count = reaction.count.saturating_add(1);
                reaction.mine |= author == Author::Me;
                if reaction.by.len() < MOST_NAMED {
                    reaction.by.push(author.clone());
                }
            }
        }
    }
    Ok(shown)
}

/// Of everybody the last signs, who gave some first comes first.
fn standing(connection: &Connection, message: i64) -> Result<Vec<(Giver, Author, Vec<String>)>> {
    let mut query = connection.prepare_cached(
        "SELECT author, nick, occupant, words FROM change WHERE message = ?1 AND kind = 'reactions'
         ORDER BY delivery IS 0, place",
    )?;
    let mut found = query.query([message])?;
    let mut standing: Vec<(Giver, Author, Vec<String>)> = Vec::new();
    while let Some(row) = found.next()? {
        let author = rows::author(row, 0, 1)?;
        let giver = Giver::of(&author, row.get(2)?);
        let words: String = row.get(3)?;
        let given: Vec<String> = serde_json::from_str(&words).unwrap_or_default();
        let given = signs(given.iter().map(String::as_str));
        match standing.iter_mut().find(|one| one.0 == giver) {
            Some(known) => (known.1, known.2) = (author, given),
            None => standing.push((giver, author, given)),
        }
    }
    Ok(standing)
}
