//! From bytes to settings, keeping whatever makes sense.

use super::in_place::from_keys;
use super::read_alerts;
use carillon_core::alerts::RowsInUse;
use carillon_core::alerts::bounds::LeftOut;
use carillon_core::settings::{AccountSettings, General, Privacy, Settings};
use carillon_link::views::Notice;
use jid::BareJid;
use serde::de::DeserializeOwned;
use std::collections::HashSet;
use std::sync::Arc;
use toml_edit::{Document, DocumentMut, Item, Table, TomlError};

/// What a file turned out to hold.
pub(super) struct Found {
    pub(super) settings: Settings,
    /// Keys that this version does not know; they stay in the document.
    pub(super) unknown: Vec<String>,
    /// What could not be understood, in words with the place.
    pub(super) trouble: Vec<String>,
    /// Why nothing at all could be understood.
    pub(super) not_toml: Option<String>,
    /// Alert rules that are too many, too long, or stand there twice.
    pub(super) left_out: Vec<LeftOut>,
}

impl Found {
    /// Whether something in the file is not used.
    pub(super) fn is_at_fault(&self) -> bool {
        self.not_toml.is_some() || !self.trouble.is_empty() || !self.left_out.is_empty()
    }

    /// What the user is told, once a copy of the file lies at `copy`.
    pub(super) fn notices(&self, copy: &str) -> Vec<Notice> {
        let mut notices = Vec::new();
        let trouble: Vec<&str> = (self.not_toml.iter().chain(&self.trouble))
            .map(String::as_str)
            .collect();
        if !trouble.is_empty() {
            notices.push(Notice::SettingsSetAside {
                path: copy.to_owned(),
                detail: trouble.join("\n"),
            });
        }
        if !self.left_out.is_empty() {
            notices.push(Notice::AlertsLeftOut {
                path: copy.to_owned(),
                left_out: self.left_out.iter().cloned().map(Into::into).collect(),
            });
        }
        notices
    }
}

/// So many unknown keys and faults are named; a file of any length must not make a notice of any length.
const NAMED: usize = 50;

const GENERAL: &[&str] = &[
    "theme",
    "language",
    "person_colours",
    "start_at_login",
    "away_after_minutes",
    "told_about_running",
    "availability",
    "status",
];
const PRIVACY: &[&str] = &[
    "who_may_write",
    "send_typing",
    "send_receipts",
    "send_read_marks",
    "send_idle",
];
pub(super) const ACCOUNT: &[&str] = &[
    "jid",
    "connect",
    "enabled",
    "secret",
    "proxy",
    "allow_plain",
];

/// The text as a tree of values, its comments and its order included. Else why it is none.
pub(super) fn document(bytes: &[u8]) -> Result<DocumentMut, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    text.parse().map_err(|error: TomlError| error.to_string())
}

pub(super) fn understand(bytes: &[u8]) -> Found {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string());
    match text.and_then(|text| Document::parse(text).map_err(|error| error.to_string())) {
        Ok(document) => understand_table(&document),
        Err(trouble) => Found {
            settings: Settings::default(),
            unknown: Vec::new(),
            trouble: Vec::new(),
            not_toml: Some(trouble),
            left_out: Vec::new(),
        },
    }
}

pub(super) fn understand_table(table: &Table) -> Found {
    Reading::default().read(table)
}

#[derive(Default)]
pub(super) struct Reading {
    pub(super) rows_in_use: RowsInUse,
    pub(super) accounts_in_use: HashSet<Arc<BareJid>>,
    unknown: Vec<String>,
    trouble: Vec<String>,
    left_out: Vec<LeftOut>,
}

impl Reading {
    fn read(mut self, document: &Table) -> Found {
        let mut settings = Settings::default();
        for (key, item) in document.iter() {
            match key {
                "general" => settings.general = self.section::<General>(key, item, GENERAL),
                "privacy" => settings.privacy = self.section::<Privacy>(key, item, PRIVACY),
                "alerts" => {
                    let (rules, left_out) = read_alerts::rules(&mut self, item).bounded();
                    settings.alerts = Arc::new(rules);
                    self.left_out = left_out;
                }
                "account" => settings.accounts = self.accounts(item),
                other => self.does_not_know(other.to_owned()),
            }
        }
        Found {
            settings,
            unknown: self.unknown,
            trouble: self.trouble,
            not_toml: None,
            left_out: self.left_out,
        }
    }

    /// Notes a key that this version does not know, once.
    pub(super) fn does_not_know(&mut self, key: String) {
        if self.unknown.len() < NAMED && !self.unknown.contains(&key) {
            self.unknown.push(key);
        }
    }

    /// Notes something that cannot be understood.
    pub(super) fn stumbles(&mut self, words: impl FnOnce() -> String) {
        if self.trouble.len() < NAMED {
            self.trouble.push(words());
        }
    }

    /// A table read key by key, so that one bad value costs only itself.
    pub(super) fn section<T: DeserializeOwned + Default>(
        &mut self,
        name: &str,
        item: &Item,
        known: &[&str],
    ) -> T {
        let Some(table) = item.as_table_like() else {
            self.stumbles(|| format!("[{name}] must be a table"));
            return T::default();
        };
        let mut sound = Vec::new();
        for (key, _) in table.iter() {
            if !known.contains(&key) {
                self.does_not_know(format!("{}.{key}", key_of(name)));
                continue;
            }
            match from_keys::<T>(table, &[key]) {
                Ok(_) => sound.push(key),
                Err(error) => self.stumbles(|| format!("{name}.{key}: {error}")),
            }
        }
        from_keys(table, &sound).unwrap_or_default()
    }

    fn accounts(&mut self, item: &Item) -> Vec<AccountSettings> {
        let tables = match item {
            Item::ArrayOfTables(tables) => tables.clone(),
            Item::Value(value) if value.is_array() => match item.clone().into_array_of_tables() {
                Ok(tables) => tables,
                Err(_) => {
                    self.stumbles(|| "account must hold tables".to_owned());
                    return Vec::new();
                }
            },
            _ => {
                self.stumbles(|| "account must be written as [[account]]".to_owned());
                return Vec::new();
            }
        };
        let mut accounts: Vec<AccountSettings> = Vec::new();
        for (number, table) in tables.iter().enumerate() {
            for (key, _) in table.iter().filter(|(key, _)| !ACCOUNT.contains(key)) {
                self.does_not_know(format!("account.{key}"));
            }
            match self.account(table) {
                Ok(account) if accounts.iter().any(|known| known.jid == account.jid) => {
                    self.stumbles(|| format!("account {} stands there twice", account.jid));
                }
                Ok(account) => accounts.push(account),
                Err(error) => self.stumbles(|| format!("account {}: {error}", number + 1)),
            }
        }
        accounts
    }

    /// An account read key by key. It needs its address; one that says in a way that is not understood whether and by
    /// which way to sign in does not sign in, rather than by another way.
    fn account(&mut self, table: &Table) -> Result<AccountSettings, String> {
        let jid = from_keys::<AccountSettings>(table, &["jid"])?.jid;
        let mut sound = vec!["jid"];
        let mut certain = true;
        for (key, _) in table.iter().filter(|(key, _)| ACCOUNT.contains(key)) {
            match from_keys::<AccountSettings>(table, &["jid", key]) {
                Ok(_) => sound.push(key),
                Err(error) => {
                    self.stumbles(|| format!("account {jid}: {key}: {error}"));
                    certain &= !matches!(key, "enabled" | "connect" | "proxy");
                }
            }
        }
        let mut account = from_keys::<AccountSettings>(table, &sound)?;
        account.enabled &= certain;
        Ok(account)
    }
}

/// The key of a place: `alerts.override 3: rows.message` is one of many `alerts.override.rows.message`.
pub(super) fn key_of(place: &str) -> String {
    let parts = place.split(": ");
    let parts: Vec<&str> = parts
        .map(|part| part.split(' ').next().unwrap_or(part))
        .collect();
    parts.join(".")
}
