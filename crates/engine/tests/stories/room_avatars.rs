//! Which pictures rooms show.

use crate::stage::{Session, Stage, jid, joined_as};
use crate::words::message;
use carillon_core::avatar::{Avatar, AvatarHash, AvatarSource};
use carillon_core::chat::Author;
use carillon_core::ids::AccountId;
use carillon_core::session::{Incoming, Outgoing, RoomEvent};
use carillon_engine::Output;
use jid::BareJid;

const ROOM: &str = "tea@rooms.example.org";
const ONE: AvatarHash = AvatarHash([1; 20]);
const OTHER: AvatarHash = AvatarHash([2; 20]);

async fn shows(session: &Session, room: &str, hash: Option<AvatarHash>) {
    let (room, event) = (jid(room), RoomEvent::Picture { hash });
    session.hears(Incoming::Room { room, event }).await;
}

/// Alice is in the room, and all was told.
async fn inside() -> (Stage, Session) {
    let (mut stage, mut session) = Stage::online().await;
    let room = stage.chat(ROOM);
    stage.call(move |desk| desk.join_room(&room)).await.unwrap();
    let event = joined_as("alice");
    let room = jid(ROOM);
    session.hears(Incoming::Room { room, event }).await;
    session.says().await;
    stage.told().await;
    (stage, session)
}

async fn fetched(session: &mut Session) -> Vec<(u64, BareJid, Avatar)> {
    let said = session.says().await;
    said.into_iter()
        .filter_map(|one| match one {
            Outgoing::Picture {
                request,
                of,
                avatar,
            } => Some((request, of, avatar)),
            _ => None,
        })
        .collect()
}

/// The room shows a picture, which was fetched and kept.
async fn has(stage: &mut Stage, session: &mut Session, hash: AvatarHash) {
    shows(session, ROOM, Some(hash)).await;
    let (request, ..) = fetched(session).await[0];
    let bytes = Some(b"a picture".to_vec());
    session.hears(Incoming::Picture { request, bytes }).await;
    stage
        .call(move |desk| desk.picture_is_kept(AccountId(1), request, true))
        .await;
}

fn in_list(stage: &Stage) -> Option<AvatarHash> {
    let summary = stage.stored().chat(&stage.chat(ROOM)).unwrap();
    summary.and_then(|summary| summary.avatar)
}

#[tokio::test(start_paused = true)]
async fn a_rooms_picture_is_fetched_from_its_card_and_stands_in_the_list() {
    let (mut stage, mut session) = inside().await;
    shows(&session, ROOM, Some(ONE)).await;
    let asked = fetched(&mut session).await;
    let avatar = Avatar {
        hash: ONE,
        source: AvatarSource::Vcard,
    };
    let [(request, of, found)] = asked.as_slice() else {
        panic!("{asked:?}");
    };
    assert_eq!((of, *found), (&jid(ROOM), avatar));
    assert_eq!(in_list(&stage), None);
    let request = *request;
    let bytes = Some(b"a picture".to_vec());
    session.hears(Incoming::Picture { request, bytes }).await;
    stage.told().await;
    stage
        .call(move |desk| desk.picture_is_kept(AccountId(1), request, true))
        .await;
    assert_eq!(stage.told().await.0, [Output::Chat(stage.chat(ROOM))]);
    assert_eq!(in_list(&stage), Some(ONE));
}

#[tokio::test(start_paused = true)]
async fn one_that_is_known_is_not_fetched_again_and_a_new_one_is() {
    let (mut stage, mut session) = inside().await;
    has(&mut stage, &mut session, ONE).await;
    shows(&session, ROOM, Some(ONE)).await;
    assert_eq!(fetched(&mut session).await, []);
    has(&mut stage, &mut session, OTHER).await;
    assert_eq!(in_list(&stage), Some(OTHER));
}

#[tokio::test(start_paused = true)]
async fn one_that_was_shown_for_a_moment_does_not_come_back() {
    let (mut stage, mut session) = inside().await;
    has(&mut stage, &mut session, ONE).await;
    shows(&session, ROOM, Some(OTHER)).await;
    let (request, ..) = fetched(&mut session).await[0];
    shows(&session, ROOM, Some(ONE)).await;
    let bytes = Some(b"a picture".to_vec());
    session.hears(Incoming::Picture { request, bytes }).await;
    stage
        .call(move |desk| desk.picture_is_kept(AccountId(1), request, true))
        .await;
    assert_eq!(in_list(&stage), Some(ONE));
}

#[tokio::test(start_paused = true)]
async fn a_room_that_takes_its_picture_away_shows_none() {
    let (mut stage, mut session) = inside().await;
    has(&mut stage, &mut session, ONE).await;
    shows(&session, ROOM, None).await;
    assert_eq!(in_list(&stage), None);
    assert_eq!(stage.stored().avatars(AccountId(1)).unwrap(), []);
}

#[tokio::test(start_paused = true)]
async fn a_room_that_is_none_of_mine_shows_none() {
    let (_stage, mut session) = inside().await;
    shows(&session, "other@rooms.example.org", Some(ONE)).await;
    assert_eq!(fetched(&mut session).await, []);
}

#[tokio::test(start_paused = true)]
async fn it_survives_a_roster_and_a_restart() {
    let (mut stage, mut session) = inside().await;
    has(&mut stage, &mut session, ONE).await;
    session
        .hears(Incoming::Roster {
            version: None,
            items: Some(Vec::new()),
        })
        .await;
    shows(&session, ROOM, Some(ONE)).await;
    assert_eq!(fetched(&mut session).await, []);
    let mut stage = stage.restarts().await;
    let mut session = stage.session().await;
    session.comes_online().await;
    assert_eq!(in_list(&stage), Some(ONE));
    shows(&session, ROOM, Some(ONE)).await;
    assert_eq!(fetched(&mut session).await, []);
}

#[tokio::test(start_paused = true)]
async fn it_goes_with_the_room_that_is_deleted() {
    let (mut stage, mut session) = inside().await;
    has(&mut stage, &mut session, ONE).await;
    let room = stage.chat(ROOM);
    stage
        .call(move |desk| desk.delete_chat(&room))
        .await
        .unwrap();
    assert_eq!(stage.stored().avatars(AccountId(1)).unwrap(), []);
    let room = stage.chat(ROOM);
    stage.call(move |desk| desk.join_room(&room)).await.unwrap();
    shows(&session, ROOM, Some(ONE)).await;
    assert_eq!(fetched(&mut session).await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_rings_in_a_room_names_its_picture() {
    let (mut stage, mut session) = inside().await;
    has(&mut stage, &mut session, ONE).await;
    stage.passes(30).await;
    stage.told().await;
    let nick = "bob".to_owned();
    let said = carillon_core::session::IncomingMessage {
        chat: jid(ROOM).into(),
        author: Author::Occupant { nick },
        ..message("bob@example.org", "m1", "alice: tea?")
    };
    session.hears(Incoming::Message(said)).await;
    assert_eq!(stage.told().await.alert().content.avatar, Some(ONE));
}
