//! Without a mouse: from the first screen to a message, by the real keyboard.

#![allow(clippy::expect_used, clippy::panic)] // in the functions that the tests share

use carillon_tests_app::{AtScreen, Screen, Window, quoted};
use carillon_tests_servers::{DEADLINE, Kind, until_some};
use serde_json::{Value, json};
use tokio::time::timeout;

/// A person before the keyboard. The keys come from the X server, so that the window's own focus counts too.
struct Keyboard<'a> {
    screen: &'a Screen,
    window: &'a Window,
}

impl Keyboard<'_> {
    fn key(&self, key: &str) {
        self.screen.xdotool(&["key", key]).expect("a key");
    }

    fn text(&self, text: &str) {
        self.screen
            .xdotool(&["type", "--delay", "4", text])
            .expect("keys");
    }

    /// Where the focus is, once it stays there: what opens may take it only a moment later.
    async fn focus(&self) -> Value {
        // The element itself cannot be told from another of its kind: it gets a number.
        let script = "const it = document.activeElement; it.dataset.seen ??= String(Math.random()); return it.dataset.seen";
        self.window.at_rest("the focus", script).await
    }

    /// Presses a key, and waits until the focus is elsewhere.
    async fn moves(&self, key: &str) {
        let before = self.focus().await;
        self.key(key);
        let moved = format!("return document.activeElement.dataset.seen !== {before}");
        self.window.shows("the next focus", &moved).await;
    }

    async fn is_on(&self, css: &str) -> bool {
        let script = format!("return document.activeElement.matches({})", quoted(css));
        self.window.script(&script).await == true
    }

    /// Waits until the focus is on what a CSS selector finds.
    async fn lands_on(&self, css: &str) {
        let there = async || self.is_on(css).await.then_some(());
        let landed = timeout(DEADLINE / 2, until_some(css, there)).await;
        if landed.is_err() {
            let script = "return document.activeElement.outerHTML.slice(0, 200)";
            panic!("not {css}, but {}", self.window.script(script).await);
        }
    }

    /// Tab, until the focus is on what a CSS selector finds.
    async fn tab_to(&self, css: &str) {
        self.window.find(css).await;
        for _ in 0..50 {
            self.focus().await;
            if self.is_on(css).await {
                return;
            }
            self.moves("Tab").await;
        }
        panic!("Tab does not lead to {css}");
    }
}

#[tokio::test]
async fn signing_in_and_writing_need_no_mouse() {
    let mut at = AtScreen::prepared(Kind::Embedded).await;
    at.meeting.alice.start().await;
    let mut bob = at.meeting.bob().await;
    let window = at.meeting.alice.open_window().await;
    window.find("[data-test=welcome]").await;
    let keys = Keyboard {
        screen: &at.screen,
        window: &window,
    };
    window
        .shows("the focus of the desktop", "return document.hasFocus()")
        .await;

    keys.tab_to("[data-test=choose-sign-in]").await;
    keys.key("Return");
    keys.tab_to("[name=jid]").await;
    keys.text(&at.meeting.alice_account.jid);
    keys.tab_to("[name=password]").await;
    keys.text(&at.meeting.alice_account.password);
    keys.tab_to("summary").await;
    keys.key("Return");
    keys.tab_to("[name=connect]").await;
    keys.text(&at.meeting.server.url());
    keys.tab_to("[name=secret]").await;
    keys.key("Down");
    window
        .shows(
            "the choice of a file",
            "return document.querySelector('[name=secret][value=file]').checked",
        )
        .await;
    keys.tab_to("[data-test=submit]").await;
    keys.key("Return");
    window.find("[data-test=own-status]").await;
    at.meeting.alice.until_online().await;

    let contact = format!(
        "[data-test=contact-row][data-jid={}]",
        quoted(&at.meeting.bob_account.jid)
    );
    window.find(&contact).await;
    keys.tab_to("[data-test=group-row]").await;
    keys.key("Down");
    keys.lands_on(&contact).await;
    keys.key("Return");
    keys.lands_on("[data-test=composer]").await;
    keys.text("Typed and not clicked");
    keys.key("Return");

    bob.expect_message("Typed and not clicked").await;
    window.delivery_is("Typed and not clicked", "sent").await;
}

/// How many times Tab is pressed to see that it stays within a dialog: more than any has to stop at.
const AROUND: usize = 12;

#[tokio::test]
async fn what_opens_takes_the_focus_and_gives_it_back() {
    let at = AtScreen::on(Kind::Embedded).await;
    let window = at.meeting.alice.open_window().await;
    window.choose_contact(&at.meeting.bob_account.jid).await;
    window.find("[data-test=composer]").await;
    let keys = Keyboard {
        screen: &at.screen,
        window: &window,
    };
    window
        .shows("the focus of the desktop", "return document.hasFocus()")
        .await;

    let add = "[data-test=add-contact]";
    keys.tab_to(add).await;
    keys.key("Return");
    keys.lands_on("[data-test=contact-form] [name=jid]").await;
    for _ in 0..AROUND {
        let before = keys.focus().await;
        keys.key("Tab");
        let moved = format!(
            "const it = document.activeElement;
             return it.dataset.seen !== {before} && it.closest('[data-test=dialog]') !== null"
        );
        window
            .shows("the next focus within the dialog", &moved)
            .await;
    }
    keys.key("Escape");
    window.lacks("[data-test=dialog]").await;
    keys.lands_on(add).await;

    let menu = "[data-test=chat-menu]";
    keys.tab_to(menu).await;
    keys.key("Return");
    keys.lands_on("[role=menuitem]").await;
    window.find("[data-test=edit-contact]").await;
    while !keys.is_on("[data-test=edit-contact]").await {
        keys.moves("Down").await;
    }
    keys.key("Return");
    keys.lands_on("[data-test=contact-form] [name=name]").await;
    keys.key("Escape");
    window.lacks("[data-test=dialog]").await;
    keys.lands_on(menu).await;

    let emoji = "[data-test=emoji]";
    keys.tab_to(emoji).await;
    keys.key("Return");
    keys.lands_on("[data-test=emoji-search]").await;
    window.find("[data-emoji='0']").await;
    keys.key("Down");
    keys.lands_on("[data-emoji='0']").await;
    keys.key("Right");
    keys.lands_on("[data-emoji='1']").await;
    keys.key("Escape");
    window.lacks("[data-test=emoji-picker]").await;
    keys.lands_on(emoji).await;

    let own = "[data-test=own-status]";
    keys.tab_to(own).await;
    keys.key("Return");
    keys.lands_on("[data-test=status-text]").await;
    keys.key("Tab");
    keys.lands_on("[data-test=availability-available]").await;
    keys.key("Down");
    keys.lands_on("[data-test=availability-away]").await;
    keys.key("Escape");
    window.lacks("[data-test=status-text]").await;
    keys.lands_on(own).await;
}

#[tokio::test]
async fn keys_lead_through_panes_lists_and_choices() {
    let at = AtScreen::on(Kind::Embedded).await;
    let window = at.meeting.alice.open_window().await;
    let contact = format!(
        "[data-test=contact-row][data-jid={}]",
        quoted(&at.meeting.bob_account.jid)
    );
    window.find(&contact).await;
    let keys = Keyboard {
        screen: &at.screen,
        window: &window,
    };
    window
        .shows("the focus of the desktop", "return document.hasFocus()")
        .await;

    keys.key("ctrl+k");
    keys.lands_on("[data-test=search]").await;
    keys.key("Down");
    keys.lands_on("[data-test=group-row]").await;
    keys.key("End");
    keys.lands_on(&contact).await;
    keys.key("Home");
    keys.lands_on("[data-test=group-row][aria-expanded=true]")
        .await;
    keys.key("Return");
    keys.lands_on("[data-test=group-row][aria-expanded=false]")
        .await;
    keys.key("Return");
    window.find(&contact).await;
    keys.key("Down");
    keys.lands_on(&contact).await;
    keys.key("Return");
    keys.lands_on("[data-test=composer]").await;
    for (key, pane) in [
        ("F6", "nav[data-pane]"),
        ("F6", "aside[data-pane]"),
        ("F6", "main[data-pane]"),
        ("shift+F6", "aside[data-pane]"),
    ] {
        keys.key(key);
        let there = format!("{pane} *");
        keys.lands_on(&there).await;
    }

    window.go_to_sheet("privacy").await;
    keys.tab_to("[name=who]:checked").await;
    keys.key("Down");
    keys.lands_on("[data-test=who-nobody_new]:checked").await;
    until_some("the arrow chooses", async || {
        let overview = window.ask("overview", json!({})).await;
        (overview["settings"]["privacy"]["who_may_write"] == "nobody_new").then_some(())
    })
    .await;
}
