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
