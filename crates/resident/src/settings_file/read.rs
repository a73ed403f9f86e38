//! From bytes to settings, keeping whatever makes sense.

use carillon_core::alerts::{AlertRules, EventKind, Row};
use carillon_core::settings::{AccountSettings, General, Privacy, Settings};
use serde::de::DeserializeOwned;
use toml_edit::{DocumentMut, Item, Table};

/// What a file turned out to hold.
pub(super) struct Found {
    pub(super) document: DocumentMut,
    pub(super) settings: Settings,
    /// Keys that this version does not know; they stay in the document.
    pub(super) unknown: Vec<String>,
    /// What could not be understood, in words with the place.
    pub(super) trouble: Option<String>,
}

const GENERAL: &[&str] = &[
    "theme",
    "language",
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
];
pub(super) const ROW: &[&str] = &[
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
const ACCOUNT: &[&str] = &["jid", "connect", "enabled", "secret", "proxy", "allow_plain"];

pub(super) fn understand(bytes: &[u8]) -> Found {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string());
    let document = text.and_then(|text| text.parse::<DocumentMut>().map_err(|e| e.to_string()));
    match document {
        Ok(document) => Reading::default().read(document),
        Err(trouble) => Found {
            document: DocumentMut::new(),
            settings: Settings::default(),
            unknown: Vec::new(),
            trouble: Some(trouble),
        },
    }
}

#[derive(Default)]
struct Reading {
    unknown: Vec<String>,
    trouble: Vec<String>,
}

impl Reading {
    fn read(mut self, document: DocumentMut) -> Found {
        let mut settings = Settings::default();
        for (key, item) in document.iter() {
            match key {
                "general" => settings.general = self.section::<General>(key, item, GENERAL),
                "privacy" => settings.privacy = self.section::<Privacy>(key, item, PRIVACY),
                "alerts" => settings.alerts = self.alerts(item),
                "account" => settings.accounts = self.accounts(item),
                other => self.unknown.push(other.to_owned()),
            }
        }
        Found {
            document,
            settings,
            unknown: self.unknown,
            trouble: (!self.trouble.is_empty()).then(|| self.trouble.join("\n")),
        }
    }

    /// A table read key by key, so that one bad value costs only itself.
    fn section<T: DeserializeOwned + Default>(
        &mut self,
        name: &str,
        item: &Item,
        known: &[&str],
    ) -> T {
        let Some(table) = item.as_table_like() else {
            self.trouble.push(format!("[{name}] must be a table"));
            return T::default();
        };
        let mut sound = Table::new();
        for (key, value) in table.iter() {
            if !known.contains(&key) {
                self.unknown.push(format!("{name}.{key}"));
                continue;
            }
            let mut alone = Table::new();
            alone.insert(key, value.clone());
            match from_table::<T>(alone) {
                Ok(_) => {
                    sound.insert(key, value.clone());
                }
                Err(error) => self.trouble.push(format!("{name}.{key}: {error}")),
            }
        }
        from_table(sound).unwrap_or_default()
    }

    fn alerts(&mut self, item: &Item) -> AlertRules {
        let mut rules = AlertRules::default();
        let Some(table) = item.as_table_like() else {
            self.trouble.push("[alerts] must be a table".to_owned());
            return rules;
        };
        for (name, row) in table.iter() {
            match EventKind::named(name) {
                Some(kind) => {
                    let row = self.section::<Row>(&format!("alerts.{name}"), row, ROW);
                    rules.rows.0.insert(kind, row);
                }
                None => self.unknown.push(format!("alerts.{name}")),
            }
        }
        rules
    }

    fn accounts(&mut self, item: &Item) -> Vec<AccountSettings> {
        let tables = match item {
            Item::ArrayOfTables(tables) => tables.clone(),
            Item::Value(value) if value.is_array() => {
                item.clone().into_array_of_tables().unwrap_or_default()
            }
            _ => {
                self.trouble
                    .push("account must be written as [[account]]".to_owned());
                return Vec::new();
            }
        };
        let mut accounts: Vec<AccountSettings> = Vec::new();
        for (number, table) in tables.iter().enumerate() {
            let unknown = table
                .iter()
                .map(|(key, _)| key)
                .filter(|key| !ACCOUNT.contains(key));
            self.unknown
                .extend(unknown.map(|key| format!("account.{key}")));
            match from_table::<AccountSettings>(table.clone()) {
                Ok(account) if accounts.iter().any(|known| known.jid == account.jid) => {
                    self.trouble
                        .push(format!("account {} stands there twice", account.jid));
                }
                Ok(account) => accounts.push(account),
                Err(error) => self
                    .trouble
                    .push(format!("account {}: {error}", number + 1)),
            }
        }
        accounts
    }
}

fn from_table<T: DeserializeOwned>(table: Table) -> Result<T, String> {
    let document = DocumentMut::from(table);
    toml_edit::de::from_document(document).map_err(|error| error.message().to_owned())
}
