//! All that the user can say about alerts, as it stands under `[alerts]` in the settings.

use super::hours::Hours;
use super::kinds::EventKind;
use super::rows::{AlertRows, Row};
use crate::contact::Availability;
use crate::ids::Timestamp;
use crate::settings::Mute;
use jid::BareJid;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;
use ts_rs::TS;

/// Everything under `[alerts]`; a missing key is its default.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct AlertRules {
    /// The rows for everybody: `[alerts.message]` and so on.
    #[serde(flatten)]
    #[ts(flatten)]
    pub rows: AlertRows,
    /// Which profile holds.
    #[serde(skip_serializing_if = "ProfileChoice::is_default")]
    pub active_profile: ProfileChoice,
    /// The profiles, `[[alerts.profile]]`. Of two whose time has come the first holds.
    #[serde(rename = "profile", skip_serializing_if = "Vec::is_empty")]
    pub profiles: Vec<Profile>,
    /// What is set for an account, a group, a contact or a room, `[[alerts.override]]`. Of two groups of the same
    /// contact the first is asked first.
    #[serde(rename = "override", skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<Override>,
    /// Whom the user waits for, `[[alerts.watch]]`.
    #[serde(rename = "watch", skip_serializing_if = "Vec::is_empty")]
    pub watches: Vec<Watch>,
    /// When it is quiet, `[[alerts.quiet]]`.
    #[serde(rename = "quiet", skip_serializing_if = "Vec::is_empty")]
    pub quiet: Vec<QuietHours>,
    /// Kinds that pass mutes, quiet hours and Do Not Disturb; their child rows with them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub break_through: Vec<EventKind>,
    /// Words that make a room's message a mention, beside my nick.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keywords: Vec<String>,
    /// Friends who come and go.
    #[serde(skip_serializing_if = "PresenceRules::is_default")]
    pub presence: PresenceRules,
    /// When another device of mine is in use.
    #[serde(skip_serializing_if = "OtherDevice::is_default")]
    pub other_device: OtherDevice,
    /// How an open window tells alerts by itself.
    #[serde(skip_serializing_if = "InWindow::is_default")]
    pub in_window: InWindow,
}

/// Which profile holds; in the settings `automatic`, `none` or `profile:NAME`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize, TS)]
#[serde(from = "String", into = "String")]
#[ts(type = "string")]
pub enum ProfileChoice {
    /// The first whose schedule or status fits.
    #[default]
    Automatic,
    /// None, whatever fits.
    None,
    /// The one of this name.
    Named(String),
}

impl ProfileChoice {
    fn is_default(&self) -> bool {
        *self == Self::Automatic
    }
}

impl From<String> for ProfileChoice {
    fn from(text: String) -> Self {
        match text.strip_prefix("profile:") {
            Some(name) => Self::Named(name.to_owned()),
            None if text == "none" => Self::None,
            None => Self::Automatic,
        }
    }
}

impl From<ProfileChoice> for String {
    fn from(choice: ProfileChoice) -> Self {
        choice.to_string()
    }
}

impl fmt::Display for ProfileChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Automatic => f.write_str("automatic"),
            Self::None => f.write_str("none"),
            Self::Named(name) => write!(f, "profile:{name}"),
        }
    }
}

/// A named set of rows: Work, Home, Meeting…
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Profile {
    /// Its name; no two have the same.
    pub name: String,
    /// When it holds by itself; chosen by hand it holds in any case.
    #[serde(default)]
    pub when: Activation,
    /// Its rows.
    #[serde(default, skip_serializing_if = "AlertRows::is_empty")]
    pub rows: AlertRows,
}

/// When a profile holds by itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Activation {
    /// Never.
    #[default]
    ByHand,
    /// At these hours.
    Schedule {
        /// Any of them.
        hours: Vec<Hours>,
    },
    /// While I show one of these.
    OwnStatus {
        /// Any of them.
        shows: Vec<Availability>,
    },
}

/// Whom an override is for. Clones share the account's address: ten thousand contacts are mostly of one account.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(tag = "scope", rename_all = "snake_case")]
pub enum Scope {
    /// Everything of an account of mine.
    Account {
        /// Its address.
        #[ts(type = "string")]
        account: Arc<BareJid>,
    },
    /// The contacts in a group.
    Group {
        /// On one account; `None`: on any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(type = "string | null")]
        account: Option<Arc<BareJid>>,
        /// The group's name in the roster.
        group: String,
    },
    /// A contact or a room.
    Chat {
        /// The address of my account.
        #[ts(type = "string")]
        account: Arc<BareJid>,
        /// The contact's or the room's address.
        #[ts(type = "string")]
        chat: BareJid,
    },
}

impl Scope {
    /// The address of my account; `None` for a group on any.
    pub const fn account_mut(&mut self) -> Option<&mut Arc<BareJid>> {
        match self {
            Self::Account { account } | Self::Chat { account, .. } => Some(account),
            Self::Group { account, .. } => account.as_mut(),
        }
    }
}

/// What is set for an account, a group, a contact or a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Override {
    /// For whom.
    #[serde(flatten)]
    pub scope: Scope,
    /// No alert until then; what breaks through a weaker scope's mute does not pass this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mute: Option<Mute>,
    /// Whether it passes mutes of weaker scopes, quiet hours and Do Not Disturb.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub break_through: Option<bool>,
    /// Whether popups never give anything away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discreet: Option<bool>,
    /// Its rows.
    #[serde(default, skip_serializing_if = "AlertRows::is_empty")]
    pub rows: AlertRows,
}

impl Override {
    /// One without an opinion.
    #[must_use]
    pub fn of(scope: Scope) -> Self {
        Self {
            scope,
            mute: None,
            break_through: None,
            discreet: None,
            rows: AlertRows::default(),
        }
    }

    /// Whether nothing is set in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::of(self.scope.clone()) || {
            let extras = self.mute.is_some() || self.break_through.is_some();
            !extras && self.discreet.is_none() && self.rows.is_empty()
        }
    }
}

/// "Tell me when Bob is available."
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Watch {
    /// The address of my account.
    #[ts(type = "string")]
    pub account: BareJid,
    /// The contact.
    #[ts(type = "string")]
    pub contact: BareJid,
    /// Ends once it rang.
    #[serde(default)]
    pub once: bool,
    /// Ends then; `None`: never by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
    /// Rings only after the contact was known to be away for so many hours; 0: at any time.
    #[serde(default)]
    pub after_hours: u16,
    /// What happens then; cells without an opinion make it a sticky popup with one call for attention, else inherit.
    #[serde(default, skip_serializing_if = "is_blank")]
    pub row: Row,
}

fn is_blank(row: &Row) -> bool {
    *row == Row::default()
}

/// Hours without popups and sounds.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
pub struct QuietHours {
    /// When.
    #[serde(flatten)]
    pub hours: Hours,
    /// Switched off, and kept for later.
    #[serde(default)]
    pub off: bool,
    /// What came meanwhile is told when they end, as far as it is still unread.
    #[serde(default)]
    pub tell_after: bool,
}

/// How friends who come and go are told.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct PresenceRules {
    /// Gone for less than so many minutes and back is not told; 0: told always.
    pub flap_minutes: u16,
    /// After signing in one popup tells how many friends are there.
    pub burst_summary: bool,
}

impl Default for PresenceRules {
    fn default() -> Self {
        Self {
            flap_minutes: 2,
            burst_summary: false,
        }
    }
}

impl PresenceRules {
    /// Whoever is away for less was never gone, in milliseconds.
    pub(super) fn moment(&self) -> i64 {
        i64::from(self.flap_minutes) * 60_000
    }

    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// What happens while another device of mine is used in the same chat (XEP-0280 tells).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct OtherDevice {
    /// It counts as used for so many seconds after it was.
    pub active_seconds: u16,
    /// An alert waits so many seconds and comes only if nobody has read it; 0: it does not wait.
    pub grace_seconds: u16,
}

impl Default for OtherDevice {
    fn default() -> Self {
        Self {
            active_seconds: 60,
            grace_seconds: 10,
        }
    }
}

impl OtherDevice {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// How an open window tells alerts by itself, beside what the rows say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct InWindow {
    /// Whatever is seen or heard flashes too.
    pub flash: bool,
    /// Screen readers are told.
    pub announce: bool,
}

impl Default for InWindow {
    fn default() -> Self {
        Self {
            flash: false,
            announce: true,
        }
    }
}

impl InWindow {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}
