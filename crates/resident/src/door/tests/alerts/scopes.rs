//! What is tried, muted and taken along, as a window asks for it.

use super::*;
use carillon_core::alerts::InWindow;
use carillon_core::ids::AccountId;
use carillon_link::alerts::{PackOrigin, SoundPackView};
use carillon_link::contract::{Buzz, ReadSoundPacks, RemoveSoundPack, SetInWindow, TryAlert};

#[tokio::test]
async fn try_it_plays_what_the_panel_shows_that_it_stands_in() {
    let scene = few().await;
    let chat = scene.friend(1).await;
    let account = chat.account;
    let kind = EventKind::Message;
    let work = carillon_core::alerts::Profile {
        name: "Work".to_owned(),
        when: carillon_core::alerts::Activation::ByHand,
        rows: carillon_core::alerts::AlertRows::default(),
    };
    let profiles = vec![work];
    scene.ask(SetProfiles { profiles }).await;
    let choir = |account| Whose::Group {
        account,
        name: "Choir".to_owned(),
    };
    let sounds = [
        (Whose::Everybody, "tick"),
        (
            Whose::Profile {
                name: "Work".to_owned(),
            },
            "chime",
        ),
        (Whose::Account { account }, "rise"),
        (choir(None), "fall"),
        (choir(Some(account)), "knock"),
        (Whose::Chat { chat }, "buzz"),
    ];
    for (whose, sound) in &sounds {
        scene.rings(whose.clone(), kind, sound).await;
    }
    for (whose, sound) in sounds {
        let wanted = match whose {
            // Of two groups of a name the earlier in the settings is asked first.
            Whose::Group { .. } => "fall",
            _ => sound,
        };
        let whose_rows = ReadAlertRows {
            whose: whose.clone(),
        };
        let shown = scene.ask(whose_rows).await;
        let plan = scene.ask(TryAlert { kind, whose }).await;
        let played = plan.sound.map(|sound| sound.sound);
        assert_eq!(played, Some(Sound::Builtin(wanted.to_owned())));
        let value = &of(&shown.rows, kind).effective.sound.value;
        assert_eq!(played.as_ref(), Some(value));
    }
    for whose in [
        Whose::Account {
            account: AccountId(99),
        },
        Whose::Profile {
            name: "Home".to_owned(),
        },
    ] {
        let refused = scene.refused(TryAlert { kind, whose }).await;
        assert_eq!(refused, RefusalCode::Gone);
    }
}

#[tokio::test]
async fn accounts_and_groups_are_muted_as_chats_are_and_the_end_is_counted_here() {
    let scene = few().await;
    let chat = scene.friend(1).await;
    let account = chat.account;
    let choir = Whose::Group {
        account: Some(account),
        name: "Choir".to_owned(),
    };
    for whose in [Whose::Account { account }, choir, Whose::Chat { chat }] {
        let until = MuteFor::Hour;
        let mute = MuteScope {
            whose: whose.clone(),
            until,
        };
        let before = Timestamp::from(jiff::Timestamp::now());
        let Some(Mute::Until { at }) = scene.ask(mute).await else {
            panic!("an hour has an end");
        };
        let left = at.0 - before.0;
        assert!((3_600_000..3_660_000).contains(&left), "{left}");
        let rows = ReadAlertRows {
            whose: whose.clone(),
        };
        let read = scene.ask(rows.clone()).await;
        assert_eq!(read.mute, Some(Mute::Until { at }));
        let until = MuteFor::Lifted;
        assert_eq!(scene.ask(MuteScope { whose, until }).await, None);
        assert_eq!(scene.ask(rows).await.mute, None);
    }
    assert_eq!(scene.settings().alerts.overrides, []);
    for whose in [
        Whose::Everybody,
        Whose::Profile {
            name: "Work".to_owned(),
        },
    ] {
        let until = MuteFor::Hour;
        let refused = scene.refused(MuteScope { whose, until }).await;
        assert_eq!(refused, RefusalCode::BadRules);
    }
}

#[tokio::test]
async fn how_the_window_tells_stands_in_the_settings_and_goes_along_with_the_rules() {
    let scene = few().await;
    let told = |first: &Overview| first.standing.settings.in_window;
    assert_eq!(told(&scene.ask(ReadOverview {}).await), InWindow::default());
    let in_window = InWindow {
        flash: true,
        announce: false,
    };
    scene.ask(SetInWindow { in_window }).await;
    assert_eq!(told(&scene.ask(ReadOverview {}).await), in_window);
    assert_eq!(scene.settings().alerts.in_window, in_window);

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rules.toml").display().to_string();
    scene.ask(ExportAlerts { path: path.clone() }).await;
    let back = InWindow::default();
    scene.ask(SetInWindow { in_window: back }).await;
    assert_eq!(scene.settings().alerts.in_window, back);
    let look_only = false;
    scene.ask(ImportAlerts { path, look_only }).await;
    assert_eq!(scene.settings().alerts.in_window, in_window);
}

#[tokio::test]
async fn a_pack_can_be_taken_out_and_rules_that_miss_it_say_so() {
    let scene = few().await;
    let pack = scene.folder.path().join("sounds/Woods");
    std::fs::create_dir_all(&pack).unwrap();
    std::fs::write(pack.join("pack.toml"), "name = \"Woods\"\n[sounds]\n").unwrap();
    let kind = EventKind::Message;
    let row = Row {
        sound: Some("pack:Woods/message".parse().unwrap()),
        ..Row::default()
    };
    let whose = Whose::Everybody;
    scene.ask(SetAlertRow { whose, kind, row }).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rules.toml").display().to_string();
    let exported = scene.ask(ExportAlerts { path: path.clone() }).await;
    assert_eq!(exported.packs, [pack.display().to_string()]);
    let look = ImportAlerts {
        path,
        look_only: true,
    };
    assert!(scene.ask(look.clone()).await.missing_packs.is_empty());

    let name = || "Woods".to_owned();
    let names = |packs: Vec<SoundPackView>| {
        let imported = packs.into_iter();
        let imported = imported.filter(|pack| pack.origin == PackOrigin::Imported);
        imported.map(|pack| pack.name).collect::<Vec<_>>()
    };
    assert_eq!(names(scene.ask(ReadSoundPacks {}).await), [name()]);
    scene.ask(RemoveSoundPack { name: name() }).await;
    assert!(names(scene.ask(ReadSoundPacks {}).await).is_empty());
    assert!(!pack.exists());
    assert_eq!(scene.ask(look).await.missing_packs, [name()]);
    for name in ["Woods", "..", "../data", ""] {
        let name = name.to_owned();
        let refused = scene.refused(RemoveSoundPack { name }).await;
        assert_eq!(refused, RefusalCode::Gone);
    }
}

#[tokio::test]
async fn a_contact_is_called_for_attention_only_while_they_are_there() {
    let scene = few().await;
    let contact = scene.friend(1).await;
    assert_eq!(
        scene.refused(Buzz { contact }).await,
        RefusalCode::NotConnected
    );
    let contact = ChatRef {
        jid: jid("nobody@harbour.example.org").into(),
        ..scene.friend(1).await
    };
    assert_eq!(scene.refused(Buzz { contact }).await, RefusalCode::Gone);
}
