//! A stream over TCP: one document, sliced anywhere by the network.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // Helpers of tests are tests.

use std::time::{Duration, Instant};

use carillon_xml::{
    Frame, Limits, StreamItem, StreamReader, XmlError, parse, stream_footer, stream_header, write,
};
use proptest::prelude::*;

const HEADER: &str = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' \
    from='example.org' id='s1' version='1.0' xml:lang='de'>";

/// All that comes of these pieces, and how it ends.
fn read<'a>(
    pieces: impl IntoIterator<Item = &'a [u8]>,
    limits: Limits,
) -> (Vec<StreamItem>, Option<XmlError>) {
    let mut reader = StreamReader::new(limits);
    let mut items = Vec::new();
    for mut piece in pieces {
        loop {
            match reader.read(&mut piece) {
                Ok(Some(item)) => items.push(item),
                Ok(None) => break,
                Err(error) => return (items, Some(error)),
            }
        }
        assert!(piece.is_empty(), "what was read is taken off");
    }
    (items, None)
}

fn whole(text: &str) -> (Vec<StreamItem>, Option<XmlError>) {
    read([text.as_bytes()], Limits::STANZA)
}

/// What a stream with this content ends by.
fn refused(content: &str) -> XmlError {
    let text = format!("{HEADER}{content}");
    let before = Instant::now();
    let (items, error) = whole(&text);
    let took = before.elapsed();
    assert!(took <= Duration::from_secs(10), "refusing took {took:?}");
    error.unwrap_or_else(|| panic!("{content}: {items:?}"))
}

fn stanzas(items: &[StreamItem]) -> Vec<String> {
    items
        .iter()
        .filter_map(|item| match item {
            StreamItem::Frame(Frame::Stanza(stanza)) => Some(write(stanza)),
            _ => None,
        })
        .collect()
}

const TALK: &str = "<?xml version='1.0' encoding='UTF-8'?>\n<stream:stream xmlns='jabber:client' \
    xmlns:stream='http://etherx.jabber.org/streams' from='example.org' id='ä&amp;1' version='1.0' xml:lang='de'>\
    <stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>\n \t\r\n\
    <message from='bob@example.net'><body>H\u{e9}llo &lt;&#x1F600;&gt; \u{1F514} <![CDATA[<&]]>\r\n</body></message>   \
    <iq type='result' id='1'/><p:x xmlns:p='urn:x' p:a='1'><y/></p:x><presence/></stream:stream>\n";

#[test]
fn a_stream_is_its_header_its_children_and_its_end() {
    let (items, error) = whole(TALK);
    assert_eq!(error, None);
    let open = Frame::Open {
        to: None,
        from: Some("example.org".to_owned()),
        id: Some("ä&1".to_owned()),
        version: Some("1.0".to_owned()),
        lang: Some("de".to_owned()),
    };
    assert_eq!(items.first(), Some(&StreamItem::Frame(open)));
    assert_eq!(
        stanzas(&items),
        [
            "<stream:features xmlns:stream='http://etherx.jabber.org/streams'>\
             <bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>",
            "<message xmlns='jabber:client' from='bob@example.net'>\
             <body>Héllo &lt;😀&gt; 🔔 &lt;&amp;\n</body></message>",
            "<iq xmlns='jabber:client' id='1' type='result'/>",
            "<x xmlns='urn:x' xmlns:a1='urn:x' a1:a='1'><y xmlns='jabber:client'/></x>",
            "<presence xmlns='jabber:client'/>",
        ]
    );
    let close = Frame::Close {
        see_other_uri: None,
    };
    assert_eq!(items.last(), Some(&StreamItem::Frame(close)));
    assert_eq!(items.len(), 7);
}

#[test]
fn it_reads_the_same_wherever_it_is_sliced() {
    let wanted = whole(TALK);
    let bytes = TALK.as_bytes();
    for at in 0..=bytes.len() {
        let (left, right) = bytes.split_at(at);
        assert_eq!(read([left, right], Limits::STANZA), wanted, "at {at}");
    }
    for size in 1..9 {
        assert_eq!(
            read(bytes.chunks(size), Limits::STANZA),
            wanted,
            "by {size}"
        );
    }
    println!("slicings that changed nothing: {}", bytes.len() + 9);
}

#[test]
fn a_child_is_told_with_its_last_byte_and_not_before() {
    let mut reader = StreamReader::new(Limits::STANZA);
    let mut bytes = HEADER.as_bytes();
    assert!(matches!(reader.read(&mut bytes), Ok(Some(_))));
    assert!(reader.is_between());
    for byte in b"\n <message/" {
        assert_eq!(reader.read(&mut [*byte].as_slice()), Ok(None));
        assert_eq!(reader.is_between(), byte.is_ascii_whitespace());
    }
    assert!(matches!(reader.read(&mut b">".as_slice()), Ok(Some(_))));
    assert!(reader.is_between());
}

#[test]
fn white_space_keeps_a_link_alive_and_costs_nothing() {
    let limits = Limits {
        bytes: 1000,
        ..Limits::STANZA
    };
    let blank = " \n".repeat(5000);
    let text = format!("{HEADER}{blank}<message/>{blank}");
    let (items, error) = read(text.as_bytes().chunks(7), limits);
    assert_eq!((items.len(), error), (2, None));
}

#[test]
fn what_xmpp_forbids_ends_the_stream_wherever_it_stands() {
    let forbidden = [
        "<!-- c -->",
        "<?pi x?>",
        "<?xml version='1.0'?>",
        "<!DOCTYPE a>",
        "<!ENTITY a 'b'>",
        "&lol;",
        "&#0;",
        "\u{0}",
        "<!",
    ];
    let mut tried = 0;
    for what in forbidden {
        for content in [
            what.to_owned(),
            format!("<message/>{what}"),
            format!("<message>{what}</message>"),
            format!("<message><body>{what}</body></message>"),
        ] {
            let error = refused(&content);
            assert!(
                matches!(error, XmlError::Restricted(_) | XmlError::NotWellFormed(_)),
                "{content}: {error:?}"
            );
            tried += 1;
        }
    }
    for before in ["<!-- c -->", "<!DOCTYPE stream:stream>", "<?pi?>"] {
        let (items, error) = whole(&format!("{before}{HEADER}<message/>"));
        assert!(items.is_empty() && error.is_some(), "{before}");
        let declared = format!("<?xml version='1.0'?>{before}{HEADER}<message/>");
        let (items, error) = whole(&declared);
        assert!(items.is_empty() && error.is_some(), "{before}");
        tried += 2;
    }
    println!("streams with forbidden XML read on: 0 of {tried}");
}

#[test]
fn text_between_children_ends_the_stream() {
    for content in [
        "x",
        "<message/>x",
        "&#32;",
        "&lt;",
        "<![CDATA[]]>",
        "<![CDATA[ ]]>",
        "\u{feff}",
        "\u{a0}",
    ] {
        refused(content);
    }
}

#[test]
fn a_stream_begins_with_its_header() {
    for text in [
        "HTTP/1.1 400 Bad Request\r\n\r\n",
        "<html><body/></html>",
        "<stream xmlns='jabber:client'/>",
        "<stream:stream>",
        "<stream:features xmlns:stream='http://etherx.jabber.org/streams'>",
        "x<stream:stream xmlns:stream='http://etherx.jabber.org/streams'>",
        " <?xml version='1.0'?><stream:stream xmlns:stream='http://etherx.jabber.org/streams'>",
        "<?xml version='1.0'?>\n<?xml version='1.0'?><stream:stream xmlns:stream='http://etherx.jabber.org/streams'>",
        "<?xml version='1.1'?><stream:stream xmlns:stream='http://etherx.jabber.org/streams'>",
        "<?xml version='1.0' encoding='latin-1'?>",
        "<stream:stream xmlns:stream='http://etherx.jabber.org/streams' a='1' a='2'>",
        "\u{16}\u{3}\u{1}",
    ] {
        let (items, error) = whole(text);
        assert!(items.is_empty(), "{text}: {items:?}");
        assert!(error.is_some(), "{text}");
    }
    let (items, error) =
        whole("<stream:stream xmlns:stream='http://etherx.jabber.org/streams'/><message/>");
    assert_eq!(items.len(), 1);
    assert!(error.is_some(), "an empty stream has no children");
}

#[test]
fn behind_its_end_a_stream_says_nothing() {
    let (items, error) = whole(&format!("{HEADER}</stream:stream> \n"));
    assert_eq!((items.len(), error), (2, None));
    for more in ["<message/>", "x", HEADER, "<"] {
        let (items, error) = whole(&format!("{HEADER}</stream:stream>\n{more}"));
        assert_eq!(items.len(), 2);
        assert!(error.is_some(), "{more}");
    }
    for wrong in ["</stream>", "</message>", "</a:stream>"] {
        refused(wrong);
    }
}

#[test]
fn after_an_error_nothing_is_read() {
    let mut reader = StreamReader::new(Limits::STANZA);
    let text = format!("{HEADER}<a></b>");
    let mut bytes = text.as_bytes();
    assert!(matches!(reader.read(&mut bytes), Ok(Some(_))));
    assert!(reader.read(&mut bytes).is_err());
    assert!(reader.read(&mut b"<message/>".as_slice()).is_err());
}

#[test]
fn a_child_beyond_the_limits_is_skipped_and_the_next_is_read() {
    let attributes: String = (0..80_000).map(|n| format!(" a{n}=''")).collect();
    let namespaces: String = (0..20_000).map(|n| format!(" xmlns:a{n}='x'")).collect();
    let unreadable = [
        format!("<a{attributes}/>"),
        format!("<a{namespaces}><b/></a>"),
        format!("{}{}", "<a>".repeat(6000), "</a>".repeat(6000)),
        format!("<a>{}</a>", "<b/>".repeat(100_000)),
        "<p:a><b/></p:a>".to_owned(),
        "<a b='1' b='2'><message/></a>".to_owned(),
        "<a xmlns:p='u' xmlns:p='v'/>".to_owned(),
    ];
    for child in &unreadable {
        let text = format!("{HEADER}{child}<message xml:lang='de'/>");
        let before = Instant::now();
        let (items, error) = whole(&text);
        let took = before.elapsed();
        // A megabyte is read to its end here, in a debug build and beside other tests.
        assert!(took <= Duration::from_secs(30), "it took {took:?}");
        assert_eq!(error, None);
        assert_eq!(items.len(), 3);
        assert!(
            matches!(items[1], StreamItem::Unreadable(_)),
            "{:?}",
            items[1]
        );
        assert_eq!(
            stanzas(&items),
            ["<message xmlns='jabber:client' xml:lang='de'/>"]
        );
    }
    println!("unreadable children survived: {0} of {0}", unreadable.len());
}

#[test]
fn a_child_that_does_not_end_is_given_up_at_the_limit() {
    let limits = Limits {
        bytes: 4096,
        ..Limits::STANZA
    };
    for piece in ["<a>", "<a/>", "text ", "<b a='", " \n", "&lt;", "<!", "]"] {
        let mut reader = StreamReader::new(limits);
        assert!(matches!(reader.read(&mut HEADER.as_bytes()), Ok(Some(_))));
        assert_eq!(reader.read(&mut b"<message>".as_slice()), Ok(None));
        let mut taken = 0;
        let error = loop {
            match reader.read(&mut piece.as_bytes()) {
                Ok(None) => taken += piece.len(),
                Ok(Some(item)) => panic!("{item:?}"),
                Err(error) => break error,
            }
            assert!(taken <= 2 * limits.bytes, "{piece}");
        };
        assert!(
            matches!(
                error,
                XmlError::TooLarge { .. } | XmlError::Restricted(_) | XmlError::NotWellFormed(_)
            ),
            "{piece}: {error:?}"
        );
    }
    let endless = format!("<stream:stream a='{}", "x".repeat(5000));
    assert!(read([endless.as_bytes()], limits).1.is_some());
}

#[test]
fn each_child_has_the_limits_for_itself() {
    let limits = Limits {
        bytes: 400,
        nodes: 10,
        ..Limits::STANZA
    };
    let child = "<message from='a' to='b'><body>hello</body></message>";
    let text = format!("{HEADER}{}", child.repeat(1000));
    let (items, error) = read(text.as_bytes().chunks(50), limits);
    assert_eq!((items.len(), error), (1001, None));
}

#[test]
fn bytes_that_are_not_utf8_end_the_stream_even_if_they_come_one_by_one() {
    for bad in [
        &b"\xff"[..],
        b"\xc0\xaf",
        b"\xed\xa0\x80",
        b"\xf5\x80\x80\x80",
        b"\xe2\x82<",
    ] {
        for (before, after) in [("<a>", "</a>"), ("<a b='", "'/>"), ("<a", "/>"), ("", "")] {
            let bytes = [HEADER.as_bytes(), before.as_bytes(), bad, after.as_bytes()].concat();
            assert!(read([&bytes[..]], Limits::STANZA).1.is_some(), "{bytes:?}");
            assert!(
                read(bytes.chunks(1), Limits::STANZA).1.is_some(),
                "{bytes:?}"
            );
        }
    }
}

#[test]
fn what_is_written_is_read() {
    let header = stream_header("jabber:client", Some("a'b&c"), None, Some("<1>"));
    let (items, error) = whole(&format!("{header}<message/>{}", stream_footer()));
    assert_eq!(error, None);
    let open = Frame::Open {
        to: Some("a'b&c".to_owned()),
        from: None,
        id: Some("<1>".to_owned()),
        version: Some("1.0".to_owned()),
        lang: None,
    };
    assert_eq!(items.first(), Some(&StreamItem::Frame(open)));
    assert_eq!(items.len(), 3);
}

/// Pieces of XML, good and bad.
fn piece() -> impl Strategy<Value = String> {
    let known = [
        "<a>",
        "</a>",
        "<b xmlns='u'>",
        "</b>",
        "<c/>",
        "<p:d xmlns:p='v' p:e='&amp;'/>",
        "<q:d/>",
        "<a b='1' b='2'/>",
        "text",
        " ",
        "\r\n",
        "&lt;",
        "&#x1F600;",
        "&no;",
        "<![CDATA[<&>]]>",
        "]]>",
        "<!-- c -->",
        "<?pi?>",
        "é\u{1F514}",
        "<",
        ">",
        "'",
        "</stream:stream>",
        "<stream:error/>",
    ];
    proptest::sample::select(known.to_vec()).prop_map(str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn slicing_never_changes_what_is_read(
        pieces in proptest::collection::vec(piece(), 0..12),
        sizes in proptest::collection::vec(1_usize..9, 1..8),
    ) {
        let text = format!("{HEADER}{}", pieces.concat());
        let wanted = whole(&text);
        let mut rest = text.as_bytes();
        let mut slices = Vec::new();
        for size in sizes.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (slice, more) = rest.split_at((*size).min(rest.len()));
            slices.push(slice);
            rest = more;
        }
        let (items, error) = read(slices, Limits::STANZA);
        prop_assert_eq!(&items, &wanted.0, "{}", text);
        prop_assert_eq!(error.is_some(), wanted.1.is_some(), "{}", text);
    }

    /// Both framings are read by the same rules: a child alone says what it says inside a stream.
    #[test]
    fn a_child_of_a_stream_reads_as_it_would_alone(
        pieces in proptest::collection::vec(piece(), 0..10),
    ) {
        let child = format!("<m xmlns='jabber:client' xmlns:stream='{}'>{}</m>", carillon_xml::NS_STREAMS, pieces.concat());
        let (items, error) = whole(&format!("{HEADER}{child}"));
        match parse(&child, &Limits::STANZA) {
            Ok(alone) => {
                prop_assert_eq!(error, None);
                prop_assert_eq!(&items[1..], &[StreamItem::Frame(Frame::Stanza(alone))]);
            }
            Err(_) => {
                let whole_child = items.len() == 2 && error.is_none();
                let skipped = matches!(items.get(1), Some(StreamItem::Unreadable(_)));
                prop_assert!(!whole_child || skipped, "{}: {:?}", child, items);
            }
        }
    }
}

#[test]
fn every_line_end_is_one_newline_however_it_is_sliced() {
    let text = format!("{HEADER}\r\n<a\r\nb='1\r2'>\r\n<![CDATA[]\r\n]]]>\r\r\n\n</a>\r\n");
    let (alone, error) = whole(&text);
    assert_eq!(error, None);
    let wanted = "<a xmlns='jabber:client' b='1 2'>\n]\n]\n\n\n</a>";
    assert_eq!(stanzas(&alone), [wanted]);
    for size in 1..text.len() {
        let (items, error) = read(text.as_bytes().chunks(size), Limits::STANZA);
        assert_eq!((items, error), (alone.clone(), None), "in pieces of {size}");
    }
}
