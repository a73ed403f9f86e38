//! Rosters with versions (RFC 6121 §2).

use jid::BareJid;
use rusqlite::{OptionalExtension, Row, params};

use super::{Store, StoreError};
use crate::subscription::{Grant, Subscription};

/// One user's side of the relation to one contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RosterItem {
    pub(crate) contact: BareJid,
    pub(crate) name: Option<String>,
    pub(crate) groups: Vec<String>,
    pub(crate) state: Subscription,
    /// The user sees the item. Otherwise it is only a request, an approval in advance, or what is left of a removed
    /// one for the sake of roster versions.
    pub(crate) listed: bool,
    /// The contact's request that waits for an answer, as XML.
    pub(crate) request: Option<String>,
}

impl RosterItem {
    pub(crate) fn new(contact: BareJid) -> RosterItem {
        RosterItem {
            contact,
            name: None,
            groups: Vec::new(),
            state: Subscription::default(),
            listed: false,
            request: None,
        }
    }
}

fn grant(number: i64) -> Grant {
    match number {
        1 => Grant::Pending,
        2 => Grant::Granted,
        _ => Grant::None,
    }
}

fn number(grant: Grant) -> i64 {
    match grant {
        Grant::None => 0,
        Grant::Pending => 1,
        Grant::Granted => 2,
    }
}

const COLUMNS: &str = "contact, name, groups, state_to, state_from, approved, listed, request";

type Raw = (
    String,
    Option<String>,
    String,
    i64,
    i64,
    bool,
    bool,
    Option<String>,
);

fn raw(row: &Row<'_>) -> rusqlite::Result<Raw> {
    Ok((
        row.get(0)?,
        row.get(1)?,
        row.get(2)?,
        row.get(3)?,
        row.get(4)?,
        row.get(5)?,
        row.get(6)?,
        row.get(7)?,
    ))
}

fn item(raw: Raw) -> Result<RosterItem, StoreError> {
    let (contact, name, groups, to, from, approved, listed, request) = raw;
    let contact =
        BareJid::new(&contact).map_err(|e| StoreError::Damaged(format!("roster address: {e}")))?;
    let groups = serde_json::from_str(&groups)
        .map_err(|e| StoreError::Damaged(format!("roster groups: {e}")))?;
    let state = Subscription {
        to: grant(to),
        from: grant(from),
        approved,
    };
    Ok(RosterItem {
        contact,
        name,
        groups,
        state,
        listed,
        request,
    })
}

impl Store {
    fn items(&self, owner: &str, condition: &str) -> Result<Vec<RosterItem>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM roster WHERE owner = ?1 AND {condition} ORDER BY contact"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement
            .query_map(params![owner], raw)?
            .collect::<Result<Vec<_>, _>>()?;
        rows.into_iter().map(item).collect()
    }

    /// The roster's version: the account's epoch and its number of changes.
    pub(crate) fn roster_version(&self, owner: &str) -> Result<(String, i64), StoreError> {
        let sql = "SELECT roster_epoch, roster_version FROM account WHERE name = ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_row(params![owner], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    /// The items that the user sees.
    pub(crate) fn roster(&self, owner: &str) -> Result<Vec<RosterItem>, StoreError> {
        self.items(owner, "listed = 1")
    }

    /// The items changed after `version`, removed ones included, each with the version of its change, oldest first.
    pub(crate) fn roster_since(
        &self,
        owner: &str,
        version: i64,
    ) -> Result<Vec<(i64, RosterItem)>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS}, version FROM roster WHERE owner = ?1 AND version > ?2 ORDER BY version"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement
            .query_map(params![owner, version], |row| Ok((row.get(8)?, raw(row)?)))?
            .collect::<Result<Vec<_>, _>>()?;
        rows.into_iter()
            .map(|(version, raw)| Ok((version, item(raw)?)))
            .collect()
    }

    /// The items whose contact waits for an answer.
    pub(crate) fn requests(&self, owner: &str) -> Result<Vec<RosterItem>, StoreError> {
        self.items(owner, "state_from = 1")
    }

    /// The contacts who see the user's presence.
    pub(crate) fn watchers(&self, owner: &str) -> Result<Vec<RosterItem>, StoreError> {
        self.items(owner, "state_from = 2")
    }

    /// The contacts whose presence the user sees.
    pub(crate) fn watched(&self, owner: &str) -> Result<Vec<RosterItem>, StoreError> {
        self.items(owner, "state_to = 2")
    }

    pub(crate) fn roster_item(
        &self,
        owner: &str,
        contact: &BareJid,
    ) -> Result<Option<RosterItem>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM roster WHERE owner = ?1 AND contact = ?2");
        let mut statement = self.connection.prepare_cached(&sql)?;
        statement
            .query_row(params![owner, contact.as_str()], raw)
            .optional()?
            .map(item)
            .transpose()
    }

    /// Stores an item. With `seen` the user must learn of it: the roster gets a new version, which is returned.
    pub(crate) fn put_roster_item(
        &mut self,
        owner: &str,
        item: &RosterItem,
        seen: bool,
    ) -> Result<i64, StoreError> {
        let groups = serde_json::to_string(&item.groups)
            .map_err(|e| StoreError::Damaged(format!("groups: {e}")))?;
        let transaction = self.connection.transaction()?;
        let sql = "UPDATE account SET roster_version = roster_version + ?2 WHERE name = ?1 RETURNING roster_version";
        let version: i64 =
            transaction.query_row(sql, params![owner, i64::from(seen)], |row| row.get(0))?;
        let sql = "INSERT INTO roster (owner, contact, name, groups, state_to, state_from, approved, listed, request, version)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, iif(?10, ?11, 0))
                   ON CONFLICT (owner, contact) DO UPDATE SET name = excluded.name, groups = excluded.groups,
                       state_to = excluded.state_to, state_from = excluded.state_from, approved = excluded.approved,
                       listed = excluded.listed, request = excluded.request, version = iif(?10, ?11, version)";
        transaction.execute(
            sql,
            params![
                owner,
                item.contact.as_str(),
                item.name,
                groups,
                number(item.state.to),
                number(item.state.from),
                item.state.approved,
                item.listed,
                item.request,
                seen,
                version
            ],
        )?;
        transaction.commit()?;
        Ok(version)
    }
}
