//! Text for popups. What comes from the network is hostile until it has passed here: it must not style, load,
//! reorder or flood anything (CVE-2018-6790 was a picture in a notification's body).

/// The most characters of a summary.
pub const SUMMARY: usize = 120;
/// The most characters of a body.
pub const BODY: usize = 400;
/// The most characters of a button.
pub const LABEL: usize = 40;

const FSI: char = '\u{2068}';
const PDI: char = '\u{2069}';

/// One line: controls are gone, overrides too, isolates are balanced, at most `limit` characters.
#[must_use]
pub fn line(text: &str, limit: usize) -> String {
    let spaced = text
        .chars()
        .map(|c| if is_break(c) || c == '\t' { ' ' } else { c });
    finish(&bounded(clean(spaced), limit))
}

/// Several lines, else like [`line`]. Runs of empty lines become one.
#[must_use]
pub fn lines(text: &str, limit: usize) -> String {
    let mut breaks = 0;
    let folded = text.chars().filter_map(|c| {
        if is_break(c) {
            breaks += 1;
            return (breaks <= 2).then_some('\n');
        }
        breaks = 0;
        Some(if c == '\t' { ' ' } else { c })
    });
    let bounded = bounded(clean(folded), limit);
    // A line is a paragraph of its own to the bidirectional algorithm, so isolates end with it.
    bounded
        .split('\n')
        .map(finish)
        .collect::<Vec<_>>()
        .join("\n")
        .trim_matches('\n')
        .to_owned()
}

/// A name from the network, ready to stand inside a sentence of ours: its direction cannot leak into it.
#[must_use]
pub fn isolated(name: &str) -> String {
    let line = line(name, SUMMARY);
    if is_isolated(&line) {
        line
    } else {
        format!("{FSI}{line}{PDI}")
    }
}

/// Escapes what a service with the capability `body-markup` would take for markup.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            _ => out.push(c),
        }
    }
    out
}

const fn is_break(c: char) -> bool {
    matches!(
        c,
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

/// Drops controls, embeddings and overrides, and invisible characters that only serve to deceive.
fn clean(chars: impl Iterator<Item = char>) -> impl Iterator<Item = char> {
    chars.filter(|&c| {
        c == '\n'
            || !(c.is_control()
                || matches!(c, '\u{202a}'..='\u{202e}' | '\u{206a}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}')
                || matches!(c, '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{feff}'))
    })
}

/// The first `limit` characters, the last of them an ellipsis if something was cut. Reads no further than that.
fn bounded(mut chars: impl Iterator<Item = char>, limit: usize) -> String {
    let mut out: String = chars.by_ref().take(limit).collect();
    if chars.next().is_some() {
        out.pop();
        while out.ends_with(['\u{200d}', ' ', '\n']) {
            out.pop();
        }
        out.push('…');
    }
    out
}

/// Balances isolates, and isolates the whole where a right-to-left or open isolate could reorder what is around.
fn finish(text: &str) -> String {
    let trimmed = text.trim_matches(' ');
    let mut out = String::with_capacity(trimmed.len() + 8);
    let mut open = 0_usize;
    for c in trimmed.chars() {
        match c {
            '\u{2066}'..='\u{2068}' => open += 1,
            PDI if open == 0 => continue,
            PDI => open -= 1,
            _ => {}
        }
        out.push(c);
    }
    out.extend(std::iter::repeat_n(PDI, open));
    if !is_isolated(&out) && out.chars().any(is_right_to_left) {
        format!("{FSI}{out}{PDI}")
    } else {
        out
    }
}

/// Whether one isolate holds the whole.
fn is_isolated(text: &str) -> bool {
    text.starts_with(FSI) && text.find(PDI) == Some(text.len() - PDI.len_utf8())
}

/// The blocks of right-to-left scripts, and the marks that act like one.
const fn is_right_to_left(c: char) -> bool {
    matches!(c,
        '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}' | '\u{200f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What strangers send: markup, entities, bidi, controls, length.
    const HOSTILE: &[&str] = &[
        "<img src=\"http://canary.example/x.png\">",
        "<a href=\"http://canary.example/\">click</a>",
        "<b><i><u>shout</u></i></b>",
        "&lt;img src=x&gt; &amp; &#60;img&#62;",
        "]]><img src=x>",
        "<IMG SRC=file:///etc/passwd>",
        "ok</body><img src='http://canary.example'>",
        "invoice\u{202e}fdp.exe",
        "\u{2067}\u{2067}\u{2067}never closed",
        "\u{2069}\u{2069}closed before it opened",
        "\u{202a}\u{202b}\u{202d}\u{202e}\u{202c}",
        "a\u{0}b\u{7}c\u{1b}[31mred\u{9b}31m",
        "שלום <b>עולם</b> \u{202e}",
        "one\u{2028}two\u{2029}three\u{85}four",
        "zero\u{200b}width\u{feff}join\u{2060}er",
    ];

    fn depth_stays_at_home(text: &str) -> bool {
        text.split('\n').all(|line| {
            let mut open = 0_i32;
            let never_below = line.chars().all(|c| {
                match c {
                    '\u{2066}'..='\u{2068}' => open += 1,
                    PDI => open -= 1,
                    _ => {}
                }
                open >= 0
            });
            never_below && open == 0
        })
    }

    #[test]
    fn no_hostile_text_keeps_controls_overrides_or_open_isolates() {
        for hostile in HOSTILE {
            for text in [
                line(hostile, SUMMARY),
                lines(hostile, BODY),
                isolated(hostile),
            ] {
                assert!(
                    !text.chars().any(|c| c.is_control() && c != '\n'),
                    "{hostile:?} kept a control: {text:?}"
                );
                assert!(
                    !text.contains(['\u{202a}', '\u{202b}', '\u{202d}', '\u{202e}']),
                    "{text:?}"
                );
                assert!(
                    depth_stays_at_home(&text),
                    "{hostile:?} is not balanced: {text:?}"
                );
            }
        }
    }

    #[test]
    fn no_hostile_text_is_markup_once_escaped() {
        for hostile in HOSTILE {
            let text = escaped(&lines(hostile, BODY));
            assert!(!text.contains(['<', '>']), "{text:?}");
            let lone = text
                .replace("&amp;", "")
                .replace("&lt;", "")
                .replace("&gt;", "");
            assert!(!lone.contains('&'), "{text:?}");
        }
    }

    #[test]
    fn an_entity_in_the_text_is_shown_as_typed() {
        assert_eq!(escaped("&lt;b&gt;"), "&amp;lt;b&amp;gt;");
    }

    #[test]
    fn a_megabyte_of_a_name_becomes_one_short_line() {
        let nick = "x".repeat(1 << 20);
        let shown = line(&nick, SUMMARY);
        assert_eq!(shown.chars().count(), SUMMARY);
        assert!(shown.ends_with('…'));
    }

    #[test]
    fn text_is_cut_between_characters_and_never_after_a_joiner() {
        let family = "👩\u{200d}👩\u{200d}👧".repeat(40);
        let shown = line(&family, 4);
        assert!(!shown.contains("\u{200d}…"), "{shown:?}");
        assert!(shown.ends_with('…'));
    }

    #[test]
    fn plain_text_passes_unchanged() {
        for text in ["Bob", "See you at 8 🎉", "Grüße, 你好", "a < b & c"] {
            assert_eq!(line(text, SUMMARY), text);
        }
    }

    #[test]
    fn right_to_left_text_cannot_turn_the_rest_around() {
        assert_eq!(line("שלום", SUMMARY), "\u{2068}שלום\u{2069}");
        assert_eq!(
            line(&isolated("שלום"), SUMMARY),
            "\u{2068}שלום\u{2069}",
            "isolating twice changes nothing"
        );
    }

    #[test]
    fn a_summary_has_one_line_and_a_body_keeps_its_lines() {
        assert_eq!(line("a\nb\u{2028}c", SUMMARY), "a b c");
        assert_eq!(lines("a\r\nb\n\n\n\n\nc\n", BODY), "a\n\nb\n\nc");
    }
}
