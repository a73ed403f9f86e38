//! What is said: stored first, then announced, then rung.

use crate::desk::{Desk, DeskError};
use crate::output::{Content, Output};
use crate::presence::live;
use carillon_core::alerts::{EventKind, is_mention};
use carillon_core::chat::{Author, ChatKind};
use carillon_core::files::{address_in, shown_name};
use carillon_core::ids::{AccountId, ChatRef, MessageId, Timestamp};
use carillon_core::privacy::{Admission, Sender, admit};
use carillon_core::session::{IncomingMessage, Origin, Outgoing};
use carillon_store::{Arrival, Errand, NewMessage, Received};
use jid::Jid;

/// The longest draft that is kept, in characters.
const LONGEST_DRAFT: usize = 100_000;

impl Desk {
    pub(crate) fn hear_message(&mut self, id: AccountId, message: &IncomingMessage) {
        let admission = self.admission(id, message);
        match admission {
            Admission::Blocked => {}
            // Nobody is let in, or told that I am not there, for a sign.
            Admission::Hidden | Admission::Requests if is_wordless(message) => {}
            Admission::Hidden => self.turn_away(id, message),
            Admission::Chat | Admission::Requests => {
                self.take_message(id, message, admission == Admission::Requests);
            }
        }
    }

    /// Where a message goes. What I said myself and what a room that I am in says is always let in.
    pub(crate) fn admission(&self, id: AccountId, message: &IncomingMessage) -> Admission {
        let Some(account) = self.accounts.get(&id) else {
            return Admission::Blocked;
        };
        if message.chat.is_full() {
            return self.admission_in_room(account, message);
        }
        if message.author != Author::Contact {
            return Admission::Chat;
        }
        let chat = &message.chat;
        let accepted = || self.store.is_accepted(id, chat).unwrap_or(false);
        let contact = account.is_contact(chat) || account.settings.jid == *chat;
        let sender = Sender {
            contact,
            accepted: !contact && accepted(),
            blocked: account.blocked.contains(chat),
        };
        admit(self.settings.privacy.who_may_write, sender)
    }

    fn turn_away(&mut self, id: AccountId, message: &IncomingMessage) {
        if let Ok(account) = self.account(id)
            && message.origin == Origin::Live
        {
            account.say(Outgoing::Bounce {
                to: message.from.clone(),
                id: message.id.clone(),
            });
        }
        self.note_hidden(EventKind::StrangerMessage, id, &message.chat);
    }

    fn take_message(&mut self, id: AccountId, message: &IncomingMessage, in_requests: bool) {
        let now = self.now();
        let room = self.is_room(id, &message.chat);
        let chat = ChatRef {
            account: id,
            jid: message.chat.clone(),
        };
        let arrival = self.arrival(id, message, in_requests, room);
        let new = self.new_message(id, message, in_requests, room, now);
        let about = message.about.as_ref();
        let unread = about.and_then(|_| self.store.unread(&chat).ok());
        let stored = self.store.receive_by(&new, &arrival);
        if let Some(stored) = self.stored(id, stored) {
            self.announce_message(id, message, stored, unread, in_requests);
        }
    }

    /// What was stored is told. `unread` is how many messages of the chat I had not seen: before it where it is about
    /// another one, with it where several came at once.
    pub(crate) fn announce_message(
        &mut self,
        id: AccountId,
        message: &IncomingMessage,
        stored: Received,
        unread: Option<u32>,
        in_requests: bool,
    ) {
        let chat = ChatRef {
            account: id,
            jid: message.chat.clone(),
        };
        let in_front = self.surroundings.borrow().in_front() == Some(&chat);
        match stored {
            Received::New(stored) => {
                self.tell(Output::MessageAdded(chat.clone(), stored));
                self.after_arrival(id, message, stored, unread, in_requests);
                if !in_front {
                    self.refresh_tray();
                }
                self.tell(Output::Chat(chat));
                self.stopped_typing(id, &message.chat, message);
            }
            Received::Updated(stored) => self.tell(Output::MessageChanged(chat, stored)),
            Received::Changed(stored) => {
                self.hear_change(stored, unread);
                self.stopped_typing(id, &message.chat, message);
                if message.wants_receipt {
                    self.send_errands(id);
                }
            }
            Received::Reacted { message: of, more } => self.hear_reactions(id, message, of, more),
            Received::Duplicate(_) | Received::Kept => {}
        }
    }

    pub(crate) fn new_message(
        &self,
        account: AccountId,
        message: &IncomingMessage,
        in_requests: bool,
        room: bool,
        now: Timestamp,
    ) -> NewMessage {
        let under_my_nick = self.is_under_my_nick(account, message);
        let to_one = message.author == Author::Me && message.chat.is_full();
        NewMessage {
            account,
            chat: message.chat.clone(),
            author: message.author.clone(),
            sender_id: message.id.clone(),
            origin_id: message.origin_id.as_deref().map(str::to_owned),
            stanza_id: message.stanza_id.clone(),
            body: message.body.clone(),
            at: message.at.unwrap_or(now),
            // Most likely I said it on another device; as somebody else's it is shown, and does not count.
            seen: message.author == Author::Me || under_my_nick,
            in_requests,
            room,
            under_my_nick,
            wants_receipt: message.wants_receipt,
            file: message.file.clone(),
            markable: message.markable,
            occupant: message.occupant.clone().filter(|_| !to_one),
            said_to: message.occupant.clone().filter(|_| to_one),
            about: message.about.clone(),
            encryption: message.encryption.clone(),
            unstyled: message.unstyled,
            reply: message.reply.clone(),
        }
    }

    /// What is stored together with a message.
    pub(crate) fn arrival(
        &mut self,
        id: AccountId,
        message: &IncomingMessage,
        in_requests: bool,
        room: bool,
    ) -> Arrival {
        let contact = message.author == Author::Contact && !room && !in_requests;
        let receipt = if contact {
            self.receipt_for(message)
        } else {
            None
        };
        let Some(account) = self.accounts.get(&id) else {
            return Arrival::default();
        };
        let gapless = match account.rooms.get(&message.chat) {
            Some(room) => room.gapless,
            None => account.gapless,
        };
        Arrival {
            counted: account.counting.current(),
            // What waited somewhere was said before.
            gapless: gapless && matches!(message.origin, Origin::Live | Origin::Carbon),
            overtakes: !account.in_flight.is_empty(),
            receipt,
        }
    }

    /// The receipt that a contact's message asks for, and its stanza's id.
    pub(crate) fn receipt_for(&mut self, message: &IncomingMessage) -> Option<(String, Errand)> {
        let wanted = message.wants_receipt && self.settings.privacy.send_receipts;
        let of = message.id.clone().filter(|_| wanted)?;
        // A copy is answered by the device that the message went to.
        if message.origin == Origin::Carbon {
            return None;
        }
        let to = message.from.clone();
        Some((self.errand_id(), Errand::Receipt { to, of }))
    }

    fn after_arrival(
        &mut self,
        id: AccountId,
        message: &IncomingMessage,
        stored: MessageId,
        unread: Option<u32>,
        in_requests: bool,
    ) {
        self.room_has_said(id, message);
        let room = self.is_room(id, &message.chat);
        if message.chat.is_full() {
            self.private_begins(id, message);
        }
        let live = matches!(message.origin, Origin::Live | Origin::Carbon);
        if message.chat.is_full() && message.author != Author::Me {
            return self.after_private(id, message, stored, unread);
        }
        match &message.author {
            Author::Me if live => return self.answered_there(id, &message.chat, stored),
            Author::Me => return,
            Author::Occupant { .. } if live => {
                return self.ring_in_room(id, message, stored, unread);
            }
            Author::Occupant { .. } => return self.hear_past_of_room(id, message),
            Author::Contact if room => return,
            Author::Contact => {}
        }
        if in_requests {
            self.tell(Output::Requests);
        }
        match message.origin {
            Origin::Live | Origin::Carbon => {
                self.ring_message(id, message, stored, unread, in_requests);
            }
            // What waited at the server is told once, in one summary. A stranger's stays quiet.
            Origin::Delayed | Origin::Archive if !in_requests => {
                self.gather_missed(id, &message.chat);
            }
            Origin::Delayed | Origin::Archive => {}
        }
        if message.wants_receipt {
            self.send_errands(id);
        }
    }

    /// Somebody in a room has said something to me alone.
    fn after_private(
        &mut self,
        id: AccountId,
        message: &IncomingMessage,
        stored: MessageId,
        unread: Option<u32>,
    ) {
        match message.origin {
            Origin::Live | Origin::Carbon => self.ring_message(id, message, stored, unread, false),
            Origin::Delayed | Origin::Archive => self.gather_missed(id, &message.chat),
        }
    }

    fn ring_message(
        &mut self,
        id: AccountId,
        message: &IncomingMessage,
        stored: MessageId,
        unread: Option<u32>,
        in_requests: bool,
    ) {
        let kind = if in_requests {
            EventKind::StrangerMessage
        } else if message.file.is_some() {
            EventKind::FileReceived
        } else {
            EventKind::Message
        };
        let text = said(message);
        self.ring_said(kind, id, message, (stored, unread), text);
    }

    fn ring_in_room(
        &mut self,
        id: AccountId,
        message: &IncomingMessage,
        stored: MessageId,
        unread: Option<u32>,
    ) {
        let Author::Occupant { nick } = &message.author else {
            return;
        };
        let kind = if self.mentions_me(id, message) {
            EventKind::Mention
        } else {
            EventKind::RoomMessage
        };
        let text = format!("{nick}: {}", said(message));
        self.ring_said(kind, id, message, (stored, unread), text);
    }

    /// Whether a room's message holds my nick there or a keyword of mine, or answers what I said.
    pub(crate) fn mentions_me(&self, id: AccountId, message: &IncomingMessage) -> bool {
        let account = self.accounts.get(&id);
        let room = account.and_then(|account| account.rooms.get(&message.chat));
        let nick = room.map_or("", |room| room.nick.as_str());
        // Of a file the words are its address, in which a name may stand by chance.
        let says = message.file.is_none()
            && is_mention(&message.body, nick, &self.settings.alerts.keywords);
        says || self.answers_me(id, message)
    }

    fn ring_said(
        &mut self,
        kind: EventKind,
        id: AccountId,
        message: &IncomingMessage,
        (stored, unread): (MessageId, Option<u32>),
        text: String,
    ) {
        let chat = ChatRef {
            account: id,
            jid: message.chat.clone(),
        };
        let unread = unread.or_else(|| self.store.unread(&chat).ok());
        let nick = match &message.author {
            Author::Occupant { nick } => Some(nick.clone()),
            Author::Me | Author::Contact => None,
        };
        let content = Content {
            name: self.name(id, &message.chat),
            text,
            messages: unread.unwrap_or(1),
            chats: 1,
            message: Some(stored),
            nick,
            ..Content::default()
        };
        self.ring(live(kind, id, &message.chat), content);
    }

    pub(crate) fn hear_seen_elsewhere(&mut self, id: AccountId, chat: &Jid, message: &str) {
        let seen = self.store.mark_seen_by_sender_id(id, chat, message);
        if self.stored(id, seen).is_some_and(|seen| seen.newly > 0) {
            self.was_seen(id, chat);
        }
    }

    /// I have seen a chat up to a message.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when there is no such account, or the store's.
    pub fn mark_seen(&mut self, chat: &ChatRef, up_to: MessageId) -> Result<(), DeskError> {
        self.account(chat.account)?;
        let seen = self.store.mark_seen(chat.account, &chat.jid, up_to)?;
        if seen.newly == 0 {
            return Ok(());
        }
        self.flush_soon();
        self.tell_seen_soon(chat);
        let kind = self.store.chat_kind(chat)?;
        if let Some(id) = seen.newest_markable_sender_id
            && self.settings.privacy.send_read_marks
            && kind == Some(ChatKind::Contact)
        {
            let to = Self::bare_of(chat)?;
            self.run_errand(chat.account, &Errand::Displayed { to, of: id })?;
        }
        self.was_seen(chat.account, &chat.jid);
        Ok(())
    }

    pub(crate) fn was_seen(&mut self, id: AccountId, chat: &Jid) {
        self.withdraw(EventKind::Message, id, chat);
        self.withdraw(EventKind::StrangerMessage, id, chat);
        self.withdraw_missed_of(id, chat);
        let chat = ChatRef {
            account: id,
            jid: chat.clone(),
        };
        self.withdraw_flood_of(&chat);
        self.tell_chat(&chat);
    }

    /// Keeps what is in the composer.
    ///
    /// # Errors
    /// [`DeskError::BadText`] when it is unreasonably long, or the store's.
    pub fn save_draft(&mut self, chat: &ChatRef, text: &str) -> Result<(), DeskError> {
        if text.chars().count() > LONGEST_DRAFT {
            return Err(DeskError::BadText);
        }
        let now = self.now();
        self.store.save_draft(chat, text, now)?;
        self.flush_soon();
        self.tell(Output::Chat(chat.clone()));
        Ok(())
    }

    pub(crate) fn is_room(&self, id: AccountId, chat: &Jid) -> bool {
        self.accounts
            .get(&id)
            .is_some_and(|account| account.rooms.contains_key(chat))
    }
}

/// Whether it only says something about another message.
pub(crate) fn is_wordless(message: &IncomingMessage) -> bool {
    let about = message.about.as_ref();
    about.is_some_and(|about| !about.change.has_words())
}

/// A message as an alert tells it: of a file its name, which says more than its address.
fn said(message: &IncomingMessage) -> String {
    let file = message.file.as_deref().zip(address_in(&message.body));
    file.map_or_else(
        || message.body.clone(),
        |(told, address)| told.name.clone().unwrap_or_else(|| shown_name(address)),
    )
}
