//! Who wants to be my contact, and who lets me be theirs.

use crate::stage::{Session, Stage, bob, contact, jid};
use crate::words::{asks, said_while_away, says};
use carillon_core::alerts::EventKind;
use carillon_core::contact::{RosterItem, Subscription};
use carillon_core::privacy::WhoMayWrite;
use carillon_core::room::InviteVia;
use carillon_core::session::{Incoming, Outgoing, SessionProblem, SubscriptionStep, Wish};
use carillon_engine::{ConnectEnd, Output};

const CAROL: &str = "carol@example.org";

fn step(step: SubscriptionStep) -> Outgoing {
    Outgoing::Subscription {
        to: jid(CAROL),
        step,
    }
}

fn subscribe() -> Outgoing {
    step(SubscriptionStep::Subscribe(Wish {
        nick: String::new(),
        text: String::new(),
        ..Wish::default()
    }))
}

fn waiting(subscription: Subscription) -> RosterItem {
    RosterItem {
        ask: true,
        ..contact(CAROL, subscription)
    }
}

async fn pushes(session: &Session, item: RosterItem) {
    let version = None;
    session.hears(Incoming::RosterPush { version, item }).await;
}

async fn invites(session: &Session, room: &str, from: &str) {
    session
        .hears(Incoming::Invite {
            room: jid(room),
            from: jid(from).into(),
            reason: String::new(),
            via: InviteVia::Direct,
            at: None,
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_request_rings_and_counts() {
    let (mut stage, session) = Stage::online().await;
    session.hears(asks(CAROL)).await;
    let told = stage.told().await;
    assert_eq!(told.alert().event.kind, EventKind::ContactRequest);
    assert_eq!(told.alert().content.text, "it is me");
    let tray = stage.tray().await;
    assert!(tray.unread == 1 && tray.attention);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_the_server_repeats_does_not_ring_again() {
    let (mut stage, session) = Stage::online().await;
    session.hears(asks(CAROL)).await;
    stage.told().await;
    session.hears(asks(CAROL)).await;
    assert_eq!(stage.told().await.0, []);
}

#[tokio::test(start_paused = true)]
async fn who_is_accepted_sees_me_and_is_asked_back() {
    let (mut stage, mut session) = Stage::online().await;
    session.hears(asks(CAROL)).await;
    let key = stage.told().await.alert().plan.replace_key.clone();
    let carol = stage.chat(CAROL);
    stage
        .call(move |desk| desk.accept_request(&carol))
        .await
        .unwrap();
    assert_eq!(
        session.says().await,
        [step(SubscriptionStep::Subscribed), subscribe()]
    );
    assert!(stage.told().await.withdrawn().contains(&key.as_str()));
    let tray = stage.tray().await;
    assert!(tray.unread == 0 && !tray.attention);
}

#[tokio::test(start_paused = true)]
async fn accepting_a_contact_opens_no_empty_chat() {
    let (stage, session) = Stage::online().await;
    session.hears(asks(CAROL)).await;
    let carol = stage.chat(CAROL);
    stage
        .call(move |desk| desk.accept_request(&carol))
        .await
        .unwrap();
    assert_eq!(stage.stored().chats().unwrap(), []);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_accepted_offline_is_answered_later_and_asked_no_more() {
    let (mut stage, session) = Stage::online().await;
    session.hears(asks(CAROL)).await;
    let detail = String::new();
    session
        .ends(ConnectEnd::Problem(SessionProblem::Lost { detail }))
        .await;
    stage.told().await;
    let carol = stage.chat(CAROL);
    let answer = stage.call(move |desk| desk.accept_request(&carol)).await;
    assert_eq!(answer, Ok(()));
    assert_eq!(stage.stored().contact_requests().unwrap(), []);

    let mut session = stage.session().await;
    // The server repeats what it has no answer to (RFC 6121 §3.1.3).
    session.hears(asks(CAROL)).await;
    session.comes_online().await;
    let nick = String::new();
    let subscribe = SubscriptionStep::Subscribe(Wish {
        nick,
        text: String::new(),
        ..Wish::default()
    });
    let said = session.says().await;
    assert_eq!(
        said,
        [step(SubscriptionStep::Subscribed), step(subscribe)],
        "nothing else"
    );
    session.takes_all().await;
    assert_eq!(stage.stored().contact_requests().unwrap(), []);
    assert_eq!(stage.told().await.alerted(), []);
}

#[tokio::test(start_paused = true)]
async fn who_is_declined_is_told_and_gone() {
    let (stage, mut session) = Stage::online().await;
    session.hears(asks(CAROL)).await;
    let carol = stage.chat(CAROL);
    stage
        .call(move |desk| desk.decline_request(&carol))
        .await
        .unwrap();
    assert_eq!(session.says().await, [step(SubscriptionStep::Unsubscribed)]);
    assert_eq!(stage.stored().contact_requests().unwrap(), []);
}

#[tokio::test(start_paused = true)]
async fn whom_i_asked_myself_may_see_me_without_a_question() {
    let (mut stage, mut session) = Stage::online().await;
    pushes(&session, waiting(Subscription::None)).await;
    stage.told().await;
    session.hears(asks(CAROL)).await;
    assert!(stage.told().await.rings().is_empty());
    assert_eq!(session.says().await, [step(SubscriptionStep::Subscribed)]);
}

#[tokio::test(start_paused = true)]
async fn adding_who_asked_me_answers_them_with_the_same_click() {
    let (stage, mut session) = Stage::online().await;
    session.hears(asks(CAROL)).await;
    let carol = stage.chat(CAROL);
    stage
        .call(move |desk| desk.add_contact(&carol, "Carol", &[], "", "").map(drop))
        .await
        .unwrap();
    let said = session.says().await;
    assert!(
        matches!(&said[0], Outgoing::RosterSet { jid: who, name, .. }
        if *who == jid(CAROL) && name == "Carol")
    );
    assert_eq!(said[1..], [subscribe(), step(SubscriptionStep::Subscribed)]);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_taken_back_is_withdrawn() {
    let (mut stage, session) = Stage::online().await;
    session.hears(asks(CAROL)).await;
    let key = stage.told().await.alert().plan.replace_key.clone();
    session
        .hears(Incoming::Subscription {
            from: jid(CAROL),
            step: SubscriptionStep::Unsubscribe,
        })
        .await;
    assert!(stage.told().await.withdrawn().contains(&key.as_str()));
    assert_eq!(stage.tray().await.unread, 0);
}

#[tokio::test(start_paused = true)]
async fn a_push_that_answers_my_request_rings() {
    let (mut stage, session) = Stage::online().await;
    pushes(&session, waiting(Subscription::None)).await;
    stage.told().await;
    pushes(&session, contact(CAROL, Subscription::To)).await;
    assert_eq!(stage.told().await.alerted(), [EventKind::RequestAccepted]);
}

#[tokio::test(start_paused = true)]
async fn that_whom_i_asked_back_agrees_is_no_news_after_a_restart_either() {
    let (stage, session) = Stage::online().await;
    session.hears(asks(CAROL)).await;
    let carol = stage.chat(CAROL);
    stage
        .call(move |desk| desk.accept_request(&carol))
        .await
        .unwrap();
    pushes(&session, waiting(Subscription::From)).await;
    let mut stage = stage.restarts().await;
    let session = stage.session().await;
    session.comes_online().await;
    stage.told().await;
    pushes(&session, contact(CAROL, Subscription::Both)).await;
    assert_eq!(stage.told().await.alerted(), []);
}

#[tokio::test(start_paused = true)]
async fn that_they_agree_is_news_once_i_have_asked_by_myself() {
    let (mut stage, session) = Stage::online().await;
    session.hears(asks(CAROL)).await;
    let carol = stage.chat(CAROL);
    stage
        .call(move |desk| {
            desk.accept_request(&carol).unwrap();
            desk.add_contact(&carol, "Carol", &[], "", "").map(drop)
        })
        .await
        .unwrap();
    pushes(&session, waiting(Subscription::From)).await;
    stage.told().await;
    pushes(&session, contact(CAROL, Subscription::Both)).await;
    assert_eq!(stage.told().await.alerted(), [EventKind::RequestAccepted]);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_was_accepted_while_i_was_away_rings_at_login() {
    let (mut stage, session) = Stage::online().await;
    pushes(&session, waiting(Subscription::None)).await;
    stage.told().await;
    session
        .hears(Incoming::Roster {
            version: None,
            items: Some(vec![
                contact("bob@example.org", Subscription::Both),
                contact(CAROL, Subscription::To),
            ]),
        })
        .await;
    assert_eq!(stage.told().await.alerted(), [EventKind::RequestAccepted]);
}

#[tokio::test(start_paused = true)]
async fn a_contact_of_old_is_no_accepted_request() {
    let (mut stage, session) = Stage::online().await;
    pushes(&session, contact(CAROL, Subscription::Both)).await;
    assert!(stage.told().await.rings().is_empty());
}

#[tokio::test(start_paused = true)]
async fn nobody_new_may_ask_when_the_user_wants_nobody_new() {
    let (mut stage, session) =
        Stage::online_with(|s| s.privacy.who_may_write = WhoMayWrite::NobodyNew).await;
    session.hears(asks(CAROL)).await;
    let told = stage.told().await;
    assert!(told.rings().is_empty());
    assert_eq!(stage.stored().contact_requests().unwrap(), []);
    let rows = stage.stored().activity(None, 10).unwrap();
    assert_eq!(rows[0].row.kind, "contact_request");
}

#[tokio::test(start_paused = true)]
async fn a_block_takes_away_all_that_waits_of_that_person() {
    let (mut stage, session) = Stage::online().await;
    session.hears(asks(CAROL)).await;
    session.hears(says(CAROL, "m1", "Buy now")).await;
    invites(&session, "room@rooms.example.org", CAROL).await;
    let rung: Vec<String> = stage
        .told()
        .await
        .rings()
        .iter()
        .map(|ring| ring.plan.replace_key.clone())
        .collect();
    session.hears(Incoming::Blocked(vec![jid(CAROL)])).await;
    assert_eq!(stage.stored().contact_requests().unwrap(), []);
    assert_eq!(stage.stored().stranger_requests().unwrap(), []);
    assert_eq!(stage.stored().invites().unwrap(), []);
    let told = stage.told().await;
    let withdrawn = told.withdrawn();
    assert!(rung.iter().all(|key| withdrawn.contains(&key.as_str())));
    assert_eq!(stage.tray().await.unread, 0);
}

#[tokio::test(start_paused = true)]
async fn who_was_blocked_elsewhere_while_i_was_away_waits_no_longer() {
    let (stage, session) = Stage::online().await;
    session.hears(asks(CAROL)).await;
    session.hears(Incoming::BlockList(vec![jid(CAROL)])).await;
    assert_eq!(stage.stored().contact_requests().unwrap(), []);
}

#[tokio::test(start_paused = true)]
async fn who_is_blocked_neither_asks_nor_writes_nor_types() {
    let (mut stage, session) = Stage::online().await;
    session
        .hears(Incoming::Blocked(vec![jid(CAROL), bob()]))
        .await;
    stage.told().await;
    session.hears(asks(CAROL)).await;
    session.hears(says(CAROL, "m1", "Hello")).await;
    session.hears(said_while_away(CAROL, "m2", "Hello")).await;
    invites(&session, "room@rooms.example.org", CAROL).await;
    session
        .hears(Incoming::Typing {
            chat: bob(),
            nick: None,
            composing: true,
        })
        .await;
    assert_eq!(stage.told().await.0, []);
}

#[tokio::test(start_paused = true)]
async fn who_is_unblocked_may_ask_again() {
    let (mut stage, session) = Stage::online().await;
    session.hears(Incoming::Blocked(vec![jid(CAROL)])).await;
    session.hears(Incoming::Unblocked(Vec::new())).await;
    stage.told().await;
    session.hears(asks(CAROL)).await;
    assert_eq!(stage.told().await.alerted(), [EventKind::ContactRequest]);
}

#[tokio::test(start_paused = true)]
async fn the_servers_answer_reaches_whoever_asked() {
    let (stage, mut session) = Stage::online().await;
    let carol = stage.chat(CAROL);
    let answer = stage.call(move |desk| desk.block(&carol)).await.unwrap();
    let said = session.says().await;
    let [Outgoing::Block { request, .. }] = said[..] else {
        panic!("{said:?}")
    };
    let result = Ok(());
    session.hears(Incoming::Outcome { request, result }).await;
    assert_eq!(answer.await.unwrap(), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_for_an_answer_learns_that_the_session_has_ended() {
    let (stage, session) = Stage::online().await;
    let carol = stage.chat(CAROL);
    let answer = stage.call(move |desk| desk.block(&carol)).await.unwrap();
    let detail = String::new();
    session
        .ends(ConnectEnd::Problem(SessionProblem::Lost { detail }))
        .await;
    assert!(answer.await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_roster_push_tells_the_contact_and_the_chats_line() {
    let (mut stage, session) = Stage::online().await;
    pushes(&session, contact(CAROL, Subscription::Both)).await;
    let carol = stage.chat(CAROL);
    assert_eq!(
        stage.told().await.0,
        [Output::Contact(carol.clone()), Output::Chat(carol)]
    );
}

#[tokio::test(start_paused = true)]
async fn who_asked_me_first_does_not_ring_when_my_asking_back_is_accepted() {
    let (mut stage, session) = Stage::online().await;
    session.hears(asks(CAROL)).await;
    let carol = stage.chat(CAROL);
    stage
        .call(move |desk| desk.accept_request(&carol))
        .await
        .unwrap();
    pushes(&session, waiting(Subscription::From)).await;
    stage.told().await;
    pushes(&session, contact(CAROL, Subscription::Both)).await;
    assert_eq!(stage.told().await.alerted(), []);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_another_device_has_accepted_waits_no_more() {
    let (mut stage, session) = Stage::online().await;
    session.hears(asks(CAROL)).await;
    let key = stage.told().await.alert().plan.replace_key.clone();
    pushes(&session, contact(CAROL, Subscription::From)).await;
    assert!(stage.told().await.withdrawn().contains(&key.as_str()));
    assert_eq!(stage.stored().contact_requests().unwrap(), []);
}
