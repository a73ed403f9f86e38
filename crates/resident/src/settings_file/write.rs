//! From settings to bytes, touching only what changed.

use super::read::ACCOUNT;
use super::{SettingsError, write_alerts};
use carillon_core::settings::{AccountSettings, Settings};
use jid::BareJid;
use serde::Serialize;
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, TableLike};

/// Brings `document`, which says what `old` means, to say what `settings` mean; comments, order and unknown keys stay.
pub(super) fn merge(
    document: &mut DocumentMut,
    old: &Settings,
    settings: &Settings,
) -> Result<(), SettingsError> {
    let defaults = Settings::default();
    merge_section(document, "general", &settings.general, &defaults.general)?;
    merge_section(document, "privacy", &settings.privacy, &defaults.privacy)?;
    write_alerts::merge(document, &old.alerts, &settings.alerts)?;
    merge_accounts(document, &old.accounts, &settings.accounts)
}

pub(super) fn table_of<T: Serialize>(value: &T) -> Result<Table, SettingsError> {
    Ok(toml_edit::ser::to_document(value)?.as_table().clone())
}

fn merge_section<T: Serialize>(
    document: &mut DocumentMut,
    name: &str,
    value: &T,
    default: &T,
) -> Result<(), SettingsError> {
    let (wanted, default) = (table_of(value)?, table_of(default)?);
    let keys: Vec<&str> = wanted.iter().map(|(key, _)| key).collect();
    let differs = |key: &str| text(wanted.get(key)) != text(default.get(key));
    let differing: Vec<&str> = keys.iter().copied().filter(|key| differs(key)).collect();
    if differing.is_empty() && document.get(name).is_none() {
        return Ok(());
    }
    let section = section(document.as_table_mut(), name);
    for key in keys {
        if differs(key) {
            set(section, key, wanted.get(key));
        } else {
            section.remove(key);
        }
    }
    Ok(())
}

/// Accounts that did not change stay as they stand there, and so does what is not understood.
fn merge_accounts(
    document: &mut DocumentMut,
    old: &[AccountSettings],
    accounts: &[AccountSettings],
) -> Result<(), SettingsError> {
    if old == accounts {
        return Ok(());
    }
    let written = match document.remove("account") {
        Some(Item::ArrayOfTables(tables)) => tables,
        Some(item) => item.into_array_of_tables().unwrap_or_default(),
        None => ArrayOfTables::new(),
    };
    let mut rest: Vec<Table> = written.iter().cloned().collect();
    let mut new = ArrayOfTables::new();
    for account in accounts {
        let first = rest.iter().position(|table| is_of(table, account));
        let mut table = first.map(|at| rest.remove(at)).unwrap_or_default();
        let before = old.iter().find(|known| known.jid == account.jid);
        merge_account(&mut table, before, account)?;
        new.push(table);
    }
    let removed = |table: &Table| {
        let gone = |known: &&AccountSettings| accounts.iter().all(|one| one.jid != known.jid);
        old.iter().filter(gone).any(|known| is_of(table, known))
    };
    rest.retain(|table| !removed(table));
    for table in rest {
        new.push(table);
    }
    if !new.is_empty() {
        document.insert("account", Item::ArrayOfTables(new));
    }
    Ok(())
}

fn is_of(table: &Table, account: &AccountSettings) -> bool {
    let jid = table.get("jid").and_then(Item::as_str);
    jid.and_then(|jid| jid.parse::<BareJid>().ok()).as_ref() == Some(&account.jid)
}

/// Writes what changed since `before`; for a new account what differs from the defaults.
fn merge_account(
    table: &mut Table,
    before: Option<&AccountSettings>,
    account: &AccountSettings,
) -> Result<(), SettingsError> {
    let wanted = table_of(account)?;
    let usual = table_of(&AccountSettings::new(account.jid.clone()))?;
    let before = before.filter(|_| table.contains_key("jid"));
    let before = before.map(table_of).transpose()?;
    for key in ACCOUNT {
        let as_before = |before: &Table| text(wanted.get(key)) == text(before.get(key));
        if before.as_ref().is_some_and(as_before) {
            continue;
        }
        let default = *key != "jid" && text(wanted.get(key)) == text(usual.get(key));
        match wanted.get(key) {
            Some(value) if !default => set(table, key, Some(value)),
            _ => {
                table.remove(key);
            }
        }
    }
    Ok(())
}

/// The table of a name, made when it is not there; one written inline becomes a block.
pub(super) fn section<'a>(parent: &'a mut Table, name: &str) -> &'a mut Table {
    let item = parent
        .entry(name)
        .or_insert_with(|| Item::Table(Table::new()));
    if !item.is_table() {
        let table = std::mem::take(item).into_table().unwrap_or_default();
        *item = Item::Table(table);
    }
    // The lines above made it a table.
    match item {
        Item::Table(table) => table,
        _ => unreachable!("a section is a table"),
    }
}

/// Sets a value and keeps the comment behind the old one.
pub(super) fn set(table: &mut dyn TableLike, key: &str, value: Option<&Item>) {
    // A value made of several parts stands in one line, like the others.
    let Some(mut value) = value.and_then(|value| value.clone().into_value().ok()) else {
        return;
    };
    // Put in the place of the old one, so that the comment above the key stays as well.
    if let Some(there) = table.get_mut(key) {
        if let Some(old) = there.as_value() {
            *value.decor_mut() = old.decor().clone();
        }
        *there = Item::Value(value);
        return;
    }
    table.insert(key, Item::Value(value));
}

pub(super) fn text(item: Option<&Item>) -> Option<String> {
    item.map(|item| item.to_string().trim().to_owned())
}
