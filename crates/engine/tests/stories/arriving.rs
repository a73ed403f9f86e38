//! A message comes: stored, told, rung, seen.

use crate::stage::{Stage, bob};
use crate::words::{message, said_while_away, says};
use carillon_core::alerts::{EventKind, Surroundings};
use carillon_core::chat::{Author, HistoryAnchor};
use carillon_core::ids::MessageId;
use carillon_core::session::{Incoming, IncomingMessage, Origin, Outgoing};
use carillon_engine::Output;

const BOB: &str = "bob@example.org";

async fn newest(stage: &Stage, from: &str) -> MessageId {
    let page = stage
        .stored()
        .history(&stage.chat(from), HistoryAnchor::Newest, 1)
        .unwrap();
    page.messages[0].id
}

#[tokio::test(start_paused = true)]
async fn a_message_is_told_then_rung_and_only_then_noted_and_counted() {
    let (mut stage, session) = Stage::online().await;
    session.hears(says(BOB, "m1", "Hello")).await;
    let told = stage.told().await;
    let added = told.place(|one| matches!(one, Output::MessageAdded(..)));
    let rung = told.place(|one| matches!(one, Output::Ring(_)));
    let noted = told.place(|one| matches!(one, Output::Activity));
    let counted = told.place(|one| matches!(one, Output::Tray(_)));
    assert!(added < rung && rung < noted && rung < counted, "{told:#?}");
}

#[tokio::test(start_paused = true)]
async fn a_message_that_is_told_is_in_the_store_already() {
    let (mut stage, session) = Stage::online().await;
    session.hears(says(BOB, "m1", "Hello")).await;
    let told = stage.told().await;
    let Some(Output::MessageAdded(_, id)) = told
        .0
        .iter()
        .find(|one| matches!(one, Output::MessageAdded(..)))
    else {
        panic!("{told:#?}")
    };
    let stored = stage.stored().message(*id).unwrap().unwrap();
    assert_eq!(stored.body, "Hello");
}

#[tokio::test(start_paused = true)]
async fn an_alert_carries_who_what_and_how_many_wait() {
    let (mut stage, session) = Stage::online().await;
    session.hears(says(BOB, "m1", "Hello")).await;
    session.hears(says(BOB, "m2", "Are you there?")).await;
    let told = stage.told().await;
    let content = &told.rings()[1].content;
    assert_eq!(
        (
            content.name.as_str(),
            content.text.as_str(),
            content.messages
        ),
        ("bob", "Are you there?", 2)
    );
}

#[tokio::test(start_paused = true)]
async fn a_copy_of_a_message_is_neither_told_nor_rung() {
    let (mut stage, session) = Stage::online().await;
    session.hears(says(BOB, "m1", "Hello")).await;
    stage.told().await;
    session.hears(says(BOB, "m1", "Hello")).await;
    assert_eq!(stage.told().await.0, []);
}

#[tokio::test(start_paused = true)]
async fn what_i_wrote_on_another_device_appears_without_an_alert() {
    let (mut stage, session) = Stage::online().await;
    session
        .hears(Incoming::Message(IncomingMessage {
            author: Author::Me,
            origin: Origin::Carbon,
            ..message(BOB, "m1", "On my way")
        }))
        .await;
    let told = stage.told().await;
    assert!(told.has(|one| matches!(one, Output::MessageAdded(..))));
    assert!(told.rings().is_empty());
    assert_eq!(stage.tray().await.unread, 0);
}

#[tokio::test(start_paused = true)]
async fn a_copy_of_what_another_device_got_asks_for_no_second_receipt() {
    let (_stage, mut session) = Stage::online().await;
    session
        .hears(Incoming::Message(IncomingMessage {
            origin: Origin::Carbon,
            ..message(BOB, "m1", "Hello")
        }))
        .await;
    assert_eq!(session.says().await, []);
}

#[tokio::test(start_paused = true)]
async fn a_contact_who_asks_gets_a_receipt_at_the_device_that_wrote() {
    let (_stage, mut session) = Stage::online().await;
    session.hears(says(BOB, "m1", "Hello")).await;
    let receipt = Outgoing::Receipt {
        to: format!("{BOB}/phone").parse().unwrap(),
        id: "m1".to_owned(),
    };
    assert_eq!(session.says().await, [receipt]);
}

#[tokio::test(start_paused = true)]
async fn no_receipt_is_sent_when_the_user_sends_none() {
    let (_stage, mut session) = Stage::online_with(|s| s.privacy.send_receipts = false).await;
    session.hears(says(BOB, "m1", "Hello")).await;
    assert_eq!(session.says().await, []);
}

#[tokio::test(start_paused = true)]
async fn what_waited_at_the_server_is_told_once_a_second_after_the_last() {
    let (mut stage, session) = Stage::online().await;
    session.hears(said_while_away(BOB, "m1", "One")).await;
    session.hears(said_while_away(BOB, "m2", "Two")).await;
    assert!(stage.told().await.rings().is_empty());
    stage.passes(1).await;
    let told = stage.told().await;
    let ring = told.alert();
    assert_eq!(ring.event.kind, EventKind::Missed);
    assert_eq!((ring.content.messages, ring.content.chats), (2, 1));
    assert_eq!(ring.content.name, "bob");
    stage.passes(60).await;
    assert!(stage.told().await.rings().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_was_read_elsewhere_meanwhile_is_not_counted_as_missed() {
    let (mut stage, session) = Stage::online().await;
    session.hears(said_while_away(BOB, "m1", "One")).await;
    session.hears(said_while_away(BOB, "m2", "Two")).await;
    session
        .hears(Incoming::SeenElsewhere {
            chat: bob(),
            id: "m1".to_owned(),
        })
        .await;
    stage.passes(1).await;
    assert_eq!(stage.told().await.alert().content.messages, 1);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_told_of_what_was_all_read_elsewhere() {
    let (mut stage, session) = Stage::online().await;
    session.hears(said_while_away(BOB, "m1", "One")).await;
    session
        .hears(Incoming::SeenElsewhere {
            chat: bob(),
            id: "m1".to_owned(),
        })
        .await;
    stage.passes(2).await;
    assert!(stage.told().await.rings().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_summary_of_several_chats_goes_once_the_last_of_them_was_seen() {
    let (mut stage, session) = Stage::online_with(|settings| {
        settings.privacy.who_may_write = carillon_core::privacy::WhoMayWrite::Everyone;
    })
    .await;
    session.hears(said_while_away(BOB, "m1", "One")).await;
    session
        .hears(said_while_away("carol@example.org", "m1", "Two"))
        .await;
    stage.passes(1).await;
    let key = stage.told().await.alert().plan.replace_key.clone();
    let mut gone = Vec::new();
    for from in [BOB, "carol@example.org"] {
        let (chat, last) = (stage.chat(from), newest(&stage, from).await);
        stage
            .call(move |desk| desk.mark_seen(&chat, last))
            .await
            .unwrap();
        gone.push(stage.told().await.withdrawn().contains(&key.as_str()));
    }
    assert_eq!(gone, [false, true]);
}

#[tokio::test(start_paused = true)]
async fn a_message_for_the_chat_in_front_is_quiet() {
    let (mut stage, session) = Stage::online().await;
    stage.surroundings.send_replace(Surroundings {
        chat_in_front: Some(stage.chat(BOB)),
        ..Surroundings::default()
    });
    session.hears(says(BOB, "m1", "Hello")).await;
    let told = stage.told().await;
    assert_eq!(told.rings()[0].plan.kind, EventKind::MessageInFront);
    assert!(told.alerted().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_i_have_seen_is_withdrawn_and_the_sender_learns_it() {
    let (mut stage, mut session) = Stage::online().await;
    session.hears(says(BOB, "m1", "Hello")).await;
    let key = stage.told().await.alert().plan.replace_key.clone();
    session.says().await;
    let (chat, last) = (stage.chat(BOB), newest(&stage, BOB).await);
    stage
        .call(move |desk| desk.mark_seen(&chat, last))
        .await
        .unwrap();
    assert!(stage.told().await.withdrawn().contains(&key.as_str()));
    let displayed = Outgoing::Displayed {
        to: bob(),
        id: "m1".to_owned(),
    };
    assert_eq!(session.says().await, [displayed]);
}

#[tokio::test(start_paused = true)]
async fn the_sender_does_not_learn_what_i_have_seen_when_the_user_does_not_want_it() {
    let (stage, mut session) = Stage::online_with(|s| s.privacy.send_read_marks = false).await;
    session.hears(says(BOB, "m1", "Hello")).await;
    session.says().await;
    let (chat, last) = (stage.chat(BOB), newest(&stage, BOB).await);
    stage
        .call(move |desk| desk.mark_seen(&chat, last))
        .await
        .unwrap();
    assert_eq!(session.says().await, []);
}

#[tokio::test(start_paused = true)]
async fn what_another_device_has_seen_is_withdrawn_and_no_longer_counted() {
    let (mut stage, session) = Stage::online().await;
    session.hears(says(BOB, "m1", "Hello")).await;
    let key = stage.told().await.alert().plan.replace_key.clone();
    session
        .hears(Incoming::SeenElsewhere {
            chat: bob(),
            id: "m1".to_owned(),
        })
        .await;
    assert!(stage.told().await.withdrawn().contains(&key.as_str()));
    assert_eq!(stage.tray().await.unread, 0);
}

#[tokio::test(start_paused = true)]
async fn every_alert_is_a_row_of_the_activity_list_with_its_message() {
    let (stage, session) = Stage::online().await;
    session.hears(says(BOB, "m1", "Hello")).await;
    let rows = stage.stored().activity(None, 10).unwrap();
    let row = &rows[0].row;
    assert_eq!(
        (row.kind.as_str(), row.outcome.as_str()),
        ("message", "alerted")
    );
    assert_eq!(row.message, Some(newest(&stage, BOB).await));
}
