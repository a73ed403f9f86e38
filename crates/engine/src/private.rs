//! Private conversations in rooms (XEP-0045 §7.5): whose a message is, for whom mine are, and whether they can go.
//!
//! Such a conversation is found by the occupant's address, and remembers for whom it is: by the room's lasting name for
//! them (XEP-0421), else by a name for their stay. Whoever else comes to have the nick gets nothing of it unasked.

use crate::account::{Account, Room};
use crate::desk::{Desk, DeskError};
use crate::output::Output;
use crate::rooms::MOST_OCCUPANTS;
use carillon_core::alerts::EventKind;
use carillon_core::chat::Author;
use carillon_core::ids::{AccountId, ChatRef};
use carillon_core::privacy::{Admission, Sender, admit_in_room};
use carillon_core::room::{PrivateState, RoomState, is_lasting, whom};
use carillon_core::session::{IncomingMessage, Origin};
use carillon_store::PastPrivate;
use jid::{BareJid, Jid};

/// So many conversations are remembered in which nothing was said yet.
const MOST_BEGUN: usize = 1_000;

/// A private conversation as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrivateNow {
    /// The room that it is in.
    pub room: ChatRef,
    /// What that is called.
    pub room_name: String,
    /// What the other one is called there.
    pub nick: String,
    /// Whether I can write.
    pub state: PrivateState,
}

/// Whether something of mine goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Going {
    Now,
    /// It is not known yet.
    Later,
    /// They for whom it was are not there.
    Never,
}

impl Room {
    /// What tells who has a nick now from who had it before.
    fn whom(&self, nick: &str) -> Option<String> {
        // Before it has told of itself nobody knows what its names are worth.
        self.has_told.then_some(())?;
        let (occupant, stay) = (self.occupants.get(nick)?, self.stays.get(nick)?);
        Some(whom(occupant, self.about.names_occupants, stay))
    }
}

impl Account {
    /// Who has this address in a room that I am in.
    fn whom(&self, address: &Jid) -> Option<String> {
        let room = self.rooms.get(&address.to_bare())?;
        let nick = address.resource()?.as_str();
        Some(room)
            .filter(|room| room.state == RoomState::Joined)?
            .whom(nick)
    }

    /// Whether somebody other than me has this address in a room that I am in.
    fn is_there(&self, address: &Jid) -> bool {
        let room = self.rooms.get(&address.to_bare());
        room.zip(address.resource()).is_some_and(|(room, nick)| {
            room.state == RoomState::Joined && room.occupants.contains_key(nick.as_str())
        })
    }

    fn has_told(&self, room: &BareJid) -> bool {
        self.rooms.get(room).is_some_and(|room| room.has_told)
    }

    /// Whether I let them write to me no more.
    fn is_shut_out(&self, address: &Jid, occupant: Option<&str>) -> bool {
        let room = address.to_bare();
        self.shut_out
            .iter()
            .filter(|(out, _)| out.to_bare() == room)
            .any(|(out, marked)| match (marked, occupant) {
                (Some(marked), Some(occupant)) if is_lasting(occupant) => marked == occupant,
                _ => out == address,
            })
    }

    /// Those shut out under this address, and the same ones under others; `mark` is whom the conversation there is with.
    fn shut_out_with(&self, address: &Jid, mark: Option<&String>) -> Vec<(Jid, Option<String>)> {
        let here = self.shut_out.iter().filter(|(jid, _)| jid == address);
        let marks: Vec<&String> = here.filter_map(|(_, mark)| mark.as_ref()).collect();
        let same = |(jid, marked): &&(Jid, Option<String>)| {
            let known = |of: &String| marks.contains(&of) || mark == Some(of);
            jid == address
                || jid.to_bare() == address.to_bare() && marked.as_ref().is_some_and(known)
        };
        self.shut_out.iter().filter(same).cloned().collect()
    }

    /// Whether something of mine for this one goes to this address.
    pub(crate) fn goes_privately(&self, address: &Jid, said_to: Option<&str>) -> Going {
        let room = address.to_bare();
        let known = self.rooms.get(&room);
        match known.map(|room| &room.state) {
            Some(RoomState::Joining) => Going::Later,
            Some(RoomState::Joined) if self.is_doubted(&room) || !self.has_told(&room) => {
                Going::Later
            }
            _ if said_to.is_some() && self.whom(address).as_deref() == said_to => Going::Now,
            _ => Going::Never,
        }
    }
}

impl Desk {
    /// Puts a message into the conversation that it belongs to. The mark of a private one is only a claim, and where I am
    /// in a room everything from there is private that is not for all. `None`: it belongs nowhere.
    pub(crate) fn placed(
        &self,
        id: AccountId,
        message: IncomingMessage,
    ) -> Option<IncomingMessage> {
        let mut message = self.under_its_address(id, message)?;
        let past = matches!(message.origin, Origin::Delayed | Origin::Archive);
        if past && message.chat.is_full() {
            let home = self.store.private_home(
                id,
                &PastPrivate {
                    address: &message.chat,
                    entry: message.stanza_id.as_deref(),
                    occupant: message.occupant.as_deref(),
                    at: message.at.unwrap_or_else(|| self.now()),
                },
            );
            if let Ok(Some(home)) = home {
                message.chat = home;
            }
        }
        Some(message)
    }

    fn under_its_address(
        &self,
        id: AccountId,
        message: IncomingMessage,
    ) -> Option<IncomingMessage> {
        let account = self.accounts.get(&id)?;
        let room = message.chat.to_bare();
        if !account.rooms.contains_key(&room) {
            return unmarked(account, message, room);
        }
        if !message.chat.is_full() {
            // From a room that I am not in: its archive's private words bear no mark everywhere.
            let nick = message.from.resource().map(ToString::to_string);
            return match (nick, &message.author) {
                (Some(nick), Author::Contact) if message.origin != Origin::Live => {
                    Some(IncomingMessage {
                        chat: message.from.clone(),
                        author: Author::Occupant { nick },
                        wants_receipt: false,
                        markable: false,
                        ..message
                    })
                }
                (_, Author::Contact) => None,
                _ => Some(message),
            };
        }
        let now = account.whom(&message.chat);
        let occupant = match message.origin {
            Origin::Live if !account.is_there(&message.chat) => {
                tracing::debug!("private words of somebody who is not in the room were dropped");
                return None;
            }
            Origin::Live => now,
            Origin::Carbon => now,
            Origin::Delayed | Origin::Archive => message.occupant.clone(),
        };
        // Of my own words from another device it says to whom they went. What I say about a message is mine alone.
        let aside = message.author == Author::Me
            && (message.origin != Origin::Carbon || message.about.is_some());
        Some(IncomingMessage {
            occupant: occupant.filter(|_| !aside),
            ..message
        })
    }

    /// The same of an archive's entry; a room's own archive has only what was said to all.
    pub(crate) fn placed_from(
        &self,
        id: AccountId,
        message: IncomingMessage,
        of_room: bool,
    ) -> Option<IncomingMessage> {
        match of_room {
            true => Some(message),
            false => self.placed(id, message),
        }
    }

    /// Where a private message of somebody in a room goes.
    pub(crate) fn admission_in_room(
        &self,
        account: &Account,
        message: &IncomingMessage,
    ) -> Admission {
        if message.author == Author::Me {
            return Admission::Chat;
        }
        let occupant = message.occupant.as_deref();
        let chat = account.chat(&message.chat);
        // Whom the room shows me with their address.
        let known = account
            .rooms
            .get(&chat.bare())
            .zip(message.chat.resource())
            .filter(|_| matches!(message.origin, Origin::Live | Origin::Carbon))
            .and_then(|(room, nick)| room.occupants.get(nick.as_str())?.jid.clone());
        let accepted = || {
            let with = self.store.private_with(&chat).ok().flatten();
            let written = |to| self.store.has_written_to(&chat, to).unwrap_or(false);
            self.store
                .is_accepted(account.id, &chat.jid)
                .unwrap_or(false)
                && occupant.is_none_or(|from| with.as_deref() == Some(from) || written(from))
        };
        let contact = known.as_ref().is_some_and(|jid| account.is_contact(jid));
        let sender = Sender {
            contact,
            accepted: !contact && accepted(),
            blocked: account.is_shut_out(&chat.jid, occupant)
                || known.is_some_and(|jid| account.blocked.contains(&jid)),
        };
        admit_in_room(self.settings.privacy.who_may_write, sender)
    }

    /// They are the first whom this conversation is with: they wrote, or I did on another device.
    pub(crate) fn private_begins(&mut self, id: AccountId, message: &IncomingMessage) {
        let Some(occupant) = &message.occupant else {
            return;
        };
        let chat = ChatRef {
            account: id,
            jid: message.chat.clone(),
        };
        let known = self.store.private_with(&chat);
        if self.stored(id, known).is_some_and(|known| known.is_none()) {
            let kept = self.store.set_private(&chat, occupant);
            self.stored(id, kept);
        }
    }

    /// For whom a conversation is: the user has begun it with them, or something was said there.
    fn private_with(&self, account: &Account, chat: &ChatRef) -> Option<String> {
        let begun = account.begun.get(&chat.jid).cloned();
        begun.or_else(|| self.store.private_with(chat).ok().flatten())
    }

    fn private_state(&self, account: &Account, chat: &ChatRef) -> PrivateState {
        let now = account.whom(&chat.jid);
        if account.is_shut_out(&chat.jid, now.as_deref()) {
            return PrivateState::Blocked;
        }
        let room = account.rooms.get(&chat.bare()).map(|room| &room.state);
        match room {
            Some(RoomState::Joined) if !account.has_told(&chat.bare()) => PrivateState::Joining,
            Some(RoomState::Joined) => {
                let before = self.private_with(account, chat);
                PrivateState::between(before.as_deref(), now.as_deref())
            }
            Some(RoomState::Joining) => PrivateState::Joining,
            _ => PrivateState::Outside,
        }
    }

    /// A private conversation in a room; `None` when the chat is none.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when there is no such account.
    pub fn private(&self, chat: &ChatRef) -> Result<Option<PrivateNow>, DeskError> {
        let account = self.account(chat.account)?;
        let Some((room, nick)) = chat.private_in() else {
            return Ok(None);
        };
        let of_room = account.rooms.get(&chat.bare());
        let given = of_room.map(|room| room.about.name.clone());
        Ok(Some(PrivateNow {
            room_name: given
                .filter(|name| !name.is_empty())
                .unwrap_or_else(|| account.name_of(&room.jid)),
            nick: nick.to_owned(),
            state: self.private_state(account, chat),
            room,
        }))
    }

    /// What I write in this conversation from now on is for whoever has the nick now: the user has seen who that is.
    ///
    /// # Errors
    /// [`DeskError::NotThere`] when nobody is called so there, or I am not; [`DeskError::Gone`] when there is no such
    /// account or it is no private conversation; or the store's.
    pub fn begin_private(&mut self, chat: &ChatRef) -> Result<(), DeskError> {
        if !chat.is_private() {
            return Err(DeskError::Gone);
        }
        let now = self.account(chat.account)?.whom(&chat.jid);
        let now = now.ok_or(DeskError::NotThere)?;
        if self.store.chat_kind(chat)?.is_some() {
            self.store.set_private(chat, &now)?;
            self.tell(Output::Files(chat.clone()));
        }
        let account = self.account_mut(chat.account)?;
        if account.begun.len() >= MOST_BEGUN {
            account.begun.clear();
        }
        account.begun.insert(chat.jid.clone(), now);
        self.tell(Output::Chat(chat.clone()));
        Ok(())
    }

    /// Lets me write in a private conversation only to the one for whom it is, and keeps who that is.
    pub(crate) fn address_privately(&mut self, chat: &ChatRef) -> Result<(), DeskError> {
        if !chat.is_private() {
            return Ok(());
        }
        let account = self.account(chat.account)?;
        let now = account.whom(&chat.jid);
        match (self.private_state(account, chat), now) {
            (PrivateState::Ready, Some(now)) => Ok(self.store.set_private(chat, &now)?),
            (PrivateState::SomebodyElse | PrivateState::Unsure, _) => Err(DeskError::SomebodyElse),
            _ => Err(DeskError::NotThere),
        }
    }

    /// Somebody in a room is called something else now, and their conversation with me goes along.
    pub(crate) fn follow_nick(&mut self, room: &ChatRef, from: &str, to: &str) {
        let address = |nick| room.bare().with_resource_str(nick);
        let (Ok(from), Ok(to)) = (address(from), address(to)) else {
            return;
        };
        let (from, to) = (Jid::from(from), Jid::from(to));
        let Some(account) = self.accounts.get_mut(&room.account) else {
            return;
        };
        let now = account.whom(&from);
        let known = account.rooms.get_mut(&room.bare());
        if let (Some(known), Some(old), Some(new)) = (known, from.resource(), to.resource())
            && let Some(stay) = known.stays.remove(old.as_str())
            // Those to whom a room gives another nick and whom it never shows again.
            && known.stays.len() < MOST_OCCUPANTS
        {
            known.stays.insert(new.to_string(), stay);
        }
        if let Some(begun) = account.begun.remove(&from) {
            account.begun.entry(to.clone()).or_insert(begun);
        }
        let before = account.chat(&from);
        let with = self.store.private_with(&before).ok().flatten();
        // Somebody else had the nick when the conversation was.
        if with.is_none() || with != now {
            return;
        }
        let moved = self.store.follow_nick(&before, &to, self.now());
        if self.stored(room.account, moved) == Some(true) {
            if let Some(account) = self.accounts.get_mut(&room.account) {
                account.looks_back_under(&from, &to);
            }
            self.was_seen(room.account, &from);
            self.withdraw(EventKind::MessageFailed, room.account, &from);
            let after = ChatRef {
                account: room.account,
                jid: to,
            };
            self.tell(Output::Moved(before.clone(), after.clone()));
            self.tell(Output::Chat(before));
            self.tell_chat(&after);
        }
    }

    /// Lets somebody in a room write to me no more, whatever they are called where the room marks them; or lets them
    /// again. In the room they are heard as before, and nobody is told.
    pub(crate) fn shut_out(&mut self, chat: &ChatRef, out: bool) -> Result<(), DeskError> {
        let said = self.store.last_occupant(chat)?;
        let account = self.account(chat.account)?;
        // Whose words the user sees, not who has the nick by now.
        let with = said.or_else(|| account.whom(&chat.jid));
        let with = with.or_else(|| self.private_with(account, chat));
        // A stay is over soon, the nick is not.
        let lasting = with.filter(|mark| is_lasting(mark));
        if out {
            self.store.block_occupant(chat, lasting.as_deref())?;
            let account = self.account_mut(chat.account)?;
            account.shut_out.insert((chat.jid.clone(), lasting));
        } else {
            for (jid, mark) in account.shut_out_with(&chat.jid, lasting.as_ref()) {
                let chat = self.account(chat.account)?.chat(&jid);
                self.store.unblock_occupant(&chat, mark.as_deref())?;
                let account = self.account_mut(chat.account)?;
                account.shut_out.remove(&(jid, mark));
            }
        }
        self.was_seen(chat.account, &chat.jid);
        self.tell(Output::Contact(chat.clone()));
        Ok(())
    }
}

/// What bears the mark and is from no room of mine: a person's message is theirs all the same.
fn unmarked(account: &Account, message: IncomingMessage, of: BareJid) -> Option<IncomingMessage> {
    if !message.chat.is_full() {
        return Some(message);
    }
    if !account.is_contact(&of) && of != account.settings.jid {
        tracing::debug!("private words from a room that I am not in were dropped");
        return None;
    }
    Some(IncomingMessage {
        author: match message.author {
            Author::Me => Author::Me,
            _ => Author::Contact,
        },
        chat: of.into(),
        occupant: None,
        ..message
    })
}
