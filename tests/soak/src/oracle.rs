//! What was said against what was heard.

use std::collections::{HashMap, HashSet};

/// A message that a resident has taken on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The id that the window gave it.
    pub id: String,
    /// The words, which hold its number.
    pub body: String,
}

/// A message as the other side has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Its sender's id, where it is told.
    pub id: Option<String>,
    /// The words.
    pub body: String,
}

/// What became of one side's messages in one place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// Those that are not there.
    pub lost: Vec<String>,
    /// Those that are there again.
    pub duplicated: Vec<String>,
    /// Those that stand behind one that was said later.
    pub reordered: Vec<String>,
    /// What nobody said, or not under that id.
    pub foreign: Vec<String>,
}

impl Tally {
    /// Nothing is wrong.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        *self == Self::default()
    }
}

/// Compares what was said, in its order, with what is there, in its order.
#[must_use]
pub fn tally(sent: &[Sent], seen: &[Seen]) -> Tally {
    let said: HashMap<&str, (usize, &Sent)> = sent
        .iter()
        .enumerate()
        .map(|(number, one)| (one.body.as_str(), (number, one)))
        .collect();
    let mut tally = Tally::default();
    let mut there = HashSet::new();
    let mut highest = 0;
    for one in seen {
        let Some((number, original)) = said.get(one.body.as_str()) else {
            tally.foreign.push(one.body.clone());
            continue;
        };
        if one.id.as_ref().is_some_and(|id| *id != original.id) {
            tally.foreign.push(one.body.clone());
        }
        if !there.insert(*number) {
            tally.duplicated.push(one.body.clone());
            continue;
        }
        if *number < highest {
            tally.reordered.push(one.body.clone());
        }
        highest = highest.max(*number);
    }
    let lost = sent.iter().enumerate();
    let lost = lost.filter(|(number, _)| !there.contains(number));
    tally.lost = lost.map(|(_, one)| one.body.clone()).collect();
    tally
}

#[cfg(test)]
mod tests {
    use super::{Seen, Sent, Tally, tally};

    fn sent() -> Vec<Sent> {
        let one = |number| Sent {
            id: format!("id {number}"),
            body: format!("number {number}"),
        };
        (0..5).map(one).collect()
    }

    fn seen(numbers: &[usize]) -> Vec<Seen> {
        let one = |number: &usize| Seen {
            id: Some(format!("id {number}")),
            body: format!("number {number}"),
        };
        numbers.iter().map(one).collect()
    }

    fn names(numbers: &[usize]) -> Vec<String> {
        numbers.iter().map(|it| format!("number {it}")).collect()
    }

    #[test]
    fn what_is_as_it_was_said_is_clean() {
        assert!(tally(&sent(), &seen(&[0, 1, 2, 3, 4])).is_clean());
    }

    #[test]
    fn what_is_missing_is_lost_and_what_is_there_twice_is_duplicated() {
        let found = tally(&sent(), &seen(&[0, 1, 3, 1, 4]));
        let wanted = Tally {
            lost: names(&[2]),
            duplicated: names(&[1]),
            ..Tally::default()
        };
        assert_eq!(found, wanted);
    }

    #[test]
    fn what_stands_behind_a_later_one_is_reordered() {
        let found = tally(&sent(), &seen(&[0, 3, 1, 2, 4]));
        assert_eq!(found.reordered, names(&[1, 2]));
        assert_eq!(found.lost, [] as [String; 0]);
    }

    #[test]
    fn what_has_another_id_was_not_said() {
        let mut heard = seen(&[0, 1, 2, 3, 4]);
        heard[2].id = Some("id 3".to_owned());
        assert_eq!(tally(&sent(), &heard).foreign, names(&[2]));
    }
}
