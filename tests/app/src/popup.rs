//! What an application asked the notification service to show.

use std::collections::HashMap;
use std::time::Instant;

use zbus::OwnedVariant;

/// One call of `Notify` (Desktop Notifications Specification 1.2, section 9.2).
#[derive(Debug, Clone)]
pub struct Popup {
    /// When the call arrived, on this process's monotonic clock.
    pub at: Instant,
    /// The id that the service gave, which is `replaces` where that was not 0.
    pub id: u32,
    /// The popup that this one takes the place of; 0 for none.
    pub replaces: u32,
    /// Who shows it.
    pub app: String,
    /// The connection that it came over, by the bus's name for it.
    pub sender: String,
    /// The icon's name or path; empty when the picture is in the hints.
    pub icon: String,
    /// The first line.
    pub summary: String,
    /// The text, in which some services read markup.
    pub body: String,
    /// Pairs of key and label. The key `default` is a click on the popup itself.
    pub actions: Vec<(String, String)>,
    /// Milliseconds; -1 for the service's own time, 0 for ever.
    pub timeout: i32,
    /// Everything else.
    pub hints: HashMap<String, OwnedVariant>,
}

impl Popup {
    /// The label of an action, if it is offered.
    #[must_use]
    pub fn label(&self, key: &str) -> Option<&str> {
        self.actions
            .iter()
            .find(|(found, _)| found == key)
            .map(|(_, label)| label.as_str())
    }

    /// The key of the action with this label, as a person would find it.
    #[must_use]
    pub fn key(&self, label: &str) -> Option<&str> {
        self.actions
            .iter()
            .find(|(_, found)| found == label)
            .map(|(key, _)| key.as_str())
    }

    /// All labels, without the click on the popup itself.
    #[must_use]
    pub fn labels(&self) -> Vec<&str> {
        self.actions
            .iter()
            .filter(|(key, _)| key != "default")
            .map(|(_, label)| label.as_str())
            .collect()
    }

    /// A hint that is text.
    #[must_use]
    pub fn text(&self, hint: &str) -> Option<&str> {
        self.hints
            .get(hint)
            .and_then(|value| value.downcast_ref::<&str>().ok())
    }

    /// A hint that is true or false.
    #[must_use]
    pub fn flag(&self, hint: &str) -> Option<bool> {
        self.hints
            .get(hint)
            .and_then(|value| value.downcast_ref::<bool>().ok())
    }

    /// 0 low, 1 normal, 2 critical.
    #[must_use]
    pub fn urgency(&self) -> Option<u8> {
        self.hints
            .get("urgency")
            .and_then(|value| value.downcast_ref::<u8>().ok())
    }

    /// The bytes of the picture that `image-path` names as a URI, which a service would show.
    #[must_use]
    pub fn picture(&self) -> Option<Vec<u8>> {
        let path = self.text("image-path")?.strip_prefix("file://")?;
        std::fs::read(path.replace("%20", " "))
            .ok()
            .filter(|bytes| !bytes.is_empty())
    }
}
