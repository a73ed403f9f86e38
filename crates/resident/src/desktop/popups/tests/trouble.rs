//! Services that die, come late, are slow, refuse, or say less than they should.

use super::*;

/// What stays until it is handled.
fn request(key: &str, name: &str) -> PopupRequest {
    PopupRequest {
        key: key.into(),
        summary: format!("{name} asks"),
        sticky: true,
        actions: vec![PopupAction {
            id: "accept".into(),
            label: "Accept".into(),
        }],
        ..PopupRequest::default()
    }
}

impl Desk {
    /// Without a service yet.
    async fn deserted() -> Self {
        let bus = TestBus::start();
        let (told, events) = mpsc::channel(16);
        let popups = Popups::start(bus.bus().await, Identity::default(), told);
        Self {
            bus,
            service: None,
            log: Arc::default(),
            popups,
            events,
        }
    }

    async fn dies(&mut self) {
        self.service.take().unwrap().close().await.unwrap();
        let mut service = self.popups.service();
        let gone = service.wait_for(Option::is_none);
        let gone = tokio::time::timeout(Duration::from_secs(60), gone).await;
        gone.expect("its end is told").unwrap();
    }

    async fn comes(&mut self) {
        *self.log.lock().unwrap() = Log::default();
        self.service = Some(serve(&self.bus, &self.log, ALL).await);
    }
}

#[tokio::test]
async fn what_waits_for_an_answer_is_shown_again_by_the_next_service() {
    let mut desk = Desk::with(ALL).await;
    desk.popups.show(request("carol", "Carol")).unwrap();
    desk.settled().await;
    desk.dies().await;
    desk.comes().await;
    let again = desk.calls(1).await.remove(0);
    assert_eq!((again.summary.as_str(), again.replaces), ("Carol asks", 0));
    desk.settled().await;
    emit(
        &desk.service.clone().unwrap(),
        "ActionInvoked",
        &(1_u32, "accept"),
    )
    .await;
    assert!(
        matches!(desk.event().await, PopupEvent::Activated { key, action: Some(id), .. } if key == "carol" && id == "accept")
    );
}

#[tokio::test]
async fn what_a_service_took_with_its_last_breath_is_shown_again_too() {
    let mut desk = Desk::with(ALL).await;
    desk.popups.show(request("carol", "Carol")).unwrap();
    // Called, and perhaps not yet answered.
    desk.calls(1).await;
    desk.service.take().unwrap().close().await.unwrap();
    desk.comes().await;
    assert_eq!(desk.calls(1).await[0].summary, "Carol asks");
}

#[tokio::test]
async fn what_was_handled_while_no_service_was_there_is_not_shown_again() {
    let mut desk = Desk::with(ALL).await;
    desk.popups.show(request("carol", "Carol")).unwrap();
    desk.popups.show(request("dave", "Dave")).unwrap();
    desk.settled().await;
    desk.dies().await;
    desk.popups.withdraw("carol").unwrap();
    let withdrawn = PopupEvent::Closed {
        key: "carol".into(),
        reason: Closed::Withdrawn,
    };
    assert_eq!(desk.event().await, withdrawn);
    desk.comes().await;
    desk.calls(1).await;
    desk.settled().await;
    let shown: Vec<_> = desk.calls(1).await;
    let shown: Vec<_> = shown.iter().map(|call| call.summary.as_str()).collect();
    assert_eq!(shown, ["Dave asks"]);
}

#[tokio::test]
async fn what_the_user_put_away_stays_away() {
    let mut desk = Desk::with(ALL).await;
    desk.popups.show(request("carol", "Carol")).unwrap();
    desk.settled().await;
    let service = desk.service.clone().unwrap();
    emit(&service, "NotificationClosed", &(1_u32, 2_u32)).await;
    let dismissed = PopupEvent::Closed {
        key: "carol".into(),
        reason: Closed::Dismissed,
    };
    assert_eq!(desk.event().await, dismissed);
    desk.dies().await;
    desk.comes().await;
    desk.settled().await;
    assert!(desk.log.lock().unwrap().calls.is_empty());
}

#[tokio::test]
async fn a_request_waits_for_a_service_that_comes_later_and_a_message_does_not() {
    let mut desk = Desk::deserted().await;
    desk.popups.show(request("carol", "Carol")).unwrap();
    desk.popups.show(message("Bob", "old by then")).unwrap();
    assert!(matches!(desk.event().await, PopupEvent::NotShown { key, .. } if key == "chat:bob"));
    desk.comes().await;
    desk.calls(1).await;
    desk.settled().await;
    let calls = desk.log.lock().unwrap().calls.clone();
    let shown: Vec<_> = calls.iter().map(|call| call.summary.as_str()).collect();
    assert_eq!(shown, ["Carol asks"]);
}

#[tokio::test]
async fn no_more_wait_for_a_service_than_a_person_would_look_through() {
    let mut desk = Desk::deserted().await;
    for n in 0..40 {
        desk.popups
            .show(request(&n.to_string(), &n.to_string()))
            .unwrap();
    }
    for _ in 0..8 {
        assert!(matches!(desk.event().await, PopupEvent::NotShown { .. }));
    }
    desk.comes().await;
    assert_eq!(desk.calls(32).await.len(), 32);
}

#[tokio::test]
async fn an_id_that_another_service_gave_is_not_the_same_popup() {
    let mut desk = Desk::with(ALL).await;
    desk.popups.show(message("Bob", "one")).unwrap();
    desk.settled().await;
    desk.dies().await;
    desk.event().await;
    desk.comes().await;
    desk.popups
        .show(PopupRequest {
            key: "chat:carol".into(),
            ..message("Carol", "two")
        })
        .unwrap();
    desk.settled().await;
    let service = desk.service.clone().unwrap();
    emit(&service, "ActionInvoked", &(1_u32, "default")).await;
    assert!(matches!(desk.event().await, PopupEvent::Activated { key, .. } if key == "chat:carol"));
}

#[tokio::test]
async fn a_slow_service_holds_up_one_chat_and_shows_only_its_newest_words() {
    let mut desk = Desk::with(ALL).await;
    let slow = Duration::from_secs(2);
    desk.log.lock().unwrap().mood = Mood::Slow(slow);
    for n in 0..20 {
        desk.popups.show(message("Bob", &n.to_string())).unwrap();
    }
    desk.popups
        .show(PopupRequest {
            key: "chat:carol".into(),
            ..message("Carol", "hello")
        })
        .unwrap();
    let calls = desk.calls(3).await;
    let of = |name: &str| calls.iter().find(|call| call.summary == name).unwrap();
    let apart = of("Carol").at.duration_since(of("Bob").at);
    assert!(apart < slow, "one after another: {apart:?} apart");
    let words: Vec<_> = calls.iter().map(|call| call.body.as_str()).collect();
    assert!(
        words.contains(&"19") && words.contains(&"hello"),
        "{words:?}"
    );
    desk.log.lock().unwrap().mood = Mood::Good;
    desk.popups.withdraw("chat:bob").unwrap();
    assert!(matches!(desk.event().await, PopupEvent::Closed { key, .. } if key == "chat:bob"));
}

#[tokio::test]
async fn a_service_that_refuses_once_is_asked_again_for_the_next_popup() {
    let mut desk = Desk::with(ALL).await;
    desk.log.lock().unwrap().mood = Mood::Refusing;
    for popup in [message("Bob", "one"), request("carol", "Carol")] {
        desk.popups.show(popup).unwrap();
        let PopupEvent::NotShown { error, .. } = desk.event().await else {
            panic!("it was refused")
        };
        assert!(
            error.to_string().contains("too many popups"),
            "in the service's words: {error}"
        );
    }
    desk.log.lock().unwrap().mood = Mood::Good;
    desk.popups.show(message("Bob", "two")).unwrap();
    let call = desk.calls(1).await.remove(0);
    assert_eq!((call.body.as_str(), call.replaces), ("two", 0));
}

#[tokio::test]
async fn what_a_wordless_service_closed_counts_as_closed() {
    let mut desk = Desk::with(ALL).await;
    desk.popups.show(message("Bob", "one")).unwrap();
    desk.settled().await;
    desk.log.lock().unwrap().mood = Mood::Wordless;
    desk.popups.withdraw("chat:bob").unwrap();
    let withdrawn = PopupEvent::Closed {
        key: "chat:bob".into(),
        reason: Closed::Withdrawn,
    };
    assert_eq!(desk.event().await, withdrawn);
    desk.popups.show(message("Bob", "two")).unwrap();
    assert_eq!(desk.calls(2).await[1].replaces, 0, "a popup of its own");
}

#[tokio::test]
async fn what_the_service_can_do_is_told() {
    let mut desk = Desk::with(&["actions", "body", "inline-reply"]).await;
    let known = desk.popups.service().borrow().clone().unwrap();
    assert_eq!(known.name, "test");
    assert!(known.has_buttons() && known.has_reply());
    desk.dies().await;
    desk.comes().await;
    let mut service = desk.popups.service();
    let known = service.wait_for(Option::is_some).await.unwrap().clone();
    assert!(known.is_some_and(|known| known.has_buttons() && !known.has_reply()));
}
