//! The package: installed, started by its desktop entry, used in its own window, and taken off again.
//!
//! Only root can install, and nobody's own Carillon is touched: else the package is unpacked into a folder, and that
//! is said aloud.
//!
//! `CARILLON_DEB` names the package, else it is the one in `target/dist`. Making it takes a release build, so where
//! there is none the tests say aloud that they were not run; with `CARILLON_DEB` set, a missing one is a failure.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)] // in the functions that the tests share

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use carillon_tests_app::{Desktop, Handover, Installed, Screen, Window, built_in};
use carillon_tests_servers::{Account, Kind, Peer, Process, TestServer, until_some};
use tempfile::TempDir;

const APP: &str = "im.carillon.Carillon";

fn package() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("CARILLON_DEB") {
        let named = PathBuf::from(named);
        assert!(
            named.is_file(),
            "CARILLON_DEB names {}, which is not there",
            named.display()
        );
        return Some(named);
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/dist");
    let entries = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    let found = entries
        .into_iter()
        .find(|path| path.extension().is_some_and(|end| end == "deb"));
    if found.is_none() {
        println!("NOT RUN: there is no package in target/dist; `make dist` makes it");
    }
    found
}

fn said(program: &str, arguments: &[&std::ffi::OsStr]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(
        output.status.success(),
        "{program}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// The package's files as they would lie below `/`.
fn unpacked() -> Option<TempDir> {
    let package = package()?;
    let folder = tempfile::Builder::new().prefix("cp-").tempdir().unwrap();
    said(
        "dpkg-deb",
        &[
            "-x".as_ref(),
            package.as_os_str(),
            folder.path().as_os_str(),
        ],
    );
    Some(folder)
}

fn entry(root: &Path) -> String {
    std::fs::read_to_string(root.join(format!("usr/share/applications/{APP}.desktop"))).unwrap()
}

fn value<'a>(entry: &'a str, key: &str) -> &'a str {
    let line = entry
        .lines()
        .find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
    line.unwrap_or_else(|| panic!("no {key} in {entry}"))
}

#[test]
fn everything_that_a_desktop_looks_for_is_in_it() {
    let Some(root) = unpacked() else { return };
    let root = root.path();
    for program in ["carillon", "carillon-window"] {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(root.join("usr/bin").join(program))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o755, "{program}");
    }
    let entry = entry(root);
    assert!(
        value(&entry, "MimeType")
            .split(';')
            .any(|kind| kind == "x-scheme-handler/xmpp")
    );
    assert!(
        value(&entry, "Exec").ends_with(" %u"),
        "an address is passed on"
    );
    let icon = value(&entry, "Icon");
    let icons = root.join("usr/share/icons/hicolor");
    for size in [16, 22, 24, 32, 48, 64, 128, 256, 512] {
        let file = icons.join(format!("{size}x{size}/apps/{icon}.png"));
        let bytes =
            std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        // Width and height in the header (PNG, section 11.2.2).
        let side = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
        assert_eq!((side(16), side(20)), (size, size), "{}", file.display());
    }
    assert!(icons.join(format!("scalable/apps/{icon}.svg")).is_file());
    assert!(
        root.join(format!("usr/share/metainfo/{APP}.metainfo.xml"))
            .is_file()
    );
}

#[test]
fn its_dependencies_are_named_and_known_to_this_system() {
    let Some(package) = package() else { return };
    let field = |name: &str| {
        said(
            "dpkg-deb",
            &["-f".as_ref(), package.as_os_str(), name.as_ref()],
        )
    };
    assert_eq!(field("Package").trim(), "carillon");
    assert_eq!(field("Version").trim(), env!("CARGO_PKG_VERSION"));
    let depends = field("Depends");
    let names: Vec<&str> = depends
        .split([',', '|'])
        .filter_map(|one| one.split_whitespace().next())
        .collect();
    for wanted in ["libc6", "libasound2", "libwebkit2gtk-4.1-0", "libgtk-3-0"] {
        assert!(
            names.iter().any(|name| name.starts_with(wanted)),
            "{wanted} in {depends}"
        );
    }
    for name in names {
        said("dpkg-query", &["-W".as_ref(), name.as_ref()]);
    }
}

/// The package where this machine lets it be.
enum Place {
    Installed(Installed),
    Unpacked(TempDir),
}

impl Place {
    fn of_the_package() -> Option<Self> {
        let package = package()?;
        match Installed::from(&package) {
            Ok(installed) => Some(Self::Installed(installed)),
            Err(why) => {
                println!("ONLY UNPACKED, NOT INSTALLED: {why}");
                unpacked().map(Self::Unpacked)
            }
        }
    }

    fn root(&self) -> PathBuf {
        match self {
            Self::Installed(_) => PathBuf::from("/"),
            Self::Unpacked(folder) => folder.path().canonicalize().unwrap(),
        }
    }
}

/// The command of the desktop entry, with the package's own program folder before all others.
fn by_desktop_entry(desktop: &Desktop, root: &Path) -> Command {
    let entry = entry(root);
    let exec = value(&entry, "Exec").replace(" %u", "");
    let mut words = exec.split_whitespace();
    let programs = root.join("usr/bin");
    let mut command = desktop.command("env");
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    command
        .env("PATH", path)
        .arg(words.next().unwrap())
        .args(words);
    command
}

fn program(process: u32) -> PathBuf {
    std::fs::read_link(format!("/proc/{process}/exe")).unwrap()
}

/// Signs in as a person does.
async fn sign_in(window: &Window, server: &TestServer, account: &Account) {
    window.click("[data-test=choose-sign-in]").await;
    window.write("[name=jid]", &account.jid).await;
    window.write("[name=password]", &account.password).await;
    window.click("summary").await;
    window.write("[name=connect]", &server.url()).await;
    window.click("[name=secret][value=file]").await;
    window.click("[data-test=submit]").await;
    window.find("[data-test=own-status]").await;
}

#[tokio::test]
async fn started_by_its_desktop_entry_it_does_the_main_job() {
    let Some(place) = Place::of_the_package() else {
        return;
    };
    let root = place.root();
    let folder = tempfile::tempdir().unwrap();
    let screen = Screen::start(folder.path()).await;
    let desktop = Desktop::on(&screen).await;
    let server = TestServer::start(Kind::Prosody).await;
    let alice = server.add_account("alice", "looking glass").await;
    let bob = server.add_account("bob", "can he fix it").await;
    server.befriend((&alice, "Alice"), (&bob, "Bob")).await;
    // As the desktop starts it, in the user's own profile.
    let driver = Handover::new();
    let mut command = by_desktop_entry(&desktop, &root);
    command.envs(driver.environment());
    let resident = Process::spawn("resident", desktop.folder(), command);
    let window = Window::attach_to_page(&driver, desktop.folder()).await;
    assert_eq!(program(resident.id()), root.join("usr/bin/carillon"));
    // A helper of the web view's is a second one for the moment before it becomes another program.
    carillon_tests_servers::until("the package's window runs, and no other", || {
        let windows = desktop.window_processes().into_iter();
        let programs = windows.filter_map(|id| std::fs::read_link(format!("/proc/{id}/exe")).ok());
        programs.collect::<Vec<_>>() == [root.join("usr/bin/carillon-window")]
    })
    .await;

    sign_in(&window, &server, &alice).await;
    let mut friend = Peer::online(&server, &bob).await;
    window.contact_is(&bob.jid, "available").await;
    let tray = desktop.tray.item().await;
    let before = tray
        .shows("her status", |icon| {
            icon.tooltip_text.ends_with("Available") && !icon.pixels.is_empty()
        })
        .await;
    // That he came may have rung.
    desktop.speaker.silent_for(Duration::from_secs(3)).await;
    let silence = desktop.speaker.mark();
    friend.message(&alice.jid, "Tea at five?").await;
    let popup = desktop
        .notifications
        .next_popup("for the message", |popup| popup.body == "Tea at five?")
        .await;
    assert!(popup.summary.contains("Bob"), "{}", popup.summary);
    let (heard, _) = desktop.speaker.heard_since(silence).await;
    assert!(heard.resembles(&built_in("bell")), "{heard:?}");
    tray.shows("what is unread", |icon| icon.pixels != before.pixels)
        .await;

    desktop.notifications.press(popup.id, "default", None).await;
    window.shows_message("Tea at five?").await;
    window.say("With pleasure").await;
    friend.expect_message("With pleasure").await;

    // The handler of xmpp: addresses is the same entry: it reaches the one that runs.
    let mut second = by_desktop_entry(&desktop, &root);
    let status = second.arg("xmpp:carol@example.org").status().unwrap();
    assert!(status.success());
    window
        .reads("[data-test=dialog]", "carol@example.org")
        .await;
    resident.assert_running();

    let quit = by_desktop_entry(&desktop, &root).arg("quit").status();
    assert!(quit.unwrap().success());
    until_some("all has ended", async || {
        desktop.processes().is_empty().then_some(())
    })
    .await;
    if let Place::Installed(installed) = place {
        installed.purge();
        for left in ["usr/bin/carillon", "usr/bin/carillon-window"] {
            assert!(!root.join(left).exists(), "/{left} was left behind");
        }
    }
}
