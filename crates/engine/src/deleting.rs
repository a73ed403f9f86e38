//! A conversation that the user deletes.

use crate::desk::{Desk, DeskError};
use carillon_core::ids::ChatRef;
use carillon_core::room::RoomState;

impl Desk {
    /// Deletes a conversation here, with all that was said in it; a room is left first. A contact stays one. What servers
    /// keep of it does not come back.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when there is none, or the store's.
    pub fn delete_chat(&mut self, chat: &ChatRef) -> Result<(), DeskError> {
        let room = self.account(chat.account)?.rooms.get(&chat.jid);
        let inside = room.is_some_and(|room| !matches!(room.state, RoomState::Outside));
        if inside {
            self.leave_room(chat)?;
        }
        if !self.store.delete_chat(chat)? {
            return Err(DeskError::Gone);
        }
        self.flush_soon();
        self.was_seen(chat.account, &chat.jid);
        self.came_to_front(chat);
        Ok(())
    }
}
