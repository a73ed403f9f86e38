//! What happened and why it did or did not ring.

use crate::{Reader, Result, Store, rows};
use carillon_core::{
    Jid,
    ids::{AccountId, ActivityId, MessageId, Timestamp},
};
use rusqlite::Transaction;

/// Only so many of the newest rows are kept.
pub const ACTIVITY_KEPT: u32 = 10_000;

/// Counting the rows costs more than adding one: it is done once in so many rows.
const PRUNED_EVERY: i64 = 100;

/// An event with its outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivityRow {
    /// `None` when it concerns no single account.
    pub account: Option<AccountId>,
    /// The event's name, such as `contact_request`.
    pub kind: String,
    /// Whom it is about, `None` when about nobody.
    pub jid: Option<Jid>,
    /// When it happened.
    pub at: Timestamp,
    /// What was done, in short.
    pub outcome: String,
    /// How that was decided: JSON, which the store does not look into.
    pub trace: String,
    /// The message that it is about; `None` also after that was deleted.
    pub message: Option<MessageId>,
}

/// A row of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredActivity {
    /// The stored row.
    pub id: ActivityId,
    /// What happened.
    pub row: ActivityRow,
}

impl Store {
    /// Adds an event, and now and then forgets what is older than the newest [`ACTIVITY_KEPT`].
    ///
    /// # Errors
    /// [`crate::StoreError::Gone`] when the account or the message has been removed, [`crate::StoreError::Bug`]
    /// when the trace is no JSON; the others as they say.
    pub fn add_activity(&mut self, row: &ActivityRow) -> Result<ActivityId> {
        self.add_waiting_activity(row, None)
    }

    /// As [`Self::add_activity`]; with the key of a timer the row waits for [`Self::decide_activity`].
    ///
    /// # Errors
    /// As [`Self::add_activity`].
    pub fn add_waiting_activity(
        &mut self,
        row: &ActivityRow,
        waits_for: Option<&str>,
    ) -> Result<ActivityId> {
        self.committed(|tx| add(tx, row, waits_for))
    }

    /// Rewrites the rows that wait for a timer with what was decided now. Unless it is `for_good`, they go on waiting.
    ///
    /// # Errors
    /// [`crate::StoreError::Bug`] when the trace is no JSON; the others as they say.
    pub fn decide_activity(
        &mut self,
        key: &str,
        outcome: &str,
        trace: &str,
        for_good: bool,
    ) -> Result<()> {
        self.committed(|tx| decide(tx, key, outcome, trace, for_good))
    }

    /// The rows that wait for a timer stay as they are.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn leave_activity(&mut self, key: &str) -> Result<()> {
        self.committed(|tx| leave(tx, key))
    }
}

pub(crate) fn add(
    tx: &Transaction<'_>,
    row: &ActivityRow,
    waits_for: Option<&str>,
) -> Result<ActivityId> {
    tx.prepare_cached(
        "INSERT INTO activity (account, jid, kind, at, outcome, trace, message, waits_for)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute((
        row.account.map(|account| account.0),
        row.jid.as_ref().map(|jid| jid.as_str()),
        &row.kind,
        row.at.0,
        &row.outcome,
        &row.trace,
        row.message.map(|message| message.0),
        waits_for,
    ))?;
    let id = tx.last_insert_rowid();
    if id % PRUNED_EVERY == 0 {
        // An index that holds little else is counted, and what goes is looked up from the oldest on: to walk from the
        // newest to the last that stays would read the whole list, traces included.
        tx.prepare_cached(
            "DELETE FROM activity WHERE id IN (SELECT id FROM activity ORDER BY id
                 LIMIT (SELECT MAX(COUNT(*) - ?1, 0) FROM activity))",
        )?
        .execute([ACTIVITY_KEPT])?;
    }
    Ok(ActivityId(id))
}

pub(crate) fn decide(
    tx: &Transaction<'_>,
    key: &str,
    outcome: &str,
    trace: &str,
    for_good: bool,
) -> Result<()> {
    tx.prepare_cached(
        "UPDATE activity SET outcome = ?2, trace = ?3, waits_for = IIF(?4, NULL, waits_for)
         WHERE waits_for = ?1",
    )?
    .execute((key, outcome, trace, for_good))?;
    Ok(())
}

pub(crate) fn leave(tx: &Transaction<'_>, key: &str) -> Result<()> {
    tx.prepare_cached("UPDATE activity SET waits_for = NULL WHERE waits_for = ?1")?
        .execute([key])?;
    Ok(())
}

impl Reader {
    /// The newest rows, or the newest before one of them; the newest first.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn activity(&self, before: Option<ActivityId>, limit: u32) -> Result<Vec<StoredActivity>> {
        let mut query = self.connection.prepare_cached(
            "SELECT id, account, jid, kind, at, outcome, trace, message FROM activity
             WHERE id < ?1 ORDER BY id DESC LIMIT ?2",
        )?;
        let before = before.map_or(i64::MAX, |before| before.0);
        let found = query.query_map((before, limit), |row| {
            Ok(StoredActivity {
                id: ActivityId(row.get(0)?),
                row: ActivityRow {
                    account: row.get::<_, Option<i64>>(1)?.map(AccountId),
                    jid: match row.get_ref(2)? {
                        rusqlite::types::ValueRef::Null => None,
                        _ => Some(rows::any_jid(row, 2)?),
                    },
                    kind: row.get(3)?,
                    at: Timestamp(row.get(4)?),
                    outcome: row.get(5)?,
                    trace: row.get(6)?,
                    message: row.get::<_, Option<i64>>(7)?.map(MessageId),
                },
            })
        })?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }
}
