//! What one managed stream (XEP-0198) still owes: counts of both directions, and the stanzas that were sent and not
//! acknowledged. A plain value, without sockets and clock.

mod letter;

use std::collections::VecDeque;

use jiff::Timestamp;

pub(crate) use letter::Letter;

/// Stanzas that one session may leave unacknowledged. All that waited for a user while away must fit.
const MOST_STANZAS: usize = 12_000;
/// Bytes of them; less than what may wait for one connection, for the same reason.
const MOST_BYTES: usize = 12 << 20;

/// A stanza that was sent, or will be when the client comes back.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) text: String,
    /// When the server got it; `None` if the text says so itself, or nobody needs to know.
    pub(crate) since: Option<Timestamp>,
    /// Of a message that must not get lost.
    pub(crate) letter: Option<Letter>,
}

impl Entry {
    /// A stanza that is not missed when the session ends.
    pub(crate) fn passing(text: String) -> Entry {
        Entry {
            text,
            since: None,
            letter: None,
        }
    }

    /// The row under which the store keeps it too.
    pub(crate) fn row(&self) -> Option<i64> {
        self.letter.as_ref()?.row()
    }
}

/// An acknowledgement of stanzas that were never sent, or a withdrawn one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Impossible {
    /// More than were sent.
    TooHigh,
    /// Fewer than were acknowledged before.
    Withdrawn,
}

/// The state of one managed stream. Counts go on at 0 after 2^32-1 (XEP-0198 §4).
#[derive(Debug)]
pub(crate) struct Ledger {
    /// Under which the stream can be resumed, if the client wants that.
    id: Option<String>,
    /// Stanzas of the client that were handled.
    handled: u32,
    /// Stanzas that the client acknowledged.
    acknowledged: u32,
    /// Sent and not acknowledged, oldest first.
    waiting: VecDeque<Entry>,
    bytes: usize,
    /// Stanzas that were sent when the client was last asked, until it answers.
    asked: Option<u32>,
}

impl Ledger {
    pub(crate) fn new(id: Option<String>) -> Ledger {
        Ledger {
            id,
            handled: 0,
            acknowledged: 0,
            waiting: VecDeque::new(),
            bytes: 0,
            asked: None,
        }
    }

    pub(crate) fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// A stanza of the client was handled.
    pub(crate) fn handle(&mut self) {
        self.handled = self.handled.wrapping_add(1);
    }

    /// What the client is told when it asks.
    pub(crate) fn handled(&self) -> u32 {
        self.handled
    }

    /// A stanza goes out, or would if the client were there.
    pub(crate) fn push(&mut self, entry: Entry) {
        self.bytes += entry.text.len();
        self.waiting.push_back(entry);
    }

    /// Whether the client leaves more unacknowledged than a session may hold.
    pub(crate) fn is_overfull(&self) -> bool {
        self.waiting.len() > MOST_STANZAS || self.bytes > MOST_BYTES
    }

    /// The client has handled `h` stanzas. Gives those that were not known to be; nothing changes if that can't be.
    pub(crate) fn acknowledge(&mut self, h: u32) -> Result<Vec<Entry>, Impossible> {
        let more = h.wrapping_sub(self.acknowledged);
        let count = usize::try_from(more).unwrap_or(usize::MAX);
        if count > self.waiting.len() {
            // The shorter way round tells which it is.
            return Err(if more > u32::MAX / 2 {
                Impossible::Withdrawn
            } else {
                Impossible::TooHigh
            });
        }
        self.acknowledged = h;
        let done: Vec<Entry> = self.waiting.drain(..count).collect();
        self.bytes -= done.iter().map(|entry| entry.text.len()).sum::<usize>();
        Ok(done)
    }

    /// Whether to ask the client what it has handled: something was sent since it was asked, and no answer is due.
    /// From now on one is.
    pub(crate) fn ask(&mut self) -> bool {
        let due = self.asked.is_none() && !self.waiting.is_empty();
        if due {
            self.asked = Some(self.sent());
        }
        due
    }

    /// The client answered. Whether something was sent that the question did not cover.
    pub(crate) fn answered(&mut self) -> bool {
        self.asked.take().is_some_and(|asked| asked != self.sent())
    }

    /// The stream goes on over another connection: what was asked on the old one gets no answer.
    pub(crate) fn resume(&mut self) {
        self.asked = None;
    }

    pub(crate) fn waiting(&self) -> impl Iterator<Item = &Entry> {
        self.waiting.iter()
    }

    pub(crate) fn waiting_mut(&mut self) -> impl Iterator<Item = &mut Entry> {
        self.waiting.iter_mut()
    }

    /// The session is over.
    pub(crate) fn into_waiting(self) -> impl Iterator<Item = Entry> {
        self.waiting.into_iter()
    }

    /// Stanzas that were sent since the stream is managed.
    pub(crate) fn sent(&self) -> u32 {
        // Bounded by `MOST_STANZAS` and one burst.
        let waiting = u32::try_from(self.waiting.len()).unwrap_or(u32::MAX);
        self.acknowledged.wrapping_add(waiting)
    }
}

#[cfg(test)]
mod tests;
