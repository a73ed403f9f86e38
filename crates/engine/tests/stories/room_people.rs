//! Who is in a room.

use crate::stage::{Session, Stage, jid, joined_as, occupant};
use crate::words::message;
use carillon_core::chat::Author;
use carillon_core::ids::MessageId;
use carillon_core::room::{
    Affiliation, Moderated, Occupant, Role, RoomAbout, RoomCause, RoomState, RoomTrouble,
};
use carillon_core::session::{
    About, Change, Incoming, IncomingMessage, Outgoing, RoomEvent, RoomWish, SessionProblem,
};
use carillon_engine::{ConnectEnd, Output};

const ROOM: &str = "tea@rooms.example.org";

async fn happens(session: &Session, event: RoomEvent) {
    let room = jid(ROOM);
    session.hears(Incoming::Room { room, event }).await;
}

async fn comes(session: &Session, who: Occupant) {
    happens(session, RoomEvent::Occupant(Box::new(who))).await;
}

/// Alice is in the room, and all was told.
async fn inside() -> (Stage, Session) {
    let (mut stage, mut session) = Stage::online().await;
    let room = stage.chat(ROOM);
    stage.call(move |desk| desk.join_room(&room)).await.unwrap();
    happens(&session, joined_as("alice")).await;
    session.says().await;
    stage.told().await;
    (stage, session)
}

async fn people(stage: &Stage, after: Option<&'static str>, limit: usize) -> Vec<Occupant> {
    let room = stage.chat(ROOM);
    stage
        .call(move |desk| desk.occupants_after(&room, after, limit))
        .await
        .unwrap()
}

fn nicks(people: &[Occupant]) -> Vec<&str> {
    people.iter().map(|one| one.nick.as_str()).collect()
}

#[tokio::test(start_paused = true)]
async fn who_is_there_is_listed_by_nick_in_pages_and_without_me() {
    let (stage, session) = inside().await;
    for nick in ["dora", "bob", "carol"] {
        comes(&session, occupant(nick)).await;
    }
    assert_eq!(nicks(&people(&stage, None, 2).await), ["bob", "carol"]);
    assert_eq!(nicks(&people(&stage, Some("carol"), 2).await), ["dora"]);
}

#[tokio::test(start_paused = true)]
async fn what_somebody_may_do_changes_and_the_window_is_told_so() {
    let (mut stage, session) = inside().await;
    comes(&session, occupant("bob")).await;
    assert_eq!(stage.told().await.0, [Output::Room(stage.chat(ROOM))]);
    let bob = Occupant {
        role: Role::Moderator,
        affiliation: Affiliation::Admin,
        ..occupant("bob")
    };
    comes(&session, bob.clone()).await;
    assert_eq!(stage.told().await.0, [Output::Room(stage.chat(ROOM))]);
    assert_eq!(people(&stage, None, 9).await, [bob]);
}

#[tokio::test(start_paused = true)]
async fn who_is_called_otherwise_is_there_once() {
    let (stage, session) = inside().await;
    comes(&session, occupant("bob")).await;
    let (nick, renamed) = ("bob".to_owned(), Some("rob".to_owned()));
    happens(&session, RoomEvent::Gone { nick, renamed }).await;
    comes(&session, occupant("rob")).await;
    assert_eq!(nicks(&people(&stage, None, 9).await), ["rob"]);
}

#[tokio::test(start_paused = true)]
async fn my_own_rank_is_known_as_the_room_shows_it() {
    let (stage, session) = inside().await;
    let me = Occupant {
        role: Role::Moderator,
        affiliation: Affiliation::Owner,
        ..occupant("alice")
    };
    let shown = RoomEvent::Joined {
        me: Box::new(me.clone()),
        created: false,
    };
    happens(&session, shown).await;
    let room = stage.chat(ROOM);
    let now = stage.call(move |desk| desk.room(&room)).await.unwrap();
    assert_eq!(now.unwrap().me, Some(me));
    assert_eq!(people(&stage, None, 9).await, []);
}

#[tokio::test(start_paused = true)]
async fn marks_of_people_count_only_where_the_room_makes_them() {
    let (stage, session) = inside().await;
    let bob = Occupant {
        id: Some("mark".to_owned()),
        ..occupant("bob")
    };
    comes(&session, bob).await;
    assert_eq!(people(&stage, None, 9).await[0].id, None);
    let about = RoomAbout {
        names_occupants: true,
        ..RoomAbout::default()
    };
    happens(&session, RoomEvent::About(Box::new(about))).await;
    let id = people(&stage, None, 9).await[0].id.clone();
    assert_eq!(id.as_deref(), Some("mark"));
}

#[tokio::test(start_paused = true)]
async fn a_room_of_two_thousand_is_known_whole_and_one_without_end_is_not() {
    let (mut stage, mut session) = Stage::online().await;
    let room = stage.chat(ROOM);
    stage.call(move |desk| desk.join_room(&room)).await.unwrap();
    stage.told().await;
    for n in 0..2_000 {
        comes(&session, occupant(&format!("guest{n}"))).await;
    }
    happens(&session, joined_as("alice")).await;
    session.says().await;
    let told = stage.told().await;
    assert_eq!(told.0, [Output::Chat(stage.chat(ROOM))]);
    assert_eq!(people(&stage, None, 20_000).await.len(), 2_000);
    for n in 2_000..10_050 {
        comes(&session, occupant(&format!("guest{n}"))).await;
    }
    assert_eq!(people(&stage, None, 20_000).await.len(), 10_000);
}

#[tokio::test(start_paused = true)]
async fn the_rooms_own_name_stands_in_the_list_also_after_a_restart() {
    let (mut stage, session) = inside().await;
    let about = RoomAbout {
        name: "Tea at four".to_owned(),
        ..RoomAbout::default()
    };
    happens(&session, RoomEvent::About(Box::new(about))).await;
    let chat = stage.chat(ROOM);
    let told = stage.told().await;
    assert!(told.has(|one| *one == Output::Chat(chat.clone())));
    let stage = stage.restarts().await;
    let chat = stage.chat(ROOM);
    let line = stage.stored().chat(&chat).unwrap().unwrap();
    assert_eq!(line.name, "Tea at four");
}

#[tokio::test(start_paused = true)]
async fn who_was_thrown_out_does_not_come_back_by_itself() {
    for (cause, comes_back) in [
        (RoomCause::Kicked, false),
        (RoomCause::Banned, false),
        (RoomCause::Closed, false),
        (RoomCause::ShutDown, true),
        (RoomCause::ConnectionBroke, true),
    ] {
        let (mut stage, session) = inside().await;
        let trouble = RoomTrouble {
            cause,
            ..RoomTrouble::default()
        };
        let left = RoomEvent::Left {
            trouble: Some(trouble.clone()),
        };
        happens(&session, left).await;
        let room = stage.chat(ROOM);
        let now = stage.call(move |desk| desk.room(&room)).await.unwrap();
        assert_eq!(now.unwrap().state, RoomState::Refused { trouble });
        let detail = String::new();
        session
            .ends(ConnectEnd::Problem(SessionProblem::Lost { detail }))
            .await;
        let mut again = stage.session().await;
        again.comes_online().await;
        let said = again.says().await;
        let joins = said
            .iter()
            .any(|what| matches!(what, Outgoing::JoinRoom { .. }));
        assert_eq!(joins, comes_back, "{cause:?}");
    }
}

/// Alice is in a room with a message of Bob's, under a role, and the room can or cannot take messages back.
async fn with_a_message(
    role: Role,
    moderates: bool,
    entry: Option<&str>,
) -> (Stage, Session, MessageId) {
    let (mut stage, mut session) = inside().await;
    let me = Occupant {
        role,
        ..occupant("alice")
    };
    let me = Box::new(me);
    let created = false;
    happens(&session, RoomEvent::Joined { me, created }).await;
    let about = RoomAbout {
        moderates,
        ..RoomAbout::default()
    };
    happens(&session, RoomEvent::About(Box::new(about))).await;
    let said = IncomingMessage {
        author: Author::Occupant {
            nick: "bob".to_owned(),
        },
        stanza_id: entry.map(str::to_owned),
        wants_receipt: false,
        ..message(ROOM, "m1", "alice: milk!")
    };
    session.hears(Incoming::Message(said)).await;
    session.says().await;
    let told = stage.told().await;
    let message = told.alert().content.message.unwrap();
    (stage, session, message)
}

fn moderated() -> IncomingMessage {
    let moderated = Moderated {
        by: "carol".to_owned(),
        words: "Rude".to_owned(),
    };
    IncomingMessage {
        author: Author::Occupant {
            nick: "carol".to_owned(),
        },
        about: Some(About {
            target: "s1".to_owned(),
            change: Change::Moderation(Box::new(moderated)),
        }),
        body: String::new(),
        wants_receipt: false,
        ..message(ROOM, "r1", "")
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_is_taken_back_by_moderators_where_the_room_can_and_names_it() {
    for (role, moderates, entry, can) in [
        (Role::Moderator, true, Some("s1"), true),
        (Role::Participant, true, Some("s1"), false),
        (Role::Moderator, false, Some("s1"), false),
        (Role::Moderator, true, None, false),
    ] {
        let (stage, mut session, message) = with_a_message(role, moderates, entry).await;
        let asked = stage
            .call(move |desk| desk.moderate_message(message, "Rude").map(drop))
            .await;
        assert_eq!(asked.is_ok(), can, "{role:?} {moderates} {entry:?}");
        let said = session.says().await;
        let wish = RoomWish::TakeBack {
            entry: "s1".to_owned(),
            words: "Rude".to_owned(),
        };
        let sent = matches!(&said[..], [Outgoing::Room { wish: sent, .. }] if **sent == wish);
        assert_eq!(sent, can, "{said:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_moderator_takes_back_leaves_the_screen_and_rings_nothing() {
    let (mut stage, session, message) = with_a_message(Role::Participant, true, Some("s1")).await;
    session.hears(Incoming::Message(moderated())).await;
    let told = stage.told().await;
    assert!(told.rings().is_empty(), "{told:?}");
    let withdrawn = |one: &Output| matches!(one, Output::Withdraw(_));
    assert!(told.0.iter().any(withdrawn), "{told:?}");
    let shown = stage.stored().message(message).unwrap().unwrap();
    assert!(shown.retracted && shown.body.is_empty());
    assert_eq!(shown.moderated.unwrap().by, "carol");
}
