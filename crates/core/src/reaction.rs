//! What somebody feels about a message, in one sign (XEP-0444).

use crate::chat::Author;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// So many different signs one person may give one message.
pub const MOST_REACTIONS: usize = 16;
/// So many of those who gave a sign are named.
pub const MOST_NAMED: usize = 24;
/// No sign is longer, in bytes: the longest emoji, a family of four, has 25.
const LONGEST: usize = 64;

/// A sign that people gave a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Reaction {
    /// The sign.
    pub emoji: String,
    /// How many gave it.
    pub count: u32,
    /// Whether I did.
    pub mine: bool,
    /// Those who gave it first, never more than [`MOST_NAMED`].
    pub by: Vec<Author>,
}

/// The signs among these that may be shown: each once, none that is a text, and not too many.
#[must_use]
pub fn signs<'a>(given: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut signs: Vec<String> = Vec::new();
    for sign in given {
        let sign = sign.trim();
        if is_sign(sign) && !signs.iter().any(|known| known == sign) && signs.len() < MOST_REACTIONS
        {
            signs.push(sign.to_owned());
        }
    }
    signs
}

/// Whether this is one sign and no words: emoji have no letters but those that flags are made of, which are no letters
/// to Unicode, and beside the keycaps no digits.
fn is_sign(text: &str) -> bool {
    let plain = |c: char| c.is_alphabetic() || c.is_whitespace() || c.is_control();
    let keycap = || text.ends_with('\u{20e3}');
    !text.is_empty()
        && text.len() <= LONGEST
        && !text.is_ascii()
        && !text.chars().any(|c| plain(c) && !is_letter_like(c))
        && (keycap() || !text.chars().any(|c| c.is_ascii_punctuation() || c.is_ascii_digit()))
        && !text.chars().any(|c| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
}

/// Emoji that Unicode counts among the letters.
const fn is_letter_like(c: char) -> bool {
    matches!(c, 'ℹ' | 'Ⓜ' | '🅰'..='🆚' | '\u{1f1e6}'..='\u{1f1ff}' | '㊗' | '㊙')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_signs_and_no_words() {
        for sign in [
            "👍",
            "❤️",
            "👨‍👩‍👧‍👦",
            "🇩🇪",
            "1️⃣",
            "#️⃣",
            "👍🏽",
            "✅",
            "🅰️",
            "™️",
            "🏴󠁧󠁢󠁳󠁣󠁴󠁿",
        ] {
            assert_eq!(signs([sign]), [sign], "{sign}");
        }
        let long = "👍".repeat(20);
        for text in [
            "",
            " ",
            "ok",
            "1",
            "<b>",
            "schön",
            "привет",
            "👍 yes",
            "👍\n👍",
            "\u{202e}👍",
            "x👍",
            &long,
        ] {
            assert_eq!(signs([text]), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn each_sign_counts_once_and_there_are_not_too_many() {
        assert_eq!(signs(["👍", "👍 ", "🎉"]), ["👍", "🎉"]);
        let many: Vec<String> = ('😀'..='😿').map(String::from).collect();
        assert_eq!(signs(many.iter().map(String::as_str)).len(), MOST_REACTIONS);
    }
}
