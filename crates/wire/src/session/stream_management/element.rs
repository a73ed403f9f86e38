//! The elements of `urn:xmpp:sm:3`, read leniently: servers leave out what they must not, and add what nobody asked.

use super::{Count, Impossible};
use crate::ns;
use crate::stanza::Build;
use minidom::Element;

/// The namespace of XEP-0198.
pub(crate) const NS: &str = "urn:xmpp:sm:3";

/// Whether stream features offer it.
pub(crate) fn is_offered(features: &Element) -> bool {
    features.has_child("sm", NS)
}

/// Asks for a stream that can be resumed.
pub(crate) fn enable() -> Element {
    Element::new_in(NS, "enable").with("resume", "true")
}

pub(super) fn request() -> Element {
    Element::new_in(NS, "r")
}

pub(super) fn ack(handled: Count) -> Element {
    Element::new_in(NS, "a").with("h", &handled.to_string())
}

/// Asks for an earlier stream.
pub(crate) fn resume(id: &str, handled: Count) -> Element {
    Element::new_in(NS, "resume")
        .with("h", &handled.to_string())
        .with("previd", id)
}

/// The `h` of an element. Missing, negative or beyond 32 bits is none.
pub(super) fn count_of(element: &Element) -> Option<Count> {
    element.attr("h")?.trim().parse().ok().map(Count)
}

/// A truth value of XML Schema.
pub(super) fn is_true(text: &str) -> bool {
    matches!(text.trim(), "true" | "1")
}

/// What a server says to the wish for an earlier stream.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It goes on; the server has handled so many of my stanzas.
    Resumed(Option<Count>),
    /// It does not; perhaps it still knows how many it had handled (§5).
    Failed(Option<Count>),
    /// The name is not the one that was asked for.
    Another(String),
}

impl Answer {
    /// Reads it; `None` when it is something else.
    pub(crate) fn read(element: &Element, id: &str) -> Option<Self> {
        if element.is("failed", NS) {
            return Some(Self::Failed(count_of(element)));
        }
        if !element.is("resumed", NS) {
            return None;
        }
        match element.attr("previd") {
            Some(other) if other != id => Some(Self::Another(other.to_owned())),
            // On a stream on which one thing was asked, an answer without a name is the answer to that.
            _ => Some(Self::Resumed(count_of(element))),
        }
    }
}

/// The stream error for a count that cannot be (§4).
pub(crate) fn too_high(impossible: Impossible) -> Element {
    const STREAMS: &str = ns::XMPP_STREAMS;
    let too_high = Element::new_in(NS, "handled-count-too-high")
        .with("h", &impossible.claimed.to_string())
        .with("send-count", &impossible.written.to_string());
    let text = format!(
        "You acknowledged {} stanzas, but I only sent you {} so far.",
        impossible.claimed, impossible.written
    );
    Element::new_in(ns::STREAM, "error")
        .holding(Element::new_in(STREAMS, "undefined-condition"))
        .holding(too_high)
        .holding(Element::new_in(STREAMS, "text").saying(&text))
}
