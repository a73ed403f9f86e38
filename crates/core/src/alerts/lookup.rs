//! How a cell's value is found.
//!
//! Scopes are asked from strongest to weakest: watch, contact or room, group, account, profile, then the settings
//! for everybody. Within a scope the kind's row is asked first, then its parents', the generic row last. In a scope a
//! parent's row gives nothing but `none` to a cell that Carillon's default for the kind sets to `none`: a sound chosen
//! for everything of Bob's must not make his going away ring. In the settings for everybody Carillon's default for a
//! row stands right behind the user's.

use super::book::{Layer, RuleBook};
use super::cells::{Attention, Icon, Popup, Preview, Sound, TrayAction, Volume};
use super::defaults::ROOT;
use super::kinds::EventKind;
use super::repeat::Repeat;
use super::rows::{CellSource, Effective, EffectiveRow, Level, Row};
use super::rules::Watch;
use crate::ids::{AccountId, ChatRef};
use jid::BareJid;
use std::sync::LazyLock;

/// Whose rows are asked for. The default is everybody's.
#[derive(Debug, Clone, Copy, Default)]
pub struct Whose<'a> {
    /// An account.
    pub account: Option<AccountId>,
    /// A contact or room of that account.
    pub jid: Option<&'a BareJid>,
    /// Contact groups.
    pub groups: &'a [String],
    /// The profile that holds.
    pub profile: Option<super::book::ActiveProfile>,
}

/// A level that is not yet written down.
#[derive(Debug, Clone, Copy)]
pub(super) enum LevelRef<'a> {
    BuiltIn,
    Settings,
    Profile(&'a str),
    Account(AccountId),
    Group(&'a str),
    Chat(AccountId, &'a BareJid),
    Watch(AccountId, &'a BareJid),
}

impl LevelRef<'_> {
    pub(super) fn level(self) -> Level {
        let chat = |account, jid: &BareJid| ChatRef {
            account,
            jid: jid.clone().into(),
        };
        match self {
            Self::BuiltIn => Level::BuiltIn,
            Self::Settings => Level::Settings,
            Self::Profile(name) => Level::Profile {
                name: name.to_owned(),
            },
            Self::Account(account) => Level::Account { account },
            Self::Group(name) => Level::Group {
                name: name.to_owned(),
            },
            Self::Chat(account, jid) => Level::Chat {
                chat: chat(account, jid),
            },
            Self::Watch(account, jid) => Level::Watch {
                chat: chat(account, jid),
            },
        }
    }

    /// How strong it is; of two groups of a contact neither outweighs the other.
    pub(super) const fn strength(self) -> u8 {
        match self {
            Self::BuiltIn => 0,
            Self::Settings => 1,
            Self::Profile(_) => 2,
            Self::Account(_) => 3,
            Self::Group(_) => 4,
            Self::Chat(..) => 5,
            Self::Watch(..) => 6,
        }
    }
}

/// A scope that has a say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scoped<'a> {
    pub(super) level: LevelRef<'a>,
    pub(super) layer: Layer<'a>,
}

impl<'a> Scoped<'a> {
    pub(super) const fn new(level: LevelRef<'a>, layer: Layer<'a>) -> Self {
        Self { level, layer }
    }
}

/// Where a value was found.
#[derive(Debug, Clone, Copy)]
pub(super) struct SourceRef<'a> {
    level: LevelRef<'a>,
    row: EventKind,
}

impl SourceRef<'_> {
    pub(super) fn source(self) -> CellSource {
        CellSource {
            level: self.level.level(),
            row: self.row,
        }
    }

    pub(super) const fn is_built_in(self) -> bool {
        matches!(self.level, LevelRef::BuiltIn)
    }
}

struct Candidate<'a> {
    row: &'a Row,
    from: SourceRef<'a>,
    /// Gives nothing but `none` where the kind's default is `none`.
    guarded: bool,
}

/// All rows that have a say about an event, in the order in which they are asked.
pub(super) struct Candidates<'a> {
    pub(super) kind: EventKind,
    rows: Vec<Candidate<'a>>,
}

/// What a watch does unless its own row says otherwise: it was asked for, so it is seen.
static WATCH: LazyLock<Row> = LazyLock::new(|| Row {
    popup: Some(Popup::Sticky),
    attention: Some(Attention::Once),
    ..Row::default()
});

type Found<'a, T> = (&'a T, SourceRef<'a>);

impl<'a> Candidates<'a> {
    pub(super) fn new(
        book: &'a RuleBook,
        kind: EventKind,
        scopes: &[Scoped<'a>],
        watch: Option<(AccountId, &'a BareJid, &'a Watch)>,
    ) -> Self {
        let mut found = Self {
            kind,
            rows: Vec::with_capacity(12),
        };
        if let Some((account, jid, watch)) = watch {
            for row in [&watch.row, &*WATCH] {
                found.push(row, LevelRef::Watch(account, jid), kind, false);
            }
        }
        for scoped in scopes {
            for row_kind in kind.chain() {
                if let Some(row) = scoped.layer.rows.get(row_kind) {
                    found.push(row, scoped.level, row_kind, row_kind != kind);
                }
            }
        }
        for row_kind in kind.chain() {
            if let Some(row) = book.rules.rows.get(row_kind) {
                found.push(row, LevelRef::Settings, row_kind, false);
            }
            found.push(row_kind.built_in(), LevelRef::BuiltIn, row_kind, false);
        }
        found
    }

    fn push(&mut self, row: &'a Row, level: LevelRef<'a>, kind: EventKind, guarded: bool) {
        self.rows.push(Candidate {
            row,
            from: SourceRef { level, row: kind },
            guarded,
        });
    }

    fn find<T>(
        &self,
        cell: impl Fn(&Row) -> Option<&T>,
        is_none: impl Fn(&T) -> bool,
        root: &'static T,
    ) -> Found<'a, T> {
        let silent = cell(self.kind.built_in()).is_some_and(&is_none);
        for candidate in &self.rows {
            match cell(candidate.row) {
                Some(value) if candidate.guarded && silent && !is_none(value) => {}
                Some(value) => return (value, candidate.from),
                None => {}
            }
        }
        let from = SourceRef {
            level: LevelRef::BuiltIn,
            row: EventKind::Generic,
        };
        (root, from)
    }

    pub(super) fn popup(&self) -> Found<'a, Popup> {
        self.find(
            |row| row.popup.as_ref(),
            |it| *it == Popup::None,
            &ROOT.popup,
        )
    }

    pub(super) fn seconds(&self) -> Found<'a, u8> {
        self.find(|row| row.seconds.as_ref(), |_| false, &ROOT.seconds)
    }

    pub(super) fn preview(&self) -> Found<'a, Preview> {
        self.find(
            |row| row.preview.as_ref(),
            |it| *it == Preview::Nothing,
            &ROOT.preview,
        )
    }

    pub(super) fn sound(&self) -> Found<'a, Sound> {
        self.find(
            |row| row.sound.as_ref(),
            |it| *it == Sound::None,
            &ROOT.sound,
        )
    }

    pub(super) fn volume(&self) -> Found<'a, Volume> {
        self.find(|row| row.volume.as_ref(), |_| false, &ROOT.volume)
    }

    pub(super) fn icon(&self) -> Found<'a, Icon> {
        self.find(|row| row.icon.as_ref(), |_| false, &ROOT.icon)
    }

    pub(super) fn tray(&self) -> Found<'a, TrayAction> {
        self.find(
            |row| row.tray.as_ref(),
            |it| *it == TrayAction::None,
            &ROOT.tray,
        )
    }

    pub(super) fn attention(&self) -> Found<'a, Attention> {
        self.find(
            |row| row.attention.as_ref(),
            |it| *it == Attention::None,
            &ROOT.attention,
        )
    }

    pub(super) fn speak(&self) -> Found<'a, bool> {
        self.find(|row| row.speak.as_ref(), |it| !it, &ROOT.speak)
    }

    pub(super) fn repeat(&self) -> Found<'a, Repeat> {
        self.find(|row| row.repeat.as_ref(), Repeat::is_off, &ROOT.repeat)
    }

    fn effective(&self) -> EffectiveRow {
        fn told<T: Clone>((value, from): Found<'_, T>) -> Effective<T> {
            Effective {
                value: value.clone(),
                source: from.source(),
            }
        }
        EffectiveRow {
            kind: self.kind,
            popup: told(self.popup()),
            seconds: told(self.seconds()),
            preview: told(self.preview()),
            sound: told(self.sound()),
            volume: told(self.volume()),
            icon: told(self.icon()),
            tray: told(self.tray()),
            attention: told(self.attention()),
            speak: told(self.speak()),
            repeat: told(self.repeat()),
        }
    }
}

impl RuleBook {
    /// The row of `kind` with every cell filled, for somebody or for everybody.
    #[must_use]
    pub fn effective(&self, kind: EventKind, whose: &Whose<'_>) -> EffectiveRow {
        let scopes = self.scopes(whose);
        Candidates::new(self, kind, &scopes, None).effective()
    }
}
