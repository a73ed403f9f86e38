//! Where accounts say that their owners have gone (XEP-0283).

use super::stage::Stage;
use carillon_core::session::{Incoming, Outgoing, SubscriptionStep, Wish};
use carillon_xml::write;
use jid::BareJid;

const OLD: &str = "bob@example.net";
const NEW: &str = "bob@harbour.example";

fn jid(text: &str) -> BareJid {
    text.parse().unwrap()
}

/// Where somebody has gone, as far as an answer says so.
async fn gone_to(from: &str, kind: &str, payload: &str) -> Option<Option<BareJid>> {
    let mut stage = Stage::online().await;
    let request = 5;
    let of = jid(OLD);
    stage.ask(Outgoing::AskMoved { request, of }).await;
    let asked = stage.recv().await;
    assert_eq!(
        (asked.attr("type"), asked.attr("to")),
        (Some("get"), Some(OLD))
    );
    let id = asked.attr("id").unwrap();
    let answer = format!("<iq type='{kind}' id='{id}'{from}>{payload}</iq>");
    match stage.tells(&answer).await.as_slice() {
        [] => None,
        [Incoming::Moved { request: 5, answer }] => Some(answer.clone().ok()),
        other => panic!("{other:?}"),
    }
}

fn statement(node: &str, item: &str, moved: &str) -> String {
    format!(
        "<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='{node}'><item id='{item}'>\
         <moved xmlns='urn:xmpp:moved:1'>{moved}</moved></item></items></pubsub>"
    )
}

fn from(address: &str) -> String {
    format!(" from='{address}'")
}

#[tokio::test(start_paused = true)]
async fn a_statement_names_one_address_and_nothing_else_is_one() {
    let named = format!("<new-jid>{NEW}</new-jid>");
    let node = "urn:xmpp:moved:1";
    for (payload, found) in [
        (statement(node, "current", &named), Some(jid(NEW))),
        (
            statement(node, "current", "<new-jid> bob@harbour.example\n</new-jid>"),
            Some(jid(NEW)),
        ),
        (statement("urn:xmpp:moved:0", "current", &named), None),
        (statement(node, "other", &named), None),
        (statement(node, "current", ""), None),
        (statement(node, "current", &format!("{named}{named}")), None),
        (
            statement(node, "current", "<new-jid>bob@harbour.example/x</new-jid>"),
            None,
        ),
        (statement(node, "current", "<new-jid>@@//</new-jid>"), None),
        (
            statement(node, "current", "<old-jid>bob@harbour.example</old-jid>"),
            None,
        ),
        (String::new(), None),
    ] {
        assert_eq!(
            gone_to(&from(OLD), "result", &payload).await,
            Some(found),
            "{payload}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_account_that_is_gone_may_say_where_to() {
    let error = |gone: &str| {
        format!(
            "<error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>{gone}</gone></error>"
        )
    };
    for (said, found) in [
        ("xmpp:bob@harbour.example", Some(jid(NEW))),
        ("bob@harbour.example", None),
        ("https://harbour.example/bob", None),
        ("", None),
    ] {
        assert_eq!(
            gone_to(&from(OLD), "error", &error(said)).await,
            Some(found),
            "{said}"
        );
    }
    let none = "<error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";
    assert_eq!(gone_to(&from(OLD), "error", none).await, Some(None));
}

#[tokio::test(start_paused = true)]
async fn only_the_old_address_itself_says_where_its_owner_has_gone() {
    let said = statement(
        "urn:xmpp:moved:1",
        "current",
        &format!("<new-jid>{NEW}</new-jid>"),
    );
    for other in [
        "",
        " from='bob@harbour.example'",
        " from='bob@example.net/desk'",
        " from='example.net'",
        " from='alice@example.org'",
        " from='Bob@example.net'",
    ] {
        assert_eq!(gone_to(other, "result", &said).await, None, "{other}");
    }
}

#[tokio::test(start_paused = true)]
async fn i_say_where_i_have_gone_to_those_who_see_me_and_take_it_back() {
    let mut stage = Stage::online().await;
    let to = Some(jid(NEW));
    stage.ask(Outgoing::SayMoved { request: 3, to }).await;
    let said = stage.recv().await;
    let text = write(&said);
    for part in [
        "node='urn:xmpp:moved:1'",
        "id='current'",
        "<new-jid>bob@harbour.example</new-jid>",
        "pubsub#access_model",
        "<value>presence</value>",
    ] {
        assert!(text.replace('"', "'").contains(part), "{part}: {text}");
    }
    let id = said.attr("id").unwrap();
    let told = stage.tells(&format!("<iq type='result' id='{id}'/>")).await;
    assert_eq!(
        told,
        [Incoming::Outcome {
            request: 3,
            result: Ok(())
        }]
    );

    stage
        .ask(Outgoing::SayMoved {
            request: 4,
            to: None,
        })
        .await;
    let said = stage.recv().await;
    assert!(write(&said).contains("<retract"));
    let id = said.attr("id").unwrap();
    let none = "<error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";
    let told = stage
        .tells(&format!("<iq type='error' id='{id}'>{none}</iq>"))
        .await;
    assert_eq!(
        told,
        [Incoming::Outcome {
            request: 4,
            result: Ok(())
        }],
        "it was not there"
    );
}

#[tokio::test(start_paused = true)]
async fn a_request_says_whom_i_was() {
    let mut stage = Stage::online().await;
    let wish = Wish {
        moved_from: Some(jid("alice@old.example")),
        ..Wish::default()
    };
    let step = SubscriptionStep::Subscribe(wish.clone());
    stage
        .ask(Outgoing::Subscription { to: jid(OLD), step })
        .await;
    let said = write(&stage.recv().await);
    assert!(
        said.contains("<old-jid>alice@old.example</old-jid>"),
        "{said}"
    );
    for (claim, read) in [
        ("alice@old.example", wish.moved_from),
        ("alice@old.example/phone", None),
        ("", None),
    ] {
        let told = stage
            .tells(&format!(
                "<presence type='subscribe' from='{NEW}'><moved xmlns='urn:xmpp:moved:1'>\
                 <old-jid>{claim}</old-jid></moved></presence>"
            ))
            .await;
        let [
            Incoming::Subscription {
                step: SubscriptionStep::Subscribe(heard),
                ..
            },
        ] = told.as_slice()
        else {
            panic!("{told:?}");
        };
        assert_eq!(heard.moved_from, read, "{claim}");
    }
}
