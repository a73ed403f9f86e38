//! What people say to each other, and the signs around it.

use super::stage::{DOMAIN, FULL, ME, Stage, id};
use carillon_core::chat::Author;
use carillon_core::ids::Timestamp;
use carillon_core::room::InviteVia;
use carillon_core::session::{Incoming, IncomingMessage, Origin, Outgoing, StanzaProblem};
use jid::{BareJid, Jid};

fn bob() -> BareJid {
    BareJid::new("bob@example.net").unwrap()
}

async fn message(stage: &mut Stage, xml: &str) -> IncomingMessage {
    let mut told = stage.tells(xml).await;
    match (told.pop(), told.is_empty()) {
        (Some(Incoming::Message(message)), true) => message,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_is_told_with_all_it_carries() {
    let mut stage = Stage::online().await;
    let told = message(
        &mut stage,
        &format!(
            "<message from='bob@example.net/desk' to='{FULL}' type='chat' id='m1'><body>Hi &lt;b&gt;</body>\
             <request xmlns='urn:xmpp:receipts'/><markable xmlns='urn:xmpp:chat-markers:0'/>\
             <active xmlns='http://jabber.org/protocol/chatstates'/><unstyled xmlns='urn:xmpp:styling:0'/>\
             <stanza-id xmlns='urn:xmpp:sid:0' id='a1' by='{ME}'/></message>"
        ),
    )
    .await;
    let expected = IncomingMessage {
        chat: bob().into(),
        from: Jid::new("bob@example.net/desk").unwrap(),
        author: Author::Contact,
        id: Some("m1".to_owned()),
        origin_id: None,
        stanza_id: Some("a1".to_owned()),
        body: "Hi <b>".to_owned(),
        at: None,
        origin: Origin::Live,
        wants_receipt: true,
        markable: true,
        file: None,
        occupant: None,
        about: None,
        encryption: None,
        unstyled: true,
        reply: None,
    };
    assert_eq!(told, expected);
}

#[tokio::test(start_paused = true)]
async fn a_message_of_any_type_that_people_use_is_a_message() {
    let mut stage = Stage::online().await;
    for kind in [
        "",
        " type='normal'",
        " type='chat'",
        " type='something-new'",
    ] {
        let xml = format!("<message from='bob@example.net/x'{kind}><body>x</body></message>");
        assert_eq!(message(&mut stage, &xml).await.body, "x");
    }
    let headline = "<message from='example.org' type='headline'><body>Maintenance</body>\
        <request xmlns='urn:xmpp:receipts'/></message>";
    assert!(
        !message(&mut stage, headline).await.wants_receipt,
        "nobody answers an announcement"
    );
}

#[tokio::test(start_paused = true)]
async fn what_the_server_held_back_is_told_with_its_time() {
    let mut stage = Stage::online().await;
    for by in [DOMAIN, ME] {
        let xml = format!(
            "<message from='bob@example.net/x'><body>x</body>\
             <delay xmlns='urn:xmpp:delay' from='bob@example.net' stamp='1999-01-01T00:00:00Z'/>\
             <delay xmlns='urn:xmpp:delay' from='{by}' stamp='2026-11-22T10:00:00.5+01:00'/></message>"
        );
        let told = message(&mut stage, &xml).await;
        assert_eq!(told.origin, Origin::Delayed);
        assert_eq!(told.at, Some(Timestamp(1_795_338_000_500)));
    }
    let unreadable = format!(
        "<message from='bob@example.net/x'><body>x</body>\
         <delay xmlns='urn:xmpp:delay' from='{DOMAIN}' stamp='yesterday'/></message>"
    );
    let told = message(&mut stage, &unreadable).await;
    assert_eq!((told.origin, told.at), (Origin::Delayed, None));
}

fn carbon(direction: &str, inner: &str) -> String {
    format!(
        "<message from='{ME}' to='{FULL}'><{direction} xmlns='urn:xmpp:carbons:2'>\
         <forwarded xmlns='urn:xmpp:forward:0'>{inner}</forwarded></{direction}></message>"
    )
}

#[tokio::test(start_paused = true)]
async fn what_my_other_device_sends_is_mine_in_the_contacts_chat() {
    let mut stage = Stage::online().await;
    let inner = "<message xmlns='jabber:client' from='alice@example.org/other' to='bob@example.net' \
        type='chat' id='m1'><body>from there</body><request xmlns='urn:xmpp:receipts'/></message>";
    let told = message(&mut stage, &carbon("sent", inner)).await;
    assert_eq!(
        (told.chat, told.author, told.origin),
        (bob().into(), Author::Me, Origin::Carbon)
    );
    assert!(!told.wants_receipt);
}

#[tokio::test(start_paused = true)]
async fn what_my_other_device_gets_is_a_copy_that_it_acknowledges() {
    let mut stage = Stage::online().await;
    let inner = "<message xmlns='jabber:client' to='alice@example.org/other' from='bob@example.net/x' \
        type='chat' id='m1'><body>to there</body><request xmlns='urn:xmpp:receipts'/>\
        <markable xmlns='urn:xmpp:chat-markers:0'/></message>";
    let told = message(&mut stage, &carbon("received", inner)).await;
    assert_eq!(
        (told.chat, told.author, told.origin),
        (bob().into(), Author::Contact, Origin::Carbon)
    );
    assert!(!told.wants_receipt);
    assert!(told.markable);
}

#[tokio::test(start_paused = true)]
async fn what_i_read_elsewhere_is_read() {
    let mut stage = Stage::online().await;
    let inner = "<message xmlns='jabber:client' from='alice@example.org/other' to='bob@example.net' \
        type='chat'><displayed xmlns='urn:xmpp:chat-markers:0' id='m1'/></message>";
    let told = stage.tells(&carbon("sent", inner)).await;
    assert_eq!(
        told,
        [
            Incoming::UsedElsewhere { chat: bob() },
            Incoming::SeenElsewhere {
                chat: bob(),
                id: "m1".to_owned()
            }
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn where_i_type_elsewhere_i_am_unless_i_left() {
    let mut stage = Stage::online().await;
    for (state, used) in [("composing", true), ("active", true), ("gone", false)] {
        let inner = format!(
            "<message xmlns='jabber:client' from='alice@example.org/other' to='bob@example.net' type='chat'>\
             <{state} xmlns='http://jabber.org/protocol/chatstates'/></message>"
        );
        let told = stage.tells(&carbon("sent", &inner)).await;
        let expected: Vec<_> = used
            .then(|| Incoming::UsedElsewhere { chat: bob() })
            .into_iter()
            .collect();
        assert_eq!(told, expected, "{state}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_with_the_address_of_a_file_hands_one_over() {
    let mut stage = Stage::online().await;
    for (url, file) in [
        ("https://files.example.net/cat.png", true),
        ("javascript:alert(1)", false),
        ("", false),
    ] {
        let xml = format!(
            "<message from='bob@example.net/x' type='chat'><body>{url} </body>\
             <x xmlns='jabber:x:oob'><url>{url}</url></x></message>"
        );
        assert_eq!(
            message(&mut stage, &xml).await.file.is_some(),
            file,
            "{url}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_for_attention_is_told_unless_it_was_held_back() {
    let mut stage = Stage::online().await;
    let call = "<attention xmlns='urn:xmpp:attention:0'/>";
    let xml = format!("<message from='bob@example.net/x' type='headline'>{call}</message>");
    assert_eq!(
        stage.tells(&xml).await,
        [Incoming::Attention { from: bob() }]
    );
    let late = format!(
        "<message from='bob@example.net/x' type='headline'>{call}\
         <delay xmlns='urn:xmpp:delay' from='{DOMAIN}' stamp='2026-01-01T00:00:00Z'/></message>"
    );
    assert_eq!(stage.tells(&late).await, []);
    let mine = format!("<message from='{ME}/other' type='headline'>{call}</message>");
    assert_eq!(stage.tells(&mine).await, []);
}

#[tokio::test(start_paused = true)]
async fn i_call_for_attention_now_or_not_at_all() {
    let mut stage = Stage::online().await;
    stage.ask(Outgoing::Attention { to: bob() }).await;
    stage
        .expect(&format!(
            "<message id='{}' to='bob@example.net' type='headline'><attention xmlns='urn:xmpp:attention:0'/>\
             <no-store xmlns='urn:xmpp:hints'/></message>",
            id(6)
        ))
        .await;
}

#[tokio::test(start_paused = true)]
async fn receipts_markers_and_typing_are_told() {
    let mut stage = Stage::online().await;
    let signs = [
        (
            "<received xmlns='urn:xmpp:receipts' id='m1'/>",
            Incoming::Receipt {
                from: bob(),
                id: "m1".to_owned(),
            },
        ),
        (
            "<displayed xmlns='urn:xmpp:chat-markers:0' id='m1'/>",
            Incoming::Displayed {
                from: bob(),
                id: "m1".to_owned(),
            },
        ),
        (
            "<composing xmlns='http://jabber.org/protocol/chatstates'/>",
            Incoming::Typing {
                chat: bob(),
                nick: None,
                composing: true,
            },
        ),
        (
            "<paused xmlns='http://jabber.org/protocol/chatstates'/>",
            Incoming::Typing {
                chat: bob(),
                nick: None,
                composing: false,
            },
        ),
    ];
    for (sign, told) in signs {
        let xml = format!("<message from='bob@example.net/x' type='chat'>{sign}</message>");
        assert_eq!(stage.tells(&xml).await, [told]);
    }
    let old = format!(
        "<message from='bob@example.net/x'><composing xmlns='http://jabber.org/protocol/chatstates'/>\
         <delay xmlns='urn:xmpp:delay' from='{DOMAIN}' stamp='2026-11-22T10:00:00Z'/></message>"
    );
    assert_eq!(stage.tells(&old).await, [], "nobody types any more");
}

#[tokio::test(start_paused = true)]
async fn a_message_that_comes_back_has_failed() {
    let mut stage = Stage::online().await;
    let told = stage
        .tells(
            "<message from='bob@example.net' type='error' id='m1'><body>my own words</body>\
             <error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>\
             <text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>no such user</text></error></message>",
        )
        .await;
    let problem = StanzaProblem {
        condition: "item-not-found".to_owned(),
        text: "no such user".to_owned(),
    };
    assert_eq!(
        told,
        [Incoming::MessageFailed {
            chat: bob().into(),
            id: "m1".to_owned(),
            problem
        }]
    );
}

#[tokio::test(start_paused = true)]
async fn invitations_are_told_and_their_words_are_not_a_message() {
    let mut stage = Stage::online().await;
    let room = BareJid::new("den@rooms.example.net").unwrap();
    let mediated = stage
        .tells(
            "<message from='den@rooms.example.net'><x xmlns='http://jabber.org/protocol/muc#user'>\
             <invite from='bob@example.net/x'><reason>come in</reason></invite></x>\
             <x xmlns='jabber:x:conference' jid='den@rooms.example.net'/><body>Bob invites you</body></message>",
        )
        .await;
    let invite = |via| Incoming::Invite {
        room: room.clone(),
        from: bob().into(),
        reason: "come in".to_owned(),
        via,
        at: None,
    };
    assert_eq!(mediated, [invite(InviteVia::Mediated)]);
    let direct = stage
        .tells(
            "<message from='bob@example.net/x'><x xmlns='jabber:x:conference' jid='den@rooms.example.net' \
             reason='come in'/><body>come</body></message>",
        )
        .await;
    assert_eq!(direct, [invite(InviteVia::Direct)]);
}

#[tokio::test(start_paused = true)]
async fn a_message_to_a_contact_asks_for_receipt_and_marker() {
    let mut stage = Stage::online().await;
    stage
        .ask(Outgoing::Message {
            to: bob().into(),
            id: "m1".to_owned(),
            body: "a < b & \u{1} 👋".to_owned(),
            to_room: false,
        })
        .await;
    stage
        .expect(
            "<message id='m1' to='bob@example.net' type='chat'><body>a &lt; b &amp; \u{fffd} 👋</body>\
             <active xmlns='http://jabber.org/protocol/chatstates'/><origin-id xmlns='urn:xmpp:sid:0' id='m1'/>\
             <request xmlns='urn:xmpp:receipts'/><markable xmlns='urn:xmpp:chat-markers:0'/></message>",
        )
        .await;
}

#[tokio::test(start_paused = true)]
async fn signs_are_said_with_hints_for_the_archive() {
    let mut stage = Stage::online().await;
    stage
        .ask(Outgoing::Receipt {
            to: Jid::new("bob@example.net/x").unwrap(),
            id: "m1".to_owned(),
        })
        .await;
    stage
        .expect(&format!(
            "<message id='{}' to='bob@example.net/x' type='chat'><received xmlns='urn:xmpp:receipts' id='m1'/>\
             <store xmlns='urn:xmpp:hints'/></message>",
            id(6)
        ))
        .await;
    stage
        .ask(Outgoing::Displayed {
            to: bob(),
            id: "m1".to_owned(),
        })
        .await;
    stage
        .expect(&format!(
            "<message id='{}' to='bob@example.net' type='chat'><displayed xmlns='urn:xmpp:chat-markers:0' id='m1'/>\
             <store xmlns='urn:xmpp:hints'/></message>",
            id(7)
        ))
        .await;
    stage
        .ask(Outgoing::Typing {
            to: bob(),
            composing: true,
        })
        .await;
    stage
        .expect(&format!(
            "<message id='{}' to='bob@example.net' type='chat'><composing \
             xmlns='http://jabber.org/protocol/chatstates'/><no-store xmlns='urn:xmpp:hints'/></message>",
            id(8)
        ))
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_stranger_hears_what_an_absent_user_would_answer() {
    let mut stage = Stage::online().await;
    stage
        .ask(Outgoing::Bounce {
            to: Jid::new("eve@evil.example/x").unwrap(),
            id: Some("e1".to_owned()),
        })
        .await;
    stage
        .expect(
            "<message id='e1' to='eve@evil.example/x' type='error'><error type='cancel'>\
             <service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>",
        )
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_sender_s_other_name_for_a_message_is_told_where_it_has_one() {
    let mut stage = Stage::online().await;
    let long = "x".repeat(10_000);
    let origin = |id: &str| format!("<origin-id xmlns='urn:xmpp:sid:0' id='{id}'/>");
    for (id, more, told) in [
        ("id='b1'", origin("o1"), (Some("b1"), Some("o1"))),
        ("id='b1'", origin("b1"), (Some("b1"), None)),
        ("id='b1'", String::new(), (Some("b1"), None)),
        ("", origin("o1"), (Some("o1"), None)),
        ("id='b1'", origin(""), (Some("b1"), None)),
        ("id='b1'", origin(&long), (Some("b1"), None)),
        ("id='b1'", origin("o1") + &origin("o2"), (Some("b1"), None)),
    ] {
        let xml = format!(
            "<message from='bob@example.net/x' type='chat' {id}><body>hi</body>{more}</message>"
        );
        let heard = stage.tells(&xml).await;
        let [Incoming::Message(message)] = heard.as_slice() else {
            panic!("{heard:?}");
        };
        let names = (message.id.as_deref(), message.origin_id.as_deref());
        assert_eq!(names, told, "{id} {more}");
    }
}
