//! The contacts of each account, as its server last told them (RFC 6121 §2).

use crate::{Reader, Result, Store, rows};
use carillon_core::{BareJid, contact::RosterItem, ids::AccountId};
use rusqlite::{Connection, OptionalExtension, Row, Transaction};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// One contact before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterChange {
    /// `None` when they were no contact.
    pub before: Option<RosterItem>,
    /// What is stored now.
    pub after: RosterItem,
}

impl RosterChange {
    /// They have just accepted my request: I asked, and from now on I see their presence.
    #[must_use]
    pub fn is_request_accepted(&self) -> bool {
        self.after.subscription.i_see_them()
            && self
                .before
                .as_ref()
                .is_some_and(|before| before.ask && !before.subscription.i_see_them())
    }
}

/// What a whole new roster changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RosterDifference {
    /// New contacts, and those of whom anything is different, sorted by address.
    pub changed: Vec<RosterChange>,
    /// Who is no contact any more, sorted.
    pub removed: Vec<BareJid>,
}

impl Store {
    /// Takes over the server's whole roster. An empty `version` is a version too; `None` is none.
    ///
    /// # Errors
    /// [`crate::StoreError::Gone`] when the account has been removed; the others as they say.
    pub fn replace_roster(
        &mut self,
        account: AccountId,
        version: Option<&str>,
        items: Vec<RosterItem>,
    ) -> Result<RosterDifference> {
        self.committed(|tx| {
            let mut gone: BTreeMap<BareJid, RosterItem> = all(tx, account)?
                .into_iter()
                .map(|item| (item.jid.clone(), item))
                .collect();
            let wanted: BTreeMap<BareJid, RosterItem> = items
                .into_iter()
                .map(|item| (item.jid.clone(), item))
                .collect();
            let mut difference = RosterDifference::default();
            for (jid, after) in wanted {
                let before = gone.remove(&jid);
                if before.as_ref() != Some(&after) {
                    put(tx, account, &after)?;
                    difference.changed.push(RosterChange { before, after });
                }
            }
            for jid in gone.into_keys() {
                remove(tx, account, &jid)?;
                difference.removed.push(jid);
            }
            set_version(tx, account, version)?;
            Ok(difference)
        })
    }

    /// Takes over one contact. A stranger who is a contact now leaves Requests.
    ///
    /// # Errors
    /// [`crate::StoreError::Gone`] when the account has been removed; the others as they say.
    pub fn apply_roster_item(
        &mut self,
        account: AccountId,
        version: Option<&str>,
        item: RosterItem,
    ) -> Result<RosterChange> {
        self.committed(|tx| {
            let before = one(tx, account, &item.jid)?;
            put(tx, account, &item)?;
            set_version(tx, account, version)?;
            Ok(RosterChange {
                before,
                after: item,
            })
        })
    }

    /// Somebody is no contact any more: answers what they were. The chat stays, but what they write from now on
    /// is a stranger's.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn remove_roster_item(
        &mut self,
        account: AccountId,
        version: Option<&str>,
        jid: &BareJid,
    ) -> Result<Option<RosterItem>> {
        self.committed(|tx| {
            let before = one(tx, account, jid)?;
            remove(tx, account, jid)?;
            set_version(tx, account, version)?;
            Ok(before)
        })
    }
}

impl Reader {
    /// The version to offer at login (RFC 6121 §2.6), `None` when the server gave none.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn roster_version(&self, account: AccountId) -> Result<Option<String>> {
        let found = self
            .connection
            .prepare_cached("SELECT roster_version FROM account WHERE id = ?1")?
            .query_row([account.0], |row| row.get(0))
            .optional()?;
        Ok(found.flatten())
    }

    /// All contacts of an account, sorted by address.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn roster(&self, account: AccountId) -> Result<Vec<RosterItem>> {
        all(&self.connection, account)
    }

    /// One contact, `None` when they are none.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn roster_item(&self, account: AccountId, jid: &BareJid) -> Result<Option<RosterItem>> {
        one(&self.connection, account, jid)
    }
}

fn all(connection: &Connection, account: AccountId) -> Result<Vec<RosterItem>> {
    let mut query = connection.prepare_cached(
        "SELECT jid, name, groups, subscription, ask FROM roster_item WHERE account = ?1 ORDER BY jid",
    )?;
    let mut known = HashMap::new();
    let found = query.query_map([account.0], |row| item(row, &mut known))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

fn one(connection: &Connection, account: AccountId, jid: &BareJid) -> Result<Option<RosterItem>> {
    Ok(connection
        .prepare_cached(
            "SELECT jid, name, groups, subscription, ask FROM roster_item WHERE account = ?1 AND jid = ?2",
        )?
        .query_row((account.0, jid.as_str()), |row| {
            item(row, &mut HashMap::new())
        })
        .optional()?)
}

/// Groups by the text in which they are stored: few are, however many contacts are in them.
type Groups = HashMap<String, Arc<[String]>>;

fn item(row: &Row<'_>, known: &mut Groups) -> rusqlite::Result<RosterItem> {
    let text = row.get_ref(2)?.as_str()?;
    let groups = match known.get(text) {
        Some(groups) => Arc::clone(groups),
        None => {
            let groups: Arc<[String]> =
                serde_json::from_str(text).map_err(|error| rows::foreign(2, error.to_string()))?;
            known.insert(text.to_owned(), Arc::clone(&groups));
            groups
        }
    };
    Ok(RosterItem {
        jid: rows::jid(row, 0)?,
        name: row.get(1)?,
        groups,
        subscription: rows::subscription(row, 3)?,
        ask: row.get(4)?,
    })
}

fn put(tx: &Transaction<'_>, account: AccountId, item: &RosterItem) -> Result<()> {
    tx.prepare_cached(
        "INSERT INTO roster_item (account, jid, name, groups, subscription, ask)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (account, jid) DO UPDATE
         SET name = excluded.name, groups = excluded.groups, subscription = excluded.subscription,
             ask = excluded.ask",
    )?
    .execute((
        account.0,
        item.jid.as_str(),
        &item.name,
        serde_json::Value::from(&*item.groups).to_string(),
        rows::subscription_column(item.subscription),
        item.ask,
    ))?;
    tx.prepare_cached(
        "UPDATE chat SET kind = 'contact' WHERE account = ?1 AND jid = ?2 AND kind = 'stranger'",
    )?
    .execute((account.0, item.jid.as_str()))?;
    Ok(())
}

fn remove(tx: &Transaction<'_>, account: AccountId, jid: &BareJid) -> Result<()> {
    tx.prepare_cached("DELETE FROM roster_item WHERE account = ?1 AND jid = ?2")?
        .execute((account.0, jid.as_str()))?;
    tx.prepare_cached("DELETE FROM moved_contact WHERE account = ?1 AND jid = ?2")?
        .execute((account.0, jid.as_str()))?;
    tx.prepare_cached(
        "UPDATE chat SET accepted = 0 WHERE account = ?1 AND jid = ?2 AND accepted = 1",
    )?
    .execute((account.0, jid.as_str()))?;
    Ok(())
}

fn set_version(tx: &Transaction<'_>, account: AccountId, version: Option<&str>) -> Result<()> {
    tx.prepare_cached("UPDATE account SET roster_version = ?2 WHERE id = ?1")?
        .execute((account.0, version))?;
    Ok(())
}
