//! A contact who asks from another address, and says who they were.

use crate::stage::{Session, Stage, bob, contact, jid};
use crate::words::refusal;
use carillon_core::contact::{RosterItem, Subscription};
use carillon_core::moving::MoveClaim;
use carillon_core::session::{Incoming, Outgoing, StanzaProblem, SubscriptionStep, Wish};
use carillon_engine::{DeskError, Output};
use jid::BareJid;

const NEW: &str = "bob@harbour.example";

fn asks_as(from: &str, old: &str) -> Incoming {
    let wish = Wish {
        moved_from: Some(jid(old)),
        ..Wish::default()
    };
    Incoming::Subscription {
        from: jid(from),
        step: SubscriptionStep::Subscribe(wish),
    }
}

/// By which number the old account is asked where its owner has gone.
async fn asked(session: &mut Session) -> Option<u64> {
    match session.says().await.as_slice() {
        [] => None,
        [Outgoing::AskMoved { request, of }] if *of == bob() => Some(*request),
        other => panic!("{other:?}"),
    }
}

async fn answers(session: &Session, request: u64, answer: Result<BareJid, StanzaProblem>) {
    session.hears(Incoming::Moved { request, answer }).await;
}

fn claim(stage: &Stage) -> Option<MoveClaim> {
    stage.stored().contact_requests().unwrap()[0].moved.clone()
}

fn said(proven: bool) -> Option<MoveClaim> {
    Some(MoveClaim {
        from: bob(),
        proven,
    })
}

async fn knows_bob_as(session: &Session, subscription: Subscription) {
    let item = RosterItem {
        name: "Bob".to_owned(),
        groups: ["Choir".to_owned()].into(),
        ..contact("bob@example.org", subscription)
    };
    let version = None;
    session.hears(Incoming::RosterPush { version, item }).await;
}

#[tokio::test(start_paused = true)]
async fn who_has_moved_is_taken_over_by_a_click_and_by_nothing_else() {
    let (mut stage, mut session) = Stage::online().await;
    knows_bob_as(&session, Subscription::Both).await;
    stage.told().await;
    session.hears(asks_as(NEW, "bob@example.org")).await;
    assert_eq!(claim(&stage), said(false));
    let request = asked(&mut session).await.unwrap();
    answers(&session, request, Ok(jid(NEW))).await;
    assert_eq!(claim(&stage), said(true));
    assert!(stage.told().await.has(|one| *one == Output::Requests));
    assert_eq!(session.says().await, [], "nothing happens by itself");

    let new = stage.chat(NEW);
    let _answer = stage.call(move |desk| desk.take_over(&new)).await.unwrap();
    let said = session.says().await;
    let [
        Outgoing::RosterSet {
            jid: added,
            name,
            groups,
            ..
        },
        Outgoing::Subscription {
            to: let_in,
            step: SubscriptionStep::Subscribed,
        },
        Outgoing::Subscription {
            to: asked,
            step: SubscriptionStep::Subscribe(_),
        },
        Outgoing::Subscription {
            to: old,
            step: SubscriptionStep::Unsubscribed,
        },
    ] = said.as_slice()
    else {
        panic!("{said:?}");
    };
    assert_eq!((added, let_in, asked), (&jid(NEW), &jid(NEW), &jid(NEW)));
    assert_eq!(
        (name.as_str(), groups.as_slice()),
        ("Bob", ["Choir".to_owned()].as_slice())
    );
    assert_eq!(*old, bob(), "the old address brings nobody else");
    assert_eq!(stage.stored().contact_requests().unwrap(), []);
    let before = stage.chat("bob@example.org");
    let known = stage.call(move |desk| desk.contact(&before)).await.unwrap();
    assert_eq!(known.moved_to, Some(jid(NEW)));
    let known = stage.stored().moved_contacts(stage.alice).unwrap();
    assert_eq!(known, [(bob(), jid(NEW))]);
}

#[tokio::test(start_paused = true)]
async fn who_is_not_named_by_the_old_account_has_proven_nothing() {
    for answer in [
        Ok(jid("mallory@evil.example")),
        Ok(bob()),
        Err(refusal("item-not-found", "")),
        Err(refusal("remote-server-timeout", "")),
    ] {
        let (stage, mut session) = Stage::online().await;
        session.hears(asks_as(NEW, "bob@example.org")).await;
        let request = asked(&mut session).await.unwrap();
        answers(&session, request, answer.clone()).await;
        assert_eq!(claim(&stage), said(false), "{answer:?}");
        let new = stage.chat(NEW);
        let taken = stage.call(move |desk| desk.take_over(&new).map(drop)).await;
        assert_eq!(taken, Err(DeskError::Gone));
        assert_eq!(session.says().await, []);
    }
}

#[tokio::test(start_paused = true)]
async fn one_old_address_brings_one_new_one() {
    let other = "bob@elsewhere.example";
    let (stage, mut session) = Stage::online().await;
    knows_bob_as(&session, Subscription::Both).await;
    for new in [NEW, other] {
        session.hears(asks_as(new, "bob@example.org")).await;
        let request = asked(&mut session).await.unwrap();
        answers(&session, request, Ok(jid(new))).await;
        assert_eq!(claim(&stage), said(true));
    }
    let takes = async |who: &str| {
        let new = stage.chat(who);
        stage.call(move |desk| desk.take_over(&new).map(drop)).await
    };
    assert_eq!(takes(NEW).await, Ok(()));
    session.says().await;
    assert_eq!(claim(&stage), said(false), "the other one is a claim again");
    assert_eq!(takes(other).await, Err(DeskError::Gone));
    // Whatever the old address says now.
    session.hears(asks_as(other, "bob@example.org")).await;
    assert_eq!(asked(&mut session).await, None);
    assert_eq!(claim(&stage), said(false));
}

#[tokio::test(start_paused = true)]
async fn who_does_not_see_me_any_more_brings_nobody() {
    let (stage, mut session) = Stage::online().await;
    knows_bob_as(&session, Subscription::Both).await;
    session.hears(asks_as(NEW, "bob@example.org")).await;
    let request = asked(&mut session).await.unwrap();
    answers(&session, request, Ok(jid(NEW))).await;
    knows_bob_as(&session, Subscription::To).await;
    let new = stage.chat(NEW);
    let taken = stage.call(move |desk| desk.take_over(&new).map(drop)).await;
    assert_eq!(taken, Err(DeskError::Gone));
    assert_eq!(session.says().await, []);
}

#[tokio::test(start_paused = true)]
async fn whom_i_do_not_know_nobody_was() {
    let (stage, mut session) = Stage::online().await;
    session.hears(asks_as(NEW, "carol@example.org")).await;
    assert_eq!(claim(&stage), None);
    assert_eq!(asked(&mut session).await, None);
    session
        .hears(asks_as("eve@evil.example", "eve@evil.example"))
        .await;
    assert_eq!(claim(&stage), None);
    assert_eq!(asked(&mut session).await, None);
}

#[tokio::test(start_paused = true)]
async fn a_contact_who_does_not_see_me_hands_nothing_on() {
    for subscription in [Subscription::To, Subscription::None] {
        let (stage, mut session) = Stage::online().await;
        knows_bob_as(&session, subscription).await;
        session.hears(asks_as(NEW, "bob@example.org")).await;
        assert_eq!(asked(&mut session).await, None, "{subscription:?}");
        assert_eq!(claim(&stage), said(false));
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_nobody_asked_for_proves_nothing() {
    let (stage, mut session) = Stage::online().await;
    session.hears(asks_as(NEW, "bob@example.org")).await;
    let request = asked(&mut session).await.unwrap();
    answers(&session, request + 1, Ok(jid(NEW))).await;
    assert_eq!(claim(&stage), said(false));
    answers(&session, request, Err(refusal("forbidden", ""))).await;
    answers(&session, request, Ok(jid(NEW))).await;
    assert_eq!(claim(&stage), said(false), "it was answered");
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_proven_is_asked_again_at_the_next_sign_in() {
    let (mut stage, mut session) = Stage::online().await;
    session.hears(asks_as(NEW, "bob@example.org")).await;
    asked(&mut session).await.unwrap();
    session.loses_its_link().await;
    let mut session = stage.session().await;
    session.comes_online().await;
    let (version, items) = (None, None);
    session.hears(Incoming::Roster { version, items }).await;
    let said_now = session.says().await;
    let request = said_now.iter().find_map(|one| match one {
        Outgoing::AskMoved { request, .. } => Some(*request),
        _ => None,
    });
    answers(&session, request.unwrap(), Ok(jid(NEW))).await;
    assert_eq!(claim(&stage), said(true));
}

#[tokio::test(start_paused = true)]
async fn what_had_no_answer_when_a_link_broke_is_asked_again_when_its_stream_goes_on() {
    let (mut stage, mut session) = Stage::online().await;
    session.is_managed("s1").await;
    session.says().await;
    session.hears(asks_as(NEW, "bob@example.org")).await;
    asked(&mut session).await.unwrap();
    session.loses_its_link().await;
    let mut session = stage.session().await;
    session.hears(Incoming::Resumed).await;
    let said_now = session.says().await;
    let request = said_now.iter().find_map(|one| match one {
        Outgoing::AskMoved { request, .. } => Some(*request),
        _ => None,
    });
    answers(&session, request.unwrap(), Ok(jid(NEW))).await;
    assert_eq!(claim(&stage), said(true));
}

#[tokio::test(start_paused = true)]
async fn contacts_in_a_file_come_in_and_take_nothing_away() {
    let (stage, mut session) = Stage::online().await;
    knows_bob_as(&session, Subscription::Both).await;
    let alice = stage.alice;
    let take = async |item: RosterItem, ask| {
        stage
            .call(move |desk| {
                desk.take_contact(alice, &item, ask)
                    .map(|one| one.is_some())
            })
            .await
    };
    let known = RosterItem {
        name: "Robert".to_owned(),
        groups: ["Work".to_owned()].into(),
        ..contact("bob@example.org", Subscription::Both)
    };
    assert_eq!(take(known, true).await, Ok(true));
    let said = session.says().await;
    let [Outgoing::RosterSet { name, groups, .. }] = said.as_slice() else {
        panic!("{said:?}");
    };
    assert_eq!(name, "Bob");
    assert_eq!(groups, &["Choir", "Work"]);
    let carol = contact("carol@example.org", Subscription::From);
    assert_eq!(take(carol.clone(), false).await, Ok(true));
    assert_eq!(session.says().await.len(), 1, "she is not asked");
    assert_eq!(take(carol, true).await, Ok(true));
    assert_eq!(session.says().await.len(), 2, "she is");
    let myself = contact("alice@example.org", Subscription::Both);
    assert_eq!(take(myself, true).await, Ok(false));
    let long = RosterItem {
        name: "x".repeat(1_001),
        ..contact("dave@example.org", Subscription::None)
    };
    assert_eq!(take(long, false).await, Err(DeskError::BadText));
}
