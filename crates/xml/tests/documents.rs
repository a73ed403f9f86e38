//! Well-meant XML: namespaces are exact, and what is written reads back as the same.
#![allow(clippy::unwrap_used, clippy::expect_used)] // Helpers of tests are tests.

use carillon_xml::{Frame, Limits, XmlError, close_tag, open_tag, parse, parse_bytes, write};
use minidom::Element;
use minidom::rxml::{Namespace, NcName};
use proptest::prelude::*;

const CLIENT: &str = "jabber:client";

fn read(text: &str) -> Element {
    parse(text, &Limits::STANZA).unwrap()
}

#[test]
fn every_element_has_its_exact_namespace() {
    let features = read(
        "<stream:features xmlns:stream='http://etherx.jabber.org/streams' xmlns='outer'>\
         <a/><b xmlns='inner'><c/><stream:d/></b><e xmlns=''/><f/></stream:features>",
    );
    assert!(features.is("features", "http://etherx.jabber.org/streams"));
    let children: Vec<_> = features
        .children()
        .map(|c| (c.name().to_owned(), c.ns()))
        .collect();
    let expect = [("a", "outer"), ("b", "inner"), ("e", ""), ("f", "outer")];
    assert_eq!(
        children,
        expect.map(|(n, ns)| (n.to_owned(), ns.to_owned()))
    );
    let b = features.get_child("b", "inner").unwrap();
    assert!(b.has_child("c", "inner"));
    assert!(b.has_child("d", "http://etherx.jabber.org/streams"));
}

#[test]
fn attributes_take_no_default_namespace() {
    let message =
        read("<message xmlns='jabber:client' xmlns:p='urn:p' to='a' p:to='b' xml:lang='de'/>");
    assert_eq!(message.attr("to"), Some("a"));
    assert_eq!(message.attr_ns("urn:p", "to"), Some("b"));
    assert_eq!(
        message.attr_ns("http://www.w3.org/XML/1998/namespace", "lang"),
        Some("de")
    );
}

#[test]
fn a_prefix_bound_anew_inside_does_not_break_writing() {
    let element =
        read("<m xmlns='jabber:client' xmlns:p='urn:1' p:x='1'><p:n xmlns:p='urn:2' p:x='2'/></m>");
    assert_eq!(read(&write(&element)), element);
    assert!(
        !String::from(&element).is_empty(),
        "minidom's own writer must survive it too"
    );
}

#[test]
fn what_is_written_stands_alone() {
    let outer = read(
        "<iq xmlns='jabber:client'><query xmlns='jabber:iq:roster'><item jid='a@b'/></query></iq>",
    );
    let inner = outer.get_child("query", "jabber:iq:roster").unwrap();
    assert_eq!(
        write(inner),
        "<query xmlns='jabber:iq:roster'><item jid='a@b'/></query>"
    );
    assert_eq!(
        write(&outer),
        "<iq xmlns='jabber:client'><query xmlns='jabber:iq:roster'><item jid='a@b'/></query></iq>"
    );
}

#[test]
fn stream_elements_are_written_with_the_prefix_that_old_software_looks_for() {
    let features = Element::builder("features", "http://etherx.jabber.org/streams")
        .append(Element::bare("bind", "urn:ietf:params:xml:ns:xmpp-bind"))
        .build();
    let text = write(&features);
    assert!(text.starts_with(
        "<stream:features xmlns:stream='http://etherx.jabber.org/streams'><bind xmlns="
    ));
    assert_eq!(read(&text), features);
}

#[test]
fn text_that_xml_can_not_hold_is_replaced_on_writing() {
    let mut message = Element::bare("body", CLIENT);
    message.append_text("bell\u{7} nul\0 end\r\n]]>");
    let read_back = read(&write(&message));
    assert_eq!(read_back.text(), "bell\u{fffd} nul\u{fffd} end\r\n]]>");
}

#[test]
fn an_element_of_the_xml_namespace_keeps_its_prefix() {
    let element = read("<a xmlns='u'><xml:b><c/></xml:b></a>");
    assert_eq!(read(&write(&element)), element);
}

#[test]
fn the_framing_words() {
    let limits = Limits::STANZA;
    let open = open_tag(Some("localhost"), None, Some("a'b"), Some("en"));
    assert_eq!(
        Frame::parse(&open, &limits).unwrap(),
        Frame::Open {
            to: Some("localhost".into()),
            from: None,
            id: Some("a'b".into()),
            version: Some("1.0".into()),
            lang: Some("en".into())
        }
    );
    assert_eq!(
        Frame::parse(&close_tag(), &limits).unwrap(),
        Frame::Close {
            see_other_uri: None
        }
    );
    let redirect =
        "<close xmlns='urn:ietf:params:xml:ns:xmpp-framing' see-other-uri='wss://else.example/'/>";
    assert_eq!(
        Frame::parse(redirect, &limits).unwrap(),
        Frame::Close {
            see_other_uri: Some("wss://else.example/".into())
        }
    );
    let unknown = "<reopen xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>";
    assert_eq!(
        Frame::parse(unknown, &limits),
        Err(XmlError::UnknownFrame("reopen".into()))
    );
}

#[test]
fn an_open_of_another_namespace_is_no_open() {
    for text in [
        "<open/>",
        "<open xmlns='jabber:client'/>",
        "<close xmlns='http://etherx.jabber.org/streams'/>",
    ] {
        assert!(
            matches!(Frame::parse(text, &Limits::STANZA), Ok(Frame::Stanza(_))),
            "{text}"
        );
    }
}

#[test]
fn the_old_tcp_stream_header_is_no_frame() {
    let header = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>";
    assert!(matches!(
        Frame::parse(header, &Limits::STANZA),
        Err(XmlError::NotWellFormed(_))
    ));
}

#[test]
fn a_roster_of_ten_thousand_contacts_fits() {
    let items: String = (0..10_000)
        .map(|n| {
            format!(
                "<item jid='c{n}@example.org' name='C {n}' subscription='both'><group>Friends</group></item>"
            )
        })
        .collect();
    let roster = read(&format!(
        "<iq xmlns='jabber:client'><query xmlns='jabber:iq:roster'>{items}</query></iq>"
    ));
    assert_eq!(roster.children().next().unwrap().children().count(), 10_000);
}

fn name() -> impl Strategy<Value = String> {
    "[a-zA-Z_][a-zA-Z0-9._-]{0,8}"
}

fn namespace() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(CLIENT.to_owned()),
        Just(String::new()),
        Just("http://etherx.jabber.org/streams".to_owned()),
        Just("http://www.w3.org/XML/1998/namespace".to_owned()),
        "urn:[a-z]{1,3}",
        "[^\\x00-\\x1f\\ufffe\\uffff]{1,6}"
    ]
}

fn element() -> impl Strategy<Value = Element> {
    let text = "[\\t\\n\\r -\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]{0,12}";
    let attributes = proptest::collection::vec((namespace(), name(), text), 0..4);
    let leaf =
        (name(), namespace(), attributes, text).prop_map(|(name, namespace, attributes, text)| {
            let mut element = Element::bare(name, namespace);
            for (namespace, name, value) in attributes {
                element.attrs_mut().insert(
                    Namespace::from(namespace),
                    NcName::try_from(name).unwrap(),
                    value,
                );
            }
            if !text.is_empty() {
                element.append_text(text);
            }
            element
        });
    let leaf = leaf.boxed();
    leaf.clone().prop_recursive(5, 40, 4, move |inner| {
        (leaf.clone(), proptest::collection::vec(inner, 0..4)).prop_map(|(mut parent, children)| {
            for child in children {
                parent.append_child(child);
            }
            parent
        })
    })
}

proptest! {
    #[test]
    fn what_is_written_reads_back_as_the_same(element in element()) {
        let text = write(&element);
        prop_assert_eq!(parse(&text, &Limits::STANZA).unwrap(), element, "{}", text);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = parse_bytes(&bytes, &Limits::STANZA);
    }

    #[test]
    fn text_that_looks_like_xml_never_panics(
        parts in proptest::collection::vec(
            prop_oneof![
                Just("<a"), Just("<p:a"), Just(" xmlns='u'"), Just(" xmlns:p='v'"), Just(" b='1'"), Just(" p:b='2'"),
                Just(">"), Just("/>"), Just("</a>"), Just("</p:a>"), Just("&amp;"), Just("&x;"), Just("text"), Just("<!--"),
                Just("<![CDATA["), Just("]]>"), Just("<?xml version='1.0'?>"), Just("'"), Just("\0"), Just("\u{10ffff}"),
            ],
            0..30,
        ),
    ) {
        let text = format!("<a{}", parts.concat());
        if let Ok(element) = parse(&text, &Limits::STANZA) {
            let again = write(&element);
            prop_assert_eq!(parse(&again, &Limits::STANZA).unwrap(), element);
            let _ = Frame::parse(&again, &Limits::STANZA);
        }
    }
}

/// The tokenizer forgets it behind a `]` in a CDATA section.
#[test]
fn every_line_end_is_one_newline_wherever_it_stands() {
    for end in ["\r\n", "\r", "\n"] {
        for (before, behind) in [("a", "b"), ("]", "]"), ("]]", "&gt;"), ("\n", "")] {
            let plain = read(&format!("<a>{before}{end}{behind}</a>"));
            let wanted = format!("{before}\n{behind}").replace("&gt;", ">");
            assert_eq!(plain.text(), wanted, "{before:?} {end:?} {behind:?}");
            let quoted = read(&format!("<a><![CDATA[{before}{end}{behind}]]></a>"));
            assert_eq!(
                quoted.text(),
                format!("{before}\n{behind}"),
                "{before:?} {end:?} {behind:?}"
            );
        }
        let attribute = read(&format!("<a{end}b='c{end}d'/>"));
        assert_eq!(attribute.attr("b"), Some("c d"));
    }
    assert_eq!(
        read("<a>&#13;&#10;&#xd;</a>").text(),
        "\r\n\r",
        "on purpose"
    );
}
