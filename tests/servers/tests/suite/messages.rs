//! What is said, on its way there and back.

use std::time::Duration;

use carillon_core::alerts::{EventKind, Sound};
use carillon_core::chat::{Author, Delivery};
use carillon_core::contact::Availability;

use crate::stage::Stage;

pub(crate) async fn a_message_rings_and_is_answered(stage: Stage) {
    let (mut alice, mut bob) = stage.friends().await;

    let question = alice.says(&bob.jid, "Tea at five?").await;
    let ring = bob.rings(EventKind::Message).await;
    assert_eq!(ring.content.text, "Tea at five?");
    assert_eq!(ring.event.jid.as_ref(), Some(&alice.jid));
    assert!(ring.plan.popup.is_some(), "{:?}", ring.plan);
    let sound = ring.plan.sound.expect("a sound").sound;
    assert_eq!(sound, Sound::Builtin("bell".to_owned()));
    let received = bob.receives(&alice.jid, "Tea at five?").await;
    assert_eq!(received.author, Author::Contact);
    assert!(!received.seen);
    alice.sees_delivery(question, Delivery::Arrived).await;

    bob.says(&alice.jid, "Gladly. Lemon?").await;
    assert_eq!(
        alice.rings(EventKind::Message).await.content.text,
        "Gladly. Lemon?"
    );
    let chat = bob.chat(&alice.jid);
    bob.does(move |desk| desk.mark_seen(&chat, received.id))
        .await
        .unwrap();
    bob.takes_back(&ring.plan.replace_key).await;
    alice.sees_delivery(question, Delivery::Read).await;
    assert_eq!(
        alice.bodies(&bob.jid).await,
        ["Tea at five?", "Gladly. Lemon?"]
    );
    assert_eq!(
        bob.bodies(&alice.jid).await,
        ["Tea at five?", "Gladly. Lemon?"]
    );
}

pub(crate) async fn what_waited_is_told_once(stage: Stage) {
    let (mut alice, bob) = stage.friends().await;
    let at_home = bob.leaves().await;
    let bobs = at_home.settings.accounts[0].jid.clone();
    alice.sees_presence(&bobs, Availability::Offline).await;
    let first = alice.says(&bobs, "Are you there?").await;
    let second = alice.says(&bobs, "I bring cake").await;
    alice.sees_delivery(second, Delivery::Sent).await;
    let chat = alice.chat(&bobs);
    alice
        .is_told("that the server has the first", |output| {
            let changed = carillon_engine::Output::MessageChanged(chat.clone(), first);
            (*output == changed).then_some(())
        })
        .await;
    let waiting = alice.history(&bobs).await;
    assert!(
        waiting
            .iter()
            .all(|one| one.delivery == Some(Delivery::Sent)),
        "{waiting:?}"
    );

    let mut bob = at_home.signs_in().await;
    bob.receives(&alice.jid, "I bring cake").await;
    alice.sees_delivery(first, Delivery::Arrived).await;
    alice.sees_delivery(second, Delivery::Arrived).await;
    bob.waits(Duration::from_secs(2)).await;
    let missed = bob.rings(EventKind::Missed).await;
    assert_eq!((missed.content.messages, missed.content.chats), (2, 1));

    bob.waits(Duration::from_secs(10)).await;
    alice.says(&bob.jid, "There you are").await;
    bob.rings(EventKind::Message).await;
    assert_eq!(bob.rang_but_for_presence(), [], "nothing else rang");
    assert_eq!(
        bob.bodies(&alice.jid).await,
        ["Are you there?", "I bring cake", "There you are"]
    );
}

pub(crate) async fn nobody_is_there_at_that_address(stage: Stage) {
    let mut alice = stage.person("alice").await;
    let nobody = format!("nobody.{}", stage.account("bob").jid)
        .parse()
        .unwrap();

    let message = alice.says(&nobody, "Hello?").await;
    let ring = alice.rings(EventKind::MessageFailed).await;
    assert_eq!(ring.content.message, Some(message));
    alice.sees_delivery(message, Delivery::Failed).await;
}
