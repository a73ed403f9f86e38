//! What was said is found by its words a moment later, and a conversation that was deleted stays so.

use crate::stage::{Stage, bob, joined_as};
use crate::words::says;
use carillon_core::search::SearchQuery;
use carillon_core::session::{Incoming, Outgoing};
use carillon_engine::DeskError;
use carillon_engine::store::{Reader, ToIndex};

fn found(stage: &Stage, words: &str) -> Vec<String> {
    let query = SearchQuery {
        words: words.to_owned(),
        ..SearchQuery::default()
    };
    let mut reader = Reader::open(&stage.database()).unwrap();
    let found = reader.search(&query, None, 100, Box::new(|| false));
    let hits = found.unwrap().unwrap().hits.into_iter();
    hits.map(|hit| hit.text).collect()
}

#[tokio::test(start_paused = true)]
async fn what_was_said_is_found_once_it_is_on_the_disk_and_not_on_the_way_of_its_alert() {
    let (mut stage, session) = Stage::online().await;
    session
        .hears(says("bob@example.org", "m1", "See you at noon"))
        .await;
    assert_eq!(stage.told().await.alerted().len(), 1);
    assert_eq!(stage.stored().to_index().unwrap(), ToIndex::New);
    stage.passes(2).await;
    assert_eq!(stage.stored().to_index().unwrap(), ToIndex::Nothing);
    assert_eq!(found(&stage, "noo"), ["See you at noon"]);
}

#[tokio::test(start_paused = true)]
async fn what_an_engine_left_undone_the_next_one_does() {
    let (stage, session) = Stage::online().await;
    session
        .hears(says("bob@example.org", "m1", "See you at noon"))
        .await;
    let stage = stage.killed().await;
    assert_eq!(found(&stage, "noon"), Vec::<String>::new());
    stage.passes(12).await;
    assert_eq!(found(&stage, "noon"), ["See you at noon"]);
}

#[tokio::test(start_paused = true)]
async fn a_deleted_chat_is_gone_with_its_alert_and_is_not_found() {
    let (mut stage, session) = Stage::online().await;
    session
        .hears(says("bob@example.org", "m1", "See you at noon"))
        .await;
    stage.passes(2).await;
    stage.told().await;
    let chat = stage.chat("bob@example.org");
    let deleted = chat.clone();
    stage
        .call(move |desk| desk.delete_chat(&deleted))
        .await
        .unwrap();
    assert!(!stage.told().await.withdrawn().is_empty());
    assert!(stage.stored().chats().unwrap().is_empty());
    stage.passes(2).await;
    assert_eq!(found(&stage, "noon"), Vec::<String>::new());
    let again = stage.call(move |desk| desk.delete_chat(&chat)).await;
    assert_eq!(again, Err(DeskError::Gone));
    assert!(
        stage
            .stored()
            .roster(stage.alice)
            .unwrap()
            .iter()
            .any(|one| one.jid == bob())
    );
}

#[tokio::test(start_paused = true)]
async fn a_room_is_left_before_it_is_deleted() {
    let (stage, mut session) = Stage::online().await;
    let room = stage.chat("tea@rooms.example.org");
    let entered = room.clone();
    stage
        .call(move |desk| desk.join_room(&entered))
        .await
        .unwrap();
    let event = joined_as("alice");
    session
        .hears(Incoming::Room {
            room: room.bare(),
            event,
        })
        .await;
    session.says().await;
    stage
        .call(move |desk| desk.delete_chat(&room))
        .await
        .unwrap();
    let said = session.says().await;
    assert!(
        said.iter()
            .any(|one| matches!(one, Outgoing::LeaveRoom { .. })),
        "{said:?}"
    );
}
