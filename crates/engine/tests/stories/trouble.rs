//! The disk does not take what came.

use crate::stage::{Session, Stage};
use crate::words::says;
use carillon_core::session::{Incoming, Outgoing};
use carillon_engine::{DeskError, Output};

const BOB: &str = "bob@example.org";

/// Nothing more can be written into the messages.
fn breaks(stage: &Stage) {
    let disk = rusqlite::Connection::open(stage.database()).unwrap();
    disk.execute_batch(
        "CREATE TRIGGER full BEFORE INSERT ON message
         BEGIN SELECT RAISE(ABORT, 'the disk is full'); END",
    )
    .unwrap();
}

async fn broken() -> (Stage, Session) {
    let (mut stage, session) = Stage::online().await;
    breaks(&stage);
    stage.told().await;
    (stage, session)
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_stored_is_neither_shown_nor_rung() {
    let (mut stage, session) = broken().await;
    session.hears(says(BOB, "m1", "Hello")).await;
    let told = stage.told().await;
    assert!(matches!(told.0[..], [Output::Storage(_)]), "{told:#?}");
}

#[tokio::test(start_paused = true)]
async fn a_session_whose_messages_cannot_be_stored_ends_so_that_the_server_keeps_them() {
    let (_stage, mut session) = broken().await;
    session.hears(says(BOB, "m1", "Hello")).await;
    assert_eq!(session.says().await, [Outgoing::Close]);
}

#[tokio::test(start_paused = true)]
async fn what_i_write_and_cannot_be_stored_is_refused_and_not_sent() {
    let (mut stage, mut session) = broken().await;
    let chat = stage.chat(BOB);
    let answer = stage
        .call(move |desk| desk.send_message(&chat, "m1", "Hello"))
        .await;
    assert!(matches!(answer, Err(DeskError::Store(_))), "{answer:?}");
    assert_eq!(session.says().await, []);
    assert_eq!(stage.told().await.0, []);
}

#[tokio::test(start_paused = true)]
async fn what_the_disk_did_not_take_is_tried_again_without_anything_new_to_store() {
    let (mut stage, mut session) = Stage::online().await;
    session.is_managed("s1").await;
    stage.passes(2).await;
    session.says().await;
    let disk = rusqlite::Connection::open(stage.database()).unwrap();
    disk.execute_batch(
        "CREATE TRIGGER stuck BEFORE UPDATE ON stream
         BEGIN SELECT RAISE(ABORT, 'the disk is stuck'); END",
    )
    .unwrap();
    stage.told().await;
    session.hears(Incoming::Counted(1)).await;
    stage.passes(60).await;
    assert_eq!(session.says().await, [], "nothing of it is safe");
    let told = stage.told().await;
    let complaints = told
        .0
        .iter()
        .filter(|one| matches!(one, Output::Storage(_)));
    assert_eq!(complaints.count(), 1, "said once: {told:#?}");
    disk.execute_batch("DROP TRIGGER stuck").unwrap();
    stage.passes(61).await;
    assert_eq!(session.says().await, [Outgoing::Handled(1)]);
}
