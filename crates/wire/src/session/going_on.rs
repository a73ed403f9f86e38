//! One session over several links, one after the other (XEP-0198 §5).

use super::stream_management::{Count, Heard, Impossible, StreamManagement, too_high};
use super::{Session, rooms};
use crate::run::Surroundings;
use carillon_core::contact::{Availability, Presence};
use carillon_core::session::{Incoming, Outgoing, SessionProblem, StreamRoom, StreamState};
use jid::Jid;
use minidom::Element;
use tokio::sync::mpsc;

/// A session whose link broke, and which the server lets go on over another.
#[derive(Debug)]
pub struct Asleep(Box<Session>);

impl Asleep {
    /// Whether this is the session of that stream.
    pub(crate) fn is_on(&self, stream: Option<&StreamState>) -> bool {
        self.0.sm.resumable() == stream.map(|stream| stream.id.as_str())
    }

    /// Goes on. `stored` is what the engine has stored of what came.
    pub(crate) fn wake(
        self,
        stored: u32,
        reached: Option<Count>,
    ) -> Result<Session, SessionProblem> {
        let mut session = *self.0;
        let (rows, _) = session
            .sm
            .resumed(Count(stored), reached)
            .map_err(impossible)?;
        session.tell(Incoming::Resumed);
        session.tell_reached(rows);
        session.take_private_back();
        session.again = session.sm.unacked();
        Ok(session)
    }
}

impl Session {
    /// Only the stream of an earlier run of the program goes on: everything is asked for anew, and who sees me is
    /// told anew, since only then do they tell how they are.
    pub(crate) fn on_earlier_stream(
        stream: StreamState,
        reached: Option<Count>,
        surroundings: Surroundings,
    ) -> Self {
        let mut session = Self::new(stream.jid, surroundings);
        let count = reached.unwrap_or_default();
        session.sm = StreamManagement::restored(stream.id, Count(stream.handled), count);
        session.unsettled = Some(count);
        for room in stream.rooms {
            session.rooms.was_in(room);
        }
        session.say_gone();
        session
    }

    /// The server forgets that it ever saw this device available, and the rooms that it was in. What they said
    /// until now is still taken.
    fn say_gone(&mut self) {
        let rooms = std::mem::take(&mut self.rooms);
        let gone = Presence {
            availability: Availability::Offline,
            status: String::new(),
        };
        self.show(gone, None);
        self.rooms = rooms;
    }

    /// What the server had handled on the stream that is over need not be said again.
    pub(crate) fn take_over(&mut self, asleep: Option<Asleep>, reached: Option<Count>) {
        match (asleep, reached) {
            (Some(Asleep(mut before)), Some(count)) => match before.sm.reached(count) {
                Ok(ids) if !ids.is_empty() => self.early.push(Incoming::Reached { ids }),
                Ok(_) => {}
                // The stream is over, so nothing is to be closed; the rows go out again.
                Err(_) => tracing::warn!("the server miscounted a stream that is over"),
            },
            (None, reached) => self.early.extend(told_earlier(reached)),
            (Some(_), None) => {}
        }
    }

    /// How many stanzas the server had handled before this session, if the engine has not heard it yet. Until it has
    /// put that on the disk nothing may be written: a kill would leave it with numbers that mean something else.
    pub(crate) fn take_unsettled(&mut self) -> Option<u32> {
        self.unsettled.take().map(|Count(number)| number)
    }

    /// What was to be written is not.
    pub(crate) fn keep_to_itself(&mut self) {
        self.send.clear();
    }

    /// Has the server manage this stream.
    pub(crate) fn manage_stream(&mut self) {
        let enable = self.sm.ask_to_enable();
        self.send.push(enable);
    }

    /// The server was asked to manage this stream before it began, and answers this.
    pub(crate) fn hear_managed(&mut self, answer: &Element) -> Result<(), SessionProblem> {
        let _asked = self.sm.ask_to_enable();
        self.hear_about_stream(answer).map_err(impossible)
    }

    /// The server speaks about the stream.
    ///
    /// # Errors
    /// When it counts what cannot be; the stream is to be closed.
    pub(crate) fn hear_about_stream(&mut self, element: &Element) -> Result<(), Impossible> {
        match self.sm.hear(element)? {
            Heard::On {
                id: Some(id),
                location,
            } => {
                // What was written so far is in the queue, and acknowledged from there.
                self.reached.forget();
                let state = StreamState {
                    id,
                    jid: self.me.full.clone(),
                    location,
                    handled: self.sm.stored().0,
                    rooms: Vec::new(),
                };
                self.tell(Incoming::Resumable(state));
            }
            Heard::On { id: None, .. } => self.reached.forget(),
            Heard::Reached(ids) => self.tell_reached(ids),
            Heard::Refused => tracing::info!("the server does not manage the stream"),
            Heard::Nothing => {}
        }
        Ok(())
    }

    /// A stanza has come, and all that it says was told.
    pub(crate) fn count(&mut self) {
        let Some(Count(number)) = self.sm.received() else {
            return;
        };
        match self.tell.back_mut() {
            // Nothing was told since: one word for both.
            Some(Incoming::Counted(before)) => *before = number,
            _ => self.tell(Incoming::Counted(number)),
        }
    }

    /// What is to be written now: what the server missed when the link broke, then what is said.
    pub(crate) fn take_to_write(&mut self, last: bool) -> Vec<Element> {
        let mut stanzas = std::mem::take(&mut self.again);
        for stanza in std::mem::take(&mut self.send) {
            self.note_written(&stanza);
            stanzas.push(stanza);
        }
        stanzas.extend(self.sm.due_ack(last));
        if last {
            stanzas.extend(self.sm.ask_last());
        } else if self.sm.should_ask() {
            stanzas.extend(self.sm.ask());
        }
        stanzas
    }

    fn note_written(&mut self, stanza: &Element) {
        if !stanza.has_ns(crate::ns::JABBER_CLIENT) {
            return;
        }
        let row = stanza.attr("id").and_then(|id| self.rows.take(id));
        let number = self.sm.written(stanza, row.clone());
        if let (Some(Count(number)), Some(id)) = (number, row) {
            self.tell(Incoming::Numbered { number, id });
        }
    }

    /// Whether the stream has a name by which another link could go on with it.
    pub(crate) fn can_be_resumed(&self) -> bool {
        self.sm.resumable().is_some()
    }

    /// Keeps itself for another link, together with what the engine still had to say. `None` when there is nothing
    /// that could go on.
    pub(crate) fn fall_asleep(mut self, mut outgoing: mpsc::Receiver<Outgoing>) -> Option<Asleep> {
        // What was not told will not be told again by the server if it was only an answer.
        // Whoever does not know what the server offers would go on without it: without the archive, for one.
        let whole = self.begun && !self.cut_short;
        if self.sm.resumable().is_none() || !whole || !self.tell.is_empty() {
            return None;
        }
        outgoing.close();
        while let Ok(what) = outgoing.try_recv() {
            if what == Outgoing::Close {
                return None;
            }
            self.say(what);
        }
        // What lies here counts as written and lost.
        self.again.clear();
        for stanza in std::mem::take(&mut self.send) {
            self.note_written(&stanza);
        }
        self.tell.clear();
        Some(Asleep(Box::new(self)))
    }

    /// Who had a nick when something private was written may have left meanwhile, unseen.
    fn take_private_back(&mut self) {
        let private = |stanza: &Element| {
            let to = stanza.attr("to").and_then(|to| Jid::new(to).ok());
            stanza.name() == "message"
                && to.is_some_and(|to| rooms::goes_privately(&to, is_groupchat(stanza)))
                && rooms::is_marked(stanza)
        };
        let (ids, numbered) = self.sm.take_back(private);
        if ids.is_empty() {
            return;
        }
        self.tell(Incoming::NotSent { ids });
        for (Count(number), id) in numbered {
            self.tell(Incoming::Numbered { number, id });
        }
    }

    fn tell_reached(&mut self, ids: Vec<String>) {
        if !ids.is_empty() {
            self.tell(Incoming::Reached { ids });
        }
    }

    /// The stream error for what the server claimed.
    pub(crate) fn object(&mut self, claim: Impossible) -> SessionProblem {
        self.send.clear();
        self.again = vec![too_high(claim)];
        self.sm = StreamManagement::default();
        impossible(claim)
    }
}

impl rooms::Rooms {
    /// I was in a room until now. Who is there nobody knows any more.
    fn was_in(&mut self, room: StreamRoom) {
        self.enter(room.jid.clone(), room.nick);
        if let Some(place) = self.place(&room.jid) {
            place.stage = rooms::Stage::Live;
            place.names_occupants = room.names_occupants;
            place.earlier = true;
            // The server lets me out as soon as it hears that I am gone.
            place.leaving = true;
        }
    }
}

fn is_groupchat(stanza: &Element) -> bool {
    stanza.attr("type") == Some("groupchat")
}

fn told_earlier(reached: Option<Count>) -> Option<Incoming> {
    reached.map(|Count(number)| Incoming::ReachedEarlier(number))
}

fn impossible(claim: Impossible) -> SessionProblem {
    SessionProblem::Protocol {
        detail: format!(
            "the server acknowledged {} stanzas of {} that were sent",
            claim.claimed, claim.written
        ),
    }
}
