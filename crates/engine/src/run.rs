//! The engine's one task.

use crate::account::{Account, Line};
use crate::chores::Chores;
use crate::connector::Connector;
use crate::desk::{Chance, Clock, Desk};
use crate::later::Queue;
use crate::missed::Missed;
use crate::output::Output;
use crate::sessions::SessionNews;
use carillon_core::alerts::{Flood, Recent, RuleBook, Surroundings};
use carillon_core::ids::Timestamp;
use carillon_core::settings::{Mute, Settings};
use carillon_core::tray::TrayInput;
use carillon_store::Store;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};

/// Calls that may wait while the engine works.
const CALLS: usize = 64;
/// Stanzas that may wait while the engine works; then the sessions wait, and the network with them.
const NEWS: usize = 256;
/// Outputs that may wait for the resident; then they are left out and said so.
const OUTPUTS: usize = 1024;
/// So often is looked whether all sessions have said good-bye.
const GOODBYE_LOOK: Duration = Duration::from_millis(10);
/// What was committed is on the disk for certain after this long, in milliseconds.
const FLUSH_AFTER: i64 = 1_000;
/// A disk that does not take it is tried again, each time after twice as long, at last after this; in milliseconds.
const FLUSH_AGAIN_LONGEST: i64 = 15_000;

/// What an engine begins with.
pub struct EngineConfig {
    /// The profile's store.
    pub store: Store,
    /// What the user chose.
    pub settings: Settings,
    /// How to get sessions.
    pub connector: Arc<dyn Connector>,
    /// What the desktop and the window say.
    pub surroundings: watch::Receiver<Surroundings>,
    /// The time.
    pub clock: Clock,
    /// Randomness, for the waits between attempts.
    pub chance: Chance,
}

/// The engine has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Carillon is ending")]
pub struct EngineGone;

type Call = Box<dyn FnOnce(&mut Desk) + Send>;

/// A handle to the engine; the engine ends with its last clone.
#[derive(Clone)]
pub struct Engine {
    calls: mpsc::Sender<Call>,
}

impl Engine {
    /// Starts the engine's task and gives the outputs' end. Accounts connect at once.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn start(
        config: EngineConfig,
    ) -> Result<(Self, mpsc::Receiver<Output>), carillon_store::StoreError> {
        let (calls, call_queue) = mpsc::channel(CALLS);
        let (news, news_queue) = mpsc::channel(NEWS);
        let (out, outputs) = mpsc::channel(OUTPUTS);
        let mut desk = Desk {
            store: config.store,
            settings: Settings::default(),
            book: RuleBook::default(),
            accounts: BTreeMap::new(),
            connector: config.connector,
            clock: config.clock,
            chance: config.chance,
            // The system is asked at most every five minutes: asking is not on the way from message to bell.
            zone: Arc::new(jiff::tz::TimeZone::system),
            surroundings: config.surroundings,
            recent: Recent::default(),
            mute: None,
            idle: false,
            idle_since: None,
            news,
            requests: HashMap::new(),
            room_wishes: HashMap::new(),
            moves: crate::moving::Moves::default(),
            last_number: 0,
            tray: TrayInput::default(),
            marks: BTreeMap::new(),
            chores: Chores::default(),
            flood: Flood::default(),
            later: Queue::default(),
            missed: Missed::default(),
            unseen: HashSet::new(),
            standing: HashSet::new(),
            flush_due: None,
            index_due: None,
            index_put_off: 0,
            unflushed: 0,
            disk: crate::disk::Disk::default(),
            left_out_due: None,
            out,
            left_out: 0,
            owed: crate::owed::Owed::default(),
            paused: BTreeMap::new(),
            files: crate::files::Files::default(),
            leaving: HashSet::new(),
        };
        desk.mute = stored_mute(&desk)?;
        desk.restore_later()?;
        desk.restore_marks()?;
        desk.apply_settings(config.settings)?;
        desk.do_chores();
        desk.index_later();
        tokio::spawn(run(desk, call_queue, news_queue));
        Ok((Self { calls }, outputs))
    }

    /// Runs `job` on the engine's state and gives back what it answers.
    ///
    /// # Errors
    /// [`EngineGone`] when the engine has ended.
    pub async fn call<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Desk) -> T + Send + 'static,
    ) -> Result<T, EngineGone> {
        let (sender, answer) = oneshot::channel();
        let call: Call = Box::new(move |desk| {
            // A caller that went away does not need the answer; the job was done all the same.
            let _ = sender.send(job(desk));
        });
        self.calls.send(call).await.map_err(|_| EngineGone)?;
        answer.await.map_err(|_| EngineGone)
    }
}

impl Engine {
    /// Ends all sessions in good order, and waits until they have: what the servers still had to say is stored then.
    /// A server that says no good-bye is given up on by its session after two seconds.
    pub async fn say_goodbye(&self) {
        let offline = |desk: &mut Desk| desk.end();
        if self.call(offline).await.is_err() {
            return;
        }
        while let Ok(true) = self.call(|desk| !desk.leaving.is_empty()).await {
            tokio::time::sleep(GOODBYE_LOOK).await;
        }
        // What came meanwhile. An engine that is gone has done it itself.
        let _ = self.call(Desk::flush).await;
    }
}

fn stored_mute(desk: &Desk) -> Result<Option<Mute>, carillon_store::StoreError> {
    Ok(crate::status::read_mute(
        desk.store.meta(crate::status::MUTE_KEY)?.as_deref(),
    ))
}

async fn run(
    mut desk: Desk,
    mut calls: mpsc::Receiver<Call>,
    mut news: mpsc::Receiver<SessionNews>,
) {
    let mut around = desk.surroundings.clone();
    let mut disturbing = around.borrow().do_not_disturb;
    let mut open = around.borrow().window_open;
    loop {
        let wait = desk
            .next_due()
            .map(|due| due.millis_since(desk.now()).max(0).unsigned_abs());
        let chores = desk.has_chores();
        // Not biased: neither a flood of stanzas nor one of calls may keep the other, or the disk, waiting.
        tokio::select! {
            heard = news.recv() => match heard {
                Some(heard) => {
                    if desk.ask_ahead(&heard) {
                        tokio::task::yield_now().await;
                    }
                    if let Some(next) = desk.hear_with_next(heard, &mut news) {
                        if desk.ask_ahead(&next) {
                            tokio::task::yield_now().await;
                        }
                        desk.hear(next);
                    }
                }
                None => break,
            },
            call = calls.recv() => match call {
                Some(call) => {
                    desk.do_chores();
                    call(&mut desk);
                }
                None => break,
            },
            () = sleep(wait) => desk.do_what_is_due(!news.is_empty()),
            // An error means that nobody tells of the surroundings any more.
            Ok(()) = around.changed() => {
                let (in_front, looked_at, do_not_disturb, window_open) = {
                    let around = around.borrow_and_update();
                    let in_front = around.in_front().cloned();
                    let looked_at = around.is_looked_at();
                    (in_front, looked_at, around.do_not_disturb, around.window_open)
                };
                if std::mem::replace(&mut open, window_open) != window_open {
                    desk.tell_client_state();
                }
                if let Some(chat) = in_front {
                    desk.came_to_front(&chat);
                    desk.doubt_if_silent(&chat);
                }
                if looked_at {
                    desk.looked();
                }
                if std::mem::replace(&mut disturbing, do_not_disturb) != do_not_disturb {
                    desk.silence_changed();
                }
            }
            () = tokio::task::yield_now(), if chores => desk.let_others_go_first(),
        }
    }
    desk.end();
}

/// Sleeps so many milliseconds, for ever when nothing is due: an idle engine never wakes.
async fn sleep(millis: Option<u64>) {
    match millis {
        Some(millis) => tokio::time::sleep(Duration::from_millis(millis)).await,
        None => std::future::pending().await,
    }
}

/// When the account wants to be looked at next.
fn account_due(account: &Account) -> Option<Timestamp> {
    let retry = match account.line {
        Line::Waiting { retry_at, .. } => Some(retry_at),
        _ => None,
    };
    let lost = account.lost.and_then(|lost| lost.due());
    let friends = account.burst.due().filter(|_| account.is_online());
    let (send, archives) = (account.send_due, account.archives_due());
    let seen = account.seen_marks.due().filter(|_| account.is_online());
    let rooms = account.doubts_due();
    [retry, send, archives, lost, friends, seen, rooms]
        .into_iter()
        .flatten()
        .min()
}

impl Desk {
    /// The nearest moment at which something is to be done without anybody asking.
    fn next_due(&self) -> Option<Timestamp> {
        let mute = self.mute_ends();
        self.accounts
            .values()
            .filter_map(account_due)
            .chain(self.flush_due)
            .chain(self.left_out_due)
            .chain(self.index_due)
            .chain(self.later.due())
            .chain(self.missed_due())
            .chain(mute)
            .min()
    }

    fn do_what_is_due(&mut self, busy: bool) {
        let now = self.now();
        self.connect_due(now);
        self.tell_missed_due(now);
        self.tell_friends_due(now);
        self.link_due(now);
        self.alert_due(now);
        self.send_due(now);
        self.tell_seen_due(now);
        self.read_archives_due(now);
        self.rooms_due(now);
        self.lift_mute_due(now);
        self.tell_left_out();
        if self.flush_due.is_some_and(|due| due <= now) {
            self.flush();
        }
        self.index_words_due(now, busy);
    }

    /// Has what was committed brought to the disk for certain soon, together with what follows.
    pub(crate) fn flush_soon(&mut self) {
        let due = self.now().plus_millis(FLUSH_AFTER);
        self.flush_due.get_or_insert(due);
    }

    /// Brings what was committed to the disk for certain.
    pub(crate) fn flush(&mut self) {
        if self.flush_due.take().is_none() {
            return;
        }
        let counts = self.counts();
        let tried = if self.disk.is_in_trouble() {
            self.store.try_disk()
        } else {
            Ok(())
        };
        match tried.and_then(|()| self.store.flush_counts(&counts)) {
            Ok(()) => {
                self.unflushed = 0;
                self.disk_works();
                self.tell_handled();
                self.index_soon();
            }
            Err(error) => {
                tracing::error!(%error, "the disk did not take what was stored");
                self.disk_fails(&error);
                let wait = FLUSH_AFTER.saturating_mul(1 << self.unflushed.min(16));
                self.unflushed = self.unflushed.saturating_add(1);
                self.flush_due = Some(self.now().plus_millis(wait.min(FLUSH_AGAIN_LONGEST)));
            }
        }
    }

    /// Ends all sessions in good order.
    fn end(&mut self) {
        // Before the good-bye, so that the server does not keep what is stored here.
        self.do_chores();
        self.flush();
        self.close_sessions();
        self.flush();
    }
}
