//! Personal eventing (XEP-0163): what an account publishes about itself.

use super::Session;
use crate::ns;
use jid::Jid;
use minidom::Element;

impl Session {
    /// An event counts only for the account that it came from, by its bare address, whatever it names itself
    /// (CVE-2023-28686). Answers whether it was one: there are no words beside it.
    pub(super) fn hear_pep(&mut self, message: &Element, from: &Jid) -> bool {
        let Some(event) = message.get_child("event", ns::PUBSUB_EVENT) else {
            return false;
        };
        // Whoever sends for an account names it: without an address it would be anybody's.
        if message.attr("from").is_none()
            || from.resource().is_some()
            || from.node().is_none()
            || message.attr("type") == Some("groupchat")
        {
            tracing::debug!("an event that is of no account was dropped");
            return true;
        }
        let owner = from.to_bare();
        for child in event.children() {
            let node = child.attr("node").unwrap_or_default();
            match (child.name(), node) {
                ("items" | "purge" | "delete", ns::AVATAR_METADATA) => {
                    self.hear_avatar(owner.clone(), child);
                }
                ("items" | "purge" | "delete", ns::BOOKMARKS) => {
                    self.hear_bookmark_event(&owner, child);
                }
                ("items", ns::DISPLAYED) => self.hear_seen_marks_event(&owner, child),
                ("items", ns::STORAGE_BOOKMARKS) => self.hear_together_event(&owner, child),
                ("items" | "purge" | "delete", ns::MOOD | ns::NICK) => {
                    self.hear_told(owner.clone(), node, child);
                }
                _ => {}
            }
        }
        true
    }
}
