//! Why a file did not go or come.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Why a file did not go or come. What stands in `why` is somebody else's words, or a number of HTTP's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum FileTrouble {
    /// What came is not what its sender described; it was not kept.
    #[error("this is not the file that its sender has described")]
    Another,
    /// My server keeps no files.
    #[error("the server takes no files")]
    NoService,
    /// It is larger than the server takes, or than anybody wants.
    #[error("the file is too large")]
    TooLarge,
    /// The server has it no more.
    #[error("the file is no longer there")]
    Gone,
    /// The server says no.
    #[error("the server refuses it: {why}")]
    Refused {
        /// In its words.
        why: String,
    },
    /// The server says no for now.
    #[error("the server does not take it now: {why}")]
    NotNow {
        /// In its words.
        why: String,
    },
    /// The server does not say where it goes.
    #[error("the server does not say where it goes")]
    NoAnswer,
    /// The server with the file answers nothing.
    #[error("the other side can't be reached: {why}")]
    Unreachable {
        /// What went wrong.
        why: String,
    },
    /// Nothing is asked for from such an address.
    #[error("nothing is fetched from there")]
    NotFetched,
    /// The copy here is gone.
    #[error("the file is no longer here")]
    NotHere,
    /// It could not be read or written here.
    #[error("{why}")]
    Disk {
        /// The system's words.
        why: String,
    },
    /// Somebody else has the nick for whom it was (XEP-0045 §7.5).
    #[error("whoever it was for is not in the room any more")]
    SomebodyElse,
    /// Something that has no name: what an earlier version has noted.
    #[error("{why}")]
    Other {
        /// In its words.
        why: String,
    },
}

impl FileTrouble {
    /// The reason's name and what belongs to it, as they are stored.
    #[must_use]
    pub fn stored(&self) -> (&'static str, &str) {
        match self {
            Self::Another => ("another", ""),
            Self::NoService => ("no_service", ""),
            Self::TooLarge => ("too_large", ""),
            Self::Gone => ("gone", ""),
            Self::Refused { why } => ("refused", why),
            Self::NotNow { why } => ("not_now", why),
            Self::NoAnswer => ("no_answer", ""),
            Self::Unreachable { why } => ("unreachable", why),
            Self::NotFetched => ("not_fetched", ""),
            Self::NotHere => ("not_here", ""),
            Self::Disk { why } => ("disk", why),
            Self::SomebodyElse => ("somebody_else", ""),
            Self::Other { why } => ("other", why),
        }
    }

    /// What [`Self::stored`] wrote. Rows of earlier versions have no name, and words alone.
    #[must_use]
    pub fn read(name: Option<&str>, why: String) -> Self {
        match name {
            Some("another") => Self::Another,
            Some("no_service") => Self::NoService,
            Some("too_large") => Self::TooLarge,
            Some("gone") => Self::Gone,
            Some("refused") => Self::Refused { why },
            Some("not_now") => Self::NotNow { why },
            Some("no_answer") => Self::NoAnswer,
            Some("unreachable") => Self::Unreachable { why },
            Some("not_fetched") => Self::NotFetched,
            Some("not_here") => Self::NotHere,
            Some("disk") => Self::Disk { why },
            Some("somebody_else") => Self::SomebodyElse,
            _ => Self::Other { why },
        }
    }
}
