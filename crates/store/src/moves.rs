//! Moves from one account of mine to another (XEP-0283): what is to be done, row by row, so that an end of the program
//! loses nothing of it.

use crate::{Errand, Reader, Result, Store, StoreError, errands, rows};
use carillon_core::{
    BareJid,
    avatar::{Avatar, AvatarSource},
    contact::{RosterItem, Subscription},
    ids::AccountId,
    moving::{AccountMove, MoveProgress, MoveState, MoveStep, MoveTask, MoveTrouble},
};
use rusqlite::{OptionalExtension, Row, Transaction};

/// So much of what could not be brought along is told.
const TROUBLES: u32 = 50;

/// A move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MoveRow {
    /// The stored row.
    pub row: i64,
    /// Where I come from.
    pub old: AccountId,
    /// Where I go to.
    pub new: AccountId,
    /// How it stands.
    pub state: MoveState,
}

/// Something that a move is still to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingTask {
    /// The stored row.
    pub row: i64,
    /// What.
    pub task: MoveTask,
}

impl Store {
    /// Begins a move, in the place of an earlier one from the same account. Durable.
    ///
    /// # Errors
    /// [`StoreError::Gone`] when one of the accounts has been removed; the others as they say.
    pub fn begin_move(&mut self, old: AccountId, new: AccountId, tasks: &[MoveTask]) -> Result<()> {
        self.durable(|tx| {
            forget(tx, old)?;
            tx.prepare_cached(
                "INSERT INTO account_move (old_account, new_account, state) VALUES (?1, ?2, 'running')",
            )?
            .execute((old.0, new.0))?;
            let of = tx.last_insert_rowid();
            tasks.iter().try_for_each(|task| add(tx, of, task))
        })
    }

    /// A move goes on, was stopped, or is over.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    pub fn set_move_state(&mut self, old: AccountId, state: MoveState) -> Result<()> {
        self.committed(|tx| {
            tx.prepare_cached("UPDATE account_move SET state = ?2 WHERE old_account = ?1")?
                .execute((old.0, state_column(state)))?;
            Ok(())
        })
    }

    /// A move goes on, and tries again what could not be done. Answers whether there is one.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    pub fn retry_move(&mut self, old: AccountId) -> Result<bool> {
        self.committed(|tx| {
            tx.prepare_cached(
                "UPDATE move_task SET state = 'waiting', problem = '' WHERE state = 'failed'
                 AND move = (SELECT id FROM account_move WHERE old_account = ?1)",
            )?
            .execute([old.0])?;
            let found = tx
                .prepare_cached("UPDATE account_move SET state = 'running' WHERE old_account = ?1")?
                .execute([old.0])?;
            Ok(found > 0)
        })
    }

    /// Nothing is known of a move any more.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    pub fn forget_move(&mut self, old: AccountId) -> Result<()> {
        self.committed(|tx| forget(tx, old))
    }

    /// Something of a move is done, or could not be for this reason.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    pub fn move_task_ends(&mut self, row: i64, problem: Option<&str>) -> Result<()> {
        self.committed(|tx| ends(tx, row, problem))
    }

    /// The old account cannot say that I have gone, for this reason: with that the move stops. Both happen or none.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    pub fn move_cannot_be_said(&mut self, row: i64, problem: &str) -> Result<()> {
        self.committed(|tx| {
            ends(tx, row, Some(problem))?;
            tx.prepare_cached(
                "UPDATE account_move SET state = 'stopped'
                 WHERE id = (SELECT move FROM move_task WHERE id = ?1)",
            )?
            .execute([row])?;
            Ok(())
        })
    }

    /// A contact is brought along, and is told by this errand. Both happen or none.
    ///
    /// # Errors
    /// [`StoreError::Gone`] when the account has been removed; the others as they say.
    pub fn move_task_ends_with(
        &mut self,
        row: i64,
        account: AccountId,
        stanza: &str,
        errand: &Errand,
    ) -> Result<()> {
        self.committed(|tx| {
            errands::queue(tx, account, stanza, errand)?;
            ends(tx, row, None)
        })
    }

    /// A contact has gone, and was taken over at another address. Whoever else says that they were this contact has
    /// proven nothing any more.
    ///
    /// # Errors
    /// [`StoreError::Gone`] when the account has been removed; the others as they say.
    pub fn set_moved_contact(
        &mut self,
        account: AccountId,
        jid: &BareJid,
        to: &BareJid,
    ) -> Result<()> {
        self.committed(|tx| {
            tx.prepare_cached(
                "INSERT INTO moved_contact (account, jid, moved_to) VALUES (?1, ?2, ?3)
                 ON CONFLICT (account, jid) DO UPDATE SET moved_to = excluded.moved_to",
            )?
            .execute((account.0, jid.as_str(), to.as_str()))?;
            tx.prepare_cached(
                "UPDATE contact_request SET moved_from = NULL
                 WHERE account = ?1 AND claims = ?2 AND jid IS NOT ?3",
            )?
            .execute((account.0, jid.as_str(), to.as_str()))?;
            Ok(())
        })
    }
}

impl Reader {
    /// All moves of mine.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    pub fn moves(&self) -> Result<Vec<MoveRow>> {
        let mut query = self.connection.prepare_cached(
            "SELECT id, old_account, new_account, state FROM account_move ORDER BY id",
        )?;
        let found = query.query_map([], |row| {
            Ok(MoveRow {
                row: row.get(0)?,
                old: AccountId(row.get(1)?),
                new: AccountId(row.get(2)?),
                state: state(row, 3)?,
            })
        })?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }

    /// How the move from an account stands, `None` when there is none.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    pub fn account_move(&self, old: AccountId) -> Result<Option<AccountMove>> {
        let Some(found) = self.moves()?.into_iter().find(|one| one.old == old) else {
            return Ok(None);
        };
        let mut counted = self.connection.prepare_cached(
            "SELECT step, SUM(state = 'done'), SUM(state = 'failed'), COUNT(*) FROM move_task
             WHERE move = ?1 GROUP BY step",
        )?;
        let steps = counted.query_map([found.row], |row| {
            Ok(MoveProgress {
                step: step(row, 0)?,
                done: row.get(1)?,
                failed: row.get(2)?,
                total: row.get(3)?,
            })
        })?;
        let mut steps: Vec<MoveProgress> = steps.collect::<rusqlite::Result<_>>()?;
        steps.sort_by_key(|one| one.step);
        let mut failed = self.connection.prepare_cached(
            "SELECT step, jid, problem FROM move_task WHERE move = ?1 AND state = 'failed'
             ORDER BY id LIMIT ?2",
        )?;
        let troubles = failed.query_map((found.row, TROUBLES), |row| {
            Ok(MoveTrouble {
                step: step(row, 0)?,
                jid: rows::some_jid(row, 1)?,
                words: row.get(2)?,
            })
        })?;
        Ok(Some(AccountMove {
            to: found.new,
            state: found.state,
            steps,
            troubles: troubles.collect::<rusqlite::Result<_>>()?,
        }))
    }

    /// What a move does next, `None` when all was tried.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    pub fn next_move_task(&self, of: i64) -> Result<Option<WaitingTask>> {
        let found = self
            .connection
            .prepare_cached(
                "SELECT id, step, jid, name, groups, subscription, picture FROM move_task
                 WHERE move = ?1 AND state = 'waiting' ORDER BY id LIMIT 1",
            )?
            .query_row([of], waiting)
            .optional()?;
        Ok(found)
    }

    /// What the old account called me when a move began, as far as the move brings that along.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    pub fn move_nick(&self, of: i64) -> Result<Option<String>> {
        let nick = self
            .connection
            .prepare_cached("SELECT name FROM move_task WHERE move = ?1 AND step = 'nick'")?
            .query_row([of], |row| row.get(0))
            .optional()?;
        Ok(nick)
    }

    /// Whether the old account says that I have gone.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    pub fn is_move_said(&self, of: i64) -> Result<bool> {
        let said = self
            .connection
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM move_task
                 WHERE move = ?1 AND step = 'statement' AND state = 'done')",
            )?
            .query_row([of], |row| row.get(0))?;
        Ok(said)
    }

    /// The contacts who have gone, and where I took them over.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    pub fn moved_contacts(&self, account: AccountId) -> Result<Vec<(BareJid, BareJid)>> {
        let mut query = self
            .connection
            .prepare_cached("SELECT jid, moved_to FROM moved_contact WHERE account = ?1")?;
        let found = query.query_map([account.0], |row| {
            Ok((rows::jid(row, 0)?, rows::jid(row, 1)?))
        })?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }
}

fn forget(tx: &Transaction<'_>, old: AccountId) -> Result<()> {
    tx.prepare_cached("DELETE FROM account_move WHERE old_account = ?1")?
        .execute([old.0])
        .map_err(StoreError::of_removal)?;
    Ok(())
}

fn add(tx: &Transaction<'_>, of: i64, task: &MoveTask) -> Result<()> {
    let none = RosterItemColumns::default();
    let item = match task {
        MoveTask::Contact(item) => RosterItemColumns {
            jid: Some(item.jid.as_str()),
            name: &item.name,
            groups: serde_json::Value::from(&*item.groups).to_string(),
            subscription: item.subscription,
        },
        MoveTask::Room(room) => RosterItemColumns {
            jid: Some(room.as_str()),
            ..none
        },
        MoveTask::Nick(nick) => RosterItemColumns { name: nick, ..none },
        MoveTask::Statement | MoveTask::Card | MoveTask::Picture(_) => none,
    };
    let picture = match task {
        MoveTask::Picture(picture) => picture.map(picture_column),
        _ => None,
    };
    tx.prepare_cached(
        "INSERT INTO move_task (move, step, jid, name, groups, subscription, picture, state, problem)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'waiting', '')",
    )?
    .execute((
        of,
        step_column(task.step()),
        item.jid,
        item.name,
        item.groups,
        rows::subscription_column(item.subscription),
        picture,
    ))?;
    Ok(())
}

/// Where a picture is to be had, and its hash.
fn picture_column(picture: Avatar) -> String {
    let source = match picture.source {
        AvatarSource::Pep => "pep",
        AvatarSource::Vcard => "vcard",
    };
    format!("{source} {}", picture.hash)
}

/// One that is damaged is none.
fn picture_in(column: &str) -> Option<Avatar> {
    let (source, hash) = column.split_once(' ')?;
    let source = match source {
        "pep" => AvatarSource::Pep,
        "vcard" => AvatarSource::Vcard,
        _ => return None,
    };
    let hash = hash.parse().ok()?;
    Some(Avatar { hash, source })
}

struct RosterItemColumns<'a> {
    jid: Option<&'a str>,
    name: &'a str,
    groups: String,
    subscription: Subscription,
}

impl Default for RosterItemColumns<'_> {
    fn default() -> Self {
        Self {
            jid: None,
            name: "",
            groups: "[]".to_owned(),
            subscription: Subscription::None,
        }
    }
}

fn ends(tx: &Transaction<'_>, row: i64, problem: Option<&str>) -> Result<()> {
    let state = if problem.is_some() { "failed" } else { "done" };
    tx.prepare_cached("UPDATE move_task SET state = ?2, problem = ?3 WHERE id = ?1")?
        .execute((row, state, problem.unwrap_or_default()))?;
    Ok(())
}

fn waiting(row: &Row<'_>) -> rusqlite::Result<WaitingTask> {
    let task = match step(row, 1)? {
        MoveStep::Statement => MoveTask::Statement,
        MoveStep::Contact => MoveTask::Contact(RosterItem {
            jid: rows::jid(row, 2)?,
            name: row.get(3)?,
            groups: serde_json::from_str(row.get_ref(4)?.as_str()?)
                .map_err(|error| rows::foreign(4, error.to_string()))?,
            subscription: rows::subscription(row, 5)?,
            ask: false,
        }),
        MoveStep::Room => MoveTask::Room(rows::jid(row, 2)?),
        MoveStep::Nick => MoveTask::Nick(row.get(3)?),
        MoveStep::Card => MoveTask::Card,
        MoveStep::Picture => {
            let picture: Option<String> = row.get(6)?;
            MoveTask::Picture(picture.as_deref().and_then(picture_in))
        }
    };
    Ok(WaitingTask {
        row: row.get(0)?,
        task,
    })
}

const fn step_column(step: MoveStep) -> &'static str {
    match step {
        MoveStep::Statement => "statement",
        MoveStep::Contact => "contact",
        MoveStep::Room => "room",
        MoveStep::Nick => "nick",
        MoveStep::Card => "card",
        MoveStep::Picture => "picture",
    }
}

fn step(row: &Row<'_>, column: usize) -> rusqlite::Result<MoveStep> {
    match row.get_ref(column)?.as_str()? {
        "statement" => Ok(MoveStep::Statement),
        "contact" => Ok(MoveStep::Contact),
        "room" => Ok(MoveStep::Room),
        "nick" => Ok(MoveStep::Nick),
        "card" => Ok(MoveStep::Card),
        "picture" => Ok(MoveStep::Picture),
        other => Err(rows::foreign(column, format!("no step of a move: {other}"))),
    }
}

const fn state_column(state: MoveState) -> &'static str {
    match state {
        MoveState::Running => "running",
        MoveState::Stopped => "stopped",
        MoveState::Finished => "finished",
    }
}

fn state(row: &Row<'_>, column: usize) -> rusqlite::Result<MoveState> {
    match row.get_ref(column)?.as_str()? {
        "running" => Ok(MoveState::Running),
        "stopped" => Ok(MoveState::Stopped),
        "finished" => Ok(MoveState::Finished),
        other => Err(rows::foreign(
            column,
            format!("no state of a move: {other}"),
        )),
    }
}
