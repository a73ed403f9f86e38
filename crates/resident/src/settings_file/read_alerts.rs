//! From `[alerts]` to rules, key by key: one bad value costs only itself.

use super::in_place::{from_item, from_keys, from_value};
use super::read::{Reading, key_of};
use carillon_core::alerts::{
    AlertRows, AlertRules, EventKind, Override, Profile, ProfileChoice, QuietHours, Row, Scope,
    Watch,
};
use serde::de::DeserializeOwned;
use std::sync::Arc;
use toml_edit::{Item, TableLike, Value};

const ROW: &[&str] = &[
    "popup",
    "seconds",
    "preview",
    "sound",
    "volume",
    "icon",
    "tray",
    "attention",
    "speak",
    "repeat",
];
const PROFILE: &[&str] = &["name", "when", "rows"];
const SCOPE: &[&str] = &["scope", "account", "group", "chat"];
const OVERRIDE: &[&str] = &["mute", "break_through", "discreet", "rows"];
const WATCHED: &[&str] = &["account", "contact"];
const WATCH: &[&str] = &["once", "expires", "after_hours", "row"];
/// Days that are not understood must not become every day, so they cost the hours.
const HOURS: &[&str] = &["days", "from", "to"];
const QUIET: &[&str] = &["off", "tell_after"];
const PRESENCE: &[&str] = &["flap_minutes", "burst_summary"];
const OTHER_DEVICE: &[&str] = &["active_seconds", "grace_seconds"];
const IN_WINDOW: &[&str] = &["flash", "announce"];

pub(super) fn rules(reading: &mut Reading, item: &Item) -> AlertRules {
    let mut rules = AlertRules::default();
    let Some(table) = item.as_table_like() else {
        reading.stumbles(|| "[alerts] must be a table".to_owned());
        return rules;
    };
    for (name, item) in table.iter() {
        let place = || format!("alerts.{name}");
        match name {
            "active_profile" => rules.active_profile = choice(reading, &place(), item),
            "profile" => rules.profiles = list(reading, name, item, profile),
            "override" => rules.overrides = list(reading, name, item, one_override),
            "watch" => rules.watches = list(reading, name, item, watch),
            "quiet" => rules.quiet = list(reading, name, item, quiet),
            "break_through" => rules.break_through = elements(reading, &place(), item),
            "keywords" => rules.keywords = elements(reading, &place(), item),
            "presence" => rules.presence = reading.section(&place(), item, PRESENCE),
            "other_device" => rules.other_device = reading.section(&place(), item, OTHER_DEVICE),
            "in_window" => rules.in_window = reading.section(&place(), item, IN_WINDOW),
            kind => match EventKind::named(kind) {
                Some(kind) => {
                    rules.rows.set(kind, row(reading, &place(), item));
                }
                None => reading.does_not_know(place()),
            },
        }
    }
    rules
}

/// All that is understood at once is read at once: ten thousand rows take their time.
fn row(reading: &mut Reading, place: &str, item: &Item) -> Row {
    let known = item
        .as_table_like()
        .is_some_and(|row| row.iter().all(|(key, _)| ROW.contains(&key)));
    match from_item(item) {
        Ok(row) if known => row,
        _ => reading.section(place, item, ROW),
    }
}

fn rows(reading: &mut Reading, place: &str, table: &dyn TableLike) -> AlertRows {
    let Some(item) = table.get("rows") else {
        return AlertRows::default();
    };
    let Some(table) = item.as_table_like() else {
        reading.stumbles(|| format!("{place}: rows must be a table"));
        return AlertRows::default();
    };
    let mut rows = Vec::with_capacity(table.len());
    for (name, item) in table.iter() {
        match EventKind::named(name) {
            Some(kind) => rows.push((kind, row(reading, &format!("{place}: rows.{name}"), item))),
            None => reading.does_not_know(format!("{}.rows.{name}", key_of(place))),
        }
    }
    reading.rows_in_use.shared(rows.into_iter().collect())
}

type Reader<T> = fn(&mut Reading, &str, &dyn TableLike) -> Option<T>;

fn list<T>(reading: &mut Reading, name: &str, item: &Item, read: Reader<T>) -> Vec<T> {
    let mut found = Vec::new();
    let mut take = |reading: &mut Reading, number: usize, table: &dyn TableLike| {
        found.extend(read(
            reading,
            &format!("alerts.{name} {}", number + 1),
            table,
        ));
    };
    match item {
        Item::ArrayOfTables(tables) => {
            for (number, table) in tables.iter().enumerate() {
                take(reading, number, table);
            }
        }
        Item::Value(Value::Array(values)) if values.iter().all(Value::is_inline_table) => {
            let tables = values.iter().filter_map(Value::as_inline_table);
            for (number, table) in tables.enumerate() {
                take(reading, number, table);
            }
        }
        _ => reading.stumbles(|| format!("alerts.{name} must be written as [[alerts.{name}]]")),
    }
    found
}

fn profile(reading: &mut Reading, place: &str, table: &dyn TableLike) -> Option<Profile> {
    know(reading, place, table, &[PROFILE]);
    let mut profile: Profile = needed(reading, place, table, &["name"])?;
    if let Some(when) = cell(reading, place, table, "when") {
        profile.when = when;
    }
    profile.rows = rows(reading, place, table);
    Some(profile)
}

fn one_override(reading: &mut Reading, place: &str, table: &dyn TableLike) -> Option<Override> {
    know(reading, place, table, &[SCOPE, OVERRIDE]);
    let mut one = Override::of(scope(reading, place, table)?);
    one.mute = cell(reading, place, table, "mute");
    one.break_through = cell(reading, place, table, "break_through");
    one.discreet = cell(reading, place, table, "discreet");
    one.rows = rows(reading, place, table);
    Some(one)
}

pub(super) fn scope(reading: &mut Reading, place: &str, table: &dyn TableLike) -> Option<Scope> {
    let mut scope: Scope = needed(reading, place, table, SCOPE)?;
    if let Some(account) = scope.account_mut() {
        match reading.accounts_in_use.get(account) {
            Some(known) => *account = Arc::clone(known),
            None => {
                reading.accounts_in_use.insert(Arc::clone(account));
            }
        }
    }
    Some(scope)
}

pub(super) fn watch(reading: &mut Reading, place: &str, table: &dyn TableLike) -> Option<Watch> {
    know(reading, place, table, &[WATCHED, WATCH]);
    let mut watch: Watch = needed(reading, place, table, WATCHED)?;
    watch.once = cell(reading, place, table, "once").unwrap_or_default();
    watch.expires = cell(reading, place, table, "expires");
    watch.after_hours = cell(reading, place, table, "after_hours").unwrap_or_default();
    if let Some(item) = table.get("row") {
        watch.row = row(reading, &format!("{place}: row"), item);
    }
    Some(watch)
}

pub(super) fn quiet(
    reading: &mut Reading,
    place: &str,
    table: &dyn TableLike,
) -> Option<QuietHours> {
    know(reading, place, table, &[HOURS, QUIET]);
    let mut quiet: QuietHours = needed(reading, place, table, HOURS)?;
    quiet.off = cell(reading, place, table, "off").unwrap_or_default();
    quiet.tell_after = cell(reading, place, table, "tell_after").unwrap_or_default();
    Some(quiet)
}

fn know(reading: &mut Reading, place: &str, table: &dyn TableLike, known: &[&[&str]]) {
    for (key, _) in table.iter() {
        if !known.iter().any(|keys| keys.contains(&key)) {
            reading.does_not_know(format!("{}.{key}", key_of(place)));
        }
    }
}

/// What an entry cannot be without.
fn needed<T: DeserializeOwned>(
    reading: &mut Reading,
    place: &str,
    table: &dyn TableLike,
    keys: &[&str],
) -> Option<T> {
    from_keys(table, keys)
        .map_err(|error| reading.stumbles(|| format!("{place}: {error}")))
        .ok()
}

fn cell<T: DeserializeOwned>(
    reading: &mut Reading,
    place: &str,
    table: &dyn TableLike,
    key: &str,
) -> Option<T> {
    from_item(table.get(key)?)
        .map_err(|error| reading.stumbles(|| format!("{place}: {key}: {error}")))
        .ok()
}

fn elements<T: DeserializeOwned>(reading: &mut Reading, place: &str, item: &Item) -> Vec<T> {
    let Some(values) = item.as_array() else {
        reading.stumbles(|| format!("{place} must be a list"));
        return Vec::new();
    };
    let mut found = Vec::new();
    for value in values {
        match from_value(value) {
            Ok(one) => found.push(one),
            Err(error) => reading.stumbles(|| format!("{place}: {error}")),
        }
    }
    found
}

/// Whatever is not understood would be taken as automatic.
fn choice(reading: &mut Reading, place: &str, item: &Item) -> ProfileChoice {
    let text = item.as_str().unwrap_or_default();
    let choice = ProfileChoice::from(text.to_owned());
    if choice.to_string() != text {
        reading.stumbles(|| format!("{place} must be automatic, none or profile:NAME"));
    }
    choice
}
