//! Of which messages of a room I want to hear (XEP-0492).

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Of which messages of a room my devices tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RoomNotify {
    /// Of all.
    Always,
    /// Of those that mention me.
    OnMention,
    /// Of none.
    Never,
}

impl RoomNotify {
    /// Its name in XML (XEP-0492 §2.1).
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::OnMention => "on-mention",
            Self::Never => "never",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Always, Self::OnMention, Self::Never]
            .into_iter()
            .find(|one| one.name() == name)
    }
}
