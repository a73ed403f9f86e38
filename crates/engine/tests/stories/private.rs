//! Private conversations in a room (XEP-0045 §7.5): with whom they are, and who gets what I write.

use crate::stage::{Session, Stage, bob, contact, jid, joined_as, occupant};
use crate::words::message;
use carillon_core::alerts::EventKind;
use carillon_core::chat::{Author, ChatKind, Delivery, HistoryAnchor, Message};
use carillon_core::contact::Subscription;
use carillon_core::ids::{ChatRef, Timestamp};
use carillon_core::privacy::WhoMayWrite;
use carillon_core::room::{Occupant, PrivateState, RoomAbout};
use carillon_core::session::{
    ArchivePage, Archived, Incoming, IncomingMessage, Origin, Outgoing, RoomEvent, StanzaProblem,
};
use carillon_core::settings::Settings;
use carillon_engine::{DeskError, Output};

pub(crate) const ROOM: &str = "choir@rooms.example.org";

pub(crate) async fn happens(session: &Session, event: RoomEvent) {
    let room = jid(ROOM);
    session.hears(Incoming::Room { room, event }).await;
}

/// Somebody comes whom the room marks so.
pub(crate) async fn comes(session: &Session, nick: &str, id: &str) {
    let who = Occupant {
        id: Some(id.to_owned()),
        ..occupant(nick)
    };
    happens(session, RoomEvent::Occupant(Box::new(who))).await;
}

pub(crate) async fn goes(session: &Session, nick: &str, renamed: Option<&str>) {
    let (nick, renamed) = (nick.to_owned(), renamed.map(str::to_owned));
    happens(session, RoomEvent::Gone { nick, renamed }).await;
}

/// Alice is in the Choir, which marks everybody unless it is not `marked`.
pub(crate) async fn inside_with(
    marked: bool,
    choose: impl FnOnce(&mut Settings),
) -> (Stage, Session) {
    let (mut stage, mut session) = Stage::online_with(choose).await;
    let room = stage.chat(ROOM);
    stage.call(move |desk| desk.join_room(&room)).await.unwrap();
    comes(&session, "Eva", "eva").await;
    happens(&session, joined_as("alice")).await;
    let about = RoomAbout {
        name: "Choir".to_owned(),
        names_occupants: marked,
        ..RoomAbout::default()
    };
    happens(&session, RoomEvent::About(Box::new(about))).await;
    session.says().await;
    stage.told().await;
    (stage, session)
}

pub(crate) async fn inside() -> (Stage, Session) {
    inside_with(true, |_| {}).await
}

pub(crate) fn address(nick: &str) -> String {
    format!("{ROOM}/{nick}")
}

pub(crate) fn with(stage: &Stage, nick: &str) -> ChatRef {
    ChatRef {
        account: stage.alice,
        jid: address(nick).parse().unwrap(),
    }
}

pub(crate) fn whispered(nick: &str, id: &str, body: &str) -> IncomingMessage {
    IncomingMessage {
        chat: address(nick).parse().unwrap(),
        from: address(nick).parse().unwrap(),
        author: Author::Occupant {
            nick: nick.to_owned(),
        },
        wants_receipt: false,
        markable: false,
        ..message(ROOM, id, body)
    }
}

pub(crate) async fn whispers(session: &Session, nick: &str, id: &str) {
    let said = whispered(nick, id, "psst");
    session.hears(Incoming::Message(said)).await;
}

pub(crate) fn history(stage: &Stage, chat: &ChatRef) -> Vec<Message> {
    let page = stage.stored().history(chat, HistoryAnchor::Newest, 50);
    page.unwrap().messages
}

pub(crate) async fn state(stage: &Stage, chat: &ChatRef) -> PrivateState {
    let chat = chat.clone();
    let now = stage.call(move |desk| desk.private(&chat)).await;
    now.unwrap().unwrap().state
}

pub(crate) async fn begins(stage: &Stage, chat: &ChatRef) -> Result<(), DeskError> {
    let chat = chat.clone();
    stage.call(move |desk| desk.begin_private(&chat)).await
}

pub(crate) async fn writes(
    stage: &Stage,
    chat: &ChatRef,
    id: &'static str,
) -> Result<(), DeskError> {
    let chat = chat.clone();
    let sent = stage.call(move |desk| desk.send_message(&chat, id, "and to you"));
    sent.await.map(drop)
}

pub(crate) fn goes_to(nick: &str, id: &str) -> Outgoing {
    Outgoing::Message {
        to: address(nick).parse().unwrap(),
        id: id.to_owned(),
        body: "and to you".to_owned(),
        to_room: false,
    }
}

#[tokio::test(start_paused = true)]
async fn what_somebody_says_to_me_alone_is_a_chat_of_its_own_and_rings_as_a_message() {
    let (mut stage, mut session) = inside().await;
    whispers(&session, "Eva", "w1").await;
    let eva = with(&stage, "Eva");
    let told = stage.told().await;
    let ring = told.alert();
    assert_eq!(ring.event.kind, EventKind::Message);
    assert_eq!(ring.content.name, "Eva (Choir)");
    // Its rules are the room's; the popup and its answer are Eva's.
    assert_eq!(ring.event.jid, Some(jid(ROOM)));
    assert_eq!(ring.event.chat(), Some(eva.clone()));
    assert_eq!(history(&stage, &stage.chat(ROOM)), []);
    let line = stage.stored().chat(&eva).unwrap().unwrap();
    assert_eq!((line.kind, line.unread), (ChatKind::Private, 1));
    assert_eq!(
        (line.name.as_str(), line.room.as_deref()),
        ("Eva", Some("Choir"))
    );
    let first = stage.stored().first_unseen(&eva).unwrap().unwrap();
    let seen = eva.clone();
    stage
        .call(move |desk| desk.mark_seen(&seen, first))
        .await
        .unwrap();
    let typing = eva.clone();
    stage
        .call(move |desk| desk.set_typing(&typing, true))
        .await
        .unwrap();
    assert_eq!(
        session.says().await,
        [],
        "no occupant learns when I read or type"
    );
}

#[tokio::test(start_paused = true)]
async fn an_answer_goes_to_the_one_who_has_written_and_nowhere_else() {
    let (stage, mut session) = inside().await;
    whispers(&session, "Eva", "w1").await;
    let eva = with(&stage, "Eva");
    assert_eq!(state(&stage, &eva).await, PrivateState::Ready);
    writes(&stage, &eva, "a1").await.unwrap();
    assert_eq!(session.says().await, [goes_to("Eva", "a1")]);
}

#[tokio::test(start_paused = true)]
async fn who_takes_the_nick_gets_nothing_of_an_earlier_conversation_unasked() {
    let (stage, mut session) = inside().await;
    let eva = with(&stage, "Eva");
    begins(&stage, &eva).await.unwrap();
    writes(&stage, &eva, "a1").await.unwrap();
    goes(&session, "Eva", None).await;
    assert_eq!(state(&stage, &eva).await, PrivateState::Gone);
    assert_eq!(writes(&stage, &eva, "a2").await, Err(DeskError::NotThere));
    comes(&session, "Eva", "mallory").await;
    whispers(&session, "Eva", "w1").await;
    assert_eq!(state(&stage, &eva).await, PrivateState::SomebodyElse);
    assert_eq!(
        writes(&stage, &eva, "a3").await,
        Err(DeskError::SomebodyElse)
    );
    session.says().await;
    begins(&stage, &eva).await.unwrap();
    writes(&stage, &eva, "a4").await.unwrap();
    assert_eq!(session.says().await, [goes_to("Eva", "a4")]);
    let marks: Vec<_> = history(&stage, &eva)
        .into_iter()
        .map(|one| one.occupant)
        .collect();
    let marks: Vec<_> = marks.iter().map(Option::as_deref).collect();
    assert_eq!(
        marks,
        [Some("id:eva"), Some("id:mallory"), Some("id:mallory")]
    );
}

#[tokio::test(start_paused = true)]
async fn only_who_has_said_it_changes_it_whoever_has_the_nick() {
    let (stage, session) = inside().await;
    whispers(&session, "Eva", "w1").await;
    goes(&session, "Eva", None).await;
    comes(&session, "Eva", "mallory").await;
    let change = carillon_core::session::Change::Retraction;
    let target = "w1".to_owned();
    let taken_back = IncomingMessage {
        about: Some(carillon_core::session::About { target, change }),
        body: String::new(),
        ..whispered("Eva", "w2", "")
    };
    session.hears(Incoming::Message(taken_back)).await;
    let said = history(&stage, &with(&stage, "Eva"));
    assert_eq!((said.len(), said[0].retracted), (1, false));
}

#[tokio::test(start_paused = true)]
async fn where_the_room_marks_nobody_another_stay_is_asked_about() {
    let (stage, session) = inside_with(false, |_| {}).await;
    whispers(&session, "Eva", "w1").await;
    let eva = with(&stage, "Eva");
    assert_eq!(state(&stage, &eva).await, PrivateState::Ready);
    goes(&session, "Eva", None).await;
    comes(&session, "Eva", "forged").await;
    assert_eq!(state(&stage, &eva).await, PrivateState::Unsure);
    assert_eq!(
        writes(&stage, &eva, "a1").await,
        Err(DeskError::SomebodyElse)
    );
}

#[tokio::test(start_paused = true)]
async fn what_waited_for_somebody_who_has_left_fails_instead_of_going_to_another() {
    let (mut stage, session) = inside().await;
    let eva = with(&stage, "Eva");
    begins(&stage, &eva).await.unwrap();
    writes(&stage, &eva, "a1").await.unwrap();
    session.loses_its_link().await;
    let mut session = stage.session().await;
    session.comes_online().await;
    comes(&session, "Eva", "mallory").await;
    happens(&session, joined_as("alice")).await;
    let said = session.says().await;
    assert!(
        !said
            .iter()
            .any(|one| matches!(one, Outgoing::Message { .. })),
        "{said:?}"
    );
    let failed = &history(&stage, &eva)[0];
    assert_eq!(failed.delivery, Some(Delivery::Failed));
    assert_eq!(failed.failure, "recipient-unavailable");
}

#[tokio::test(start_paused = true)]
async fn what_comes_back_has_failed_with_its_reason() {
    let (stage, mut session) = inside().await;
    let eva = with(&stage, "Eva");
    begins(&stage, &eva).await.unwrap();
    writes(&stage, &eva, "a1").await.unwrap();
    session.says().await;
    session
        .hears(Incoming::MessageFailed {
            chat: address("Eva").parse().unwrap(),
            id: "a1".to_owned(),
            problem: StanzaProblem {
                condition: "item-not-found".to_owned(),
                text: String::new(),
            },
        })
        .await;
    assert_eq!(history(&stage, &eva)[0].failure, "item-not-found");
}

#[tokio::test(start_paused = true)]
async fn a_conversation_follows_whoever_takes_another_nick() {
    let (mut stage, mut session) = inside().await;
    whispers(&session, "Eva", "w1").await;
    stage.told().await;
    goes(&session, "Eva", Some("Eve")).await;
    comes(&session, "Eve", "eva").await;
    let (from, to) = (with(&stage, "Eva"), with(&stage, "Eve"));
    let told = stage.told().await;
    assert!(told.has(|one| *one == Output::Moved(from.clone(), to.clone())));
    assert_eq!(history(&stage, &from), []);
    assert_eq!(history(&stage, &to).len(), 1);
    assert_eq!(state(&stage, &to).await, PrivateState::Ready);
    writes(&stage, &to, "a1").await.unwrap();
    assert_eq!(session.says().await, [goes_to("Eve", "a1")]);
}

#[tokio::test(start_paused = true)]
async fn an_earlier_ones_conversation_does_not_follow_who_had_the_nick_after_them() {
    let (stage, session) = inside().await;
    whispers(&session, "Eva", "w1").await;
    goes(&session, "Eva", None).await;
    comes(&session, "Eva", "mallory").await;
    goes(&session, "Eva", Some("Eve")).await;
    comes(&session, "Eve", "mallory").await;
    assert_eq!(history(&stage, &with(&stage, "Eva")).len(), 1);
    assert_eq!(history(&stage, &with(&stage, "Eve")), []);
}

#[tokio::test(start_paused = true)]
async fn nobody_new_means_in_rooms_too_but_for_contacts_and_whom_i_wrote_to() {
    let nobody = |s: &mut Settings| s.privacy.who_may_write = WhoMayWrite::NobodyNew;
    let (mut stage, mut session) = inside_with(true, nobody).await;
    whispers(&session, "Eva", "w1").await;
    let eva = with(&stage, "Eva");
    assert_eq!(history(&stage, &eva), []);
    assert!(stage.told().await.alerted().is_empty());
    let absent = Outgoing::Bounce {
        to: address("Eva").parse().unwrap(),
        id: Some("w1".to_owned()),
    };
    assert_eq!(session.says().await, [absent]);
    begins(&stage, &eva).await.unwrap();
    writes(&stage, &eva, "a1").await.unwrap();
    whispers(&session, "Eva", "w2").await;
    assert_eq!(history(&stage, &eva).len(), 2);
    session
        .hears(Incoming::RosterPush {
            version: None,
            item: contact("bob@example.org", Subscription::Both),
        })
        .await;
    let known = Occupant {
        jid: Some(bob()),
        ..occupant("Bob")
    };
    happens(&session, RoomEvent::Occupant(Box::new(known))).await;
    whispers(&session, "Bob", "w3").await;
    assert_eq!(history(&stage, &with(&stage, "Bob")).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn strangers_who_ask_come_as_a_chat_where_i_am_in_the_room() {
    let ask = |s: &mut Settings| s.privacy.who_may_write = WhoMayWrite::ContactsOthersAsk;
    let (stage, session) = inside_with(true, ask).await;
    whispers(&session, "Eva", "w1").await;
    assert!(stage.stored().stranger_requests().unwrap().is_empty());
    assert_eq!(history(&stage, &with(&stage, "Eva")).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn who_is_blocked_is_so_under_whatever_nick_and_the_one_after_them_is_not() {
    let (mut stage, mut session) = inside().await;
    whispers(&session, "Eva", "w1").await;
    let eva = with(&stage, "Eva");
    let blocked = eva.clone();
    drop(stage.call(move |desk| desk.block(&blocked)).await.unwrap());
    assert_eq!(state(&stage, &eva).await, PrivateState::Blocked);
    assert_eq!(
        stage.call(|desk| desk.blocked()).await,
        std::slice::from_ref(&eva)
    );
    goes(&session, "Eva", Some("Eve")).await;
    comes(&session, "Eve", "eva").await;
    stage.told().await;
    whispers(&session, "Eve", "w2").await;
    assert_eq!(
        history(&stage, &with(&stage, "Eve")).len(),
        1,
        "the first one, which followed her"
    );
    comes(&session, "Eva", "carla").await;
    whispers(&session, "Eva", "w3").await;
    assert_eq!(history(&stage, &eva).len(), 1);
    assert!(
        !session
            .says()
            .await
            .iter()
            .any(|one| matches!(one, Outgoing::Block { .. }))
    );
    let again = with(&stage, "Eve");
    drop(stage.call(move |desk| desk.unblock(&again)).await.unwrap());
    assert_eq!(stage.call(|desk| desk.blocked()).await, []);
}

#[tokio::test(start_paused = true)]
async fn what_bears_the_mark_and_is_from_no_room_of_mine_is_nobody_new() {
    let (stage, session) =
        inside_with(true, |s| s.privacy.who_may_write = WhoMayWrite::Everyone).await;
    let of = |from: &str| IncomingMessage {
        chat: from.parse().unwrap(),
        from: from.parse().unwrap(),
        ..whispered("Eva", "w1", "psst")
    };
    session
        .hears(Incoming::Message(of("trap@rooms.example.org/Eva")))
        .await;
    session
        .hears(Incoming::Message(of("choir@rooms.example.org/Nobody")))
        .await;
    assert!(
        stage
            .stored()
            .chats()
            .unwrap()
            .iter()
            .all(|chat| chat.kind == ChatKind::Room)
    );
    session
        .hears(Incoming::RosterPush {
            version: None,
            item: contact("bob@example.org", Subscription::Both),
        })
        .await;
    session
        .hears(Incoming::Message(of("bob@example.org/phone")))
        .await;
    let said = history(&stage, &stage.chat("bob@example.org"));
    assert_eq!(
        said[0].author,
        Author::Contact,
        "a contact's mark says nothing"
    );
}

#[tokio::test(start_paused = true)]
async fn my_archive_puts_private_words_where_they_belong() {
    let (mut stage, mut session) = Stage::online().await;
    let room = stage.chat(ROOM);
    stage.call(move |desk| desk.join_room(&room)).await.unwrap();
    happens(&session, joined_as("alice")).await;
    session.says().await;
    session.loses_its_link().await;
    let mut session = stage.session().await;
    session.comes_online_with_archive().await;
    let asked = session.says().await;
    let request = asked.iter().find_map(|one| match one {
        Outgoing::Archive(query) if query.room.is_none() => Some(query.request),
        _ => None,
    });
    let entry = |id: &str, message: IncomingMessage| Archived {
        id: id.to_owned(),
        at: Some(Timestamp(1_799_999_000_000)),
        what: vec![Incoming::Message(IncomingMessage {
            origin: Origin::Archive,
            stanza_id: Some(id.to_owned()),
            ..message
        })],
    };
    let unmarked = IncomingMessage {
        from: address("Eva").parse().unwrap(),
        ..message(ROOM, "w2", "psst again")
    };
    let page = ArchivePage {
        entries: vec![
            entry("e1", whispered("Eva", "w1", "psst")),
            entry("e2", unmarked),
        ],
        first: Some("e1".to_owned()),
        last: Some("e2".to_owned()),
        complete: true,
        stable: true,
        count: None,
    };
    let (request, answer) = (request.unwrap(), Ok(page));
    session.hears(Incoming::Archive { request, answer }).await;
    assert_eq!(history(&stage, &with(&stage, "Eva")).len(), 2);
    assert_eq!(history(&stage, &stage.chat(ROOM)), []);
}

#[tokio::test(start_paused = true)]
async fn a_deleted_one_begins_anew_and_what_is_about_contacts_is_refused() {
    let (stage, session) = inside().await;
    whispers(&session, "Eva", "w1").await;
    let eva = with(&stage, "Eva");
    let (deleted, added, left) = (eva.clone(), eva.clone(), eva.clone());
    stage
        .call(move |desk| desk.delete_chat(&deleted))
        .await
        .unwrap();
    assert_eq!(stage.stored().chat(&eva).unwrap(), None);
    let added = stage
        .call(move |desk| desk.add_contact(&added, "", &[], "", "").map(drop))
        .await;
    assert_eq!(added, Err(DeskError::Gone));
    assert_eq!(
        stage.call(move |desk| desk.leave_room(&left)).await,
        Err(DeskError::Gone)
    );
    let inside = stage.chat(ROOM);
    let inside = stage
        .call(move |desk| desk.room(&inside))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(inside.state, carillon_core::room::RoomState::Joined);
}
