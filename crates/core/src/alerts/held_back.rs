//! Whether a server may hold back what it may hold back from an inactive client (XEP-0352).

use super::book::{Layer, RuleBook};
use super::cells::{Attention, Popup, Sound, TrayAction};
use super::kinds::EventKind;
use super::lookup::{Candidates, LevelRef, Scoped};
use crate::ids::Timestamp;

/// Whether servers hold it back: every presence, and calls for attention, which are headlines (XEP-0224 §3) without
/// words.
fn is_held_back(kind: EventKind) -> bool {
    kind.is_presence() || kind == EventKind::Attention
}

impl RuleBook {
    /// Whether something that a server holds back from an inactive client could be seen, heard or counted: whoever's
    /// it is, whichever profile comes to hold. In doubt it could; so no condition that only silences is asked, and
    /// nothing has to be known of the contacts.
    #[must_use]
    pub fn notices_what_is_held_back(&self, now: Timestamp) -> bool {
        let mut kinds = EventKind::ALL
            .into_iter()
            .filter(|kind| is_held_back(*kind));
        self.waits_for_somebody(now) || kinds.any(|kind| self.can_notice(kind))
    }

    /// A value in force is the first that a scope has an opinion on. If the settings give nothing, and no scope alone
    /// gives anything, then no company of scopes does.
    fn can_notice(&self, kind: EventKind) -> bool {
        let notices = |layer: Option<Layer<'_>>| {
            let scope = layer.map(|layer| Scoped::new(LevelRef::BuiltIn, layer));
            !is_silent(&Candidates::new(self, kind, scope.as_slice(), None))
        };
        notices(None) || self.layers().into_iter().any(|layer| notices(Some(layer)))
    }
}

fn is_silent(rows: &Candidates<'_>) -> bool {
    *rows.popup().0 == Popup::None
        && *rows.sound().0 == Sound::None
        && *rows.attention().0 == Attention::None
        && *rows.tray().0 == TrayAction::None
        && !*rows.speak().0
}
