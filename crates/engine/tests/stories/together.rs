//! Messages that wait one behind the other are stored together, and told as if each had come alone.

use crate::stage::{Session, Stage};
use crate::words::{message, says};
use carillon_core::session::{Incoming, IncomingMessage, Outgoing};
use carillon_engine::Output;

const BOB: &str = "bob@example.org";

async fn managed() -> (Stage, Session) {
    let (mut stage, mut session) = Stage::online().await;
    session.is_managed("s1").await;
    stage.passes(2).await;
    session.says().await;
    stage.told().await;
    (stage, session)
}

/// So many messages of Bob, each with its count behind it.
fn burst(many: u32) -> Vec<Incoming> {
    let said = |n: u32| {
        let message = IncomingMessage {
            wants_receipt: false,
            ..message(BOB, &format!("b{n}"), &format!("word {n}"))
        };
        [Incoming::Message(message), Incoming::Counted(n)]
    };
    (1..=many).flat_map(said).collect()
}

fn rows(stage: &Stage) -> i64 {
    let database = rusqlite::Connection::open(stage.database()).unwrap();
    let count = |row: &rusqlite::Row<'_>| row.get(0);
    database
        .query_row("SELECT COUNT(*) FROM message", [], count)
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_burst_is_told_in_its_order_each_with_what_was_unread_then() {
    let (mut stage, session) = managed().await;
    session.hears_all(burst(20)).await;
    let told = stage.told().await;
    let rings = told.0.iter().filter_map(|one| match one {
        Output::Ring(ring) => Some((ring.content.text.clone(), ring.content.messages)),
        _ => None,
    });
    let rings: Vec<_> = rings.collect();
    let expected: Vec<_> = (1..=20).map(|n| (format!("word {n}"), n)).collect();
    assert_eq!(rings, expected);
    let added = told.0.iter().filter_map(|one| match one {
        Output::MessageAdded(_, id) => Some(id.0),
        _ => None,
    });
    let added: Vec<_> = added.collect();
    assert_eq!(added.len(), 20);
    assert!(added.is_sorted(), "{added:?}");
}

#[tokio::test(start_paused = true)]
async fn a_burst_counts_once_it_is_on_the_disk() {
    let (stage, mut session) = managed().await;
    session.hears_all(burst(20)).await;
    assert_eq!(session.says().await, [], "it is committed, not durable");
    stage.passes(1).await;
    assert_eq!(session.says().await, [Outgoing::Handled(20)]);
    let stream = stage.stored().stream(stage.alice).unwrap().unwrap();
    assert_eq!(stream.handled, 20);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_cannot_be_stored_harms_none_before_it_and_nothing_after_it_counts() {
    let (mut stage, mut session) = managed().await;
    let database = rusqlite::Connection::open(stage.database()).unwrap();
    database
        .execute_batch(
            "CREATE TRIGGER picky BEFORE INSERT ON message WHEN NEW.body = 'word 4'
             BEGIN SELECT RAISE(ABORT, 'not this one'); END",
        )
        .unwrap();
    session.hears_all(burst(8)).await;
    let told = stage.told().await;
    let added = |one: &&Output| matches!(one, Output::MessageAdded(..));
    assert_eq!(told.0.iter().filter(added).count(), 7, "{told:#?}");
    assert_eq!(rows(&stage), 7);
    assert_eq!(session.says().await, [Outgoing::Close]);
    let stream = stage.stored().stream(stage.alice).unwrap().unwrap();
    assert!(stream.handled <= 3, "{stream:?}");
}

#[tokio::test(start_paused = true)]
async fn what_comes_between_messages_is_heard_between_them() {
    let (mut stage, session) = managed().await;
    let mut all = burst(4);
    let typing = Incoming::Typing {
        chat: BOB.parse().unwrap(),
        nick: None,
        composing: true,
    };
    all.insert(4, typing);
    session.hears_all(all).await;
    let told = stage.told().await;
    let order = told.0.iter().filter_map(|one| match one {
        Output::MessageAdded(..) => Some('m'),
        Output::Typing { composing, .. } => Some(if *composing { 't' } else { 's' }),
        _ => None,
    });
    assert_eq!(order.collect::<String>(), "mmtmsm");
}

#[tokio::test(start_paused = true)]
async fn words_of_a_contact_and_of_a_stranger_at_once_each_go_where_they_belong() {
    let (stage, session) = managed().await;
    session
        .hears_all([
            says(BOB, "b1", "Hello"),
            says("mallory@example.net", "x1", "Buy"),
            says(BOB, "b2", "Hello again"),
            says("mallory@example.net", "x2", "Buy now"),
        ])
        .await;
    let unread = |chat: &str| stage.stored().unread(&stage.chat(chat)).unwrap();
    assert_eq!((unread(BOB), unread("mallory@example.net")), (2, 2));
    let total = stage.stored().unread_total().unwrap();
    assert_eq!((total.in_chats, total.in_requests), (2, 2));
}
