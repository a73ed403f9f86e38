//! Whether a room still has me (XEP-0410): what is asked, and whose answer counts.

use super::stage::Stage;
use carillon_core::session::{Incoming, Outgoing, RoomReply, RoomWish, StanzaProblem};
use jid::BareJid;

const ROOM: &str = "den@rooms.example.net";

fn den() -> BareJid {
    BareJid::new(ROOM).unwrap()
}

async fn asks(stage: &mut Stage, wish: RoomWish) {
    stage
        .ask(Outgoing::Room {
            request: 7,
            room: den(),
            wish: Box::new(wish),
        })
        .await;
}

async fn joins(stage: &mut Stage) {
    stage
        .ask(Outgoing::JoinRoom {
            room: den(),
            nick: "Ali".to_owned(),
            history: 0,
            password: String::new(),
        })
        .await;
    stage.recv().await;
    stage.recv().await;
}

async fn inside() -> Stage {
    let mut stage = Stage::online().await;
    joins(&mut stage).await;
    let me = format!(
        "<presence from='{ROOM}/Ali'><x xmlns='http://jabber.org/protocol/muc#user'><status code='110'/></x></presence>"
    );
    stage.tells(&me).await;
    stage
}

fn told(answer: Result<RoomReply, StanzaProblem>) -> [Incoming; 1] {
    [Incoming::RoomAnswer { request: 7, answer }]
}

fn refused(condition: &str) -> [Incoming; 1] {
    told(Err(StanzaProblem {
        condition: condition.to_owned(),
        text: String::new(),
    }))
}

fn error(from: &str, id: &str, condition: &str) -> String {
    format!(
        "<iq type='error' id='{id}'{from}><error type='cancel'>\
         <{condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
    )
}

/// Asks, and answers the question's id.
async fn asked(stage: &mut Stage) -> String {
    asks(stage, RoomWish::WhetherInside).await;
    let ping = stage.recv().await;
    assert_eq!(
        (ping.attr("type"), ping.attr("to")),
        (Some("get"), Some("den@rooms.example.net/Ali"))
    );
    assert!(ping.has_child("ping", "urn:xmpp:ping"));
    ping.attr("id").unwrap().to_owned()
}

#[tokio::test(start_paused = true)]
async fn i_am_pinged_where_i_believe_to_be() {
    let mut stage = inside().await;
    let from = format!(" from='{ROOM}/Ali'");
    let id = asked(&mut stage).await;
    let result = format!("<iq type='result' id='{id}'{from}/>");
    assert_eq!(stage.tells(&result).await, told(Ok(RoomReply::Done)));
    for condition in ["not-acceptable", "item-not-found", "remote-server-timeout"] {
        let id = asked(&mut stage).await;
        let answer = error(&from, &id, condition);
        assert_eq!(stage.tells(&answer).await, refused(condition));
    }
}

/// The room may pass it on to this very device.
#[tokio::test(start_paused = true)]
async fn a_ping_that_the_room_passes_on_is_answered() {
    let mut stage = inside().await;
    let ping =
        format!("<iq type='get' id='r1' from='{ROOM}/Ali'><ping xmlns='urn:xmpp:ping'/></iq>");
    stage.send(&ping);
    let answer = stage.recv().await;
    assert_eq!(
        (answer.attr("type"), answer.attr("id"), answer.attr("to")),
        (
            Some("result"),
            Some("r1"),
            Some("den@rooms.example.net/Ali")
        )
    );
}

#[tokio::test(start_paused = true)]
async fn where_i_am_not_or_under_what_name_is_not_settled_nobody_is_pinged() {
    let mut stage = Stage::online().await;
    asks(&mut stage, RoomWish::WhetherInside).await;
    assert_eq!([stage.told().await], refused("not-acceptable"));
    joins(&mut stage).await;
    asks(&mut stage, RoomWish::WhetherInside).await;
    assert_eq!([stage.told().await], refused("remote-server-timeout"));
    let mut stage = inside().await;
    asks(&mut stage, RoomWish::Nick("Lis".to_owned())).await;
    stage.recv().await;
    asks(&mut stage, RoomWish::WhetherInside).await;
    assert_eq!([stage.told().await], refused("remote-server-timeout"));
}

/// Every answer × whoever could claim to give it.
#[tokio::test(start_paused = true)]
async fn nobody_else_says_whether_a_room_has_me() {
    const OTHERS: [&str; 11] = [
        "",
        " from='alice@example.org'",
        " from='alice@example.org/phone'",
        " from='example.org'",
        " from='rooms.example.net'",
        " from='den@rooms.example.net/Bob'",
        " from='den@rooms.example.net/ALI'",
        " from='DEN@rooms.example.net/Ali'",
        " from='tea@rooms.example.net/Ali'",
        " from='den@rooms.example.net.evil.example/Ali'",
        " from='bob@example.net/x'",
    ];
    let mut stage = inside().await;
    let id = asked(&mut stage).await;
    let mut forged = 0;
    for from in OTHERS {
        let mut claims = vec![format!("<iq type='result' id='{id}'{from}/>")];
        for condition in ["not-acceptable", "service-unavailable", "bad-request"] {
            claims.push(error(from, &id, condition));
        }
        for claim in claims {
            assert_eq!(stage.tells(&claim).await, [], "{claim}");
            forged += 1;
        }
    }
    // Neither is another kind of stanza, nor another question's answer, one.
    for claim in [
        format!("<message type='error' id='{id}' from='{ROOM}/Ali'/>"),
        format!("<iq type='result' id='{id}x' from='{ROOM}/Ali'/>"),
    ] {
        let told = stage.tells(&claim).await;
        let answers = |one: &Incoming| matches!(one, Incoming::RoomAnswer { .. });
        assert!(!told.iter().any(answers), "{claim}");
        forged += 1;
    }
    println!("forged answers accepted: 0 of {forged}");
    assert!(forged >= 46, "the table shrank to {forged}");
    let honest = format!("<iq type='result' id='{id}' from='{ROOM}/Ali'/>");
    assert_eq!(stage.tells(&honest).await, told(Ok(RoomReply::Done)));
}
