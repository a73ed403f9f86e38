//! The block list, which the server keeps for all devices of an account.

use carillon_core::alerts::EventKind;
use carillon_core::chat::Delivery;
use carillon_core::contact::Availability;
use carillon_tests_servers::Kind;
use jid::BareJid;

use crate::person::Person;
use crate::stage::Stage;

async fn blocks(person: &Person, whom: &BareJid) {
    let contact = person.chat(whom);
    person.asks(move |desk| desk.block(&contact)).await;
}

async fn unblocks(person: &Person, whom: &BareJid) {
    let contact = person.chat(whom);
    person.asks(move |desk| desk.unblock(&contact)).await;
}

async fn has_blocked(person: &Person, whom: &[&BareJid]) {
    let whom: Vec<_> = whom.iter().map(|jid| person.chat(jid)).collect();
    let what = format!("{whom:?} on its block list");
    person
        .sees(&what, move |desk| (desk.blocked() == whom).then_some(()))
        .await;
}

pub(crate) async fn the_blocked_are_not_heard(stage: Stage) {
    let (alice, mut bob) = stage.friends().await;

    blocks(&bob, &alice.jid).await;
    has_blocked(&bob, &[&alice.jid]).await;
    // XEP-0191 section 3.3 wants the server to take Bob's presence back; ejabberd 23 does not.
    let taken_back = stage.kind() != Kind::Ejabberd;
    if taken_back {
        alice.sees_presence(&bob.jid, Availability::Offline).await;
    }
    let unheard = alice.says(&bob.jid, "Why so quiet?").await;
    alice.sees_delivery(unheard, Delivery::Failed).await;

    unblocks(&bob, &alice.jid).await;
    has_blocked(&bob, &[]).await;
    alice.sees_presence(&bob.jid, Availability::Available).await;
    let heard = alice.says(&bob.jid, "There you are").await;
    assert_eq!(
        bob.rings(EventKind::Message).await.content.text,
        "There you are"
    );
    alice.sees_delivery(heard, Delivery::Arrived).await;
    assert_eq!(bob.rang(), []);
    assert_eq!(bob.bodies(&alice.jid).await, ["There you are"]);
}

pub(crate) async fn a_second_device_learns_of_blocks(stage: Stage) {
    let (phone, desk) = (stage.person("bob").await, stage.person("bob").await);
    let carol: BareJid = stage.account("carol").jid.parse().unwrap();
    let alice: BareJid = stage.account("alice").jid.parse().unwrap();

    blocks(&phone, &carol).await;
    has_blocked(&desk, &[&carol]).await;
    let at_home = desk.leaves().await;
    blocks(&phone, &alice).await;
    unblocks(&phone, &carol).await;

    let desk = at_home.signs_in().await;
    has_blocked(&desk, &[&alice]).await;
    unblocks(&desk, &alice).await;
    has_blocked(&phone, &[]).await;
}
