//! What people say of themselves by eventing: moods and nicks, and who may say so.

use super::stage::Stage;
use carillon_core::mood::{Feeling, Mood, Told};
use carillon_core::session::{Incoming, Outgoing};

const BOB: &str = "bob@example.net";
const MOOD: &str = "http://jabber.org/protocol/mood";
const NICK: &str = "http://jabber.org/protocol/nick";

fn event(head: &str, what: &str) -> String {
    format!(
        "<message type='headline' to='alice@example.org/phone'{head}>\
         <event xmlns='http://jabber.org/protocol/pubsub#event'>{what}</event></message>"
    )
}

fn mood(inner: &str) -> String {
    format!("<items node='{MOOD}'><item id='x'><mood xmlns='{MOOD}'>{inner}</mood></item></items>")
}

fn nick(inner: &str) -> String {
    format!("<items node='{NICK}'><item id='x'><nick xmlns='{NICK}'>{inner}</nick></item></items>")
}

fn of_bob(told: Told) -> [Incoming; 1] {
    let from = BOB.parse().unwrap();
    [Incoming::Told { from, told }]
}

fn feels(feeling: Feeling, words: &str) -> Told {
    let words = words.to_owned();
    Told::Mood(Some(Mood { feeling, words }))
}

#[tokio::test(start_paused = true)]
async fn moods_and_nicks_are_told_by_eventing() {
    let mut stage = Stage::online().await;
    let long = "a".repeat(400);
    for (what, told) in [
        (
            mood("<annoyed/><text>curse my\n nurse!</text>"),
            feels(Feeling::Annoyed, "curse my nurse!"),
        ),
        (
            mood("<happy><ecstatic xmlns='https://example.org/'/></happy>"),
            feels(Feeling::Happy, ""),
        ),
        (
            mood(&format!("<text>{long}</text><in_awe/>")),
            feels(Feeling::InAwe, &long[..300]),
        ),
        (mood(""), Told::Mood(None)),
        (
            mood("<ecstatic/><text>no such feeling</text>"),
            Told::Mood(None),
        ),
        (mood("<happy xmlns='urn:other'/>"), Told::Mood(None)),
        (format!("<purge node='{MOOD}'/>"), Told::Mood(None)),
        (nick("  Ishmael\t "), Told::Nick("Ishmael".to_owned())),
        (nick(&long), Told::Nick(long[..100].to_owned())),
        (nick(""), Told::Nick(String::new())),
        (
            format!("<delete node='{NICK}'/>"),
            Told::Nick(String::new()),
        ),
    ] {
        let heard = stage.tells(&event(" from='bob@example.net'", &what)).await;
        assert_eq!(heard, of_bob(told), "{what}");
    }
}

/// Each of these says something of Bob, or of me, and comes from neither (CVE-2023-28686).
#[tokio::test(start_paused = true)]
async fn nobody_says_how_somebody_else_feels() {
    let mut stage = Stage::online().await;
    let mut attacks = Vec::new();
    for what in [mood("<sad/>"), nick("Mallory")] {
        for from in [
            "bob@example.net/desk",
            "alice@example.org/other",
            "example.net",
            "mallory@evil.example/bob@example.net",
            "",
            "@",
        ] {
            attacks.push(event(&format!(" from='{from}'"), &what));
        }
        for outer in [BOB, "mallory@evil.example", "alice@example.org"] {
            for direction in ["received", "sent"] {
                let inner = event(" from='bob@example.net' xmlns='jabber:client'", &what);
                attacks.push(format!(
                    "<message from='{outer}'><{direction} xmlns='urn:xmpp:carbons:2'>\
                     <forwarded xmlns='urn:xmpp:forward:0'>{inner}</forwarded></{direction}></message>"
                ));
            }
        }
        for kind in ["error", "groupchat"] {
            attacks.push(event(" from='bob@example.net'", &what).replace("headline", kind));
        }
        attacks.push(
            event(" from='bob@example.net'", &what)
                .replace("to='alice@example.org/phone'", "to='carol@example.org'"),
        );
        // Beside words, in presence and outside of an event it is none (XEP-0107 §2.3, XEP-0172 §4.1).
        let bare = what.split_once("<item id='x'>").unwrap().1;
        let bare = bare.split_once("</item>").unwrap().0;
        attacks.push(format!(
            "<presence from='bob@example.net/desk'>{bare}</presence>"
        ));
        attacks.push(format!(
            "<message type='chat' from='bob@example.net/desk'><body>hi</body>{bare}</message>"
        ));
    }
    let mut accepted = 0;
    for attack in &attacks {
        let heard = stage.tells(attack).await;
        let told = |one: &&Incoming| matches!(one, Incoming::Told { .. });
        accepted += heard.iter().filter(told).count();
    }
    assert_eq!(accepted, 0);
    println!("forged moods and nicks accepted: 0 of {}", attacks.len());
    // And who speaks for themselves in somebody else's name speaks for themselves.
    let named = mood("<sad/>").replace("<item ", "<item publisher='bob@example.net' ");
    let heard = stage
        .tells(&event(" from='mallory@evil.example'", &named))
        .await;
    assert!(
        matches!(&heard[..], [Incoming::Told { from, .. }] if from.as_str() == "mallory@evil.example")
    );
}

#[tokio::test(start_paused = true)]
async fn mine_are_for_those_who_see_my_presence() {
    let mut stage = Stage::online().await;
    let (cold, none) = (feels(Feeling::Cold, " so\ncold "), Told::Mood(None));
    for (told, node, written) in [
        (
            cold,
            MOOD,
            "<mood xmlns='http://jabber.org/protocol/mood'><cold/><text>so cold</text></mood>",
        ),
        (
            none,
            MOOD,
            "<mood xmlns='http://jabber.org/protocol/mood'/>",
        ),
        (
            Told::Nick("Ishmael".to_owned()),
            NICK,
            "<nick xmlns='http://jabber.org/protocol/nick'>Ishmael</nick>",
        ),
    ] {
        stage.ask(Outgoing::Tell { request: 3, told }).await;
        let iq = stage.recv().await;
        assert_eq!((iq.attr("type"), iq.attr("to")), (Some("set"), None));
        const PUBSUB: &str = "http://jabber.org/protocol/pubsub";
        let pubsub = iq.get_child("pubsub", PUBSUB).unwrap();
        let publish = pubsub.get_child("publish", PUBSUB).unwrap();
        assert_eq!(publish.attr("node"), Some(node));
        let item = publish.get_child("item", PUBSUB).unwrap();
        let wanted = carillon_xml::parse(written, &carillon_xml::Limits::STANZA).unwrap();
        assert_eq!(item.children().collect::<Vec<_>>(), [&wanted]);
        let options = pubsub.get_child("publish-options", PUBSUB).unwrap();
        let form = options.get_child("x", "jabber:x:data").unwrap();
        let access = form
            .children()
            .find(|field| field.attr("var") == Some("pubsub#access_model"));
        let value = access.and_then(|field| field.get_child("value", "jabber:x:data"));
        assert_eq!(
            value.map(minidom::Element::text).as_deref(),
            Some("presence")
        );
        let id = iq.attr("id").unwrap();
        let done = stage.tells(&format!("<iq type='result' id='{id}'/>")).await;
        let result = Ok(());
        assert_eq!(done, [Incoming::Outcome { request: 3, result }]);
    }
}
