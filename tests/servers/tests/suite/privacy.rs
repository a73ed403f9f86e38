//! Who may write to me, seen from both sides: the stranger uses another client, and what it receives is read from
//! the stanzas themselves.

use carillon_core::alerts::EventKind;
use carillon_core::chat::ChatKind;
use carillon_core::privacy::WhoMayWrite;
use carillon_tests_servers::{Happened, Peer};

use crate::person::Person;
use crate::stage::Stage;

const WANTS_A_RECEIPT: &str = "<request xmlns='urn:xmpp:receipts'/>";

fn is_receipt_for(happened: &Happened, id: &str) -> bool {
    happened.xml().contains("urn:xmpp:receipts")
        && happened.xml().contains("received")
        && happened.xml().contains(id)
}

/// Everything that the stranger has from this person so far.
async fn has_from(stranger: &mut Peer, person: &Person) -> Vec<String> {
    stranger.ping().await;
    let from = |happened: &&Happened| {
        let bare = happened.text("from").split('/').next();
        bare == Some(person.jid.as_str())
    };
    let all = stranger.left().iter().filter(from);
    all.map(|happened| happened.xml().to_owned()).collect()
}

async fn unanswered(person: &Person) -> u32 {
    let requests = person.does(|desk| desk.reader().stranger_requests()).await;
    requests.unwrap().iter().map(|one| one.messages).sum()
}

pub(crate) async fn a_stranger_waits_in_requests(stage: Stage) {
    let mut bob = stage.person("bob").await;
    let mut stranger = stage.peer("carol").await;
    let carol = stranger.jid().parse().unwrap();

    let first = stranger
        .message_with(bob.jid.as_str(), "You do not know me", WANTS_A_RECEIPT)
        .await;
    bob.notes_in_silence(EventKind::StrangerMessage).await;
    let message = bob.receives(&carol, "You do not know me").await;
    assert_eq!(unanswered(&bob).await, 1);
    let chat = bob.chat(&carol);
    let kind = bob.does(move |desk| desk.reader().chat_kind(&chat)).await;
    assert_eq!(kind.unwrap(), Some(ChatKind::Stranger));
    // Bob has a look at it, and even begins to write.
    let chat = bob.chat(&carol);
    bob.does(move |desk| {
        desk.mark_seen(&chat, message.id).unwrap();
        desk.set_typing(&chat, true).unwrap();
    })
    .await;

    let chat = bob.chat(&carol);
    bob.does(move |desk| desk.accept_stranger(&chat))
        .await
        .unwrap();
    stranger
        .expect("the receipt", |it| is_receipt_for(it, &first))
        .await;
    assert_eq!(
        has_from(&mut stranger, &bob).await,
        [] as [String; 0],
        "nothing went out before"
    );
    assert_eq!(unanswered(&bob).await, 0);

    let second = stranger
        .message_with(bob.jid.as_str(), "Thank you", WANTS_A_RECEIPT)
        .await;
    assert_eq!(
        bob.rings(EventKind::Message).await.content.text,
        "Thank you"
    );
    stranger
        .expect("the second receipt", |it| is_receipt_for(it, &second))
        .await;
    assert_eq!(
        bob.bodies(&carol).await,
        ["You do not know me", "Thank you"]
    );
}

pub(crate) async fn a_stranger_is_deleted(stage: Stage) {
    let mut bob = stage.person("bob").await;
    let mut stranger = stage.peer("carol").await;
    let carol = stranger.jid().parse().unwrap();
    stranger
        .message_with(bob.jid.as_str(), "Buy my watches", WANTS_A_RECEIPT)
        .await;
    bob.notes_in_silence(EventKind::StrangerMessage).await;

    let chat = bob.chat(&carol);
    bob.does(move |desk| desk.delete_stranger(&chat))
        .await
        .unwrap();

    assert_eq!(unanswered(&bob).await, 0);
    assert_eq!(bob.bodies(&carol).await, [] as [String; 0]);
    // Whatever Bob's client has sent is there before what it sends now.
    bob.says(&carol, "No").await;
    stranger.expect_message("No").await;
    assert_eq!(has_from(&mut stranger, &bob).await, [] as [String; 0]);
}

pub(crate) async fn nobody_new_is_heard(stage: Stage) {
    let profile = stage
        .profile("bob")
        .with(|settings| settings.privacy.who_may_write = WhoMayWrite::NobodyNew);
    let mut bob = profile.signs_in().await;
    let mut stranger = stage.peer("carol").await;
    let carol = stranger.jid().parse().unwrap();

    let sent = stranger
        .message_with(bob.jid.as_str(), "Anybody home?", WANTS_A_RECEIPT)
        .await;
    let bounced = stranger
        .expect("the message back", |it| {
            it.text("type") == "error" && it.text("id") == sent
        })
        .await;
    // What comes back from an address that nobody has.
    let absent = format!("nobody.{}", bob.jid);
    let lost = stranger.message(&absent, "Anybody home?").await;
    let from_the_server = stranger
        .expect("the other message back", |it| {
            it.text("type") == "error" && it.text("id") == lost
        })
        .await;
    for error in [bounced, from_the_server] {
        let told = error.xml();
        assert!(told.contains("service-unavailable"), "{told}");
    }
    assert_eq!(unanswered(&bob).await, 0);
    assert_eq!(bob.bodies(&carol).await, [] as [String; 0]);
    let noted = bob
        .sees("it counted in Activity", |desk| {
            let rows = desk.reader().activity(None, 10).unwrap();
            rows.into_iter()
                .find(|one| one.row.kind == "stranger_message")
        })
        .await;
    assert_eq!(noted.row.outcome, "silent");
    assert_eq!(noted.row.jid, Some(carol.clone()));

    let bobs = bob.jid.to_string();
    stranger.subscription(&bobs, "subscribe").await;
    bob.sees("the request counted in Activity", |desk| {
        let rows = desk.reader().activity(None, 10).unwrap();
        rows.into_iter()
            .find(|one| one.row.kind == "contact_request")
    })
    .await;
    let requests = bob.does(|desk| desk.reader().contact_requests()).await;
    assert_eq!(requests.unwrap(), []);
    assert_eq!(bob.rang(), []);
    // Whom Bob writes to himself is not new.
    bob.says(&carol, "Who are you?").await;
    stranger.expect_message("Who are you?").await;
    stranger.message(bob.jid.as_str(), "Carol, next door").await;
    assert_eq!(
        bob.rings(EventKind::Message).await.content.text,
        "Carol, next door"
    );
}

pub(crate) async fn everyone_is_heard(stage: Stage) {
    let profile = stage
        .profile("bob")
        .with(|settings| settings.privacy.who_may_write = WhoMayWrite::Everyone);
    let mut bob = profile.signs_in().await;
    let mut stranger = stage.peer("carol").await;

    let sent = stranger
        .message_with(bob.jid.as_str(), "Hello, whoever you are", WANTS_A_RECEIPT)
        .await;
    let ring = bob.rings(EventKind::Message).await;
    assert_eq!(ring.content.text, "Hello, whoever you are");
    stranger
        .expect("the receipt", |it| is_receipt_for(it, &sent))
        .await;
    assert_eq!(unanswered(&bob).await, 0);
}
