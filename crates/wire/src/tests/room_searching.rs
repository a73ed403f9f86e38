//! Rooms that are searched for by words (XEP-0433): what is asked, and what is believed of the answer.

use super::stage::Stage;
use carillon_core::room::{Channel, Channels, SearchRefusal};
use carillon_core::session::{Incoming, Outgoing, RoomReply, RoomWish};
use jid::BareJid;
use minidom::Element;

const SEARCH: &str = "urn:xmpp:channel-search:0:search";
const FORM: &str = "<field type='hidden' var='FORM_TYPE'>\
    <value>urn:xmpp:channel-search:0:search-params</value></field>\
    <field type='text-single' var='q'/><field type='boolean' var='all'/>\
    <field type='boolean' var='sinname'><value>true</value></field>\
    <field type='list-single' var='key'><value>{urn:xmpp:channel-search:0:order}address</value>\
    <option><value>{urn:xmpp:channel-search:0:order}nusers</value></option>\
    <option><value>{urn:xmpp:channel-search:0:order}address</value></option></field>";

fn service() -> BareJid {
    BareJid::new("search.example.net").unwrap()
}

async fn asks(stage: &mut Stage, wish: RoomWish) -> Element {
    stage
        .ask(Outgoing::Room {
            request: 7,
            room: service(),
            wish: Box::new(wish),
        })
        .await;
    let iq = stage.recv().await;
    assert_eq!(
        (iq.attr("type"), iq.attr("to")),
        (Some("get"), Some("search.example.net"))
    );
    iq
}

async fn searches(stage: &mut Stage, after: Option<&str>) -> Element {
    let wish = RoomWish::Search {
        words: "bread & butter".to_owned(),
        after: after.map(str::to_owned),
    };
    let iq = asks(stage, wish).await;
    let empty = iq.get_child("search", SEARCH).unwrap();
    assert_eq!(empty.children().count(), 0, "the form is asked for first");
    iq
}

fn result(asked: &Element, payload: &str) -> String {
    let id = asked.attr("id").unwrap();
    format!("<iq type='result' from='search.example.net' id='{id}'>{payload}</iq>")
}

fn form(fields: &str) -> String {
    format!("<search xmlns='{SEARCH}'><x xmlns='jabber:x:data' type='form'>{fields}</x></search>")
}

/// The search that follows a form.
async fn submitted(stage: &mut Stage, fields: &str, after: Option<&str>) -> Element {
    let asked = searches(stage, after).await;
    stage.send(&result(&asked, &form(fields)));
    let (told, written) = stage.settled().await;
    assert_eq!(told, []);
    <[Element; 1]>::try_from(written).map_or_else(|other| panic!("{other:?}"), |[one]| one)
}

/// What comes of an answer to the search.
async fn found(items: &str) -> Channels {
    let mut stage = Stage::online().await;
    let search = submitted(&mut stage, FORM, None).await;
    let answer = result(
        &search,
        &format!("<result xmlns='{SEARCH}'>{items}</result>"),
    );
    match stage.tells(&answer).await.as_slice() {
        [
            Incoming::RoomAnswer {
                request: 7,
                answer: Ok(RoomReply::Channels(found)),
            },
        ] => found.clone(),
        other => panic!("{other:?}"),
    }
}

fn fields(search: &Element) -> Vec<(String, Vec<String>)> {
    let search = search.get_child("search", SEARCH).unwrap();
    let form = search.get_child("x", "jabber:x:data").unwrap();
    assert_eq!(form.attr("type"), Some("submit"));
    form.children()
        .map(|field| {
            let values = field.children().map(Element::text).collect();
            (field.attr("var").unwrap().to_owned(), values)
        })
        .collect()
}

fn value<'a>(fields: &'a [(String, Vec<String>)], var: &str) -> Option<&'a [String]> {
    let field = fields.iter().find(|(name, _)| name == var);
    field.map(|(_, values)| values.as_slice())
}

#[tokio::test(start_paused = true)]
async fn a_service_that_searches_says_so() {
    for (feature, wanted) in [(SEARCH, true), ("http://jabber.org/protocol/muc", false)] {
        let mut stage = Stage::online().await;
        let asked = asks(&mut stage, RoomWish::Searches).await;
        let info = "http://jabber.org/protocol/disco#info";
        let answer = format!("<query xmlns='{info}'><feature var='{feature}'/></query>");
        let told = stage.tells(&result(&asked, &answer)).await;
        let answer = Ok(RoomReply::Service(wanted));
        assert_eq!(told, [Incoming::RoomAnswer { request: 7, answer }]);
    }
}

#[tokio::test(start_paused = true)]
async fn the_service_s_own_form_is_filled_in_and_the_most_visited_come_first() {
    let mut stage = Stage::online().await;
    let search = submitted(&mut stage, FORM, None).await;
    let fields = fields(&search);
    let one = |text: &str| vec![text.to_owned()];
    assert_eq!(
        value(&fields, "FORM_TYPE"),
        Some(one("urn:xmpp:channel-search:0:search-params").as_slice())
    );
    assert_eq!(value(&fields, "q"), Some(one("bread & butter").as_slice()));
    assert_eq!(value(&fields, "sinname"), Some(one("true").as_slice()));
    assert_eq!(
        value(&fields, "key"),
        Some(one("{urn:xmpp:channel-search:0:order}nusers").as_slice())
    );
    assert_eq!(value(&fields, "all"), None, "it contradicts the words");
}

#[tokio::test(start_paused = true)]
async fn an_order_that_a_service_does_not_know_is_not_asked_for() {
    let fewer = FORM.replace("nusers", "age");
    let mut stage = Stage::online().await;
    let search = submitted(&mut stage, &fewer, None).await;
    let by_address = vec!["{urn:xmpp:channel-search:0:order}address".to_owned()];
    assert_eq!(value(&fields(&search), "key"), Some(by_address.as_slice()));
}

#[tokio::test(start_paused = true)]
async fn further_on_the_same_is_asked_with_the_service_s_own_mark() {
    let mut stage = Stage::online().await;
    let search = submitted(&mut stage, FORM, Some("opaque-2")).await;
    let rsm = "http://jabber.org/protocol/rsm";
    let set = search.get_child("search", SEARCH).unwrap();
    let set = set.get_child("set", rsm).unwrap();
    let text = |name: &'static str| set.get_child(name, rsm).map(Element::text);
    assert_eq!(text("after").as_deref(), Some("opaque-2"));
    assert_eq!(text("max").as_deref(), Some("50"));
}

#[tokio::test(start_paused = true)]
async fn what_a_service_tells_of_rooms_is_read() {
    let items = "<item address='bread@rooms.example'><name> Bread </name><description>Rye</description>\
        <language>en</language><nusers>43</nusers><is-open/><service-type>xep-0045</service-type></item>\
        <item address='bare@rooms.example'/><item address='shut@rooms.example'><is-open>false</is-open>\
        <nusers>-3</nusers></item><set xmlns='http://jabber.org/protocol/rsm'><first>a</first>\
        <last>opaque-2</last><max>5</max></set>";
    let room = |jid: &str| Channel {
        jid: BareJid::new(jid).unwrap(),
        name: String::new(),
        description: String::new(),
        language: String::new(),
        people: None,
        open: None,
    };
    let bread = Channel {
        name: "Bread".to_owned(),
        description: "Rye".to_owned(),
        language: "en".to_owned(),
        people: Some(43),
        open: Some(true),
        ..room("bread@rooms.example")
    };
    let shut = Channel {
        open: Some(false),
        ..room("shut@rooms.example")
    };
    let wanted = Channels {
        channels: vec![bread, room("bare@rooms.example"), shut],
        more_behind: Some("opaque-2".to_owned()),
    };
    assert_eq!(found(items).await, wanted);
    assert_eq!(found("").await, Channels::default());
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_entered_or_stands_twice_is_left_out() {
    let items = "<item address='mix@mix.example'><service-type>xep-0369</service-type></item>\
        <item address='rooms.example'/><item address='tea@rooms.example/nick'/><item address='@@'/><item/>\
        <item address='tea@rooms.example'/><item address='Tea@rooms.example'/>\
        <item xmlns='urn:other' address='other@rooms.example'/>";
    let found = found(items).await;
    let names: Vec<&str> = found.channels.iter().map(|one| one.jid.as_str()).collect();
    assert_eq!(names, ["tea@rooms.example"]);
}

#[tokio::test(start_paused = true)]
async fn what_comes_is_bounded() {
    let long = "x".repeat(3_000);
    let items: String = (0..300)
        .map(|n| {
            format!(
                "<item address='r{n}@rooms.example'><name>{long}</name><description>x{long}</description>\
                 <language>{long}</language></item>"
            )
        })
        .take(100)
        .collect();
    let some = found(&items).await;
    let first = &some.channels[0];
    assert_eq!(
        (
            first.name.len(),
            first.description.len(),
            first.language.len()
        ),
        (200, 500, 35)
    );
    let items: String = (0..300)
        .map(|n| format!("<item address='r{n}@rooms.example'/>"))
        .collect();
    assert_eq!(found(&items).await.channels.len(), 200);
}

fn refused(asked: &Element, condition: &str, more: &str) -> String {
    let id = asked.attr("id").unwrap();
    let stanzas = "urn:ietf:params:xml:ns:xmpp-stanzas";
    format!(
        "<iq type='error' from='search.example.net' id='{id}'><error type='wait'>\
         <{condition} xmlns='{stanzas}'/><text xmlns='{stanzas}'>in its words</text>{more}</error></iq>"
    )
}

#[tokio::test(start_paused = true)]
async fn a_service_that_does_not_search_says_why() {
    let errors = "xmlns='urn:xmpp:channel-search:0:error'";
    let too_often = |seconds| Ok(RoomReply::NotSearched(SearchRefusal::TooOften { seconds }));
    let words = "in its words".to_owned();
    for (condition, more, wanted) in [
        (
            "resource-constraint",
            format!("<rate-limit {errors} retry-after='30'/>"),
            too_often(Some(30)),
        ),
        (
            "resource-constraint",
            format!("<rate-limit {errors} retry-after='soon'/>"),
            too_often(None),
        ),
        (
            "bad-request",
            format!("<invalid-search-terms {errors}/>"),
            Ok(RoomReply::NotSearched(SearchRefusal::BadWords { words })),
        ),
    ] {
        let mut stage = Stage::online().await;
        let search = submitted(&mut stage, FORM, None).await;
        let told = stage.tells(&refused(&search, condition, &more)).await;
        let answer = wanted;
        assert_eq!(
            told,
            [Incoming::RoomAnswer { request: 7, answer }],
            "{more}"
        );
    }
    let mut stage = Stage::online().await;
    let asked = searches(&mut stage, None).await;
    let told = stage.tells(&refused(&asked, "forbidden", "")).await;
    assert!(
        matches!(told.as_slice(), [Incoming::RoomAnswer { answer: Err(problem), .. }]
            if problem.condition == "forbidden"),
        "{told:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_form_without_words_is_not_sent_back() {
    for payload in [form("<field var='other'/>"), String::new()] {
        let mut stage = Stage::online().await;
        let asked = searches(&mut stage, None).await;
        stage.send(&result(&asked, &payload));
        let (told, written) = stage.settled().await;
        assert!(
            matches!(
                told.as_slice(),
                [Incoming::RoomAnswer { answer: Err(_), .. }]
            ),
            "{told:?}"
        );
        assert_eq!(written, []);
    }
}

#[tokio::test(start_paused = true)]
async fn only_the_service_that_was_asked_answers() {
    let mut stage = Stage::online().await;
    let search = submitted(&mut stage, FORM, None).await;
    let answer = result(&search, &format!("<result xmlns='{SEARCH}'/>"));
    for other in [
        "example.org",
        "search.evil.example",
        "bob@search.example.net",
    ] {
        let forged = answer.replace("from='search.example.net'", &format!("from='{other}'"));
        assert_eq!(stage.tells(&forged).await, [], "{other}");
    }
    assert_eq!(stage.tells(&answer).await.len(), 1);
}
