//! Who is what to a room: the lists, and their changes (XEP-0045 §9, §10).

use super::stage::Stage;
use carillon_core::room::{Affiliated, Affiliation, AffiliationList};
use carillon_core::session::{Incoming, Outgoing, RoomReply, RoomWish};
use jid::BareJid;

fn jid(text: &str) -> BareJid {
    BareJid::new(text).unwrap()
}

/// Asks for a list, and gives the question's id.
async fn asks(stage: &mut Stage, affiliation: Affiliation) -> String {
    stage
        .ask(Outgoing::Room {
            request: 7,
            room: jid("den@rooms.example.net"),
            wish: Box::new(RoomWish::People(affiliation)),
        })
        .await;
    let iq = stage.recv().await;
    assert_eq!(
        (iq.attr("type"), iq.attr("to")),
        (Some("get"), Some("den@rooms.example.net"))
    );
    let admin = "http://jabber.org/protocol/muc#admin";
    let item = iq.get_child("query", admin).unwrap();
    let item = item.get_child("item", admin).unwrap();
    let wanted = match affiliation {
        Affiliation::Outcast => "outcast",
        Affiliation::None => "none",
        Affiliation::Member => "member",
        Affiliation::Admin => "admin",
        Affiliation::Owner => "owner",
    };
    assert_eq!(item.attr("affiliation"), Some(wanted));
    iq.attr("id").unwrap().to_owned()
}

fn answer(id: &str, items: &str) -> String {
    format!(
        "<iq type='result' from='den@rooms.example.net' id='{id}'>\
         <query xmlns='http://jabber.org/protocol/muc#admin'>{items}</query></iq>"
    )
}

fn list(told: Vec<Incoming>) -> AffiliationList {
    match <[Incoming; 1]>::try_from(told) {
        Ok(
            [
                Incoming::RoomAnswer {
                    request: 7,
                    answer: Ok(RoomReply::People(list)),
                },
            ],
        ) => list,
        other => panic!("{other:?}"),
    }
}

fn somebody(address: &str, nick: &str, words: &str) -> Affiliated {
    Affiliated {
        jid: jid(address),
        nick: nick.to_owned(),
        words: words.to_owned(),
    }
}

#[tokio::test(start_paused = true)]
async fn each_list_is_asked_for_by_its_name() {
    let mut stage = Stage::online().await;
    for affiliation in [
        Affiliation::Owner,
        Affiliation::Admin,
        Affiliation::Member,
        Affiliation::Outcast,
    ] {
        let id = asks(&mut stage, affiliation).await;
        let told = stage.tells(&answer(&id, "")).await;
        assert_eq!(list(told), AffiliationList::default());
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_has_people_whole_servers_and_why_they_are_on_it() {
    let mut stage = Stage::online().await;
    let id = asks(&mut stage, Affiliation::Outcast).await;
    let items = "<item affiliation='outcast' jid='eve@evil.example'><reason> spam </reason></item>\
        <item affiliation='outcast' jid='evil.example'/>\
        <item affiliation='outcast' jid='mallory@example.net' nick='Mal' role='none'/>";
    let wanted = AffiliationList {
        people: vec![
            somebody("eve@evil.example", "", "spam"),
            somebody("evil.example", "", ""),
            somebody("mallory@example.net", "Mal", ""),
        ],
        left_out: 0,
    };
    assert_eq!(list(stage.tells(&answer(&id, items)).await), wanted);
}

#[tokio::test(start_paused = true)]
async fn who_is_on_another_list_twice_or_nobody_at_all_is_left_out() {
    let mut stage = Stage::online().await;
    let id = asks(&mut stage, Affiliation::Member).await;
    let items = "<item affiliation='owner' jid='boss@example.net'/><item jid='nobody@example.net'/>\
        <item affiliation='member' jid='bob@example.net'/><item affiliation='member' jid='Bob@example.net'/>\
        <item affiliation='member' jid='@@'/><item affiliation='member'/>\
        <item affiliation='member' jid='bob@example.net/desk'/>";
    let people = vec![somebody("bob@example.net", "", "")];
    let left_out = 0;
    assert_eq!(
        list(stage.tells(&answer(&id, items)).await),
        AffiliationList { people, left_out }
    );
}

#[tokio::test(start_paused = true)]
async fn a_list_is_bounded_and_says_how_many_it_leaves_out() {
    let mut stage = Stage::online().await;
    let id = asks(&mut stage, Affiliation::Member).await;
    let items: String = (0..10_003)
        .map(|n| format!("<item affiliation='member' jid='p{n}@example.net'/>"))
        .collect();
    let found = list(stage.tells(&answer(&id, &items)).await);
    assert_eq!((found.people.len(), found.left_out), (10_000, 3));
    let id = asks(&mut stage, Affiliation::Member).await;
    let long = "x".repeat(5_000);
    let item = format!(
        "<item affiliation='member' jid='bob@example.net' nick='{long}'><reason>{long}</reason></item>"
    );
    let found = list(stage.tells(&answer(&id, &item)).await);
    assert_eq!(
        (found.people[0].nick.len(), found.people[0].words.len()),
        (100, 300)
    );
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_told_with_its_condition() {
    let mut stage = Stage::online().await;
    let id = asks(&mut stage, Affiliation::Owner).await;
    let told = stage
        .tells(&format!(
            "<iq type='error' from='den@rooms.example.net' id='{id}'><error type='auth'>\
             <forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
        ))
        .await;
    assert!(
        matches!(told.as_slice(), [Incoming::RoomAnswer { answer: Err(problem), .. }]
            if problem.condition == "forbidden"),
        "{told:?}"
    );
}
