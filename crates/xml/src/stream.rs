//! The framing of XMPP over TCP (RFC 6120 §4): one long document in each direction, read as its bytes come.

use minidom::Element;
use rxml::error::EndOrError;
use rxml::{Parse as _, RawEvent, RawParser, XMLNS_XML};

use crate::lines::LineEnds;
use crate::parse::tokenizer;
use crate::tree::Tree;
use crate::write::attribute;
use crate::{Frame, Limits, XmlError};

/// Namespace of the stream itself, its features and its errors (RFC 6120 §4.8.1).
pub const NS_STREAMS: &str = "http://etherx.jabber.org/streams";

/// What one step of reading a stream yields.
#[derive(Debug, Clone, PartialEq)]
pub enum StreamItem {
    /// The header, a whole child of the stream, or the stream's end.
    Frame(Frame),
    /// A child that came whole, but is beyond the limits or misuses namespaces. The stream is still in step.
    Unreadable(XmlError),
}

/// Where in the document the next byte belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before the header, or between an XML declaration and it.
    Before,
    /// In the declaration or the header.
    Header,
    /// Inside the stream, outside its children: white space, a child, or the end (RFC 6120 §4.6.1, §11.7).
    Between,
    /// In a child.
    Inside,
    /// Behind the end, or behind an error.
    Over,
}

/// Reads one stream in one direction, from bytes sliced anywhere.
///
/// The bounds of [`Limits`] hold for the header and for each child by itself; what nothing can be made of is
/// let go while it comes. After a restart of the stream a new reader is needed (RFC 6120 §4.3.3).
pub struct StreamReader {
    limits: Limits,
    parser: RawParser,
    lines: LineEnds,
    tree: Tree,
    place: Place,
    /// An XML declaration may not come any more.
    begun: bool,
    /// A `<` was read whose next byte is not known yet.
    held: bool,
    /// Bytes of the header or child so far.
    bytes: usize,
    /// Elements of the child that are open.
    depth: usize,
    /// The declarations of the header, in force for every child.
    bindings: usize,
    /// Why the child that is being read can't be used.
    trouble: Option<XmlError>,
}

impl std::fmt::Debug for StreamReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("StreamReader");
        shown
            .field("place", &self.place)
            .field("bytes", &self.bytes);
        shown.finish_non_exhaustive()
    }
}

impl StreamReader {
    /// A reader at the beginning of a stream.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            parser: tokenizer(limits.bytes),
            lines: LineEnds::default(),
            tree: Tree::new(limits),
            place: Place::Before,
            begun: false,
            held: false,
            bytes: 0,
            depth: 0,
            bindings: 0,
            trouble: None,
        }
    }

    /// Whether the last byte ended the header or a child, or was white space between children.
    #[must_use]
    pub fn is_between(&self) -> bool {
        self.place == Place::Between && !self.held
    }

    /// Reads on, and takes off `bytes` what was read. `None` is for "more bytes are needed", and leaves none.
    ///
    /// # Errors
    /// What ends a stream: it is not well-formed, uses what RFC 6120 §11.1 forbids, is not UTF-8, begins with
    /// something other than a stream's header, goes on behind its end, or has a child of more than
    /// [`Limits::bytes`]. Nothing can be read after an error.
    pub fn read(&mut self, bytes: &mut &[u8]) -> Result<Option<StreamItem>, XmlError> {
        let answer = self.step(bytes);
        if bytes.is_empty() {
            self.lines.next_piece();
        }
        if answer.is_err() {
            self.place = Place::Over;
        }
        answer
    }

    fn step(&mut self, bytes: &mut &[u8]) -> Result<Option<StreamItem>, XmlError> {
        loop {
            match self.place {
                Place::Over => return self.behind_the_end(bytes),
                Place::Before | Place::Between => {
                    if !self.begin(bytes)? {
                        return Ok(None);
                    }
                }
                Place::Header | Place::Inside => {}
            }
            let Some(event) = self.token(bytes)? else {
                return Ok(None);
            };
            let item = if self.place == Place::Header {
                self.header(event)?
            } else {
                self.child(event)
            };
            if item.is_some() {
                return Ok(item);
            }
        }
    }

    fn behind_the_end(&mut self, bytes: &mut &[u8]) -> Result<Option<StreamItem>, XmlError> {
        skip_white_space(bytes);
        if bytes.is_empty() {
            return Ok(None);
        }
        Err(XmlError::NotWellFormed(
            "something follows the end of the stream".to_owned(),
        ))
    }

    /// Comes to the start of a tag; says whether it got there.
    ///
    /// White space is taken away here, so that the tokenizer, which lets references to white space, empty CDATA and
    /// the like pass as text, never sees what stands outside of the header and the children.
    fn begin(&mut self, bytes: &mut &[u8]) -> Result<bool, XmlError> {
        if !self.held {
            // Behind white space there is no declaration any more (XML 1.0 §2.8).
            self.begun |= skip_white_space(bytes);
            match bytes.split_first() {
                None => return Ok(false),
                Some((b'<', rest)) => *bytes = rest,
                Some(_) if self.place == Place::Before => return Err(XmlError::NotAnElement),
                Some(_) => {
                    return Err(XmlError::NotWellFormed(
                        "there is text between the stream's children".to_owned(),
                    ));
                }
            }
            self.held = true;
        }
        match bytes.first() {
            None => return Ok(false),
            Some(b'?') if self.place == Place::Before && !self.begun => {}
            Some(b'!' | b'?') => {
                return Err(XmlError::Restricted(
                    "a document type, comment, CDATA or processing instruction outside of elements",
                ));
            }
            Some(_) => {}
        }
        self.held = false;
        self.begun = true;
        self.bytes = 0;
        self.place = match self.place {
            Place::Before => Place::Header,
            _ => Place::Inside,
        };
        let event = self.parser.parse(&mut b"<".as_slice(), false);
        match self.count(1, event)? {
            None => Ok(true),
            // Only the end of a header that was empty (`<stream:stream/>`) can have been left over.
            Some(_) => Err(XmlError::NotWellFormed("the stream is empty".to_owned())),
        }
    }

    fn token(&mut self, bytes: &mut &[u8]) -> Result<Option<RawEvent>, XmlError> {
        let before = bytes.len();
        let event = self.lines.token(&mut self.parser, bytes);
        self.count(before - bytes.len(), event)
    }

    fn count(
        &mut self,
        read: usize,
        event: Result<Option<RawEvent>, EndOrError>,
    ) -> Result<Option<RawEvent>, XmlError> {
        self.bytes += read;
        if self.bytes > self.limits.bytes {
            return Err(XmlError::TooLarge {
                size: self.bytes,
                limit: self.limits.bytes,
            });
        }
        match event {
            Ok(Some(event)) => Ok(Some(event)),
            Ok(None) => Err(XmlError::NotWellFormed("it ends too early".to_owned())),
            Err(EndOrError::NeedMoreData) => Ok(None),
            Err(EndOrError::Error(error)) => Err(error.into()),
        }
    }

    fn header(&mut self, event: RawEvent) -> Result<Option<StreamItem>, XmlError> {
        match event {
            RawEvent::XmlDeclaration(..) => {
                self.place = Place::Before;
                return Ok(None);
            }
            RawEvent::ElementHeadClose(_) => self.tree.take(event)?,
            event => {
                self.tree.take(event)?;
                return Ok(None);
            }
        }
        let Some(header) = self.tree.take_header() else {
            return Ok(None);
        };
        if !header.is("stream", NS_STREAMS) {
            return Err(XmlError::NotAStream(header.name().to_owned()));
        }
        self.bindings = self.tree.bindings();
        self.place = Place::Between;
        Ok(Some(StreamItem::Frame(opening(&header))))
    }

    fn child(&mut self, event: RawEvent) -> Option<StreamItem> {
        match event {
            RawEvent::ElementHeadOpen(..) => self.depth += 1,
            RawEvent::ElementFoot(_) if self.depth == 0 => {
                self.place = Place::Over;
                let see_other_uri = None;
                return Some(StreamItem::Frame(Frame::Close { see_other_uri }));
            }
            RawEvent::ElementFoot(_) => self.depth -= 1,
            _ => {}
        }
        if self.trouble.is_none()
            && let Err(error) = self.tree.take(event)
        {
            // Its end is found by its tags alone, which the tokenizer matches.
            self.tree.forget(self.bindings);
            self.trouble = Some(error);
        }
        if self.depth > 0 {
            return None;
        }
        self.place = Place::Between;
        if let Some(error) = self.trouble.take() {
            return Some(StreamItem::Unreadable(error));
        }
        let child = self.tree.take_root()?;
        Some(StreamItem::Frame(Frame::Stanza(child)))
    }
}

/// Takes white space off the front; says whether there was some.
fn skip_white_space(bytes: &mut &[u8]) -> bool {
    let before = bytes.len();
    while let Some((b' ' | b'\t' | b'\r' | b'\n', rest)) = bytes.split_first() {
        *bytes = rest;
    }
    bytes.len() < before
}

fn opening(header: &Element) -> Frame {
    let attr = |name: &str| header.attr(name).map(str::to_owned);
    Frame::Open {
        to: attr("to"),
        from: attr("from"),
        id: attr("id"),
        version: attr("version"),
        lang: header.attr_ns(XMLNS_XML, "lang").map(str::to_owned),
    }
}

/// Writes an XML declaration and the header of a stream of version 1.0 whose children are in `namespace`. A client
/// sets `to`, a server `from` and `id` (RFC 6120 §4.7).
#[must_use]
pub fn stream_header(
    namespace: &str,
    to: Option<&str>,
    from: Option<&str>,
    id: Option<&str>,
) -> String {
    let mut out = "<?xml version='1.0'?><stream:stream".to_owned();
    attribute(&mut out, "", "xmlns", namespace);
    attribute(&mut out, "xmlns:", "stream", NS_STREAMS);
    attribute(&mut out, "", "version", "1.0");
    for (name, value) in [("to", to), ("from", from), ("id", id)] {
        if let Some(value) = value {
            attribute(&mut out, "", name, value);
        }
    }
    out.push('>');
    out
}

/// The end of what [`stream_header`] began.
#[must_use]
pub const fn stream_footer() -> &'static str {
    "</stream:stream>"
}
