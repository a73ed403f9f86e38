//! The command line, for people who script: what it does, and what it says when it cannot.

#![allow(clippy::unwrap_used)] // in the functions that the tests share

use std::path::{Path, PathBuf};
use std::process::Output;

use carillon_tests_app::{Person, Popup, Visitor};
use carillon_tests_servers::{BareStream, Process, binary, until_some};
use serde_json::{Value, json};

/// What a refused command said: one clear line, and a number that is not zero.
fn refused(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "it says that it did it: {said}");
    assert_eq!(said.lines().count(), 1, "one line: {said}");
    assert!(said.starts_with("carillon: "), "{said}");
    let traces = ["panicked", "Os {", "Error(", "os error 2)"];
    assert!(
        !traces.iter().any(|trace| said.contains(trace)),
        "words for people: {said}"
    );
    said
}

fn done(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

async fn add(person: &Person, words: &[&str], input: &str) -> Output {
    person
        .run(&[&["account", "add"][..], words].concat(), input)
        .await
}

const FILE: [&str; 3] = ["--password-stdin", "--store", "file"];

#[tokio::test]
async fn version_and_help_are_said_without_a_profile() {
    let alice = Person::new("Alice").await;
    let version = done(&alice.run(&["--version"], "").await);
    assert_eq!(version, format!("carillon {}\n", env!("CARGO_PKG_VERSION")));
    let help = done(&alice.run(&["--help"], "").await);
    for word in [
        "--profile",
        "--background",
        "account",
        "status",
        "quit",
        "serve",
        "xmpp:",
    ] {
        assert!(help.contains(word), "{word}: {help}");
    }
    assert!(!alice.profile().exists());
}

#[tokio::test]
async fn what_is_typed_wrongly_is_said_in_one_line() {
    let alice = Person::new("Alice").await;
    let jid = "alice@example.org";
    let long = format!("xmpp:{}", "a".repeat(2_000));
    let wrong: &[(&[&str], &str)] = &[
        (&["--nonsense"], "--nonsense"),
        (&["nonsense"], "nonsense"),
        (&["http://example.org"], "xmpp:"),
        (&[&long], "too long"),
        (&["account", "add"], "JID"),
        (
            &["account", "add", "@example.org", "--password-stdin"],
            "@example.org",
        ),
        (
            &["account", "add", "a b@example.org", "--password-stdin"],
            "a b@example.org",
        ),
        (
            &["account", "add", "example.org", "--password-stdin"],
            "name before the @",
        ),
        (&["account", "add", jid, "--store", "cloud"], "cloud"),
        (&["account", "add", jid], "--password-stdin"),
        (&["account", "add", jid, "--password-stdin"], "password"),
        (
            &[
                "account",
                "add",
                jid,
                "--password-stdin",
                "--connect",
                "nonsense",
            ],
            "nonsense",
        ),
        (
            &[
                "account",
                "add",
                jid,
                "--password-stdin",
                "--connect",
                "https://example.org/",
            ],
            "wss://",
        ),
        (
            &[
                "account",
                "add",
                jid,
                "--password-stdin",
                "--connect",
                "ws://example.org/",
            ],
            "encrypt",
        ),
        (&["status"], "does not run"),
        (&["status", "--json"], "does not run"),
        (&["--background", "status"], "--background"),
        (&["serve"], "--data"),
        (&["serve", "--data", "/d", "--port", "70000"], "70000"),
    ];
    for (words, part) in wrong {
        let said = refused(&alice.run(words, "").await);
        assert!(said.contains(part), "{words:?}: {said}");
    }
    assert!(
        !alice.profile().join("settings.toml").exists(),
        "nothing was changed"
    );
    println!(
        "{} wrong command lines: each one line, none carried out",
        wrong.len()
    );
}

#[tokio::test]
async fn a_profile_that_cannot_be_used_is_named() {
    let alice = Person::new("Alice").await;
    // Not even root makes a folder in the place of a file.
    std::fs::write(alice.profile(), "a file").unwrap();
    let path = alice.profile().display().to_string();
    for words in [
        &["--background"][..],
        &["status"],
        &["account", "add", "alice@example.org", "--password-stdin"],
    ] {
        let said = refused(&alice.run(words, "secret\n").await);
        assert!(said.contains(&path), "{words:?}: {said}");
    }
}

#[tokio::test]
async fn quit_without_a_resident_has_nothing_to_do() {
    let alice = Person::new("Alice").await;
    done(&alice.run(&["quit"], "").await);
}

#[tokio::test]
async fn an_account_is_added_once_with_and_without_a_resident() {
    let mut alice = Person::new("Alice").await;
    let [one, two, three] = FILE;
    let local = [
        "alice@example.org",
        one,
        two,
        three,
        "--connect",
        "ws://127.0.0.1:9/",
    ];
    assert_eq!(
        done(&add(&alice, &local, "secret\n").await),
        "alice@example.org was added\n"
    );
    let again = refused(&add(&alice, &local, "secret\n").await);
    assert!(again.contains("already"), "{again}");

    alice.start().await;
    let again = refused(&add(&alice, &local, "secret\n").await);
    assert!(again.contains("already"), "{again}");
    let second = [
        "bob@example.org",
        one,
        two,
        three,
        "--connect",
        "ws://127.0.0.1:9/",
    ];
    done(&add(&alice, &second, "secret\n").await);
    let wrong = [
        "carol@example.org",
        one,
        two,
        three,
        "--connect",
        "https://example.org/",
    ];
    refused(&add(&alice, &wrong, "secret\n").await);
    let status = alice.status().await;
    let names: Vec<_> = status["accounts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["jid"].clone())
        .collect();
    assert_eq!(names, ["alice@example.org", "bob@example.org"]);
    let plain = done(&alice.run(&["status"], "").await);
    assert!(
        plain.contains("alice@example.org: ") && plain.contains("unread"),
        "{plain}"
    );
    alice.quit().await;
    refused(&alice.run(&["status"], "").await);
}

#[tokio::test]
async fn without_a_keyring_an_account_is_refused_and_nothing_is_kept() {
    let alice = Person::new("Alice").await;
    let said = refused(
        &add(
            &alice,
            &["alice@example.org", "--password-stdin"],
            "secret\n",
        )
        .await,
    );
    assert!(said.contains("no keyring"), "{said}");
    assert!(said.contains("--store file"), "it says what to do: {said}");
    assert!(!alice.profile().join("settings.toml").exists());
    assert!(!alice.profile().join("secrets.toml").exists());
}

fn kept_aside(folder: &Path, part: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .filter(|path| path.to_string_lossy().contains(part))
        .collect()
}

async fn notices(person: &Person) -> Value {
    let socket = Visitor::socket(&person.desktop, &person.profile());
    let mut tool = Visitor::tool(&socket).await.unwrap();
    tool.must("read_overview", json!({})).await["notices"].take()
}

#[tokio::test]
async fn a_settings_file_that_cannot_be_read_is_set_aside_and_told() {
    let mut alice = Person::new("Alice").await;
    std::fs::create_dir_all(alice.profile()).unwrap();
    let broken = "[general\ntheme = = \"dark\"\n";
    std::fs::write(alice.profile().join("settings.toml"), broken).unwrap();
    alice.start().await;
    let notices = notices(&alice).await;
    assert_eq!(notices[0]["kind"], "settings_set_aside", "{notices}");
    let aside = PathBuf::from(notices[0]["path"].as_str().unwrap());
    assert_eq!(
        std::fs::read_to_string(aside).unwrap(),
        broken,
        "nothing of it is lost"
    );
    assert!(
        notices[0]["detail"].as_str().unwrap().contains("line 1"),
        "{notices}"
    );
}

#[tokio::test]
async fn adding_an_account_beside_broken_settings_says_where_they_are_kept() {
    let alice = Person::new("Alice").await;
    std::fs::create_dir_all(alice.profile()).unwrap();
    std::fs::write(alice.profile().join("settings.toml"), "= nonsense").unwrap();
    let [one, two, three] = FILE;
    let output = add(&alice, &["alice@example.org", one, two, three], "secret\n").await;
    done(&output);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(said.lines().count(), 1, "{said}");
    let aside = kept_aside(&alice.profile(), "broken");
    assert!(said.contains(&aside[0].display().to_string()), "{said}");
    assert_eq!(std::fs::read_to_string(&aside[0]).unwrap(), "= nonsense");
}

#[tokio::test]
async fn a_damaged_database_is_set_aside_and_told() {
    let mut alice = Person::new("Alice").await;
    alice.start().await;
    alice.quit().await;
    let database = alice.profile().join("carillon.db");
    let damaged = b"This was a database once, and is none any more.".repeat(200);
    std::fs::write(&database, &damaged).unwrap();
    alice.start().await;
    let notices = notices(&alice).await;
    assert_eq!(notices[0]["kind"], "database_set_aside", "{notices}");
    let aside = notices[0]["path"].as_str().unwrap();
    assert_eq!(
        std::fs::read(aside).unwrap(),
        damaged,
        "nothing of it is lost"
    );
}

#[tokio::test]
async fn a_damaged_database_rings_without_a_window_until_its_notice_is_put_away() {
    let mut alice = Person::new("Alice").await;
    let [one, two, three] = FILE;
    done(&add(&alice, &["alice@example.org", one, two, three], "secret\n").await);
    alice.start().await;
    alice.quit().await;
    let database = alice.profile().join("carillon.db");
    std::fs::write(&database, b"No database any more.".repeat(200)).unwrap();
    alice.start().await;
    let popups = &alice.desktop.notifications;
    let of_it = |popup: &Popup| popup.summary == "Your stored messages could not be read";
    let popup = popups.next_popup("of the database", of_it).await;
    assert_eq!(popup.timeout, 0, "it stays: {popup:?}");
    let aside = notices(&alice).await[0]["path"].take();
    assert!(popup.body.contains(aside.as_str().unwrap()), "{popup:?}");

    let mut tool = alice.tool().await;
    tool.must("dismiss_notices", json!({})).await;
    popups.withdrawn(popup.id).await;
    assert!(!popups.popups().iter().any(of_it), "it rang once");
}

#[tokio::test]
async fn a_newer_database_is_left_as_it_is() {
    let mut alice = Person::new("Alice").await;
    alice.start().await;
    alice.quit().await;
    let database = alice.profile().join("carillon.db");
    // The header's user version (SQLite file format, section 1.3): at 60, four bytes, most significant first.
    let mut bytes = std::fs::read(&database).unwrap();
    bytes[60..64].copy_from_slice(&9_999_u32.to_be_bytes());
    std::fs::write(&database, &bytes).unwrap();
    let said = refused(&alice.run(&["--background"], "").await);
    assert!(said.contains("newer"), "{said}");
    assert_eq!(
        std::fs::read(&database).unwrap()[60..64],
        9_999_u32.to_be_bytes()
    );
}

#[tokio::test]
async fn an_address_goes_to_the_instance_that_runs() {
    let mut alice = Person::new("Alice").await;
    alice.start().await;
    let socket = Visitor::socket(&alice.desktop, &alice.profile());
    let mut window = Visitor::window(&socket).await.unwrap();
    for uri in [
        "xmpp:bob@example.org?message",
        "XMPP:room@rooms.example.org?join",
    ] {
        done(&alice.run(&[uri], "").await);
        let shown = loop {
            let event = window.event().await.unwrap();
            if event["kind"] == "show" {
                break event;
            }
        };
        assert_eq!(shown["place"], json!({"kind": "uri", "uri": uri}));
    }
    let hostile = refused(&alice.run(&["file:///etc/passwd"], "").await);
    assert!(hostile.contains("no xmpp: address"), "{hostile}");
}

/// `carillon serve` with `words`, in `folder`. Another number of words has another log.
fn serve(folder: &Path, words: &[&str]) -> Process {
    let mut command = Process::command(binary("carillon"));
    command
        .env("XDG_RUNTIME_DIR", folder)
        .arg("serve")
        .arg("--data")
        .arg(folder.join("data"))
        .args(words);
    let log = format!("serve-{}", words.len());
    Process::spawn(&log, folder, command)
}

async fn url_of(server: &Process) -> String {
    until_some("the server names its address", async || {
        let output = server.output();
        output
            .lines()
            .find(|line| line.starts_with("ws://127.0.0.1:"))
            .map(str::to_owned)
    })
    .await
}

async fn ended(server: Process) -> String {
    let status = until_some("it refuses", async || server.ended()).await;
    let said = server.output();
    assert!(
        !status.success() && said.lines().count() == 1 && said.starts_with("carillon: "),
        "{said}"
    );
    said
}

fn private_folder() -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::Builder::new().prefix("cs-").tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
    folder
}

#[tokio::test]
async fn the_server_alone_has_its_accounts_and_ends_when_asked() {
    let folder = private_folder();
    let accounts = folder.path().join("accounts");
    std::fs::write(&accounts, "alice looking glass\n\nbob  can he fix it \n").unwrap();
    let server = serve(folder.path(), &["--accounts", accounts.to_str().unwrap()]);
    let url = url_of(&server).await;
    for (name, password) in [("alice", "looking glass"), ("bob", "can he fix it")] {
        let mut stream = BareStream::open(&url, "localhost").await.unwrap();
        assert!(
            stream.register(name, password).await.is_err(),
            "{name} is there already"
        );
    }
    let second = ended(serve(folder.path(), &[])).await;
    assert!(
        second.contains("in use") || second.contains("another"),
        "{second}"
    );
    let port = url
        .split(['/', ':'])
        .find(|part| part.parse::<u16>().is_ok_and(|port| port > 1024))
        .unwrap();
    let other = private_folder();
    let taken = ended(serve(other.path(), &["--port", port])).await;
    assert!(taken.contains(port), "{taken}");

    // One who says nothing keeps nobody waiting.
    let alice = Person::new("Alice").await;
    let mut command = tokio::process::Command::new(binary("carillon"));
    command
        .env("XDG_RUNTIME_DIR", folder.path())
        .arg("--profile")
        .arg(folder.path().join("data"))
        .arg("quit");
    let sockets: Vec<_> = std::fs::read_dir(folder.path().join("carillon"))
        .unwrap()
        .collect();
    let path = sockets[0].as_ref().unwrap().path();
    let _silent = Visitor::tool(&path).await.unwrap();
    done(&command.output().await.unwrap());
    let status = until_some("the server has ended", async || server.ended()).await;
    assert!(status.success(), "{}", server.output());
    drop(alice);
}

#[tokio::test]
async fn accounts_that_cannot_be_read_are_said_without_their_passwords() {
    let folder = private_folder();
    let missing = ended(serve(folder.path(), &["--accounts", "/nowhere/accounts"])).await;
    assert!(missing.contains("/nowhere/accounts"), "{missing}");
    let file = folder.path().join("accounts");
    for (text, part) in [
        ("alice secret\nlookingglass\n", "line 2"),
        ("al@ice secretword\n", ""),
    ] {
        std::fs::remove_file(folder.path().join("serve-2.log")).unwrap();
        std::fs::write(&file, text).unwrap();
        let said = ended(serve(
            folder.path(),
            &["--accounts", file.to_str().unwrap()],
        ))
        .await;
        assert!(said.contains(part), "{said}");
        assert!(
            !said.contains("secret") && !said.contains("lookingglass"),
            "{said}"
        );
    }
}
