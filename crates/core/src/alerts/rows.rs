//! The rows of the alert settings, and the value in force in each cell.

use super::cells::{Attention, Icon, Popup, Preview, Sound, TrayAction, Volume};
use super::kinds::EventKind;
use super::repeat::Repeat;
use crate::ids::{AccountId, ChatRef};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use ts_rs::TS;

/// What somebody set in a row. A cell that is `None` has no opinion; a cell set to `none` has one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Row {
    /// The popup.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub popup: Option<Popup>,
    /// Seconds on screen for a banner; 0: the desktop's own time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u8>,
    /// How much the popup gives away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preview: Option<Preview>,
    /// The sound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sound: Option<Sound>,
    /// How loud.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume: Option<Volume>,
    /// The icon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon: Option<Icon>,
    /// The tray.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tray: Option<TrayAction>,
    /// The attention.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attention: Option<Attention>,
    /// Whether it is read aloud.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speak: Option<bool>,
    /// Whether it comes again until it is seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repeat: Option<Repeat>,
}

/// The rows that somebody changed, sorted by kind; one without an opinion is none. Clones share them: the settings and
/// the rules in force hold those of ten thousand contacts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, TS)]
pub struct AlertRows(#[ts(as = "BTreeMap<EventKind, Row>")] Arc<[(EventKind, Row)]>);

impl AlertRows {
    /// Whether there is no opinion in them.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many kinds have a row.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The row of a kind.
    #[must_use]
    pub fn get(&self, kind: EventKind) -> Option<&Row> {
        let at = self.0.binary_search_by_key(&kind, |(kind, _)| *kind).ok()?;
        self.0.get(at).map(|(_, row)| row)
    }

    /// The rows, by kind.
    pub fn iter(&self) -> impl Iterator<Item = (EventKind, &Row)> {
        self.0.iter().map(|(kind, row)| (*kind, row))
    }

    /// Sets a row; one without an opinion goes.
    pub fn set(&mut self, kind: EventKind, row: Row) {
        let others = self.0.iter().filter(|(one, _)| *one != kind).cloned();
        *self = others.chain([(kind, row)]).collect();
    }

    /// Where they are in memory: clones, and rows that were [shared](RowsInUse), are in the same place.
    #[must_use]
    pub fn place(&self) -> *const (EventKind, Row) {
        Arc::as_ptr(&self.0).cast()
    }
}

/// Rows that are in use, so that equal ones are kept once, however many contacts have them.
#[derive(Debug, Default)]
pub struct RowsInUse(HashSet<AlertRows>);

impl RowsInUse {
    /// The rows equal to these that are in use, else these.
    pub fn shared(&mut self, rows: AlertRows) -> AlertRows {
        if let Some(known) = self.0.get(&rows) {
            return known.clone();
        }
        self.0.insert(rows.clone());
        rows
    }
}

impl FromIterator<(EventKind, Row)> for AlertRows {
    /// Of two rows of one kind the later holds.
    fn from_iter<T: IntoIterator<Item = (EventKind, Row)>>(rows: T) -> Self {
        let sorted: BTreeMap<EventKind, Row> = rows.into_iter().collect();
        let opinions = sorted.into_iter().filter(|(_, row)| *row != Row::default());
        Self(opinions.collect())
    }
}

impl Serialize for AlertRows {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for AlertRows {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let rows = BTreeMap::<EventKind, Row>::deserialize(deserializer)?;
        Ok(rows.into_iter().collect())
    }
}

/// The scope that an opinion comes from, from weakest to strongest.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Level {
    /// Carillon's default.
    BuiltIn,
    /// The user's settings for everybody.
    Settings,
    /// The active profile.
    Profile {
        /// Its name.
        name: String,
    },
    /// An account.
    Account {
        /// Which.
        account: AccountId,
    },
    /// A contact group.
    Group {
        /// Its name.
        name: String,
    },
    /// A contact or a room.
    Chat {
        /// Which.
        chat: ChatRef,
    },
    /// A watch: "tell me when Bob is available".
    Watch {
        /// Whom it waits for.
        chat: ChatRef,
    },
}

/// Where the value of a cell comes from: the scope, and the row within it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
pub struct CellSource {
    /// The scope.
    pub level: Level,
    /// The row there: the event's own, a parent's, or the generic one.
    pub row: EventKind,
}

/// A cell's value in force, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Effective<T> {
    /// The value in force.
    pub value: T,
    /// Where it comes from.
    pub source: CellSource,
}

/// A row with every cell filled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EffectiveRow {
    /// Which row.
    pub kind: EventKind,
    /// The popup.
    pub popup: Effective<Popup>,
    /// Seconds on screen for a banner; 0: the desktop's own time.
    pub seconds: Effective<u8>,
    /// How much the popup gives away.
    pub preview: Effective<Preview>,
    /// The sound.
    pub sound: Effective<Sound>,
    /// How loud.
    pub volume: Effective<Volume>,
    /// The icon.
    pub icon: Effective<Icon>,
    /// The tray.
    pub tray: Effective<TrayAction>,
    /// The attention.
    pub attention: Effective<Attention>,
    /// Whether it is read aloud.
    pub speak: Effective<bool>,
    /// Whether it comes again until it is seen.
    pub repeat: Effective<Repeat>,
}
