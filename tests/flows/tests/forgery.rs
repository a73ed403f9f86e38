//! Forgeries (who says what in whose name), each by everybody, through a real socket.
//!
//! Those who may say it are believed, which shows that the attack is one; all others are not.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

use carillon_core::session::Origin;
use carillon_core::session::{Incoming, Outgoing};
use carillon_tests_flows::{Attack, SENDERS, Scene, Sender, Way};
use jid::BareJid;

fn carbon(sender: &Sender, direction: &str, from: &str, to: &str, content: &str) -> String {
    format!(
        "<message{}><{direction} xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'>\
         <message xmlns='jabber:client' type='chat' id='c1' from='{from}' to='{to}'>{content}</message>\
         </forwarded></{direction}></message>",
        sender.from_attribute()
    )
}

fn push(sender: &Sender, payload: &str) -> String {
    format!(
        "<iq type='set' id='p1'{}>{payload}</iq>",
        sender.from_attribute()
    )
}

fn from_contact(payload: &str) -> String {
    format!(
        "<message from='bob@example.net/desk' type='chat' id='m1'><body>x</body>{payload}</message>"
    )
}

const OWN: &[&str] = &["own account"];
const OWN_OR_NOBODY: &[&str] = &["own account", "nobody"];

/// What one stanza can forge.
const ATTACKS: &[Attack] = &[
    Attack {
        name: "carbon of what I got (CVE-2017-5589)",
        may: OWN,
        says: |s| {
            carbon(
                s,
                "received",
                "bob@example.net/desk",
                "alice@example.org",
                "<body>forged</body>",
            )
        },
        believed: |told| matches!(told, Incoming::Message(m) if m.chat.as_str() == "bob@example.net"),
    },
    Attack {
        name: "carbon of what I sent (CVE-2017-5589)",
        may: OWN,
        says: |s| {
            carbon(
                s,
                "sent",
                "alice@example.org/other",
                "bob@example.net",
                "<body>forged</body>",
            )
        },
        believed: |told| matches!(told, Incoming::Message(m) if m.origin == Origin::Carbon),
    },
    Attack {
        name: "carbon of what I sent to somebody in a room alone (XEP-0045 §7.5)",
        may: OWN,
        says: |s| {
            let mark = "<body>forged</body><x xmlns='http://jabber.org/protocol/muc#user'/>";
            carbon(
                s,
                "sent",
                "alice@example.org/other",
                "den@rooms.example.net/bob",
                mark,
            )
        },
        believed: |told| matches!(told, Incoming::Message(m) if m.chat.is_full()),
    },
    Attack {
        name: "receipt in a carbon",
        may: OWN,
        says: |s| {
            let receipt = "<received xmlns='urn:xmpp:receipts' id='m1'/>";
            carbon(
                s,
                "received",
                "bob@example.net/desk",
                "alice@example.org/other",
                receipt,
            )
        },
        believed: |told| matches!(told, Incoming::Receipt { .. }),
    },
    Attack {
        name: "read on my other device",
        may: OWN,
        says: |s| {
            let sign = "<displayed xmlns='urn:xmpp:chat-markers:0' id='m1'/>";
            carbon(
                s,
                "sent",
                "alice@example.org/other",
                "bob@example.net",
                sign,
            )
        },
        believed: |told| matches!(told, Incoming::SeenElsewhere { .. }),
    },
    Attack {
        name: "roster push: a friend I do not have (CVE-2015-8688)",
        may: OWN_OR_NOBODY,
        says: |s| {
            push(
                s,
                "<query xmlns='jabber:iq:roster'><item jid='eve@evil.example' subscription='both'/></query>",
            )
        },
        believed: |told| matches!(told, Incoming::RosterPush { .. }),
    },
    Attack {
        name: "roster push: a friend taken away",
        may: OWN_OR_NOBODY,
        says: |s| {
            push(
                s,
                "<query xmlns='jabber:iq:roster'><item jid='bob@example.net' subscription='remove'/></query>",
            )
        },
        believed: |told| matches!(told, Incoming::RosterRemoved { .. }),
    },
    Attack {
        name: "block list push: blocked",
        may: OWN_OR_NOBODY,
        says: |s| {
            push(
                s,
                "<block xmlns='urn:xmpp:blocking'><item jid='bob@example.net'/></block>",
            )
        },
        believed: |told| matches!(told, Incoming::Blocked(_)),
    },
    Attack {
        name: "block list push: unblocked",
        may: OWN_OR_NOBODY,
        says: |s| {
            push(
                s,
                "<unblock xmlns='urn:xmpp:blocking'><item jid='mallory@evil.example'/></unblock>",
            )
        },
        believed: |told| matches!(told, Incoming::Unblocked(_)),
    },
    Attack {
        name: "block list push: all unblocked",
        may: OWN_OR_NOBODY,
        says: |s| push(s, "<unblock xmlns='urn:xmpp:blocking'/>"),
        believed: |told| matches!(told, Incoming::Unblocked(_)),
    },
    Attack {
        name: "archive's id on a message",
        may: OWN,
        says: |s| {
            from_contact(&format!(
                "<stanza-id xmlns='urn:xmpp:sid:0' id='forged'{}/>",
                s.from_attribute().replace(" from=", " by=")
            ))
        },
        believed: |told| matches!(told, Incoming::Message(m) if m.stanza_id.is_some()),
    },
    Attack {
        name: "time of a message",
        may: &["own account", "own server"],
        says: |s| {
            from_contact(&format!(
                "<delay xmlns='urn:xmpp:delay' stamp='2001-01-01T00:00:00Z'{}/>",
                s.from_attribute()
            ))
        },
        believed: |told| matches!(told, Incoming::Message(m) if m.at.is_some() || m.origin != Origin::Live),
    },
    Attack {
        name: "receipt of the contact's",
        may: &["contact", "contact's device"],
        says: |s| {
            format!(
                "<message{}><received xmlns='urn:xmpp:receipts' id='m1'/></message>",
                s.from_attribute()
            )
        },
        believed: |told| matches!(told, Incoming::Receipt { from, .. } if from.as_str() == "bob@example.net"),
    },
    Attack {
        name: "read mark of the contact's",
        may: &["contact", "contact's device"],
        says: |s| {
            format!(
                "<message{}><displayed xmlns='urn:xmpp:chat-markers:0' id='m1'/></message>",
                s.from_attribute()
            )
        },
        believed: |told| matches!(told, Incoming::Displayed { from, .. } if from.as_str() == "bob@example.net"),
    },
    Attack {
        name: "message of mine",
        may: &[
            "nobody",
            "own account",
            "own device",
            "own other device",
            "blank resource",
        ],
        says: |s| {
            format!(
                "<message type='chat'{}><body>x</body></message>",
                s.from_attribute()
            )
        },
        believed: |told| matches!(told, Incoming::Message(m) if m.author == carillon_core::chat::Author::Me),
    },
    Attack {
        name: "invitation in the room's name",
        may: &["room"],
        says: |s| {
            format!(
                "<message{}><x xmlns='http://jabber.org/protocol/muc#user'>\
             <invite from='bob@example.net'/></x></message>",
                s.from_attribute()
            )
        },
        believed: |told| matches!(told, Incoming::Invite { room, .. } if room.as_str() == "den@rooms.example.net"),
    },
    Attack {
        name: "message of a room not joined",
        may: &[],
        says: |s| {
            format!(
                "<message type='groupchat' id='g1'{}><body>x</body></message>",
                s.from_attribute()
            )
        },
        believed: |told| matches!(told, Incoming::Message(_)),
    },
    Attack {
        name: "presence of a room not joined",
        may: &[],
        says: |s| {
            format!(
                "<presence{}><x xmlns='http://jabber.org/protocol/muc#user'><status code='110'/></x></presence>",
                s.from_attribute()
            )
        },
        believed: |told| matches!(told, Incoming::Room { .. } | Incoming::Presence { .. }),
    },
    Attack {
        name: "contact's consent",
        may: &["contact", "contact's device"],
        says: |s| format!("<presence type='subscribed'{}/>", s.from_attribute()),
        believed: |told| matches!(told, Incoming::Subscription { from, .. } if from.as_str() == "bob@example.net"),
    },
    Attack {
        name: "contact's wish with what an invitation gave, and a former address",
        may: &["contact", "contact's device"],
        says: |s| {
            format!(
                "<presence type='subscribe'{}><preauth xmlns='urn:xmpp:pars:0' token='x'/>\
                 <moved xmlns='urn:xmpp:moved:1'><old-jid>mallory@example.net</old-jid></moved></presence>",
                s.from_attribute()
            )
        },
        believed: |told| matches!(told, Incoming::Subscription { from, .. } if from.as_str() == "bob@example.net"),
    },
    Attack {
        name: "answer to what was not asked",
        may: &[],
        says: |s| {
            format!(
                "<iq type='result' id='r1'{}><query xmlns='jabber:iq:roster'/></iq>",
                s.from_attribute()
            )
        },
        believed: |_| true,
    },
];

async fn nobody_is_believed_who_may_not_say_it_by(way: Way) {
    let mut scene = Scene::online(way).await;
    let mut forged = 0;
    for attack in ATTACKS {
        let mut tried = 0;
        for sender in SENDERS {
            let told = scene.tells(&(attack.says)(sender)).await;
            let believed = told.iter().any(attack.believed);
            let may = attack.may.contains(&sender.who);
            assert_eq!(
                believed, may,
                "{}, said by {sender:?}: {told:?}",
                attack.name
            );
            tried += u32::from(!may);
        }
        println!(
            "{:<55} accepted 0 of {tried} ({} who may are believed)",
            attack.name,
            attack.may.len()
        );
        forged += tried;
    }
    println!("forgeries accepted: 0 of {forged} by {way:?}");
    assert!(forged > 500, "the table shrank to {forged}");
}

#[tokio::test]
async fn nobody_is_believed_who_may_not_say_it() {
    for way in Way::ALL {
        nobody_is_believed_who_may_not_say_it_by(way).await;
    }
}

/// The same attack, with the stanza's address on somebody else.
async fn what_is_for_somebody_else_is_not_for_me_by(way: Way) {
    let mut scene = Scene::online(way).await;
    let contents = [
        "<message from='bob@example.net/desk' type='chat' id='1'TO><body>x</body></message>",
        "<message from='bob@example.net/desk'TO><received xmlns='urn:xmpp:receipts' id='1'/></message>",
        "<message from='bob@example.net' type='error' id='1'TO/>",
        "<message from='den@rooms.example.net'TO><x xmlns='http://jabber.org/protocol/muc#user'>\
         <invite from='bob@example.net'/></x></message>",
        "<presence from='bob@example.net/desk'TO/>",
        "<presence from='bob@example.net' type='subscribe'TO/>",
    ];
    let mine = [
        "nobody",
        "own account",
        "own device",
        "own other device",
        "capital name",
        "capital domain",
        "all capitals",
        "full-width letter",
        "soft hyphen",
        "zero-width joiner",
        "blank resource",
    ];
    let mut forged = 0;
    for content in contents {
        for receiver in SENDERS {
            let to = receiver.from_attribute().replace(" from=", " to=");
            let told = scene.tells(&content.replace("TO", &to)).await;
            let may = mine.contains(&receiver.who);
            assert_eq!(
                !told.is_empty(),
                may,
                "{content} for {receiver:?}: {told:?}"
            );
            forged += u32::from(!may);
        }
    }
    println!("stanzas for somebody else accepted: 0 of {forged} by {way:?}");
}

#[tokio::test]
async fn what_is_for_somebody_else_is_not_for_me() {
    for way in Way::ALL {
        what_is_for_somebody_else_is_not_for_me_by(way).await;
    }
}

/// Answers (CVE-2024-46957): the right id is not enough, nor the right address, nor a stanza of another kind.
async fn an_answer_is_an_iq_from_the_one_who_was_asked_by(way: Way) {
    let mut scene = Scene::online(way).await;
    let mut forged = 0;
    let mut request = 0;
    for sender in SENDERS {
        for (kind, stanza) in [
            ("result", "iq"),
            ("error", "iq"),
            ("result", "message"),
            ("error", "message"),
            ("result", "presence"),
        ] {
            request += 1;
            let jid = BareJid::new("bob@example.net").unwrap();
            let ask = Outgoing::RosterSet {
                request,
                jid,
                name: "Bob".to_owned(),
                groups: Vec::new(),
            };
            scene.ask(ask).await;
            let asked = scene.server.recv_named("iq").await;
            let id = asked.attr("id").unwrap().to_owned();
            let from = sender.from_attribute();
            let told = scene
                .tells(&format!("<{stanza} type='{kind}' id='{id}'{from}/>"))
                .await;
            let believed = told
                .iter()
                .any(|told| matches!(told, Incoming::Outcome { .. }));
            let may = stanza == "iq" && OWN_OR_NOBODY.contains(&sender.who);
            assert_eq!(believed, may, "{stanza} by {sender:?}: {told:?}");
            if !may {
                forged += 1;
                let told = scene.tells(&format!("<iq type='result' id='{id}'/>")).await;
                assert_eq!(
                    told,
                    [Incoming::Outcome {
                        request,
                        result: Ok(())
                    }],
                    "the true answer still counts"
                );
            }
        }
    }
    println!("forged answers about the roster accepted: 0 of {forged} by {way:?}");
}

#[tokio::test]
async fn an_answer_is_an_iq_from_the_one_who_was_asked() {
    for way in Way::ALL {
        an_answer_is_an_iq_from_the_one_who_was_asked_by(way).await;
    }
}

/// "Sent" may only be said by my own server.
async fn a_message_has_reached_the_server_when_the_server_says_so_by(way: Way) {
    let mut scene = Scene::online(way).await;
    let mut forged = 0;
    for (number, sender) in SENDERS.iter().enumerate() {
        let id = format!("m{number}");
        let to = BareJid::new("bob@example.net").unwrap();
        scene
            .ask(Outgoing::Message {
                to: to.into(),
                id: id.clone(),
                body: "x".to_owned(),
                to_room: false,
            })
            .await;
        let ping = scene.server.recv_named("iq").await;
        let ping = ping.attr("id").unwrap().to_owned();
        let told = scene
            .tells(&format!(
                "<iq type='result' id='{ping}'{}/>",
                sender.from_attribute()
            ))
            .await;
        let may = sender.who == "own server";
        assert_eq!(!told.is_empty(), may, "{sender:?}: {told:?}");
        if !may {
            forged += 1;
            let told = scene
                .tells(&format!(
                    "<iq type='result' id='{ping}' from='example.org'/>"
                ))
                .await;
            assert_eq!(told, [Incoming::Reached { ids: vec![id] }]);
        }
    }
    println!("forged answers about what was sent accepted: 0 of {forged} by {way:?}");
}

#[tokio::test]
async fn a_message_has_reached_the_server_when_the_server_says_so() {
    for way in Way::ALL {
        a_message_has_reached_the_server_when_the_server_says_so_by(way).await;
    }
}
