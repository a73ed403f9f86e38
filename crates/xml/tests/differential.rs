//! Two readers that disagree are a way to smuggle: what this one accepts, an independent one reads as the same tree.

use carillon_xml::{Limits, parse};
use minidom::{Element, Node};
use proptest::prelude::*;

/// Whether another parser's tree says the same.
fn same(ours: &Element, theirs: roxmltree::Node<'_, '_>) -> Result<(), String> {
    let name = (
        theirs.tag_name().name(),
        theirs.tag_name().namespace().unwrap_or_default(),
    );
    if (ours.name(), ours.ns().as_str()) != name {
        return Err(format!(
            "{} of {:?} is {name:?} elsewhere",
            ours.name(),
            ours.ns()
        ));
    }
    if ours.attrs().len() != theirs.attributes().len() {
        return Err(format!(
            "{} attributes are {} elsewhere",
            ours.attrs().len(),
            theirs.attributes().len()
        ));
    }
    for attribute in theirs.attributes() {
        let value = ours.attr_ns(attribute.namespace().unwrap_or_default(), attribute.name());
        if value != Some(attribute.value()) {
            return Err(format!(
                "{} is {value:?}, {:?} elsewhere",
                attribute.name(),
                attribute.value()
            ));
        }
    }
    // An empty CDATA section is a text node there and none here.
    let mut others = theirs
        .children()
        .filter(|node| node.text() != Some("") || node.is_element())
        .peekable();
    for node in ours.nodes() {
        match node {
            Node::Element(element) => {
                let other = others.next().filter(roxmltree::Node::is_element);
                same(element, other.ok_or("an element is missing elsewhere")?)?;
            }
            Node::Text(text) => {
                let mut other = String::new();
                while let Some(piece) = others.next_if(roxmltree::Node::is_text) {
                    other.push_str(piece.text().unwrap_or_default());
                }
                if *text != other {
                    return Err(format!("{text:?} is {other:?} elsewhere"));
                }
            }
        }
    }
    match others.next() {
        None => Ok(()),
        Some(rest) => Err(format!("{rest:?} is only elsewhere")),
    }
}

/// Without a lone carriage return: the other parser leaves it as it is before a reference, against XML 1.0 §2.11.
fn piece() -> impl Strategy<Value = String> {
    let known = [
        "<a>",
        "<a",
        "<p:a>",
        "<p:a",
        "<b xmlns='u'>",
        "<b xmlns=''/>",
        "<q:c xmlns:q='w'/>",
        "</a>",
        "</b>",
        "</p:a>",
        "/>",
        ">",
        " b='1'",
        " p:b='2'",
        " xml:lang='de'",
        " xmlns='v'",
        " xmlns:p='x'",
        " xmlns:xml='http://www.w3.org/XML/1998/namespace'",
        " c='&lt;&#10;&#x9; \t\r\n\"'",
        " d=\"'&amp;\"",
        "text",
        " ",
        "\n",
        "\r\n",
        "\t",
        "&amp;",
        "&lt;",
        "&gt;",
        "&#13;",
        "&#x1F600;",
        "&apos;&quot;",
        "&#0;",
        "&no;",
        "]]>",
        "]]",
        "<![CDATA[&<>]]>",
        "<![CDATA[",
        "<![CDATA[]]>",
        "<!-- c -->",
        "<?pi?>",
        "<?xml version='1.0'?>",
        "<!DOCTYPE a>",
        "\u{0}",
        "\u{b}",
        "\u{85}",
        "\u{2028}",
        "\u{fffe}",
        "\u{feff}",
        "é",
        "\u{10ffff}",
        "=",
        "'",
        "\"",
        "<",
        "&",
        ":",
        "<1>",
        "<a.b-c_d/>",
        "<é/>",
        "<a:b:c/>",
        " a:b='",
        "x=y",
    ];
    proptest::sample::select(known.to_vec()).prop_map(str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn what_is_accepted_reads_the_same_elsewhere(
        inside in proptest::collection::vec(piece(), 0..8),
        raw in proptest::collection::vec(piece(), 0..10),
    ) {
        let wrapped = format!("<a xmlns='r' xmlns:p='s'>{}</a>", inside.concat());
        let declared = format!("<?xml version='1.0'?>{}<a/>", inside.concat());
        for text in [wrapped, declared, format!("<a{}", raw.concat())] {
            if let Ok(ours) = parse(&text, &Limits::STANZA) {
                let theirs = roxmltree::Document::parse(&text);
                prop_assert!(theirs.is_ok(), "{text:?} is accepted here and elsewhere {theirs:?}");
                let theirs = theirs.unwrap();
                let verdict = same(&ours, theirs.root_element());
                prop_assert!(verdict.is_ok(), "{text:?}: {verdict:?}");
            }
        }
    }
}
