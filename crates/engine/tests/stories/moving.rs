//! People who move: I to another account, contacts to another address.

mod along;

use crate::stage::{Session, Stage, account, contact, jid, joined_as};
use crate::words::refusal;
use carillon_core::avatar::{Avatar, AvatarHash, AvatarSource};
use carillon_core::contact::{RosterItem, Subscription};
use carillon_core::ids::AccountId;
use carillon_core::mood::Told;
use carillon_core::moving::{AccountMove, MoveState, MoveStep, MoveWish};
use carillon_core::person::{CardField, CardKind, PersonAnswer, PersonQuestion};
use carillon_core::room::Bookmark;
use carillon_core::session::{Incoming, Outgoing, SubscriptionStep, Wish};
use carillon_core::settings::Settings;
use carillon_engine::DeskError;
use carillon_store::Store;

const NEW: &str = "alice@new.example";
const ALL: MoveWish = MoveWish {
    rooms: true,
    profile: true,
    alerts: false,
};

fn both(settings: &mut Settings) {
    settings.accounts.push(account(NEW));
}

/// The sessions of the old account and the new one.
async fn sessions(stage: &mut Stage) -> (Session, Session) {
    let (one, other) = (stage.session().await, stage.session().await);
    if one.start.account.jid == jid(NEW) {
        (other, one)
    } else {
        (one, other)
    }
}

async fn come_online(old: &mut Session, new: &mut Session, contacts: Vec<RosterItem>) {
    for (session, items) in [(&mut *old, contacts), (&mut *new, Vec::new())] {
        session.comes_online().await;
        let items = Some(items);
        let version = None;
        session.hears(Incoming::Roster { version, items }).await;
        session.hears(Incoming::Bookmarks(Vec::new())).await;
        session.says().await;
    }
}

fn friends() -> Vec<RosterItem> {
    let bob = RosterItem {
        name: "Bob".to_owned(),
        groups: ["Choir".to_owned()].into(),
        ..contact("bob@example.org", Subscription::Both)
    };
    vec![bob, contact("shop@example.org", Subscription::None)]
}

async fn moved(contacts: Vec<RosterItem>) -> (Stage, Session, Session) {
    let mut stage = Stage::with(both).await;
    let (mut old, mut new) = sessions(&mut stage).await;
    come_online(&mut old, &mut new, contacts).await;
    (stage, old, new)
}

async fn ids(stage: &Stage) -> (AccountId, AccountId) {
    let new = stage.stored().known_account(&jid(NEW)).unwrap().unwrap();
    (stage.alice, new)
}

async fn begins(stage: &Stage, wish: MoveWish) -> Result<(), DeskError> {
    let (old, new) = ids(stage).await;
    stage
        .call(move |desk| desk.begin_move(old, new, wish))
        .await
}

async fn standing(stage: &Stage) -> AccountMove {
    let states = stage.call(|desk| desk.account_states()).await;
    states[0].moving.clone().unwrap()
}

async fn done(session: &Session, request: u64) {
    let result = Ok(());
    session.hears(Incoming::Outcome { request, result }).await;
}

/// The one thing that was asked.
async fn one(session: &mut Session) -> Outgoing {
    let mut said = session.says().await;
    assert_eq!(said.len(), 1, "{said:?}");
    said.remove(0)
}

async fn says_moved(session: &mut Session) -> u64 {
    match one(session).await {
        Outgoing::SayMoved { request, to } => {
            assert_eq!(to, Some(jid(NEW)));
            request
        }
        other => panic!("{other:?}"),
    }
}

async fn adds(session: &mut Session, who: &str) -> u64 {
    match one(session).await {
        Outgoing::RosterSet {
            request, jid: of, ..
        } if of == jid(who) => request,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn i_say_where_i_go_then_bring_my_contacts_and_tell_those_who_saw_me() {
    let (stage, mut old, mut new) = moved(friends()).await;
    begins(&stage, MoveWish::default()).await.unwrap();
    assert_eq!(new.says().await, [], "nobody is told before");
    let request = says_moved(&mut old).await;
    done(&old, request).await;
    match one(&mut new).await {
        Outgoing::RosterSet {
            request,
            jid: of,
            name,
            groups,
        } => {
            assert_eq!((of, name.as_str()), (jid("bob@example.org"), "Bob"));
            assert_eq!(groups, ["Choir"]);
            done(&new, request).await;
        }
        other => panic!("{other:?}"),
    }
    let said = new.says().await;
    let wish = Wish {
        moved_from: Some(jid("alice@example.org")),
        ..Wish::default()
    };
    let told = Outgoing::Subscription {
        to: jid("bob@example.org"),
        step: SubscriptionStep::Subscribe(wish),
    };
    assert_eq!(said[0], told);
    // Who was never seen comes along, and is not asked.
    let Outgoing::RosterSet { request, .. } = said[1] else {
        panic!("{said:?}");
    };
    done(&new, request).await;
    assert_eq!(new.says().await, []);
    let now = standing(&stage).await;
    assert_eq!((now.state, now.troubles.len()), (MoveState::Finished, 0));
    assert_eq!(
        (now.steps[1].step, now.steps[1].done),
        (MoveStep::Contact, 2)
    );
}

#[tokio::test(start_paused = true)]
async fn a_kill_between_two_contacts_goes_on_with_the_second() {
    let (stage, mut old, mut new) = moved(friends()).await;
    begins(&stage, MoveWish::default()).await.unwrap();
    let request = says_moved(&mut old).await;
    done(&old, request).await;
    let request = adds(&mut new, "bob@example.org").await;
    done(&new, request).await;
    new.says().await;

    let mut stage = stage.restarts_with(both).await;
    let (mut old, mut new) = sessions(&mut stage).await;
    come_online_as_known(&mut old, &mut new).await;
    let said = new.says().await;
    let asked: Vec<String> = said
        .iter()
        .filter_map(|one| match one {
            Outgoing::RosterSet { jid, .. } => Some(jid.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(asked, ["shop@example.org"], "{said:?}");
    assert!(
        !old.says()
            .await
            .iter()
            .any(|one| matches!(one, Outgoing::SayMoved { .. }))
    );
}

async fn come_online_as_known(old: &mut Session, new: &mut Session) {
    for session in [&mut *old, &mut *new] {
        session.comes_online().await;
        let (version, items) = (None, None);
        session.hears(Incoming::Roster { version, items }).await;
    }
}

#[tokio::test(start_paused = true)]
async fn where_the_old_account_cannot_say_so_nobody_is_told() {
    let (stage, mut old, mut new) = moved(friends()).await;
    begins(&stage, ALL).await.unwrap();
    let request = says_moved(&mut old).await;
    let result = Err(refusal("feature-not-implemented", "no personal eventing"));
    old.hears(Incoming::Outcome { request, result }).await;
    assert_eq!(new.says().await, []);
    let now = standing(&stage).await;
    assert_eq!(now.state, MoveState::Stopped);
    assert_eq!(now.troubles[0].words, "no personal eventing");
    // The user tries again.
    let (alice, _) = ids(&stage).await;
    stage
        .call(move |desk| desk.go_on_with_move(alice))
        .await
        .unwrap();
    says_moved(&mut old).await;
}

#[tokio::test(start_paused = true)]
async fn a_move_goes_on_with_a_stream_that_goes_on() {
    let (mut stage, mut old, mut new) = moved(friends()).await;
    old.is_managed("s1").await;
    old.says().await;
    begins(&stage, MoveWish::default()).await.unwrap();
    says_moved(&mut old).await;
    old.loses_its_link().await;
    let mut old = stage.session().await;
    old.hears(Incoming::Resumed).await;
    let said = old.says().await;
    let request = said.iter().find_map(|one| match one {
        Outgoing::SayMoved { request, .. } => Some(*request),
        _ => None,
    });
    done(&old, request.unwrap()).await;
    adds(&mut new, "bob@example.org").await;
}

/// As a kill may have left it between the two, before both were one step.
#[tokio::test(start_paused = true)]
async fn a_move_whose_statement_failed_tells_nobody_though_it_runs() {
    let (stage, mut old, mut new) = moved(friends()).await;
    begins(&stage, MoveWish::default()).await.unwrap();
    says_moved(&mut old).await;
    let mut store = Store::open(&stage.database()).unwrap();
    let of = store.moves().unwrap()[0].row;
    let statement = store.next_move_task(of).unwrap().unwrap();
    store.move_task_ends(statement.row, Some("no")).unwrap();
    drop(store);
    let (version, items) = (None, None);
    new.hears(Incoming::Roster { version, items }).await;
    old.loses_its_link().await;
    let mut stage = stage;
    let old = stage.session().await;
    old.comes_online().await;
    let said = new.says().await;
    assert_eq!(said, [], "nobody is told");
    assert_eq!(standing(&stage).await.state, MoveState::Stopped);
}

#[tokio::test(start_paused = true)]
async fn what_is_stopped_goes_no_further_until_it_goes_on() {
    let (stage, mut old, mut new) = moved(friends()).await;
    begins(&stage, MoveWish::default()).await.unwrap();
    let request = says_moved(&mut old).await;
    let (alice, _) = ids(&stage).await;
    stage.call(move |desk| desk.stop_move(alice)).await.unwrap();
    done(&old, request).await;
    assert_eq!(new.says().await, []);
    assert_eq!(standing(&stage).await.state, MoveState::Stopped);
    stage
        .call(move |desk| desk.go_on_with_move(alice))
        .await
        .unwrap();
    // Whether the server took it is not known: it is said once more.
    let request = says_moved(&mut old).await;
    done(&old, request).await;
    adds(&mut new, "bob@example.org").await;
}

#[tokio::test(start_paused = true)]
async fn a_contact_whom_the_server_refuses_is_told_and_the_others_come_along() {
    let (stage, mut old, mut new) = moved(friends()).await;
    begins(&stage, MoveWish::default()).await.unwrap();
    let request = says_moved(&mut old).await;
    done(&old, request).await;
    let request = adds(&mut new, "bob@example.org").await;
    let result = Err(refusal("not-acceptable", "the name is too long"));
    new.hears(Incoming::Outcome { request, result }).await;
    let request = adds(&mut new, "shop@example.org").await;
    done(&new, request).await;
    let now = standing(&stage).await;
    assert_eq!(now.state, MoveState::Finished);
    assert_eq!(now.troubles[0].jid, Some(jid("bob@example.org")));
}

#[tokio::test(start_paused = true)]
async fn what_is_taken_back_is_no_longer_said_and_forgotten() {
    let (stage, mut old, mut new) = moved(Vec::new()).await;
    begins(&stage, MoveWish::default()).await.unwrap();
    let request = says_moved(&mut old).await;
    done(&old, request).await;
    let (alice, _) = ids(&stage).await;
    let _answer = stage
        .call(move |desk| desk.take_back_move(alice))
        .await
        .unwrap();
    let Outgoing::SayMoved { to: None, .. } = one(&mut old).await else {
        panic!("it is not taken back");
    };
    stage
        .call(move |desk| desk.forget_move(alice))
        .await
        .unwrap();
    let states = stage.call(|desk| desk.account_states()).await;
    assert_eq!(states[0].moving, None);
    assert_eq!(new.says().await, []);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_taken_back_now_is_not_stopped() {
    let (stage, old, _new) = moved(friends()).await;
    begins(&stage, MoveWish::default()).await.unwrap();
    old.loses_its_link().await;
    let (alice, _) = ids(&stage).await;
    let asked = stage
        .call(move |desk| desk.take_back_move(alice).map(drop))
        .await;
    assert_eq!(asked, Err(DeskError::NotConnected));
    assert_eq!(standing(&stage).await.state, MoveState::Running);
}

#[tokio::test(start_paused = true)]
async fn a_move_needs_two_accounts_that_are_connected() {
    let (stage, old, _new) = moved(Vec::new()).await;
    let (alice, _) = ids(&stage).await;
    let same = stage
        .call(move |desk| desk.begin_move(alice, alice, ALL))
        .await;
    assert_eq!(same, Err(DeskError::Gone));
    old.loses_its_link().await;
    assert_eq!(begins(&stage, ALL).await, Err(DeskError::NotConnected));
}

#[tokio::test(start_paused = true)]
async fn a_move_is_planned_from_what_the_old_account_has_said() {
    let mut stage = Stage::with(both).await;
    let (old, new) = sessions(&mut stage).await;
    old.comes_online().await;
    new.comes_online().await;
    let none = MoveWish::default();
    assert_eq!(begins(&stage, none).await, Err(DeskError::NotConnected));
    let (version, items) = (None, Some(friends()));
    old.hears(Incoming::Roster { version, items }).await;
    assert_eq!(begins(&stage, ALL).await, Err(DeskError::NotConnected));
    assert_eq!(begins(&stage, none).await, Ok(()), "no rooms are wanted");
    assert_eq!(standing(&stage).await.steps[1].total, 2);
    old.hears(Incoming::NoBookmarks).await;
    assert_eq!(begins(&stage, ALL).await, Ok(()));
}
