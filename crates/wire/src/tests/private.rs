//! Private messages in rooms (XEP-0045 §7.5): who may have said them, and what they look like.

use super::going_on::{managed, message as any_message, numbered, stream};
use super::rooms::{GONE, inside, occupant};
use super::stage::{FEATURES_MANAGED, FULL, ME, Stage, config};
use crate::run::Earlier;
use carillon_core::chat::Author;
use carillon_core::ids::Timestamp;
use carillon_core::session::{
    About, ArchivePlace, ArchiveQuery, Change, Incoming, IncomingMessage, Origin, Outgoing,
    StreamRoom, StreamState,
};
use jid::{BareJid, Jid};
use minidom::Element;

const BOB: &str = "den@rooms.example.net/Bob";
const MARK: &str = "<x xmlns='http://jabber.org/protocol/muc#user'/>";
const MUC_USER: &str = "http://jabber.org/protocol/muc#user";

fn jid(address: &str) -> Jid {
    Jid::new(address).unwrap()
}

fn bob() -> Author {
    Author::Occupant {
        nick: "Bob".to_owned(),
    }
}

fn said(from: &str, more: &str) -> String {
    format!(
        "<message from='{from}' to='{FULL}' type='chat' id='w1'><body>psst</body>{more}</message>"
    )
}

/// In the room, with Bob.
async fn with_bob() -> Stage {
    let mut stage = inside().await;
    assert_eq!(stage.tells(&occupant("Bob", "", &[])).await.len(), 1);
    stage
}

async fn message(stage: &mut Stage, xml: &str) -> IncomingMessage {
    match stage.tells(xml).await.as_slice() {
        [Incoming::Message(message)] => message.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_there_says_something_to_me_alone() {
    let mut stage = with_bob().await;
    let asks = "<request xmlns='urn:xmpp:receipts'/><markable xmlns='urn:xmpp:chat-markers:0'/>";
    for mark in ["", MARK] {
        let told = message(&mut stage, &said(BOB, &format!("{mark}{asks}"))).await;
        assert_eq!((told.chat, told.author), (jid(BOB), bob()));
        assert_eq!((told.origin, told.body.as_str()), (Origin::Live, "psst"));
        assert!(
            !told.wants_receipt && !told.markable,
            "no occupant learns when I got or read it"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_not_there_says_nothing() {
    let mut stage = with_bob().await;
    let mut n = 0;
    for from in [
        // Nobody, the room itself, and I.
        "den@rooms.example.net/Mallory",
        "den@rooms.example.net",
        "den@rooms.example.net/Ali",
        "den@rooms.example.net/bob",
    ] {
        for mark in ["", MARK] {
            stage.send(&said(from, mark));
            let (told, answers) = stage.settled().await;
            assert_eq!((told, answers.len()), (vec![], 0), "{from}");
            n += 1;
        }
    }
    assert_eq!(stage.tells(&occupant("Bob", GONE, &[])).await.len(), 1);
    stage.send(&said(BOB, MARK));
    assert_eq!(stage.settled().await.0, []);
    println!(
        "private words of those who are not there accepted: 0 of {}",
        n + 1
    );
}

#[tokio::test(start_paused = true)]
async fn no_occupant_types_or_calls_for_me_alone() {
    let mut stage = with_bob().await;
    for sign in [
        "<composing xmlns='http://jabber.org/protocol/chatstates'/>",
        "<attention xmlns='urn:xmpp:attention:0'/>",
        "<received xmlns='urn:xmpp:receipts' id='m1'/>",
        "<displayed xmlns='urn:xmpp:chat-markers:0' id='m1'/>",
        "<x xmlns='jabber:x:conference' jid='trap@rooms.example.net'/>",
    ] {
        stage.send(&format!(
            "<message from='{BOB}' type='chat'>{sign}</message>"
        ));
        assert_eq!(stage.settled().await.0, [], "{sign}");
    }
}

#[tokio::test(start_paused = true)]
async fn copies_are_understood_in_both_directions() {
    let mut stage = with_bob().await;
    let copy = |direction: &str, from: &str, to: &str| {
        format!(
            "<message from='{ME}'><{direction} xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'>\
             <message xmlns='jabber:client' type='chat' id='c1' from='{from}' to='{to}'><body>psst</body>{MARK}\
             </message></forwarded></{direction}></message>"
        )
    };
    let told = message(&mut stage, &copy("sent", "alice@example.org/other", BOB)).await;
    assert_eq!((told.chat, told.author), (jid(BOB), Author::Me));
    assert_eq!(told.origin, Origin::Carbon);
    let told = message(
        &mut stage,
        &copy("received", BOB, "alice@example.org/other"),
    )
    .await;
    assert_eq!((told.chat, told.author), (jid(BOB), bob()));
    let stranger = "den@rooms.example.net/Mallory";
    stage.send(&copy("received", stranger, "alice@example.org/other"));
    assert_eq!(stage.settled().await.0, []);
}

#[tokio::test(start_paused = true)]
async fn my_archive_has_private_words_and_says_where_they_were() {
    let mut stage = with_bob().await;
    let query = ArchiveQuery {
        request: 7,
        room: None,
        with: None,
        place: ArchivePlace::Newest,
        max: 10,
    };
    stage.ask(Outgoing::Archive(query)).await;
    let asked = stage.recv().await;
    let (id, query) = (asked.attr("id").unwrap().to_owned(), {
        let query = asked.get_child("query", "urn:xmpp:mam:2").unwrap();
        query.attr("queryid").unwrap().to_owned()
    });
    let entry = |number: u32, from: &str, to: &str, more: &str| {
        format!(
            "<message from='{ME}' to='{FULL}'><result xmlns='urn:xmpp:mam:2' queryid='{query}' id='e{number}'>\
             <forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='2026-11-23T10:00:00Z'/>\
             <message xmlns='jabber:client' type='chat' from='{from}' to='{to}'><body>psst</body>{more}</message>\
             </forwarded></result></message>"
        )
    };
    let invite = format!("<x xmlns='{MUC_USER}'><invite from='mallory@evil.example'/></x>");
    for xml in [
        entry(1, BOB, FULL, MARK),
        entry(2, ME, BOB, ""),
        entry(3, BOB, FULL, "<request xmlns='urn:xmpp:receipts'/>"),
        // The room itself, and what it said of an invitation.
        entry(4, "den@rooms.example.net", FULL, ""),
        entry(5, BOB, FULL, &invite),
    ] {
        stage.send(&xml);
    }
    let end = format!(
        "<iq type='result' id='{id}' from='{ME}' to='{FULL}'><fin xmlns='urn:xmpp:mam:2' complete='true'/></iq>"
    );
    let told = stage.tells(&end).await;
    let [
        Incoming::Archive {
            answer: Ok(page), ..
        },
    ] = told.as_slice()
    else {
        panic!("{told:?}");
    };
    let of = |number: usize| match page.entries[number].what.as_slice() {
        [Incoming::Message(message)] => Some((
            message.chat.clone(),
            message.author.clone(),
            message.wants_receipt,
        )),
        _ => None,
    };
    assert_eq!(of(0), Some((jid(BOB), bob(), false)));
    assert_eq!(of(1), Some((jid(BOB), Author::Me, false)));
    assert_eq!(of(2), Some((jid(BOB), bob(), false)));
    assert_eq!((of(3), of(4)), (None, None));
    assert!(page.entries[0].at > Some(Timestamp(0)));
}

fn has(stanza: &Element, name: &str, namespace: &str) -> bool {
    stanza.get_child(name, namespace).is_some()
}

#[tokio::test(start_paused = true)]
async fn what_i_say_bears_the_mark_and_asks_for_nothing() {
    let mut stage = with_bob().await;
    let about = About {
        target: "m1".to_owned(),
        change: Change::Correction,
    };
    let said = Outgoing::Message {
        to: jid(BOB),
        id: "m1".to_owned(),
        body: "psst".to_owned(),
        to_room: false,
    };
    let corrected = Outgoing::About {
        to: jid(BOB),
        id: "m2".to_owned(),
        about,
        body: "hush".to_owned(),
        to_room: false,
    };
    let felt = Outgoing::About {
        to: jid(BOB),
        id: "m3".to_owned(),
        about: About {
            target: "w1".to_owned(),
            change: Change::Reactions(vec!["👍".to_owned()]),
        },
        body: String::new(),
        to_room: false,
    };
    for outgoing in [said, corrected, felt] {
        stage.ask(outgoing).await;
        // A link that nobody counts on is asked how far the server has come.
        let mut stanza = stage.recv().await;
        while stanza.name() != "message" {
            stanza = stage.recv().await;
        }
        assert_eq!(
            (stanza.attr("to"), stanza.attr("type")),
            (Some(BOB), Some("chat"))
        );
        assert!(has(&stanza, "x", MUC_USER));
        assert!(!has(&stanza, "request", "urn:xmpp:receipts"));
        assert!(!has(&stanza, "markable", "urn:xmpp:chat-markers:0"));
        assert!(!has(
            &stanza,
            "active",
            "http://jabber.org/protocol/chatstates"
        ));
    }
}

#[tokio::test(start_paused = true)]
async fn what_comes_back_names_the_one_it_was_for() {
    let mut stage = with_bob().await;
    let refused = format!(
        "<message type='error' id='m1' from='{BOB}' to='{FULL}'><error type='cancel'>\
         <item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>"
    );
    let told = stage.tells(&refused).await;
    let [Incoming::MessageFailed { chat, id, problem }] = told.as_slice() else {
        panic!("{told:?}");
    };
    assert_eq!((chat, id.as_str()), (&jid(BOB), "m1"));
    assert_eq!(problem.condition, "item-not-found");
    let device = refused.replace(BOB, "bob@example.net/phone");
    let told = stage.tells(&device).await;
    assert!(
        matches!(told.as_slice(), [Incoming::MessageFailed { chat, .. }] if *chat == jid("bob@example.net"))
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_private_in_a_room_is_handed_back_instead_of_written_again() {
    let mut stage = managed().await;
    let private = Outgoing::Message {
        to: jid(BOB),
        id: "p1".to_owned(),
        body: "psst".to_owned(),
        to_room: false,
    };
    stage.ask(private).await;
    stage.ask(any_message("m2")).await;
    stage.recv().await;
    stage.recv().await;
    stage.settled().await;
    stage.cut();
    let earlier = Earlier {
        stream: Some(stream(5)),
        asleep: stage.over().await.asleep,
    };
    let mut stage = Stage::connected_after(config(), 64, earlier);
    stage.authenticates().await;
    stage.opens(FEATURES_MANAGED).await;
    stage.recv().await;
    stage.send("<resumed xmlns='urn:xmpp:sm:3' h='6' previd='s1'/>");
    assert_eq!(stage.told().await, Incoming::Resumed);
    let ids = vec!["p1".to_owned()];
    assert_eq!(stage.told().await, Incoming::NotSent { ids });
    assert_eq!(stage.told().await, numbered(7, "m2"));
    assert_eq!(stage.recv().await.attr("id"), Some("m2"));
}

#[tokio::test(start_paused = true)]
async fn what_was_said_to_an_earlier_run_is_told_as_said_a_while_ago() {
    let mark = "<occupant-id xmlns='urn:xmpp:occupant-id:0' id='1f2e'/>";
    for (names_occupants, whose) in [(true, Some("id:1f2e".to_owned())), (false, None)] {
        let room = StreamRoom {
            jid: BareJid::new("den@rooms.example.net").unwrap(),
            nick: "Ali".to_owned(),
            names_occupants,
        };
        let earlier = Earlier {
            stream: Some(StreamState {
                rooms: vec![room.clone()],
                ..stream(5)
            }),
            asleep: None,
        };
        let mut stage = Stage::connected_after(config(), 64, earlier);
        stage.authenticates().await;
        stage.opens(FEATURES_MANAGED).await;
        stage.recv().await;
        stage.send("<resumed xmlns='urn:xmpp:sm:3' h='12' previd='s1'/>");
        stage.send(&occupant("Bob", "", &[]));
        for from in [
            BOB,
            "den@rooms.example.net",
            "den@rooms.example.net/Ali",
            "other@rooms.example.net/Bob",
        ] {
            stage.send(&said(from, mark));
        }
        assert_eq!(stage.told().await, Incoming::ReachedEarlier(12));
        stage.ask(Outgoing::EarlierSettled).await;
        stage.expect("<presence type='unavailable'/>").await;
        stage.answers_first_requests().await;
        assert!(matches!(stage.told().await, Incoming::Online { .. }));
        stage
            .ask(Outgoing::JoinRoom {
                room: room.jid,
                nick: room.nick,
                history: 0,
                password: String::new(),
            })
            .await;
        while stage.recv().await.name() != "presence" {}
        // The room has not heard yet that I was gone.
        let delay =
            "<delay xmlns='urn:xmpp:delay' from='example.org' stamp='2026-11-23T10:00:00Z'/>";
        stage.send(&said(BOB, delay));
        // It shows me to myself: from now on it is known who is there.
        stage.send(&occupant("Ali", "", &["110"]));
        stage.send(&said("den@rooms.example.net/Eva", mark));
        let (told, _) = stage.settled().await;
        let said: Vec<_> = told
            .into_iter()
            .filter_map(|one| match one {
                Incoming::Message(message) if message.chat.is_full() => Some(message),
                _ => None,
            })
            .collect();
        let [first, second] = said.as_slice() else {
            panic!("{said:?}");
        };
        assert_eq!((&first.chat, &first.author), (&jid(BOB), &bob()));
        assert_eq!((first.origin, first.at), (Origin::Delayed, None));
        assert_eq!(first.occupant, whose);
        assert_eq!(second.origin, Origin::Delayed);
        assert!(second.at.is_some());
    }
}
