//! Archives (XEP-0313): the question, the page, and what is no answer.

use super::stage::{Stage, id};
use carillon_core::chat::Author;
use carillon_core::ids::Timestamp;
use carillon_core::room::RoomAbout;
use carillon_core::session::{
    ArchivePage, ArchivePlace, ArchiveQuery, Incoming, Origin, Outgoing, RoomEvent,
};
use jid::BareJid;

const FORM: &str = "<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'>\
    <value>urn:xmpp:mam:2</value></field>";
const BOB_SAYS: &str = "<message xmlns='jabber:client' from='bob@example.net/x' to='alice@example.org' type='chat' id='b1'>\
     <body>hi</body><request xmlns='urn:xmpp:receipts'/></message>";

fn room() -> BareJid {
    BareJid::new("den@rooms.example.net").unwrap()
}

fn query(place: ArchivePlace) -> ArchiveQuery {
    ArchiveQuery {
        request: 7,
        room: None,
        with: None,
        place,
        max: 100,
    }
}

/// An entry of an archive, with whatever stands in its place.
fn result(from: &str, queryid: &str, entry: &str, message: &str) -> String {
    format!(
        "<message{from}><result xmlns='urn:xmpp:mam:2' queryid='{queryid}' id='{entry}'>\
         <forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='1970-01-01T00:00:05Z'/>\
         {message}</forwarded></result></message>"
    )
}

fn fin(from: &str, number: u32, attributes: &str, set: &str) -> String {
    format!(
        "<iq type='result' id='{}'{from}><fin xmlns='urn:xmpp:mam:2'{attributes}>\
         <set xmlns='http://jabber.org/protocol/rsm'>{set}</set></fin></iq>",
        id(number)
    )
}

/// Asks, and gives the question's id, which is also the number of its query.
async fn asks(stage: &mut Stage, query: ArchiveQuery) -> String {
    stage.ask(Outgoing::Archive(query)).await;
    let asked = stage.recv().await;
    let payload = asked.children().next().unwrap();
    payload.attr("queryid").unwrap().to_owned()
}

fn pages(told: Vec<Incoming>) -> Vec<ArchivePage> {
    told.into_iter()
        .map(|one| match one {
            Incoming::Archive { request: 7, answer } => answer.unwrap(),
            other => panic!("{other:?}"),
        })
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_question_names_the_place_and_has_an_id_of_its_own() {
    let set = |inside: &str| {
        format!("<set xmlns='http://jabber.org/protocol/rsm'><max>100</max>{inside}</set>")
    };
    let since = Timestamp(1_500);
    for (place, with, form, paging) in [
        (
            ArchivePlace::After("s1".to_owned()),
            None,
            "",
            set("<after>s1</after>"),
        ),
        (ArchivePlace::Newest, None, "", set("<before/>")),
        (
            ArchivePlace::Since(since),
            None,
            "<field var='start'><value>1970-01-01T00:00:01.500Z</value></field>",
            set(""),
        ),
        (
            ArchivePlace::Before("s1".to_owned()),
            Some("bob@example.net"),
            "<field var='with'><value>bob@example.net</value></field>",
            set("<before>s1</before>"),
        ),
    ] {
        let mut stage = Stage::online().await;
        let with = with.map(|with| BareJid::new(with).unwrap());
        stage
            .ask(Outgoing::Archive(ArchiveQuery {
                with,
                ..query(place)
            }))
            .await;
        stage
            .expect(&format!(
                "<iq type='set' id='{}'><query xmlns='urn:xmpp:mam:2' queryid='{}'>{FORM}{form}</x>{paging}\
                 </query></iq>",
                id(7),
                id(6)
            ))
            .await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_is_told_at_its_end_with_what_its_entries_say() {
    let mut stage = Stage::online().await;
    let asked = asks(&mut stage, query(ArchivePlace::Newest)).await;
    let mine = "<message xmlns='jabber:client' from='alice@example.org/pad' to='bob@example.net' type='chat' \
        id='a1'><body>ho</body></message>";
    let receipt = "<message xmlns='jabber:client' from='bob@example.net/x' to='alice@example.org/pad'>\
        <received xmlns='urn:xmpp:receipts' id='a1'/></message>";
    let invitation = "<message xmlns='jabber:client' from='bob@example.net/x' to='alice@example.org'>\
        <x xmlns='jabber:x:conference' jid='den@rooms.example.net'/></message>";
    for (entry, message) in [
        ("s1", BOB_SAYS),
        ("s2", mine),
        ("s3", receipt),
        ("s4", invitation),
    ] {
        stage.send(&result("", &asked, entry, message));
    }
    assert_eq!(stage.settled().await.0, [], "not yet");
    let set = "<first>s1</first><last>s4</last><count>12</count>";
    let told = stage.tells(&fin("", 7, " complete='true'", set)).await;
    let page = pages(told).remove(0);
    assert_eq!(
        (page.first.as_deref(), page.last.as_deref()),
        (Some("s1"), Some("s4"))
    );
    assert_eq!(
        (page.complete, page.stable, page.count),
        (true, true, Some(12))
    );
    let Incoming::Message(hi) = &page.entries[0].what[0] else {
        panic!("{page:?}");
    };
    assert_eq!((hi.body.as_str(), &hi.author), ("hi", &Author::Contact));
    assert_eq!(hi.origin, Origin::Archive);
    assert_eq!(hi.stanza_id.as_deref(), Some("s1"));
    assert_eq!(hi.at, Some(Timestamp(5_000)));
    assert!(hi.wants_receipt);
    let Incoming::Message(ho) = &page.entries[1].what[0] else {
        panic!("{page:?}");
    };
    assert_eq!(
        (ho.chat.as_str(), &ho.author),
        ("bob@example.net", &Author::Me)
    );
    assert!(matches!(&page.entries[2].what[..], [Incoming::Receipt { id, .. }] if id == "a1"));
    assert_eq!(page.entries[3].what, [], "it was answered or not by now");
}

#[tokio::test(start_paused = true)]
async fn nobody_slips_an_entry_in() {
    let mut stage = Stage::online().await;
    let forged = |from: &str, queryid: &str| result(from, queryid, "s9", BOB_SAYS);
    // Nothing was asked at all.
    assert_eq!(stage.tells(&forged("", "x")).await, []);
    let asked = asks(&mut stage, query(ArchivePlace::Newest)).await;
    for from in [
        " from='bob@example.net'",
        " from='bob@example.net/x'",
        " from='example.org'",
        " from='alice@example.org/pad'",
        " from='Alice@example.org'",
        " from='den@rooms.example.net'",
    ] {
        assert_eq!(stage.tells(&forged(from, &asked)).await, [], "{from}");
        // Nor its end.
        assert_eq!(stage.tells(&fin(from, 7, "", "")).await, [], "{from}");
    }
    assert_eq!(stage.tells(&forged("", "another")).await, []);
    let for_another = " to='bob@example.net'";
    assert_eq!(stage.tells(&forged(for_another, &asked)).await, []);
    let told = stage.tells(&fin("", 7, " complete='true'", "")).await;
    assert_eq!(pages(told)[0].entries, []);
    // It is over.
    assert_eq!(stage.tells(&forged("", &asked)).await, []);
}

#[tokio::test(start_paused = true)]
async fn what_an_entry_holds_is_checked_like_what_comes_live() {
    let mut stage = Stage::online().await;
    let asked = asks(&mut stage, query(ArchivePlace::Newest)).await;
    let held = |from: &str, to: &str, rest: &str| {
        format!(
            "<message xmlns='jabber:client' from='{from}' to='{to}'{rest}<body>x</body></message>"
        )
    };
    for (number, message) in [
        held("bob@example.net/x", "carol@example.net", " type='chat'>"),
        held(
            "bob@example.net/x",
            "alice@example.org",
            " type='groupchat'>",
        ),
        held("bob@example.net/x", "alice@example.org", " type='error'>"),
        held("ALICE@example.org/x", "bob@example.net", " type='chat'>"),
        held("", "alice@example.org", " type='chat'>"),
        String::new(),
    ]
    .iter()
    .enumerate()
    {
        stage.send(&result("", &asked, &format!("s{number}"), message));
    }
    let told = stage.tells(&fin("", 7, "", "")).await;
    let page = pages(told).remove(0);
    assert_eq!(page.entries.len(), 6);
    assert!(
        page.entries.iter().all(|entry| entry.what.is_empty()),
        "{page:?}"
    );
    assert_eq!(
        page.last.as_deref(),
        Some("s5"),
        "where the server says nothing"
    );
    assert!(!page.complete);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_never_ends_is_given_up() {
    let mut stage = Stage::online().await;
    let few = ArchiveQuery {
        max: 10,
        ..query(ArchivePlace::Newest)
    };
    let asked = asks(&mut stage, few).await;
    for number in 0..100 {
        stage.send(&result("", &asked, &format!("s{number}"), BOB_SAYS));
    }
    let told = stage.tells(&fin("", 7, "", "")).await;
    assert!(
        matches!(&told[..], [Incoming::Archive { answer: Err(_), .. }]),
        "{told:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_archive_may_refuse() {
    let mut stage = Stage::online().await;
    asks(&mut stage, query(ArchivePlace::After("s1".to_owned()))).await;
    let told = stage
        .tells(&format!(
            "<iq type='error' id='{}'><error type='cancel'>\
             <item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>",
            id(7)
        ))
        .await;
    let [
        Incoming::Archive {
            request: 7,
            answer: Err(problem),
        },
    ] = &told[..]
    else {
        panic!("{told:?}");
    };
    assert_eq!(problem.condition, "item-not-found");
}

#[tokio::test(start_paused = true)]
async fn a_room_that_names_its_entries_has_an_archive_of_its_own() {
    let mut stage = Stage::online().await;
    stage
        .ask(Outgoing::JoinRoom {
            room: room(),
            nick: "Ali".to_owned(),
            history: 0,
            password: String::new(),
        })
        .await;
    stage.recv().await;
    stage.recv().await;
    stage
        .tells(
            "<presence from='den@rooms.example.net/Ali'><x xmlns='http://jabber.org/protocol/muc#user'>\
             <status code='110'/></x></presence>",
        )
        .await;
    stage.ask(Outgoing::RoomInfo { room: room() }).await;
    let asked = stage.recv().await;
    let told = stage
        .tells(&format!(
            "<iq type='result' from='{}' id='{}'><query xmlns='http://jabber.org/protocol/disco#info'>\
             <feature var='urn:xmpp:mam:2'/><feature var='urn:xmpp:sid:0'/></query></iq>",
            room(),
            asked.attr("id").unwrap()
        ))
        .await;
    let in_room = |event| Incoming::Room {
        room: room(),
        event,
    };
    let about = Box::new(RoomAbout::default());
    assert_eq!(
        told,
        [
            in_room(RoomEvent::About(about)),
            in_room(RoomEvent::HasArchive)
        ]
    );

    let in_room = ArchiveQuery {
        room: Some(room()),
        ..query(ArchivePlace::Newest)
    };
    let asked = asks(&mut stage, in_room).await;
    let said = |from: &str| {
        format!(
            "<message xmlns='jabber:client' from='{from}' type='groupchat' id='g'><body>x</body></message>"
        )
    };
    let from = " from='den@rooms.example.net'";
    let of = [
        "den@rooms.example.net/Bob",
        "den@rooms.example.net/Ali",
        "other@rooms.example.net/Bob",
    ];
    for (number, author) in of.iter().enumerate() {
        stage.send(&result(from, &asked, &format!("s{number}"), &said(author)));
        // My own archive was not asked.
        stage.send(&result("", &asked, &format!("t{number}"), &said(author)));
    }
    let told = stage.tells(&fin(from, 9, " complete='true'", "")).await;
    let page = pages(told).remove(0);
    let authors: Vec<_> = page
        .entries
        .iter()
        .map(|entry| match entry.what.first() {
            Some(Incoming::Message(message)) => Some(message.author.clone()),
            _ => None,
        })
        .collect();
    let bob = Author::Occupant {
        nick: "Bob".to_owned(),
    };
    // Nobody knows who was called so at that time.
    let under_my_nick = Author::Occupant {
        nick: "Ali".to_owned(),
    };
    assert_eq!(authors, [Some(bob), Some(under_my_nick), None]);

    let live = "<message from='den@rooms.example.net/Bob' type='groupchat' id='l'><body>now</body>\
        <stanza-id xmlns='urn:xmpp:sid:0' by='alice@example.org' id='forged'/>\
        <stanza-id xmlns='urn:xmpp:sid:0' by='den@rooms.example.net' id='s9'/></message>";
    let told = stage.tells(live).await;
    let Some(Incoming::Message(live)) = told.first() else {
        panic!("{told:?}");
    };
    assert_eq!(live.stanza_id.as_deref(), Some("s9"));
}
