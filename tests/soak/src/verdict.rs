//! What a run has shown.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::chunk::{Chunk, Kills, Transport};
use crate::oracle::Tally;

/// A run's figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// `prosody` or `ejabberd`.
    pub server: String,
    /// The way to it.
    pub transport: Transport,
    /// The run's seed.
    pub seed: u64,
    /// For how many seconds a stream could be resumed, where it was shortened.
    pub resume_window: Option<u64>,
    /// What was asked for, so that the run can be repeated.
    pub asked: Asked,
    /// Messages that a resident took on.
    pub messages: u32,
    /// Faults that befell an open link.
    pub faults: u32,
    /// The same by kind.
    pub by_kind: BTreeMap<String, u32>,
    /// Kills.
    pub kills: Kills,
    /// Sessions that went on after a broken link.
    pub resumed: u32,
    /// Sessions that began anew.
    pub begun: u32,
    /// Messages that are not in the other's store or list.
    pub lost: u32,
    /// Messages that a server which was killed had taken and never had in the other's archive: nobody can get them
    /// back. They count as nobody's.
    #[serde(default)]
    pub lost_by_server: u32,
    /// Messages that are there more than once.
    pub duplicated: u32,
    /// Messages that stand behind a later one.
    pub reordered: u32,
    /// Messages in a store that nobody said.
    pub foreign: u32,
    /// Own messages that still wait.
    pub unsent: u32,
    /// Own messages that the server sent back as undeliverable. Prosody does so with what a stream had not acknowledged
    /// when it is given up, and has it in the archive all the same; one that did not arrive is lost besides.
    #[serde(default)]
    pub bounced: u32,
    /// How long it took, in seconds.
    pub seconds: u64,
    /// The first of what is wrong, in words.
    pub wrong: Vec<String>,
}

/// How long a run was to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Messages.
    pub messages: u32,
    /// Faults.
    pub faults: u32,
    /// Kills.
    pub kills: Kills,
    /// Without links that are half open.
    pub quick: bool,
}

/// So much of what is wrong is told in words.
const WORDS: usize = 12;

impl Verdict {
    /// Of a run that has not begun.
    pub(crate) fn of(chunk: &Chunk) -> Self {
        Self {
            server: format!("{:?}", chunk.server).to_lowercase(),
            transport: chunk.transport,
            seed: chunk.seed,
            resume_window: chunk.resume_window.map(|window| window.as_secs()),
            asked: Asked {
                messages: chunk.messages,
                faults: chunk.faults,
                kills: chunk.kills,
                quick: chunk.quick,
            },
            messages: 0,
            faults: 0,
            by_kind: BTreeMap::new(),
            kills: Kills::default(),
            resumed: 0,
            begun: 0,
            lost: 0,
            lost_by_server: 0,
            duplicated: 0,
            reordered: 0,
            foreign: 0,
            unsent: 0,
            bounced: 0,
            seconds: 0,
            wrong: Vec::new(),
        }
    }

    /// Nothing is wrong.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.lost + self.duplicated + self.reordered + self.foreign + self.unsent == 0
    }

    /// Takes up what was found of one side's messages, in several places. A message that is missing in the store and
    /// in the list is one lost message.
    pub(crate) fn finds(&mut self, places: &[(&str, Tally)]) {
        let most = |of: fn(&Tally) -> &Vec<String>| {
            let number = places.iter().map(|(_, tally)| of(tally).len()).max();
            u32::try_from(number.unwrap_or_default()).unwrap_or(u32::MAX)
        };
        self.lost += most(|tally| &tally.lost);
        self.duplicated += most(|tally| &tally.duplicated);
        self.reordered += most(|tally| &tally.reordered);
        self.foreign += most(|tally| &tally.foreign);
        for (place, tally) in places {
            let kinds = [
                ("lost", &tally.lost),
                ("there twice", &tally.duplicated),
                ("out of order", &tally.reordered),
                ("said by nobody", &tally.foreign),
            ];
            for (kind, all) in kinds {
                let words = all.iter().take(WORDS);
                let words = words.map(|one| format!("{place}: {one} is {kind}"));
                self.wrong.extend(words);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Verdict;
    use crate::{Chunk, Kills, Seen, Sent, Transport, tally};
    use carillon_tests_servers::Kind;
    use std::time::Duration;

    #[test]
    fn what_is_lost_in_two_places_on_either_side_is_counted_once_a_side() {
        let chunk = Chunk {
            server: Kind::Prosody,
            transport: Transport::Tcp,
            seed: 1,
            messages: 4,
            faults: 0,
            kills: Kills::default(),
            quick: true,
            resume_window: None,
            limit: Duration::ZERO,
        };
        let mut verdict = Verdict::of(&chunk);
        assert!(verdict.is_clean());
        let sent = ["1", "2"].map(|id| Sent {
            id: id.to_owned(),
            body: id.to_owned(),
        });
        let seen = [Seen {
            id: None,
            body: "2".to_owned(),
        }];
        for _side in 0..2 {
            let (store, list) = (tally(&sent, &seen), tally(&sent, &seen));
            verdict.finds(&[("store", store), ("list", list)]);
        }
        assert_eq!(verdict.lost, 2);
        assert!(!verdict.is_clean());
    }
}
