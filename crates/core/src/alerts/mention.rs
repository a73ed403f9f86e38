//! Whether a room's message is meant for me.

/// Whether `text` holds my nick or one of my keywords as a word, in any letter case. A word ends where letters and
/// digits end, so "Ann" is not mentioned by "Anna" but is by "@ann:". Scripts that put no spaces between words, or
/// hang endings on a name, have no such ends: there a word is found wherever it stands.
#[must_use]
pub fn is_mention(text: &str, nick: &str, keywords: &[String]) -> bool {
    let text = text.to_lowercase();
    std::iter::once(nick)
        .chain(keywords.iter().map(String::as_str))
        .map(|word| word.trim().to_lowercase())
        .any(|word| !word.is_empty() && holds_word(&text, &word))
}

fn holds_word(text: &str, word: &str) -> bool {
    let (first, last) = (word.chars().next(), word.chars().next_back());
    text.match_indices(word).any(|(at, found)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text.get(at + found.len()..);
        let after = after.and_then(|text| text.chars().next());
        are_apart(before, first) && are_apart(last, after)
    })
}

/// Whether a word can end between two letters; `None` is the text's end.
fn are_apart(left: Option<char>, right: Option<char>) -> bool {
    let (Some(left), Some(right)) = (left, right) else {
        return true;
    };
    let both_letters = left.is_alphanumeric() && right.is_alphanumeric();
    !both_letters || runs_on(left) || runs_on(right)
}

/// The letters of scripts whose words do not end in spaces, by Unicode's blocks.
const RUNNING_ON: [(char, char); 16] = [
    // Thai, Lao, Tibetan, Burmese
    ('\u{0E00}', '\u{109F}'),
    // Korean: particles hang on names
    ('\u{1100}', '\u{11FF}'),
    // Khmer
    ('\u{1780}', '\u{17FF}'),
    // Tai Le, New Tai Lue
    ('\u{1950}', '\u{19FF}'),
    // Tai Tham
    ('\u{1A20}', '\u{1AAF}'),
    // Balinese
    ('\u{1B00}', '\u{1B7F}'),
    // Han's marks, kana, bopomofo, Korean letters
    ('\u{3005}', '\u{3007}'),
    ('\u{3041}', '\u{31FF}'),
    // Han
    ('\u{3400}', '\u{4DBF}'),
    ('\u{4E00}', '\u{9FFF}'),
    // Javanese, more Burmese, Tai Viet
    ('\u{A960}', '\u{AADF}'),
    // Korean
    ('\u{AC00}', '\u{D7FF}'),
    // Han
    ('\u{F900}', '\u{FAFF}'),
    // Narrow kana and Korean letters
    ('\u{FF66}', '\u{FFDC}'),
    // More kana
    ('\u{1AFF0}', '\u{1B16F}'),
    // Rare Han
    ('\u{20000}', '\u{3FFFF}'),
];

fn runs_on(letter: char) -> bool {
    RUNNING_ON
        .iter()
        .any(|(first, last)| (*first..=*last).contains(&letter))
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

    #[test]
    fn a_name_in_a_script_without_spaces_is_found_wherever_it_stands() {
        for (text, nick) in [
            ("今天小明来吗", "小明"),
            ("たかしさん、これ見て", "たかし"),
            ("あとでタカシに聞く", "タカシ"),
            ("วันนี้สมชายมาไหม", "สมชาย"),
            ("민수야 어디야", "민수"),
            ("𠮷田さん", "𠮷田"),
        ] {
            assert!(is_mention(text, nick, &[]), "{text}");
        }
    }

    #[test]
    fn a_latin_name_ends_where_such_a_script_begins() {
        assert!(is_mention("Annさん、これ見て", "Ann", &[]));
        assert!(is_mention("今天deploy了吗", "", &["deploy".to_owned()]));
        assert!(!is_mention("Annaさん", "Ann", &[]));
    }
}
