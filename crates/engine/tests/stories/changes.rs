//! What is said about earlier messages.

use crate::archive::{entry, page, said};
use crate::stage::{Session, Stage, bob};
use crate::words::{message, refusal, says};
use carillon_core::alerts::EventKind;
use carillon_core::chat::{Author, Delivery, HistoryAnchor, Message};
use carillon_core::ids::MessageId;
use carillon_core::session::{About, Change, Incoming, IncomingMessage, Origin, Outgoing};
use carillon_engine::{DeskError, Output};

const BOB: &str = "bob@example.org";

fn correcting(of: &str, said: IncomingMessage) -> IncomingMessage {
    IncomingMessage {
        about: Some(About {
            target: of.to_owned(),
            change: Change::Correction,
        }),
        ..said
    }
}

fn corrected(stage: &Stage) -> Vec<Message> {
    let page = stage
        .stored()
        .history(&stage.chat(BOB), HistoryAnchor::Newest, 50);
    page.unwrap().messages
}

fn only(stage: &Stage) -> Message {
    let [only] = <[Message; 1]>::try_from(corrected(stage)).unwrap();
    only
}

async fn writes(stage: &Stage, id: &str, body: &'static str) -> MessageId {
    let (chat, id) = (stage.chat(BOB), id.to_owned());
    let sent = stage.call(move |desk| desk.send_message(&chat, &id, body));
    sent.await.unwrap()
}

async fn corrects(stage: &Stage, message: MessageId, id: &'static str, body: &'static str) {
    let done = stage.call(move |desk| desk.correct_message(message, id, body));
    done.await.unwrap();
}

/// What is sent about messages: its id, the message, the words.
async fn about(session: &mut Session) -> Vec<(String, String, String)> {
    let said = session.says().await;
    said.into_iter()
        .filter_map(|one| match one {
            Outgoing::About {
                id, about, body, ..
            } => Some((id, about.target, body)),
            _ => None,
        })
        .collect()
}

fn one(id: &str, of: &str, body: &str) -> (String, String, String) {
    (id.to_owned(), of.to_owned(), body.to_owned())
}

#[tokio::test(start_paused = true)]
async fn a_correction_changes_the_message_and_rings_no_more() {
    let (mut stage, session) = Stage::online().await;
    session.hears(says(BOB, "b1", "Helo")).await;
    assert_eq!(stage.told().await.alerted(), [EventKind::Message]);
    for origin in [Origin::Live, Origin::Carbon, Origin::Delayed] {
        let id = format!("{origin:?}");
        let correction = IncomingMessage {
            origin,
            ..correcting("b1", message(BOB, &id, &id))
        };
        session.hears(Incoming::Message(correction)).await;
        let told = stage.told().await;
        assert_eq!(told.rings().len(), 0, "{origin:?}");
        let row = only(&stage);
        assert_eq!((row.body, row.corrected), (id, true));
        let changed = Output::MessageChanged(stage.chat(BOB), row.id);
        assert!(told.0.contains(&changed));
        assert!(told.0.contains(&Output::Chat(stage.chat(BOB))));
    }
    assert_eq!(stage.stored().unread(&stage.chat(BOB)).unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn who_corrects_hears_that_it_has_arrived() {
    let (_stage, mut session) = Stage::online().await;
    session.hears(says(BOB, "b1", "Helo")).await;
    session.takes_all().await;
    let correction = correcting("b1", message(BOB, "b2", "Hello"));
    session.hears(Incoming::Message(correction.clone())).await;
    let receipt = Outgoing::Receipt {
        to: "bob@example.org/phone".parse().unwrap(),
        id: "b2".to_owned(),
    };
    assert_eq!(session.says().await, [receipt]);
    session.hears(Incoming::Message(correction)).await;
    assert_eq!(session.says().await, []);
}

#[tokio::test(start_paused = true)]
async fn what_an_archive_corrects_is_corrected_and_missed_only_once() {
    let mut stage = Stage::new().await;
    let mut session = stage.session().await;
    session.comes_online_with_archive().await;
    let Some(Outgoing::Archive(query)) = session.says().await.pop() else {
        panic!("the archive is asked");
    };
    let page = page(vec![entry(said(1)), entry(correcting("b1", said(2)))], true);
    let answer = Incoming::Archive {
        request: query.request,
        answer: Ok(page),
    };
    session.hears(answer).await;
    let messages = corrected(&stage);
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert!(messages[0].corrected);
}

#[tokio::test(start_paused = true)]
async fn what_i_correct_is_a_row_before_it_is_a_stanza_and_waits_until_the_server_has_it() {
    let (mut stage, mut session) = Stage::online().await;
    let message = writes(&stage, "m1", "Helo").await;
    session.reached(&["m1"]).await;
    session.says().await;
    stage.told().await;
    corrects(&stage, message, "c1", "Hello").await;
    corrects(&stage, message, "c1", "Hello").await;
    assert_eq!(about(&mut session).await, [one("c1", "m1", "Hello")]);
    let row = only(&stage);
    assert_eq!(
        (row.body.as_str(), row.delivery),
        ("Hello", Some(Delivery::Waiting))
    );
    session.reached(&["c1"]).await;
    assert_eq!(only(&stage).delivery, Some(Delivery::Sent));
    let told = stage.told().await;
    assert_eq!(told.rings().len(), 0, "it is no message that left");
}

#[tokio::test(start_paused = true)]
async fn what_was_corrected_offline_goes_behind_its_message_also_after_a_kill() {
    let stage = Stage::new().await;
    let message = writes(&stage, "m1", "Helo").await;
    corrects(&stage, message, "c1", "Hello").await;
    let mut stage = stage.killed().await;
    let mut session = stage.session().await;
    session.comes_online().await;
    let said: Vec<_> = session
        .says()
        .await
        .into_iter()
        .filter_map(|one| match one {
            Outgoing::Message { id, body, .. } => Some((id, body)),
            Outgoing::About { id, body, .. } => Some((id, body)),
            _ => None,
        })
        .collect();
    assert_eq!(said.len(), 2, "{said:?}");
    assert_eq!((said[0].0.as_str(), said[1].0.as_str()), ("m1", "c1"));
    assert_eq!(said[1].1, "Hello");
    // The link breaks before the server has said anything: both go again, under the same ids.
    session.loses_its_link().await;
    let mut session = stage.session().await;
    session.comes_online().await;
    assert_eq!(session.sends().await, ["m1"]);
    session.reached(&["m1"]).await;
    let mut stage = stage.killed().await;
    let mut session = stage.session().await;
    session.comes_online().await;
    assert_eq!(about(&mut session).await, [one("c1", "m1", "Hello")]);
}

#[tokio::test(start_paused = true)]
async fn a_refused_correction_is_told_and_can_be_sent_again() {
    let (mut stage, mut session) = Stage::online().await;
    let message = writes(&stage, "m1", "Helo").await;
    session.reached(&["m1"]).await;
    corrects(&stage, message, "c1", "Hello").await;
    session.says().await;
    stage.told().await;
    session
        .hears(Incoming::MessageFailed {
            chat: bob().into(),
            id: "c1".to_owned(),
            problem: refusal("not-allowed", "too late"),
        })
        .await;
    let row = only(&stage);
    assert_eq!(
        (row.delivery, row.failure.as_str()),
        (Some(Delivery::Failed), "too late")
    );
    assert_eq!(stage.told().await.alerted(), [EventKind::MessageFailed]);
    let again = stage.call(move |desk| desk.retry_message(message)).await;
    again.unwrap();
    assert_eq!(about(&mut session).await, [one("c1", "m1", "Hello")]);
    let again = stage.call(move |desk| desk.retry_message(message)).await;
    assert!(matches!(again, Err(DeskError::Gone)));
}

#[tokio::test(start_paused = true)]
async fn only_what_i_said_is_corrected_and_only_by_words() {
    let (stage, mut session) = Stage::online().await;
    session.hears(says(BOB, "b1", "Hello")).await;
    let theirs = only(&stage).id;
    let mine = writes(&stage, "m1", "Hello").await;
    session.says().await;
    for (message, body, gone) in [
        (theirs, "x", true),
        (MessageId(99), "x", true),
        (mine, " \n", false),
    ] {
        let refused = stage
            .call(move |desk| desk.correct_message(message, "c1", body))
            .await;
        let as_it_should = match refused {
            Err(DeskError::Gone) => gone,
            Err(DeskError::BadText) => !gone,
            _ => false,
        };
        assert!(as_it_should, "{body}");
    }
    corrects(&stage, mine, "c2", "Hello").await;
    assert_eq!(about(&mut session).await, [], "these are its words");
}

#[tokio::test(start_paused = true)]
async fn what_i_correct_elsewhere_is_corrected_here() {
    let (stage, session) = Stage::online().await;
    writes(&stage, "m1", "Helo").await;
    let elsewhere = IncomingMessage {
        author: Author::Me,
        origin: Origin::Carbon,
        ..correcting("m1", message(BOB, "c1", "Hello"))
    };
    session.hears(Incoming::Message(elsewhere)).await;
    assert_eq!(only(&stage).body, "Hello");
}

fn reacting(of: &str, signs: &[&str], said: IncomingMessage) -> Incoming {
    let signs = signs.iter().map(|sign| (*sign).to_owned()).collect();
    Incoming::Message(IncomingMessage {
        body: String::new(),
        wants_receipt: false,
        markable: false,
        about: Some(About {
            target: of.to_owned(),
            change: Change::Reactions(signs),
        }),
        ..said
    })
}

fn signs(stage: &Stage) -> Vec<(String, u32, bool)> {
    let reactions = only(stage).reactions.into_iter();
    reactions
        .map(|one| (one.emoji, one.count, one.mine))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_sign_on_my_message_is_told_once_and_is_no_message() {
    let (mut stage, session) = Stage::online().await;
    writes(&stage, "m1", "Hello").await;
    stage.told().await;
    let rings = |told: &crate::told::Told| -> Vec<EventKind> {
        told.rings().iter().map(|ring| ring.event.kind).collect()
    };
    session
        .hears(reacting("m1", &["👍"], message(BOB, "r1", "")))
        .await;
    let told = stage.told().await;
    assert_eq!(rings(&told), [EventKind::Reaction]);
    assert_eq!(told.rings()[0].content.text, "👍");
    assert_eq!(signs(&stage), [("👍".to_owned(), 1, false)]);
    // Again, fewer, mine from elsewhere, and what waited.
    let elsewhere = IncomingMessage {
        author: Author::Me,
        origin: Origin::Carbon,
        ..message(BOB, "r3", "")
    };
    let late = IncomingMessage {
        origin: Origin::Delayed,
        ..message(BOB, "r4", "")
    };
    for quiet in [
        reacting("m1", &["👍"], message(BOB, "r1", "")),
        reacting("m1", &[], message(BOB, "r2", "")),
        reacting("m1", &["🎉"], elsewhere),
        reacting("m1", &["👍"], late),
        reacting("m9", &["👍"], message(BOB, "r5", "")),
    ] {
        session.hears(quiet).await;
        assert_eq!(rings(&stage.told().await), []);
    }
    assert_eq!(stage.stored().unread(&stage.chat(BOB)).unwrap(), 0);
    assert_eq!(
        signs(&stage),
        [("👍".to_owned(), 1, false), ("🎉".to_owned(), 1, true)]
    );
}

#[tokio::test(start_paused = true)]
async fn a_strangers_sign_makes_no_request_and_gets_no_answer() {
    let (mut stage, mut session) = Stage::online().await;
    let stranger = message("mallory@evil.example", "r1", "");
    session.hears(reacting("m1", &["👍"], stranger)).await;
    assert_eq!(stage.told().await.rings().len(), 0);
    assert_eq!(session.says().await, []);
    assert!(stage.stored().stranger_requests().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn my_signs_wait_go_and_are_gone_where_they_are_refused() {
    let (mut stage, mut session) = Stage::online().await;
    session.hears(says(BOB, "b1", "Hello")).await;
    session.takes_all().await;
    let theirs = only(&stage).id;
    let give = |id: &'static str, signs: &[&str]| {
        let signs: Vec<String> = signs.iter().map(|sign| (*sign).to_owned()).collect();
        stage.call(move |desk| desk.react(theirs, id, &signs))
    };
    give("r1", &["👍"]).await.unwrap();
    assert!(matches!(
        give("r2", &["words"]).await,
        Err(DeskError::BadText)
    ));
    let said = session.says().await;
    let [Outgoing::About { id, about, .. }] = &said[..] else {
        panic!("{said:?}");
    };
    assert_eq!((id.as_str(), about.target.as_str()), ("r1", "b1"));
    assert_eq!(signs(&stage), [("👍".to_owned(), 1, true)]);
    session
        .hears(Incoming::MessageFailed {
            chat: bob().into(),
            id: "r1".to_owned(),
            problem: refusal("not-allowed", ""),
        })
        .await;
    assert_eq!(signs(&stage), []);
    assert_eq!(stage.told().await.alerted(), [EventKind::Message]);
}

fn retracting(of: &str, said: IncomingMessage) -> Incoming {
    Incoming::Message(IncomingMessage {
        body: String::new(),
        wants_receipt: false,
        about: Some(About {
            target: of.to_owned(),
            change: Change::Retraction,
        }),
        ..said
    })
}

#[tokio::test(start_paused = true)]
async fn what_its_author_takes_back_leaves_the_popup_as_well() {
    let (mut stage, session) = Stage::online().await;
    session.hears(says(BOB, "b1", "a secret")).await;
    let key = stage.told().await.alert().event.replace_key();
    session
        .hears(retracting("b1", message("mallory@evil.example", "r0", "")))
        .await;
    assert!(!only(&stage).retracted);
    session
        .hears(retracting("b1", message(BOB, "r1", "")))
        .await;
    let told = stage.told().await;
    assert_eq!(told.rings().len(), 0);
    assert!(told.0.contains(&Output::Withdraw(key)));
    let row = only(&stage);
    assert_eq!((row.retracted, row.body.as_str()), (true, ""));
    assert_eq!(stage.stored().unread(&stage.chat(BOB)).unwrap(), 0);
    session
        .hears(retracting("b9", message(BOB, "r2", "")))
        .await;
    assert_eq!(corrected(&stage).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_i_take_back_is_told_also_after_a_kill() {
    let (mut stage, mut session) = Stage::online().await;
    let message = writes(&stage, "m1", "a secret").await;
    let refused = stage
        .call(move |desk| desk.retract_message(message, "r1"))
        .await;
    assert!(matches!(refused, Err(DeskError::Gone)), "it is on its way");
    session.reached(&["m1"]).await;
    session.says().await;
    stage.told().await;
    stage
        .call(move |desk| desk.retract_message(message, "r1"))
        .await
        .unwrap();
    assert!(only(&stage).retracted);
    let mut stage = stage.killed().await;
    let mut session = stage.session().await;
    session.comes_online().await;
    let said = session.says().await;
    let about = said.iter().find_map(|one| match one {
        Outgoing::About { id, about, .. } => Some((id.as_str(), about.clone())),
        _ => None,
    });
    let taken_back = About {
        target: "m1".to_owned(),
        change: Change::Retraction,
    };
    assert_eq!(about, Some(("r1", taken_back)));
    session.reached(&["r1"]).await;
    assert_eq!(only(&stage).delivery, Some(Delivery::Sent));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_rings_as_a_message() {
    let (mut stage, session) = Stage::online().await;
    let encrypted = IncomingMessage {
        encryption: Some("OMEMO".to_owned()),
        ..message(BOB, "b1", "🔒 OMEMO")
    };
    session.hears(Incoming::Message(encrypted)).await;
    assert_eq!(stage.told().await.alerted(), [EventKind::Message]);
    assert_eq!(only(&stage).encryption.as_deref(), Some("OMEMO"));
    assert_eq!(stage.stored().unread(&stage.chat(BOB)).unwrap(), 1);
}
