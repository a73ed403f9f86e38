//! Who may write to me: everyone, contacts and others ask, or nobody new.

use crate::stage::{Session, Stage, contact, jid};
use crate::words::{message, says};
use carillon_core::alerts::EventKind;
use carillon_core::chat::ChatKind;
use carillon_core::contact::Subscription;
use carillon_core::privacy::WhoMayWrite;
use carillon_core::session::{Incoming, Outgoing};
use carillon_engine::Output;

const MALLORY: &str = "mallory@example.org";

async fn with(level: WhoMayWrite) -> (Stage, Session) {
    Stage::online_with(move |s| s.privacy.who_may_write = level).await
}

fn receipt(id: &str) -> Outgoing {
    Outgoing::Receipt {
        to: jid(MALLORY).into(),
        id: id.to_owned(),
    }
}

#[tokio::test(start_paused = true)]
async fn a_strangers_message_waits_in_requests_quietly() {
    let (mut stage, session) = with(WhoMayWrite::ContactsOthersAsk).await;
    session.hears(says(MALLORY, "m1", "Hello")).await;
    let told = stage.told().await;
    assert_eq!(told.rings()[0].event.kind, EventKind::StrangerMessage);
    assert!(told.alerted().is_empty());
    assert!(told.has(|one| *one == Output::Requests));
    assert_eq!(stage.stored().stranger_requests().unwrap().len(), 1);
    assert_eq!(stage.tray().await.unread, 1);
}

#[tokio::test(start_paused = true)]
async fn a_stranger_learns_nothing_before_being_accepted() {
    let (stage, mut session) = with(WhoMayWrite::ContactsOthersAsk).await;
    session.hears(says(MALLORY, "m1", "Hello")).await;
    let (chat, seen) = (stage.chat(MALLORY), stage.chat(MALLORY));
    let last = stage
        .stored()
        .first_unseen(&stage.chat(MALLORY))
        .unwrap()
        .unwrap();
    stage
        .call(move |desk| desk.set_typing(&chat, true))
        .await
        .unwrap();
    stage
        .call(move |desk| desk.mark_seen(&seen, last))
        .await
        .unwrap();
    assert_eq!(session.says().await, []);
}

#[tokio::test(start_paused = true)]
async fn an_accepted_stranger_gets_the_receipts_that_were_owed() {
    let (stage, mut session) = with(WhoMayWrite::ContactsOthersAsk).await;
    session.hears(says(MALLORY, "m1", "Hello")).await;
    session.hears(says(MALLORY, "m2", "Hello?")).await;
    let chat = stage.chat(MALLORY);
    stage
        .call(move |desk| desk.accept_stranger(&chat))
        .await
        .unwrap();
    assert_eq!(session.says().await, [receipt("m1"), receipt("m2")]);
}

#[tokio::test(start_paused = true)]
async fn an_accepted_strangers_next_message_rings_like_a_contacts() {
    let (mut stage, session) = with(WhoMayWrite::ContactsOthersAsk).await;
    session.hears(says(MALLORY, "m1", "Hello")).await;
    let chat = stage.chat(MALLORY);
    stage
        .call(move |desk| desk.accept_stranger(&chat))
        .await
        .unwrap();
    stage.told().await;
    session.hears(says(MALLORY, "m2", "Thanks")).await;
    assert_eq!(stage.told().await.alerted(), [EventKind::Message]);
}

#[tokio::test(start_paused = true)]
async fn whom_i_write_to_is_no_stranger_any_more() {
    let (mut stage, mut session) = with(WhoMayWrite::ContactsOthersAsk).await;
    session.hears(says(MALLORY, "m1", "Hello")).await;
    let chat = stage.chat(MALLORY);
    stage.told().await;
    stage
        .call(move |desk| desk.send_message(&chat, "a1", "Who are you?"))
        .await
        .unwrap();
    assert!(stage.told().await.has(|one| *one == Output::Requests));
    assert_eq!(stage.stored().stranger_requests().unwrap(), []);
    assert!(session.says().await.contains(&receipt("m1")));
}

#[tokio::test(start_paused = true)]
async fn writing_to_a_contact_says_nothing_of_requests() {
    let (mut stage, _session) = with(WhoMayWrite::ContactsOthersAsk).await;
    let chat = stage.chat("bob@example.org");
    stage
        .call(move |desk| desk.send_message(&chat, "a1", "Hello"))
        .await
        .unwrap();
    assert!(!stage.told().await.has(|one| *one == Output::Requests));
}

#[tokio::test(start_paused = true)]
async fn a_stranger_who_becomes_a_contact_leaves_requests() {
    let (mut stage, mut session) = with(WhoMayWrite::ContactsOthersAsk).await;
    session.hears(says(MALLORY, "m1", "Hello")).await;
    stage.told().await;
    session
        .hears(Incoming::RosterPush {
            version: None,
            item: contact(MALLORY, Subscription::From),
        })
        .await;
    assert!(stage.told().await.has(|one| *one == Output::Requests));
    let kind = stage.stored().chat_kind(&stage.chat(MALLORY)).unwrap();
    assert_eq!(kind, Some(ChatKind::Contact));
    assert_eq!(session.says().await, [receipt("m1")]);
}

#[tokio::test(start_paused = true)]
async fn a_deleted_strangers_words_are_gone_and_no_longer_counted() {
    let (stage, session) = with(WhoMayWrite::ContactsOthersAsk).await;
    session.hears(says(MALLORY, "m1", "Hello")).await;
    let chat = stage.chat(MALLORY);
    stage
        .call(move |desk| desk.delete_stranger(&chat))
        .await
        .unwrap();
    assert_eq!(stage.stored().stranger_requests().unwrap(), []);
    assert_eq!(stage.tray().await.unread, 0);
}

#[tokio::test(start_paused = true)]
async fn under_nobody_new_a_stranger_is_answered_as_if_i_were_absent() {
    let (_stage, mut session) = with(WhoMayWrite::NobodyNew).await;
    session.hears(says(MALLORY, "m1", "Hello")).await;
    let bounce = Outgoing::Bounce {
        to: message(MALLORY, "m1", "").from,
        id: Some("m1".to_owned()),
    };
    assert_eq!(session.says().await, [bounce]);
}

#[tokio::test(start_paused = true)]
async fn under_nobody_new_a_stranger_leaves_a_row_in_the_activity_list_and_nothing_else() {
    let (mut stage, session) = with(WhoMayWrite::NobodyNew).await;
    session.hears(says(MALLORY, "m1", "Hello")).await;
    assert_eq!(stage.told().await.0, [Output::Activity]);
    let rows = stage.stored().activity(None, 10).unwrap();
    assert_eq!(
        (rows[0].row.kind.as_str(), rows[0].row.outcome.as_str()),
        ("stranger_message", "silent")
    );
    let kind = stage.stored().chat_kind(&stage.chat(MALLORY)).unwrap();
    assert_eq!(kind, None);
}

#[tokio::test(start_paused = true)]
async fn under_everyone_a_strangers_message_rings_in_a_chat() {
    let (mut stage, mut session) = with(WhoMayWrite::Everyone).await;
    session.hears(says(MALLORY, "m1", "Hello")).await;
    assert_eq!(stage.told().await.alerted(), [EventKind::Message]);
    let kind = stage.stored().chat_kind(&stage.chat(MALLORY)).unwrap();
    assert_eq!(kind, Some(ChatKind::Contact));
    assert!(matches!(
        session.says().await[..],
        [Outgoing::Receipt { .. }]
    ));
}

#[tokio::test(start_paused = true)]
async fn contacts_who_are_there_see_that_i_type() {
    let (stage, mut session) = with(WhoMayWrite::ContactsOthersAsk).await;
    session.hears(crate::words::comes("bob@example.org")).await;
    let chat = stage.chat("bob@example.org");
    stage
        .call(move |desk| desk.set_typing(&chat, true))
        .await
        .unwrap();
    let typing = Outgoing::Typing {
        to: jid("bob@example.org"),
        composing: true,
    };
    assert_eq!(session.says().await, [typing]);
}
