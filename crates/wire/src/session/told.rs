//! What people publish about themselves in words: moods (XEP-0107) and nicks (XEP-0172).

use super::Session;
use super::pending::{Answerer, Asked};
use crate::ns;
use crate::stanza::Build;
use carillon_core::mood::{Feeling, LONGEST_NICK, LONGEST_WORDS, Mood, Told, one_line};
use carillon_core::session::Incoming;
use jid::BareJid;
use minidom::Element;

impl Session {
    /// An event of `owner`, who sent it.
    pub(super) fn hear_told(&mut self, owner: BareJid, node: &str, event: &Element) {
        let item = event
            .children()
            .find(|child| child.is("item", ns::PUBSUB_EVENT));
        // An event about a deleted item, or all of them, says that there is none any more (XEP-0060 §7.2, §8.5).
        let told = if node == ns::MOOD {
            Told::Mood(item.and_then(mood))
        } else {
            Told::Nick(item.map(nick).unwrap_or_default())
        };
        self.tell(Incoming::Told { from: owner, told });
    }

    /// Tells those who see my presence, and nobody else.
    pub(super) fn say_told(&mut self, request: u64, told: &Told) {
        let (node, payload) = match told {
            Told::Mood(None) => (ns::MOOD, Element::new_in(ns::MOOD, "mood")),
            Told::Mood(Some(mood)) => {
                let feeling = Element::new_in(ns::MOOD, mood.feeling.name());
                let payload = Element::new_in(ns::MOOD, "mood").holding(feeling);
                let words = one_line(&mood.words, LONGEST_WORDS);
                let payload = if words.is_empty() {
                    payload
                } else {
                    payload.holding_text("text", &words)
                };
                (ns::MOOD, payload)
            }
            Told::Nick(nick) => (
                ns::NICK,
                Element::new_in(ns::NICK, "nick").saying(&one_line(nick, LONGEST_NICK)),
            ),
        };
        let item = Element::new_in(ns::PUBSUB, "item").holding(payload);
        let publish = Element::new_in(ns::PUBSUB, "publish")
            .with("node", node)
            .holding(item);
        let payload = Element::new_in(ns::PUBSUB, "pubsub")
            .holding(publish)
            .holding(options("presence"));
        self.ask("set", Answerer::Account, Asked::Request(request), payload);
    }
}

/// How they feel, if it is a feeling that is known; an empty one ends it (§2.2).
fn mood(item: &Element) -> Option<Mood> {
    let mood = item.get_child("mood", ns::MOOD)?;
    let feeling = mood
        .children()
        .filter(|child| child.has_ns(ns::MOOD))
        .find_map(|child| Feeling::named(child.name()))?;
    let words = mood.get_child("text", ns::MOOD).map(Element::text);
    Some(Mood {
        feeling,
        words: one_line(&words.unwrap_or_default(), LONGEST_WORDS),
    })
}

pub(super) fn nick(item: &Element) -> String {
    let nick = item.get_child("nick", ns::NICK).map(Element::text);
    one_line(&nick.unwrap_or_default(), LONGEST_NICK)
}

/// For whose eyes it is, as XEP-0060 §4.5 names them: a server that cannot promise that publishes nothing (§7.1.5).
pub(super) fn options(access: &str) -> Element {
    let field = |name: &str, value: &str| {
        Element::new_in(ns::DATA_FORMS, "field")
            .with("var", name)
            .holding_text("value", value)
    };
    let kind = field("FORM_TYPE", ns::PUBLISH_OPTIONS);
    let form = Element::new_in(ns::DATA_FORMS, "x")
        .with("type", "submit")
        .holding(kind.with("type", "hidden"));
    let form = form.holding(field("pubsub#access_model", access));
    Element::new_in(ns::PUBSUB, "publish-options").holding(form)
}
