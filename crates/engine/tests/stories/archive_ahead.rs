//! The next page of an archive is on its way while this one is stored.

use crate::archive::{after, numbers};
use crate::stage::{Session, Stage, settle};
use carillon_core::session::{ArchiveQuery, Incoming, Outgoing};

/// Away while more was said than a page holds, and asked for what follows the third entry.
async fn behind_three() -> (Stage, Session, ArchiveQuery) {
    let (mut stage, session) = Stage::knows_three().await;
    let mut session = stage.is_away(session).await;
    let query = session.is_asked().await;
    assert_eq!(query.place, after(3));
    (stage, session, query)
}

fn page_of_two(query: &ArchiveQuery) -> Incoming {
    Incoming::Archive {
        request: query.request,
        answer: Ok(numbers(4..=5, false)),
    }
}

#[tokio::test(start_paused = true)]
async fn the_next_page_is_asked_for_before_this_one_is_stored() {
    let (stage, mut session, query) = behind_three().await;
    let Outgoing::Archive(next) = session.says_at_once(page_of_two(&query)).await else {
        panic!("the archive is asked");
    };
    assert_eq!(next.place, after(5));
    assert_eq!(
        stage.bodies(),
        ["1", "2", "3"],
        "the server works meanwhile"
    );

    settle().await;
    assert_eq!(stage.bodies(), ["1", "2", "3", "4", "5"]);
    session.asks_nothing().await;
    session.answers(&next, numbers(6..=7, true)).await;
    assert_eq!(stage.bodies(), ["1", "2", "3", "4", "5", "6", "7"]);
    session.asks_nothing().await;
}

#[tokio::test(start_paused = true)]
async fn a_page_behind_one_that_could_not_be_stored_moves_no_mark() {
    let (stage, mut session, query) = behind_three().await;
    let disk = rusqlite::Connection::open(stage.database()).unwrap();
    disk.execute_batch(
        "CREATE TRIGGER full BEFORE INSERT ON message WHEN NEW.stanza_id = 's5'
         BEGIN SELECT RAISE(ABORT, 'the disk is full'); END",
    )
    .unwrap();
    let Outgoing::Archive(next) = session.says_at_once(page_of_two(&query)).await else {
        panic!("the archive is asked");
    };
    session.answers(&next, numbers(6..=7, true)).await;
    assert_eq!(stage.bodies(), ["1", "2", "3"]);
    let account = stage.chat("bob@example.org").account;
    let known = stage.stored().archive_cursor(account, None).unwrap();
    assert_eq!(known.unwrap().entry, "s3");
}

#[tokio::test(start_paused = true)]
async fn a_catch_up_that_is_stopped_takes_no_page_that_was_asked_for_ahead() {
    let (stage, mut session, query) = behind_three().await;
    let Outgoing::Archive(next) = session.says_at_once(page_of_two(&query)).await else {
        panic!("the archive is asked");
    };
    let account = stage.chat("bob@example.org").account;
    let stopped = stage.call(move |desk| desk.stop_catching_up(account)).await;
    stopped.unwrap();
    session.answers(&next, numbers(6..=7, true)).await;
    assert_eq!(stage.bodies(), ["1", "2", "3", "4", "5"]);
}
