//! Alert rules, as a window changes and reads them.

mod scopes;

use super::*;
use carillon_core::alerts::{
    EventKind, Level, MuteFor, Override, Popup, Preset, ProfileChoice, Row, Scope, Sound,
};
use carillon_core::settings::{Mute, Settings};
use carillon_link::alerts::{AlertRowView, RulePlace, Whose};
use carillon_link::contract::{
    AddWatch, ApplyPreset, ChooseProfile, ExplainAlert, ExportAlerts, ImportAlerts, MuteAll,
    MuteScope, ReadAlertCapabilities, ReadAlertConditions, ReadAlertProfiles, ReadAlertRows,
    ReadPresetChanges, ReadWatches, RemoveWatch, ResetAlertRows, SetAlertRow, SetKeywords,
    SetOverride, SetProfiles,
};

fn rings(sound: &str) -> Row {
    Row {
        sound: Some(Sound::Builtin(sound.to_owned())),
        ..Row::default()
    }
}

fn of(rows: &[AlertRowView], kind: EventKind) -> &AlertRowView {
    rows.iter().find(|row| row.kind == kind).unwrap()
}

impl Scene {
    async fn ask<A: Ask>(&self, ask: A) -> A::Answer {
        self.measured(ask).await.0
    }

    async fn refused<A: Ask>(&self, ask: A) -> RefusalCode {
        match timeout(PATIENCE, self.window.ask(ask)).await.unwrap() {
            Err(refusal) => refusal.code,
            Ok(_) => panic!("it was not refused"),
        }
    }

    /// One of the contacts.
    async fn friend(&self, number: usize) -> ChatRef {
        let first = self.ask(ReadOverview {}).await;
        ChatRef {
            account: first.standing.accounts[0].id,
            jid: person(number).into(),
        }
    }

    fn settings(&self) -> Settings {
        let profile = Profile::in_folder(self.folder.path()).unwrap();
        let (file, notices) = SettingsFile::load(&profile.settings_file(), "now").unwrap();
        assert_eq!(notices, []);
        file.settings().clone()
    }

    async fn rings(&self, whose: Whose, kind: EventKind, sound: &str) {
        let row = rings(sound);
        self.ask(SetAlertRow { whose, kind, row }).await;
    }
}

async fn few() -> Scene {
    let groups = ["Choir".to_owned()];
    scene(items("Person", &groups).into_iter().take(3).collect(), None).await
}

#[tokio::test]
async fn the_nearest_scope_holds_and_each_cell_says_where_it_comes_from() {
    let scene = few().await;
    let chat = scene.friend(1).await;
    let account = chat.account;
    let message = EventKind::Message;
    let (bob, choir) = (
        Whose::Chat { chat: chat.clone() },
        Whose::Group {
            account: Some(account),
            name: "Choir".to_owned(),
        },
    );
    scene.rings(Whose::Everybody, message, "tick").await;
    scene
        .rings(Whose::Account { account }, message, "rise")
        .await;
    scene.rings(choir.clone(), message, "fall").await;
    let read = scene.ask(ReadAlertRows { whose: bob.clone() }).await;
    let row = of(&read.rows, message);
    assert_eq!(row.own, Row::default());
    assert_eq!(row.effective.sound.value, Sound::Builtin("fall".to_owned()));
    let level = Level::Group {
        name: "Choir".to_owned(),
    };
    assert_eq!(row.effective.sound.source.level, level);
    scene.rings(bob.clone(), message, "buzz").await;
    let read = scene.ask(ReadAlertRows { whose: bob.clone() }).await;
    let row = of(&read.rows, message);
    assert_eq!(row.own, rings("buzz"));
    let said = row.sentence.sound.as_ref().map(|said| said.sound.clone());
    assert_eq!(said, Some(Sound::Builtin("buzz".to_owned())));
    let everybody = scene
        .ask(ReadAlertRows {
            whose: Whose::Everybody,
        })
        .await;
    assert_eq!(of(&everybody.rows, message).own, rings("tick"));

    scene.ask(ResetAlertRows { whose: bob.clone() }).await;
    scene.ask(ResetAlertRows { whose: choir }).await;
    let read = scene.ask(ReadAlertRows { whose: bob }).await;
    let level = Level::Account { account };
    assert_eq!(of(&read.rows, message).effective.sound.source.level, level);
    assert_eq!(scene.settings().alerts.overrides.len(), 1);
}

#[tokio::test]
async fn mutes_and_marks_of_a_chat_stand_in_the_settings_and_are_told() {
    let scene = few().await;
    let chat = scene.friend(1).await;
    let whose = Whose::Chat { chat: chat.clone() };
    let until = MuteFor::ForEver;
    let mute = scene
        .ask(MuteScope {
            whose: whose.clone(),
            until,
        })
        .await;
    assert_eq!(mute, Some(Mute::Forever));
    let read = scene
        .ask(ReadAlertRows {
            whose: whose.clone(),
        })
        .await;
    assert_eq!(read.mute, Some(Mute::Forever));
    let dry = scene.ask(dry_run(Some(chat.clone()))).await;
    assert!(dry.explanation.plan.is_silent());
    let place = RulePlace::Mute {
        whose: whose.clone(),
    };
    assert_eq!(dry.decided, Some(place));

    scene
        .ask(SetOverride {
            whose: whose.clone(),
            mute: None,
            break_through: Some(true),
            discreet: Some(true),
        })
        .await;
    let until = MuteFor::Hour;
    assert!(scene.ask(MuteAll { until }).await.is_some());
    let dry = scene.ask(dry_run(Some(chat.clone()))).await;
    assert!(!dry.explanation.plan.is_silent(), "it breaks through");
    let place = RulePlace::BreakThrough {
        whose: whose.clone(),
    };
    assert_eq!(dry.decided, Some(place));
    let other = scene.ask(dry_run(Some(scene.friend(2).await))).await;
    let whose_mute = Whose::Everybody;
    assert_eq!(other.decided, Some(RulePlace::Mute { whose: whose_mute }));

    let [one] = scene
        .settings()
        .alerts
        .overrides
        .clone()
        .try_into()
        .unwrap();
    let wanted = Override {
        break_through: Some(true),
        discreet: Some(true),
        ..Override::of(Scope::Chat {
            account: jid("alice@harbour.example.org").into(),
            chat: chat.bare(),
        })
    };
    assert_eq!(one, wanted);
    let everybody = SetOverride {
        whose: Whose::Everybody,
        mute: None,
        break_through: None,
        discreet: None,
    };
    assert_eq!(scene.refused(everybody).await, RefusalCode::BadRules);
}

fn dry_run(chat: Option<ChatRef>) -> ExplainAlert {
    ExplainAlert {
        kind: EventKind::Message,
        chat,
        at: None,
        own: None,
        in_front: None,
        locked: None,
        do_not_disturb: None,
        full_screen: None,
        account: None,
        gone_for: None,
    }
}

#[tokio::test]
async fn profiles_are_set_chosen_and_have_rows_of_their_own() {
    let scene = few().await;
    let work = carillon_core::alerts::Profile {
        name: "Work".to_owned(),
        when: carillon_core::alerts::Activation::ByHand,
        rows: carillon_core::alerts::AlertRows::default(),
    };
    let profiles = vec![work.clone()];
    scene.ask(SetProfiles { profiles }).await;
    let twice = SetProfiles {
        profiles: vec![work.clone(), work],
    };
    assert_eq!(scene.refused(twice).await, RefusalCode::BadRules);
    let choice = ProfileChoice::Named("Home".to_owned());
    assert_eq!(
        scene.refused(ChooseProfile { choice }).await,
        RefusalCode::Gone
    );
    let choice = ProfileChoice::Named("Work".to_owned());
    scene.ask(ChooseProfile { choice }).await;
    let whose = Whose::Profile {
        name: "Work".to_owned(),
    };
    scene.rings(whose.clone(), EventKind::Message, "rise").await;
    let read = scene.ask(ReadAlertProfiles {}).await;
    assert_eq!(
        (read.profiles.len(), read.active),
        (1, Some("Work".to_owned()))
    );
    let chat = scene.friend(1).await;
    let read = scene
        .ask(ReadAlertRows {
            whose: Whose::Chat { chat },
        })
        .await;
    assert_eq!(read.profile, Some("Work".to_owned()));
    let sound = &of(&read.rows, EventKind::Message).effective.sound;
    assert_eq!(sound.value, Sound::Builtin("rise".to_owned()));
    let profiles = Vec::new();
    scene.ask(SetProfiles { profiles }).await;
    let read = scene.ask(ReadAlertProfiles {}).await;
    assert_eq!((read.choice, read.active), (ProfileChoice::Automatic, None));
    assert_eq!(
        scene.refused(ReadAlertRows { whose }).await,
        RefusalCode::Gone
    );
}

#[tokio::test]
async fn a_preset_says_what_it_changes_and_then_does() {
    let scene = few().await;
    let preset = Preset::SoundOnly;
    let changes = scene.ask(ReadPresetChanges { preset }).await;
    assert!(changes.iter().all(|change| change.after.popup.is_none()));
    assert!(changes.iter().any(|change| change.before.popup.is_some()));
    scene.ask(ApplyPreset { preset }).await;
    assert_eq!(scene.settings().alerts.rows, preset.rows());
    assert_eq!(scene.ask(ReadPresetChanges { preset }).await, []);
}

#[tokio::test]
async fn conditions_and_watches_are_kept_and_too_much_changes_nothing() {
    let scene = few().await;
    let keywords = vec!["harbour".to_owned()];
    scene
        .ask(SetKeywords {
            keywords: keywords.clone(),
        })
        .await;
    let too_many = (0..2_000).map(|number| number.to_string()).collect();
    let refused = scene.refused(SetKeywords { keywords: too_many }).await;
    assert_eq!(refused, RefusalCode::BadRules);
    assert_eq!(scene.ask(ReadAlertConditions {}).await.keywords, keywords);
    let chat = scene.friend(1).await;
    for after_hours in [0, 8] {
        let watch = AddWatch {
            chat: chat.clone(),
            once: true,
            expires: None,
            after_hours,
        };
        scene.ask(watch).await;
    }
    let watches = scene.ask(ReadWatches {}).await;
    let found: Vec<_> = watches
        .iter()
        .map(|one| (&one.chat, one.after_hours))
        .collect();
    assert_eq!(found, [(&chat, 8)]);
    assert_eq!(watches[0].name, "Person 1");
    scene.ask(RemoveWatch { chat }).await;
    assert_eq!(scene.ask(ReadWatches {}).await, []);
    assert!(!scene.ask(ReadAlertCapabilities {}).await.is_empty());
}

#[tokio::test]
async fn rules_go_into_a_file_and_come_back_and_a_bad_file_changes_nothing() {
    let scene = few().await;
    let chat = scene.friend(1).await;
    let whose = Whose::Chat { chat };
    let row = Row {
        popup: Some(Popup::None),
        sound: Some(Sound::File("/nowhere/gong.ogg".to_owned())),
        ..Row::default()
    };
    let kind = EventKind::Message;
    scene.ask(SetAlertRow { whose, kind, row }).await;
    let before = scene.settings().alerts;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rules.toml").display().to_string();
    let exported = scene.ask(ExportAlerts { path: path.clone() }).await;
    assert_eq!(exported.own_files, ["/nowhere/gong.ogg"]);

    let preset = Preset::Everything;
    scene.ask(ApplyPreset { preset }).await;
    let between = scene.settings().alerts;
    let import = |path: &str, look_only| ImportAlerts {
        path: path.to_owned(),
        look_only,
    };
    let look = scene.ask(import(&path, true)).await;
    assert_eq!((look.overrides, look.elsewhere), (1, 0));
    assert_eq!(look.missing_files, ["/nowhere/gong.ogg"]);
    assert_eq!(scene.settings().alerts, between, "looking changes nothing");
    for (name, text) in [("a", "[alerts"), ("b", "x = 1\n"), ("c", "\u{0}")] {
        let bad = folder.path().join(name);
        std::fs::write(&bad, text).unwrap();
        let refused = scene
            .refused(import(&bad.display().to_string(), false))
            .await;
        assert_eq!(refused, RefusalCode::BadFile, "{text}");
    }
    for none in ["rules.toml", "/nowhere/rules.toml", "/dev/zero"] {
        assert_eq!(
            scene.refused(import(none, false)).await,
            RefusalCode::BadFile
        );
    }
    assert_eq!(scene.settings().alerts, between);
    assert_eq!(scene.ask(import(&path, false)).await, look);
    assert_eq!(scene.settings().alerts, before);
    let odd = folder.path().join("odd.toml");
    let text = "[alerts]\nkeywords = [\"a\", \"a\"]\nmessage.volume = 300\nfuture = 1\n[general]\ntheme = \"dark\"\n";
    std::fs::write(&odd, text).unwrap();
    let look = scene.ask(import(&odd.display().to_string(), true)).await;
    assert_eq!((look.left_out.len(), look.trouble.len()), (1, 1));
    assert_eq!(look.unknown, ["alerts.future", "general"]);
}
