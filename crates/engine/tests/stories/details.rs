//! What is known of a contact, and what they are asked when the user looks.

use crate::stage::{Stage, bob, jid};
use crate::words::{comes, goes};
use carillon_core::contact::Availability;
use carillon_core::ids::{AccountId, ChatRef};
use carillon_core::person::{CardField, CardKind, PersonAnswer, PersonQuestion};
use carillon_core::session::{Incoming, Outgoing};
use carillon_engine::DeskError;

fn of_bob() -> ChatRef {
    ChatRef {
        account: AccountId(1),
        jid: bob().into(),
    }
}

#[tokio::test(start_paused = true)]
async fn devices_and_when_somebody_was_last_seen_are_known_without_asking() {
    let (stage, session) = Stage::online().await;
    let nothing = stage
        .call(|desk| desk.contact_details(&of_bob()))
        .await
        .unwrap();
    assert_eq!((nothing.last_seen, nothing.devices.len()), (None, 0));
    session.hears(comes("bob@example.org")).await;
    let there = stage
        .call(|desk| desk.contact_details(&of_bob()))
        .await
        .unwrap();
    assert_eq!(there.devices[0].availability, Availability::Available);
    session.hears(goes("bob@example.org")).await;
    let gone = stage
        .call(|desk| desk.contact_details(&of_bob()))
        .await
        .unwrap();
    assert!(gone.last_seen.is_some() && gone.devices.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_answer_reaches_whoever_asked() {
    let (stage, mut session) = Stage::online().await;
    let asked = stage.call(|desk| desk.ask_person(&of_bob(), None, PersonQuestion::Card));
    let answer = asked.await.unwrap();
    let said = session.says().await;
    let Some(Outgoing::AskPerson { request, of, .. }) = said.last() else {
        panic!("{said:?}");
    };
    assert_eq!(of.as_str(), "bob@example.org");
    let card = PersonAnswer::Card { fields: Vec::new() };
    let (request, told) = (*request, Ok(card.clone()));
    session
        .hears(Incoming::Person {
            request,
            answer: told,
        })
        .await;
    assert_eq!(answer.await.unwrap(), Ok(card));
}

#[tokio::test(start_paused = true)]
async fn a_link_that_is_lost_answers_nobody() {
    let (stage, session) = Stage::online().await;
    let asked = stage.call(|desk| desk.ask_person(&of_bob(), None, PersonQuestion::OldCard));
    let answer = asked.await.unwrap();
    session.loses_its_link().await;
    assert!(answer.await.is_err());
}

#[tokio::test(start_paused = true)]
async fn neither_strangers_nor_devices_that_are_not_there_are_asked() {
    let (stage, mut session) = Stage::online().await;
    session.says().await;
    let stranger = ChatRef {
        account: AccountId(1),
        jid: jid("mallory@evil.example").into(),
    };
    let refused = [
        stage
            .call(move |desk| desk.ask_person(&stranger, None, PersonQuestion::Card).err())
            .await,
        stage
            .call(|desk| {
                desk.ask_person(&of_bob(), Some("desk"), PersonQuestion::Program)
                    .err()
            })
            .await,
        stage
            .call(|desk| {
                desk.ask_person(&of_bob(), None, PersonQuestion::Clock)
                    .err()
            })
            .await,
    ];
    assert_eq!(refused, [const { Some(DeskError::Gone) }; 3]);
    assert!(session.says().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn my_own_account_is_asked_for_my_card_and_for_nothing_else() {
    let (stage, mut session) = Stage::online().await;
    let me = ChatRef {
        account: AccountId(1),
        jid: jid("alice@example.org").into(),
    };
    let of_me = me.clone();
    let asked = stage.call(move |desk| desk.ask_person(&of_me, None, PersonQuestion::OldCard));
    assert!(asked.await.is_ok());
    assert_eq!(session.says().await.len(), 1);
    let asked = stage.call(move |desk| desk.ask_person(&me, None, PersonQuestion::LastActivity));
    assert_eq!(asked.await.map(drop), Err(DeskError::Gone));
}

#[tokio::test(start_paused = true)]
async fn a_card_that_is_more_than_one_is_not_written() {
    let (stage, mut session) = Stage::online().await;
    let line = |text: String| CardField {
        kind: CardKind::Note,
        text,
    };
    for fields in [vec![line("x".repeat(501))], vec![line(String::new()); 17]] {
        let written = stage.call(move |desk| desk.write_card(AccountId(1), fields));
        assert_eq!(written.await.map(drop), Err(DeskError::BadText));
    }
    assert_eq!(session.says().await, []);
}
