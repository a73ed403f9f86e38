//! What was said privately in rooms a while ago, or on another device: it finds its conversation.

use crate::archive::{entry, page};
use crate::private::{
    ROOM, comes, goes, happens, history, inside, inside_with, state, whispered, whispers, with,
};
use crate::stage::{MORNING, Session, Stage, jid, joined_as};
use carillon_core::chat::Author;
use carillon_core::ids::ChatRef;
use carillon_core::privacy::WhoMayWrite;
use carillon_core::room::{PrivateState, RoomAbout};
use carillon_core::session::{
    About, ArchivePage, ArchivePlace, ArchiveQuery, Archived, Change, Incoming, IncomingMessage,
    Origin, Outgoing, StreamRoom,
};

fn bodies(stage: &Stage, chat: &ChatRef) -> Vec<String> {
    let said = history(stage, chat);
    said.into_iter().map(|one| one.body).collect()
}

/// What my archive has as its entry `e{n}` of what somebody in the room said to me alone, some minutes ago.
fn kept(nick: &str, id: Option<&str>, n: u32) -> IncomingMessage {
    IncomingMessage {
        stanza_id: Some(format!("e{n}")),
        at: Some(MORNING.plus_millis(i64::from(n) - 300_000)),
        origin: Origin::Archive,
        occupant: id.map(|id| format!("id:{id}")),
        ..whispered(nick, &format!("w{n}"), &format!("{nick} {n}"))
    }
}

/// The same of what I said to them, on another device.
fn mine(nick: &str, n: u32) -> IncomingMessage {
    IncomingMessage {
        from: "alice@example.org/phone".parse().unwrap(),
        author: Author::Me,
        body: format!("me {n}"),
        ..kept(nick, None, n)
    }
}

fn of(all: impl IntoIterator<Item = IncomingMessage>, complete: bool) -> ArchivePage {
    let entries: Vec<Archived> = all.into_iter().map(entry).collect();
    page(entries, complete)
}

/// Signed in anew at a server with an archive, and in the room again, with Eva under this nick.
async fn again(stage: &mut Stage, session: Session, nick: &str) -> (Session, ArchiveQuery) {
    session.loses_its_link().await;
    let mut session = stage.session().await;
    session.comes_online_with_archive().await;
    let query = session.is_asked().await;
    comes(&session, nick, "eva").await;
    happens(&session, joined_as("alice")).await;
    let about = RoomAbout {
        names_occupants: true,
        ..RoomAbout::default()
    };
    let about = carillon_core::session::RoomEvent::About(Box::new(about));
    happens(&session, about).await;
    (session, query)
}

async fn older(stage: &Stage, chat: &ChatRef) -> bool {
    let chat = chat.clone();
    let asked = stage.call(move |desk| desk.read_older(&chat)).await;
    asked.unwrap()
}

async fn deletes(stage: &Stage, chat: &ChatRef) {
    let chat = chat.clone();
    stage
        .call(move |desk| desk.delete_chat(&chat))
        .await
        .unwrap();
}

fn before(n: u32) -> ArchivePlace {
    ArchivePlace::Before(format!("e{n}"))
}

#[tokio::test(start_paused = true)]
async fn what_waited_on_the_stream_of_an_earlier_run_is_kept_before_the_server_hears_so() {
    let (stage, session) = inside().await;
    session.is_managed("s1").await;
    whispers(&session, "Eva", "w1").await;
    session.hears(Incoming::Counted(1)).await;
    let mut stage = stage.killed().await;
    let mut session = stage.session().await;
    let room = StreamRoom {
        jid: jid(ROOM),
        nick: "alice".to_owned(),
        names_occupants: true,
    };
    assert_eq!(session.start.stream.as_ref().unwrap().rooms, [room]);
    session.comes_online().await;
    session.says().await;
    stage.told().await;
    let waited = IncomingMessage {
        origin: Origin::Delayed,
        occupant: Some("id:eva".to_owned()),
        ..whispered("Eva", "w2", "are you there?")
    };
    let unmarked = IncomingMessage {
        occupant: None,
        ..whispered("Bob", "w3", "me too")
    };
    let unmarked = IncomingMessage {
        origin: Origin::Delayed,
        ..unmarked
    };
    session
        .hears_all([
            Incoming::Message(waited),
            Incoming::Counted(2),
            Incoming::Message(unmarked),
            Incoming::Counted(3),
        ])
        .await;
    let eva = with(&stage, "Eva");
    assert_eq!(bodies(&stage, &eva), ["psst", "are you there?"]);
    assert_eq!(history(&stage, &eva)[1].occupant.as_deref(), Some("id:eva"));
    assert_eq!(bodies(&stage, &with(&stage, "Bob")), ["me too"]);
    stage.passes(1).await;
    let said = session.says().await;
    assert!(said.contains(&Outgoing::Handled(3)), "{said:?}");
}

#[tokio::test(start_paused = true)]
async fn who_scrolls_up_gets_past_what_others_in_the_room_have_said() {
    let (mut stage, session) = inside().await;
    whispers(&session, "Eva", "w0").await;
    comes(&session, "Bob", "bob").await;
    whispers(&session, "Bob", "b0").await;
    let (eva, bob) = (with(&stage, "Eva"), with(&stage, "Bob"));
    deletes(&stage, &bob).await;
    let (mut session, query) = again(&mut stage, session, "Eva").await;
    let newest = kept("Eva", Some("eva"), 900);
    session.answers(&query, of([newest], true)).await;
    assert!(older(&stage, &eva).await);
    let query = session.is_asked().await;
    assert_eq!(query.with, Some(jid(ROOM)));
    assert_eq!(query.place, before(900));
    let others = (800..802).map(|n| kept("Bob", Some("bob"), n));
    session.answers(&query, of(others, false)).await;
    let query = session.is_asked().await;
    assert_eq!(query.place, before(800), "it goes on by itself");
    let page = of(
        [
            kept("Eva", Some("eva"), 700),
            mine("Eva", 701),
            kept("Bob", Some("bob"), 702),
        ],
        true,
    );
    session.answers(&query, page).await;
    assert_eq!(
        bodies(&stage, &eva),
        ["Eva 700", "me 701", "Eva 900", "psst"]
    );
    assert_eq!(
        stage.stored().chat(&bob).unwrap(),
        None,
        "what I deleted stays so"
    );
    assert!(!older(&stage, &eva).await, "that is all there is");
}

#[tokio::test(start_paused = true)]
async fn an_archive_full_of_others_is_read_in_parts_that_go_on_where_the_last_one_ended() {
    let (mut stage, session) = inside().await;
    whispers(&session, "Eva", "w0").await;
    let eva = with(&stage, "Eva");
    let (mut session, query) = again(&mut stage, session, "Eva").await;
    let newest = kept("Eva", Some("eva"), 9_000);
    session.answers(&query, of([newest], true)).await;
    assert!(older(&stage, &eva).await);
    for page in 1..=20 {
        let query = session.is_asked().await;
        let first = 9_000 - 100 * page;
        assert_eq!(query.place, before(first + 100));
        let others = (first..first + 100).map(|n| kept("Bob", Some("bob"), n));
        session.answers(&query, of(others, false)).await;
    }
    session.asks_nothing().await;
    assert!(older(&stage, &eva).await);
    let query = session.is_asked().await;
    assert_eq!(query.place, before(7_000));
    session
        .answers(&query, of([kept("Eva", Some("eva"), 1)], false))
        .await;
    assert!(older(&stage, &eva).await);
    assert_eq!(session.is_asked().await.place, before(1));
}

#[tokio::test(start_paused = true)]
async fn who_takes_a_nick_is_not_looked_for_only_where_the_one_before_them_was_not() {
    let (mut stage, session) = inside().await;
    whispers(&session, "Eva", "w0").await;
    let (eva, eve) = (with(&stage, "Eva"), with(&stage, "Eve"));
    let (mut session, query) = again(&mut stage, session, "Eva").await;
    session.answers(&query, of([], true)).await;
    assert!(older(&stage, &eva).await);
    for page in 1..=20 {
        let query = session.is_asked().await;
        let first = 9_000 - 100 * page;
        let others = (first..first + 100).map(|n| kept("Bob", Some("bob"), n));
        session.answers(&query, of(others, false)).await;
    }
    session.asks_nothing().await;
    goes(&session, "Eva", Some("Eve")).await;
    comes(&session, "Eve", "eva").await;
    comes(&session, "Eva", "mallory").await;
    whispers(&session, "Eva", "w1").await;
    assert!(older(&stage, &eva).await);
    assert_eq!(session.is_asked().await.place, ArchivePlace::Newest);
    assert!(older(&stage, &eve).await);
    assert_eq!(session.is_asked().await.place, before(7_000));
}

#[tokio::test(start_paused = true)]
async fn what_is_being_read_of_a_chat_is_of_whoever_it_goes_along_with() {
    let (mut stage, session) = inside().await;
    whispers(&session, "Eva", "w0").await;
    let (eva, eve) = (with(&stage, "Eva"), with(&stage, "Eve"));
    let (mut session, query) = again(&mut stage, session, "Eva").await;
    session.answers(&query, of([], true)).await;
    assert!(older(&stage, &eva).await);
    let query = session.is_asked().await;
    goes(&session, "Eva", Some("Eve")).await;
    comes(&session, "Eve", "eva").await;
    comes(&session, "Eva", "mallory").await;
    whispers(&session, "Eva", "w1").await;
    let page = of([kept("Eva", Some("eva"), 1)], true);
    session.answers(&query, page).await;
    assert_eq!(bodies(&stage, &eve), ["Eva 1", "psst"]);
    assert!(!older(&stage, &eve).await, "that is all there is");
    assert!(older(&stage, &eva).await, "of them nobody has looked yet");
}

#[tokio::test(start_paused = true)]
async fn the_archive_finds_the_conversation_that_went_along_with_a_nick() {
    let (mut stage, session) = inside().await;
    whispers(&session, "Eva", "w0").await;
    goes(&session, "Eva", Some("Eve")).await;
    comes(&session, "Eve", "eva").await;
    let (was, eve) = (with(&stage, "Eva"), with(&stage, "Eve"));
    let (session, query) = again(&mut stage, session, "Eve").await;
    let page = of(
        [
            // The room's mark, my own words, and what the server kept without a mark.
            kept("Eva", Some("eva"), 1),
            mine("Eva", 2),
            kept("Eva", None, 3),
            kept("Eve", Some("eva"), 4),
        ],
        true,
    );
    session.answers(&query, page).await;
    let mut found = bodies(&stage, &eve);
    found.sort();
    assert_eq!(found, ["Eva 1", "Eva 3", "Eve 4", "me 2", "psst"]);
    assert_eq!(stage.stored().chat(&was).unwrap(), None);
    // Deleted here, and told once more under either address.
    let first = history(&stage, &eve)
        .into_iter()
        .find(|one| one.body == "Eva 1");
    let ids = [first.unwrap().id];
    stage
        .call(move |desk| desk.delete_messages(&ids))
        .await
        .unwrap();
    let (session, query) = again(&mut stage, session, "Eve").await;
    session
        .answers(&query, of([kept("Eva", None, 1)], true))
        .await;
    assert_eq!(bodies(&stage, &eve).len(), 4);
    deletes(&stage, &eve).await;
    let (session, query) = again(&mut stage, session, "Eve").await;
    let page = of([mine("Eva", 2), kept("Eva", Some("eva"), 3)], true);
    session.answers(&query, page).await;
    assert_eq!(stage.stored().chat(&was).unwrap(), None);
    assert_eq!(stage.stored().chat(&eve).unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn who_had_a_nick_later_is_not_taken_for_the_one_before_them() {
    let (mut stage, session) = inside().await;
    whispers(&session, "Eva", "w0").await;
    goes(&session, "Eva", Some("Eve")).await;
    comes(&session, "Eve", "eva").await;
    let (other, eve) = (with(&stage, "Eva"), with(&stage, "Eve"));
    let (session, query) = again(&mut stage, session, "Eve").await;
    let later = IncomingMessage {
        at: Some(MORNING.plus_millis(3_600_000)),
        ..kept("Eva", None, 2)
    };
    let marked = kept("Eva", Some("mallory"), 1);
    session.answers(&query, of([marked, later], true)).await;
    assert_eq!(bodies(&stage, &eve), ["psst"]);
    assert_eq!(bodies(&stage, &other), ["Eva 1", "Eva 2"]);
}

/// Nobody new may write, and I write to whoever is called Eva, on my phone.
async fn wrote_on_the_phone() -> (Stage, Session) {
    let nobody = |s: &mut carillon_core::settings::Settings| {
        s.privacy.who_may_write = WhoMayWrite::NobodyNew;
    };
    let (stage, session) = inside_with(true, nobody).await;
    let copied = IncomingMessage {
        from: "alice@example.org/phone".parse().unwrap(),
        author: Author::Me,
        origin: Origin::Carbon,
        ..whispered("Eva", "p1", "can you talk?")
    };
    session.hears(Incoming::Message(copied)).await;
    (stage, session)
}

#[tokio::test(start_paused = true)]
async fn whom_i_wrote_to_on_another_device_may_answer_and_who_takes_their_nick_may_not() {
    let (stage, session) = wrote_on_the_phone().await;
    let eva = with(&stage, "Eva");
    assert_eq!(state(&stage, &eva).await, PrivateState::Ready);
    whispers(&session, "Eva", "w1").await;
    assert_eq!(bodies(&stage, &eva), ["can you talk?", "psst"]);
    let said = history(&stage, &eva);
    assert_eq!(said[0].occupant.as_deref(), Some("id:eva"));
    goes(&session, "Eva", None).await;
    comes(&session, "Eva", "mallory").await;
    whispers(&session, "Eva", "w2").await;
    assert_eq!(bodies(&stage, &eva).len(), 2);
    assert_eq!(state(&stage, &eva).await, PrivateState::SomebodyElse);
}

#[tokio::test(start_paused = true)]
async fn nobody_takes_back_what_i_wrote_to_them_on_another_device() {
    let (stage, session) = wrote_on_the_phone().await;
    let eva = with(&stage, "Eva");
    for (id, change) in [("w1", Change::Retraction), ("w2", Change::Correction)] {
        let target = "p1".to_owned();
        let about = IncomingMessage {
            about: Some(About { target, change }),
            ..whispered("Eva", id, "I am a fool")
        };
        session.hears(Incoming::Message(about)).await;
    }
    let first = history(&stage, &eva).remove(0);
    assert_eq!(
        (first.body.as_str(), first.retracted),
        ("can you talk?", false)
    );
    assert_eq!(first.author, Author::Me);
}
