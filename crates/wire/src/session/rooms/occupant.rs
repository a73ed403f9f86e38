//! What a room shows of somebody in it (XEP-0045 §7.2.2, §15.5).

use crate::ns;
use crate::stanza::{availability, status_of};
use carillon_core::contact::Presence;
use carillon_core::room::{Affiliation, Occupant, Role};
use jid::Jid;
use minidom::Element;

/// What somebody says of themselves in a room is kept up to here, in characters: two thousand of them are kept at once.
const LONGEST_STATUS: usize = 300;
/// No id is longer (XEP-0421 §3).
const LONGEST_ID: usize = 128;

/// What the room itself says in a presence. A room puts it behind whatever its sender wrote, where it takes that out
/// not at all.
pub(super) fn by_room(stanza: &Element) -> Option<&Element> {
    stanza
        .children()
        .filter(|child| child.is("x", ns::MUC_USER))
        .last()
}

/// The id by which a room marks a person, claimed where the room does not announce that it does.
pub(in crate::session) fn occupant_id(stanza: &Element) -> Option<String> {
    let mut ids = stanza
        .children()
        .filter(|child| child.is("occupant-id", ns::OCCUPANT_ID));
    let (Some(one), None) = (ids.next(), ids.next()) else {
        return None;
    };
    one.attr("id")
        .filter(|id| !id.is_empty() && id.len() <= LONGEST_ID)
        .map(str::to_owned)
}

/// Somebody who is there.
pub(super) fn occupant(presence: &Element, nick: String) -> Occupant {
    let item = by_room(presence).and_then(|x| x.get_child("item", ns::MUC_USER));
    let attr = |name: &'static str| item.and_then(|item| item.attr(name));
    Occupant {
        nick,
        role: role(attr("role")),
        affiliation: affiliation(attr("affiliation")),
        presence: Presence {
            availability: availability(presence),
            status: status_of(presence).chars().take(LONGEST_STATUS).collect(),
        },
        id: occupant_id(presence),
        jid: attr("jid")
            .and_then(|jid| Jid::new(jid).ok())
            .map(Jid::into_bare),
    }
}

fn role(name: Option<&str>) -> Role {
    match name {
        Some("moderator") => Role::Moderator,
        Some("visitor" | "none") => Role::Visitor,
        _ => Role::Participant,
    }
}

pub(super) fn affiliation(name: Option<&str>) -> Affiliation {
    match name {
        Some("owner") => Affiliation::Owner,
        Some("admin") => Affiliation::Admin,
        Some("member") => Affiliation::Member,
        Some("outcast") => Affiliation::Outcast,
        _ => Affiliation::None,
    }
}
