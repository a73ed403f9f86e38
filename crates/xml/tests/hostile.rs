//! XML written to do harm: each is a clean error, and quickly.
#![allow(clippy::unwrap_used, clippy::expect_used)] // Helpers of tests are tests.

use std::time::{Duration, Instant};

use carillon_xml::{Limits, XmlError, parse, parse_bytes};

/// The time is measured over the reading alone; a debug build on a busy machine must still keep it.
fn refused(text: &str) -> XmlError {
    let before = Instant::now();
    let error = parse(text, &Limits::STANZA).expect_err("it should be refused");
    let took = before.elapsed();
    assert!(took <= Duration::from_secs(5), "refusing took {took:?}");
    error
}

fn restricted(text: &str) {
    let error = refused(text);
    assert!(
        matches!(error, XmlError::Restricted(_) | XmlError::NotWellFormed(_)),
        "{text}: {error:?}"
    );
}

#[test]
fn a_document_type_is_refused() {
    restricted("<!DOCTYPE a><a/>");
    restricted("<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>");
    restricted("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>");
}

#[test]
fn entities_beyond_the_five_are_refused() {
    for entity in [
        "&lol;",
        "&nbsp;",
        "&x",
        "&;",
        "&#0;",
        "&#x0;",
        "&#xD800;",
        "&#xFFFF;",
        "&#99999999999;",
        "&#-1;",
    ] {
        restricted(&format!("<a>{entity}</a>"));
        restricted(&format!("<a b='{entity}'/>"));
    }
    let good = parse(
        "<a b='&quot;'>&lt;&gt;&amp;&apos;&#65;&#x42;</a>",
        &Limits::STANZA,
    )
    .unwrap();
    assert_eq!(
        (good.text().as_str(), good.attr("b")),
        ("<>&'AB", Some("\""))
    );
}

#[test]
fn comments_and_processing_instructions_are_refused() {
    for text in [
        "<!-- a --><a/>",
        "<a><!-- a --></a>",
        "<a/><!-- a -->",
        "<?go?><a/>",
        "<a><?go?></a>",
        "<a/><?go?>",
    ] {
        restricted(text);
    }
}

#[test]
fn an_xml_declaration_is_allowed_at_the_very_start_only() {
    assert!(parse("<?xml version='1.0'?><a/>", &Limits::STANZA).is_ok());
    assert!(
        parse(
            "<?xml version='1.0' encoding='UTF-8'?>\n<a/>",
            &Limits::STANZA
        )
        .is_ok()
    );
    assert_eq!(
        refused(" <?xml version='1.0'?><a/>"),
        XmlError::NotAnElement
    );
    restricted("<a><?xml version='1.0'?></a>");
    restricted("<a/><?xml version='1.0'?>");
    restricted("<?xml version='1.0'?><?xml version='1.0'?><a/>");
    restricted("<?xml version='1.1'?><a/>");
    restricted("<?xml version='1.0' encoding='iso-8859-1'?><a/>");
}

#[test]
fn one_root_and_nothing_else() {
    for text in [
        "<a/><b/>",
        "<a></a>text",
        "<a></b>",
        "<a>",
        "</a>",
        "<a",
        "<",
        "<a/></a>",
        "<a/>\0",
        "<a/>&#13;",
        "<?xml version='1.0'?>&#13;<a/>",
        "<?xml version='1.0'?><![CDATA[]]><a/>",
        "<![CDATA[]]><a/>",
        "<>",
    ] {
        restricted(text);
    }
    for text in ["", " ", "text<a/>", " <a/>", "\u{feff}<a/>"] {
        assert_eq!(refused(text), XmlError::NotAnElement, "{text:?}");
    }
    assert!(parse("<a/> \n", &Limits::STANZA).is_ok());
}

#[test]
fn characters_outside_xml_are_refused() {
    for c in [
        '\0', '\u{1}', '\u{8}', '\u{b}', '\u{1f}', '\u{fffe}', '\u{ffff}',
    ] {
        restricted(&format!("<a>{c}</a>"));
        restricted(&format!("<a b='{c}'/>"));
        restricted(&format!("<a{c}/>"));
    }
}

#[test]
fn bytes_that_are_not_utf8_are_refused() {
    for bad in [
        &b"\xff"[..],
        b"\xc0\xaf",
        b"\xed\xa0\x80",
        b"\xf5\x80\x80\x80",
        b"\xe2\x82",
        b"\xfe",
    ] {
        let document = [b"<a>", bad, b"</a>"].concat();
        assert_eq!(
            parse_bytes(&document, &Limits::STANZA),
            Err(XmlError::NotUtf8 { valid_up_to: 3 })
        );
    }
    assert!(parse_bytes("<a>é</a>".as_bytes(), &Limits::STANZA).is_ok());
}

#[test]
fn a_stanza_of_42_kb_nested_6000_deep_is_an_error_and_no_crash() {
    let deep = "<a>".repeat(6_000) + &"</a>".repeat(6_000);
    assert_eq!(refused(&deep), XmlError::TooDeep { limit: 64 });
    assert_eq!(
        refused(&"<a>".repeat(300_000)),
        XmlError::TooDeep { limit: 64 }
    );
}

#[test]
fn depth_64_is_read_and_65_is_not() {
    let nest = |n: usize| "<a>".repeat(n) + &"</a>".repeat(n);
    assert!(parse(&nest(64), &Limits::STANZA).is_ok());
    assert_eq!(refused(&nest(65)), XmlError::TooDeep { limit: 64 });
}

#[test]
fn eighty_thousand_attributes_are_refused() {
    let many: String = (0..80_000).map(|n| format!(" a{n}=''")).collect();
    assert_eq!(
        refused(&format!("<a{many}/>")),
        XmlError::TooManyAttributes { limit: 64 }
    );
}

#[test]
fn a_million_namespaces_are_refused() {
    let many: String = (0..1_000_000).map(|n| format!(" xmlns:n{n}='u'")).collect();
    assert!(matches!(
        refused(&format!("<a{many}/>")),
        XmlError::TooLarge { .. }
    ));
    let within: String = (0..50_000).map(|n| format!(" xmlns:n{n}='u'")).collect();
    assert_eq!(
        refused(&format!("<a{within}/>")),
        XmlError::TooManyAttributes { limit: 64 }
    );
    let level: String = (0..16).map(|n| format!(" xmlns:n{n}='u'")).collect();
    assert_eq!(
        refused(&format!("<a{level}>").repeat(60)),
        XmlError::TooManyNamespaces { limit: 64 }
    );
}

#[test]
fn a_stanza_over_the_limit_is_refused_before_it_is_read() {
    let big = format!("<a>{}</a>", "x".repeat(1 << 20));
    assert_eq!(
        refused(&big),
        XmlError::TooLarge {
            size: (1 << 20) + 7,
            limit: 1 << 20
        }
    );
    let huge = vec![b'<'; 65 << 20];
    assert!(matches!(
        parse_bytes(&huge, &Limits::STANZA),
        Err(XmlError::TooLarge { .. })
    ));
}

#[test]
fn many_small_parts_are_refused() {
    let swarm = format!("<a>{}</a>", "<b/>".repeat(200_000));
    let error = parse(&swarm, &Limits::STANZA);
    assert_eq!(error, Err(XmlError::TooManyNodes { limit: 52_000 }));
}

#[test]
fn a_long_text_and_a_long_attribute_are_read() {
    let long = "x".repeat(200_000);
    let element = parse(&format!("<a b='{long}'>{long}</a>"), &Limits::STANZA).unwrap();
    assert_eq!(element.text(), long);
    assert_eq!(
        element.nodes().count(),
        1,
        "one text, however the tokenizer cut it"
    );
    assert_eq!(element.attr("b"), Some(long.as_str()));
}

#[test]
fn undeclared_prefixes_are_refused() {
    assert_eq!(
        refused("<p:a/>"),
        XmlError::UndeclaredPrefix("p".to_owned())
    );
    assert_eq!(
        refused("<a p:b=''/>"),
        XmlError::UndeclaredPrefix("p".to_owned())
    );
    assert_eq!(
        refused("<a><p:b xmlns:p='u'/><p:c/></a>"),
        XmlError::UndeclaredPrefix("p".to_owned()),
        "a declaration ends with its element"
    );
}

#[test]
fn two_attributes_of_one_name_are_refused() {
    for text in [
        "<a b='1' b='2'/>",
        "<a xmlns='u' xmlns='v'/>",
        "<a xmlns:p='u' xmlns:p='v'/>",
        "<a xmlns:p='u' xmlns:q='u' p:b='1' q:b='2'/>",
    ] {
        assert!(
            matches!(refused(text), XmlError::DuplicateAttribute(_)),
            "{text}"
        );
    }
}

#[test]
fn the_reserved_prefixes_can_not_be_bound() {
    for text in [
        "<a xmlns:xmlns='u'/>",
        "<a xmlns:p='http://www.w3.org/2000/xmlns/'/>",
        "<a xmlns='http://www.w3.org/2000/xmlns/'/>",
        "<a xmlns:xml='u'/>",
        "<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>",
        "<a xmlns='http://www.w3.org/XML/1998/namespace'/>",
        "<a xmlns:p=''/>",
        "<a:b:c/>",
        "<:a/>",
        "<a:/>",
    ] {
        restricted(text);
    }
}
