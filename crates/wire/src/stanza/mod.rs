//! Stanzas, read and written without knowing what they mean for the session.

mod build;
mod delay;
mod error;
mod form;
mod presence;
mod roster;

pub(crate) mod about;
pub(crate) mod blocking;

pub(crate) use build::Build;
pub(crate) use delay::{delayed_by, moment, stamp_of, time_of};
pub(crate) use error::{StanzaErrorType, error_answer, error_of, result_answer};
pub(crate) use form::{read_form, read_result, submitted};
pub(crate) use presence::{availability, show_into, status_of};
pub(crate) use roster::{RosterChange, roster_change, roster_items, roster_set};

use crate::ns;
use minidom::Element;

/// The text of a child in the stanza's own namespace, empty when there is none.
///
/// Where there is one in each of several languages (RFC 6121 §5.2.3), the one without a language is meant for all.
pub(crate) fn text_of(stanza: &Element, name: &str) -> String {
    let mut first = None;
    for child in stanza.children().filter(|c| c.is(name, ns::JABBER_CLIENT)) {
        if child
            .attr_ns("http://www.w3.org/XML/1998/namespace", "lang")
            .is_none()
        {
            return child.text();
        }
        first = first.or(Some(child));
    }
    first.map(Element::text).unwrap_or_default()
}
