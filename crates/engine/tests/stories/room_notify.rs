//! Of which messages of a room all of my devices tell.

use crate::stage::{Session, Stage, jid, joined_as};
use crate::words::{message, refusal};
use carillon_core::alerts::{AlertPlan, EventKind};
use carillon_core::chat::Author;
use carillon_core::room::{Bookmark, RoomNotify};
use carillon_core::session::{Incoming, IncomingMessage, Outgoing, SessionProblem};
use carillon_engine::ConnectEnd;

const TEA: &str = "tea@rooms.example.org";

fn bookmark(notify: Option<RoomNotify>) -> Bookmark {
    Bookmark {
        room: jid(TEA),
        name: String::new(),
        autojoin: true,
        nick: "alice".to_owned(),
        password: String::new(),
        extensions: String::new(),
        notify,
    }
}

async fn lists(session: &Session, notify: Option<RoomNotify>) {
    let all = vec![bookmark(notify)];
    session.hears(Incoming::Bookmarks(all)).await;
}

async fn changes(session: &Session, notify: Option<RoomNotify>) {
    let one = Box::new(bookmark(notify));
    session.hears(Incoming::Bookmark(one)).await;
}

async fn inside(notify: Option<RoomNotify>) -> (Stage, Session) {
    let (mut stage, mut session) = Stage::online().await;
    lists(&session, notify).await;
    let (room, event) = (jid(TEA), joined_as("alice"));
    session.hears(Incoming::Room { room, event }).await;
    session.says().await;
    stage.told().await;
    (stage, session)
}

async fn chooses(stage: &Stage, notify: Option<RoomNotify>) {
    let chat = stage.chat(TEA);
    stage
        .call(move |desk| desk.set_room_notify(&chat, notify))
        .await
        .unwrap();
}

async fn chosen(stage: &Stage) -> Option<RoomNotify> {
    let chat = stage.chat(TEA);
    let room = stage.call(move |desk| desk.room(&chat)).await.unwrap();
    room.unwrap().notify
}

/// What the account was told to keep since, with the numbers of the requests.
async fn published(session: &mut Session) -> Vec<(u64, Option<RoomNotify>)> {
    session.says().await;
    let all = std::mem::take(&mut session.bookmarked);
    all.into_iter()
        .map(|(request, one)| (request, one.notify))
        .collect()
}

async fn says(stage: &mut Stage, session: &Session, id: &str, words: &str) -> AlertPlan {
    let nick = "bob".to_owned();
    let said = IncomingMessage {
        author: Author::Occupant { nick },
        wants_receipt: false,
        ..message(TEA, id, words)
    };
    session.hears(Incoming::Message(said)).await;
    let told = stage.told().await;
    told.rings().pop().unwrap().plan.clone()
}

#[tokio::test(start_paused = true)]
async fn what_another_device_chose_for_a_room_is_obeyed_here() {
    let (mut stage, session) = inside(Some(RoomNotify::Always)).await;
    let plan = says(&mut stage, &session, "1", "Milk?").await;
    assert_eq!(plan.kind, EventKind::Message);
    assert!(plan.popup.is_some());
    changes(&session, Some(RoomNotify::Never)).await;
    assert_eq!(chosen(&stage).await, Some(RoomNotify::Never));
    let plan = says(&mut stage, &session, "2", "alice: milk?").await;
    assert_eq!((plan.kind, plan.is_silent()), (EventKind::Mention, true));
    changes(&session, None).await;
    let plan = says(&mut stage, &session, "3", "alice: milk!").await;
    assert!(!plan.is_silent());
}

#[tokio::test(start_paused = true)]
async fn what_i_choose_for_a_room_my_other_devices_learn_once() {
    let (stage, mut session) = inside(None).await;
    chooses(&stage, Some(RoomNotify::OnMention)).await;
    chooses(&stage, Some(RoomNotify::OnMention)).await;
    let told = published(&mut session).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].1, Some(RoomNotify::OnMention));
    changes(&session, Some(RoomNotify::OnMention)).await;
    assert_eq!(published(&mut session).await, []);
    // From then on the others may change it.
    changes(&session, Some(RoomNotify::Always)).await;
    assert_eq!(chosen(&stage).await, Some(RoomNotify::Always));
    assert_eq!(published(&mut session).await, []);
}

#[tokio::test(start_paused = true)]
async fn what_the_account_did_not_keep_is_told_again_and_holds_here_meanwhile() {
    let (stage, mut session) = inside(None).await;
    chooses(&stage, Some(RoomNotify::Never)).await;
    let told = published(&mut session).await;
    let result = Err(refusal("internal-server-error", ""));
    let request = told[0].0;
    session.hears(Incoming::Outcome { request, result }).await;
    let detail = String::new();
    session
        .ends(ConnectEnd::Problem(SessionProblem::Lost { detail }))
        .await;
    let mut stage = stage.restarts().await;
    assert_eq!(chosen(&stage).await, Some(RoomNotify::Never));
    let mut session = stage.session().await;
    session.comes_online().await;
    lists(&session, Some(RoomNotify::Always)).await;
    assert_eq!(chosen(&stage).await, Some(RoomNotify::Never));
    let told = published(&mut session).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].1, Some(RoomNotify::Never));
    let (request, result) = (told[0].0, Ok(()));
    session.hears(Incoming::Outcome { request, result }).await;
    changes(&session, Some(RoomNotify::OnMention)).await;
    assert_eq!(chosen(&stage).await, Some(RoomNotify::OnMention));
}

#[tokio::test(start_paused = true)]
async fn a_room_is_left_and_its_choice_stays_in_its_bookmark() {
    let (stage, mut session) = inside(Some(RoomNotify::Never)).await;
    let chat = stage.chat(TEA);
    stage
        .call(move |desk| desk.leave_room(&chat))
        .await
        .unwrap();
    let told = published(&mut session).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].1, Some(RoomNotify::Never));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_keeps_something_else_is_not_told_for_ever() {
    let (stage, mut session) = inside(None).await;
    chooses(&stage, Some(RoomNotify::Never)).await;
    assert_eq!(published(&mut session).await.len(), 1);
    for _ in 0..3 {
        changes(&session, None).await;
        assert_eq!(published(&mut session).await, []);
    }
    assert_eq!(chosen(&stage).await, Some(RoomNotify::Never));
}

#[tokio::test(start_paused = true)]
async fn the_answer_to_an_earlier_choice_does_not_speak_for_the_later_one() {
    let (stage, mut session) = inside(None).await;
    chooses(&stage, Some(RoomNotify::Never)).await;
    chooses(&stage, Some(RoomNotify::Always)).await;
    let told = published(&mut session).await;
    let (request, result) = (told[0].0, Ok(()));
    session.hears(Incoming::Outcome { request, result }).await;
    // The later one is lost with the link.
    let detail = String::new();
    session
        .ends(ConnectEnd::Problem(SessionProblem::Lost { detail }))
        .await;
    let mut stage = stage.restarts().await;
    let mut session = stage.session().await;
    session.comes_online().await;
    lists(&session, Some(RoomNotify::Never)).await;
    assert_eq!(chosen(&stage).await, Some(RoomNotify::Always));
    let told = published(&mut session).await;
    assert_eq!(told[0].1, Some(RoomNotify::Always));
}

#[tokio::test(start_paused = true)]
async fn a_choice_that_is_refused_leaves_the_room_as_it_was() {
    let (stage, mut session) = inside(None).await;
    chooses(&stage, Some(RoomNotify::Never)).await;
    let told = published(&mut session).await;
    let (request, result) = (told[0].0, Err(refusal("resource-constraint", "")));
    session.hears(Incoming::Outcome { request, result }).await;
    // To enter it again is no news, and no reason to leave.
    let chat = stage.chat(TEA);
    stage.call(move |desk| desk.join_room(&chat)).await.unwrap();
    let said = session.says().await;
    let left = said
        .iter()
        .any(|said| matches!(said, Outgoing::LeaveRoom { .. }));
    assert!(!left, "{said:?}");
}
