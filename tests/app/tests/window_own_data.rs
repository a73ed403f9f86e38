//! What is mine goes where I want it: out into files, in from other programs, in the real window and by the desktop's own
//! dialogs. Photographed dark and light.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // in the functions that the tests share

use std::path::{Path, PathBuf};
use std::process::Command;

use carillon_tests_app::{AtScreen, Tour, Window, files};
use carillon_tests_servers::{Kind, until_some};

/// Gajim's and Dino's databases, with the tables that they have, and a log of Pidgin's, each where that program keeps it.
/// Arguments: the home folder, my address, and a friend's.
const HISTORIES: &str = r#"
import os, sqlite3, sys
home, me, bob = sys.argv[1:]
def database(path, script):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    db = sqlite3.connect(path)
    db.executescript(script)
    db.close()
database(home + '/.local/share/gajim/logs.db', f'''
    CREATE TABLE account(pk INTEGER NOT NULL PRIMARY KEY, jid TEXT NOT NULL);
    CREATE TABLE remote(pk INTEGER NOT NULL PRIMARY KEY, jid TEXT NOT NULL);
    CREATE TABLE message(pk INTEGER NOT NULL PRIMARY KEY, fk_account_pk INTEGER NOT NULL, fk_remote_pk INTEGER NOT NULL,
        resource TEXT, type INTEGER NOT NULL, direction INTEGER NOT NULL, timestamp FLOAT NOT NULL,
        state INTEGER NOT NULL, id TEXT, stanza_id TEXT, stable_id INTEGER NOT NULL, text TEXT, user_delay_ts FLOAT,
        fk_thread_pk INTEGER, fk_occupant_pk INTEGER, fk_encryption_pk INTEGER, fk_security_label_pk INTEGER,
        correction_id TEXT);
    PRAGMA user_version=8;
    INSERT INTO account VALUES (1, '{me}');
    INSERT INTO remote VALUES (1, '{bob}');
    INSERT INTO message (fk_account_pk, fk_remote_pk, type, direction, timestamp, state, id, stable_id, text) VALUES
        (1, 1, 1, 1, 1704067200.25, 2, 'g1', 1, 'Said with Gajim'), (1, 1, 1, 2, 1704067260, 2, 'g2', 1, 'Answered with Gajim');''')
database(home + '/.local/share/dino/dino.db', f'''
    CREATE TABLE account(id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, bare_jid TEXT NOT NULL UNIQUE);
    CREATE TABLE jid(id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, bare_jid TEXT NOT NULL UNIQUE);
    CREATE TABLE message(id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, stanza_id TEXT, server_id TEXT,
        account_id INTEGER NOT NULL, counterpart_id INTEGER NOT NULL, counterpart_resource TEXT, our_resource TEXT,
        direction INTEGER NOT NULL, type INTEGER, time INTEGER, local_time INTEGER, body TEXT, encryption INTEGER,
        marked INTEGER);
    PRAGMA user_version=15;
    INSERT INTO account VALUES (1, '{me}');
    INSERT INTO jid VALUES (1, '{bob}');
    INSERT INTO message (stanza_id, account_id, counterpart_id, direction, type, time, local_time, body, encryption, marked)
        VALUES ('d1', 1, 1, 0, 1, 1704153600, 1704153600, 'Said with Dino', 0, 0);''')
folder = f'{home}/.purple/logs/jabber/{me}/{bob}'
os.makedirs(folder)
open(folder + '/2024-01-15.093000+0100CET.txt', 'w').write(
    f'Conversation with {bob} at Mon 15 Jan 2024 09:30:00 AM CET on {me}/Home (jabber)\n'
    f'(09:30:12) {bob}/Phone: Said with Pidgin\n(09:31:00) {me}/Home: Gladly\n(09:32:00) {bob}/Phone: Until then\n')
"#;

/// Takes something out by a button and the desktop's dialog, and gives the file, which is the only one in `folder`.
async fn taken_out(at: &AtScreen, window: &Window, button: &str, folder: &Path) -> PathBuf {
    std::fs::create_dir_all(folder).unwrap();
    window.click(&format!("[data-test={button}]")).await;
    let process = at.meeting.alice.window_process().unwrap();
    at.screen.save_into(process, folder).await;
    // It takes its name when it is whole.
    let whole = |path: &PathBuf| !path.to_string_lossy().contains("/.carillon-");
    until_some("the file", async || files(folder).into_iter().find(whole)).await
}

#[tokio::test]
async fn what_was_said_with_other_programs_comes_in_and_all_of_it_goes_out() {
    let at = AtScreen::on(Kind::Prosody).await;
    let (alice, bob) = (&at.meeting.alice_account.jid, &at.meeting.bob_account.jid);
    let made = Command::new("/usr/bin/python3")
        .args(["-c", HISTORIES])
        .arg(at.meeting.alice.desktop.home())
        .args([alice, bob])
        .status()
        .unwrap();
    assert!(made.success());
    let window = at.meeting.alice.open_window().await;
    window.choose_contact(bob).await;
    window.say("Said with Carillon").await;
    window.go_to_sheet("own-data").await;
    let mut tour = Tour::new(&at.screen, &at.meeting.alice, &window).await;

    for (nth, (program, messages)) in [("Gajim", 2), ("Dino", 1), ("Pidgin", 3)]
        .into_iter()
        .enumerate()
    {
        window.reads("[data-test=import]", program).await;
        let choice = format!("[data-test=import-source][value='{nth}']");
        window.click(&choice).await;
        if nth == 0 {
            tour.see("own-data").await;
        }
        window.click("[data-test=import-begin]").await;
        let report = format!("{messages} new message");
        window
            .reads(
                "[data-test=import] [data-test=work][data-state=finished]",
                &report,
            )
            .await;
    }
    tour.see("own-data-imported").await;
    // A second time nothing comes twice.
    window.click("[data-test=import-begin]").await;
    window
        .reads(
            "[data-test=import] [data-test=work][data-state=finished]",
            "0 new messages",
        )
        .await;

    window.choose("[data-test=export-format]", "text").await;
    let folder = at.meeting.alice.folder().join("everything");
    let file = taken_out(&at, &window, "export-all", &folder).await;
    let written = std::fs::read_to_string(&file).unwrap();
    let said = |words: &str| {
        written
            .find(words)
            .unwrap_or_else(|| panic!("{words:?} is not in {written}"))
    };
    let places = ["Gajim", "Dino", "Pidgin", "Carillon"]
        .map(|program| said(&format!("Said with {program}")));
    assert!(places.is_sorted(), "by time: {written}");

    contacts(&at, &window, &mut tour).await;

    window.choose_contact(bob).await;
    for words in ["Said with Pidgin", "Said with Dino", "Answered with Gajim"] {
        window.shows_message(words).await;
    }
    tour.see("own-data-in-chat").await;
    tour.album.finish();
}

/// Contacts go out into a file, and come back from it.
async fn contacts(at: &AtScreen, window: &Window, tour: &mut Tour<'_>) {
    let bob = &at.meeting.bob_account.jid;
    let folder = at.meeting.alice.folder().join("contacts");
    let file = taken_out(at, window, "export-roster", &folder).await;
    assert_eq!(file.file_name().unwrap(), "carillon-contacts.jsonl");
    let written = std::fs::read_to_string(&file).unwrap();
    assert!(written.contains(bob.as_str()), "{written}");

    window.choose_contact(bob).await;
    window.in_chat_menu("remove-contact").await;
    window.click("[data-test=confirm]").await;
    window.lacks("[data-test=contact-row]").await;
    window.go_to_sheet("own-data").await;
    window.click("[data-test=roster-choose]").await;
    let process = at.meeting.alice.window_process().unwrap();
    at.screen.choose_file(process, &file).await;
    window.find("[data-test=roster-begin]:enabled").await;
    let down =
        "document.querySelector('[data-test=roster-begin]').scrollIntoView({ block: 'end' })";
    window.script(down).await;
    tour.see("own-data-contacts").await;
    window.click("[data-test=roster-begin]").await;
    window
        .reads(
            "[data-test=roster-import] [data-test=work][data-state=finished]",
            "1 contact was",
        )
        .await;
    window.go("contacts").await;
    window.reads("[data-test=contact-row]", "Bob").await;
}
