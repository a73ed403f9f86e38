//! Forgeries of what was asked for (archives, rooms), and of what Carillon has no part in: each by everybody, through a
//! real socket, by both ways.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

use carillon_core::session::{ArchivePlace, ArchiveQuery, Incoming, Outgoing, RoomEvent};
use carillon_tests_flows::{Attack, SENDERS, Scene, Sender, Way};
use jid::{BareJid, Jid};

const OWN_OR_NOBODY: &[&str] = &["own account", "nobody"];
const FORGED: &str = "<message xmlns='jabber:client' from='bob@example.net/x' to='alice@example.org' \
    type='chat' id='a1'><body>forged</body></message>";
const FORGED_IN_ROOM: &str = "<message xmlns='jabber:client' from='den@rooms.example.net/bob' \
    type='groupchat' id='a1'><body>forged</body></message>";

fn room() -> BareJid {
    BareJid::new("den@rooms.example.net").unwrap()
}

/// Asks an archive; gives the id of the question and that of its entries.
async fn asks(scene: &mut Scene, of: Option<BareJid>) -> (String, String) {
    let query = ArchiveQuery {
        request: 7,
        room: of,
        with: None,
        place: ArchivePlace::Newest,
        max: 50,
    };
    scene.ask(Outgoing::Archive(query)).await;
    let asked = scene.server.recv_named("iq").await;
    let query = asked.children().next().unwrap();
    let id = |text: Option<&str>| text.unwrap().to_owned();
    (id(asked.attr("id")), id(query.attr("queryid")))
}

fn entry(from: &str, query: &str, message: &str) -> String {
    format!(
        "<message{from}><result xmlns='urn:xmpp:mam:2'{query} id='s1'>\
         <forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' \
         stamp='2001-01-01T00:00:00Z'/>{message}</forwarded></result></message>"
    )
}

fn end(stanza: &str, from: &str, id: &str) -> String {
    format!(
        "<{stanza} type='result' id='{id}'{from}><fin xmlns='urn:xmpp:mam:2' complete='true'>\
         <set xmlns='http://jabber.org/protocol/rsm'/></fin></{stanza}>"
    )
}

/// How many entries the page has that was told; `None` when none was.
fn told_entries(told: &[Incoming]) -> Option<usize> {
    match told {
        [] => None,
        [
            Incoming::Archive {
                request: 7,
                answer: Ok(page),
            },
        ] => Some(page.entries.len()),
        other => panic!("{other:?}"),
    }
}

/// Archive results (CVE-2019-16237): by whom, under which name, and who may say that there are no more.
async fn an_archive_is_believed_only_by_who_was_asked(
    scene: &mut Scene,
    of: Option<BareJid>,
    may: &[&str],
) -> u32 {
    let (honest, forged_message) = match &of {
        None => (String::new(), FORGED),
        Some(room) => (format!(" from='{room}'"), FORGED_IN_ROOM),
    };
    let mut forged = 0;
    for sender in SENDERS {
        let from = sender.from_attribute();
        let may = may.contains(&sender.who);
        // An entry, and then the true end.
        let (id, query) = asks(scene, of.clone()).await;
        let query = format!(" queryid='{query}'");
        let told = scene.tells(&entry(&from, &query, forged_message)).await;
        assert_eq!(told, [], "entries are told at the end");
        let told = scene.tells(&end("iq", &honest, &id)).await;
        assert_eq!(told_entries(&told), Some(usize::from(may)), "{sender:?}");
        // A forged end, which must not hide what the true one ends.
        for stanza in ["iq", "message", "presence"] {
            let (id, query) = asks(scene, of.clone()).await;
            let told = scene.tells(&end(stanza, &from, &id)).await;
            let believed = told
                .iter()
                .any(|told| matches!(told, Incoming::Archive { .. }));
            assert_eq!(believed, may && stanza == "iq", "{stanza} by {sender:?}");
            if !believed {
                forged += 1;
                let query = format!(" queryid='{query}'");
                scene
                    .server
                    .send(&entry(&honest, &query, forged_message))
                    .await;
                let told = scene.tells(&end("iq", &honest, &id)).await;
                assert_eq!(
                    told_entries(&told),
                    Some(1),
                    "the true one counts: {sender:?}"
                );
            }
        }
        forged += u32::from(!may);
    }
    for query in ["", " queryid=''", " queryid='x'", " queryid='fence1'"] {
        let (id, _) = asks(scene, of.clone()).await;
        let told = scene.tells(&entry(&honest, query, forged_message)).await;
        assert_eq!(told, []);
        let told = scene.tells(&end("iq", &honest, &id)).await;
        assert_eq!(told_entries(&told), Some(0), "{query}");
        let told = scene.tells(&entry(&honest, query, forged_message)).await;
        assert_eq!(told, [], "nothing is asked any more");
        forged += 2;
    }
    forged
}

#[tokio::test]
async fn an_archive_speaks_for_itself() {
    for way in Way::ALL {
        let mut scene = Scene::online(way).await;
        let forged =
            an_archive_is_believed_only_by_who_was_asked(&mut scene, None, OWN_OR_NOBODY).await;
        println!("forged answers of my archive accepted: 0 of {forged} by {way:?}");
        assert!(forged > 140, "the table shrank to {forged}");

        enters(&mut scene).await;
        let of = Some(room());
        let forged = an_archive_is_believed_only_by_who_was_asked(&mut scene, of, &["room"]).await;
        println!("forged answers of a room's archive accepted: 0 of {forged} by {way:?}");
        assert!(forged > 140, "the table shrank to {forged}");
    }
}

/// Alice is in a room with Bob.
async fn enters(scene: &mut Scene) {
    let nick = "Ali".to_owned();
    let join = Outgoing::JoinRoom {
        room: room(),
        nick,
        history: 0,
        password: String::new(),
    };
    scene.ask(join).await;
    scene.server.recv_named("presence").await;
    for (nick, status) in [("bob", ""), ("Ali", "<status code='110'/>")] {
        let presence = format!(
            "<presence from='den@rooms.example.net/{nick}'>\
             <x xmlns='http://jabber.org/protocol/muc#user'>{status}</x></presence>"
        );
        scene.server.send(&presence).await;
    }
    let told = scene
        .tells("<message type='groupchat' from='den@rooms.example.net'><subject/></message>")
        .await;
    assert!(told.len() >= 2, "{told:?}");
}

fn is_of_room(told: &Incoming, wanted: fn(&RoomEvent) -> bool) -> bool {
    matches!(told, Incoming::Room { room: of, event } if *of == room() && wanted(event))
}

/// What is said in a room's name while Alice is in it.
const IN_A_ROOM: &[Attack] = &[
    Attack {
        name: "message of an occupant",
        may: &["occupant"],
        says: |s| {
            format!(
                "<message type='groupchat' id='g1'{}><body>x</body></message>",
                s.from_attribute()
            )
        },
        believed: |told| matches!(told, Incoming::Message(m) if m.chat == room()),
    },
    Attack {
        name: "message of an occupant's, with another's occupant-id",
        may: &["occupant"],
        says: |s| {
            format!(
                "<message type='groupchat' id='g1'{}><body>x</body>\
                 <occupant-id xmlns='urn:xmpp:occupant-id:0' id='of-ali'/></message>",
                s.from_attribute()
            )
        },
        believed: |told| {
            matches!(told, Incoming::Message(m) if m.chat == room()
                && matches!(&m.author, carillon_core::chat::Author::Occupant { nick } if nick == "bob"))
        },
    },
    Attack {
        name: "private words of an occupant (XEP-0045 §7.5)",
        may: &["occupant"],
        says: |s| {
            format!(
                "<message type='chat' id='w1'{}><body>x</body><x xmlns='http://jabber.org/protocol/muc#user'/></message>",
                s.from_attribute()
            )
        },
        believed: |told| matches!(told, Incoming::Message(m) if m.chat.to_bare() == room()),
    },
    Attack {
        name: "my own words in the room",
        may: &[],
        says: |s| {
            format!(
                "<message type='groupchat' id='g1'{}><body>x</body>\
                 <occupant-id xmlns='urn:xmpp:occupant-id:0' id='of-ali'/></message>",
                s.from_attribute()
            )
        },
        believed: |told| {
            matches!(told, Incoming::Message(m) if m.chat == room()
                && m.author == carillon_core::chat::Author::Me)
        },
    },
    Attack {
        name: "the room's subject",
        may: &["room", "occupant"],
        says: |s| {
            format!(
                "<message type='groupchat'{}><subject>forged</subject></message>",
                s.from_attribute()
            )
        },
        believed: |told| is_of_room(told, |event| matches!(event, RoomEvent::Subject { .. })),
    },
    Attack {
        name: "an occupant comes",
        may: &["occupant"],
        says: |s| {
            format!(
                "<presence{}><x xmlns='http://jabber.org/protocol/muc#user'/></presence>",
                s.from_attribute()
            )
        },
        believed: |told| is_of_room(told, |event| matches!(event, RoomEvent::Occupant { .. })),
    },
    Attack {
        name: "the id of the room's archive, which announces none",
        may: &[],
        says: |s| {
            format!(
                "<message type='groupchat' from='den@rooms.example.net/bob' id='g1'><body>x</body>\
                 <stanza-id xmlns='urn:xmpp:sid:0' id='forged'{}/></message>",
                s.from_attribute().replace(" from=", " by=")
            )
        },
        believed: |told| matches!(told, Incoming::Message(m) if m.stanza_id.is_some()),
    },
    Attack {
        name: "a moderator takes a message back (XEP-0425, and as it was in 0.2), where the room names none",
        may: &[],
        says: |s| {
            format!(
                "<message type='groupchat' id='g1'{}><retract xmlns='urn:xmpp:message-retract:1' id='s1'>\
                 <moderated xmlns='urn:xmpp:message-moderate:1' by='den@rooms.example.net/bob'/></retract>\
                 <apply-to xmlns='urn:xmpp:fasten:0' id='s1'><moderated xmlns='urn:xmpp:message-moderate:0'>\
                 <retract xmlns='urn:xmpp:message-retract:0'/></moderated></apply-to></message>",
                s.from_attribute()
            )
        },
        believed: |told| matches!(told, Incoming::Message(_)),
    },
    Attack {
        name: "the room's picture",
        may: &["room"],
        says: |s| {
            format!(
                "<presence{}><x xmlns='vcard-temp:x:update'>\
                 <photo>0101010101010101010101010101010101010101</photo></x></presence>",
                s.from_attribute()
            )
        },
        believed: |told| is_of_room(told, |event| matches!(event, RoomEvent::Picture { .. })),
    },
    Attack {
        name: "I am thrown out",
        may: &[],
        says: |s| {
            format!(
                "<presence type='unavailable'{}><x xmlns='http://jabber.org/protocol/muc#user'>\
                 <item affiliation='none' role='none'/><status code='307'/></x></presence>",
                s.from_attribute()
            )
        },
        believed: |told| is_of_room(told, |event| matches!(event, RoomEvent::Left { .. })),
    },
    Attack {
        name: "the room is gone",
        may: &[],
        says: |s| {
            format!(
                "<presence type='unavailable'{}><x xmlns='http://jabber.org/protocol/muc#user'>\
                 <destroy jid='trap@rooms.evil.example'/></x></presence>",
                s.from_attribute()
            )
        },
        believed: |told| is_of_room(told, |event| matches!(event, RoomEvent::Left { .. })),
    },
    Attack {
        name: "a call for attention (XEP-0224) by the contact",
        may: &["contact", "contact's device"],
        says: |s| {
            format!(
                "<message type='headline'{}><attention xmlns='urn:xmpp:attention:0'/></message>",
                s.from_attribute()
            )
        },
        believed: |told| matches!(told, Incoming::Attention { from } if from.to_bare().as_str() == "bob@example.net"),
    },
];

async fn nobody_speaks_for_a_room_by(way: Way) {
    let mut scene = Scene::online(way).await;
    enters(&mut scene).await;
    let mut forged = 0;
    for attack in IN_A_ROOM {
        for sender in SENDERS {
            let told = scene.tells(&(attack.says)(sender)).await;
            let believed = told.iter().any(attack.believed);
            let may = attack.may.contains(&sender.who);
            assert_eq!(believed, may, "{}, {sender:?}: {told:?}", attack.name);
            forged += u32::from(!may);
        }
    }
    println!("forgeries in a room accepted: 0 of {forged} by {way:?}");
    assert!(forged > 300, "the table shrank to {forged}");
}

#[tokio::test]
async fn nobody_speaks_for_a_room_or_its_occupants() {
    for way in Way::ALL {
        nobody_speaks_for_a_room_by(way).await;
    }
}

/// What changes what others said or own, and what Carillon takes no part in yet: it must at most be a message of the
/// one who sent it.
const CHANGES: &[(&str, &str)] = &[
    (
        "correction (CVE-2022-39835)",
        "<body>new</body><replace xmlns='urn:xmpp:message-correct:0' id='m1'/>",
    ),
    (
        "correction of itself (CVE-2021-41055)",
        "<body>new</body><replace xmlns='urn:xmpp:message-correct:0' id='own'/>",
    ),
    (
        "retraction",
        "<retract xmlns='urn:xmpp:message-retract:1' id='m1'/>",
    ),
    (
        "retraction and moderation of old",
        "<apply-to xmlns='urn:xmpp:fasten:0' id='m1'><retract xmlns='urn:xmpp:message-retract:0'/>\
         <moderated xmlns='urn:xmpp:message-moderate:0'><retract xmlns='urn:xmpp:message-retract:0'/></moderated></apply-to>",
    ),
    (
        "moderation",
        "<retract xmlns='urn:xmpp:message-retract:1' id='m1'>\
         <moderated xmlns='urn:xmpp:message-moderate:1' by='den@rooms.example.net/bob'/></retract>",
    ),
    (
        "reaction",
        "<reactions xmlns='urn:xmpp:reactions:0' id='m1'><reaction>x</reaction></reactions>",
    ),
    (
        BOOKMARKS,
        "<event xmlns='http://jabber.org/protocol/pubsub#event'><items node='urn:xmpp:bookmarks:1'>\
         <item id='trap@rooms.evil.example'><conference xmlns='urn:xmpp:bookmarks:1' autojoin='true'/>\
         </item></items></event>",
    ),
    (
        "bookmarks of old",
        "<event xmlns='http://jabber.org/protocol/pubsub#event'><items node='storage:bookmarks'><item>\
         <storage xmlns='storage:bookmarks'><conference jid='trap@rooms.evil.example' autojoin='1'/>\
         </storage></item></items></event>",
    ),
    (
        SEEN,
        "<event xmlns='http://jabber.org/protocol/pubsub#event'><items node='urn:xmpp:mds:displayed:0'>\
         <item id='bob@example.net'><displayed xmlns='urn:xmpp:mds:displayed:0'>\
         <stanza-id xmlns='urn:xmpp:sid:0' by='alice@example.org' id='s1'/></displayed></item></items>\
         </event>",
    ),
    (
        NICK,
        "<event xmlns='http://jabber.org/protocol/pubsub#event'><items \
         node='http://jabber.org/protocol/nick'><item><nick xmlns='http://jabber.org/protocol/nick'>Bob\
         </nick></item></items></event>",
    ),
    (
        "keys",
        "<event xmlns='http://jabber.org/protocol/pubsub#event'><items \
         node='eu.siacs.conversations.axolotl.devicelist'><item><list \
         xmlns='eu.siacs.conversations.axolotl'><device id='1'/></list></item></items></event>",
    ),
    (
        "contacts",
        "<x xmlns='http://jabber.org/protocol/rosterx'><item action='delete' jid='bob@example.net'/></x>",
    ),
    (
        "a roster's push in a message",
        "<query xmlns='jabber:iq:roster'><item jid='eve@evil.example' subscription='both'/></query>",
    ),
    (
        "a command",
        "<command xmlns='http://jabber.org/protocol/commands' action='execute' node='x'/>",
    ),
];

/// What an account may tell its own devices (XEP-0402, XEP-0490).
const BOOKMARKS: &str = "bookmarks (CVE-2023-28686)";
const SEEN: &str = "what was read elsewhere";
/// What everybody may say of themselves (XEP-0172), and of nobody else.
const NICK: &str = "nick";

/// Whether it is what my account alone may tell of what is mine.
fn is_own(name: &str, sender: &Sender, told: &Incoming) -> bool {
    sender.who == "own account"
        && match told {
            Incoming::Bookmark(_) => name == BOOKMARKS,
            Incoming::SeenMarks { .. } => name == SEEN,
            _ => false,
        }
}

/// Whether it is what somebody says of themselves.
fn is_of_themselves(name: &str, sender: &Sender, told: &Incoming) -> bool {
    let address = sender.address.unwrap_or("alice@example.org");
    let sender = Jid::new(address).map(|from| from.to_bare());
    name == NICK
        && matches!(told, Incoming::Told { from, .. } if sender.is_ok_and(|sender| sender == *from))
}

fn says_change(sender: &Sender, content: &str, headline: bool) -> String {
    let kind = if headline { "headline" } else { "chat" };
    format!(
        "<message type='{kind}' id='own'{}>{content}</message>",
        sender.from_attribute()
    )
}

/// Whether it is nothing, or a message of the one who sent it.
fn is_only_said(told: &[Incoming], sender: &Sender) -> bool {
    let address = sender.address.unwrap_or("alice@example.org");
    told.iter().all(|told| match told {
        Incoming::Message(message) => {
            Jid::new(address).is_ok_and(|from| from.to_bare() == message.from.to_bare())
        }
        _ => false,
    })
}

async fn nobody_changes_what_is_not_theirs_by(way: Way) {
    let mut scene = Scene::online(way).await;
    let (mut forged, mut allowed) = (0, 0);
    for (name, content) in CHANGES {
        for sender in SENDERS {
            for headline in [false, true] {
                scene
                    .server
                    .send(&says_change(sender, content, headline))
                    .await;
                let (told, answers) = scene.settled().await;
                assert_eq!(answers, [], "{name}: nothing is asked for or joined");
                let may = |told: &Incoming| {
                    is_own(name, sender, told) || is_of_themselves(name, sender, told)
                };
                if !told.is_empty() && told.iter().all(may) {
                    allowed += 1;
                    continue;
                }
                assert!(is_only_said(&told, sender), "{name}, {sender:?}: {told:?}");
                forged += 1;
            }
        }
    }
    println!("changes to what is somebody else's accepted: 0 of {forged} by {way:?}");
    // My account's of my rooms and of what I have seen, and those nicks that come from a bare address.
    assert_eq!((forged, allowed), (14 * 36 * 2 - 28, 2 * (1 + 1 + 12)));
}

#[tokio::test]
async fn nobody_changes_what_is_not_theirs() {
    for way in Way::ALL {
        nobody_changes_what_is_not_theirs_by(way).await;
    }
}
