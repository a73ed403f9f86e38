//! Rooms that my account keeps for my devices, and who may speak of them.

use super::stage::Stage;
use carillon_core::room::Bookmark;
use carillon_core::session::{Incoming, Outgoing};
use jid::BareJid;

const NODE: &str = "urn:xmpp:bookmarks:1";
const EXTENSIONS: &str =
    "<extensions xmlns='urn:xmpp:bookmarks:1'><x xmlns='some:thing' a='b'/></extensions>";

fn tea() -> Bookmark {
    Bookmark {
        room: BareJid::new("tea@rooms.example.net").unwrap(),
        name: "Tea".to_owned(),
        autojoin: true,
        nick: "Ali".to_owned(),
        password: "sesame".to_owned(),
        extensions: EXTENSIONS.to_owned(),
        notify: None,
    }
}

fn item() -> String {
    format!(
        "<item id='tea@rooms.example.net'><conference xmlns='{NODE}' name='Tea' autojoin='true'>\
         <nick>Ali</nick><password>sesame</password>{EXTENSIONS}</conference></item>"
    )
}

fn event(from: &str, what: &str) -> String {
    format!(
        "<message type='headline'{from}><event xmlns='http://jabber.org/protocol/pubsub#event'>{what}</event></message>"
    )
}

/// As it was told; what other clients keep there, as an element.
fn plain(told: &[Incoming]) -> Vec<Incoming> {
    let same = |bookmark: &Bookmark| Bookmark {
        extensions: if bookmark.extensions.is_empty() {
            String::new()
        } else {
            let limits = carillon_xml::Limits::STANZA;
            let element = |xml: &str| carillon_xml::parse(xml, &limits).unwrap();
            assert_eq!(element(&bookmark.extensions), element(EXTENSIONS));
            EXTENSIONS.to_owned()
        },
        ..bookmark.clone()
    };
    told.iter()
        .map(|one| match one {
            Incoming::Bookmark(one) => Incoming::Bookmark(Box::new(same(one))),
            Incoming::Bookmarks(all) => Incoming::Bookmarks(all.iter().map(same).collect()),
            other => other.clone(),
        })
        .collect()
}

#[tokio::test(start_paused = true)]
async fn the_list_is_read_and_what_is_no_room_left_out() {
    let mut stage = Stage::online().await;
    stage.ask(Outgoing::ReadBookmarks).await;
    let id = stage.recv().await.attr("id").unwrap().to_owned();
    let more = format!(
        "<item id='example.net'><conference xmlns='{NODE}'/></item><item id='@'><conference xmlns='{NODE}'/></item>\
         <item id='den@rooms.example.net'/><item><conference xmlns='{NODE}'/></item>\
         <item id='big@rooms.example.net'><conference xmlns='{NODE}'><extensions><x xmlns='y'>{}</x></extensions></conference></item>",
        "x".repeat(40_000)
    );
    let told = stage
        .tells(&format!(
            "<iq type='result' id='{id}'><pubsub xmlns='http://jabber.org/protocol/pubsub'>\
             <items node='{NODE}'>{}{more}</items></pubsub></iq>",
            item()
        ))
        .await;
    assert_eq!(plain(&told), [Incoming::Bookmarks(vec![tea()])]);
}

#[tokio::test(start_paused = true)]
async fn a_bookmark_goes_out_whole_and_for_nobody_elses_eyes() {
    let mut stage = Stage::online().await;
    let bookmark = Box::new(tea());
    stage
        .ask(Outgoing::SetBookmark {
            request: 7,
            bookmark,
        })
        .await;
    let iq = stage.recv().await;
    assert_eq!((iq.attr("type"), iq.attr("to")), (Some("set"), None));
    let xml = carillon_xml::write(&iq);
    for part in [
        "<item id='tea@rooms.example.net'>",
        "<nick>Ali</nick>",
        "<password>sesame</password>",
        "xmlns='some:thing'",
        "<field var='pubsub#access_model'><value>whitelist</value></field>",
        "<field var='pubsub#persist_items'><value>true</value></field>",
    ] {
        assert!(xml.contains(part), "{part} in {xml}");
    }
    let id = iq.attr("id").unwrap();
    let told = stage.tells(&format!("<iq type='result' id='{id}'/>")).await;
    let result = Ok(());
    assert_eq!(told, [Incoming::Outcome { request: 7, result }]);
    assert!(!format!("{:?}", tea()).contains("sesame"));
}

/// Every kind of change × everybody who could claim it.
#[tokio::test(start_paused = true)]
async fn only_my_own_account_speaks_of_my_rooms() {
    const OTHERS: [&str; 9] = [
        " from='alice@example.org/phone'",
        " from='alice@example.org/other'",
        " from='ALICE@example.org'",
        " from='example.org'",
        " from='bob@example.net'",
        " from='bob@example.net/x'",
        " from='tea@rooms.example.net'",
        " from='tea@rooms.example.net/Ali'",
        " from='alice@example.org.evil.example'",
    ];
    let kept = format!("<items node='{NODE}'>{}</items>", item());
    let gone = format!("<items node='{NODE}'><retract id='tea@rooms.example.net'/></items>");
    let rows = [
        (kept, Incoming::Bookmark(Box::new(tea()))),
        (
            gone,
            Incoming::BookmarkGone {
                room: Some(tea().room),
            },
        ),
        (
            format!("<purge node='{NODE}'/>"),
            Incoming::BookmarkGone { room: None },
        ),
        (
            format!("<delete node='{NODE}'/>"),
            Incoming::BookmarkGone { room: None },
        ),
    ];
    let mut stage = Stage::online().await;
    let mut forged = 0;
    for (what, honest) in rows {
        for from in OTHERS {
            let told = stage.tells(&event(from, &what)).await;
            assert_eq!(told, [], "{from} {what}");
            let carbon = format!(
                "<message from='alice@example.org'><received xmlns='urn:xmpp:carbons:2'>\
                 <forwarded xmlns='urn:xmpp:forward:0'>{}</forwarded></received></message>",
                event(from, &what).replace("<message ", "<message xmlns='jabber:client' ")
            );
            assert_eq!(stage.tells(&carbon).await, [], "{carbon}");
            forged += 2;
        }
        let told = stage
            .tells(&event(" from='alice@example.org'", &what))
            .await;
        assert_eq!(plain(&told), [honest]);
    }
    println!("forged bookmarks accepted: 0 of {forged}");
    assert!(forged >= 72, "the table shrank to {forged}");
}
