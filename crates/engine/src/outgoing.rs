//! What I say: stored first, then sent, and how far it has come.

use crate::desk::{Desk, DeskError};
use crate::output::{Content, Output};
use crate::presence::live;
use crate::private::Going;
use crate::replies::answered;
use carillon_core::alerts::EventKind;
use carillon_core::chat::Delivery;
use carillon_core::files::FileTold;
use carillon_core::ids::{AccountId, ChatRef, MessageId, Timestamp};
use carillon_core::reply::Answered;
use carillon_core::session::{Outgoing, StanzaProblem};
use carillon_store::{Queued, SOMEBODY_ELSE, StoredFile, WaitingMessage};
use jid::Jid;

/// The longest message that is sent, in characters.
const LONGEST: usize = 20_000;
/// So many messages are on their way to the server at once. Well below what a session takes, so that a long
/// queue leaves room for receipts, joins and requests.
const IN_FLIGHT: usize = 256;
/// So many waiting rows are read at once.
const WAITING_PAGE: u32 = 256;
/// A session that was too busy is tried again after this, in milliseconds.
const SEND_AGAIN: i64 = 1_000;

impl Desk {
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
        self.send(chat, stanza_id, body, None)
    }

    /// As [`Self::send_message`], for an answer to a message of the same chat if one is named.
    pub(crate) fn send(
        &mut self,
        chat: &ChatRef,
        stanza_id: &str,
        body: &str,
        of: Option<MessageId>,
    ) -> Result<MessageId, DeskError> {
        check_text(stanza_id, body)?;
        self.account(chat.account)?;
        if let Some(known) = self.store.queued(chat, stanza_id)? {
            self.send_waiting(chat.account);
            return Ok(known);
        }
        self.address_privately(chat)?;
        let room = self.is_room(chat.account, &chat.jid);
        // Before the message, so that a room that has lost me is entered and gets it.
        self.doubt_if_silent(chat);
        let now = self.now();
        let was_stranger = !room && self.store.is_in_requests(chat)?;
        if was_stranger {
            // Whom I write to is no stranger any more.
            self.accept_stranger_if_any(chat)?;
        }
        let queued = self.queue(chat, stanza_id, body, now, room, of)?;
        let message = match queued {
            Queued::AlreadyQueued(message) => {
                self.send_waiting(chat.account);
                return Ok(message);
            }
            Queued::New(message) => message,
        };
        self.tell(Output::MessageAdded(chat.clone(), message));
        self.send_waiting(chat.account);
        if was_stranger {
            self.stranger_handled(chat);
        }
        // The message is safe and on its way: a draft that stays is no reason to say otherwise.
        if let Err(error) = self.store.save_draft(chat, "", now) {
            tracing::warn!(%error, "the draft of a sent message could not be forgotten");
        }
        self.tell(Output::Chat(chat.clone()));
        Ok(message)
    }

    /// Hands waiting rows to the session in the order in which they were written, a window at a time: what is on
    /// its way makes room for the next when the server has it.
    pub(crate) fn send_waiting(&mut self, id: AccountId) {
        self.send_messages(id);
        self.send_changes(id);
    }

    fn send_messages(&mut self, id: AccountId) {
        loop {
            let Some(account) = self.accounts.get(&id) else {
                return;
            };
            if !account.is_online() || account.in_flight.len() >= IN_FLIGHT {
                return;
            }
            let page = self
                .store
                .waiting_after(id, account.sent_up_to, WAITING_PAGE);
            let page = match page {
                Ok(page) => page,
                Err(error) => return self.storage_failed(id, &error),
            };
            let last = page.len() < WAITING_PAGE as usize;
            for row in page {
                if !self.hand_over(id, row) {
                    return;
                }
            }
            if last {
                return;
            }
        }
    }

    /// Whether the next row may follow.
    fn hand_over(&mut self, id: AccountId, row: WaitingMessage) -> bool {
        let again = self.now().plus_millis(SEND_AGAIN);
        let Some(account) = self.accounts.get_mut(&id) else {
            return false;
        };
        let (message, stanza_id) = (row.message, row.id.clone());
        let going = match row.chat.is_full() {
            true => account.goes_privately(&row.chat, row.said_to.as_deref()),
            false => Going::Now,
        };
        if going == Going::Never {
            account.sent_up_to = message;
            self.ring_failed(id, &row.chat, &stanza_id, &not_there());
            return true;
        }
        let held_up = going == Going::Later || row.room && !is_joined(account, &row.chat);
        if !held_up && !account.in_flight.contains(&stanza_id) {
            if account.in_flight.len() >= IN_FLIGHT {
                return false;
            }
            let answered = answered(account, &row.chat, row.room, row.reply.as_ref());
            let file = row.file.then(|| self.store.file(row.message));
            let told = file.and_then(Result::ok).flatten().map(told);
            if !account.say(stanza(row, answered, told)) {
                account.send_due = Some(again);
                return false;
            }
            account.in_flight.insert(stanza_id);
        }
        account.sent_up_to = message;
        true
    }

    /// Tries again where a session was too busy to take what waits.
    pub(crate) fn send_due(&mut self, now: Timestamp) {
        let due: Vec<_> = self
            .accounts
            .values_mut()
            .filter(|account| account.send_due.is_some_and(|due| due <= now))
            .map(|account| {
                account.send_due = None;
                account.id
            })
            .collect();
        if !due.is_empty() {
            self.carry_on_moves();
        }
        for id in due {
            self.send_waiting(id);
            self.send_errands(id);
            self.tell_client_state();
        }
    }

    /// Sends a failed message again.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when there is no such failed message, or the store's.
    pub fn retry_message(&mut self, message: MessageId) -> Result<(), DeskError> {
        let Some(row) = self.store.retry(message)? else {
            return match self.retry_changes(message)? {
                true => Ok(()),
                false => Err(DeskError::Gone),
            };
        };
        let chat = ChatRef {
            account: row.account,
            jid: row.chat,
        };
        if let Ok(account) = self.account_mut(chat.account) {
            let before = MessageId(row.message.0.saturating_sub(1));
            account.sent_up_to = account.sent_up_to.min(before);
        }
        self.withdraw(EventKind::MessageFailed, chat.account, &chat.jid);
        self.tell(Output::MessageChanged(chat.clone(), message));
        self.send_waiting(chat.account);
        Ok(())
    }

    pub(crate) fn hear_receipt(&mut self, id: AccountId, from: &Jid, message: &str) {
        let had_failed = self.had_failed(id, from, message);
        let advanced = self
            .store
            .advance(id, Some(from), message, Delivery::Arrived);
        self.tell_advanced(id, from, advanced);
        self.has_arrived_after_all(id, from, had_failed);
    }

    pub(crate) fn hear_displayed(&mut self, id: AccountId, from: &Jid, message: &str) {
        let had_failed = self.had_failed(id, from, message);
        let read = self.store.advance_up_to(id, from, message);
        for message in self.stored(id, read).unwrap_or_default() {
            self.tell_changed(id, from, message);
        }
        self.has_arrived_after_all(id, from, had_failed);
    }

    fn had_failed(&self, id: AccountId, chat: &Jid, message: &str) -> bool {
        self.store.has_failed(id, chat, message).unwrap_or(false)
    }

    /// A server may give a message back and deliver it all the same: that it failed is not true any more.
    fn has_arrived_after_all(&mut self, id: AccountId, chat: &Jid, had_failed: bool) {
        if had_failed {
            self.withdraw(EventKind::MessageFailed, id, chat);
        }
    }

    pub(crate) fn hear_reached(&mut self, id: AccountId, ids: &[String]) {
        let Ok(account) = self.account_mut(id) else {
            return;
        };
        for reached in ids {
            account.in_flight.remove(reached);
        }
        let gapless = account.gapless;
        self.changes_reached(id, ids);
        let changed = self.store.reached(id, ids, gapless);
        for message in self.stored(id, changed).unwrap_or_default() {
            if let Ok(Some(message)) = self.store.message(message) {
                self.tell(Output::MessageChanged(message.chat.clone(), message.id));
                self.ring_sent(&message.chat, message.id);
            }
        }
        self.send_waiting(id);
    }

    /// These wait again, until it is known who has the nicks now.
    pub(crate) fn hear_not_sent(&mut self, id: AccountId, ids: &[String]) {
        let forgotten = self.store.forget_written(id, ids);
        self.stored(id, forgotten);
        if let Ok(account) = self.account_mut(id) {
            for one in ids {
                account.in_flight.remove(one);
            }
        }
        self.send_what_was_held_up(id);
    }

    fn ring_sent(&mut self, chat: &ChatRef, message: MessageId) {
        let content = Content {
            name: self.name(chat.account, &chat.jid),
            message: Some(message),
            ..Content::default()
        };
        self.ring(
            live(EventKind::MessageSent, chat.account, &chat.jid),
            content,
        );
    }

    pub(crate) fn hear_message_failed(
        &mut self,
        id: AccountId,
        chat: &Jid,
        message: &str,
        problem: &StanzaProblem,
    ) {
        if let Ok(account) = self.account_mut(id) {
            account.in_flight.remove(message);
        }
        if !self.change_failed(id, chat, message, problem) {
            self.ring_failed(id, chat, message, problem);
        }
        self.send_waiting(id);
    }

    fn ring_failed(&mut self, id: AccountId, chat: &Jid, message: &str, problem: &StanzaProblem) {
        let reason = problem.words();
        let failed = self.store.fail(id, chat, message, reason);
        let Some(failed) = self.stored(id, failed).flatten() else {
            return;
        };
        let stored = self.store.message(failed).ok().flatten();
        let chat = stored.map_or_else(|| chat.clone(), |stored| stored.chat.jid);
        self.tell_changed(id, &chat, failed);
        self.ring_not_sent(id, &chat, failed, reason);
    }

    /// A message of mine, or what I said about it, did not get where it should.
    pub(crate) fn ring_not_sent(
        &mut self,
        id: AccountId,
        chat: &Jid,
        message: MessageId,
        reason: &str,
    ) {
        let content = Content {
            name: self.name(id, chat),
            text: reason.to_owned(),
            message: Some(message),
            ..Content::default()
        };
        self.ring(live(EventKind::MessageFailed, id, chat), content);
    }

    fn tell_advanced(
        &mut self,
        id: AccountId,
        chat: &Jid,
        advanced: Result<Option<MessageId>, carillon_store::StoreError>,
    ) {
        if let Some(message) = self.stored(id, advanced).flatten() {
            self.tell_changed(id, chat, message);
        }
    }

    fn tell_changed(&mut self, id: AccountId, chat: &Jid, message: MessageId) {
        let chat = ChatRef {
            account: id,
            jid: chat.clone(),
        };
        self.tell(Output::MessageChanged(chat, message));
    }
}

/// Whether these words may be sent under this id.
pub(crate) fn check_text(stanza_id: &str, body: &str) -> Result<(), DeskError> {
    let length = body.chars().count();
    if body.trim().is_empty() || length > LONGEST || stanza_id.is_empty() || stanza_id.len() > 64 {
        return Err(DeskError::BadText);
    }
    Ok(())
}

/// What becomes of what is for somebody who is not in the room any more.
pub(crate) fn not_there() -> StanzaProblem {
    StanzaProblem {
        condition: SOMEBODY_ELSE.to_owned(),
        text: String::new(),
    }
}

pub(crate) fn is_joined(account: &crate::account::Account, room: &Jid) -> bool {
    use carillon_core::room::RoomState;
    let inside = account
        .rooms
        .get(room)
        .is_some_and(|room| room.state == RoomState::Joined);
    inside && !account.is_held_up_by_doubt(&room.to_bare())
}

/// What others are told of a file of mine.
fn told(file: StoredFile) -> Box<FileTold> {
    Box::new(FileTold {
        name: Some(file.name),
        media_type: file.media_type,
        size: file.size,
        sides: file.picture,
        length: file.told.length,
        sha256: file.content,
        thumbnail: file.told.thumbnail,
    })
}

fn stanza(
    row: WaitingMessage,
    answered: Option<Answered>,
    told: Option<Box<FileTold>>,
) -> Outgoing {
    if row.file {
        return Outgoing::File {
            to: row.chat,
            id: row.id,
            address: row.body,
            file: told.unwrap_or_default(),
            to_room: row.room,
        };
    }
    if let Some(of) = answered {
        return Outgoing::Reply {
            to: row.chat,
            id: row.id,
            of,
            body: row.body,
            corrects: None,
            to_room: row.room,
        };
    }
    Outgoing::Message {
        to: row.chat,
        id: row.id,
        body: row.body,
        to_room: row.room,
    }
}
