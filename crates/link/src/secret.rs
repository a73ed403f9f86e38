//! A password on its way; shown nowhere.

use serde::{Deserialize, Serialize};
use std::fmt;
use ts_rs::TS;

/// A password. It crosses the local socket in clear (only the same user can open it) and appears in no
/// log: its `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(transparent)]
#[ts(type = "string")]
pub struct Secret(String);

impl Secret {
    /// Hides `password`.
    #[must_use]
    pub const fn new(password: String) -> Self {
        Self(password)
    }

    /// The password itself, for signing in or storing it and nothing else.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
