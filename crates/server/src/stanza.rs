//! Building and taking apart the elements that the server makes and answers.

use minidom::Element;
use minidom::rxml::{Namespace, NcName};

use crate::ns;
use crate::store::StoreError;

/// Element building that reads in the order of the XML it makes.
pub(crate) trait Build: Sized {
    /// Sets an attribute in no namespace, replacing its value. `name` is one of ours, hence always valid.
    fn set(self, name: &str, value: impl Into<String>) -> Self;
    /// Appends a child.
    fn put(self, child: Element) -> Self;
    /// Appends text.
    fn say(self, text: &str) -> Self;
}

impl Build for Element {
    fn set(mut self, name: &str, value: impl Into<String>) -> Self {
        set(&mut self, name, value);
        self
    }

    fn put(mut self, child: Element) -> Self {
        self.append_child(child);
        self
    }

    fn say(mut self, text: &str) -> Self {
        self.append_text(text);
        self
    }
}

/// Sets an attribute of an element that is already there.
pub(crate) fn set(element: &mut Element, name: &str, value: impl Into<String>) {
    if let Ok(name) = NcName::try_from(name) {
        element
            .attrs_mut()
            .insert(Namespace::NONE, name, value.into());
    }
}

/// Takes an attribute away.
pub(crate) fn unset(element: &mut Element, name: &str) {
    element.attrs_mut().remove(&Namespace::NONE, name);
}

/// Whether this is one of the three stanzas (RFC 6120 §8), which stream management counts.
pub(crate) fn is_stanza(element: &Element) -> bool {
    element.has_ns(ns::CLIENT) && matches!(element.name(), "message" | "presence" | "iq")
}

pub(crate) fn el(name: &str, namespace: &str) -> Element {
    Element::bare(name, namespace)
}

/// Takes away every child for which `unwanted` holds.
pub(crate) fn remove_children(element: &mut Element, unwanted: impl Fn(&Element) -> bool) {
    let nodes = element.take_nodes();
    for node in nodes {
        if !node.as_element().is_some_and(&unwanted) {
            element.append_node(node);
        }
    }
}

/// Why a stanza was not done: the defined conditions of RFC 6120 §8.3.3 that this server uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Condition {
    BadRequest,
    Conflict,
    Forbidden,
    InternalServerError,
    ItemNotFound,
    JidMalformed,
    NotAcceptable,
    NotAllowed,
    RemoteServerNotFound,
    ResourceConstraint,
    ServiceUnavailable,
    /// `not-acceptable` with the reason of XEP-0191 §3.5: the sender has blocked the recipient.
    Blocked,
}

impl Condition {
    fn name(self) -> &'static str {
        match self {
            Condition::BadRequest => "bad-request",
            Condition::Conflict => "conflict",
            Condition::Forbidden => "forbidden",
            Condition::InternalServerError => "internal-server-error",
            Condition::ItemNotFound => "item-not-found",
            Condition::JidMalformed => "jid-malformed",
            Condition::NotAcceptable | Condition::Blocked => "not-acceptable",
            Condition::NotAllowed => "not-allowed",
            Condition::RemoteServerNotFound => "remote-server-not-found",
            Condition::ResourceConstraint => "resource-constraint",
            Condition::ServiceUnavailable => "service-unavailable",
        }
    }

    fn kind(self) -> &'static str {
        match self {
            Condition::BadRequest | Condition::JidMalformed | Condition::NotAcceptable => "modify",
            Condition::Forbidden => "auth",
            Condition::ResourceConstraint | Condition::InternalServerError => "wait",
            _ => "cancel",
        }
    }

    /// The `<error/>` child (RFC 6120 §8.3.2).
    pub(crate) fn element(self) -> Element {
        let mut error = el("error", ns::CLIENT)
            .set("type", self.kind())
            .put(el(self.name(), ns::STANZA_ERRORS));
        if self == Condition::Blocked {
            error.append_child(el("blocked", ns::BLOCKING_ERRORS));
        }
        error
    }
}

impl From<StoreError> for Condition {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the server's store failed");
        Condition::InternalServerError
    }
}

/// The stanza that tells the sender of `stanza` what went wrong, or nothing if it must not be answered: errors and
/// results are never answered (RFC 6120 §8.3.1).
pub(crate) fn error_reply(stanza: &Element, condition: Condition) -> Option<Element> {
    if matches!(stanza.attr("type"), Some("error")) {
        return None;
    }
    if stanza.name() == "iq" && !matches!(stanza.attr("type"), Some("get" | "set")) {
        return None;
    }
    Some(reply(stanza, "error").put(condition.element()))
}

/// The result of an iq, with or without a payload.
pub(crate) fn result_reply(stanza: &Element, payload: Option<Element>) -> Element {
    let mut result = reply(stanza, "result");
    if let Some(payload) = payload {
        result.append_child(payload);
    }
    result
}

fn reply(stanza: &Element, kind: &str) -> Element {
    let mut answer = el(stanza.name(), ns::CLIENT).set("type", kind);
    for (there, here) in [("id", "id"), ("from", "to"), ("to", "from")] {
        if let Some(value) = stanza.attr(there) {
            set(&mut answer, here, value);
        }
    }
    answer
}
