//! What was written and not acknowledged.

use super::{Count, Impossible};
use minidom::Element;
use std::collections::VecDeque;

#[derive(Debug)]
struct Written {
    stanza: Element,
    row: Option<String>,
}

/// The queue of one stream. Its first entry is the one after `reached`.
#[derive(Debug, Default)]
pub(super) struct Unacked {
    reached: Count,
    queue: VecDeque<Written>,
    rows: usize,
}

impl From<Count> for Unacked {
    fn from(reached: Count) -> Self {
        Self {
            reached,
            ..Self::default()
        }
    }
}

impl Unacked {
    pub(super) fn push(&mut self, stanza: Element, row: Option<String>) -> Count {
        self.rows += usize::from(row.is_some());
        self.queue.push_back(Written { stanza, row });
        self.written()
    }

    pub(super) fn len(&self) -> usize {
        self.queue.len()
    }

    pub(super) fn has_rows(&self) -> bool {
        self.rows > 0
    }

    /// How many the server has handled.
    pub(super) fn reached(&self) -> Count {
        self.reached
    }

    /// How many were written.
    pub(super) fn written(&self) -> Count {
        // More than 2^32 stanzas do not fit into any memory.
        let waiting = u32::try_from(self.queue.len()).unwrap_or(u32::MAX);
        Count(self.reached.0.wrapping_add(waiting))
    }

    /// Takes out what the server has handled, and names the rows among it.
    pub(super) fn acknowledge(&mut self, h: Count) -> Result<Vec<String>, Impossible> {
        let news = usize::try_from(h.since(self.reached)).unwrap_or(usize::MAX);
        if news > self.queue.len() {
            return Err(Impossible {
                claimed: h,
                written: self.written(),
            });
        }
        self.reached = h;
        let rows: Vec<String> = self.queue.drain(..news).filter_map(|one| one.row).collect();
        self.rows = self.rows.saturating_sub(rows.len());
        Ok(rows)
    }

    /// Takes these rows out, as if they had never been written, and names them.
    pub(super) fn take_rows(&mut self, taken: impl Fn(&Element) -> bool) -> Vec<String> {
        let mut rows = Vec::new();
        self.queue.retain(|one| match &one.row {
            Some(row) if taken(&one.stanza) => {
                rows.push(row.clone());
                false
            }
            _ => true,
        });
        self.rows = self.rows.saturating_sub(rows.len());
        rows
    }

    /// The rows that are left, with their numbers.
    pub(super) fn numbered(&self) -> Vec<(Count, String)> {
        let mut number = self.reached;
        let mut rows = Vec::new();
        for one in &self.queue {
            number = number.next();
            rows.extend(one.row.clone().map(|row| (number, row)));
        }
        rows
    }

    /// All that is left, in order.
    pub(super) fn stanzas(&self) -> Vec<Element> {
        self.queue.iter().map(|one| one.stanza.clone()).collect()
    }
}
