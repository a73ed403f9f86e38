//! Passwords and keys: in the keyring or in the one file that was chosen, and nowhere else.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // in the functions that the tests share

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use carillon_tests_app::{Person, Screen, Visitor, files, kill9};
use carillon_tests_servers::{
    Account, BareStream, Kind, Peer, Process, TestServer, until, until_some,
};
use serde_json::{Value, json};

const PASSWORD: &str = "Vorpal-blade-went-snicker-snack-7";
const WORDS: &str = "Twas brillig between you and me";
/// Typed into a form that is never sent.
const HALF_TYPED: &str = "Jubjub-bird-and-shun-5";

/// Everything that would let somebody in: the password, and what SCRAM derives from it, as each could be written.
fn secrets() -> Vec<Vec<u8>> {
    forms_of(PASSWORD)
}

fn forms_of(password: &str) -> Vec<Vec<u8>> {
    let hex = |text: &[u8]| {
        text.iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
            .into_bytes()
    };
    let password = password.as_bytes();
    let plain = [&b"\0alice\0"[..], password].concat();
    let debug = format!("{password:?}");
    vec![
        password.to_vec(),
        base64(password),
        base64(&plain),
        hex(password),
        debug.trim_matches(['[', ']']).as_bytes().to_vec(),
    ]
}

fn base64(text: &[u8]) -> Vec<u8> {
    run("base64", &["-w0"], text)
}

fn run(program: &str, arguments: &[&str], input: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    output.stdout
}

/// What SCRAM-SHA-256 makes of the password (RFC 5802 section 3), made by Python, in three ways of writing.
fn scram_keys(salt_and_count: &[(Vec<u8>, u32)]) -> Vec<Vec<u8>> {
    const PYTHON: &str = "
import sys, hashlib, hmac, base64
password = sys.argv[1].encode()
for pair in sys.argv[2:]:
    salt, count = pair.split(':')
    salted = hashlib.pbkdf2_hmac('sha256', password, bytes.fromhex(salt), int(count))
    client = hmac.digest(salted, b'Client Key', 'sha256')
    for key in (salted, client, hashlib.sha256(client).digest(), hmac.digest(salted, b'Server Key', 'sha256')):
        print(key.hex())
        print(base64.b64encode(key).decode())
        print(', '.join(str(byte) for byte in key))
";
    let pairs = salt_and_count.iter().map(|(salt, count)| {
        let salt: String = salt.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{salt}:{count}")
    });
    let mut arguments = vec!["-c".to_owned(), PYTHON.to_owned(), PASSWORD.to_owned()];
    arguments.extend(pairs);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let made = String::from_utf8(run("/usr/bin/python3", &arguments, b"")).unwrap();
    made.lines().map(|line| line.as_bytes().to_vec()).collect()
}

fn holds(bytes: &[u8], secret: &[u8]) -> bool {
    bytes.windows(secret.len()).any(|found| found == secret)
}

/// The files below `folder` that hold any of `secrets`.
fn holders(folder: &Path, secrets: &[Vec<u8>]) -> (usize, Vec<PathBuf>) {
    let all = files(folder);
    let holding = all.iter().filter(|file| {
        let bytes = std::fs::read(file).unwrap_or_default();
        secrets.iter().any(|secret| holds(&bytes, secret))
    });
    (all.len(), holding.cloned().collect())
}

/// A log that tells everything that it can.
const TRACE: Option<&str> = Some("trace");

/// A person whose resident is signed in as Alice, and whose every file is searched.
struct Watched {
    person: Person,
    resident: Process,
    server: TestServer,
    socket: PathBuf,
}

impl Watched {
    async fn signed_in(person: Person, store: &str) -> Self {
        let server = TestServer::start(Kind::Embedded).await;
        let alice = server.add_account("alice", PASSWORD).await;
        Self::at(server, &alice, person, store, TRACE).await
    }

    /// With `log` for `CARILLON_LOG`; `None` is the log that everybody has.
    async fn at(
        server: TestServer,
        account: &Account,
        person: Person,
        store: &str,
        log: Option<&str>,
    ) -> Self {
        let url = server.url();
        let words = [
            "account",
            "add",
            &account.jid,
            "--password-stdin",
            "--connect",
            &url,
            "--store",
            store,
        ];
        let mut command = person.carillon(&words);
        logging(&mut command, log);
        let added = feed(command, PASSWORD).await;
        assert!(
            added.status.success(),
            "{}",
            String::from_utf8_lossy(&added.stderr)
        );
        // What it said is searched with the rest.
        std::fs::write(
            person.desktop.folder().join("account-add.log"),
            added.stderr,
        )
        .unwrap();
        let resident = start(&person, log);
        let socket = Visitor::socket(&person.desktop, &person.profile());
        person.until_online().await;
        Self {
            person,
            resident,
            server,
            socket,
        }
    }

    /// Does everything with the account that touches its password.
    async fn live(&self) {
        let mut window = Visitor::window(&self.socket).await.unwrap();
        let overview = window.must("read_overview", json!({})).await;
        assert!(
            !overview.to_string().contains(PASSWORD),
            "no answer tells it"
        );
        let account = &overview["accounts"][0];
        let chat = json!({"account": account["id"], "jid": "bob@localhost"});
        let id = "6f2f1c1e-0000-4000-8000-000000000001";
        window
            .must(
                "send_message",
                json!({"chat": chat, "id": id, "body": WORDS}),
            )
            .await;
        let url = self.server.url();
        let ask = json!({"jid": "second@localhost", "password": PASSWORD, "connect": url, "secret": account["secret"]});
        window.must("create_account", ask).await;
        let wrong = json!({"jid": "alice2@localhost", "password": PASSWORD, "connect": url, "secret": account["secret"]});
        window.ask("sign_in", wrong).await.unwrap_err();
        let change = json!({"account": account["id"], "password": PASSWORD, "connect": url, "secret": account["secret"], "enabled": true});
        window.must("change_account", change).await;
    }

    /// Crashes it with a core of its words: what the process says at an abort.
    async fn crash(&mut self) {
        let sent = Command::new("kill")
            .args(["-ABRT", &self.resident.id().to_string()])
            .status();
        assert!(sent.unwrap().success());
        until_some("it has crashed", async || self.resident.ended()).await;
    }
}

async fn feed(command: Command, line: &str) -> std::process::Output {
    use tokio::io::AsyncWriteExt;
    let mut command = tokio::process::Command::from(command);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(format!("{line}\n").as_bytes())
        .await
        .unwrap();
    child.wait_with_output().await.unwrap()
}

fn logging(command: &mut Command, log: Option<&str>) {
    match log {
        Some(log) => command.env("CARILLON_LOG", log),
        None => command.env_remove("CARILLON_LOG"),
    };
}

fn start(person: &Person, log: Option<&str>) -> Process {
    let mut command = person.carillon(&["--background"]);
    logging(&mut command, log);
    command.env("RUST_BACKTRACE", "full");
    Process::spawn("resident", person.desktop.folder(), command)
}

/// Salt and iterations of an account, as its server tells anybody who begins to sign in.
async fn salt_of(server: &TestServer, name: &str) -> (Vec<u8>, u32) {
    let mut stream = BareStream::open(&server.url(), server.domain())
        .await
        .unwrap();
    let first = base64(format!("n,,n={name},r=fyko+d2lbbFgONRv9qkxdawL").as_bytes());
    let first = String::from_utf8(first).unwrap();
    let auth = format!(
        "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-256'>{first}</auth>"
    );
    stream.send(&auth).await.unwrap();
    let challenge = stream.receive().await.unwrap();
    let text = challenge.split(['<', '>']).nth(2).unwrap();
    let text = String::from_utf8(run("base64", &["-d"], text.as_bytes())).unwrap();
    let part = |key: &str| {
        text.split(',')
            .find_map(|part| part.strip_prefix(key))
            .unwrap()
            .to_owned()
    };
    (
        run("base64", &["-d"], part("s=").as_bytes()),
        part("i=").parse().unwrap(),
    )
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Searches all that the person's desktop holds: profile, home, logs of the resident and of the command line.
async fn search(watched: &Watched) -> Vec<PathBuf> {
    let log = watched.resident.output();
    assert!(
        log.contains("TRACE"),
        "the log tells everything that it can"
    );
    let salts = vec![salt_of(&watched.server, "alice").await];
    search_for(watched, &[secrets(), scram_keys(&salts)].concat())
}

fn search_for(watched: &Watched, secrets: &[Vec<u8>]) -> Vec<PathBuf> {
    let log = watched.resident.output();
    assert!(!log.contains(WORDS), "a message is in the log");
    let (searched, holding) = holders(watched.person.desktop.folder(), secrets);
    println!(
        "{} forms of the secret looked for in {searched} files, {} bytes of log: in {:?}",
        secrets.len(),
        log.len(),
        holding
    );
    for process in watched.person.desktop.processes() {
        for part in ["cmdline", "environ"] {
            let bytes = std::fs::read(format!("/proc/{process}/{part}")).unwrap_or_default();
            assert!(!holds(&bytes, PASSWORD.as_bytes()), "{part} of {process}");
        }
    }
    holding
}

#[tokio::test]
async fn by_choice_the_password_is_in_one_file_and_nowhere_else() {
    let mut watched = Watched::signed_in(Person::new("Alice").await, "file").await;
    watched.live().await;
    let file = watched.person.profile().join("secrets.toml");
    assert_eq!(search(&watched).await, std::slice::from_ref(&file));
    watched.crash().await;
    assert_eq!(
        search(&watched).await,
        std::slice::from_ref(&file),
        "nor after a crash"
    );
    assert_eq!(mode(&file), 0o600);
    assert_eq!(mode(&watched.person.profile()), 0o700);
}

#[tokio::test]
async fn with_a_keyring_the_password_is_in_no_file() {
    let person = Person::new("Alice").await;
    // Its own files, which it encrypts, lie apart.
    let rings = tempfile::tempdir().unwrap();
    let _keyring = person
        .desktop
        .bus
        .start_keyring(rings.path(), &person.desktop.runtime())
        .await;
    let mut watched = Watched::signed_in(person, "keyring").await;
    watched.live().await;
    assert_eq!(search(&watched).await, [] as [PathBuf; 0]);
    watched.crash().await;
    assert_eq!(
        search(&watched).await,
        [] as [PathBuf; 0],
        "nor after a crash"
    );
    assert!(!watched.person.profile().join("secrets.toml").exists());
    let (_, encrypted) = holders(rings.path(), &secrets());
    assert!(
        encrypted.is_empty(),
        "the keyring encrypts what it writes: {encrypted:?}"
    );
    // It is there all the same: the account signs in again with it.
    watched.resident = start(&watched.person, TRACE);
    watched.person.until_online().await;
}

#[tokio::test]
async fn with_the_usual_log_neither_password_nor_what_came_is_told() {
    let server = TestServer::start(Kind::Prosody).await;
    let alice = server.add_account("alice", PASSWORD).await;
    let bob = server.add_account("bob", "can he fix it").await;
    server.befriend((&alice, "Alice"), (&bob, "Bob")).await;
    let person = Person::new("Alice").await;
    let watched = Watched::at(server, &alice, person, "file", None).await;
    let mut bob = Peer::log_in(&watched.server, &bob).await;
    bob.message(&alice.jid, WORDS).await;
    let popups = &watched.person.desktop.notifications;
    let came = popups.next_popup("of it", |popup| popup.body.contains(WORDS));
    came.await;
    let file = watched.person.profile().join("secrets.toml");
    assert_eq!(
        search_for(&watched, &secrets()),
        std::slice::from_ref(&file)
    );
    assert_eq!(mode(&file), 0o600);
}

#[tokio::test]
async fn what_was_typed_into_the_page_is_in_no_file_after_its_window_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let screen = Screen::start(folder.path()).await;
    let person = Person::on(&screen, "Alice").await;
    let server = TestServer::start(Kind::Embedded).await;
    server.add_account("alice", PASSWORD).await;
    let watched = Watched {
        resident: start(&person, TRACE),
        socket: Visitor::socket(&person.desktop, &person.profile()),
        server,
        person,
    };
    let person = &watched.person;
    let running = |status: &Value| status["pid"].is_u64();
    person.until_status("the resident answers", running).await;
    let window = person.open_window().await;
    window.click("[data-test=choose-sign-in]").await;
    window.write("[name=jid]", "alice@localhost").await;
    window.write("[name=password]", PASSWORD).await;
    window.click("summary").await;
    let url = watched.server.url();
    window.write("[name=connect]", &url).await;
    window.click("[name=secret][value=file]").await;
    window.click("[data-test=submit]").await;
    window.find("[data-test=own-status]").await;
    window.go_to_sheet("accounts").await;
    window.click("[data-test=add-account]").await;
    window.write("[name=jid]", "bob@localhost").await;
    window.write("[name=password]", HALF_TYPED).await;
    let typed = "return document.querySelector('[name=password]').value.length > 20";
    window.shows("what was typed", typed).await;

    kill9(person.window_process().unwrap());

    let webs = || {
        let names = person.desktop.processes().into_iter();
        let names = names.filter_map(|id| std::fs::read_to_string(format!("/proc/{id}/comm")).ok());
        names.filter(|name| name.starts_with("WebKit")).count()
    };
    until("the page's processes have gone after it", || webs() == 0).await;
    let web = person.profile().join("webview");
    assert!(!files(&web).is_empty(), "where the page could keep things");
    let file = person.profile().join("secrets.toml");
    assert_eq!(search(&watched).await, std::slice::from_ref(&file));
    let half = search_for(&watched, &forms_of(HALF_TYPED));
    assert_eq!(half, [] as [PathBuf; 0]);
}

#[tokio::test]
async fn an_account_that_is_removed_takes_its_password_along() {
    let watched = Watched::signed_in(Person::new("Alice").await, "file").await;
    let mut window = Visitor::window(&watched.socket).await.unwrap();
    let overview = window.must("read_overview", json!({})).await;
    window
        .must(
            "remove_account",
            json!({"account": overview["accounts"][0]["id"]}),
        )
        .await;
    assert_eq!(search(&watched).await, [] as [PathBuf; 0]);
}

#[tokio::test]
async fn what_lies_in_the_profile_is_for_its_owner_alone() {
    let watched = Watched::signed_in(Person::new("Alice").await, "file").await;
    watched.live().await;
    let profile = watched.person.profile();
    assert_eq!(mode(&profile), 0o700);
    let socket_folder = watched.socket.parent().unwrap();
    assert_eq!((mode(socket_folder), mode(&watched.socket)), (0o700, 0o600));
    for name in ["secrets.toml", "settings.toml"] {
        assert_eq!(mode(&profile.join(name)), 0o600, "{name}");
    }
}

#[tokio::test]
async fn without_a_keyring_signing_in_is_refused_and_a_file_is_not_taken_instead() {
    let mut person = Person::new("Alice").await;
    person.start().await;
    let server = TestServer::start(Kind::Embedded).await;
    server.add_account("alice", PASSWORD).await;
    let socket = Visitor::socket(&person.desktop, &person.profile());
    let mut window = Visitor::window(&socket).await.unwrap();
    let ask = json!({"jid": "alice@localhost", "password": PASSWORD, "connect": server.url(), "secret": "keyring"});
    let refused = format!("{:?}", window.ask("sign_in", ask).await.unwrap_err());
    assert!(refused.contains("no_keyring"), "{refused}");
    assert!(!refused.contains(PASSWORD));
    let overview = window.must("read_overview", json!({})).await;
    assert_eq!(overview["accounts"], Value::Array(Vec::new()));
    assert_eq!(
        holders(person.desktop.folder(), &secrets()).1,
        [] as [PathBuf; 0]
    );
}
