//! What a run shall do, and what shall befall it.

use std::time::Duration;

use carillon_tests_servers::{Fault, Kind};
use clap::{Args, ValueEnum};
use fastrand::Rng;
use serde::{Deserialize, Serialize};

/// How the residents come to their server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// RFC 6120, with TLS that is agreed on.
    Tcp,
    /// RFC 7395, in clear.
    Websocket,
}

/// How many processes are killed (`kill -9`) and started again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Args, Serialize, Deserialize)]
pub struct Kills {
    /// So many times one of the two residents, while it sends and receives.
    #[arg(id = "client_kills", long = "client-kills", default_value_t = 0)]
    pub client: u32,
    /// So many times the server.
    #[arg(id = "server_kills", long = "server-kills", default_value_t = 0)]
    pub server: u32,
}

/// One run.
#[derive(Debug, Clone)]
pub struct Chunk {
    /// Prosody or ejabberd.
    pub server: Kind,
    /// How the residents come to it.
    pub transport: Transport,
    /// What befalls whom follows from it.
    pub seed: u64,
    /// So many messages, half of them from either side.
    pub messages: u32,
    /// So many faults of the links.
    pub faults: u32,
    /// So many kills.
    pub kills: Kills,
    /// No link that is half open, which takes 15 s to be noticed.
    pub quick: bool,
    /// A stream can be resumed for so long only; `None`: as the server has it.
    pub resume_window: Option<Duration>,
    /// Nothing more is said and nothing more befalls anybody after so long.
    pub limit: Duration,
}

/// Something that befalls a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blow {
    /// Once so many messages were said by both together.
    pub after: u32,
    /// And so long later.
    pub wait: Duration,
    /// What.
    pub what: What,
}

/// What befalls whom. Sides are 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A side's link.
    Fault(usize, Fault),
    /// A side's resident is killed, and started again after so long.
    Client(usize, Duration),
    /// The server is killed, and started again after so long.
    Server(Duration),
}

/// All that befalls a run, in order.
#[must_use]
pub fn plan(chunk: &Chunk) -> Vec<Blow> {
    let mut chance = Rng::with_seed(chunk.seed);
    let millis = |chance: &mut Rng, to: u64| Duration::from_millis(chance.u64(..to));
    let mut whats = Vec::new();
    for _ in 0..chunk.faults {
        let side = chance.usize(..2);
        let fault = match chunk.quick {
            true => Fault::quick(&mut chance),
            false => Fault::any(&mut chance),
        };
        whats.push(What::Fault(side, fault));
    }
    for _ in 0..chunk.kills.client {
        let side = chance.usize(..2);
        whats.push(What::Client(side, millis(&mut chance, 400)));
    }
    for _ in 0..chunk.kills.server {
        whats.push(What::Server(millis(&mut chance, 3_000)));
    }
    chance.shuffle(&mut whats);
    let count = u32::try_from(whats.len()).expect("a number of blows");
    let mut blows = Vec::new();
    for (number, what) in (0..).zip(whats) {
        let after = u64::from(chunk.messages) * number / u64::from(count);
        blows.push(Blow {
            after: u32::try_from(after).expect("no more than messages"),
            wait: millis(&mut chance, 300),
            what,
        });
    }
    blows
}
