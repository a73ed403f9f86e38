//! Sessions whose connection broke: what becomes of what their clients had not acknowledged.

use std::collections::BTreeSet;

use carillon_xml::{Limits, parse, write};
use jid::{BareJid, Jid};
use jiff::Timestamp;
use minidom::Element;

use crate::ledger::{Entry, Ledger, Letter};
use crate::ns;
use crate::router::carbons::copied;
use crate::router::message::{Kind, kind};
use crate::router::sessions::Session;
use crate::router::{ConnId, Effect, Place, Router};
use crate::stanza::{Condition, error_reply};

/// Sessions of one account that sleep at once. A client that was killed and begins anew leaves one behind each time.
const MOST_ASLEEP_EACH: usize = 4;
/// Sessions that sleep at once.
const MOST_ASLEEP: usize = 64;

impl Router {
    /// The connection is over and nobody took leave: the session sleeps if it can, or ends.
    pub(in crate::router) fn connection_broke(&mut self, conn: ConnId) {
        let Some(session) = self.sessions.get_mut(conn) else {
            return;
        };
        if session.is_asleep() {
            return;
        }
        let resumable = session.ledger.as_ref().and_then(Ledger::id).is_some();
        if !resumable || self.ending {
            return self.end_session(conn);
        }
        session.asleep = Some(self.now);
        let name = session.name.clone();
        self.draining.retain(|_, draining| draining.conn != conn);
        self.keep_unacknowledged(conn, &name);
        self.out.push(Effect::Wake(conn));
        self.bound_sleepers(&name);
        // A client that is newer than this one has probably taken its place, and came before we noticed.
        if self.newest_open(&name).is_some_and(|newest| newest > conn) {
            self.flush_to_newest(&name);
        }
    }

    /// A session that sleeps was given its time; it may be awake again.
    pub(crate) fn expired(&mut self, conn: ConnId, now: Timestamp) -> Vec<Effect> {
        self.now = now;
        if self.sessions.get(conn).is_some_and(Session::is_asleep) {
            self.end_session(conn);
        }
        self.effects()
    }

    fn bound_sleepers(&mut self, name: &str) {
        let sleeper = |(conn, session): (ConnId, &Session)| Some((session.asleep?, conn));
        let own: BTreeSet<_> = self.sessions.of(name).filter_map(sleeper).collect();
        let all: BTreeSet<_> = self.sessions.all().filter_map(sleeper).collect();
        let oldest = |sleepers: &BTreeSet<(Timestamp, ConnId)>, most: usize| {
            let too_many = sleepers.len() > most;
            sleepers.first().filter(|_| too_many).map(|(_, conn)| *conn)
        };
        // One came, so at most one is too many.
        if let Some(conn) = oldest(&own, MOST_ASLEEP_EACH).or_else(|| oldest(&all, MOST_ASLEEP)) {
            self.end_session(conn);
        }
    }

    /// Puts the messages that a client had not acknowledged into the store, each with the time at which it came.
    fn keep_unacknowledged(&mut self, conn: ConnId, name: &str) {
        let ledger = |router: &mut Router| router.sessions.get_mut(conn)?.ledger.take();
        let (Some(account), Some(mut ledger)) = (self.account_jid(name), ledger(self)) else {
            return;
        };
        let together = self.store.begin().is_ok();
        let mut kept = BTreeSet::new();
        for entry in ledger.waiting_mut() {
            let left_over = entry.letter.as_mut().map(Letter::give_up);
            let (Some(true), Some(message)) = (left_over, message(&entry.text, &account)) else {
                continue;
            };
            let row = self.keep(name, &message, entry.since);
            if let Err(condition) = &row {
                tracing::warn!(?condition, "an unacknowledged message is in memory only");
            }
            let row = row.ok().flatten();
            kept.extend(row);
            if let Some(letter) = &mut entry.letter {
                letter.set_row(row);
                if row.is_none() {
                    letter.take_back();
                }
            }
        }
        if together && let Err(error) = self.store.commit() {
            tracing::error!(%error, "unacknowledged messages are in memory only");
            let letters = ledger.waiting_mut().filter_map(|e| e.letter.as_mut());
            for letter in letters.filter(|l| l.row().is_some_and(|row| kept.contains(&row))) {
                letter.set_row(None);
                letter.take_back();
            }
        }
        if let Some(session) = self.sessions.get_mut(conn) {
            session.ledger = Some(ledger);
        }
    }

    /// What a session that is over had not acknowledged goes to the user's other resources, or waits. Requests are
    /// answered by an error, presence is of no use to anybody else.
    pub(in crate::router) fn bring_unacknowledged(&mut self, name: &str, ledger: Ledger) {
        if let Some(id) = ledger.id() {
            let (id, handled) = (id.to_owned(), ledger.handled());
            self.memories.add(&id, name, handled);
        }
        let mut waits = false;
        // They may be thousands: one sync for all.
        let together = self.store.begin().is_ok();
        for mut entry in ledger.into_waiting() {
            waits |= entry.row().is_some();
            match entry.letter.as_mut().map(Letter::give_up) {
                Some(true) => self.bring(name, entry),
                Some(false) => {}
                None => self.bounce_request(&entry.text),
            }
        }
        if together && let Err(error) = self.store.commit() {
            tracing::error!(%error, "messages of a session that is over could not be kept");
        }
        if waits {
            self.flush_to_newest(name);
        }
    }

    fn bring(&mut self, name: &str, entry: Entry) {
        let Some(account) = self.account_jid(name) else {
            return;
        };
        let Some(mut message) = message(&entry.text, &account) else {
            return;
        };
        if let Some(since) = entry.since {
            message = self.delayed(message, since);
        }
        let Some(letter) = entry.letter else {
            return;
        };
        if let Err(condition) = self.bring_letter(name, &message, letter) {
            tracing::warn!(?condition, "an unacknowledged message could not be kept");
            self.bounce(&message, condition);
        }
    }

    /// To those who do not have it, or into the store.
    fn bring_letter(
        &mut self,
        name: &str,
        message: &Element,
        mut letter: Letter,
    ) -> Result<(), Condition> {
        let from = message.attr("from").and_then(|from| Jid::new(from).ok());
        if let Some(from) = from
            && self.blocks(name, &from)?
        {
            return Ok(());
        }
        let awake = self.sessions.select(name, |session| !session.is_asleep());
        for conn in awake {
            let ledger = self.sessions.get_mut(conn).and_then(|s| s.ledger.as_mut());
            let mut letters = ledger.into_iter().flat_map(Ledger::waiting_mut);
            let same = letters.find_map(|e| e.letter.as_mut().filter(|l| l.is(&letter)));
            if let Some(same) = same {
                same.take_back();
                return Ok(());
            }
        }
        let takers = self.most_awake(name);
        if takers.is_empty() {
            letter.set_row(self.keep(name, message, None)?);
            return Ok(());
        }
        letter.take_back();
        for conn in takers {
            let entry = Entry {
                letter: Some(letter.clone()),
                ..Entry::passing(write(message))
            };
            self.post(conn, entry);
        }
        Ok(())
    }

    fn bounce_request(&mut self, text: &str) {
        if let Ok(stanza) = parse(text, &Limits::STANZA)
            && stanza.is("iq", ns::CLIENT)
        {
            self.bounce(&stanza, Condition::ServiceUnavailable);
        }
    }

    /// Tells the sender of a stanza that it did not arrive.
    fn bounce(&mut self, stanza: &Element, condition: Condition) {
        let from = stanza.attr("from").and_then(|from| Jid::new(from).ok());
        if let Some(from) = from
            && matches!(self.place(&from), Place::User(_))
            && let Ok(full) = from.try_as_full()
            && let Some(conn) = self.sessions.find(full)
            && let Some(error) = error_reply(stanza, condition)
        {
            self.send(conn, &error);
        }
    }

    /// The user's client that came last and takes messages.
    fn newest_open(&self, name: &str) -> Option<ConnId> {
        let open = |session: &Session| session.takes_messages() && !session.is_asleep();
        self.sessions.select(name, open).into_iter().max()
    }

    fn flush_to_newest(&mut self, name: &str) {
        if let Some(conn) = self.newest_open(name).filter(|_| !self.ending)
            && let Err(condition) = self.flush_waiting(conn, name)
        {
            tracing::error!(?condition, "waiting messages could not be sent");
        }
    }

    /// Sends again what the client of a resumed session has not handled, with the time at which it came.
    pub(super) fn send_again(&mut self, conn: ConnId) {
        let Some(session) = self.sessions.get(conn) else {
            return;
        };
        let account = session.jid.to_bare();
        let waiting = session.ledger.iter().flat_map(Ledger::waiting);
        let texts: Vec<String> = waiting.map(|entry| self.late(entry, &account)).collect();
        let effects = texts.into_iter().map(|text| Effect::SendKept(conn, text));
        self.out.extend(effects);
        self.busy.insert(conn);
    }

    /// An entry as it is sent later than it came.
    fn late(&self, entry: &Entry, account: &BareJid) -> String {
        let Some(since) = entry.since else {
            return entry.text.clone();
        };
        match parse(&entry.text, &Limits::STANZA) {
            Ok(stanza) if copied(&stanza, account).is_none() && kind(&stanza) != Kind::Error => {
                write(&self.delayed(stanza, since))
            }
            _ => entry.text.clone(),
        }
    }
}

/// The message that was for the owner of `account`, whether it was sent itself or as a copy.
fn message(text: &str, account: &BareJid) -> Option<Element> {
    let stanza = parse(text, &Limits::STANZA).ok()?;
    match copied(&stanza, account) {
        Some(original) => Some(original.clone()),
        None => Some(stanza),
    }
}
