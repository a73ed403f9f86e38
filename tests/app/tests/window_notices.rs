//! The screens when something was wrong before anything was done: damaged files, and servers that are none. In every
//! look, as the others.

#![allow(clippy::unwrap_used)] // in the functions that the tests share

use std::path::Path;

use carillon_tests_app::{AtScreen, LOOKS, Tour, Window, fill};
use carillon_tests_servers::{Kind, Process, free_port, until_some};
use tokio::net::TcpStream;

/// Sends the form, and waits until it is refused for this reason.
async fn is_refused(window: &Window, problem: &str) {
    window.click("[data-test=submit]").await;
    let problem = format!("[data-test=error][data-problem={problem}]");
    window.find(&problem).await;
}

fn damage(database: &Path) {
    let text = b"This was a database once, and is none any more.";
    std::fs::write(database, text.repeat(200)).unwrap();
}

/// A web server that knows nothing of XMPP.
async fn web_server(folder: &Path) -> (Process, String) {
    let port = free_port();
    let mut command = Process::command("/usr/bin/python3");
    command.args(["-m", "http.server", "--bind", "127.0.0.1", "--directory"]);
    command.arg(folder).arg(port.to_string());
    let process = Process::spawn("web", folder, command);
    until_some("the web server listens", async || {
        TcpStream::connect(("127.0.0.1", port)).await.ok()
    })
    .await;
    (process, format!("ws://127.0.0.1:{port}/xmpp-websocket"))
}

#[tokio::test]
async fn broken_settings_are_told_on_the_first_screen_and_wrong_servers_in_its_form() {
    let mut at = AtScreen::on(Kind::Embedded).await;
    let (_web, web) = web_server(at.screen.folder()).await;
    let nobody = format!("ws://127.0.0.1:{}/xmpp-websocket", free_port());
    at.meeting.alice.quit().await;
    let profile = at.meeting.alice.profile();
    std::fs::write(profile.join("settings.toml"), "= nonsense").unwrap();
    damage(&profile.join("carillon.db"));
    at.meeting.alice.start().await;

    let window = at.meeting.alice.open_window().await;
    window.find("[data-test=welcome]").await;
    let notices = "[data-test=notices]";
    for part in [
        "settings.toml.broken-",
        "carillon.db.damaged-",
        "put it in the file’s place",
    ] {
        window.reads(notices, part).await;
    }
    let mut tour = Tour::new(&at.screen, &at.meeting.alice, &window).await;
    for look in LOOKS {
        let mut walk = tour.walk(look).await;
        walk.see("notices-first-screen").await;
        window.click("[data-test=choose-sign-in]").await;
        window.click("summary").await;
        window.click("[name=secret][value=file]").await;
        let words = [("jid", "alice@localhost"), ("password", "looking glass")];
        fill(&window, &words).await;
        for (url, problem, screen) in [
            (&nobody, "unreachable", "sign-in-unreachable"),
            (&web, "not_xmpp", "sign-in-no-xmpp"),
        ] {
            fill(&window, &[("connect", url)]).await;
            is_refused(&window, problem).await;
            walk.see(screen).await;
        }
        window.click(".actions button:first-child").await;
        tour.album.add(walk);
    }
    let dismiss = format!("{notices} button");
    window.click(&dismiss).await;
    window.lacks(notices).await;
    tour.album.finish();
}

#[tokio::test]
async fn a_damaged_database_and_foreign_settings_are_told_above_the_chats() {
    let mut at = AtScreen::on(Kind::Embedded).await;
    at.meeting.alice.quit().await;
    let profile = at.meeting.alice.profile();
    let settings = profile.join("settings.toml");
    let written = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, format!("xy = 1\n{written}")).unwrap();
    damage(&profile.join("carillon.db"));
    at.meeting.alice.start().await;
    at.meeting.alice.until_online().await;

    let window = at.meeting.alice.open_window().await;
    let notices = "[data-test=notices]";
    for part in ["xy", "carillon.db.damaged-"] {
        window.reads(notices, part).await;
    }
    // The account is still known, and its people come back from the server.
    let bob = &at.meeting.bob_account.jid;
    window.choose_contact(bob).await;
    let mut tour = Tour::new(&at.screen, &at.meeting.alice, &window).await;
    for look in LOOKS {
        let mut walk = tour.walk(look).await;
        walk.back().await;
        window.go("contacts").await;
        window.contact_is(bob, "offline").await;
        walk.see("notices").await;
        tour.album.add(walk);
    }
    tour.album.finish();
    let kept = std::fs::read_to_string(&settings).unwrap();
    assert!(kept.contains("xy = 1"), "{kept}");
}
