//! Every kind of event is raised where it happens, and nowhere else.

use crate::later::BOB;
use crate::stage::{Session, Stage, contact, jid, joined_as};
use crate::words::{asks, comes, message, said_while_away, says};
use carillon_core::alerts::{EventKind, Row, Sound};
use carillon_core::chat::Author;
use carillon_core::contact::{Availability, Subscription};
use carillon_core::files::FileTold;
use carillon_core::ids::ChatRef;
use carillon_core::reply::ReplyTo;
use carillon_core::room::RoomState;
use carillon_core::session::{Incoming, IncomingMessage, Origin, Outgoing, SessionProblem};
use carillon_engine::{ConnectEnd, DeskError};

const ROOM: &str = "kitchen@rooms.example.org";

fn in_room(id: &str, body: &str) -> IncomingMessage {
    IncomingMessage {
        author: Author::Occupant {
            nick: "Carol".to_owned(),
        },
        ..message(ROOM, id, body)
    }
}

async fn in_the_kitchen() -> (Stage, Session) {
    let (mut stage, mut session) =
        Stage::online_with(|settings| settings.alerts_mut().keywords.push("tea".to_owned())).await;
    let room = stage.chat(ROOM);
    stage.call(move |desk| desk.join_room(&room)).await.unwrap();
    session
        .hears(Incoming::Room {
            room: jid(ROOM),
            event: joined_as("alice"),
        })
        .await;
    session.says().await;
    stage.told().await;
    (stage, session)
}

fn kinds(told: &crate::told::Told) -> Vec<EventKind> {
    told.rings()
        .into_iter()
        .map(|ring| ring.event.kind)
        .collect()
}

#[tokio::test(start_paused = true)]
async fn my_nick_and_my_keywords_in_a_room_ring_and_the_rest_counts() {
    let (mut stage, session) = in_the_kitchen().await;
    session
        .hears(Incoming::Message(in_room("r1", "Milk?")))
        .await;
    session
        .hears(Incoming::Message(in_room("r2", "alice: milk?")))
        .await;
    let told = stage.told().await;
    assert_eq!(kinds(&told), [EventKind::RoomMessage, EventKind::Mention]);
    let mention = told.alert();
    assert_eq!(mention.content.text, "Carol: alice: milk?");
    assert_eq!(
        mention.plan.sound.as_ref().unwrap().sound,
        Sound::Builtin("double-bell".to_owned())
    );
    stage.passes(10).await;
    session
        .hears(Incoming::Message(in_room("r3", "Tea, anyone?")))
        .await;
    assert_eq!(stage.told().await.alerted(), [EventKind::Mention]);
    assert_eq!(stage.tray().await.unread, 3);
}

#[tokio::test(start_paused = true)]
async fn an_answer_to_what_i_said_in_a_room_calls_me() {
    let (mut stage, session) = in_the_kitchen().await;
    let named = |id: &str, author: Author| IncomingMessage {
        author,
        stanza_id: Some(format!("s-{id}")),
        ..in_room(id, "Milk?")
    };
    let dave = Author::Occupant {
        nick: "Dave".to_owned(),
    };
    for said in [named("m1", Author::Me), named("d1", dave)] {
        session.hears(Incoming::Message(said)).await;
    }
    stage.told().await;
    let answer = |id: &str, target: &str| {
        let reply = ReplyTo {
            target: target.to_owned(),
            mine: None,
        };
        Incoming::Message(IncomingMessage {
            reply: Some(reply),
            ..in_room(id, "Yes")
        })
    };
    for (id, target, rings) in [
        ("r1", "s-d1", EventKind::RoomMessage),
        ("r2", "m1", EventKind::RoomMessage),
        ("r3", "s-m1", EventKind::Mention),
    ] {
        session.hears(answer(id, target)).await;
        assert_eq!(kinds(&stage.told().await), [rings], "{target}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_room_tells_of_the_past_rings_nothing() {
    let (mut stage, session) = in_the_kitchen().await;
    let old = IncomingMessage {
        origin: Origin::Delayed,
        ..in_room("r1", "alice: milk?")
    };
    session.hears(Incoming::Message(old)).await;
    stage.passes(10).await;
    assert!(stage.told().await.rings().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_my_phone_says_in_a_room_marks_it_as_seen() {
    let (mut stage, session) = in_the_kitchen().await;
    session
        .hears(Incoming::Message(in_room("r1", "alice?")))
        .await;
    let mine = IncomingMessage {
        author: Author::Me,
        ..in_room("r2", "here")
    };
    session.hears(Incoming::Message(mine)).await;
    assert_eq!(stage.tray().await.unread, 0);
    stage.told().await;
    session
        .hears(Incoming::Message(in_room("r3", "alice!")))
        .await;
    assert!(
        stage.told().await.alerted().is_empty(),
        "it may be read there"
    );
    stage.passes(10).await;
    assert_eq!(stage.told().await.alerted(), [EventKind::Mention]);
}

#[tokio::test(start_paused = true)]
async fn a_file_rings_by_its_own_row() {
    let (mut stage, session) = Stage::online().await;
    let file = IncomingMessage {
        file: Some(Box::default()),
        ..message(BOB, "m1", "https://files.example.org/cat.png")
    };
    session.hears(Incoming::Message(file)).await;
    assert_eq!(stage.told().await.alerted(), [EventKind::FileReceived]);
}

#[tokio::test(start_paused = true)]
async fn a_file_whose_address_holds_my_nick_does_not_mention_me() {
    let (mut stage, session) = in_the_kitchen().await;
    let file = IncomingMessage {
        file: Some(Box::default()),
        ..in_room("r1", "https://files.example.org/alice/tea.png")
    };
    session.hears(Incoming::Message(file)).await;
    assert_eq!(kinds(&stage.told().await), [EventKind::RoomMessage]);
}

#[tokio::test(start_paused = true)]
async fn an_alert_of_a_file_tells_its_name_and_not_its_address() {
    let (mut stage, session) = Stage::online().await;
    let address = "https://files.example.org/slot/7/my%20cat.png";
    let told = FileTold::called(Some("Cat on the roof.png"), None);
    for (id, told, name) in [
        ("m1", FileTold::default(), "my cat.png"),
        ("m2", told, "Cat on the roof.png"),
    ] {
        let file = IncomingMessage {
            file: Some(Box::new(told)),
            ..message(BOB, id, address)
        };
        session.hears(Incoming::Message(file)).await;
        assert_eq!(stage.told().await.rings()[0].content.text, name);
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_for_attention_rings_until_the_chat_is_in_front() {
    let (mut stage, session) = Stage::online().await;
    session.hears(Incoming::Attention { from: jid(BOB) }).await;
    let told = stage.told().await;
    assert!(told.alert().plan.popup.as_ref().unwrap().sticky);
    assert!(stage.tray().await.attention);
    let bob = stage.chat(BOB);
    stage
        .surroundings
        .send_modify(|now| now.chat_in_front = Some(bob));
    let told = stage.told().await;
    assert_eq!(
        told.withdrawn(),
        [format!("attention {} {BOB}", stage.alice)]
    );
    assert!(!stage.tray().await.attention);
}

#[tokio::test(start_paused = true)]
async fn a_chat_in_front_takes_nothing_away_that_was_not_there() {
    let (mut stage, _session) = Stage::online().await;
    let bob = stage.chat(BOB);
    stage
        .surroundings
        .send_modify(|now| now.chat_in_front = Some(bob));
    assert!(stage.told().await.withdrawn().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_stranger_or_somebody_blocked_calls_in_vain() {
    let (mut stage, session) = Stage::online().await;
    let eve = jid("eve@example.org");
    session.hears(Incoming::Attention { from: eve }).await;
    session.hears(Incoming::BlockList(vec![jid(BOB)])).await;
    session.hears(Incoming::Attention { from: jid(BOB) }).await;
    assert!(stage.told().await.rings().is_empty());
}

#[tokio::test(start_paused = true)]
async fn only_who_is_there_is_called() {
    let (stage, mut session) = Stage::online().await;
    let call = |bob: ChatRef| stage.call(move |desk| desk.buzz(&bob));
    assert_eq!(call(stage.chat(BOB)).await, Err(DeskError::NotConnected));
    session.hears(comes(BOB)).await;
    assert_eq!(call(stage.chat(BOB)).await, Ok(()));
    assert_eq!(
        call(stage.chat("eve@example.org")).await,
        Err(DeskError::Gone)
    );
    assert_eq!(session.says().await, [Outgoing::Attention { to: jid(BOB) }]);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_left_is_told_to_who_asked_for_it() {
    let (mut stage, session) = Stage::online_with(|settings| {
        let row = Row {
            sound: Some(Sound::Builtin("rise".to_owned())),
            ..Row::default()
        };
        settings.alerts_mut().rows.set(EventKind::MessageSent, row);
    })
    .await;
    let bob = stage.chat(BOB);
    stage
        .call(move |desk| desk.send_message(&bob, "o1", "Hi"))
        .await
        .unwrap();
    assert!(stage.told().await.alerted().is_empty());
    session.reached(&["o1"]).await;
    assert_eq!(stage.told().await.alerted(), [EventKind::MessageSent]);
    session.reached(&["o1"]).await;
    assert!(stage.told().await.alerted().is_empty(), "once");
}

fn lost() -> ConnectEnd {
    ConnectEnd::Problem(SessionProblem::Lost {
        detail: "cut".to_owned(),
    })
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_is_back_within_the_grace_was_never_lost() {
    let (mut stage, session) = Stage::online().await;
    session.ends(lost()).await;
    let shown = stage.tray().await;
    assert_eq!(
        carillon_core::tray::tray_state(&shown).base,
        carillon_core::tray::TrayBase::Online
    );
    let session = stage.session().await;
    session.comes_online().await;
    stage.passes(600).await;
    assert!(stage.told().await.rings().is_empty());
    assert_eq!(stage.tray().await.before_loss, None);
}

#[tokio::test(start_paused = true)]
async fn a_lost_connection_is_told_once_and_the_tray_shows_it_after_five_minutes() {
    let (mut stage, session) = Stage::online().await;
    session.ends(lost()).await;
    let mut told = Vec::new();
    for _ in 0..9 {
        stage.passes(29).await;
        told.extend(kinds(&stage.told().await));
        while let Some(session) = stage.waiting_session() {
            session.ends(lost()).await;
        }
    }
    assert_eq!(told, [EventKind::ConnectionLost]);
    assert_eq!(
        stage.tray().await.before_loss,
        Some(Availability::Available)
    );
    stage.passes(60).await;
    assert_eq!(stage.tray().await.before_loss, None);
    while let Some(session) = stage.waiting_session() {
        session.ends(lost()).await;
    }
    let session = stage.session().await;
    session.comes_online().await;
    assert_eq!(kinds(&stage.told().await), [EventKind::ConnectionRestored]);
    assert_eq!(stage.outcomes_of(EventKind::ConnectionLost), ["silent"]);
}

#[tokio::test(start_paused = true)]
async fn who_signs_out_has_lost_nothing() {
    let (mut stage, session) = Stage::online().await;
    session.ends(lost()).await;
    stage
        .change(|settings| {
            settings.general.availability = carillon_core::settings::OwnAvailability::Offline;
        })
        .await;
    stage.passes(600).await;
    assert!(stage.told().await.rings().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_came_while_away_rings_once() {
    let (mut stage, session) = Stage::online().await;
    let late = (0..7).map(|n| said_while_away(BOB, &format!("m{n}"), "Hello"));
    session.hears_all(late).await;
    stage.passes(60).await;
    let told = stage.told().await;
    assert_eq!(told.alert().event.kind, EventKind::Missed);
    assert_eq!(told.alert().content.messages, 7);
    assert_eq!(stage.outcomes_of(EventKind::Missed), ["alerted"]);
}

#[tokio::test(start_paused = true)]
async fn every_event_has_exactly_one_row_and_one_outcome() {
    let (mut stage, session) = in_the_kitchen().await;
    stage.passes(60).await;
    session
        .hears(Incoming::RosterPush {
            version: None,
            item: contact("dora@example.org", Subscription::Both),
        })
        .await;
    session.hears(says(BOB, "m1", "Hello")).await;
    session.hears(says(BOB, "m2", "Hello?")).await;
    session
        .hears(Incoming::UsedElsewhere {
            chat: jid("dora@example.org"),
        })
        .await;
    session.hears(says("dora@example.org", "m3", "Hello")).await;
    session
        .hears(Incoming::Message(in_room("r1", "alice: milk?")))
        .await;
    session.hears(comes(BOB)).await;
    session.hears(asks("carol@example.org")).await;
    session.hears(Incoming::Attention { from: jid(BOB) }).await;
    stage.passes(60).await;
    let rings = stage.told().await.rings().len();
    let rows = stage.outcomes();
    let outcome = |of: EventKind| stage.outcomes_of(of);
    assert_eq!(rows.len(), 7, "{rows:#?}");
    // The one that waited was given out twice: to count, and to ring.
    assert_eq!(rings, rows.len() + 1);
    assert_eq!(outcome(EventKind::Message), ["alerted"; 3]);
    assert!(rows.iter().all(|(_, outcome)| outcome != "later"));
    let in_room = stage
        .call(|desk| {
            desk.room(&ChatRef {
                account: desk.account_states()[0].id,
                jid: jid(ROOM).into(),
            })
        })
        .await;
    assert_eq!(in_room.unwrap().unwrap().state, RoomState::Joined);
}
