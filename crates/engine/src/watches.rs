//! "Tell me when Bob is available."

use crate::desk::{Desk, DeskError};
use crate::edits;
use crate::output::Output;
use carillon_core::alerts::Row;
use carillon_core::alerts::rules::{Scope, Watch};
use carillon_core::ids::{ChatRef, Timestamp};
use std::sync::Arc;

/// A watch, and whom it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchNow {
    /// The contact.
    pub chat: ChatRef,
    /// As it stands in the settings.
    pub watch: Watch,
    /// Its time is over: it rings no more.
    pub expired: bool,
}

impl Desk {
    /// Whom the user waits for, in the order of the settings; without those of accounts that are gone.
    #[must_use]
    pub fn watches(&self) -> Vec<WatchNow> {
        let now = self.now();
        let of = |watch: &Watch| {
            let mut accounts = self.accounts.values();
            let account = accounts.find(|account| account.settings.jid == watch.account)?;
            Some(WatchNow {
                chat: account.chat(&watch.contact),
                expired: watch.expires.is_some_and(|end| end <= now),
                watch: watch.clone(),
            })
        };
        self.settings.alerts.watches.iter().filter_map(of).collect()
    }

    /// A watch as it is to stand in the settings.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when they are no contact: nobody would tell that they come.
    pub fn new_watch(
        &self,
        contact: &ChatRef,
        once: bool,
        expires: Option<Timestamp>,
        after_hours: u16,
    ) -> Result<Watch, DeskError> {
        let account = self.account(contact.account)?;
        if !account.roster.contains(&contact.jid) {
            return Err(DeskError::Gone);
        }
        Ok(Watch {
            account: account.settings.jid.clone(),
            contact: contact.bare(),
            once,
            expires,
            after_hours,
            row: Row::default(),
        })
    }

    /// A chat as a scope of the alert settings.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when there is no such account.
    pub fn chat_scope(&self, chat: &ChatRef) -> Result<Scope, DeskError> {
        Ok(Scope::Chat {
            account: Arc::new(self.account(chat.account)?.settings.jid.clone()),
            chat: chat.bare(),
        })
    }

    /// A watch that rings once has rung: it is over here at once, and told to whoever keeps the settings.
    pub(crate) fn end_watch(&mut self, ended: Option<ChatRef>) {
        let Some(chat) = ended else {
            return;
        };
        if let Ok(account) = self.account(chat.account) {
            let address = account.settings.jid.clone();
            edits::end_watch(self.settings.alerts_mut(), &address, &chat.bare());
            self.book = self.make_book();
            self.tell_client_state();
        }
        self.tell(Output::WatchEnded(chat));
    }
}
