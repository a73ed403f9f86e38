//! What waited at the server is told once, in one summary.

use crate::account::CatchUp;
use crate::desk::Desk;
use crate::output::Content;
use carillon_core::alerts::{AlertEvent, EventKind};
use carillon_core::ids::{AccountId, ChatRef, Timestamp};
use jid::BareJid;

/// No later message for so long, and what came late is told; in milliseconds.
const CATCH_UP_QUIET: i64 = 1_000;

impl Desk {
    pub(crate) fn gather_missed(&mut self, id: AccountId, chat: &BareJid) {
        let due = self.now().plus_millis(CATCH_UP_QUIET);
        if let Some(account) = self.accounts.get_mut(&id) {
            let catch_up = account.catch_up.get_or_insert_with(CatchUp::default);
            *catch_up.chats.entry(chat.clone()).or_default() += 1;
            catch_up.due = due;
        }
    }

    /// Tells what came late, once nothing came for a moment and as far as it is still unread.
    pub(crate) fn tell_missed_due(&mut self, now: Timestamp) {
        let due: Vec<_> = self
            .accounts
            .values_mut()
            .filter(|account| account.missed_due().is_some_and(|due| due <= now))
            .filter_map(|account| Some((account.id, account.catch_up.take()?)))
            .collect();
        for (id, catch_up) in due {
            self.ring_missed(id, catch_up);
        }
    }

    fn ring_missed(&mut self, id: AccountId, mut catch_up: CatchUp) {
        catch_up.chats.retain(|jid, messages| {
            let chat = ChatRef {
                account: id,
                jid: jid.clone(),
            };
            let unread = self.store.unread(&chat).unwrap_or(*messages);
            *messages = unread.min(*messages);
            *messages > 0
        });
        let single = match catch_up.chats.len() {
            0 => return,
            1 => catch_up.chats.keys().next().cloned(),
            _ => None,
        };
        let content = Content {
            name: single
                .as_ref()
                .map_or_else(String::new, |jid| self.name(id, jid)),
            messages: catch_up
                .chats
                .values()
                .fold(0, |all, one| all.saturating_add(*one)),
            chats: u32::try_from(catch_up.chats.len()).unwrap_or(u32::MAX),
            ..Content::default()
        };
        if single.is_none()
            && let Some(account) = self.accounts.get_mut(&id)
        {
            account.told_missed = catch_up.chats.into_keys().collect();
        }
        self.ring(missed(id, single), content);
    }

    /// I have seen a chat: its own summary goes, and that of several chats once all of them were seen.
    pub(crate) fn withdraw_missed_of(&mut self, id: AccountId, chat: &BareJid) {
        self.withdraw(EventKind::Missed, id, chat);
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        if account.told_missed.remove(chat) && account.told_missed.is_empty() {
            self.withdraw_key(missed(id, None).replace_key());
        }
    }
}

fn missed(account: AccountId, jid: Option<BareJid>) -> AlertEvent {
    AlertEvent::live(EventKind::Missed, account, jid)
}
