//! What a person does in Carillon's window: choose, read, type.

use carillon_tests_servers::until_some;
use serde_json::Value;

use crate::window::{Window, not_yet};

/// WebDriver's code for the Enter key (WebDriver, section 17.4.2).
const ENTER: char = '\u{E007}';

impl Window {
    /// Goes to `chats`, `contacts`, `requests`, `activity` or `settings`.
    pub async fn go(&self, section: &str) {
        let button = format!("[data-test=rail-{section}]");
        let there = format!(
            "return document.querySelector({}) !== null",
            quoted(&format!("{button}[aria-current=page]"))
        );
        // A window that has just changed its size moves the button away from under the pointer.
        until_some(&format!("the section {section}"), async || {
            self.click(&button).await;
            (self.script(&there).await == true).then_some(())
        })
        .await;
    }

    /// Goes to a sheet of the settings, such as `alerts`.
    pub async fn go_to_sheet(&self, sheet: &str) {
        self.go("settings").await;
        self.click(&format!("[data-test=sheet-{sheet}]")).await;
    }

    /// Chooses somebody from the contact list, and waits until the chat is theirs: the one before stays until then.
    pub async fn choose_contact(&self, jid: &str) {
        self.go("contacts").await;
        let row = contact(jid);
        // A narrow window shows the list no more.
        let chosen = format!(
            "const row = document.querySelector({});
             return row === null || row.ariaCurrent === 'true'",
            quoted(&row)
        );
        // A list that sorts itself anew just then has somebody else under the pointer.
        until_some(&format!("{jid} is chosen"), async || {
            self.click(&row).await;
            (self.script(&chosen).await == true).then_some(())
        })
        .await;
        let theirs = format!(
            "const name = document.querySelector({})?.querySelector('.name').textContent;
             const header = document.querySelector('[data-test=chat-header] h2')?.textContent;
             return header !== undefined && (name ?? header) === header",
            quoted(&row)
        );
        self.shows(&format!("the chat with {jid}"), &theirs).await;
    }

    /// Waits until the contact list shows somebody as `availability`.
    pub async fn contact_is(&self, jid: &str, availability: &str) {
        self.find(&format!(
            "{}[data-availability={availability}]",
            contact(jid)
        ))
        .await;
    }

    /// Writes a message in the open chat, and sends it by Enter.
    pub async fn say(&self, body: &str) {
        self.write("[data-test=composer]", &format!("{body}{ENTER}"))
            .await;
    }

    /// Waits until the open chat shows a message with this text.
    pub async fn shows_message(&self, body: &str) {
        let script = format!("return {}", message(body));
        self.shows(&format!("the message {body:?}"), &script).await;
    }

    /// Waits until a message of one's own has come as far as `delivery`.
    pub async fn delivery_is(&self, body: &str, delivery: &str) {
        let script = format!(
            "return {}?.dataset.delivery === {}",
            message_element(body),
            quoted(delivery)
        );
        self.shows(&format!("{body:?} as {delivery}"), &script)
            .await;
    }

    /// How far a message of one's own has come.
    pub async fn delivery(&self, body: &str) -> Value {
        let script = format!("return {}?.dataset.delivery", message_element(body));
        self.script(&script).await
    }

    /// Waits until the first element that a CSS selector finds holds `part`.
    pub async fn reads(&self, css: &str, part: &str) {
        let script = format!(
            "return (document.querySelector({})?.innerText ?? '').includes({})",
            quoted(css),
            quoted(part)
        );
        self.shows(&format!("{part:?} in {css}"), &script).await;
    }

    /// Waits until nothing is found by a CSS selector.
    pub async fn lacks(&self, css: &str) {
        let script = format!("return document.querySelector({}) === null", quoted(css));
        self.shows(&format!("no {css}"), &script).await;
    }

    /// Chooses from a drop-down list, as a person's keys would, as soon as it offers this.
    pub async fn choose(&self, css: &str, value: &str) {
        until_some(&format!("{value} of {css}"), async || {
            match self.find(css).await.select_by_value(value).await {
                Ok(()) => Some(()),
                Err(error) if not_yet(&error) => None,
                Err(error) => panic!("{value} of {css}: {error}"),
            }
        })
        .await;
    }

    /// Asks for a command as the page itself does, and waits for its answer.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn ask(&self, name: &str, ask: Value) -> Value {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             __TAURI_INTERNALS__.invoke({}, {{ ask: {ask} }})
               .then((answer) => done({{ answer }}), (refused) => done({{ refused }}))",
            quoted(name)
        );
        let done = self.client.execute_async(&script, Vec::new()).await;
        let mut done = done.expect("an answer or a refusal");
        assert!(done.get("refused").is_none(), "{name}: {done}");
        done["answer"].take()
    }

    /// Waits until what a CSS selector finds has the focus.
    pub async fn has_focus(&self, css: &str) {
        let script = format!(
            "return document.activeElement?.matches({}) ?? false",
            quoted(css)
        );
        self.shows(&format!("the focus on {css}"), &script).await;
    }

    /// Presses keys where the focus is.
    pub async fn press(&self, keys: &str) {
        until_some("a focus that takes keys", async || {
            let active = self.client.active_element().await.expect("a focus");
            match active.send_keys(keys).await {
                Ok(()) => Some(()),
                Err(error) if not_yet(&error) => None,
                Err(error) => panic!("keys: {error}"),
            }
        })
        .await;
    }
}

/// Text as JavaScript writes it.
#[must_use]
pub fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn contact(jid: &str) -> String {
    format!("[data-test=contact-row][data-jid={}]", quoted(jid))
}

fn message_element(body: &str) -> String {
    format!(
        "[...document.querySelectorAll('[data-test=message]')]\
         .find((it) => it.querySelector('.body')?.textContent === {})",
        quoted(body)
    )
}

fn message(body: &str) -> String {
    format!("{} !== undefined", message_element(body))
}
