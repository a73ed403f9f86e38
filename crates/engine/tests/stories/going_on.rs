//! A managed stream (XEP-0198): what is acknowledged, and what goes on after a cut.

use crate::stage::{Session, Stage, bob, settle};
use crate::words::{message, refusal};
use carillon_core::chat::Delivery;
use carillon_core::contact::{Availability, Presence, ResourcePresence};
use carillon_core::ids::MessageId;
use carillon_core::session::{Incoming, IncomingMessage, Outgoing};

async fn managed() -> (Stage, Session) {
    let (mut stage, mut session) = Stage::online().await;
    session.is_managed("s1").await;
    session.says().await;
    stage.told().await;
    (stage, session)
}

fn says(id: &str, body: &str) -> Incoming {
    Incoming::Message(IncomingMessage {
        wants_receipt: false,
        ..message("bob@example.org", id, body)
    })
}

async fn writes(stage: &Stage, id: &'static str) -> MessageId {
    let chat = stage.chat("bob@example.org");
    stage
        .call(move |desk| desk.send_message(&chat, id, id))
        .await
        .unwrap()
}

fn is_there() -> Incoming {
    Incoming::Presence {
        from: bob(),
        device: ResourcePresence {
            idle_since: None,
            resource: "x".to_owned(),
            priority: 0,
            presence: Presence {
                availability: Availability::Available,
                status: String::new(),
            },
        },
    }
}

fn delivery(stage: &Stage, message: MessageId) -> Delivery {
    let stored = stage.stored().message(message).unwrap().unwrap();
    stored.delivery.unwrap()
}

#[tokio::test(start_paused = true)]
async fn the_server_hears_of_a_message_once_it_is_on_the_disk() {
    let (stage, mut session) = managed().await;
    session
        .hears_all([
            says("b1", "one"),
            Incoming::Counted(1),
            says("b2", "two"),
            Incoming::Counted(2),
        ])
        .await;
    assert_eq!(session.says().await, [], "it is committed, not durable");
    stage.passes(1).await;
    assert_eq!(session.says().await, [Outgoing::Handled(2)], "both at once");
    stage.passes(600).await;
    assert_eq!(session.says().await, []);
    let stream = stage.stored().stream(stage.alice).unwrap().unwrap();
    assert_eq!(stream.handled, 2);
}

#[tokio::test(start_paused = true)]
async fn after_a_cut_what_was_true_is_true_and_nothing_goes_out_twice() {
    let (mut stage, mut session) = managed().await;
    session.hears(is_there()).await;
    let first = writes(&stage, "m1").await;
    assert_eq!(session.sends().await, ["m1"]);
    session.loses_its_link().await;
    let offline = stage
        .call(|desk| desk.contacts()[0].presence.availability)
        .await;
    assert_eq!(offline, Availability::Offline, "who knows");
    let second = writes(&stage, "m2").await;

    let mut session = stage.session().await;
    assert_eq!(session.start.stream.as_ref().unwrap().id, "s1");
    stage.told().await;
    session.hears(Incoming::Resumed).await;
    let online = stage
        .call(|desk| desk.contacts()[0].presence.availability)
        .await;
    assert_eq!(online, Availability::Available);
    assert_eq!(
        session.sends().await,
        ["m2"],
        "the session itself says m1 again"
    );
    session.reached(&["m1", "m2"]).await;
    for message in [first, second] {
        assert_eq!(delivery(&stage, message), Delivery::Sent);
    }
    assert_eq!(stage.told().await.alerted(), [], "a cut is no news");
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_is_over_has_what_was_not_acknowledged_go_out_again() {
    let (mut stage, mut session) = managed().await;
    for id in ["m1", "m2", "m3"] {
        writes(&stage, id).await;
    }
    assert_eq!(session.sends().await, ["m1", "m2", "m3"]);
    session.loses_its_link().await;
    let mut session = stage.session().await;
    session.reached(&["m1"]).await;
    session.comes_online().await;
    assert_eq!(session.sends().await, ["m2", "m3"]);
}

#[tokio::test(start_paused = true)]
async fn after_a_restart_the_server_says_which_rows_it_has() {
    let (stage, mut session) = managed().await;
    for (number, id) in [(8, "m1"), (9, "m2")] {
        writes(&stage, id).await;
        let id = id.to_owned();
        session.hears(Incoming::Numbered { number, id }).await;
    }
    session.sends().await;
    session
        .hears_all([says("b1", "one"), Incoming::Counted(1)])
        .await;
    stage.passes(1).await;
    let mut stage = stage.killed().await;
    let mut session = stage.session().await;
    let stream = session.start.stream.clone().unwrap();
    assert_eq!((stream.id.as_str(), stream.handled), ("s1", 1));
    session.hears(Incoming::ReachedEarlier(8)).await;
    // Killed again before it was online, the old numbers mean nothing any more: others were written under them.
    assert_eq!(session.says().await, [Outgoing::EarlierSettled]);
    let mut stage = stage.killed().await;
    let mut session = stage.session().await;
    session.hears(Incoming::ReachedEarlier(14)).await;
    session.comes_online().await;
    assert_eq!(session.sends().await, ["m2"]);
    // The server's count goes on.
    session
        .hears_all([says("b2", "two"), Incoming::Counted(2)])
        .await;
    stage.passes(1).await;
    assert!(session.says().await.contains(&Outgoing::Handled(2)));
}

#[tokio::test(start_paused = true)]
async fn a_message_that_is_stored_counts_also_when_the_count_was_not_heard() {
    let (stage, session) = managed().await;
    session.hears(Incoming::Counted(6)).await;
    // Killed between the message and its count.
    session.hears(says("b1", "one")).await;
    let mut stage = stage.killed().await;
    let session = stage.session().await;
    assert_eq!(session.start.stream.as_ref().unwrap().handled, 7);
}

#[tokio::test(start_paused = true)]
async fn a_good_bye_acknowledges_first_and_leaves_no_stream() {
    let (stage, mut session) = managed().await;
    session
        .hears_all([says("b1", "one"), Incoming::Counted(1)])
        .await;
    stage
        .change(|settings| settings.accounts[0].enabled = false)
        .await;
    assert_eq!(
        session.says().await,
        [Outgoing::Handled(1), Outgoing::Close]
    );
    assert_eq!(stage.stored().stream(stage.alice).unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn a_session_that_begins_anew_forgets_what_was_true() {
    let (mut stage, session) = managed().await;
    session.hears(is_there()).await;
    session.loses_its_link().await;
    let session = stage.session().await;
    session.comes_online().await;
    settle().await;
    let now = stage
        .call(|desk| desk.contacts()[0].presence.availability)
        .await;
    assert_eq!(now, Availability::Offline);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_is_tried_again_while_the_link_is_down_goes_out_when_the_stream_goes_on() {
    let (mut stage, mut session) = managed().await;
    let failed = writes(&stage, "m1").await;
    writes(&stage, "m2").await;
    writes(&stage, "m3").await;
    assert_eq!(session.sends().await, ["m1", "m2", "m3"]);
    session
        .hears(Incoming::MessageFailed {
            chat: bob().into(),
            id: "m1".to_owned(),
            problem: refusal("service-unavailable", "Bob is not here"),
        })
        .await;
    session.reached(&["m2"]).await;
    session.loses_its_link().await;
    stage
        .call(move |desk| desk.retry_message(failed))
        .await
        .unwrap();
    let mut session = stage.session().await;
    session.hears(Incoming::Resumed).await;
    assert_eq!(session.sends().await, ["m1"], "m3 is on its way");
    session.reached(&["m3", "m1"]).await;
    assert_eq!(delivery(&stage, failed), Delivery::Sent);
}
