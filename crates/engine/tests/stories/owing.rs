//! Receipts and markers: owed until the server has them.

use crate::stage::{Session, Stage, bob};
use crate::words::message;
use carillon_core::session::{Incoming, IncomingMessage, Outgoing};

fn asks_for_receipt(id: &str) -> Incoming {
    Incoming::Message(IncomingMessage {
        wants_receipt: true,
        markable: true,
        ..message("bob@example.org", id, id)
    })
}

fn is_receipt(of: &str) -> impl Fn(&Outgoing) -> bool {
    move |said| matches!(said, Outgoing::Receipt { id, .. } if id == of)
}

fn displayed(of: &str) -> Outgoing {
    Outgoing::Displayed {
        to: bob(),
        id: of.to_owned(),
    }
}

async fn next_session(stage: &mut Stage) -> Session {
    let session = stage.session().await;
    session.comes_online().await;
    session
}

#[tokio::test(start_paused = true)]
async fn a_receipt_that_the_server_may_not_have_is_said_again_after_a_cut_and_then_no_more() {
    let (mut stage, mut session) = Stage::online().await;
    session.hears(asks_for_receipt("b1")).await;
    assert!(session.says().await.iter().any(is_receipt("b1")));
    session.loses_its_link().await;

    let mut session = next_session(&mut stage).await;
    assert!(session.says().await.iter().any(is_receipt("b1")));
    session.takes_all().await;
    session.loses_its_link().await;

    let mut session = next_session(&mut stage).await;
    assert_eq!(session.says().await, []);
}

#[tokio::test(start_paused = true)]
async fn what_is_seen_offline_is_told_later_once_for_the_newest() {
    let (mut stage, mut session) = Stage::online().await;
    session
        .hears_all(["b1", "b2", "b3"].map(asks_for_receipt))
        .await;
    session.takes_all().await;
    session.loses_its_link().await;
    let chat = stage.chat("bob@example.org");
    let anchor = carillon_core::chat::HistoryAnchor::Newest;
    let page = stage.stored().history(&chat, anchor, 10).unwrap();
    for seen in &page.messages {
        let (chat, seen) = (chat.clone(), seen.id);
        stage
            .call(move |desk| desk.mark_seen(&chat, seen))
            .await
            .unwrap();
    }
    let mut session = next_session(&mut stage).await;
    assert_eq!(session.says().await, [displayed("b3")]);
}

#[tokio::test(start_paused = true)]
async fn what_is_owed_survives_a_restart() {
    let (stage, mut session) = Stage::online().await;
    session.hears(asks_for_receipt("b1")).await;
    session.says().await;
    let mut stage = stage.restarts().await;
    let mut session = next_session(&mut stage).await;
    assert!(session.says().await.iter().any(is_receipt("b1")));
}

#[tokio::test(start_paused = true)]
async fn who_wants_no_receipts_owes_none() {
    let (stage, session) = Stage::online_with(|settings| {
        settings.privacy.send_receipts = false;
    })
    .await;
    session.hears(asks_for_receipt("b1")).await;
    let owed = stage.stored().errands_after(stage.alice, 0, 10).unwrap();
    assert_eq!(owed, []);
}
