//! Stanza errors (RFC 6120 §8.3) and answers.

use super::Build;
use crate::ns;
use carillon_core::session::StanzaProblem;
use minidom::Element;

/// What the receiver of an error may do (RFC 6120 §8.3.2).
#[derive(Debug, Clone, Copy)]
pub(crate) enum StanzaErrorType {
    /// Not try again.
    Cancel,
    /// Try again with something else.
    Modify,
}

impl StanzaErrorType {
    fn name(self) -> &'static str {
        match self {
            Self::Cancel => "cancel",
            Self::Modify => "modify",
        }
    }
}

/// What an error stanza says. A missing or unreadable `<error/>` is `undefined-condition`.
pub(crate) fn error_of(stanza: &Element) -> StanzaProblem {
    let mut problem = StanzaProblem {
        condition: "undefined-condition".to_owned(),
        text: String::new(),
    };
    let Some(error) = stanza.get_child("error", ns::JABBER_CLIENT) else {
        return problem;
    };
    for child in error.children().filter(|c| c.has_ns(ns::XMPP_STANZAS)) {
        match child.name() {
            "text" => problem.text = child.text(),
            name => name.clone_into(&mut problem.condition),
        }
    }
    problem
}

/// The answer to a stanza that can't be served.
pub(crate) fn error_answer(
    stanza: &'static str,
    to: Option<&str>,
    id: Option<&str>,
    kind: StanzaErrorType,
    condition: &'static str,
) -> Element {
    let error = Element::stanza("error")
        .with("type", kind.name())
        .holding(Element::new_in(ns::XMPP_STANZAS, condition));
    Element::stanza(stanza)
        .with("type", "error")
        .with_some("to", to)
        .with_some("id", id)
        .holding(error)
}

/// The answer to an iq.
pub(crate) fn result_answer(to: Option<&str>, id: &str, payload: Option<Element>) -> Element {
    let answer = Element::stanza("iq")
        .with("type", "result")
        .with_some("to", to)
        .with("id", id);
    match payload {
        Some(payload) => answer.holding(payload),
        None => answer,
    }
}
