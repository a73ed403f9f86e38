//! Logs as Pidgin writes them, in some languages, and as nobody should.

use super::Logs;
use carillon_core::chat::Author;
use carillon_engine::store::{ForeignMessage, ForeignSkip};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use tempfile::TempDir;

const ALICE: &str = "alice@example.org";

fn log(home: &TempDir, chat: &str, file: &str, text: &str) {
    let folder = home.path().join("logs/jabber").join(ALICE).join(chat);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(file), text).unwrap();
}

fn text(lines: &str) -> String {
    format!(
        "Conversation with bob@example.org at Mon 15 Jan 2024 09:30:00 AM CET on {ALICE}/Home (jabber)\n{lines}"
    )
}

fn page(lines: &str) -> String {
    format!(
        "<html><head><meta http-equiv=\"content-type\" content=\"text/html; charset=UTF-8\"><title>Conversation</title>\
         </head><body><h3>Conversation</h3>\n{lines}</body></html>\n"
    )
}

fn read(path: &Path) -> (Vec<ForeignMessage>, Vec<ForeignSkip>) {
    let logs = Logs::find(path).unwrap();
    assert_eq!(logs.accounts(), [ALICE]);
    let (mut said, mut skipped, mut counted) = (Vec::new(), Vec::new(), 0);
    let mut take = |one| {
        match one {
            Ok(message) => said.push(message),
            Err(skip) => skipped.push(skip),
        }
        true
    };
    let around = (&TimeZone::UTC, &AtomicBool::new(false));
    logs.read(ALICE, around, &mut |rows| counted = rows, &mut take)
        .unwrap();
    assert_eq!(counted, said.len() + skipped.len());
    said.reverse();
    (said, skipped)
}

/// Who said what, the oldest first.
fn short(said: &[ForeignMessage]) -> Vec<(String, &str)> {
    let who = |author: &Author| match author {
        Author::Me => "me".to_owned(),
        Author::Contact => "contact".to_owned(),
        Author::Occupant { nick } => nick.clone(),
    };
    said.iter()
        .map(|one| (who(&one.author), one.body.as_str()))
        .collect()
}

fn said_at(said: &[ForeignMessage]) -> Vec<String> {
    let time = |one: &ForeignMessage| Timestamp::from_millisecond(one.at.0).unwrap().to_string();
    said.iter().map(time).collect()
}

#[test]
fn a_text_tells_who_said_what_in_its_own_time() {
    let home = tempfile::tempdir().unwrap();
    let lines = "(09:30:12) bob@example.org/Phone: Good morning\n(09:30:20) alice@example.org/Home: Hello\n\
                 two lines: yes\n(09:31:00) bob@example.org has signed off.\n(23:59:58) ***bob@example.org/Phone yawns\n\
                 (00:00:03) bob@example.org/Phone <AUTO-REPLY>: I sleep\n";
    log(
        &home,
        "bob@example.org",
        "2024-01-15.093000+0100CET.txt",
        &text(lines),
    );
    let (said, skipped) = read(home.path());
    assert_eq!(
        short(&said),
        [
            ("contact".to_owned(), "Good morning"),
            ("me".to_owned(), "Hello\ntwo lines: yes"),
            ("contact".to_owned(), "/me yawns"),
            ("contact".to_owned(), "I sleep"),
        ]
    );
    assert_eq!(
        said_at(&said),
        [
            "2024-01-15T08:30:12Z",
            "2024-01-15T08:30:20Z",
            "2024-01-15T22:59:58Z",
            "2024-01-15T23:00:03Z"
        ]
    );
    assert!(skipped.is_empty());
}

#[test]
fn names_that_the_user_gave_are_told_apart() {
    let home = tempfile::tempdir().unwrap();
    let bob = "(09:00:00) Bobby: Hi\n(09:00:05) Liz: Hi Bobby\n(09:00:06) ***Liz waves at Bobby\n";
    let carol = "(10:00:00) Liz: Carol?\n(10:00:05) Caro: Yes\n";
    log(
        &home,
        "bob@example.org",
        "2024-01-15.090000+0000UTC.txt",
        &text(bob),
    );
    log(
        &home,
        "carol@example.org",
        "2024-01-15.100000+0000UTC.txt",
        &text(carol),
    );
    // One conversation alone does not say which of two names is mine.
    let (said, skipped) = read(&home.path().join("logs"));
    assert_eq!(
        short(&said),
        [
            ("me".to_owned(), "Carol?"),
            ("contact".to_owned(), "Yes"),
            ("contact".to_owned(), "Hi"),
            ("me".to_owned(), "Hi Bobby"),
            ("me".to_owned(), "/me waves at Bobby"),
        ]
    );
    assert!(skipped.is_empty());
    let alone = tempfile::tempdir().unwrap();
    log(
        &alone,
        "bob@example.org",
        "2024-01-15.090000+0000UTC.txt",
        &text(bob),
    );
    let (said, skipped) = read(alone.path());
    assert_eq!((said.len(), skipped), (0, vec![ForeignSkip::Author; 3]));
}

#[test]
fn a_page_tells_by_its_colours_and_is_no_markup_here() {
    let home = tempfile::tempdir().unwrap();
    let lines = "<font color=\"#A82F2F\"><font size=\"2\">(09:30:12 AM)</font> <b>Bob &lt;3:</b></font> a &lt;b&gt; &amp; \
         <a href=\"https://example.org/\">link</a><br/>second<br/>\n\
         <font color=\"#16569E\"><font size=\"2\">(09:30:20 PM)</font> <b>Liz:</b></font> <span style='color: red'>Hi&#33;</span><br/>\n\
         <font size=\"2\">(09:30:30 PM)</font><b> Bob has left.</b><br/>\n\
         <font color=\"#062585\"><font size=\"2\">(09:31:00 PM)</font> <b>***Liz</b></font> waves<br/>\n\
         <font color=\"#FF0000\"><font size=\"2\">(09:31:10 PM)</font><b> Not delivered: Hi</b></font><br/>\n";
    log(
        &home,
        "bob@example.org",
        "2024-01-15.093000+0000UTC.html",
        &page(lines),
    );
    let (said, _) = read(home.path());
    assert_eq!(
        short(&said),
        [
            ("contact".to_owned(), "a <b> & link\nsecond"),
            ("me".to_owned(), "Hi!"),
            ("me".to_owned(), "/me waves")
        ]
    );
    assert_eq!(said_at(&said)[1], "2024-01-15T21:30:20Z");
}

#[test]
fn dates_are_read_in_the_order_of_any_language() {
    for (line, file) in [
        ("(02/03/2024 09:00:00 AM)", "2024-02-03.090000+0000UTC.txt"),
        ("(03.02.2024 09:00:00)", "2024-02-03.090000+0000UTC.txt"),
        ("(03/02/24 09:00:00)", "2024-02-03.090000+0000UTC.txt"),
        ("(2024-02-03 09:00:00)", "2024-02-03.090000.txt"),
    ] {
        let home = tempfile::tempdir().unwrap();
        let lines = format!("{line} bob@example.org: late\n(09:00:01) alice: ok\n");
        log(&home, "bob@example.org", file, &text(&lines));
        let (said, _) = read(home.path());
        let times = ["2024-02-03T09:00:00Z", "2024-02-03T09:00:01Z"];
        assert_eq!(said_at(&said), times, "{line}");
    }
}

#[test]
fn a_room_has_nicks_and_folders_of_nobody_are_counted() {
    let home = tempfile::tempdir().unwrap();
    let lines =
        "(09:00:00) Dora: Tea?\n(09:00:00) Dora: Tea?\n(09:00:09) Emil has left the room.\n";
    log(
        &home,
        "tea@rooms.example.org.chat",
        "2024-01-15.090000+0000UTC.txt",
        &text(lines),
    );
    log(
        &home,
        ".system",
        "2024-01-15.090000+0000UTC.txt",
        &text(lines),
    );
    log(
        &home,
        "nobody",
        "2024-01-15.090000+0000UTC.txt",
        &text(lines),
    );
    log(&home, "dora%40example.net", "notes.txt", &text(lines));
    let (said, skipped) = read(&home.path().join("logs/jabber").join(ALICE));
    assert_eq!(said.len(), 2);
    assert!(said.iter().all(|one| one.room));
    assert_eq!((said[1].nth, said[0].nth), (1, 2));
    assert_eq!(skipped, [ForeignSkip::Address]);
}

#[test]
fn files_that_make_no_sense_bring_nothing() {
    let home = tempfile::tempdir().unwrap();
    let name = "2024-01-15.093000+0100CET";
    for (number, bytes) in [
        &b""[..],
        b"\n\n(",
        b"x\n() :\n(\n(99:99:99) bob@example.org: no\n(09:00) bob: no\n",
        b"x\n<font color=\"<font size=\"2\">(09:00:00)</font> <b></b></font><br/>",
        b"\xff\xfe\n(09:00:00) \xff: \xff\n",
        b"x\n(30000/30000/30000 09:00:00) bob@example.org: no\n",
    ]
    .iter()
    .enumerate()
    {
        for ending in ["txt", "html"] {
            let folder = home
                .path()
                .join("logs/jabber")
                .join(ALICE)
                .join("bob@example.org");
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join(format!("{name}{number}.{ending}")), bytes).unwrap();
        }
    }
    let (said, _) = read(home.path());
    assert!(said.is_empty(), "{said:?}");
}
