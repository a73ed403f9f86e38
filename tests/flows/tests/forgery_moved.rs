//! Forgeries of where a contact has gone (XEP-0283): each by everybody, through a real socket, by both ways.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

use carillon_core::session::{Incoming, Outgoing};
use carillon_tests_flows::{SENDERS, Scene, Way};
use jid::BareJid;

const OLD: &str = "bob@example.net";
const STATEMENT: &str = "<pubsub xmlns='http://jabber.org/protocol/pubsub'><items \
    node='urn:xmpp:moved:1'><item id='current'><moved xmlns='urn:xmpp:moved:1'>\
    <new-jid>mallory@evil.example</new-jid></moved></item></items></pubsub>";
const GONE: &str = "<error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>\
    xmpp:mallory@evil.example</gone></error>";
/// The same unasked, as an event (XEP-0163): nobody's word counts before they are asked.
const EVENT: &str = "<event xmlns='http://jabber.org/protocol/pubsub#event'><items \
    node='urn:xmpp:moved:1'><item id='current'><moved xmlns='urn:xmpp:moved:1'>\
    <new-jid>mallory@evil.example</new-jid></moved></item></items></event>";

async fn asks(scene: &mut Scene) -> String {
    let of = BareJid::new(OLD).unwrap();
    scene.ask(Outgoing::AskMoved { request: 7, of }).await;
    let asked = scene.server.recv_named("iq").await;
    asked.attr("id").unwrap().to_owned()
}

fn is_moved(told: &[Incoming]) -> bool {
    told.iter()
        .any(|told| matches!(told, Incoming::Moved { .. }))
}

async fn only_the_old_address_says_where_its_owner_has_gone_by(way: Way) {
    let mut scene = Scene::online(way).await;
    let (mut forged, mut allowed) = (0, 0);
    for sender in SENDERS {
        let from = sender.from_attribute();
        for (stanza, kind, payload) in [
            ("iq", "result", STATEMENT),
            ("iq", "error", GONE),
            ("message", "result", STATEMENT),
            ("presence", "error", GONE),
        ] {
            let id = asks(&mut scene).await;
            let said = format!("<{stanza} type='{kind}' id='{id}'{from}>{payload}</{stanza}>");
            let told = scene.tells(&said).await;
            let may = sender.address == Some(OLD) && stanza == "iq";
            assert_eq!(
                is_moved(&told),
                may,
                "{stanza} {kind} by {sender:?}: {told:?}"
            );
            if may {
                allowed += 1;
                continue;
            }
            forged += 1;
            // A forged answer must not hide the true one.
            let honest = format!("<iq type='result' id='{id}' from='{OLD}'>{STATEMENT}</iq>");
            assert!(is_moved(&scene.tells(&honest).await), "{sender:?}");
        }
        let unasked = format!("<message{from}>{EVENT}</message>");
        assert!(!is_moved(&scene.tells(&unasked).await), "{sender:?}");
        forged += 1;
    }
    println!("forged statements of a move accepted: 0 of {forged} by {way:?}");
    assert_eq!((forged, allowed), (36 * 5 - 2, 2));
}

#[tokio::test]
async fn only_the_old_address_says_where_its_owner_has_gone() {
    for way in Way::ALL {
        only_the_old_address_says_where_its_owner_has_gone_by(way).await;
    }
}
