//! Who types where.

use crate::desk::{Desk, DeskError};
use crate::output::Output;
use carillon_core::chat::Author;
use carillon_core::ids::{AccountId, ChatRef};
use carillon_core::session::{IncomingMessage, Outgoing};
use jid::Jid;

impl Desk {
    /// I type, or stopped; told only to contacts, and only if I want it.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when there is no such account.
    pub fn set_typing(&mut self, chat: &ChatRef, composing: bool) -> Result<(), DeskError> {
        let account = self.account(chat.account)?;
        let told = self.settings.privacy.send_typing
            && account.is_contact(&chat.jid)
            && account.presence_of(&chat.jid).availability.is_online();
        if told {
            let to = Self::bare_of(chat)?;
            account.say(Outgoing::Typing { to, composing });
        }
        Ok(())
    }

    pub(crate) fn hear_typing(
        &mut self,
        id: AccountId,
        chat: &Jid,
        nick: Option<String>,
        composing: bool,
    ) {
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        let unwanted = !account.is_contact(chat) || account.blocked.contains(chat);
        if nick.is_none() && unwanted {
            return;
        }
        let who = (chat.clone(), nick.clone());
        let changed = if composing {
            account.typing.insert(who)
        } else {
            account.typing.remove(&who)
        };
        if changed {
            let chat = account.chat(chat);
            self.tell(Output::Typing {
                chat,
                nick,
                composing,
            });
        }
    }

    /// Who has said it does not type it any more.
    pub(crate) fn stopped_typing(&mut self, id: AccountId, chat: &Jid, message: &IncomingMessage) {
        let nick = match &message.author {
            Author::Me => return,
            Author::Contact => None,
            Author::Occupant { nick } => Some(nick.clone()),
        };
        self.hear_typing(id, chat, nick, false);
    }

    /// Nobody of those whom `gone` names types any more.
    pub(crate) fn stop_typing(&mut self, id: AccountId, gone: impl Fn(&Jid, Option<&str>) -> bool) {
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        let stopped: Vec<_> = account
            .typing
            .extract_if(|(jid, nick)| gone(jid, nick.as_deref()))
            .collect();
        for (jid, nick) in stopped {
            self.tell(Output::Typing {
                chat: ChatRef { account: id, jid },
                nick,
                composing: false,
            });
        }
    }
}
