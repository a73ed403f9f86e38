//! Receipts and markers: owed until the server has them.

use crate::stage::{Session, Stage, bob, contact, jid};
use crate::words::message;
use carillon_core::contact::{RosterItem, Subscription};
use carillon_core::room::InviteVia;
use carillon_core::session::{Incoming, IncomingMessage, Outgoing, SubscriptionStep, Wish};

fn asks_for_receipt(id: &str) -> Incoming {
    Incoming::Message(IncomingMessage {
        wants_receipt: true,
        markable: true,
        ..message("bob@example.org", id, id)
    })
}

fn is_receipt(of: &str) -> impl Fn(&Outgoing) -> bool {
    move |said| matches!(said, Outgoing::Receipt { id, .. } if id == of)
}

fn displayed(of: &str) -> Outgoing {
    Outgoing::Displayed {
        to: bob(),
        id: of.to_owned(),
    }
}

async fn next_session(stage: &mut Stage) -> Session {
    let session = stage.session().await;
    session.comes_online().await;
    session
}

#[tokio::test(start_paused = true)]
async fn a_receipt_that_the_server_may_not_have_is_said_again_after_a_cut_and_then_no_more() {
    let (mut stage, mut session) = Stage::online().await;
    session.hears(asks_for_receipt("b1")).await;
    assert!(session.says().await.iter().any(is_receipt("b1")));
    session.loses_its_link().await;

    let mut session = next_session(&mut stage).await;
    assert!(session.says().await.iter().any(is_receipt("b1")));
    session.takes_all().await;
    session.loses_its_link().await;

    let mut session = next_session(&mut stage).await;
    assert_eq!(session.says().await, []);
}

#[tokio::test(start_paused = true)]
async fn what_is_seen_offline_is_told_later_once_for_the_newest() {
    let (mut stage, mut session) = Stage::online().await;
    session
        .hears_all(["b1", "b2", "b3"].map(asks_for_receipt))
        .await;
    session.takes_all().await;
    session.loses_its_link().await;
    let chat = stage.chat("bob@example.org");
    let anchor = carillon_core::chat::HistoryAnchor::Newest;
    let page = stage.stored().history(&chat, anchor, 10).unwrap();
    for seen in &page.messages {
        let (chat, seen) = (chat.clone(), seen.id);
        stage
            .call(move |desk| desk.mark_seen(&chat, seen))
            .await
            .unwrap();
    }
    let mut session = next_session(&mut stage).await;
    assert_eq!(session.says().await, [displayed("b3")]);
}

#[tokio::test(start_paused = true)]
async fn what_is_owed_survives_a_restart() {
    let (stage, mut session) = Stage::online().await;
    session.hears(asks_for_receipt("b1")).await;
    session.says().await;
    let mut stage = stage.restarts().await;
    let mut session = next_session(&mut stage).await;
    assert!(session.says().await.iter().any(is_receipt("b1")));
}

#[tokio::test(start_paused = true)]
async fn who_wants_no_receipts_owes_none() {
    let (stage, session) = Stage::online_with(|settings| {
        settings.privacy.send_receipts = false;
    })
    .await;
    session.hears(asks_for_receipt("b1")).await;
    let owed = stage.stored().errands_after(stage.alice, 0, 10).unwrap();
    assert_eq!(owed, []);
}

const EVE: &str = "eve@example.org";

/// Says one thing of each kind that is a row: a message, a receipt, a marker, an answer to who asks me, and one to
/// whom I asked myself.
async fn says_one_of_each(stage: &Stage, session: &Session) {
    let asked = RosterItem {
        ask: true,
        ..contact(EVE, Subscription::None)
    };
    let push = Incoming::RosterPush {
        version: None,
        item: asked,
    };
    let asks = |from: &str| Incoming::Subscription {
        from: jid(from),
        step: SubscriptionStep::Subscribe(Wish {
            nick: String::new(),
            text: String::new(),
            ..Wish::default()
        }),
    };
    session
        .hears_all([push, asks(EVE), asks("carol@example.org")])
        .await;
    session.hears(asks_for_receipt("b1")).await;
    let (chat, carol) = (
        stage.chat("bob@example.org"),
        stage.chat("carol@example.org"),
    );
    stage
        .call(move |desk| {
            desk.accept_request(&carol).unwrap();
            desk.send_message(&chat, "m1", "hello").unwrap();
            let newest = carillon_core::chat::HistoryAnchor::Newest;
            let page = desk.reader().history(&chat, newest, 10).unwrap();
            let theirs = page.messages.iter().find(|one| one.body == "b1").unwrap();
            desk.mark_seen(&chat, theirs.id).unwrap();
        })
        .await;
}

/// What was said, each with the id that it has on the wire.
async fn says(session: &mut Session) -> Vec<(String, Outgoing)> {
    let said = session.says().await;
    let mut small = session.ids_of_small_things().into_iter();
    said.into_iter()
        .filter_map(|one| match &one {
            Outgoing::Message { id, .. } => Some((id.clone(), one)),
            Outgoing::Receipt { .. }
            | Outgoing::Displayed { .. }
            | Outgoing::Subscription { .. } => Some((small.next().unwrap(), one)),
            _ => None,
        })
        .collect()
}

fn sorted(mut said: Vec<(String, Outgoing)>) -> Vec<(String, Outgoing)> {
    said.sort_by(|one, other| one.0.cmp(&other.0));
    said
}

#[tokio::test(start_paused = true)]
async fn a_kill_between_row_and_wire_loses_nothing_that_was_to_be_said_and_keeps_its_ids() {
    let (stage, mut session) = Stage::online().await;
    says_one_of_each(&stage, &session).await;
    let mut stage = stage.killed().await;
    let before = says(&mut session).await;
    assert_eq!(before.len(), 6, "{before:#?}");
    let mut session = next_session(&mut stage).await;
    assert_eq!(sorted(says(&mut session).await), sorted(before));
}

#[tokio::test(start_paused = true)]
async fn what_a_stream_that_is_over_did_not_acknowledge_is_said_again_under_the_same_ids() {
    let (mut stage, mut session) = Stage::online().await;
    session.is_managed("s1").await;
    says_one_of_each(&stage, &session).await;
    let before = says(&mut session).await;
    session.loses_its_link().await;
    let mut session = next_session(&mut stage).await;
    let again = says(&mut session).await;
    assert_eq!(sorted(again), sorted(before));

    session.takes_all().await;
    session.reached(&["m1"]).await;
    session.loses_its_link().await;
    let mut session = next_session(&mut stage).await;
    assert_eq!(session.says().await, [], "the server has it all");
}

#[tokio::test(start_paused = true)]
async fn whom_i_asked_myself_is_answered_after_a_session_that_was_too_busy_for_it() {
    let (mut stage, session) = Stage::online().await;
    says_one_of_each(&stage, &session).await;
    session.loses_its_link().await;
    let mut session = next_session(&mut stage).await;
    let answer = Outgoing::Subscription {
        to: jid(EVE),
        step: SubscriptionStep::Subscribed,
    };
    assert!(session.says().await.contains(&answer));
}

const ROOM: &str = "tea@rooms.example.org";

/// Bob invites to a room by way of the room, and Alice will not come. Answers what that is in words.
async fn declines(stage: &Stage, session: &Session) -> Outgoing {
    session
        .hears(Incoming::Invite {
            room: jid(ROOM),
            from: bob().into(),
            reason: String::new(),
            via: InviteVia::Mediated,
            at: None,
        })
        .await;
    stage.declines_the_invitation().await
}

impl Stage {
    async fn declines_the_invitation(&self) -> Outgoing {
        let invite = self.stored().invites().unwrap()[0].id;
        let declined = self.call(move |desk| desk.decline_invite(invite)).await;
        declined.unwrap();
        assert_eq!(self.stored().invites().unwrap(), []);
        Outgoing::DeclineInvite {
            room: jid(ROOM),
            to: bob().into(),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_declined_invitation_survives_a_kill_and_goes_out_under_the_same_id() {
    let (stage, mut session) = Stage::online().await;
    let declined = declines(&stage, &session).await;
    assert_eq!(session.says().await, std::slice::from_ref(&declined));
    let ids = session.ids_of_small_things();
    let mut stage = stage.killed().await;
    let mut session = next_session(&mut stage).await;
    assert_eq!(session.says().await, [declined]);
    assert_eq!(session.ids_of_small_things(), ids);
    session.takes_all().await;
    session.loses_its_link().await;
    let mut session = next_session(&mut stage).await;
    assert_eq!(session.says().await, [], "the server has it");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_goes_out_again_where_the_server_let_the_stream_go_and_not_where_it_goes_on() {
    for goes_on in [true, false] {
        let (mut stage, mut session) = Stage::online().await;
        session.is_managed("s1").await;
        let declined = declines(&stage, &session).await;
        assert!(session.says().await.contains(&declined));
        let ids = session.ids_of_small_things();
        session.loses_its_link().await;
        let mut session = stage.session().await;
        if goes_on {
            // The session itself writes again what the server does not have.
            session.hears(Incoming::Resumed).await;
        } else {
            session.comes_online().await;
        }
        assert_eq!(session.says().await.contains(&declined), !goes_on);
        assert_eq!(session.ids_of_small_things() == ids, !goes_on);
    }
}

#[tokio::test(start_paused = true)]
async fn who_declines_without_a_connection_is_heard_later_once() {
    let (mut stage, session) = Stage::online().await;
    session
        .hears(Incoming::Invite {
            room: jid(ROOM),
            from: bob().into(),
            reason: String::new(),
            via: InviteVia::Mediated,
            at: None,
        })
        .await;
    session.loses_its_link().await;
    let declined = stage.declines_the_invitation().await;
    let mut session = next_session(&mut stage).await;
    assert_eq!(session.says().await, [declined]);
}
