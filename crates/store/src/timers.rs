//! Alerts that come later or again, and since when contacts are away.

use crate::{Reader, Result, Store, rows};
use carillon_core::{
    BareJid,
    ids::{AccountId, MessageId, Timestamp},
};
use rusqlite::Transaction;

/// An alert that is to be decided again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertTimer {
    /// What the alert replaces, and is replaced by: there is one timer for each.
    pub key: String,
    /// Whose account.
    pub account: AccountId,
    /// When.
    pub at: Timestamp,
    /// The event and its words: JSON, which the store does not look into.
    pub event: String,
    /// The message that it tells; the timer goes with it.
    pub message: Option<MessageId>,
}

impl Store {
    /// Keeps a timer, in the place of one with the same key.
    ///
    /// # Errors
    /// [`crate::StoreError::Gone`] when the account or the message has been removed, [`crate::StoreError::Bug`] when
    /// the event is no JSON; the others as they say.
    pub fn set_alert_timer(&mut self, timer: &AlertTimer) -> Result<()> {
        self.committed(|tx| set(tx, timer))
    }

    /// Forgets a timer.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn remove_alert_timer(&mut self, key: &str) -> Result<()> {
        self.committed(|tx| remove(tx, key))
    }

    /// Keeps when a contact went away, or forgets it when they are back. Of others nothing is kept.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn set_last_seen(
        &mut self,
        account: AccountId,
        jid: &BareJid,
        at: Option<Timestamp>,
    ) -> Result<()> {
        self.committed(|tx| last_seen(tx, account, jid, at))
    }
}

pub(crate) fn set(tx: &Transaction<'_>, timer: &AlertTimer) -> Result<()> {
    tx.prepare_cached(
        "INSERT INTO alert_timer (key, account, at, event, message) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (key) DO UPDATE SET account = excluded.account, at = excluded.at,
             event = excluded.event, message = excluded.message",
    )?
    .execute((
        &timer.key,
        timer.account.0,
        timer.at.0,
        &timer.event,
        timer.message.map(|message| message.0),
    ))?;
    Ok(())
}

pub(crate) fn remove(tx: &Transaction<'_>, key: &str) -> Result<()> {
    tx.prepare_cached("DELETE FROM alert_timer WHERE key = ?1")?
        .execute([key])?;
    Ok(())
}

pub(crate) fn last_seen(
    tx: &Transaction<'_>,
    account: AccountId,
    jid: &BareJid,
    at: Option<Timestamp>,
) -> Result<()> {
    match at {
        Some(at) => tx
            .prepare_cached(
                "INSERT INTO last_seen (account, jid, at)
                 SELECT account, jid, ?3 FROM roster_item WHERE account = ?1 AND jid = ?2
                 ON CONFLICT (account, jid) DO UPDATE SET at = excluded.at",
            )?
            .execute((account.0, jid.as_str(), at.0))?,
        None => tx
            .prepare_cached("DELETE FROM last_seen WHERE account = ?1 AND jid = ?2")?
            .execute((account.0, jid.as_str()))?,
    };
    Ok(())
}

impl Reader {
    /// All timers, the next one first.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn alert_timers(&self) -> Result<Vec<AlertTimer>> {
        let mut query = self.connection.prepare_cached(
            "SELECT key, account, at, event, message FROM alert_timer ORDER BY at",
        )?;
        let found = query.query_map([], |row| {
            Ok(AlertTimer {
                key: row.get(0)?,
                account: AccountId(row.get(1)?),
                at: Timestamp(row.get(2)?),
                event: row.get(3)?,
                message: row.get::<_, Option<i64>>(4)?.map(MessageId),
            })
        })?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }

    /// When the contacts of an account went away, as far as that is known.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn last_seen(&self, account: AccountId) -> Result<Vec<(BareJid, Timestamp)>> {
        let mut query = self
            .connection
            .prepare_cached("SELECT jid, at FROM last_seen WHERE account = ?1")?;
        let found = query.query_map([account.0], |row| {
            Ok((rows::jid(row, 0)?, Timestamp(row.get(1)?)))
        })?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }
}
