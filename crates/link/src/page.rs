//! How much fits into one answer.

use serde::Serialize;
use std::io::{self, Write};

/// Bytes of JSON that a page of contacts or chats may take: read in a moment, and some hundred contacts. What
/// [`crate::frame::MAX_FRAME`] allows is far beyond it, also for an answer that holds several lists.
pub const LIST: usize = 256 * 1024;

/// Bytes of JSON that the messages of one answer may take. Two hundred of the usual length take less than a tenth;
/// two hundred of the longest that a server passes on (1 MiB) would not fit into a frame.
pub const MESSAGES: usize = 4 * 1024 * 1024;

/// How many of `items`, from the first on, take at most so many bytes of JSON together. At least one, so that whoever
/// asks again and again comes to the end.
pub fn fitting<'a, T: Serialize + 'a>(
    items: impl IntoIterator<Item = &'a T>,
    bytes: usize,
) -> usize {
    let mut left = bytes;
    let mut count = 0;
    for item in items {
        let taken = bytes_of(item);
        if taken > left && count > 0 {
            break;
        }
        left = left.saturating_sub(taken);
        count += 1;
    }
    count
}

/// An item's bytes of JSON, with the comma behind it.
fn bytes_of<T: Serialize>(item: &T) -> usize {
    let mut counter = Counter(1);
    // What cannot be written down says so when the answer is written.
    let _ = serde_json::to_writer(&mut counter, item);
    counter.0
}

struct Counter(usize);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_counted_as_it_is_written() {
        let words = ["one", "two\n", "three"];
        let whole = serde_json::to_vec(&words).unwrap().len();
        assert_eq!(fitting(&words, whole), 3);
        assert_eq!(fitting(&words, whole - 3), 2);
        assert_eq!(fitting(&words, "\"one\",".len()), 1);
    }

    #[test]
    fn the_first_always_fits_and_nothing_is_nothing() {
        assert_eq!(fitting(&["long".repeat(100)], 10), 1);
        assert_eq!(fitting::<String>(&[], 10), 0);
    }
}
