//! Two devices of one account (XEP-0280).

use carillon_core::alerts::EventKind;
use carillon_core::chat::{Author, Delivery};

use crate::person::Person;
use crate::stage::Stage;

/// Alice, and Bob twice.
async fn alice_and_two_of_bob(stage: &Stage) -> (Person, Person, Person) {
    let (alice, desk) = stage.friends().await;
    let mut phone = stage.person("bob").await;
    phone.is_friend_of(&alice.jid).await;
    phone.forgets();
    (alice, desk, phone)
}

pub(crate) async fn both_devices_hear_and_one_answers(stage: Stage) {
    let (mut alice, mut desk, mut phone) = alice_and_two_of_bob(&stage).await;

    let question = alice.says(&desk.jid, "Which device?").await;
    for device in [&mut desk, &mut phone] {
        let ring = device.rings(EventKind::Message).await;
        assert_eq!(ring.content.text, "Which device?");
    }
    alice.sees_delivery(question, Delivery::Arrived).await;

    desk.says(&alice.jid, "This one").await;
    alice.rings(EventKind::Message).await;
    let copy = phone.receives(&alice.jid, "This one").await;
    assert_eq!(copy.author, Author::Me);
    assert!(copy.seen);
    let talk = ["Which device?", "This one"];
    assert_eq!(phone.bodies(&alice.jid).await, talk);
    assert_eq!(desk.bodies(&alice.jid).await, talk);
    assert_eq!(phone.rang(), [], "what I say myself does not ring");
    assert_eq!(desk.rang(), []);
}

pub(crate) async fn a_request_is_answered_for_all_devices(stage: Stage) {
    let (mut desk, mut phone) = (stage.person("bob").await, stage.person("bob").await);
    let alice = stage.person("alice").await;
    let contact = alice.chat(&desk.jid);
    alice
        .asks(move |desk| desk.add_contact(&contact, "", &[], "", ""))
        .await;
    let ring = phone.rings(EventKind::ContactRequest).await;
    desk.rings(EventKind::ContactRequest).await;

    desk.accepts(&alice.jid).await;

    phone.takes_back(&ring.plan.replace_key).await;
    phone.is_friend_of(&alice.jid).await;
    let requests = phone.does(|desk| desk.reader().contact_requests()).await;
    assert_eq!(requests.unwrap(), []);
    assert_eq!(phone.rang_but_for_presence(), []);
}

pub(crate) async fn what_is_seen_on_one_is_seen_on_the_other(stage: Stage) {
    let (alice, mut desk, mut phone) = alice_and_two_of_bob(&stage).await;
    let question = alice.says(&desk.jid, "Have you seen this?").await;
    let ring = phone.rings(EventKind::Message).await;
    desk.rings(EventKind::Message).await;
    let received = desk.receives(&alice.jid, "Have you seen this?").await;

    let chat = desk.chat(&alice.jid);
    desk.does(move |desk| desk.mark_seen(&chat, received.id))
        .await
        .unwrap();

    phone.takes_back(&ring.plan.replace_key).await;
    let chat = phone.chat(&alice.jid);
    let unread = phone.does(move |desk| desk.reader().unread(&chat)).await;
    assert_eq!(unread.unwrap(), 0);
    alice.sees_delivery(question, Delivery::Read).await;
}
