//! What has to be said besides messages: receipts, markers, answers to those who want to see me or invite me. Rows until
//! the server has them, so that neither a missing connection nor an end of the program loses one.

use crate::{Reader, Result, Store, rows};
use carillon_core::{
    BareJid, Jid,
    ids::AccountId,
    session::{SubscriptionStep, Wish},
};
use rusqlite::{Row, Transaction};

/// Something small to be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Errand {
    /// "I have it" (XEP-0184).
    Receipt {
        /// The device that the message came from.
        to: Jid,
        /// The message's id.
        of: String,
    },
    /// "I have seen it" (XEP-0333).
    Displayed {
        /// The contact.
        to: BareJid,
        /// The message's id.
        of: String,
    },
    /// A step of the subscription dance.
    Subscription {
        /// To whom.
        to: BareJid,
        /// Which.
        step: SubscriptionStep,
    },
    /// "I will not come" (XEP-0045 §7.8.2).
    Decline {
        /// The room.
        room: BareJid,
        /// Who invited, as the invitation said.
        to: Jid,
    },
}

/// An errand that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingErrand {
    /// The stored row; later ones are greater.
    pub row: i64,
    /// The stanza's id, the same on every try.
    pub id: String,
    /// What.
    pub errand: Errand,
}

impl Store {
    /// Stores an errand before it is said. Of markers for the same chat only the newest is kept, of steps with the
    /// same person the last.
    ///
    /// # Errors
    /// [`crate::StoreError::Gone`] when the account has been removed; the others as they say.
    pub fn queue_errand(&mut self, account: AccountId, id: &str, errand: &Errand) -> Result<()> {
        self.committed(|tx| queue(tx, account, id, errand))
    }
}

impl Reader {
    /// The first `limit` errands of an account behind a row, in the order in which they came up.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn errands_after(
        &self,
        account: AccountId,
        row: i64,
        limit: u32,
    ) -> Result<Vec<WaitingErrand>> {
        let mut query = self.connection.prepare_cached(
            "SELECT id, stanza_id, kind, jid, about, words, token, moved_from FROM errand
             WHERE account = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
        )?;
        let found = query.query_map((account.0, row, limit), waiting)?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }
}

pub(crate) fn queue(
    tx: &Transaction<'_>,
    account: AccountId,
    id: &str,
    errand: &Errand,
) -> Result<()> {
    let (kind, jid, about, words) = columns(errand);
    let superseded = match errand {
        Errand::Receipt { .. } | Errand::Decline { .. } => None,
        Errand::Displayed { .. } => Some("kind = 'displayed'"),
        // What was wanted last is wanted; asking for theirs and answering for mine are two things.
        Errand::Subscription { step, .. } => Some(match step {
            SubscriptionStep::Subscribe(_) | SubscriptionStep::Unsubscribe => {
                "kind IN ('subscribe', 'unsubscribe')"
            }
            SubscriptionStep::Subscribed | SubscriptionStep::Unsubscribed => {
                "kind IN ('subscribed', 'unsubscribed')"
            }
        }),
    };
    if let Some(which) = superseded {
        tx.prepare_cached(&format!(
            "DELETE FROM errand WHERE account = ?1 AND jid = ?2 AND {which}"
        ))?
        .execute((account.0, jid))?;
    }
    let (token, moved_from) = match errand {
        Errand::Subscription {
            step: SubscriptionStep::Subscribe(wish),
            ..
        } => (
            wish.token.as_str(),
            wish.moved_from.as_ref().map(|old| old.as_str()),
        ),
        _ => ("", None),
    };
    tx.prepare_cached(
        "INSERT INTO errand (account, kind, jid, stanza_id, about, words, token, moved_from)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute((account.0, kind, jid, id, about, words, token, moved_from))?;
    Ok(())
}

/// The server has it. Answers whether it was an errand.
pub(crate) fn done(tx: &Transaction<'_>, account: AccountId, id: &str) -> Result<bool> {
    let done = tx
        .prepare_cached("DELETE FROM errand WHERE account = ?1 AND stanza_id = ?2")?
        .execute((account.0, id))?;
    Ok(done > 0)
}

fn columns(errand: &Errand) -> (&str, &str, &str, &str) {
    match errand {
        Errand::Receipt { to, of } => ("receipt", to.as_str(), of, ""),
        Errand::Displayed { to, of } => ("displayed", to.as_str(), of, ""),
        Errand::Subscription { to, step } => match step {
            SubscriptionStep::Subscribe(wish) => ("subscribe", to.as_str(), &wish.nick, &wish.text),
            SubscriptionStep::Subscribed => ("subscribed", to.as_str(), "", ""),
            SubscriptionStep::Unsubscribe => ("unsubscribe", to.as_str(), "", ""),
            SubscriptionStep::Unsubscribed => ("unsubscribed", to.as_str(), "", ""),
        },
        Errand::Decline { room, to } => ("decline", to.as_str(), room.as_str(), ""),
    }
}

fn waiting(row: &Row<'_>) -> rusqlite::Result<WaitingErrand> {
    let (about, words): (String, String) = (row.get(4)?, row.get(5)?);
    let step = |step| {
        Ok(Errand::Subscription {
            to: rows::jid(row, 3)?,
            step,
        })
    };
    let errand = match row.get_ref(2)?.as_str()? {
        "receipt" => Ok(Errand::Receipt {
            to: rows::any_jid(row, 3)?,
            of: about,
        }),
        "displayed" => Ok(Errand::Displayed {
            to: rows::jid(row, 3)?,
            of: about,
        }),
        "subscribe" => step(SubscriptionStep::Subscribe(Wish {
            nick: about,
            text: words,
            token: row.get(6)?,
            moved_from: rows::some_jid(row, 7)?,
        })),
        "subscribed" => step(SubscriptionStep::Subscribed),
        "unsubscribe" => step(SubscriptionStep::Unsubscribe),
        "unsubscribed" => step(SubscriptionStep::Unsubscribed),
        "decline" => Ok(Errand::Decline {
            room: rows::jid(row, 4)?,
            to: rows::any_jid(row, 3)?,
        }),
        other => Err(rows::foreign(2, format!("no errand: {other}"))),
    }?;
    Ok(WaitingErrand {
        row: row.get(0)?,
        id: row.get(1)?,
        errand,
    })
}
