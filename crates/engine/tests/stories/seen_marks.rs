//! What was seen on one device was seen on all of them (XEP-0490).

use crate::archive::{live, numbers};
use crate::stage::{Session, Stage, bob, jid, joined_as};
use crate::words::message;
use carillon_core::chat::Author;
use carillon_core::ids::MessageId;
use carillon_core::session::{Incoming, IncomingMessage, Origin, Outgoing, RoomEvent, SeenMark};

const BOB: &str = "bob@example.org";
const TEA: &str = "tea@rooms.example.org";

fn mark(n: u32) -> SeenMark {
    SeenMark {
        chat: bob(),
        entry: format!("s{n}"),
        room: false,
    }
}

async fn lists(session: &Session, all: Vec<SeenMark>) {
    session
        .hears(Incoming::SeenMarks { all, whole: true })
        .await;
}

async fn tells(session: &Session, mark: SeenMark) {
    let (all, whole) = (vec![mark], false);
    session.hears(Incoming::SeenMarks { all, whole }).await;
}

/// What the account was told to keep since.
async fn kept(session: &mut Session) -> Vec<SeenMark> {
    let said = session.says().await.into_iter();
    said.filter_map(|one| match one {
        Outgoing::SetSeenMark(mark) => Some(mark),
        _ => None,
    })
    .collect()
}

impl Stage {
    /// I look at the newest message of a chat.
    async fn sees(&self, with: &str) {
        let chat = self.chat(with);
        let up_to = MessageId(i64::MAX);
        self.call(move |desk| desk.mark_seen(&chat, up_to))
            .await
            .unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn what_i_read_elsewhere_is_read_here_and_no_longer_news() {
    let (mut stage, session) = Stage::online().await;
    lists(&session, vec![]).await;
    for n in 1..=3 {
        session.hears(live(n)).await;
    }
    assert_eq!((stage.unread(), stage.told().await.alerted().len()), (3, 3));
    tells(&session, mark(2)).await;
    assert_eq!(stage.unread(), 1);
    assert!(!stage.told().await.withdrawn().is_empty());
    // Marks go forward only, and what is not here is no mark.
    tells(&session, mark(1)).await;
    tells(&session, mark(99)).await;
    let not_this_chats = SeenMark {
        room: true,
        ..mark(3)
    };
    tells(&session, not_this_chats).await;
    assert_eq!(stage.unread(), 1);
    tells(&session, mark(3)).await;
    assert_eq!(stage.unread(), 0);
    stage.told().await;
}

#[tokio::test(start_paused = true)]
async fn what_i_read_here_is_told_once_for_a_pause() {
    let (mut stage, mut session) = Stage::online().await;
    lists(&session, vec![]).await;
    for n in 1..=3 {
        session.hears(live(n)).await;
        stage.sees(BOB).await;
    }
    assert_eq!(kept(&mut session).await, []);
    stage.passes(4).await;
    assert_eq!(kept(&mut session).await, [mark(3)]);
    // My account tells this device as well; and there is nothing new.
    tells(&session, mark(3)).await;
    stage.sees(BOB).await;
    stage.passes(10).await;
    assert_eq!(kept(&mut session).await, []);
    session.hears(live(4)).await;
    stage.sees(BOB).await;
    stage.passes(4).await;
    assert_eq!(kept(&mut session).await, [mark(4)]);
    stage.told().await;
}

#[tokio::test(start_paused = true)]
async fn where_the_account_keeps_nothing_nothing_is_told() {
    let (mut stage, mut session) = Stage::online().await;
    session.hears(live(1)).await;
    stage.sees(BOB).await;
    stage.passes(60).await;
    assert_eq!(kept(&mut session).await, []);
    stage.told().await;
}

#[tokio::test(start_paused = true)]
async fn what_the_account_keeps_never_goes_back() {
    let (mut stage, mut session) = Stage::online().await;
    lists(&session, vec![]).await;
    session.hears(live(1)).await;
    session.hears(live(2)).await;
    stage.sees(BOB).await;
    // Another device was faster, and is further.
    session.hears(live(3)).await;
    tells(&session, mark(3)).await;
    stage.passes(4).await;
    assert_eq!(kept(&mut session).await, []);
    stage.told().await;
}

#[tokio::test(start_paused = true)]
async fn what_was_read_elsewhere_meanwhile_is_read_when_the_archive_brings_it() {
    let (mut stage, session) = Stage::knows_three().await;
    session.loses_its_link().await;
    stage.told().await;
    let mut session = stage.session().await;
    session.comes_online_with_archive().await;
    lists(&session, vec![mark(5)]).await;
    let query = session.is_asked().await;
    session.answers(&query, numbers(4..=6, true)).await;
    assert_eq!(stage.unread(), 1);
    stage.passes(60).await;
    let told = stage.told().await;
    assert_eq!(told.alert().content.messages, 1);
}

#[tokio::test(start_paused = true)]
async fn what_i_read_while_there_was_no_link_is_told_when_there_is_one() {
    let (mut stage, session) = Stage::online().await;
    lists(&session, vec![]).await;
    session.hears(live(1)).await;
    session.hears(live(2)).await;
    session.loses_its_link().await;
    stage.sees(BOB).await;
    let mut session = stage.session().await;
    session.comes_online().await;
    lists(&session, vec![mark(1)]).await;
    stage.passes(4).await;
    assert_eq!(kept(&mut session).await, [mark(2)]);
    stage.told().await;
}

#[tokio::test(start_paused = true)]
async fn a_rooms_marks_are_by_the_rooms_ids() {
    let (mut stage, mut session) = Stage::online().await;
    lists(&session, vec![]).await;
    let chat = stage.chat(TEA);
    stage.call(move |desk| desk.join_room(&chat)).await.unwrap();
    let (room, event) = (jid(TEA), joined_as("alice"));
    session.hears(Incoming::Room { room, event }).await;
    let (room, event) = (
        jid(TEA),
        RoomEvent::Subject {
            text: String::new(),
        },
    );
    session.hears(Incoming::Room { room, event }).await;
    let said = |n: u32| {
        Incoming::Message(IncomingMessage {
            author: Author::Occupant {
                nick: "Dora".to_owned(),
            },
            from: format!("{TEA}/Dora").parse().unwrap(),
            stanza_id: Some(format!("r{n}")),
            origin: Origin::Live,
            ..message(TEA, &format!("d{n}"), "Tea?")
        })
    };
    session.hears(said(1)).await;
    stage.sees(TEA).await;
    stage.passes(4).await;
    let mark = |n: u32| SeenMark {
        chat: jid(TEA),
        entry: format!("r{n}"),
        room: true,
    };
    assert_eq!(kept(&mut session).await, [mark(1)]);
    session.hears(said(2)).await;
    assert_eq!(stage.stored().unread(&stage.chat(TEA)).unwrap(), 1);
    tells(&session, mark(2)).await;
    assert_eq!(stage.stored().unread(&stage.chat(TEA)).unwrap(), 0);
    stage.told().await;
}
