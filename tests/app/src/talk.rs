//! What a person does in Carillon's window with messages, rooms and what opens over them.

use carillon_tests_servers::until_some;
use serde_json::Value;

use crate::page::quoted;
use crate::window::{Window, not_yet};

/// Puts a picture into a field for files, as if it had been chosen in the desktop's dialog: wide, and of two colours.
const GIVE_PICTURE: &str = "
    const done = arguments[arguments.length - 1];
    const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 200 });
    const pen = canvas.getContext('2d');
    pen.fillStyle = 'tomato';
    pen.fillRect(0, 0, 320, 200);
    pen.fillStyle = 'steelblue';
    pen.fillRect(0, 0, 160, 200);
    canvas.toBlob((blob) => {
        const chosen = new DataTransfer();
        chosen.items.add(new File([blob], 'me.png', { type: 'image/png' }));
        const field = document.querySelector(CSS);
        field.files = chosen.files;
        field.dispatchEvent(new Event('change', { bubbles: true }));
        done(true);
    }, 'image/png')";

impl Window {
    /// The message of the open chat with these words, as a CSS selector, as soon as it is there.
    ///
    /// # Panics
    /// As [`Window::find`].
    pub async fn message(&self, words: &str) -> String {
        self.shows_message(words).await;
        let script = format!(
            "return [...document.querySelectorAll('[data-test=message]')]
               .find((it) => it.querySelector('.body')?.textContent === {})?.dataset.id ?? null",
            quoted(words)
        );
        let id = self.at_rest(words, &script).await;
        let id = id.as_str().expect("a message's number");
        format!("[data-test=message][data-id='{id}']")
    }

    /// Opens a message's menu, and chooses from it.
    pub async fn in_message_menu(&self, message: &str, item: &str) {
        self.click(&format!("{message} [data-test=message-menu]"))
            .await;
        self.click(&format!("[data-test={item}]")).await;
    }

    /// Opens the chat's menu, and chooses from it. In all but the widest windows the list of a room's people lies over
    /// the messages, where a menu opens too, and is closed before.
    pub async fn in_chat_menu(&self, item: &str) {
        self.shows_people(false).await;
        self.click("[data-test=chat-menu]").await;
        self.click(&format!("[data-test={item}]")).await;
    }

    /// Opens the list of a room's people, or closes it.
    pub async fn shows_people(&self, open: bool) {
        let there = "return document.querySelector('[data-test=room-panel]') !== null";
        if self.script(there).await == open {
            return;
        }
        if open {
            self.click("[data-test=people-button]").await;
            self.find("[data-test=room-panel]").await;
        } else {
            self.click("[data-test=close-people]").await;
            self.lacks("[data-test=room-panel]").await;
        }
    }

    /// Chooses what can be done with somebody in the list of a room's people.
    pub async fn in_menu_of(&self, nick: &str, item: &str) {
        self.shows_people(true).await;
        self.click(&person(nick)).await;
        self.click(&format!("[data-test={item}]")).await;
    }

    /// Waits until the list of a room's people shows somebody in this role.
    pub async fn has_role(&self, nick: &str, role: &str) {
        self.shows_people(true).await;
        self.find(&format!("{}[data-role={role}]", person(nick)))
            .await;
    }

    /// Types over what a field holds, as soon as it can be typed into.
    ///
    /// # Panics
    /// When there is no such field.
    pub async fn write_anew(&self, css: &str, text: &str) {
        until_some(&format!("{css} can be typed into"), async || {
            match self.find(css).await.clear().await {
                Ok(()) => Some(()),
                Err(error) if not_yet(&error) => None,
                Err(error) => panic!("{css}: {error}"),
            }
        })
        .await;
        self.write(css, text).await;
    }

    /// Chooses a picture in a field for files.
    ///
    /// # Panics
    /// When there is no such field.
    pub async fn give_picture(&self, css: &str) {
        self.find(css).await;
        let script = GIVE_PICTURE.replace("CSS", &quoted(css));
        let done = self.client.execute_async(&script, Vec::new()).await;
        assert_eq!(done.expect("a script that calls back"), Value::Bool(true));
    }

    /// Opens the list of rooms, and waits until it is whole.
    pub async fn looks_for_rooms(&self) {
        self.click("[data-test=find-rooms]").await;
        self.find("[data-test=found-rooms][aria-busy=false]").await;
    }

    /// Fills in a new room's form out of the list of rooms.
    pub async fn describes_a_room(&self, name: &str, public: bool) {
        self.click("[data-test=to-create-room]").await;
        self.write("[data-test=create-room-form] [name=name]", name)
            .await;
        if public {
            self.click("[data-test=public]").await;
        }
    }

    /// Makes the room that the form describes, and waits until one can write there. Gives its address.
    ///
    /// # Panics
    /// As [`Window::find`].
    pub async fn makes_the_room(&self) -> String {
        self.click("[data-test=create-room-form] [data-test=submit]")
            .await;
        self.find("[data-test=composer]:enabled").await;
        self.first_chat().await
    }

    /// Makes a room, and gives its address: whoever makes it is its owner.
    ///
    /// # Panics
    /// As [`Window::find`].
    pub async fn makes_a_room(&self, name: &str, public: bool) -> String {
        self.find("[data-test=own-status]").await;
        self.looks_for_rooms().await;
        self.describes_a_room(name, public).await;
        self.makes_the_room().await
    }

    /// The address of the chat that the list has first, as soon as there is one.
    ///
    /// # Panics
    /// As [`Window::find`].
    pub async fn first_chat(&self) -> String {
        self.go("chats").await;
        self.find("[data-test=chat-row]").await;
        let script = "return document.querySelector('[data-test=chat-row]')?.dataset.jid ?? null";
        let jid = self.at_rest("the first chat", script).await;
        jid.as_str().expect("an address").to_owned()
    }

    /// Chooses a chat from the list of chats.
    pub async fn choose_chat(&self, jid: &str) {
        self.go("chats").await;
        let row = format!("[data-test=chat-row][data-jid={}]", quoted(jid));
        self.click(&row).await;
        self.find(&format!("{row}[aria-current=true]")).await;
    }
}

/// Somebody in the list of a room's people, as a CSS selector.
fn person(nick: &str) -> String {
    format!("[data-test=person][data-nick={}]", quoted(nick))
}
