//! What the answers show of what is stored here.

use carillon_core::chat::Author;
use carillon_core::ids::{ChatRef, MessageId, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A message that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SearchHit {
    /// Which.
    pub message: MessageId,
    /// Its chat.
    pub chat: ChatRef,
    /// Who said it.
    pub author: Author,
    /// When.
    pub at: Timestamp,
    /// What was said around the first word that was looked for: one line of some 200 characters, never markup.
    pub text: String,
}

/// A part of what was found, what was learnt last first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct SearchPage {
    /// The messages.
    pub hits: Vec<SearchHit>,
    /// There is more behind the last of these.
    pub more: bool,
    /// Older messages are not in the index yet: what they say is not found.
    pub incomplete: bool,
    /// Another search has taken its place: there is no answer.
    pub superseded: bool,
}

/// What was found in one chat.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct FoundInChat {
    /// The messages, in the chat's order.
    pub messages: Vec<MessageId>,
    /// Another search has taken its place: there is no answer.
    pub superseded: bool,
}

/// How what was said is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// An object in JSON for each message, one a line.
    JsonLines,
    /// A page for a browser.
    Html,
    /// Plain text.
    Text,
}

/// Something that takes long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WorkKind {
    /// Messages are written into a file.
    Export,
    /// Messages are taken in from another program.
    Import,
}

/// How it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum WorkState {
    /// It goes on.
    Running,
    /// All is done.
    Finished,
    /// The user stopped it.
    Stopped,
    /// It could not go on.
    Failed {
        /// Why.
        detail: String,
    },
}

/// An export or import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WorkView {
    /// Which of them.
    pub kind: WorkKind,
    /// The file or folder.
    pub path: String,
    /// So many messages are written, or looked at.
    pub done: u32,
    /// Of so many.
    pub total: u32,
    /// So many messages came in that were not here; of an import.
    pub new: u32,
    /// How it stands.
    pub state: WorkState,
}
