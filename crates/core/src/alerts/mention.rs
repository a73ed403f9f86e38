//! Whether a room's message is meant for me.

/// Whether `text` holds my nick or one of my keywords as a word, in any letter case. A word ends where letters and
/// digits end, so "Ann" is not mentioned by "Anna" but is by "@ann:".
#[must_use]
pub fn is_mention(text: &str, nick: &str, keywords: &[String]) -> bool {
    let text = text.to_lowercase();
    std::iter::once(nick)
        .chain(keywords.iter().map(String::as_str))
        .map(|word| word.trim().to_lowercase())
        .any(|word| !word.is_empty() && holds_word(&text, &word))
}

fn holds_word(text: &str, word: &str) -> bool {
    let ends = |letter: Option<char>| letter.is_none_or(|letter| !letter.is_alphanumeric());
    text.match_indices(word).any(|(at, found)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text.get(at + found.len()..);
        let after = after.and_then(|text| text.chars().next());
        ends(before) && ends(after)
    })
}

#[cfg(test)]
mod tests {
    use super::is_mention;

    #[test]
    fn my_nick_is_found_as_a_word_only() {
        for text in ["Ann?", "@ann: look", "hi ANN", "ann"] {
            assert!(is_mention(text, "Ann", &[]), "{text}");
        }
        for text in ["Anna", "channel", "", "a n n"] {
            assert!(!is_mention(text, "Ann", &[]), "{text}");
        }
    }

    #[test]
    fn keywords_count_like_my_nick_and_an_empty_one_never() {
        let words = [String::from("deploy"), String::from("  "), String::new()];
        assert!(is_mention("Deploy is done", "Ann", &words));
        assert!(!is_mention("deployed", "Ann", &words));
        assert!(!is_mention("anything", "", &words));
    }

    #[test]
    fn letters_of_all_scripts_are_letters() {
        assert!(is_mention("привет, Аня!", "аня", &[]));
        assert!(!is_mention("Ваняша", "аня", &[]));
        assert!(is_mention("Ünal: hi", "ünal", &[]));
    }
}
