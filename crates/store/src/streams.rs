//! The stream that can be resumed, and which rows were written on it (XEP-0198).

use crate::{Reader, Result, RoomRow, Store, StoreError, errands, outgoing, rows};
use carillon_core::{
    chat::Delivery,
    ids::{AccountId, MessageId},
    session::{StreamRoom, StreamState},
};
use rusqlite::{OptionalExtension, Transaction};

/// Half of all numbers lie behind a number, half before it.
const HALF: u32 = u32::MAX / 2;

impl Store {
    /// A stream has begun that can be resumed; an earlier one cannot any more.
    ///
    /// # Errors
    /// [`crate::StoreError::Gone`] when the account has been removed; the others as they say.
    pub fn begin_stream(&mut self, account: AccountId, stream: &StreamState) -> Result<()> {
        self.committed(|tx| {
            forget(tx, account)?;
            tx.prepare_cached(
                "INSERT INTO stream (account, id, jid, location, handled) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute((
                account.0,
                &stream.id,
                stream.jid.as_str(),
                stream.location.as_deref().unwrap_or_default(),
                stream.handled,
            ))?;
            Ok(())
        })
    }

    /// The stream was closed, or the server knows it no more.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn end_stream(&mut self, account: AccountId) -> Result<()> {
        self.committed(|tx| forget(tx, account))
    }

    /// A row is being written as this stanza of the stream. Without effect when there is no stream.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn note_written(&mut self, account: AccountId, number: u32, id: &str) -> Result<()> {
        self.committed(|tx| {
            tx.prepare_cached(
                "INSERT OR REPLACE INTO stream_row (account, number, id)
                 SELECT account, ?2, ?3 FROM stream WHERE account = ?1",
            )?
            .execute((account.0, number, id))?;
            Ok(())
        })
    }

    /// These rows were not written after all.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn forget_written(&mut self, account: AccountId, ids: &[String]) -> Result<()> {
        self.committed(|tx| {
            let mut forget =
                tx.prepare_cached("DELETE FROM stream_row WHERE account = ?1 AND id = ?2")?;
            for id in ids {
                forget.execute((account.0, id))?;
            }
            Ok(())
        })
    }

    /// The server has handled so many stanzas of the stream of an earlier run: answers the ids of the rows among
    /// them. The others will be written anew, under other numbers. Durable: after it the old numbers mean nothing.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn reached_earlier(&mut self, account: AccountId, count: u32) -> Result<Vec<String>> {
        self.durable(|tx| {
            let mut written =
                tx.prepare_cached("SELECT number, id FROM stream_row WHERE account = ?1")?;
            let all: Vec<(u32, String)> = written
                .query_map([account.0], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<rusqlite::Result<_>>()?;
            tx.prepare_cached("DELETE FROM stream_row WHERE account = ?1")?
                .execute([account.0])?;
            let reached = |number: u32| count.wrapping_sub(number) <= HALF;
            Ok(all
                .into_iter()
                .filter(|(number, _)| reached(*number))
                .map(|(_, id)| id)
                .collect())
        })
    }

    /// The server has these rows: messages go from waiting to sent, errands are done. Answers the messages that
    /// changed. `gapless` says whether nothing can have been said on this stream before them that is not stored.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn reached(
        &mut self,
        account: AccountId,
        ids: &[String],
        gapless: bool,
    ) -> Result<Vec<MessageId>> {
        self.committed(|tx| {
            let mut changed = Vec::new();
            for id in ids {
                tx.prepare_cached("DELETE FROM stream_row WHERE account = ?1 AND id = ?2")?
                    .execute((account.0, id))?;
                if errands::done(tx, account, id)? {
                    continue;
                }
                if gapless {
                    outgoing::settle(tx, account, id)?;
                }
                changed.extend(outgoing::advance_in(tx, account, None, id, Delivery::Sent)?);
            }
            Ok(changed)
        })
    }

    /// So many stanzas of each stream are stored by now. Durable when something else waits to be: else a loss of
    /// power would only have the server say again what changes nothing.
    ///
    /// # Errors
    /// As [`Store::flush`].
    pub fn flush_counts(&mut self, counts: &[(AccountId, u32)]) -> Result<()> {
        let note = |tx: &Transaction<'_>| {
            counts
                .iter()
                .try_for_each(|(account, count)| count_up(tx, *account, *count))
        };
        self.flush_with(note)
    }
}

impl Reader {
    /// The stream that can be resumed, with the rooms that I was in.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn stream(&self, account: AccountId) -> Result<Option<StreamState>> {
        let found = self
            .connection
            .prepare_cached("SELECT id, jid, location, handled FROM stream WHERE account = ?1")?
            .query_row([account.0], |row| {
                let location: String = row.get(2)?;
                let jid = rows::any_jid(row, 1)?;
                Ok(StreamState {
                    id: row.get(0)?,
                    jid: jid
                        .try_into_full()
                        .map_err(|_| rows::foreign(1, "an address without a resource"))?,
                    location: Some(location).filter(|location| !location.is_empty()),
                    handled: row.get(3)?,
                    rooms: Vec::new(),
                })
            })
            .optional()?;
        let Some(mut stream) = found else {
            return Ok(None);
        };
        stream.rooms = self.joined(account)?;
        Ok(Some(stream))
    }

    fn joined(&self, account: AccountId) -> Result<Vec<StreamRoom>> {
        let rooms = self.rooms(account)?;
        let joined = rooms.into_iter().filter(|room| room.joined);
        let told = |room: RoomRow| StreamRoom {
            jid: room.jid,
            nick: room.nick,
            names_occupants: room.names_occupants,
        };
        Ok(joined.map(told).collect())
    }
}

/// All up to this stanza is stored.
pub(crate) fn count_up(tx: &Transaction<'_>, account: AccountId, count: u32) -> Result<()> {
    tx.prepare_cached("UPDATE stream SET handled = ?2 WHERE account = ?1 AND handled <> ?2")?
        .execute((account.0, count))?;
    Ok(())
}

fn forget(tx: &Transaction<'_>, account: AccountId) -> Result<()> {
    tx.prepare_cached("DELETE FROM stream WHERE account = ?1")?
        .execute([account.0])
        .map_err(StoreError::of_removal)?;
    Ok(())
}
