//! What was on the way on a stream that the server has let go, and that its archive gets late.

use crate::archive::{after, entry, live, numbers, page, said};
use crate::stage::{Session, Stage};
use carillon_core::session::{Incoming, IncomingMessage};

/// The archive is known up to its third entry when a managed stream breaks that the server lets go. What was missed
/// was read up to the fourth.
async fn signed_in_anew() -> (Stage, Session) {
    let (mut stage, session) = Stage::knows_three().await;
    session.is_managed("s1").await;
    let mut session = stage.is_away(session).await;
    session.is_managed("s2").await;
    let query = session.is_asked().await;
    assert_eq!(query.place, after(3));
    session.answers(&query, numbers(4..=4, true)).await;
    (stage, session)
}

/// ejabberd archives it with the time at which it came to its process, two minutes before: in front of all that came
/// since.
#[tokio::test(start_paused = true)]
async fn what_is_archived_late_in_front_of_what_came_since_is_found_and_lies_there() {
    let (stage, mut session) = signed_in_anew().await;
    session.hears(live(8)).await;
    let looks = [
        (20, vec![4, 6, 8]),
        (40, vec![4, 5, 6, 8]),
        (90, vec![4, 5, 6, 7, 8, 9]),
    ];
    for (wait, entries) in looks {
        stage.passes(wait - 1).await;
        session.asks_nothing().await;
        stage.passes(1).await;
        let query = session.is_asked().await;
        assert_eq!(query.place, after(3), "nothing moved the mark");
        let entries = entries.into_iter().map(said).map(entry).collect();
        session.answers(&query, page(entries, true)).await;
    }
    session.hears(live(10)).await;
    let all: Vec<_> = (1..=10).map(|n| n.to_string()).collect();
    assert_eq!(stage.bodies(), all);
    stage.passes(3_600).await;
    session.asks_nothing().await;
    let mut stage = stage;
    let mut session = stage.is_away(session).await;
    stage.passes(3).await;
    assert_eq!(session.is_asked().await.place, after(10));
}

/// What came live had been said in front of what the archive gave already, and stands on another page than the end of it.
#[tokio::test(start_paused = true)]
async fn what_stands_behind_it_on_the_next_page_comes_along() {
    let (stage, mut session) = signed_in_anew().await;
    stage.passes(20).await;
    let query = session.is_asked().await;
    let early = [4, 6, 7, 8].map(said).map(entry).into();
    session.answers(&query, page(early, true)).await;
    session.hears(live(5)).await;
    assert_eq!(stage.bodies(), ["1", "2", "3", "4", "6", "7", "8", "5"]);
    stage.passes(40).await;
    for (entries, complete) in [(4..=6, false), (7..=7, false), (8..=8, true)] {
        let query = session.is_asked().await;
        session.answers(&query, numbers(entries, complete)).await;
    }
    let all: Vec<_> = (1..=8).map(|n| n.to_string()).collect();
    assert_eq!(stage.bodies(), all);
}

/// Whoever lost a stream sent again what had come already: the archive holds it twice, and a page ends within that.
#[tokio::test(start_paused = true)]
async fn what_is_there_twice_at_a_pages_end_draws_nothing_behind_it() {
    let (stage, mut session) = signed_in_anew().await;
    stage.passes(20).await;
    let mut query = session.is_asked().await;
    let once_more = |n| IncomingMessage {
        stanza_id: Some(format!("again{n}")),
        ..said(n)
    };
    let first = [said(5), said(6), said(7), once_more(5)];
    let rest = [once_more(6), once_more(7), said(8)];
    for (entries, complete) in [(first.to_vec(), false), (rest.to_vec(), true)] {
        let entries = entries.into_iter().map(entry).collect();
        session.answers(&query, page(entries, complete)).await;
        if !complete {
            query = session.is_asked().await;
        }
    }
    assert_eq!(stage.bodies(), ["1", "2", "3", "4", "5", "6", "7", "8"]);
}

#[tokio::test(start_paused = true)]
async fn so_it_is_where_the_link_breaks_once_more_before() {
    let (mut stage, session) = signed_in_anew().await;
    session.loses_its_link().await;
    let mut session = stage.session().await;
    session.hears(Incoming::Resumed).await;
    for wait in [3, 17, 40, 90] {
        stage.passes(wait).await;
        let query = session.is_asked().await;
        assert_eq!(query.place, after(3));
        session.answers(&query, numbers(4..=5, true)).await;
        session.hears(live(7)).await;
    }
    stage.passes(3_600).await;
    session.asks_nothing().await;
    assert_eq!(stage.bodies(), ["1", "2", "3", "4", "5", "7"]);
}

#[tokio::test(start_paused = true)]
async fn of_very_much_only_what_follows_is_read_again() {
    let (mut stage, session) = Stage::knows_three().await;
    session.is_managed("s1").await;
    let mut session = stage.is_away(session).await;
    session.is_managed("s2").await;
    let mut known = 3;
    while known < 2_103 {
        let query = session.is_asked().await;
        assert_eq!(query.place, after(known));
        known += 100;
        let entries = known - 99..=known;
        session
            .answers(&query, numbers(entries, known == 2_103))
            .await;
    }
    stage.passes(20).await;
    assert_eq!(session.is_asked().await.place, after(2_103));
}

#[tokio::test(start_paused = true)]
async fn a_first_stream_has_left_nothing_on_the_way() {
    let (stage, mut session) = Stage::knows_three().await;
    session.is_managed("s1").await;
    stage.passes(3_600).await;
    session.asks_nothing().await;
}

/// The archive had what I wrote before what came, and the server was killed before it could say so: my message was
/// then taken for one that was said after what I wrote next.
#[tokio::test(start_paused = true)]
async fn what_comes_while_mine_is_on_its_way_moves_no_mark() {
    let (mut stage, mut session) = Stage::knows_three().await;
    let chat = stage.chat("bob@example.org");
    stage
        .call(move |desk| desk.send_message(&chat, "m1", "Mine"))
        .await
        .unwrap();
    assert_eq!(session.sends().await, ["m1"]);
    session.hears(live(4)).await;
    let mut session = stage.is_away(session).await;
    let query = session.is_asked().await;
    assert_eq!(query.place, after(3));
    session.answers(&query, numbers(4..=4, true)).await;
    session.reached(&["m1"]).await;
    session.hears(live(5)).await;
    let mut session = stage.is_away(session).await;
    assert_eq!(
        session.is_asked().await.place,
        after(5),
        "nothing is on its way"
    );
}
