//! What a room's moderators have taken back (XEP-0425). The room said so, which `wire` has checked; whose message it was
//! does not matter.

use super::{Said, apply, forget_oldest_kept, insert};
use crate::receive::{NewMessage, Received};
use crate::{Reader, Result, rows};
use carillon_core::ids::{AccountId, ChatRef, MessageId};
use carillon_core::room::Moderated;
use carillon_core::session::About;
use rusqlite::{Connection, OptionalExtension, Transaction};

/// Takes it. `None` where an archive has only this in a message's place: then it is stored as that message, without
/// words.
pub(super) fn receive(
    tx: &Transaction<'_>,
    chat: i64,
    new: &NewMessage,
    about: &About,
    said: Said,
) -> Result<Option<Received>> {
    let message: Option<i64> = tx
        .prepare_cached("SELECT id FROM message WHERE chat = ?1 AND stanza_id = ?2")?
        .query_row((chat, &about.target), |row| row.get(0))
        .optional()?;
    insert(tx, chat, new, about, message, said)?;
    let Some(message) = message else {
        forget_oldest_kept(tx, chat)?;
        let in_its_place = said != Said::Now && new.stanza_id.as_ref() == Some(&about.target);
        return Ok((!in_its_place).then_some(Received::Kept));
    };
    apply(tx, message)?;
    Ok(Some(Received::Changed(MessageId(message))))
}

/// Who took a message back as a moderator, and why, as who did it first said. A mark that an archive has in the message's
/// place says neither; the room's own word does, which comes behind it.
pub(crate) fn moderated(connection: &Connection, message: MessageId) -> Result<Option<Moderated>> {
    Ok(connection
        .prepare_cached(
            "SELECT nick, words FROM change WHERE message = ?1 AND moderated
             ORDER BY nick = '' AND words = '', place LIMIT 1",
        )?
        .query_row([message.0], |row| {
            Ok(Moderated {
                by: row.get(0)?,
                words: row.get(1)?,
            })
        })
        .optional()?)
}

impl Reader {
    /// The room in which a message stands, and the room's name for it (XEP-0359). `None` when it stands in no room, has no
    /// name there, or is taken back already.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn entry_in_room(&self, message: MessageId) -> Result<Option<(ChatRef, String)>> {
        Ok(self
            .connection
            .prepare_cached(
                "SELECT chat.account, chat.jid, stanza_id FROM message JOIN chat ON chat.id = message.chat
                 WHERE message.id = ?1 AND chat.kind = 'room' AND retracted = 0 AND stanza_id IS NOT NULL",
            )?
            .query_row([message.0], |row| {
                let chat = ChatRef {
                    account: AccountId(row.get(0)?),
                    jid: rows::any_jid(row, 1)?,
                };
                Ok((chat, row.get(2)?))
            })
            .optional()?)
    }
}
