//! Other programs' files, made as they make them, and as nobody should.

use super::jid;
use crate::{ForeignError, ForeignHistory, ForeignKind, ForeignMessage, ForeignSkip};
use carillon_core::chat::Author;
use carillon_core::ids::Timestamp;
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tempfile::TempDir;

/// Gajim's until 1.8 (version 6 of its archive).
const LOGS: &str = "
    CREATE TABLE jids(jid_id INTEGER PRIMARY KEY AUTOINCREMENT UNIQUE, jid TEXT UNIQUE, type INTEGER);
    CREATE TABLE logs(log_line_id INTEGER PRIMARY KEY AUTOINCREMENT UNIQUE, account_id INTEGER, jid_id INTEGER,
        contact_name TEXT, time INTEGER, kind INTEGER, show INTEGER, message TEXT, error TEXT, subject TEXT,
        additional_data TEXT, stanza_id TEXT, message_id TEXT, encryption TEXT, encryption_state TEXT, marker INTEGER);
    CREATE TABLE last_archive_message(jid_id INTEGER PRIMARY KEY UNIQUE, last_mam_id TEXT,
        oldest_mam_timestamp TEXT, last_muc_timestamp TEXT);
    CREATE INDEX idx_logs_jid_id_time ON logs (jid_id, time DESC);
    PRAGMA user_version=6;
    INSERT INTO jids VALUES (1, 'alice@example.org', 0), (2, 'bob@example.org', 0), (3, 'tea@rooms.example.org', 1),
        (4, 'tea@rooms.example.org/Dora', 0), (5, 'not an address@@', 0), (6, 'other@example.net', 0);";

/// Gajim's since then (version 7 and 8).
const ARCHIVE: &str = "
    CREATE TABLE account(pk INTEGER NOT NULL PRIMARY KEY, jid TEXT NOT NULL);
    CREATE TABLE remote(pk INTEGER NOT NULL PRIMARY KEY, jid TEXT NOT NULL);
    CREATE TABLE error(pk INTEGER NOT NULL PRIMARY KEY, fk_account_pk INTEGER NOT NULL, fk_remote_pk INTEGER NOT NULL,
        message_id TEXT NOT NULL, by TEXT, type TEXT NOT NULL, text TEXT, condition TEXT NOT NULL, condition_text TEXT);
    CREATE UNIQUE INDEX idx_error ON error (message_id, fk_remote_pk, fk_account_pk);
    CREATE TABLE message(pk INTEGER NOT NULL PRIMARY KEY, fk_account_pk INTEGER NOT NULL, fk_remote_pk INTEGER NOT NULL,
        resource TEXT, type INTEGER NOT NULL, direction INTEGER NOT NULL, timestamp FLOAT NOT NULL,
        state INTEGER NOT NULL, id TEXT, stanza_id TEXT, stable_id INTEGER NOT NULL, text TEXT, user_delay_ts FLOAT,
        fk_thread_pk INTEGER, fk_occupant_pk INTEGER, fk_encryption_pk INTEGER, fk_security_label_pk INTEGER,
        correction_id TEXT);
    CREATE INDEX idx_message ON message (fk_remote_pk, fk_account_pk, timestamp DESC);
    PRAGMA user_version=8;
    INSERT INTO account VALUES (1, 'alice@example.org');
    INSERT INTO remote VALUES (1, 'bob@example.org'), (2, 'tea@rooms.example.org');";

/// Dino's (version 15 and later).
const DINO: &str = "
    CREATE TABLE account(id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, bare_jid TEXT NOT NULL UNIQUE,
        resourcepart TEXT, password TEXT, alias TEXT, enabled INTEGER, roster_version TEXT, mam_earliest_synced INTEGER);
    CREATE TABLE jid(id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, bare_jid TEXT NOT NULL UNIQUE);
    CREATE TABLE message(id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, stanza_id TEXT, server_id TEXT,
        account_id INTEGER NOT NULL, counterpart_id INTEGER NOT NULL, counterpart_resource TEXT, our_resource TEXT,
        direction INTEGER NOT NULL, type INTEGER, time INTEGER, local_time INTEGER, body TEXT, encryption INTEGER,
        marked INTEGER);
    CREATE TABLE message_correction(id INTEGER PRIMARY KEY AUTOINCREMENT, message_id INTEGER UNIQUE, to_stanza_id TEXT);
    PRAGMA user_version=15;
    INSERT INTO account(id, bare_jid, password) VALUES (1, 'alice@example.org', 'secret'), (2, 'alice@example.net', '');
    INSERT INTO jid VALUES (1, 'bob@example.org'), (2, 'tea@rooms.example.org');";

/// 2024-01-01, in seconds.
const NEW_YEAR: i64 = 1_704_067_200;

struct Made {
    folder: TempDir,
}

impl Made {
    fn with(schema: &str, rows: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let connection = Connection::open(folder.path().join("history of a friend's.db")).unwrap();
        connection.execute_batch(schema).unwrap();
        connection.execute_batch(rows).unwrap();
        Self { folder }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("history of a friend's.db")
    }

    fn open(&self, kind: ForeignKind) -> ForeignHistory {
        ForeignHistory::open(kind, &self.path(), Arc::default()).unwrap()
    }

    fn read(&self, kind: ForeignKind, whose: &str) -> (Vec<ForeignMessage>, Vec<ForeignSkip>) {
        let (mut said, mut skipped, mut counted) = (Vec::new(), Vec::new(), 0);
        let mut take = |one| {
            match one {
                Ok(message) => said.push(message),
                Err(skip) => skipped.push(skip),
            }
            true
        };
        let history = self.open(kind);
        let mut count = |rows| counted = rows;
        history.read(whose, &mut count, &mut take).unwrap();
        assert_eq!(counted, said.len() + skipped.len());
        (said, skipped)
    }
}

fn short(said: &[ForeignMessage]) -> Vec<(&str, &str)> {
    let who = |one: &ForeignMessage| match one.author {
        Author::Me => "me",
        Author::Contact => "bob",
        Author::Occupant { .. } => "somebody",
    };
    said.iter()
        .map(|one| (who(one), one.body.as_str()))
        .collect()
}

#[test]
fn an_older_gajim_tells_who_said_what_and_what_makes_no_sense_is_counted() {
    let made = Made::with(
        LOGS,
        &format!(
            "INSERT INTO logs (account_id, jid_id, contact_name, time, kind, message, stanza_id, message_id) VALUES
                 (1, 2, NULL, {NEW_YEAR}, 4, 'Happy new year', 'arch-1', 'b1'),
                 (1, 2, NULL, {NEW_YEAR}, 6, 'To you too', NULL, 'a1'),
                 (1, 2, NULL, {NEW_YEAR} + 5, 0, 'away', NULL, NULL),
                 (1, 3, 'Dora', {NEW_YEAR} + 9, 2, 'Tea?', NULL, NULL),
                 (1, 3, NULL, {NEW_YEAR}, 2, 'a topic', NULL, NULL),
                 (1, 4, NULL, {NEW_YEAR}, 4, 'psst', NULL, NULL),
                 (1, 5, NULL, {NEW_YEAR}, 4, 'Hello', NULL, NULL),
                 (1, 77, NULL, {NEW_YEAR}, 4, 'Hello', NULL, NULL),
                 (1, 2, NULL, -5, 4, 'Hello', NULL, NULL),
                 (1, 2, NULL, 'soon', 4, 'Hello', NULL, NULL),
                 (1, 2, NULL, {NEW_YEAR}, 4, x'ff00', NULL, NULL),
                 (1, 2, NULL, {NEW_YEAR}, 4, '   ', NULL, NULL),
                 (6, 2, NULL, {NEW_YEAR}, 4, 'of another account', NULL, NULL);
             INSERT INTO logs (account_id, jid_id, time, kind, message, error) VALUES
                 (1, 2, {NEW_YEAR}, 6, 'refused', '{{}}');"
        ),
    );
    let accounts = made.open(ForeignKind::Gajim).accounts().unwrap();
    let names: Vec<&str> = accounts.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["alice@example.org", "other@example.net"]);
    let (said, mut skipped) = made.read(ForeignKind::Gajim, "alice@example.org");
    assert_eq!(
        short(&said),
        [
            ("me", "To you too"),
            ("bob", "Happy new year"),
            ("somebody", "Tea?")
        ]
    );
    assert_eq!(said[1].sender_id.as_deref(), Some("b1"));
    assert_eq!(said[1].stanza_id.as_deref(), Some("arch-1"));
    assert_eq!(said[1].at, Timestamp(NEW_YEAR * 1_000));
    assert!(said[2].room && !said[0].room);
    skipped.sort_unstable();
    use ForeignSkip::{Address, Author as Nobody, Private, Time, Words};
    assert_eq!(
        skipped,
        [Address, Address, Words, Words, Time, Time, Nobody, Private]
    );
}

#[test]
fn a_gajim_of_long_ago_has_neither_accounts_nor_ids() {
    let made = Made::with(
        "CREATE TABLE jids(jid_id INTEGER PRIMARY KEY AUTOINCREMENT UNIQUE, jid TEXT UNIQUE, type INTEGER);
         CREATE TABLE logs(log_line_id INTEGER PRIMARY KEY AUTOINCREMENT UNIQUE, jid_id INTEGER, contact_name TEXT,
             time INTEGER, kind INTEGER, show INTEGER, message TEXT, subject TEXT);
         INSERT INTO jids VALUES (1, 'bob@example.org/Home', 0);",
        &format!("INSERT INTO logs (jid_id, time, kind, message) VALUES (1, {NEW_YEAR}, 4, 'Hello')"),
    );
    let accounts = made.open(ForeignKind::Gajim).accounts().unwrap();
    assert_eq!((accounts[0].name.as_str(), accounts[0].messages), ("", 1));
    let (said, skipped) = made.read(ForeignKind::Gajim, "");
    assert_eq!(
        (said[0].chat.clone(), skipped.len()),
        (jid("bob@example.org"), 0)
    );
}

#[test]
fn a_newer_gajim_tells_corrections_and_leaves_out_what_was_refused() {
    let made = Made::with(
        ARCHIVE,
        &format!(
            "INSERT INTO message (fk_account_pk, fk_remote_pk, resource, type, direction, timestamp, state, id, stanza_id,
                                  stable_id, text, correction_id) VALUES
                 (1, 1, 'phone', 1, 1, {NEW_YEAR}.25, 2, 'b1', 's1', 1, 'Monday', NULL),
                 (1, 1, 'phone', 1, 1, {NEW_YEAR}.5, 2, 'b2', NULL, 1, 'Tuesday', 'b1'),
                 (1, 1, 'desk', 1, 1, {NEW_YEAR}.75, 2, 'b3', NULL, 1, 'Wednesday', 'b1'),
                 (1, 1, 'desk', 1, 2, {NEW_YEAR}.75, 2, 'b1', NULL, 1, 'mine', NULL),
                 (1, 1, 'desk', 1, 2, {NEW_YEAR}.8, 2, 'a9', NULL, 1, 'refused', NULL),
                 (1, 2, 'Dora', 2, 1, {NEW_YEAR}, 2, 'd1', NULL, 1, 'Tea?', NULL),
                 (1, 2, 'Emil', 2, 1, {NEW_YEAR}, 2, 'e1', NULL, 1, 'evil', 'd1'),
                 (1, 2, 'Alice', 2, 2, {NEW_YEAR}, 2, 'a2', NULL, 1, 'Yes', NULL),
                 (1, 2, 'Dora', 3, 1, {NEW_YEAR}, 2, 'd2', NULL, 1, 'psst', NULL);
             INSERT INTO error VALUES (1, 1, 1, 'a9', NULL, 'cancel', NULL, 'forbidden', NULL);"
        ),
    );
    let (said, skipped) = made.read(ForeignKind::Gajim, "alice@example.org");
    assert_eq!(
        short(&said),
        [
            ("me", "mine"),
            ("bob", "Monday"),
            ("me", "Yes"),
            ("somebody", "Tea?")
        ]
    );
    assert_eq!(said[1].corrected.as_deref(), Some("Wednesday"));
    assert_eq!((&said[0].corrected, &said[3].corrected), (&None, &None));
    assert_eq!(said[1].at, Timestamp(NEW_YEAR * 1_000 + 250));
    assert_eq!(skipped, [ForeignSkip::Private]);
}

#[test]
fn dino_tells_of_the_account_that_is_asked_for_and_its_corrections() {
    let made = Made::with(
        DINO,
        &format!(
            "INSERT INTO message (id, stanza_id, server_id, account_id, counterpart_id, counterpart_resource, direction,
                                  type, time, local_time, body, encryption, marked) VALUES
                 (1, 'b1', 's1', 1, 1, 'x', 0, 1, {NEW_YEAR}, 0, 'Monday', 1, 0),
                 (2, 'b2', NULL, 1, 1, 'x', 0, 1, {NEW_YEAR} + 1, 0, 'Tuesday', 0, 0),
                 (3, 'a1', NULL, 1, 1, 'x', 1, 1, {NEW_YEAR} + 2, 0, 'Fine', 0, 2),
                 (4, 'a2', NULL, 1, 1, 'x', 1, 1, {NEW_YEAR} + 3, 0, 'never sent', 0, 5),
                 (5, 'd1', 's5', 1, 2, 'Dora', 0, 2, {NEW_YEAR}, 0, 'Tea?', 0, 0),
                 (6, 'd2', NULL, 1, 2, 'Dora', 0, 3, {NEW_YEAR}, 0, 'psst', 0, 0),
                 (7, 'd3', NULL, 1, 1, 'x', 0, 0, {NEW_YEAR}, 0, 'an error', 0, 0),
                 (8, 'z1', NULL, 2, 1, 'x', 0, 1, {NEW_YEAR}, 0, 'to another account', 0, 0);
             INSERT INTO message_correction (message_id, to_stanza_id) VALUES (2, 'b1');"
        ),
    );
    let (said, skipped) = made.read(ForeignKind::Dino, "alice@example.org");
    assert_eq!(
        short(&said),
        [("me", "Fine"), ("bob", "Monday"), ("somebody", "Tea?")]
    );
    assert_eq!(said[1].corrected.as_deref(), Some("Tuesday"));
    assert_eq!(said[1].stanza_id.as_deref(), Some("s1"));
    assert_eq!(skipped, [ForeignSkip::Private]);
    assert_eq!(made.read(ForeignKind::Dino, "alice@example.net").0.len(), 1);
}

#[test]
fn of_the_same_words_at_the_same_time_each_has_its_number() {
    let ok = format!("(1, 1, 0, 1, {NEW_YEAR}, 'ok')");
    let rows = format!(
        "INSERT INTO message (account_id, counterpart_id, direction, type, time, body) VALUES {ok}, {ok},
             (1, 1, 1, 1, {NEW_YEAR}, 'ok'), (1, 1, 0, 1, {NEW_YEAR} + 1, 'ok')"
    );
    let (said, _) = Made::with(DINO, &rows).read(ForeignKind::Dino, "alice@example.org");
    let numbers: Vec<_> = said.iter().map(|one| one.nth).collect();
    assert_eq!(numbers, [1, 1, 1, 2]);
}

/// All that is in a folder, and what it says.
fn inside(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect();
    files.sort();
    files
}

#[test]
fn a_file_is_as_it_was_and_has_no_company_after_it_was_read() {
    let rows = format!(
        "PRAGMA journal_mode = WAL; INSERT INTO message (account_id, counterpart_id, direction, type, time, body)
             VALUES (1, 1, 0, 1, {NEW_YEAR}, 'ok')"
    );
    let made = Made::with(DINO, &rows);
    let before = inside(made.folder.path());
    assert_eq!(before.len(), 1);
    let history = made.open(ForeignKind::Dino);
    let mut said = 0;
    let mut take = |_| {
        said += 1;
        true
    };
    history
        .read("alice@example.org", &mut |_| {}, &mut take)
        .unwrap();
    assert_eq!(said, 1);
    assert_eq!(inside(made.folder.path()), before);
}

#[test]
fn what_a_running_program_has_written_last_is_read_as_well() {
    let made = Made::with(DINO, "PRAGMA journal_mode = WAL;");
    let theirs = Connection::open(made.path()).unwrap();
    let row = format!(
        "INSERT INTO message (account_id, counterpart_id, direction, type, time, body)
             VALUES (1, 1, 0, 1, {NEW_YEAR}, 'just now')"
    );
    theirs.execute_batch(&row).unwrap();
    let (said, _) = made.read(ForeignKind::Dino, "alice@example.org");
    assert_eq!(short(&said), [("bob", "just now")]);
}

#[test]
fn a_file_of_anything_else_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |path: &Path, kind| ForeignHistory::open(kind, path, Arc::default()).unwrap_err();
    let words = folder.path().join("words");
    std::fs::write(&words, "Dear diary, ".repeat(500)).unwrap();
    let nothing = folder.path().join("nothing");
    for kind in [ForeignKind::Gajim, ForeignKind::Dino] {
        assert!(matches!(refused(&words, kind), ForeignError::NotOne(_)));
        assert!(matches!(
            refused(folder.path(), kind),
            ForeignError::NotOne(_)
        ));
        assert!(matches!(
            refused(&nothing, kind),
            ForeignError::Unreadable(_)
        ));
    }
    let dino = Made::with(DINO, "");
    assert!(matches!(
        refused(&dino.path(), ForeignKind::Gajim),
        ForeignError::NotOne(_)
    ));
    let views = "CREATE TABLE x(id, counterpart_id, direction); CREATE VIEW message AS
        WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n)
        SELECT id, 1 AS counterpart_id, 0 AS direction FROM n";
    let views = Made::with(views, "");
    assert!(matches!(
        refused(&views.path(), ForeignKind::Dino),
        ForeignError::NotOne(_)
    ));
}

#[test]
fn damage_ends_in_an_error_or_rows_that_are_left_out_and_never_in_more() {
    let rows = format!(
        "INSERT INTO message (account_id, counterpart_id, direction, type, time, body)
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400)
         SELECT 1, 1, i % 2, 1, {NEW_YEAR} + i, 'words ' || i FROM n"
    );
    let made = Made::with(DINO, &rows);
    let whole = std::fs::read(made.path()).unwrap();
    for at in (100..whole.len()).step_by(1_009) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x5a;
        std::fs::write(made.path(), &damaged).unwrap();
        let opened = ForeignHistory::open(ForeignKind::Dino, &made.path(), Arc::default());
        let Ok(history) = opened else { continue };
        let mut rows = 0;
        let mut take = |_| {
            rows += 1;
            true
        };
        let _ = history.read("alice@example.org", &mut |_| {}, &mut take);
        assert!(rows <= 2_000, "{rows} rows with a bit changed at {at}");
    }
}

#[test]
fn whoever_stops_it_has_it_end() {
    let made = Made::with(DINO, "");
    let stop = Arc::new(AtomicBool::new(false));
    let history = ForeignHistory::open(ForeignKind::Dino, &made.path(), Arc::clone(&stop)).unwrap();
    stop.store(true, Ordering::Relaxed);
    let endless =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n";
    assert_eq!(history.asked(endless), Err(ForeignError::GivenUp));
}
