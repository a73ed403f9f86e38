//! Line ends: whatever they are written as, each is one newline before anything else is read (XML 1.0 §2.11).
//!
//! The tokenizer does so by itself, but not behind a `]` in a CDATA section.

use rxml::error::EndOrError;
use rxml::{Parse as _, RawEvent, RawParser};
use std::borrow::Cow;

/// A whole document with newlines for line ends.
pub(crate) fn with_newlines(document: &[u8]) -> Cow<'_, [u8]> {
    if !document.contains(&b'\r') {
        return Cow::Borrowed(document);
    }
    let mut newlines = Vec::with_capacity(document.len());
    let mut bytes = document.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if byte == b'\r' {
            bytes.next_if_eq(&b'\n');
            newlines.push(b'\n');
        } else {
            newlines.push(byte);
        }
    }
    Cow::Owned(newlines)
}

/// The same for what comes in pieces, each of which is read to its end.
#[derive(Debug, Default)]
pub(crate) struct LineEnds {
    /// The last byte was a carriage return: a newline behind it belongs to it.
    returned: bool,
    /// How much of the piece is left from its next carriage return on; `None` before that was looked for.
    tail: Option<usize>,
}

impl LineEnds {
    /// Gives `bytes` to the tokenizer until it has a token, and takes off what was read. `NeedMoreData` leaves none.
    pub(crate) fn token(
        &mut self,
        parser: &mut RawParser,
        bytes: &mut &[u8],
    ) -> Result<Option<RawEvent>, EndOrError> {
        loop {
            match self.part(parser, bytes) {
                Err(EndOrError::NeedMoreData) if !bytes.is_empty() => {}
                event => return event,
            }
        }
    }

    /// A piece was read to its end.
    pub(crate) const fn next_piece(&mut self) {
        self.tail = None;
    }

    fn part(
        &mut self,
        parser: &mut RawParser,
        bytes: &mut &[u8],
    ) -> Result<Option<RawEvent>, EndOrError> {
        if let (true, Some((first, rest))) = (self.returned, bytes.split_first()) {
            self.returned = false;
            if *first == b'\n' {
                *bytes = rest;
            }
        }
        // White space between children is taken off elsewhere.
        self.tail = self.tail.filter(|tail| *tail <= bytes.len());
        let tail = self.tail.get_or_insert_with(|| {
            let before = bytes.iter().take_while(|byte| **byte != b'\r').count();
            bytes.len() - before
        });
        let before = bytes.len().saturating_sub(*tail);
        if before > 0 || bytes.is_empty() {
            let (mut line, rest) = bytes.split_at(before);
            let event = parser.parse(&mut line, false);
            *bytes = bytes.get(before - line.len()..).unwrap_or(rest);
            return event;
        }
        let mut newline = b"\n".as_slice();
        let event = parser.parse(&mut newline, false);
        // A token may be told before anything is read.
        if newline.is_empty() {
            *bytes = bytes.get(1..).unwrap_or_default();
            self.returned = true;
            self.tail = None;
        }
        event
    }
}
