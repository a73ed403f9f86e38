//! What the server does, without sockets: frames of connections go in, [`Effect`]s come out.
//!
//! One value owns the sessions, the rooms and the database, and one thread calls it, so nothing here is locked or shared.
//! The clock, randomness and the stretching of passwords are passed in.

mod blocking;
mod carbons;
mod delivery;
mod iq;
mod managed;
mod message;
mod presence;
mod register;
mod rooms;
mod roster;
mod services;
mod sessions;
mod stream;
mod subscribe;
mod upload;

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use carillon_xml::{Frame, Limits, XmlError};
use jid::{BareJid, Jid};
use jiff::Timestamp;
use minidom::Element;

use crate::ledger::Entry;
use crate::ns;
use crate::rooms::Rooms;
use crate::sasl::scram::{Credentials, SALT_LENGTH};
use crate::stanza::is_stanza;
use crate::store::{Store, StoreError};
use crate::throttle::Throttle;
use delivery::Draining;
use managed::Memories;
use register::Derivations;
use sessions::Sessions;
use stream::Phase;

pub(crate) use managed::RESUME_TIME;
pub(crate) use register::Derivation;
pub(crate) use services::disco_info;

/// One connection, numbered by its listener.
pub(crate) type ConnId = u64;

/// What the router wants done, in this order.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Send this text message.
    Send(ConnId, String),
    /// Send this text message, of which the router or the store keeps a copy.
    SendKept(ConnId, String),
    /// Call [`Router::written`] with this number when all before it has been handed to the operating system.
    Mark(ConnId, i64),
    /// The connection has logged in and may stay as long as it likes.
    Bound(ConnId),
    /// Call [`Router::expired`] with this number after [`RESUME_TIME`].
    Wake(ConnId),
    /// Send what is queued, then close the connection.
    Close(ConnId),
    /// Stretch a password, away from this thread, and call [`Router::derived`].
    Derive(Derivation),
}

/// Where randomness comes from: fills the slice.
pub(crate) type Random = Box<dyn FnMut(&mut [u8]) + Send>;

/// Where an address leads.
pub(crate) enum Place {
    /// The server itself.
    Server,
    /// A user's account, whether it exists or not.
    User(String),
    /// The rooms' domain, or a room there.
    Rooms,
    /// Another server; there is none for this one.
    Elsewhere,
}

pub(crate) struct Router {
    domain: BareJid,
    registration: bool,
    store: Store,
    random: Random,
    /// Makes challenges for unknown users and occupant ids that can't be guessed.
    secret: Vec<u8>,
    phases: HashMap<ConnId, Phase>,
    sessions: Sessions,
    rooms: Rooms,
    /// Where files are kept, if any are.
    files: Option<std::sync::Arc<crate::files::Files>>,
    /// For each user to whom waiting messages are on their way without stream management: where, and which.
    draining: HashMap<String, Draining>,
    /// Sessions with stream management to which something was sent.
    busy: BTreeSet<ConnId>,
    /// Sessions that leave too much unacknowledged.
    overfull: BTreeSet<ConnId>,
    memories: Memories,
    /// The server ends: nothing is sent any more, messages are kept.
    ending: bool,
    derivations: Derivations,
    failures: Throttle<String>,
    all_failures: Throttle<()>,
    registrations: Throttle<()>,
    now: Timestamp,
    out: Vec<Effect>,
}

impl Router {
    pub(crate) fn new(
        domain: BareJid,
        registration: bool,
        store: Store,
        mut random: Random,
    ) -> Result<Router, StoreError> {
        let secret = store.secret("secret", || {
            let mut bytes = vec![0; 32];
            random(&mut bytes);
            bytes
        })?;
        let rooms = Rooms::new(&format!("rooms.{domain}"), &secret);
        Ok(Router {
            domain,
            registration,
            store,
            random,
            secret,
            phases: HashMap::new(),
            sessions: Sessions::default(),
            rooms,
            files: None,
            draining: HashMap::new(),
            busy: BTreeSet::new(),
            overfull: BTreeSet::new(),
            memories: Memories::default(),
            ending: false,
            derivations: Derivations::default(),
            // A person mistypes a few times; a program that guesses gets one try in six seconds.
            failures: Throttle::new(10, Duration::from_secs(6)),
            all_failures: Throttle::new(100, Duration::from_secs(1)),
            registrations: Throttle::new(10, Duration::from_secs(30)),
            now: Timestamp::UNIX_EPOCH,
            out: Vec::new(),
        })
    }

    /// A connection was made.
    pub(crate) fn connected(&mut self, conn: ConnId) {
        self.phases.insert(conn, Phase::Opening(None));
    }

    /// A connection sent a text message.
    pub(crate) fn frame(
        &mut self,
        conn: ConnId,
        frame: Result<Frame, XmlError>,
        now: Timestamp,
    ) -> Vec<Effect> {
        self.now = now;
        self.stream_frame(conn, frame);
        self.effects()
    }

    /// A connection is over, whoever ended it.
    pub(crate) fn gone(&mut self, conn: ConnId, now: Timestamp) -> Vec<Effect> {
        self.now = now;
        self.phases.remove(&conn);
        self.connection_broke(conn);
        self.effects()
    }

    /// All before [`Effect::Mark`] has left: the waiting messages up to it need not be kept.
    pub(crate) fn written(&mut self, conn: ConnId, mark: i64) {
        let Some(name) = self.sessions.get(conn).map(|s| s.name.clone()) else {
            return;
        };
        let done = |draining: &Draining| draining.conn == conn && draining.mark == mark;
        if self.draining.get(&name).is_some_and(done)
            && let Some(draining) = self.draining.remove(&name)
        {
            self.forget_waiting(&name, &draining.rows);
        }
    }

    /// Texts that were to be sent on a connection, and were not before it was over. A message among them is brought to
    /// the user in another way.
    pub(crate) fn undelivered(&mut self, texts: &[String], now: Timestamp) -> Vec<Effect> {
        self.now = now;
        // They may be thousands: one sync for all.
        let together = texts.len() > 1 && self.store.begin().is_ok();
        for text in texts {
            if let Ok(stanza) = carillon_xml::parse(text, &Limits::STANZA)
                && stanza.is("message", ns::CLIENT)
            {
                self.deliver_again(&stanza);
            }
        }
        if together && let Err(error) = self.store.commit() {
            tracing::error!(%error, "messages of a broken connection could not be kept");
        }
        self.effects()
    }

    /// Tells every client that the server ends, and closes the connections.
    pub(crate) fn shut_down(&mut self) -> Vec<Effect> {
        self.ending = true;
        let asleep = self.sessions.all().map(|(conn, _)| conn);
        let conns: BTreeSet<ConnId> = self.phases.keys().copied().chain(asleep).collect();
        for conn in conns {
            self.stream_error(conn, "system-shutdown");
        }
        self.effects()
    }

    /// The database, when no connection needs it any more.
    pub(crate) fn into_store(self) -> Store {
        self.store
    }

    /// Makes two accounts see each other, as after two accepted requests (RFC 6121 §3), with names and no questions.
    /// `None` if one of them does not exist.
    pub(crate) fn befriend(
        &mut self,
        a: &str,
        b: &str,
        now: Timestamp,
    ) -> Result<Option<Vec<Effect>>, StoreError> {
        self.now = now;
        if !self.store.account_exists(a)? || !self.store.account_exists(b)? {
            return Ok(None);
        }
        if a != b {
            self.make_friends(a, b)?;
        }
        Ok(Some(self.effects()))
    }

    /// Creates an account or sets its password.
    pub(crate) fn set_account(
        &mut self,
        name: &str,
        credentials: &Credentials,
    ) -> Result<(), StoreError> {
        let epoch = self.token();
        self.store.set_account(name, credentials, &epoch)
    }

    /// Text that can't be guessed: 128 bits, safe in any attribute.
    fn token(&mut self) -> String {
        let mut bytes = [0; 16];
        (self.random)(&mut bytes);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn salt(&mut self) -> Vec<u8> {
        let mut bytes = vec![0; SALT_LENGTH];
        (self.random)(&mut bytes);
        bytes
    }

    /// The time as throttles want it.
    fn clock(&self) -> Duration {
        Duration::from_micros(u64::try_from(self.now.as_microsecond()).unwrap_or(0))
    }

    fn send(&mut self, conn: ConnId, element: &Element) {
        let text = carillon_xml::write(element);
        if is_stanza(element) {
            self.post(conn, Entry::passing(text));
        } else {
            self.out.push(Effect::Send(conn, text));
        }
    }

    fn account_jid(&self, name: &str) -> Option<BareJid> {
        self.domain.domain().with_node_str(name).ok()
    }

    fn place(&self, jid: &Jid) -> Place {
        if jid.domain() == self.domain.domain() {
            match jid.node() {
                Some(node) => Place::User(node.to_string()),
                None => Place::Server,
            }
        } else if jid.domain().as_str() == self.rooms.domain() {
            Place::Rooms
        } else {
            Place::Elsewhere
        }
    }
}

#[cfg(test)]
mod tests;
