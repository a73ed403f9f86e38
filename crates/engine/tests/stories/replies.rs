//! Messages that answer another one.

use crate::stage::{Session, Stage};
use crate::words::{message, refusal, says};
use carillon_core::chat::{HistoryAnchor, Message};
use carillon_core::ids::MessageId;
use carillon_core::reply::{Answered, Reply, ReplyTo};
use carillon_core::session::{Incoming, IncomingMessage, Outgoing};
use carillon_engine::{DeskError, Output};

const BOB: &str = "bob@example.org";

fn stored(stage: &Stage) -> Vec<Message> {
    let page = stage
        .stored()
        .history(&stage.chat(BOB), HistoryAnchor::Newest, 50);
    page.unwrap().messages
}

async fn answers(stage: &Stage, id: &'static str, of: MessageId) -> Result<MessageId, DeskError> {
    let chat = stage.chat(BOB);
    let sent = stage.call(move |desk| desk.answer_message(&chat, id, "Yes", of));
    sent.await
}

/// What is sent of answers: id, what is answered, the words, what is corrected.
async fn answered(session: &mut Session) -> Vec<(String, Answered, String, Option<String>)> {
    let said = session.says().await;
    said.into_iter()
        .filter_map(|one| match one {
            Outgoing::Reply {
                id,
                of,
                body,
                corrects,
                ..
            } => Some((id, of, body, corrects)),
            _ => None,
        })
        .collect()
}

fn one(
    id: &str,
    target: &str,
    quote: &str,
    body: &str,
    corrects: Option<&str>,
) -> (String, Answered, String, Option<String>) {
    let of = Answered {
        target: target.to_owned(),
        author: Some(BOB.parse().unwrap()),
        quote: quote.to_owned(),
    };
    (
        id.to_owned(),
        of,
        body.to_owned(),
        corrects.map(str::to_owned),
    )
}

#[tokio::test(start_paused = true)]
async fn an_answer_rings_with_its_own_words_and_shows_what_it_answers() {
    let (mut stage, session) = Stage::online().await;
    session.hears(says(BOB, "b1", "Hello?")).await;
    stage.told().await;
    let answer = IncomingMessage {
        reply: Some(ReplyTo {
            target: "b1".to_owned(),
            mine: Some(false),
        }),
        ..message(BOB, "b2", "Are you there?")
    };
    session.hears(Incoming::Message(answer)).await;
    assert_eq!(stage.told().await.rings().len(), 1);
    let [first, second] = &stored(&stage)[..] else {
        panic!("two messages")
    };
    assert_eq!(second.body, "Are you there?");
    let Some(Reply::Known { message, text, .. }) = &second.reply else {
        panic!("{:?}", second.reply)
    };
    assert_eq!((*message, text.as_str()), (first.id, "Hello?"));
}

#[tokio::test(start_paused = true)]
async fn my_answer_goes_out_again_as_it_was_and_so_do_its_other_words() {
    let (mut stage, mut session) = Stage::online().await;
    session.hears(says(BOB, "b1", "Hello?\nAnybody?")).await;
    let first = stored(&stage)[0].id;
    session.says().await;
    let message = answers(&stage, "m1", first).await.unwrap();
    let quote = "> Hello?\n> Anybody?\n";
    assert_eq!(
        answered(&mut session).await,
        [one("m1", "b1", quote, "Yes", None)]
    );
    let failed = Incoming::MessageFailed {
        chat: stage.chat(BOB).jid,
        id: "m1".to_owned(),
        problem: refusal("service-unavailable", ""),
    };
    session.hears(failed).await;
    stage.told().await;
    stage
        .call(move |desk| desk.retry_message(message))
        .await
        .unwrap();
    assert_eq!(
        answered(&mut session).await,
        [one("m1", "b1", quote, "Yes", None)]
    );
    session.reached(&["m1"]).await;
    stage
        .call(move |desk| desk.correct_message(message, "c1", "Yes!"))
        .await
        .unwrap();
    let sent = answered(&mut session).await;
    assert_eq!(sent, [one("c1", "b1", quote, "Yes!", Some("m1"))]);
    assert!(stored(&stage)[1].reply.is_some());
}

#[tokio::test(start_paused = true)]
async fn an_answer_written_offline_survives_a_kill() {
    let (stage, session) = Stage::online().await;
    session.hears(says(BOB, "b1", "Hello?")).await;
    let first = stored(&stage)[0].id;
    drop(session);
    let stage = stage.killed().await;
    answers(&stage, "m1", first).await.unwrap();
    let mut stage = stage.killed().await;
    let mut session = stage.session().await;
    session.comes_online().await;
    assert_eq!(
        answered(&mut session).await,
        [one("m1", "b1", "> Hello?\n", "Yes", None)]
    );
}

#[tokio::test(start_paused = true)]
async fn what_has_no_name_is_quoted_in_my_words_and_what_is_gone_is_not_answered() {
    let (stage, mut session) = Stage::online().await;
    let nameless = IncomingMessage {
        id: None,
        ..message(BOB, "", "Hello?")
    };
    session.hears(Incoming::Message(nameless)).await;
    let first = stored(&stage)[0].id;
    session.says().await;
    answers(&stage, "m1", first).await.unwrap();
    let bodies: Vec<String> = session
        .says()
        .await
        .into_iter()
        .filter_map(|one| match one {
            Outgoing::Message { body, .. } => Some(body),
            _ => None,
        })
        .collect();
    assert_eq!(bodies, ["> Hello?\nYes"]);
    let gone = answers(&stage, "m2", MessageId(99)).await;
    assert!(matches!(gone, Err(DeskError::Gone)), "{gone:?}");
}

#[tokio::test(start_paused = true)]
async fn what_i_delete_here_is_gone_here_and_nobody_is_told() {
    let (mut stage, mut session) = Stage::online().await;
    session.hears(says(BOB, "b1", "Hello?")).await;
    session.hears(says(BOB, "b2", "Secret")).await;
    let secret = stored(&stage)[1].id;
    session.says().await;
    stage.told().await;
    let deleted = stage.call(move |desk| desk.delete_messages(&[secret]));
    deleted.await.unwrap();
    assert_eq!(session.says().await, []);
    let changed = Output::MessageChanged(stage.chat(BOB), secret);
    assert!(stage.told().await.0.contains(&changed));
    let left: Vec<String> = stored(&stage).into_iter().map(|one| one.body).collect();
    assert_eq!(left, ["Hello?"]);
    session.hears(says(BOB, "b2", "Secret")).await;
    assert_eq!(stage.told().await.rings().len(), 0);
    assert_eq!(stored(&stage).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_pin_is_told_to_windows_and_to_nobody_else() {
    let (mut stage, mut session) = Stage::online().await;
    session.hears(says(BOB, "b1", "Hello?")).await;
    let first = stored(&stage)[0].id;
    session.says().await;
    stage.told().await;
    let pinned = stage.call(move |desk| desk.pin_message(first, true));
    pinned.await.unwrap();
    assert_eq!(session.says().await, []);
    let changed = Output::MessageChanged(stage.chat(BOB), first);
    assert!(stage.told().await.0.contains(&changed));
    let pins = stage.stored().pins(&stage.chat(BOB)).unwrap();
    assert_eq!(pins[0].id, first);
    let gone = stage.call(|desk| desk.pin_message(MessageId(99), true));
    assert!(matches!(gone.await, Err(DeskError::Gone)));
}
