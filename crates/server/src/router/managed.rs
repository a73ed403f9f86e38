//! Stream management (XEP-0198): acknowledging in both directions, and going on after a broken connection.
//!
//! A session whose connection broke sleeps. What its client had not acknowledged is kept in the store like any message
//! for somebody who is away, so that whoever comes next gets it: the same client that goes on with its session, one
//! that begins anew, or the user's next client after the time is over.

mod sleep;

use std::collections::VecDeque;
use std::time::Duration;

use minidom::Element;

use super::sessions::Session;
use super::stream::Phase;
use super::{ConnId, Effect, Router};
use crate::ledger::{Entry, Impossible, Ledger};
use crate::ns;
use crate::stanza::{Build, el};

/// How long a session sleeps before it is over.
pub(crate) const RESUME_TIME: Duration = Duration::from_secs(300);
/// Sessions that are over and of which the last count is remembered.
const MOST_MEMORIES: usize = 256;

/// What is known of streams that can't be resumed any more: how many stanzas were handled (XEP-0198 §5).
#[derive(Default)]
pub(super) struct Memories(VecDeque<Memory>);

struct Memory {
    id: String,
    name: String,
    handled: u32,
}

impl Memories {
    fn add(&mut self, id: &str, name: &str, handled: u32) {
        if self.0.len() >= MOST_MEMORIES {
            self.0.pop_front();
        }
        self.0.push_back(Memory {
            id: id.to_owned(),
            name: name.to_owned(),
            handled,
        });
    }

    fn handled(&self, id: &str, name: &str) -> Option<u32> {
        let memory = self.0.iter().find(|m| m.id == id && m.name == name)?;
        Some(memory.handled)
    }
}

impl Router {
    /// Everything that is to be done, with a question to each client to which something was sent.
    pub(super) fn effects(&mut self) -> Vec<Effect> {
        while let Some(conn) = self.overfull.pop_first() {
            self.stream_error(conn, "policy-violation");
        }
        for conn in std::mem::take(&mut self.busy) {
            let ask = self
                .sessions
                .get_mut(conn)
                .filter(|session| !session.is_asleep())
                .and_then(|session| session.ledger.as_mut())
                .is_some_and(Ledger::ask);
            if ask {
                self.send(conn, &el("r", ns::MANAGEMENT));
            }
        }
        std::mem::take(&mut self.out)
    }

    /// A stanza of the client was handled: all that follows from it is stored or sent.
    pub(super) fn count_handled(&mut self, conn: ConnId) {
        if let Some(ledger) = self.ledger(conn) {
            ledger.handle();
        }
    }

    /// A bound client says something about its stream.
    pub(super) fn manage(&mut self, conn: ConnId, element: &Element) {
        let handled = self.ledger(conn).map(|ledger| ledger.handled());
        match (element.name(), handled) {
            ("enable", None) => self.enable(conn, element),
            ("enable" | "resume", _) => self.refuse_stream(conn, "unexpected-request", None),
            ("r", Some(handled)) => {
                let answer = el("a", ns::MANAGEMENT).set("h", handled.to_string());
                self.send(conn, &answer);
            }
            ("a", Some(_)) => self.acknowledged(conn, element),
            _ => self.stream_error(conn, "unsupported-stanza-type"),
        }
    }

    fn ledger(&mut self, conn: ConnId) -> Option<&mut Ledger> {
        self.sessions.get_mut(conn)?.ledger.as_mut()
    }

    fn enable(&mut self, conn: ConnId, request: &Element) {
        let resume = matches!(request.attr("resume"), Some("true" | "1"));
        let id = resume.then(|| self.token());
        let mut enabled = el("enabled", ns::MANAGEMENT);
        if let Some(id) = &id {
            enabled = enabled
                .set("id", id.as_str())
                .set("resume", "true")
                .set("max", RESUME_TIME.as_secs().to_string());
        }
        self.send(conn, &enabled);
        if let Some(session) = self.sessions.get_mut(conn) {
            session.ledger = Some(Ledger::new(id));
        }
    }

    fn acknowledged(&mut self, conn: ConnId, element: &Element) {
        let Some(h) = count(element) else {
            return self.stream_error(conn, "bad-format");
        };
        if self.settle(conn, h).is_err() {
            return self.impossible(conn, conn, h);
        }
        if self.ledger(conn).is_some_and(Ledger::answered) {
            self.busy.insert(conn);
        }
    }

    /// The client of a session has handled `h` stanzas.
    fn settle(&mut self, conn: ConnId, h: u32) -> Result<(), Impossible> {
        let Some(session) = self.sessions.get_mut(conn) else {
            return Ok(());
        };
        let Some(ledger) = &mut session.ledger else {
            return Ok(());
        };
        let done = ledger.acknowledge(h)?;
        let name = session.name.clone();
        let rows: Vec<i64> = done.iter().filter_map(Entry::row).collect();
        for letter in done.into_iter().filter_map(|entry| entry.letter) {
            letter.make_safe();
        }
        self.forget_waiting(&name, &rows);
        Ok(())
    }

    /// Ends the stream `conn` whose client acknowledged more than was sent in `session` (XEP-0198 §4).
    fn impossible(&mut self, conn: ConnId, session: ConnId, h: u32) {
        let sent = self.ledger(session).map_or(0, |ledger| ledger.sent());
        let why = el("handled-count-too-high", ns::MANAGEMENT)
            .set("h", h.to_string())
            .set("send-count", sent.to_string());
        self.stream_error_with(conn, "undefined-condition", Some(why));
    }

    fn refuse_stream(&mut self, conn: ConnId, condition: &str, handled: Option<u32>) {
        let mut failed = el("failed", ns::MANAGEMENT).put(el(condition, ns::STANZA_ERRORS));
        if let Some(handled) = handled {
            failed = failed.set("h", handled.to_string());
        }
        self.send(conn, &failed);
    }

    /// A client that has logged in wishes to go on with a session instead of binding a resource.
    pub(super) fn manage_before_bind(&mut self, conn: ConnId, name: &str, request: &Element) {
        let (Some(id), Some(h)) = (request.attr("previd"), count(request)) else {
            let condition = if request.name() == "resume" {
                "bad-request"
            } else {
                "unexpected-request"
            };
            return self.refuse_stream(conn, condition, None);
        };
        if request.name() != "resume" {
            return self.refuse_stream(conn, "unexpected-request", None);
        }
        let same = |session: &Session| session.ledger.as_ref().and_then(Ledger::id) == Some(id);
        let Some(old) = self.sessions.select(name, same).first().copied() else {
            let handled = self.memories.handled(id, name);
            return self.refuse_stream(conn, "item-not-found", handled);
        };
        match self.settle(old, h) {
            Ok(()) => self.resume(old, conn, name, id),
            Err(Impossible::TooHigh) => self.impossible(conn, old, h),
            // What the client lacks was acknowledged and is not here any more.
            Err(Impossible::Withdrawn) => {
                let handled = self.ledger(old).map(|ledger| ledger.handled());
                self.refuse_stream(conn, "item-not-found", handled);
            }
        }
    }

    fn resume(&mut self, old: ConnId, new: ConnId, name: &str, id: &str) {
        self.replace_stream(old);
        self.draining.retain(|_, draining| draining.conn != old);
        self.sessions.move_to(old, new);
        self.move_derivations(old, new);
        self.phases.insert(new, Phase::Bound);
        self.out.push(Effect::Bound(new));
        let Some(session) = self.sessions.get_mut(new) else {
            return;
        };
        session.asleep = None;
        let open = session.takes_messages();
        let Some(ledger) = &mut session.ledger else {
            return;
        };
        ledger.resume();
        let resumed = el("resumed", ns::MANAGEMENT)
            .set("previd", id)
            .set("h", ledger.handled().to_string());
        self.send(new, &resumed);
        self.send_again(new);
        // What waited on the old connection for being written is in the store.
        if open && let Err(condition) = self.flush_waiting(new, name) {
            tracing::error!(?condition, "waiting messages could not be sent");
        }
    }
}

/// The count of an element that carries one.
fn count(element: &Element) -> Option<u32> {
    element.attr("h")?.parse().ok()
}
