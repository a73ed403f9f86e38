//! Invitations that wait for an answer.

use crate::errands::{self, Errand};
use crate::{Reader, Result, Store, rows};
use carillon_core::{
    BareJid, Jid,
    ids::{AccountId, InviteId, Timestamp},
    room::{InviteVia, RoomInvite},
};
use rusqlite::{OptionalExtension, Row};

/// Milliseconds within which the two kinds of invitation are one: many clients send both.
const AT_ONCE: i64 = 5_000;

impl Store {
    /// Keeps an invitation. `None` when the same person's to the same room waits already, whatever client they sit at,
    /// or one of the other kind that came at the same time: a room may give the inviter's nick, the direct one their
    /// address. A second one that could be declined makes the first declinable.
    ///
    /// # Errors
    /// [`crate::StoreError::Gone`] when the account has been removed; the others as they say.
    pub fn add_invite(
        &mut self,
        account: AccountId,
        room: &BareJid,
        from: &Jid,
        reason: &str,
        via: InviteVia,
        at: Timestamp,
    ) -> Result<Option<InviteId>> {
        self.committed(|tx| {
            let waits: Option<i64> = tx
                .prepare_cached(
                    "SELECT id FROM invite WHERE account = ?1 AND room = ?2 AND (
                         sender IN (?3, ?4) OR (?4 <> ?2 AND instr(sender, ?4 || '/') = 1)
                         OR (via <> ?5 AND abs(at - ?6) <= ?7
                             AND (instr(sender, ?2 || '/') = 1 OR ?4 = ?2)))",
                )?
                .query_row(
                    (
                        account.0,
                        room.as_str(),
                        from.as_str(),
                        from.to_bare().as_str(),
                        rows::via_column(via),
                        at.0,
                        AT_ONCE,
                    ),
                    |row| row.get(0),
                )
                .optional()?;
            if let Some(id) = waits {
                // Only the room's can be declined.
                if via == InviteVia::Mediated {
                    tx.prepare_cached("UPDATE invite SET via = 'mediated' WHERE id = ?1")?
                        .execute([id])?;
                }
                return Ok(None);
            }
            tx.prepare_cached(
                "INSERT INTO invite (account, room, sender, reason, via, at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute((
                account.0,
                room.as_str(),
                from.as_str(),
                reason,
                rows::via_column(via),
                at.0,
            ))?;
            Ok(Some(InviteId(tx.last_insert_rowid())))
        })
    }

    /// The invitation is refused: it goes, and the refusal is owed from now on, both or nothing. `id` is the refusal's
    /// stanza's.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn decline_invite(&mut self, invite: &RoomInvite, id: &str) -> Result<()> {
        self.committed(|tx| {
            let gone = tx
                .prepare_cached("DELETE FROM invite WHERE id = ?1")?
                .execute([invite.id.0])?;
            if gone == 0 {
                return Ok(());
            }
            let refusal = Errand::Decline {
                room: invite.room.clone(),
                to: invite.from.clone(),
            };
            errands::queue(tx, invite.account, id, &refusal)
        })
    }

    /// The invitation was answered, or let go. Nothing happens when it was before.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn remove_invite(&mut self, id: InviteId) -> Result<()> {
        self.committed(|tx| {
            tx.prepare_cached("DELETE FROM invite WHERE id = ?1")?
                .execute([id.0])?;
            Ok(())
        })
    }
}

impl Reader {
    /// One invitation, `None` once it was answered.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn invite(&self, id: InviteId) -> Result<Option<RoomInvite>> {
        Ok(self
            .connection
            .prepare_cached(
                "SELECT id, account, room, sender, reason, via, at FROM invite WHERE id = ?1",
            )?
            .query_row([id.0], invite)
            .optional()?)
    }

    /// All invitations that wait, the newest first.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn invites(&self) -> Result<Vec<RoomInvite>> {
        let mut query = self.connection.prepare_cached(
            "SELECT id, account, room, sender, reason, via, at FROM invite ORDER BY id DESC",
        )?;
        let found = query.query_map([], invite)?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }
}

fn invite(row: &Row<'_>) -> rusqlite::Result<RoomInvite> {
    Ok(RoomInvite {
        id: InviteId(row.get(0)?),
        account: AccountId(row.get(1)?),
        room: rows::jid(row, 2)?,
        from: rows::any_jid(row, 3)?,
        reason: row.get(4)?,
        via: rows::via(row, 5)?,
        at: Timestamp(row.get(6)?),
    })
}
