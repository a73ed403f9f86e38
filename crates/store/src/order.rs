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
    let last: Option<i64> = tx
        .prepare_cached("SELECT MAX(place) FROM message WHERE chat = ?1")?
        .query_row([chat], |row| row.get(0))?;
    Ok(last.unwrap_or(0).saturating_add(APART))
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
