//! Rooms that may have lost me without a word (XEP-0410).

use crate::stage::{Session, Stage, jid, joined_as};
use crate::words::{message, refusal};
use carillon_core::alerts::Surroundings;
use carillon_core::chat::Author;
use carillon_core::room::RoomState;
use carillon_core::session::{Incoming, IncomingMessage, Outgoing, RoomEvent, RoomReply};
use carillon_engine::Wake;
use tokio::time::Instant;

const TEA: &str = "tea@rooms.example.org";
const DEN: &str = "den@rooms.example.org";
const QUARTER: u64 = 15 * 60;

async fn joins(stage: &Stage, session: &Session, room: &str) {
    let chat = stage.chat(room);
    stage.call(move |desk| desk.join_room(&chat)).await.unwrap();
    comes_in(session, room).await;
}

async fn comes_in(session: &Session, room: &str) {
    let (room, event) = (jid(room), joined_as("alice"));
    session.hears(Incoming::Room { room, event }).await;
}

async fn inside() -> (Stage, Session) {
    let (stage, mut session) = Stage::online().await;
    joins(&stage, &session, TEA).await;
    session.says().await;
    assert_eq!(session.doubted, []);
    (stage, session)
}

/// The rooms that were asked since.
async fn asked(session: &mut Session) -> Vec<String> {
    session.says().await;
    let rooms = session.doubted.iter().map(|(_, room)| room.to_string());
    rooms.collect()
}

/// The room's answer to what it was asked last; an error's condition, or none.
async fn answers(session: &mut Session, condition: Option<&str>) {
    let (request, _) = session.doubted.pop().unwrap();
    session.doubted.clear();
    let answer = condition.map_or(Ok(RoomReply::Done), |condition| Err(refusal(condition, "")));
    session
        .hears(Incoming::RoomAnswer { request, answer })
        .await;
}

async fn entered(session: &mut Session) -> bool {
    let said = session.says().await;
    said.iter()
        .any(|one| matches!(one, Outgoing::JoinRoom { room, .. } if *room == jid(TEA)))
}

async fn looks_at(stage: &Stage, room: &str) {
    let chat = stage.chat(room);
    stage.surroundings.send_replace(Surroundings::default());
    stage.passes(0).await;
    stage.surroundings.send_replace(Surroundings {
        chat_in_front: Some(chat),
        ..Surroundings::default()
    });
    stage.passes(0).await;
}

fn bob_says(id: &str) -> Incoming {
    Incoming::Message(IncomingMessage {
        author: Author::Occupant {
            nick: "bob".to_owned(),
        },
        wants_receipt: false,
        ..message(TEA, id, "Milk?")
    })
}

#[tokio::test(start_paused = true)]
async fn after_a_wake_up_or_another_network_every_room_is_asked() {
    for (why, rooms) in [
        (Wake::Slept, vec![DEN, TEA]),
        (Wake::Network, vec![DEN, TEA]),
        (Wake::NoNetwork, vec![]),
    ] {
        let (stage, mut session) = inside().await;
        joins(&stage, &session, DEN).await;
        stage.call(move |desk| desk.woke(why)).await;
        assert_eq!(asked(&mut session).await, rooms, "{why:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn when_a_stream_goes_on_every_room_that_i_am_in_is_asked() {
    let (mut stage, session) = inside().await;
    session.is_managed("s1").await;
    session.loses_its_link().await;
    let mut session = stage.session().await;
    session.hears(Incoming::Resumed).await;
    assert_eq!(asked(&mut session).await, [TEA]);
    assert!(!entered(&mut session).await);
    answers(&mut session, Some("not-acceptable")).await;
    assert!(entered(&mut session).await);
}

#[tokio::test(start_paused = true)]
async fn an_idle_room_is_not_asked_by_the_clock() {
    let (stage, mut session) = inside().await;
    stage.passes(24 * 3600).await;
    assert_eq!(session.says().await, []);
    assert_eq!(session.doubted, []);
}

#[tokio::test(start_paused = true)]
async fn a_silent_room_is_asked_when_i_turn_to_it_and_a_lively_one_is_not() {
    for (waited, wanted) in [(QUARTER - 60, vec![]), (QUARTER, vec![TEA])] {
        let (stage, mut session) = inside().await;
        stage.passes(waited).await;
        looks_at(&stage, TEA).await;
        looks_at(&stage, DEN).await;
        looks_at(&stage, TEA).await;
        assert_eq!(asked(&mut session).await, wanted, "{waited} s");
    }
    let (stage, mut session) = inside().await;
    stage.passes(QUARTER - 60).await;
    session.hears(bob_says("m1")).await;
    stage.passes(QUARTER - 60).await;
    looks_at(&stage, TEA).await;
    assert_eq!(asked(&mut session).await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_room_that_is_silent_for_an_hour_is_asked_when_my_server_speaks_of_something_else() {
    let (stage, mut session) = inside().await;
    let bobs = |id: &str| Incoming::Message(message("bob@example.org", id, "Hi"));
    session.hears(bobs("m1")).await;
    stage.passes(3_500).await;
    session.hears(bobs("m2")).await;
    assert_eq!(asked(&mut session).await, [""; 0]);
    stage.passes(200).await;
    session.hears(bobs("m3")).await;
    assert_eq!(asked(&mut session).await, [TEA]);
    answers(&mut session, None).await;
    session.hears(bobs("m4")).await;
    assert_eq!(asked(&mut session).await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn each_answer_has_the_room_entered_again_or_left_as_it_is() {
    let rows = [
        (None, false),
        (Some("service-unavailable"), false),
        (Some("feature-not-implemented"), false),
        (Some("item-not-found"), false),
        (Some("remote-server-not-found"), false),
        (Some("remote-server-timeout"), false),
        (Some("not-acceptable"), true),
        (Some("not-allowed"), true),
        (Some("bad-request"), true),
        (Some("forbidden"), true),
    ];
    for (condition, again) in rows {
        let (stage, mut session) = inside().await;
        stage.passes(QUARTER).await;
        looks_at(&stage, TEA).await;
        asked(&mut session).await;
        let before = session.rooms_asked;
        answers(&mut session, condition).await;
        assert_eq!(entered(&mut session).await, again, "{condition:?}");
        let chat = stage.chat(TEA);
        let room = stage.call(move |desk| desk.room(&chat)).await;
        let state = if again {
            RoomState::Joining
        } else {
            RoomState::Joined
        };
        assert_eq!(room.unwrap().unwrap().state, state, "{condition:?}");
        if again {
            comes_in(&session, TEA).await;
            session.says().await;
            // What it says then leads to its archive.
            assert_eq!(session.rooms_asked, before + 1);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_room_that_does_not_answer_is_asked_again_more_and_more_seldom_until_it_speaks() {
    let (stage, mut session) = inside().await;
    stage.passes(QUARTER).await;
    looks_at(&stage, TEA).await;
    // Out of reach is as good as no answer.
    asked(&mut session).await;
    answers(&mut session, Some("remote-server-timeout")).await;
    let mut times = Vec::new();
    let began = Instant::now();
    for _ in 1..=3_600 {
        stage.passes(1).await;
        if !asked(&mut session).await.is_empty() {
            times.push(began.elapsed().as_secs() / 10 * 10);
            session.doubted.clear();
        }
    }
    assert_eq!(times, [10, 70, 190, 430, 910, 1_810, 2_710]);
    session.hears(bob_says("m1")).await;
    stage.passes(3_600).await;
    assert_eq!(asked(&mut session).await, [""; 0]);
}

/// The message was refused, and the user had to send it again.
#[tokio::test(start_paused = true)]
async fn what_i_say_in_a_room_that_has_lost_me_waits_until_it_has_me_again() {
    for condition in [None, Some("not-acceptable")] {
        let (stage, mut session) = inside().await;
        stage.passes(QUARTER).await;
        let chat = stage.chat(TEA);
        let sent = stage.call(move |desk| desk.send_message(&chat, "m1", "Milk!"));
        sent.await.unwrap();
        assert_eq!(session.sends().await, [""; 0]);
        answers(&mut session, condition).await;
        if condition.is_some() {
            assert_eq!(session.sends().await, [""; 0]);
            comes_in(&session, TEA).await;
        }
        assert_eq!(session.sends().await, ["m1"], "{condition:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_room_that_says_nothing_holds_up_what_i_say_for_ten_seconds() {
    let (stage, mut session) = inside().await;
    stage.passes(QUARTER).await;
    let chat = stage.chat(TEA);
    let sent = stage.call(move |desk| desk.send_message(&chat, "m1", "Milk!"));
    sent.await.unwrap();
    stage.passes(9).await;
    assert_eq!(session.sends().await, [""; 0]);
    stage.passes(1).await;
    assert_eq!(session.sends().await, ["m1"]);
}

#[tokio::test(start_paused = true)]
async fn a_late_answer_about_a_room_that_i_have_left_changes_nothing() {
    let (stage, mut session) = inside().await;
    stage.call(|desk| desk.woke(Wake::Slept)).await;
    asked(&mut session).await;
    let chat = stage.chat(TEA);
    stage
        .call(move |desk| desk.leave_room(&chat))
        .await
        .unwrap();
    let (room, event) = (jid(TEA), RoomEvent::Left { trouble: None });
    session.hears(Incoming::Room { room, event }).await;
    answers(&mut session, Some("not-acceptable")).await;
    assert!(!entered(&mut session).await);
    stage.passes(3_600).await;
    assert_eq!(asked(&mut session).await, [""; 0]);
}
