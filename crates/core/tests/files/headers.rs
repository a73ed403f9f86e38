use carillon_core::files::{SlotHeader, honoured};
use proptest::prelude::*;

#[test]
fn three_headers_are_sent_and_no_other() {
    let named = [
        ("authorization", "Basic Zm9v"),
        ("COOKIE", "a=b; c=d"),
        ("Expires", "Wed, 25 Nov 2026 12:00:00 GMT"),
        ("Host", "internal.example"),
        ("X-Forwarded-For", "127.0.0.1"),
        ("Transfer-Encoding", "chunked"),
        ("Content-Length", "0"),
        ("Content-Type", "text/html"),
        ("Proxy-Authorization", "Basic Zm9v"),
        ("Authorization ", "padded"),
        ("Authorization\r\nHost", "split"),
        ("", ""),
    ];
    let kept = honoured(named).unwrap();
    let names: Vec<_> = kept.iter().map(|(header, _)| *header).collect();
    assert_eq!(
        names,
        [
            SlotHeader::Authorization,
            SlotHeader::Cookie,
            SlotHeader::Expires
        ]
    );
    assert_eq!(kept[0].1, "Basic Zm9v");
}

#[test]
fn a_value_that_holds_more_than_a_value_refuses_the_slot() {
    let too_long = "a".repeat(8 * 1024 + 1);
    for value in [
        "a\r\nHost: x",
        "a\nb",
        "a\rb",
        "a\0b",
        "a\tb",
        "a\u{7f}",
        "ü",
        "a\u{2028}b",
        &too_long,
    ] {
        for name in ["Authorization", "cookie", "EXPIRES"] {
            assert!(honoured([(name, value)]).is_err(), "{name}: {value:?}");
        }
    }
    assert!(honoured([("Cookie", "a"), ("cookie", "b")]).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn nothing_is_ever_sent_that_ends_a_line(
        named in prop::collection::vec(("(?i)(authorization|cookie|expires|host|x-[a-z]{1,5})", any::<String>()), 0..6),
    ) {
        let named = named.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (_, value) in honoured(named).unwrap_or_default() {
            prop_assert!(value.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
        }
    }
}
