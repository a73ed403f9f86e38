//! What people and rooms are called, for whoever compares.

use crate::account::Account;
use crate::desk::{Desk, DeskError};
use crate::output::Content;
use carillon_core::alerts::{AlertEvent, EventKind};
use carillon_core::contact::RosterItem;
use carillon_core::ids::AccountId;
use carillon_core::look_alike::Look;
use jid::BareJid;

/// What is known of an account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NamesKnown {
    /// The addresses of contacts, of rooms, and of all accounts here.
    pub addresses: Vec<String>,
    /// The names that contacts are shown by.
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
        let addresses = self.addresses_known_to(account);
        let names = account
            .roster
            .items()
            .iter()
            .map(|item| shown(item).to_owned());
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

    /// The addresses of an account's contacts, and the names that they are shown by.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when there is no such account.
    pub fn contacts_by_name(&self, id: AccountId) -> Result<Vec<(BareJid, String)>, DeskError> {
        let named = |item: &RosterItem| (item.jid.clone(), shown(item).to_owned());
        Ok(self.account(id)?.roster.items().iter().map(named).collect())
    }

    /// Whom or what I know that the one whom an event is about can be taken for. Contacts are who they are.
    pub(crate) fn taken_for(&self, event: &AlertEvent, content: &Content) -> Option<String> {
        let account = self.accounts.get(&event.account)?;
        let about = event.jid.as_ref()?;
        match event.kind {
            // A summary speaks of nobody.
            _ if event.sample || content.name.is_empty() => None,
            EventKind::ContactRequest | EventKind::StrangerMessage | EventKind::RoomInvite => self
                .address_like(account, about)
                .or_else(|| name_like(account, &content.name)),
            // Where everybody may write, a forged address is heard like a friend's.
            _ if is_said_to_me(event) && !account.rooms.contains_key(about) => {
                let contact = account.roster.contains(about);
                (!contact).then(|| self.address_like(account, about))?
            }
            _ => {
                let occupant = event.occupant.as_ref();
                let nick = occupant.map(|occupant| occupant.resource().as_str());
                nick_like(account, about, nick.or(content.nick.as_deref())?)
            }
        }
    }

    /// Those of an account's contacts and rooms, and my own.
    fn addresses_known_to<'a>(&'a self, account: &'a Account) -> impl Iterator<Item = &'a BareJid> {
        let contacts = account.roster.items().iter().map(|item| &item.jid);
        let own = self.accounts.values().map(|account| &account.settings.jid);
        contacts.chain(account.rooms.keys()).chain(own)
    }

    fn address_like(&self, account: &Account, address: &BareJid) -> Option<String> {
        let mut look = Look::of(address.as_str());
        let mut known = self.addresses_known_to(account);
        let found = known.find(|known| look.is_like(known.as_str()))?;
        Some(found.to_string())
    }
}

/// Whether somebody says it to me alone, outside rooms.
fn is_said_to_me(event: &AlertEvent) -> bool {
    let kinds = [
        EventKind::Message,
        EventKind::MessageFollowup,
        EventKind::MessageInFront,
        EventKind::FileReceived,
        EventKind::Reaction,
        EventKind::Attention,
    ];
    event.occupant.is_none() && kinds.contains(&event.kind)
}

/// The name that a contact is shown by.
fn shown(item: &RosterItem) -> &str {
    if !item.name.is_empty() {
        return &item.name;
    }
    let node = item.jid.node();
    node.map_or(item.jid.as_str(), |node| node.as_str())
}

/// What somebody whom I do not know calls themselves: who has a contact's very name is another one all the same.
fn name_like(account: &Account, name: &str) -> Option<String> {
    if name.contains('@') {
        return None;
    }
    let mut look = Look::of(name);
    let mut names = account.roster.items().iter().map(shown);
    let found = names.find(|known| *known == name || look.is_like(known))?;
    Some(found.to_owned())
}

/// A contact may be in a room under the name that I call them.
fn nick_like(account: &Account, room: &BareJid, nick: &str) -> Option<String> {
    let mut look = Look::of(nick);
    let own = nick.to_lowercase();
    let mut names = account.roster.items().iter().map(shown);
    let contact = names.find(|known| look.is_like(known) && known.to_lowercase() != own);
    let of_the_room = || {
        let room = account.rooms.get(room)?;
        let mut nicks = std::iter::once(&room.nick).chain(room.occupants.keys());
        nicks.find(|known| look.is_like(known)).map(String::as_str)
    };
    contact.or_else(of_the_room).map(ToOwned::to_owned)
}
