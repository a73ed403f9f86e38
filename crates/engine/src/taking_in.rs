//! Other programs' histories: what the user takes in is old, and rings for nobody.

use crate::desk::{Desk, DeskError};
use crate::output::Output;
use carillon_core::ids::{AccountId, ChatRef};
use carillon_store::{ForeignMessage, TakenIn};

impl Desk {
    /// Takes in messages of another program, as [`carillon_store::Store::take_in`] says. A few at a time: whatever else
    /// happens waits for them.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when there is no such account, or the store's.
    pub fn take_in(
        &mut self,
        account: AccountId,
        source: &str,
        messages: &[ForeignMessage],
    ) -> Result<TakenIn, DeskError> {
        self.account(account)?;
        let taken = self.store.take_in(account, source, messages)?;
        self.flush_soon();
        for (jid, newest) in &taken.newest {
            let chat = ChatRef {
                account,
                jid: jid.clone().into(),
            };
            if messages.iter().any(|one| one.room && one.chat == *jid) {
                self.know_room(&chat)?;
            }
            self.tell(Output::MessageAdded(chat.clone(), *newest));
            self.tell(Output::Chat(chat));
        }
        Ok(taken)
    }

    /// A room that I was in with another program. Whether I enter it is for me to say.
    fn know_room(&mut self, chat: &ChatRef) -> Result<(), DeskError> {
        let account = self.account_mut(chat.account)?;
        if account.rooms.contains_key(&chat.jid) {
            return Ok(());
        }
        let own = &account.settings.jid;
        let nick = own
            .node()
            .map_or_else(|| own.to_string(), |node| node.to_string());
        account.rooms.entry(chat.bare()).or_default().nick = nick.clone();
        self.store
            .set_room(chat.account, &chat.bare(), &nick, "", false)?;
        Ok(())
    }
}
