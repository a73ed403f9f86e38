//! What messages say about earlier ones: read, and written.

use crate::ns;
use crate::stanza::Build;
use carillon_core::session::{About, Change};
use minidom::Element;

/// Longer ids than this nobody makes.
const LONGEST_ID: usize = 1_024;

/// What a message with words says about an earlier one. One that names itself corrects nothing (CVE-2021-41055,
/// CVE-2022-39835): it is only what it says.
pub(super) fn about(message: &Element) -> Option<About> {
    let mut replaced = message.children().filter(|c| c.is("replace", ns::CORRECT));
    let (Some(replace), None) = (replaced.next(), replaced.next()) else {
        return None;
    };
    let target = replace.attr("id").filter(|id| is_sound(id))?;
    if names(message, target) {
        tracing::warn!("a correction of itself was taken for a message");
        return None;
    }
    Some(About {
        target: target.to_owned(),
        change: Change::Correction,
    })
}

fn is_sound(id: &str) -> bool {
    !id.is_empty() && id.len() <= LONGEST_ID
}

/// Whether this is the message's own id, by any of its names.
fn names(message: &Element, id: &str) -> bool {
    message.attr("id") == Some(id)
        || message.children().any(|child| {
            child.has_ns(ns::SID)
                && matches!(child.name(), "origin-id" | "stanza-id")
                && child.attr("id") == Some(id)
        })
}

/// The element that says it.
pub(super) fn element(about: &About) -> Element {
    match about.change {
        Change::Correction => Element::new_in(ns::CORRECT, "replace").with("id", &about.target),
    }
}
