//! Rules of every kind, nearly as many as a settings file may have: what an alert costs with all of them.

use std::fmt::Write;
use std::path::Path;

use carillon_tests_app::Person;

/// Contacts with rules of their own who never write.
const CONTACTS: usize = 9_900;
/// Watches that wait for some of them.
const WATCHES: usize = 100;

/// Writes them for `account` behind what its settings file says, and starts Carillon with them.
pub(crate) async fn start_with(alice: &mut Person, account: &str, friends: &[String]) {
    let file = alice.profile().join("settings.toml");
    let known = std::fs::read_to_string(&file).expect("the settings");
    let rules = rules(account, friends);
    std::fs::write(&file, format!("{known}\n{rules}")).expect("the rules");
    alice.start().await;
    alice.until_online().await;
    assert_nothing_set_aside(&alice.profile());
}

/// For a profile that has not started yet: an override for so many contacts.
pub(crate) fn give(profile: &Path, account: &str, contacts: impl Iterator<Item = String>) {
    let file = profile.join("settings.toml");
    let mut text = std::fs::read_to_string(&file).expect("the settings");
    text.push('\n');
    for (number, contact) in contacts.enumerate() {
        one_of_many(&mut text, account, &contact, number);
    }
    std::fs::write(&file, text).expect("the rules");
}

/// Rules that are not understood would be no rules.
pub(crate) fn assert_nothing_set_aside(profile: &Path) {
    let names = std::fs::read_dir(profile).expect("the profile").flatten();
    let broken = names.filter(|entry| entry.file_name().to_string_lossy().contains("broken"));
    assert_eq!(broken.count(), 0, "the rules are not understood");
}

fn rules(account: &str, friends: &[String]) -> String {
    let mut text = String::from(GENERAL);
    for (number, friend) in friends.iter().enumerate() {
        let sound = ["bell", "chime", "knock"][number % 3];
        one(&mut text, account, friend, sound, 40);
    }
    for number in 0..CONTACTS {
        let contact = format!("contact{number}@carillon.test");
        one_of_many(&mut text, account, &contact, number);
    }
    for number in 0..WATCHES {
        let _ = write!(
            text,
            "[[alerts.watch]]\naccount = \"{account}\"\ncontact = \"contact{number}@carillon.test\"\nafter_hours = 8\n\n"
        );
    }
    text
}

/// Some hundred ways of ringing, so that what is kept or read once for all that are alike gains what it would for people.
fn one_of_many(text: &mut String, account: &str, chat: &str, number: usize) {
    let sound = ["rise", "bell", "chime", "knock", "accept"][number % 5];
    one(text, account, chat, sound, 10 + number % 91);
}

fn one(text: &mut String, account: &str, chat: &str, sound: &str, volume: usize) {
    let _ = write!(
        text,
        "[[alerts.override]]\nscope = \"chat\"\naccount = \"{account}\"\nchat = \"{chat}\"\n\
         [alerts.override.rows.message]\nsound = \"builtin:{sound}\"\nvolume = {volume}\n\n"
    );
}

/// Two quiet hours that leave messages as they are, a profile, a group's and an account's rows, keywords, a flash in
/// the window, an icon of the sender, and blinking in the tray.
const GENERAL: &str = r#"
[alerts]
active_profile = "profile:Bench"
keywords = ["harbour", "lighthouse", "tea"]
break_through = ["attention", "message"]

[alerts.message]
icon = "avatar"
tray = "blink"
attention = "until_seen"
preview = "full"

[alerts.presence]
burst_summary = true

[alerts.in_window]
flash = true
announce = true

[[alerts.quiet]]
days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
from = "03:00"
to = "03:01"
tell_after = true

[[alerts.quiet]]
from = "04:00"
to = "04:01"

[[alerts.profile]]
name = "Bench"
[alerts.profile.rows.generic]
volume = 50

[[alerts.override]]
scope = "group"
group = "Friends"
[alerts.override.rows.message]
sound = "builtin:accept"

"#;
