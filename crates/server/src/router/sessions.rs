//! Who is connected with which resource.

use std::collections::{BTreeSet, HashMap};

use jid::{FullJid, Jid};
use minidom::Element;

use super::ConnId;

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
