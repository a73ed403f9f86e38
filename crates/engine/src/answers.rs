//! What the engine answers when it is asked how things stand.

use crate::account::{Account, Line};
use crate::archive::CatchingUp;
use crate::desk::{Desk, DeskError};
use crate::output::Output;
use carillon_core::alerts::RuleBook;
use carillon_core::avatar::AvatarHash;
use carillon_core::connection::{Connection, Mechanism};
use carillon_core::contact::Contact;
use carillon_core::ids::{AccountId, ChatRef};
use carillon_core::mood::OfSelf;
use carillon_core::moving::AccountMove;
use carillon_core::room::{Occupant, RoomAbout, RoomNotify, RoomState};
use carillon_core::settings::AccountSettings;
use std::ops::Bound::{Excluded, Unbounded};

/// An account and where its connection stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountState {
    /// Its identity.
    pub id: AccountId,
    /// How it signs in.
    pub settings: AccountSettings,
    /// Where its connection stands.
    pub line: Line,
    /// How its session is connected, while there is one.
    pub connection: Option<Connection>,
    /// The strongest way that it was ever signed in by; a weaker one is refused.
    pub pinned: Option<Mechanism>,
    /// What was missed is being read, and how far that is.
    pub catching_up: Option<CatchingUp>,
    /// The user stopped the reading of what was missed.
    pub paused: bool,
    /// The picture that I show.
    pub avatar: Option<AvatarHash>,
    /// What I say of myself there.
    pub told: OfSelf,
    /// I move from there to another account, or have.
    pub moving: Option<AccountMove>,
}

/// A room as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomNow {
    /// Where I stand.
    pub state: RoomState,
    /// My nick.
    pub nick: String,
    /// The topic.
    pub subject: String,
    /// How many are in it, with me.
    pub occupants: u32,
    /// As the room shows me, while I am in it.
    pub me: Option<Occupant>,
    /// What it says of itself.
    pub about: RoomAbout,
    /// Of which messages my devices tell; `None`: as each has it in its settings.
    pub notify: Option<RoomNotify>,
}

impl Desk {
    /// All accounts, in the order of the settings.
    #[must_use]
    pub fn account_states(&self) -> Vec<AccountState> {
        let find = |chosen: &AccountSettings| {
            self.accounts
                .values()
                .find(|account| account.settings.jid == chosen.jid)
        };
        self.settings
            .accounts
            .iter()
            .filter_map(find)
            .map(|account| AccountState {
                id: account.id,
                settings: account.settings.clone(),
                line: account.line.clone(),
                connection: account.connection.as_deref().cloned(),
                pinned: self.pinned(account.id),
                catching_up: self.catching_up(account.id),
                paused: self.is_paused(account),
                avatar: account.avatars.hash_of(&account.settings.jid),
                told: account
                    .told
                    .get(&account.settings.jid)
                    .cloned()
                    .unwrap_or_default(),
                moving: self.moving(account.id),
            })
            .collect()
    }

    /// Stops reading what was missed until the user goes on, or the account signs in again.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when there is no such account.
    pub fn pause_catching_up(&mut self, id: AccountId) -> Result<(), DeskError> {
        self.stop_catching_up(id)?;
        if let Some(session) = &self.account(id)?.session {
            self.paused.insert(id, session.generation);
        }
        Ok(())
    }

    /// Goes on with what [`Self::pause_catching_up`] stopped.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when there is no such account.
    pub fn unpause_catching_up(&mut self, id: AccountId) -> Result<(), DeskError> {
        self.paused.remove(&id);
        self.go_on_catching_up(id)?;
        self.tell(Output::Accounts);
        Ok(())
    }

    /// A stream that goes on belongs to the same signing in, and what the user stopped stays so.
    pub(crate) fn stay_paused(&mut self, id: AccountId) {
        let (Some(of), Some(account)) = (self.paused.get_mut(&id), self.accounts.get_mut(&id))
        else {
            return;
        };
        if let Some(session) = &account.session {
            *of = session.generation;
        }
        account.again.clear();
    }

    fn is_paused(&self, account: &Account) -> bool {
        let session = account.session.as_ref().map(|session| session.generation);
        session.is_some() && session == self.paused.get(&account.id).copied()
    }

    /// The user takes it that an account is signed in by weaker ways than before, and it tries at once.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when there is no such account, or the store's.
    pub fn accept_weaker(&mut self, id: AccountId) -> Result<(), DeskError> {
        self.account(id)?;
        self.forget_pinned(id)?;
        self.connect_now(id)
    }

    /// All contacts of all accounts.
    #[must_use]
    pub fn contacts(&self) -> Vec<Contact> {
        let contacts_of = |account: &'_ Account| -> Vec<Contact> {
            account
                .roster
                .items()
                .iter()
                .map(|item| account.contact(item))
                .collect()
        };
        self.accounts.values().flat_map(contacts_of).collect()
    }

    /// A contact, `None` when they are on no roster.
    #[must_use]
    pub fn contact(&self, contact: &ChatRef) -> Option<Contact> {
        let account = self.accounts.get(&contact.account)?;
        let item = account.roster.get(&contact.jid)?;
        Some(account.contact(item))
    }

    /// At most so many contacts, sorted by account and address, from behind `after` on. The engine does nothing else
    /// meanwhile, so ten thousand are better asked for in pages.
    #[must_use]
    pub fn contacts_after(&self, after: Option<&ChatRef>, limit: usize) -> Vec<Contact> {
        let of_the_first = after.and_then(|chat| {
            let account = self.accounts.get(&chat.account)?;
            Some((account, account.roster.after(&chat.jid)))
        });
        let rest = after.map_or(Unbounded, |chat| Excluded(chat.account));
        let of_the_others = self.accounts.range((rest, Unbounded));
        of_the_first
            .into_iter()
            .chain(of_the_others.map(|(_, account)| (account, account.roster.items())))
            .flat_map(|(account, items)| items.iter().map(|item| account.contact(item)))
            .take(limit)
            .collect()
    }

    /// The alert rules in the form in which decisions ask them.
    #[must_use]
    pub const fn rule_book(&self) -> &RuleBook {
        &self.book
    }

    /// The contact's, room's or stranger's name.
    #[must_use]
    pub fn display_name(&self, chat: &ChatRef) -> String {
        self.name(chat.account, &chat.jid)
    }

    /// Who types in a chat now: nicks in a room, the contact's address otherwise.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when there is no such account.
    pub fn typing(&self, chat: &ChatRef) -> Result<Vec<String>, DeskError> {
        let mut typing: Vec<String> = self
            .account(chat.account)?
            .typing
            .iter()
            .filter(|(jid, _)| *jid == chat.jid)
            .map(|(jid, nick)| nick.clone().unwrap_or_else(|| jid.to_string()))
            .collect();
        typing.sort();
        Ok(typing)
    }
}
