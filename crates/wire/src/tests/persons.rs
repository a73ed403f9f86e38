//! What people and their devices answer about themselves.

use super::stage::Stage;
use carillon_core::person::{CardField, CardKind, DeviceAbility, PersonAnswer, PersonQuestion};
use carillon_core::session::{Incoming, Outgoing};

const BOB: &str = "bob@example.net";
const DESK: &str = "bob@example.net/desk";

/// Asks, and tells what came of an answer.
async fn answered(of: &str, question: PersonQuestion, from: &str, payload: &str) -> Vec<Incoming> {
    let mut stage = Stage::online().await;
    let of = of.parse().unwrap();
    let asked = Outgoing::AskPerson {
        request: 5,
        of,
        question,
    };
    stage.ask(asked).await;
    let asked = stage.recv().await;
    assert_eq!(asked.attr("type"), Some("get"));
    let id = asked.attr("id").unwrap();
    let answer = format!("<iq type='result' id='{id}' from='{from}'>{payload}</iq>");
    stage.tells(&answer).await
}

fn said(told: &[Incoming]) -> Option<PersonAnswer> {
    match told {
        [Incoming::Person { request: 5, answer }] => answer.clone().ok(),
        other => panic!("{other:?}"),
    }
}

fn card(lines: &[(CardKind, &str)]) -> Option<PersonAnswer> {
    let field = |(kind, text): &(CardKind, &str)| CardField {
        kind: *kind,
        text: (*text).to_owned(),
    };
    let fields = lines.iter().map(field).collect();
    Some(PersonAnswer::Card { fields })
}

#[tokio::test(start_paused = true)]
async fn a_device_says_which_program_it_runs() {
    let payload = "<query xmlns='jabber:iq:version'><name> Gajim </name><version>1.9</version><os>x</os></query>";
    let told = answered(DESK, PersonQuestion::Program, DESK, payload).await;
    let (name, version) = ("Gajim".to_owned(), "1.9".to_owned());
    assert_eq!(said(&told), Some(PersonAnswer::Program { name, version }));
}

#[tokio::test(start_paused = true)]
async fn a_device_says_what_its_clock_shows() {
    for (tzo, offset) in [
        ("+05:30", Some(330)),
        ("-06:00", Some(-360)),
        ("Z", Some(0)),
        ("+14:00", Some(840)),
        ("+99:00", None),
        ("+1", None),
        ("é5:30", None),
        ("", None),
    ] {
        let payload = format!("<time xmlns='urn:xmpp:time'><tzo>{tzo}</tzo><utc>x</utc></time>");
        let told = answered(DESK, PersonQuestion::Clock, DESK, &payload).await;
        let wanted = offset.map(|offset| PersonAnswer::Clock { offset });
        assert_eq!(said(&told), wanted, "{tzo}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_card_is_read_as_far_as_it_is_text() {
    let payload = "<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='urn:xmpp:vcard4'><item id='x'>\
        <vcard xmlns='urn:ietf:params:xml:ns:vcard-4.0'><fn><text>Bob Nowak</text></fn>\
        <email><parameters><type><text>work</text></type></parameters><text>bob@mail.example</text></email>\
        <adr><locality>Gdynia</locality><country>Poland</country></adr>\
        <photo><uri>https://evil.example/bob.png</uri></photo><note><text/></note></vcard></item></items></pubsub>";
    let told = answered(BOB, PersonQuestion::Card, BOB, payload).await;
    let wanted = card(&[
        (CardKind::Name, "Bob Nowak"),
        (CardKind::Email, "bob@mail.example"),
        (CardKind::Address, "Gdynia, Poland"),
    ]);
    assert_eq!(said(&told), wanted);
    let old = "<vCard xmlns='vcard-temp'><FN>Bob</FN><TEL><HOME/><NUMBER>123</NUMBER></TEL>\
        <PHOTO><BINVAL>AAAA</BINVAL></PHOTO><DESC>&lt;b&gt;hi&lt;/b&gt;</DESC></vCard>";
    let told = answered(BOB, PersonQuestion::OldCard, BOB, old).await;
    let wanted = card(&[
        (CardKind::Name, "Bob"),
        (CardKind::Phone, "123"),
        (CardKind::Note, "<b>hi</b>"),
    ]);
    assert_eq!(said(&told), wanted);
}

#[tokio::test(start_paused = true)]
async fn a_card_is_bounded() {
    let line = format!("<NOTE>{}</NOTE>", "x".repeat(2_000));
    let payload = format!("<vCard xmlns='vcard-temp'>{}</vCard>", line.repeat(100));
    let told = answered(BOB, PersonQuestion::OldCard, BOB, &payload).await;
    let Some(PersonAnswer::Card { fields }) = said(&told) else {
        panic!("{told:?}");
    };
    assert_eq!(fields.len(), 32);
    assert!(fields.iter().all(|field| field.text.len() == 500));
}

#[tokio::test(start_paused = true)]
async fn only_the_device_that_was_asked_answers() {
    let payload = "<query xmlns='jabber:iq:version'><name>Evil</name></query>";
    let others = [
        BOB,
        "bob@example.net/phone",
        "alice@example.org",
        "mallory@evil.example",
        "example.net",
        "",
    ];
    let mut accepted = 0;
    for from in others {
        accepted += answered(DESK, PersonQuestion::Program, from, payload)
            .await
            .len();
    }
    assert_eq!(accepted, 0);
    println!("forged answers of people accepted: 0 of {}", others.len());
}

#[tokio::test(start_paused = true)]
async fn a_server_says_since_when_nobody_was_there() {
    let payload = "<query xmlns='jabber:iq:last' seconds='903'>Gone</query>";
    let told = answered(BOB, PersonQuestion::LastActivity, BOB, payload).await;
    assert_eq!(
        said(&told),
        Some(PersonAnswer::LastActivity { seconds: 903 })
    );
    for seconds in ["", "-1", "99999999999", "soon"] {
        let payload = format!("<query xmlns='jabber:iq:last' seconds='{seconds}'/>");
        let told = answered(BOB, PersonQuestion::LastActivity, BOB, &payload).await;
        assert_eq!(said(&told), None, "{seconds}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_device_says_what_it_understands() {
    let payload = "<query xmlns='http://jabber.org/protocol/disco#info'><feature var='urn:xmpp:receipts'/>\
        <feature var='urn:xmpp:jingle:apps:rtp:1'/><feature var='urn:example:else'/></query>";
    let told = answered(DESK, PersonQuestion::Abilities, DESK, payload).await;
    let abilities = vec![DeviceAbility::Receipts, DeviceAbility::Calls];
    assert_eq!(said(&told), Some(PersonAnswer::Abilities { abilities }));
}

const MINE: &str = "alice@example.org";

#[tokio::test(start_paused = true)]
async fn my_account_says_what_i_like_to_be_called() {
    let answer = |items: &str| {
        format!(
            "<pubsub xmlns='http://jabber.org/protocol/pubsub'>\
             <items node='http://jabber.org/protocol/nick'>{items}</items></pubsub>"
        )
    };
    let nick =
        "<item id='1'><nick xmlns='http://jabber.org/protocol/nick'> Ali \n ce </nick></item>";
    let long = nick.replace("Ali", &"A".repeat(500));
    for (items, wanted) in [
        (nick, "Ali ce".to_owned()),
        ("", String::new()),
        ("<item id='1'/>", String::new()),
        (long.as_str(), "A".repeat(100)),
    ] {
        let told = answered(MINE, PersonQuestion::Nick, MINE, &answer(items)).await;
        assert_eq!(said(&told), Some(PersonAnswer::Nick { nick: wanted }));
    }
    for other in [BOB, DESK, "example.org"] {
        let told = answered(MINE, PersonQuestion::Nick, other, &answer(nick)).await;
        assert_eq!(told, [], "{other}");
    }
}
