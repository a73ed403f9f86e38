//! What people and rooms are called, for whoever compares.

use crate::desk::{Desk, DeskError};
use carillon_core::ids::AccountId;
use jid::BareJid;

/// What is known of an account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NamesKnown {
    /// The addresses of contacts, of rooms, and of all accounts here.
    pub addresses: Vec<String>,
    /// The names of contacts.
    pub contacts: Vec<String>,
    /// The nicks in the room that was asked for, mine among them.
    pub nicks: Vec<String>,
}

impl Desk {
    /// What people and rooms are called that I know, and those who are in a room.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when there is no such account.
    pub fn names_known(
        &self,
        id: AccountId,
        room: Option<&BareJid>,
    ) -> Result<NamesKnown, DeskError> {
        let account = self.account(id)?;
        let own = self.accounts.values().map(|account| &account.settings.jid);
        let addresses = account.roster.keys().chain(account.rooms.keys()).chain(own);
        let names = account.roster.values().map(|item| item.name.clone());
        let room = room.and_then(|room| account.rooms.get(room));
        let nicks = room.into_iter().flat_map(|room| {
            let mine = std::iter::once(room.nick.clone());
            mine.chain(room.occupants.keys().cloned())
        });
        let named = |name: &String| !name.is_empty();
        Ok(NamesKnown {
            addresses: addresses.map(ToString::to_string).collect(),
            contacts: names.filter(named).collect(),
            nicks: nicks.filter(named).collect(),
        })
    }
}
