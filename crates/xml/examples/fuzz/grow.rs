//! Documents for the readers: grown well-formed, then spoilt here and there.

/// Numbers that are the same for the same seed on every computer.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn of(seed: u64) -> Self {
        Self(seed)
    }

    /// splitmix64.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `most`, which is not zero.
    pub(crate) fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.next() % most as u64).unwrap_or_default()
    }

    fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }

    fn of_these<'a, T: ?Sized>(&mut self, these: &[&'a T]) -> &'a T {
        these[self.below(these.len())]
    }
}

const NAMES: &[&str] = &[
    "message", "iq", "body", "a", "b", "open", "close", "x-1", "é", "_", "a.b", "stream",
];
const PREFIXES: &[&str] = &[
    "", "", "", "", "", "", "p:", "q:", "p:", "q:", "xml:", "stream:",
];
const ATTRIBUTES: &[&str] = &[
    "to", "from", "id", "a", "b", "xml:lang", "xml:id", "p:a", "q:a", "p:b", "xmlnsx",
];
const DECLARATIONS: &[&str] = &["xmlns", "xmlns", "xmlns:p", "xmlns:q", "xmlns:r"];
const NAMESPACES: &[&str] = &["jabber:client", "urn:x", "urn:y", "urn:x&amp;y"];
/// Allowed in some places only, or nowhere.
const ODD_DECLARATIONS: &[&str] = &[
    "xmlns",
    "xmlns:p",
    "xmlns:xml",
    "xmlns:xmlns",
    "xmlns:stream",
];
const ODD_NAMESPACES: &[&str] = &[
    "",
    "http://etherx.jabber.org/streams",
    "urn:ietf:params:xml:ns:xmpp-framing",
    "http://www.w3.org/XML/1998/namespace",
    "http://www.w3.org/2000/xmlns/",
];
const TEXTS: &[&str] = &[
    "hello",
    " ",
    "\n",
    "\r\n",
    "\t",
    "&amp;",
    "&lt;",
    "&gt;",
    "&apos;",
    "&quot;",
    "&#65;",
    "&#x1F600;",
    "&#13;",
    "&#10;",
    "&#9;",
    "é",
    "\u{1F514}",
    "\u{85}",
    "\u{2028}",
    "\u{feff}",
    "]]",
    ">",
    "'",
    "\"",
    "<![CDATA[<&>]]>",
    "<![CDATA[]]>",
    "<![CDATA[]]]]>",
    "=",
    "/",
];
/// What spoils a document, or is only allowed elsewhere.
const SPOILS: &[&[u8]] = &[
    b"<",
    b">",
    b"/",
    b"&",
    b"'",
    b"\"",
    b"=",
    b":",
    b"!",
    b"?",
    b"-",
    b"[",
    b"]",
    b"\0",
    b"\x0b",
    b"\x7f",
    b"\xff",
    b"\xc0\xaf",
    b"\xed\xa0\x80",
    b"\xf0\x9f",
    b"\xef\xbf\xbe",
    b"<!--",
    b"-->",
    b"<!-- c -->",
    b"<?pi?>",
    b"<?xml version='1.0'?>",
    b"<!DOCTYPE a>",
    b"<!ENTITY b 'c'>",
    b"]]>",
    b"<![CDATA[",
    b"&no;",
    b"&#0;",
    b"&#xD800;",
    b"&#x110000;",
    b"&#x;",
    b"&;",
    b"</a>",
    b"</message>",
    b"<a>",
    b"<a/>",
    b"<message",
    b" xmlns=''",
    b" a='1'",
    b" a='1' a='2'",
    b" xmlns:p='urn:x'",
    b"<p:a/>",
    b"\r",
    b"\n",
    b" ",
    b"\xef\xbb\xbf",
    b"</stream:stream>",
];

/// A document, as likely good as not.
pub(crate) fn document(chance: &mut Chance, before: &[Vec<u8>]) -> Vec<u8> {
    let mut text = String::new();
    if chance.one_in(40) {
        text.push_str("<?xml version='1.0'?>");
    }
    if chance.one_in(30) {
        deep(chance, &mut text);
    } else {
        element(chance, 0, &mut text);
    }
    for _ in 0..chance.below(2) {
        text.push_str(chance.of_these(&[" ", "\n", "\t", "\r\n"]));
    }
    let mut bytes = text.into_bytes();
    if chance.one_in(2) {
        for _ in 0..=chance.below(3) {
            spoil(chance, &mut bytes, before);
        }
    }
    bytes
}

fn element(chance: &mut Chance, depth: usize, out: &mut String) {
    let name = format!("{}{}", chance.of_these(PREFIXES), chance.of_these(NAMES));
    out.push('<');
    out.push_str(&name);
    if depth == 0 && !chance.one_in(16) {
        declare(chance, "xmlns:p", out);
        declare(chance, "xmlns:q", out);
    } else if chance.one_in(2) {
        let name = chance.of_these(DECLARATIONS);
        declare(chance, name, out);
    }
    if chance.one_in(12) {
        let name = chance.of_these(ODD_DECLARATIONS);
        let namespace = chance.of_these(ODD_NAMESPACES);
        out.push_str(&format!(" {name}='{namespace}'"));
    }
    let first = chance.below(ATTRIBUTES.len());
    for number in 0..chance.below(3) {
        let name = ATTRIBUTES[(first + number) % ATTRIBUTES.len()];
        attribute(chance, name, out);
    }
    if chance.one_in(4) {
        out.push_str("/>");
        return;
    }
    out.push('>');
    for _ in 0..chance.below(4) {
        match chance.below(3) {
            0 if depth < 10 => element(chance, depth + 1, out),
            _ => out.push_str(chance.of_these(TEXTS)),
        }
    }
    out.push_str(&format!("</{name}>"));
}

/// About as deep as is allowed, on either side.
fn deep(chance: &mut Chance, out: &mut String) {
    let depth = 5 + chance.below(6);
    let name = chance.of_these(NAMES);
    out.push_str(&format!("<{name}>").repeat(depth));
    out.push_str(&format!("</{name}>").repeat(depth));
}

fn declare(chance: &mut Chance, name: &str, out: &mut String) {
    let namespace = chance.of_these(NAMESPACES);
    out.push_str(&format!(" {name}='{namespace}'"));
}

fn attribute(chance: &mut Chance, name: &str, out: &mut String) {
    let (quote, other) = match chance.one_in(2) {
        true => ('\'', "\""),
        false => ('"', "'"),
    };
    let value = chance.of_these(&[
        "",
        "x",
        "&lt;&#10;",
        "&#x9; \t\n",
        "]]>",
        "&amp;amp;",
        "é",
        other,
        "a:b",
        "\r\n",
    ]);
    out.push_str(&format!(" {name}={quote}{value}{quote}"));
}

fn spoil(chance: &mut Chance, bytes: &mut Vec<u8>, before: &[Vec<u8>]) {
    let at = chance.below(bytes.len() + 1);
    match chance.below(7) {
        0 | 1 => insert(bytes, at, chance.of_these(SPOILS)),
        2 => bytes.truncate(at),
        3 => {
            let end = (at + 1 + chance.below(8)).min(bytes.len());
            bytes.drain(at.min(end)..end);
        }
        4 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << chance.below(8);
            }
        }
        5 => {
            // A piece of it once more, somewhere else.
            let from = chance.below(bytes.len() + 1);
            let to = (from + 1 + chance.below(24)).min(bytes.len());
            let piece = bytes[from.min(to)..to].to_vec();
            insert(bytes, at, &piece);
        }
        _ => {
            if !before.is_empty() {
                // The end of another.
                let other = &before[chance.below(before.len())];
                let from = chance.below(other.len() + 1);
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
        }
    }
}

fn insert(bytes: &mut Vec<u8>, at: usize, piece: &[u8]) {
    bytes.splice(at..at, piece.iter().copied());
}
