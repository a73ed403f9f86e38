//! What windows read again, and what tells them to.

use crate::stage::{Stage, contact, jid};
use crate::words::{comes, says};
use carillon_core::contact::{Availability, Subscription};
use carillon_core::ids::ChatRef;
use carillon_core::session::Incoming;
use carillon_engine::Output;

const BOB: &str = "bob@example.org";
const CAROL: &str = "carol@example.org";

fn addresses(contacts: &[carillon_core::contact::Contact]) -> Vec<String> {
    contacts.iter().map(|one| one.jid.to_string()).collect()
}

#[tokio::test(start_paused = true)]
async fn one_contact_is_read_by_its_address() {
    let (stage, session) = Stage::online().await;
    session.hears(comes(BOB)).await;
    let (bob, carol) = (stage.chat(BOB), stage.chat(CAROL));
    let found = stage.call(move |desk| desk.contact(&bob)).await.unwrap();
    assert_eq!(found.presence.availability, Availability::Available);
    assert_eq!(stage.call(move |desk| desk.contact(&carol)).await, None);
}

#[tokio::test(start_paused = true)]
async fn contacts_of_all_accounts_are_read_part_by_part() {
    let mut stage = Stage::with(|settings| {
        let second = crate::stage::account("alice@example.net");
        settings.accounts.push(second);
    })
    .await;
    for (number, host) in ["org", "net"].into_iter().enumerate() {
        let session = stage.session().await;
        let items =
            (0..3).map(|n| contact(&format!("p{n}@{number}.example.{host}"), Subscription::Both));
        session.comes_online().await;
        session
            .hears(Incoming::Roster {
                version: None,
                items: Some(items.collect()),
            })
            .await;
    }
    let all = stage.call(|desk| desk.contacts()).await;
    assert_eq!(all.len(), 6);
    let (mut parts, mut after): (Vec<_>, Option<ChatRef>) = (Vec::new(), None);
    loop {
        let from = after.clone();
        let part = stage
            .call(move |desk| desk.contacts_after(from.as_ref(), 2))
            .await;
        after = part.last().map(|one| ChatRef {
            account: one.account,
            jid: one.jid.clone().into(),
        });
        if part.is_empty() {
            break;
        }
        parts.extend(part);
    }
    assert_eq!(addresses(&parts), addresses(&all));
    let gone = ChatRef {
        account: stage.alice,
        jid: jid("p0aaa@0.example.org").into(),
    };
    let behind = stage
        .call(move |desk| desk.contacts_after(Some(&gone), 10))
        .await;
    assert_eq!(behind.len(), 5, "who was removed meanwhile is no obstacle");
}

#[tokio::test(start_paused = true)]
async fn a_removed_contact_is_told_as_one_contact_and_one_chat() {
    let (mut stage, session) = Stage::online().await;
    session
        .hears(Incoming::RosterRemoved {
            version: None,
            jid: jid(BOB),
        })
        .await;
    let bob = stage.chat(BOB);
    let told = stage.told().await;
    assert!(told.has(|one| *one == Output::Contact(bob.clone())));
    assert!(told.has(|one| *one == Output::Chat(bob.clone())));
    assert!(!told.has(|one| matches!(one, Output::Roster(_))));
}

#[tokio::test(start_paused = true)]
async fn a_block_is_told_as_one_contact_and_the_same_list_not_at_all() {
    let (mut stage, session) = Stage::online().await;
    session.hears(Incoming::Blocked(vec![jid(CAROL)])).await;
    let carol = stage.chat(CAROL);
    let told = stage.told().await;
    assert!(told.has(|one| *one == Output::Contact(carol.clone())));
    session.hears(Incoming::BlockList(vec![jid(CAROL)])).await;
    session.hears(Incoming::Unblocked(vec![])).await;
    let told = stage.told().await;
    assert!(told.has(|one| *one == Output::Contact(carol.clone())));
    assert!(!told.has(|one| matches!(one, Output::Roster(_))));
}

#[tokio::test(start_paused = true)]
async fn a_stranger_who_is_accepted_with_their_request_becomes_a_chat_that_is_told() {
    let (mut stage, session) = Stage::online().await;
    session.hears(says(CAROL, "1", "It is me")).await;
    session.hears(crate::words::asks(CAROL)).await;
    stage.told().await;
    let carol = stage.chat(CAROL);
    let accepted = carol.clone();
    stage
        .call(move |desk| desk.accept_request(&accepted))
        .await
        .unwrap();
    assert!(
        stage
            .told()
            .await
            .has(|one| *one == Output::Chat(carol.clone()))
    );
    let line = stage.stored().chat(&carol).unwrap();
    assert_eq!(line.unwrap().last_text, "It is me");
}

#[tokio::test(start_paused = true)]
async fn a_sent_message_is_told_once_its_draft_is_forgotten() {
    let (mut stage, _session) = Stage::online().await;
    let bob = stage.chat(BOB);
    let chat = bob.clone();
    let mut lines = stage
        .call(move |desk| {
            desk.save_draft(&chat, "Hi").unwrap();
            desk.send_message(&chat, "id-1", "Hi").unwrap();
            desk.reader().chats().unwrap()
        })
        .await;
    assert_eq!(lines.remove(0).draft, "");
    let told = stage.told().await;
    let added = told.place(|one| matches!(one, Output::MessageAdded(..)));
    let last = told
        .0
        .iter()
        .rposition(|one| *one == Output::Chat(bob.clone()));
    assert!(last > Some(added));
}

#[tokio::test(start_paused = true)]
async fn an_account_that_goes_takes_its_contacts_along_and_says_so() {
    let (mut stage, _session) = Stage::online().await;
    let alice = stage.alice;
    stage.change(|settings| settings.accounts.clear()).await;
    assert!(stage.told().await.has(|one| *one == Output::Roster(alice)));
    assert_eq!(stage.call(|desk| desk.contacts()).await, []);
    stage
        .call(move |desk| desk.forget_account(alice))
        .await
        .unwrap();
    assert!(stage.told().await.has(|one| *one == Output::Roster(alice)));
}
