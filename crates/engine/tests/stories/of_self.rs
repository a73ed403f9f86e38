//! What people say of themselves: moods and nicks.

use crate::stage::{Stage, bob, jid};
use carillon_core::contact::Contact;
use carillon_core::ids::{AccountId, ChatRef};
use carillon_core::mood::{Feeling, Mood, Told};
use carillon_core::session::{Incoming, Outgoing};
use carillon_engine::Output;
use carillon_engine::answers::AccountState;
use jid::BareJid;

fn told(from: &BareJid, told: Told) -> Incoming {
    Incoming::Told {
        from: from.clone(),
        told,
    }
}

fn tired() -> Option<Mood> {
    Some(Mood {
        feeling: Feeling::Tired,
        words: "of baking".to_owned(),
    })
}

async fn states(stage: &Stage) -> Vec<AccountState> {
    stage.call(|desk| desk.account_states()).await
}

async fn contact(stage: &Stage) -> Contact {
    let contact = ChatRef {
        account: AccountId(1),
        jid: bob().into(),
    };
    stage
        .call(move |desk| desk.contact(&contact))
        .await
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_contact_s_mood_is_shown_and_their_nick_is_not_their_name() {
    let (mut stage, session) = Stage::online().await;
    let before = contact(&stage).await.name;
    stage.told().await;
    session.hears(told(&bob(), Told::Mood(tired()))).await;
    session
        .hears(told(&bob(), Told::Nick("Mum".to_owned())))
        .await;
    let shown = contact(&stage).await;
    assert_eq!((shown.mood, shown.nick), (tired(), "Mum".to_owned()));
    assert_eq!(shown.name, before);
    let changed = Output::Contact(ChatRef {
        account: AccountId(1),
        jid: bob().into(),
    });
    let told_of = |outputs: Vec<Output>| outputs.iter().filter(|one| **one == changed).count();
    assert_eq!(told_of(stage.told().await.0), 2);
    // The same again is no news, and an end is one.
    session.hears(told(&bob(), Told::Mood(tired()))).await;
    assert_eq!(told_of(stage.told().await.0), 0);
    session.hears(told(&bob(), Told::Mood(None))).await;
    assert_eq!(told_of(stage.told().await.0), 1);
    assert_eq!(contact(&stage).await.mood, None);
}

#[tokio::test(start_paused = true)]
async fn a_stranger_s_mood_is_dropped() {
    let (mut stage, session) = Stage::online().await;
    stage.told().await;
    let mallory = jid("mallory@evil.example");
    session.hears(told(&mallory, Told::Mood(tired()))).await;
    assert_eq!(stage.told().await.0, []);
}

#[tokio::test(start_paused = true)]
async fn mine_go_to_my_server_and_come_back_from_there() {
    let (mut stage, mut session) = Stage::online().await;
    session.says().await;
    let answer = stage
        .call(|desk| desk.tell_of_me(AccountId(1), Told::Mood(tired())))
        .await
        .unwrap();
    let said = session.says().await;
    let [
        Outgoing::Tell {
            request,
            told: mine,
        },
    ] = said.as_slice()
    else {
        panic!("{said:?}");
    };
    assert_eq!(*mine, Told::Mood(tired()));
    let (request, result) = (*request, Ok(()));
    session.hears(Incoming::Outcome { request, result }).await;
    assert_eq!(answer.await, Ok(Ok(())));
    let me = states(&stage).await[0].settings.jid.clone();
    assert_eq!(states(&stage).await[0].told.mood, None);
    stage.told().await;
    session.hears(told(&me, Told::Mood(tired()))).await;
    assert_eq!(states(&stage).await[0].told.mood, tired());
    assert!(stage.told().await.0.contains(&Output::Accounts));
}
