//! "Try it on this computer": a server and two people, started, mended and ended as one.

#![allow(clippy::unwrap_used)] // in the functions that the tests share

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use carillon_tests_app::{Desktop, Person, Visitor, files, kill9};
use carillon_tests_servers::{Process, binary, until, until_some};
use serde_json::{Value, json};

/// A desktop with an empty profile whose windows are a script that only notes how it was called.
struct Tryout {
    asking: Process,
    desktop: Desktop,
}

impl Tryout {
    async fn asked() -> Self {
        let desktop = Desktop::start().await;
        let stub = desktop.folder().join("window");
        let text = format!(
            "#!/bin/sh\necho \"$@\" >> {}\n",
            desktop.folder().join("windows").display()
        );
        std::fs::write(&stub, text).unwrap();
        std::fs::set_permissions(&stub, std::fs::Permissions::from_mode(0o755)).unwrap();
        let asking = start(&desktop, &desktop.folder().join("profile"));
        let tryout = Self { asking, desktop };
        tryout.ask(&tryout.own(), "start_tryout", json!({})).await;
        tryout
    }

    fn own(&self) -> PathBuf {
        self.desktop.folder().join("profile")
    }

    fn part(&self, name: &str) -> PathBuf {
        self.own().join("try").join(name)
    }

    /// How the window was called, once for each time.
    fn windows(&self) -> Vec<String> {
        let text =
            std::fs::read_to_string(self.desktop.folder().join("windows")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    async fn visit(&self, profile: &Path) -> Option<Visitor> {
        Visitor::tool(&Visitor::socket(&self.desktop, profile))
            .await
            .ok()
    }

    async fn ask(&self, profile: &Path, name: &str, ask: Value) {
        let mut tool = until_some("the resident answers", async || self.visit(profile).await).await;
        tool.must(name, ask).await;
    }

    /// Waits until `name` is online and sees the other, both ways.
    async fn knows_the_other(&self, name: &str, other: &str) -> u32 {
        let profile = self.part(name);
        until_some(
            &format!("{name} knows {other}, and sees them online"),
            async || {
                let mut tool = self.visit(&profile).await?;
                let overview = tool.ask("read_overview", json!({})).await.ok()?;
                let online = overview["accounts"][0]["connection"]["kind"] == "online";
                let contact = &overview["contacts"][0];
                let known = contact["jid"] == format!("{other}@localhost")
                    && contact["subscription"] == "both";
                let seen = contact["presence"]["availability"] == "available";
                assert!(overview["tryout"]["role"] == name, "{overview}");
                if !(online && known && seen) {
                    return None;
                }
                let status = tool.ask("read_status", json!({})).await.ok()?;
                u32::try_from(status["pid"].as_u64()?).ok()
            },
        )
        .await
    }

    async fn both(&self) -> [u32; 2] {
        [
            self.knows_the_other("alice", "bob").await,
            self.knows_the_other("bob", "alice").await,
        ]
    }

    fn server(&self) -> Option<u32> {
        let data = self.part("server").display().to_string();
        self.desktop.processes().into_iter().find(|id| {
            let arguments = std::fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
            let arguments = String::from_utf8_lossy(&arguments).into_owned();
            arguments.contains("\0serve\0") && arguments.contains(&data)
        })
    }
}

fn start(desktop: &Desktop, profile: &Path) -> Process {
    let mut command = desktop.command(binary("carillon"));
    command.env("CARILLON_WINDOW", desktop.folder().join("window"));
    command.arg("--profile").arg(profile).arg("--background");
    Process::spawn("resident", desktop.folder(), command)
}

#[tokio::test]
async fn one_click_starts_a_server_and_two_people_who_know_each_other() {
    let tryout = Tryout::asked().await;
    tryout.both().await;
    assert!(tryout.server().is_some());

    let status = until_some("who asked has made room", async || tryout.asking.ended()).await;
    assert!(status.success(), "{}", tryout.asking.output());
    let mut windows = until_some("a window each", async || {
        Some(tryout.windows()).filter(|windows| windows.len() >= 2)
    })
    .await;
    windows.sort();
    let wanted = ["alice", "bob"].map(|name| format!("--profile {}", tryout.part(name).display()));
    assert_eq!(windows, wanted, "a window each");

    for name in ["alice", "bob"] {
        let secrets = tryout.part(name).join("secrets.toml");
        let mode = std::fs::metadata(&secrets).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", secrets.display());
        let mut tool = tryout.visit(&tryout.part(name)).await.unwrap();
        let overview = tool.must("read_overview", json!({})).await;
        let told = overview["tryout"]["password_files"].to_string();
        assert!(
            told.contains(&secrets.display().to_string()),
            "the screen can say so: {told}"
        );
    }
    let outside: Vec<_> = files(&tryout.desktop.home())
        .into_iter()
        .filter(|path| {
            path.to_string_lossy().contains("autostart")
                || path.to_string_lossy().contains("systemd")
        })
        .collect();
    assert!(
        outside.is_empty(),
        "nothing of it starts at login: {outside:?}"
    );
}

#[tokio::test]
async fn they_write_to_each_other() {
    let tryout = Tryout::asked().await;
    tryout.both().await;
    let mut alice = tryout.visit(&tryout.part("alice")).await.unwrap();
    let overview = alice.must("read_overview", json!({})).await;
    let chat = json!({"account": overview["accounts"][0]["id"], "jid": "bob@localhost"});
    let id = "6f2f1c1e-0000-4000-8000-000000000001";
    alice
        .must(
            "send_message",
            json!({"chat": chat, "id": id, "body": "Tea at five?"}),
        )
        .await;
    let popup = tryout
        .desktop
        .notifications
        .next_popup("at Bob's", |popup| popup.body == "Tea at five?")
        .await;
    assert!(
        popup.summary.to_lowercase().contains("alice"),
        "{}",
        popup.summary
    );
}

#[tokio::test]
async fn whatever_is_missing_is_started_again() {
    let tryout = Tryout::asked().await;
    let [alice, bob] = tryout.both().await;

    kill9(bob);
    tryout
        .ask(&tryout.part("alice"), "start_tryout", json!({}))
        .await;
    let [same, another] = tryout.both().await;
    assert_eq!(same, alice, "who runs is left alone");
    assert_ne!(another, bob);

    kill9(tryout.server().unwrap());
    tryout
        .ask(&tryout.part("bob"), "start_tryout", json!({}))
        .await;
    assert_eq!(tryout.both().await, [alice, another]);

    for process in [alice, another, tryout.server().unwrap()] {
        kill9(process);
    }
    until("the server is gone", || tryout.server().is_none()).await;
    // Somebody opens Bob's alone: the server that he needs is woken.
    let _bob = start(&tryout.desktop, &tryout.part("bob"));
    until_some("Bob is online", async || {
        let mut tool = tryout.visit(&tryout.part("bob")).await?;
        let status = tool.ask("read_status", json!({})).await.ok()?;
        (status["accounts"][0]["connection"]["kind"] == "online").then_some(())
    })
    .await;
    assert!(tryout.server().is_some());
}

#[tokio::test]
async fn asked_twice_at_once_there_is_still_one_of_each() {
    let tryout = Tryout::asked().await;
    tryout.both().await;
    let alice = tryout.part("alice");
    let (one, two) = tokio::join!(
        tryout.ask(&alice, "start_tryout", json!({})),
        tryout.ask(&alice, "start_tryout", json!({}))
    );
    let ((), ()) = (one, two);
    let running = || {
        let all = tryout.desktop.processes().into_iter();
        let residents = all.filter(|id| {
            let name = std::fs::read_to_string(format!("/proc/{id}/comm")).unwrap_or_default();
            name.trim() == "carillon"
        });
        residents.count()
    };
    let asked = async || tryout.asking.ended();
    until_some("who asked has made room", asked).await;
    // Whoever came second leaves at once, and a program that is being started is one more for a moment.
    until("a server and two people are left", || running() == 3).await;
}

#[tokio::test]
async fn ended_it_is_gone_and_can_be_taken_up_again() {
    let tryout = Tryout::asked().await;
    tryout.both().await;
    tryout
        .ask(
            &tryout.part("alice"),
            "end_tryout",
            json!({"delete": false}),
        )
        .await;
    until("all have ended", || tryout.desktop.processes().is_empty()).await;
    assert!(
        tryout.part("bob").join("carillon.db").exists(),
        "nothing was deleted"
    );

    let _asking = start(&tryout.desktop, &tryout.own());
    tryout.ask(&tryout.own(), "start_tryout", json!({})).await;
    tryout.both().await;

    tryout
        .ask(&tryout.part("bob"), "end_tryout", json!({"delete": true}))
        .await;
    until("all have ended", || tryout.desktop.processes().is_empty()).await;
    assert!(
        !tryout.own().join("try").exists(),
        "{:?}",
        files(&tryout.own().join("try"))
    );
    assert!(
        tryout.own().join("carillon.db").exists(),
        "what is not of the try-out stays"
    );
}

#[tokio::test]
async fn what_is_left_of_a_deleted_try_out_goes_with_the_next_start() {
    let desktop = Desktop::start().await;
    let own = desktop.folder().join("profile");
    let folder = own.join("try");
    std::fs::create_dir_all(folder.join("alice/webview")).unwrap();
    for mark in ["this-folder-belongs-to-carillons-try-out", "delete"] {
        std::fs::write(folder.join(mark), "").unwrap();
    }
    let _own = start(&desktop, &own);
    until("the rest is gone", || !folder.exists()).await;
}

#[tokio::test]
async fn who_has_an_account_already_stays_and_can_end_it() {
    let mut carol = Person::new("Carol").await;
    let words = [
        "account",
        "add",
        "carol@example.org",
        "--password-stdin",
        "--store",
        "file",
        "--connect",
        "ws://127.0.0.1:9/",
    ];
    assert!(carol.run(&words, "secret\n").await.status.success());
    carol.start().await;
    let socket = Visitor::socket(&carol.desktop, &carol.profile());
    let mut own = Visitor::tool(&socket).await.unwrap();
    own.must("start_tryout", json!({})).await;
    let folder = carol.profile().join("try");
    let alice = Visitor::socket(&carol.desktop, &folder.join("alice"));
    assert!(Visitor::tool(&alice).await.is_ok());
    assert_eq!(carol.status().await["pid"], carol.resident_id());
    own.must("end_tryout", json!({"delete": true})).await;
    assert!(!folder.exists());
    assert!(Visitor::tool(&alice).await.is_err());
    assert_eq!(carol.status().await["pid"], carol.resident_id());
}
