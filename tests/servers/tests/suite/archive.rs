//! What happened while a device was away (XEP-0313).

use carillon_core::alerts::EventKind;
use carillon_core::chat::{Author, Delivery};
use carillon_tests_servers::{Kind, until_some};

use crate::stage::Stage;

/// More than Prosody gives in one page.
const MANY: usize = 70;

pub(crate) async fn a_device_that_was_away_catches_up(stage: Stage) {
    if stage.kind() == Kind::Embedded {
        return;
    }
    let (mut alice, desk) = stage.friends().await;
    let phone = stage.person("bob").await;
    phone.is_friend_of(&alice.jid).await;
    alice.says(&desk.jid, "Before").await;
    desk.receives(&alice.jid, "Before").await;
    phone.receives(&alice.jid, "Before").await;
    let away = desk.leaves().await;

    let bob = phone.jid.clone();
    alice.says(&bob, "Are you there?").await;
    phone.receives(&alice.jid, "Are you there?").await;
    let answer = phone.says(&alice.jid, "On my phone").await;
    phone.sees_delivery(answer, Delivery::Arrived).await;
    alice.forgets();
    let mut last = answer;
    for number in 1..=MANY {
        last = alice.says(&bob, &format!("Message {number}")).await;
    }
    alice.sees_delivery(last, Delivery::Arrived).await;

    let mut desk = away.signs_in().await;
    desk.receives(&alice.jid, &format!("Message {MANY}")).await;
    let ring = desk.rings(EventKind::Missed).await;
    let missed = u32::try_from(MANY).unwrap();
    assert_eq!(ring.content.messages, missed, "what I answered I have seen");
    let talk = desk.bodies(&alice.jid).await;
    assert_eq!(talk, phone.bodies(&alice.jid).await);
    assert_eq!(talk.len(), MANY + 3);
    let mine = desk.receives(&alice.jid, "On my phone").await;
    assert_eq!(mine.author, Author::Me);

    // What comes now comes live.
    alice.says(&bob, "And now?").await;
    let ring = desk.rings(EventKind::Message).await;
    assert_eq!(ring.content.text, "And now?");
    assert_eq!(desk.rang_but_for_presence(), [], "each rings once");
}

pub(crate) async fn a_new_device_finds_the_newest_and_scrolls_back(stage: Stage) {
    if stage.kind() == Kind::Embedded {
        return;
    }
    let (alice, desk) = stage.friends().await;
    let all: Vec<_> = (1..=MANY)
        .map(|number| format!("Message {number}"))
        .collect();
    for one in &all {
        alice.says(&desk.jid, one).await;
    }
    desk.receives(&alice.jid, &all[MANY - 1]).await;

    let mut phone = stage.person("bob").await;
    phone.receives(&alice.jid, &all[MANY - 1]).await;
    let chat = phone.chat(&alice.jid);
    until_some("where the chat begins", async || {
        // Somebody keeps scrolling.
        let chat = chat.clone();
        let more = phone.does(move |desk| desk.read_older(&chat)).await;
        (!more.unwrap()).then_some(())
    })
    .await;
    assert_eq!(phone.bodies(&alice.jid).await, all);
    let chat = phone.chat(&alice.jid);
    let unread = phone.does(move |desk| desk.reader().unread(&chat)).await;
    assert_eq!(unread.unwrap(), 0, "it is history");
    assert_eq!(phone.rang_but_for_presence(), []);
}
