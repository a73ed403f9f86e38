//! Why I am not in a room (XEP-0045 §7.2, §15.6).

use super::occupant::by_room;
use crate::ns;
use crate::stanza::{error_of, text_of};
use carillon_core::room::{RoomCause, RoomTrouble};
use minidom::Element;

/// A moderator's words are kept up to here, in characters.
const LONGEST_WORDS: usize = 500;

/// Status codes of XEP-0045 §15.6.
pub(super) fn has_status(presence: &Element, code: &str) -> bool {
    by_room(presence).is_some_and(|x| {
        x.children()
            .any(|child| child.is("status", ns::MUC_USER) && child.attr("code") == Some(code))
    })
}

/// The nick that somebody who goes has from now on (§7.6).
pub(super) fn new_nick(presence: &Element) -> Option<String> {
    if !has_status(presence, "303") {
        return None;
    }
    let item = by_room(presence)?.get_child("item", ns::MUC_USER)?;
    item.attr("nick").map(str::to_owned)
}

/// Why I was put out.
pub(super) fn put_out(presence: &Element) -> RoomTrouble {
    let known = [
        ("301", RoomCause::Banned),
        ("307", RoomCause::Kicked),
        ("321", RoomCause::RightsChanged),
        ("322", RoomCause::MembersOnly),
        ("332", RoomCause::ShutDown),
        ("333", RoomCause::ConnectionBroke),
    ];
    let x = by_room(presence);
    let part = |name| x.and_then(|x| x.get_child(name, ns::MUC_USER));
    // A broken connection is told together with a kick by some.
    let found = |code| has_status(presence, code);
    let cause = if part("destroy").is_some() {
        RoomCause::Closed
    } else if found("333") {
        RoomCause::ConnectionBroke
    } else {
        known
            .iter()
            .find(|(code, _)| found(code))
            .map_or(RoomCause::Other, |(_, cause)| *cause)
    };
    let reason = |part: &Element| part.get_child("reason", ns::MUC_USER).map(Element::text);
    let words = part("item")
        .and_then(reason)
        .or_else(|| part("destroy").and_then(reason))
        .filter(|words| !words.is_empty())
        .unwrap_or_else(|| text_of(presence, "status"));
    let by = part("item")
        .and_then(|item| item.get_child("actor", ns::MUC_USER))
        .and_then(|actor| actor.attr("nick"));
    RoomTrouble {
        cause,
        by: short(by.unwrap_or_default()),
        words: short(&words),
    }
}

/// Why I was not let in.
pub(super) fn not_let_in(presence: &Element) -> RoomTrouble {
    let problem = error_of(presence);
    let cause = match problem.condition.as_str() {
        "not-authorized" => RoomCause::Password,
        "registration-required" => RoomCause::MembersOnly,
        "forbidden" => RoomCause::Banned,
        "conflict" => RoomCause::NickTaken,
        "service-unavailable" => RoomCause::Full,
        "item-not-found" | "gone" => RoomCause::NoSuchRoom,
        "not-allowed" => RoomCause::MayNotCreate,
        _ => RoomCause::Other,
    };
    let words = if problem.text.is_empty() && cause == RoomCause::Other {
        problem.condition
    } else {
        problem.text
    };
    RoomTrouble {
        cause,
        by: String::new(),
        words: short(&words),
    }
}

pub(super) fn short(text: &str) -> String {
    text.chars().take(LONGEST_WORDS).collect()
}
