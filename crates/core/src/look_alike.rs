//! Names and addresses that look the same and are not: whoever takes one wants to be taken for somebody else, or is by
//! accident (UTS 39).

use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};
use ts_rs::TS;
use unicode_bidi::{BidiInfo, Level};
use unicode_security::skeleton;

/// Longer names are compared by so many characters: nobody reads farther.
const COMPARED: usize = 512;

/// What a name looks like, in several ways: `I` looks like `l`, and `i` like a Cyrillic one, whichever case it was
/// written in; and what turns letters around is seen or overlooked.
fn looks(name: &str) -> BTreeSet<String> {
    let name: String = name.chars().take(COMPARED).collect();
    let seen = as_seen(&name);
    [name, seen]
        .iter()
        .flat_map(|name| {
            let drawn_first = drawn(&drawn(name).to_lowercase());
            [drawn_first, drawn(&name.to_lowercase())]
        })
        .collect()
}

/// In the order in which it is read on screen: letters that were turned around are the ones that they show (UTS 39 §4,
/// bidiSkeleton).
fn as_seen(name: &str) -> String {
    if name.is_ascii() {
        return name.to_owned();
    }
    let bidi = BidiInfo::new(name, Some(Level::ltr()));
    bidi.paragraphs
        .iter()
        .map(|paragraph| bidi.reorder_line(paragraph, paragraph.range.clone()))
        .collect()
}

/// What is not seen is left out, and blanks are one.
fn drawn(name: &str) -> String {
    let seen: String = skeleton(name)
        .filter(|c| !c.is_control())
        .map(|c| if c == '\u{2800}' { ' ' } else { c })
        .collect();
    // The table has `rn` for `m`, and not this one.
    let seen = seen.replace("vv", "w");
    seen.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A name that can be taken for another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LookAlike {
    /// The name or the address.
    pub name: String,
    /// What it looks like and is not.
    pub of: String,
}

/// Names that are known, by what they look like.
#[derive(Debug, Default)]
pub struct Looks<'a>(HashMap<String, Vec<&'a str>>);

impl<'a> Looks<'a> {
    /// Takes them in.
    pub fn of(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut known: HashMap<String, Vec<&'a str>> = HashMap::new();
        for name in names {
            for look in looks(name) {
                known.entry(look).or_default().push(name);
            }
        }
        Self(known)
    }

    /// The first of them that looks like this name and is another one.
    #[must_use]
    pub fn taken_for(&self, name: &str) -> Option<&'a str> {
        let looks = looks(name);
        let mut found = looks.iter().filter_map(|look| self.0.get(look)).flatten();
        found.find(|known| **known != name).copied()
    }
}

/// What one name looks like, to hold many others against it that nobody has taken in: one popup has one name, and must
/// not wait for thousands.
#[derive(Debug)]
pub struct Look<'a> {
    name: &'a str,
    looks: BTreeSet<String>,
    letters: BTreeSet<u32>,
}

impl<'a> Look<'a> {
    /// Of this name.
    #[must_use]
    pub fn of(name: &'a str) -> Self {
        let looks = looks(name);
        let letters = looks.iter().map(|look| letters(look)).collect();
        Self {
            name,
            looks,
            letters,
        }
    }

    /// Whether it can be taken for this one, and is another one.
    #[must_use]
    pub fn is_like(&self, known: &str) -> bool {
        let plain = known.is_ascii() && known.len() <= COMPARED;
        if known == self.name || (plain && !self.letters.contains(&letters(known))) {
            return false;
        }
        !looks(known).is_disjoint(&self.looks)
    }
}

/// Which of the letters that nothing else in ASCII is drawn like stand in a text, whichever case they are written in: two
/// ASCII names that look alike have the same ones.
fn letters(text: &str) -> u32 {
    const OF_THEIR_OWN: &[u8] = b"abcdefghjkpqstuxyz";
    let found = text.bytes().map(|byte| byte.to_ascii_lowercase());
    found
        .filter(|byte| OF_THEIR_OWN.contains(byte))
        .fold(0, |all, byte| all | 1 << (byte - b'a'))
}
