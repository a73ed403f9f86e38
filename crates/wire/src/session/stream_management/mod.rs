//! Stream management (XEP-0198): who has handled how much, as plain values.
//!
//! No I/O, no clock and no idea what a stanza means. What the server acknowledged leaves the queue; what it did
//! not goes out again, in order, when the stream is resumed. What came counts as handled only when the engine
//! says that it is stored: a stanza is never acknowledged because it was merely read.

mod count;
mod element;
mod unacked;

pub(crate) use count::Count;
pub(crate) use element::{Answer, NS, enable, is_offered, resume, too_high};

use element::{ack, count_of, is_true, request};
use minidom::Element;
use unacked::Unacked;

/// A server that asks for nothing is told after so many stanzas all the same, so that its queue stays short.
const TOLD_UNASKED: u32 = 32;
/// So many stanzas without a row go unacknowledged before the server is asked.
const ASKED_UNASKED: usize = 64;

/// How far it is switched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Stage {
    /// Not offered, or refused.
    #[default]
    Off,
    /// Asked for. What is written counts from here on (§3).
    Asked,
    /// Agreed. What comes counts from here on.
    On,
}

/// The server claims what cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Impossible {
    /// How many stanzas it claims to have handled.
    pub(crate) claimed: Count,
    /// How many were written.
    pub(crate) written: Count,
}

/// What the server said about the stream.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// It agrees, and lets the stream be resumed under this name from that place if it gives a name.
    On {
        id: Option<String>,
        location: Option<String>,
    },
    /// It refuses.
    Refused,
    /// It has handled these rows of mine.
    Reached(Vec<String>),
    /// Nothing that changes anything.
    Nothing,
}

/// One managed stream.
#[derive(Debug, Default)]
pub(crate) struct StreamManagement {
    stage: Stage,
    id: Option<String>,
    /// What came.
    received: Count,
    /// What of it is stored.
    handled: Count,
    /// What the server was told of it.
    told: Count,
    /// The server has asked and was not answered.
    owes: bool,
    sent: Unacked,
    /// Up to where the request that is under way asks.
    asking: Option<Count>,
}

impl StreamManagement {
    /// A stream of an earlier run of the program, of which only counts are left.
    pub(crate) fn restored(id: String, handled: Count, reached: Count) -> Self {
        Self {
            stage: Stage::On,
            id: Some(id),
            received: handled,
            handled,
            told: handled,
            sent: Unacked::from(reached),
            ..Self::default()
        }
    }

    /// Asks the server for it; what is written from now on counts.
    pub(crate) fn ask_to_enable(&mut self) -> Element {
        self.stage = Stage::Asked;
        enable()
    }

    /// Whether both sides count.
    pub(crate) fn is_on(&self) -> bool {
        self.stage == Stage::On
    }

    /// The stream's name, if it can be resumed.
    pub(crate) fn resumable(&self) -> Option<&str> {
        self.id.as_deref().filter(|_| self.is_on())
    }

    /// A stanza came. Its number, if it counts.
    pub(crate) fn received(&mut self) -> Option<Count> {
        if !self.is_on() {
            return None;
        }
        self.received = self.received.next();
        Some(self.received)
    }

    /// A stanza is about to be written; `row` names the stored row that it is. Its number, if it counts.
    pub(crate) fn written(&mut self, stanza: &Element, row: Option<String>) -> Option<Count> {
        (self.stage != Stage::Off).then(|| self.sent.push(stanza.clone(), row))
    }

    /// The server says something about the stream.
    ///
    /// # Errors
    /// When it claims to have handled what was never written, or takes back what it acknowledged.
    pub(crate) fn hear(&mut self, element: &Element) -> Result<Heard, Impossible> {
        match element.name() {
            "enabled" if self.stage == Stage::Asked => Ok(self.hear_enabled(element)),
            "failed" if self.stage == Stage::Asked => {
                *self = Self::default();
                Ok(Heard::Refused)
            }
            "r" => {
                self.owes = true;
                Ok(Heard::Nothing)
            }
            "a" if self.stage != Stage::Off => self.hear_ack(count_of(element)),
            name => {
                tracing::debug!(
                    name,
                    "a word about the stream that fits nothing was skipped"
                );
                Ok(Heard::Nothing)
            }
        }
    }

    fn hear_enabled(&mut self, enabled: &Element) -> Heard {
        self.stage = Stage::On;
        let resumable = enabled.attr("resume").is_some_and(is_true);
        self.id = enabled
            .attr("id")
            .filter(|id| resumable && !id.is_empty())
            .map(str::to_owned);
        Heard::On {
            id: self.id.clone(),
            location: enabled.attr("location").map(str::to_owned),
        }
    }

    fn hear_ack(&mut self, h: Option<Count>) -> Result<Heard, Impossible> {
        self.asking = None;
        match h {
            Some(h) => self.reached(h).map(Heard::Reached),
            // It says that the link lives, and no more.
            None => Ok(Heard::Nothing),
        }
    }

    /// The server has handled so many. The rows among what it had not acknowledged before.
    ///
    /// # Errors
    /// When that cannot be.
    pub(crate) fn reached(&mut self, h: Count) -> Result<Vec<String>, Impossible> {
        self.sent.acknowledge(h)
    }

    /// Whether the server has to be asked how far it is.
    pub(crate) fn should_ask(&self) -> bool {
        self.is_on()
            && self.asking.is_none()
            && (self.sent.has_rows() || self.sent.len() >= ASKED_UNASKED)
    }

    /// Asks the server how far it is. `None` when that is being asked.
    pub(crate) fn ask(&mut self) -> Option<Element> {
        if self.asking.is_some() {
            return None;
        }
        self.asking = Some(self.sent.written());
        Some(request())
    }

    /// Asks before the link ends, also while something is being asked: a row that the server has and nobody knows of
    /// would go out again. `None` when there is none, or what is being asked covers it.
    pub(crate) fn ask_last(&mut self) -> Option<Element> {
        let all = Some(self.sent.written());
        if !self.is_on() || !self.sent.has_rows() || self.asking == all {
            return None;
        }
        self.asking = all;
        Some(request())
    }

    /// Whether the server is being asked.
    pub(crate) fn is_asking(&self) -> bool {
        self.asking.is_some()
    }

    /// All up to this number is stored. What was never received is not believed.
    pub(crate) fn handled(&mut self, up_to: Count) {
        if up_to.since(self.handled) <= self.received.since(self.handled) {
            self.handled = up_to;
        }
    }

    /// What the server is to be told now of what is stored; `last` says that nothing follows.
    pub(crate) fn due_ack(&mut self, last: bool) -> Option<Element> {
        if !self.is_on() {
            return None;
        }
        let news = self.handled.since(self.told);
        // A question is answered once what had come is stored, or at least a part of it.
        let answer = self.owes && (news > 0 || self.handled == self.received);
        if !answer && news < TOLD_UNASKED && !(last && news > 0) {
            return None;
        }
        self.owes = self.owes && self.handled != self.received;
        self.told = self.handled;
        Some(ack(self.handled))
    }

    /// How many stanzas are stored.
    pub(crate) fn stored(&self) -> Count {
        self.handled
    }

    /// Takes rows out that are not to be written again when the stream goes on. Their names, and the numbers that the
    /// other rows have now: the server counts on from what it has handled.
    pub(crate) fn take_back(
        &mut self,
        taken: impl Fn(&Element) -> bool,
    ) -> (Vec<String>, Vec<(Count, String)>) {
        let rows = self.sent.take_rows(taken);
        let numbered = match rows.is_empty() {
            true => Vec::new(),
            false => self.sent.numbered(),
        };
        (rows, numbered)
    }

    /// What the server has not handled.
    pub(crate) fn unacked(&self) -> Vec<Element> {
        self.sent.stanzas()
    }

    /// The stream is resumed: what came and is not stored comes again, and what the server has not handled has
    /// to be written again, in this order. The rows that it has handled come first.
    ///
    /// # Errors
    /// When the server's count cannot be. An absent one means that nothing new was handled.
    pub(crate) fn resumed(
        &mut self,
        stored: Count,
        h: Option<Count>,
    ) -> Result<(Vec<String>, Vec<Element>), Impossible> {
        let rows = self.reached(h.unwrap_or(self.sent.reached()))?;
        (self.received, self.handled, self.told) = (stored, stored, stored);
        self.owes = false;
        self.asking = None;
        Ok((rows, self.sent.stanzas()))
    }
}
