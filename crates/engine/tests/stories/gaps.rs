//! Gaps close (XEP-0313): whatever a link, a server and its archive do, in the end each message lies once where the
//! archive has it.
//!
//! 1,000 cases made from numbers; `CARILLON_GAPS` in the environment sets another count: 10,000 take a minute of a core,
//! more than nextest gives a test that others wait for, so `cargo test` plays them.

use crate::archive::{entry, page, said};
use crate::stage::{MORNING, Session, Stage};
use carillon_core::chat::HistoryAnchor;
use carillon_core::session::{
    ArchivePage, ArchivePlace, ArchiveQuery, Incoming, IncomingMessage, Origin, Outgoing,
    ServerFeatures,
};
use fastrand::Rng;
use tokio::time::Instant;

/// So much of the chat's end is looked at after each case: more than one case says.
const LOOKED_AT: u32 = 40;
/// Two clocks differ by less, in milliseconds.
const CLOCKS_APART: i64 = 3_000_000;
/// A new profile for so many cases.
const CASES_OF_A_PROFILE: u64 = 50;
/// Longer than the engine waits before it asks again for the first time, in seconds.
const LONG: u64 = 60;

/// The server's side: its archive.
struct Server {
    dice: Rng,
    /// What each entry says, by its number. Entry `s{n}` is the message `b{n}` unless it is a second copy.
    entries: Vec<(u32, IncomingMessage)>,
    next: u32,
    began: Instant,
    /// By how much its clock is before the client's, in milliseconds.
    ahead: i64,
    /// The archive has forgotten the names of all before this one.
    forgotten: u32,
    faults: u32,
}

impl Server {
    /// Bob says something: the archive has it now. Sometimes twice, since the server has made a copy of it.
    fn bob_says(&mut self) -> IncomingMessage {
        let passed = i64::try_from(self.began.elapsed().as_millis()).unwrap();
        let message = IncomingMessage {
            at: Some(MORNING.plus_millis(passed + self.ahead)),
            // Receipts that nobody acknowledges would fill the session.
            wants_receipt: false,
            ..said(self.next)
        };
        self.add(message.clone());
        if self.dice.u8(..) < 10 {
            self.faults += 1;
            self.add(IncomingMessage {
                stanza_id: Some(format!("s{}", self.next)),
                ..message.clone()
            });
        }
        message
    }

    fn add(&mut self, message: IncomingMessage) {
        self.entries.push((self.next, message));
        self.next += 1;
    }

    /// Something that was said lately, with the name that one of its entries has.
    fn one_of_the_last(&mut self) -> IncomingMessage {
        let last = self.entries.len();
        let at = self.dice.usize(last.saturating_sub(5)..last);
        self.entries[at].1.clone()
    }

    /// Everything that the client has by now is gone.
    fn forgets(&mut self) {
        self.forgotten = self.next;
    }

    /// What was looked at before is looked at no more.
    fn tidies(&mut self) {
        let surplus = self.entries.len().saturating_sub(60);
        self.entries.drain(..surplus);
        let first = self.entries.first().map_or(0, |(number, _)| *number);
        self.forgotten = self.forgotten.max(first);
    }

    /// What the archive answers; `None`: it does not know that entry any more.
    fn page(&self, query: &ArchiveQuery, most: usize) -> Option<ArchivePage> {
        let number = |id: &str| id[1..].parse::<u32>().unwrap();
        let from = match &query.place {
            ArchivePlace::After(id) if number(id) < self.forgotten => return None,
            ArchivePlace::After(id) => number(id) + 1,
            ArchivePlace::Since(at) => {
                let since = |(number, one): &&(u32, IncomingMessage)| {
                    *number >= self.forgotten && one.at >= Some(*at)
                };
                let first = self.entries.iter().find(since);
                first.map_or(self.next, |(number, _)| *number)
            }
            ArchivePlace::Newest => self.next.saturating_sub(3).max(1),
            ArchivePlace::Before(_) => panic!("nobody scrolls"),
        };
        let rest: Vec<_> = self.entries.iter().filter(|(n, _)| *n >= from).collect();
        let complete = rest.len() <= most;
        let told: Vec<_> = rest.into_iter().take(most).map(archived).collect();
        Some(page(told, complete))
    }

    /// What a chat is to show in the end: each message once, where the archive has it first.
    fn order(&self) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for (_, message) in &self.entries {
            if all.last() != Some(&message.body) {
                all.push(message.body.clone());
            }
        }
        all
    }
}

fn archived((number, message): &(u32, IncomingMessage)) -> carillon_core::session::Archived {
    entry(IncomingMessage {
        stanza_id: Some(format!("s{number}")),
        ..message.clone()
    })
}

/// The archive's questions since it was looked last.
async fn questions(session: &mut Session) -> Vec<ArchiveQuery> {
    let said = session.says().await;
    said.into_iter()
        .filter_map(|one| match one {
            Outgoing::Archive(query) => Some(query),
            _ => None,
        })
        .collect()
}

/// The same over the stream.
fn live(message: IncomingMessage) -> Incoming {
    Incoming::Message(IncomingMessage {
        origin: Origin::Live,
        at: None,
        ..message
    })
}

async fn comes_online(session: &Session) {
    let features = ServerFeatures {
        archive: true,
        carbons: true,
        ..ServerFeatures::default()
    };
    let jid = "alice@example.org/desk".parse().unwrap();
    session.hears(Incoming::Online { jid, features }).await;
}

/// A story whose course the dice decide.
struct Play {
    stage: Stage,
    /// There is always one between two steps.
    session: Option<Session>,
    server: Server,
    /// Questions that were not answered yet.
    pending: Vec<ArchiveQuery>,
    /// What has happened in this case.
    log: Vec<String>,
}

impl Play {
    async fn begin(number: u64) -> Self {
        let (mut stage, session) = Stage::online_on(fast_folder()).await;
        session.loses_its_link().await;
        let session = stage.session().await;
        comes_online(&session).await;
        let mut play = Self {
            stage,
            session: Some(session),
            server: Server {
                dice: Rng::with_seed(0),
                entries: Vec::new(),
                next: 1,
                began: Instant::now(),
                ahead: Rng::with_seed(number).i64(-CLOCKS_APART..CLOCKS_APART),
                forgotten: 0,
                faults: 0,
            },
            pending: Vec::new(),
            log: Vec::new(),
        };
        for _ in 0..3 {
            play.server.bob_says();
        }
        play.reads_to_the_end().await;
        play
    }

    fn session(&mut self) -> &mut Session {
        self.session.as_mut().unwrap()
    }

    async fn asked(&mut self) {
        let asked = questions(self.session()).await;
        self.pending.extend(asked);
    }

    /// Answers everything, as it is, until nothing more is asked.
    async fn reads_to_the_end(&mut self) {
        loop {
            self.asked().await;
            if self.pending.is_empty() {
                return;
            }
            self.answers(50, true).await;
        }
    }

    /// Answers the oldest question, if there is one.
    async fn answers(&mut self, most: usize, stable: bool) {
        if self.pending.is_empty() {
            return;
        }
        let query = self.pending.remove(0);
        let place = &query.place;
        self.log
            .push(format!("{place:?}: {most} entries, stable {stable}"));
        match self.server.page(&query, most) {
            Some(page) => {
                let page = ArchivePage { stable, ..page };
                self.session().answers(&query, page).await;
            }
            None => {
                self.server.faults += 1;
                self.session().refuses(&query, "item-not-found").await;
            }
        }
    }

    async fn refuses(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        self.server.faults += 1;
        let query = self.pending.remove(0);
        self.log.push(format!("{:?}: an error", query.place));
        self.session()
            .refuses(&query, "internal-server-error")
            .await;
        self.stage.passes(LONG).await;
    }

    /// The link breaks; things are said meanwhile; the next session is a new one, or the same that goes on.
    async fn is_cut(&mut self, goes_on: bool) {
        self.server.faults += 1;
        if goes_on {
            self.session().is_managed("s").await;
        } else {
            self.pending.clear();
        }
        let missed = self.server.dice.u8(..4);
        let mut missed: Vec<_> = (0..missed).map(|_| self.server.bob_says()).collect();
        if let Some(session) = self.session.take() {
            session.loses_its_link().await;
        }
        let session = self.stage.session().await;
        if goes_on {
            // From two queues, as of ejabberd: in any order.
            self.server.dice.shuffle(&mut missed);
            let late: Vec<_> = missed.iter().map(|one| &one.body).collect();
            self.log.push(format!("goes on, and tells {late:?}"));
            session.hears(Incoming::Resumed).await;
            session.hears_all(missed.into_iter().map(live)).await;
        } else {
            self.log
                .push(format!("signs in; {} were missed", missed.len()));
            comes_online(&session).await;
            if session.start.stream.is_some() {
                // Who managed the stream before manages the new one.
                session.is_managed("s").await;
            }
        }
        self.session = Some(session);
    }

    async fn step(&mut self) {
        self.asked().await;
        match self.server.dice.u8(..16) {
            0..4 => {
                let said = self.server.bob_says();
                self.log.push(format!("live {}", said.body));
                self.session().hears(live(said)).await;
            }
            4..6 => self.is_cut(false).await,
            6 => self.is_cut(true).await,
            7..11 => {
                let most = self.server.dice.usize(1..4);
                let stable = self.server.dice.u8(..8) > 0;
                self.server.faults += u32::from(!stable);
                self.answers(most, stable).await;
            }
            11 => self.refuses().await,
            12 => {
                // From where the server keeps it for those who are away, or once more over the stream.
                let again = self.server.one_of_the_last();
                let origin = if self.server.dice.bool() {
                    Origin::Delayed
                } else {
                    Origin::Live
                };
                self.log.push(format!("{origin:?} again {}", again.body));
                let again = Incoming::Message(IncomingMessage { origin, ..again });
                self.session().hears(again).await;
            }
            13 => {
                // All of it was told, and is forgotten.
                self.is_cut(false).await;
                self.reads_to_the_end().await;
                self.log.push("forgets".to_owned());
                self.server.forgets();
            }
            _ => self.reads_to_the_end().await,
        }
    }

    /// A number of steps, then calm: one last sign-in, and all that is asked is answered.
    async fn case(&mut self, seed: u64) {
        self.server.dice = Rng::with_seed(seed);
        self.log.clear();
        for _ in 0..self.server.dice.u8(2..8) {
            self.step().await;
        }
        self.is_cut(false).await;
        self.reads_to_the_end().await;
        let chat = self.stage.chat("bob@example.org");
        let page = self.stage.stored();
        let page = page.history(&chat, HistoryAnchor::Newest, LOOKED_AT);
        let shown: Vec<_> = page.unwrap().messages;
        let shown: Vec<_> = shown.into_iter().map(|one| one.body).collect();
        let order = self.server.order();
        let same = order.len().min(shown.len());
        assert!(same > 2);
        assert_eq!(
            shown[shown.len() - same..],
            order[order.len() - same..],
            "in case {seed}: {:#?}",
            self.log
        );
        self.stage.told().await;
        self.server.tidies();
    }
}

fn fast_folder() -> tempfile::TempDir {
    // What is asked here is the order, not the disk.
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap())
}

#[tokio::test(start_paused = true)]
async fn whatever_happens_each_message_lies_once_where_the_archive_has_it() {
    let cases = std::env::var("CARILLON_GAPS").map_or(1_000, |cases| cases.parse().unwrap());
    let (mut faults, mut messages) = (0, 0);
    let mut play = Play::begin(0).await;
    for seed in 0..cases {
        if seed % CASES_OF_A_PROFILE == 0 && seed > 0 {
            faults += play.server.faults;
            messages += play.server.next;
            play = Play::begin(seed).await;
        }
        play.case(seed).await;
    }
    faults += play.server.faults;
    messages += play.server.next;
    assert!(u64::from(faults) > cases, "{faults} faults");
    assert!(u64::from(messages) > cases, "{messages} messages");
}
