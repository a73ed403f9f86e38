//! Counting stanzas (XEP-0198 §4): what a server may say, and what it may not.

use crate::session::stream_management::{Answer, Count, Heard, StreamManagement};
use crate::stanza::Build;
use carillon_xml::{Limits, parse};
use minidom::Element;

fn element(xml: &str) -> Element {
    parse(
        &xml.replacen('>', " xmlns='urn:xmpp:sm:3'>", 1),
        &Limits::STANZA,
    )
    .unwrap()
}

fn message(id: &str) -> Element {
    Element::stanza("message").with("id", id)
}

/// A managed stream of which both sides have counted so far already.
fn at(count: u32) -> StreamManagement {
    StreamManagement::restored("s".to_owned(), Count(count), Count(count))
}

fn writes(stream: &mut StreamManagement, ids: &[&str]) {
    for id in ids {
        stream.written(&message(id), Some((*id).to_owned()));
    }
}

fn acknowledges(stream: &mut StreamManagement, h: &str) -> Option<Vec<String>> {
    match stream.hear(&element(&format!("<a h='{h}'></a>"))) {
        Ok(Heard::Reached(ids)) => Some(ids),
        Ok(Heard::Nothing) => Some(Vec::new()),
        Ok(other) => panic!("{other:?}"),
        Err(_) => None,
    }
}

fn h_of(ack: Option<Element>) -> Option<String> {
    ack.and_then(|ack| ack.attr("h").map(str::to_owned))
}

#[test]
fn what_was_acknowledged_is_named_once() {
    let mut stream = at(0);
    writes(&mut stream, &["m1", "m2", "m3"]);
    assert_eq!(acknowledges(&mut stream, "2").unwrap(), ["m1", "m2"]);
    assert_eq!(acknowledges(&mut stream, "2").unwrap(), [""; 0]);
    assert_eq!(acknowledges(&mut stream, " 03 ").unwrap(), ["m3"]);
}

#[test]
fn counts_go_on_behind_the_largest_number() {
    let mut stream = at(u32::MAX - 1);
    writes(&mut stream, &["m1", "m2", "m3"]);
    assert_eq!(acknowledges(&mut stream, "4294967295").unwrap(), ["m1"]);
    assert_eq!(acknowledges(&mut stream, "0").unwrap(), ["m2"]);
    assert_eq!(acknowledges(&mut stream, "1").unwrap(), ["m3"]);
    assert_eq!(acknowledges(&mut stream, "2"), None);

    for _ in 0..3 {
        stream.received();
    }
    stream.handled(Count(1));
    assert_eq!(h_of(stream.due_ack(true)).unwrap(), "1");
}

#[test]
fn a_count_that_cannot_be_is_an_error() {
    for (claimed, why) in [
        ("4", "more than was written"),
        ("0", "less than before"),
        ("4294967295", "nearly all there is"),
    ] {
        let mut stream = at(0);
        writes(&mut stream, &["m1", "m2", "m3"]);
        acknowledges(&mut stream, "1").unwrap();
        assert_eq!(acknowledges(&mut stream, claimed), None, "{why}");
    }
}

#[test]
fn an_acknowledgement_without_a_count_says_only_that_the_link_lives() {
    for text in [
        "<a></a>",
        "<a h=''></a>",
        "<a h='-1'></a>",
        "<a h='4294967296'></a>",
    ] {
        let mut stream = at(0);
        writes(&mut stream, &["m1"]);
        assert!(stream.should_ask());
        stream.ask().unwrap();
        assert_eq!(stream.hear(&element(text)), Ok(Heard::Nothing));
        assert!(!stream.is_asking());
        assert!(stream.should_ask(), "m1 is still not acknowledged");
    }
}

#[test]
fn the_server_hears_only_of_what_is_stored() {
    let mut stream = at(0);
    for _ in 0..3 {
        stream.received();
    }
    stream.hear(&element("<r></r>")).unwrap();
    assert_eq!(stream.due_ack(false), None, "nothing is stored yet");
    stream.handled(Count(2));
    assert_eq!(h_of(stream.due_ack(false)).unwrap(), "2");
    assert_eq!(stream.due_ack(false), None);
    stream.handled(Count(3));
    assert_eq!(
        h_of(stream.due_ack(false)).unwrap(),
        "3",
        "the rest of the answer"
    );
    stream.received();
    stream.handled(Count(4));
    assert_eq!(stream.due_ack(false), None, "nobody asked");
    assert_eq!(h_of(stream.due_ack(true)).unwrap(), "4", "the last word");
}

#[test]
fn what_never_came_is_not_acknowledged() {
    let mut stream = at(7);
    stream.received();
    stream.handled(Count(9));
    stream.handled(Count(3));
    assert_eq!(stream.due_ack(true), None);
}

#[test]
fn a_server_that_never_asks_is_told_now_and_then() {
    let mut stream = at(0);
    let mut told = 0;
    for number in 1..=100 {
        stream.received();
        stream.handled(Count(number));
        told += u32::from(stream.due_ack(false).is_some());
    }
    assert_eq!(told, 3);
}

#[test]
fn one_question_is_under_way_at_a_time() {
    let mut stream = at(0);
    assert!(!stream.should_ask(), "idle is idle");
    writes(&mut stream, &["m1"]);
    assert!(stream.should_ask());
    stream.ask().unwrap();
    writes(&mut stream, &["m2"]);
    assert!(!stream.should_ask());
    assert_eq!(stream.ask(), None);
    acknowledges(&mut stream, "1").unwrap();
    assert!(stream.should_ask(), "m2 came behind the question");
    stream.ask().unwrap();
    acknowledges(&mut stream, "2").unwrap();
    assert!(!stream.should_ask());
}

#[test]
fn many_stanzas_that_are_no_rows_are_asked_about_too() {
    let mut stream = at(0);
    for _ in 0..63 {
        stream.written(&Element::stanza("presence"), None);
    }
    assert!(!stream.should_ask());
    stream.written(&Element::stanza("presence"), None);
    assert!(stream.should_ask());
}

#[test]
fn a_server_may_agree_refuse_or_let_nothing_be_resumed() {
    for (answer, on, name) in [
        ("<enabled id='x' resume='true'></enabled>", true, Some("x")),
        (
            "<enabled id='x' resume='1' max='600'></enabled>",
            true,
            Some("x"),
        ),
        ("<enabled id='x'></enabled>", true, None),
        ("<enabled resume='true'></enabled>", true, None),
        ("<enabled></enabled>", true, None),
        ("<failed></failed>", false, None),
        ("<failed h='3'><unexpected-request/></failed>", false, None),
    ] {
        let mut stream = StreamManagement::default();
        stream.ask_to_enable();
        writes(&mut stream, &["m1"]);
        stream.hear(&element(answer)).unwrap();
        assert_eq!((stream.is_on(), stream.resumable()), (on, name), "{answer}");
        assert_eq!(stream.received().is_some(), on);
    }
}

#[test]
fn the_answer_to_resuming_is_read_leniently() {
    let read = |xml: &str| Answer::read(&element(xml), "s1");
    let resumed = |h| Some(Answer::Resumed(h));
    assert_eq!(
        read("<resumed previd='s1' h='5'></resumed>"),
        resumed(Some(Count(5)))
    );
    assert_eq!(read("<resumed previd='s1'></resumed>"), resumed(None));
    assert_eq!(read("<resumed h='5'></resumed>"), resumed(Some(Count(5))));
    let another = Answer::Another("s2".to_owned());
    assert_eq!(read("<resumed previd='s2' h='5'></resumed>"), Some(another));
    assert_eq!(read("<failed></failed>"), Some(Answer::Failed(None)));
    let failed = Answer::Failed(Some(Count(4)));
    assert_eq!(read("<failed h='4'></failed>"), Some(failed));
    assert_eq!(read("<enabled></enabled>"), None);
}
