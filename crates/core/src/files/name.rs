//! A name from the network becomes the name of a file here.

/// The longest name that is made, in bytes. File systems take 255; the rest is for a number, and for programs that add an
/// ending of their own while they write.
pub const LONGEST_NAME: usize = 200;

/// The longest ending that is kept when a name is cut, in bytes.
const LONGEST_ENDING: usize = 16;

/// Farther than this nobody looks into a name, in characters.
const LOOKED_AT: usize = 16 * 1024;

/// Names that mean devices on Windows, whatever ending they have.
const DEVICES: &[&str] = &["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"];

/// A name that stays in the folder that it is put in, on every system, and that looks like what it is. Doing it twice
/// changes nothing.
///
/// What comes before a slash of either kind is gone, and so is what nobody sees or what turns the reading direction;
/// what a file system forbids becomes `_`; dots in front, which would hide it, and dots and spaces at the end, which
/// Windows drops, are gone; a device's name gets a `_` in front.
#[must_use]
pub fn safe_name(offered: &str) -> String {
    let last = offered.rsplit(['/', '\\']).next().unwrap_or_default();
    let mut name = String::new();
    for c in last.chars().take(LOOKED_AT).filter_map(allowed) {
        // Many spaces would push the ending out of sight.
        if !(c == ' ' && (name.is_empty() || name.ends_with(' '))) {
            name.push(c);
        }
    }
    let name = name.trim_start_matches(['.', ' ']);
    let mut name = name.trim_end_matches(['.', ' ']).to_owned();
    if name.is_empty() {
        return "file".to_owned();
    }
    if is_device(&name) {
        name.insert(0, '_');
    }
    cut(&name, LONGEST_NAME)
}

/// The name that an address ends with, made safe; `file` where it ends with none.
#[must_use]
pub fn shown_name(address: &str) -> String {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let after_scheme = path.split_once("://").map_or(path, |(_, rest)| rest);
    let Some((_, last)) = after_scheme.rsplit_once('/') else {
        return safe_name("");
    };
    safe_name(&unescaped(last))
}

/// The address of a file that a message hands over: its words are an address and nothing else, as clients write it that
/// know XEP-0066.
#[must_use]
pub fn address_in(body: &str) -> Option<&str> {
    let body = body.trim();
    let web = body.starts_with("https://") || body.starts_with("http://");
    let plain = web && body.len() <= super::LONGEST_ADDRESS && !body.contains(char::is_whitespace);
    plain.then_some(body)
}

/// What to try one after the other where a name is taken: itself, then with a number.
pub fn names_to_try(name: &str) -> impl Iterator<Item = String> + '_ {
    let numbered = (2..=9_999_u32).map(move |number| {
        let number = format!(" ({number})");
        let (stem, ending) = split(name);
        let room = LONGEST_NAME.saturating_sub(number.len() + ending.len());
        format!("{}{number}{ending}", cut_at(stem, room))
    });
    std::iter::once(name.to_owned()).chain(numbered)
}

fn allowed(c: char) -> Option<char> {
    match c {
        c if c.is_whitespace() && !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}') => {
            Some(' ')
        }
        c if c.is_control() || is_unseen(c) => None,
        '<' | '>' | ':' | '"' | '|' | '?' | '*' | '/' | '\\' => Some('_'),
        c => Some(c),
    }
}

/// Turns the reading direction, or is nothing to be seen (Unicode's `Cf`, variation selectors, fillers), or no character.
fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{115f}' | '\u{1160}'
        | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
    ) || u32::from(c) & 0xfffe == 0xfffe
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let upper = stem.to_ascii_uppercase();
    // Windows takes superscript digits for digits here.
    let port = upper
        .strip_prefix("COM")
        .or_else(|| upper.strip_prefix("LPT"))
        .is_some_and(|rest| {
            let mut digits = rest.chars();
            let first = digits.next();
            first.is_some_and(|c| c.is_ascii_digit() || matches!(c, '¹' | '²' | '³'))
                && digits.next().is_none()
        });
    port || DEVICES.contains(&upper.as_str())
}

/// Stem and ending, the dot with the ending.
fn split(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(dot) if dot > 0 && name.len() - dot <= LONGEST_ENDING => name.split_at(dot),
        _ => (name, ""),
    }
}

/// At most so many bytes; the ending stays.
fn cut(name: &str, most: usize) -> String {
    if name.len() <= most {
        return name.to_owned();
    }
    let (stem, ending) = split(name);
    format!("{}{ending}", cut_at(stem, most - ending.len()))
}

fn cut_at(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len()))
        .rev()
        .find(|end| text.is_char_boundary(*end));
    let cut = text.get(..end.unwrap_or_default()).unwrap_or_default();
    cut.trim_end_matches(['.', ' '])
}

/// Percent-escapes read (RFC 3986 §2.1); what is none, or gives no text, stays as it is.
fn unescaped(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut read = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let escape = text.get(at + 1..at + 3).filter(|_| *byte == b'%');
        match escape.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(escaped) => {
                read.push(escaped);
                at += 3;
            }
            None => {
                read.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8(read).unwrap_or_else(|_| text.to_owned())
}
