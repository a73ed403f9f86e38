//! What rooms, and servers where rooms are, answer.

use super::super::Session;
use super::super::iq::announces;
use super::Wanted;
use super::affiliated::people;
use super::searching::{channels, not_searched};
use crate::ns;
use crate::stanza::{error_of, read_form};
use carillon_core::session::{Incoming, RoomItem, RoomItems, RoomReply, StanzaProblem};
use jid::BareJid;
use minidom::Element;

/// No part of a list is longer; a server that gives all at once is cut here.
const MOST_ITEMS: usize = 500;
/// Characters of a room's name.
const LONGEST_NAME: usize = 200;

impl Session {
    pub(in crate::session) fn hear_room_answer(
        &mut self,
        iq: &Element,
        request: u64,
        wanted: Wanted,
        failed: bool,
    ) {
        let answer = if failed && wanted == Wanted::Channels {
            not_searched(iq)
        } else if failed {
            Err(error_of(iq))
        } else {
            match wanted {
                Wanted::Word => Ok(RoomReply::Done),
                Wanted::Items => Ok(RoomReply::Items(items(iq))),
                Wanted::Service => Ok(RoomReply::Service(is_service(iq))),
                Wanted::Settings => settings(iq),
                Wanted::Searches => Ok(RoomReply::Service(announces(iq, ns::CHANNEL_SEARCH))),
                Wanted::Channels => Ok(RoomReply::Channels(channels(iq))),
                Wanted::People(affiliation) => Ok(RoomReply::People(people(iq, affiliation))),
            }
        };
        self.tell(Incoming::RoomAnswer { request, answer });
    }
}

fn items(iq: &Element) -> RoomItems {
    let Some(query) = iq.get_child("query", ns::DISCO_ITEMS) else {
        return RoomItems::default();
    };
    let found: Vec<RoomItem> = query
        .children()
        .filter(|child| child.is("item", ns::DISCO_ITEMS) && child.attr("node").is_none())
        .filter_map(|item| {
            let jid = BareJid::new(item.attr("jid")?).ok()?;
            let name = item.attr("name").unwrap_or_default();
            let name = name.trim().chars().take(LONGEST_NAME).collect();
            Some(RoomItem { jid, name })
        })
        .take(MOST_ITEMS)
        .collect();
    RoomItems {
        more_behind: more_behind(query, found.len()),
        items: found,
    }
}

/// Behind what a part of a list goes on (XEP-0059 §2.2), if it has so many and there are more.
pub(super) fn more_behind(list: &Element, found: usize) -> Option<String> {
    let set = list.get_child("set", ns::RSM)?;
    let text = |name: &'static str| set.get_child(name, ns::RSM).map(Element::text);
    let count = text("count").and_then(|count| count.trim().parse::<usize>().ok());
    let index = set
        .get_child("first", ns::RSM)
        .and_then(|first| first.attr("index"))
        .and_then(|index| index.parse::<usize>().ok())
        .unwrap_or_default();
    let behind = count.is_none_or(|count| index.saturating_add(found) < count);
    text("last").filter(|last| !last.is_empty() && behind && found > 0)
}

/// XEP-0045 §6.2: a part of a server where rooms are says so of itself.
fn is_service(iq: &Element) -> bool {
    let conference = iq.get_child("query", ns::DISCO_INFO).is_some_and(|query| {
        query.children().any(|child| {
            child.is("identity", ns::DISCO_INFO)
                && child.attr("category") == Some("conference")
                && child.attr("type") == Some("text")
        })
    });
    conference && announces(iq, ns::MUC)
}

fn settings(iq: &Element) -> Result<RoomReply, StanzaProblem> {
    let form = iq.get_child("query", ns::MUC_OWNER).and_then(read_form);
    form.map(|form| RoomReply::Settings(Box::new(form)))
        .ok_or_else(|| StanzaProblem {
            condition: "undefined-condition".to_owned(),
            text: "the room has no settings to show".to_owned(),
        })
}
