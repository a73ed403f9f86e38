//! What is asked about a person: vCards (XEP-0292, XEP-0054), programs (XEP-0092) and clocks (XEP-0202).

use super::Session;
use super::iq::announces;
use super::pending::{Answerer, Asked};
use crate::ns;
use crate::stanza::{Build, error_of};
use carillon_core::person::{CardField, CardKind, DeviceAbility, PersonAnswer, PersonQuestion};
use carillon_core::session::{Incoming, StanzaProblem};
use jid::Jid;
use minidom::Element;

/// So many lines of a card are shown.
const FIELDS: usize = 32;
/// So many characters of a text are.
const LONGEST: usize = 500;
/// What is looked for in what a device announces. Calls and encryption are only recognised.
const ABILITIES: &[(DeviceAbility, &str)] = &[
    (DeviceAbility::Receipts, ns::RECEIPTS),
    (DeviceAbility::ReadMarks, ns::DISPLAYED_MARKERS),
    (DeviceAbility::Corrections, ns::CORRECT),
    (DeviceAbility::Replies, ns::REPLY),
    (DeviceAbility::Reactions, ns::REACTIONS),
    (DeviceAbility::Attention, ns::ATTENTION),
    (DeviceAbility::Calls, "urn:xmpp:jingle:apps:rtp:1"),
    (
        DeviceAbility::Encryption,
        "eu.siacs.conversations.axolotl.devicelist+notify",
    ),
    (DeviceAbility::Encryption, "urn:xmpp:omemo:2:devices+notify"),
];
/// No clock is further from UTC than this, in minutes.
const FARTHEST: i16 = 14 * 60;

/// What was asked.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct AskedPerson {
    request: u64,
    question: PersonQuestion,
}

impl Session {
    pub(super) fn ask_person(&mut self, request: u64, of: &Jid, question: PersonQuestion) {
        let payload = match question {
            PersonQuestion::Program => Element::new_in(ns::VERSION, "query"),
            PersonQuestion::Clock => Element::new_in(ns::TIME, "time"),
            PersonQuestion::LastActivity => Element::new_in(ns::LAST, "query"),
            PersonQuestion::Abilities => Element::new_in(ns::DISCO_INFO, "query"),
            PersonQuestion::OldCard => Element::new_in(ns::VCARD, "vCard"),
            PersonQuestion::Card => newest_of(ns::VCARD4_NODE),
            PersonQuestion::Nick => newest_of(ns::NICK),
        };
        let asked = Asked::Person(AskedPerson { request, question });
        let answerer = if *of == self.me.bare {
            Answerer::Account
        } else {
            Answerer::Device(of.clone())
        };
        self.ask("get", answerer, asked, payload);
    }

    pub(super) fn hear_person(&mut self, iq: &Element, asked: &AskedPerson, failed: bool) {
        let answer = if failed {
            Err(error_of(iq))
        } else {
            read(iq, asked.question).ok_or_else(|| StanzaProblem {
                condition: "undefined-condition".to_owned(),
                text: String::new(),
            })
        };
        self.tell(Incoming::Person {
            request: asked.request,
            answer,
        });
    }
}

fn read(iq: &Element, question: PersonQuestion) -> Option<PersonAnswer> {
    match question {
        PersonQuestion::Program => {
            let query = iq.get_child("query", ns::VERSION)?;
            let said = |name| query.get_child(name, ns::VERSION).map(Element::text);
            Some(PersonAnswer::Program {
                name: tidy(&said("name")?)?,
                version: said("version")
                    .and_then(|text| tidy(&text))
                    .unwrap_or_default(),
            })
        }
        PersonQuestion::Clock => {
            let time = iq.get_child("time", ns::TIME)?;
            let offset = minutes(time.get_child("tzo", ns::TIME)?.text().trim())?;
            Some(PersonAnswer::Clock { offset })
        }
        PersonQuestion::LastActivity => {
            let seconds = iq.get_child("query", ns::LAST)?.attr("seconds")?;
            let seconds = seconds.parse().ok()?;
            Some(PersonAnswer::LastActivity { seconds })
        }
        PersonQuestion::Abilities => {
            iq.get_child("query", ns::DISCO_INFO)?;
            let has = |ability: &&(DeviceAbility, &str)| announces(iq, ability.1);
            let abilities = ABILITIES.iter().filter(has);
            Some(PersonAnswer::Abilities {
                abilities: abilities.map(|(ability, _)| *ability).collect(),
            })
        }
        PersonQuestion::Card => {
            let card = items_of(iq)?
                .children()
                .find_map(|item| item.get_child("vcard", ns::VCARD4))?;
            Some(fields(card))
        }
        PersonQuestion::Nick => {
            let nick = items_of(iq)?.children().next().map(super::told::nick);
            Some(PersonAnswer::Nick {
                nick: nick.unwrap_or_default(),
            })
        }
        PersonQuestion::OldCard => Some(fields(iq.get_child("vCard", ns::VCARD)?)),
    }
}

/// Asks for what was published last (XEP-0060 §6.5.7).
pub(super) fn newest_of(node: &str) -> Element {
    let items = Element::new_in(ns::PUBSUB, "items").with("node", node);
    Element::new_in(ns::PUBSUB, "pubsub").holding(items.with("max_items", "1"))
}

/// What an answer to that holds.
pub(super) fn items_of(iq: &Element) -> Option<&Element> {
    iq.get_child("pubsub", ns::PUBSUB)?
        .get_child("items", ns::PUBSUB)
}

/// `+01:30`, `-06:00` or `Z` (XEP-0082 §3.2), in minutes.
fn minutes(text: &str) -> Option<i16> {
    if text == "Z" {
        return Some(0);
    }
    let sign = match text.chars().next()? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    let number = |text: &str| text.parse::<u8>().ok().map(i16::from);
    let offset = number(hours)? * 60 + number(minutes)?;
    (offset <= FARTHEST).then_some(sign * offset)
}

/// All of a card that is text; pictures, keys and sounds are not.
fn fields(card: &Element) -> PersonAnswer {
    let line = |field: &Element| {
        let kind = kind_of(field.name())?;
        let text = text_of_line(field)?;
        Some(CardField { kind, text })
    };
    let fields = card.children().filter_map(line).take(FIELDS).collect();
    PersonAnswer::Card { fields }
}

/// What a line of a card says; of a number that can be called (RFC 3966), the number.
pub(super) fn text_of_line(line: &Element) -> Option<String> {
    let mut words = Vec::new();
    gather(line, &mut words);
    let text = words.join(", ");
    tidy(text.strip_prefix("tel:").unwrap_or(&text))
}

/// The texts in an element, but not what is said about them.
fn gather(element: &Element, words: &mut Vec<String>) {
    let own = element.text();
    if !own.trim().is_empty() {
        words.push(own.trim().to_owned());
    }
    for child in element
        .children()
        .filter(|child| child.name() != "parameters")
    {
        if words.len() < FIELDS {
            gather(child, words);
        }
    }
}

pub(super) fn kind_of(name: &str) -> Option<CardKind> {
    Some(match name.to_ascii_lowercase().as_str() {
        "fn" => CardKind::Name,
        "nickname" => CardKind::Nickname,
        "email" => CardKind::Email,
        "tel" => CardKind::Phone,
        "url" => CardKind::Url,
        "bday" => CardKind::Birthday,
        "org" => CardKind::Organisation,
        "title" => CardKind::Title,
        "role" => CardKind::Role,
        "adr" => CardKind::Address,
        "note" | "desc" => CardKind::Note,
        _ => return None,
    })
}

/// A bounded text; `None` when nothing is in it.
fn tidy(text: &str) -> Option<String> {
    let text: String = text.trim().chars().take(LONGEST).collect();
    (!text.is_empty()).then_some(text)
}
