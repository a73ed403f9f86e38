//! Making, changing and removing accounts from within XMPP (XEP-0077).

use std::collections::HashMap;

use minidom::Element;

use super::iq::Reply;
use super::{ConnId, Effect, Router};
use crate::ns;
use crate::sasl::scram::{Credentials, ITERATIONS};
use crate::stanza::{Build, Condition, el, error_reply, result_reply};
use jiff::Timestamp;

/// Accounts of one server at most: it is for one machine.
const MOST_ACCOUNTS: i64 = 10_000;
/// Bytes of a password at most; stretching takes longer for longer ones.
const MOST_PASSWORD_BYTES: usize = 1024;
/// Passwords being stretched at once.
const MOST_DERIVATIONS: usize = 4;

/// A password to stretch, which takes milliseconds.
#[derive(PartialEq, Eq)]
pub(crate) struct Derivation {
    pub(crate) ticket: u64,
    pub(crate) password: String,
    pub(crate) salt: Vec<u8>,
    pub(crate) iterations: u32,
}

impl std::fmt::Debug for Derivation {
    /// Without the password, so that no log can hold it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Derivation")
            .field("ticket", &self.ticket)
            .finish_non_exhaustive()
    }
}

/// Who waits for which stretched password.
#[derive(Default)]
pub(super) struct Derivations {
    last: u64,
    waiting: HashMap<u64, Waiting>,
}

struct Waiting {
    conn: ConnId,
    /// The request without its payload, to be answered.
    iq: Element,
    name: String,
    /// The account must not be there yet.
    new: bool,
}

impl Router {
    /// The iq of a client that has not logged in.
    pub(super) fn register_before_login(&mut self, conn: ConnId, iq: &Element) {
        let answer = match (iq.attr("type"), iq.get_child("query", ns::REGISTER)) {
            _ if !self.registration => Err(Condition::ServiceUnavailable),
            (Some("get"), Some(_)) => Ok(Some(fields(None))),
            (Some("set"), Some(query)) => match self.register(conn, iq, query) {
                Ok(()) => return,
                Err(condition) => Err(condition),
            },
            _ => Err(Condition::BadRequest),
        };
        self.answer(conn, iq, answer);
    }

    fn register(&mut self, conn: ConnId, iq: &Element, query: &Element) -> Result<(), Condition> {
        let text = |name: &str| query.get_child(name, ns::REGISTER).map(Element::text);
        let (Some(username), Some(password)) = (text("username"), text("password")) else {
            return Err(Condition::BadRequest);
        };
        // XEP-0077 §3.1.1: a name that can't be an address is not acceptable.
        let jid = self
            .account_jid(&username)
            .ok_or(Condition::NotAcceptable)?;
        let name = jid
            .node()
            .map(ToString::to_string)
            .ok_or(Condition::NotAcceptable)?;
        if self.store.account_exists(&name)? {
            return Err(Condition::Conflict);
        }
        let now = self.clock();
        if self.store.account_count()? >= MOST_ACCOUNTS || !self.registrations.take((), now) {
            return Err(Condition::ResourceConstraint);
        }
        self.derive(
            Waiting {
                conn,
                iq: head(iq),
                name,
                new: true,
            },
            password,
        )
    }

    /// The iq of a session about its own account.
    pub(super) fn register_own(
        &mut self,
        conn: ConnId,
        iq: &Element,
        name: &str,
    ) -> Result<Reply, Condition> {
        let query = iq
            .get_child("query", ns::REGISTER)
            .ok_or(Condition::BadRequest)?;
        if iq.attr("type") == Some("get") {
            return Ok(Reply::Now(Some(fields(Some(name)))));
        }
        if query.has_child("remove", ns::REGISTER) {
            return self.remove_account(conn, iq, name).map(|()| Reply::Done);
        }
        let text = |field: &str| query.get_child(field, ns::REGISTER).map(Element::text);
        let (Some(username), Some(password)) = (text("username"), text("password")) else {
            return Err(Condition::BadRequest);
        };
        if username != name {
            return Err(Condition::NotAllowed);
        }
        let now = self.clock();
        if !self.registrations.take((), now) {
            return Err(Condition::ResourceConstraint);
        }
        self.derive(
            Waiting {
                conn,
                iq: head(iq),
                name: name.to_owned(),
                new: false,
            },
            password,
        )?;
        Ok(Reply::Done)
    }

    fn derive(&mut self, waiting: Waiting, password: String) -> Result<(), Condition> {
        if password.is_empty() || password.len() > MOST_PASSWORD_BYTES {
            return Err(Condition::NotAcceptable);
        }
        if self.derivations.waiting.len() >= MOST_DERIVATIONS {
            return Err(Condition::ResourceConstraint);
        }
        let salt = self.salt();
        self.derivations.last += 1;
        let ticket = self.derivations.last;
        self.derivations.waiting.insert(ticket, waiting);
        self.out.push(Effect::Derive(Derivation {
            ticket,
            password,
            salt,
            iterations: ITERATIONS,
        }));
        Ok(())
    }

    /// A session goes on over another connection.
    pub(super) fn move_derivations(&mut self, old: ConnId, new: ConnId) {
        for waiting in self.derivations.waiting.values_mut() {
            if waiting.conn == old {
                waiting.conn = new;
            }
        }
    }

    /// A password was stretched; `None` if it is not one (RFC 4013).
    pub(crate) fn derived(
        &mut self,
        ticket: u64,
        credentials: Option<&Credentials>,
        now: Timestamp,
    ) -> Vec<Effect> {
        self.now = now;
        if let Some(waiting) = self.derivations.waiting.remove(&ticket) {
            let answer = self.store_derived(&waiting, credentials);
            self.answer(waiting.conn, &waiting.iq, answer.map(|()| None));
        }
        self.effects()
    }

    fn store_derived(
        &mut self,
        waiting: &Waiting,
        credentials: Option<&Credentials>,
    ) -> Result<(), Condition> {
        let credentials = credentials.ok_or(Condition::NotAcceptable)?;
        // Two clients may have asked for one name at once, and an account may be gone by now.
        if self.store.account_exists(&waiting.name)? == waiting.new {
            return Err(if waiting.new {
                Condition::Conflict
            } else {
                Condition::ItemNotFound
            });
        }
        Ok(self.set_account(&waiting.name, credentials)?)
    }

    /// XEP-0077 §3.2: the contacts learn of it, and every connection of the account ends.
    fn remove_account(&mut self, conn: ConnId, iq: &Element, name: &str) -> Result<(), Condition> {
        let asking = self
            .store
            .requests(name)?
            .into_iter()
            .filter(|item| !item.listed);
        for item in self.store.roster(name)?.into_iter().chain(asking) {
            self.end_relation(name, &item)?;
        }
        let result = result_reply(iq, None);
        self.send(conn, &result);
        for session in self.sessions.select(name, |_| true) {
            self.stream_error(session, "not-authorized");
        }
        Ok(self.store.remove_account(name)?)
    }

    /// Answers an iq with its outcome.
    pub(super) fn answer(
        &mut self,
        conn: ConnId,
        iq: &Element,
        outcome: Result<Option<Element>, Condition>,
    ) {
        if !self.phases.contains_key(&conn) && self.sessions.get(conn).is_none() {
            return;
        }
        let answer = match outcome {
            Ok(payload) => Some(result_reply(iq, payload)),
            Err(condition) => error_reply(iq, condition),
        };
        if let Some(answer) = answer {
            self.send(conn, &answer);
        }
    }
}

/// The iq's own attributes: what an answer needs. The password in it is not kept.
fn head(iq: &Element) -> Element {
    let mut head = el(iq.name(), ns::CLIENT);
    *head.attrs_mut() = iq.attrs().clone();
    head
}

/// The fields to fill in (XEP-0077 §3.1), or those of a registered account (§3.2).
fn fields(registered: Option<&str>) -> Element {
    let query = el("query", ns::REGISTER);
    match registered {
        None => query
            .put(el("instructions", ns::REGISTER).say("Choose a user name and a password."))
            .put(el("username", ns::REGISTER))
            .put(el("password", ns::REGISTER)),
        Some(name) => query
            .put(el("registered", ns::REGISTER))
            .put(el("username", ns::REGISTER).say(name))
            .put(el("password", ns::REGISTER)),
    }
}
