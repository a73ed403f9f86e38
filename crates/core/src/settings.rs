//! What the user chose. The file's form is the resident's; these are the meanings.

use crate::alerts::AlertRules;
use crate::connection::Proxy;
use crate::ids::Timestamp;
use crate::privacy::WhoMayWrite;
use jid::BareJid;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use ts_rs::TS;

/// Everything that is kept in `settings.toml`; a missing key is its default.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Settings {
    /// The accounts, in the order of the list.
    #[serde(rename = "account")]
    pub accounts: Vec<AccountSettings>,
    /// How the app looks and starts.
    pub general: General,
    /// What others learn.
    pub privacy: Privacy,
    /// What rings. The settings file and the engine hold the same rules: ten thousand overrides are in memory once.
    pub alerts: Arc<AlertRules>,
}

impl Settings {
    /// What rings, to be changed; whoever holds these settings too keeps what they were.
    pub fn alerts_mut(&mut self) -> &mut AlertRules {
        Arc::make_mut(&mut self.alerts)
    }
}

/// One account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AccountSettings {
    /// The address.
    #[ts(type = "string")]
    pub jid: BareJid,
    /// A server's address set by the user (`wss://…`, `xmpps://host`, `xmpp://host` or `host:port`); `None`: found by
    /// discovery.
    #[serde(default)]
    pub connect: Option<String>,
    /// Whether Carillon signs in with it.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Where the password is kept.
    #[serde(default)]
    pub secret: SecretStore,
    /// Through what its server is reached: `system`, `direct`, or a proxy's address.
    #[serde(default)]
    #[ts(type = "string")]
    pub proxy: Proxy,
    /// The password itself may be sent, inside TLS, to a server that takes nothing better.
    #[serde(default)]
    pub allow_plain: bool,
}

impl AccountSettings {
    /// As an account begins when nothing was chosen.
    #[must_use]
    pub fn new(jid: BareJid) -> Self {
        Self {
            jid,
            connect: None,
            enabled: true,
            secret: SecretStore::default(),
            proxy: Proxy::default(),
            allow_plain: false,
        }
    }
}

const fn yes() -> bool {
    true
}

/// Where a password is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SecretStore {
    /// The system's keyring.
    #[default]
    Keyring,
    /// A file in the profile with mode 0600, by the user's choice only.
    File,
}

/// How the app looks and starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct General {
    /// Light, dark, or as the system.
    pub theme: Theme,
    /// A language tag such as `de`; empty: the system's.
    pub language: String,
    /// People's names and initials have colours (XEP-0392).
    pub person_colours: bool,
    /// Start in the tray at login.
    pub start_at_login: bool,
    /// Away by itself after so many idle minutes; 0: never.
    pub away_after_minutes: u16,
    /// The window has said that Carillon keeps running where there is no tray.
    pub told_about_running: bool,
    /// What I show.
    pub availability: OwnAvailability,
    /// My words.
    pub status: String,
}

impl Default for General {
    fn default() -> Self {
        Self {
            theme: Theme::default(),
            language: String::new(),
            person_colours: true,
            start_at_login: false,
            away_after_minutes: 10,
            told_about_running: false,
            availability: OwnAvailability::default(),
            status: String::new(),
        }
    }
}

/// Light, dark, or as the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// What I choose to show; offline signs out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OwnAvailability {
    /// Here.
    #[default]
    Available,
    /// Away.
    Away,
    /// Away for long.
    ExtendedAway,
    /// Do not disturb: alerts are silent too.
    Busy,
    /// Signed out.
    Offline,
}

impl From<OwnAvailability> for crate::contact::Availability {
    fn from(own: OwnAvailability) -> Self {
        match own {
            OwnAvailability::Available => Self::Available,
            OwnAvailability::Away => Self::Away,
            OwnAvailability::ExtendedAway => Self::ExtendedAway,
            OwnAvailability::Busy => Self::Busy,
            OwnAvailability::Offline => Self::Offline,
        }
    }
}

/// What others learn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Privacy {
    /// Who may write to me.
    pub who_may_write: WhoMayWrite,
    /// Contacts see that I type (XEP-0085).
    pub send_typing: bool,
    /// Contacts learn that a message arrived (XEP-0184).
    pub send_receipts: bool,
    /// Contacts learn that I have read a message (XEP-0333).
    pub send_read_marks: bool,
    /// Contacts learn since when I have not used this computer (XEP-0319).
    pub send_idle: bool,
}

impl Default for Privacy {
    fn default() -> Self {
        Self {
            who_may_write: WhoMayWrite::default(),
            send_typing: true,
            send_receipts: true,
            send_read_marks: true,
            send_idle: false,
        }
    }
}

/// No alert until then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Mute {
    /// Until a moment.
    Until {
        /// The moment.
        at: Timestamp,
    },
    /// Until it is lifted.
    Forever,
}

impl Mute {
    /// Whether it still holds at `now`.
    #[must_use]
    pub fn holds(self, now: Timestamp) -> bool {
        match self {
            Self::Until { at } => now < at,
            Self::Forever => true,
        }
    }
}
