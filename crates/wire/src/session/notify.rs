//! Of which messages of a room my devices tell (XEP-0492), beside its bookmark.

use crate::ns;
use crate::stanza::Build;
use carillon_core::room::RoomNotify;
use minidom::{Element, Node};

/// What Carillon is (XEP-0030 §2).
const CATEGORY: &str = "client";
const TYPE: &str = "pc";

/// What holds for Carillon: what is said for its kind comes before what is said for all (XEP-0492 §3).
pub(super) fn read(extensions: &Element) -> Option<RoomNotify> {
    let notify = extensions.get_child("notify", ns::NOTIFY)?;
    let (_, _, found) = most_specific(notify)?;
    Some(found)
}

/// The same with another choice; what others keep beside it stays. `None` takes it out.
pub(super) fn with(extensions: Option<Element>, wanted: Option<RoomNotify>) -> Option<Element> {
    let before = extensions.as_ref().and_then(read);
    if before == wanted {
        return extensions;
    }
    let mut extensions = extensions.unwrap_or_else(|| Element::new_in(ns::BOOKMARKS, "extensions"));
    let notify = extensions.remove_child("notify", ns::NOTIFY);
    let notify = notify.unwrap_or_else(|| Element::new_in(ns::NOTIFY, "notify"));
    let notify = match wanted {
        Some(wanted) => chosen(&notify, wanted),
        None => without(&notify),
    };
    if notify.children().next().is_some() {
        extensions.append_child(notify);
    }
    let holds = extensions.children().next().is_some();
    holds.then_some(extensions)
}

/// How closely a choice is meant for Carillon, and which it is.
fn meant(child: &Element) -> Option<(u8, RoomNotify)> {
    let choice = RoomNotify::named(child.name()).filter(|_| child.has_ns(ns::NOTIFY))?;
    let category = child.attr("identity-category");
    let kind = child.attr("identity-type");
    match (category, kind) {
        (None, None) => Some((1, choice)),
        (Some(CATEGORY), None) => Some((2, choice)),
        (Some(CATEGORY), Some(TYPE)) => Some((3, choice)),
        _ => None,
    }
}

fn most_specific(notify: &Element) -> Option<(usize, u8, RoomNotify)> {
    let mut best: Option<(usize, u8, RoomNotify)> = None;
    for (at, child) in notify.children().enumerate() {
        if let Some((rank, choice)) = meant(child)
            && best.is_none_or(|(_, known, _)| known < rank)
        {
            best = Some((at, rank, choice));
        }
    }
    best
}

/// What was meant for Carillon says this now, and so does what holds for all if nothing was said for them.
fn chosen(notify: &Element, wanted: RoomNotify) -> Element {
    let ours = most_specific(notify).map(|(at, _, _)| at);
    let for_all = notify
        .children()
        .any(|child| meant(child).is_some_and(|(rank, _)| rank == 1));
    let mut changed = Element::new_in(ns::NOTIFY, "notify");
    for (at, child) in notify.children().enumerate() {
        changed.append_child(if Some(at) == ours {
            called(child, wanted)
        } else {
            child.clone()
        });
    }
    if !for_all {
        changed.append_child(Element::new_in(ns::NOTIFY, wanted.name()));
    }
    changed
}

/// Finer settings of others, which nobody but they may take out (XEP-0492 §3), stay.
fn without(notify: &Element) -> Element {
    let mut rest = Element::new_in(ns::NOTIFY, "notify");
    for child in notify.children() {
        if meant(child).is_none() || child.has_child("advanced", ns::NOTIFY) {
            rest.append_child(child.clone());
        }
    }
    rest
}

/// The same element by another name.
fn called(element: &Element, choice: RoomNotify) -> Element {
    let mut renamed = Element::new_in(ns::NOTIFY, choice.name());
    *renamed.attrs_mut() = element.attrs().clone();
    for node in element.nodes().cloned() {
        if let Node::Element(child) = node {
            renamed.append_child(child);
        }
    }
    renamed
}

#[cfg(test)]
mod tests {
    use super::*;
    use carillon_xml::{Limits, parse};

    fn extensions(inside: &str) -> Element {
        let xml = format!(
            "<extensions xmlns='urn:xmpp:bookmarks:1'><x xmlns='some:thing'/>\
             <notify xmlns='urn:xmpp:notification-settings:1'>{inside}</notify></extensions>"
        );
        parse(&xml, &Limits::STANZA).unwrap()
    }

    #[test]
    fn what_is_meant_for_a_desktop_holds_before_what_is_meant_for_all() {
        let rows = [
            ("<never/>", Some(RoomNotify::Never)),
            (
                "<always/><never identity-category='client' identity-type='pc'/>",
                Some(RoomNotify::Never),
            ),
            (
                "<always/><on-mention identity-category='client'/>",
                Some(RoomNotify::OnMention),
            ),
            (
                "<never identity-category='client' identity-type='phone'/><always/>",
                Some(RoomNotify::Always),
            ),
            ("<never identity-category='gateway'/>", None),
            ("<never identity-type='pc'/>", None),
            ("<never xmlns='else'/><sometimes/>", None),
            ("", None),
        ];
        for (inside, wanted) in rows {
            assert_eq!(read(&extensions(inside)), wanted, "{inside}");
        }
    }

    #[test]
    fn a_choice_changes_what_is_meant_for_me_and_nothing_else() {
        let advanced = "<advanced><a xmlns='b' c='d'/></advanced>";
        let rows = [
            ("", "<never/>"),
            ("<always/>", "<never/>"),
            (
                "<always identity-category='client' identity-type='pc'>ADV</always><on-mention/>",
                "<never identity-category='client' identity-type='pc'>ADV</never><on-mention/>",
            ),
            (
                "<always identity-category='client' identity-type='phone'/>",
                "<always identity-category='client' identity-type='phone'/><never/>",
            ),
            (
                "<always identity-category='client'/>",
                "<never identity-category='client'/><never/>",
            ),
        ];
        for (before, after) in rows {
            let (before, after) = (
                before.replace("ADV", advanced),
                after.replace("ADV", advanced),
            );
            let changed = with(Some(extensions(&before)), Some(RoomNotify::Never)).unwrap();
            assert_eq!(changed, extensions(&after), "{before}");
        }
    }

    #[test]
    fn taken_out_it_leaves_what_others_keep() {
        let fine = "<always><advanced><a xmlns='b'/></advanced></always>";
        let left = with(Some(extensions(fine)), None).unwrap();
        assert_eq!(left, extensions(fine));
        let left = with(Some(extensions("<never/>")), None).unwrap();
        assert!(left.has_child("x", "some:thing"));
        assert!(!left.has_child("notify", ns::NOTIFY));
        let alone = with(None, Some(RoomNotify::Never));
        assert_eq!(with(alone, None), None);
        assert_eq!(with(None, None), None);
    }
}
