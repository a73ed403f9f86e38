//! What people say of themselves: how they feel, and what they like to be called. Servers tell it again at each sign-in,
//! so nothing of it is stored.

use crate::desk::{Desk, DeskError, ServerAnswer};
use crate::output::Output;
use carillon_core::ids::AccountId;
use carillon_core::mood::Told;
use carillon_core::session::Outgoing;
use jid::BareJid;

impl Desk {
    /// Tells those who see my presence something about me. Once the server has it, it comes back as everybody's does.
    ///
    /// # Errors
    /// [`DeskError::NotConnected`] or [`DeskError::Gone`].
    pub fn tell_of_me(
        &mut self,
        account: AccountId,
        told: Told,
    ) -> Result<ServerAnswer, DeskError> {
        self.ask_server(account, |request| Outgoing::Tell { request, told })
    }

    pub(crate) fn hear_told(&mut self, id: AccountId, from: &BareJid, told: Told) {
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        if !account.watches(from) || !account.told.entry(from.clone()).or_default().take(told) {
            return;
        }
        account.told.retain(|_, told| !told.is_empty());
        let mine = *from == account.settings.jid;
        let contact = account.chat(from);
        self.tell(Output::Contact(contact));
        if mine {
            self.tell(Output::Accounts);
        }
    }

    /// What I like to be called there, empty where I have not said.
    pub(crate) fn own_nick(&self, id: AccountId) -> String {
        let account = self.accounts.get(&id);
        let told = account.and_then(|account| account.told.get(&account.settings.jid));
        told.map(|told| told.nick.clone()).unwrap_or_default()
    }
}
