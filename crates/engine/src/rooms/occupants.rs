//! Who is in a room, for those who ask.

use crate::account::Room;
use crate::answers::RoomNow;
use crate::desk::{Desk, DeskError};
use carillon_core::ids::ChatRef;
use carillon_core::room::{Occupant, RoomState};
use std::ops::Bound::{Excluded, Unbounded};

impl Desk {
    /// A room that I am or was in.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when there is no such account.
    pub fn room(&self, chat: &ChatRef) -> Result<Option<RoomNow>, DeskError> {
        let room = self.account(chat.account)?.rooms.get(&chat.jid);
        Ok(room.map(Room::now))
    }

    /// At most so many of those who are in a room, without me, sorted by nick, from behind `after` on. The engine does
    /// nothing else meanwhile, so thousands are better asked for in pages.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when there is no such account or room.
    pub fn occupants_after(
        &self,
        chat: &ChatRef,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Occupant>, DeskError> {
        let account = self.account(chat.account)?;
        let room = account.rooms.get(&chat.jid).ok_or(DeskError::Gone)?;
        let behind = after.map_or(Unbounded, Excluded);
        let found = room.occupants.range::<str, _>((behind, Unbounded));
        let known = room.about.names_occupants;
        let plain = |occupant: &Occupant| Occupant {
            id: occupant.id.clone().filter(|_| known),
            ..occupant.clone()
        };
        Ok(found
            .map(|(_, occupant)| plain(occupant))
            .take(limit)
            .collect())
    }
}

impl Room {
    fn now(&self) -> RoomNow {
        let others = u32::try_from(self.occupants.len()).unwrap_or(u32::MAX);
        RoomNow {
            state: self.state.clone(),
            nick: self.nick.clone(),
            subject: self.subject.clone(),
            // A room tells of the others; I am in it as well.
            occupants: others.saturating_add(u32::from(self.state == RoomState::Joined)),
            me: self.me.as_deref().cloned(),
            about: (*self.about).clone(),
            notify: self.notify.value,
        }
    }
}
