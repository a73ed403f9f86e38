//! Who sees that I type (XEP-0085).

use carillon_core::ids::ChatRef;
use carillon_engine::Output;

use crate::person::Person;
use crate::stage::Stage;

async fn types(person: &Person, to: &Person, composing: bool) {
    let chat = person.chat(&to.jid);
    person
        .does(move |desk| desk.set_typing(&chat, composing))
        .await
        .unwrap();
}

async fn is_told(person: &mut Person, chat: &ChatRef, wanted: bool) {
    let what = format!("that typing is {wanted}");
    person
        .is_told(&what, |output| {
            let typing = Output::Typing {
                chat: chat.clone(),
                nick: None,
                composing: wanted,
            };
            (*output == typing).then_some(())
        })
        .await;
    let chat = chat.clone();
    let now = person.does(move |desk| desk.typing(&chat)).await.unwrap();
    assert_eq!(now.len(), usize::from(wanted));
}

pub(crate) async fn a_friend_sees_that_i_type(stage: Stage) {
    let (alice, mut bob) = stage.friends().await;
    let chat = bob.chat(&alice.jid);

    types(&alice, &bob, true).await;
    is_told(&mut bob, &chat, true).await;
    types(&alice, &bob, false).await;
    is_told(&mut bob, &chat, false).await;
    types(&alice, &bob, true).await;
    is_told(&mut bob, &chat, true).await;
    alice.says(&bob.jid, "There").await;
    is_told(&mut bob, &chat, false).await;
    let said = bob.bodies(&alice.jid).await;
    assert_eq!(said, ["There"], "typing is no message");
}

pub(crate) async fn nobody_sees_it_when_i_do_not_want(stage: Stage) {
    let (mut alice, mut bob) = stage.friends().await;
    alice
        .chooses(|settings| settings.privacy.send_typing = false)
        .await;

    types(&alice, &bob, true).await;
    alice.says(&bob.jid, "Surprise").await;
    bob.receives(&alice.jid, "Surprise").await;
    let typing = |output: &&Output| matches!(output, Output::Typing { .. });
    assert_eq!(bob.all_told().iter().find(typing), None);
}
