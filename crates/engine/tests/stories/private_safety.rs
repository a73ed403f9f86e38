//! That private words in rooms reach nobody but the one for whom they were written.

use crate::private::{
    ROOM, address, begins, comes, goes, goes_to, happens, history, inside, whispers, with, writes,
};
use crate::stage::{Session, Stage, jid, joined_as};
use crate::words::refusal;
use carillon_core::chat::Delivery;
use carillon_core::room::RoomAbout;
use carillon_core::session::{Incoming, Outgoing, RoomEvent, RoomReply};

/// What went to somebody alone.
fn private(said: &[Outgoing]) -> Vec<Outgoing> {
    let alone = |one: &&Outgoing| matches!(one, Outgoing::Message { to, .. } if to.is_full());
    said.iter().filter(alone).cloned().collect()
}

async fn room_answers(session: &mut Session) {
    let asked = session
        .doubted
        .iter()
        .position(|(_, room)| *room == jid(ROOM));
    let (request, _) = session.doubted.remove(asked.unwrap());
    let answer = Ok(RoomReply::Done);
    session
        .hears(Incoming::RoomAnswer { request, answer })
        .await;
}

#[tokio::test(start_paused = true)]
async fn after_a_cut_nothing_private_goes_before_the_room_has_answered() {
    for left in [false, true] {
        let (mut stage, mut session) = inside().await;
        session.is_managed("s1").await;
        let eva = with(&stage, "Eva");
        begins(&stage, &eva).await.unwrap();
        writes(&stage, &eva, "a1").await.unwrap();
        assert_eq!(private(&session.says().await), [goes_to("Eva", "a1")]);
        session.loses_its_link().await;
        let mut session = stage.session().await;
        let ids = vec!["a1".to_owned()];
        session
            .hears_all([Incoming::Resumed, Incoming::NotSent { ids }])
            .await;
        assert_eq!(private(&session.says().await), []);
        if left {
            goes(&session, "Eva", None).await;
            comes(&session, "Eva", "mallory").await;
        }
        room_answers(&mut session).await;
        let said = private(&session.says().await);
        if left {
            assert_eq!(said, []);
            let lost = &history(&stage, &eva)[0];
            assert_eq!(lost.delivery, Some(Delivery::Failed));
        } else {
            assert_eq!(said, [goes_to("Eva", "a1")]);
        }
    }
}

/// Carillon is started anew, and the Choir with Eva lets me in before it tells of itself.
async fn again_inside(stage: Stage, session: Session) -> (Stage, Session) {
    session.loses_its_link().await;
    let mut stage = stage.restarts().await;
    let session = stage.session().await;
    session.comes_online().await;
    comes(&session, "Eva", "eva").await;
    happens(&session, joined_as("alice")).await;
    (stage, session)
}

#[tokio::test(start_paused = true)]
async fn what_waits_goes_when_the_room_has_said_whether_its_marks_count() {
    let (stage, session) = inside().await;
    let eva = with(&stage, "Eva");
    begins(&stage, &eva).await.unwrap();
    writes(&stage, &eva, "a1").await.unwrap();
    let (_stage, mut session) = again_inside(stage, session).await;
    assert_eq!(private(&session.says().await), []);
    let about = RoomAbout {
        names_occupants: true,
        ..RoomAbout::default()
    };
    happens(&session, RoomEvent::About(Box::new(about))).await;
    assert_eq!(private(&session.says().await), [goes_to("Eva", "a1")]);
}

#[tokio::test(start_paused = true)]
async fn who_is_blocked_by_their_mark_is_so_before_the_room_has_told_of_itself() {
    let (stage, session) = inside().await;
    let eva = with(&stage, "Eva");
    let blocked = eva.clone();
    drop(stage.call(move |desk| desk.block(&blocked)).await.unwrap());
    let (stage, session) = again_inside(stage, session).await;
    whispers(&session, "Eva", "w1").await;
    assert_eq!(history(&stage, &eva), []);
}

#[tokio::test(start_paused = true)]
async fn who_has_written_is_blocked_and_not_who_has_the_nick_by_then() {
    let (stage, session) = inside().await;
    let eva = with(&stage, "Eva");
    let block = async || {
        let blocked = eva.clone();
        drop(stage.call(move |desk| desk.block(&blocked)).await.unwrap());
    };
    whispers(&session, "Eva", "w1").await;
    goes(&session, "Eva", None).await;
    comes(&session, "Eva", "mallory").await;
    block().await;
    whispers(&session, "Eva", "w2").await;
    assert_eq!(history(&stage, &eva).len(), 2, "mallory");
    block().await;
    for who in ["eva", "mallory"] {
        goes(&session, "Eva", None).await;
        comes(&session, "Eva", who).await;
        whispers(&session, "Eva", who).await;
    }
    assert_eq!(
        history(&stage, &eva).len(),
        2,
        "the second block lifts none"
    );
    let again = eva.clone();
    drop(stage.call(move |desk| desk.unblock(&again)).await.unwrap());
    assert_eq!(stage.call(|desk| desk.blocked()).await, []);
}

#[tokio::test(start_paused = true)]
async fn a_silent_room_is_asked_before_something_goes_to_one_of_its_people() {
    let (stage, mut session) = inside().await;
    let eva = with(&stage, "Eva");
    begins(&stage, &eva).await.unwrap();
    stage.passes(15 * 60).await;
    session.says().await;
    session.doubted.clear();
    writes(&stage, &eva, "a1").await.unwrap();
    assert_eq!(private(&session.says().await), []);
    room_answers(&mut session).await;
    assert_eq!(private(&session.says().await), [goes_to("Eva", "a1")]);
}

#[tokio::test(start_paused = true)]
async fn what_is_asked_for_twice_is_one_message_also_when_the_other_one_has_left() {
    let (stage, session) = inside().await;
    let eva = with(&stage, "Eva");
    begins(&stage, &eva).await.unwrap();
    writes(&stage, &eva, "a1").await.unwrap();
    goes(&session, "Eva", None).await;
    assert_eq!(writes(&stage, &eva, "a1").await, Ok(()));
    assert_eq!(history(&stage, &eva).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_comes_back_after_a_rename_or_from_a_room_that_i_have_left_has_failed() {
    for from in [ROOM.to_owned(), address("Eva")] {
        let (stage, session) = inside().await;
        let (eva, eve) = (with(&stage, "Eva"), with(&stage, "Eve"));
        begins(&stage, &eva).await.unwrap();
        writes(&stage, &eva, "a1").await.unwrap();
        goes(&session, "Eva", Some("Eve")).await;
        let back = Incoming::MessageFailed {
            chat: from.parse().unwrap(),
            id: "a1".to_owned(),
            problem: refusal("item-not-found", ""),
        };
        session.hears(back).await;
        let failed = &history(&stage, &eve)[0];
        assert_eq!(failed.delivery, Some(Delivery::Failed));
    }
}
