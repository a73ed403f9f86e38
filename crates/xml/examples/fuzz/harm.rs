//! XML that is written to do harm.

/// What becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// XMPP forbids it (RFC 6120 §11.1): a stream over TCP ends.
    Forbidden,
    /// It is beyond a limit, or XML forbids it: it alone is left out.
    LeftOut,
    /// It is longer than a stanza may be: whatever it came by ends.
    TooLong,
    /// It is read like any other.
    Read,
}
use Fate::{Forbidden, LeftOut, Read, TooLong};

/// A begin, then the same again and again, then an end.
#[derive(Debug)]
pub(crate) struct Harm {
    /// In words.
    pub(crate) name: &'static str,
    /// What it begins with; often all of it.
    pub(crate) begin: String,
    /// What follows, and how often.
    pub(crate) again: (String, usize),
    /// What it ends with.
    pub(crate) end: &'static str,
    /// What becomes of it.
    pub(crate) fate: Fate,
}

const MIB: usize = 1 << 20;

fn harm(name: &'static str, text: String, fate: Fate) -> Harm {
    Harm {
        name,
        begin: text,
        again: (String::new(), 0),
        end: "",
        fate,
    }
}

/// A message of Bob's.
pub(crate) fn message(inside: &str) -> String {
    format!(
        "<message xmlns='jabber:client' from='bob@example.net/x'><body>{inside}</body></message>"
    )
}

fn repeated(name: &'static str, begin: &str, again: &str, bytes: usize, end: &'static str) -> Harm {
    let piece = again.repeat((64 << 10) / again.len() + 1);
    let times = bytes / piece.len() + 1;
    Harm {
        name,
        begin: begin.to_owned(),
        again: (piece, times),
        end,
        fate: TooLong,
    }
}

/// Within the limit of a stanza.
pub(crate) fn documents() -> Vec<Harm> {
    let attributes: String = (0..80_000).map(|n| format!(" a{n}=''")).collect();
    let namespaces: String = (0..50_000).map(|n| format!(" xmlns:a{n}='u'")).collect();
    let level: String = (0..16).map(|n| format!(" xmlns:n{n}='u'")).collect();
    let laughs: String = (1..10)
        .map(|n| format!("<!ENTITY l{n} '{}'>", format!("&l{};", n - 1).repeat(10)))
        .collect();
    let long = "x".repeat(MIB - 200);
    let nested = |n: usize| "<a>".repeat(n) + &"</a>".repeat(n);
    vec![
        harm(
            "a billion laughs",
            format!("<!DOCTYPE a [<!ENTITY l0 'ha'>{laughs}]><a>&l9;</a>"),
            Forbidden,
        ),
        harm(
            "an entity of 900 kB, 10,000 times",
            format!(
                "<!DOCTYPE a [<!ENTITY l '{}'>]><a>{}</a>",
                "x".repeat(900_000),
                "&l;".repeat(10_000)
            ),
            Forbidden,
        ),
        harm(
            "a file as an entity",
            "<!DOCTYPE a [<!ENTITY l SYSTEM 'file:///dev/zero'>]><a>&l;</a>".to_owned(),
            Forbidden,
        ),
        harm(
            "a comment of 1 MB",
            format!("<a><!--{long}--></a>"),
            Forbidden,
        ),
        harm(
            "an instruction of 1 MB",
            format!("<a><?{long}?></a>"),
            Forbidden,
        ),
        harm("6,000 deep", nested(6_000), LeftOut),
        harm("140,000 deep", nested(140_000), LeftOut),
        harm("80,000 attributes", format!("<a{attributes}/>"), LeftOut),
        harm("50,000 namespaces", format!("<a{namespaces}/>"), LeftOut),
        harm(
            "16 namespaces on each of 60 levels",
            format!("<a{level}>").repeat(60) + &"</a>".repeat(60),
            LeftOut,
        ),
        harm(
            "200,000 elements",
            format!("<a>{}</a>", "<b/>".repeat(200_000)),
            LeftOut,
        ),
        harm("a name of 1 MB", format!("<{long}/>"), Read),
        harm("an attribute of 1 MB", format!("<a b='{long}'/>"), Read),
        harm(
            "a prefix of 500 kB",
            format!("<{0}:a xmlns:{0}='u'/>", "x".repeat(500_000)),
            Read,
        ),
        harm("a text of 1 MB", message(&long), Read),
        harm(
            "170,000 references",
            message(&"&#65;".repeat(170_000)),
            Read,
        ),
        harm(
            "75,000 pieces of CDATA",
            message(&"<![CDATA[x]]>".repeat(75_000)),
            Read,
        ),
        harm(
            "as many elements as are allowed",
            format!(
                "<message xmlns='jabber:client' from='bob@example.net/x'>{}</message>",
                "<b/>".repeat(51_990)
            ),
            Read,
        ),
    ]
}

/// Beyond it.
pub(crate) fn endless() -> Vec<Harm> {
    vec![
        repeated("a stanza of 1 MiB and a bit", "<a>", "x", MIB, "</a>"),
        repeated("a stanza of 65 MiB", "<a>", "x", 65 * MIB, "</a>"),
        repeated("a tag of 65 MiB", "<", "x", 65 * MIB, "/>"),
        repeated("an attribute of 65 MiB", "<a b='", "x", 65 * MIB, "'/>"),
        repeated(
            "a million namespaces",
            "<a",
            " xmlns:n12345='u'",
            17 * MIB,
            "/>",
        ),
        repeated("five million levels", "", "<a>", 15 * MIB, ""),
        repeated("four million elements", "<a>", "<b/>", 16 * MIB, "</a>"),
        repeated("a comment of 65 MiB", "<a><!--", "x", 65 * MIB, "--></a>"),
    ]
}
