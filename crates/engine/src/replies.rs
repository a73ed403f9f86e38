//! Answers to messages that were said.

use crate::account::Account;
use crate::desk::{Desk, DeskError};
use carillon_core::chat::Author;
use carillon_core::ids::{AccountId, ChatRef, MessageId, Timestamp};
use carillon_core::reply::{Answered, Reply, quote};
use carillon_core::session::IncomingMessage;
use carillon_store::{Queued, WaitingReply};
use jid::Jid;

impl Desk {
    /// Stores an answer of mine to a message of the same chat and sends it now or later. The same `stanza_id` twice is one
    /// message. Where the others know no name for that message, the answer quotes it in its own words.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when there is no such message in this chat; the others as [`Self::send_message`].
    pub fn answer_message(
        &mut self,
        chat: &ChatRef,
        stanza_id: &str,
        body: &str,
        of: MessageId,
    ) -> Result<MessageId, DeskError> {
        self.send(chat, stanza_id, body, Some(of))
    }

    /// Whether a room's message answers one of mine: it calls me as my name would, which no longer stands in its words.
    pub(crate) fn answers_me(&self, account: AccountId, message: &IncomingMessage) -> bool {
        let Some(reply) = &message.reply else {
            return false;
        };
        let room = ChatRef {
            account,
            jid: message.chat.clone(),
        };
        self.store
            .is_mine_in_room(&room, &reply.target)
            .unwrap_or(false)
    }

    /// Stores a message of mine, and what it answers.
    pub(crate) fn queue(
        &mut self,
        chat: &ChatRef,
        stanza_id: &str,
        body: &str,
        now: Timestamp,
        room: bool,
        of: Option<MessageId>,
    ) -> Result<Queued, DeskError> {
        let mut words = body.to_owned();
        if let Some(of) = of {
            let known = self.store.message(of)?.filter(|known| known.chat == *chat);
            let known = known.ok_or(DeskError::Gone)?;
            let queued = self
                .store
                .queue_reply(chat, stanza_id, body, now, room, of)?;
            if let Some(queued) = queued {
                return Ok(queued);
            }
            let nick = match &known.author {
                Author::Occupant { nick } => Some(nick.as_str()),
                Author::Me | Author::Contact => None,
            };
            words.insert_str(0, &quote(nick, &known.body));
        }
        let account = chat.account;
        Ok(self
            .store
            .queue_message(account, &chat.jid, stanza_id, &words, now, room)?)
    }
}

/// What an answer of mine says of the message that it answers.
pub(crate) fn answered(
    account: &Account,
    chat: &Jid,
    room: bool,
    reply: Option<&WaitingReply>,
) -> Option<Answered> {
    let WaitingReply { target, of } = reply?;
    let (author, quoted) = match of {
        Reply::Known {
            author,
            text,
            retracted: false,
            ..
        } => (Some(author), text.as_str()),
        Reply::Known { author, .. } => (Some(author), ""),
        Reply::Unknown => (None, ""),
    };
    let nick = author.filter(|_| room).and_then(|author| match author {
        Author::Occupant { nick } => Some(nick.as_str()),
        Author::Me => account.rooms.get(chat).map(|room| room.nick.as_str()),
        Author::Contact => None,
    });
    let address = match author {
        None => None,
        Some(_) if room => {
            nick.and_then(|nick| Some(chat.to_bare().with_resource_str(nick).ok()?.into()))
        }
        // In a room all addresses are the room's, and my own is nobody's business.
        Some(_) if chat.is_full() => None,
        Some(Author::Me) => Some(Jid::from(account.settings.jid.clone())),
        Some(_) => Some(chat.clone()),
    };
    Some(Answered {
        target: target.clone(),
        author: address,
        quote: quote(nick, quoted),
    })
}
