//! Names and addresses that look the same and are not: whoever takes one wants to be taken for somebody else, or is by
//! accident (UTS 39).

use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};
use ts_rs::TS;
use unicode_bidi::{BidiInfo, Level};
use unicode_security::skeleton;

/// Longer names are compared by so many characters: nobody reads farther.
const COMPARED: usize = 512;

/// Latin, Greek, Cyrillic, Hebrew and Arabic letters are among the first.
const NEAR: usize = 0x800;

/// What a name looks like, in several ways: `I` looks like `l`, and `i` like a Cyrillic one, whichever case it was
/// written in; and what turns letters around is seen or overlooked.
fn looks(name: &str) -> BTreeSet<String> {
    let name: String = name.chars().take(COMPARED).collect();
    let seen = as_seen(&name);
    [name, seen]
        .iter()
        .flat_map(|name| {
            let drawn_first = drawn(&lower(&drawn(name)));
            [drawn_first, drawn(&lower(name))]
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

/// Letter by letter: whatever stands around one, it becomes the same. A sigma that ends a word is no other letter.
fn lower(text: &str) -> String {
    let lower = text.chars().flat_map(char::to_lowercase);
    lower.map(|c| if c == 'σ' { 'ς' } else { c }).collect()
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
        self.first(name, |known| known != name)
    }

    /// The same, where one name in capitals and in small letters may be one person's.
    #[must_use]
    pub fn taken_for_in_any_case(&self, name: &str) -> Option<&'a str> {
        let small = name.to_lowercase();
        self.first(name, |known| known.to_lowercase() != small)
    }

    fn first(&self, name: &str, another: impl Fn(&str) -> bool) -> Option<&'a str> {
        let looks = looks(name);
        let mut found = looks.iter().filter_map(|look| self.0.get(look)).flatten();
        found.find(|known| another(known)).copied()
    }
}

/// What one name looks like, to hold many others against it that nobody has taken in: one popup has one name, and must
/// not wait for thousands, in whatever script they are.
#[derive(Debug)]
pub struct Look<'a> {
    name: &'a str,
    looks: BTreeSet<String>,
    sums: [u64; 2],
    letters: Letters,
}

impl<'a> Look<'a> {
    /// Of this name.
    #[must_use]
    pub fn of(name: &'a str) -> Self {
        let mut letters = Letters::default();
        Self {
            name,
            looks: looks(name),
            sums: letters.sums(name),
            letters,
        }
    }

    /// Whether it can be taken for this one, and is another one.
    #[must_use]
    pub fn is_like(&mut self, known: &str) -> bool {
        if known == self.name {
            return false;
        }
        let sums = self.letters.sums(known);
        let may = sums.iter().any(|sum| self.sums.contains(sum));
        may && !looks(known).is_disjoint(&self.looks)
    }
}

/// What letters look like, each drawn once: a name is as good as its letters, since nothing but their order says more.
#[derive(Debug)]
struct Letters {
    /// Those of most alphabets, by their number.
    near: Vec<Option<[u64; 2]>>,
    far: HashMap<char, [u64; 2]>,
}

impl Default for Letters {
    fn default() -> Self {
        Self {
            near: vec![None; NEAR],
            far: HashMap::new(),
        }
    }
}

impl Letters {
    fn sums_of(&mut self, c: char) -> [u64; 2] {
        let near = usize::try_from(u32::from(c)).ok();
        match near.and_then(|at| self.near.get_mut(at)) {
            Some(known) => *known.get_or_insert_with(|| sums_of(c)),
            None => *self.far.entry(c).or_insert_with(|| sums_of(c)),
        }
    }

    /// A number for each way in which a name is looked at. Names that look alike have one of them in common.
    fn sums(&mut self, name: &str) -> [u64; 2] {
        name.chars().take(COMPARED).fold([0, 0], |[a, b], c| {
            let [first, last] = self.sums_of(c);
            [a.wrapping_add(first), b.wrapping_add(last)]
        })
    }
}

/// Of one letter, drawn before and after it is made a small one.
fn sums_of(c: char) -> [u64; 2] {
    let name = c.to_string();
    [drawn(&lower(&drawn(&name))), drawn(&lower(&name))].map(|look| {
        // Two of the one may be one of the other, and many blanks are one.
        let counted = look.chars().filter(|c| !matches!(c, 'v' | 'w' | ' '));
        counted.map(mixed).fold(0, u64::wrapping_add)
    })
}

/// Numbers of letters that add up to the same by chance only (the finalizer of SplitMix64).
fn mixed(c: char) -> u64 {
    let mixed = u64::from(c).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_letter_is_found_by_its_sums_whatever_stands_around_it() {
        // Every other one: each is drawn many times, and slowly in a test.
        let alphabets = ('\0'..'\u{2b00}').step_by(2);
        let forms = ('\u{fb00}'..'\u{ffff}').chain('\u{1d400}'..'\u{1d7ff}');
        let mut held = 0;
        for letter in alphabets.chain(forms) {
            let known = format!("vV{letter}Σw");
            for twin in looks(&known) {
                let alike = twin != known && !looks(&twin).is_disjoint(&looks(&known));
                assert_eq!(Look::of(&twin).is_like(&known), alike, "{letter:?} {twin}");
                held += u32::from(alike);
            }
        }
        assert!(held > 5_000, "{held}");
    }
}
