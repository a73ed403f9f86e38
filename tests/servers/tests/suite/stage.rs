//! The stage: one server, and for every scenario three people whom no other scenario knows.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use carillon_engine::wire::CertificateDer;
use carillon_tests_servers::{Account, Kind, Peer, TestServer};
use tokio::sync::{RwLock, Semaphore};
use tokio::task::LocalSet;
use tokio::time::{Instant, timeout};

use crate::person::Person;
use crate::profile::Profile;

const PEOPLE: [&str; 3] = ["alice", "bob", "carol"];
const PASSWORD: &str = "through the looking-glass";

/// So many at once: they mostly wait, for the server and for each other.
const AT_ONCE: usize = 4;
/// No scenario takes longer, unless it hangs: a disk that syncs slowly makes all of them wait. What one waits for in vain
/// names itself earlier.
const LONGEST: Duration = Duration::from_secs(300);

pub(crate) struct Scenario {
    pub(crate) room: &'static str,
    pub(crate) name: &'static str,
    pub(crate) play: fn(Stage) -> Pin<Box<dyn Future<Output = ()>>>,
}

impl Scenario {
    fn title(&self) -> String {
        format!("{}: {}", self.room, self.name.replace('_', " "))
    }

    fn is_wanted(&self) -> bool {
        std::env::var("SCENARIO").map_or(true, |word| self.title().contains(&word))
    }

    fn address(&self, person: &str) -> String {
        format!("{person}.{}.{}", self.room, self.name)
    }
}

/// By which way Carillon comes to the server.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Way {
    WebSocket,
    StartTls,
    DirectTls,
}

/// What a scenario plays on.
pub(crate) struct Stage {
    server: Rc<RwLock<TestServer>>,
    roots: Vec<CertificateDer<'static>>,
    scenario: String,
    kind: Kind,
    url: String,
    domain: String,
    rooms: String,
}

/// Plays `together` side by side and `alone` one by one, and fails with the names of all that failed.
pub(crate) async fn play(kind: Kind, way: Way, together: Vec<Scenario>, alone: Vec<Scenario>) {
    let wanted = |scenarios: Vec<Scenario>| -> Vec<Scenario> {
        scenarios.into_iter().filter(Scenario::is_wanted).collect()
    };
    let (together, alone) = (wanted(together), wanted(alone));
    let people: Vec<_> = together
        .iter()
        .chain(&alone)
        .flat_map(|scenario| PEOPLE.map(|person| scenario.address(person)))
        .map(|name| (name, PASSWORD.to_owned()))
        .collect();
    let server = Rc::new(RwLock::new(TestServer::start_with(kind, &people).await));
    let all = together.len() + alone.len();
    assert!(all > 0, "no scenario has these words in its title");
    let failed = LocalSet::new()
        .run_until(async {
            let mut failed = side_by_side(&server, way, together).await;
            for scenario in alone {
                failed.extend(side_by_side(&server, way, vec![scenario]).await);
            }
            failed
        })
        .await;
    assert!(
        failed.is_empty(),
        "{} of {all} scenarios failed on {kind:?} by {way:?}:\n{}",
        failed.len(),
        failed.join("\n")
    );
}

async fn side_by_side(
    server: &Rc<RwLock<TestServer>>,
    way: Way,
    scenarios: Vec<Scenario>,
) -> Vec<String> {
    let places = Rc::new(Semaphore::new(AT_ONCE));
    let playing: Vec<_> = scenarios
        .into_iter()
        .map(|scenario| {
            let (server, places) = (Rc::clone(server), Rc::clone(&places));
            let title = scenario.title();
            let task = tokio::task::spawn_local(async move {
                let _place = places.acquire().await;
                let stage = Stage::new(server, way, &scenario).await;
                let began = Instant::now();
                timeout(LONGEST, (scenario.play)(stage))
                    .await
                    .expect("it does not end");
                eprintln!(
                    "{:>6} ms  {}",
                    began.elapsed().as_millis(),
                    scenario.title()
                );
            });
            (title, task)
        })
        .collect();
    let mut failed = Vec::new();
    for (title, task) in playing {
        if let Err(error) = task.await {
            failed.push(format!("- {title}: {}", words_of(error.into_panic())));
        }
    }
    failed
}

fn words_of(panic: Box<dyn std::any::Any + Send>) -> String {
    match panic.downcast::<String>() {
        Ok(words) => *words,
        Err(panic) => panic
            .downcast_ref::<&str>()
            .map_or_else(String::new, |words| (*words).to_owned()),
    }
}

impl Stage {
    /// Whether Carillon comes to the server through its web.
    pub(crate) fn by_websocket(&self) -> bool {
        self.url.starts_with("ws")
    }

    async fn new(server: Rc<RwLock<TestServer>>, way: Way, scenario: &Scenario) -> Self {
        let it = server.read().await;
        let (kind, domain, rooms) = (it.kind(), it.domain().to_owned(), it.rooms());
        let url = match way {
            Way::WebSocket => it.url(),
            Way::StartTls => it.starttls_address(),
            Way::DirectTls => it.tls_address(),
        };
        let roots = vec![CertificateDer::from(it.authority().to_vec())];
        drop(it);
        Self {
            server,
            roots,
            scenario: format!("{}.{}", scenario.room, scenario.name),
            kind,
            url,
            domain,
            rooms,
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn domain(&self) -> &str {
        &self.domain
    }

    /// The account that a person of this scenario has.
    pub(crate) fn account(&self, person: &str) -> Account {
        let name = format!("{person}.{}", self.scenario);
        Account {
            jid: format!("{name}@{}", self.domain),
            name,
            password: PASSWORD.to_owned(),
        }
    }

    /// The part of the server where rooms are.
    pub(crate) fn rooms(&self) -> &str {
        &self.rooms
    }

    /// The address of a room of this scenario.
    pub(crate) fn room(&self, name: &str) -> String {
        format!("{name}.{}@{}", self.scenario, self.rooms)
    }

    /// A new profile for a person, who is not signed in yet.
    pub(crate) fn profile(&self, person: &str) -> Profile {
        self.profile_of(&self.account(person))
    }

    /// A new profile for an account.
    pub(crate) fn profile_of(&self, account: &Account) -> Profile {
        Profile::new(account, &self.url, &self.roots)
    }

    /// Whom to trust beside the system's authorities.
    pub(crate) fn roots(&self) -> Vec<CertificateDer<'static>> {
        self.roots.clone()
    }

    /// A person with Carillon, signed in.
    pub(crate) async fn person(&self, person: &str) -> Person {
        self.profile(person).signs_in().await
    }

    /// Alice and Bob, both signed in, who see each other.
    pub(crate) async fn friends(&self) -> (Person, Person) {
        let (mut alice, mut bob) = (self.person("alice").await, self.person("bob").await);
        alice.befriends(&mut bob).await;
        (alice, bob)
    }

    /// A person with another client, available.
    pub(crate) async fn peer(&self, person: &str) -> Peer {
        let account = self.account(person);
        Peer::online(&*self.server.read().await, &account).await
    }

    /// A person with another client that tells what it understands, available.
    pub(crate) async fn eloquent_peer(&self, person: &str) -> Peer {
        let account = self.account(person);
        Peer::eloquent(&*self.server.read().await, &account).await
    }

    /// A person with another client that comes over the server's WebSocket, available.
    pub(crate) async fn peer_on_the_web(&self, person: &str) -> Peer {
        let account = self.account(person);
        Peer::online_on_the_web(&*self.server.read().await, &account).await
    }

    /// `kill -9` for the server.
    pub(crate) async fn kill_server(&self) {
        self.server.write().await.kill();
    }

    /// Starts the server again.
    pub(crate) async fn run_server(&self) {
        self.server.write().await.run().await;
    }
}
