//! Rooms of my own, and what is asked of rooms.

use crate::stage::{Session, Stage, jid, joined_as, occupant};
use carillon_core::form::{DataForm, FormField};
use carillon_core::ids::ChatRef;
use carillon_core::room::{
    Affiliation, Moderation, NotInvited, Occupant, Role, RoomAbout, RoomState,
};
use carillon_core::session::{
    Incoming, Outgoing, RoomEvent, RoomReply, RoomWish, SessionProblem, StanzaProblem,
};
use carillon_engine::{ConnectEnd, DeskError, RoomAnswer, RoomPlan};

const SERVICE: &str = "rooms.example.org";

fn plan(public: bool) -> RoomPlan {
    RoomPlan {
        name: "Tea at four".to_owned(),
        public,
    }
}

fn created(nick: &str) -> RoomEvent {
    RoomEvent::Joined {
        me: Box::new(occupant(nick)),
        created: true,
    }
}

async fn happens(session: &Session, room: &ChatRef, event: RoomEvent) {
    let room = room.jid.clone();
    session
        .hears(Incoming::Room {
            room: room.to_bare(),
            event,
        })
        .await;
}

/// What was asked of the room since, with its numbers.
async fn wishes(session: &mut Session) -> Vec<(u64, RoomWish)> {
    let said = session.says().await.into_iter();
    let wish = |said| match said {
        Outgoing::Room { request, wish, .. } => Some((request, *wish)),
        _ => None,
    };
    said.filter_map(wish).collect()
}

async fn answers(session: &Session, request: u64, answer: Result<RoomReply, StanzaProblem>) {
    session
        .hears(Incoming::RoomAnswer { request, answer })
        .await;
}

fn refused() -> Result<RoomReply, StanzaProblem> {
    Err(StanzaProblem {
        condition: "forbidden".to_owned(),
        text: String::new(),
    })
}

fn form(vars: &[&str]) -> DataForm {
    let field = |var: &&str| FormField {
        var: (*var).to_owned(),
        values: vec!["?".to_owned()],
        ..FormField::default()
    };
    DataForm {
        fields: vars.iter().map(field).collect(),
        ..DataForm::default()
    }
}

/// Alice makes a room; it is new, and hers.
async fn makes(public: bool) -> (Stage, Session, ChatRef) {
    let (stage, mut session) = Stage::online().await;
    let jid = stage
        .call(move |desk| desk.room_address(&jid(SERVICE), &plan(public)))
        .await
        .unwrap();
    let room = stage.chat(jid.as_str());
    let made = room.clone();
    stage
        .call(move |desk| desk.create_room(&made, plan(public)))
        .await
        .unwrap();
    session.says().await;
    happens(&session, &room, created("alice")).await;
    (stage, session, room)
}

#[tokio::test(start_paused = true)]
async fn a_public_room_is_called_by_its_name_and_a_private_one_is_not_to_be_guessed() {
    let (stage, _session) = Stage::online().await;
    let address = |public| stage.call(move |desk| desk.room_address(&jid(SERVICE), &plan(public)));
    assert_eq!(
        address(true).await.unwrap(),
        jid("tea-at-four@rooms.example.org")
    );
    let private = address(false).await.unwrap();
    let node = private.node().unwrap().to_string();
    assert!(
        node.starts_with("tea-at-four-") && node.len() == 20,
        "{node}"
    );
    let nameless = RoomPlan {
        name: " ".to_owned(),
        public: true,
    };
    let bad = stage
        .call(move |desk| desk.room_address(&jid(SERVICE), &nameless))
        .await;
    assert_eq!(bad, Err(DeskError::BadText));
}

#[tokio::test(start_paused = true)]
async fn a_new_room_gets_the_settings_that_it_is_to_have_and_none_that_it_does_not_know() {
    for public in [true, false] {
        let (_stage, mut session, room) = makes(public).await;
        let asked = wishes(&mut session).await;
        let [(request, RoomWish::ReadSettings)] = asked[..] else {
            panic!("{asked:?}");
        };
        let known = form(&[
            "muc#roomconfig_roomname",
            "muc#roomconfig_persistentroom",
            "muc#roomconfig_publicroom",
            "muc#roomconfig_membersonly",
            "its_own",
        ]);
        answers(&session, request, Ok(RoomReply::Settings(Box::new(known)))).await;
        let asked = wishes(&mut session).await;
        let [(request, RoomWish::SetSettings(form))] = &asked[..] else {
            panic!("{asked:?}");
        };
        let yes = |yes: bool| Some(if yes { "1" } else { "0" });
        assert_eq!(form.value("muc#roomconfig_roomname"), Some("Tea at four"));
        assert_eq!(form.value("muc#roomconfig_persistentroom"), yes(true));
        assert_eq!(form.value("muc#roomconfig_publicroom"), yes(public));
        assert_eq!(form.value("muc#roomconfig_membersonly"), yes(!public));
        assert_eq!(form.value("its_own"), Some("?"));
        assert_eq!(form.fields.len(), 5);
        let before = session.rooms_asked;
        answers(&session, *request, Ok(RoomReply::Done)).await;
        assert_eq!(wishes(&mut session).await, []);
        assert_eq!(
            session.rooms_asked,
            before + 1,
            "it is like something else now"
        );
        // A status of mine is no new room.
        happens(&session, &room, joined_as("alice")).await;
        assert_eq!(wishes(&mut session).await, []);
    }
}

#[tokio::test(start_paused = true)]
async fn a_room_that_takes_no_settings_is_opened_as_it_is() {
    let (_stage, mut session, _room) = makes(false).await;
    let request = wishes(&mut session).await[0].0;
    answers(&session, request, refused()).await;
    let asked = wishes(&mut session).await;
    assert!(matches!(asked[..], [(_, RoomWish::Open)]), "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn a_room_that_was_gone_and_is_new_by_my_coming_back_is_opened() {
    let (stage, mut session) = Stage::online().await;
    let room = stage.chat("tea@rooms.example.org");
    let joined = room.clone();
    stage
        .call(move |desk| desk.join_room(&joined))
        .await
        .unwrap();
    happens(&session, &room, created("alice")).await;
    let asked = wishes(&mut session).await;
    assert!(matches!(asked[..], [(_, RoomWish::Open)]), "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn a_password_and_a_nick_go_with_the_entering_and_again_after_a_reconnect() {
    let (mut stage, mut session) = Stage::online().await;
    let room = stage.chat("tea@rooms.example.org");
    let entered = room.clone();
    stage
        .call(move |desk| desk.enter_room(&entered, "Ali", "sesame"))
        .await
        .unwrap();
    let join = Outgoing::JoinRoom {
        room: room.bare(),
        nick: "Ali".to_owned(),
        history: 50,
        password: "sesame".to_owned(),
    };
    assert_eq!(session.says().await, std::slice::from_ref(&join));
    happens(&session, &room, joined_as("Ali")).await;
    let detail = String::new();
    session
        .ends(ConnectEnd::Problem(SessionProblem::Lost { detail }))
        .await;
    let mut again = stage.session().await;
    again.comes_online().await;
    assert_eq!(again.says().await, [join]);
}

#[tokio::test(start_paused = true)]
async fn a_nick_that_can_be_none_is_refused_before_anybody_hears_of_it() {
    let (stage, mut session) = Stage::online().await;
    let room = stage.chat("tea@rooms.example.org");
    let long = "x".repeat(2_000);
    let bad = stage
        .call(move |desk| desk.enter_room(&room, &long, ""))
        .await;
    assert_eq!(bad, Err(DeskError::BadText));
    assert_eq!(session.says().await, []);
}

#[tokio::test(start_paused = true)]
async fn a_nick_that_the_room_gave_me_is_the_one_to_come_back_with() {
    let (mut stage, session) = Stage::online().await;
    let room = stage.chat("tea@rooms.example.org");
    let joined = room.clone();
    stage
        .call(move |desk| desk.join_room(&joined))
        .await
        .unwrap();
    happens(&session, &room, joined_as("alice")).await;
    happens(&session, &room, joined_as("Lis")).await;
    let detail = String::new();
    session
        .ends(ConnectEnd::Problem(SessionProblem::Lost { detail }))
        .await;
    let mut again = stage.session().await;
    again.comes_online().await;
    let said = again.says().await;
    assert!(
        matches!(&said[..], [Outgoing::JoinRoom { nick, .. }] if nick == "Lis"),
        "{said:?}"
    );
}

/// Alice moderates, Bob listens, Carla owns the room.
async fn moderates() -> (Stage, Session, ChatRef) {
    let (stage, mut session) = Stage::online().await;
    let room = stage.chat("tea@rooms.example.org");
    let joined = room.clone();
    stage
        .call(move |desk| desk.join_room(&joined))
        .await
        .unwrap();
    let bob = Occupant {
        role: Role::Visitor,
        jid: Some(jid("bob@example.org")),
        ..occupant("Bob")
    };
    let carla = Occupant {
        role: Role::Moderator,
        affiliation: Affiliation::Owner,
        ..occupant("Carla")
    };
    for who in [bob, carla] {
        happens(&session, &room, RoomEvent::Occupant(Box::new(who))).await;
    }
    let me = Occupant {
        role: Role::Moderator,
        affiliation: Affiliation::Admin,
        ..occupant("alice")
    };
    let me = Box::new(me);
    let created = false;
    happens(&session, &room, RoomEvent::Joined { me, created }).await;
    session.says().await;
    (stage, session, room)
}

#[tokio::test(start_paused = true)]
async fn i_may_do_what_my_rank_allows_and_nothing_else_is_said() {
    let (stage, mut session, room) = moderates().await;
    let rows = [
        (Moderation::Kick, "Bob", true),
        (Moderation::Ban, "Bob", true),
        (Moderation::GrantVoice, "Bob", true),
        (Moderation::RevokeVoice, "Bob", false),
        (Moderation::Kick, "Carla", false),
        (Moderation::Ban, "Carla", false),
        (Moderation::RevokeVoice, "Carla", false),
        (Moderation::Kick, "alice", false),
        (Moderation::Kick, "nobody", false),
    ];
    for (act, nick, may) in rows {
        let of = room.clone();
        let done = stage
            .call(move |desk| desk.moderate(&of, nick, act, "enough").map(drop))
            .await;
        assert_eq!(done.is_ok(), may, "{act:?} {nick}: {done:?}");
        assert_eq!(
            wishes(&mut session).await.len(),
            usize::from(may),
            "{act:?} {nick}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_rooms_word_reaches_who_asked_and_a_lost_link_is_told() {
    let (stage, mut session, room) = moderates().await;
    let asked = |wish| {
        let of = room.clone();
        stage.call(move |desk| desk.ask_room(of.account, &of.bare(), wish).unwrap())
    };
    let answer = asked(RoomWish::Topic("Tea".to_owned())).await;
    let request = wishes(&mut session).await[0].0;
    answers(&session, request, refused()).await;
    assert_eq!(answer.await.unwrap(), refused());
    let lost = asked(RoomWish::Topic("Milk".to_owned())).await;
    let detail = String::new();
    session
        .ends(ConnectEnd::Problem(SessionProblem::Lost { detail }))
        .await;
    assert!(lost.await.is_err());
}

/// Invites Bob to the room that I am in.
async fn invites_bob(stage: &Stage, room: &ChatRef) -> Option<RoomAnswer> {
    let of = room.clone();
    stage
        .call(move |desk| desk.invite_to_room(&of, vec![jid("bob@example.org")], "Tea"))
        .await
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn people_are_invited_past_a_room_for_everybody() {
    let (stage, mut session, room) = moderates().await;
    assert!(invites_bob(&stage, &room).await.is_none());
    let invited = Outgoing::Invite {
        room: room.bare(),
        to: jid("bob@example.org"),
        words: "Tea".to_owned(),
    };
    assert_eq!(session.says().await, [invited]);
    let now = stage.call(move |desk| desk.room(&room)).await.unwrap();
    assert_eq!(now.unwrap().state, RoomState::Joined);
}

#[tokio::test(start_paused = true)]
async fn people_are_invited_through_a_room_for_members_which_says_whom_it_refuses() {
    let (stage, mut session, room) = moderates().await;
    let about = RoomAbout {
        members_only: true,
        ..RoomAbout::default()
    };
    happens(&session, &room, RoomEvent::About(Box::new(about))).await;
    let answer = invites_bob(&stage, &room).await.unwrap();
    let asked = wishes(&mut session).await;
    let wish = RoomWish::Invite {
        people: vec![jid("bob@example.org")],
        words: "Tea".to_owned(),
    };
    let request = asked[0].0;
    assert_eq!(asked, [(request, wish)]);
    let Err(why) = refused() else {
        panic!("a refusal")
    };
    let jid = jid("bob@example.org");
    let refused = RoomReply::Invited(vec![NotInvited { jid, why }]);
    answers(&session, request, Ok(refused.clone())).await;
    assert_eq!(answer.await.unwrap(), Ok(refused));
}
