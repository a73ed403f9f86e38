//! Whether what happened is still news when its time comes, and what there is to tell of it then.

use crate::account::Line;
use crate::desk::Desk;
use crate::later::Waiting;
use crate::output::Content;
use crate::presence::live;
use carillon_core::alerts::{AlertEvent, EventKind};
use carillon_core::chat::Delivery;
use carillon_core::ids::{AccountId, ChatRef};
use jid::Jid;

impl Desk {
    /// Whether an event that waited was neither seen nor handled nor overtaken. What cannot be read counts as news.
    pub(crate) fn is_news(&self, waiting: &Waiting) -> bool {
        let event = &waiting.event;
        let Some(account) = self.accounts.get(&event.account) else {
            return false;
        };
        let Some(chat) = event.chat() else {
            return event.kind != EventKind::Missed || self.something_is_unread();
        };
        let online = || account.presence_of(&chat.jid).availability.is_online();
        match event.kind {
            EventKind::Message
            | EventKind::MessageFollowup
            | EventKind::MessageInFront
            | EventKind::Missed
            | EventKind::Mention
            | EventKind::RoomMessage
            | EventKind::FileReceived
            | EventKind::StrangerMessage => self.is_unread(&chat),
            EventKind::ContactRequest => self.asks_me(chat.account, &chat.bare()).unwrap_or(true),
            EventKind::RoomInvite => self.store.invites().map_or(true, |all| {
                all.iter()
                    .any(|one| one.account == chat.account && one.room == chat.jid)
            }),
            EventKind::AccountAttention => {
                matches!(account.line, Line::Stopped(_) | Line::NoPassword)
            }
            EventKind::ConnectionLost => account.lost.is_some(),
            EventKind::ContactAvailable | EventKind::ContactStatus => online(),
            // While I am not connected myself nobody tells who is there.
            EventKind::ContactUnavailable => account.is_online() && !online(),
            EventKind::MessageFailed => self.is_failed(waiting),
            EventKind::Generic
            | EventKind::Reaction
            | EventKind::Attention
            | EventKind::RequestAccepted
            | EventKind::MessageSent
            | EventKind::ConnectionRestored => true,
        }
    }

    fn is_unread(&self, chat: &ChatRef) -> bool {
        self.store.unread(chat).map_or(true, |unread| unread > 0)
    }

    pub(crate) fn something_is_unread(&self) -> bool {
        self.store
            .unread_total()
            .map_or(true, |total| total.in_chats > 0)
    }

    fn is_failed(&self, waiting: &Waiting) -> bool {
        if let Some(transfer) = waiting.content.transfer {
            let found = self.store.transfer(transfer).ok().flatten();
            return found.is_some_and(|transfer| transfer.failure.is_some());
        }
        let message = waiting.content.message;
        let found = message.and_then(|message| self.store.message(message).ok().flatten());
        found.is_none_or(|message| message.delivery == Some(Delivery::Failed))
    }

    /// The counts and names as they are now.
    pub(crate) fn refreshed(&self, event: &AlertEvent, content: Content) -> Content {
        let Some(chat) = event.chat().filter(|_| event.kind.is_said()) else {
            return content;
        };
        let messages = self.store.unread(&chat).unwrap_or(content.messages);
        Content {
            messages: messages.max(1),
            ..content
        }
    }

    /// The user has a chat in front of them: what is about its contact, and nothing else ever tells to be seen, is.
    pub(crate) fn came_to_front(&mut self, chat: &ChatRef) {
        for kind in SEEN_IN_FRONT {
            self.is_no_news(kind, chat.account, &chat.jid);
        }
    }

    /// Takes back what still stands there, or would come again.
    pub(crate) fn is_no_news(&mut self, kind: EventKind, id: AccountId, jid: &Jid) {
        let key = live(kind, id, jid).replace_key();
        let stands = self.unseen.contains(&key)
            || self.standing.contains(&key)
            || self.marks.contains_key(&key);
        if stands || self.later.waits(&key) {
            self.withdraw_key(key);
        }
    }
}

/// Of each purpose one.
const SEEN_IN_FRONT: [EventKind; 4] = [
    EventKind::Attention,
    EventKind::ContactAvailable,
    EventKind::RequestAccepted,
    EventKind::MessageFailed,
];
