//! Forgeries of what rooms, and services that search for them, are asked for: each answer by everybody, through a real socket, by both ways.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

use carillon_core::avatar::{Avatar, AvatarHash, AvatarSource};
use carillon_core::room::Affiliation;
use carillon_core::session::{Incoming, Outgoing, RoomReply, RoomWish};
use carillon_tests_flows::{SENDERS, Scene, Way};
use jid::BareJid;

fn room() -> BareJid {
    BareJid::new("den@rooms.example.net").unwrap()
}

fn wishes(wish: RoomWish) -> Outgoing {
    Outgoing::Room {
        request: 7,
        room: room(),
        wish: Box::new(wish),
    }
}

/// What is asked of a room, and what an answer to it holds.
struct Question {
    name: &'static str,
    asks: fn() -> Outgoing,
    payload: &'static str,
}

const QUESTIONS: &[Question] = &[
    Question {
        name: "the picture on a room's card (XEP-0486)",
        asks: || Outgoing::Picture {
            request: 7,
            of: room(),
            avatar: Avatar {
                // Of the word "small".
                hash: "89f6229a11ac4ebaa553c1a3ea96d78fa7483735"
                    .parse()
                    .unwrap_or(AvatarHash([0; 20])),
                source: AvatarSource::Vcard,
            },
        },
        payload: "<vCard xmlns='vcard-temp'><PHOTO><BINVAL>c21hbGw=</BINVAL></PHOTO></vCard>",
    },
    Question {
        name: "the card that a picture is put on",
        asks: || wishes(RoomWish::ShowPicture(None)),
        payload: "<vCard xmlns='vcard-temp'/>",
    },
    Question {
        name: "whom a room bans (XEP-0045 §9.2)",
        asks: || wishes(RoomWish::People(Affiliation::Outcast)),
        payload: "<query xmlns='http://jabber.org/protocol/muc#admin'>\
             <item affiliation='outcast' jid='bob@example.net'/></query>",
    },
    Question {
        name: "the form by which rooms are searched for (XEP-0433)",
        asks: || {
            wishes(RoomWish::Search {
                words: "tea".to_owned(),
                after: None,
            })
        },
        payload: "<search xmlns='urn:xmpp:channel-search:0:search'><x xmlns='jabber:x:data' type='form'>\
             <field var='q'/></x></search>",
    },
    Question {
        name: "that somebody is an owner now",
        asks: || {
            wishes(RoomWish::Affiliation {
                jid: room(),
                affiliation: Affiliation::Owner,
                words: String::new(),
            })
        },
        payload: "",
    },
];

/// Whether an answer was taken for one: told, or gone on from.
async fn is_believed(scene: &mut Scene, stanza: &str) -> bool {
    scene.server.send(stanza).await;
    let (told, written) = scene.settled().await;
    let answers = told
        .iter()
        .any(|told| matches!(told, Incoming::Picture { .. } | Incoming::RoomAnswer { .. }));
    answers || !written.is_empty()
}

async fn only_the_room_answers_for_itself_by(way: Way) {
    let mut scene = Scene::online(way).await;
    let mut forged = 0;
    for question in QUESTIONS {
        for sender in SENDERS {
            for (kind, stanza) in [("result", "iq"), ("error", "iq"), ("result", "message")] {
                scene.ask((question.asks)()).await;
                let asked = scene.server.recv_named("iq").await;
                let id = asked.attr("id").unwrap().to_owned();
                let says = |stanza: &str, kind: &str, from: &str| {
                    let payload = question.payload;
                    format!("<{stanza} type='{kind}' id='{id}'{from}>{payload}</{stanza}>")
                };
                let forgery = says(stanza, kind, &sender.from_attribute());
                let believed = is_believed(&mut scene, &forgery).await;
                let may = stanza == "iq" && sender.who == "room";
                assert_eq!(
                    believed, may,
                    "{}, {stanza} {kind} by {sender:?}",
                    question.name
                );
                if !may {
                    forged += 1;
                    let honest = says("iq", "result", &format!(" from='{}'", room()));
                    assert!(
                        is_believed(&mut scene, &honest).await,
                        "{}: the true answer still counts",
                        question.name
                    );
                }
            }
        }
    }
    println!("forged answers of rooms accepted: 0 of {forged} by {way:?}");
    assert!(forged > 400, "the table shrank to {forged}");
}

#[tokio::test]
async fn only_the_room_answers_for_itself() {
    for way in Way::ALL {
        only_the_room_answers_for_itself_by(way).await;
    }
}

async fn only_the_room_refuses_an_invitation_by(way: Way) {
    let mut scene = Scene::online(way).await;
    let mut forged = 0;
    for sender in SENDERS {
        for stanza in ["message", "iq"] {
            let people = vec![BareJid::new("bob@example.net").unwrap()];
            let words = String::new();
            scene.ask(wishes(RoomWish::Invite { people, words })).await;
            let invitation = scene.server.recv_named("message").await;
            let id = invitation.attr("id").unwrap();
            let behind = scene.server.recv_named("iq").await;
            let refusal = format!(
                "<{stanza} type='error' id='{id}'{}><x xmlns='http://jabber.org/protocol/muc#user'>\
                 <invite to='bob@example.net'/></x><error type='auth'>\
                 <forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></{stanza}>",
                sender.from_attribute()
            );
            scene.tells(&refusal).await;
            let answer = format!(
                "<iq type='result' id='{}' from='{}'/>",
                behind.attr("id").unwrap(),
                room()
            );
            let told = scene.tells(&answer).await;
            let [
                Incoming::RoomAnswer {
                    request: 7,
                    answer: Ok(RoomReply::Invited(refused)),
                },
            ] = &told[..]
            else {
                panic!("{told:?}");
            };
            let may = stanza == "message" && sender.who == "room";
            assert_eq!(!refused.is_empty(), may, "{stanza} by {sender:?}");
            forged += u32::from(!may);
        }
    }
    println!("forged refusals of invitations accepted: 0 of {forged} by {way:?}");
    assert!(forged > 30, "the table shrank to {forged}");
}

#[tokio::test]
async fn only_the_room_refuses_an_invitation() {
    for way in Way::ALL {
        only_the_room_refuses_an_invitation_by(way).await;
    }
}
