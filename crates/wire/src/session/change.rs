//! What messages say about earlier ones: read, and written.

use super::encrypted::encryption;
use super::rooms::{goes_privately, mark};
use super::shared::words;
use crate::ns;
use crate::stanza::{Build, text_of};
use carillon_core::chat::encrypted_words;
use carillon_core::reaction::signs;
use carillon_core::reply::ReplyTo;
use carillon_core::session::{About, Change};
use jid::Jid;
use minidom::Element;

/// Longer ids than this nobody makes.
const LONGEST_ID: usize = 1_024;
/// What those read who know no retractions. Which language they speak is not known.
const RETRACTED: &str = "/me has taken back a message, which your client goes on showing.";
/// So many reactions of one message are looked at.
const MOST_READ: usize = 64;

/// What somebody says.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) body: String,
    /// What about an earlier message.
    pub(super) about: Option<About>,
    /// By what the words are encrypted: the body only says that.
    pub(super) encryption: Option<String>,
    /// It is to be shown as it is written (XEP-0393 §6).
    pub(super) unstyled: bool,
    /// What it answers.
    pub(super) reply: Option<ReplyTo>,
}

/// What a message says, and what about an earlier one. `None` when neither.
pub(super) fn said(message: &Element) -> Option<Said> {
    if let Some(encryption) = encryption(message) {
        return Some(Said {
            body: encrypted_words(&encryption),
            encryption: Some(encryption),
            ..Said::default()
        });
    }
    let body = words(message);
    let about = retraction(message)
        .or_else(|| correction(message))
        .or_else(|| reactions(message));
    match about {
        Some(about) if !about.change.has_words() => Some(Said {
            about: Some(about),
            ..Said::default()
        }),
        _ if body.is_empty() => None,
        about => Some(Said {
            body,
            about,
            unstyled: message.has_child("unstyled", ns::STYLING),
            ..Said::default()
        }),
    }
}

/// Whatever words stand beside it are for those who do not know better. What moderators take back is theirs to say, by
/// the room (XEP-0425).
fn retraction(message: &Element) -> Option<About> {
    let retract = only(message, "retract", ns::RETRACT)?;
    if retract.children().any(|child| child.name() == "moderated") {
        return None;
    }
    Some(About {
        target: target(message, retract)?,
        change: Change::Retraction,
    })
}

/// One that names itself corrects nothing (CVE-2021-41055, CVE-2022-39835): it is only what it says.
fn correction(message: &Element) -> Option<About> {
    let replace = only(message, "replace", ns::CORRECT)?;
    let target = target(message, replace)?;
    if text_of(message, "body").is_empty() {
        return None;
    }
    Some(About {
        target,
        change: Change::Correction,
    })
}

/// Words that stand beside are a message, unless they only say the same for those who know no reactions.
fn reactions(message: &Element) -> Option<About> {
    let given = only(message, "reactions", ns::REACTIONS)?;
    let target = target(message, given)?;
    let words = !text_of(message, "body").is_empty();
    if words && !has_fallback_for(message, ns::REACTIONS) {
        return None;
    }
    let given: Vec<String> = given
        .children()
        .filter(|child| child.is("reaction", ns::REACTIONS))
        .take(MOST_READ)
        .map(Element::text)
        .collect();
    Some(About {
        target,
        change: Change::Reactions(signs(given.iter().map(String::as_str))),
    })
}

/// The one child of this kind; of several nobody knows which is meant.
pub(super) fn only<'a>(message: &'a Element, name: &str, namespace: &str) -> Option<&'a Element> {
    let mut found = message.children().filter(|c| c.is(name, namespace));
    match (found.next(), found.next()) {
        (found, None) => found,
        _ => None,
    }
}

/// The message that is meant, if it is another one.
fn target(message: &Element, named: &Element) -> Option<String> {
    let target = named.attr("id").filter(|id| is_sound(id))?;
    if names(message, target) {
        tracing::warn!("what a message says about itself was left out");
        return None;
    }
    Some(target.to_owned())
}

/// Whether the words only stand there for those who do not know this (XEP-0428).
fn has_fallback_for(message: &Element, feature: &str) -> bool {
    message
        .children()
        .any(|child| child.is("fallback", ns::FALLBACK) && child.attr("for") == Some(feature))
}

pub(super) fn is_sound(id: &str) -> bool {
    !id.is_empty() && id.len() <= LONGEST_ID
}

/// Whether this is the message's own id, by any of its names.
pub(super) fn names(message: &Element, id: &str) -> bool {
    message.attr("id") == Some(id)
        || message.children().any(|child| {
            child.has_ns(ns::SID)
                && matches!(child.name(), "origin-id" | "stanza-id")
                && child.attr("id") == Some(id)
        })
}

/// As a stanza, `None` where that takes a message's words.
pub(super) fn stanza(to: &Jid, id: &str, about: &About, to_room: bool) -> Option<Element> {
    let mut stanza = Element::stanza("message")
        .with("type", if to_room { "groupchat" } else { "chat" })
        .with("to", to.as_str())
        .with("id", id)
        .holding(Element::new_in(ns::SID, "origin-id").with("id", id));
    if goes_privately(to, to_room) {
        stanza = stanza.holding(mark());
    }
    match &about.change {
        // What moderators take back is asked of the room.
        Change::Correction | Change::Moderation(_) => None,
        // Without words an archive keeps it only if it is asked to.
        Change::Reactions(_) => Some(
            stanza
                .holding(element(about))
                .holding(Element::new_in(ns::HINTS, "store")),
        ),
        Change::Retraction => Some(
            stanza
                .holding_text("body", RETRACTED)
                .holding(element(about))
                .holding(Element::new_in(ns::FALLBACK, "fallback").with("for", ns::RETRACT))
                .holding(Element::new_in(ns::HINTS, "store")),
        ),
    }
}

/// The element that says it.
pub(super) fn element(about: &About) -> Element {
    match &about.change {
        Change::Correction => Element::new_in(ns::CORRECT, "replace").with("id", &about.target),
        Change::Retraction | Change::Moderation(_) => {
            Element::new_in(ns::RETRACT, "retract").with("id", &about.target)
        }
        Change::Reactions(signs) => signs.iter().fold(
            Element::new_in(ns::REACTIONS, "reactions").with("id", &about.target),
            |reactions, sign| reactions.holding_text("reaction", sign),
        ),
    }
}
