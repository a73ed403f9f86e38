//! Why a document was refused.

use thiserror::Error;

/// A document that is not read. After any of these the stream it came from can't be trusted to be in step.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum XmlError {
    /// More bytes than [`Limits::bytes`](crate::Limits::bytes).
    #[error("the XML is {size} bytes long, {limit} are allowed")]
    TooLarge {
        /// Bytes that came.
        size: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// Elements nest deeper than [`Limits::depth`](crate::Limits::depth).
    #[error("the XML nests deeper than {limit} elements")]
    TooDeep {
        /// Depth allowed.
        limit: usize,
    },
    /// An element has more attributes than [`Limits::attributes`](crate::Limits::attributes).
    #[error("an element has more than {limit} attributes")]
    TooManyAttributes {
        /// Attributes allowed.
        limit: usize,
    },
    /// More namespace declarations are in force than [`Limits::namespaces`](crate::Limits::namespaces).
    #[error("more than {limit} namespace declarations are in force at once")]
    TooManyNamespaces {
        /// Declarations allowed.
        limit: usize,
    },
    /// More elements and attributes than [`Limits::nodes`](crate::Limits::nodes).
    #[error("the XML has more than {limit} elements and attributes")]
    TooManyNodes {
        /// Elements and attributes allowed.
        limit: usize,
    },
    /// The bytes are not UTF-8 (RFC 6120 §11.6).
    #[error("the XML is not UTF-8 from byte {valid_up_to} on")]
    NotUtf8 {
        /// Bytes before the first bad one.
        valid_up_to: usize,
    },
    /// The document does not begin with `<` (RFC 7395 §3.3.3): empty, white space in front, or not XML at all.
    #[error("the XML does not begin with '<'")]
    NotAnElement,
    /// Well-formed, but outside the subset of RFC 6120 §11.1: DTD, entity, comment, processing instruction.
    #[error("the XML uses what XMPP forbids: {0}")]
    Restricted(&'static str),
    /// Not well-formed by XML 1.0.
    #[error("the XML is not well-formed: {0}")]
    NotWellFormed(String),
    /// A prefix is used that nothing declares.
    #[error("the prefix {0:?} is not declared")]
    UndeclaredPrefix(String),
    /// An attribute or declaration appears twice on one element, possibly under two prefixes.
    #[error("the attribute {0:?} appears twice")]
    DuplicateAttribute(String),
    /// An element of `urn:ietf:params:xml:ns:xmpp-framing` other than `open` and `close` (RFC 7395 §3.3.2).
    #[error("unknown framing element {0:?}")]
    UnknownFrame(String),
    /// Over TCP, what should have been a stream's header is another element (RFC 6120 §4.2).
    #[error("{0:?} instead of a stream's header")]
    NotAStream(String),
}

impl From<rxml::Error> for XmlError {
    fn from(error: rxml::Error) -> Self {
        match error {
            rxml::Error::RestrictedXml(what) => XmlError::Restricted(what),
            rxml::Error::UndeclaredEntity => XmlError::Restricted("an entity"),
            other => XmlError::NotWellFormed(other.to_string()),
        }
    }
}
