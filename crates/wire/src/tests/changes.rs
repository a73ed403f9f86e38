//! What messages say about earlier ones.

use super::stage::{FULL, ME, Stage};
use carillon_core::chat::Author;
use carillon_core::session::{About, Change, Incoming, IncomingMessage, Origin, Outgoing};
use jid::BareJid;

pub(super) const ROOM: &str = "choir@rooms.example.net";

pub(super) async fn message(stage: &mut Stage, xml: &str) -> IncomingMessage {
    let mut told = stage.tells(xml).await;
    match (told.pop(), told.is_empty()) {
        (Some(Incoming::Message(message)), true) => message,
        other => panic!("{other:?}"),
    }
}

fn correction(of: &str) -> Option<About> {
    Some(About {
        target: of.to_owned(),
        change: Change::Correction,
    })
}

fn replacing(of: &str) -> String {
    format!("<replace xmlns='urn:xmpp:message-correct:0' id='{of}'/>")
}

fn corrected(attributes: &str, of: &str) -> String {
    let replace = replacing(of);
    format!("<message {attributes}><body>Hello</body>{replace}</message>")
}

pub(super) fn copied(direction: &str, inner: &str) -> String {
    let inner = inner.replace("<message ", "<message xmlns='jabber:client' ");
    format!(
        "<message from='{ME}' to='{FULL}'><{direction} xmlns='urn:xmpp:carbons:2'>\
         <forwarded xmlns='urn:xmpp:forward:0'>{inner}</forwarded></{direction}></message>"
    )
}

#[tokio::test(start_paused = true)]
async fn a_correction_is_told_as_one_by_whichever_way_it_comes() {
    let mut stage = Stage::online().await;
    let from_bob = corrected(
        "from='bob@example.net/x' to='alice@example.org/other' type='chat' id='m2'",
        "m1",
    );
    let live = message(&mut stage, &from_bob).await;
    assert_eq!((live.about, live.origin), (correction("m1"), Origin::Live));
    assert_eq!(
        (live.body.as_str(), live.id.as_deref()),
        ("Hello", Some("m2"))
    );
    let there = message(&mut stage, &copied("received", &from_bob)).await;
    assert_eq!(
        (there.about, there.author),
        (correction("m1"), Author::Contact)
    );
    let mine = corrected(
        "from='alice@example.org/other' to='bob@example.net' type='chat' id='m4'",
        "m3",
    );
    let mine = message(&mut stage, &copied("sent", &mine)).await;
    assert_eq!((mine.about, mine.author), (correction("m3"), Author::Me));
    let kept = from_bob.replace(
        "</message>",
        &format!(
            "<delay xmlns='urn:xmpp:delay' from='{ME}' stamp='2026-01-01T00:00:00Z'/></message>"
        ),
    );
    let kept = message(&mut stage, &kept).await;
    assert_eq!(
        (kept.about, kept.origin),
        (correction("m1"), Origin::Delayed)
    );
}

/// CVE-2021-41055, CVE-2022-39835: what names itself, and what is not written as it should be.
#[tokio::test(start_paused = true)]
async fn what_corrects_itself_or_nothing_is_only_what_it_says() {
    let mut stage = Stage::online().await;
    let long = "x".repeat(2_000);
    let mut n = 0;
    for (id, rest) in [
        (" id='m1'", replacing("m1")),
        (
            "",
            format!(
                "{}<origin-id xmlns='urn:xmpp:sid:0' id='m1'/>",
                replacing("m1")
            ),
        ),
        (
            " id='m2'",
            format!(
                "{}<origin-id xmlns='urn:xmpp:sid:0' id='m1'/>",
                replacing("m1")
            ),
        ),
        (
            " id='m2'",
            format!(
                "{}<stanza-id xmlns='urn:xmpp:sid:0' id='m1' by='{ME}'/>",
                replacing("m1")
            ),
        ),
        (" id='m2'", replacing("")),
        (" id='m2'", replacing(&long)),
        (" id='m2'", replacing("m1") + &replacing("m0")),
        (
            " id='m2'",
            "<replace xmlns='urn:xmpp:message-correct:0'/>".to_owned(),
        ),
        (
            " id='m2'",
            "<replace xmlns='urn:xmpp:message-correct:1' id='m1'/>".to_owned(),
        ),
        (" id='m2'", "<replace id='m1'/>".to_owned()),
    ] {
        for kind in ["chat", "normal", "headline"] {
            let xml = format!(
                "<message from='bob@example.net/x' type='{kind}'{id}><body>Hello</body>{rest}</message>"
            );
            assert_eq!(message(&mut stage, &xml).await.about, None, "{xml}");
            n += 1;
        }
    }
    println!("corrections of themselves or of nothing accepted: 0 of {n}");
}

#[tokio::test(start_paused = true)]
async fn without_words_nothing_is_corrected_and_a_stranger_speaks_for_themselves() {
    let mut stage = Stage::online().await;
    let empty = format!(
        "<message from='bob@example.net/x' id='m2'>{}</message>",
        replacing("m1")
    );
    assert_eq!(stage.tells(&empty).await, []);
    let mut n = 0;
    for sender in [
        "mallory@evil.example/x",
        "bob@example.org",
        "bob@example.net.evil.example",
        "evil.example",
    ] {
        let told = message(
            &mut stage,
            &corrected(&format!("from='{sender}' id='m2'"), "m1"),
        )
        .await;
        let bare = jid::Jid::new(sender).unwrap().to_bare();
        assert_eq!((told.chat, told.author), (bare.into(), Author::Contact));
        n += 1;
    }
    for outer in [
        "mallory@evil.example",
        "example.org",
        "alice@example.org/phone",
        "Alice@example.org",
    ] {
        for direction in ["sent", "received"] {
            let mine = corrected(
                "from='alice@example.org/other' to='bob@example.net' id='m2'",
                "m1",
            );
            let forged = copied(direction, &mine).replacen(
                &format!("from='{ME}'"),
                &format!("from='{outer}'"),
                1,
            );
            assert_eq!(stage.tells(&forged).await, []);
            n += 1;
        }
    }
    println!("corrections in somebody else's name accepted: 0 of {n}");
}

pub(super) async fn in_room(stage: &mut Stage, features: &str) {
    stage
        .ask(Outgoing::JoinRoom {
            room: BareJid::new(ROOM).unwrap(),
            nick: "alice".to_owned(),
            history: 0,
            password: String::new(),
        })
        .await;
    let question = stage.recv().await;
    stage.recv().await;
    stage.send(&format!(
        "<iq type='result' from='{ROOM}' id='{}'><query xmlns='http://jabber.org/protocol/disco#info'>{features}</query></iq>",
        question.attr("id").unwrap()
    ));
    for nick in ["bob", "alice"] {
        let me = if nick == "alice" {
            "<status code='110'/>"
        } else {
            ""
        };
        stage.send(&format!(
            "<presence from='{ROOM}/{nick}'><x xmlns='http://jabber.org/protocol/muc#user'>\
             <item affiliation='none' role='participant'/>{me}</x></presence>"
        ));
    }
    stage
        .tells(&format!(
            "<message from='{ROOM}' type='groupchat'><subject/></message>"
        ))
        .await;
}

fn said(nick: &str, mark: &str) -> String {
    format!(
        "<message from='{ROOM}/{nick}' type='groupchat' id='m'><body>Hello</body>{mark}</message>"
    )
}

pub(super) fn mark(id: &str) -> String {
    format!("<occupant-id xmlns='urn:xmpp:occupant-id:0' id='{id}'/>")
}

#[tokio::test(start_paused = true)]
async fn where_a_room_names_nobody_an_occupant_is_who_has_had_the_address_without_a_break() {
    let mut stage = Stage::online().await;
    in_room(&mut stage, "").await;
    let first = message(&mut stage, &said("bob", "")).await.occupant;
    assert!(first.is_some());
    let forged = message(&mut stage, &said("bob", &mark("x"))).await;
    assert_eq!(
        forged.occupant, first,
        "a mark that the room does not announce says nothing"
    );
    assert_eq!(
        message(&mut stage, &said("carol", "")).await.occupant,
        None,
        "who is not there is nobody"
    );
    let before = said(
        "bob",
        &format!("<delay xmlns='urn:xmpp:delay' from='{ROOM}' stamp='2026-01-01T00:00:00Z'/>"),
    );
    assert_eq!(message(&mut stage, &before).await.occupant, None);
    for leaving in ["", "<status code='303'/><item nick='robert'/>"] {
        let before = message(&mut stage, &said("bob", "")).await.occupant;
        let x = "xmlns='http://jabber.org/protocol/muc#user'";
        stage
            .tells(&format!(
                "<presence type='unavailable' from='{ROOM}/bob'><x {x}>{leaving}</x></presence>"
            ))
            .await;
        assert_eq!(message(&mut stage, &said("bob", "")).await.occupant, None);
        stage
            .tells(&format!(
                "<presence from='{ROOM}/bob'><x {x}><item role='participant'/></x></presence>"
            ))
            .await;
        let after = message(&mut stage, &said("bob", "")).await.occupant;
        assert!(
            after.is_some() && after != before,
            "somebody else may be bob now"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn where_a_room_marks_people_only_the_mark_says_who_it_was() {
    let mut stage = Stage::online().await;
    in_room(&mut stage, "<feature var='urn:xmpp:occupant-id:0'/>").await;
    let bob = message(&mut stage, &said("bob", &mark("b1"))).await;
    let robert = message(&mut stage, &said("robert", &mark("b1"))).await;
    assert!(bob.occupant.is_some());
    assert_eq!(bob.occupant, robert.occupant);
    for other in [
        "",
        "<occupant-id xmlns='urn:xmpp:occupant-id:0'/>",
        &mark(""),
        &(mark("b1") + &mark("b2")),
    ] {
        assert_eq!(
            message(&mut stage, &said("bob", other)).await.occupant,
            None,
            "{other}"
        );
    }
    let mallory = message(&mut stage, &said("bob", &mark("m1"))).await;
    assert_ne!(mallory.occupant, bob.occupant);
}

#[tokio::test(start_paused = true)]
async fn what_i_correct_is_written_with_the_words_for_those_who_know_no_corrections() {
    let mut stage = Stage::online().await;
    stage
        .ask(Outgoing::About {
            to: BareJid::new("bob@example.net").unwrap().into(),
            id: "c1".to_owned(),
            about: correction("m1").unwrap(),
            body: "Hello".to_owned(),
            to_room: false,
        })
        .await;
    stage
        .expect(
            "<message id='c1' to='bob@example.net' type='chat'><body>Hello</body>\
             <active xmlns='http://jabber.org/protocol/chatstates'/>\
             <origin-id xmlns='urn:xmpp:sid:0' id='c1'/><request xmlns='urn:xmpp:receipts'/>\
             <markable xmlns='urn:xmpp:chat-markers:0'/>\
             <replace xmlns='urn:xmpp:message-correct:0' id='m1'/></message>",
        )
        .await;
}
