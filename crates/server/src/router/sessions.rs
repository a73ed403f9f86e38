//! Who is connected with which resource.

use std::collections::{BTreeSet, HashMap};

use jid::{FullJid, Jid};
use jiff::Timestamp;
use minidom::Element;

use super::ConnId;
use crate::ledger::Ledger;

/// A bound resource (RFC 6120 §7).
pub(super) struct Session {
    pub(super) jid: FullJid,
    /// The account's name, which is the address's localpart.
    pub(super) name: String,
    /// The last presence broadcast, if the resource is available (RFC 6121 §4.2).
    pub(super) presence: Option<Element>,
    /// Of that presence (RFC 6121 §4.7.2.3).
    pub(super) priority: i8,
    /// The client wants copies of messages (XEP-0280).
    pub(super) carbons: bool,
    /// The client asked for the roster, so it is told of changes (RFC 6121 §2.2).
    pub(super) wants_roster: bool,
    /// The client asked for the block list, so it is told of changes (XEP-0191 §3.2).
    pub(super) wants_blocklist: bool,
    /// Whom presence was sent to directly, and not taken back (RFC 6121 §4.6).
    pub(super) directed: BTreeSet<Jid>,
    /// The client wants to acknowledge what it gets (XEP-0198).
    pub(super) ledger: Option<Ledger>,
    /// Since when there is no connection, and the client may come back.
    pub(super) asleep: Option<Timestamp>,
}

impl Session {
    pub(super) fn is_asleep(&self) -> bool {
        self.asleep.is_some()
    }

    /// Whether messages for the account are for this resource too (RFC 6121 §8.5.2.1.1).
    pub(super) fn takes_messages(&self) -> bool {
        self.presence.is_some() && self.priority >= 0
    }
}

#[derive(Default)]
pub(super) struct Sessions {
    by_conn: HashMap<ConnId, Session>,
    /// In the order of binding.
    by_name: HashMap<String, Vec<ConnId>>,
}

impl Sessions {
    pub(super) fn insert(&mut self, conn: ConnId, jid: FullJid, name: &str) {
        let session = Session {
            jid,
            name: name.to_owned(),
            presence: None,
            priority: 0,
            carbons: false,
            wants_roster: false,
            wants_blocklist: false,
            directed: BTreeSet::new(),
            ledger: None,
            asleep: None,
        };
        self.by_conn.insert(conn, session);
        self.by_name.entry(name.to_owned()).or_default().push(conn);
    }

    pub(super) fn remove(&mut self, conn: ConnId) -> Option<Session> {
        let session = self.by_conn.remove(&conn)?;
        if let Some(conns) = self.by_name.get_mut(&session.name) {
            conns.retain(|c| *c != conn);
            if conns.is_empty() {
                self.by_name.remove(&session.name);
            }
        }
        Some(session)
    }

    /// A session goes on over another connection.
    pub(super) fn move_to(&mut self, old: ConnId, new: ConnId) {
        let Some(session) = self.by_conn.remove(&old) else {
            return;
        };
        for conn in self.by_name.entry(session.name.clone()).or_default() {
            if *conn == old {
                *conn = new;
            }
        }
        self.by_conn.insert(new, session);
    }

    /// All sessions, in no order.
    pub(super) fn all(&self) -> impl Iterator<Item = (ConnId, &Session)> {
        self.by_conn.iter().map(|(conn, session)| (*conn, session))
    }

    pub(super) fn get(&self, conn: ConnId) -> Option<&Session> {
        self.by_conn.get(&conn)
    }

    pub(super) fn get_mut(&mut self, conn: ConnId) -> Option<&mut Session> {
        self.by_conn.get_mut(&conn)
    }

    /// The user's sessions, in the order of binding.
    pub(super) fn of<'a>(&'a self, name: &str) -> impl Iterator<Item = (ConnId, &'a Session)> + 'a {
        let conns = self.by_name.get(name).map_or(&[][..], Vec::as_slice);
        conns
            .iter()
            .filter_map(|conn| Some((*conn, self.by_conn.get(conn)?)))
    }

    /// The user's sessions for which `wanted` holds.
    pub(super) fn select(&self, name: &str, wanted: impl Fn(&Session) -> bool) -> Vec<ConnId> {
        self.of(name)
            .filter(|(_, session)| wanted(session))
            .map(|(conn, _)| conn)
            .collect()
    }

    /// The user's sessions that are available.
    pub(super) fn available(&self, name: &str) -> Vec<ConnId> {
        self.select(name, |session| session.presence.is_some())
    }

    pub(super) fn find(&self, jid: &FullJid) -> Option<ConnId> {
        self.of(jid.node()?.as_str())
            .find(|(_, session)| session.jid == *jid)
            .map(|(conn, _)| conn)
    }

    /// The presences of the user's available resources.
    pub(super) fn presences(&self, name: &str) -> Vec<Element> {
        self.of(name)
            .filter_map(|(_, session)| session.presence.clone())
            .collect()
    }
}
