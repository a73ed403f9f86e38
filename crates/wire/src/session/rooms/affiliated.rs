//! The lists that a room keeps of people (XEP-0045 §9, §10).

use super::occupant::affiliation;
use crate::ns;
use carillon_core::room::{Affiliated, Affiliation, AffiliationList};
use jid::BareJid;
use minidom::Element;
use std::collections::HashSet;

/// So many are taken in; a list comes in one piece, which the stream's own bound cuts at about as many.
const MOST: usize = 10_000;
/// Characters of a nick, and of why somebody is on a list.
const LONGEST_NICK: usize = 100;
const LONGEST_WORDS: usize = 300;

/// Who is on the list that was asked for, each once.
pub(super) fn people(iq: &Element, asked: Affiliation) -> AffiliationList {
    let Some(query) = iq.get_child("query", ns::MUC_ADMIN) else {
        return AffiliationList::default();
    };
    let mut seen = HashSet::new();
    let mut list = AffiliationList::default();
    for item in query
        .children()
        .filter(|child| child.is("item", ns::MUC_ADMIN))
    {
        let Some(jid) = item.attr("jid").and_then(|jid| BareJid::new(jid).ok()) else {
            continue;
        };
        if affiliation(item.attr("affiliation")) != asked || !seen.insert(jid.clone()) {
            continue;
        }
        if list.people.len() >= MOST {
            list.left_out = list.left_out.saturating_add(1);
            continue;
        }
        let words = item.get_child("reason", ns::MUC_ADMIN).map(Element::text);
        list.people.push(Affiliated {
            jid,
            nick: short(item.attr("nick").unwrap_or_default(), LONGEST_NICK),
            words: short(&words.unwrap_or_default(), LONGEST_WORDS),
        });
    }
    list
}

fn short(text: &str, longest: usize) -> String {
    text.trim().chars().take(longest).collect()
}
