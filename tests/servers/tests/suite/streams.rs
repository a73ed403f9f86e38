//! Links break and programs die, with messages on the way (XEP-0198).

use carillon_core::chat::{Author, Delivery, HistoryAnchor, Message};
use carillon_engine::Line;
use carillon_tests_servers::{DEADLINE, Proxy, until_some};
use fastrand::Rng;
use std::time::Duration;
use tokio::time::{Instant, sleep};

use crate::person::Person;
use crate::stage::Stage;

/// More than one flush, less than a page of history.
const MANY: usize = 30;

/// Alice, and Bob behind a wire that can be cut.
async fn alice_and_bob_behind_a_wire(stage: &Stage) -> (Person, Person, Proxy) {
    let proxy = Proxy::before(stage.url()).await;
    let url = proxy.url(stage.url());
    let profile = stage
        .profile("bob")
        .with(|settings| settings.accounts[0].connect = Some(url));
    let (mut alice, mut bob) = (stage.person("alice").await, profile.signs_in().await);
    alice.befriends(&mut bob).await;
    (alice, bob, proxy)
}

fn numbered(what: &str) -> Vec<String> {
    (1..=MANY)
        .map(|number| format!("{what} {number}"))
        .collect()
}

/// Says them all, and waits until the server has the last.
async fn says_all(person: &Person, to: &Person, all: &[String]) {
    let mut last = None;
    for one in all {
        last = Some(person.says(&to.jid, one).await);
    }
    person
        .sees_delivery(last.expect("something is said"), Delivery::Sent)
        .await;
}

async fn has_lost_the_server(person: &Person) {
    person
        .sees("the connection lost", |desk| {
            matches!(desk.account_states()[0].line, Line::Waiting { .. }).then_some(())
        })
        .await;
}

pub(crate) async fn a_session_goes_on_after_a_cut(stage: Stage) {
    let (alice, bob, proxy) = alice_and_bob_behind_a_wire(&stage).await;
    let (before, held) = (numbered("before"), numbered("held"));
    says_all(&alice, &bob, &before).await;
    bob.receives(&alice.jid, &before[MANY - 1]).await;

    // What Alice says from here on is written to Bob's socket, and never read.
    proxy.hold();
    says_all(&alice, &bob, &held).await;
    proxy.close();
    has_lost_the_server(&bob).await;
    let answer = bob.says(&alice.jid, "Who is there?").await;
    proxy.open();
    bob.is_online().await;
    bob.receives(&alice.jid, &held[MANY - 1]).await;
    bob.sees_delivery(answer, Delivery::Arrived).await;
    let resumed = bob.profile.overheard.lock().unwrap().resumed;
    assert_eq!(resumed, 1, "the session went on");
    bob.is_friend_of(&alice.jid).await;

    let all: Vec<_> = before
        .into_iter()
        .chain(held)
        .chain(["Who is there?".to_owned()])
        .collect();
    assert_eq!(alice.bodies(&bob.jid).await, all);
    let mut heard = bob.bodies(&alice.jid).await;
    // It was written before the held ones came again.
    heard.retain(|one| one != "Who is there?");
    assert_eq!(heard, all[..2 * MANY]);
}

pub(crate) async fn a_killed_receiver_loses_nothing(stage: Stage) {
    let (alice, bob, proxy) = alice_and_bob_behind_a_wire(&stage).await;
    let (before, held) = (numbered("before"), numbered("held"));
    says_all(&alice, &bob, &before).await;
    bob.receives(&alice.jid, &before[MANY - 1]).await;
    proxy.hold();
    says_all(&alice, &bob, &held).await;

    let bob = bob.dies(&proxy, stage.url()).await.signs_in().await;
    bob.receives(&alice.jid, &held[MANY - 1]).await;
    alice.is_friend_of(&bob.jid).await;
    let after = bob.says(&alice.jid, "I am back").await;
    bob.sees_delivery(after, Delivery::Arrived).await;

    let all: Vec<_> = before.into_iter().chain(held).collect();
    let heard = bob.bodies(&alice.jid).await;
    assert_eq!(heard[..2 * MANY], all);
    assert_eq!(heard.len(), 2 * MANY + 1);
}

/// Online again, without the wait before another attempt.
async fn comes_back(person: &Person) {
    until_some("a session again", async || {
        person
            .does(|desk| {
                let state = &desk.account_states()[0];
                // One that is there, or on its way, stays.
                desk.connect_now(state.id).expect("the account");
                matches!(state.line, Line::Online(_)).then_some(())
            })
            .await
    })
    .await;
}

/// ejabberd archives what waited for a stream that it has let go up to two minutes late; then Carillon looks once more.
const LATE: Duration = Duration::from_secs(150);

/// Sooner or later, as long as archives are being read: ejabberd gives what was on the way in any order.
async fn hears_exactly(person: &Person, from: &Person, all: &[String]) {
    let mut heard = Vec::new();
    let deadline = Instant::now() + LATE + DEADLINE;
    while heard != all && Instant::now() < deadline {
        sleep(Duration::from_millis(20)).await;
        let theirs = said_by(person, from, Author::Contact).await;
        heard = theirs.into_iter().map(|message| message.body).collect();
    }
    let mut lost = said_by(from, person, Author::Me).await;
    lost.retain(|message| !heard.contains(&message.body));
    let lost: Vec<_> = lost
        .iter()
        .map(|message| (&message.body, message.delivery, &message.failure))
        .collect();
    assert_eq!(
        heard, all,
        "lost, doubled or in another order; for who said them the lost are {lost:?}"
    );
}

/// What one of the two said, as it lies in the chat of `person`.
async fn said_by(person: &Person, with: &Person, author: Author) -> Vec<Message> {
    let chat = person.chat(&with.jid);
    let page = person
        .does(move |desk| desk.reader().history(&chat, HistoryAnchor::Newest, 200))
        .await;
    let mut all = page.expect("the history").messages;
    all.retain(|message| message.author == author);
    all
}

const ROUNDS: u64 = 12;

pub(crate) async fn cuts_at_any_moment_lose_nothing(stage: Stage) {
    let (alice, bob, proxy) = alice_and_bob_behind_a_wire(&stage).await;
    let mut dice = Rng::with_seed(2026);
    let (mut to_bob, mut to_alice) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let cut_after = dice.u64(..10);
        let held_before = dice.u64(..10);
        for number in 0..10 {
            let words = format!("{round}.{number} to Bob");
            alice.says(&bob.jid, &words).await;
            to_bob.push(words);
            if number % 3 == 0 {
                let words = format!("{round}.{number} to Alice");
                bob.says(&alice.jid, &words).await;
                to_alice.push(words);
            }
            if number == held_before {
                proxy.hold();
            }
            if number == cut_after {
                proxy.cut();
            }
        }
        proxy.cut();
        comes_back(&bob).await;
    }
    hears_exactly(&bob, &alice, &to_bob).await;
    hears_exactly(&alice, &bob, &to_alice).await;
}

pub(crate) async fn kills_at_any_moment_lose_nothing(stage: Stage) {
    let (alice, mut bob, mut proxy) = alice_and_bob_behind_a_wire(&stage).await;
    let mut dice = Rng::with_seed(0x5eed);
    let (mut to_bob, mut to_alice) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS / 2 {
        let held_before = dice.u64(..10);
        for number in 0..10 {
            let words = format!("{round}.{number} to Bob");
            alice.says(&bob.jid, &words).await;
            to_bob.push(words);
            if number % 4 == 0 {
                let words = format!("{round}.{number} to Alice");
                bob.says(&alice.jid, &words).await;
                to_alice.push(words);
            }
            if number == held_before {
                proxy.hold();
            }
        }
        let next = Proxy::before(stage.url()).await;
        let left = bob.dies(&proxy, &next.url(stage.url())).await;
        (bob, proxy) = (left.signs_in().await, next);
    }
    hears_exactly(&bob, &alice, &to_bob).await;
    hears_exactly(&alice, &bob, &to_alice).await;
}
