//! From rules to `[alerts]`, touching only what changed: bad values, unknown keys, comments and order stay.

use super::SettingsError;
use super::read::Reading;
use super::read_alerts;
use super::write::{section, set, table_of, text};
use carillon_core::alerts::{AlertRules, EventKind, Override, Profile, QuietHours, Scope, Watch};
use serde::Serialize;
use std::collections::HashMap;
use std::hash::Hash;
use toml_edit::{ArrayOfTables, DocumentMut, InlineTable, Item, Table, TableLike, Value};

/// Brings `document`, which says what `old` means, to say what `new` means.
pub(super) fn merge(
    document: &mut DocumentMut,
    old: &AlertRules,
    new: &AlertRules,
) -> Result<(), SettingsError> {
    if old == new {
        return Ok(());
    }
    let root = document.as_table_mut();
    if !root.contains_key("alerts") {
        let mut alerts = Table::new();
        alerts.set_implicit(true);
        root.insert("alerts", Item::Table(alerts));
    }
    let alerts = section(root, "alerts");
    change(alerts, &plain(old)?, &plain(new)?, Form::Blocks);
    List {
        name: "profile",
        lists: (&old.profiles, &new.profiles),
        key: |one: &Profile| one.name.clone(),
        key_in: |table| Some(table.get("name")?.as_str()?.to_owned()),
        stands_in: |one, table| stands(table, "name", &one.name),
        may_be_renamed: true,
    }
    .merge(alerts)?;
    List {
        name: "override",
        lists: (&old.overrides, &new.overrides),
        key: |one: &Override| one.scope.clone(),
        key_in: |table| read_alerts::scope(&mut Reading::default(), "", table),
        stands_in: |one, table| scope_stands(table, &one.scope),
        may_be_renamed: false,
    }
    .merge(alerts)?;
    List {
        name: "watch",
        lists: (&old.watches, &new.watches),
        key: |one: &Watch| (one.account.clone(), one.contact.clone()),
        key_in: |table| {
            let watch = read_alerts::watch(&mut Reading::default(), "", table)?;
            Some((watch.account, watch.contact))
        },
        stands_in: |one, table| {
            stands(table, "account", one.account.as_str())
                && stands(table, "contact", one.contact.as_str())
        },
        may_be_renamed: false,
    }
    .merge(alerts)?;
    List {
        name: "quiet",
        lists: (&old.quiet, &new.quiet),
        key: QuietHours::clone,
        key_in: |table| read_alerts::quiet(&mut Reading::default(), "", table),
        stands_in: |_, _| false,
        may_be_renamed: true,
    }
    .merge(alerts)?;
    // A heading with nothing under it goes, unless somebody wrote something beside it.
    let decor = alerts.decor();
    let beside = [decor.prefix(), decor.suffix()].into_iter().flatten();
    let wordless = beside
        .filter_map(|raw| raw.as_str())
        .all(|text| text.trim().is_empty());
    if alerts.is_empty() && wordless {
        document.remove("alerts");
    }
    Ok(())
}

/// The rules without those that are lists of tables.
fn plain(rules: &AlertRules) -> Result<Table, SettingsError> {
    table_of(&AlertRules {
        rows: rules.rows.clone(),
        active_profile: rules.active_profile.clone(),
        break_through: rules.break_through.clone(),
        keywords: rules.keywords.clone(),
        presence: rules.presence.clone(),
        other_device: rules.other_device.clone(),
        in_window: rules.in_window,
        ..AlertRules::default()
    })
}

fn stands(table: &Table, key: &str, value: &str) -> bool {
    table.get(key).and_then(Item::as_str) == Some(value)
}

fn scope_stands(table: &Table, scope: &Scope) -> bool {
    match scope {
        Scope::Account { account } => {
            stands(table, "scope", "account") && stands(table, "account", account.as_str())
        }
        Scope::Group { account, group } => {
            let known = match account {
                Some(account) => stands(table, "account", account.as_str()),
                None => !table.contains_key("account"),
            };
            known && stands(table, "scope", "group") && stands(table, "group", group)
        }
        Scope::Chat { account, chat } => {
            stands(table, "scope", "chat")
                && stands(table, "account", account.as_str())
                && stands(table, "chat", chat.as_str())
        }
    }
}

/// How a table that was not there is written.
#[derive(Clone, Copy)]
enum Form {
    /// `[alerts.message]`.
    Blocks,
    /// `rows.message.sound = …` in an entry of a list.
    Entry,
    /// `{ … }`.
    Inline,
}

impl Form {
    fn table(self, key: &str) -> (Item, Self) {
        match self {
            Self::Blocks => (Item::Table(Table::new()), Self::Inline),
            Self::Entry if key == "rows" => (dotted(), Self::Entry),
            Self::Entry if key == "row" || EventKind::named(key).is_some() => {
                (dotted(), Self::Inline)
            }
            Self::Entry | Self::Inline => {
                let table = Value::InlineTable(InlineTable::new());
                (Item::Value(table), Self::Inline)
            }
        }
    }
}

fn dotted() -> Item {
    let mut table = Table::new();
    table.set_dotted(true);
    Item::Table(table)
}

/// Changes in `table` what differs between `old` and `new`.
fn change(table: &mut dyn TableLike, old: &dyn TableLike, new: &dyn TableLike, form: Form) {
    let gone = old.iter().filter(|(key, _)| !new.contains_key(key));
    let empty = Table::new();
    for (key, was) in gone {
        let (Some(there), Some(was)) = (table.get_mut(key), was.as_table_like()) else {
            table.remove(key);
            continue;
        };
        match there.as_table_like_mut() {
            Some(below) => change(below, was, &empty, form),
            None => *there = Item::None,
        }
        drop_empty(table, key);
    }
    for (key, wanted) in new.iter() {
        let was = old.get(key);
        if was.is_some() && text(was) == text(Some(wanted)) {
            continue;
        }
        let Some(wanted_table) = wanted.as_table_like() else {
            set(table, key, Some(wanted));
            continue;
        };
        let (fresh, form_below) = form.table(key);
        if table.get(key).is_none_or(|there| !there.is_table_like()) {
            table.insert(key, fresh);
        }
        if let Some(below) = table.get_mut(key).and_then(Item::as_table_like_mut) {
            let was = was.and_then(Item::as_table_like).unwrap_or(&empty);
            change(below, was, wanted_table, form_below);
        }
        drop_empty(table, key);
    }
}

fn drop_empty(table: &mut dyn TableLike, key: &str) {
    let empty = |item: &Item| {
        item.is_none()
            || item
                .as_table_like()
                .is_some_and(|table| table.iter().next().is_none())
    };
    if table.get(key).is_some_and(empty) {
        table.remove(key);
    }
}

/// A list of tables as it was and as it shall be.
struct List<'a, T, K> {
    name: &'static str,
    lists: (&'a [T], &'a [T]),
    /// What makes an entry the same one when something in it changes.
    key: fn(&T) -> K,
    key_in: fn(&Table) -> Option<K>,
    /// A cheap look whether the entry is the one in this table; a no may be wrong.
    stands_in: fn(&T, &Table) -> bool,
    /// Whether an entry of another key in the same place is the same entry.
    may_be_renamed: bool,
}

impl<T: Serialize + PartialEq, K: Hash + Eq> List<'_, T, K> {
    fn merge(&self, alerts: &mut Table) -> Result<(), SettingsError> {
        let (old, new) = self.lists;
        if old == new {
            return Ok(());
        }
        let there = match alerts.get_mut(self.name).map(std::mem::take) {
            Some(Item::ArrayOfTables(tables)) => tables,
            Some(item) => item.into_array_of_tables().unwrap_or_default(),
            None => ArrayOfTables::new(),
        };
        let (mut tables, not_understood) = self.assign(there);
        let mut written = Vec::with_capacity(new.len());
        for (one, known) in new.iter().zip(self.known()) {
            let was = known.and_then(|at| old.get(at));
            let table = known.and_then(|at| tables.get_mut(at)?.take());
            let mut table = table.unwrap_or_default();
            if was != Some(one) {
                let was = was.map(table_of).transpose()?.unwrap_or_default();
                change(&mut table, &was, &table_of(one)?, Form::Entry);
            }
            written.push(table);
        }
        keep_order(&mut written);
        let all: ArrayOfTables = written.into_iter().chain(not_understood).collect();
        if all.is_empty() {
            alerts.remove(self.name);
        } else {
            alerts.insert(self.name, Item::ArrayOfTables(all));
        }
        Ok(())
    }

    /// The tables of the old entries, in their order, and those that are not understood: these stay. Second ones of
    /// the same key go, so that they do not come to life when the first is gone.
    fn assign(&self, there: ArrayOfTables) -> (Vec<Option<Table>>, Vec<Table>) {
        let (old, _) = self.lists;
        let mut tables: Vec<Option<Table>> = old.iter().map(|_| None).collect();
        let mut not_understood = Vec::new();
        let mut places: Option<HashMap<K, Vec<usize>>> = None;
        let mut next = 0;
        for table in there {
            let expected = old
                .get(next)
                .is_some_and(|one| (self.stands_in)(one, &table));
            let at = if expected {
                Some(next)
            } else {
                let Some(key) = (self.key_in)(&table) else {
                    not_understood.push(table);
                    continue;
                };
                let places = places.get_or_insert_with(|| self.places());
                places
                    .get(&key)
                    .and_then(|places| places.iter().find(|at| is_free(&tables, **at)).copied())
            };
            if let Some(at) = at
                && let Some(slot) = tables.get_mut(at)
                && slot.is_none()
            {
                *slot = Some(table);
                next = at + 1;
            }
        }
        (tables, not_understood)
    }

    /// The places of the old entries by their keys.
    fn places(&self) -> HashMap<K, Vec<usize>> {
        let mut places: HashMap<K, Vec<usize>> = HashMap::new();
        for (at, one) in self.lists.0.iter().enumerate() {
            places.entry((self.key)(one)).or_default().push(at);
        }
        places
    }

    /// Which old entry each new one is.
    fn known(&self) -> Vec<Option<usize>> {
        let (old, new) = self.lists;
        let mut places = self.places();
        let mut used = vec![false; old.len()];
        let mut known: Vec<Option<usize>> = Vec::with_capacity(new.len());
        for one in new {
            let places = places
                .get_mut(&(self.key)(one))
                .filter(|all| !all.is_empty());
            let at = places.map(|places| places.remove(0));
            if let Some(used) = at.and_then(|at| used.get_mut(at)) {
                *used = true;
            }
            known.push(at);
        }
        if self.may_be_renamed {
            let mut free = used.iter().enumerate().filter(|(_, used)| !**used);
            for one in known.iter_mut().filter(|at| at.is_none()) {
                *one = free.next().map(|(at, _)| at);
            }
        }
        known
    }
}

fn is_free(tables: &[Option<Table>], at: usize) -> bool {
    tables.get(at).is_some_and(Option::is_none)
}

/// Tables are written where they stood. When that is another order, or new ones stand between, they are written
/// together, where their list is.
fn keep_order(tables: &mut [Table]) {
    let places: Vec<Option<isize>> = tables.iter().map(Table::position).collect();
    let known = places.iter().flatten();
    let in_order = known.clone().is_sorted() && places.is_sorted_by_key(Option::is_none);
    if !in_order {
        tables.iter_mut().for_each(unplace);
    }
}

fn unplace(table: &mut Table) {
    table.set_position(None);
    for (_, item) in table.iter_mut() {
        match item {
            Item::Table(below) => unplace(below),
            Item::ArrayOfTables(all) => all.iter_mut().for_each(unplace),
            Item::None | Item::Value(_) => {}
        }
    }
}
