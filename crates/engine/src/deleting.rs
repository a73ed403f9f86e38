//! What the user deletes here, and what they pin.

use crate::desk::{Desk, DeskError};
use crate::output::Output;
use carillon_core::ids::{ChatRef, MessageId};
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
        // The store has forgotten a room's picture with it.
        let account = self.account_mut(chat.account)?;
        let room = chat.bare();
        if !chat.is_private() && !account.watches(&room) {
            account.avatars.drop_of(&room);
        }
        self.flush_soon();
        self.was_seen(chat.account, &chat.jid);
        self.came_to_front(chat);
        Ok(())
    }

    /// Deletes messages here; others keep them. What still has to be sent is left.
    ///
    /// # Errors
    /// The store's.
    pub fn delete_messages(&mut self, messages: &[MessageId]) -> Result<(), DeskError> {
        let deleted = self.store.delete_messages(messages)?;
        let mut chats: Vec<ChatRef> = Vec::new();
        for (chat, message) in deleted {
            self.tell(Output::MessageChanged(chat.clone(), message));
            if !chats.contains(&chat) {
                chats.push(chat);
            }
        }
        for chat in chats {
            // Its popup may show what is gone.
            self.was_seen(chat.account, &chat.jid);
            self.tell(Output::Chat(chat));
        }
        self.refresh_tray();
        Ok(())
    }

    /// Pins a message in its chat, or does so no more.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when there is no such message, or the store's.
    pub fn pin_message(&mut self, message: MessageId, pinned: bool) -> Result<(), DeskError> {
        let now = self.now();
        let chat = self.store.pin(message, pinned, now)?;
        let chat = chat.ok_or(DeskError::Gone)?;
        self.flush_soon();
        self.tell(Output::MessageChanged(chat, message));
        Ok(())
    }
}
