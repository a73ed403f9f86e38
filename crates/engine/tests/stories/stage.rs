//! The stage: an engine on a real store, a server that says what the story says, and a clock that stands
//! still until everybody has nothing left to do.

use crate::told::Told;
use carillon_core::alerts::Surroundings;
use carillon_core::contact::{Availability, Presence, RosterItem, Subscription};
use carillon_core::ids::{AccountId, ChatRef, Timestamp};
use carillon_core::room::{Bookmark, Occupant};
use carillon_core::session::{
    Incoming, Outgoing, RoomEvent, RoomWish, ServerFeatures, SessionProblem, StreamState,
};
use carillon_core::settings::{AccountSettings, Settings};
use carillon_core::tray::TrayInput;
use carillon_engine::connector::{Boxed, SessionStart};
use carillon_engine::{
    ConnectEnd, Connector, Desk, Engine, EngineConfig, Output,
    store::{Reader, Store},
};
use jid::BareJid;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep, timeout};

/// When the stories begin.
pub(crate) const MORNING: Timestamp = Timestamp(1_800_000_000_000);

/// The room shows me to myself under this nick.
pub(crate) fn joined_as(nick: &str) -> RoomEvent {
    RoomEvent::Joined {
        me: Box::new(occupant(nick)),
        created: false,
    }
}

/// Somebody who is in a room.
pub(crate) fn occupant(nick: &str) -> Occupant {
    Occupant {
        nick: nick.to_owned(),
        presence: Presence {
            availability: Availability::Available,
            status: String::new(),
        },
        ..Occupant::default()
    }
}

pub(crate) fn jid(text: &str) -> BareJid {
    text.parse().unwrap()
}

pub(crate) fn bob() -> BareJid {
    jid("bob@example.org")
}

pub(crate) fn account(text: &str) -> AccountSettings {
    AccountSettings::new(jid(text))
}

pub(crate) fn contact(text: &str, subscription: Subscription) -> RosterItem {
    RosterItem {
        jid: jid(text),
        name: String::new(),
        groups: [].into(),
        subscription,
        ask: false,
    }
}

/// Lets everybody do what there is to do: in paused time a sleep ends once all tasks wait.
pub(crate) async fn settle() {
    sleep(Duration::from_millis(1)).await;
}

/// The server's side of one session.
pub(crate) struct Session {
    pub(crate) start: SessionStart,
    outgoing: mpsc::Receiver<Outgoing>,
    incoming: mpsc::Sender<Incoming>,
    end: oneshot::Sender<ConnectEnd>,
    /// The ids of small things that were said.
    kept: Vec<String>,
    /// What it had the account keep, by request.
    pub(crate) bookmarked: Vec<(u64, Bookmark)>,
    /// The rooms that were asked whether I am in them, by request.
    pub(crate) doubted: Vec<(u64, BareJid)>,
    /// How often a room was asked what it can do.
    pub(crate) rooms_asked: u32,
}

impl Session {
    pub(crate) async fn hears(&self, what: Incoming) {
        self.incoming.send(what).await.unwrap();
        settle().await;
    }

    /// All at once, as they stand in the socket's buffer.
    pub(crate) async fn hears_all(&self, all: impl IntoIterator<Item = Incoming>) {
        for what in all {
            self.incoming.send(what).await.unwrap();
        }
        settle().await;
    }

    /// What it says first when it hears this, before anybody else has a turn.
    pub(crate) async fn says_at_once(&mut self, what: Incoming) -> Outgoing {
        self.says().await;
        self.incoming.send(what).await.unwrap();
        self.outgoing.recv().await.unwrap()
    }

    pub(crate) async fn comes_online(&self) {
        self.hears(Incoming::Online {
            jid: "alice@example.org/desk".parse().unwrap(),
            features: ServerFeatures::default(),
        })
        .await;
    }

    /// At a server that keeps an archive and sends carbons.
    pub(crate) async fn comes_online_with_archive(&self) {
        self.hears(Incoming::Online {
            jid: "alice@example.org/desk".parse().unwrap(),
            features: ServerFeatures {
                archive: true,
                carbons: true,
                ..ServerFeatures::default()
            },
        })
        .await;
    }

    /// The server manages the stream and lets it be resumed.
    pub(crate) async fn is_managed(&self, id: &str) {
        self.hears(Incoming::Resumable(StreamState {
            id: id.to_owned(),
            jid: "alice@example.org/desk".parse().unwrap(),
            location: None,
            handled: 0,
            rooms: Vec::new(),
        }))
        .await;
    }

    pub(crate) async fn loses_its_link(self) {
        let detail = "cut".to_owned();
        self.ends(ConnectEnd::Problem(SessionProblem::Lost { detail }))
            .await;
    }

    pub(crate) async fn reached(&self, ids: &[&str]) {
        let ids = ids.iter().map(|id| (*id).to_owned()).collect();
        self.hears(Incoming::Reached { ids }).await;
    }

    /// Everything the engine has said since it was asked last.
    pub(crate) async fn says(&mut self) -> Vec<Outgoing> {
        settle().await;
        let mut said = Vec::new();
        while let Ok(one) = self.outgoing.try_recv() {
            match one {
                Outgoing::Kept { id, what } => {
                    self.kept.push(id);
                    said.push(*what);
                }
                // Every room is asked.
                Outgoing::RoomInfo { .. } => self.rooms_asked += 1,
                Outgoing::Room {
                    request,
                    room,
                    wish,
                } if *wish == RoomWish::WhetherInside => self.doubted.push((request, room)),
                // Every session asks.
                Outgoing::ReadBookmarks | Outgoing::ReadSeenMarks => {}
                Outgoing::SetBookmark { request, bookmark } => {
                    self.bookmarked.push((request, *bookmark));
                }
                one => said.push(one),
            }
        }
        said
    }

    /// The ids of the small things that were said, in the order in which they were.
    pub(crate) fn ids_of_small_things(&self) -> Vec<String> {
        self.kept.clone()
    }

    /// The server has all that was said, but for messages.
    pub(crate) async fn takes_all(&mut self) {
        self.says().await;
        let ids = std::mem::take(&mut self.kept);
        self.hears(Incoming::Reached { ids }).await;
    }

    /// The ids of the messages it has said.
    pub(crate) async fn sends(&mut self) -> Vec<String> {
        let said = self.says().await;
        said.into_iter()
            .filter_map(|one| match one {
                Outgoing::Message { id, .. } => Some(id),
                _ => None,
            })
            .collect()
    }

    pub(crate) async fn ends(self, end: ConnectEnd) {
        drop(self.incoming);
        let _ = self.end.send(end);
        settle().await;
    }

    /// Whether the engine has let the session's task go or ended it.
    pub(crate) fn is_over(&self) -> bool {
        self.end.is_closed()
    }
}

struct Script(mpsc::UnboundedSender<Session>);

impl Connector for Script {
    fn run(
        &self,
        start: SessionStart,
        outgoing: mpsc::Receiver<Outgoing>,
        incoming: mpsc::Sender<Incoming>,
    ) -> Boxed<ConnectEnd> {
        let (end, ended) = oneshot::channel();
        let listener = incoming.clone();
        let session = Session {
            start,
            outgoing,
            incoming,
            end,
            kept: Vec::new(),
            bookmarked: Vec::new(),
            doubted: Vec::new(),
            rooms_asked: 0,
        };
        self.0.send(session).unwrap();
        Box::pin(async move {
            tokio::select! {
                ended = ended => ended.unwrap_or(ConnectEnd::Closed),
                () = listener.closed() => ConnectEnd::Closed,
            }
        })
    }
}

pub(crate) struct Stage {
    pub(crate) engine: Engine,
    pub(crate) alice: AccountId,
    pub(crate) surroundings: watch::Sender<Surroundings>,
    pub(crate) clock_asked: Arc<AtomicU64>,
    outputs: mpsc::Receiver<Output>,
    sessions: mpsc::UnboundedReceiver<Session>,
    reader: Reader,
    folder: TempDir,
}

impl Stage {
    /// Alice's engine, as it is when it has just started.
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(choose: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::in_folder(folder, choose).await
    }

    async fn in_folder(folder: TempDir, choose: impl FnOnce(&mut Settings)) -> Self {
        let store = Store::open(&folder.path().join("carillon.db")).unwrap();
        let reader = store.reader().unwrap();
        let mut settings = Settings {
            accounts: vec![account("alice@example.org")],
            ..Settings::default()
        };
        choose(&mut settings);
        let (script, sessions) = mpsc::unbounded_channel();
        let (surroundings, surroundings_read) = watch::channel(Surroundings::default());
        let clock_asked = Arc::new(AtomicU64::new(0));
        let asked = Arc::clone(&clock_asked);
        let began = Instant::now();
        let (engine, outputs) = Engine::start(EngineConfig {
            store,
            settings,
            connector: Arc::new(Script(script)),
            surroundings: surroundings_read,
            clock: Arc::new(move || {
                asked.fetch_add(1, Ordering::Relaxed);
                let passed = i64::try_from(began.elapsed().as_millis()).unwrap();
                MORNING.plus_millis(passed)
            }),
            chance: Box::new(|| 1.0),
        })
        .unwrap();
        settle().await;
        Self {
            alice: reader
                .known_account(&jid("alice@example.org"))
                .unwrap()
                .unwrap(),
            engine,
            surroundings,
            clock_asked,
            outputs,
            sessions,
            reader,
            folder,
        }
    }

    /// Alice is online, Bob is her contact, and nobody has said anything yet.
    pub(crate) async fn online() -> (Self, Session) {
        Self::online_with(|_| {}).await
    }

    pub(crate) async fn online_with(choose: impl FnOnce(&mut Settings)) -> (Self, Session) {
        Self::with(choose).await.goes_online().await
    }

    /// The same with a profile that lies somewhere else.
    pub(crate) async fn online_on(folder: TempDir) -> (Self, Session) {
        Self::in_folder(folder, |_| {}).await.goes_online().await
    }

    async fn goes_online(self) -> (Self, Session) {
        let mut stage = self;
        let mut session = stage.session().await;
        session.comes_online().await;
        session
            .hears(Incoming::Roster {
                version: None,
                items: Some(vec![contact("bob@example.org", Subscription::Both)]),
            })
            .await;
        session.says().await;
        stage.told().await;
        (stage, session)
    }

    /// The engine ends, and another begins on the same profile.
    pub(crate) async fn restarts(self) -> Self {
        self.restarts_with(|_| {}).await
    }

    /// The same, with settings of the user's.
    pub(crate) async fn restarts_with(self, change: impl FnOnce(&mut Settings)) -> Self {
        drop(self.engine);
        settle().await;
        drop(self.reader);
        Self::in_folder(self.folder, change).await
    }

    /// The engine is killed, and another begins on what is left of the profile.
    pub(crate) async fn killed(self) -> Self {
        let left = tempfile::tempdir().unwrap();
        for name in ["carillon.db", "carillon.db-wal"] {
            std::fs::copy(self.folder.path().join(name), left.path().join(name)).unwrap();
        }
        Self::in_folder(left, |_| {}).await
    }

    /// The next session that the engine begins.
    pub(crate) async fn session(&mut self) -> Session {
        timeout(Duration::from_secs(3600), self.sessions.recv())
            .await
            .expect("the engine begins a session within the hour")
            .unwrap()
    }

    /// A session that has begun and was not taken yet.
    pub(crate) fn waiting_session(&mut self) -> Option<Session> {
        self.sessions.try_recv().ok()
    }

    pub(crate) async fn has_no_new_session(&mut self) -> bool {
        settle().await;
        self.sessions.try_recv().is_err()
    }

    pub(crate) async fn call<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Desk) -> T + Send + 'static,
    ) -> T {
        let answer = self.engine.call(job).await.unwrap();
        settle().await;
        answer
    }

    pub(crate) async fn change(&self, change: impl FnOnce(&mut Settings)) {
        let mut settings = Settings {
            accounts: vec![account("alice@example.org")],
            ..Settings::default()
        };
        change(&mut settings);
        self.call(move |desk| desk.apply_settings(settings))
            .await
            .unwrap();
    }

    /// Everything the engine has given out since it was asked last.
    pub(crate) async fn told(&mut self) -> Told {
        settle().await;
        let mut told = Vec::new();
        while let Ok(one) = self.outputs.try_recv() {
            told.push(one);
        }
        Told(told)
    }

    /// Somebody else takes what the engine gives out from now on.
    pub(crate) fn outputs_are_taken(&mut self) -> mpsc::Receiver<Output> {
        std::mem::replace(&mut self.outputs, mpsc::channel(1).1)
    }

    /// The resident is gone.
    pub(crate) fn outputs_close(&mut self) {
        self.outputs.close();
        while self.outputs.try_recv().is_ok() {}
    }

    pub(crate) async fn passes(&self, seconds: u64) {
        sleep(Duration::from_secs(seconds)).await;
        settle().await;
    }

    pub(crate) fn chat(&self, text: &str) -> ChatRef {
        ChatRef {
            account: self.alice,
            jid: jid(text).into(),
        }
    }

    pub(crate) fn another_reader(&self) -> Reader {
        Reader::open(&self.database()).unwrap()
    }

    /// What is on the disk, seen by another connection.
    pub(crate) const fn stored(&self) -> &Reader {
        &self.reader
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.folder.path().join("carillon.db")
    }

    pub(crate) async fn tray(&self) -> TrayInput {
        self.call(|desk| desk.tray().clone()).await
    }
}
