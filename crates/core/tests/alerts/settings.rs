//! The rules as they stand in the settings file.

use crate::stage::{jid, rules};
use carillon_core::alerts::bounds::{LeftOut, OVERRIDES};
use carillon_core::alerts::{
    Activation, AlertRows, AlertRules, EventKind, Override, ProfileChoice, Row, Scope, Sense, Sound,
};

const EVERYTHING: &str = r#"
active_profile = "profile:Work"
break_through = ["mention"]
keywords = ["deploy"]

[message]
sound = "file:/home/me/gong.ogg"
volume = 80
speak = true
repeat = { times = 5, every = 60, escalate = ["popup", "sound", "attention"] }

[presence]
flap_minutes = 5
burst_summary = true

[other_device]
active_seconds = 30
grace_seconds = 20

[[profile]]
name = "Work"
when = { kind = "schedule", hours = [{ days = ["mon", "fri"], from = "09:00", to = "17:30" }] }
[profile.rows.contact_available]
popup = "none"

[[profile]]
name = "Meeting"
when = { kind = "own_status", shows = ["busy"] }

[[profile]]
name = "Home"

[[override]]
scope = "account"
account = "me@example.org"
discreet = true

[[override]]
scope = "group"
group = "Family"
break_through = true

[[override]]
scope = "chat"
account = "me@example.org"
chat = "bob@example.org"
mute = { kind = "forever" }
[override.rows.message]
sound = "none"

[[watch]]
account = "me@example.org"
contact = "bob@example.org"
once = true
expires = 1795003200000
after_hours = 3

[[quiet]]
days = ["sat", "sun"]
from = "22:00"
to = "07:00"
tell_after = true

[[quiet]]
from = "12:00"
to = "13:00"
off = true
"#;

#[test]
fn all_of_it_is_read() {
    let rules = rules(EVERYTHING);
    assert_eq!(rules.active_profile, ProfileChoice::Named("Work".into()));
    assert_eq!(rules.profiles.len(), 3);
    assert_eq!(rules.profiles[2].when, Activation::ByHand);
    assert_eq!(rules.overrides.len(), 3);
    assert!(
        matches!(&rules.overrides[1].scope, Scope::Group { account: None, group } if group == "Family")
    );
    assert_eq!(rules.watches[0].after_hours, 3);
    assert_eq!(rules.quiet.len(), 2);
    assert!(rules.quiet[1].off);
    let repeat = rules
        .rows
        .get(EventKind::Message)
        .unwrap()
        .repeat
        .clone()
        .unwrap();
    assert_eq!(
        repeat.escalate,
        [Sense::Popup, Sense::Sound, Sense::Attention]
    );
}

#[test]
fn what_is_written_is_read_as_the_same() {
    let read = rules(EVERYTHING);
    let written = toml_edit::ser::to_string(&read).unwrap();
    assert_eq!(rules(&written), read, "{written}");
    let json = serde_json::to_string(&read).unwrap();
    assert_eq!(serde_json::from_str::<AlertRules>(&json).unwrap(), read);
}

#[test]
fn nothing_is_written_when_nothing_was_chosen() {
    assert_eq!(
        toml_edit::ser::to_string(&AlertRules::default()).unwrap(),
        ""
    );
}

#[test]
fn a_file_of_the_first_version_means_what_it_meant() {
    let rules = rules("[message]\nsound = 'builtin:bell'\n[generic]\npreview = 'sender'\n");
    let sound = rules.rows.get(EventKind::Message).unwrap().sound.clone();
    assert_eq!(sound, Some(Sound::Builtin("bell".into())));
    assert_eq!(
        rules,
        AlertRules {
            rows: rules.rows.clone(),
            ..AlertRules::default()
        }
    );
}

#[test]
fn times_and_days_that_are_none_are_refused_with_the_reason() {
    for bad in [
        "24:00",
        "7",
        "07:60",
        "7:5:0",
        "",
        "-1:00",
        "0x:00",
        "１２:00",
        "123:00",
    ] {
        let toml = format!("[[quiet]]\nfrom = '{bad}'\nto = '07:00'");
        let error = toml_edit::de::from_str::<AlertRules>(&toml).unwrap_err();
        assert!(error.to_string().contains("00:00"), "{bad}: {error}");
    }
    let toml = "[[quiet]]\ndays = ['someday']\nfrom = '22:00'\nto = '07:00'";
    assert!(toml_edit::de::from_str::<AlertRules>(toml).is_err());
}

#[test]
fn a_time_may_be_written_short_and_is_kept_long() {
    let read = rules("[[quiet]]\nfrom = '7:05'\nto = '23:59'");
    assert_eq!(read.quiet[0].hours.to_string(), "07:05–23:59");
}

#[test]
fn a_scope_without_its_address_is_refused() {
    for bad in [
        "scope = 'chat'\naccount = 'me@example.org'",
        "scope = 'group'",
        "scope = 'planet'\naccount = 'me@example.org'",
        "scope = 'account'\naccount = 'no address at all @'",
        "account = 'me@example.org'",
    ] {
        let toml = format!("[[override]]\n{bad}");
        assert!(
            toml_edit::de::from_str::<AlertRules>(&toml).is_err(),
            "{bad}"
        );
    }
}

#[test]
fn only_so_many_overrides_are_kept() {
    let one = |number: usize| {
        Override::of(Scope::Chat {
            account: jid("me@example.org").into(),
            chat: format!("friend{number}@example.org").parse().unwrap(),
        })
    };
    let rules = AlertRules {
        overrides: (0..OVERRIDES + 7).map(one).collect(),
        ..AlertRules::default()
    };
    let (kept, left_out) = rules.bounded();
    assert_eq!(kept.overrides.len(), OVERRIDES);
    let what = "override";
    assert_eq!(
        left_out,
        [LeftOut::TooMany {
            what,
            kept: OVERRIDES,
            left_out: 7
        }]
    );
}

#[test]
fn what_fits_is_left_as_it_is() {
    let read = rules(EVERYTHING);
    assert_eq!(read.clone().bounded(), (read, Vec::new()));
}

#[test]
fn long_names_empty_names_and_doubles_are_left_out_and_told() {
    let long = "x".repeat(201);
    let toml = format!(
        "keywords = ['', 'ok', 'ok', '{long}']\n[[profile]]\nname = ''\n[[profile]]\nname = 'A'\n[[profile]]\nname = 'A'\n\
         [[override]]\nscope = 'group'\ngroup = '{long}'\n[[override]]\nscope = 'group'\ngroup = 'G'\n[[override]]\nscope = 'group'\ngroup = 'G'\n"
    );
    let (kept, left_out) = rules(&toml).bounded();
    assert_eq!(kept.keywords, ["ok"]);
    assert_eq!(kept.profiles.len(), 1);
    assert_eq!(kept.overrides.len(), 1);
    assert_eq!(left_out.len(), 6, "{left_out:?}");
}

#[test]
fn a_path_that_is_too_long_costs_its_cell_only() {
    let toml = format!(
        "[message]\nsound = 'file:/{}'\nvolume = 10",
        "x".repeat(5_000)
    );
    let (kept, left_out) = rules(&toml).bounded();
    let row = &kept.rows.get(EventKind::Message).unwrap();
    assert_eq!((row.sound.is_none(), row.volume.is_some()), (true, true));
    assert_eq!(left_out, [LeftOut::BadText { what: "alerts" }]);
}

#[test]
fn a_row_without_an_opinion_goes() {
    let mut rows = AlertRows::default();
    rows.set(
        EventKind::Message,
        Row {
            speak: Some(true),
            ..Row::default()
        },
    );
    assert!(!rows.is_empty());
    rows.set(EventKind::Message, Row::default());
    assert_eq!(rows, AlertRows::default());
}

#[test]
fn an_override_that_says_nothing_is_known_as_such() {
    let mut one = Override::of(Scope::Account {
        account: jid("me@example.org").into(),
    });
    assert!(one.is_empty());
    one.discreet = Some(false);
    assert!(!one.is_empty());
}
