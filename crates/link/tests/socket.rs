//! The link between two ends in one process: questions, events, strangers and garbage.

#![allow(clippy::unwrap_used, clippy::panic)]

use carillon_link::contract::{Quit, ReadStatus};
use carillon_link::frame::MAX_FRAME;
use carillon_link::server::{Listener, Questions, Teller, Writer};
use carillon_link::{
    AccountId, ChatRef, Command, Event, Link, LinkError, Profile, Refusal, RefusalCode, Role,
};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::time::timeout;

struct House {
    _folder: tempfile::TempDir,
    profile: Profile,
    listener: Listener,
}

fn house() -> House {
    let folder = tempfile::tempdir().unwrap();
    let profile = Profile::in_folder(folder.path()).unwrap();
    let listener = Listener::bind(&profile).unwrap();
    House {
        _folder: folder,
        profile,
        listener,
    }
}

#[tokio::test]
async fn a_question_gets_its_answer_and_events_come_unasked() {
    let house = house();
    let resident = async {
        let (hello, mut questions, teller, writer) = house
            .listener
            .accept("1")
            .await
            .unwrap()
            .greet()
            .await
            .unwrap();
        assert_eq!(hello.role, Some(Role::Window));
        tokio::spawn(writer.run());
        teller.event(Event::Accounts);
        let question = questions.next().await.unwrap();
        assert_eq!(question.command, Command::Quit(Quit {}));
        teller
            .answer(question.id, Ok(serde_json::Value::Null))
            .await;
        assert!(questions.next().await.is_err(), "the window went away");
    };
    let window = async {
        let (link, mut events) = Link::connect(&house.profile, Role::Window, "1")
            .await
            .unwrap();
        assert_eq!(link.ask(Quit {}).await, Ok(()));
        assert_eq!(events.recv().await, Some(Event::Accounts));
    };
    timeout(Duration::from_secs(60), async {
        tokio::join!(resident, window)
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_refusal_travels_as_it_is() {
    let house = house();
    let refusal = Refusal::new(RefusalCode::NotConnected, "not now");
    let resident = async {
        let (_, mut questions, teller, writer) = house
            .listener
            .accept("1")
            .await
            .unwrap()
            .greet()
            .await
            .unwrap();
        tokio::spawn(writer.run());
        let question = questions.next().await.unwrap();
        teller.answer(question.id, Err(refusal.clone())).await;
        questions.next().await.unwrap_err();
    };
    let window = async {
        let (link, _events) = Link::connect(&house.profile, Role::Tool, "1")
            .await
            .unwrap();
        assert_eq!(link.ask(Quit {}).await, Err(refusal.clone()));
    };
    timeout(Duration::from_secs(60), async {
        tokio::join!(resident, window)
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_question_to_a_resident_that_dies_is_lost_not_stuck() {
    let house = house();
    let resident = async {
        let (_, mut questions, ..) = house
            .listener
            .accept("1")
            .await
            .unwrap()
            .greet()
            .await
            .unwrap();
        questions.next().await.unwrap();
    };
    let window = async {
        let (link, _events) = Link::connect(&house.profile, Role::Tool, "1")
            .await
            .unwrap();
        let refusal = link.ask(ReadStatus {}).await.unwrap_err();
        assert_eq!(refusal.code, RefusalCode::LinkLost);
        assert_eq!(
            link.ask(Quit {}).await.unwrap_err().code,
            RefusalCode::LinkLost
        );
    };
    timeout(Duration::from_secs(60), async {
        tokio::join!(resident, window)
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn without_a_resident_the_link_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let profile = Profile::in_folder(folder.path()).unwrap();
    let error = Link::connect(&profile, Role::Tool, "1").await.unwrap_err();
    assert!(matches!(error, LinkError::NotRunning), "{error}");
}

/// A window and the resident's end of its link.
async fn joined(house: &House) -> (Questions, Teller, Writer, Link, mpsc::Receiver<Event>) {
    let (end, link) = tokio::join!(
        async {
            let arrival = house.listener.accept("1").await.unwrap();
            arrival.greet().await.unwrap()
        },
        Link::connect(&house.profile, Role::Window, "1"),
    );
    let (_, questions, teller, writer) = end;
    let (link, events) = link.unwrap();
    (questions, teller, writer, link, events)
}

async fn next(events: &mut mpsc::Receiver<Event>) -> Event {
    timeout(Duration::from_secs(60), events.recv())
        .await
        .unwrap()
        .unwrap()
}

fn person(number: usize) -> ChatRef {
    ChatRef {
        account: AccountId(1),
        jid: format!("person{number}@example.org").parse().unwrap(),
    }
}

#[tokio::test]
async fn a_slow_window_is_told_how_many_events_it_missed() {
    let house = house();
    let (_questions, teller, writer, _link, mut events) = joined(&house).await;
    for _ in 0..3_000 {
        teller.event(Event::Typing {
            chat: person(1),
            nick: None,
            composing: true,
        });
    }
    tokio::spawn(writer.run());
    let (mut seen, mut missed) = (0, 0);
    while seen + missed < 3_000 {
        match next(&mut events).await {
            Event::Resync { left_out } => missed += left_out,
            Event::Typing { .. } => seen += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(seen + missed, 3_000, "each is told or counted");
    assert!(missed >= 1_000, "{missed}");
}

#[tokio::test]
async fn hundreds_of_changes_a_second_become_a_few_frames_that_name_all() {
    const CHANGES: usize = 1_100;
    let house = house();
    let (_questions, teller, writer, _link, mut events) = joined(&house).await;
    tokio::spawn(writer.run());
    let begun = Instant::now();
    let changing = tokio::spawn(async move {
        for number in 0..CHANGES {
            teller.event(Event::Contacts {
                contacts: vec![person(number)],
            });
            teller.event(Event::Activity);
            tokio::time::sleep(Duration::from_micros(1_800)).await;
        }
        teller
    });
    let (mut named, mut frames) = (BTreeSet::new(), 0);
    while named.len() < CHANGES {
        frames += 1;
        match next(&mut events).await {
            Event::Contacts { contacts } => named.extend(contacts),
            Event::Activity => {}
            other => panic!("{other:?}"),
        }
    }
    let most = 2 * (begun.elapsed().as_millis() / 50 + 2);
    assert!(frames <= most, "{frames} frames, {most} are enough");
    changing.await.unwrap();
}

#[tokio::test]
async fn a_change_alone_is_told_at_once() {
    let house = house();
    let (_questions, teller, writer, _link, mut events) = joined(&house).await;
    tokio::spawn(writer.run());
    let contacts = vec![person(1)];
    teller.event(Event::Contacts {
        contacts: contacts.clone(),
    });
    assert_eq!(next(&mut events).await, Event::Contacts { contacts });
}

#[tokio::test]
async fn a_window_that_takes_nothing_costs_no_more_than_a_bound_and_then_reads_all() {
    let house = house();
    let (_questions, teller, writer, _link, mut events) = joined(&house).await;
    for number in 0..100_000 {
        teller.event(Event::Contacts {
            contacts: vec![person(number)],
        });
    }
    tokio::spawn(writer.run());
    let Event::Contacts { contacts } = next(&mut events).await else {
        panic!("the last ones are named");
    };
    let Event::Resync { left_out } = next(&mut events).await else {
        panic!("the others are counted");
    };
    assert!(contacts.len() <= 1_024, "{}", contacts.len());
    assert_eq!(contacts.len() + left_out as usize, 100_000);
}

#[tokio::test]
async fn an_answer_too_long_for_a_frame_is_refused_and_the_link_lives() {
    let house = house();
    let (mut questions, teller, writer, link, _events) = joined(&house).await;
    tokio::spawn(writer.run());
    let resident = async {
        let question = questions.next().await.unwrap();
        let long = serde_json::Value::String("x".repeat(MAX_FRAME));
        teller.answer(question.id, Ok(long)).await;
        let question = questions.next().await.unwrap();
        teller
            .answer(question.id, Ok(serde_json::Value::Null))
            .await;
    };
    let window = async {
        let refusal = link.ask(ReadStatus {}).await.unwrap_err();
        assert_eq!(refusal.code, RefusalCode::Internal);
        assert_eq!(link.ask(Quit {}).await, Ok(()));
    };
    timeout(Duration::from_secs(60), async {
        tokio::join!(resident, window)
    })
    .await
    .unwrap();
}
