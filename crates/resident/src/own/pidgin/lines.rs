//! The lines of a log: who said what when. A page's colours say also whether I did.

use super::moment::{Begun, Clock};
use jiff::Timestamp;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Text,
    Page,
}

/// What somebody said. What the program itself says is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// `None` when it is no time that there is.
    pub(super) at: Option<Timestamp>,
    /// How Pidgin calls them; of what was done (`/me`) in a text, the name and the words.
    pub(super) name: String,
    /// Whether I said it, where the page tells.
    pub(super) mine: Option<bool>,
    /// It was done: in a text it is not known where the name ends.
    pub(super) done: bool,
    pub(super) body: String,
}

/// What I said, what others said, and what anybody did, in a page.
const MINE: &str = "#16569E";
const THEIRS: &str = "#A82F2F";
const DONE: &str = "#062585";

/// More letters are no name.
const LONGEST_NAME: usize = 300;

pub(super) fn read(format: Format, text: &str, begun: &Begun) -> Vec<Line> {
    let mut clock = Clock::at(begun);
    let mut lines: Vec<Line> = Vec::new();
    // What belongs to nothing, such as the rest of what the program said.
    let mut open = false;
    // The first line says what it is.
    for raw in text.lines().skip(1) {
        let begins = match format {
            Format::Text => of_text(raw, &mut clock),
            Format::Page => of_page(raw, &mut clock),
        };
        match begins {
            Begins::Said(line) => {
                lines.push(line);
                open = true;
            }
            Begins::Program => open = false,
            Begins::Nothing if open => {
                if let Some(last) = lines.last_mut() {
                    let more = match format {
                        Format::Text => raw.to_owned(),
                        Format::Page => words(raw),
                    };
                    last.body.push('\n');
                    last.body.push_str(&more);
                }
            }
            Begins::Nothing => {}
        }
    }
    for line in &mut lines {
        let kept = |letter: &char| !letter.is_control() || matches!(letter, '\n' | '\t');
        line.body = line.body.trim_end().chars().filter(kept).collect();
    }
    lines
}

enum Begins {
    Said(Line),
    Program,
    Nothing,
}

/// `(09:30:12) Bob: words`, `(09:30:12) ***Bob waves`.
fn of_text(raw: &str, clock: &mut Clock) -> Begins {
    let parts = raw.strip_prefix('(').and_then(|rest| rest.split_once(") "));
    let Some((time, rest)) = parts else {
        return Begins::Nothing;
    };
    let Some(at) = clock.read(time) else {
        return Begins::Nothing;
    };
    let line = |name: &str, done, body: &str| {
        Begins::Said(Line {
            at,
            name: name.to_owned(),
            mine: None,
            done,
            body: body.to_owned(),
        })
    };
    if let Some(done) = rest.strip_prefix("***") {
        return line(done, true, "");
    }
    match rest.split_once(':') {
        Some((name, body)) if !name.is_empty() && name.len() <= LONGEST_NAME => {
            let name = name.strip_suffix(" <AUTO-REPLY>").unwrap_or(name);
            line(name, false, body.strip_prefix(' ').unwrap_or(body))
        }
        _ => Begins::Program,
    }
}

/// `<font color="#16569E"><font size="2">(09:30:12)</font> <b>Alice:</b></font> words<br/>`.
fn of_page(raw: &str, clock: &mut Clock) -> Begins {
    let colour = raw
        .strip_prefix("<font color=\"")
        .and_then(|rest| rest.split_once("\">"));
    let (colour, rest) = colour.map_or((None, raw), |(colour, rest)| (Some(colour), rest));
    let time = rest
        .strip_prefix("<font size=\"2\">(")
        .and_then(|rest| rest.split_once(")</font>"));
    let Some((time, rest)) = time else {
        return Begins::Nothing;
    };
    let Some(at) = clock.read(time) else {
        return Begins::Nothing;
    };
    let name = rest
        .trim_start()
        .strip_prefix("<b>")
        .and_then(|rest| rest.split_once("</b></font>"));
    let (Some(colour), Some((name, body))) = (colour, name) else {
        return Begins::Program;
    };
    let name = words(name);
    let (name, done) = match name.strip_prefix("***") {
        Some(name) => (name, true),
        None => (name.strip_suffix(':').unwrap_or(&name), false),
    };
    let mine = match colour {
        MINE => Some(true),
        THEIRS => Some(false),
        DONE => None,
        _ => return Begins::Program,
    };
    let name = name.strip_suffix(" <AUTO-REPLY>").unwrap_or(name);
    let body = words(body);
    let body = body.trim_start();
    let body = if done {
        format!("/me {body}")
    } else {
        body.to_owned()
    };
    Begins::Said(Line {
        at,
        name: name.to_owned(),
        mine,
        done: false,
        body,
    })
}

/// The words of a page, without what says how they look.
fn words(page: &str) -> String {
    let mut said = String::with_capacity(page.len());
    let mut rest = page;
    while let Some(at) = rest.find(['<', '&']) {
        let (before, from) = rest.split_at(at);
        said.push_str(before);
        let (end, is_tag) = if from.starts_with('<') {
            (from.find('>'), true)
        } else {
            (from.find(';').filter(|end| *end <= 10), false)
        };
        let Some(end) = end else {
            // A mark that begins nothing.
            let (mark, after) = from.split_at(1);
            said.push_str(mark);
            rest = after;
            continue;
        };
        let (what, after) = from.split_at(end + 1);
        let inner = what.get(1..end).unwrap_or_default();
        if is_tag {
            let tag = inner.trim_end_matches(['/', ' ']);
            if tag.eq_ignore_ascii_case("br") {
                said.push('\n');
            }
        } else {
            match letter(inner) {
                Some(letter) => said.push(letter),
                None => said.push_str(what),
            }
        }
        rest = after;
    }
    said.push_str(rest);
    // The end of the line is the page's.
    match said.strip_suffix('\n') {
        Some(said) => said.to_owned(),
        None => said,
    }
}

fn letter(name: &str) -> Option<char> {
    Some(match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        _ => {
            let number = name.strip_prefix('#')?;
            let number = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(number)?
        }
    })
}
