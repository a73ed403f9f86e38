//! What those can do who show the popups.

use std::collections::HashSet;

/// Makes a text field of a button.
pub(super) const INLINE_REPLY: &str = "inline-reply";

/// What the notification service can do, read once for each start of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Abilities {
    /// What the service calls itself.
    pub name: String,
    capabilities: HashSet<String>,
}

impl Abilities {
    pub(crate) fn new(name: String, capabilities: Vec<String>) -> Self {
        Self {
            name,
            capabilities: capabilities.into_iter().collect(),
        }
    }

    /// Whether it has a capability, by its name in the Desktop Notifications Specification 1.2.
    pub(super) fn has(&self, capability: &str) -> bool {
        self.capabilities.contains(capability)
    }

    /// Whether popups have buttons, and clicks come back.
    #[must_use]
    pub fn has_buttons(&self) -> bool {
        self.has("actions")
    }

    /// Whether an answer can be typed into a popup.
    #[must_use]
    pub fn has_reply(&self) -> bool {
        self.has_buttons() && self.has(INLINE_REPLY)
    }
}
