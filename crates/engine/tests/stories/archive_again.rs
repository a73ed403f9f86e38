//! Archives that do not answer at once, and rooms that I leave and enter again.

use crate::archive::{after, entry, live, numbers, page, said};
use crate::stage::{MORNING, Session, Stage, jid, joined_as};
use crate::words::{comes, message};
use carillon_core::chat::{Author, HistoryAnchor};
use carillon_core::room::RoomTrouble;
use carillon_core::session::{
    ArchivePage, ArchivePlace, Archived, Incoming, IncomingMessage, Origin, Outgoing, RoomEvent,
};
use carillon_engine::Output;

const ROOM: &str = "tea@rooms.example.org";

fn in_room(n: u32) -> IncomingMessage {
    IncomingMessage {
        author: Author::Occupant {
            nick: "bob".to_owned(),
        },
        wants_receipt: false,
        stanza_id: Some(format!("s{n}")),
        origin: Origin::Archive,
        ..message(ROOM, &format!("r{n}"), &n.to_string())
    }
}

fn live_in_room(n: u32) -> Incoming {
    Incoming::Message(IncomingMessage {
        origin: Origin::Live,
        ..in_room(n)
    })
}

async fn happens(session: &Session, event: RoomEvent) {
    let room = jid(ROOM);
    session.hears(Incoming::Room { room, event }).await;
}

/// The room lets me in and says that it has an archive.
async fn lets_me_in(session: &Session) {
    happens(session, joined_as("alice")).await;
    happens(session, RoomEvent::HasArchive).await;
}

async fn joins(stage: &Stage) {
    let room = stage.chat(ROOM);
    stage.call(move |desk| desk.join_room(&room)).await.unwrap();
}

/// Alice is in a room whose archive is known up to its second entry.
async fn knows_two() -> (Stage, Session) {
    let (stage, mut session) = Stage::online().await;
    joins(&stage).await;
    lets_me_in(&session).await;
    let query = session.is_asked().await;
    assert_eq!(
        (query.room.clone(), &query.place),
        (Some(jid(ROOM)), &ArchivePlace::Newest)
    );
    let entries = (1..=2).map(in_room).map(entry).collect();
    session.answers(&query, page(entries, true)).await;
    (stage, session)
}

fn words(stage: &Stage) -> Vec<String> {
    let room = stage.chat(ROOM);
    let page = stage.stored().history(&room, HistoryAnchor::Newest, 100);
    let messages = page.unwrap().messages.into_iter();
    messages.map(|one| one.body).collect()
}

#[tokio::test(start_paused = true)]
async fn what_was_said_between_leaving_a_room_and_entering_it_again_is_read() {
    for thrown_out in [false, true] {
        let (stage, mut session) = knows_two().await;
        session.hears(live_in_room(3)).await;
        if thrown_out {
            let trouble = Some(RoomTrouble::default());
            happens(&session, RoomEvent::Left { trouble }).await;
        } else {
            let room = stage.chat(ROOM);
            stage
                .call(move |desk| desk.leave_room(&room))
                .await
                .unwrap();
        }
        joins(&stage).await;
        happens(&session, joined_as("alice")).await;
        // Faster than the answer to whether there is an archive.
        session.hears(live_in_room(6)).await;
        happens(&session, RoomEvent::HasArchive).await;
        let query = session.is_asked().await;
        assert_eq!(query.place, after(3), "the live one did not move the mark");
        let entries = (4..=6).map(in_room).map(entry).collect();
        session.answers(&query, page(entries, true)).await;
        assert_eq!(words(&stage), ["1", "2", "3", "4", "5", "6"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_rooms_archive_is_read_too_when_the_session_goes_on_after_a_cut() {
    let (mut stage, session) = knows_two().await;
    session.is_managed("s1").await;
    session.loses_its_link().await;
    let mut session = stage.session().await;
    session
        .hears_all([Incoming::Resumed, live_in_room(4), live_in_room(3)])
        .await;
    session.asks_nothing().await;
    stage.passes(3).await;
    let query = session.is_asked().await;
    assert_eq!(
        (query.room.clone(), &query.place),
        (Some(jid(ROOM)), &after(2))
    );
    let entries = (3..=4).map(in_room).map(entry).collect();
    session.answers(&query, page(entries, true)).await;
    assert_eq!(words(&stage), ["1", "2", "3", "4"]);
}

#[tokio::test(start_paused = true)]
async fn an_archive_that_cannot_answer_now_is_asked_again_less_and_less_often() {
    let (mut stage, session) = Stage::knows_three().await;
    let mut session = stage.is_away(session).await;
    for wait in [5, 10, 20, 40] {
        let query = session.is_asked().await;
        assert_eq!(query.place, after(3));
        session.refuses(&query, "resource-constraint").await;
        stage.passes(wait - 1).await;
        session.asks_nothing().await;
        stage.passes(1).await;
    }
    let query = session.is_asked().await;
    session.answers(&query, numbers(4..=5, true)).await;
    session.hears(live(6)).await;
    assert_eq!(stage.bodies(), ["1", "2", "3", "4", "5", "6"]);
    stage.passes(3_600).await;
    session.asks_nothing().await;
}

/// A page without an entry that says there is more behind this one.
fn nothing_up_to(name: &str) -> ArchivePage {
    ArchivePage {
        last: Some(name.to_owned()),
        ..page(Vec::new(), false)
    }
}

#[tokio::test(start_paused = true)]
async fn an_archive_that_promises_more_and_gives_nothing_is_asked_less_and_less_often() {
    let (mut stage, session) = Stage::knows_three().await;
    let mut session = stage.is_away(session).await;
    let mut query = session.is_asked().await;
    for (name, wait) in [("x1", 5), ("x2", 10), ("x3", 20), ("x4", 40)] {
        session.answers(&query, nothing_up_to(name)).await;
        session.asks_nothing().await;
        stage.passes(wait - 1).await;
        session.asks_nothing().await;
        stage.passes(1).await;
        query = session.is_asked().await;
        assert_eq!(query.place, ArchivePlace::After(name.to_owned()));
    }
    session.answers(&query, numbers(4..=5, true)).await;
    session.hears(live(6)).await;
    assert_eq!(stage.bodies(), ["1", "2", "3", "4", "5", "6"]);
    stage.passes(3_600).await;
    session.asks_nothing().await;
}

#[tokio::test(start_paused = true)]
async fn an_archive_that_forgets_where_it_gave_nothing_is_asked_for_all_since_what_it_gave() {
    let (mut stage, session) = Stage::knows_three().await;
    let mut session = stage.is_away(session).await;
    let query = session.is_asked().await;
    session.answers(&query, nothing_up_to("x1")).await;
    stage.passes(5).await;
    let query = session.is_asked().await;
    session.refuses(&query, "item-not-found").await;
    let third = said(3).at.unwrap();
    assert!(third < MORNING);
    let since = ArchivePlace::Since(third.plus_millis(-3_600_000));
    assert_eq!(session.is_asked().await.place, since);
}

#[tokio::test(start_paused = true)]
async fn an_archive_that_gives_the_same_page_over_and_over_is_asked_less_and_less_often() {
    for again in [4..=5, 4..=6] {
        let known = *again.end();
        let (mut stage, session) = Stage::knows_three().await;
        let mut session = stage.is_away(session).await;
        let query = session.is_asked().await;
        session.answers(&query, numbers(4..=5, false)).await;
        let mut query = session.is_asked().await;
        assert_eq!(query.place, after(5));
        for wait in [5, 10, 20] {
            session.answers(&query, numbers(again.clone(), false)).await;
            stage.passes(wait - 1).await;
            session.asks_nothing().await;
            stage.passes(1).await;
            query = session.is_asked().await;
            assert_eq!(query.place, after(known));
        }
        session.answers(&query, numbers(known + 1..=8, true)).await;
        assert_eq!(stage.bodies(), ["1", "2", "3", "4", "5", "6", "7", "8"]);
    }
}

#[tokio::test(start_paused = true)]
async fn so_is_one_that_has_to_be_read_from_the_start_each_time() {
    let (mut stage, session) = Stage::knows_three().await;
    let mut session = stage.is_away(session).await;
    let same = || ArchivePage {
        stable: false,
        ..numbers(4..=5, false)
    };
    for wait in [5, 10, 20] {
        for place in [after(3), after(5)] {
            let query = session.is_asked().await;
            assert_eq!(query.place, place);
            session.answers(&query, same()).await;
        }
        stage.passes(wait - 1).await;
        session.asks_nothing().await;
        stage.passes(1).await;
    }
    assert_eq!(stage.bodies(), ["1", "2", "3", "4", "5"]);
}

#[tokio::test(start_paused = true)]
async fn an_archive_that_is_not_for_me_is_not_asked_again_on_this_session() {
    let (mut stage, session) = Stage::knows_three().await;
    let mut session = stage.is_away(session).await;
    let query = session.is_asked().await;
    session.refuses(&query, "forbidden").await;
    stage.passes(3_600).await;
    session.asks_nothing().await;
    let mut session = stage.is_away(session).await;
    assert_eq!(session.is_asked().await.place, after(3));
}

#[tokio::test(start_paused = true)]
async fn an_archive_that_keeps_silent_is_asked_again() {
    let (mut stage, session) = Stage::knows_three().await;
    let mut session = stage.is_away(session).await;
    let silent = session.is_asked().await;
    stage.passes(59).await;
    session.asks_nothing().await;
    stage.passes(6).await;
    let query = session.is_asked().await;
    assert_eq!(query.place, after(3));
    // Whatever it had to say to the first question.
    session.answers(&silent, numbers(4..=5, true)).await;
    assert_eq!(stage.bodies(), ["1", "2", "3"]);
    session.answers(&query, numbers(4..=5, true)).await;
    assert_eq!(stage.bodies(), ["1", "2", "3", "4", "5"]);
}

#[tokio::test(start_paused = true)]
async fn a_rooms_archive_is_asked_again_as_well_unless_i_have_left() {
    let (stage, mut session) = Stage::online().await;
    joins(&stage).await;
    lets_me_in(&session).await;
    let query = session.is_asked().await;
    session.refuses(&query, "internal-server-error").await;
    stage.passes(6).await;
    let query = session.is_asked().await;
    assert_eq!(query.room, Some(jid(ROOM)));
    session.refuses(&query, "internal-server-error").await;
    let room = stage.chat(ROOM);
    stage
        .call(move |desk| desk.leave_room(&room))
        .await
        .unwrap();
    stage.passes(3_600).await;
    session.asks_nothing().await;
}

#[tokio::test(start_paused = true)]
async fn a_session_that_is_too_busy_for_the_question_is_asked_it_later() {
    let (mut stage, session) = Stage::knows_three().await;
    session.loses_its_link().await;
    let mut session = stage.session().await;
    let chat = stage.chat("bob@example.org");
    session.comes_online_with_archive().await;
    let query = session.is_asked().await;
    // A link that takes nothing.
    session.hears(comes("bob@example.org")).await;
    stage
        .call(move |desk| {
            for n in 0..2_000 {
                let _ = desk.set_typing(&chat, n % 2 == 0);
            }
        })
        .await;
    session.answers(&query, numbers(4..=5, false)).await;
    let said = session.says().await;
    assert!(!said.iter().any(|one| matches!(one, Outgoing::Archive(_))));
    stage.passes(5).await;
    let query = session.is_asked().await;
    assert_eq!(query.place, after(5));
    session.answers(&query, numbers(6..=7, true)).await;
    assert_eq!(stage.bodies(), ["1", "2", "3", "4", "5", "6", "7"]);
}

/// How far the window is told that the reading is, and whether the server is slow.
async fn shown(stage: &Stage) -> Option<(u32, bool)> {
    let alice = stage.alice;
    let way = stage.call(move |desk| desk.catching_up(alice)).await;
    way.map(|way| (way.taken, way.slow))
}

#[tokio::test(start_paused = true)]
async fn an_archive_that_takes_long_is_asked_for_less_and_given_more_time_and_the_user_sees_it() {
    let (mut stage, session) = Stage::knows_three().await;
    let mut session = stage.is_away(session).await;
    for (page, seconds, then) in [(100, 60, 5), (25, 120, 10), (6, 240, 20)] {
        let query = session.is_asked().await;
        assert_eq!((query.place, query.max), (after(3), page));
        stage.passes(seconds - 1).await;
        session.asks_nothing().await;
        stage.told().await;
        stage.passes(1).await;
        let told = stage.told().await;
        assert!(told.has(|one| *one == Output::Accounts), "it is told");
        assert_eq!(shown(&stage).await, Some((0, true)));
        stage.passes(then).await;
    }
    // What it needs for so little is less than what is waited.
    let query = session.is_asked().await;
    assert_eq!(query.max, 5);
    stage.passes(200).await;
    session.answers(&query, numbers(4..=5, false)).await;
    let query = session.is_asked().await;
    assert_eq!((&query.place, query.max), (&after(5), 5));
    assert_eq!(shown(&stage).await, Some((2, true)));
    session.answers(&query, numbers(6..=7, true)).await;
    assert_eq!(stage.bodies(), ["1", "2", "3", "4", "5", "6", "7"]);
    assert_eq!(shown(&stage).await, None);
    let mut session = stage.is_away(session).await;
    assert_eq!(session.is_asked().await.max, 100);
    assert_eq!(shown(&stage).await, Some((0, false)));
}

/// Answers with the pages of a circle, one after the other, until nothing is asked any more: so many.
async fn goes_round(session: &mut Session, length: u32) -> u32 {
    let mut answered = 0;
    loop {
        let said = session.says().await;
        let mut asked = said.into_iter().filter_map(|one| match one {
            Outgoing::Archive(query) => Some(query),
            _ => None,
        });
        let Some(query) = asked.next() else {
            return answered;
        };
        let ArchivePlace::After(known) = &query.place else {
            panic!("it goes forwards: {query:?}");
        };
        let known: u32 = known[1..].parse().unwrap();
        let next = if known >= 3 + 2 * length {
            4
        } else {
            known + 1
        };
        session
            .answers(&query, numbers(next..=next + 1, false))
            .await;
        answered += 1;
        assert!(answered <= 3 * length + 3, "it is not noticed");
    }
}

#[tokio::test(start_paused = true)]
async fn an_archive_whose_pages_go_in_a_circle_is_asked_less_and_less_often() {
    for length in [2, 3, 5, 8] {
        let (mut stage, session) = Stage::knows_three().await;
        let mut session = stage.is_away(session).await;
        for wait in [5, 10, 20, 40] {
            let answered = goes_round(&mut session, length).await;
            assert!(answered > 0, "it was asked");
            stage.passes(wait - 1).await;
            session.asks_nothing().await;
            stage.passes(1).await;
        }
        let all: Vec<_> = (1..=3 + 2 * length).map(|n| n.to_string()).collect();
        assert_eq!(stage.bodies(), all, "each once, in order");
    }
}

/// Entries that say nothing, as many at once as no archive is asked for.
fn invented(known: &ArchivePlace) -> ArchivePage {
    let ArchivePlace::After(known) = known else {
        panic!("it goes forwards: {known:?}");
    };
    let from: u32 = known[1..].parse().unwrap();
    let one = |n: u32| Archived {
        id: format!("s{n}"),
        at: None,
        what: Vec::new(),
    };
    page((from + 1..=from + 20_000).map(one).collect(), false)
}

#[tokio::test(start_paused = true)]
async fn an_archive_that_invents_entries_for_ever_is_left_until_the_user_has_it_go_on() {
    let (mut stage, session) = Stage::knows_three().await;
    let mut session = stage.is_away(session).await;
    let alice = stage.alice;
    for times in 1..=2 {
        for _ in 0..10 {
            let query = session.is_asked().await;
            session.answers(&query, invented(&query.place)).await;
        }
        stage.passes(3_600).await;
        session.asks_nothing().await;
        let state = stage.call(|desk| desk.account_states().remove(0)).await;
        assert!(state.paused, "the user sees that it waits");
        let known = stage.stored().archive_cursor(alice, None).unwrap();
        let read = 3 + times * 200_000;
        assert_eq!(known.unwrap().entry, format!("s{read}"));
        let go_on = stage.call(move |desk| desk.unpause_catching_up(alice));
        go_on.await.unwrap();
    }
    let query = session.is_asked().await;
    session
        .answers(&query, numbers(400_004..=400_005, true))
        .await;
    assert_eq!(stage.bodies(), ["1", "2", "3", "400004", "400005"]);
}

#[tokio::test(start_paused = true)]
async fn a_rooms_that_does_so_stops_nothing_but_itself() {
    let (stage, mut session) = knows_two().await;
    joins(&stage).await;
    lets_me_in(&session).await;
    for _ in 0..10 {
        let query = session.is_asked().await;
        assert_eq!(query.room, Some(jid(ROOM)));
        session.answers(&query, invented(&query.place)).await;
    }
    stage.passes(3_600).await;
    session.asks_nothing().await;
    let state = stage.call(|desk| desk.account_states().remove(0)).await;
    assert!(!state.paused);
}
