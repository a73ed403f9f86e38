//! The screens that one sees seldom: what went wrong, and the try-out. In every look, as the others.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // in the functions that the tests share

use std::os::unix::fs::PermissionsExt;

use carillon_tests_app::{AtScreen, LOOKS, Person, Screen, Tour, Visitor, Window};
use carillon_tests_servers::{Kind, Process, binary, until_some};
use serde_json::{Value, json};

#[tokio::test]
async fn the_screens_when_something_is_wrong() {
    let mut at = AtScreen::on(Kind::Embedded).await;
    let bob = &at.meeting.bob_account.jid;
    let window = at.meeting.alice.open_window().await;
    window.choose_contact(bob).await;
    let mut tour = Tour::new(&at.screen, &at.meeting.alice, &window).await;
    let overview = window.ask("overview", json!({})).await;
    let account = &overview["accounts"][0];
    for (password, enabled) in [("a wrong one".into(), false), (Value::Null, true)] {
        let change = json!({"account": account["id"], "password": password, "connect": account["connect"], "secret": "file", "enabled": enabled});
        window.ask("change_account", change).await;
    }
    window.find("[data-test=account-trouble]").await;
    window.say("Is anybody there?").await;
    window.delivery_is("Is anybody there?", "waiting").await;
    for look in LOOKS {
        let mut walk = tour.walk(look).await;
        walk.back().await;
        window.go("chats").await;
        walk.back().await;
        window.click("[data-test=chat-row]").await;
        window.shows_message("Is anybody there?").await;
        walk.see("trouble-chat").await;
        walk.back().await;
        window.go_to_sheet("accounts").await;
        window.find("[data-test=account]").await;
        walk.see("trouble-accounts").await;
        walk.back().await;
        tour.album.add(walk);
    }

    // It is said once only, so that all looks are taken on before it.
    at.meeting.alice.desktop.tray.die().await;
    until_some("no tray", async || {
        let overview = window.ask("overview", json!({})).await;
        (overview["desktop"]["tray"] == false).then_some(())
    })
    .await;
    let shown = async || at.screen.shown(tour.process);
    let shown = until_some("the window is seen", shown).await;
    at.screen.close(&shown);
    window.find("[data-test=close-anyway]").await;
    for look in LOOKS {
        let mut walk = tour.walk(look).await;
        walk.see("dialog-closing").await;
        tour.album.add(walk);
    }
    tour.album.finish();
}

/// Starts the try-out, and gives Alice's window.
async fn try_out(person: &Person) -> (Process, Window) {
    let choosing = person.desktop.programs().join("carillon-window");
    let real = binary("carillon").with_file_name("carillon-window");
    let real = std::env::var_os("CARILLON_WINDOW_BIN").unwrap_or(real.into());
    // One driver is one window: Bob does without.
    let text = format!(
        "#!/bin/sh\ncase \"$*\" in */alice*) exec '{}' \"$@\";; esac\n",
        real.to_string_lossy()
    );
    std::fs::write(&choosing, text).unwrap();
    std::fs::set_permissions(&choosing, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = person.carillon(&["--background"]);
    command.env("CARILLON_WINDOW", choosing);
    let asking = Process::spawn("resident", person.folder(), command);
    let mut tool = until_some("the resident answers", async || {
        Visitor::tool(&Visitor::socket(&person.desktop, &person.profile()))
            .await
            .ok()
    })
    .await;
    tool.must("start_tryout", json!({})).await;
    (asking, person.window().await)
}

#[tokio::test]
async fn the_screens_of_the_try_out() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let screen = Screen::start(folder.path()).await;
    let alice = Person::on(&screen, "Alice").await;
    let (_asking, window) = try_out(&alice).await;
    window.contact_is("bob@localhost", "available").await;
    let mut tour = Tour::new(&screen, &alice, &window).await;
    for look in LOOKS {
        let mut walk = tour.walk(look).await;
        walk.back().await;
        window.go("contacts").await;
        window.contact_is("bob@localhost", "available").await;
        walk.see("try-out-running").await;
        window.go("chats").await;
        walk.see("try-out-no-chats").await;
        window.go_to_sheet("tryout").await;
        window.find("[data-test=end-tryout]").await;
        walk.see("settings-tryout-running").await;
        window.click("[data-test=delete-tryout]").await;
        window.find("[data-test=confirm]").await;
        walk.see("dialog-delete-tryout").await;
        walk.close_dialog().await;
        tour.album.add(walk);
    }
    tour.album.finish();
}
