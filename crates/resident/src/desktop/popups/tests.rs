mod trouble;

use super::calls::{NAME, PATH};
use super::*;
use crate::desktop::test_bus::{TestBus, eventually};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use zbus::{Connection, OwnedVariant, fdo};

#[derive(Debug, Clone)]
struct Call {
    at: Instant,
    replaces: u32,
    summary: String,
    body: String,
    actions: Vec<String>,
    hints: HashMap<String, OwnedVariant>,
    timeout: i32,
}

#[derive(Debug, Default)]
struct Log {
    calls: Vec<Call>,
    closed: Vec<u32>,
    last_id: u32,
    mood: Mood,
}

/// How the service treats what it is asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Mood {
    #[default]
    Good,
    /// Each call takes so long.
    Slow(Duration),
    /// It shows nothing more.
    Refusing,
    /// It does not say that it closed what it was asked to close.
    Wordless,
}

const PROBE: u32 = 9999;
/// The summary of a popup that is pressed before its id was answered.
const HASTY: &str = "hasty";

/// The notification service, as the specification describes it.
struct Service {
    log: Arc<Mutex<Log>>,
    capabilities: Vec<String>,
}

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Service {
    fn get_capabilities(&self) -> Vec<String> {
        self.capabilities.clone()
    }

    fn get_server_information(&self) -> (&str, &str, &str, &str) {
        ("test", "carillon", "1", "1.2")
    }

    #[expect(clippy::too_many_arguments, reason = "as the specification says")]
    async fn notify(
        &self,
        #[zbus(connection)] connection: &Connection,
        _app_name: String,
        replaces: u32,
        _app_icon: String,
        summary: String,
        body: String,
        actions: Vec<String>,
        hints: HashMap<String, OwnedVariant>,
        timeout: i32,
    ) -> fdo::Result<u32> {
        let mood = self.log.lock().unwrap().mood;
        match mood {
            Mood::Slow(time) => tokio::time::sleep(time).await,
            Mood::Refusing => return Err(fdo::Error::LimitsExceeded("too many popups".into())),
            Mood::Good | Mood::Wordless => {}
        }
        if summary == HASTY {
            emit(connection, "ActivationToken", &(PROBE, "token")).await;
            emit(connection, "ActionInvoked", &(PROBE, "a2")).await;
        }
        let mut log = self.log.lock().unwrap();
        let is_probe = summary == "probe" || summary == HASTY;
        log.calls.push(Call {
            at: Instant::now(),
            replaces,
            summary,
            body,
            actions,
            hints,
            timeout,
        });
        if replaces != 0 {
            return Ok(replaces);
        }
        if is_probe {
            return Ok(PROBE);
        }
        log.last_id += 1;
        Ok(log.last_id)
    }

    async fn close_notification(&self, id: u32, #[zbus(connection)] connection: &Connection) {
        self.log.lock().unwrap().closed.push(id);
        if self.log.lock().unwrap().mood != Mood::Wordless {
            emit(connection, "NotificationClosed", &(id, 3_u32)).await;
        }
    }
}

async fn emit<B: serde::Serialize + zbus::wire::DynamicType>(
    connection: &Connection,
    signal: &str,
    body: &B,
) {
    connection
        .emit_signal(None::<&str>, PATH, NAME, signal, body)
        .await
        .unwrap();
}

/// A bus, a notification service on it, and the popups under test.
struct Desk {
    bus: TestBus,
    service: Option<Connection>,
    log: Arc<Mutex<Log>>,
    popups: Popups,
    events: mpsc::Receiver<PopupEvent>,
}

const ALL: &[&str] = &["actions", "body", "body-markup", "persistence"];

impl Desk {
    async fn with(capabilities: &[&str]) -> Self {
        let bus = TestBus::start();
        let log = Arc::default();
        let service = serve(&bus, &log, capabilities).await;
        let (told, events) = mpsc::channel(16);
        let popups = Popups::start(bus.bus().await, Identity::default(), told);
        let mut desk = Self {
            bus,
            service: Some(service),
            log,
            popups,
            events,
        };
        desk.settled().await;
        desk
    }

    async fn calls(&self, count: usize) -> Vec<Call> {
        eventually("Notify calls", || {
            self.log.lock().unwrap().calls.len() >= count
        })
        .await;
        self.log.lock().unwrap().calls.clone()
    }

    async fn event(&mut self) -> PopupEvent {
        tokio::time::timeout(Duration::from_secs(60), self.events.recv())
            .await
            .expect("an event")
            .unwrap()
    }

    /// Waits until the service has answered what was ordered before: a probe goes the same way behind it.
    async fn settled(&mut self) {
        let probes = |log: &Log| {
            log.calls
                .iter()
                .filter(|call| call.summary == "probe")
                .count()
        };
        let before = probes(&self.log.lock().unwrap());
        self.popups
            .show(PopupRequest {
                key: "probe".into(),
                ..message("probe", "")
            })
            .unwrap();
        eventually("the probe", || probes(&self.log.lock().unwrap()) > before).await;
        self.popups.withdraw("probe").unwrap();
        let gone = PopupEvent::Closed {
            key: "probe".into(),
            reason: Closed::Withdrawn,
        };
        assert_eq!(self.event().await, gone);
        let mut log = self.log.lock().unwrap();
        log.calls.retain(|call| call.summary != "probe");
        log.closed.clear();
    }
}

async fn serve(bus: &TestBus, log: &Arc<Mutex<Log>>, capabilities: &[&str]) -> Connection {
    let capabilities = capabilities
        .iter()
        .map(|&capability| capability.to_owned())
        .collect();
    let connection = bus.connect().await;
    let service = Service {
        log: Arc::clone(log),
        capabilities,
    };
    connection.object_server().at(PATH, service).await.unwrap();
    connection.request_name(NAME).await.unwrap();
    connection
}

fn message(summary: &str, body: &str) -> PopupRequest {
    PopupRequest {
        key: "chat:bob".into(),
        summary: summary.into(),
        body: body.into(),
        reply: Some(PopupReply {
            action: PopupAction {
                id: "a1".into(),
                label: "Reply".into(),
            },
            placeholder: "Write…".into(),
        }),
        actions: vec![PopupAction {
            id: "a2".into(),
            label: "Mark as read".into(),
        }],
        category: Some("im.received".into()),
        ..PopupRequest::default()
    }
}

#[tokio::test]
async fn a_popup_shows_the_words_and_asks_for_silence() {
    let desk = Desk::with(ALL).await;
    desk.popups
        .show(PopupRequest {
            seconds: Some(5),
            ..message("Bob", "1 < 2 & <b>so on</b>")
        })
        .unwrap();
    let call = desk.calls(1).await.remove(0);
    assert_eq!(
        (call.summary.as_str(), call.body.as_str()),
        ("Bob", "1 &lt; 2 &amp; &lt;b&gt;so on&lt;/b&gt;")
    );
    assert_eq!(
        call.actions,
        ["default", "", "a1", "Reply", "a2", "Mark as read"]
    );
    assert_eq!((call.replaces, call.timeout), (0, 5000));
    assert_eq!(
        bool::try_from(call.hints["suppress-sound"].try_clone().unwrap()),
        Ok(true)
    );
    let entry = String::try_from(call.hints["desktop-entry"].try_clone().unwrap()).unwrap();
    assert_eq!(entry, "im.carillon.Carillon");
}

#[tokio::test]
async fn a_second_message_replaces_the_popup_of_its_chat() {
    let mut desk = Desk::with(ALL).await;
    desk.popups.show(message("Bob", "one")).unwrap();
    desk.settled().await;
    desk.popups.show(message("Bob", "two")).unwrap();
    let calls = desk.calls(2).await;
    assert_eq!((calls[0].replaces, calls[1].replaces), (0, 1));
    assert_eq!(calls[1].body, "two");
}

#[tokio::test]
async fn a_burst_on_one_key_ends_with_its_newest_words_and_one_popup() {
    let desk = Desk::with(ALL).await;
    for n in 0..50 {
        desk.popups.show(message("Bob", &n.to_string())).unwrap();
    }
    eventually("the newest words", || {
        desk.log
            .lock()
            .unwrap()
            .calls
            .last()
            .is_some_and(|call| call.body == "49")
    })
    .await;
    let log = desk.log.lock().unwrap();
    assert_eq!(log.last_id, 1, "one popup, however many messages");
}

#[tokio::test]
async fn a_click_tells_the_key_and_hands_over_the_activation_token() {
    let mut desk = Desk::with(ALL).await;
    desk.popups.show(message("Bob", "hello")).unwrap();
    desk.settled().await;
    let service = desk.service.clone().unwrap();
    emit(&service, "ActivationToken", &(1_u32, "token-7")).await;
    emit(&service, "ActionInvoked", &(1_u32, "default")).await;
    emit(&service, "ActionInvoked", &(1_u32, "a2")).await;
    let key = String::from("chat:bob");
    let clicked = PopupEvent::Activated {
        key: key.clone(),
        action: None,
        token: Some("token-7".into()),
    };
    assert_eq!(desk.event().await, clicked);
    assert_eq!(
        desk.event().await,
        PopupEvent::Activated {
            key,
            action: Some("a2".into()),
            token: None
        }
    );
}

#[tokio::test]
async fn signals_of_others_are_not_taken_for_clicks() {
    let mut desk = Desk::with(ALL).await;
    desk.popups.show(message("Bob", "hello")).unwrap();
    desk.settled().await;
    let stranger = desk.bus.connect().await;
    let me = desk.bus.bus().await.session().await.unwrap();
    let target = me.unique_name().map(ToString::to_string);
    stranger
        .emit_signal(
            target.as_deref(),
            PATH,
            NAME,
            "ActionInvoked",
            &(1_u32, "a1"),
        )
        .await
        .unwrap();
    emit(&stranger, "ActionInvoked", &(1_u32, "a1")).await;
    emit(
        &desk.service.clone().unwrap(),
        "ActionInvoked",
        &(1_u32, "a2"),
    )
    .await;
    assert!(
        matches!(desk.event().await, PopupEvent::Activated { action: Some(id), .. } if id == "a2")
    );
}

#[tokio::test]
async fn where_the_desktop_has_a_reply_field_the_answer_comes_as_text() {
    let mut desk = Desk::with(&["actions", "body", "inline-reply"]).await;
    desk.popups.show(message("Bob", "<hello>")).unwrap();
    desk.settled().await;
    let call = desk.calls(1).await.remove(0);
    assert_eq!(&call.actions[2..4], ["inline-reply", "Reply"]);
    assert_eq!(
        call.body, "<hello>",
        "without body-markup nothing is escaped"
    );
    emit(
        &desk.service.clone().unwrap(),
        "NotificationReplied",
        &(1_u32, "on my way"),
    )
    .await;
    assert_eq!(
        desk.event().await,
        PopupEvent::Replied {
            key: "chat:bob".into(),
            text: "on my way".into()
        }
    );
}

#[tokio::test]
async fn a_service_with_neither_body_nor_actions_still_tells_the_message() {
    let desk = Desk::with(&[]).await;
    desk.popups.show(message("Bob", "hello")).unwrap();
    let call = desk.calls(1).await.remove(0);
    assert_eq!(
        (call.summary.as_str(), call.body.as_str()),
        ("Bob: hello", "")
    );
    assert!(call.actions.is_empty());
}

#[tokio::test]
async fn what_is_withdrawn_right_after_it_was_shown_does_not_stay() {
    let mut desk = Desk::with(ALL).await;
    desk.popups.show(message("Bob", "hello")).unwrap();
    desk.calls(1).await;
    desk.popups.withdraw("chat:bob").unwrap();
    assert_eq!(
        desk.event().await,
        PopupEvent::Closed {
            key: "chat:bob".into(),
            reason: Closed::Withdrawn
        }
    );
    assert_eq!(desk.log.lock().unwrap().closed, [1]);
}

#[tokio::test]
async fn the_last_handle_takes_its_popups_with_it() {
    let Desk {
        bus: _bus,
        service: _service,
        log,
        popups,
        mut events,
    } = Desk::with(ALL).await;
    popups.show(message("Bob", "hello")).unwrap();
    eventually("the popup", || log.lock().unwrap().calls.len() == 1).await;
    drop(popups);
    while events.recv().await.is_some() {}
    assert_eq!(log.lock().unwrap().closed, [1]);
}

#[tokio::test]
async fn a_service_that_dies_and_comes_back_gets_new_popups_not_old_ids() {
    let mut desk = Desk::with(ALL).await;
    desk.popups.show(message("Bob", "one")).unwrap();
    desk.settled().await;
    desk.service.take().unwrap().close().await.unwrap();
    assert_eq!(
        desk.event().await,
        PopupEvent::Closed {
            key: "chat:bob".into(),
            reason: Closed::Unknown
        }
    );

    desk.popups.show(message("Bob", "into the void")).unwrap();
    let PopupEvent::NotShown { error, .. } = desk.event().await else {
        panic!("it was shown to nobody")
    };
    assert!(matches!(error, PopupError::NoService(_)), "{error:?}");

    desk.log.lock().unwrap().calls.clear();
    desk.service = Some(serve(&desk.bus, &desk.log, &["body"]).await);
    desk.popups.show(message("Bob", "<again>")).unwrap();
    let call = desk.calls(1).await.remove(0);
    assert_eq!(
        (call.replaces, call.body.as_str()),
        (0, "<again>"),
        "new ids, and the abilities are read anew"
    );
    assert!(call.actions.is_empty());
}

#[tokio::test]
async fn a_press_that_overtakes_the_answer_with_the_id_is_not_lost() {
    let mut desk = Desk::with(ALL).await;
    desk.popups.show(message(HASTY, "hello")).unwrap();
    let pressed = PopupEvent::Activated {
        key: "chat:bob".into(),
        action: Some("a2".into()),
        token: Some("token".into()),
    };
    assert_eq!(desk.event().await, pressed);
}

#[tokio::test]
async fn a_picture_s_path_is_sent_as_a_uri() {
    let desk = Desk::with(ALL).await;
    desk.popups
        .show(PopupRequest {
            picture: Some("/tmp/a b/ü.png".into()),
            ..message("Bob", "hello")
        })
        .unwrap();
    let call = desk.calls(1).await.remove(0);
    let path = String::try_from(call.hints["image-path"].try_clone().unwrap()).unwrap();
    assert_eq!(path, "file:///tmp/a%20b/%C3%BC.png");
}

/// The alert path may cost a bus round trip and a task switch, no more. What a machine with much else to do can spoil
/// is not counted: one of ten shows what the path costs.
#[tokio::test]
async fn from_the_order_to_the_call_takes_less_than_a_connection_would() {
    let desk = Desk::with(ALL).await;
    let mut waits = Vec::new();
    for n in 0..100_usize {
        let asked = Instant::now();
        desk.popups
            .show(PopupRequest {
                key: n.to_string(),
                ..message("Bob", "hello")
            })
            .unwrap();
        let call = desk.calls(n + 1).await.pop().unwrap();
        waits.push(call.at.duration_since(asked));
    }
    waits.sort();
    eprintln!(
        "order to call: p50 {:?}, p95 {:?}, max {:?}",
        waits[50], waits[95], waits[99]
    );
    assert!(waits[10] < Duration::from_millis(20), "{:?}", waits[10]);
}
