//! Who wants something of me: to be a contact, or to write to me as a stranger.

use crate::files::{self, BRIEF};
use crate::{Reader, Result, Store, StoreError, chats, rows};
use carillon_core::{
    BareJid, Jid,
    chat::{ChatKind, StrangerRequest},
    contact::ContactRequest,
    ids::{AccountId, ChatRef, Timestamp},
    moving::MoveClaim,
};
use rusqlite::{OptionalExtension, Transaction};

impl Store {
    /// Keeps a request to be a contact. Answers whether it is new: servers repeat unanswered ones at every login
    /// (RFC 6121 §3.1.3). A repeated one brings its words up to date and keeps its time, and whom they say that they were
    /// (`claims`), which servers may leave out when they repeat it.
    ///
    /// # Errors
    /// [`crate::StoreError::Gone`] when the account has been removed; the others as they say.
    pub fn add_contact_request(
        &mut self,
        account: AccountId,
        jid: &BareJid,
        nick: &str,
        text: &str,
        claims: Option<&BareJid>,
        at: Timestamp,
    ) -> Result<bool> {
        let claims = claims.map(|old| old.as_str());
        self.committed(|tx| {
            let known = tx
                .prepare_cached(
                    "UPDATE contact_request SET nick = ?3, text = ?4,
                         moved_from = iif(?5 IS NULL OR claims IS ?5, moved_from, NULL), claims = coalesce(?5, claims)
                     WHERE account = ?1 AND jid = ?2",
                )?
                .execute((account.0, jid.as_str(), nick, text, claims))?;
            if known == 0 {
                tx.prepare_cached(
                    "INSERT INTO contact_request (account, jid, nick, text, claims, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                )?
                .execute((account.0, jid.as_str(), nick, text, claims, at.0))?;
            }
            Ok(known == 0)
        })
    }

    /// The account that somebody says they were says so too. Answers whether they still ask.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn prove_claim(
        &mut self,
        account: AccountId,
        jid: &BareJid,
        old: &BareJid,
    ) -> Result<bool> {
        self.committed(|tx| {
            let proven = tx
                .prepare_cached(
                    "UPDATE contact_request SET moved_from = claims
                     WHERE account = ?1 AND jid = ?2 AND claims = ?3 AND moved_from IS NOT claims",
                )?
                .execute((account.0, jid.as_str(), old.as_str()))?;
            Ok(proven > 0)
        })
    }

    /// The request was answered or withdrawn. Answers whether there was one.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn remove_contact_request(&mut self, account: AccountId, jid: &BareJid) -> Result<bool> {
        self.committed(|tx| remove_contact_request(tx, account, jid))
    }

    /// I ask somebody back whom I let see me. It is forgotten with them, and when it was [taken](Self::take_asked_back).
    ///
    /// # Errors
    /// [`crate::StoreError::Gone`] when the account has been removed; the others as they say.
    pub fn note_asked_back(&mut self, account: AccountId, jid: &BareJid) -> Result<()> {
        self.committed(|tx| {
            tx.prepare_cached("INSERT OR IGNORE INTO asked_back (account, jid) VALUES (?1, ?2)")?
                .execute((account.0, jid.as_str()))?;
            Ok(())
        })
    }

    /// Whether I asked somebody back; from now on it is as if I had not.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn take_asked_back(&mut self, account: AccountId, jid: &BareJid) -> Result<bool> {
        self.committed(|tx| {
            let taken = tx
                .prepare_cached("DELETE FROM asked_back WHERE account = ?1 AND jid = ?2")?
                .execute((account.0, jid.as_str()))?;
            Ok(taken > 0)
        })
    }

    /// Lets a stranger write to me: the chat leaves Requests, and its next messages are like a contact's. Answers
    /// the sender's ids of the messages that still wait for a receipt (XEP-0184), oldest first.
    ///
    /// # Errors
    /// [`crate::StoreError::Gone`] when the account has been removed; the others as they say.
    pub fn accept_stranger(&mut self, account: AccountId, jid: &BareJid) -> Result<Vec<String>> {
        self.committed(|tx| {
            let chat = chats::ensure(tx, account, jid, ChatKind::Contact)?;
            accept_stranger(tx, chat)
        })
    }

    /// Deletes what a stranger has written, unless they were accepted in the meantime. Answers whether there was
    /// something to delete.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn delete_stranger(&mut self, account: AccountId, jid: &BareJid) -> Result<bool> {
        self.committed(|tx| {
            let deleted = tx
                .prepare_cached(
                    "DELETE FROM chat WHERE account = ?1 AND jid = ?2 AND kind = 'stranger'",
                )?
                .execute((account.0, jid.as_str()))
                .map_err(StoreError::of_removal)?;
            Ok(deleted > 0)
        })
    }
}

impl Reader {
    /// Everybody who waits for an answer to a contact request, the newest first.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn contact_requests(&self) -> Result<Vec<ContactRequest>> {
        let mut query = self.connection.prepare_cached(
            "SELECT account, jid, nick, text, at, claims, moved_from IS claims FROM contact_request ORDER BY at DESC, jid",
        )?;
        let found = query.query_map([], |row| {
            Ok(ContactRequest {
                account: AccountId(row.get(0)?),
                jid: rows::jid(row, 1)?,
                nick: row.get(2)?,
                text: row.get(3)?,
                at: Timestamp(row.get(4)?),
                moved: match rows::some_jid(row, 5)? {
                    Some(from) => Some(MoveClaim {
                        from,
                        proven: row.get(6)?,
                    }),
                    None => None,
                },
            })
        })?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }

    /// Whether somebody who is no contact may write to me, because I accepted them or wrote to them since they
    /// last were a contact.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn is_accepted(&self, account: AccountId, jid: &Jid) -> Result<bool> {
        let found = self
            .connection
            .prepare_cached("SELECT accepted FROM chat WHERE account = ?1 AND jid = ?2")?
            .query_row((account.0, jid.as_str()), |row| row.get(0))
            .optional()?;
        Ok(found.unwrap_or(false))
    }

    /// All strangers whose messages wait, the newest first. Counts what I have not seen, and at least one.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn stranger_requests(&self) -> Result<Vec<StrangerRequest>> {
        let mut query = self.connection.prepare_cached(&format!(
            "SELECT account, jid, MAX(unread, 1), substr(body, 1, ?1), message.at, {BRIEF}
             FROM chat JOIN message ON message.id = chat.last_message
                  LEFT JOIN message_file ON message_file.message = message.id
             WHERE kind = 'stranger' ORDER BY message.id DESC"
        ))?;
        let found = query.query_map([chats::GLIMPSE], |row| {
            Ok(StrangerRequest {
                account: AccountId(row.get(0)?),
                jid: rows::jid(row, 1)?,
                messages: row.get(2)?,
                last_text: row.get(3)?,
                at: Timestamp(row.get(4)?),
                last_file: files::brief(row, 5)?,
            })
        })?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }

    /// Whether a chat waits in Requests.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn is_in_requests(&self, chat: &ChatRef) -> Result<bool> {
        Ok(self.chat_kind(chat)? == Some(ChatKind::Stranger))
    }
}

pub(crate) fn remove_contact_request(
    tx: &Transaction<'_>,
    account: AccountId,
    jid: &BareJid,
) -> Result<bool> {
    let removed = tx
        .prepare_cached("DELETE FROM contact_request WHERE account = ?1 AND jid = ?2")?
        .execute((account.0, jid.as_str()))?;
    Ok(removed > 0)
}

/// As [`Store::accept_stranger`] where somebody's messages wait in Requests; `None` where none do.
pub(crate) fn accept_if_stranger(
    tx: &Transaction<'_>,
    account: AccountId,
    jid: &BareJid,
) -> Result<Option<Vec<String>>> {
    let waiting = tx
        .prepare_cached(
            "SELECT id FROM chat WHERE account = ?1 AND jid = ?2 AND kind = 'stranger'",
        )?
        .query_row((account.0, jid.as_str()), |row| row.get(0))
        .optional()?;
    match waiting {
        Some(chat) => accept_stranger(tx, chat).map(Some),
        None => Ok(None),
    }
}

fn accept_stranger(tx: &Transaction<'_>, chat: i64) -> Result<Vec<String>> {
    let mut owed = tx.prepare_cached(
        "SELECT sender_id FROM message JOIN chat ON chat.id = message.chat
         WHERE chat.id = ?1 AND chat.kind = 'stranger'
         AND wants_receipt = 1 AND author = 1 AND sender_id IS NOT NULL ORDER BY message.id",
    )?;
    let receipts = owed
        .query_map([chat], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    chats::accept(tx, chat)?;
    Ok(receipts)
}
