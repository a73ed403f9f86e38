//! Messages that answer another one (XEP-0461).

use crate::chat::Author;
use crate::files::FileBrief;
use crate::ids::MessageId;
use jid::Jid;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// So much of an answered message is shown, in characters.
pub const LONGEST_QUOTE: usize = 280;
/// So many lines of it go along for those who know no replies.
const QUOTED_LINES: usize = 6;

/// Which message another one answers, as its sender names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyTo {
    /// In a room the room's id for it (XEP-0359), in a chat of two its sender's.
    pub target: String,
    /// Whether I am said to have written it. `None` in a room, and where the sender does not say.
    pub mine: Option<bool>,
}

/// The message that another one answers, as it stands here: nothing of it is what the answer says of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Reply {
    /// It is not here, or not yet.
    Unknown,
    /// It is in the same chat.
    Known {
        /// Which.
        message: MessageId,
        /// Who said it.
        author: Author,
        /// Its first words, at most [`LONGEST_QUOTE`] characters; of a file the name.
        text: String,
        /// Its author has taken it back: it has no words.
        retracted: bool,
        /// The file that it hands over.
        file: Option<FileBrief>,
    },
}

/// What an answer of mine says of the message that it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// As [`ReplyTo::target`].
    pub target: String,
    /// Who said it; `None` where that is not known any more.
    pub author: Option<Jid>,
    /// What stands before my words for those who know no replies: whole lines, or nothing.
    pub quote: String,
}

/// As much of a message's words as an answer shows.
#[must_use]
pub fn shortened(words: &str) -> String {
    words.chars().take(LONGEST_QUOTE).collect()
}

/// Words as a quote for those who know no replies (XEP-0461 §3.1, XEP-0393 §5.1.3): lines that begin with `>`, the last
/// one ended. `nick` says whose they are where more than two speak. Of no words no lines are made.
#[must_use]
pub fn quote(nick: Option<&str>, words: &str) -> String {
    let short = shortened(words);
    let cut = short.len() < words.len();
    // A lone carriage return would not reach the other side as the character that was counted (XML 1.0 §2.11).
    let short = short.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<&str> = short.trim_end().lines().collect();
    if lines.iter().all(|line| line.trim().is_empty()) {
        return String::new();
    }
    let mut quote = String::new();
    if let Some(nick) = nick {
        let nick: String = nick.chars().filter(|c| !c.is_control()).collect();
        quote.push_str(&format!("> {nick}:\n"));
    }
    for line in lines.iter().take(QUOTED_LINES) {
        quote.push_str("> ");
        quote.push_str(line);
        quote.push('\n');
    }
    if cut || lines.len() > QUOTED_LINES {
        quote.push_str("> …\n");
    }
    quote
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_is_whole_lines_and_none_of_nothing() {
        assert_eq!(quote(None, "Hello"), "> Hello\n");
        assert_eq!(
            quote(Some("bob"), "a\r\nb\rc\n\n"),
            "> bob:\n> a\n> b\n> c\n"
        );
        for nothing in ["", " ", "\n\n"] {
            assert_eq!(quote(Some("bob"), nothing), "", "{nothing:?}");
        }
    }

    #[test]
    fn a_long_quote_is_short() {
        let lines = quote(None, &"x\n".repeat(100));
        assert_eq!(lines, format!("{}> …\n", "> x\n".repeat(QUOTED_LINES)));
        let one = quote(None, &"ü".repeat(10_000));
        assert_eq!(one, format!("> {}\n> …\n", "ü".repeat(LONGEST_QUOTE)));
    }
}
