//! What the answers show of what is stored here.

use carillon_core::chat::Author;
use carillon_core::files::FileBrief;
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
    /// The file that it hands over.
    pub file: Option<FileBrief>,
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
    /// Contacts are taken in from a file.
    Contacts,
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

/// Why a part of another program's history is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SkipCause {
    /// With whom it was said is no address.
    Address,
    /// It has no words, or too many.
    Words,
    /// When it was said is no time.
    Time,
    /// It does not say who said it.
    Author,
    /// It was said in private to somebody in a room.
    Private,
    /// It was said in a room that is a person here, or the other way round.
    Misplaced,
    /// It cannot be read.
    Damaged,
    /// The server did not take it.
    Refused,
}

/// So many rows were left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SkippedRows {
    /// Why.
    pub cause: SkipCause,
    /// How many.
    pub rows: u32,
}

/// A program that keeps what was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum HistoryProgram {
    /// A file `logs.db`.
    Gajim,
    /// A file `dino.db`.
    Dino,
    /// A folder `logs`.
    Pidgin,
}

/// Another program's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HistorySource {
    /// Whose.
    pub program: HistoryProgram,
    /// The file or folder, absolute.
    pub path: String,
    /// Whose histories it holds, as the program writes them; one without a name belongs to nobody in particular.
    pub accounts: Vec<String>,
}

/// Contacts of one account in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RosterOf {
    /// The account's address.
    pub account: String,
    /// How many they are.
    pub contacts: u32,
}

/// A file of contacts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RosterSource {
    /// The file, absolute.
    pub path: String,
    /// Whose contacts it holds, in the file's order.
    pub accounts: Vec<RosterOf>,
    /// So many of its lines are no contacts.
    pub unreadable: u32,
}

/// An export or import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WorkView {
    /// Which of them.
    pub kind: WorkKind,
    /// The file or folder.
    pub path: String,
    /// So many messages are written, or messages or contacts looked at.
    pub done: u32,
    /// Of so many.
    pub total: u32,
    /// So many messages or contacts came in that were not here; of an import.
    pub new: u32,
    /// Into so many chats; of an import.
    pub chats: u32,
    /// What was left out, and why; of an import.
    pub skipped: Vec<SkippedRows>,
    /// How it stands.
    pub state: WorkState,
}
