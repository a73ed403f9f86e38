//! The way into the network changes, as it does on a laptop that is carried about: what a friend wrote meanwhile is
//! there soon, once, and so is what was written to the friend.
//!
//! `CARILLON_NETWORK_ROUNDS=20 cargo test -p carillon-tests-app --test process_network -- --nocapture` measures how
//! soon, over so many rounds of each kind.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

use std::time::{Duration, Instant};

use carillon_tests_app::{Network, Person, Visitor, apart};
use carillon_tests_servers::{Peer, TestServer};
use serde_json::{Value, json};
use tokio::time::sleep;

/// Where the server is found from everywhere.
const SERVER: &str = "10.9.0.1";
/// Alice's first address is 10.9.1.2, of way 1.
const FIRST: (u8, u8) = (1, 2);
/// Whoever is back later is not back: many times what is promised, since the machine may be busy.
const BOUND: Duration = Duration::from_secs(90);
/// A cable that is pulled out and put in again at once.
const SHORT: Duration = Duration::from_secs(3);
/// A change has been told, and links have been asked, if nobody was asked for so long.
const QUIET: Duration = Duration::from_secs(3);
const LOOK: Duration = Duration::from_millis(10);
/// Only what is counted here, so that the log can be read again and again.
const LOG: &str = "warn,carillon_resident::life=debug,carillon_engine::sessions=info";
const ASKED: &str = "links are asked whether they live";
const ENDED: &str = "the session ended";

/// What happens to the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    /// The cable is pulled out and put in again, sooner than a link is given up.
    ShortBreak,
    /// It is put in again when Carillon knows that its link is dead.
    Break,
    /// Another address on the same way; the old one is gone.
    Address,
    /// Another way, with another address; the old one is gone.
    Way,
    /// What the server says leads nowhere any more, without a word. Later another way appears.
    BlackHole,
}

const CHANGES: [Change; 5] = [
    Change::ShortBreak,
    Change::Break,
    Change::Address,
    Change::Way,
    Change::BlackHole,
];

/// How long it took in a round, in seconds.
#[derive(Debug, Default)]
struct Took {
    /// From the change until the link was known to be dead, if it was.
    notice: Option<f64>,
    /// From the moment that there was a way again until the account was online, if it had not been.
    reconnect: Option<f64>,
    /// From that moment until what the friend had written was there.
    message: f64,
}

/// Alice with Carillon, in a network of her own, and Bob beside the server.
struct Story {
    alice: Person,
    tool: Visitor,
    network: Network,
    chat: Value,
    bob: Peer,
    /// The numbers of Alice's way and address.
    at: (u8, u8),
    from_bob: Vec<String>,
    from_alice: Vec<String>,
    _server: TestServer,
}

impl Story {
    async fn begin() -> Self {
        let mut alice = Person::new("Alice").await;
        alice.desktop.speaker.stop_recording().await;
        let network = Network::beside(SERVER, alice.folder()).await;
        network.lay(FIRST.0);
        network.lead(FIRST.0, FIRST.1);
        let server = TestServer::start_beside(SERVER).await;
        let account = server.add_account("alice", "looking glass").await;
        let bobs = server.add_account("bob", "can he fix it").await;
        server.befriend((&account, "Alice"), (&bobs, "Bob")).await;
        let url = server.tls_address().replace("127.0.0.1", SERVER);
        alice.add_account_at(&url, &account).await;
        let authority = server.authority_file();
        let environment = [
            ("SSL_CERT_FILE", authority.to_str().unwrap()),
            ("CARILLON_LOG", LOG),
        ];
        alice.start_in(&network, &environment).await;
        alice.until_online().await;
        let mut tool = alice.tool().await;
        tool.must("mute_all", json!({"until": "8h"})).await;
        let overview = tool.must("read_overview", json!({})).await;
        let bob = Peer::online(&server, &bobs).await;
        Self {
            alice,
            tool,
            network,
            chat: json!({"account": overview["accounts"][0]["id"], "jid": bobs.jid}),
            bob,
            at: FIRST,
            from_bob: Vec::new(),
            from_alice: Vec::new(),
            _server: server,
        }
    }

    /// The way changes, and Bob writes while Alice can't be reached; so does she herself, if `she_writes`.
    async fn round(&mut self, change: Change, she_writes: bool) -> Took {
        self.is_settled().await;
        let ended = self.logged(ENDED);
        let (way, host) = self.at;
        let began = Instant::now();
        match change {
            Change::ShortBreak | Change::Break => self.network.plug(way, false),
            Change::Address => self.network.take_addresses(way),
            Change::Way => self.network.take(way),
            Change::BlackHole => self.network.swallow(way, host, true),
        }
        self.bob_writes(change).await;
        if she_writes {
            self.alice_writes(change).await;
        }
        match change {
            Change::ShortBreak => sleep(SHORT).await,
            Change::Break => self.notices(ended).await,
            Change::Address => self.at.1 ^= 1,
            Change::Way | Change::BlackHole => self.at.0 ^= 3,
        }
        let mut took = Took::default();
        match change {
            Change::ShortBreak => self.network.plug(way, true),
            Change::Break => {
                took.notice = Some(began.elapsed().as_secs_f64());
                self.network.plug(way, true);
            }
            Change::Address => self.network.lead(self.at.0, self.at.1),
            Change::Way | Change::BlackHole => {
                self.network.lay(self.at.0);
                self.network.lead(self.at.0, self.at.1);
            }
        }
        self.comes_back(ended, change, &mut took).await;
        if change == Change::BlackHole {
            self.network.swallow(way, host, false);
            self.network.take(way);
        }
        took
    }

    async fn comes_back(&mut self, ended: usize, change: Change, took: &mut Took) {
        let back = Instant::now();
        if change != Change::ShortBreak {
            if took.notice.is_none() {
                self.notices(ended).await;
                took.notice = Some(back.elapsed().as_secs_f64());
            }
            let online = |it: &Value| it["accounts"][0]["connection"]["kind"] == "online";
            self.until("Alice is online again", online).await;
            took.reconnect = Some(back.elapsed().as_secs_f64());
        }
        let unread = self.from_bob.len();
        let counted = |it: &Value| it["unread"] == unread;
        self.until("what Bob wrote is counted", counted).await;
        took.message = back.elapsed().as_secs_f64();
    }

    async fn bob_writes(&mut self, change: Change) {
        let body = format!("Bob's {}, {change:?}", self.from_bob.len());
        self.bob.message("alice@carillon.test", &body).await;
        // The server has tried to hand it over.
        self.bob.ping().await;
        self.from_bob.push(body);
    }

    async fn alice_writes(&mut self, change: Change) {
        let number = self.from_alice.len();
        let body = format!("Alice's {number}, {change:?}");
        let id = format!("{number:08x}-0000-4000-8000-000000000000");
        let ask = json!({"chat": self.chat, "id": id, "body": body});
        self.tool.must("send_message", ask).await;
        self.from_alice.push(body);
    }

    fn logged(&self, line: &str) -> usize {
        self.alice.log().matches(line).count()
    }

    /// Waits until more sessions than before have ended.
    async fn notices(&self, before: usize) {
        let deadline = Instant::now() + BOUND;
        while self.logged(ENDED) == before {
            assert!(Instant::now() < deadline, "the dead link is not noticed");
            sleep(LOOK).await;
        }
    }

    /// Waits until all that the round before has caused is over: what is asked for its sake is answered.
    async fn is_settled(&self) {
        let (mut asked, mut since) = (self.logged(ASKED), Instant::now());
        while since.elapsed() < QUIET {
            sleep(LOOK).await;
            let now = self.logged(ASKED);
            if now != asked {
                (asked, since) = (now, Instant::now());
            }
        }
    }

    async fn until(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) {
        let deadline = Instant::now() + BOUND;
        loop {
            let status = self.tool.must("read_status", json!({})).await;
            self.tool.events.clear();
            if wanted(&status) {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "waited {BOUND:?} in vain: {what}; {status}"
            );
            sleep(LOOK).await;
        }
    }

    /// What is in Alice's store, oldest first: hers, and Bob's.
    async fn history(&mut self) -> [Vec<String>; 2] {
        let mut anchor = json!({"kind": "newest"});
        let mut all: Vec<Value> = Vec::new();
        loop {
            let ask = json!({"chat": self.chat, "anchor": anchor, "limit": 200});
            let page = self.tool.must("read_history", ask).await;
            all.splice(0..0, page["messages"].as_array().unwrap().iter().cloned());
            if page["more_before"] != true {
                let bodies = all.iter().map(|it| it["body"].as_str().unwrap().to_owned());
                let (hers, his) = bodies.partition(|body| body.starts_with("Alice"));
                return [hers, his];
            }
            anchor = json!({"kind": "before", "message": all[0]["id"]});
        }
    }

    /// What has come to Bob, oldest first.
    async fn heard_by_bob(&mut self) -> Vec<String> {
        let deadline = Instant::now() + BOUND;
        loop {
            self.bob.ping().await;
            let messages = self.bob.left().iter().filter(|it| it.kind() == "message");
            let bodies = messages.map(|it| it.text("body").to_owned());
            let bodies: Vec<_> = bodies.filter(|body| !body.is_empty()).collect();
            if bodies.len() >= self.from_alice.len() || Instant::now() > deadline {
                return bodies;
            }
            sleep(LOOK).await;
        }
    }

    /// Nothing is lost, nothing doubled, all in its order, on both sides.
    async fn ends(mut self) {
        let heard = self.heard_by_bob().await;
        assert_eq!(heard, self.from_alice);
        assert_eq!(
            self.history().await,
            [self.from_alice.clone(), self.from_bob.clone()]
        );
        let (hers, his) = (self.from_alice.len(), self.from_bob.len());
        println!(
            "{his} messages of Bob's and {hers} of Alice's: 0 lost, 0 doubled, 0 out of order"
        );
    }
}

fn tell(change: Change, took: &[Took]) {
    let row = |what: &str, values: Vec<f64>| {
        let mut values = values;
        values.sort_by(f64::total_cmp);
        let at = |percent: usize| {
            let rank = (values.len() * percent).div_ceil(100).max(1);
            values.get(rank - 1).copied()
        };
        if let (Some(half), Some(most), Some(longest)) = (at(50), at(95), at(100)) {
            let change = format!("{change:?}");
            println!(
                "{change:<11} {what:<10} {half:>7.2} {most:>7.2} {longest:>7.2} {:>4}",
                values.len()
            );
        }
    };
    row("notice", took.iter().filter_map(|it| it.notice).collect());
    row(
        "reconnect",
        took.iter().filter_map(|it| it.reconnect).collect(),
    );
    row("message", took.iter().map(|it| it.message).collect());
}

#[test]
fn a_way_that_breaks_changes_or_leads_nowhere_costs_no_message() {
    apart("in_a_network_of_its_own");
}

#[tokio::test]
#[ignore = "run by another test, in a network of its own"]
async fn in_a_network_of_its_own() {
    let rounds = std::env::var("CARILLON_NETWORK_ROUNDS");
    let rounds = rounds.map_or(1, |rounds| rounds.parse().unwrap());
    let mut story = Story::begin().await;
    println!("seconds                    p50     p95     max    n");
    for (number, change) in CHANGES.into_iter().enumerate() {
        let mut took = Vec::new();
        for round in 0..rounds {
            // In every other round: who writes asks by that whether the link lives.
            took.push(story.round(change, (number + round) % 2 == 1).await);
        }
        tell(change, &took);
    }
    story.ends().await;
}
