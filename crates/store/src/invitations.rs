//! The links by which I invite people (XEP-0379).

use crate::errands::{self, Errand};
use crate::{Result, Store, requests};
use carillon_core::{
    BareJid,
    ids::{AccountId, Timestamp},
};
use rusqlite::Transaction;

/// So many links of an account are good at the same time; the one that ends first makes room for another one.
pub(crate) const MOST_INVITATIONS: u32 = 100;

impl Store {
    /// Keeps what a link of mine gives to whoever opens it. Durable: nobody shall have a link that is not known here.
    ///
    /// # Errors
    /// [`crate::StoreError::Gone`] when the account has been removed; the others as they say.
    pub fn add_invitation(
        &mut self,
        account: AccountId,
        token: &str,
        expires: Timestamp,
        now: Timestamp,
    ) -> Result<()> {
        self.durable(|tx| {
            tx.prepare_cached("DELETE FROM invitation WHERE expires <= ?1")?
                .execute([now.0])?;
            tx.prepare_cached(
                "DELETE FROM invitation WHERE account = ?1 AND token IN
                     (SELECT token FROM invitation WHERE account = ?1 ORDER BY expires DESC, token LIMIT -1 OFFSET ?2)",
            )?
            .execute((account.0, MOST_INVITATIONS - 1))?;
            tx.prepare_cached(
                "INSERT INTO invitation (account, token, expires) VALUES (?1, ?2, ?3)",
            )?
            .execute((account.0, token, expires.0))?;
            Ok(())
        })
    }

    /// Lets somebody in who shows what a link of mine gave, if that is still good; from now on it is not. All of it or
    /// nothing, so that no link is used up for nothing: they ask no more, what they wrote leaves Requests, and what is
    /// said to them waits to be said.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn let_in(&mut self, guest: &Guest<'_>) -> Result<Option<LetIn>> {
        self.committed(|tx| {
            if !take(tx, guest)? {
                return Ok(None);
            }
            for (id, step) in guest.steps {
                errands::queue(tx, guest.account, id, step)?;
            }
            requests::remove_contact_request(tx, guest.account, guest.jid)?;
            let stranger = requests::accept_if_stranger(tx, guest.account, guest.jid)?;
            let owed = stranger.iter().flatten().zip(1..);
            for (of, number) in owed.filter(|_| guest.receipts) {
                let (to, of) = (guest.jid.clone().into(), of.clone());
                let id = format!("{}-{number}", guest.receipt_id);
                errands::queue(tx, guest.account, &id, &Errand::Receipt { to, of })?;
            }
            Ok(Some(LetIn {
                from_requests: stranger.is_some(),
            }))
        })
    }
}

/// Somebody who shows what a link of mine gave.
#[derive(Debug, Clone, Copy)]
pub struct Guest<'a> {
    /// The account that they ask.
    pub account: AccountId,
    /// Who it is.
    pub jid: &'a BareJid,
    /// What they show.
    pub token: &'a str,
    /// When.
    pub now: Timestamp,
    /// What is said to them, each with its stanza's id.
    pub steps: &'a [(String, Errand)],
    /// Whether they get the receipts (XEP-0184) for what they wrote as a stranger.
    pub receipts: bool,
    /// How these stanzas' ids begin; like no other's.
    pub receipt_id: &'a str,
}

/// What letting somebody in has changed besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LetIn {
    /// What they wrote waited in Requests until now.
    pub from_requests: bool,
}

fn take(tx: &Transaction<'_>, guest: &Guest<'_>) -> Result<bool> {
    let mut taken = tx.prepare_cached(
        "DELETE FROM invitation WHERE account = ?1 AND token = ?2 RETURNING expires",
    )?;
    let mut rows = taken.query_map((guest.account.0, guest.token), |row| row.get(0))?;
    let expires: Option<i64> = rows.next().transpose()?;
    Ok(expires.is_some_and(|expires| expires > guest.now.0))
}
