//! Every count that a server can claim (XEP-0198 §4, §5), as a table against a sum done by hand.

use crate::session::stream_management::{Answer, Count, Heard, StreamManagement};
use crate::stanza::Build;
use carillon_xml::{Limits, parse};
use minidom::Element;

/// Where both counts stand when the story begins: at the start, in the middle, and where 32 bits end.
const BASES: [u32; 9] = [
    0,
    1,
    1_000,
    0x7fff_fffe,
    0x7fff_ffff,
    0x8000_0000,
    u32::MAX - 2,
    u32::MAX - 1,
    u32::MAX,
];
/// Stanzas that are written at most.
const MOST: u32 = 4;
/// How far beside the truth a claim lies.
const CLAIMS: [i64; 17] = [
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    -1,
    -2,
    -5,
    64,
    0x7fff_ffff,
    0x8000_0000,
    -0x7fff_ffff,
    1 << 16,
    -(1 << 16),
    0xffff_fffe,
];
/// Values that are no count: they are as good as none.
const NO_COUNTS: [&str; 9] = [
    "",
    " h=''",
    " h='-1'",
    " h='4294967296'",
    " h='18446744073709551616'",
    " h='x'",
    " h='1.0'",
    " h='0x1'",
    " h='1 1'",
];

/// By what a server says how far it is.
#[derive(Debug, Clone, Copy)]
enum Word {
    Ack,
    Resumed,
    Failed,
}

const WORDS: [Word; 3] = [Word::Ack, Word::Resumed, Word::Failed];

fn element(name: &str, attributes: &str) -> Element {
    let text = format!("<{name} xmlns='urn:xmpp:sm:3'{attributes}/>");
    parse(&text, &Limits::STANZA).unwrap()
}

fn name(number: u32) -> String {
    format!("m{number}")
}

/// A stream on which so many were written, and of them so many acknowledged.
fn stream(base: u32, written: u32, acknowledged: u32) -> StreamManagement {
    let mut stream = StreamManagement::restored("s".to_owned(), Count(base), Count(base));
    for number in 1..=written {
        let stanza = Element::stanza("message").with("id", &name(number));
        stream.written(&stanza, Some(name(number)));
    }
    stream
        .reached(Count(base.wrapping_add(acknowledged)))
        .unwrap();
    stream
}

/// The rows that are now known to have reached the server; `None` when the claim cannot be.
fn said(stream: &mut StreamManagement, word: Word, h: &str) -> Option<Vec<String>> {
    match word {
        Word::Ack => match stream.hear(&element("a", h)) {
            Ok(Heard::Reached(rows)) => Some(rows),
            Ok(Heard::Nothing) => Some(Vec::new()),
            Ok(other) => panic!("{other:?}"),
            Err(_) => None,
        },
        Word::Resumed => {
            let Some(Answer::Resumed(h)) = Answer::read(&element("resumed", h), "s") else {
                panic!("it is the answer");
            };
            stream.resumed(Count(0), h).ok().map(|(rows, _)| rows)
        }
        Word::Failed => {
            let Some(Answer::Failed(h)) = Answer::read(&element("failed", h), "s") else {
                panic!("it is the answer");
            };
            match h {
                None => Some(Vec::new()),
                Some(h) => stream.reached(h).ok(),
            }
        }
    }
}

/// What would go out again.
fn left(stream: &mut StreamManagement) -> Vec<String> {
    let (_, again) = stream.resumed(Count(0), None).unwrap();
    again
        .iter()
        .map(|stanza| stanza.attr("id").unwrap().to_owned())
        .collect()
}

fn names(numbers: impl Iterator<Item = u32>) -> Vec<String> {
    numbers.map(name).collect()
}

#[test]
fn a_claim_counts_exactly_if_it_can_be_true() {
    let mut cases = 0_u32;
    let mut refused = 0_u32;
    for base in BASES {
        for written in 0..=MOST {
            for acknowledged in 0..=written {
                for claim in CLAIMS {
                    for word in WORDS {
                        let at = format!("{base} + {claim} of {acknowledged}/{written}, {word:?}");
                        let h = u32::try_from((i64::from(base) + claim).rem_euclid(1 << 32));
                        let mut stream = stream(base, written, acknowledged);
                        let rows = said(&mut stream, word, &format!(" h='{}'", h.unwrap()));
                        let claimed = u32::try_from(claim)
                            .ok()
                            .filter(|claim| (acknowledged..=written).contains(claim));
                        match claimed {
                            Some(claim) => {
                                assert_eq!(rows, Some(names(acknowledged + 1..=claim)), "{at}");
                                assert_eq!(left(&mut stream), names(claim + 1..=written), "{at}");
                            }
                            None => {
                                assert_eq!(rows, None, "{at}");
                                let kept = names(acknowledged + 1..=written);
                                assert_eq!(left(&mut stream), kept, "nothing is lost: {at}");
                                refused += 1;
                            }
                        }
                        cases += 1;
                    }
                }
            }
        }
    }
    println!("counts claimed: {cases} of {cases} as they should be, {refused} of them refused");
    assert_eq!(cases, 9 * 15 * 17 * 3);
    assert!(refused > cases / 2, "{refused}");
}

#[test]
fn a_word_without_a_count_changes_nothing() {
    let mut cases = 0;
    for base in BASES {
        for none in NO_COUNTS {
            for word in WORDS {
                let mut stream = stream(base, MOST, 1);
                let rows = said(&mut stream, word, none);
                assert_eq!(rows, Some(Vec::new()), "{none:?}, {word:?}");
                assert_eq!(left(&mut stream), names(2..=MOST), "{none:?}, {word:?}");
                cases += 1;
            }
        }
    }
    println!("words without a count: {cases} of {cases} changed nothing");
    assert_eq!(cases, 9 * 9 * 3);
}

/// The other direction: what is acknowledged to the server was received and stored, and never more.
#[test]
fn what_is_told_to_the_server_is_what_is_stored() {
    let mut cases = 0;
    for base in BASES {
        for received in 0..=MOST {
            for claim in CLAIMS {
                let mut stream =
                    StreamManagement::restored("s".to_owned(), Count(base), Count(base));
                for _ in 0..received {
                    stream.received().unwrap();
                }
                let up_to = u32::try_from((i64::from(base) + claim).rem_euclid(1 << 32)).unwrap();
                stream.handled(Count(up_to));
                let told = stream
                    .due_ack(true)
                    .map(|ack| ack.attr("h").unwrap().to_owned());
                let true_one = (1..=i64::from(received)).contains(&claim);
                let wanted = true_one.then(|| up_to.to_string());
                assert_eq!(told, wanted, "{base} + {claim} of {received}");
                cases += 1;
            }
        }
    }
    println!("acknowledgements of ours: {cases} of {cases} true");
    assert_eq!(cases, 9 * 5 * 17);
}
