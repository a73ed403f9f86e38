//! A message goes: a row first, then a stanza, then news of how far it came.

use crate::stage::{Session, Stage, bob, jid};
use crate::words::refusal;
use carillon_core::alerts::EventKind;
use carillon_core::chat::{Delivery, HistoryAnchor, Message};
use carillon_core::ids::MessageId;
use carillon_core::session::{Incoming, Outgoing, SessionProblem};
use carillon_engine::{ConnectEnd, DeskError, Output};

const BOB: &str = "bob@example.org";

async fn writes(stage: &Stage, id: &str) -> MessageId {
    let (chat, id) = (stage.chat(BOB), id.to_owned());
    stage
        .call(move |desk| desk.send_message(&chat, &id, "Hello"))
        .await
        .unwrap()
}

/// As if written one by one before, without a sync of the disk for each.
async fn wrote_long_ago(stage: &Stage, count: u32) -> Vec<String> {
    writes(stage, "m00000").await;
    let disk = rusqlite::Connection::open(stage.database()).unwrap();
    disk.execute(
        "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n + 1 < ?1)
         INSERT INTO message (chat, author, nick, sender_id, body, at, written_here, delivery, seen,
                              wants_receipt, markable)
         SELECT chat, author, nick, format('m%05d', n), body, at, 1, 0, 1, 0, 0 FROM message, n",
        [count],
    )
    .unwrap();
    (0..count).map(|n| format!("m{n:05}")).collect()
}

fn row(stage: &Stage, message: MessageId) -> Message {
    stage.stored().message(message).unwrap().unwrap()
}

async fn lost(session: Session) {
    let detail = String::new();
    session
        .ends(ConnectEnd::Problem(SessionProblem::Lost { detail }))
        .await;
}

async fn refused(session: &Session, id: &str) {
    session
        .hears(Incoming::MessageFailed {
            chat: bob().into(),
            id: id.to_owned(),
            problem: refusal("service-unavailable", "Bob is not here"),
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_message_is_a_row_before_it_is_a_stanza() {
    let (stage, mut session) = Stage::online().await;
    let reader = stage.call(|desk| desk.reader().message(MessageId(1))).await;
    assert_eq!(reader.unwrap(), None);
    let chat = stage.chat(BOB);
    let answer = stage.engine.call(move |desk| {
        let message = desk.send_message(&chat, "m1", "Hello").unwrap();
        desk.reader().message(message).unwrap().unwrap().delivery
    });
    assert_eq!(answer.await.unwrap(), Some(Delivery::Waiting));
    let hello = Outgoing::Message {
        to: bob().into(),
        id: "m1".to_owned(),
        body: "Hello".to_owned(),
        to_room: false,
    };
    assert_eq!(session.says().await, [hello]);
}

#[tokio::test(start_paused = true)]
async fn the_same_id_twice_is_one_message() {
    let (stage, mut session) = Stage::online().await;
    let first = writes(&stage, "m1").await;
    let second = writes(&stage, "m1").await;
    assert_eq!(first, second);
    assert_eq!(session.sends().await, ["m1"]);
}

#[tokio::test(start_paused = true)]
async fn what_was_written_offline_goes_out_once_and_in_order_on_connecting() {
    let mut stage = Stage::new().await;
    for id in ["m1", "m2", "m3"] {
        writes(&stage, id).await;
    }
    let mut session = stage.session().await;
    assert_eq!(session.says().await, []);
    session.comes_online().await;
    assert_eq!(session.sends().await, ["m1", "m2", "m3"]);
}

#[tokio::test(start_paused = true)]
async fn what_was_written_before_a_restart_goes_out_after_it() {
    let stage = Stage::new().await;
    writes(&stage, "m1").await;
    let mut stage = stage.restarts().await;
    let mut session = stage.session().await;
    session.comes_online().await;
    assert_eq!(session.sends().await, ["m1"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_on_its_way_is_not_sent_again_with_the_next() {
    let (stage, mut session) = Stage::online().await;
    writes(&stage, "m1").await;
    session.says().await;
    writes(&stage, "m2").await;
    assert_eq!(session.sends().await, ["m2"]);
}

#[tokio::test(start_paused = true)]
async fn what_did_not_reach_the_server_goes_again_with_the_same_id() {
    let (mut stage, mut session) = Stage::online().await;
    writes(&stage, "m1").await;
    writes(&stage, "m2").await;
    session.says().await;
    session.reached(&["m1"]).await;
    lost(session).await;
    let mut again = stage.session().await;
    again.comes_online().await;
    assert_eq!(again.sends().await, ["m2"]);
}

#[tokio::test(start_paused = true)]
async fn a_message_goes_from_waiting_by_sent_and_arrived_to_read() {
    let (stage, session) = Stage::online().await;
    let message = writes(&stage, "m1").await;
    let mut states = vec![row(&stage, message).delivery.unwrap()];
    session.reached(&["m1"]).await;
    states.push(row(&stage, message).delivery.unwrap());
    let (from, id) = (bob(), "m1".to_owned());
    session.hears(Incoming::Receipt { from, id }).await;
    states.push(row(&stage, message).delivery.unwrap());
    let (from, id) = (bob(), "m1".to_owned());
    session.hears(Incoming::Displayed { from, id }).await;
    states.push(row(&stage, message).delivery.unwrap());
    assert_eq!(
        states,
        [
            Delivery::Waiting,
            Delivery::Sent,
            Delivery::Arrived,
            Delivery::Read
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn who_has_read_the_last_has_read_those_before_it() {
    let (mut stage, session) = Stage::online().await;
    let first = writes(&stage, "m1").await;
    let last = writes(&stage, "m2").await;
    session.reached(&["m1", "m2"]).await;
    stage.told().await;
    let (from, id) = (bob(), "m2".to_owned());
    session.hears(Incoming::Displayed { from, id }).await;
    assert_eq!(row(&stage, first).delivery, Some(Delivery::Read));
    let chat = stage.chat(BOB);
    assert_eq!(
        stage.told().await.0,
        [
            Output::MessageChanged(chat.clone(), first),
            Output::MessageChanged(chat, last)
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_receipt_from_somebody_else_proves_nothing() {
    let (stage, session) = Stage::online().await;
    let message = writes(&stage, "m1").await;
    session
        .hears(Incoming::Receipt {
            from: jid("mallory@example.org"),
            id: "m1".to_owned(),
        })
        .await;
    assert_eq!(row(&stage, message).delivery, Some(Delivery::Waiting));
}

#[tokio::test(start_paused = true)]
async fn a_refused_message_rings_with_the_reason() {
    let (mut stage, session) = Stage::online().await;
    let message = writes(&stage, "m1").await;
    refused(&session, "m1").await;
    let told = stage.told().await;
    let ring = told.alert();
    assert_eq!(ring.event.kind, EventKind::MessageFailed);
    assert_eq!(ring.content.text, "Bob is not here");
    assert_eq!(row(&stage, message).failure, "Bob is not here");
}

#[tokio::test(start_paused = true)]
async fn what_the_server_gave_back_and_bob_has_all_the_same_has_arrived_and_its_alert_goes() {
    for (seen, now) in [(false, Delivery::Arrived), (true, Delivery::Read)] {
        let (mut stage, session) = Stage::online().await;
        let message = writes(&stage, "m1").await;
        session.reached(&["m1"]).await;
        // Bob's link broke, and the server gave back what it kept for its end; his archive has it.
        refused(&session, "m1").await;
        let key = stage.told().await.alert().plan.replace_key.clone();
        assert_eq!(row(&stage, message).delivery, Some(Delivery::Failed));
        let (from, id) = (bob(), "m1".to_owned());
        let says = if seen {
            Incoming::Displayed { from, id }
        } else {
            Incoming::Receipt { from, id }
        };
        session.hears(says).await;
        let stored = row(&stage, message);
        assert_eq!((stored.delivery, stored.failure.as_str()), (Some(now), ""));
        let told = stage.told().await;
        assert!(told.withdrawn().contains(&key.as_str()));
        let changed = Output::MessageChanged(stage.chat(BOB), message);
        assert!(told.has(|one| *one == changed));
    }
}

#[tokio::test(start_paused = true)]
async fn trying_again_sends_the_same_id_and_withdraws_the_alert() {
    let (mut stage, mut session) = Stage::online().await;
    let message = writes(&stage, "m1").await;
    session.says().await;
    refused(&session, "m1").await;
    let key = stage.told().await.alert().plan.replace_key.clone();
    stage
        .call(move |desk| desk.retry_message(message))
        .await
        .unwrap();
    assert_eq!(session.sends().await, ["m1"]);
    assert!(stage.told().await.withdrawn().contains(&key.as_str()));
}

#[tokio::test(start_paused = true)]
async fn what_has_not_failed_cannot_be_tried_again() {
    let (stage, mut session) = Stage::online().await;
    let message = writes(&stage, "m1").await;
    session.says().await;
    let again = stage.call(move |desk| desk.retry_message(message)).await;
    assert_eq!(again, Err(DeskError::Gone));
    assert_eq!(session.sends().await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_waiting_messages_go_out_once_and_in_order() {
    let mut stage = Stage::new().await;
    let written = wrote_long_ago(&stage, 10_000).await;
    let mut session = stage.session().await;
    session.comes_online().await;
    let mut sent = Vec::new();
    loop {
        let some = session.sends().await;
        if some.is_empty() {
            break;
        }
        let ids: Vec<&str> = some.iter().map(String::as_str).collect();
        session.reached(&ids).await;
        sent.extend(some);
    }
    assert_eq!(sent, written);
}

#[tokio::test(start_paused = true)]
async fn a_long_queue_leaves_room_for_everything_else() {
    let mut stage = Stage::new().await;
    wrote_long_ago(&stage, 2_000).await;
    let session = stage.session().await;
    session.comes_online().await;
    let contact = stage.chat("carol@example.org");
    let asked = stage
        .call(move |desk| desk.add_contact(&contact, "", &[], "", "").is_ok())
        .await;
    assert!(asked);
}

#[tokio::test(start_paused = true)]
async fn a_session_that_was_too_busy_is_given_the_message_a_moment_later() {
    let (stage, mut session) = Stage::online().await;
    let chat = stage.chat(BOB);
    // Nobody reads what the engine says: the queue fills up.
    stage
        .call(move |desk| {
            for n in 0..2_000 {
                desk.set_idle(n % 2 == 0);
            }
            desk.send_message(&chat, "m1", "Hello").unwrap();
        })
        .await;
    assert_eq!(session.sends().await, [""; 0]);
    stage.passes(1).await;
    assert_eq!(session.sends().await, ["m1"]);
}

#[tokio::test(start_paused = true)]
async fn an_empty_message_is_refused() {
    let (stage, _session) = Stage::online().await;
    let chat = stage.chat(BOB);
    let answer = stage
        .call(move |desk| desk.send_message(&chat, "m1", " \n"))
        .await;
    assert_eq!(answer, Err(DeskError::BadText));
}

#[tokio::test(start_paused = true)]
async fn the_draft_goes_with_the_message() {
    let (stage, _session) = Stage::online().await;
    let chat = stage.chat(BOB);
    stage
        .call(move |desk| desk.save_draft(&chat, "Hel"))
        .await
        .unwrap();
    writes(&stage, "m1").await;
    assert_eq!(stage.stored().draft(&stage.chat(BOB)).unwrap(), "");
}

#[tokio::test(start_paused = true)]
async fn the_servers_copy_of_a_waiting_message_makes_it_sent() {
    let (stage, session) = Stage::online().await;
    let message = writes(&stage, "m1").await;
    session
        .hears(Incoming::Message(carillon_core::session::IncomingMessage {
            author: carillon_core::chat::Author::Me,
            origin: carillon_core::session::Origin::Carbon,
            ..crate::words::message(BOB, "m1", "Hello")
        }))
        .await;
    assert_eq!(row(&stage, message).delivery, Some(Delivery::Sent));
    let page = stage
        .stored()
        .history(&stage.chat(BOB), HistoryAnchor::Newest, 10)
        .unwrap();
    assert_eq!(page.messages.len(), 1);
}
