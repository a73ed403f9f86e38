//! "Try it on this computer" as a person plays it, in the real windows, from the first click to the last.

#![allow(clippy::unwrap_used)] // in the functions that the tests share

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use carillon_tests_app::{Handover, Person, Screen, Shown, Window};
use carillon_tests_servers::{DEADLINE, Process, binary, until, until_some};
use tempfile::TempDir;
use tokio::time::timeout;

/// Somebody with an empty profile who has just clicked.
struct Tryout {
    alice: Window,
    bob: Window,
    asking: Process,
    person: Person,
    screen: Screen,
    // Last, so that the screen is gone before its folder is.
    _folder: TempDir,
}

impl Tryout {
    async fn clicked() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let screen = Screen::start(folder.path()).await;
        let person = Person::on(&screen, "Somebody").await;
        let drivers = [Handover::new(), Handover::new()];
        let mut command = person.carillon(&[]);
        command.env("CARILLON_WINDOW", launcher(&person, &drivers));
        let asking = Process::spawn("resident", person.folder(), command);
        let window = person.window().await;
        window.click("[data-test=choose-tryout]").await;
        window.click("[data-test=start-tryout]").await;
        let [alice, bob] = &drivers;
        Self {
            alice: Window::attach_to_page(alice, person.folder()).await,
            bob: Window::attach_to_page(bob, person.folder()).await,
            asking,
            person,
            screen,
            _folder: folder,
        }
    }

    /// The window of Alice or Bob, once it can be seen.
    async fn shown(&self, name: &str) -> Shown {
        until_some(&format!("the window of {name}"), async || {
            let profile = format!("/try/{name}\0");
            let process = self
                .person
                .desktop
                .window_processes()
                .into_iter()
                .find(|id| {
                    let words = std::fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
                    String::from_utf8_lossy(&words).contains(&profile)
                })?;
            self.screen.shown(process)
        })
        .await
    }

    fn folder(&self) -> PathBuf {
        self.person.profile().join("try")
    }
}

/// One driver is one window: Alice's and Bob's inherit the environment of the window that asked, and need each their
/// own. The programs that it starts are the real ones.
fn launcher(person: &Person, [alice, bob]: &[Handover; 2]) -> PathBuf {
    let real = std::env::var_os("CARILLON_WINDOW_BIN").map_or_else(
        || binary("carillon").with_file_name("carillon-window"),
        PathBuf::from,
    );
    let own = |driver: &Handover| {
        driver
            .environment()
            .map(|(name, value)| format!("export {name}='{value}'"))
            .join("; ")
    };
    let text = format!(
        "#!/bin/sh\ncase \"$*\" in\n*/try/alice) {} ;;\n*/try/bob) {} ;;\nesac\nexec '{}' \"$@\"\n",
        own(alice),
        own(bob),
        real.display()
    );
    let launcher = person.desktop.programs().join("launcher");
    std::fs::write(&launcher, text).unwrap();
    std::fs::set_permissions(&launcher, std::fs::Permissions::from_mode(0o755)).unwrap();
    launcher
}

#[tokio::test]
async fn alice_s_window_takes_the_asking_one_s_place_and_bob_s_stands_beside_it() {
    let tryout = Tryout::clicked().await;
    let desktop = &tryout.person.desktop;

    let status = until_some("who asked has made room", async || tryout.asking.ended()).await;
    assert!(status.success(), "{}", tryout.asking.output());
    until("only Alice's and Bob's windows are left", || {
        desktop.window_processes().len() == 2
    })
    .await;

    // Title, place and size come one after another.
    until_some("the windows stand side by side, Alice left", async || {
        let (alice, bob) = (tryout.shown("alice").await, tryout.shown("bob").await);
        let on_screen = |it: &Shown| it.x >= 0 && it.x + it.width <= 1600 && it.y >= 0;
        let stand = !alice.overlaps(&bob) && alice.x < bob.x;
        let named = alice.title == "Alice – Carillon" && bob.title == "Bob – Carillon";
        (stand && named && on_screen(&alice) && on_screen(&bob)).then_some(())
    })
    .await;

    let tooltips = until_some("both know how they show", async || {
        let mut tooltips: Vec<_> = desktop
            .tray
            .items()
            .await
            .iter()
            .map(|item| (item.now().tooltip, item.now().tooltip_text))
            .collect();
        tooltips.sort();
        let online = tooltips.iter().all(|(_, text)| text.contains("Available"));
        (tooltips.len() == 2 && online).then_some(tooltips)
    })
    .await;
    let wanted = ["Alice", "Bob"].map(|name| (name.to_owned(), format!("{name} · Available")));
    assert_eq!(tooltips, wanted);
    tryout.screen.screenshot("try-out");
}

#[tokio::test]
async fn they_talk_and_the_end_in_the_settings_leaves_nothing_of_them() {
    let tryout = Tryout::clicked().await;
    let (alice, bob, desktop) = (&tryout.alice, &tryout.bob, &tryout.person.desktop);
    alice.contact_is("bob@localhost", "available").await;
    alice.choose_contact("bob@localhost").await;

    alice.say("Tea at five?").await;

    let popup = desktop
        .notifications
        .next_popup("at Bob's", |popup| popup.body == "Tea at five?")
        .await;
    assert_eq!(popup.summary, "Alice");
    alice.delivery_is("Tea at five?", "arrived").await;
    desktop.notifications.press(popup.id, "default", None).await;
    bob.shows_message("Tea at five?").await;
    alice.delivery_is("Tea at five?", "read").await;
    bob.say("With pleasure").await;
    alice.shows_message("With pleasure").await;

    bob.go_to_sheet("tryout").await;
    bob.click("[data-test=delete-tryout]").await;
    // The window may be gone before its driver has heard that the click was done.
    let place =
        "const box = document.querySelector('[data-test=confirm]')?.getBoundingClientRect();
        return box && [box.x, box.y]";
    bob.at_rest("the question", place).await;
    let confirmed = bob.find("[data-test=confirm]").await.click().await;

    let ended = until("all have ended", || desktop.processes().is_empty());
    let ended = timeout(DEADLINE / 2, ended).await;
    assert!(ended.is_ok(), "they go on; the click: {confirmed:?}");
    assert!(!tryout.folder().exists(), "the folder is gone for good");
    assert!(
        tryout.person.profile().join("carillon.db").exists(),
        "what is not of the try-out stays"
    );
}
