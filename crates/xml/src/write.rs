//! Element tree to text.

use minidom::{Element, Node};
use rxml::{Namespace, XMLNS_XML};

use crate::stream::NS_STREAMS;

/// Writes `element` so that it can stand alone: every namespace is declared where it is first used.
///
/// A character that XML 1.0 has no way to express (§2.2, most control characters) becomes U+FFFD, so that what a user
/// pasted into a message can't break the stream.
#[must_use]
pub fn write(element: &Element) -> String {
    let mut out = String::with_capacity(256);
    let mut defaults = vec![String::new()];
    let mut open = vec![start(&mut out, element, &mut defaults)];
    while let Some(top) = open.last_mut() {
        match top.rest.next() {
            Some(Node::Text(text)) => escape(&mut out, text, false),
            Some(Node::Element(child)) => open.push(start(&mut out, child, &mut defaults)),
            None => {
                if let Some(done) = open.pop() {
                    finish(&mut out, &done, &mut defaults);
                }
            }
        }
    }
    out
}

/// An element whose start tag is written, up to its `>` if it has content.
struct Open<'a> {
    element: &'a Element,
    /// It pushed its namespace onto the stack of default namespaces.
    declares: bool,
    rest: std::slice::Iter<'a, Node>,
}

/// Namespaces whose elements always carry this prefix: `xml` may not be the default one (Namespaces in XML 1.0 §3), and
/// old software recognises stream elements by it (RFC 6120 §4.8.5).
const PREFIXED: [(&str, &str); 2] = [(XMLNS_XML, "xml"), (NS_STREAMS, "stream")];

fn prefix(element: &Element) -> Option<&'static str> {
    PREFIXED
        .into_iter()
        .find(|(namespace, _)| element.has_ns(*namespace))
        .map(|(_, prefix)| prefix)
}

fn name(out: &mut String, element: &Element) {
    if let Some(prefix) = prefix(element) {
        out.push_str(prefix);
        out.push(':');
    }
    out.push_str(element.name());
}

fn start<'a>(out: &mut String, element: &'a Element, defaults: &mut Vec<String>) -> Open<'a> {
    out.push('<');
    name(out, element);
    let inherited = defaults
        .last()
        .is_some_and(|default| element.has_ns(default.as_str()));
    let declares = !inherited && prefix(element).is_none();
    if declares {
        let namespace = element.ns();
        attribute(out, "", "xmlns", &namespace);
        defaults.push(namespace);
    }
    if element.has_ns(NS_STREAMS) {
        attribute(out, "xmlns:", "stream", NS_STREAMS);
    }
    write_attributes(out, element);
    if element.nodes().len() > 0 {
        out.push('>');
    }
    Open {
        element,
        declares,
        rest: element.nodes(),
    }
}

fn write_attributes(out: &mut String, element: &Element) {
    let mut last: Option<&Namespace<'static>> = None;
    let mut number = 0_usize;
    for ((namespace, name), value) in element.attrs() {
        if namespace.is_none() {
            attribute(out, "", name, value);
        } else if *namespace == XMLNS_XML {
            attribute(out, "xml:", name, value);
        } else {
            // Attributes come sorted by namespace, so one look back finds a declaration made on this element.
            if last != Some(namespace) {
                number += 1;
                attribute(out, "xmlns:", &format!("a{number}"), namespace);
                last = Some(namespace);
            }
            attribute(out, &format!("a{number}:"), name, value);
        }
    }
}

fn finish(out: &mut String, done: &Open<'_>, defaults: &mut Vec<String>) {
    if done.declares {
        defaults.pop();
    }
    if done.element.nodes().len() == 0 {
        out.push_str("/>");
        return;
    }
    out.push_str("</");
    name(out, done.element);
    out.push('>');
}

pub(crate) fn attribute(out: &mut String, prefix: &str, name: &str, value: &str) {
    out.push(' ');
    out.push_str(prefix);
    out.push_str(name);
    out.push_str("='");
    escape(out, value, true);
    out.push('\'');
}

fn escape(out: &mut String, text: &str, in_attribute: bool) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            // Needed after "]]" only, and harmless elsewhere.
            '>' => out.push_str("&gt;"),
            '\'' if in_attribute => out.push_str("&apos;"),
            // A reader would turn these into a space (XML 1.0 §3.3.3).
            '\t' if in_attribute => out.push_str("&#9;"),
            '\n' if in_attribute => out.push_str("&#10;"),
            // A reader would turn this into a line feed (XML 1.0 §2.11).
            '\r' => out.push_str("&#13;"),
            '\t' | '\n' => out.push(c),
            '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
}
