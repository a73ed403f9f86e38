//! What a room says of itself (XEP-0045 §6.4, §15.3; the extended part is XEP-0128).

use crate::ns;
use carillon_core::avatar::AvatarHash;
use carillon_core::room::RoomAbout;
use minidom::Element;

/// The names of rooms and their descriptions are kept up to here, in characters.
const LONGEST_NAME: usize = 200;
const LONGEST_DESCRIPTION: usize = 1_000;

/// What the answer to a question about a room's features says; `None` when it says nothing.
pub(in crate::session) fn room_about(iq: &Element) -> Option<RoomAbout> {
    let query = iq.get_child("query", ns::DISCO_INFO)?;
    let has = |feature: &str| {
        query
            .children()
            .any(|child| child.is("feature", ns::DISCO_INFO) && child.attr("var") == Some(feature))
    };
    let name = query
        .children()
        .find(|child| {
            child.is("identity", ns::DISCO_INFO) && child.attr("category") == Some("conference")
        })
        .and_then(|identity| identity.attr("name"))
        .unwrap_or_default();
    let short = |text: &str, longest| text.trim().chars().take(longest).collect();
    Some(RoomAbout {
        name: short(name, LONGEST_NAME),
        description: short(&description(query).unwrap_or_default(), LONGEST_DESCRIPTION),
        names_occupants: has(ns::OCCUPANT_ID),
        moderates: (has(ns::MODERATE) || has(ns::MODERATE_OLD)) && has(ns::SID),
        members_only: has("muc_membersonly"),
        password: has("muc_passwordprotected"),
        moderated: has("muc_moderated"),
        addresses_shown: has("muc_nonanonymous"),
        persistent: has("muc_persistent"),
        hidden: has("muc_hidden"),
        pictures: has(ns::VCARD),
    })
}

/// The picture that a room names there (XEP-0486 §4.3), the first where it has several formats of it. Without one the
/// field is missing.
pub(super) fn named_picture(iq: &Element) -> Option<AvatarHash> {
    let query = iq.get_child("query", ns::DISCO_INFO)?;
    let field = info_field(query, "muc#roominfo_avatarhash")?;
    let mut values = field
        .children()
        .filter(|child| child.is("value", ns::DATA_FORMS));
    values.find_map(|value| value.text().trim().parse().ok())
}

fn description(query: &Element) -> Option<String> {
    info_field(query, "muc#roominfo_description")?
        .get_child("value", ns::DATA_FORMS)
        .map(Element::text)
}

fn info_field<'a>(query: &'a Element, name: &str) -> Option<&'a Element> {
    query
        .children()
        .filter(|child| child.is("x", ns::DATA_FORMS))
        .flat_map(Element::children)
        .find(|field| field.attr("var") == Some(name))
}
