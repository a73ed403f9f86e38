//! My other devices, and calls for attention.

use crate::desk::{Desk, DeskError};
use crate::output::Content;
use crate::presence::live;
use carillon_core::alerts::EventKind;
use carillon_core::ids::{AccountId, ChatRef, MessageId};
use carillon_core::session::Outgoing;
use jid::{BareJid, Jid};

impl Desk {
    /// Another device of mine is used in a chat now.
    pub(crate) fn used_elsewhere(&mut self, id: AccountId, chat: &Jid) {
        let now = self.now();
        let matters = i64::from(self.settings.alerts.other_device.active_seconds) * 1_000;
        if let Some(account) = self.accounts.get_mut(&id) {
            account
                .used_elsewhere
                .retain(|_, at| now.millis_since(*at) < matters);
            account.used_elsewhere.insert(chat.clone(), now);
        }
    }

    /// Another device of mine has answered in a chat: what came before was seen there.
    pub(crate) fn answered_there(&mut self, id: AccountId, chat: &Jid, answer: MessageId) {
        self.used_elsewhere(id, chat);
        let seen = self.store.mark_seen(id, chat, answer);
        if self.stored(id, seen).is_some_and(|seen| seen.newly > 0) {
            self.was_seen(id, chat);
        }
    }

    /// Only contacts may call: a stranger's call would ring what their words do not.
    pub(crate) fn hear_attention(&mut self, id: AccountId, from: &BareJid) {
        let Some(account) = self.accounts.get(&id) else {
            return;
        };
        if !account.is_contact(from) || account.blocked.contains(from) {
            return;
        }
        let content = Content {
            name: self.name(id, from),
            ..Content::default()
        };
        self.ring(live(EventKind::Attention, id, from), content);
    }

    /// Asks for a contact's attention (XEP-0224); they must be there.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when they are no contact, [`DeskError::NotConnected`] when they or I am not there.
    pub fn buzz(&mut self, contact: &ChatRef) -> Result<(), DeskError> {
        let account = self.account(contact.account)?;
        if !account.is_contact(&contact.jid) {
            return Err(DeskError::Gone);
        }
        let there = account.presence_of(&contact.jid).availability.is_online();
        let to = Self::bare_of(contact)?;
        if there && account.say(Outgoing::Attention { to }) {
            Ok(())
        } else {
            Err(DeskError::NotConnected)
        }
    }
}
