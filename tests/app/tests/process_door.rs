//! The socket between the two processes: who comes in, who makes room, and who is turned away.

#![allow(clippy::unwrap_used)] // in the functions that the tests share

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use carillon_tests_app::{Meeting, Person, Visitor, frame, hello, read};
use carillon_tests_servers::until_some;
use fastrand::Rng;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::time::timeout;

fn pid(status: &Value) -> u32 {
    u32::try_from(status["pid"].as_u64().unwrap()).unwrap()
}

/// A resident of another version: holds the profile, greets, and takes nothing but `quit`.
async fn other_resident(socket: PathBuf, profile: PathBuf, greeting: Value) -> Vec<String> {
    std::fs::create_dir_all(&profile).unwrap();
    let lock = std::fs::File::create(profile.join("lock")).unwrap();
    lock.try_lock().unwrap();
    let _ = std::fs::remove_file(&socket);
    let folder = socket.parent().unwrap();
    std::fs::create_dir_all(folder).unwrap();
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700)).unwrap();
    let listener = UnixListener::bind(&socket).unwrap();
    let mut asked = Vec::new();
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        if read(&mut stream).await.is_err() {
            continue;
        }
        stream.write_all(&frame(&greeting)).await.unwrap();
        while let Ok(question) = read(&mut stream).await {
            let name = question["command"]["name"].as_str().unwrap().to_owned();
            asked.push(name.clone());
            if name == "quit" {
                let answer = json!({"answer": {"id": question["id"], "result": {"Ok": null}}});
                stream.write_all(&frame(&answer)).await.unwrap();
                drop(stream);
                drop(listener);
                drop(lock);
                return asked;
            }
        }
    }
}

#[tokio::test]
async fn a_resident_of_another_version_makes_room() {
    let own = env!("CARGO_PKG_VERSION");
    for greeting in [
        json!({"protocol": 1, "version": "0.0.1", "role": null}),
        json!({"protocol": 0, "version": own, "role": null}),
        json!({"protocol": 99, "version": own, "role": null}),
    ] {
        let mut alice = Person::new("Alice").await;
        let other = beside(&alice, greeting).await;
        let status = alice.run(&["status"], "").await;
        assert!(
            !status.status.success(),
            "it is not asked more than it may understand"
        );
        let said = String::from_utf8_lossy(&status.stderr).into_owned();
        assert!(
            said.contains("another version") && said.lines().count() == 1,
            "{said}"
        );

        alice.start().await;
        assert_eq!(other.await.unwrap(), ["quit"]);
        assert_eq!(alice.status().await["version"], own);
    }
}

/// Such a resident runs for this person.
async fn beside(person: &Person, greeting: Value) -> tokio::task::JoinHandle<Vec<String>> {
    let socket = Visitor::socket(&person.desktop, &person.profile());
    let other = tokio::spawn(other_resident(socket.clone(), person.profile(), greeting));
    until_some("the other listens", async || {
        UnixStream::connect(&socket).await.ok()
    })
    .await;
    other
}

#[tokio::test]
async fn a_newer_resident_goes_on_and_the_older_one_says_what_to_do() {
    let alice = Person::new("Alice").await;
    let newer = json!({"protocol": 99, "version": "99.0.0", "role": null});
    let other = beside(&alice, newer).await;
    let refused = alice.run(&["--background"], "").await;
    assert!(!refused.status.success());
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        said.contains("newer version (99.0.0)") && said.lines().count() == 1,
        "{said}"
    );
    assert!(!other.is_finished(), "it was not asked to end");
    other.abort();
}

#[tokio::test]
async fn a_newer_window_may_only_ask_it_to_make_room() {
    let mut alice = Person::new("Alice").await;
    alice.start().await;
    let socket = Visitor::socket(&alice.desktop, &alice.profile());
    let mut newer = Visitor::greet(&socket, &hello(99, "99.0.0", "window"))
        .await
        .unwrap();
    assert_eq!(newer.hello["protocol"], 2, "it is told whom it met");
    let question = newer.ask("read_overview", json!({}));
    assert!(
        timeout(Duration::from_millis(300), question).await.is_err(),
        "no answer"
    );
    assert_eq!(alice.status().await["windows"], 0);
    newer.must("quit", json!({})).await;
    alice.until_gone().await;
}

#[tokio::test]
async fn a_second_start_shows_the_first() {
    let mut alice = Person::new("Alice").await;
    alice.start().await;
    let socket = Visitor::socket(&alice.desktop, &alice.profile());
    let mut window = Visitor::window(&socket).await.unwrap();
    let first = alice.status().await["pid"].clone();
    for number in 1..=5 {
        let second = alice.run(&[], "").await;
        assert!(
            second.status.success(),
            "{}",
            String::from_utf8_lossy(&second.stderr)
        );
        let shown = loop {
            let event = window.event().await.unwrap();
            if event["kind"] == "show" {
                break event;
            }
        };
        assert_eq!(shown["place"]["kind"], "anywhere", "start {number}");
        assert_eq!(alice.status().await["pid"], first);
    }
}

/// Bytes that no window would write.
fn garbage(chance: &mut Rng, number: u64) -> Vec<u8> {
    let quit = json!({"id": 1, "command": {"name": "quit", "ask": {}}});
    let greeting = frame(&hello(2, env!("CARGO_PKG_VERSION"), "window"));
    let mut bytes = match number % 8 {
        0 => Vec::new(),
        1 => vec![0xFF; 64],
        // Longer than a frame may be, and longer than what follows.
        2 => [&(17_u32 << 20).to_be_bytes()[..], b"{}"].concat(),
        3 => [&1000_u32.to_be_bytes()[..], b"{\"protocol\":1"].concat(),
        // A question before the greeting.
        4 => frame(&quit),
        5 => [&greeting[..], &frame(&json!([[[[[]]]]]))].concat(),
        6 => [
            &greeting[..],
            &20_000_u32.to_be_bytes(),
            "[".repeat(20_000).as_bytes(),
        ]
        .concat(),
        _ => {
            let unknown = json!({"id": 1, "command": {"name": "open_sesame", "ask": {}}});
            [&greeting[..], &frame(&unknown)].concat()
        }
    };
    if number.is_multiple_of(3) && !bytes.is_empty() {
        let at = chance.usize(..bytes.len());
        bytes[at] ^= 1 << chance.u32(..8);
    }
    if number.is_multiple_of(5) {
        bytes.truncate(bytes.len() / 2);
    }
    bytes
}

#[tokio::test]
async fn garbage_on_the_socket_is_accepted_never() {
    const N: u64 = 240;
    let mut alice = Person::new("Alice").await;
    alice.start().await;
    let socket = Visitor::socket(&alice.desktop, &alice.profile());
    let mut chance = Rng::with_seed(38);
    let mut accepted = 0;
    // These neither say anything nor go away.
    let mut silent = Vec::new();
    for number in 0..N {
        let mut stream = UnixStream::connect(&socket).await.unwrap();
        let _ = stream.write_all(&garbage(&mut chance, number)).await;
        if number % 10 == 0 {
            silent.push(stream);
            continue;
        }
        let _ = stream.shutdown().await;
        while let Ok(Ok(told)) = timeout(Duration::from_secs(5), read(&mut stream)).await {
            accepted += u64::from(told["answer"]["result"].get("Ok").is_some());
        }
    }
    assert_eq!(accepted, 0, "of {N}");
    let status = alice.status().await;
    assert_eq!(pid(&status), alice.resident_id(), "the resident lives");
    drop(silent);
    alice
        .until_status("no window is left", |status| status["windows"] == 0)
        .await;
    println!("garbage accepted: 0 of {N}");
}

/// Tries to talk as another user. Prints `connected` and how many bytes came back.
const FOREIGNER: &str = "
import socket, struct, sys
hello = sys.argv[2].encode()
try:
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(5)
    s.connect(sys.argv[1])
    print('connected')
    s.sendall(struct.pack('>I', len(hello)) + hello)
    print(len(s.recv(1)))
except OSError as error:
    print(type(error).__name__)
";

fn foreigner(socket: &Path) -> String {
    let output = std::process::Command::new("setpriv")
        .args([
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
            "--",
            "/usr/bin/python3",
            "-c",
            FOREIGNER,
        ])
        .arg(socket)
        .arg(hello(1, env!("CARGO_PKG_VERSION"), "tool").to_string())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        !said.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    said
}

#[tokio::test]
async fn another_user_is_turned_away_even_where_the_rights_are_open() {
    const N: usize = 20;
    let id = std::process::Command::new("id").arg("-u").output().unwrap();
    if id.stdout != b"0\n" {
        println!("NOT RUN: only root can become another user");
        return;
    }
    let mut alice = Person::new("Alice").await;
    alice.start().await;
    let socket = Visitor::socket(&alice.desktop, &alice.profile());
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&socket), 0o600);
    assert_eq!(mode(socket.parent().unwrap()), 0o700);
    assert!(
        !foreigner(&socket).contains("connected"),
        "the rights alone keep others out"
    );

    let doors = [
        alice.desktop.folder(),
        &alice.desktop.runtime(),
        socket.parent().unwrap(),
        &socket,
    ];
    for door in doors {
        std::fs::set_permissions(door, std::fs::Permissions::from_mode(0o777)).unwrap();
    }
    let mut connected = 0;
    for _ in 0..N {
        let said = foreigner(&socket);
        connected += usize::from(said.contains("connected"));
        let heard: Vec<&str> = said.lines().skip(1).collect();
        assert!(
            !said.contains("connected") || heard != ["1"],
            "a foreigner was answered: {said}"
        );
    }
    assert_eq!(
        connected, N,
        "the rights were open, so that it is the resident who refused"
    );
    let mut own = Visitor::tool(&socket).await.unwrap();
    own.must("read_status", json!({})).await;
    println!("another user accepted: 0 of {N}");
}

#[tokio::test]
async fn a_window_that_dies_while_it_is_looked_at_is_no_longer_in_front() {
    let meeting = Meeting::on_prosody().await;
    let alice = &meeting.alice;
    let socket = Visitor::socket(&alice.desktop, &alice.profile());
    let mut window = Visitor::window(&socket).await.unwrap();
    let overview = window.must("read_overview", json!({})).await;
    let chat = json!({"account": overview["accounts"][0]["id"], "jid": meeting.bob_account.jid});
    window
        .must("window_state", json!({"chat": chat, "focused": true}))
        .await;
    assert_eq!(alice.status().await["focused"], true);
    window.die_writing().await;
    alice
        .until_status("nobody looks", |status| {
            status["windows"] == 0 && status["focused"] == false
        })
        .await;
    let mut bob = meeting.bob_unseen().await;
    bob.message(&meeting.alice_account.jid, "Are you there?")
        .await;
    alice
        .desktop
        .notifications
        .next_popup("since nobody looks", |popup| {
            popup.body.contains("Are you there?")
        })
        .await;
    // Whoever is left may still read the socket to its end.
    let mut rest = Vec::new();
    let mut late = UnixStream::connect(&socket).await.unwrap();
    late.shutdown().await.unwrap();
    late.read_to_end(&mut rest).await.unwrap();
    assert!(rest.is_empty());
}
