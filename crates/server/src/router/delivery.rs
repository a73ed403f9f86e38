//! Messages to a user: by priority to resources, or into the store (RFC 6121 §8.5, XEP-0160).

use std::collections::BTreeSet;

use carillon_xml::write;
use jid::Jid;
use jiff::Timestamp;
use minidom::Element;

use super::carbons::is_private;
use super::message::{Kind, kind, passing, stamp};
use super::sessions::Session;
use super::{ConnId, Effect, Place, Router};
use crate::ledger::{Entry, Letter};
use crate::ns;
use crate::stanza::{Build, Condition, el, remove_children};

/// Waiting messages on their way to a client that does not acknowledge them.
pub(super) struct Draining {
    pub(super) conn: ConnId,
    /// Reached when all of them have left.
    pub(super) mark: i64,
    pub(super) rows: Vec<i64>,
}

impl Router {
    /// Hands a stanza to a session: sends it, or lets it wait until the client comes back.
    pub(super) fn post(&mut self, conn: ConnId, entry: Entry) {
        let ledger = self.sessions.get_mut(conn).and_then(|session| {
            let asleep = session.is_asleep();
            Some((session.ledger.as_mut()?, asleep))
        });
        let Some((ledger, asleep)) = ledger else {
            let kept = entry.row().is_some();
            if let Some(letter) = entry.letter {
                letter.make_safe();
            }
            self.out.push(if kept {
                Effect::SendKept(conn, entry.text)
            } else {
                Effect::Send(conn, entry.text)
            });
            return;
        };
        if !asleep {
            self.out.push(Effect::SendKept(conn, entry.text.clone()));
            self.busy.insert(conn);
        }
        ledger.push(entry);
        if ledger.is_overfull() {
            self.overfull.insert(conn);
        }
    }

    /// Brings a message to a user, now or later. Gives the sessions it went to.
    pub(super) fn deliver_message(
        &mut self,
        name: &str,
        to: &Jid,
        message: &Element,
    ) -> Result<Vec<ConnId>, Condition> {
        let kind = kind(message);
        let refusal = if matches!(kind, Kind::Error | Kind::Headline) {
            Ok(Vec::new())
        } else {
            Err(Condition::ServiceUnavailable)
        };
        let from = message.attr("from").and_then(|from| Jid::new(from).ok());
        let blocked = match &from {
            Some(from) => self.blocks(name, from)?,
            None => false,
        };
        if blocked || !self.store.account_exists(name)? {
            return refusal;
        }
        let named = to
            .try_as_full()
            .ok()
            .map(|full| self.sessions.find(full).filter(|_| !self.ending));
        let (awake, asleep) = match (named, kind) {
            // One that sleeps may never come back, and another may have taken its place.
            (Some(Some(conn)), Kind::Chat | Kind::Normal)
                if !self.any_awake(&[conn]) && !is_private(message) =>
            {
                (self.most_awake(name), vec![conn])
            }
            (Some(Some(conn)), _) => self.by_wakefulness(vec![conn]),
            // RFC 6121 §8.5.3.2.1: only a chat goes on as if it were for the bare address.
            (Some(None), kind) if kind != Kind::Chat => return refusal,
            (_, Kind::Groupchat | Kind::Error) => return refusal,
            (_, Kind::Headline) => {
                let all = self.sessions.select(name, Session::takes_messages);
                self.by_wakefulness(all)
            }
            (_, Kind::Chat | Kind::Normal) => self.most_available(name),
        };
        self.deliver_to(name, message, awake, asleep)
    }

    /// Sends a message to sessions with a connection, lets it wait for those without, and keeps it if nobody else of
    /// the account has it now.
    fn deliver_to(
        &mut self,
        name: &str,
        message: &Element,
        awake: Vec<ConnId>,
        asleep: Vec<ConnId>,
    ) -> Result<Vec<ConnId>, Condition> {
        let lasting = matches!(kind(message), Kind::Chat | Kind::Normal);
        let mut bare = message.clone();
        // The wish of XEP-0280 §9 is between the sender and the servers.
        remove_children(&mut bare, |c| c.is("private", ns::CARBONS));
        let reached = [awake.as_slice(), &asleep].concat();
        let copies = self.copy_receivers(name, message, &reached);
        let somebody = !awake.is_empty() || self.any_awake(&copies);
        let letter = lasting.then(Letter::new);
        if let Some(letter) = letter.as_ref().filter(|_| !somebody) {
            letter.set_row(self.keep(name, &bare, Some(self.now))?);
        }
        let text = write(&bare);
        let since = Some(self.now);
        let entry = |letter| Entry {
            text: text.clone(),
            since,
            letter,
        };
        let trace = letter.as_ref().map(Letter::without_duty);
        for conn in awake {
            self.post(conn, entry(letter.clone()));
        }
        for conn in asleep {
            self.post(conn, entry(trace.clone()));
        }
        for conn in copies {
            let letter = if self.any_awake(&[conn]) {
                letter.clone()
            } else {
                trace.clone()
            };
            self.copy_received(name, message, conn, letter);
        }
        Ok(reached)
    }

    pub(super) fn any_awake(&self, conns: &[ConnId]) -> bool {
        conns
            .iter()
            .any(|conn| self.sessions.get(*conn).is_some_and(|s| !s.is_asleep()))
    }

    /// Those with a connection, and those without.
    fn by_wakefulness(&self, conns: Vec<ConnId>) -> (Vec<ConnId>, Vec<ConnId>) {
        conns.into_iter().partition(|conn| self.any_awake(&[*conn]))
    }

    /// The resources with the highest priority, which must not be negative (RFC 6121 §8.5.2.1.1). Those without a
    /// connection, which come second, take nothing away from those that have one.
    fn most_available(&self, name: &str) -> (Vec<ConnId>, Vec<ConnId>) {
        if self.ending {
            return (Vec::new(), Vec::new());
        }
        let highest = |asleep| {
            let open = self.sessions.of(name).map(|(_, session)| session);
            open.filter(|s| s.takes_messages() && s.is_asleep() == asleep)
                .map(|s| s.priority)
                .max()
        };
        let Some(least) = highest(false).or_else(|| highest(true)) else {
            return (Vec::new(), Vec::new());
        };
        let most = self
            .sessions
            .select(name, |s| s.takes_messages() && s.priority >= least);
        self.by_wakefulness(most)
    }

    pub(super) fn most_awake(&self, name: &str) -> Vec<ConnId> {
        self.most_available(name).0
    }

    /// Keeps a message until somebody takes it. Gives its row; there is none if it does not ask to be kept.
    pub(super) fn keep(
        &mut self,
        name: &str,
        message: &Element,
        since: Option<Timestamp>,
    ) -> Result<Option<i64>, Condition> {
        if passing(message) {
            return Ok(None);
        }
        let stanza = match since {
            Some(since) => write(&self.delayed(message.clone(), since)),
            None => write(message),
        };
        let sender = message.attr("from").unwrap_or_default();
        match self.store.keep_offline(name, sender, &stanza)? {
            Some(row) => Ok(Some(row)),
            None => Err(Condition::ServiceUnavailable),
        }
    }

    /// A message with the time at which it came (XEP-0203).
    pub(super) fn delayed(&self, message: Element, since: Timestamp) -> Element {
        message.put(
            el("delay", ns::DELAY)
                .set("from", self.domain.to_string())
                .set("stamp", stamp(since)),
        )
    }

    /// A message whose connection broke before it left goes to the user's other resources, or waits. Not a copy, which
    /// is a matter of that connection, nor what is said in a room, which it has left.
    pub(super) fn deliver_again(&mut self, message: &Element) {
        let jid = |name: &str| message.attr(name).and_then(|jid| Jid::new(jid).ok());
        let (Some(from), Some(to)) = (jid("from"), jid("to")) else {
            return;
        };
        let in_room = matches!(self.place(&from), Place::Rooms) && from.resource().is_some();
        let copy = message.children().any(|child| child.has_ns(ns::CARBONS));
        if in_room || copy || !matches!(kind(message), Kind::Chat | Kind::Normal) {
            return;
        }
        if let Place::User(name) = self.place(&to) {
            // These have it: as a copy.
            let others = self.most_awake(&name);
            let told = |conn: &ConnId| {
                self.sessions
                    .get(*conn)
                    .is_some_and(|session| session.carbons)
            };
            if !others.is_empty() && others.iter().all(told) {
                return;
            }
            if let Err(condition) = self.deliver_message(&name, &to.into_bare().into(), message) {
                tracing::warn!(
                    ?condition,
                    "a message whose connection broke could not be kept"
                );
            }
        }
    }

    /// Sends what waits to a resource that came available. It is forgotten only when the client acknowledged it or, if
    /// it never does, when it was written to the connection.
    pub(super) fn flush_waiting(&mut self, conn: ConnId, name: &str) -> Result<(), Condition> {
        if self.draining.contains_key(name) {
            return Ok(());
        }
        let held = self.rows_on_their_way(name);
        let mut waiting = self.store.waiting(name)?;
        waiting.retain(|message| !held.contains(&message.id));
        let Some(mark) = waiting.last().map(|w| w.id) else {
            return Ok(());
        };
        let managed = self
            .sessions
            .get(conn)
            .is_some_and(|session| session.ledger.is_some());
        let mut rows = Vec::new();
        for message in waiting {
            let blocked = match Jid::new(&message.sender) {
                Ok(sender) => self.blocks(name, &sender)?,
                Err(_) => false,
            };
            if blocked || !managed {
                rows.push(message.id);
            }
            if !blocked {
                let entry = Entry {
                    letter: Some(Letter::kept(message.id)),
                    ..Entry::passing(message.stanza)
                };
                self.post(conn, entry);
            }
        }
        if managed {
            self.forget_waiting(name, &rows);
        } else {
            let draining = Draining { conn, mark, rows };
            self.draining.insert(name.to_owned(), draining);
            self.out.push(Effect::Mark(conn, mark));
        }
        Ok(())
    }

    /// What a client with a connection will acknowledge or leave behind.
    fn rows_on_their_way(&self, name: &str) -> BTreeSet<i64> {
        self.sessions
            .of(name)
            .filter(|(_, session)| !session.is_asleep())
            .filter_map(|(_, session)| session.ledger.as_ref())
            .flat_map(|ledger| ledger.waiting().filter_map(Entry::row))
            .collect()
    }

    pub(super) fn forget_waiting(&mut self, name: &str, rows: &[i64]) {
        if !rows.is_empty()
            && let Err(error) = self.store.forget_waiting(name, rows)
        {
            tracing::error!(%error, "delivered messages could not be forgotten and will be delivered again");
        }
    }
}
