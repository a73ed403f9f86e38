//! What others ask this client.

use super::stage::{Stage, id};
use crate::stanza::about;
use carillon_core::session::Outgoing;
use minidom::Element;

async fn answer(stage: &mut Stage, xml: &str) -> Element {
    stage.send(xml);
    let (told, mut answers) = stage.settled().await;
    assert_eq!(told, []);
    assert_eq!(answers.len(), 1, "one answer to one question");
    answers.remove(0)
}

#[tokio::test(start_paused = true)]
async fn questions_are_answered_to_the_one_who_asked() {
    let mut stage = Stage::online().await;
    let questions = [
        ("<ping xmlns='urn:xmpp:ping'/>", ""),
        (
            "<query xmlns='jabber:iq:version'/>",
            concat!(
                "<query xmlns='jabber:iq:version'><name>Carillon</name><version>",
                env!("CARGO_PKG_VERSION"),
                "</version></query>"
            ),
        ),
        (
            "<time xmlns='urn:xmpp:time'/>",
            "<time xmlns='urn:xmpp:time'><tzo>+00:00</tzo><utc>1970-01-01T00:00:00Z</utc></time>",
        ),
        (
            "<query xmlns='http://jabber.org/protocol/disco#items'/>",
            "<query xmlns='http://jabber.org/protocol/disco#items'/>",
        ),
    ];
    for (question, payload) in questions {
        stage.send(&format!(
            "<iq type='get' id='q1' from='bob@example.net/x'>{question}</iq>"
        ));
        let inner = if payload.is_empty() {
            "/>".to_owned()
        } else {
            format!(">{payload}</iq>")
        };
        stage
            .expect(&format!(
                "<iq id='q1' to='bob@example.net/x' type='result'{inner}"
            ))
            .await;
    }
}

#[tokio::test(start_paused = true)]
async fn capabilities_match_what_presence_promises() {
    let mut stage = Stage::online().await;
    let ver = about::caps().attr("ver").unwrap().to_owned();
    assert_eq!(ver.len(), 28, "SHA-1 in Base64");
    for node in [String::new(), format!(" node='https://carillon.im#{ver}'")] {
        let answer = answer(
            &mut stage,
            &format!(
                "<iq type='get' id='q1' from='bob@example.net/x'>\
                 <query xmlns='http://jabber.org/protocol/disco#info'{node}/></iq>"
            ),
        )
        .await;
        let query = answer
            .get_child("query", "http://jabber.org/protocol/disco#info")
            .unwrap();
        assert_eq!(query.attr("node").is_some(), !node.is_empty());
        let mut lines: Vec<String> = query
            .children()
            .map(|child| match child.name() {
                "identity" => {
                    let attr = |name: &'static str| child.attr(name).unwrap();
                    assert_eq!(
                        child.attr_ns("http://www.w3.org/XML/1998/namespace", "lang"),
                        Some("en")
                    );
                    format!("{}/{}/en/{}", attr("category"), attr("type"), attr("name"))
                }
                _ => child.attr("var").unwrap().to_owned(),
            })
            .collect();
        // The identity sorts before every feature here, as XEP-0115 §5.1 wants it, and what begins as another one behind
        // that, which the signs between them would turn round.
        lines.sort();
        assert!(
            lines
                .concat()
                .contains("/nickhttp://jabber.org/protocol/nick+notify")
        );
        let features: String = lines.iter().map(|line| format!("{line}<")).collect();
        assert!(features.starts_with("client/pc/en/Carillon<"));
        let hash = <sasl::common::scram::Sha1 as sasl::common::scram::ScramProvider>::hash(
            features.as_bytes(),
        );
        use base64::Engine;
        assert_eq!(base64::engine::general_purpose::STANDARD.encode(hash), ver);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_unknown_or_malformed_gets_the_right_error() {
    let mut stage = Stage::online().await;
    let questions = [
        (
            "get",
            "<query xmlns='jabber:iq:last'/>",
            "service-unavailable",
        ),
        (
            "set",
            "<query xmlns='urn:something:new'/>",
            "service-unavailable",
        ),
        (
            "set",
            "<ping xmlns='urn:xmpp:ping'/>",
            "service-unavailable",
        ),
        (
            "get",
            "<query xmlns='jabber:iq:roster'/>",
            "service-unavailable",
        ),
        (
            "get",
            "<query xmlns='http://jabber.org/protocol/disco#info' node='https://carillon.im#other'/>",
            "item-not-found",
        ),
        ("get", "", "bad-request"),
        ("set", "<a xmlns='x'/><b xmlns='x'/>", "bad-request"),
        ("something-new", "<a xmlns='x'/>", "bad-request"),
    ];
    for (kind, payload, condition) in questions {
        let xml = format!("<iq type='{kind}' id='q' from='bob@example.net/x'>{payload}</iq>");
        let answer = answer(&mut stage, &xml).await;
        assert_eq!(answer.attr("type"), Some("error"));
        let error = answer.get_child("error", "jabber:client").unwrap();
        assert!(
            error.has_child(condition, "urn:ietf:params:xml:ns:xmpp-stanzas"),
            "{xml}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_no_question_gets_no_answer() {
    let mut stage = Stage::online().await;
    for xml in [
        "<iq type='get' from='bob@example.net/x'><ping xmlns='urn:xmpp:ping'/></iq>",
        "<iq type='error' id='q' from='bob@example.net/x'/>",
        "<iq type='result' id='q' from='bob@example.net/x'/>",
        "<message from='bob@example.net/x' type='get' id='q'><ping xmlns='urn:xmpp:ping'/></message>",
        "<something/>",
        "<iq xmlns='urn:something' type='get' id='q'><ping xmlns='urn:xmpp:ping'/></iq>",
    ] {
        stage.send(xml);
        let (told, answers) = stage.settled().await;
        assert_eq!((told.len(), answers.len()), (0, 0), "{xml}");
    }
}

#[tokio::test(start_paused = true)]
async fn requests_of_mine_are_told_apart_by_their_ids() {
    let mut stage = Stage::online().await;
    for request in [11, 12] {
        let jids = vec![jid::BareJid::new("eve@evil.example").unwrap()];
        stage.ask(Outgoing::Block { request, jids }).await;
        stage.recv().await;
    }
    for (number, request) in [(7, 12), (6, 11)] {
        let told = stage
            .tells(&format!("<iq type='result' id='{}'/>", id(number)))
            .await;
        let outcome = carillon_core::session::Incoming::Outcome {
            request,
            result: Ok(()),
        };
        assert_eq!(told, [outcome]);
    }
}
