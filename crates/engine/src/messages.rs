//! What is said: stored first, then announced, then rung.

use crate::account::{CatchUp, Line};
use crate::desk::{Desk, DeskError};
use crate::output::{Content, Output};
use crate::presence::live;
use carillon_core::alerts::{AlertEvent, EventKind};
use carillon_core::chat::{Author, ChatKind, Delivery};
use carillon_core::ids::{AccountId, ChatRef, MessageId, Timestamp};
use carillon_core::privacy::{Admission, Sender, admit};
use carillon_core::session::{IncomingMessage, Origin, Outgoing, StanzaProblem};
use carillon_store::{NewMessage, Queued, Received, WaitingMessage};
use jid::BareJid;

/// The longest message that is sent, in characters.
const LONGEST: usize = 20_000;
/// The longest draft that is kept, in characters.
const LONGEST_DRAFT: usize = 100_000;
/// No later message for so long, and what came late is told in one summary; in milliseconds.
const CATCH_UP_QUIET: i64 = 1_000;

impl Desk {
    pub(crate) fn hear_message(&mut self, id: AccountId, message: &IncomingMessage) {
        let admission = self.admission(id, message);
        match admission {
            Admission::Blocked => {}
            Admission::Hidden => self.turn_away(id, message),
            Admission::Chat | Admission::Requests => {
                self.take_message(id, message, admission == Admission::Requests);
            }
        }
    }

    /// Where a message goes. What I said myself and what a room that I am in says is always let in.
    fn admission(&self, id: AccountId, message: &IncomingMessage) -> Admission {
        let Some(account) = self.accounts.get(&id) else {
            return Admission::Blocked;
        };
        if message.author != Author::Contact {
            return Admission::Chat;
        }
        let chat = &message.chat;
        let accepted = || self.store.is_accepted(id, chat).unwrap_or(false);
        let contact = account.is_contact(chat) || *chat == account.settings.jid;
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
        let in_front = self.surroundings.borrow().chat_in_front.as_ref() == Some(&chat);
        let stored = self.store.receive(&NewMessage {
            account: id,
            chat: message.chat.clone(),
            author: message.author.clone(),
            sender_id: message.id.clone(),
            stanza_id: message.stanza_id.clone(),
            body: message.body.clone(),
            at: message.at.unwrap_or(now),
            seen: message.author == Author::Me,
            in_requests,
            room,
            wants_receipt: message.wants_receipt,
            markable: message.markable,
        });
        let Some(stored) = self.stored(id, stored) else {
            return;
        };
        self.flush_soon();
        match stored {
            Received::New(stored) => {
                self.tell(Output::MessageAdded(chat.clone(), stored));
                self.after_arrival(id, message, stored, in_requests, room);
                if !in_front {
                    self.refresh_tray();
                }
                self.tell(Output::Chat(chat));
                self.stopped_typing(id, &message.chat, message);
            }
            Received::Updated(stored) => self.tell(Output::MessageChanged(chat, stored)),
            Received::Duplicate(_) => {}
        }
    }

    fn after_arrival(
        &mut self,
        id: AccountId,
        message: &IncomingMessage,
        stored: MessageId,
        in_requests: bool,
        room: bool,
    ) {
        if message.author != Author::Contact || room {
            return;
        }
        if in_requests {
            self.tell(Output::Requests);
        } else if message.wants_receipt && self.settings.privacy.send_receipts {
            self.send_receipt(id, message);
        }
        match message.origin {
            Origin::Live | Origin::Carbon => self.ring_message(id, message, stored, in_requests),
            // What waited at the server is told once, in one summary. A stranger's stays quiet.
            Origin::Delayed | Origin::Archive if !in_requests => {
                self.gather_missed(id, &message.chat);
            }
            Origin::Delayed | Origin::Archive => {}
        }
    }

    fn send_receipt(&self, id: AccountId, message: &IncomingMessage) {
        if let (Ok(account), Some(sender_id)) = (self.account(id), &message.id)
            && message.origin != Origin::Carbon
        {
            account.say(Outgoing::Receipt {
                to: message.from.clone(),
                id: sender_id.clone(),
            });
        }
    }

    fn ring_message(
        &mut self,
        id: AccountId,
        message: &IncomingMessage,
        stored: MessageId,
        in_requests: bool,
    ) {
        let kind = if in_requests {
            EventKind::StrangerMessage
        } else {
            EventKind::Message
        };
        let chat = ChatRef {
            account: id,
            jid: message.chat.clone(),
        };
        let unread = self.store.unread(&chat).unwrap_or(1);
        let content = Content {
            name: self.name(id, &message.chat),
            text: message.body.clone(),
            messages: unread,
            chats: 1,
            message: Some(stored),
            ..Content::default()
        };
        self.ring(live(kind, id, &message.chat), content);
    }

    fn gather_missed(&mut self, id: AccountId, chat: &BareJid) {
        let due = self.now().plus_millis(CATCH_UP_QUIET);
        if let Some(account) = self.accounts.get_mut(&id) {
            let catch_up = account.catch_up.get_or_insert_with(CatchUp::default);
            catch_up.messages += 1;
            catch_up.chats.insert(chat.clone());
            catch_up.due = due;
        }
    }

    /// Tells what came late, once nothing came for a moment and as far as it is still unread.
    pub(crate) fn tell_missed_due(&mut self, now: Timestamp) {
        let due: Vec<_> = self
            .accounts
            .values_mut()
            .filter(|account| account.catch_up.as_ref().is_some_and(|one| one.due <= now))
            .filter_map(|account| Some((account.id, account.catch_up.take()?)))
            .collect();
        for (id, catch_up) in due {
            self.ring_missed(id, catch_up);
        }
    }

    fn ring_missed(&mut self, id: AccountId, mut catch_up: CatchUp) {
        catch_up.chats.retain(|jid| {
            let chat = ChatRef {
                account: id,
                jid: jid.clone(),
            };
            self.store.unread(&chat).unwrap_or(1) > 0
        });
        let single = match catch_up.chats.len() {
            0 => return,
            1 => catch_up.chats.first().cloned(),
            _ => None,
        };
        let content = Content {
            name: single
                .as_ref()
                .map_or_else(String::new, |jid| self.name(id, jid)),
            messages: catch_up.messages,
            chats: u32::try_from(catch_up.chats.len()).unwrap_or(u32::MAX),
            ..Content::default()
        };
        let event = AlertEvent {
            kind: EventKind::Missed,
            account: id,
            jid: single,
            freshness: carillon_core::alerts::Freshness::Live,
            seen: false,
            sample: false,
            gone_for: None,
        };
        self.ring(event, content);
    }

    pub(crate) fn hear_receipt(&mut self, id: AccountId, from: &BareJid, message: &str) {
        let advanced = self
            .store
            .advance(id, Some(from), message, Delivery::Arrived);
        self.tell_advanced(id, from, advanced);
    }

    pub(crate) fn hear_displayed(&mut self, id: AccountId, from: &BareJid, message: &str) {
        let read = self.store.advance_up_to(id, from, message);
        for message in self.stored(id, read).unwrap_or_default() {
            self.tell_changed(id, from, message);
        }
    }

    pub(crate) fn hear_reached(&mut self, id: AccountId, ids: &[String]) {
        for reached in ids {
            if let Ok(account) = self.account_mut(id) {
                account.in_flight.remove(reached);
            }
            let advanced = self.store.advance(id, None, reached, Delivery::Sent);
            let advanced = self.stored(id, advanced).flatten();
            let message = advanced.and_then(|message| self.store.message(message).ok().flatten());
            if let Some(message) = message {
                self.tell(Output::MessageChanged(message.chat, message.id));
            }
        }
        self.send_waiting(id);
    }

    pub(crate) fn hear_seen_elsewhere(&mut self, id: AccountId, chat: &BareJid, message: &str) {
        let seen = self.store.mark_seen_by_sender_id(id, chat, message);
        if self.stored(id, seen).is_some_and(|seen| seen.newly > 0) {
            self.was_seen(id, chat);
        }
    }

    pub(crate) fn hear_message_failed(
        &mut self,
        id: AccountId,
        chat: &BareJid,
        message: &str,
        problem: &StanzaProblem,
    ) {
        if let Ok(account) = self.account_mut(id) {
            account.in_flight.remove(message);
        }
        let reason = if problem.text.is_empty() {
            &problem.condition
        } else {
            &problem.text
        };
        let failed = self.store.fail(id, chat, message, reason);
        let Some(failed) = self.stored(id, failed).flatten() else {
            return;
        };
        self.tell_changed(id, chat, failed);
        let content = Content {
            name: self.name(id, chat),
            text: reason.clone(),
            message: Some(failed),
            ..Content::default()
        };
        self.ring(live(EventKind::MessageFailed, id, chat), content);
    }

    fn tell_advanced(
        &mut self,
        id: AccountId,
        chat: &BareJid,
        advanced: Result<Option<MessageId>, carillon_store::StoreError>,
    ) {
        if let Some(message) = self.stored(id, advanced).flatten() {
            self.tell_changed(id, chat, message);
        }
    }

    fn tell_changed(&mut self, id: AccountId, chat: &BareJid, message: MessageId) {
        let chat = ChatRef {
            account: id,
            jid: chat.clone(),
        };
        self.tell(Output::MessageChanged(chat, message));
    }

    /// Stores a message of mine and sends it now or later. The same `stanza_id` twice is one message.
    ///
    /// # Errors
    /// [`DeskError::BadText`], [`DeskError::Gone`], or the store's.
    pub fn send_message(
        &mut self,
        chat: &ChatRef,
        stanza_id: &str,
        body: &str,
    ) -> Result<MessageId, DeskError> {
        let length = body.chars().count();
        if body.trim().is_empty()
            || length > LONGEST
            || stanza_id.is_empty()
            || stanza_id.len() > 64
        {
            return Err(DeskError::BadText);
        }
        self.account(chat.account)?;
        let room = self.is_room(chat.account, &chat.jid);
        let now = self.now();
        let queued =
            self.store
                .queue_message(chat.account, &chat.jid, stanza_id, body, now, room)?;
        let message = match queued {
            Queued::AlreadyQueued(message) => return Ok(message),
            Queued::New(message) => message,
        };
        self.store.save_draft(chat, "", now)?;
        self.tell(Output::MessageAdded(chat.clone(), message));
        self.tell(Output::Chat(chat.clone()));
        // Whom I write to is no stranger any more.
        self.tell(Output::Requests);
        self.send_waiting(chat.account);
        Ok(message)
    }

    /// Hands every waiting row to the session, as far as it takes them; the rest goes when it has caught up.
    pub(crate) fn send_waiting(&mut self, id: AccountId) {
        let Some(account) = self.accounts.get(&id) else {
            return;
        };
        if !matches!(account.line, Line::Online(_)) {
            return;
        }
        let waiting = self.store.waiting(id);
        let Some(waiting) = self.stored(id, waiting) else {
            return;
        };
        for row in waiting {
            let Some(account) = self.accounts.get_mut(&id) else {
                return;
            };
            if row.room && !is_joined(account, &row.chat) || account.in_flight.contains(&row.id) {
                continue;
            }
            let stanza_id = row.id.clone();
            if !account.say(stanza(row)) {
                return;
            }
            account.in_flight.insert(stanza_id);
        }
    }

    /// Sends a failed message again.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when there is no such failed message, or the store's.
    pub fn retry_message(&mut self, message: MessageId) -> Result<(), DeskError> {
        let row = self.store.retry(message)?.ok_or(DeskError::Gone)?;
        let chat = ChatRef {
            account: row.account,
            jid: row.chat,
        };
        self.withdraw(EventKind::MessageFailed, chat.account, &chat.jid);
        self.tell(Output::MessageChanged(chat.clone(), message));
        self.send_waiting(chat.account);
        Ok(())
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
        let kind = self.store.chat_kind(chat)?;
        if let Some(id) = seen.newest_markable_sender_id
            && self.settings.privacy.send_read_marks
            && kind == Some(ChatKind::Contact)
        {
            let to = chat.jid.clone();
            self.account(chat.account)?
                .say(Outgoing::Displayed { to, id });
        }
        self.was_seen(chat.account, &chat.jid);
        Ok(())
    }

    fn was_seen(&mut self, id: AccountId, chat: &BareJid) {
        self.withdraw(EventKind::Message, id, chat);
        self.withdraw(EventKind::Missed, id, chat);
        self.tell_chat(&ChatRef {
            account: id,
            jid: chat.clone(),
        });
    }

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
            let to = chat.jid.clone();
            account.say(Outgoing::Typing { to, composing });
        }
        Ok(())
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

    pub(crate) fn hear_typing(
        &mut self,
        id: AccountId,
        chat: &BareJid,
        nick: Option<String>,
        composing: bool,
    ) {
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        if nick.is_none() && !account.is_contact(chat) {
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
    fn stopped_typing(&mut self, id: AccountId, chat: &BareJid, message: &IncomingMessage) {
        let nick = match &message.author {
            Author::Me => return,
            Author::Contact => None,
            Author::Occupant { nick } => Some(nick.clone()),
        };
        self.hear_typing(id, chat, nick, false);
    }

    pub(crate) fn is_room(&self, id: AccountId, chat: &BareJid) -> bool {
        self.accounts
            .get(&id)
            .is_some_and(|account| account.rooms.contains_key(chat))
    }
}

fn is_joined(account: &crate::account::Account, room: &BareJid) -> bool {
    use carillon_core::room::RoomState;
    account
        .rooms
        .get(room)
        .is_some_and(|room| room.state == RoomState::Joined)
}

fn stanza(row: WaitingMessage) -> Outgoing {
    Outgoing::Message {
        to: row.chat,
        id: row.id,
        body: row.body,
        to_room: row.room,
    }
}
