//! What presence shows (RFC 6121 §4.7.2).

use super::{Build, text_of};
use crate::ns;
use carillon_core::contact::{Availability, Presence};
use minidom::Element;

/// What an available presence shows. What nobody has defined counts as available.
pub(crate) fn availability(stanza: &Element) -> Availability {
    let show = stanza
        .get_child("show", ns::JABBER_CLIENT)
        .map(Element::text)
        .unwrap_or_default();
    match show.trim() {
        "away" => Availability::Away,
        "dnd" => Availability::Busy,
        "xa" => Availability::ExtendedAway,
        _ => Availability::Available,
    }
}

/// The person's words.
pub(crate) fn status_of(stanza: &Element) -> String {
    text_of(stanza, "status")
}

/// Writes what is shown into a presence.
pub(crate) fn show_into(stanza: Element, shown: &Presence) -> Element {
    let stanza = match shown.availability {
        Availability::Offline => stanza.with("type", "unavailable"),
        Availability::Available => stanza,
        Availability::Away => stanza.holding_text("show", "away"),
        Availability::Busy => stanza.holding_text("show", "dnd"),
        Availability::ExtendedAway => stanza.holding_text("show", "xa"),
    };
    if shown.status.is_empty() {
        stanza
    } else {
        stanza.holding_text("status", &shown.status)
    }
}
