//! One document through every reader: that of a WebSocket's frames, that of a stream over TCP cut anywhere, and two by
//! others. What one accepts, all that could be asked about it must have read in the same way.

use carillon_xml::{Frame, Limits, StreamItem, StreamReader, XmlError, parse_bytes, write};
use minidom::{Element, Node};
use rxml::error::EndOrError;
use rxml::{Event, Options, Parse, Parser, WithOptions};

use crate::grow::Chance;

/// Small, so that every bound is met often.
pub(crate) const LIMITS: Limits = Limits {
    bytes: 600,
    depth: 8,
    attributes: 5,
    namespaces: 6,
    nodes: 24,
};
/// No document has this prefix, so a child of this stream sees what it would see alone.
const HEADER: &[u8] =
    b"<no-other:stream xmlns:no-other='http://etherx.jabber.org/streams' version='1.0'>";

/// What the readers made of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Accepted,
    Refused,
}

/// One step through a document, the same whoever reads it.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    Start(String, String),
    /// Sorted by namespace and name.
    Attributes(Vec<(String, String, String)>),
    Text(String),
    End,
}

/// # Errors
/// Two readers disagree, and how.
pub(crate) fn compare(document: &[u8], chance: &mut Chance) -> Result<Verdict, String> {
    let framed = parse_bytes(document, &LIMITS);
    let streamed = streamed(document, &[document.len()]);
    let sizes: Vec<usize> = (0..4).map(|_| 1 + chance.below(9)).collect();
    let sliced = self::streamed(document, &sizes);
    if streamed.items != sliced.items || streamed.error.is_some() != sliced.error.is_some() {
        return Err(format!(
            "sliced by {sizes:?} a stream has {sliced:?} instead of {streamed:?}"
        ));
    }
    if let Ok(text) = std::str::from_utf8(document) {
        // It may be an opening, an end or a stanza: only whether it is one of them is agreed on.
        let frame = Frame::parse(text, &LIMITS);
        let fits = match (&frame, &framed) {
            (Ok(Frame::Stanza(one)), Ok(other)) => one == other,
            (Ok(_), Ok(root)) => root.has_ns(carillon_xml::NS_FRAMING),
            (Err(XmlError::UnknownFrame(_)), Ok(root)) => root.has_ns(carillon_xml::NS_FRAMING),
            (Err(_), Err(_)) => true,
            _ => false,
        };
        if !fits {
            return Err(format!(
                "{frame:?} as a frame, and {framed:?} as a document"
            ));
        }
    }
    let declared = document.starts_with(b"<?xml");
    match (&framed, streamed.only_stanza()) {
        (Ok(alone), Some(child)) if alone != child => {
            return Err(format!("{alone:?} in a frame, {child:?} in a stream"));
        }
        // Only a whole document may begin with a declaration.
        (Ok(_), None) if !declared => {
            return Err(format!("a frame is read, a stream is not: {streamed:?}"));
        }
        (Err(why), Some(child)) if document.starts_with(b"<") => {
            let too_long = matches!(why, XmlError::TooLarge { .. });
            if !(too_long && child_fits(document)) {
                return Err(format!("a stream is read as {child:?}, a frame: {why}"));
            }
        }
        _ => {}
    }
    let Ok(root) = framed else {
        return Ok(Verdict::Refused);
    };
    let text = std::str::from_utf8(document).map_err(|error| error.to_string())?;
    let ours = steps(&root);
    // rxml forgets some line ends, see `lines` in this crate.
    let newlines = text.replace("\r\n", "\n").replace('\r', "\n");
    agree("rxml", &ours, &by_rxml(newlines.as_bytes())?)?;
    // roxmltree leaves a lone carriage return as it is, against XML 1.0 §2.11, knows the prefix `xml` for attributes only,
    // and takes `xml:xmlns` for a declaration.
    let lone = text.replace("\r\n", "").contains('\r');
    if !lone && !text.contains("<xml:") && !text.contains(":xmlns") {
        agree("roxmltree", &ours, &by_roxmltree(text)?)?;
    }
    let again = write(&root);
    match parse_bytes(again.as_bytes(), &Limits::STANZA) {
        Ok(same) if same == root => Ok(Verdict::Accepted),
        other => Err(format!(
            "{root:?} is written as {again:?}, which is {other:?}"
        )),
    }
}

/// The white space behind a child does not count in a stream.
fn child_fits(document: &[u8]) -> bool {
    document.trim_ascii_end().len() <= LIMITS.bytes
}

#[derive(Debug)]
struct Streamed {
    items: Vec<StreamItem>,
    error: Option<XmlError>,
    is_between: bool,
}

impl Streamed {
    fn only_stanza(&self) -> Option<&Element> {
        match &self.items[..] {
            [StreamItem::Frame(Frame::Stanza(child))] if self.is_between => Some(child),
            _ => None,
        }
    }
}

/// As the child of a stream, in slices of these sizes in turn.
fn streamed(document: &[u8], sizes: &[usize]) -> Streamed {
    let mut reader = StreamReader::new(Limits {
        // That of the header.
        namespaces: LIMITS.namespaces + 1,
        ..LIMITS
    });
    let mut items = Vec::new();
    let mut error = None;
    let mut rest = document;
    let mut slices = vec![HEADER];
    for size in sizes.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (slice, more) = rest.split_at((*size).min(rest.len()));
        slices.push(slice);
        rest = more;
    }
    'all: for mut slice in slices {
        loop {
            match reader.read(&mut slice) {
                Ok(Some(StreamItem::Frame(Frame::Open { .. }))) => {}
                Ok(Some(item)) => items.push(item),
                Ok(None) => break,
                Err(what) => {
                    error = Some(what);
                    break 'all;
                }
            }
        }
    }
    Streamed {
        items,
        is_between: error.is_none() && reader.is_between(),
        error,
    }
}

fn agree(who: &str, ours: &[Step], theirs: &[Step]) -> Result<(), String> {
    if ours == theirs {
        return Ok(());
    }
    Err(format!("{ours:?} here, {theirs:?} by {who}"))
}

fn start(name: &str, namespace: &str, attributes: Vec<(String, String, String)>) -> [Step; 2] {
    let mut attributes = attributes;
    attributes.sort();
    [
        Step::Start(namespace.to_owned(), name.to_owned()),
        Step::Attributes(attributes),
    ]
}

/// However a text is cut into pieces, it is one.
fn say(steps: &mut Vec<Step>, text: &str) {
    match steps.last_mut() {
        _ if text.is_empty() => {}
        Some(Step::Text(before)) => before.push_str(text),
        _ => steps.push(Step::Text(text.to_owned())),
    }
}

fn steps(root: &Element) -> Vec<Step> {
    let mut steps = Vec::new();
    walk(root, &mut steps);
    steps
}

fn walk(element: &Element, steps: &mut Vec<Step>) {
    let attributes = element.attrs().iter().map(|((namespace, name), value)| {
        let namespace: &str = namespace;
        (namespace.to_owned(), name.to_string(), value.clone())
    });
    steps.extend(start(element.name(), &element.ns(), attributes.collect()));
    for node in element.nodes() {
        match node {
            Node::Element(child) => walk(child, steps),
            Node::Text(text) => say(steps, text),
        }
    }
    steps.push(Step::End);
}

fn by_rxml(document: &[u8]) -> Result<Vec<Step>, String> {
    let mut parser = Parser::with_options(Options::default());
    let mut rest = document;
    let mut steps = Vec::new();
    loop {
        match parser.parse(&mut rest, true) {
            Ok(None) => return Ok(steps),
            Ok(Some(Event::XmlDeclaration(..))) => {}
            Ok(Some(Event::StartElement(_, (namespace, name), attributes))) => {
                let attributes = attributes.iter().map(|((namespace, name), value)| {
                    let namespace: &str = namespace;
                    (namespace.to_owned(), name.to_string(), value.clone())
                });
                steps.extend(start(&name, &namespace, attributes.collect()));
            }
            Ok(Some(Event::EndElement(_))) => steps.push(Step::End),
            Ok(Some(Event::Text(_, text))) => say(&mut steps, &text),
            Err(EndOrError::NeedMoreData) => return Err("rxml wants more".to_owned()),
            Err(EndOrError::Error(error)) => return Err(format!("rxml refuses it: {error}")),
        }
    }
}

fn by_roxmltree(text: &str) -> Result<Vec<Step>, String> {
    fn walk(node: roxmltree::Node<'_, '_>, steps: &mut Vec<Step>) {
        let attributes = node.attributes().map(|one| {
            let namespace = one.namespace().unwrap_or_default().to_owned();
            (namespace, one.name().to_owned(), one.value().to_owned())
        });
        let name = node.tag_name();
        let namespace = name.namespace().unwrap_or_default();
        steps.extend(start(name.name(), namespace, attributes.collect()));
        for child in node.children() {
            if child.is_element() {
                walk(child, steps);
            } else {
                say(steps, child.text().unwrap_or_default());
            }
        }
        steps.push(Step::End);
    }
    let document = roxmltree::Document::parse(text);
    let document = document.map_err(|error| format!("roxmltree refuses it: {error}"))?;
    let mut steps = Vec::new();
    walk(document.root_element(), &mut steps);
    Ok(steps)
}
