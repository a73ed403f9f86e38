//! The cluster of docs/servers.md, made as it says there: Alice on one node, Bob on the other, and Bob's node is killed
//! while both talk.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a guide that does not hold ends the test"
)]

#[path = "guide/cluster.rs"]
mod cluster;
#[path = "guide/database.rs"]
mod database;
#[path = "guide/files.rs"]
mod files;
#[path = "suite/person.rs"]
#[allow(dead_code, reason = "a person can do more than is told here")]
mod person;
#[path = "suite/profile.rs"]
#[allow(dead_code, reason = "a profile is left and changed in other stories")]
mod profile;

use std::collections::HashMap;
use std::slice::from_ref;

use carillon_core::alerts::EventKind;
use carillon_core::chat::{Author, Delivery, HistoryAnchor, Message};
use carillon_engine::Line;
use carillon_tests_servers::{Proxy, until_some};

use cluster::Cluster;
use person::Person;
use profile::Profile;

/// How often Bob's node is killed.
const KILLS: usize = 2;
/// So much each says to the other around every kill.
const SAID: usize = 80;
/// After how many of them the node is killed; the rest is said while nobody knows yet.
const KILLED_AFTER: [usize; KILLS] = [23, 41];

/// So much of what was said may be on its way when the node is killed.
const UNHEARD: usize = 10;
/// More than this cannot have been on its way from node to node in one moment; mostly it is none to nine.
const ON_THE_WAY: usize = 20;

#[tokio::test]
async fn a_node_dies_under_load() {
    let mut cluster = Cluster::as_the_guide_says().await;
    let alices = cluster.one.registers("alice").await;
    let bobs = cluster.two.registers("bob").await;
    // What picks a node for Bob: what SRV records or a load balancer do for people.
    let wire = Proxy::before(&cluster.two.address()).await;
    let roots = from_ref(&cluster.authority);
    let bobs = Profile::new(&bobs, &wire.url(&cluster.two.address()), roots);
    let mut alice = Profile::new(&alices, &cluster.one.address(), roots)
        .signs_in()
        .await;
    let mut bob = bobs.signs_in().await;
    alice.befriends(&mut bob).await;
    they_talk(&mut alice, &mut bob).await;

    let (mut to_bob, mut to_alice) = (vec!["Tea?".to_owned()], vec!["Gladly".to_owned()]);
    for (round, killed_after) in KILLED_AFTER.into_iter().enumerate() {
        for number in 0..SAID {
            let there = format!("{round}.{number} →");
            let back = format!("{round}.{number} ←");
            alice.says(&bob.jid, &there).await;
            bob.says(&alice.jid, &back).await;
            to_bob.push(there);
            to_alice.push(back);
            if number == killed_after {
                // However slow the nodes are, no more than this lies with them.
                let heard = format!("{round}.{} →", number - UNHEARD);
                bob.receives(&alice.jid, &heard).await;
                cluster.two.kill();
                wire.lead_to(&cluster.one.address());
            }
        }
        comes_back(&bob).await;
        let after = format!("{round}, on one node");
        alice.says(&bob.jid, &after).await;
        to_bob.push(after);
        // What either missed is gone; the next kill has its own.
        let killed = format!("{round}.{killed_after} ←");
        to_alice = hears_what_goes_out_again(&alice, &bob, &to_alice, &killed).await;
        to_bob = hears_what_arrived(&bob, &alice, &to_bob).await;
        alice.is_friend_of(&bob.jid).await;
        bob.is_friend_of(&alice.jid).await;

        cluster.two.run().await;
        cluster.is_whole().await;
        wire.lead_to(&cluster.two.address());
        wire.cut();
        comes_back(&bob).await;
        alice.is_friend_of(&bob.jid).await;
    }
}

/// Presence, a message, its ring and the answer, from node to node.
async fn they_talk(alice: &mut Person, bob: &mut Person) {
    let question = alice.says(&bob.jid, "Tea?").await;
    bob.rings(EventKind::Message).await;
    alice.sees_delivery(question, Delivery::Arrived).await;
    let answer = bob.says(&alice.jid, "Gladly").await;
    alice.rings(EventKind::Message).await;
    bob.sees_delivery(answer, Delivery::Arrived).await;
}

/// Online again, without the wait before another attempt.
async fn comes_back(person: &Person) {
    // Until the loss is noticed, the old session counts as online.
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

/// All that lies in a chat, oldest first.
async fn all_of(person: &Person, with: &Person) -> Vec<Message> {
    let chat = person.chat(&with.jid);
    person
        .does(move |desk| {
            let mut all = Vec::new();
            let mut anchor = HistoryAnchor::Newest;
            loop {
                let page = desk.reader().history(&chat, anchor, 200).unwrap().messages;
                let Some(oldest) = page.first() else {
                    return all;
                };
                anchor = HistoryAnchor::Before { message: oldest.id };
                all.splice(0..0, page);
            }
        })
        .await
}

/// What somebody heard from somebody, in its order.
async fn heard(person: &Person, from: &Person) -> Vec<String> {
    let all = all_of(person, from).await.into_iter();
    let theirs = all.filter(|message| message.author == Author::Contact);
    theirs.map(|message| message.body).collect()
}

/// What was said behind `killed` cannot have been acknowledged by the dead node: it went out again, all of it. Gives
/// back what was heard.
async fn hears_what_goes_out_again(
    person: &Person,
    from: &Person,
    said: &[String],
    killed: &String,
) -> Vec<String> {
    let behind = said.iter().position(|one| one == killed);
    let again = &said[behind.expect("what was said last before the kill") + 1..];
    let heard = until_some("all that went out again", async || {
        let heard = heard(person, from).await;
        heard.ends_with(again).then_some(heard)
    })
    .await;
    loses_what_was_on_its_way(person, from, said, &heard).await;
    heard
}

/// What is heard is told as arrived, and nothing else. Gives it back.
async fn hears_what_arrived(person: &Person, from: &Person, said: &[String]) -> Vec<String> {
    person
        .receives(&from.jid, said.last().expect("something"))
        .await;
    let heard = until_some("everything that was heard told as arrived", async || {
        let heard = heard(person, from).await;
        let sent = all_of(from, person).await.into_iter();
        let arrived: Vec<_> = sent
            .filter(|message| message.author == Author::Me)
            .filter(|message| message.delivery >= Some(Delivery::Arrived))
            .filter(|message| message.delivery != Some(Delivery::Failed))
            .map(|message| message.body)
            .collect();
        (arrived == heard).then_some(heard)
    })
    .await;
    loses_what_was_on_its_way(person, from, said, &heard).await;
    heard
}

/// The server loses what is on its way from node to node when one dies, and has acknowledged it before: this never
/// counts as arrived, and everything else is heard, once and in its order.
async fn loses_what_was_on_its_way(
    person: &Person,
    from: &Person,
    said: &[String],
    heard: &[String],
) {
    let found = Found::of(said, heard);
    eprintln!("{}: {found:?} of {}", person.jid, said.len());
    let unharmed = Found {
        lost: found.lost,
        ..Found::default()
    };
    assert_eq!(found, unharmed, "{}: {heard:#?}", person.jid);
    assert!(found.lost <= ON_THE_WAY, "{found:?}");
    let sent = all_of(from, person).await.into_iter();
    let lost: Vec<_> = sent
        .filter(|message| message.author == Author::Me && !heard.contains(&message.body))
        .map(|message| message.delivery)
        .collect();
    assert!(
        lost.iter().all(|one| *one == Some(Delivery::Sent)),
        "{lost:?}"
    );
}

/// What is wrong with what was heard.
#[derive(Debug, Default, PartialEq, Eq)]
struct Found {
    lost: usize,
    doubled: usize,
    /// How many stand behind one that was said later.
    reordered: usize,
}

impl Found {
    fn of(said: &[String], heard: &[String]) -> Self {
        let mut times: HashMap<&String, usize> = HashMap::new();
        for one in heard {
            *times.entry(one).or_default() += 1;
        }
        let places: Vec<_> = heard
            .iter()
            .map(|one| said.iter().position(|other| other == one))
            .collect();
        Self {
            lost: said.iter().filter(|one| !times.contains_key(one)).count(),
            doubled: times.values().map(|times| times - 1).sum(),
            reordered: places.windows(2).filter(|two| two[1] < two[0]).count(),
        }
    }
}
