//! The server dies and comes back.

use std::time::Duration;

use carillon_core::alerts::EventKind;
use carillon_core::chat::Delivery;
use carillon_engine::Line;
use carillon_tests_servers::until_some;

use crate::person::Person;
use crate::stage::Stage;

/// No wait before another attempt is longer.
const LONGEST_WAIT: Duration = Duration::from_secs(85);

async fn has_lost_the_server(person: &Person) {
    person
        .sees("the connection lost", |desk| {
            matches!(desk.account_states()[0].line, Line::Waiting { .. }).then_some(())
        })
        .await;
}

/// Back by itself. The waits between attempts, which have become long while the server was away, pass at once.
async fn comes_back(person: &Person) {
    until_some("a session again", async || {
        let line = person
            .does(|desk| desk.account_states()[0].line.clone())
            .await;
        if matches!(line, Line::Waiting { .. }) {
            person.waits(LONGEST_WAIT).await;
        }
        matches!(line, Line::Online(_)).then_some(())
    })
    .await;
}

pub(crate) async fn a_killed_server_loses_nothing(stage: Stage) {
    let (mut alice, mut bob) = stage.friends().await;
    let before = alice.says(&bob.jid, "Before").await;
    bob.receives(&alice.jid, "Before").await;
    alice.sees_delivery(before, Delivery::Arrived).await;

    // Nobody knows whether this one gets there.
    alice.says(&bob.jid, "On the way").await;
    stage.kill_server().await;
    has_lost_the_server(&alice).await;
    has_lost_the_server(&bob).await;
    let written = alice.says(&bob.jid, "Meanwhile").await;
    let waiting = alice.does(move |desk| desk.reader().message(written)).await;
    let delivery = waiting.unwrap().unwrap().delivery;
    assert_eq!(delivery, Some(Delivery::Waiting));
    bob.forgets();

    stage.run_server().await;
    comes_back(&alice).await;
    comes_back(&bob).await;
    alice.is_friend_of(&bob.jid).await;
    bob.is_friend_of(&alice.jid).await;
    bob.receives(&alice.jid, "Meanwhile").await;
    alice.sees_delivery(written, Delivery::Arrived).await;
    bob.waits(Duration::from_secs(10)).await;
    bob.forgets();

    let after = alice.says(&bob.jid, "After").await;
    bob.rings(EventKind::Message).await;
    alice.sees_delivery(after, Delivery::Arrived).await;
    let all = ["Before", "On the way", "Meanwhile", "After"];
    assert_eq!(alice.bodies(&bob.jid).await, all);
    assert_eq!(bob.bodies(&alice.jid).await, all);
    let rang = alice.rang_but_for_presence();
    assert_eq!(rang, [], "a break is no alert");
}
