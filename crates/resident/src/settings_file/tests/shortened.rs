//! A file read by its differences says what it says when it is read as a whole.

use super::super::read::understand;
use super::super::shortened;
use super::anything::Dice;

/// Overrides that say the same of so many contacts, from this number on.
fn alike(from: usize, count: usize) -> String {
    (from..from + count)
        .map(|number| {
            format!(
                "[[alerts.override]]\nscope = \"chat\"\naccount = \"alice@harbour.example\"\n\
                 chat = \"friend{number}@harbour.example\"\n[alerts.override.rows.message]\n\
                 sound = \"builtin:rise\"\nvolume = 40\n\n"
            )
        })
        .collect()
}

fn says_the_same(text: &str) {
    let whole = understand(text.as_bytes());
    let shortened = shortened::read(text).expect("nothing is unusual in it");
    assert!(!whole.is_at_fault() && whole.unknown.is_empty());
    assert_eq!(shortened.settings, whole.settings);
}

fn is_read_as_a_whole(text: &str) {
    assert!(shortened::read(text).is_none(), "{text}");
}

#[test]
fn overrides_that_differ_in_the_address_alone_are_all_there_in_their_order() {
    says_the_same(&alike(0, 200));
}

#[test]
fn other_sections_before_between_and_behind_them_keep_their_say() {
    let text = format!(
        "# mine\n[general]\ntheme = \"dark\"\n\n{}[privacy]\nsend_typing = false\n{}[alerts.message]\nvolume = 7\n",
        alike(0, 20),
        alike(50, 20),
    );
    says_the_same(&text);
}

#[test]
fn an_override_that_says_something_else_says_it_for_its_contact_alone() {
    let mut text = alike(0, 10);
    text += &alike(10, 1).replace("volume = 40", "volume = 90 # louder");
    text += &alike(11, 1).replace("chat = ", "discreet = true\nchat = ");
    text += &alike(12, 10);
    says_the_same(&text);
}

#[test]
fn addresses_that_are_written_in_other_ways_are_understood() {
    let mut text = alike(0, 10);
    text += &alike(10, 1)
        .replace("\"friend10@", "'friend10@")
        .replace(".example\"\n[", ".example'\n[");
    text += &alike(11, 1).replace("friend11", "fri\\u0065nd11");
    text += &alike(12, 3).replace("friend", "Friend");
    text += &alike(15, 3).replace('\n', "\r\n");
    text += &alike(18, 3);
    says_the_same(&text);
}

#[test]
fn whatever_is_unusual_has_the_file_read_as_a_whole() {
    let usual = alike(0, 10);
    for unusual in [
        // No address.
        alike(20, 1).replace("friend20@", "@@"),
        // Twice.
        alike(3, 1),
        // A key that is not known.
        alike(20, 3).replace("volume = 40", "loudness = 40"),
        // Not TOML.
        "[[alerts.override]\n".to_owned(),
        // A list that never ends swallows what follows.
        "[general]\nlist = [\n".to_owned(),
        "[alerts.override.rows.file]\nlist = [\n".to_owned(),
        // An override in a text is none.
        "[general]\nstatus = \"\"\"\n".to_owned(),
    ] {
        is_read_as_a_whole(&format!("{usual}{unusual}{}[1]\n]\n", alike(30, 5)));
        is_read_as_a_whole(&format!("{usual}{unusual}{}", alike(30, 5)));
    }
}

/// Lines of which files are made, and some that break them.
const LINES: &[&str] = &[
    "[[alerts.override]]",
    "[[alerts.override]]",
    "scope = \"chat\"",
    "account = \"alice@harbour.example\"",
    "chat = \"bob@harbour.example\"",
    "chat = \"carol@harbour.example\"",
    "chat = \"@@\"",
    "  chat = 'dora@harbour.example' # a friend",
    "[alerts.override.rows.message]",
    "[alerts.override.rows]",
    "volume = 40",
    "volume = 4000",
    "message = [",
    "]",
    "# chat = \"eve@harbour.example\"",
    "[alerts.message]",
    "[[alerts.quiet]]",
    "\"\"\"",
    "",
];

#[test]
fn in_whatever_order_lines_stand_nothing_else_is_read_than_in_the_whole() {
    let mut read = 0;
    for seed in 0..4_000 {
        let mut dice = Dice(seed);
        let mut text = String::new();
        for number in 0..dice.roll(12) {
            if dice.roll(3) > 0 {
                let from = if dice.roll(8) > 0 { number * 4 } else { 0 };
                text += &alike(from, 1 + dice.roll(4));
            }
            if dice.roll(4) == 0 {
                for _ in 0..dice.roll(5) {
                    text += LINES[dice.roll(LINES.len())];
                    text += "\n";
                }
            }
        }
        if let Some(shortened) = shortened::read(&text) {
            let whole = understand(text.as_bytes());
            assert!(
                !whole.is_at_fault() && whole.unknown.is_empty(),
                "seed {seed}: {text}"
            );
            assert_eq!(shortened.settings, whole.settings, "seed {seed}: {text}");
            read += 1;
        }
    }
    assert!(read > 1_000, "{read} of them");
}
