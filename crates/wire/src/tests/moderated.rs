//! Messages that moderators take back (XEP-0425): only the room itself says so.

use super::changes::{ROOM, in_room, message};
use super::stage::Stage;
use carillon_core::chat::Author;
use carillon_core::room::Moderated;
use carillon_core::session::{
    About, ArchivePlace, ArchiveQuery, Change, Incoming, Origin, Outgoing, RoomEvent, RoomReply,
    RoomWish,
};
use jid::BareJid;
use minidom::Element;

const NAMES: &str = "<feature var='urn:xmpp:sid:0'/><feature var='urn:xmpp:message-moderate:1'/>";
const NAMES_OF_OLD: &str =
    "<feature var='urn:xmpp:sid:0'/><feature var='urn:xmpp:message-moderate:0'/>";

fn room() -> BareJid {
    BareJid::new(ROOM).unwrap()
}

fn gone(of: &str, by: &str, words: &str) -> Option<About> {
    Some(About {
        target: of.to_owned(),
        change: Change::Moderation(Box::new(Moderated {
            by: by.to_owned(),
            words: words.to_owned(),
        })),
    })
}

/// In the words of version 0.2, as Prosody's module of 2023 has them.
fn moderation_of_old(from: &str, of: &str) -> String {
    format!(
        "<message from='{from}' type='groupchat' id='r1'><apply-to xmlns='urn:xmpp:fasten:0' id='{of}'>\
         <moderated xmlns='urn:xmpp:message-moderate:0' by='{ROOM}/carol'>\
         <retract xmlns='urn:xmpp:message-retract:0'/><reason>Rude</reason></moderated></apply-to>\
         <stanza-id xmlns='urn:xmpp:sid:0' by='{ROOM}' id='s9'/></message>"
    )
}

fn moderation(from: &str, of: &str) -> String {
    format!(
        "<message from='{from}' type='groupchat' id='r1'><retract xmlns='urn:xmpp:message-retract:1' id='{of}'>\
         <moderated xmlns='urn:xmpp:message-moderate:1' by='{ROOM}/carol'/><reason>Rude</reason></retract>\
         <stanza-id xmlns='urn:xmpp:sid:0' by='{ROOM}' id='s9'/></message>"
    )
}

/// Asks the room to take the message `s1` back. Gives what the room is asked.
async fn asked_to_take_back(stage: &mut Stage) -> Element {
    let wish = Box::new(RoomWish::TakeBack {
        entry: "s1".to_owned(),
        words: "Rude".to_owned(),
    });
    let (request, room) = (7, room());
    stage
        .ask(Outgoing::Room {
            request,
            room,
            wish,
        })
        .await;
    let iq = stage.recv().await;
    assert_eq!((iq.attr("type"), iq.attr("to")), (Some("set"), Some(ROOM)));
    iq
}

#[tokio::test(start_paused = true)]
async fn the_room_says_what_its_moderators_take_back_and_nobody_else_does() {
    let mut stage = Stage::online().await;
    in_room(&mut stage, NAMES).await;
    for said in [moderation, moderation_of_old] {
        let told = message(&mut stage, &said(ROOM, "s1")).await;
        assert_eq!(told.about, gone("s1", "carol", "Rude"));
        assert_eq!((told.chat, told.origin), (room().into(), Origin::Live));
        assert_eq!(
            (told.stanza_id.as_deref(), told.body.as_str()),
            (Some("s9"), "")
        );
    }
    for from in [
        "choir@rooms.example.net/bob",
        "choir@rooms.example.net/alice",
        "rooms.example.net",
        "other@rooms.example.net",
        "bob@example.net/x",
        "alice@example.org",
        "choir@rooms.example.net.evil.example",
    ] {
        for said in [moderation, moderation_of_old] {
            assert_eq!(stage.tells(&said(from, "s1")).await, [], "{from}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_names_no_message_or_nobody_is_taken_as_it_is_meant() {
    let mut stage = Stage::online().await;
    in_room(&mut stage, NAMES).await;
    assert_eq!(stage.tells(&moderation(ROOM, "")).await, []);
    let of_old = moderation_of_old(ROOM, "s1");
    let nothing = of_old.replace("<retract xmlns='urn:xmpp:message-retract:0'/>", "");
    let by_nobody = of_old.replace("message-moderate:0", "message-moderate:9");
    for said in [moderation_of_old(ROOM, ""), nothing, by_nobody] {
        assert_eq!(stage.tells(&said).await, [], "{said}");
    }
    for (by, name) in [
        ("", ""),
        (" by='choir@rooms.example.net'", ""),
        (" by='witch@example.net/broom'", "witch@example.net"),
        (" by='@@'", ""),
    ] {
        let xml = format!(
            "<message from='{ROOM}' type='groupchat'><retract xmlns='urn:xmpp:message-retract:1' id='s1'>\
             <moderated xmlns='urn:xmpp:message-moderate:1'{by}/></retract></message>"
        );
        assert_eq!(message(&mut stage, &xml).await.about, gone("s1", name, ""));
    }
}

#[tokio::test(start_paused = true)]
async fn an_archive_has_the_rooms_words_or_a_mark_in_the_messages_place() {
    let mut stage = Stage::online().await;
    in_room(&mut stage, NAMES).await;
    let query = ArchiveQuery {
        request: 5,
        room: Some(room()),
        with: None,
        place: ArchivePlace::Newest,
        max: 10,
    };
    stage.ask(Outgoing::Archive(query)).await;
    let asked = stage.recv().await;
    let query = asked.get_child("query", "urn:xmpp:mam:2").unwrap();
    let query = query.attr("queryid").unwrap().to_owned();
    let entry = |id: &str, inner: &str| {
        format!(
            "<message from='{ROOM}'><result xmlns='urn:xmpp:mam:2' queryid='{query}' id='{id}'>\
             <forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='2026-01-01T00:00:00Z'/>\
             {inner}</forwarded></result></message>"
        )
    };
    let moderated =
        "<moderated xmlns='urn:xmpp:message-moderate:1' by='choir@rooms.example.net/carol'/>";
    let tombstone = format!(
        "<message xmlns='jabber:client' from='{ROOM}/bob' type='groupchat' id='m1'>\
         <retracted xmlns='urn:xmpp:message-retract:1' stamp='2026-01-01T00:00:00Z'>{moderated}</retracted></message>"
    );
    let words = moderation(ROOM, "s1").replace("<message ", "<message xmlns='jabber:client' ");
    let forged = moderation(&format!("{ROOM}/bob"), "s1")
        .replace("<message ", "<message xmlns='jabber:client' ");
    let with_words = tombstone
        .replace("'m1'>", "'m7'><body>Hello</body>")
        .replace("<retracted ", "<retracted id='m7' ");
    let marked_of_old = format!(
        "<message xmlns='jabber:client' from='{ROOM}/bob' type='groupchat' id='m2'>\
         <moderated xmlns='urn:xmpp:message-moderate:0' by='{ROOM}/carol'><retracted \
         xmlns='urn:xmpp:message-retract:0' stamp='2026-01-01T00:00:00Z'/><reason>Rude</reason></moderated></message>"
    );
    let words_of_old =
        moderation_of_old(ROOM, "s1").replace("<message ", "<message xmlns='jabber:client' ");
    let all = [
        ("s1", &tombstone),
        ("s2", &marked_of_old),
        ("s3", &words_of_old),
        ("s5", &words),
        ("s6", &forged),
        ("s7", &with_words),
    ];
    for (id, inner) in all {
        assert_eq!(stage.tells(&entry(id, inner)).await, []);
    }
    let id = asked.attr("id").unwrap();
    let end = format!(
        "<iq type='result' from='{ROOM}' id='{id}'><fin xmlns='urn:xmpp:mam:2' complete='true'/></iq>"
    );
    let told = stage.tells(&end).await;
    let [
        Incoming::Archive {
            answer: Ok(page), ..
        },
    ] = &told[..]
    else {
        panic!("{told:?}");
    };
    let about = page.entries.iter().map(|entry| match &entry.what[..] {
        [Incoming::Message(message)] => {
            assert_eq!(message.stanza_id.as_ref(), Some(&entry.id));
            (message.author.clone(), message.about.clone())
        }
        [] => (Author::Contact, None),
        other => panic!("{other:?}"),
    });
    let by = |nick: &str| Author::Occupant {
        nick: nick.to_owned(),
    };
    assert_eq!(
        about.collect::<Vec<_>>(),
        [
            // Who it was, only the room's own word says: such a mark anybody in the room could have sent.
            (by("bob"), gone("s1", "", "")),
            (by("bob"), gone("s2", "", "")),
            (by("carol"), gone("s1", "carol", "Rude")),
            (by("carol"), gone("s1", "carol", "Rude")),
            (Author::Contact, None),
            (by("bob"), None),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_room_says_whether_it_can_and_is_asked_by_its_own_name_for_the_message() {
    let mut stage = Stage::online().await;
    in_room(&mut stage, "").await;
    for (features, can) in [
        (NAMES, true),
        (NAMES_OF_OLD, true),
        ("<feature var='urn:xmpp:message-moderate:1'/>", false),
        ("<feature var='urn:xmpp:sid:0'/>", false),
    ] {
        stage.ask(Outgoing::RoomInfo { room: room() }).await;
        let id = stage.recv().await.attr("id").unwrap().to_owned();
        let told = stage
            .tells(&format!(
                "<iq type='result' from='{ROOM}' id='{id}'>\
                 <query xmlns='http://jabber.org/protocol/disco#info'>{features}</query></iq>"
            ))
            .await;
        let says = |one: &Incoming| matches!(one, Incoming::Room { event: RoomEvent::About(about), .. } if about.moderates == can);
        assert!(told.iter().any(says), "{features}: {told:?}");
    }
    let iq = asked_to_take_back(&mut stage).await;
    let moderate = iq
        .get_child("moderate", "urn:xmpp:message-moderate:1")
        .unwrap();
    assert_eq!(moderate.attr("id"), Some("s1"));
    assert!(moderate.has_child("retract", "urn:xmpp:message-retract:1"));
    let reason = moderate.get_child("reason", "urn:xmpp:message-moderate:1");
    assert_eq!(reason.unwrap().text(), "Rude");
    let id = iq.attr("id").unwrap();
    let told = stage
        .tells(&format!("<iq type='result' from='{ROOM}' id='{id}'/>"))
        .await;
    let answer = Ok(RoomReply::Done);
    assert_eq!(told, [Incoming::RoomAnswer { request: 7, answer }]);
}

#[tokio::test(start_paused = true)]
async fn a_room_is_asked_in_the_words_that_it_knows() {
    let both = format!("{NAMES}{NAMES_OF_OLD}");
    for (features, of_old) in [(NAMES_OF_OLD, true), (NAMES, false), (&both, false)] {
        let mut stage = Stage::online().await;
        in_room(&mut stage, features).await;
        let iq = asked_to_take_back(&mut stage).await;
        let fastened = iq.get_child("apply-to", "urn:xmpp:fasten:0");
        assert_eq!(fastened.is_some(), of_old, "{features}");
        let Some(fastened) = fastened else { continue };
        assert_eq!(fastened.attr("id"), Some("s1"));
        let moderate = fastened
            .get_child("moderate", "urn:xmpp:message-moderate:0")
            .unwrap();
        assert!(moderate.has_child("retract", "urn:xmpp:message-retract:0"));
        let reason = moderate.get_child("reason", "urn:xmpp:message-moderate:0");
        assert_eq!(reason.unwrap().text(), "Rude");
    }
}
