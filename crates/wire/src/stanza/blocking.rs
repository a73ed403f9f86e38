//! The block list (XEP-0191).

use super::Build;
use crate::ns;
use jid::BareJid;
use minidom::Element;

/// The addresses in a `<blocklist/>`, `<block/>` or `<unblock/>`. Blocked domains count as addresses without a node.
pub(crate) fn jids(list: &Element) -> Vec<BareJid> {
    list.children()
        .filter(|child| child.is("item", ns::BLOCKING))
        .filter_map(|item| BareJid::new(item.attr("jid")?).ok())
        .collect()
}

/// `<block/>` or `<unblock/>` with these addresses.
pub(crate) fn command(name: &'static str, jids: &[BareJid]) -> Element {
    jids.iter()
        .fold(Element::new_in(ns::BLOCKING, name), |list, jid| {
            list.holding(Element::new_in(ns::BLOCKING, "item").with("jid", jid.as_str()))
        })
}
