//! My own card: in its newer form (XEP-0292), and in the older one (XEP-0054) for those who know no other. What other
//! programs have written there and this one does not show stays as it was.

use super::Session;
use super::pending::{Answerer, Asked};
use super::person::{items_of, kind_of, newest_of};
use crate::ns;
use crate::stanza::{Build, error_of};
use carillon_core::person::{CardField, CardKind};
use carillon_core::session::{Incoming, StanzaProblem};
use minidom::Element;

/// A card that is being written, one step after the other.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Writing {
    request: u64,
    fields: Vec<CardField>,
    step: Step,
    /// Why the newer form could not be written.
    problem: Option<StanzaProblem>,
}

#[derive(Debug, PartialEq, Eq)]
enum Step {
    /// What is there is read, so that the rest of it stays.
    ReadNew,
    /// It is published for everybody, or where the node is set up otherwise, as that says.
    Publish {
        item: Box<Element>,
        as_it_is: bool,
    },
    ReadOld,
    WriteOld,
}

impl Session {
    pub(super) fn write_card(&mut self, request: u64, fields: Vec<CardField>) {
        let writing = Writing {
            request,
            fields,
            step: Step::ReadNew,
            problem: None,
        };
        let payload = newest_of(ns::VCARD4_NODE);
        self.ask("get", Answerer::Account, Asked::Card(writing), payload);
    }

    pub(super) fn hear_card(&mut self, iq: &Element, mut writing: Writing, failed: bool) {
        match writing.step {
            Step::ReadNew if failed && !error_of(iq).says_none() => {
                writing.problem = Some(error_of(iq));
                // Where nothing of the newer form is kept, the older one may be. What cannot be read now may not be
                // written over.
                if !error_of(iq).keeps_none() {
                    return self.card_is_written(writing);
                }
                self.read_old_card(writing);
            }
            Step::ReadNew => {
                let known = published(iq).filter(|_| !failed);
                let empty = Element::new_in(ns::VCARD4, "vcard");
                let card = merged(known.unwrap_or(&empty), &writing.fields);
                let item = Element::new_in(ns::PUBSUB, "item").with("id", "current");
                let item = Box::new(item.holding(card));
                self.publish_card(writing, item, false);
            }
            Step::Publish { item, as_it_is } => {
                if failed && !as_it_is {
                    writing.step = Step::ReadOld;
                    return self.publish_card(writing, item, true);
                }
                let problem = failed.then(|| error_of(iq));
                let step = Step::ReadOld;
                self.read_old_card(Writing {
                    step,
                    problem,
                    ..writing
                });
            }
            Step::ReadOld => {
                let known = iq.get_child("vCard", ns::VCARD).filter(|_| !failed);
                // An empty one may be said so (XEP-0054 §3.1); another error says that there are none here.
                if failed && !error_of(iq).says_none() {
                    return self.card_is_written(writing);
                }
                let empty = Element::new_in(ns::VCARD, "vCard");
                let known = known.unwrap_or(&empty);
                let card = merged(known, &writing.fields);
                // A server that keeps both as one has it already, and writing it would take the picture off for a moment.
                if shown(&card) == shown(known) {
                    writing.problem = None;
                    return self.card_is_written(writing);
                }
                writing.step = Step::WriteOld;
                self.ask("set", Answerer::Account, Asked::Card(writing), card);
            }
            Step::WriteOld => {
                if !failed {
                    writing.problem = None;
                }
                self.card_is_written(writing);
            }
        }
    }

    fn read_old_card(&mut self, mut writing: Writing) {
        writing.step = Step::ReadOld;
        let payload = Element::new_in(ns::VCARD, "vCard");
        self.ask("get", Answerer::Account, Asked::Card(writing), payload);
    }

    fn publish_card(&mut self, writing: Writing, item: Box<Element>, as_it_is: bool) {
        let publish = Element::new_in(ns::PUBSUB, "publish")
            .with("node", ns::VCARD4_NODE)
            .holding((*item).clone());
        let payload = Element::new_in(ns::PUBSUB, "pubsub").holding(publish);
        let payload = if as_it_is {
            payload
        } else {
            payload.holding(super::told::options("open"))
        };
        let step = Step::Publish { item, as_it_is };
        let writing = Writing { step, ..writing };
        self.ask("set", Answerer::Account, Asked::Card(writing), payload);
    }

    /// Whoever reads one of them sees it.
    fn card_is_written(&mut self, writing: Writing) {
        let request = writing.request;
        let result = writing.problem.map_or(Ok(()), Err);
        self.tell(Incoming::Outcome { request, result });
    }
}

fn published(iq: &Element) -> Option<&Element> {
    items_of(iq)?
        .children()
        .find_map(|item| item.get_child("vcard", ns::VCARD4))
}

/// The card with these lines in the place of the first of their kind. A line that says so already stays as it is, with
/// what other programs know of it.
fn merged(known: &Element, fields: &[CardField]) -> Element {
    let old = known.has_ns(ns::VCARD);
    let mut card = Element::bare(known.name(), known.ns());
    let mut done: Vec<CardKind> = Vec::new();
    let wanted = |kind: CardKind| {
        let field = fields.iter().find(|field| field.kind == kind)?;
        Some(field.text.trim()).filter(|text| !text.is_empty())
    };
    let line = |kind: CardKind| Some(written(kind, wanted(kind)?, old));
    for child in known.children() {
        let kind = kind_of(child.name()).filter(|kind| kind.is_written());
        match kind {
            Some(kind) if !done.contains(&kind) => {
                done.push(kind);
                let said = super::person::text_of_line(child);
                if said.is_some() && said.as_deref() == wanted(kind) {
                    card.append_child(child.clone());
                } else if let Some(line) = line(kind) {
                    card.append_child(line);
                }
            }
            _ => {
                card.append_child(child.clone());
            }
        }
    }
    for kind in CardKind::WRITTEN.iter().filter(|kind| !done.contains(kind)) {
        if let Some(line) = line(*kind) {
            card.append_child(line);
        }
    }
    card
}

/// What it says in the lines that are written.
fn shown(card: &Element) -> Vec<(CardKind, String)> {
    let mut lines: Vec<(CardKind, String)> = card
        .children()
        .filter_map(|child| {
            let kind = kind_of(child.name()).filter(|kind| kind.is_written())?;
            let text = super::person::text_of_line(child)?;
            Some((kind, text))
        })
        .collect();
    lines.sort();
    lines
}

fn written(kind: CardKind, text: &str, old: bool) -> Element {
    if old {
        return written_old(kind, text);
    }
    let (name, value, text) = match kind {
        CardKind::Nickname => ("nickname", "text", text.to_owned()),
        CardKind::Email => ("email", "text", text.to_owned()),
        CardKind::Phone => phone(text),
        CardKind::Url => ("url", "uri", text.to_owned()),
        CardKind::Organisation => ("org", "text", text.to_owned()),
        CardKind::Birthday => ("bday", "date", text.to_owned()),
        CardKind::Note => ("note", "text", text.to_owned()),
        _ => ("fn", "text", text.to_owned()),
    };
    Element::new_in(ns::VCARD4, name).holding_text(value, &text)
}

/// As an address where it is one (RFC 3966 §3), which other programs can call.
fn phone(text: &str) -> (&'static str, &'static str, String) {
    let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let number = digits
        .chars()
        .all(|c| c.is_ascii_digit() || "+-.()".contains(c));
    if number {
        ("tel", "uri", format!("tel:{digits}"))
    } else {
        ("tel", "text", text.to_owned())
    }
}

fn written_old(kind: CardKind, text: &str) -> Element {
    let line = |name| Element::new_in(ns::VCARD, name);
    match kind {
        CardKind::Nickname => line("NICKNAME").saying(text),
        CardKind::Email => line("EMAIL")
            .holding(line("INTERNET"))
            .holding_text("USERID", text),
        CardKind::Phone => line("TEL")
            .holding(line("VOICE"))
            .holding_text("NUMBER", text),
        CardKind::Url => line("URL").saying(text),
        CardKind::Organisation => line("ORG").holding_text("ORGNAME", text),
        CardKind::Birthday => line("BDAY").saying(text),
        CardKind::Note => line("NOTE").saying(text),
        _ => line("FN").saying(text),
    }
}
