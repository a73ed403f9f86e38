//! What two people have said and sent each other, as a person's resident tells it over the link.

use std::path::Path;

use carillon_tests_servers::until_some;
use serde_json::{Value, json};

use crate::person::Person;
use crate::visitor::Visitor;

/// One person's chat with another. Everything is asked anew: the resident may have been another one before.
#[derive(Debug)]
pub struct Letters {
    /// The link, for what is not here.
    pub tool: Visitor,
    /// The chat, as the link names it.
    pub chat: Value,
}

impl Letters {
    /// The chat of somebody whose resident runs with `jid`.
    pub async fn of(person: &Person, jid: &str) -> Self {
        let mut tool = person.tool().await;
        let overview = tool.must("read_overview", json!({})).await;
        let chat = json!({"account": overview["accounts"][0]["id"], "jid": jid});
        Self { tool, chat }
    }

    /// Sends a file. Gives the id of the message that will hand it over.
    pub async fn send(&mut self, file: &Path) -> String {
        let id = format!("{:032x}", fastrand::u128(..));
        let ask = json!({"chat": self.chat, "id": id, "path": file});
        self.tool.must("send_file", ask).await;
        id
    }

    /// Says something.
    pub async fn say(&mut self, body: &str) {
        let id = format!("{:032x}", fastrand::u128(..));
        let ask = json!({"chat": self.chat, "id": id, "body": body});
        self.tool.must("send_message", ask).await;
    }

    /// What is still to be sent, the oldest first.
    pub async fn waiting(&mut self) -> Vec<Value> {
        let ask = json!({"chat": self.chat});
        list(self.tool.must("read_transfers", ask).await)
    }

    /// All that was said, the oldest first; no more than a page of it.
    pub async fn messages(&mut self) -> Vec<Value> {
        let ask = json!({"chat": self.chat, "anchor": {"kind": "newest"}, "limit": 200});
        list(self.tool.must("read_history", ask).await["messages"].take())
    }

    /// The files that messages hand over, in the order of the messages.
    pub async fn files(&mut self) -> Vec<Value> {
        let messages: Vec<Value> = self.messages().await;
        let ids: Vec<&Value> = messages.iter().map(|message| &message["id"]).collect();
        list(
            self.tool
                .must("read_files", json!({ "messages": ids }))
                .await,
        )
    }

    /// The names of the files that messages hand over, in the order of the messages.
    pub async fn names(&mut self) -> Vec<String> {
        let name = |file: Value| file["name"].as_str().unwrap_or_default().to_owned();
        self.files().await.into_iter().map(name).collect()
    }

    /// Waits until a message says this.
    pub async fn until_said(&mut self, body: &str) {
        until_some(&format!("the message {body:?}"), async || {
            let messages = self.messages().await;
            messages.iter().find(|it| it["body"] == body).map(|_| ())
        })
        .await;
    }

    /// Waits until a message hands over a file of this name, and gives the file.
    pub async fn until_handed(&mut self, name: &str) -> Value {
        until_some(&format!("the file {name:?}"), async || {
            let files = self.files().await;
            files.into_iter().find(|file| file["name"] == name)
        })
        .await
    }

    /// Saves a file that was handed over, and gives what is in it.
    ///
    /// # Panics
    /// When it cannot be saved.
    pub async fn contents(&mut self, file: &Value, folder: &Path) -> Vec<u8> {
        let path = folder.join(format!("saved-{}", file["message"]));
        let ask = json!({"message": file["message"], "path": path});
        self.tool.must("save_file", ask).await;
        std::fs::read(path).expect("what was saved")
    }
}

fn list(value: Value) -> Vec<Value> {
    match value {
        Value::Array(list) => list,
        other => panic!("no list: {other}"),
    }
}

/// So many bytes in which no two files are alike.
#[must_use]
pub fn noise(bytes: usize) -> Vec<u8> {
    let mut noise = vec![0; bytes];
    fastrand::fill(&mut noise);
    noise
}
