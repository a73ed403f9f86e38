//! Places for files (XEP-0363).

use super::StanzaProblem;
use crate::files::{FileTrouble, SlotHeader};

/// A place that the server gives for one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadSlot {
    /// Where the file is put.
    pub put: String,
    /// What is said there, and to nobody else.
    pub headers: Vec<(SlotHeader, String)>,
    /// Where others get it.
    pub get: String,
}

/// Why there is no place for a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoSlot {
    /// The server keeps no files.
    #[error("the server takes no files")]
    NoService,
    /// The file is too large for it.
    #[error("the server takes no file of this size")]
    TooLarge {
        /// What it takes, in bytes, where it says so.
        most: Option<u64>,
    },
    /// It says no.
    #[error("the server does not take it: {}", if .0.text.is_empty() { &.0.condition } else { &.0.text })]
    Refused(StanzaProblem),
    /// It says no for now: too much was sent today, for example.
    #[error("the server does not take it now: {}", if .0.text.is_empty() { &.0.condition } else { &.0.text })]
    NotNow(StanzaProblem),
    /// It answers nothing.
    #[error("the server does not say where it goes")]
    Silent,
    /// Its answer cannot be used.
    #[error("the server's answer cannot be used: {why}")]
    Unusable {
        /// Why.
        why: String,
    },
}

impl NoSlot {
    /// The same as what a user is told.
    #[must_use]
    pub fn trouble(&self) -> FileTrouble {
        let why = |problem: &StanzaProblem| problem.words().to_owned();
        match self {
            Self::NoService => FileTrouble::NoService,
            Self::TooLarge { .. } => FileTrouble::TooLarge,
            Self::Refused(problem) => FileTrouble::Refused { why: why(problem) },
            Self::NotNow(problem) => FileTrouble::NotNow { why: why(problem) },
            Self::Silent | Self::Unusable { .. } => FileTrouble::NoAnswer,
        }
    }
}
