//! The one thread that owns the router: commands come in by a channel, effects go out to the connections.
//!
//! A thread of its own, since the database blocks while it syncs.

use std::collections::{HashMap, VecDeque};

use carillon_xml::{Frame, XmlError};
use jiff::Timestamp;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

use crate::outbox::{Out, Outbox};
use crate::router::{ConnId, Derivation, Effect, RESUME_TIME, Router};
use crate::sasl::scram::Credentials;
use crate::store::StoreError;

/// What the thread is asked to do.
pub(crate) enum Command {
    Connected {
        conn: ConnId,
        outbox: Outbox,
    },
    Frame {
        conn: ConnId,
        frame: Result<Frame, XmlError>,
    },
    Written {
        conn: ConnId,
        mark: i64,
    },
    /// With the texts that the client did not get.
    Gone {
        conn: ConnId,
        unsent: Vec<String>,
    },
    /// A session that sleeps was given its time.
    Expired {
        conn: ConnId,
    },
    Derived {
        ticket: u64,
        credentials: Option<Credentials>,
    },
    SetAccount {
        name: String,
        credentials: Credentials,
        done: oneshot::Sender<Result<(), StoreError>>,
    },
    Befriend {
        a: String,
        b: String,
        done: oneshot::Sender<Result<bool, StoreError>>,
    },
    ShutDown,
}

pub(crate) struct Hub {
    router: Router,
    outboxes: HashMap<ConnId, Outbox>,
    /// To give stretched passwords back. Weak, so that the thread ends when nobody else can ask for anything.
    own: mpsc::WeakSender<Command>,
    runtime: Handle,
}

impl Hub {
    pub(crate) fn new(router: Router, own: mpsc::WeakSender<Command>, runtime: Handle) -> Hub {
        Hub {
            router,
            outboxes: HashMap::new(),
            own,
            runtime,
        }
    }

    /// Works until every sender of commands is gone, then closes the database.
    pub(crate) fn run(mut self, mut commands: mpsc::Receiver<Command>) -> Result<(), StoreError> {
        while let Some(command) = commands.blocking_recv() {
            self.obey(command);
        }
        self.router.into_store().close()
    }

    fn obey(&mut self, command: Command) {
        let now = Timestamp::now();
        let effects = match command {
            Command::Connected { conn, outbox } => {
                self.outboxes.insert(conn, outbox);
                self.router.connected(conn);
                return;
            }
            Command::Frame { conn, frame } => self.router.frame(conn, frame, now),
            Command::Written { conn, mark } => return self.router.written(conn, mark),
            Command::Gone { conn, unsent } => {
                self.outboxes.remove(&conn);
                let mut effects = self.router.gone(conn, now);
                effects.extend(self.router.undelivered(&unsent, now));
                effects
            }
            Command::Expired { conn } => self.router.expired(conn, now),
            Command::Derived {
                ticket,
                credentials,
            } => self.router.derived(ticket, credentials.as_ref(), now),
            // Whoever asked may have stopped waiting; it is done all the same.
            Command::SetAccount {
                name,
                credentials,
                done,
            } => {
                let _ = done.send(self.router.set_account(&name, &credentials));
                return;
            }
            Command::Befriend { a, b, done } => match self.router.befriend(&a, &b, now) {
                Ok(effects) => {
                    let _ = done.send(Ok(effects.is_some()));
                    effects.unwrap_or_default()
                }
                Err(error) => {
                    let _ = done.send(Err(error));
                    return;
                }
            },
            Command::ShutDown => self.router.shut_down(),
        };
        let mut effects = VecDeque::from(effects);
        while let Some(effect) = effects.pop_front() {
            effects.extend(self.carry_out(effect, now));
        }
    }

    /// Gives what follows from a connection that turns out to be over.
    fn carry_out(&mut self, effect: Effect, now: Timestamp) -> Vec<Effect> {
        let (conn, out) = match effect {
            Effect::Send(conn, text) => (conn, Out::Text(text)),
            Effect::SendKept(conn, text) => (conn, Out::Kept(text)),
            Effect::Mark(conn, mark) => (conn, Out::Mark(mark)),
            Effect::Close(conn) => (conn, Out::Close),
            Effect::Bound(conn) => {
                if let Some(outbox) = self.outboxes.get(&conn) {
                    outbox.set_bound();
                }
                return Vec::new();
            }
            Effect::Wake(conn) => {
                self.wake(conn);
                return Vec::new();
            }
            Effect::Derive(derivation) => {
                self.derive(derivation);
                return Vec::new();
            }
        };
        let refused = match self.outboxes.get(&conn) {
            Some(outbox) => outbox.push(out).err(),
            None => Some(out),
        };
        let Some(out) = refused else {
            return Vec::new();
        };
        self.outboxes.remove(&conn);
        let mut effects = self.router.gone(conn, now);
        if let Out::Text(text) = out {
            effects.extend(self.router.undelivered(&[text], now));
        }
        effects
    }

    /// The one timer of the server; there is none while nobody sleeps.
    fn wake(&self, conn: ConnId) {
        let own = self.own.clone();
        self.runtime.spawn(async move {
            tokio::time::sleep(RESUME_TIME).await;
            if let Some(own) = own.upgrade() {
                let _ = own.send(Command::Expired { conn }).await;
            }
        });
    }

    fn derive(&self, derivation: Derivation) {
        let Some(own) = self.own.upgrade() else {
            return;
        };
        self.runtime.spawn_blocking(move || {
            let Derivation {
                ticket,
                password,
                salt,
                iterations,
            } = derivation;
            let credentials = Credentials::derive(&password, salt, iterations);
            let _ = own.blocking_send(Command::Derived {
                ticket,
                credentials,
            });
        });
    }
}
