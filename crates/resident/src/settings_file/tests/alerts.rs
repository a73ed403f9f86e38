//! Everything under `[alerts]`.

use super::*;
use carillon_core::alerts::{
    Activation, AlertRows, AlertRules, Attention, Hours, Override, Profile, ProfileChoice,
    QuietHours, Repeat, Scope, Sense, Watch, Weekday,
};
use carillon_core::contact::Availability;
use carillon_core::ids::Timestamp;
use carillon_core::settings::Mute;
use carillon_link::alerts::LeftOut;
use jid::BareJid;

fn jid(text: &str) -> BareJid {
    text.parse().unwrap()
}

pub(super) fn rings(sound: &str) -> Row {
    Row {
        sound: Some(Sound::Builtin(sound.to_owned())),
        ..Row::default()
    }
}

pub(super) fn rows(kind: EventKind, row: Row) -> AlertRows {
    let mut rows = AlertRows::default();
    rows.set(kind, row);
    rows
}

pub(super) fn chat(who: &str) -> Scope {
    Scope::Chat {
        account: jid("alice@harbour.example").into(),
        chat: jid(who),
    }
}

fn hours(from: &str, to: &str, days: &[Weekday]) -> Hours {
    Hours {
        days: days.to_vec(),
        from: from.parse().unwrap(),
        to: to.parse().unwrap(),
    }
}

/// Something of everything.
pub(super) fn everything() -> AlertRules {
    let row = Row {
        popup: Some(Popup::Sticky),
        seconds: Some(7),
        volume: Some(Volume::clamped(30)),
        attention: Some(Attention::UntilSeen),
        speak: Some(true),
        repeat: Some(Repeat {
            times: 3,
            every: 60,
            escalate: vec![Sense::Popup, Sense::Sound],
        }),
        ..rings("buzz")
    };
    let mut rules = AlertRules {
        rows: rows(EventKind::Message, row.clone()),
        active_profile: ProfileChoice::Named("At work".to_owned()),
        break_through: vec![EventKind::Attention, EventKind::ContactRequest],
        keywords: vec!["harbour".to_owned(), "“quoted\"".to_owned()],
        ..AlertRules::default()
    };
    rules.presence.burst_summary = true;
    rules.other_device.grace_seconds = 20;
    rules.in_window.flash = true;
    rules.profiles = vec![
        Profile {
            name: "At work".to_owned(),
            when: Activation::Schedule {
                hours: vec![hours("09:00", "17:00", &[Weekday::Mon, Weekday::Tue])],
            },
            rows: rows(EventKind::Generic, rings("tick")),
        },
        Profile {
            name: "Meeting".to_owned(),
            when: Activation::OwnStatus {
                shows: vec![Availability::Busy],
            },
            rows: AlertRows::default(),
        },
    ];
    rules.overrides = vec![
        Override {
            mute: Some(Mute::Until {
                at: Timestamp(1_790_000_000_000),
            }),
            break_through: Some(true),
            discreet: Some(false),
            rows: rows(EventKind::Message, row),
            ..Override::of(chat("bob@harbour.example"))
        },
        Override {
            rows: rows(EventKind::ContactAvailable, rings("rise")),
            ..Override::of(Scope::Group {
                account: None,
                group: "The choir".to_owned(),
            })
        },
        Override {
            mute: Some(Mute::Forever),
            ..Override::of(Scope::Account {
                account: jid("alice@harbour.example").into(),
            })
        },
    ];
    rules.watches = vec![Watch {
        account: jid("alice@harbour.example"),
        contact: jid("bob@harbour.example"),
        once: true,
        expires: Some(Timestamp(1_790_000_000_000)),
        after_hours: 8,
        row: rings("knock"),
    }];
    rules.quiet = vec![QuietHours {
        hours: hours("22:00", "07:00", &[]),
        off: false,
        tell_after: true,
    }];
    rules
}

pub(super) fn save(file: &mut SettingsFile, change: impl FnOnce(&mut AlertRules)) {
    let mut settings = file.settings().clone();
    change(settings.alerts_mut());
    file.save(settings).unwrap();
}

/// What was written is what is read again.
pub(super) fn reads_back(desk: &Desk, file: &SettingsFile) {
    let (again, notices) = desk.load();
    assert_eq!(again.settings(), file.settings(), "{}", desk.text());
    assert!(notices.is_empty(), "{notices:?}\n{}", desk.text());
}

#[test]
fn everything_about_alerts_is_read_as_it_was_written_and_goes_again() {
    let desk = desk("");
    let (mut file, _) = desk.load();
    save(&mut file, |rules| *rules = everything());
    reads_back(&desk, &file);
    save(&mut file, |rules| *rules = AlertRules::default());
    assert_eq!(desk.text(), "");
}

#[test]
fn what_was_never_changed_is_not_written() {
    let desk = desk("");
    let (mut file, _) = desk.load();
    save(&mut file, |rules| {
        let mut one = Override::of(chat("bob@harbour.example"));
        one.rows = rows(EventKind::Message, rings("buzz"));
        rules.overrides.push(one);
    });
    let wanted = "[[alerts.override]]\nscope = \"chat\"\naccount = \"alice@harbour.example\"\n\
                  chat = \"bob@harbour.example\"\nrows.message.sound = \"builtin:buzz\"\n";
    assert_eq!(desk.text(), wanted);
}

#[test]
fn a_file_of_the_first_versions_is_read_without_a_word_and_left_as_it_is() {
    let text = "# my alerts\n[alerts.message]\nsound = \"file:/home/alice/gong.ogg\" # loud\nvolume = 40\n\n\
                [alerts.contact_available]\npopup = \"none\"\n\n[privacy]\nsend_typing = false\n\n\
                [[account]]\njid = \"alice@harbour.example\"\n";
    let desk = desk(text);
    let (mut file, notices) = desk.load();
    assert!(notices.is_empty(), "{notices:?}");
    let rules = &file.settings().alerts;
    assert_eq!(rules.rows.len(), 2);
    let rest = AlertRules {
        rows: AlertRows::default(),
        ..AlertRules::clone(rules)
    };
    assert_eq!(rest, AlertRules::default());
    let mut settings = file.settings().clone();
    settings.privacy.send_typing = true;
    settings.general.theme = Theme::Dark;
    file.save(settings).unwrap();
    let alerts = &text[..text.find("[privacy]").unwrap()];
    assert!(desk.text().starts_with(alerts), "{}", desk.text());
    reads_back(&desk, &file);
}

#[test]
fn in_each_rule_one_bad_value_costs_only_itself() {
    let cases = [
        ("active_profile = \"work\"", "alerts.active_profile must be"),
        ("keywords = [\"a\", 7, \"b\"]", "alerts.keywords:"),
        (
            "break_through = [\"attention\", \"tea\"]",
            "alerts.break_through:",
        ),
        (
            "presence = { flap_minutes = -1, burst_summary = true }",
            "alerts.presence.flap_minutes:",
        ),
        ("other_device = 7", "[alerts.other_device] must be a table"),
        (
            "quiet = [{ from = \"22:00\", to = \"26:00\" }]",
            "alerts.quiet 1:",
        ),
        (
            "quiet = [{ from = \"22:00\", to = \"07:00\", days = [\"sunny\"] }]",
            "alerts.quiet 1:",
        ),
        (
            "quiet = [{ from = \"22:00\", to = \"07:00\", off = 1 }]",
            "alerts.quiet 1: off:",
        ),
        ("watch = [{ account = \"a@b.example\" }]", "alerts.watch 1:"),
        (
            "watch = [{ account = \"a@b.example\", contact = \"c@d.example\", after_hours = -1 }]",
            "alerts.watch 1: after_hours:",
        ),
        (
            "profile = [{ when = { kind = \"by_hand\" } }]",
            "alerts.profile 1:",
        ),
        (
            "profile = [{ name = \"Work\", when = { kind = \"full_moon\" } }]",
            "alerts.profile 1: when:",
        ),
        (
            "profile = \"Work\"",
            "alerts.profile must be written as [[alerts.profile]]",
        ),
        ("override = [{ scope = \"planet\" }]", "alerts.override 1:"),
        (
            "override = [{ scope = \"chat\", account = \"alice@harbour.example\", chat = \"@\" }]",
            "alerts.override 1:",
        ),
        (
            "override = [{ scope = \"group\", group = \"Choir\", mute = \"tea\", discreet = true }]",
            "alerts.override 1: mute:",
        ),
        (
            "override = [{ scope = \"group\", group = \"Choir\", rows = { message = { volume = 300, sound = \"none\" } } }]",
            "alerts.override 1: rows.message.volume:",
        ),
    ];
    for (bad, words) in cases {
        let desk = desk(&format!("[alerts]\nmessage.sound = \"none\"\n{bad}\n"));
        let (file, notices) = desk.load();
        let [Notice::SettingsSetAside { detail, .. }] = notices.as_slice() else {
            panic!("{bad}: {notices:?}");
        };
        assert!(detail.starts_with(words), "{bad}: {detail}");
        let rules = &file.settings().alerts;
        let sound = rules.rows.get(EventKind::Message).unwrap().sound.clone();
        assert_eq!(sound, Some(Sound::None), "{bad}");
    }
}

#[test]
fn beside_a_bad_value_the_good_ones_of_the_same_entry_hold() {
    let desk = desk(
        "[alerts]\nkeywords = [\"a\", 7, \"b\"]\npresence = { flap_minutes = -1, burst_summary = true }\n\
         [[alerts.override]]\nscope = \"group\"\ngroup = \"Choir\"\nmute = \"tea\"\ndiscreet = true\n\
         rows.message = { volume = 300, sound = \"none\" }\n",
    );
    let (file, _) = desk.load();
    let rules = &file.settings().alerts;
    assert_eq!(rules.keywords, ["a", "b"]);
    assert!(rules.presence.burst_summary);
    let [one] = rules.overrides.as_slice() else {
        panic!("{:?}", rules.overrides);
    };
    assert_eq!((one.mute, one.discreet), (None, Some(true)));
    let row = Row {
        sound: Some(Sound::None),
        ..Row::default()
    };
    assert_eq!(*one.rows.get(EventKind::Message).unwrap(), row);
}

pub(super) const BY_HAND: &str = "# rules of mine
[alerts]
# these I want to hear
keywords = [\"harbour\"] # and more to come
future = 1

[[alerts.override]] # my boss
scope = \"chat\"
account = \"alice@harbour.example\"
chat = \"Boss@Harbour.Example\"
# not at night
mute = { kind = \"forever\" } # ever
later = true

[alerts.override.rows.message]
sound = \"none\" # hush
shape = \"round\"

[general]
theme = \"dark\"

# broken, but mine
[[alerts.override]]
scope = \"planet\"

# the choir
[[alerts.override]]
scope = \"group\"
group = \"Choir\"
rows.message.sound = \"builtin:bell\"

[[alerts.profile]]
name = \"Work\" # nine to five
";

#[test]
fn comments_order_unknown_keys_and_bad_entries_survive_changes_of_rules() {
    let desk = desk(BY_HAND);
    let (mut file, notices) = desk.load();
    let unknown = [
        "alerts.future",
        "alerts.override.later",
        "alerts.override.rows.message.shape",
    ];
    let told = notices.iter().any(|notice| {
        let Notice::SettingsUnknownKeys { keys } = notice else {
            return false;
        };
        unknown
            .iter()
            .all(|key| keys.iter().any(|known| known == key))
    });
    assert!(told, "{notices:?}");
    save(&mut file, |rules| {
        rules.keywords.push("quay".to_owned());
        let [boss, choir] = rules.overrides.as_mut_slice() else {
            panic!("{:?}", rules.overrides);
        };
        boss.mute = None;
        boss.discreet = Some(true);
        boss.rows = rows(EventKind::Message, rings("tick"));
        choir.rows.set(EventKind::Mention, rings("buzz"));
        rules.profiles[0].name = "Office".to_owned();
        rules.quiet.push(everything().quiet.remove(0));
    });
    let text = desk.text();
    let kept = [
        "# rules of mine\n[alerts]\n# these I want to hear\nkeywords = [\"harbour\", \"quay\"] # and more to come\nfuture = 1\n",
        "[[alerts.override]] # my boss\n",
        "chat = \"Boss@Harbour.Example\"\n",
        "later = true\n",
        "[alerts.override.rows.message]\nsound = \"builtin:tick\" # hush\nshape = \"round\"\n",
        "[general]\ntheme = \"dark\"\n\n# broken, but mine\n[[alerts.override]]\nscope = \"planet\"\n",
        "# the choir\n[[alerts.override]]\nscope = \"group\"\n",
        "rows.message.sound = \"builtin:bell\"\nrows.mention.sound = \"builtin:buzz\"\n",
        "[[alerts.profile]]\nname = \"Office\" # nine to five\n",
    ];
    for kept in kept {
        assert!(text.contains(kept), "this is gone:\n{kept}\nfrom:\n{text}");
    }
    assert!(!text.contains("forever"), "{text}");
    let (again, _) = desk.load();
    assert_eq!(again.settings(), file.settings(), "{text}");
}

#[test]
fn entries_in_another_order_are_written_in_that_order() {
    let desk = desk(
        "[[alerts.profile]]\nname = \"A\" # first\nrows.message.sound = \"none\"\n[general]\ntheme = \"dark\"\n\
         [[alerts.profile]]\nname = \"B\" # second\n[alerts.profile.rows.message]\nsound = \"builtin:bell\"\n",
    );
    let (mut file, _) = desk.load();
    save(&mut file, |rules| {
        rules.profiles.reverse();
        let new = Profile {
            name: "C".to_owned(),
            when: Activation::ByHand,
            rows: rows(EventKind::Message, rings("tick")),
        };
        rules.profiles.insert(1, new);
    });
    reads_back(&desk, &file);
    let names: Vec<&str> = file
        .settings()
        .alerts
        .profiles
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    assert_eq!(names, ["B", "C", "A"]);
    assert!(desk.text().contains("\"A\" # first"), "{}", desk.text());
}

#[test]
fn a_second_entry_for_the_same_chat_goes_with_the_first() {
    let twice = "[[alerts.override]]\nscope = \"chat\"\naccount = \"alice@harbour.example\"\nchat = \"bob@harbour.example\"\n";
    let desk = desk(&format!(
        "{twice}discreet = true\n{twice}discreet = false\n"
    ));
    let (mut file, notices) = desk.load();
    let [Notice::AlertsLeftOut { left_out, path }] = notices.as_slice() else {
        panic!("{notices:?}");
    };
    let what = "override".to_owned();
    assert_eq!(left_out.as_slice(), [LeftOut::Twice { what }]);
    assert_eq!(std::fs::read_to_string(path).unwrap(), desk.text());
    assert_eq!(file.settings().alerts.overrides[0].discreet, Some(true));
    save(&mut file, |rules| rules.overrides.clear());
    reads_back(&desk, &file);
}

#[test]
fn what_is_too_much_is_left_out_and_said_and_the_rest_holds() {
    let keywords: Vec<String> = (0..2_000)
        .map(|number| format!("\"word{number}\""))
        .collect();
    let desk = desk(&format!(
        "[alerts]\nkeywords = [{}]\n[alerts.message]\nsound = \"file:{}\"\n",
        keywords.join(", "),
        "x".repeat(5_000)
    ));
    let (file, notices) = desk.load();
    let [Notice::AlertsLeftOut { left_out, .. }] = notices.as_slice() else {
        panic!("{notices:?}");
    };
    assert_eq!(left_out.len(), 2);
    assert_eq!(file.settings().alerts.keywords.len(), 1_000);
}

#[test]
fn ten_thousand_faults_make_a_notice_that_can_be_read() {
    let faults: String = (0..10_000)
        .map(|number| format!("[[alerts.override]]\nscope = \"x\"\nkey{number} = 1\n"))
        .collect();
    let desk = desk(&faults);
    let (_, notices) = desk.load();
    let bytes = serde_json::to_vec(&notices).unwrap().len();
    assert!(bytes < 20_000, "{bytes}");
}

#[test]
fn rules_changed_by_hand_are_taken_over_while_running() {
    let desk = desk("[alerts]\nkeywords = [\"a\"]\n");
    let (mut file, _) = desk.load();
    std::fs::write(&desk.path, "[alerts]\nkeywords = [\"a\", \"b\"]\n").unwrap();
    assert!(file.reload("now").unwrap().0);
    assert_eq!(file.settings().alerts.keywords, ["a", "b"]);
}
