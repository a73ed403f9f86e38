//! Rooms, from the invitation on.

use crate::stage::{Session, Stage, bob, jid, joined_as, occupant};
use crate::words::message;
use carillon_core::alerts::EventKind;
use carillon_core::chat::{Author, ChatKind, Delivery, HistoryAnchor, Message};
use carillon_core::ids::InviteId;
use carillon_core::privacy::WhoMayWrite;
use carillon_core::room::{InviteVia, RoomCause, RoomState, RoomTrouble};
use carillon_core::session::{
    Incoming, IncomingMessage, Origin, Outgoing, RoomEvent, SessionProblem,
};
use carillon_engine::{ConnectEnd, DeskError, Output};

const ROOM: &str = "tea@rooms.example.org";

async fn invites(session: &Session, from: &str, via: InviteVia) {
    session
        .hears(Incoming::Invite {
            room: jid(ROOM),
            from: from.parse().unwrap(),
            reason: "Tea at four".to_owned(),
            via,
            at: None,
        })
        .await;
}

async fn happens(session: &Session, event: RoomEvent) {
    let room = jid(ROOM);
    session.hears(Incoming::Room { room, event }).await;
}

async fn joined(session: &Session) {
    happens(session, joined_as("alice")).await;
}

fn kicked() -> RoomTrouble {
    RoomTrouble {
        cause: RoomCause::Kicked,
        by: "bob".to_owned(),
        words: "no milk".to_owned(),
    }
}

async fn comes(session: &Session, nick: &str) {
    happens(session, RoomEvent::Occupant(Box::new(occupant(nick)))).await;
}

async fn goes(session: &Session, nick: &str) {
    let nick = nick.to_owned();
    let renamed = None;
    happens(session, RoomEvent::Gone { nick, renamed }).await;
}

fn says_in_room(nick: &str, id: &str) -> IncomingMessage {
    IncomingMessage {
        author: Author::Occupant {
            nick: nick.to_owned(),
        },
        wants_receipt: false,
        ..message(ROOM, id, "Milk?")
    }
}

fn join() -> Outgoing {
    Outgoing::JoinRoom {
        room: jid(ROOM),
        nick: "alice".to_owned(),
        history: 50,
        password: String::new(),
    }
}

async fn waits(stage: &Stage) -> InviteId {
    stage.stored().invites().unwrap()[0].id
}

/// Alice is in the room, and all was told.
async fn inside() -> (Stage, Session) {
    let (mut stage, mut session) = Stage::online().await;
    let room = stage.chat(ROOM);
    stage.call(move |desk| desk.join_room(&room)).await.unwrap();
    joined(&session).await;
    session.says().await;
    stage.told().await;
    (stage, session)
}

#[tokio::test(start_paused = true)]
async fn an_invitation_rings_once_however_often_it_comes() {
    let (mut stage, session) = Stage::online().await;
    invites(&session, "bob@example.org", InviteVia::Direct).await;
    invites(&session, "bob@example.org", InviteVia::Mediated).await;
    let told = stage.told().await;
    let content = &told.alert().content;
    assert_eq!(told.alert().event.kind, EventKind::RoomInvite);
    assert_eq!(content.invite, Some(waits(&stage).await));
}

#[tokio::test(start_paused = true)]
async fn a_contact_who_invites_has_their_name_in_the_alert_and_nobody_else_can_take_it() {
    let inviters = [
        ("bob@example.org", "bob"),
        ("bob@elsewhere.example", "bob@elsewhere.example"),
        (&format!("{ROOM}/Carol"), "Carol"),
    ];
    for (from, called) in inviters {
        let (mut stage, session) = Stage::online().await;
        invites(&session, from, InviteVia::Mediated).await;
        let told = stage.told().await;
        assert_eq!(told.alert().content.inviter.as_deref(), Some(called));
    }
}

#[tokio::test(start_paused = true)]
async fn an_accepted_invitation_joins_the_room_which_becomes_a_chat() {
    let (mut stage, mut session) = Stage::online().await;
    invites(&session, "bob@example.org", InviteVia::Direct).await;
    let key = stage.told().await.alert().plan.replace_key.clone();
    let invite = waits(&stage).await;
    let chat = stage
        .call(move |desk| desk.accept_invite(invite))
        .await
        .unwrap();
    assert_eq!(session.says().await, [join()]);
    assert_eq!(
        stage.stored().chat_kind(&chat).unwrap(),
        Some(ChatKind::Room)
    );
    assert!(stage.told().await.withdrawn().contains(&key.as_str()));
    assert_eq!(stage.tray().await.unread, 0);
}

#[tokio::test(start_paused = true)]
async fn joining_answers_everybody_who_invited_me() {
    let (stage, session) = Stage::online().await;
    invites(&session, "bob@example.org", InviteVia::Direct).await;
    invites(&session, "carol@example.org", InviteVia::Direct).await;
    let invite = waits(&stage).await;
    stage
        .call(move |desk| desk.accept_invite(invite))
        .await
        .unwrap();
    assert_eq!(stage.stored().invites().unwrap(), []);
}

#[tokio::test(start_paused = true)]
async fn an_invitation_to_where_i_am_just_going_does_not_ring() {
    let (mut stage, session) = Stage::online().await;
    let room = stage.chat(ROOM);
    stage.call(move |desk| desk.join_room(&room)).await.unwrap();
    stage.told().await;
    invites(&session, "bob@example.org", InviteVia::Direct).await;
    assert!(stage.told().await.rings().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_mediated_invitation_is_declined_in_words() {
    let (stage, mut session) = Stage::online().await;
    invites(&session, "bob@example.org", InviteVia::Mediated).await;
    let invite = waits(&stage).await;
    stage
        .call(move |desk| desk.decline_invite(invite))
        .await
        .unwrap();
    let declined = Outgoing::DeclineInvite {
        room: jid(ROOM),
        to: bob().into(),
    };
    assert_eq!(session.says().await, [declined]);
    assert_eq!(stage.stored().invites().unwrap(), []);
}

#[tokio::test(start_paused = true)]
async fn a_direct_invitation_just_goes() {
    let (stage, mut session) = Stage::online().await;
    invites(&session, "bob@example.org", InviteVia::Direct).await;
    let invite = waits(&stage).await;
    stage
        .call(move |desk| desk.decline_invite(invite))
        .await
        .unwrap();
    assert_eq!(session.says().await, []);
    assert_eq!(stage.stored().invites().unwrap(), []);
}

#[tokio::test(start_paused = true)]
async fn an_invitation_is_answered_once() {
    let (stage, session) = Stage::online().await;
    invites(&session, "bob@example.org", InviteVia::Direct).await;
    let invite = waits(&stage).await;
    stage
        .call(move |desk| desk.decline_invite(invite))
        .await
        .unwrap();
    let again = stage.call(move |desk| desk.accept_invite(invite)).await;
    assert_eq!(again, Err(DeskError::Gone));
}

#[tokio::test(start_paused = true)]
async fn under_nobody_new_strangers_do_not_invite_but_contacts_do() {
    let (mut stage, session) =
        Stage::online_with(|s| s.privacy.who_may_write = WhoMayWrite::NobodyNew).await;
    invites(&session, "mallory@example.org", InviteVia::Direct).await;
    assert!(stage.told().await.rings().is_empty());
    invites(&session, "bob@example.org", InviteVia::Direct).await;
    assert_eq!(stage.told().await.alerted(), [EventKind::RoomInvite]);
}

#[tokio::test(start_paused = true)]
async fn who_was_there_before_me_is_counted() {
    let (stage, session) = Stage::online().await;
    let room = stage.chat(ROOM);
    stage.call(move |desk| desk.join_room(&room)).await.unwrap();
    // XEP-0045 §7.2.2: the others first, I last.
    comes(&session, "bob").await;
    comes(&session, "carol").await;
    joined(&session).await;
    goes(&session, "carol").await;
    let room = stage.chat(ROOM);
    let now = stage
        .call(move |desk| desk.room(&room))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((now.state, now.occupants), (RoomState::Joined, 2));
}

#[tokio::test(start_paused = true)]
async fn a_crowd_in_a_room_is_not_told_one_by_one_while_i_enter() {
    let (mut stage, session) = Stage::online().await;
    let room = stage.chat(ROOM);
    stage.call(move |desk| desk.join_room(&room)).await.unwrap();
    stage.told().await;
    for n in 0..50 {
        comes(&session, &format!("guest{n}")).await;
    }
    assert_eq!(stage.told().await.0, []);
}

#[tokio::test(start_paused = true)]
async fn a_room_is_entered_again_after_a_reconnect() {
    let (mut stage, session) = inside().await;
    let detail = String::new();
    session
        .ends(ConnectEnd::Problem(SessionProblem::Lost { detail }))
        .await;
    let mut again = stage.session().await;
    again.comes_online().await;
    assert_eq!(again.says().await, [join()]);
}

#[tokio::test(start_paused = true)]
async fn a_room_that_i_left_is_not_entered_again() {
    let (mut stage, mut session) = inside().await;
    let room = stage.chat(ROOM);
    stage
        .call(move |desk| desk.leave_room(&room))
        .await
        .unwrap();
    assert!(matches!(
        session.says().await[..],
        [Outgoing::LeaveRoom { .. }]
    ));
    let detail = String::new();
    session
        .ends(ConnectEnd::Problem(SessionProblem::Lost { detail }))
        .await;
    let mut again = stage.session().await;
    again.comes_online().await;
    assert_eq!(again.says().await, []);
}

#[tokio::test(start_paused = true)]
async fn what_is_said_in_a_room_counts_but_does_not_ring() {
    let (mut stage, session) = inside().await;
    session
        .hears(Incoming::Message(says_in_room("bob", "r1")))
        .await;
    assert!(stage.told().await.alerted().is_empty());
    assert_eq!(stage.tray().await.unread, 1);
}

#[tokio::test(start_paused = true)]
async fn a_rooms_history_rings_nothing_not_even_as_missed() {
    let (mut stage, session) = inside().await;
    session
        .hears(Incoming::Message(IncomingMessage {
            origin: Origin::Delayed,
            ..says_in_room("bob", "r1")
        }))
        .await;
    stage.passes(2).await;
    assert!(stage.told().await.rings().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_i_write_to_a_room_waits_until_i_am_in() {
    let (stage, mut session) = Stage::online().await;
    let room = stage.chat(ROOM);
    stage.call(move |desk| desk.join_room(&room)).await.unwrap();
    let room = stage.chat(ROOM);
    stage
        .call(move |desk| desk.send_message(&room, "r1", "Hello"))
        .await
        .unwrap();
    let chat = stage.chat("bob@example.org");
    stage
        .call(move |desk| desk.send_message(&chat, "m1", "Hello"))
        .await
        .unwrap();
    assert_eq!(session.sends().await, ["m1"]);
    joined(&session).await;
    let said = session.says().await;
    let to_room = Outgoing::Message {
        to: jid(ROOM).into(),
        id: "r1".to_owned(),
        body: "Hello".to_owned(),
        to_room: true,
    };
    assert_eq!(said, [to_room]);
}

#[tokio::test(start_paused = true)]
async fn the_rooms_echo_makes_my_message_sent_and_no_second_one() {
    let (mut stage, session) = inside().await;
    let room = stage.chat(ROOM);
    let mine = stage
        .call(move |desk| desk.send_message(&room, "r1", "Milk?"))
        .await
        .unwrap();
    stage.told().await;
    session
        .hears(Incoming::Message(IncomingMessage {
            author: Author::Me,
            ..says_in_room("alice", "r1")
        }))
        .await;
    let changed = Output::MessageChanged(stage.chat(ROOM), mine);
    assert_eq!(stage.told().await.0, [changed]);
}

#[tokio::test(start_paused = true)]
async fn who_leaves_the_room_types_no_longer() {
    let (stage, session) = inside().await;
    session
        .hears(Incoming::Typing {
            chat: jid(ROOM),
            nick: Some("bob".to_owned()),
            composing: true,
        })
        .await;
    goes(&session, "bob").await;
    let room = stage.chat(ROOM);
    let typing = stage.call(move |desk| desk.typing(&room)).await.unwrap();
    assert_eq!(typing, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_room_that_throws_me_out_says_why() {
    let (stage, session) = inside().await;
    let trouble = kicked();
    happens(
        &session,
        RoomEvent::Left {
            trouble: Some(trouble.clone()),
        },
    )
    .await;
    let room = stage.chat(ROOM);
    let now = stage
        .call(move |desk| desk.room(&room))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(now.state, RoomState::Refused { trouble });
}

#[tokio::test(start_paused = true)]
async fn a_room_is_asked_what_it_can_do_when_i_enter_and_not_when_i_change_my_status() {
    let (stage, mut session) = inside().await;
    assert_eq!(session.rooms_asked, 1);
    joined(&session).await;
    session.says().await;
    assert_eq!(session.rooms_asked, 1);
    let trouble = Some(kicked());
    happens(&session, RoomEvent::Left { trouble }).await;
    let room = stage.chat(ROOM);
    stage.call(move |desk| desk.join_room(&room)).await.unwrap();
    joined(&session).await;
    session.says().await;
    assert_eq!(session.rooms_asked, 2);
}

#[tokio::test(start_paused = true)]
async fn who_took_my_nick_while_i_was_away_does_not_speak_as_me_and_hides_nothing() {
    let (mut stage, session) = inside().await;
    let detail = String::new();
    session
        .ends(ConnectEnd::Problem(SessionProblem::Lost { detail }))
        .await;
    let room = stage.chat(ROOM);
    stage
        .call(move |desk| desk.send_message(&room, "r1", "Milk?"))
        .await
        .unwrap();
    let mut session = stage.session().await;
    session.comes_online().await;
    joined(&session).await;
    assert_eq!(session.sends().await, ["r1"]);
    let before = |body: &str| {
        Incoming::Message(IncomingMessage {
            origin: Origin::Delayed,
            body: body.to_owned(),
            ..says_in_room("alice", "r1")
        })
    };
    session.hears(before("Send money")).await;
    let said = |stage: &Stage| {
        let room = stage.chat(ROOM);
        let page = stage.stored().history(&room, HistoryAnchor::Newest, 9);
        let of = |one: Message| (one.author, one.body, one.delivery);
        page.unwrap()
            .messages
            .into_iter()
            .map(of)
            .collect::<Vec<_>>()
    };
    let mine = |how| (Author::Me, "Milk?".to_owned(), Some(how));
    let theirs = (
        Author::Occupant {
            nick: "alice".to_owned(),
        },
        "Send money".to_owned(),
        None,
    );
    assert_eq!(said(&stage), [mine(Delivery::Waiting), theirs.clone()]);
    // The room's history has what I said as well.
    session.hears(before("Milk?")).await;
    assert_eq!(said(&stage), [mine(Delivery::Sent), theirs]);
    let room = stage.chat(ROOM);
    let unread = stage.stored().unread(&room).unwrap();
    assert_eq!(unread, 0, "under my nick it is most likely mine");
}
