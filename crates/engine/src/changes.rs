//! What I say about messages that were said: stored first, then sent behind the message, and how far it has come.

use crate::desk::{Desk, DeskError};
use crate::output::{Content, Output};
use crate::presence::live;
use crate::private::Going;
use crate::replies::answered;
use carillon_core::alerts::EventKind;
use carillon_core::chat::{Author, Delivery};
use carillon_core::ids::{AccountId, MessageId};
use carillon_core::reaction::signs;
use carillon_core::reply::Answered;
use carillon_core::session::{About, Change, IncomingMessage, Origin, Outgoing, StanzaProblem};
use carillon_store::WaitingChange;
use jid::Jid;

/// So many rows are read at once.
const PAGE: u32 = 64;
/// A session that was too busy is tried again after this, in milliseconds.
const SAY_AGAIN: i64 = 1_000;

impl Desk {
    /// Puts other words in the place of a message of mine, and sends them now or later. The same `stanza_id` twice is
    /// one correction; the words that it has already are none.
    ///
    /// # Errors
    /// [`DeskError::BadText`]; [`DeskError::Gone`] when it is no message of mine that others have; or the store's.
    pub fn correct_message(
        &mut self,
        message: MessageId,
        stanza_id: &str,
        body: &str,
    ) -> Result<(), DeskError> {
        crate::outgoing::check_text(stanza_id, body)?;
        let known = self.store.message(message)?.ok_or(DeskError::Gone)?;
        if known.author != Author::Me
            || known.delivery == Some(Delivery::Failed) && !known.corrected
        {
            return Err(DeskError::Gone);
        }
        self.account(known.chat.account)?;
        if known.body == body && known.delivery != Some(Delivery::Failed) {
            return Ok(());
        }
        let now = self.now();
        let queued = self.store.queue_correction(message, stanza_id, body, now)?;
        let chat = queued.ok_or(DeskError::Gone)?;
        self.tell(Output::MessageChanged(chat.clone(), message));
        self.send_changes(chat.account);
        self.tell(Output::Chat(chat));
        Ok(())
    }

    /// Takes back a message of mine, and has the others told now or later.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when it is no message of mine, or no server has it; or the store's.
    pub fn retract_message(
        &mut self,
        message: MessageId,
        stanza_id: &str,
    ) -> Result<(), DeskError> {
        crate::outgoing::check_text(stanza_id, "taken back")?;
        let known = self.store.message(message)?.ok_or(DeskError::Gone)?;
        self.account(known.chat.account)?;
        let now = self.now();
        let queued = self.store.queue_retraction(message, stanza_id, now)?;
        let chat = queued.ok_or(DeskError::Gone)?;
        self.tell(Output::MessageChanged(chat.clone(), message));
        self.send_changes(chat.account);
        self.tell(Output::Chat(chat));
        Ok(())
    }

    /// Its author has put other words in a message's place, or has taken it back: then it is no news any more.
    pub(crate) fn hear_change(&mut self, message: MessageId, before: Option<u32>) {
        self.tell_look(message);
        let Ok(Some(message)) = self.store.message(message) else {
            return;
        };
        let unread = self.store.unread(&message.chat).ok();
        if message.retracted && unread != before {
            self.was_seen(message.chat.account, &message.chat.jid);
            self.refresh_tray();
        }
    }

    /// Gives a message these signs and no others, now or later. The same `stanza_id` twice is once.
    ///
    /// # Errors
    /// [`DeskError::BadText`] when one is no sign; [`DeskError::Gone`] when there is no such message, or nobody else
    /// knows it; or the store's.
    pub fn react(
        &mut self,
        message: MessageId,
        stanza_id: &str,
        given: &[String],
    ) -> Result<(), DeskError> {
        let signs = signs(given.iter().map(String::as_str));
        if signs.len() != given.len() {
            return Err(DeskError::BadText);
        }
        crate::outgoing::check_text(stanza_id, "signs")?;
        let known = self.store.message(message)?.ok_or(DeskError::Gone)?;
        self.account(known.chat.account)?;
        let now = self.now();
        let queued = self
            .store
            .queue_reactions(message, stanza_id, &signs, now)?;
        let chat = queued.ok_or(DeskError::Gone)?;
        self.tell(Output::MessageChanged(chat.clone(), message));
        self.send_changes(chat.account);
        Ok(())
    }

    /// Somebody gave a message signs, or took some back; `more`: one that is new.
    pub(crate) fn hear_reactions(
        &mut self,
        id: AccountId,
        reacting: &IncomingMessage,
        message: MessageId,
        more: bool,
    ) {
        let Ok(Some(about)) = self.store.message(message) else {
            return;
        };
        self.tell(Output::MessageChanged(about.chat, message));
        let now = matches!(reacting.origin, Origin::Live | Origin::Carbon);
        let Some(About {
            change: Change::Reactions(signs),
            ..
        }) = &reacting.about
        else {
            return;
        };
        if !more || !now || about.author != Author::Me || reacting.author == Author::Me {
            return;
        }
        let signs = signs.join(" ");
        let text = match &reacting.author {
            Author::Occupant { nick } if !reacting.chat.is_full() => format!("{nick}: {signs}"),
            _ => signs,
        };
        let content = Content {
            name: self.name(id, &reacting.chat),
            text,
            message: Some(message),
            ..Content::default()
        };
        self.ring(live(EventKind::Reaction, id, &reacting.chat), content);
    }

    /// Hands waiting changes to the session in the order in which they were made, each behind its message.
    pub(crate) fn send_changes(&mut self, id: AccountId) {
        loop {
            let Some(account) = self.accounts.get(&id).filter(|one| one.is_online()) else {
                return;
            };
            let after = account.changes_up_to;
            let page = match self.store.waiting_changes_after(id, after, PAGE) {
                Ok(page) => page,
                Err(error) => return self.storage_failed(id, &error),
            };
            let last = page.len() < PAGE as usize;
            for change in page {
                if !self.say_change(id, change) {
                    return;
                }
            }
            if last {
                return;
            }
        }
    }

    /// Whether the next one may follow.
    fn say_change(&mut self, id: AccountId, waiting: WaitingChange) -> bool {
        let again = self.now().plus_millis(SAY_AGAIN);
        let Some(account) = self.accounts.get_mut(&id) else {
            return false;
        };
        let going = match waiting.chat.is_full() {
            true => account.goes_privately(&waiting.chat, waiting.said_to.as_deref()),
            false => Going::Now,
        };
        if going == Going::Never {
            account.changes_up_to = waiting.row;
            self.change_failed(
                id,
                &waiting.chat,
                &waiting.id,
                &crate::outgoing::not_there(),
            );
            return true;
        }
        let joined = going == Going::Now
            && (!waiting.room || crate::outgoing::is_joined(account, &waiting.chat));
        if joined && !account.in_flight.contains(&waiting.id) {
            let goes_first = waiting.after.as_ref();
            if goes_first.is_some_and(|message| !account.in_flight.contains(message)) {
                return false;
            }
            let (row, stanza) = (waiting.row, waiting.id.clone());
            let answered = answered(account, &waiting.chat, waiting.room, waiting.reply.as_ref());
            if !account.say(stanza_of(waiting, answered)) {
                account.send_due = Some(again);
                return false;
            }
            account.in_flight.insert(stanza);
            account.changes_up_to = row;
            return true;
        }
        account.changes_up_to = waiting.row;
        true
    }

    /// The server has these of mine. What is no change is left to others.
    pub(crate) fn changes_reached(&mut self, id: AccountId, ids: &[String]) {
        let about = self.store.changes_reached(id, ids);
        for message in self.stored(id, about).unwrap_or_default() {
            self.tell_look(message);
        }
    }

    /// Whether what came back was a change.
    pub(crate) fn change_failed(
        &mut self,
        id: AccountId,
        chat: &Jid,
        change: &str,
        problem: &StanzaProblem,
    ) -> bool {
        let reason = problem.words();
        let failed = self.store.fail_change(id, chat, change, reason);
        let Some(failed) = self.stored(id, failed).flatten() else {
            return false;
        };
        self.tell_look(failed.message);
        if failed.loud {
            self.ring_not_sent(id, chat, failed.message, reason);
        }
        true
    }

    /// Sends again what was said in vain about a message. Answers whether there was something.
    pub(crate) fn retry_changes(&mut self, message: MessageId) -> Result<bool, DeskError> {
        let Some(chat) = self.store.retry_changes(message)? else {
            return Ok(false);
        };
        if let Ok(account) = self.account_mut(chat.account) {
            account.changes_up_to = 0;
        }
        self.withdraw(EventKind::MessageFailed, chat.account, &chat.jid);
        self.tell(Output::MessageChanged(chat.clone(), message));
        self.send_changes(chat.account);
        Ok(true)
    }

    /// A message looks different, and maybe its chat's line as well.
    pub(crate) fn tell_look(&mut self, message: MessageId) {
        if let Ok(Some(message)) = self.store.message(message) {
            self.tell(Output::MessageChanged(message.chat.clone(), message.id));
            self.tell(Output::Chat(message.chat));
        }
    }
}

fn stanza_of(waiting: WaitingChange, answered: Option<Answered>) -> Outgoing {
    if let Some(of) = answered {
        return Outgoing::Reply {
            to: waiting.chat,
            id: waiting.id,
            of,
            body: waiting.body,
            corrects: Some(waiting.about.target),
            to_room: waiting.room,
        };
    }
    Outgoing::About {
        to: waiting.chat,
        id: waiting.id,
        about: waiting.about,
        body: waiting.body,
        to_room: waiting.room,
    }
}
