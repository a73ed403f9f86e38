//! My own card, written step by step.

use super::stage::Stage;
use carillon_core::person::{CardField, CardKind};
use carillon_core::session::{Incoming, Outgoing};
use carillon_xml::write;
use minidom::Element;

const REQUEST: u64 = 6;

fn fields(lines: &[(CardKind, &str)]) -> Vec<CardField> {
    let field = |(kind, text): &(CardKind, &str)| CardField {
        kind: *kind,
        text: (*text).to_owned(),
    };
    lines.iter().map(field).collect()
}

fn alice() -> Vec<CardField> {
    fields(&[
        (CardKind::Name, "Alice Liddell"),
        (CardKind::Phone, "+44 1865 276 150"),
        (CardKind::Birthday, "1852-05-04"),
    ])
}

/// The server answers what was asked last, and hears what is asked then.
async fn answers(
    stage: &mut Stage,
    asked: &Element,
    kind: &str,
    payload: &str,
) -> (Vec<Incoming>, Option<Element>) {
    let id = asked.attr("id").unwrap();
    stage.send(&format!("<iq type='{kind}' id='{id}'>{payload}</iq>"));
    let (told, mut asked) = stage.settled().await;
    (told, asked.pop())
}

async fn begins(stage: &mut Stage, fields: Vec<CardField>) -> Element {
    let request = REQUEST;
    stage.ask(Outgoing::WriteCard { request, fields }).await;
    stage.recv().await
}

const NONE: &str =
    "<error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";
const CONFLICT: &str =
    "<error type='cancel'><conflict xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";
const BUSY: &str =
    "<error type='wait'><resource-constraint xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";
const UNKNOWN: &str = "<error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";

fn done(told: &[Incoming]) -> bool {
    match told {
        [
            Incoming::Outcome {
                request: REQUEST,
                result,
            },
        ] => result.is_ok(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_card_is_published_for_everybody_and_in_the_old_form_too() {
    let mut stage = Stage::online().await;
    let asked = begins(&mut stage, alice()).await;
    let (_, asked) = answers(&mut stage, &asked, "error", NONE).await;
    let asked = asked.unwrap();
    let written = write(&asked);
    assert!(
        written.contains("<fn><text>Alice Liddell</text></fn>"),
        "{written}"
    );
    assert!(
        written.contains("<tel><uri>tel:+441865276150</uri></tel>"),
        "{written}"
    );
    assert!(
        written.contains("<bday><date>1852-05-04</date></bday>"),
        "{written}"
    );
    assert!(written.contains("<value>open</value>"), "{written}");
    let (_, asked) = answers(&mut stage, &asked, "result", "").await;
    let old = "<vCard xmlns='vcard-temp'><FN>A</FN><PHOTO><BINVAL>AAAA</BINVAL></PHOTO></vCard>";
    let (_, asked) = answers(&mut stage, &asked.unwrap(), "result", old).await;
    let asked = asked.unwrap();
    assert_eq!(asked.attr("type"), Some("set"));
    let written = write(&asked);
    assert!(written.contains("<FN>Alice Liddell</FN>"), "{written}");
    assert!(
        written.contains("<BINVAL>AAAA</BINVAL>"),
        "the picture stays: {written}"
    );
    let (told, _) = answers(&mut stage, &asked, "result", "").await;
    assert!(done(&told));
}

#[tokio::test(start_paused = true)]
async fn what_others_wrote_into_the_card_stays_and_what_i_took_out_goes() {
    let mut stage = Stage::online().await;
    let lines = fields(&[(CardKind::Email, "new@mail.example")]);
    let asked = begins(&mut stage, lines).await;
    let known = "<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='urn:xmpp:vcard4'><item id='x'>\
        <vcard xmlns='urn:ietf:params:xml:ns:vcard-4.0'><fn><text>Old</text></fn>\
        <email><text>old@mail.example</text></email><email><text>work@mail.example</text></email>\
        <impp><uri>xmpp:a@b.example</uri></impp></vcard></item></items></pubsub>";
    let (_, asked) = answers(&mut stage, &asked, "result", known).await;
    let written = write(&asked.unwrap());
    for stays in ["new@mail.example", "work@mail.example", "xmpp:a@b.example"] {
        assert!(written.contains(stays), "{stays}: {written}");
    }
    for goes in ["Old", "old@mail.example"] {
        assert!(!written.contains(goes), "{goes}: {written}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_keeps_both_as_one_is_not_written_to_twice() {
    let mut stage = Stage::online().await;
    let asked = begins(&mut stage, fields(&[(CardKind::Name, "Alice")])).await;
    let (_, asked) = answers(&mut stage, &asked, "error", NONE).await;
    let (_, asked) = answers(&mut stage, &asked.unwrap(), "result", "").await;
    let old = "<vCard xmlns='vcard-temp'><FN>Alice</FN><N/><PHOTO/></vCard>";
    let (told, asked) = answers(&mut stage, &asked.unwrap(), "result", old).await;
    assert_eq!(asked, None, "the picture would be off for a moment");
    assert!(done(&told));
}

#[tokio::test(start_paused = true)]
async fn a_node_that_is_set_up_otherwise_stays_so() {
    let mut stage = Stage::online().await;
    let asked = begins(&mut stage, alice()).await;
    let (_, asked) = answers(&mut stage, &asked, "error", NONE).await;
    let (_, again) = answers(&mut stage, &asked.unwrap(), "error", CONFLICT).await;
    let again = again.unwrap();
    let written = write(&again);
    assert!(
        written.contains("Alice Liddell") && !written.contains("publish-options"),
        "{written}"
    );
    let (_, asked) = answers(&mut stage, &again, "result", "").await;
    let (told, _) = answers(&mut stage, &asked.unwrap(), "error", UNKNOWN).await;
    assert!(done(&told));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_keeps_no_cards_is_told_of() {
    let mut stage = Stage::online().await;
    let asked = begins(&mut stage, alice()).await;
    let (_, asked) = answers(&mut stage, &asked, "error", UNKNOWN).await;
    let (told, asked) = answers(&mut stage, &asked.unwrap(), "error", UNKNOWN).await;
    assert_eq!(asked, None);
    assert!(!done(&told));
}

#[tokio::test(start_paused = true)]
async fn a_card_that_cannot_be_read_at_the_moment_is_not_written_over() {
    let mut stage = Stage::online().await;
    let asked = begins(&mut stage, alice()).await;
    let (told, asked) = answers(&mut stage, &asked, "error", BUSY).await;
    assert_eq!(asked, None);
    assert!(!done(&told));
}

#[tokio::test(start_paused = true)]
async fn a_line_that_nobody_changed_keeps_what_other_programs_know_of_it() {
    let mut stage = Stage::online().await;
    let asked = begins(&mut stage, alice()).await;
    let phone = "<tel><parameters><type><text>home</text></type></parameters><text>+44 1865 276 150</text></tel>";
    let known = format!(
        "<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='urn:xmpp:vcard4'><item id='x'>\
         <vcard xmlns='urn:ietf:params:xml:ns:vcard-4.0'><fn><text>Old</text></fn>{phone}</vcard></item></items></pubsub>"
    );
    let (_, asked) = answers(&mut stage, &asked, "result", &known).await;
    let written = write(&asked.unwrap());
    assert!(written.contains(phone), "{written}");
    assert!(written.contains("Alice Liddell"), "{written}");
}
