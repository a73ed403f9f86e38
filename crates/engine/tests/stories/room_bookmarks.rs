//! The same rooms on all of my devices.

use crate::stage::{Session, Stage, jid, joined_as};
use crate::words::refusal;
use carillon_core::room::{Bookmark, RoomCause, RoomTrouble};
use carillon_core::session::{Incoming, Outgoing, RoomEvent, SessionProblem};
use carillon_engine::ConnectEnd;

const TEA: &str = "tea@rooms.example.org";
const DEN: &str = "den@rooms.example.org";

fn bookmark(room: &str, autojoin: bool) -> Bookmark {
    Bookmark {
        room: jid(room),
        name: String::new(),
        autojoin,
        nick: String::new(),
        password: String::new(),
        extensions: String::new(),
        notify: None,
    }
}

async fn lists(session: &Session, all: &[Bookmark]) {
    session.hears(Incoming::Bookmarks(all.to_vec())).await;
}

async fn changes(session: &Session, one: Bookmark) {
    session.hears(Incoming::Bookmark(Box::new(one))).await;
}

/// The rooms that were entered since, and those that were left.
async fn moves(session: &mut Session) -> (Vec<String>, Vec<String>) {
    let (mut entered, mut left) = (Vec::new(), Vec::new());
    for said in session.says().await {
        match said {
            Outgoing::JoinRoom { room, .. } => entered.push(room.to_string()),
            Outgoing::LeaveRoom { room, .. } => left.push(room.to_string()),
            _ => {}
        }
    }
    (entered, left)
}

/// What the account was told to keep since: the room, and whether every device is to be in it.
async fn published(session: &mut Session) -> Vec<(String, bool)> {
    session.says().await;
    let all = std::mem::take(&mut session.bookmarked);
    all.into_iter()
        .map(|(_, one)| (one.room.to_string(), one.autojoin))
        .collect()
}

async fn joins(stage: &Stage, session: &Session, room: &str) {
    let chat = stage.chat(room);
    stage.call(move |desk| desk.join_room(&chat)).await.unwrap();
    let (room, event) = (jid(room), joined_as("alice"));
    session.hears(Incoming::Room { room, event }).await;
}

async fn leaves(stage: &Stage, room: &str) {
    let chat = stage.chat(room);
    stage
        .call(move |desk| desk.leave_room(&chat))
        .await
        .unwrap();
}

async fn loses(session: Session) {
    let detail = String::new();
    session
        .ends(ConnectEnd::Problem(SessionProblem::Lost { detail }))
        .await;
}

fn nothing() -> (Vec<String>, Vec<String>) {
    (Vec::new(), Vec::new())
}

#[tokio::test(start_paused = true)]
async fn rooms_of_my_other_devices_are_entered_with_their_nick_and_password() {
    let (_stage, mut session) = Stage::online().await;
    let tea = Bookmark {
        nick: "Ali".to_owned(),
        password: "sesame".to_owned(),
        ..bookmark(TEA, true)
    };
    lists(&session, &[tea, bookmark(DEN, false)]).await;
    let join = Outgoing::JoinRoom {
        room: jid(TEA),
        nick: "Ali".to_owned(),
        history: 50,
        password: "sesame".to_owned(),
    };
    assert_eq!(session.says().await, [join]);
    assert_eq!(published(&mut session).await, []);
}

#[tokio::test(start_paused = true)]
async fn what_i_enter_and_leave_here_my_other_devices_learn_once() {
    let (stage, mut session) = Stage::online().await;
    lists(&session, &[]).await;
    joins(&stage, &session, TEA).await;
    assert_eq!(published(&mut session).await, [(TEA.to_owned(), true)]);
    // My account tells this device as well.
    changes(&session, bookmark(TEA, true)).await;
    assert_eq!(published(&mut session).await, []);
    leaves(&stage, TEA).await;
    assert_eq!(published(&mut session).await, [(TEA.to_owned(), false)]);
    changes(&session, bookmark(TEA, false)).await;
    assert_eq!(published(&mut session).await, []);
}

#[tokio::test(start_paused = true)]
async fn another_device_enters_and_leaves_and_so_does_this_one() {
    let (_stage, mut session) = Stage::online().await;
    lists(&session, &[]).await;
    changes(&session, bookmark(TEA, true)).await;
    assert_eq!(moves(&mut session).await, (vec![TEA.to_owned()], vec![]));
    changes(&session, bookmark(TEA, false)).await;
    assert_eq!(moves(&mut session).await, (vec![], vec![TEA.to_owned()]));
    changes(&session, bookmark(TEA, true)).await;
    assert_eq!(moves(&mut session).await, (vec![TEA.to_owned()], vec![]));
    let room = Some(jid(TEA));
    session.hears(Incoming::BookmarkGone { room }).await;
    assert_eq!(moves(&mut session).await, (vec![], vec![TEA.to_owned()]));
    assert_eq!(published(&mut session).await, []);
}

#[tokio::test(start_paused = true)]
async fn what_other_clients_keep_in_a_bookmark_goes_back_as_it_came() {
    let (stage, mut session) = Stage::online().await;
    let kept = Bookmark {
        name: "Tea".to_owned(),
        extensions: "<extensions xmlns='urn:xmpp:bookmarks:1'><x xmlns='y'/></extensions>"
            .to_owned(),
        ..bookmark(TEA, true)
    };
    lists(&session, std::slice::from_ref(&kept)).await;
    leaves(&stage, TEA).await;
    session.says().await;
    let [(_, back)] = &session.bookmarked[..] else {
        panic!("{:?}", session.bookmarked);
    };
    assert_eq!(
        (&back.name, &back.extensions),
        (&kept.name, &kept.extensions)
    );
}

#[tokio::test(start_paused = true)]
async fn what_was_done_without_a_link_is_settled_with_the_next_one() {
    // Left there meanwhile, left here meanwhile, entered here meanwhile.
    let (mut stage, mut session) = Stage::online().await;
    lists(&session, &[bookmark(TEA, true), bookmark(DEN, true)]).await;
    session.says().await;
    loses(session).await;
    leaves(&stage, DEN).await;
    let mut session = stage.session().await;
    session.comes_online().await;
    assert_eq!(moves(&mut session).await, (vec![TEA.to_owned()], vec![]));
    lists(&session, &[bookmark(DEN, true)]).await;
    assert_eq!(moves(&mut session).await, (vec![], vec![TEA.to_owned()]));
    assert_eq!(published(&mut session).await, [(DEN.to_owned(), false)]);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_does_not_come_changes_nothing_and_nothing_is_told() {
    let (stage, mut session) = Stage::online().await;
    joins(&stage, &session, TEA).await;
    changes(&session, bookmark(DEN, true)).await;
    session.hears(Incoming::BookmarkGone { room: None }).await;
    assert_eq!(moves(&mut session).await, (vec![TEA.to_owned()], vec![]));
    assert_eq!(published(&mut session).await, []);
}

#[tokio::test(start_paused = true)]
async fn two_devices_with_two_nicks_do_not_answer_each_other() {
    let (stage, mut session) = Stage::online().await;
    lists(&session, &[]).await;
    joins(&stage, &session, TEA).await;
    published(&mut session).await;
    for nick in ["Robert", "Bob", "Robert"] {
        let other = Bookmark {
            nick: nick.to_owned(),
            ..bookmark(TEA, true)
        };
        changes(&session, other).await;
    }
    assert_eq!(published(&mut session).await, []);
    assert_eq!(moves(&mut session).await, nothing());
    // What I am called here from now on is told.
    let (room, event) = (jid(TEA), joined_as("Lis"));
    session.hears(Incoming::Room { room, event }).await;
    session.says().await;
    assert_eq!(session.bookmarked[0].1.nick, "Lis");
}

#[tokio::test(start_paused = true)]
async fn who_is_banned_is_not_sent_back_by_their_other_devices() {
    let (stage, mut session) = Stage::online().await;
    lists(&session, &[]).await;
    joins(&stage, &session, TEA).await;
    published(&mut session).await;
    let trouble = Some(RoomTrouble {
        cause: RoomCause::Banned,
        ..RoomTrouble::default()
    });
    let (room, event) = (jid(TEA), RoomEvent::Left { trouble });
    session.hears(Incoming::Room { room, event }).await;
    assert_eq!(published(&mut session).await, [(TEA.to_owned(), false)]);
}

/// ejabberd 23 refuses to keep them: after the next start Carillon left every room.
#[tokio::test(start_paused = true)]
async fn a_room_that_the_account_does_not_keep_is_not_left() {
    for answered in [true, false] {
        let (mut stage, mut session) = Stage::online().await;
        lists(&session, &[]).await;
        joins(&stage, &session, TEA).await;
        session.says().await;
        let (request, kept) = session.bookmarked.remove(0);
        assert!(kept.autojoin);
        if answered {
            let result = Err(refusal("conflict", "precondition-not-met"));
            session.hears(Incoming::Outcome { request, result }).await;
        }
        loses(session).await;
        let mut session = stage.session().await;
        session.comes_online().await;
        session.says().await;
        lists(&session, &[]).await;
        assert_eq!(moves(&mut session).await, nothing());
        assert_eq!(published(&mut session).await, [(TEA.to_owned(), true)]);
    }
}
