//! Archives (XEP-0313): what was missed, what is older, and what rings.

use crate::stage::{MORNING, Session, Stage, bob};
use crate::words::message;
use carillon_core::alerts::EventKind;
use carillon_core::chat::{Author, HistoryAnchor};
use carillon_core::session::{
    ArchivePage, ArchivePlace, ArchiveQuery, Archived, Incoming, IncomingMessage, Origin, Outgoing,
    ServerFeatures, StanzaProblem,
};

/// What an archive has as its entry `s{n}`.
pub(crate) fn said(n: u32) -> IncomingMessage {
    IncomingMessage {
        stanza_id: Some(format!("s{n}")),
        at: Some(MORNING.plus_millis(i64::from(n) - 1_000_000)),
        origin: Origin::Archive,
        ..message("bob@example.org", &format!("b{n}"), &n.to_string())
    }
}

pub(crate) fn live(n: u32) -> Incoming {
    Incoming::Message(IncomingMessage {
        origin: Origin::Live,
        at: None,
        ..said(n)
    })
}

pub(crate) fn entry(message: IncomingMessage) -> Archived {
    Archived {
        id: message.stanza_id.clone().unwrap(),
        at: message.at,
        what: vec![Incoming::Message(message)],
    }
}

pub(crate) fn page(entries: Vec<Archived>, complete: bool) -> ArchivePage {
    ArchivePage {
        first: entries.first().map(|one| one.id.clone()),
        last: entries.last().map(|one| one.id.clone()),
        complete,
        stable: true,
        count: Some(99),
        entries,
    }
}

pub(crate) fn numbers(range: std::ops::RangeInclusive<u32>, complete: bool) -> ArchivePage {
    page(range.map(said).map(entry).collect(), complete)
}

pub(crate) fn after(n: u32) -> ArchivePlace {
    ArchivePlace::After(format!("s{n}"))
}

impl Session {
    /// The archive's one question.
    pub(crate) async fn is_asked(&mut self) -> ArchiveQuery {
        let mut asked: Vec<_> = self
            .says()
            .await
            .into_iter()
            .filter_map(|one| match one {
                Outgoing::Archive(query) => Some(query),
                _ => None,
            })
            .collect();
        assert_eq!(asked.len(), 1, "one question: {asked:?}");
        asked.remove(0)
    }

    pub(crate) async fn asks_nothing(&mut self) {
        let asked = self.says().await;
        assert!(
            !asked.iter().any(|one| matches!(one, Outgoing::Archive(_))),
            "{asked:?}"
        );
    }

    pub(crate) async fn answers(&self, query: &ArchiveQuery, page: ArchivePage) {
        let (request, answer) = (query.request, Ok(page));
        self.hears(Incoming::Archive { request, answer }).await;
    }

    pub(crate) async fn refuses(&self, query: &ArchiveQuery, condition: &str) {
        let answer = Err(StanzaProblem {
            condition: condition.to_owned(),
            text: String::new(),
        });
        let request = query.request;
        self.hears(Incoming::Archive { request, answer }).await;
    }
}

impl Stage {
    pub(crate) fn bodies(&self) -> Vec<String> {
        let chat = self.chat("bob@example.org");
        let page = self.stored().history(&chat, HistoryAnchor::Newest, 100);
        page.unwrap()
            .messages
            .into_iter()
            .map(|one| one.body)
            .collect()
    }

    pub(crate) fn unread(&self) -> u32 {
        self.stored().unread(&self.chat("bob@example.org")).unwrap()
    }

    /// Signed in before, with the archive known up to its third entry.
    pub(crate) async fn knows_three() -> (Self, Session) {
        let (mut stage, session) = Self::online().await;
        session.loses_its_link().await;
        let mut session = stage.session().await;
        session.comes_online_with_archive().await;
        let query = session.is_asked().await;
        assert_eq!(query.place, ArchivePlace::Newest);
        session.answers(&query, numbers(1..=3, false)).await;
        stage.passes(2).await;
        (stage, session)
    }

    /// The link breaks, and the server does not know the stream any more.
    pub(crate) async fn is_away(&mut self, session: Session) -> Session {
        session.loses_its_link().await;
        let session = self.session().await;
        self.told().await;
        session.comes_online_with_archive().await;
        session
    }
}

#[tokio::test(start_paused = true)]
async fn what_an_archive_holds_at_the_first_sign_in_is_history() {
    let (mut stage, mut session) = Stage::knows_three().await;
    assert_eq!(stage.bodies(), ["1", "2", "3"]);
    assert_eq!(stage.unread(), 0);
    assert_eq!(stage.told().await.alerted(), []);
    session.asks_nothing().await;
}

#[tokio::test(start_paused = true)]
async fn what_came_while_i_was_away_is_read_page_by_page_and_rings_once() {
    let (mut stage, session) = Stage::knows_three().await;
    let mut session = stage.is_away(session).await;
    let query = session.is_asked().await;
    assert_eq!((query.place.clone(), query.with.clone()), (after(3), None));
    session.answers(&query, numbers(4..=5, false)).await;
    let query = session.is_asked().await;
    assert_eq!(query.place, after(5));
    // However long the next page takes.
    stage.passes(30).await;
    let told = stage
        .call(|desk| desk.catching_up(desk.account_states()[0].id))
        .await;
    assert_eq!(told.unwrap().taken, 2);
    session.answers(&query, numbers(6..=7, true)).await;
    session.asks_nothing().await;
    assert_eq!(stage.unread(), 4);
    stage.passes(2).await;
    let told = stage.told().await;
    let ring = told.alert();
    assert_eq!(
        (ring.event.kind, ring.content.messages),
        (EventKind::Missed, 4)
    );
    assert_eq!(stage.bodies(), ["1", "2", "3", "4", "5", "6", "7"]);
}

#[tokio::test(start_paused = true)]
async fn what_comes_live_meanwhile_lies_behind_what_was_missed() {
    let (mut stage, session) = Stage::knows_three().await;
    let mut session = stage.is_away(session).await;
    let query = session.is_asked().await;
    session.hears(live(9)).await;
    session.answers(&query, numbers(4..=6, false)).await;
    let query = session.is_asked().await;
    session.answers(&query, numbers(7..=9, true)).await;
    assert_eq!(
        stage.bodies(),
        ["1", "2", "3", "4", "5", "6", "7", "8", "9"]
    );
    assert_eq!(stage.unread(), 6);
}

#[tokio::test(start_paused = true)]
async fn a_catch_up_that_is_cut_goes_on_where_it_was() {
    let (mut stage, session) = Stage::knows_three().await;
    let mut session = stage.is_away(session).await;
    let query = session.is_asked().await;
    session.answers(&query, numbers(4..=5, false)).await;
    session.is_asked().await;
    session.hears(live(8)).await;
    let mut session = stage.is_away(session).await;
    let query = session.is_asked().await;
    assert_eq!(query.place, after(5), "the live one did not move the mark");
    session.answers(&query, numbers(6..=8, true)).await;
    assert_eq!(stage.bodies(), ["1", "2", "3", "4", "5", "6", "7", "8"]);
}

#[tokio::test(start_paused = true)]
async fn once_caught_up_what_comes_live_moves_the_mark() {
    let (mut stage, session) = Stage::knows_three().await;
    session.hears(live(4)).await;
    let mut session = stage.is_away(session).await;
    assert_eq!(session.is_asked().await.place, after(4));
}

#[tokio::test(start_paused = true)]
async fn what_comes_in_another_order_after_a_cut_is_put_in_the_archives() {
    let (mut stage, session) = Stage::knows_three().await;
    session.is_managed("s1").await;
    session.loses_its_link().await;
    let mut session = stage.session().await;
    session
        .hears_all([Incoming::Resumed, live(6), live(4), live(5)])
        .await;
    session.asks_nothing().await;
    stage.passes(3).await;
    let query = session.is_asked().await;
    assert_eq!(query.place, after(3), "nothing of it moved the mark");
    session.hears(live(7)).await;
    session.answers(&query, numbers(4..=7, true)).await;
    assert_eq!(stage.bodies(), ["1", "2", "3", "4", "5", "6", "7"]);
    assert_eq!(stage.unread(), 4);
    stage.passes(2).await;
    let told = stage.told().await;
    assert!(
        !told.alerted().contains(&EventKind::Missed),
        "each rang as it came"
    );
}

#[tokio::test(start_paused = true)]
async fn what_comes_in_another_order_after_a_restart_on_the_same_stream_is_put_in_the_archives() {
    let (stage, session) = Stage::knows_three().await;
    session.is_managed("s1").await;
    let mut stage = stage.killed().await;
    let mut session = stage.session().await;
    session.hears(Incoming::ReachedEarlier(0)).await;
    session.comes_online_with_archive().await;
    session.hears_all([live(6), live(4), live(5)]).await;
    session.asks_nothing().await;
    stage.passes(3).await;
    let query = session.is_asked().await;
    assert_eq!(query.place, after(3), "nothing of it moved the mark");
    session.answers(&query, numbers(4..=6, true)).await;
    assert_eq!(stage.bodies(), ["1", "2", "3", "4", "5", "6"]);
}

#[tokio::test(start_paused = true)]
async fn after_a_restart_on_a_new_stream_what_was_missed_is_read_at_once() {
    let (stage, session) = Stage::knows_three().await;
    session.is_managed("s1").await;
    let mut stage = stage.killed().await;
    let mut session = stage.session().await;
    session.hears(Incoming::ReachedEarlier(0)).await;
    session.comes_online_with_archive().await;
    session.is_managed("s2").await;
    let query = session.is_asked().await;
    assert_eq!(query.place, after(3));
    session.answers(&query, numbers(4..=6, true)).await;
    stage.passes(5).await;
    session.asks_nothing().await;
    assert_eq!(stage.bodies(), ["1", "2", "3", "4", "5", "6"]);
}

#[tokio::test(start_paused = true)]
async fn an_entry_that_the_archive_has_forgotten_is_replaced_by_its_time() {
    let (mut stage, session) = Stage::knows_three().await;
    let mut session = stage.is_away(session).await;
    let query = session.is_asked().await;
    session.refuses(&query, "item-not-found").await;
    let query = session.is_asked().await;
    let an_hour_before = said(3).at.unwrap().plus_millis(-3_600_000);
    assert_eq!(query.place, ArchivePlace::Since(an_hour_before));
    session.answers(&query, numbers(2..=6, true)).await;
    assert_eq!(stage.bodies(), ["1", "2", "3", "4", "5", "6"]);
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_fast_misses_nothing_when_the_archive_has_forgotten_what_came_live() {
    let (mut stage, session) = Stage::knows_three().await;
    let mut session = stage.is_away(session).await;
    let query = session.is_asked().await;
    session.answers(&query, numbers(4..=4, true)).await;
    session.hears(live(5)).await;
    let mut session = stage.is_away(session).await;
    let query = session.is_asked().await;
    assert_eq!(query.place, after(5));
    session.refuses(&query, "item-not-found").await;
    let ArchivePlace::Since(since) = session.is_asked().await.place else {
        panic!("it is asked by its time");
    };
    let said_by_the_servers_clock = said(6).at.unwrap();
    assert!(since <= said_by_the_servers_clock, "{since:?}");
}

#[tokio::test(start_paused = true)]
async fn an_archive_that_may_still_change_is_read_to_its_end_and_again_the_next_time() {
    let (mut stage, session) = Stage::knows_three().await;
    let mut session = stage.is_away(session).await;
    let query = session.is_asked().await;
    let unstable = ArchivePage {
        stable: false,
        ..numbers(4..=5, false)
    };
    session.answers(&query, unstable).await;
    let query = session.is_asked().await;
    assert_eq!(query.place, after(5), "what follows is not lost meanwhile");
    session.answers(&query, numbers(6..=7, true)).await;
    assert_eq!(stage.bodies(), ["1", "2", "3", "4", "5", "6", "7"]);

    let mut session = stage.is_away(session).await;
    let query = session.is_asked().await;
    assert_eq!(query.place, after(3), "nothing behind it is known for good");
    let other_order = [5, 4, 6, 7].into_iter().map(said).map(entry).collect();
    session.answers(&query, page(other_order, true)).await;
    assert_eq!(stage.bodies(), ["1", "2", "3", "5", "4", "6", "7"]);
}

#[tokio::test(start_paused = true)]
async fn an_archive_whose_entries_have_no_lasting_name_is_not_asked_on_and_on() {
    let (mut stage, session) = Stage::knows_three().await;
    let mut session = stage.is_away(session).await;
    let query = session.is_asked().await;
    let unstable = ArchivePage {
        stable: false,
        ..numbers(4..=5, false)
    };
    session.answers(&query, unstable).await;
    let query = session.is_asked().await;
    session.refuses(&query, "item-not-found").await;
    session.asks_nothing().await;
}

#[tokio::test(start_paused = true)]
async fn a_catch_up_can_be_stopped_and_goes_on_later() {
    let (mut stage, session) = Stage::knows_three().await;
    let mut session = stage.is_away(session).await;
    let query = session.is_asked().await;
    session.answers(&query, numbers(4..=5, false)).await;
    let query = session.is_asked().await;
    let alice = stage.alice;
    stage
        .call(move |desk| desk.pause_catching_up(alice))
        .await
        .unwrap();
    assert_eq!(reading(&stage).await, (None, true));
    session.answers(&query, numbers(6..=7, false)).await;
    session.asks_nothing().await;
    assert_eq!(stage.bodies(), ["1", "2", "3", "4", "5"]);
    stage
        .call(move |desk| desk.unpause_catching_up(alice))
        .await
        .unwrap();
    let query = session.is_asked().await;
    assert_eq!(query.place, after(5));
    assert_eq!(reading(&stage).await, (Some(0), false));
    session.answers(&query, numbers(6..=7, true)).await;
    assert_eq!(stage.bodies(), ["1", "2", "3", "4", "5", "6", "7"]);
    assert_eq!(reading(&stage).await, (None, false));
}

#[tokio::test(start_paused = true)]
async fn a_catch_up_that_was_stopped_stays_so_when_the_stream_goes_on() {
    let (mut stage, session) = Stage::knows_three().await;
    let mut session = stage.is_away(session).await;
    session.is_managed("s2").await;
    session.is_asked().await;
    let alice = stage.alice;
    stage
        .call(move |desk| desk.pause_catching_up(alice))
        .await
        .unwrap();
    session.loses_its_link().await;
    let mut session = stage.session().await;
    session.hears(Incoming::Resumed).await;
    stage.passes(60).await;
    session.asks_nothing().await;
    assert_eq!(reading(&stage).await, (None, true));
}

#[tokio::test(start_paused = true)]
async fn a_catch_up_that_was_stopped_is_taken_up_with_the_next_sign_in() {
    let (mut stage, session) = Stage::knows_three().await;
    let mut session = stage.is_away(session).await;
    session.is_asked().await;
    let alice = stage.alice;
    stage
        .call(move |desk| desk.pause_catching_up(alice))
        .await
        .unwrap();
    let mut session = stage.is_away(session).await;
    assert_eq!(session.is_asked().await.place, after(3));
    assert_eq!(reading(&stage).await, (Some(0), false));
}

/// How many entries were read of what was missed, while it is being read, and whether the user stopped it.
async fn reading(stage: &Stage) -> (Option<u32>, bool) {
    let states = stage.call(|desk| desk.account_states()).await;
    let taken = states[0].catching_up.map(|reading| reading.taken);
    (taken, states[0].paused)
}

#[tokio::test(start_paused = true)]
async fn what_i_answered_on_another_device_i_have_seen() {
    let (mut stage, session) = Stage::knows_three().await;
    let mut session = stage.is_away(session).await;
    let query = session.is_asked().await;
    let mine = IncomingMessage {
        author: Author::Me,
        id: Some("phone".to_owned()),
        ..said(5)
    };
    let entries = vec![entry(said(4)), entry(mine), entry(said(6))];
    session.answers(&query, page(entries, true)).await;
    assert_eq!(stage.unread(), 1, "only what came after my answer");
    stage.passes(2).await;
    assert_eq!(stage.told().await.alert().content.messages, 1);
}

#[tokio::test(start_paused = true)]
async fn scrolling_back_asks_for_what_is_before_and_rings_nothing() {
    let (mut stage, mut session) = Stage::knows_three().await;
    stage.told().await;
    let chat = stage.chat("bob@example.org");
    let older = {
        let chat = chat.clone();
        stage.call(move |desk| desk.read_older(&chat)).await
    };
    assert_eq!(older, Ok(true));
    let query = session.is_asked().await;
    let before = ArchivePlace::Before("s1".to_owned());
    assert_eq!(
        (query.place.clone(), query.with.clone()),
        (before, Some(bob()))
    );
    let old = IncomingMessage {
        stanza_id: Some("s0".to_owned()),
        ..message("bob@example.org", "b0", "0")
    };
    session.answers(&query, page(vec![entry(old)], true)).await;
    stage.passes(2).await;
    assert_eq!(stage.bodies(), ["0", "1", "2", "3"]);
    assert_eq!((stage.unread(), stage.told().await.alerted()), (0, vec![]));
    let older = stage.call(move |desk| desk.read_older(&chat)).await;
    assert_eq!(older, Ok(false), "that is all there is");
}

#[tokio::test(start_paused = true)]
async fn a_server_without_an_archive_is_not_asked() {
    let (stage, mut session) = Stage::online().await;
    session.asks_nothing().await;
    let chat = stage.chat("bob@example.org");
    let older = stage.call(move |desk| desk.read_older(&chat)).await;
    assert_eq!(older, Ok(false));
}

#[tokio::test(start_paused = true)]
async fn what_i_said_on_another_device_is_found_where_the_server_sends_no_carbons() {
    let (mut stage, session) = Stage::knows_three().await;
    session.loses_its_link().await;
    let mut session = stage.session().await;
    let features = ServerFeatures {
        archive: true,
        ..ServerFeatures::default()
    };
    let jid = "alice@example.org/desk".parse().unwrap();
    session.hears(Incoming::Online { jid, features }).await;
    let query = session.is_asked().await;
    session.answers(&query, numbers(4..=4, true)).await;
    // My phone answers with the fifth entry, and nobody tells.
    session.hears(live(6)).await;
    let mut session = stage.is_away(session).await;
    let query = session.is_asked().await;
    assert_eq!(query.place, after(4), "the live one did not move the mark");
    let mine = IncomingMessage {
        author: Author::Me,
        id: Some("phone".to_owned()),
        ..said(5)
    };
    let entries = vec![entry(mine), entry(said(6))];
    session.answers(&query, page(entries, true)).await;
    assert_eq!(stage.bodies(), ["1", "2", "3", "4", "5", "6"]);
}
