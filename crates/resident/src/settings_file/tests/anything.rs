//! Any change of alert rules in any file, and many of them.

use super::alerts::{BY_HAND, chat, everything, reads_back, rings, rows, save};
use super::*;
use carillon_core::alerts::{AlertRows, AlertRules, Override, ProfileChoice};
use carillon_core::settings::Mute;
use std::time::{Duration, Instant};

/// The same numbers each time, so that a failure comes again.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn row(&mut self) -> Row {
        let full = everything().rows.get(EventKind::Message).unwrap().clone();
        match self.roll(4) {
            0 => Row::default(),
            1 => full,
            2 => rings("rise"),
            _ => Row {
                repeat: full.repeat,
                preview: Some(carillon_core::alerts::Preview::Nothing),
                ..Row::default()
            },
        }
    }

    fn rows(&mut self) -> AlertRows {
        let mut rows = AlertRows::default();
        for _ in 0..self.roll(3) {
            let kind = EventKind::ALL[self.roll(EventKind::ALL.len())];
            rows.set(kind, self.row());
        }
        rows
    }

    /// Changes something, as a window or somebody by hand might.
    fn change(&mut self, rules: &mut AlertRules) {
        let whole = everything();
        match self.roll(9) {
            0 => rules.rows.set(EventKind::ALL[self.roll(22)], self.row()),
            1 => {
                let mut one =
                    Override::of(chat(&format!("friend{}@harbour.example", self.roll(6))));
                one.rows = self.rows();
                one.mute = [None, whole.overrides[0].mute, Some(Mute::Forever)][self.roll(3)];
                one.discreet = [None, Some(true), Some(false)][self.roll(3)];
                rules.overrides.retain(|known| known.scope != one.scope);
                if !one.is_empty() {
                    rules
                        .overrides
                        .insert(self.roll(rules.overrides.len() + 1), one);
                }
            }
            2 if !rules.overrides.is_empty() => {
                rules
                    .overrides
                    .swap_remove(self.roll(rules.overrides.len()));
            }
            3 => {
                rules.profiles = whole.profiles;
                rules.profiles.truncate(self.roll(3));
                for profile in &mut rules.profiles {
                    profile.rows = self.rows();
                }
            }
            4 => rules.profiles.reverse(),
            5 => {
                rules.quiet = vec![whole.quiet[0].clone(); self.roll(4)];
                for quiet in &mut rules.quiet {
                    quiet.off = self.roll(2) == 0;
                }
            }
            6 => {
                rules.watches = vec![whole.watches[0].clone(); self.roll(3)];
                for watch in &mut rules.watches {
                    watch.row = self.row();
                    watch.expires = watch.expires.filter(|_| self.roll(2) == 0);
                }
            }
            7 => rules.keywords = whole.keywords[..self.roll(3)].to_vec(),
            _ => {
                rules.presence.burst_summary = self.roll(2) == 0;
                rules.other_device.active_seconds = u16::try_from(self.roll(90)).unwrap();
                rules.active_profile =
                    [ProfileChoice::Automatic, ProfileChoice::None][self.roll(2)].clone();
            }
        }
    }
}

#[test]
fn whatever_is_changed_in_whatever_file_is_read_again_and_unknown_keys_stay() {
    let files = [
        "",
        BY_HAND,
        "alerts.message.sound = \"none\"\nalerts.keywords = []\n",
        "alerts = { message = { sound = \"none\" }, override = [{ scope = \"group\", group = \"X\", discreet = true }] }\n",
        "[alerts.message]\nsound = \"none\"\n[general]\ntheme = \"dark\"\n[alerts.mention]\nvolume = 3\n",
        "[[alerts.quiet]]\nfrom = \"22:00\"\nto = \"07:00\"\n[alerts.generic]\nvolume = 1\n[[alerts.quiet]]\nfrom = \"01:00\"\nto = \"02:00\"\n",
    ];
    for (number, text) in files.into_iter().enumerate() {
        let desk = desk(text);
        let (mut file, _) = desk.load();
        let mut dice = Dice(number as u64);
        for round in 0..40 {
            let before = desk.text();
            save(&mut file, |rules| dice.change(rules));
            let (again, _) = desk.load();
            assert_eq!(
                again.settings(),
                file.settings(),
                "file {number}, round {round}\nbefore:\n{before}\nafter:\n{}",
                desk.text()
            );
        }
        if text == BY_HAND {
            assert!(desk.text().contains("future = 1"), "{}", desk.text());
            assert!(
                desk.text().contains("scope = \"planet\""),
                "{}",
                desk.text()
            );
        }
    }
}

#[test]
fn ten_thousand_overrides_are_read_and_one_of_them_changed_in_a_moment() {
    let overrides = (0..10_000).map(|number| Override {
        mute: (number % 3 == 0).then_some(Mute::Forever),
        discreet: (number % 5 == 0).then_some(true),
        rows: rows(
            EventKind::Message,
            rings(["buzz", "rise", "tick"][number % 3]),
        ),
        ..Override::of(chat(&format!("person{number}@harbour.example")))
    });
    let overrides: Vec<Override> = overrides.collect();
    let desk = desk("");
    let (mut file, _) = desk.load();
    let measured = |what: &str, begun: Instant| {
        let taken = begun.elapsed();
        println!("{what}: {taken:?}");
        // An optimised build takes less than a tenth of it.
        assert!(taken < Duration::from_secs(10), "{what}: {taken:?}");
    };
    let begun = Instant::now();
    save(&mut file, |rules| rules.overrides = overrides);
    measured("writing all", begun);
    println!("{} bytes", desk.text().len());
    let begun = Instant::now();
    let (mut file, notices) = desk.load();
    measured("reading all", begun);
    assert_eq!(notices, []);
    assert_eq!(file.settings().alerts.overrides.len(), 10_000);
    let begun = Instant::now();
    save(&mut file, |rules| {
        rules.overrides[7_000].discreet = Some(false);
    });
    measured("changing one", begun);
    let begun = Instant::now();
    save(&mut file, |rules| rules.keywords.push("harbour".to_owned()));
    measured("changing something else", begun);
    reads_back(&desk, &file);
}
