//! The rooms that I am in or was in.

use crate::{Reader, Result, Store, chats, rows};
use carillon_core::{BareJid, chat::ChatKind, ids::AccountId, room::RoomNotify};

/// A room that I know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomRow {
    /// The room's address.
    pub jid: BareJid,
    /// My nick there.
    pub nick: String,
    /// The room's name, empty when it has none.
    pub name: String,
    /// To be entered again after every login.
    pub joined: bool,
    /// Of which of its messages my devices tell, where that was said (XEP-0492).
    pub notify: Option<RoomNotify>,
    /// That was said here, and the account does not know it yet.
    pub notify_news: bool,
    /// It gives people lasting names and takes forged ones out (XEP-0421), as it told last.
    pub names_occupants: bool,
}

impl Store {
    /// Keeps a room, replacing what was known of it; its chat is made when there is none.
    ///
    /// # Errors
    /// [`crate::StoreError::Gone`] when the account has been removed; the others as they say.
    pub fn set_room(
        &mut self,
        account: AccountId,
        room: &BareJid,
        nick: &str,
        name: &str,
        joined: bool,
    ) -> Result<()> {
        self.committed(|tx| {
            let chat = chats::ensure(tx, account, room, ChatKind::Room)?;
            tx.prepare_cached("UPDATE chat SET kind = 'room' WHERE id = ?1 AND kind <> 'room'")?
                .execute([chat])?;
            tx.prepare_cached(
                "INSERT INTO room (chat, nick, name, joined) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (chat) DO UPDATE
                 SET nick = excluded.nick, name = excluded.name, joined = excluded.joined",
            )?
            .execute((chat, nick, name, joined))?;
            Ok(())
        })
    }
}

impl Store {
    /// Keeps of which messages of a room my devices tell (XEP-0492); `news`: the account does not know it yet. Does nothing
    /// when there is no such room.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn set_room_notify(
        &mut self,
        account: AccountId,
        room: &BareJid,
        notify: Option<RoomNotify>,
        news: bool,
    ) -> Result<()> {
        self.committed(|tx| {
            tx.prepare_cached(
                "UPDATE room SET notify = ?3, notify_news = ?4
                 WHERE chat = (SELECT id FROM chat WHERE account = ?1 AND jid = ?2)",
            )?
            .execute((
                account.0,
                room.as_str(),
                notify.map(RoomNotify::name),
                news,
            ))?;
            Ok(())
        })
    }
}

impl Store {
    /// Keeps whether a room gives people lasting names that can be believed (XEP-0421). Does nothing when there is no such
    /// room.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn set_names_occupants(
        &mut self,
        account: AccountId,
        room: &BareJid,
        names: bool,
    ) -> Result<()> {
        self.committed(|tx| {
            tx.prepare_cached(
                "UPDATE room SET names_occupants = ?3
                 WHERE chat = (SELECT id FROM chat WHERE account = ?1 AND jid = ?2) AND names_occupants <> ?3",
            )?
            .execute((account.0, room.as_str(), names))?;
            Ok(())
        })
    }
}

impl Reader {
    /// All rooms of an account, sorted by address.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn rooms(&self, account: AccountId) -> Result<Vec<RoomRow>> {
        let mut query = self.connection.prepare_cached(
            "SELECT chat.jid, nick, name, joined, notify, notify_news, names_occupants
             FROM room JOIN chat ON chat.id = room.chat
             WHERE chat.account = ?1 ORDER BY chat.jid",
        )?;
        let found = query.query_map([account.0], |row| {
            Ok(RoomRow {
                jid: rows::jid(row, 0)?,
                nick: row.get(1)?,
                name: row.get(2)?,
                joined: row.get(3)?,
                notify: row
                    .get::<_, Option<String>>(4)?
                    .and_then(|name| RoomNotify::named(&name)),
                notify_news: row.get(5)?,
                names_occupants: row.get(6)?,
            })
        })?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }
}
