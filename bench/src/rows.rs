//! From a server's socket to a row in the database: the real engine, network client and store, in a thread of their
//! own as they are in the resident, and a server that only says what it was told to.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use carillon_core::alerts::Surroundings;
use carillon_core::connection::Proxy;
use carillon_core::ids::{AccountId, ChatRef, Timestamp};
use carillon_core::settings::{AccountSettings, Settings};
use carillon_engine::connector::Boxed;
use carillon_engine::store::{Reader, Store, ToIndex};
use carillon_engine::wire::Secret;
use carillon_engine::{Engine, EngineConfig, Output, Secrets, WireConnector};
use carillon_tests_flows::{Account, ScriptedServer, Way};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::sleep;

use crate::report::{Report, percentile, sorted};
use crate::script::{ASK, BOB, PASSWORD, Script, alice};

/// Between two messages that come one by one: time for what follows an alert.
const PACE: Duration = Duration::from_millis(5);
/// How often the database is looked at.
const LOOK: Duration = Duration::from_millis(2);

/// The least that each should be.
const ROWS: f64 = 15_000.0;
const INDEXED: f64 = 5_000.0;

/// `single` messages that come one by one, then `many` at once.
pub(crate) async fn measure(single: usize, many: usize, report: &mut Report) {
    eprintln!("rows: {single} one by one, {many} at once");
    let account = alice();
    let listening = ScriptedServer::listen(Way::WebSocket).await;
    let mut home = Home::start(&account, listening.url());
    let mut script = Script::signs_in(listening.accept().await, &account, &[BOB.to_owned()]).await;

    let mut took = Vec::new();
    for number in 0..single {
        let said = Instant::now();
        script.says(&message(number)).await;
        let stored = home.rows.recv().await.expect("the engine lives");
        took.push(stored.duration_since(said).as_secs_f64() * 1e6);
        sleep(PACE).await;
    }
    let took = sorted(&took);
    report.add(
        "stanza_to_row_us",
        percentile(&took, 50),
        "us",
        None,
        single,
    );
    report.add(
        "stanza_to_row_p99_us",
        percentile(&took, 99),
        "us",
        None,
        single,
    );

    let worked = home.worked();
    let begun = Instant::now();
    for number in single..single + many {
        script.says(&message(number)).await;
    }
    while home.committed() < single + many {
        sleep(LOOK).await;
    }
    let rows = begun.elapsed().as_secs_f64();
    let work = home.worked() - worked;
    script
        .hears_all_handled(ASK, |handled, said| {
            let others = said - single - many;
            // Nothing is that another connection does not see.
            assert!(handled <= home.committed() + others, "handled, not stored");
        })
        .await;
    let durable = begun.elapsed().as_secs_f64();
    home.until_indexed(LOOK).await;
    let indexed = begun.elapsed().as_secs_f64();
    let count = f64::from(u32::try_from(many).expect("not so many"));
    report.add_least("rows_per_s", count / rows, "1/s", ROWS, many);
    report.add(
        "rows_acknowledged_per_s",
        count / durable,
        "1/s",
        None,
        many,
    );
    report.add_least("rows_indexed_per_s", count / indexed, "1/s", INDEXED, many);
    report.add(
        "rows_cpu_us",
        work.as_secs_f64() * 1e6 / count,
        "us",
        None,
        many,
    );
    home.end();
}

pub(crate) fn message(number: usize) -> String {
    format!(
        "<message type='chat' from='{BOB}/phone' to='alice@example.org/desk' id='row-{number}'>\
         <body>row-{number}: shall we meet at the harbour at six, or is that too early for you?</body></message>"
    )
}

/// The engine's thread.
pub(crate) struct Home {
    reader: Reader,
    chat: ChatRef,
    /// When a row was told of.
    rows: mpsc::UnboundedReceiver<Instant>,
    end: oneshot::Sender<()>,
    thread: std::thread::JoinHandle<()>,
    /// Where the system tells how long the thread has worked.
    work: PathBuf,
    _folder: tempfile::TempDir,
}

impl Home {
    pub(crate) fn start(account: &Account, url: String) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = Store::open(&folder.path().join("carillon.sqlite")).expect("a store");
        let reader = store.reader().expect("a second connection");
        let settings = Settings {
            accounts: vec![AccountSettings {
                connect: Some(url),
                proxy: Proxy::Direct,
                ..AccountSettings::new(account.bare().parse().expect("an address"))
            }],
            ..Settings::default()
        };
        let (tell, rows) = mpsc::unbounded_channel();
        let (end, ended) = oneshot::channel();
        let (tell_name, name) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let own = std::fs::read_link("/proc/thread-self").expect("Linux");
            tell_name.send(own).expect("somebody listens");
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(live(store, settings, tell, ended));
        });
        Self {
            reader,
            chat: ChatRef {
                account: AccountId(1),
                jid: BOB.parse().expect("an address"),
            },
            rows,
            end,
            thread,
            work: Path::new("/proc")
                .join(name.recv().expect("the thread's name"))
                .join("schedstat"),
            _folder: folder,
        }
    }

    /// The messages that another connection to the database sees.
    fn committed(&self) -> usize {
        self.reader.unread(&self.chat).expect("the store") as usize
    }

    /// Waits until so many more rows were told of.
    pub(crate) async fn until_told(&mut self, rows: usize) {
        for _ in 0..rows {
            self.rows.recv().await.expect("the engine lives");
        }
    }

    /// Waits until the words of all that was said are found, and looks so often.
    pub(crate) async fn until_indexed(&self, pause: Duration) {
        while self.reader.to_index().expect("the store") != ToIndex::Nothing {
            sleep(pause).await;
        }
    }

    /// The engine's thread alone; the scripted server has another one.
    fn worked(&self) -> Duration {
        let told = std::fs::read_to_string(&self.work).expect("the scheduler's count");
        let nanoseconds = told.split(' ').next().and_then(|first| first.parse().ok());
        Duration::from_nanos(nanoseconds.expect("a number"))
    }

    pub(crate) fn end(self) {
        let _ = self.end.send(());
        self.thread.join().expect("the engine's thread");
    }
}

async fn live(
    store: Store,
    settings: Settings,
    tell: mpsc::UnboundedSender<Instant>,
    mut ended: oneshot::Receiver<()>,
) {
    let (_surroundings, around) = watch::channel(Surroundings::default());
    let config = EngineConfig {
        store,
        settings,
        connector: Arc::new(WireConnector::new(Arc::new(Known))),
        surroundings: around,
        clock: Arc::new(|| Timestamp(jiff::Timestamp::now().as_millisecond())),
        chance: Box::new(|| 0.5),
    };
    let (engine, mut outputs) = Engine::start(config).expect("an engine");
    loop {
        tokio::select! {
            output = outputs.recv() => match output {
                Some(Output::MessageAdded(..)) => { let _ = tell.send(Instant::now()); }
                Some(_) => {}
                None => return,
            },
            _ = &mut ended => break,
        }
    }
    engine.say_goodbye().await;
}

struct Known;

impl Secrets for Known {
    fn password(&self, _: &AccountSettings) -> Boxed<Option<Secret>> {
        Box::pin(async { Some(Secret::new(PASSWORD.to_owned())) })
    }
}
