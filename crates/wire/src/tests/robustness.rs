//! Whatever comes, nothing falls over.

use super::stage::{ME, Stage, stanza};
use crate::ids::Ids;
use crate::run::Surroundings;
use crate::session::Session;
use carillon_core::contact::Availability;
use carillon_core::session::{Incoming, Outgoing};
use carillon_xml::{Limits, parse, write};
use jid::{BareJid, FullJid};
use minidom::Element;
use minidom::rxml::{Namespace, NcName};
use proptest::prelude::*;

#[tokio::test(start_paused = true)]
async fn a_stanza_nested_6000_deep_costs_nothing_but_itself() {
    let mut stage = Stage::online().await;
    let nested = format!("{}{}", "<a>".repeat(6000), "</a>".repeat(6000));
    let told = stage
        .tells(&format!(
            "<message from='mallory@evil.example/x'>{nested}<body>x</body></message>"
        ))
        .await;
    assert_eq!(told, []);
    let told = stage
        .tells("<message from='bob@example.net/x'><body>still here</body></message>")
        .await;
    assert!(matches!(&told[..], [Incoming::Message(_)]));
}

#[tokio::test(start_paused = true)]
async fn what_can_not_be_read_does_not_end_the_session() {
    let mut stage = Stage::online().await;
    let attributes: String = (0..80_000).map(|n| format!(" a{n}=''")).collect();
    for text in [
        "<message",
        "<a/><b/>",
        "<a>&x;</a>",
        "",
        "text",
        &format!("<a{attributes}/>"),
    ] {
        stage.send_raw(text);
    }
    assert_eq!(stage.settled().await.0, []);
}

fn session() -> Session {
    let surroundings = Surroundings {
        ids: Ids::from_seed([0; 8]),
        fresh: [7; 8],
        clock: || jiff::Timestamp::UNIX_EPOCH,
    };
    let mut session = Session::new(
        FullJid::new("alice@example.org/phone").unwrap(),
        surroundings,
    );
    session.begin(Some(""), &(Availability::Available, String::new()));
    session.online();
    let room = BareJid::new("den@rooms.example.net").unwrap();
    session.say(Outgoing::JoinRoom {
        room,
        nick: "Ali".to_owned(),
        history: 0,
        password: String::new(),
    });
    session
}

const NAMESPACES: &[&str] = &[
    "jabber:client",
    "urn:xmpp:carbons:2",
    "urn:xmpp:forward:0",
    "urn:xmpp:delay",
    "urn:xmpp:receipts",
    "urn:xmpp:chat-markers:0",
    "http://jabber.org/protocol/chatstates",
    "http://jabber.org/protocol/muc#user",
    "jabber:x:conference",
    "jabber:iq:roster",
    "urn:xmpp:blocking",
    "http://jabber.org/protocol/disco#info",
    "urn:xmpp:sid:0",
    "urn:ietf:params:xml:ns:xmpp-stanzas",
    "",
];
const NAMES: &[&str] = &[
    "message",
    "presence",
    "iq",
    "body",
    "subject",
    "received",
    "sent",
    "forwarded",
    "delay",
    "displayed",
    "composing",
    "x",
    "invite",
    "item",
    "query",
    "block",
    "unblock",
    "error",
    "show",
    "status",
    "priority",
    "stanza-id",
    "origin-id",
    "destroy",
    "reason",
    "group",
    "text",
    "a",
];
const ATTRIBUTES: &[&str] = &[
    "from",
    "to",
    "id",
    "type",
    "jid",
    "by",
    "stamp",
    "code",
    "ver",
    "subscription",
    "node",
    "name",
];
const VALUES: &[&str] = &[
    "alice@example.org",
    "alice@example.org/phone",
    "example.org",
    "bob@example.net/x",
    "den@rooms.example.net",
    "den@rooms.example.net/Ali",
    "den@rooms.example.net/Bob",
    "groupchat",
    "error",
    "result",
    "get",
    "set",
    "unavailable",
    "subscribe",
    "remove",
    "110",
    "303",
    "0000000000000000-1",
    "0000000000000000-3",
    "2026-11-22T10:00:00Z",
    "99999999999999999999",
    "",
    "@/",
];

fn word(list: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop_oneof![
        8 => prop::sample::select(list).prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}

fn element() -> impl Strategy<Value = Element> {
    let head = || {
        (
            prop::sample::select(NAMES),
            prop::sample::select(NAMESPACES),
            prop::collection::vec((prop::sample::select(ATTRIBUTES), word(VALUES)), 0..5),
            prop::option::of(word(VALUES)),
        )
    };
    let build =
        |(name, namespace, attributes, text): (&str, &str, Vec<(&str, String)>, Option<String>),
         children| {
            let mut element = Element::bare(name, namespace);
            for (name, value) in attributes {
                element
                    .attrs_mut()
                    .insert(Namespace::NONE, NcName::try_from(name).unwrap(), value);
            }
            for child in children {
                element.append_child(child);
            }
            if let Some(text) = text {
                element.append_text(text);
            }
            element
        };
    let leaf = head().prop_map(move |head| build(head, Vec::new()));
    leaf.prop_recursive(5, 40, 5, move |inner| {
        (head(), prop::collection::vec(inner, 0..5))
            .prop_map(move |(head, children)| build(head, children))
    })
}

fn arbitrary_stanza() -> impl Strategy<Value = Element> {
    (
        prop::sample::select(&["message", "presence", "iq"][..]),
        word(VALUES),
        word(VALUES),
        word(VALUES),
        prop::collection::vec(element(), 0..4),
    )
        .prop_map(|(name, from, kind, id, children)| {
            let mut stanza = Element::bare(name, "jabber:client");
            for (name, value) in [("from", from), ("type", kind), ("id", id)] {
                stanza
                    .attrs_mut()
                    .insert(Namespace::NONE, NcName::try_from(name).unwrap(), value);
            }
            for child in children {
                stanza.append_child(child);
            }
            stanza
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn no_stanza_makes_a_session_panic(stanzas in prop::collection::vec(arbitrary_stanza(), 1..6)) {
        let mut session = session();
        for stanza in &stanzas {
            session.hear(stanza);
        }
        for answer in &session.send {
            let text = write(answer);
            prop_assert!(parse(&text, &Limits::STANZA).is_ok(), "{}", text);
        }
    }

    #[test]
    fn no_element_is_believed_from_a_stranger(payload in element()) {
        let mut session = session();
        while session.next_told().is_some() {}
        let mut stanza = stanza("<iq type='set' id='x' from='mallory@evil.example/x'/>");
        stanza.append_child(payload.clone());
        session.hear(&stanza);
        prop_assert_eq!(session.next_told(), None);
        let mut stanza = Element::bare("message", "jabber:client");
        stanza.append_child(payload);
        stanza.attrs_mut().insert(
            Namespace::NONE,
            NcName::try_from("from").unwrap(),
            "mallory@evil.example/x".to_owned(),
        );
        session.hear(&stanza);
        while let Some(told) = session.next_told() {
            let by = match told {
                Incoming::Message(message) => message.chat,
                Incoming::Receipt { from, .. } | Incoming::Displayed { from, .. } => from.into(),
                Incoming::Invite { from, .. } => from.into_bare().into(),
                Incoming::Typing { chat, .. } => chat.into(),
                other => return Err(TestCaseError::fail(format!("{other:?}"))),
            };
            prop_assert_eq!(by.as_str(), "mallory@evil.example");
            prop_assert_ne!(by.as_str(), ME);
        }
    }

    #[test]
    fn what_a_user_types_can_always_be_read_by_the_server(body in any::<String>(), nick in any::<String>()) {
        let mut session = session();
        let to = BareJid::new("bob@example.net").unwrap();
        session.say(Outgoing::Message { to: to.clone().into(), id: "m".to_owned(), body, to_room: false });
        session.say(Outgoing::RosterSet { request: 1, jid: to.clone(), name: nick.clone(), groups: vec![nick.clone()] });
        session.say(Outgoing::JoinRoom { room: to, nick, history: 1, password: String::new(), });
        for stanza in &session.send {
            let text = write(stanza);
            prop_assert!(parse(&text, &Limits::STANZA).is_ok(), "{}", text);
        }
    }
}
