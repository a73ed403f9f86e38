//! What waited at the servers, told once.

use crate::archive::{entry, numbers, page};
use crate::stage::{MORNING, Session, Stage, account, contact, jid, joined_as};
use crate::words::{message, said_while_away};
use carillon_core::alerts::{EventKind, MISSED_KEY};
use carillon_core::chat::Author;
use carillon_core::contact::Subscription;
use carillon_core::ids::ChatRef;
use carillon_core::session::{Incoming, IncomingMessage, Origin, RoomEvent};

const BOB: &str = "bob@example.org";
const ROOM: &str = "tea@rooms.example.org";

/// Alice with a second account; both sign in at the same time.
async fn two_accounts() -> (Stage, Session, Session) {
    let mut stage = Stage::with(|settings| {
        settings.accounts.push(account("alice@work.example"));
    })
    .await;
    let (one, other) = (stage.session().await, stage.session().await);
    (stage, one, other)
}

async fn knows(session: &Session, friend: &str) {
    session
        .hears(Incoming::Roster {
            version: None,
            items: Some(vec![contact(friend, Subscription::Both)]),
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn two_accounts_that_missed_something_ring_once() {
    let (mut stage, home, work) = two_accounts().await;
    home.comes_online().await;
    knows(&home, BOB).await;
    home.hears(said_while_away(BOB, "m1", "Hello")).await;
    stage.passes(3).await;
    assert_eq!(stage.told().await.alerted(), [], "work is still signing in");
    work.comes_online().await;
    knows(&work, "carol@work.example").await;
    for n in 0..3 {
        let said = said_while_away("carol@work.example", &format!("c{n}"), "Well?");
        work.hears(said).await;
    }
    stage.passes(60).await;
    let told = stage.told().await;
    let ring = told.alert();
    assert_eq!(ring.event.kind, EventKind::Missed);
    assert_eq!((ring.content.messages, ring.content.chats), (4, 2));
}

#[tokio::test(start_paused = true)]
async fn an_account_that_cannot_sign_in_is_not_waited_for_long() {
    let (mut stage, home, _work) = two_accounts().await;
    home.comes_online().await;
    knows(&home, BOB).await;
    home.hears(said_while_away(BOB, "m1", "Hello")).await;
    stage.passes(10).await;
    assert_eq!(stage.told().await.alerted(), [EventKind::Missed]);
}

#[tokio::test(start_paused = true)]
async fn what_another_account_missed_a_moment_later_joins_the_summary_without_a_sound() {
    let (mut stage, home, work) = two_accounts().await;
    home.comes_online().await;
    knows(&home, BOB).await;
    home.hears(said_while_away(BOB, "m1", "Hello")).await;
    stage.passes(12).await;
    assert!(stage.told().await.alert().plan.sound.is_some());
    work.comes_online().await;
    knows(&work, "carol@work.example").await;
    work.hears(said_while_away("carol@work.example", "c1", "Well?"))
        .await;
    stage.passes(12).await;
    let told = stage.told().await;
    let ring = told.alert();
    assert_eq!((ring.content.messages, ring.content.chats), (2, 2));
    assert_eq!(
        ring.plan.replace_key, MISSED_KEY,
        "in the place of the first"
    );
    assert!(ring.plan.sound.is_none() && ring.plan.popup.is_some());
}

#[tokio::test(start_paused = true)]
async fn an_account_that_is_muted_does_not_silence_what_the_other_missed() {
    let (mut stage, home, work) = two_accounts().await;
    stage
        .call(|desk| {
            let mut rules = carillon_core::alerts::AlertRules::default();
            let scope = carillon_core::alerts::Scope::Account {
                account: jid("alice@example.org").into(),
            };
            let for_ever = Some(carillon_core::settings::Mute::Forever);
            carillon_engine::edits::set_mute(&mut rules, &scope, for_ever);
            desk.apply_settings(carillon_core::settings::Settings {
                accounts: vec![account("alice@example.org"), account("alice@work.example")],
                alerts: rules.into(),
                ..Default::default()
            })
        })
        .await
        .unwrap();
    for (session, friend) in [(&home, BOB), (&work, "carol@work.example")] {
        session.comes_online().await;
        knows(session, friend).await;
        session.hears(said_while_away(friend, "m1", "Hello")).await;
    }
    stage.passes(60).await;
    assert!(stage.told().await.alert().plan.sound.is_some());
}

#[tokio::test(start_paused = true)]
async fn the_summary_goes_once_all_accounts_were_looked_at() {
    let (mut stage, home, work) = two_accounts().await;
    for (session, friend) in [(&home, BOB), (&work, "carol@work.example")] {
        session.comes_online().await;
        knows(session, friend).await;
        session.hears(said_while_away(friend, "m1", "Hello")).await;
    }
    stage.passes(60).await;
    assert_eq!(stage.told().await.alert().content.chats, 2);
    let seen = |chat: &str| Incoming::SeenElsewhere {
        chat: jid(chat),
        id: "m1".to_owned(),
    };
    home.hears(seen(BOB)).await;
    assert!(!stage.told().await.withdrawn().contains(&MISSED_KEY));
    work.hears(seen("carol@work.example")).await;
    assert!(stage.told().await.withdrawn().contains(&MISSED_KEY));
}

#[tokio::test(start_paused = true)]
async fn a_room_s_late_page_joins_the_summary_without_a_sound() {
    let (mut stage, mut session) = Stage::knows_three().await;
    let room = ChatRef {
        account: stage.alice,
        jid: jid(ROOM).into(),
    };
    stage.call(move |desk| desk.join_room(&room)).await.unwrap();
    let enters = |nick: &str| Incoming::Room {
        room: jid(ROOM),
        event: joined_as(nick),
    };
    let has_archive = || Incoming::Room {
        room: jid(ROOM),
        event: RoomEvent::HasArchive,
    };
    session.hears(enters("alice")).await;
    session.hears(has_archive()).await;
    let query = session.is_asked().await;
    let first = IncomingMessage {
        author: Author::Occupant {
            nick: "eve".to_owned(),
        },
        stanza_id: Some("r1".to_owned()),
        at: Some(MORNING.plus_millis(-500_000)),
        origin: Origin::Archive,
        ..message(ROOM, "e1", "hello all")
    };
    let later = IncomingMessage {
        stanza_id: Some("r2".to_owned()),
        body: "alice: where are you?".to_owned(),
        id: Some("e2".to_owned()),
        ..first.clone()
    };
    session
        .answers(&query, page(vec![entry(first)], true))
        .await;

    let mut session = stage.is_away(session).await;
    let query = session.is_asked().await;
    session.answers(&query, numbers(4..=5, true)).await;
    stage.passes(5).await;
    assert_eq!(
        stage.told().await.alerted(),
        [],
        "the room is being entered"
    );
    session.hears(enters("alice")).await;
    stage.passes(2).await;
    let told = stage.told().await;
    assert!(told.alert().plan.sound.is_some());
    session.hears(has_archive()).await;
    let query = session.is_asked().await;
    session
        .answers(&query, page(vec![entry(later)], true))
        .await;
    stage.passes(2).await;
    let told = stage.told().await;
    let ring = told.alert();
    assert_eq!(ring.event.kind, EventKind::Missed);
    assert_eq!((ring.content.messages, ring.content.chats), (3, 2));
    assert!(ring.plan.sound.is_none());
}
