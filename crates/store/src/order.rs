//! The order within a chat: numbers far apart, so that there is room between any two messages.

use crate::Result;
use carillon_core::ids::MessageId;
use rusqlite::{OptionalExtension, Transaction};

/// Between a message and the one that is added behind it.
const APART: i64 = 1 << 20;
/// Between messages that an archive puts into one gap: many fit.
const CLOSE: i64 = 64;

/// Behind everything.
pub(crate) fn at_the_end(tx: &Transaction<'_>, chat: i64) -> Result<i64> {
    Ok(next(end(tx, chat)?))
}

/// Behind a chat's last message, which lies there.
pub(crate) const fn next(end: i64) -> i64 {
    end.saturating_add(APART)
}

/// Where a chat's last message lies.
pub(crate) fn end(tx: &Transaction<'_>, chat: i64) -> Result<i64> {
    let last: Option<i64> = tx
        .prepare_cached("SELECT MAX(place) FROM message WHERE chat = ?1")?
        .query_row([chat], |row| row.get(0))?;
    Ok(last.unwrap_or(0))
}

/// Right behind this place.
pub(crate) fn behind(tx: &Transaction<'_>, chat: i64, place: i64) -> Result<i64> {
    let next: Option<i64> = tx
        .prepare_cached("SELECT MIN(place) FROM message WHERE chat = ?1 AND place > ?2")?
        .query_row((chat, place), |row| row.get(0))?;
    let Some(next) = next else {
        return Ok(place.saturating_add(APART));
    };
    let room = next.saturating_sub(place);
    if room > 1 {
        return Ok(place + (room / 2).min(CLOSE));
    }
    make_room(tx, chat, place)?;
    Ok(place + CLOSE)
}

/// Right before this place.
pub(crate) fn before(tx: &Transaction<'_>, chat: i64, place: i64) -> Result<i64> {
    let previous: Option<i64> = tx
        .prepare_cached("SELECT MAX(place) FROM message WHERE chat = ?1 AND place < ?2")?
        .query_row((chat, place), |row| row.get(0))?;
    match previous {
        Some(previous) => behind(tx, chat, previous),
        None => Ok(place.saturating_sub(APART)),
    }
}

/// Between what is taken in from elsewhere into one gap: very many fit.
const CLOSEST: i64 = 16;

/// In front of this place and close to it, for many that come one in front of the other.
pub(crate) fn in_front(tx: &Transaction<'_>, chat: i64, place: i64) -> Result<i64> {
    let previous: Option<i64> = tx
        .prepare_cached("SELECT MAX(place) FROM message WHERE chat = ?1 AND place < ?2")?
        .query_row((chat, place), |row| row.get(0))?;
    let Some(previous) = previous else {
        return Ok(place.saturating_sub(APART));
    };
    let room = place.saturating_sub(previous);
    if room > 1 {
        return Ok(place - (room / 2).min(CLOSEST));
    }
    make_room(tx, chat, previous)?;
    Ok(place.saturating_add(APART - CLOSEST))
}

/// The first place of a chat from which on nothing is older than this, as far as its times follow its order. Costs the
/// same in a long chat as in a short one.
pub(crate) fn from_time(tx: &Transaction<'_>, chat: i64, at: i64) -> Result<Option<i64>> {
    let ends: (Option<i64>, Option<i64>) = (
        tx.prepare_cached("SELECT MIN(place) FROM message WHERE chat = ?1")?
            .query_row([chat], |row| row.get(0))?,
        tx.prepare_cached("SELECT MAX(place) FROM message WHERE chat = ?1")?
            .query_row([chat], |row| row.get(0))?,
    );
    let (Some(mut low), Some(mut high)) = ends else {
        return Ok(None);
    };
    let mut found = None;
    let mut next = tx.prepare_cached(
        "SELECT place, at FROM message WHERE chat = ?1 AND place >= ?2 ORDER BY place LIMIT 1",
    )?;
    while low <= high {
        let middle = low.midpoint(high);
        let there: Option<(i64, i64)> = next
            .query_row((chat, middle), |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        match there {
            Some((place, said)) if said < at => low = place.saturating_add(1),
            Some((place, _)) => {
                found = Some(place);
                high = middle.saturating_sub(1);
            }
            None => high = middle.saturating_sub(1),
        }
    }
    Ok(found)
}

/// Moves everything behind a place away from it. Seldom: as many messages as fit between two have to have come
/// between them.
fn make_room(tx: &Transaction<'_>, chat: i64, place: i64) -> Result<()> {
    tx.prepare_cached("UPDATE message SET place = place + ?3 WHERE chat = ?1 AND place > ?2")?
        .execute((chat, place, APART))?;
    Ok(())
}

/// Where a message of the chat lies, `None` when it is none.
pub(crate) fn place_of(
    connection: &rusqlite::Connection,
    chat: i64,
    message: i64,
) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT place FROM message WHERE id = ?2 AND chat = ?1")?
        .query_row((chat, message), |row| row.get(0))
        .optional()
}

/// Where a message of the chat lies. One that is not there lies where it would have been by its number.
pub(crate) fn place_or_nearest(
    connection: &rusqlite::Connection,
    chat: i64,
    message: MessageId,
) -> Result<i64> {
    if let Some(place) = place_of(connection, chat, message.0)? {
        return Ok(place);
    }
    let before: Option<i64> = connection
        .prepare_cached("SELECT MAX(place) FROM message WHERE chat = ?1 AND id < ?2")?
        .query_row((chat, message.0), |row| row.get(0))?;
    Ok(before.map_or(i64::MIN, |place| place.saturating_add(1)))
}
