mod accounts;
mod alerts;
mod anything;
mod shortened;

use super::*;
use carillon_core::alerts::{EventKind, Popup, Row, Sound, Volume};
use carillon_core::connection::Proxy;
use carillon_core::settings::{AccountSettings, SecretStore, Theme};

struct Desk {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

fn desk(text: &str) -> Desk {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("settings.toml");
    std::fs::write(&path, text).unwrap();
    Desk {
        _folder: folder,
        path,
    }
}

impl Desk {
    fn load(&self) -> (SettingsFile, Vec<Notice>) {
        SettingsFile::load(&self.path, "now").unwrap()
    }

    fn text(&self) -> String {
        std::fs::read_to_string(&self.path).unwrap()
    }
}

#[test]
fn only_what_differs_from_the_defaults_is_written() {
    let desk = desk("");
    let (mut file, _) = desk.load();
    let mut settings = file.settings().clone();
    settings.general.theme = Theme::Dark;
    file.save(settings).unwrap();
    assert_eq!(desk.text(), "[general]\ntheme = \"dark\"\n");
}

#[test]
fn what_was_saved_is_read_again() {
    let desk = desk("");
    let (mut file, _) = desk.load();
    let mut settings = file.settings().clone();
    settings.accounts.push(AccountSettings {
        connect: Some("ws://127.0.0.1:5280/xmpp-websocket".to_owned()),
        enabled: false,
        secret: SecretStore::File,
        proxy: Proxy::Url("socks5://proxy.example:1080".to_owned()),
        allow_plain: true,
        ..AccountSettings::new("alice@example.org".parse().unwrap())
    });
    let row = Row {
        popup: Some(Popup::Sticky),
        sound: Some(Sound::Builtin("buzz".to_owned())),
        volume: Some(Volume::clamped(30)),
        ..Row::default()
    };
    settings.alerts_mut().rows.set(EventKind::Message, row);
    file.save(settings.clone()).unwrap();
    let (again, notices) = desk.load();
    assert_eq!(again.settings(), &settings);
    assert!(notices.is_empty());
}

#[test]
fn comments_order_and_unknown_keys_survive_a_change() {
    let text =
        "# mine\n[privacy]\nsend_typing = false # rather not\nfuture = 1\n\n[hobby]\nx = 1\n";
    let desk = desk(text);
    let (mut file, notices) = desk.load();
    let keys = vec!["privacy.future".to_owned(), "hobby".to_owned()];
    assert_eq!(notices, [Notice::SettingsUnknownKeys { keys }]);
    let mut settings = file.settings().clone();
    settings.privacy.send_receipts = false;
    file.save(settings).unwrap();
    let text = desk.text();
    for kept in [
        "# mine",
        "# rather not",
        "future = 1",
        "[hobby]",
        "send_receipts = false",
    ] {
        assert!(text.contains(kept), "{kept} is gone from:\n{text}");
    }
}

#[test]
fn a_broken_file_is_kept_aside_and_the_defaults_hold() {
    let desk = desk("[general\ntheme = ");
    let (file, notices) = desk.load();
    assert_eq!(file.settings(), &Settings::default());
    let [Notice::SettingsSetAside { path, detail }] = notices.as_slice() else {
        panic!("{notices:?}");
    };
    assert_eq!(std::fs::read_to_string(path).unwrap(), "[general\ntheme = ");
    assert!(detail.contains("line 1"), "{detail}");
}

#[test]
fn the_same_broken_file_is_kept_aside_once_however_often_carillon_starts() {
    let desk = desk("[general\ntheme = ");
    let (_, first) = desk.load();
    let (_, second) = desk.load();
    assert_eq!(first, second);
    let folder = desk.path.parent().unwrap();
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 2);
}

#[test]
fn one_bad_value_costs_only_itself() {
    let text = "[[account]]\njid = \"alice@example.org\"\n[alerts.message]\nvolume = 300\nsound = \"none\"\n";
    let desk = desk(text);
    let (file, notices) = desk.load();
    assert_eq!(file.settings().accounts.len(), 1);
    let row = &file.settings().alerts.rows.get(EventKind::Message).unwrap();
    assert_eq!((row.volume, row.sound.clone()), (None, Some(Sound::None)));
    let [Notice::SettingsSetAside { detail, .. }] = notices.as_slice() else {
        panic!("{notices:?}");
    };
    assert!(detail.starts_with("alerts.message.volume:"), "{detail}");
}

#[test]
fn a_second_broken_file_does_not_replace_the_first() {
    let desk = desk("[");
    desk.load();
    std::fs::write(&desk.path, "]").unwrap();
    let (_, notices) = desk.load();
    let [Notice::SettingsSetAside { path, .. }] = notices.as_slice() else {
        panic!("{notices:?}");
    };
    assert!(path.ends_with("broken-now-2"), "{path}");
}

#[test]
fn a_cell_given_back_to_inheritance_leaves_the_file() {
    let desk = desk("[alerts.message]\nsound = \"none\"\n");
    let (mut file, _) = desk.load();
    let mut settings = file.settings().clone();
    settings
        .alerts_mut()
        .rows
        .set(EventKind::Message, Row::default());
    file.save(settings).unwrap();
    assert!(!desk.text().contains("message"), "{}", desk.text());
}

#[cfg(unix)]
#[test]
fn the_file_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let desk = desk("");
    let (mut file, _) = desk.load();
    file.save(Settings::default()).unwrap();
    assert_eq!(
        std::fs::metadata(&desk.path).unwrap().permissions().mode() & 0o777,
        0o600
    );
}

#[test]
fn a_change_by_hand_is_taken_over_and_our_own_writing_is_no_change() {
    let desk = desk("");
    let (mut file, _) = desk.load();
    let mut settings = file.settings().clone();
    settings.general.theme = Theme::Dark;
    file.save(settings).unwrap();
    assert!(!file.reload("now").unwrap().0);
    std::fs::write(&desk.path, "[general]\ntheme = \"light\"\n").unwrap();
    assert!(file.reload("now").unwrap().0);
    assert_eq!(file.settings().general.theme, Theme::Light);
}

#[test]
fn a_file_broken_by_hand_while_running_takes_no_account_away() {
    let desk = desk("[[account]]\njid = \"alice@example.org\"\n");
    let (mut file, _) = desk.load();
    std::fs::write(&desk.path, "[[account\n").unwrap();
    let (changed, notices) = file.reload("now").unwrap();
    assert!(!changed);
    assert_eq!(file.settings().accounts.len(), 1);
    let [Notice::SettingsSetAside { path, .. }] = notices.as_slice() else {
        panic!("{notices:?}");
    };
    assert_eq!(std::fs::read_to_string(path).unwrap(), "[[account\n");
}

#[test]
fn a_change_by_hand_that_nobody_told_of_is_not_undone_by_the_next_save() {
    let desk = desk("[general]\ntheme = \"dark\"\n");
    let (mut file, _) = desk.load();
    std::fs::write(
        &desk.path,
        "# mine\n[general]\ntheme = \"light\"\n[[account]]\njid = \"alice@example.org\"\n",
    )
    .unwrap();
    let (by_hand, notices) = file.catch_up("now").unwrap();
    assert!(by_hand && notices.is_empty(), "{notices:?}");
    let mut settings = file.settings().clone();
    settings.privacy.send_typing = false;
    file.save(settings).unwrap();
    let text = desk.text();
    for kept in [
        "# mine",
        "light",
        "alice@example.org",
        "send_typing = false",
    ] {
        assert!(text.contains(kept), "{kept} is gone from:\n{text}");
    }
    assert!(!file.catch_up("now").unwrap().0, "our own writing");
}

#[test]
fn a_file_that_was_taken_away_is_written_anew() {
    let desk = desk("[general]\ntheme = \"dark\"\n");
    let (mut file, _) = desk.load();
    std::fs::remove_file(&desk.path).unwrap();
    assert!(!file.catch_up("now").unwrap().0);
    let mut settings = file.settings().clone();
    settings.privacy.send_typing = false;
    file.save(settings).unwrap();
    assert!(desk.text().contains("dark"), "{}", desk.text());
}

#[test]
fn a_long_file_keeps_its_comments_and_no_setting_is_lost_with_it() {
    let long = format!(
        "# mine {}\n[general]\ntheme = \"dark\"\n",
        "…".repeat(100_000)
    );
    let desk = desk(&long);
    let (mut file, _) = desk.load();
    let mut change = |typing: bool| {
        assert!(!file.catch_up("now").unwrap().0);
        let mut settings = file.settings().clone();
        settings.privacy.send_typing = typing;
        file.save(settings).unwrap();
        desk.text()
    };
    assert!(change(false).contains("# mine"));
    std::fs::write(&desk.path, format!("{long}\n[[[")).unwrap();
    let text = change(true);
    assert!(
        text.contains("dark") && !text.contains("send_typing"),
        "broken by hand:\n{text}"
    );
    std::fs::write(&desk.path, &long).unwrap();
    change(false);
    std::fs::remove_file(&desk.path).unwrap();
    let text = change(true);
    assert!(text.contains("dark"), "taken away:\n{text}");
}

#[test]
fn a_long_file_that_cannot_be_read_for_the_moment_is_not_written_over() {
    let desk = desk(&format!("# mine {}\n", "…".repeat(100_000)));
    let (mut file, _) = desk.load();
    let aside = desk.path.with_extension("aside");
    std::fs::rename(&desk.path, &aside).unwrap();
    // A folder is read by nobody, whoever asks.
    std::fs::create_dir(&desk.path).unwrap();
    let mut settings = file.settings().clone();
    settings.privacy.send_typing = false;
    assert!(matches!(file.save(settings), Err(SettingsError::Io { .. })));
    assert!(file.settings().privacy.send_typing, "as before");
    std::fs::remove_dir(&desk.path).unwrap();
    std::fs::rename(&aside, &desk.path).unwrap();
    assert!(desk.text().contains("# mine"));
}
