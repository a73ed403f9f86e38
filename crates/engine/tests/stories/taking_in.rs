//! Other programs' histories: they ring for nobody, and hold up nothing.

use crate::stage::{Stage, jid};
use carillon_core::alerts::EventKind;
use carillon_core::chat::Author;
use carillon_core::ids::Timestamp;
use carillon_engine::store::ForeignMessage;
use carillon_engine::{DeskError, Output};

fn said(chat: &str, n: i64) -> ForeignMessage {
    let room = chat.contains("rooms");
    ForeignMessage {
        chat: jid(chat),
        room,
        author: if room {
            Author::Occupant {
                nick: "Dora".to_owned(),
            }
        } else {
            Author::Contact
        },
        sender_id: None,
        stanza_id: None,
        body: format!("alice, words {n}"),
        corrected: None,
        at: Timestamp(1_700_000_000_000 - n * 60_000),
        nth: 1,
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_taken_in_is_shown_and_neither_rings_nor_counts() {
    let (mut stage, mut session) = Stage::online().await;
    stage.told().await;
    session.says().await;
    let (bob, tea) = ("bob@example.org", "tea@rooms.example.org");
    let alice = stage.alice;
    let messages = vec![said(bob, 1), said(bob, 2), said(tea, 1)];
    let again = messages.clone();
    let taken = stage
        .call(move |desk| desk.take_in(alice, "gajim", &messages))
        .await
        .unwrap();
    assert_eq!(taken.new, 3);
    let told = stage.told().await;
    assert_eq!(told.alerted(), Vec::<EventKind>::new());
    assert!(
        told.has(|output| matches!(output, Output::MessageAdded(chat, _) if chat.jid == jid(bob)))
    );
    assert_eq!(stage.unread(), 0);
    assert_eq!(stage.bodies(), ["alice, words 2", "alice, words 1"]);
    // The room is known, and not entered.
    let rooms = stage.stored().rooms(alice).unwrap();
    assert_eq!((rooms.len(), rooms[0].joined), (1, false));
    assert_eq!(session.says().await, []);
    let taken = stage
        .call(move |desk| desk.take_in(alice, "gajim", &again))
        .await
        .unwrap();
    assert_eq!((taken.new, taken.known), (0, 3));
    let nobody = stage
        .call(move |desk| {
            let gone = carillon_core::ids::AccountId(alice.0 + 1);
            desk.take_in(gone, "gajim", &[said(bob, 3)])
        })
        .await;
    assert_eq!(nobody, Err(DeskError::Gone));
}
