//! Who becomes whose contact, and the list that the server keeps.

use carillon_core::alerts::EventKind;
use carillon_core::contact::Subscription;
use carillon_core::invitation::InvitationKind;
use carillon_tests_servers::{Kind, until};

use crate::person::Person;
use crate::stage::Stage;

/// Alice asks Bob, in words.
async fn asks_to_be_a_contact(alice: &Person, bob: &Person) {
    let contact = alice.chat(&bob.jid);
    let groups = ["Wonderland".to_owned()];
    alice
        .asks(move |desk| desk.add_contact(&contact, "Bob", &groups, "We met at the tea party", ""))
        .await;
}

pub(crate) async fn a_request_rings_and_is_accepted(stage: Stage) {
    let (mut alice, mut bob) = (stage.person("alice").await, stage.person("bob").await);

    asks_to_be_a_contact(&alice, &bob).await;
    let ring = bob.rings(EventKind::ContactRequest).await;
    assert_eq!(ring.event.jid.as_ref(), Some(&alice.jid));
    assert_eq!(ring.content.text, "We met at the tea party");
    let requests = bob
        .does(|desk| desk.reader().contact_requests())
        .await
        .unwrap();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].jid, alice.jid);
    let contact = alice
        .sees_contact(&bob.jid, "as asked", |contact| contact.waiting)
        .await;
    assert_eq!(contact.subscription, Subscription::None);

    bob.accepts(&alice.jid).await;
    let accepted = alice.rings(EventKind::RequestAccepted).await;
    assert_eq!(accepted.content.name, "Bob");
    alice.is_friend_of(&bob.jid).await;
    bob.is_friend_of(&alice.jid).await;
    bob.takes_back(&ring.plan.replace_key).await;
    let contact = alice.contact(&bob.jid).await.unwrap();
    assert_eq!(contact.name, "Bob");
    assert_eq!(contact.groups, ["Wonderland"]);
    assert!(!contact.waiting);
    for person in [&alice, &bob] {
        let requests = person.does(|desk| desk.reader().contact_requests()).await;
        assert_eq!(requests.unwrap(), []);
    }
    let rang = alice.rang_but_for_presence();
    assert_eq!(rang, [], "Bob's own request is answered unasked");
    let rang = bob.rang_but_for_presence();
    assert_eq!(rang, [], "and that it is, is no news");
}

pub(crate) async fn a_request_waits_for_who_is_away(stage: Stage) {
    let alice = stage.person("alice").await;
    let bob = stage.person("bob").await;
    let (bobs, at_home) = (bob.jid.clone(), bob.leaves().await);
    let contact = alice.chat(&bobs);
    alice
        .asks(move |desk| desk.add_contact(&contact, "Bob", &[], "", ""))
        .await;
    alice
        .sees_contact(&bobs, "as asked", |contact| contact.waiting)
        .await;

    let mut bob = at_home.signs_in().await;
    bob.rings(EventKind::ContactRequest).await;

    // The server repeats it at every login until it is answered.
    let at_home = bob.leaves().await;
    at_home.overheard.lock().unwrap().requests = 0;
    let mut bob = at_home.signs_in().await;
    until("the request again", || {
        bob.profile.overheard.lock().unwrap().requests >= 1
    })
    .await;
    // What comes later on the stream is heard later.
    alice.says(&bob.jid, "Well?").await;
    bob.notes_in_silence(EventKind::StrangerMessage).await;
    let requests = bob.does(|desk| desk.reader().contact_requests()).await;
    assert_eq!(requests.unwrap().len(), 1);
    bob.accepts(&alice.jid).await;
    bob.is_friend_of(&alice.jid).await;
    assert_eq!(bob.rang_but_for_presence(), [], "it rings once");
    let requests = bob.does(|desk| desk.reader().contact_requests()).await;
    assert_eq!(requests.unwrap(), []);
}

pub(crate) async fn a_request_is_declined(stage: Stage) {
    let (mut alice, mut bob) = (stage.person("alice").await, stage.person("bob").await);
    asks_to_be_a_contact(&alice, &bob).await;
    bob.rings(EventKind::ContactRequest).await;
    alice
        .sees_contact(&bob.jid, "as asked", |contact| contact.waiting)
        .await;

    let contact = bob.chat(&alice.jid);
    bob.does(move |desk| desk.decline_request(&contact))
        .await
        .unwrap();

    let contact = alice
        .sees_contact(&bob.jid, "as not asked any more", |contact| {
            !contact.waiting
        })
        .await;
    assert_eq!(contact.subscription, Subscription::None);
    assert_eq!(alice.rang(), []);
    let requests = bob.does(|desk| desk.reader().contact_requests()).await;
    assert_eq!(requests.unwrap(), []);
}

pub(crate) async fn a_contact_is_renamed_grouped_and_removed(stage: Stage) {
    let (alice, bob) = stage.friends().await;

    let contact = alice.chat(&bob.jid);
    let groups = ["Work".to_owned(), "Choir & Bells".to_owned()];
    alice
        .asks(move |desk| desk.change_contact(&contact, "Bob the <Builder>", &groups))
        .await;
    let changed = alice
        .sees_contact(&bob.jid, "under a new name", |contact| {
            contact.name == "Bob the <Builder>"
        })
        .await;
    assert_eq!(changed.groups, ["Choir & Bells", "Work"]);
    assert_eq!(changed.subscription, Subscription::Both);

    let contact = alice.chat(&bob.jid);
    alice.asks(move |desk| desk.remove_contact(&contact)).await;
    let who = bob.jid.clone();
    alice
        .sees("no contact any more", move |desk| {
            let gone = desk.contacts().iter().all(|contact| contact.jid != who);
            gone.then_some(())
        })
        .await;
    let left = bob
        .sees_contact(&alice.jid, "without any subscription", |contact| {
            contact.subscription == Subscription::None
        })
        .await;
    assert!(!left.presence.availability.is_online());
}

pub(crate) async fn an_unchanged_roster_is_not_sent_again(stage: Stage) {
    let (alice, bob) = stage.friends().await;
    // Once more, so that what is stored carries the version of the roster as it is now.
    let alice = alice.leaves().await.signs_in().await;
    alice.is_friend_of(&bob.jid).await;

    let alice = alice.leaves().await.signs_in().await;
    alice.is_friend_of(&bob.jid).await;
    let rosters = alice.profile.overheard.lock().unwrap().rosters.clone();
    assert_eq!(rosters.len(), 3);
    assert_eq!(rosters.last(), Some(&false), "{rosters:?}");
}

/// What an invitation of Alice's gives to whoever opens it. Where her server makes some, it is the server's.
async fn invites(alice: &Person) -> (String, bool) {
    let account = alice.chat(&alice.jid).account;
    let asked = alice
        .does(move |desk| desk.ask_invitation(account, InvitationKind::Contact))
        .await
        .unwrap();
    let uri = match asked.await.unwrap() {
        Ok(made) => made.uri,
        Err(_) => {
            let made = alice.does(move |desk| desk.make_invitation(account, "t0ken"));
            made.await.unwrap().0
        }
    };
    let (address, asks) = uri.split_once('?').unwrap();
    assert_eq!(address, format!("xmpp:{}", alice.jid));
    let value = |name: &str| {
        let mut pairs = asks.split(';').filter_map(|pair| pair.split_once('='));
        pairs
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.to_owned())
    };
    (value("preauth").unwrap(), value("ibr").is_some())
}

pub(crate) async fn who_is_invited_is_a_contact_without_a_question(stage: Stage) {
    let (mut alice, mut bob) = (stage.person("alice").await, stage.person("bob").await);
    let (token, makes_accounts) = invites(&alice).await;

    let contact = bob.chat(&alice.jid);
    bob.asks(move |desk| desk.add_contact(&contact, "", &[], "", &token))
        .await;
    alice.is_friend_of(&bob.jid).await;
    bob.is_friend_of(&alice.jid).await;
    for person in [&mut alice, &mut bob] {
        let rang = person.rang_but_for_presence();
        assert!(!rang.contains(&EventKind::ContactRequest), "{rang:?}");
    }

    assert_eq!(makes_accounts, matches!(stage.kind(), Kind::Prosody));
    if makes_accounts {
        let (token, _) = invites(&alice).await;
        let guest = crate::accounts::joins(&stage, "the-invited", &token).await;
        alice.is_friend_of(&guest.jid).await;
        guest.is_friend_of(&alice.jid).await;
    }
}
