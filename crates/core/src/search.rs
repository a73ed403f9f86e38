//! What somebody looks for in what was said, and how it is recognised in a text.
//!
//! What is typed is never a language of its own: words, and phrases between quotation marks. Everything else is said by
//! its own field of [`SearchQuery`].

use crate::ids::{ChatRef, Timestamp};
use serde::{Deserialize, Serialize};
use std::ops::Range;
use ts_rs::TS;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// So many words or phrases are looked for; what follows them is not.
pub const MOST_PARTS: usize = 16;
/// So many characters of what is typed are read.
pub const LONGEST_QUERY: usize = 500;

/// Characters of a message that a list of hits shows.
const EXCERPT: usize = 200;
/// Of those so many stand before the first hit.
const BEFORE_HIT: usize = 60;

/// Who said it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum SearchBy {
    /// Anybody.
    #[default]
    Anyone,
    /// I.
    Me,
    /// The contact of a chat of two.
    Contact,
    /// Somebody in a room.
    Occupant {
        /// The nick in the room.
        nick: String,
    },
}

/// What is looked for. All of it has to be true of a message.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct SearchQuery {
    /// Words, each of which has to begin a word of the message, and phrases between quotation marks, which have to stand
    /// there word by word. Case and accents do not count.
    pub words: String,
    /// Only in this chat.
    pub chat: Option<ChatRef>,
    /// Only by this person.
    pub by: SearchBy,
    /// Not said before.
    pub from: Option<Timestamp>,
    /// Said before.
    pub until: Option<Timestamp>,
}

/// A word or a phrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its words, as they were typed; never empty, letters and digits only.
    pub words: Vec<String>,
    /// The last word may go on.
    pub open: bool,
}

/// The words and phrases of what was typed. A phrase that is not closed yet is open: its last word is being typed.
#[must_use]
pub fn parts(typed: &str) -> Vec<Part> {
    let end = typed.char_indices().nth(LONGEST_QUERY);
    let typed = end.and_then(|(at, _)| typed.get(..at)).unwrap_or(typed);
    let mut found = Vec::new();
    let mut pieces = typed.split(['"', '“', '”', '„']).peekable();
    let mut quoted = false;
    while let Some(piece) = pieces.next() {
        if quoted {
            found.extend(part(piece, pieces.peek().is_none()));
        } else {
            let words = piece.split_whitespace();
            found.extend(words.filter_map(|word| part(word, true)));
        }
        quoted = !quoted;
    }
    found.truncate(MOST_PARTS);
    found
}

fn part(text: &str, open: bool) -> Option<Part> {
    let words: Vec<String> = tokens(text)
        .filter_map(|range| text.get(range))
        .map(str::to_owned)
        .collect();
    (!words.is_empty()).then_some(Part { words, open })
}

/// The beginning of a message around the first of the parts that stands there, in one line. What was left out at an end
/// is told by `…`.
#[must_use]
pub fn excerpt(body: &str, parts: &[Part]) -> String {
    let first = parts.iter().filter_map(|part| first_of(body, part)).min();
    let first = first.unwrap_or(0);
    let before = body.get(..first).unwrap_or_default();
    let begin = before.char_indices().rev().take(BEFORE_HIT).last();
    let begin = begin.map_or(first, |(at, _)| at);
    let begin = if begin == 0 {
        0
    } else {
        // At a word's beginning, where one is near.
        let skipped = body.get(begin..first).and_then(|words| words.find(' '));
        skipped.map_or(begin, |at| begin + at + 1)
    };
    let rest = body.get(begin..).unwrap_or_default();
    let end = rest.char_indices().nth(EXCERPT).map(|(at, _)| at);
    let shown = end.and_then(|at| rest.get(..at)).unwrap_or(rest);
    let mut line = String::with_capacity(shown.len() + 6);
    if begin > 0 {
        line.push('…');
    }
    line.extend(shown.chars().map(|c| if c.is_control() { ' ' } else { c }));
    if end.is_some() {
        line.push('…');
    }
    line
}

/// Where a part stands in a text for the first time, in bytes.
fn first_of(text: &str, part: &Part) -> Option<usize> {
    let wanted: Vec<String> = part.words.iter().map(|word| folded(word)).collect();
    let ranges: Vec<Range<usize>> = tokens(text).collect();
    let (last, exact) = wanted.split_last()?;
    ranges.windows(wanted.len()).find_map(|window| {
        let (end, begin) = window.split_last()?;
        let word = |range: &Range<usize>| folded(text.get(range.clone()).unwrap_or_default());
        let same = begin
            .iter()
            .zip(exact)
            .all(|(range, is)| word(range) == *is);
        let end = word(end);
        let ends = end == *last || part.open && end.starts_with(last.as_str());
        (same && ends).then(|| window.first().map_or(0, |range| range.start))
    })
}

/// A word without case and accents.
fn folded(word: &str) -> String {
    word.nfd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .collect()
}

/// The words of a text, in bytes: runs of letters and digits with the accents that belong to them.
fn tokens(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut letters = text.char_indices().peekable();
    std::iter::from_fn(move || {
        let (begin, _) = letters.find(|(_, c)| c.is_alphanumeric())?;
        let mut end = text.len();
        while let Some((at, c)) = letters.peek() {
            if !c.is_alphanumeric() && !is_combining_mark(*c) {
                end = *at;
                break;
            }
            letters.next();
        }
        Some(begin..end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn said(typed: &str) -> Vec<(String, bool)> {
        let parts = parts(typed).into_iter();
        parts
            .map(|part| (part.words.join("+"), part.open))
            .collect()
    }

    fn read(typed: &[(&str, bool)]) -> Vec<(String, bool)> {
        typed
            .iter()
            .map(|(words, open)| ((*words).to_owned(), *open))
            .collect()
    }

    #[test]
    fn words_are_open_and_phrases_are_not() {
        assert_eq!(said("meet tomor"), read(&[("meet", true), ("tomor", true)]));
        assert_eq!(
            said("\"see you\" there"),
            read(&[("see+you", false), ("there", true)])
        );
        assert_eq!(said("„see you“"), read(&[("see+you", false)]));
        assert_eq!(said("\"see yo"), read(&[("see+yo", true)]));
    }

    #[test]
    fn no_sign_means_anything_to_the_index() {
        assert_eq!(
            said("NEAR(a b) OR body:* - ^x"),
            read(&[
                ("NEAR+a", true),
                ("b", true),
                ("OR", true),
                ("body", true),
                ("x", true)
            ])
        );
        assert_eq!(said("e-mail"), read(&[("e+mail", true)]));
        assert_eq!(said("!? \"\" …"), read(&[]));
    }

    #[test]
    fn an_excerpt_begins_near_the_hit_and_is_one_line() {
        let body = format!(
            "{} the Café\nis open {}",
            "word ".repeat(40),
            "and so on ".repeat(40)
        );
        let shown = excerpt(&body, &parts("cafe"));
        assert!(shown.starts_with("…word"), "{shown}");
        assert!(
            shown.contains("the Café is open") && shown.ends_with('…'),
            "{shown}"
        );
        assert!(shown.chars().count() <= EXCERPT + 2);
        assert_eq!(excerpt("Short", &parts("nothing")), "Short");
    }

    #[test]
    fn a_phrase_is_found_where_its_words_follow_each_other() {
        let find = |typed: &str, text: &str| first_of(text, &parts(typed)[0]);
        assert_eq!(find("\"see you\"", "you see, see you"), Some(9));
        assert_eq!(find("\"see yo\"", "see you"), None);
        assert_eq!(find("URL", "the url"), Some(4));
        assert_eq!(find("a\u{301}b", "Áb"), Some(0));
    }

    proptest! {
        #[test]
        fn anything_can_be_looked_for_in_anything(typed in any::<String>(), body in any::<String>()) {
            let parts = parts(&typed);
            prop_assert!(parts.len() <= MOST_PARTS);
            prop_assert!(parts.iter().all(|part| !part.words.is_empty()));
            prop_assert!(excerpt(&body, &parts).chars().count() <= EXCERPT + 2);
        }
    }
}
