//! What is secret or private is in no log, no argument and no file but its own.

use std::path::{Path, PathBuf};

use carillon_tests_app::Meeting;

#[tokio::test]
async fn password_and_words_are_in_no_log_and_no_other_file() {
    let meeting = Meeting::on_prosody().await;
    let mut bob = meeting.bob_unseen().await;
    bob.message("alice@carillon.test", "Between you and me")
        .await;
    let popups = &meeting.alice.desktop.notifications;
    popups
        .next_popup("of it", |popup| popup.body == "Between you and me")
        .await;

    let log = meeting.alice.log();
    assert!(
        !log.contains("looking glass"),
        "the password is in the log:\n{log}"
    );
    assert!(
        !log.contains("Between you and me"),
        "a message is in the log:\n{log}"
    );
    let holders: Vec<_> = files(&meeting.alice.profile())
        .into_iter()
        .filter(|file| holds(file, b"looking glass"))
        .collect();
    assert!(holders.len() <= 1, "{holders:?}");
    for file in holders {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", file.display());
    }
    for process in meeting.alice.desktop.processes() {
        let arguments = std::fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
        let environment = std::fs::read(format!("/proc/{process}/environ")).unwrap_or_default();
        assert!(
            !contains(&arguments, b"looking glass") && !contains(&environment, b"looking glass")
        );
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

fn holds(file: &Path, secret: &[u8]) -> bool {
    std::fs::read(file).is_ok_and(|bytes| contains(&bytes, secret))
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|found| found == part)
}
