//! Up to where my devices have seen chats, and who may say so.

use super::stage::Stage;
use carillon_core::session::{Incoming, Outgoing, SeenMark};
use jid::BareJid;

const NODE: &str = "urn:xmpp:mds:displayed:0";
const ME: &str = "alice@example.org";
const TEA: &str = "tea@rooms.example.net";

fn item(chat: &str, by: &str, entry: &str) -> String {
    format!(
        "<item id='{chat}'><displayed xmlns='{NODE}'><stanza-id xmlns='urn:xmpp:sid:0' by='{by}' id='{entry}'/>\
         </displayed></item>"
    )
}

fn event(from: &str, items: &str) -> String {
    format!(
        "<message type='headline'{from}><event xmlns='http://jabber.org/protocol/pubsub#event'>\
         <items node='{NODE}'>{items}</items></event></message>"
    )
}

fn mark(chat: &str, entry: &str, room: bool) -> SeenMark {
    SeenMark {
        chat: BareJid::new(chat).unwrap(),
        entry: entry.to_owned(),
        room,
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_keeps_nothing_private_is_neither_asked_nor_told() {
    let mut stage = Stage::online().await;
    stage.ask(Outgoing::ReadSeenMarks).await;
    let seen = mark("bob@example.net", "s1", false);
    stage.ask(Outgoing::SetSeenMark(seen)).await;
    stage
        .ask(Outgoing::Attention {
            to: BareJid::new("bob@example.net").unwrap(),
        })
        .await;
    assert_eq!(stage.recv().await.name(), "message");
}

#[tokio::test(start_paused = true)]
async fn the_list_is_read_and_what_names_no_message_of_its_chat_is_left_out() {
    let mut stage = Stage::online_keeping_privately().await;
    stage.ask(Outgoing::ReadSeenMarks).await;
    let id = stage.recv().await.attr("id").unwrap().to_owned();
    let long = "x".repeat(2_000);
    let items = [
        item("bob@example.net", ME, "s1"),
        item(TEA, TEA, "r1"),
        item("carol@example.net", "evil.example", "s2"),
        item("carol@example.net", "carol@example.org", "s2"),
        item("tea@rooms.example.net/Dora", ME, "s3").replace("tea@", "@"),
        item("dora@example.net", ME, ""),
        item("dora@example.net", ME, &long),
        format!("<item id='emil@example.net'><displayed xmlns='{NODE}'/></item>"),
        "<item id='emil@example.net'/><item/>".to_owned(),
        item("emil@example.net", ME, "a").replace(
            "</displayed>",
            &format!("<stanza-id xmlns='urn:xmpp:sid:0' by='{ME}' id='b'/></displayed>"),
        ),
    ];
    let told = stage
        .tells(&format!(
            "<iq type='result' id='{id}'><pubsub xmlns='http://jabber.org/protocol/pubsub'>\
             <items node='{NODE}'>{}</items></pubsub></iq>",
            items.concat()
        ))
        .await;
    let all = vec![mark("bob@example.net", "s1", false), mark(TEA, "r1", true)];
    assert_eq!(told, [Incoming::SeenMarks { all, whole: true }]);
}

#[tokio::test(start_paused = true)]
async fn a_node_that_is_not_there_yet_is_an_empty_list_and_any_other_refusal_none() {
    let (all, whole) = (Vec::new(), true);
    for (condition, told) in [
        ("item-not-found", vec![Incoming::SeenMarks { all, whole }]),
        ("forbidden", vec![]),
    ] {
        let mut stage = Stage::online_keeping_privately().await;
        stage.ask(Outgoing::ReadSeenMarks).await;
        let id = stage.recv().await.attr("id").unwrap().to_owned();
        let refused = format!(
            "<iq type='error' id='{id}'><error type='cancel'>\
             <{condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
        );
        assert_eq!(stage.tells(&refused).await, told, "{condition}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_i_saw_goes_out_for_nobody_elses_eyes() {
    for (seen, by) in [
        (mark("bob@example.net", "s1", false), ME),
        (mark(TEA, "r1", true), TEA),
    ] {
        let mut stage = Stage::online_keeping_privately().await;
        stage.ask(Outgoing::SetSeenMark(seen.clone())).await;
        let iq = stage.recv().await;
        assert_eq!((iq.attr("type"), iq.attr("to")), (Some("set"), None));
        let xml = carillon_xml::write(&iq);
        for part in [
            format!("<publish node='{NODE}'>"),
            format!("<item id='{}'>", seen.chat),
            format!("by='{by}'"),
            format!("id='{}'", seen.entry),
            "<field var='pubsub#access_model'><value>whitelist</value></field>".to_owned(),
            "<field var='pubsub#max_items'><value>max</value></field>".to_owned(),
        ] {
            assert!(xml.contains(&part), "{part} in {xml}");
        }
        // Whatever becomes of it, nobody is told.
        assert_eq!(stage.tells(&refusal(&iq, "forbidden")).await, []);
    }
}

/// As ejabberd 23 does: it does not take the number of items from who publishes.
#[tokio::test(start_paused = true)]
async fn where_publishing_makes_no_room_the_node_is_made_first() {
    let mut stage = Stage::online_keeping_privately().await;
    stage
        .ask(Outgoing::SetSeenMark(mark(TEA, "r1", true)))
        .await;
    let first = stage.recv().await;
    assert!(carillon_xml::write(&first).contains("pubsub#max_items"));
    stage.send(&refusal(&first, "resource-constraint"));
    let made = stage.recv().await;
    let xml = carillon_xml::write(&made);
    for part in [
        format!("<create node='{NODE}'/>"),
        "<field var='pubsub#access_model'><value>whitelist</value></field>".to_owned(),
        "<field var='pubsub#max_items'><value>1000</value></field>".to_owned(),
        "http://jabber.org/protocol/pubsub#node_config".to_owned(),
    ] {
        assert!(xml.contains(&part), "{part} in {xml}");
    }
    // It may be there already.
    stage.send(&refusal(&made, "conflict"));
    let again = stage.recv().await;
    let xml = carillon_xml::write(&again);
    assert!(
        xml.contains("id='r1'") && xml.contains("whitelist"),
        "{xml}"
    );
    assert!(!xml.contains("pubsub#max_items"), "{xml}");
    // What is refused then is given up, and the next goes the way that is known now.
    let gone = refusal(&again, "resource-constraint");
    assert_eq!(stage.tells(&gone).await, []);
    stage
        .ask(Outgoing::SetSeenMark(mark(TEA, "r2", true)))
        .await;
    let xml = carillon_xml::write(&stage.recv().await);
    assert!(
        xml.contains("id='r2'") && !xml.contains("pubsub#max_items"),
        "{xml}"
    );
}

#[tokio::test(start_paused = true)]
async fn of_several_marks_that_are_refused_at_once_none_is_lost() {
    let mut stage = Stage::online_keeping_privately().await;
    let mut first = Vec::new();
    for entry in ["r1", "r2"] {
        stage
            .ask(Outgoing::SetSeenMark(mark(TEA, entry, true)))
            .await;
        first.push(stage.recv().await);
    }
    for (refused, entry) in first.iter().zip(["r1", "r2"]) {
        stage.send(&refusal(refused, "resource-constraint"));
        let made = stage.recv().await;
        assert!(carillon_xml::write(&made).contains("<create"), "{entry}");
        stage.send(&refusal(&made, "conflict"));
        let again = carillon_xml::write(&stage.recv().await);
        assert!(again.contains(&format!("id='{entry}'")), "{again}");
    }
}

fn refusal(iq: &minidom::Element, condition: &str) -> String {
    format!(
        "<iq type='error' id='{}'><error type='cancel'>\
         <{condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>",
        iq.attr("id").unwrap()
    )
}

#[tokio::test(start_paused = true)]
async fn only_my_own_account_says_what_i_have_seen() {
    let mut stage = Stage::online_keeping_privately().await;
    let items = item("bob@example.net", ME, "s1");
    for sender in [
        "",
        " from=''",
        " from='bob@example.net'",
        " from='alice@example.org/phone'",
        " from='example.org'",
        " from='tea@rooms.example.net'",
        " from='alice@evil.example'",
        " from='alice@example.org.evil.example'",
        " from='alice@example.org' type='groupchat'",
    ] {
        let sender = if sender.contains("groupchat") {
            event(" from='alice@example.org'", &items).replace("headline", "groupchat")
        } else {
            event(sender, &items)
        };
        assert_eq!(stage.tells(&sender).await, [], "{sender}");
    }
    let all = vec![mark("bob@example.net", "s1", false)];
    let mine = event(" from='alice@example.org'", &items);
    let whole = false;
    assert_eq!(
        stage.tells(&mine).await,
        [Incoming::SeenMarks { all, whole }]
    );
}
