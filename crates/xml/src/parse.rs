//! Text to element tree, without recursion and within [`Limits`].

use minidom::Element;
use rxml::error::EndOrError;
use rxml::parser::CommentMode;
use rxml::{Options, Parse, RawEvent, RawParser, WithOptions};

use crate::lines::with_newlines;
use crate::tree::Tree;
use crate::{Limits, XmlError};

/// Reads one document: one root element, optionally after an XML declaration, and white space at most behind it.
///
/// Namespaces are resolved; the prefixes that were used are forgotten, because `minidom` panics when it writes
/// a tree in which a descendant binds a prefix of the root anew.
///
/// # Errors
/// Every document that is not well-formed with namespaces, not in the subset of RFC 6120 §11.1, or beyond `limits`.
pub fn parse(text: &str, limits: &Limits) -> Result<Element, XmlError> {
    parse_utf8(text.as_bytes(), limits)
}

/// Like [`parse`], for bytes that nobody has checked to be UTF-8 yet.
///
/// # Errors
/// [`XmlError::NotUtf8`], and those of [`parse`].
pub fn parse_bytes(bytes: &[u8], limits: &Limits) -> Result<Element, XmlError> {
    check_size(bytes, limits)?;
    let text = std::str::from_utf8(bytes).map_err(|e| XmlError::NotUtf8 {
        valid_up_to: e.valid_up_to(),
    })?;
    parse(text, limits)
}

fn check_size(bytes: &[u8], limits: &Limits) -> Result<(), XmlError> {
    if bytes.len() > limits.bytes {
        return Err(XmlError::TooLarge {
            size: bytes.len(),
            limit: limits.bytes,
        });
    }
    Ok(())
}

fn parse_utf8(document: &[u8], limits: &Limits) -> Result<Element, XmlError> {
    check_size(document, limits)?;
    let document = with_newlines(document);
    let mut rest: &[u8] = &document;
    if rest.first() != Some(&b'<') {
        return Err(XmlError::NotAnElement);
    }
    if !rest.starts_with(b"<?") {
        before_root(rest)?;
    }
    let mut parser = tokenizer(rest.len() + 1);
    let mut tree = Tree::new(*limits);
    loop {
        if let Some(root) = tree.take_root() {
            return after_root(rest).map(|()| root);
        }
        match parser.parse(&mut rest, true) {
            Ok(Some(RawEvent::XmlDeclaration(..))) => before_root(rest)?,
            Ok(Some(event)) => tree.take(event)?,
            Ok(None) => return Err(XmlError::NotWellFormed("it has no element".to_owned())),
            Err(EndOrError::Error(error)) => return Err(error.into()),
            Err(EndOrError::NeedMoreData) => {
                return Err(XmlError::NotWellFormed("it ends too early".to_owned()));
            }
        }
    }
}

/// The reader of tokens that both ways of reading share. It takes memory for the longest token at once.
pub(crate) fn tokenizer(longest: usize) -> RawParser {
    // The tokenizer's own limit (8 KiB) would refuse ordinary long attributes; the whole is bounded by its user.
    RawParser::with_options(Options {
        max_token_length: longest,
        context: None,
        comments: CommentMode::Reject,
    })
}

/// What may stand between an XML declaration and the root: white space. The tokenizer also lets references to white
/// space and empty CDATA sections pass.
fn before_root(rest: &[u8]) -> Result<(), XmlError> {
    let mut rest = rest.iter().skip_while(|byte| b" \t\r\n".contains(byte));
    match (rest.next(), rest.next()) {
        (Some(b'<'), Some(b'!' | b'?')) => Err(XmlError::Restricted(
            "a document type, comment or processing instruction",
        )),
        (Some(b'<'), _) => Ok(()),
        _ => Err(XmlError::NotWellFormed(
            "something precedes the root element".to_owned(),
        )),
    }
}

/// What may follow the root: white space (XML 1.0 §2.1). The tokenizer also lets references to white space pass.
fn after_root(rest: &[u8]) -> Result<(), XmlError> {
    if rest.iter().all(|byte| b" \t\r\n".contains(byte)) {
        return Ok(());
    }
    Err(XmlError::NotWellFormed(
        "something follows the root element".to_owned(),
    ))
}
