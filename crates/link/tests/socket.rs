//! The link between two ends in one process: questions, events, strangers and garbage.

#![allow(clippy::unwrap_used, clippy::panic)]

use carillon_link::contract::{Quit, ReadStatus};
use carillon_link::server::Listener;
use carillon_link::{Command, Event, Link, LinkError, Profile, Refusal, RefusalCode, Role};
use std::time::Duration;
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
    timeout(Duration::from_secs(10), async {
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
    timeout(Duration::from_secs(10), async {
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
    timeout(Duration::from_secs(10), async {
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

#[tokio::test]
async fn a_slow_window_is_told_how_many_events_it_missed() {
    let house = house();
    let (end, link) = tokio::join!(
        async {
            house
                .listener
                .accept("1")
                .await
                .unwrap()
                .greet()
                .await
                .unwrap()
        },
        Link::connect(&house.profile, Role::Window, "1"),
    );
    let (_, _questions, teller, writer) = end;
    let (_link, mut events) = link.unwrap();
    for _ in 0..3_000 {
        teller.event(Event::Settings);
    }
    tokio::spawn(writer.run());
    let mut seen = 0;
    let left_out = loop {
        match timeout(Duration::from_secs(10), events.recv())
            .await
            .unwrap()
        {
            Some(Event::Resync { left_out }) => break left_out,
            Some(_) => seen += 1,
            None => panic!("the link ended"),
        }
    };
    assert!(seen < 3_000);
    assert!(left_out >= 1_000, "{left_out}");
}
