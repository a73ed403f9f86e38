//! Rooms that I am in or asked to join (XEP-0045). Nobody else can speak as a room.

mod hear;

use jid::{BareJid, Jid};
use std::collections::HashMap;

/// How far I am into a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Asked to be let in.
    Joining,
    /// Let in; what comes before the subject is history (§7.1: presence, history, subject, live).
    History,
    /// What comes now is said now.
    Live,
}

/// My place in a room.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) nick: String,
    pub(super) stage: Stage,
    /// I asked to be let out.
    pub(super) leaving: bool,
    /// The room announces XEP-0359, so it takes forged ids out.
    pub(super) names_entries: bool,
}

/// All of them, by the room's address.
#[derive(Debug, Default)]
pub(super) struct Rooms(HashMap<BareJid, Place>);

impl Rooms {
    pub(super) fn has(&self, room: &BareJid) -> bool {
        self.0.contains_key(room)
    }

    pub(super) fn enter(&mut self, room: BareJid, nick: String) {
        let place = Place {
            nick,
            stage: Stage::Joining,
            leaving: false,
            names_entries: false,
        };
        self.0.insert(room, place);
    }

    pub(super) fn place(&mut self, room: &BareJid) -> Option<&mut Place> {
        self.0.get_mut(room)
    }

    pub(super) fn left(&mut self, room: &BareJid) {
        self.0.remove(room);
    }

    /// `room/nick` of every room that I am in.
    pub(super) fn my_addresses(&self) -> Vec<String> {
        self.0
            .iter()
            .filter(|(_, place)| place.stage != Stage::Joining && !place.leaving)
            .filter_map(|(room, place)| room.with_resource_str(&place.nick).ok())
            .map(|jid| jid.as_str().to_owned())
            .collect()
    }
}

/// The occupant that an address in a room names.
fn nick_of(from: &Jid) -> Option<String> {
    from.resource().map(|nick| nick.as_str().to_owned())
}
