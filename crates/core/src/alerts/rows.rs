//! The rows of the alert settings and how they inherit.

use super::cells::{Attention, Icon, Popup, Preview, Sound, TrayAction, Volume};
use super::defaults::{built_in, generic};
use super::event::EventKind;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// What the user set in a row. A cell that is `None` has no opinion.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
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
}

/// All rows that the user changed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(transparent)]
pub struct AlertRows(pub BTreeMap<EventKind, Row>);

/// Where the value of a cell comes from, from strongest to weakest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CellSource {
    /// The user set it in this row.
    Own,
    /// Carillon's default for this row.
    BuiltIn,
    /// The user set it in the generic row.
    Generic,
    /// Carillon's default for the generic row.
    GenericBuiltIn,
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
}

impl AlertRows {
    /// The row of `kind` with every cell filled by inheritance:
    /// own, the row's default, the generic row, the generic row's default.
    #[must_use]
    pub fn effective(&self, kind: EventKind) -> EffectiveRow {
        let empty = Row::default();
        let own = self.0.get(&kind).unwrap_or(&empty);
        let row_default = if kind == EventKind::Generic {
            Row::default()
        } else {
            built_in(kind)
        };
        let parent = if kind == EventKind::Generic {
            &empty
        } else {
            self.0.get(&EventKind::Generic).unwrap_or(&empty)
        };
        let root = generic();
        macro_rules! cell {
            ($name:ident) => {
                pick(&own.$name, &row_default.$name, &parent.$name, &root.$name)
            };
        }
        EffectiveRow {
            kind,
            popup: cell!(popup),
            seconds: cell!(seconds),
            preview: cell!(preview),
            sound: cell!(sound),
            volume: cell!(volume),
            icon: cell!(icon),
            tray: cell!(tray),
            attention: cell!(attention),
        }
    }
}

fn pick<T: Clone>(
    own: &Option<T>,
    row_default: &Option<T>,
    parent: &Option<T>,
    root: &T,
) -> Effective<T> {
    let candidates = [
        (own, CellSource::Own),
        (row_default, CellSource::BuiltIn),
        (parent, CellSource::Generic),
    ];
    for (cell, source) in candidates {
        if let Some(value) = cell {
            return Effective {
                value: value.clone(),
                source,
            };
        }
    }
    Effective {
        value: root.clone(),
        source: CellSource::GenericBuiltIn,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(kind: EventKind, row: Row) -> AlertRows {
        AlertRows(BTreeMap::from([(kind, row)]))
    }

    #[test]
    fn a_row_without_an_opinion_inherits_from_generic() {
        let rows = rows(
            EventKind::Generic,
            Row {
                preview: Some(Preview::Sender),
                ..Row::default()
            },
        );
        let cell = rows.effective(EventKind::Message).preview;
        assert_eq!(
            cell,
            Effective {
                value: Preview::Sender,
                source: CellSource::Generic
            }
        );
    }

    #[test]
    fn none_set_explicitly_stops_the_inheritance() {
        let rows = rows(
            EventKind::Message,
            Row {
                sound: Some(Sound::None),
                ..Row::default()
            },
        );
        let cell = rows.effective(EventKind::Message).sound;
        assert_eq!(
            cell,
            Effective {
                value: Sound::None,
                source: CellSource::Own
            }
        );
    }

    #[test]
    fn a_rows_own_default_outweighs_a_changed_generic_row() {
        let bell = Sound::Builtin("buzz".into());
        let rows = rows(
            EventKind::Generic,
            Row {
                sound: Some(bell),
                ..Row::default()
            },
        );
        let cell = rows.effective(EventKind::ContactRequest).sound;
        assert_eq!(cell.value, Sound::Builtin("knock".into()));
        assert_eq!(cell.source, CellSource::BuiltIn);
    }

    #[test]
    fn every_row_has_every_cell() {
        for kind in EventKind::ALL {
            assert_eq!(AlertRows::default().effective(kind).kind, kind);
        }
    }
}
