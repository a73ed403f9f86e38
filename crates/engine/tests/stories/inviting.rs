//! Whom a link of mine invites.

use crate::stage::{Session, Stage, jid};
use crate::words::says;
use carillon_core::alerts::EventKind;
use carillon_core::contact::{RosterItem, Subscription};
use carillon_core::invitation::{InvitationKind, ServerInvitation};
use carillon_core::privacy::WhoMayWrite;
use carillon_core::session::{Incoming, Outgoing, SubscriptionStep, Wish};

const CAROL: &str = "carol@example.org";
const DAVE: &str = "dave@example.org";
const TOKEN: &str = "t0ken";
const WEEK: u64 = 7 * 24 * 3_600;

fn shows(from: &str, token: &str) -> Incoming {
    Incoming::Subscription {
        from: jid(from),
        step: SubscriptionStep::Subscribe(Wish {
            token: token.to_owned(),
            ..Wish::default()
        }),
    }
}

fn let_in(who: &str) -> [Outgoing; 2] {
    let step = |step| Outgoing::Subscription { to: jid(who), step };
    [
        step(SubscriptionStep::Subscribed),
        step(SubscriptionStep::Subscribe(Wish::default())),
    ]
}

async fn invites(stage: &Stage) {
    let account = stage.chat(CAROL).account;
    let made = stage
        .call(move |desk| desk.make_invitation(account, TOKEN))
        .await;
    let (link, _) = made.unwrap();
    assert!(link.ends_with("?roster;preauth=t0ken"), "{link}");
}

async fn invited() -> (Stage, Session) {
    let (mut stage, session) = Stage::online().await;
    invites(&stage).await;
    stage.told().await;
    (stage, session)
}

fn asking(stage: &Stage) -> usize {
    stage.stored().contact_requests().unwrap().len()
}

#[tokio::test(start_paused = true)]
async fn who_was_invited_is_let_in_without_a_question_and_that_they_agree_is_told() {
    let (mut stage, mut session) = invited().await;
    session.hears(shows(CAROL, TOKEN)).await;
    assert_eq!(session.says().await, let_in(CAROL));
    assert_eq!(asking(&stage), 0);
    assert!(stage.told().await.alerted().is_empty());

    let item = |ask, subscription| RosterItem {
        jid: jid(CAROL),
        name: String::new(),
        groups: [].into(),
        subscription,
        ask,
    };
    for item in [
        item(true, Subscription::From),
        item(false, Subscription::Both),
    ] {
        let version = None;
        session.hears(Incoming::RosterPush { version, item }).await;
    }
    let told = stage.told().await;
    assert_eq!(told.alerted(), [EventKind::RequestAccepted]);
}

#[tokio::test(start_paused = true)]
async fn a_stranger_who_was_invited_waits_nowhere_any_more() {
    let (mut stage, session) = invited().await;
    session.hears(says(CAROL, "m1", "It is me")).await;
    let key = stage.told().await.rings()[0].event.replace_key();
    session.hears(shows(CAROL, TOKEN)).await;
    assert!(stage.told().await.withdrawn().contains(&key.as_str()));
    assert!(stage.stored().stranger_requests().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_link_is_good_once() {
    let (stage, mut session) = invited().await;
    session.hears(shows(CAROL, TOKEN)).await;
    session.says().await;
    session.hears(shows(DAVE, TOKEN)).await;
    assert_eq!(session.says().await, []);
    assert_eq!(asking(&stage), 1);
}

#[tokio::test(start_paused = true)]
async fn a_link_is_good_for_a_week() {
    let (stage, mut session) = invited().await;
    stage.passes(WEEK - 1).await;
    session.hears(shows(CAROL, TOKEN)).await;
    assert_eq!(session.says().await, let_in(CAROL));

    let (stage, mut session) = invited().await;
    stage.passes(WEEK).await;
    session.hears(shows(CAROL, TOKEN)).await;
    assert_eq!(session.says().await, []);
    assert_eq!(asking(&stage), 1);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_not_mine_is_as_none() {
    let (stage, mut session) = invited().await;
    for token in ["T0KEN", "t0ke", "", "'; --"] {
        session.hears(shows(CAROL, token)).await;
    }
    assert_eq!(session.says().await, []);
    assert_eq!(asking(&stage), 1);
}

#[tokio::test(start_paused = true)]
async fn who_was_invited_is_let_in_also_where_nobody_new_is() {
    let nobody = |settings: &mut carillon_core::settings::Settings| {
        settings.privacy.who_may_write = WhoMayWrite::NobodyNew;
    };
    let (stage, mut session) = Stage::online_with(nobody).await;
    invites(&stage).await;
    session.hears(shows(DAVE, "other")).await;
    assert_eq!(session.says().await, []);
    session.hears(shows(CAROL, TOKEN)).await;
    assert_eq!(session.says().await, let_in(CAROL));
}

#[tokio::test(start_paused = true)]
async fn whom_i_blocked_no_link_lets_in() {
    let (stage, mut session) = invited().await;
    session.hears(Incoming::BlockList(vec![jid(CAROL)])).await;
    session.hears(shows(CAROL, TOKEN)).await;
    assert_eq!(session.says().await, []);
    assert_eq!(asking(&stage), 0);
}

#[tokio::test(start_paused = true)]
async fn what_an_invitation_gave_me_goes_with_my_request() {
    let (stage, mut session) = Stage::online().await;
    let carol = stage.chat(CAROL);
    stage
        .call(move |desk| desk.add_contact(&carol, "", &[], "", TOKEN).map(drop))
        .await
        .unwrap();
    let wish = Wish {
        token: TOKEN.to_owned(),
        ..Wish::default()
    };
    let step = SubscriptionStep::Subscribe(wish);
    let to = jid(CAROL);
    assert!(
        session
            .says()
            .await
            .contains(&Outgoing::Subscription { to, step })
    );
}

#[tokio::test(start_paused = true)]
async fn the_server_s_invitation_reaches_who_asked_for_it() {
    let (stage, mut session) = Stage::online().await;
    let account = stage.chat(CAROL).account;
    let kind = InvitationKind::Contact;
    let answer = stage
        .call(move |desk| desk.ask_invitation(account, kind))
        .await;
    let asked = session.says().await;
    let [Outgoing::Invitation { request, .. }] = asked[..] else {
        panic!("{asked:?}");
    };
    let made = ServerInvitation {
        uri: "xmpp:alice@example.org?roster;preauth=x".to_owned(),
        page: None,
        expires: None,
        makes_accounts: false,
    };
    let incoming = Incoming::Invitation {
        request,
        answer: Ok(made.clone()),
    };
    session.hears(incoming).await;
    assert_eq!(answer.unwrap().await.unwrap(), Ok(made));
}
