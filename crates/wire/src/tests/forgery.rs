//! Who may say what. Each attack is said by everyone who is not the one who may; all of it is dropped.

use super::stage::{DOMAIN, ME, Stage, id};
use carillon_core::session::Incoming;

/// Senders who are neither my account nor my server, or who only look like it.
const STRANGERS: &[&str] = &[
    "mallory@evil.example",
    "mallory@evil.example/x",
    "mallory@example.org",
    "bob@example.net",
    "bob@example.net/desk",
    "evil.example",
    "alice@evil.example",
    "alice@example.org.evil.example",
    "alice@sub.example.org",
    "xalice@example.org",
    "alice@example.orgx",
    "Alice@example.org",
    "ALICE@EXAMPLE.ORG",
    "alice@Example.Org",
    "\u{ff41}lice@example.org",
    "alice@example.org/",
    "alice@example.org ",
    " alice@example.org",
    "alice@example.org.",
    "example.org/alice@example.org",
    "",
];
/// My own devices and my server: they are not my account either.
const NEAR: &[&str] = &[
    "alice@example.org/phone",
    "alice@example.org/other",
    "example.org",
];

fn from(address: Option<&str>) -> String {
    address
        .map(|address| format!(" from='{address}'"))
        .unwrap_or_default()
}

fn everyone(near: bool) -> impl Iterator<Item = Option<&'static str>> {
    STRANGERS
        .iter()
        .chain(if near { NEAR } else { &[] })
        .map(|address| Some(*address))
}

/// Says each stanza and returns how many were said and what the engine was told.
async fn attack(stanzas: impl Iterator<Item = String>) -> (usize, Vec<Incoming>) {
    let mut stage = Stage::online().await;
    let mut said = 0;
    let mut accepted = Vec::new();
    for stanza in stanzas {
        said += 1;
        accepted.extend(stage.tells(&stanza).await);
    }
    (said, accepted)
}

fn carbon(direction: &str, outer: Option<&str>, inner_from: &str, inner_to: &str) -> String {
    format!(
        "<message{}><{direction} xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'>\
         <message xmlns='jabber:client' type='chat' id='x' from='{inner_from}' to='{inner_to}'>\
         <body>forged</body></message></forwarded></{direction}></message>",
        from(outer)
    )
}

#[tokio::test(start_paused = true)]
async fn carbons_come_from_my_account_only() {
    let senders = || everyone(true).chain([None]);
    let received = senders().map(|s| carbon("received", s, "bob@example.net/x", ME));
    let sent = senders().map(|s| carbon("sent", s, "alice@example.org/other", "bob@example.net"));
    let (n, accepted) = attack(received.chain(sent)).await;
    assert_eq!(accepted, []);
    println!("forged carbons accepted: 0 of {n}");
}

#[tokio::test(start_paused = true)]
async fn what_a_carbon_copies_was_sent_by_me_or_to_me() {
    let sent =
        everyone(false).map(|s| carbon("sent", Some(ME), s.unwrap_or_default(), "bob@example.net"));
    let received = [
        "mallory@evil.example",
        "bob@example.net",
        "alice@evil.example",
        "not an address@@",
    ]
    .map(|to| carbon("received", Some(ME), "bob@example.net/x", to));
    let (n, accepted) = attack(sent.chain(received)).await;
    assert_eq!(accepted, []);
    println!("carbons of what was neither sent by me nor to me accepted: 0 of {n}");
}

#[tokio::test(start_paused = true)]
async fn a_carbon_of_a_room_an_error_or_a_headline_is_no_carbon() {
    let kinds = ["groupchat", "error", "headline"];
    let stanzas = kinds.iter().flat_map(|kind| {
        ["received", "sent"].map(|direction| {
            carbon(direction, Some(ME), ME, ME).replace("type='chat'", &format!("type='{kind}'"))
        })
    });
    let (n, accepted) = attack(stanzas).await;
    assert_eq!(accepted, []);
    println!("carbons of the wrong kind accepted: 0 of {n}");
}

#[tokio::test(start_paused = true)]
async fn roster_pushes_come_from_my_account_only() {
    let bodies = [
        "<item jid='mallory@evil.example' name='Bob' subscription='both'/>",
        "<item jid='bob@example.net' subscription='remove'/>",
    ];
    let stanzas = everyone(true).flat_map(|sender| {
        bodies.map(|item| {
            let from = from(sender);
            format!(
                "<iq type='set' id='p'{from}><query xmlns='jabber:iq:roster'>{item}</query></iq>"
            )
        })
    });
    let (n, accepted) = attack(stanzas).await;
    assert_eq!(accepted, []);
    println!("forged roster pushes accepted: 0 of {n}");
}

#[tokio::test(start_paused = true)]
async fn block_list_pushes_come_from_my_account_only() {
    let bodies = [
        "<block xmlns='urn:xmpp:blocking'><item jid='bob@example.net'/></block>",
        "<unblock xmlns='urn:xmpp:blocking'><item jid='mallory@evil.example'/></unblock>",
        "<unblock xmlns='urn:xmpp:blocking'/>",
    ];
    let stanzas = everyone(true).flat_map(|sender| {
        bodies.map(|body| format!("<iq type='set' id='p'{}>{body}</iq>", from(sender)))
    });
    let (n, accepted) = attack(stanzas).await;
    assert_eq!(accepted, []);
    println!("forged block list pushes accepted: 0 of {n}");
}

#[tokio::test(start_paused = true)]
async fn a_refused_push_is_answered_with_an_error() {
    let mut stage = Stage::online().await;
    stage.send(
        "<iq type='set' id='p' from='mallory@evil.example/x'><query xmlns='jabber:iq:roster'>\
         <item jid='mallory@evil.example'/></query></iq>",
    );
    stage
        .expect(
            "<iq id='p' to='mallory@evil.example/x' type='error'><error type='cancel'>\
             <service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>",
        )
        .await;
}

/// Forged answers to the requests of the login, of a roster change and of a ping, before the true ones.
#[tokio::test(start_paused = true)]
async fn answers_are_matched_by_address_and_id_and_kind() {
    let payloads = [
        "<query xmlns='jabber:iq:roster' ver='evil'><item jid='mallory@evil.example' subscription='both'/></query>",
        "<query xmlns='http://jabber.org/protocol/disco#info'><feature var='urn:xmpp:sid:0'/></query>",
        "<blocklist xmlns='urn:xmpp:blocking'><item jid='bob@example.net'/></blocklist>",
        "",
    ];
    let mut stage = Stage::connected();
    stage.signs_in().await;
    let mut said = 0;
    for number in 1..=5 {
        let id = id(number);
        for payload in payloads {
            for sender in everyone(true) {
                // The server answers what it was asked itself, and nothing else.
                if number == 1 && sender == Some(DOMAIN) {
                    continue;
                }
                for kind in ["result", "error"] {
                    let from = from(sender);
                    stage.send(&format!("<iq type='{kind}' id='{id}'{from}>{payload}</iq>"));
                    said += 1;
                }
            }
            // From the right one, but no answer (CVE-2024-46957), or to nothing that was asked.
            for stanza in ["message", "presence"] {
                let from = from((number == 1).then_some(DOMAIN));
                stage.send(&format!(
                    "<{stanza} type='result' id='{id}'{from}>{payload}</{stanza}>"
                ));
                stage.send(&format!(
                    "<{stanza} type='error' id='{id}' from='{DOMAIN}'>{payload}</{stanza}>"
                ));
                said += 2;
            }
            for wrong in ["", "0", "0000000000000000-6", "bind", "x0000000000000000-3"] {
                stage.send(&format!("<iq type='result' id='{wrong}'>{payload}</iq>"));
                said += 1;
            }
        }
    }
    stage.answers_first_requests().await;
    let Incoming::Online { features, .. } = stage.told().await else {
        panic!("Online comes first");
    };
    assert!(features.carbons && features.blocking && features.archive);
    let mut told = Vec::new();
    loop {
        let what = stage.told().await;
        let last = matches!(what, Incoming::BlockList(_));
        if !matches!(what, Incoming::MessageFailed { .. }) {
            told.push(what);
        }
        if last {
            break;
        }
    }
    // The true answers were still waited for, and are the only ones believed.
    let [
        Incoming::Roster {
            version,
            items: Some(items),
        },
        Incoming::BlockList(blocked),
    ] = &told[..]
    else {
        panic!("{told:?}");
    };
    assert_eq!(version.as_deref(), Some("v1"));
    assert_eq!(items.len(), 1);
    assert_eq!(blocked.len(), 0);
    println!("forged answers accepted: 0 of {said}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_counts_once() {
    let mut stage = Stage::online().await;
    let again = format!(
        "<iq type='result' id='{}'><query xmlns='jabber:iq:roster' ver='2'/></iq>",
        id(3)
    );
    assert_eq!(stage.tells(&again).await, []);
}

#[tokio::test(start_paused = true)]
async fn what_is_addressed_to_somebody_else_is_dropped() {
    let receivers = [
        "bob@example.net",
        "mallory@evil.example",
        "alice@evil.example/phone",
        "example.org",
        "alice@sub.example.org",
        "xalice@example.org",
        "not an address@@",
        "",
    ];
    let stanzas = receivers.iter().flat_map(|to| {
        [
            format!("<message from='bob@example.net/x' to='{to}' type='chat' id='1'><body>x</body></message>"),
            format!("<message from='bob@example.net/x' to='{to}'><received xmlns='urn:xmpp:receipts' id='1'/></message>"),
            format!("<message from='bob@example.net/x' to='{to}' type='error' id='1'/>"),
            format!("<message from='r@rooms.example.net' to='{to}'><x xmlns='http://jabber.org/protocol/muc#user'><invite from='bob@example.net'/></x></message>"),
            format!("<presence from='bob@example.net/x' to='{to}'/>"),
            format!("<presence from='bob@example.net' to='{to}' type='subscribe'/>"),
        ]
    });
    let (n, accepted) = attack(stanzas).await;
    assert_eq!(accepted, []);
    println!("stanzas for somebody else accepted: 0 of {n}");
}

/// Whoever says a receipt or a marker, it is told as theirs: they can't speak for the contact of another chat.
#[tokio::test(start_paused = true)]
async fn receipts_and_markers_are_told_as_of_the_one_who_sent_them() {
    let mut stage = Stage::online().await;
    let mut n = 0;
    for sender in everyone(true).flatten() {
        for sign in [
            "<received xmlns='urn:xmpp:receipts' id='m1'/>",
            "<displayed xmlns='urn:xmpp:chat-markers:0' id='m1'/>",
        ] {
            let told = stage
                .tells(&format!("<message from='{sender}'>{sign}</message>"))
                .await;
            n += 1;
            for what in told {
                let (Incoming::Receipt { from, .. } | Incoming::Displayed { from, .. }) = what
                else {
                    panic!("{sender}: {what:?}");
                };
                assert_eq!(from, jid::Jid::new(sender).unwrap().to_bare());
                assert_ne!(from.as_str(), ME, "I do not acknowledge my own messages");
            }
        }
    }
    println!("receipts and markers in somebody else's name: 0 of {n}");
}

#[tokio::test(start_paused = true)]
async fn only_my_own_device_sees_a_chat_elsewhere() {
    let sign = "<displayed xmlns='urn:xmpp:chat-markers:0' id='m1'/>";
    let stanzas = everyone(true).chain([None]).map(|sender| {
        carbon("sent", sender, "alice@example.org/other", "bob@example.net")
            .replace("<body>forged</body>", sign)
    });
    let plain = everyone(true).map(|sender| format!("<message{}>{sign}</message>", from(sender)));
    let (n, accepted) = attack(stanzas.chain(plain)).await;
    assert!(
        !accepted
            .iter()
            .any(|what| matches!(what, Incoming::SeenElsewhere { .. }))
    );
    println!("forged read marks of my other devices accepted: 0 of {n}");
}

#[tokio::test(start_paused = true)]
async fn stanza_ids_count_from_my_own_account_only() {
    let mut stage = Stage::online().await;
    let mut n = 0;
    for by in everyone(true).flatten() {
        let told = stage
            .tells(&format!(
                "<message from='bob@example.net/x' type='chat' id='1'><body>x</body>\
                 <stanza-id xmlns='urn:xmpp:sid:0' id='forged' by='{by}'/></message>"
            ))
            .await;
        let [Incoming::Message(message)] = &told[..] else {
            panic!("{told:?}");
        };
        assert_eq!(message.stanza_id, None, "{by}");
        n += 1;
    }
    println!("forged stanza ids accepted: 0 of {n}");
}

#[tokio::test(start_paused = true)]
async fn stanza_ids_do_not_count_where_the_server_does_not_announce_them() {
    let mut stage = Stage::connected();
    stage.signs_in().await;
    stage.told().await;
    for _ in 0..6 {
        stage.recv().await;
    }
    let told = stage
        .tells(&format!(
            "<message from='bob@example.net/x' type='chat'><body>x</body>\
             <stanza-id xmlns='urn:xmpp:sid:0' id='forged' by='{ME}'/></message>"
        ))
        .await;
    let [Incoming::Message(message)] = &told[..] else {
        panic!("{told:?}");
    };
    assert_eq!(message.stanza_id, None);
}

#[tokio::test(start_paused = true)]
async fn delays_count_from_those_who_hold_back_only() {
    let mut stage = Stage::online().await;
    for by in [
        "bob@example.net",
        "bob@example.net/x",
        "evil.example",
        "Example.org",
        "alice@example.org/x",
    ] {
        let told = stage
            .tells(&format!(
                "<message from='bob@example.net/x' type='chat'><body>x</body>\
                 <delay xmlns='urn:xmpp:delay' from='{by}' stamp='2001-01-01T00:00:00Z'/></message>"
            ))
            .await;
        let [Incoming::Message(message)] = &told[..] else {
            panic!("{told:?}");
        };
        assert_eq!(
            (message.at, message.origin),
            (None, carillon_core::session::Origin::Live),
            "{by}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_speaks_for_a_room_that_i_have_not_joined() {
    let senders = [
        "r@rooms.example.net/mallory",
        "r@rooms.example.net",
        "mallory@evil.example/x",
        ME,
    ];
    let stanzas = senders.iter().flat_map(|from| {
        [
            format!("<message from='{from}' type='groupchat' id='1'><body>x</body></message>"),
            format!("<message from='{from}' type='groupchat'><subject>x</subject></message>"),
            format!("<message from='{from}' type='groupchat'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>"),
            format!(
                "<presence from='{from}'><x xmlns='http://jabber.org/protocol/muc#user'><status code='110'/></x></presence>"
            ),
            format!(
                "<presence type='unavailable' from='{from}'><x xmlns='http://jabber.org/protocol/muc#user'><status code='301'/></x></presence>"
            ),
        ]
    });
    let (n, accepted) = attack(stanzas).await;
    assert_eq!(accepted, []);
    println!("events of rooms not joined accepted: 0 of {n}");
}

#[tokio::test(start_paused = true)]
async fn invitations_in_a_rooms_name_come_from_the_room() {
    let senders = [
        "mallory@evil.example/x",
        "r@rooms.example.net/mallory",
        "rooms.example.net",
        "alice@example.org/other",
        ME,
    ];
    let stanzas = senders.iter().map(|from| {
        format!(
            "<message from='{from}'><x xmlns='http://jabber.org/protocol/muc#user'>\
             <invite from='bob@example.net'><reason>come</reason></invite></x><body>come</body></message>"
        )
    });
    let (n, accepted) = attack(stanzas).await;
    assert_eq!(accepted, []);
    println!("invitations in a room's name accepted: 0 of {n}");
}
