//! The roster (RFC 6121 §2).

use super::Build;
use crate::ns;
use carillon_core::contact::{RosterItem, Subscription};
use jid::BareJid;
use minidom::Element;

/// One line of a roster push.
#[derive(Debug)]
pub(crate) enum RosterChange {
    /// Added or changed.
    Item(RosterItem),
    /// Gone.
    Removed(BareJid),
}

/// All lines of a roster. One that can't be read is left out, not the others with it.
pub(crate) fn roster_items(query: &Element) -> Vec<RosterItem> {
    items(query)
        .filter_map(|item| match read(item)? {
            RosterChange::Item(item) => Some(item),
            RosterChange::Removed(_) => None,
        })
        .collect()
}

/// The one line of a push (RFC 6121 §2.1.6); `None` when there is not exactly one.
pub(crate) fn roster_change(query: &Element) -> Option<RosterChange> {
    let mut items = items(query);
    let item = items.next()?;
    if items.next().is_some() {
        return None;
    }
    read(item)
}

/// The request that adds, changes or (with `remove`) removes a contact.
pub(crate) fn roster_set(jid: &BareJid, name: &str, groups: &[String], remove: bool) -> Element {
    let mut item = Element::new_in(ns::ROSTER, "item").with("jid", jid.as_str());
    if remove {
        item = item.with("subscription", "remove");
    } else if !name.is_empty() {
        item = item.with("name", name);
    }
    for group in groups {
        item = item.holding_text("group", group);
    }
    Element::new_in(ns::ROSTER, "query").holding(item)
}

fn items(query: &Element) -> impl Iterator<Item = &Element> {
    query.children().filter(|c| c.is("item", ns::ROSTER))
}

fn read(item: &Element) -> Option<RosterChange> {
    let jid = BareJid::new(item.attr("jid")?).ok()?;
    let subscription = match item.attr("subscription") {
        Some("remove") => return Some(RosterChange::Removed(jid)),
        Some("to") => Subscription::To,
        Some("from") => Subscription::From,
        Some("both") => Subscription::Both,
        _ => Subscription::None,
    };
    let mut groups: Vec<String> = item
        .children()
        .filter(|child| child.is("group", ns::ROSTER))
        .map(Element::text)
        .filter(|group| !group.is_empty())
        .collect();
    groups.sort_unstable();
    groups.dedup();
    Some(RosterChange::Item(RosterItem {
        jid,
        name: item.attr("name").unwrap_or_default().to_owned(),
        groups: groups.into(),
        subscription,
        ask: item.attr("ask") == Some("subscribe"),
    }))
}
