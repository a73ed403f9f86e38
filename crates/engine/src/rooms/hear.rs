//! What happens in a room.

use crate::account::Room;
use crate::desk::Desk;
use crate::output::Output;
use carillon_core::ids::{AccountId, ChatRef, MessageId};
use carillon_core::room::{Occupant, RoomAbout, RoomState, RoomTrouble};
use carillon_core::session::{Outgoing, RoomEvent};
use jid::BareJid;

/// So many people of a room are known at once: five times what the largest rooms have.
pub(crate) const MOST_OCCUPANTS: usize = 10_000;

impl Desk {
    pub(crate) fn hear_room(&mut self, id: AccountId, jid: &BareJid, event: RoomEvent) {
        let stay = match &event {
            RoomEvent::Occupant(_) => self.errand_id(),
            _ => String::new(),
        };
        let Some(room) = self
            .accounts
            .get_mut(&id)
            .and_then(|account| account.rooms.get_mut(jid))
        else {
            return;
        };
        let chat = ChatRef {
            account: id,
            jid: jid.clone().into(),
        };
        match event {
            RoomEvent::Joined { me, created } => {
                // The room shows me to myself whenever I show another status.
                let joined = room.state != RoomState::Joined;
                let renamed = room.nick != me.nick;
                room.nick.clone_from(&me.nick);
                room.me = Some(me);
                room.state = RoomState::Joined;
                if renamed {
                    self.keep_nick(&chat);
                }
                if joined {
                    self.came_in(&chat);
                } else {
                    self.tell(Output::Room(chat.clone()));
                }
                if created {
                    self.made(&chat);
                }
            }
            RoomEvent::Left { trouble } => self.is_out(&chat, trouble),
            RoomEvent::Refused { trouble } => self.is_out(&chat, Some(trouble)),
            RoomEvent::Subject { text } => {
                room.subject = text;
                self.tell(Output::Chat(chat));
            }
            RoomEvent::HasArchive => {
                room.archive = true;
                room.gapless = false;
                self.catch_up(id, Some(jid.clone()));
            }
            RoomEvent::About(about) => self.is_about(&chat, about),
            RoomEvent::SaysNothing => self.has_told(&chat, false),
            RoomEvent::Picture { hash } => self.hear_room_picture(id, jid, hash),
            RoomEvent::Occupant(occupant) => {
                // Who is there comes before my own arrival (XEP-0045 §7.2.2), one by one: not worth a line each.
                let arriving = room.state == RoomState::Joining;
                room.shows(*occupant, stay);
                if !arriving {
                    self.tell(Output::Room(chat));
                }
            }
            RoomEvent::Gone { nick, renamed } => {
                if let Some(renamed) = renamed {
                    self.follow_nick(&chat, &nick, &renamed);
                }
                let account = self.accounts.get_mut(&id);
                if let Some(room) = account.and_then(|account| account.rooms.get_mut(jid)) {
                    room.occupants.remove(&nick);
                    room.stays.remove(&nick);
                }
                self.stop_typing(id, |of, typing| of == jid && typing == Some(&nick));
                self.tell(Output::Room(chat));
            }
        }
    }

    /// I am in.
    fn came_in(&mut self, chat: &ChatRef) {
        self.tell(Output::Chat(chat.clone()));
        if let Some(account) = self.accounts.get_mut(&chat.account) {
            account.say(Outgoing::RoomInfo { room: chat.bare() });
            // What waited for this room lies behind what was sent since.
            account.sent_up_to = MessageId(0);
            account.changes_up_to = 0;
        }
        self.send_waiting(chat.account);
    }

    /// I am called something else now, and want to be called so the next time.
    fn keep_nick(&mut self, chat: &ChatRef) {
        let account = self.accounts.get(&chat.account);
        let Some(room) = account.and_then(|account| account.rooms.get(&chat.jid)) else {
            return;
        };
        let kept = self.store.set_room(
            chat.account,
            &chat.bare(),
            &room.nick,
            &room.about.name,
            true,
        );
        self.stored(chat.account, kept);
        self.bookmark_nick(chat);
    }

    /// I am out, or was not let in.
    fn is_out(&mut self, chat: &ChatRef, trouble: Option<RoomTrouble>) {
        let Ok(account) = self.account_mut(chat.account) else {
            return;
        };
        let Some(room) = account.rooms.get_mut(&chat.jid) else {
            return;
        };
        let unwanted = trouble
            .as_ref()
            .is_some_and(|trouble| trouble.cause.is_final());
        room.state = trouble.map_or(RoomState::Outside, |trouble| RoomState::Refused { trouble });
        room.is_left();
        let (nick, name) = (room.nick.clone(), room.about.name.clone());
        if unwanted {
            let kept = self
                .store
                .set_room(chat.account, &chat.bare(), &nick, &name, false);
            self.stored(chat.account, kept);
            self.bookmark_follows(chat);
        }
        self.stop_typing(chat.account, |of, _| *of == chat.jid);
        self.tell(Output::Chat(chat.clone()));
    }

    fn is_about(&mut self, chat: &ChatRef, about: Box<RoomAbout>) {
        let Ok(account) = self.account_mut(chat.account) else {
            return;
        };
        let Some(room) = account.rooms.get_mut(&chat.jid) else {
            return;
        };
        let wanted = matches!(room.state, RoomState::Joining | RoomState::Joined);
        let renamed = room.about.name != about.name && wanted;
        let names = about.names_occupants;
        room.about = about;
        let (nick, name) = (room.nick.clone(), room.about.name.clone());
        if renamed {
            let kept = self
                .store
                .set_room(chat.account, &chat.bare(), &nick, &name, true);
            self.stored(chat.account, kept);
            self.tell(Output::Chat(chat.clone()));
        }
        self.tell(Output::Room(chat.clone()));
        self.has_told(chat, names);
    }

    /// What is private there waited until it was known whom the room means. Whether it `names` people is kept for what
    /// comes on this stream after a restart.
    fn has_told(&mut self, chat: &ChatRef, names: bool) {
        let kept = self
            .store
            .set_names_occupants(chat.account, &chat.bare(), names);
        self.stored(chat.account, kept);
        let account = self.accounts.get_mut(&chat.account);
        let room = account.and_then(|account| account.rooms.get_mut(&chat.jid));
        if room.is_some_and(|room| !std::mem::replace(&mut room.has_told, true)) {
            self.send_what_was_held_up(chat.account);
            self.tell(Output::Room(chat.clone()));
        }
    }
}

impl Room {
    /// `stay` is a new name for the time that they are there.
    fn shows(&mut self, occupant: Occupant, stay: String) {
        let known = self.occupants.contains_key(&occupant.nick);
        if known || self.occupants.len() < MOST_OCCUPANTS {
            self.stays.entry(occupant.nick.clone()).or_insert(stay);
            self.occupants.insert(occupant.nick.clone(), occupant);
        }
    }
}
