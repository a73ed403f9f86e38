//! The router's conversations, written as transcripts: what a client sends, and what each client then receives.

mod accounts;
mod anything;
mod killed;
mod logins;
mod lossless;
mod managed;
mod messages;
mod presence;
mod requests;
mod rooms;
mod rosters;

use std::collections::{BTreeMap, VecDeque};

use carillon_xml::{Frame, Limits, parse};
use jid::BareJid;
use jiff::{SignedDuration, Timestamp};
use minidom::{Element, Node};

use super::{ConnId, Derivation, Effect, Phase, RESUME_TIME, Router};
use crate::sasl::scram::Credentials;
use crate::store::Store;

/// A server with its clients. Names of clients are "user/resource".
pub(super) struct World {
    pub(super) router: Router,
    clients: BTreeMap<String, ConnId>,
    inboxes: BTreeMap<ConnId, VecDeque<String>>,
    closed: Vec<ConnId>,
    pub(super) derivations: Vec<Derivation>,
    /// Marks are answered at once, as by a client that reads.
    pub(super) writing: bool,
    last: ConnId,
    /// When sleeping sessions are over.
    pub(super) alarms: Vec<(Timestamp, ConnId)>,
    pub(super) now: Timestamp,
}

/// Text as it may stand in an expectation: any value of this attribute or text will do.
const ANY: &str = "*";

impl World {
    /// A server with these accounts, who do not know each other.
    pub(super) fn new(accounts: &[&str]) -> World {
        let mut counter = 0_u8;
        let random = Box::new(move |bytes: &mut [u8]| {
            counter = counter.wrapping_add(1);
            bytes.fill(counter);
        });
        let domain = BareJid::new("localhost").unwrap();
        let mut router = Router::new(domain, true, Store::in_memory().unwrap(), random).unwrap();
        let credentials = Credentials::derive("secret", vec![7; 16], 16).unwrap();
        for name in accounts {
            router.set_account(name, &credentials).unwrap();
        }
        World {
            router,
            clients: BTreeMap::new(),
            inboxes: BTreeMap::new(),
            closed: Vec::new(),
            derivations: Vec::new(),
            writing: true,
            alarms: Vec::new(),
            last: 0,
            now: "2026-11-22T10:00:00Z".parse().unwrap(),
        }
    }

    /// Accounts who see each other, each with one client "name/1" that has its roster and is available.
    pub(super) fn friends(names: &[&str]) -> World {
        let mut world = World::new(names);
        for a in names {
            for b in names {
                world.router.befriend(a, b, world.now).unwrap().unwrap();
            }
        }
        for name in names {
            world.online(&format!("{name}/1"));
        }
        world.hush();
        world
    }

    /// A connection that has not said anything yet.
    pub(super) fn connect(&mut self) -> ConnId {
        self.last += 1;
        self.router.connected(self.last);
        self.inboxes.insert(self.last, VecDeque::new());
        self.last
    }

    /// A client with a bound resource, without roster and presence. How it logged in is another test's story.
    pub(super) fn bind(&mut self, client: &str) {
        let conn = self.connect();
        let (name, resource) = client.split_once('/').unwrap();
        self.router
            .phases
            .insert(conn, Phase::Binding(name.to_owned()));
        self.clients.insert(client.to_owned(), conn);
        self.send(
            client,
            &format!(
                "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>\
                 <resource>{resource}</resource></bind></iq>"
            ),
        );
        self.get(client, &format!("<iq type='result' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>{name}@localhost/{resource}</jid></bind></iq>"));
    }

    /// A client that has its roster and is available with priority 0. What it receives at first is dropped.
    pub(super) fn online(&mut self, client: &str) {
        self.bind(client);
        self.send(
            client,
            "<iq type='get' id='r'><query xmlns='jabber:iq:roster'/></iq>",
        );
        self.send(client, "<presence/>");
        self.drop_inbox(client);
    }

    pub(super) fn conn(&self, client: &str) -> ConnId {
        *self
            .clients
            .get(client)
            .unwrap_or_else(|| panic!("no client {client}"))
    }

    /// Forgets what came so far, for everybody.
    pub(super) fn hush(&mut self) {
        self.inboxes.values_mut().for_each(VecDeque::clear);
    }

    pub(super) fn drop_inbox(&mut self, client: &str) {
        let conn = self.conn(client);
        self.inboxes.get_mut(&conn).unwrap().clear();
    }

    /// The client sends a stanza (in `jabber:client` unless it says otherwise).
    pub(super) fn send(&mut self, client: &str, xml: &str) {
        let conn = self.conn(client);
        self.send_raw(conn, &with_namespace(xml));
    }

    pub(super) fn send_raw(&mut self, conn: ConnId, text: &str) {
        let frame = Frame::parse(text, &Limits::STANZA);
        let effects = self.router.frame(conn, frame, self.now);
        self.carry_out(effects);
    }

    /// The connection breaks.
    pub(super) fn cut(&mut self, client: &str) {
        let conn = self.conn(client);
        let effects = self.router.gone(conn, self.now);
        self.carry_out(effects);
        self.clients.remove(client);
    }

    /// The connection breaks before any of what the client has not taken in this transcript left the server.
    pub(super) fn cut_unread(&mut self, client: &str) {
        let unread = std::mem::take(self.inboxes.get_mut(&self.conn(client)).unwrap());
        self.cut(client);
        let effects = self.router.undelivered(&Vec::from(unread), self.now);
        self.carry_out(effects);
    }

    pub(super) fn wait(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
        let due = |(at, _): &mut (Timestamp, ConnId)| *at <= self.now;
        let due: Vec<_> = self.alarms.extract_if(.., due).collect();
        for (_, conn) in due {
            let effects = self.router.expired(conn, self.now);
            self.carry_out(effects);
        }
    }

    pub(super) fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Send(conn, text) | Effect::SendKept(conn, text) => {
                    self.inboxes.get_mut(&conn).unwrap().push_back(text);
                }
                Effect::Mark(conn, mark) if self.writing => self.router.written(conn, mark),
                Effect::Mark(..) | Effect::Bound(_) => {}
                Effect::Wake(conn) => {
                    let time = SignedDuration::try_from(RESUME_TIME).unwrap();
                    self.alarms.push((self.now + time, conn));
                }
                Effect::Close(conn) => self.closed.push(conn),
                Effect::Derive(derivation) => self.derivations.push(derivation),
            }
        }
    }

    pub(super) fn next_raw(&mut self, conn: ConnId) -> Option<String> {
        self.inboxes.get_mut(&conn).unwrap().pop_front()
    }

    pub(super) fn is_closed(&self, conn: ConnId) -> bool {
        self.closed.contains(&conn)
    }

    /// The client receives this next. Attributes and texts that are "*" may be anything; attributes that are not
    /// mentioned must not be there, except `to` and `from` of stanzas.
    #[track_caller]
    pub(super) fn get(&mut self, client: &str, expected: &str) {
        let conn = self.conn(client);
        let Some(text) = self.next_raw(conn) else {
            panic!("{client} received nothing, not {expected}")
        };
        let got = parse(&text, &Limits::STANZA).unwrap();
        let wanted = parse(&with_namespace(expected), &Limits::STANZA).unwrap();
        if let Err(why) = fits(&got, &wanted, true) {
            panic!("{client} received\n  {text}\nand not\n  {expected}\nbecause {why}");
        }
    }

    /// The client received nothing more.
    #[track_caller]
    pub(super) fn silent(&mut self, client: &str) {
        let conn = self.conn(client);
        if let Some(text) = self.next_raw(conn) {
            panic!("{client} received {text}");
        }
    }

    #[track_caller]
    pub(super) fn all_silent(&mut self) {
        let clients: Vec<String> = self.clients.keys().cloned().collect();
        for client in clients {
            self.silent(&client);
        }
    }

    /// The client asks, and the answer is this.
    #[track_caller]
    pub(super) fn ask(&mut self, client: &str, question: &str, answer: &str) {
        self.send(client, question);
        self.get(client, answer);
    }
}

/// Stanzas are in `jabber:client`; a transcript need not say it.
fn with_namespace(xml: &str) -> String {
    let name = xml.find([' ', '/', '>']).unwrap();
    let head = xml.find('>').unwrap();
    if xml[..head].contains(" xmlns='") {
        xml.to_owned()
    } else {
        format!("{} xmlns='jabber:client'{}", &xml[..name], &xml[name..])
    }
}

fn fits(got: &Element, wanted: &Element, top: bool) -> Result<(), String> {
    if (got.name(), got.ns()) != (wanted.name(), wanted.ns()) {
        return Err(format!(
            "<{}> of {} is not <{}> of {}",
            got.name(),
            got.ns(),
            wanted.name(),
            wanted.ns()
        ));
    }
    for ((namespace, name), value) in wanted.attrs() {
        let there = got.attrs().get(namespace, name);
        if there.is_none_or(|there| value != ANY && there != value) {
            return Err(format!(
                "{}'s {name} is {there:?}, not {value:?}",
                got.name()
            ));
        }
    }
    for ((namespace, name), value) in got.attrs() {
        let free = top && matches!(name.as_str(), "to" | "from");
        if wanted.attrs().get(namespace, name).is_none() && !free {
            return Err(format!("{} has {name}={value:?}", got.name()));
        }
    }
    if got.nodes().len() != wanted.nodes().len() {
        return Err(format!(
            "{} has {} children, not {}",
            got.name(),
            got.nodes().len(),
            wanted.nodes().len()
        ));
    }
    got.nodes()
        .zip(wanted.nodes())
        .try_for_each(|pair| match pair {
            (Node::Element(got), Node::Element(wanted)) => fits(got, wanted, false),
            (Node::Text(_), Node::Text(wanted)) if wanted == ANY => Ok(()),
            (Node::Text(got), Node::Text(wanted)) if got == wanted => Ok(()),
            (got, wanted) => Err(format!("{got:?} is not {wanted:?}")),
        })
}
