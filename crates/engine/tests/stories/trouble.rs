//! The disk does not take what came.

use crate::stage::{Session, Stage};
use crate::words::says;
use carillon_core::session::{Incoming, Outgoing};
use carillon_engine::{ConnectEnd, Desk, DeskError, Output};

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

/// Nothing at all can be written.
fn fills_up(stage: &Stage) -> rusqlite::Connection {
    let disk = rusqlite::Connection::open(stage.database()).unwrap();
    for table in ["message", "meta", "activity", "tray_mark"] {
        let full = format!(
            "CREATE TRIGGER full_{table} BEFORE INSERT ON {table}
             BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        );
        disk.execute_batch(&full).unwrap();
    }
    disk
}

fn has_room(disk: &rusqlite::Connection) {
    for table in ["message", "meta", "activity", "tray_mark"] {
        disk.execute_batch(&format!("DROP TRIGGER full_{table}"))
            .unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_full_disk_is_told_once_and_nobody_signs_in_and_out_again_until_there_is_room() {
    let (mut stage, mut session) = Stage::online().await;
    let disk = fills_up(&stage);
    stage.told().await;
    session.hears(says(BOB, "m1", "Hello")).await;
    session.hears(says(BOB, "m2", "Are you there?")).await;
    assert!(session.says().await.contains(&Outgoing::Close));
    session.ends(ConnectEnd::Closed).await;
    let mut told = stage.told().await.0;
    stage.passes(600).await;
    assert!(stage.has_no_new_session().await, "it could store nothing");
    told.extend(stage.told().await.0);
    let complaints = told.iter().filter(|one| matches!(one, Output::Storage(_)));
    assert_eq!(complaints.count(), 1, "{told:#?}");
    has_room(&disk);
    stage.passes(65).await;
    let told = stage.told().await.0;
    assert!(told.contains(&Output::StorageWorks), "{told:#?}");
    let session = stage.session().await;
    session.comes_online().await;
    session.hears(says(BOB, "m1", "Hello")).await;
    let chat = stage.chat(BOB);
    assert_eq!(stage.stored().unread(&chat).unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_disk_that_takes_nothing_rings_once_an_hour_at_most_and_not_when_it_works_again() {
    let (mut stage, session) = Stage::online().await;
    let ring = |stage: &Stage| {
        let engine = stage.engine.clone();
        async move {
            let words =
                |desk: &mut Desk| desk.ring_storage("Full".to_owned(), "Make room".to_owned());
            engine.call(words).await.unwrap();
        }
    };
    ring(&stage).await;
    assert_eq!(stage.told().await.rings().len(), 0, "all is well");
    let disk = fills_up(&stage);
    session.hears(says(BOB, "m1", "Hello")).await;
    stage.told().await;
    for _ in 0..2 {
        ring(&stage).await;
    }
    let told = stage.told().await;
    let rings = told.rings();
    assert_eq!(rings.len(), 1, "{told:#?}");
    assert_eq!(rings[0].content.text, "Make room");
    let key = rings[0].plan.replace_key.clone();
    has_room(&disk);
    stage.passes(65).await;
    let told = stage.told().await.0;
    assert!(told.contains(&Output::Withdraw(key)), "{told:#?}");
}

#[tokio::test(start_paused = true)]
async fn damage_that_is_met_in_use_rings_and_stays_told_though_the_disk_is_well() {
    let (mut stage, mut session) = Stage::online().await;
    let database = rusqlite::Connection::open(stage.database()).unwrap();
    database
        .execute_batch(
            "CREATE TRIGGER broken BEFORE INSERT ON message
             BEGIN INSERT INTO gone VALUES (1); END",
        )
        .unwrap();
    stage.told().await;
    session.hears(says(BOB, "m1", "Hello")).await;
    assert!(session.says().await.contains(&Outgoing::Close));
    session.ends(ConnectEnd::Closed).await;
    stage.passes(5).await;
    stage
        .call(|desk| desk.ring_storage("Damaged".to_owned(), "Start Carillon anew".to_owned()))
        .await;
    let told = stage.told().await;
    assert_eq!(told.rings().len(), 1, "{told:#?}");
    stage.passes(65).await;
    let later = stage.told().await.0;
    let over = |one: &Output| matches!(one, Output::StorageWorks | Output::Withdraw(_));
    assert!(
        !told.0.iter().chain(&later).any(over),
        "{told:#?} {later:#?}"
    );
}

#[tokio::test(start_paused = true)]
async fn damage_that_is_met_by_what_follows_an_alert_is_told_once() {
    let (mut stage, session) = Stage::online().await;
    let database = rusqlite::Connection::open(stage.database()).unwrap();
    database
        .execute_batch(
            "CREATE TRIGGER broken BEFORE INSERT ON activity
             BEGIN INSERT INTO gone VALUES (1); END",
        )
        .unwrap();
    stage.told().await;
    session.hears(says(BOB, "m1", "Hello")).await;
    session.hears(says(BOB, "m2", "Are you there?")).await;
    stage.passes(5).await;
    let told = stage.told().await.0;
    let complaints = told.iter().filter(|one| matches!(one, Output::Storage(_)));
    assert_eq!(complaints.count(), 1, "{told:#?}");
}
