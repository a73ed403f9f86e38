//! The framing of XMPP over WebSocket (RFC 7395 §3.3): each text message is one whole element.

use minidom::Element;
use rxml::XMLNS_XML;

use crate::write::attribute;
use crate::{Limits, XmlError, parse};

/// Namespace of `<open/>` and `<close/>` (RFC 7395 §3.3.2).
pub const NS_FRAMING: &str = "urn:ietf:params:xml:ns:xmpp-framing";

/// What one WebSocket text message says.
#[derive(Debug, Clone, PartialEq)]
pub enum Frame {
    /// The stream begins or begins anew (RFC 7395 §3.4, attributes of RFC 6120 §4.7).
    Open {
        /// The domain asked for.
        to: Option<String>,
        /// Who answers, or who asks.
        from: Option<String>,
        /// The stream's id; the server sets it.
        id: Option<String>,
        /// The protocol's version, "1.0" from everybody alive.
        version: Option<String>,
        /// The stream's default language.
        lang: Option<String>,
    },
    /// The stream ends (RFC 7395 §3.6).
    Close {
        /// Where the server wishes the client to go instead. Never followed unasked: it may lead anywhere.
        see_other_uri: Option<String>,
    },
    /// Anything else: a stanza, stream features, a stream error, a step of authentication.
    Stanza(Element),
}

impl Frame {
    /// Reads one WebSocket text message.
    ///
    /// # Errors
    /// Those of [`parse`], and [`XmlError::UnknownFrame`].
    pub fn parse(text: &str, limits: &Limits) -> Result<Frame, XmlError> {
        let element = parse(text, limits)?;
        if !element.has_ns(NS_FRAMING) {
            return Ok(Frame::Stanza(element));
        }
        let attr = |name: &str| element.attr(name).map(str::to_owned);
        match element.name() {
            "open" => Ok(Frame::Open {
                to: attr("to"),
                from: attr("from"),
                id: attr("id"),
                version: attr("version"),
                lang: element.attr_ns(XMLNS_XML, "lang").map(str::to_owned),
            }),
            "close" => Ok(Frame::Close {
                see_other_uri: attr("see-other-uri"),
            }),
            other => Err(XmlError::UnknownFrame(other.to_owned())),
        }
    }
}

/// Writes `<open/>` with version 1.0. A client sets `to`, a server `from` and `id`.
#[must_use]
pub fn open_tag(
    to: Option<&str>,
    from: Option<&str>,
    id: Option<&str>,
    lang: Option<&str>,
) -> String {
    let mut out = format!("<open xmlns='{NS_FRAMING}' version='1.0'");
    for (prefix, name, value) in [
        ("", "to", to),
        ("", "from", from),
        ("", "id", id),
        ("xml:", "lang", lang),
    ] {
        if let Some(value) = value {
            attribute(&mut out, prefix, name, value);
        }
    }
    out.push_str("/>");
    out
}

/// Writes `<close/>`.
#[must_use]
pub fn close_tag() -> String {
    format!("<close xmlns='{NS_FRAMING}'/>")
}
