//! Without a mouse: from the first screen to a message, by the real keyboard.

#![allow(clippy::expect_used, clippy::panic)] // in the functions that the tests share

use carillon_tests_app::{AtScreen, Screen, Window, quoted};
use carillon_tests_servers::Kind;
use serde_json::Value;

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

    async fn focus(&self) -> Value {
        // The element itself cannot be told from another of its kind: it gets a number.
        let script = "const it = document.activeElement; it.dataset.seen ??= String(Math.random()); return it.dataset.seen";
        self.window.script(script).await
    }

    async fn is_on(&self, css: &str) -> bool {
        let script = format!("return document.activeElement.matches({})", quoted(css));
        self.window.script(&script).await == true
    }

    /// Tab, until the focus is on what a CSS selector finds.
    async fn tab_to(&self, css: &str) {
        self.window.find(css).await;
        for _ in 0..25 {
            if self.is_on(css).await {
                return;
            }
            let before = self.focus().await;
            self.key("Tab");
            let moved = format!("return document.activeElement.dataset.seen !== {before}");
            self.window.shows("the next focus", &moved).await;
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
    window
        .shows(
            "the focus on Bob",
            &format!(
                "return document.activeElement.matches({})",
                quoted(&contact)
            ),
        )
        .await;
    keys.key("Return");
    window
        .shows(
            "the focus where one writes",
            "return document.activeElement.matches('[data-test=composer]')",
        )
        .await;
    keys.text("Typed and not clicked");
    keys.key("Return");

    bob.expect_message("Typed and not clicked").await;
    window.delivery_is("Typed and not clicked", "sent").await;
}
