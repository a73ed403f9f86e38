//! Whatever happens, in the end every chat is what the archive says.

use super::super::{Profile, jid, quick_folder};
use super::{BOB, CAROL};
use crate::NewMessage;
use carillon_core::chat::Author;
use carillon_core::ids::Timestamp;
use proptest::prelude::*;

/// What happens next.
#[derive(Debug, Clone)]
enum Step {
    /// Somebody says something: Bob, or Carol.
    Said(bool),
    /// I write to Bob; it reaches the server now, or when there is a link again.
    Written,
    /// The link breaks.
    Away,
    /// It is there again; live messages come before the archive is read.
    Back,
    /// A page of so many entries is read.
    Page(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => any::<bool>().prop_map(Step::Said),
        2 => Just(Step::Written),
        2 => Just(Step::Away),
        2 => Just(Step::Back),
        4 => (1..4_usize).prop_map(Step::Page),
    ];
    proptest::collection::vec(step, 1..80)
}

struct World {
    profile: Profile,
    /// Everything, in the archive's order.
    archive: Vec<NewMessage>,
    online: bool,
    caught_up: bool,
    unsent: Vec<NewMessage>,
    written: u32,
}

impl World {
    fn said(&mut self, carol: bool) {
        let n = u32::try_from(self.archive.len()).unwrap() + 1;
        let entry = self.profile.entry(if carol { CAROL } else { BOB }, n);
        self.archive.push(entry);
        if self.online {
            self.profile
                .live(if carol { CAROL } else { BOB }, n, self.caught_up);
        }
    }

    fn writes(&mut self) {
        self.written += 1;
        let id = format!("mine{}", self.written);
        let (bob, alice) = (jid(BOB), self.profile.alice);
        let now = Timestamp(i64::try_from(self.archive.len()).unwrap() + 1);
        self.profile
            .store
            .queue_message(alice, &bob, &id, &id, now, false)
            .unwrap();
        self.unsent.push(NewMessage {
            author: Author::Me,
            sender_id: Some(id.clone()),
            body: id,
            ..self.profile.entry(BOB, 0)
        });
        if self.online {
            self.send();
        }
    }

    /// My own messages do not come back to me: only the archive tells their entries.
    fn send(&mut self) {
        for mut mine in std::mem::take(&mut self.unsent) {
            let n = self.archive.len() + 1;
            mine.stanza_id = Some(format!("s{n}"));
            let ids = [mine.sender_id.clone().unwrap()];
            self.archive.push(mine);
            let (store, alice) = (&mut self.profile.store, self.profile.alice);
            store.reached(alice, &ids, self.caught_up).unwrap();
        }
    }

    fn page(&mut self, size: usize) {
        if !self.online || self.caught_up {
            return;
        }
        let known: usize = self
            .profile
            .known_up_to()
            .map_or(0, |entry| entry[1..].parse().unwrap());
        let end = (known + size).min(self.archive.len());
        let page = self.archive[known..end].to_vec();
        self.caught_up = end == self.archive.len();
        self.profile.forward_to(&page, self.caught_up);
    }

    /// Whatever of the archive is still to be read, what one person said lies in the order in which they said it.
    fn keeps_everybodys_order(&self) {
        for (with, mine) in [(BOB, true), (BOB, false), (CAROL, false)] {
            let said = self.profile.words(with).into_iter();
            let said = said.filter(|word| word.starts_with("mine") == mine);
            let numbers = said.map(|word| word.trim_start_matches("mine").parse::<u32>().unwrap());
            assert!(
                numbers.is_sorted(),
                "{with}: {:?}",
                self.profile.words(with)
            );
        }
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Said(carol) => self.said(*carol),
            Step::Written => self.writes(),
            Step::Away => {
                self.online = false;
                self.caught_up = false;
            }
            Step::Back => {
                if !self.online {
                    self.online = true;
                    self.send();
                }
            }
            Step::Page(size) => self.page(*size),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn in_the_end_every_chat_is_what_the_archive_says(steps in steps()) {
        let mut world = World {
            profile: Profile::within(quick_folder()),
            archive: Vec::new(),
            online: true,
            caught_up: true,
            unsent: Vec::new(),
            written: 0,
        };
        for step in &steps {
            world.step(step);
            world.keeps_everybodys_order();
        }
        world.step(&Step::Away);
        world.step(&Step::Back);
        while !world.caught_up {
            world.page(3);
            world.keeps_everybodys_order();
        }
        for with in [BOB, CAROL] {
            let held: Vec<_> = world
                .archive
                .iter()
                .filter(|one| one.chat == jid(with))
                .map(|one| one.body.clone())
                .collect();
            prop_assert_eq!(world.profile.words(with), held);
        }
    }
}
