//! The computer sleeps and wakes, and the link has died meanwhile without a word.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{PipeReader, Read as _, pipe};
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use carillon_tests_app::{Bus, Meeting, Person};
use carillon_tests_servers::{DEADLINE, Kind, Proxy};
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::time::timeout;
use zbus::interface;
use zbus::object_server::SignalEmitter;
use zbus::{Connection, Fd, ObjectPath};

const PATH: &str = "/org/freedesktop/login1";

/// logind, as far as sleep goes. Who has it wait is told, and comes to its end when sleep may begin.
struct Manager(mpsc::UnboundedSender<PipeReader>);

#[interface(name = "org.freedesktop.login1.Manager")]
impl Manager {
    fn get_session(&self, _id: &str) -> ObjectPath<'static> {
        ObjectPath::from_static_str_unchecked("/org/freedesktop/login1/session/_31")
    }

    fn inhibit(&self, what: &str, who: &str, _why: &str, mode: &str) -> Fd<'static> {
        assert_eq!((what, who, mode), ("sleep", "Carillon", "delay"));
        let (end, held) = pipe().unwrap();
        self.0.send(end).unwrap();
        OwnedFd::from(held).into()
    }

    #[zbus(signal)]
    async fn prepare_for_sleep(emitter: &SignalEmitter<'_>, begins: bool) -> zbus::Result<()>;
}

struct Logind {
    connection: Connection,
    holds: mpsc::UnboundedReceiver<PipeReader>,
}

impl Logind {
    async fn on(bus: &Bus) -> Self {
        let (held, holds) = mpsc::unbounded_channel();
        let connection = bus
            .builder()
            .serve_at(PATH, Manager(held))
            .name("org.freedesktop.login1")
            .build()
            .await
            .expect("logind");
        Self { connection, holds }
    }

    async fn says(&self, begins: bool) {
        let emitter = SignalEmitter::new(&self.connection, PATH).unwrap();
        Manager::prepare_for_sleep(&emitter, begins).await.unwrap();
    }

    /// Somebody has it wait.
    async fn held(&mut self) -> PipeReader {
        let held = timeout(DEADLINE, self.holds.recv()).await;
        held.expect("sleep waits for Carillon").unwrap()
    }

    /// Sleep begins as soon as nobody has it wait.
    async fn sleeps(&mut self) {
        let mut held = self.held().await;
        self.says(true).await;
        let let_go = tokio::task::spawn_blocking(move || held.read(&mut [0]).unwrap());
        let read = timeout(DEADLINE, let_go).await.expect("sleep may begin");
        assert_eq!(read.unwrap(), 0);
    }
}

#[tokio::test]
async fn a_link_that_died_while_the_computer_slept_is_noticed_soon_and_what_came_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let system = Bus::start(folder.path()).await;
    let mut logind = Logind::on(&system).await;
    let mut meeting = Meeting::prepared(Kind::Prosody, Person::new("Alice").await).await;
    let url = meeting.server.url();
    let wire = Proxy::before(&url).await;
    let (through, account) = (wire.url(&url), &meeting.alice_account);
    let added = meeting
        .alice
        .run(
            &[
                "account",
                "add",
                &account.jid,
                "--password-stdin",
                "--connect",
                &through,
                "--store",
                "file",
            ],
            &format!("{}\n", account.password),
        )
        .await;
    assert!(added.status.success(), "{added:?}");
    meeting
        .alice
        .start_with(&[("DBUS_SYSTEM_BUS_ADDRESS", system.address())])
        .await;
    meeting.alice.until_online().await;
    let mut bob = meeting.bob_unseen().await;

    logind.sleeps().await;
    wire.swallow();
    bob.message("alice@carillon.test", "While you slept").await;
    bob.ping().await;
    let woken = Instant::now();
    logind.says(false).await;
    let _next_time = logind.held().await;
    let alice = &meeting.alice;
    let came = |status: &Value| status["unread"] == 1;
    alice.until_status("the message came", came).await;
    // Nobody would have asked for five minutes.
    eprintln!("back after {} ms", woken.elapsed().as_millis());
    alice.until_online().await;
    let popups = &alice.desktop.notifications;
    let popup = popups.next_popup("of the message", |_| true).await;
    assert!(
        format!("{} {}", popup.summary, popup.body).contains("Bob"),
        "{popup:?}"
    );
    assert!(popups.within(Duration::from_millis(500)).await.is_none());
    assert_eq!(alice.status().await["unread"], 1);
}
