//! Messages that answer another one (XEP-0461): read, and written.

use super::change::{Said, is_sound, names, only};
use crate::ns;
use crate::stanza::{Build, text_of};
use carillon_core::reply::{Answered, ReplyTo};
use carillon_core::session::Change;
use jid::{BareJid, Jid};
use minidom::Element;

/// So many ranges of one message are looked at.
const MOST_RANGES: usize = 16;

/// Takes what a message answers, and the words that only quote that out of its own. `two`: I and the other one, in a chat
/// of two. Whoever else is named there has said nothing in this chat.
pub(super) fn take_reply(message: &Element, said: &mut Said, two: Option<(&BareJid, &BareJid)>) {
    let corrects = |about: &carillon_core::session::About| about.change == Change::Correction;
    if said.body.is_empty()
        || said.encryption.is_some()
        || !said.about.as_ref().is_none_or(corrects)
    {
        return;
    }
    let Some(reply) = reply(message, two) else {
        return;
    };
    said.reply = Some(reply);
    // The ranges are those of the body that was sent: an address that was taken in its place has none.
    if said.body == text_of(message, "body")
        && let Some(own) = own_words(message, &said.body)
    {
        said.body = own;
    }
}

fn reply(message: &Element, two: Option<(&BareJid, &BareJid)>) -> Option<ReplyTo> {
    let reply = only(message, "reply", ns::REPLY)?;
    let target = reply.attr("id").filter(|id| is_sound(id))?;
    if names(message, target) {
        return None;
    }
    let mine = match (two, reply.attr("to")) {
        (Some((me, other)), Some(to)) => {
            let author = Jid::new(to).ok()?.to_bare();
            if author != *me && author != *other {
                return None;
            }
            Some(author == *me)
        }
        _ => None,
    };
    Some(ReplyTo {
        target: target.to_owned(),
        mine,
    })
}

/// A body without the ranges that its sender marks as a quote for those who know no replies (XEP-0428 §3). `None` where
/// there are none, they are nonsense, or nothing would be left: then all of it is what the sender says.
fn own_words(message: &Element, body: &str) -> Option<String> {
    let mut ranges = message
        .children()
        .filter(|child| child.is("fallback", ns::FALLBACK) && child.attr("for") == Some(ns::REPLY))
        .flat_map(|fallback| {
            fallback
                .children()
                .filter(|child| child.is("body", ns::FALLBACK))
        })
        .take(MOST_RANGES + 1)
        .map(range)
        .collect::<Option<Vec<_>>>()?;
    if ranges.is_empty() || ranges.len() > MOST_RANGES {
        return None;
    }
    ranges.sort_unstable();
    let length = body.chars().count();
    let apart = ranges.windows(2).all(|two| match two {
        [one, next] => one.1 <= next.0,
        _ => true,
    });
    if !apart || ranges.last().is_some_and(|last| last.1 > length) {
        return None;
    }
    let is_own = |at: usize| {
        !ranges
            .iter()
            .any(|(start, end)| (*start..*end).contains(&at))
    };
    let own: String = body
        .chars()
        .enumerate()
        .filter_map(|(at, c)| is_own(at).then_some(c))
        .collect();
    // Some leave the end of the quote's last line to what follows.
    let own = own.trim_start_matches(['\n', '\r']);
    (!own.trim().is_empty()).then(|| own.to_owned())
}

/// In Unicode code points, the end not included.
fn range(body: &Element) -> Option<(usize, usize)> {
    let number = |name| {
        let digits = body.attr(name)?;
        let sound = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        digits.parse::<usize>().ok().filter(|_| sound)
    };
    let (start, end) = (number("start")?, number("end")?);
    (start < end).then_some((start, end))
}

/// The words with the quote before them, and what says which message is answered.
pub(super) fn body(of: &Answered, body: &str) -> String {
    format!("{}{body}", of.quote)
}

/// The elements that say so.
pub(super) fn beside(stanza: Element, of: &Answered) -> Element {
    let reply = Element::new_in(ns::REPLY, "reply")
        .with_some("to", of.author.as_ref().map(Jid::as_str))
        .with("id", &of.target);
    let stanza = stanza.holding(reply);
    if of.quote.is_empty() {
        return stanza;
    }
    let range = Element::new_in(ns::FALLBACK, "body")
        .with("start", "0")
        .with("end", &of.quote.chars().count().to_string());
    stanza.holding(
        Element::new_in(ns::FALLBACK, "fallback")
            .with("for", ns::REPLY)
            .holding(range),
    )
}
