//! Rooms, as far as an invitation needs them.

use crate::desk::{Desk, DeskError};
use crate::output::{Content, Output};
use crate::presence::live;
use carillon_core::alerts::EventKind;
use carillon_core::chat::Author;
use carillon_core::ids::{AccountId, ChatRef, InviteId, MessageId, Timestamp};
use carillon_core::privacy::WhoMayWrite;
use carillon_core::room::{InviteVia, RoomInvite, RoomState};
use carillon_core::session::{IncomingMessage, Origin, Outgoing, RoomEvent};
use jid::{BareJid, Jid};

/// How much of what was said before is asked for when a room is entered.
const HISTORY: u32 = 50;

impl Desk {
    pub(crate) fn hear_invite(
        &mut self,
        id: AccountId,
        room: &BareJid,
        from: &Jid,
        reason: &str,
        via: InviteVia,
        at: Option<Timestamp>,
    ) {
        let Some(account) = self.accounts.get(&id) else {
            return;
        };
        let person = from.to_bare();
        if account.blocked.contains(&person) || account.blocked.contains(room) {
            return;
        }
        let inside = account
            .rooms
            .get(room)
            .is_some_and(|room| matches!(room.state, RoomState::Joined | RoomState::Joining));
        if inside {
            return;
        }
        let nobody_new = self.settings.privacy.who_may_write == WhoMayWrite::NobodyNew;
        if nobody_new && !account.is_contact(&person) {
            self.note_hidden(EventKind::RoomInvite, id, room);
            return;
        }
        let now = self.now();
        let added = self
            .store
            .add_invite(id, room, from, reason, via, at.unwrap_or(now));
        let Some(Some(invite)) = self.stored(id, added) else {
            return;
        };
        self.tell(Output::Requests);
        let content = Content {
            name: self.name(id, room),
            text: reason.to_owned(),
            inviter: Some(from.clone()),
            invite: Some(invite),
            ..Content::default()
        };
        self.ring(live(EventKind::RoomInvite, id, room), content);
        self.refresh_tray();
    }

    pub(crate) fn hear_room(&mut self, id: AccountId, jid: &BareJid, event: RoomEvent) {
        let Some(room) = self
            .accounts
            .get_mut(&id)
            .and_then(|account| account.rooms.get_mut(jid))
        else {
            return;
        };
        // The room shows me to myself whenever I show another status.
        let joined = matches!(event, RoomEvent::Joined { .. }) && room.state != RoomState::Joined;
        // Who is there comes before my own arrival (XEP-0045 §7.2.2), one by one: not worth a line each.
        let arriving =
            room.state == RoomState::Joining && matches!(event, RoomEvent::Occupant { .. });
        let mut left = None;
        match event {
            RoomEvent::Joined { nick } => {
                room.nick = nick;
                room.state = RoomState::Joined;
            }
            RoomEvent::Left { reason } if reason.is_empty() => room.state = RoomState::Outside,
            RoomEvent::Left { reason } | RoomEvent::Refused { reason } => {
                room.state = RoomState::Refused { reason };
            }
            RoomEvent::Subject { text } => room.subject = text,
            RoomEvent::HasArchive => {
                room.archive = true;
                room.gapless = false;
                self.catch_up(id, Some(jid.clone()));
                return;
            }
            RoomEvent::Occupant { nick, availability } if availability.is_online() => {
                room.occupants.insert(nick);
            }
            RoomEvent::Occupant { nick, .. } => {
                room.occupants.remove(&nick);
                left = Some(nick);
            }
        }
        let outside = !matches!(room.state, RoomState::Joined | RoomState::Joining);
        if outside {
            room.occupants.clear();
        }
        self.stop_typing(id, |of, nick| {
            of == jid && (outside || left.is_some() && nick == left.as_deref())
        });
        if arriving {
            return;
        }
        let chat = ChatRef {
            account: id,
            jid: jid.clone(),
        };
        self.tell(Output::Chat(chat));
        if joined {
            if let Some(account) = self.accounts.get(&id) {
                account.say(Outgoing::RoomInfo { room: jid.clone() });
            }
            // What waited for this room lies behind what was sent since.
            if let Some(account) = self.accounts.get_mut(&id) {
                account.sent_up_to = MessageId(0);
            }
            self.send_waiting(id);
        }
    }

    /// Joins the room of an invitation; it becomes a chat.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when the invitation was handled before, or the store's.
    pub fn accept_invite(&mut self, invite: InviteId) -> Result<ChatRef, DeskError> {
        let found = self.store.invite(invite)?.ok_or(DeskError::Gone)?;
        let chat = ChatRef {
            account: found.account,
            jid: found.room,
        };
        self.join_room(&chat)?;
        // Whoever else invited me to the same room has their answer as well.
        let answered = |other: &RoomInvite| other.account == chat.account && other.room == chat.jid;
        for other in self.store.invites()?.into_iter().filter(answered) {
            self.store.remove_invite(other.id)?;
        }
        self.invite_handled(&chat);
        Ok(chat)
    }

    /// Declines an invitation, now or as soon as the account is connected; a direct one can only be put away.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when the invitation was handled before, or the store's.
    pub fn decline_invite(&mut self, invite: InviteId) -> Result<(), DeskError> {
        let found = self.store.invite(invite)?.ok_or(DeskError::Gone)?;
        if found.via == InviteVia::Mediated {
            let refusal = self.errand_id();
            self.store.decline_invite(&found, &refusal)?;
            self.flush_soon();
            self.flush();
            self.send_errands(found.account);
        } else {
            self.store.remove_invite(invite)?;
        }
        let chat = ChatRef {
            account: found.account,
            jid: found.room,
        };
        self.invite_handled(&chat);
        Ok(())
    }

    pub(crate) fn invite_handled(&mut self, chat: &ChatRef) {
        self.withdraw(EventKind::RoomInvite, chat.account, &chat.jid);
        self.tell(Output::Requests);
        self.refresh_tray();
    }

    /// Enters a room, now or as soon as the account is connected.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when there is no such account, or the store's.
    pub fn join_room(&mut self, chat: &ChatRef) -> Result<(), DeskError> {
        let account = self.account_mut(chat.account)?;
        let own_nick = account
            .settings
            .jid
            .node()
            .map_or_else(|| account.settings.jid.to_string(), |node| node.to_string());
        let room = account.rooms.entry(chat.jid.clone()).or_default();
        if room.nick.is_empty() {
            room.nick = own_nick;
        }
        let nick = room.nick.clone();
        self.store
            .set_room(chat.account, &chat.jid, &nick, "", true)?;
        self.flush_soon();
        self.enter(chat.account, &chat.jid);
        self.tell_chat(chat);
        Ok(())
    }

    pub(crate) fn enter(&mut self, id: AccountId, jid: &BareJid) {
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        let Some(nick) = account.rooms.get(jid).map(|room| room.nick.clone()) else {
            return;
        };
        let join = Outgoing::JoinRoom {
            room: jid.clone(),
            nick,
            history: HISTORY,
        };
        let asked = account.say(join);
        // What was said there meanwhile is still to be read, whatever was read before.
        account.forget_catch_up(Some(jid));
        if let Some(room) = account.rooms.get_mut(jid) {
            room.gapless = false;
            if asked {
                room.state = RoomState::Joining;
                room.occupants.clear();
            }
        }
    }

    /// After signing in, the rooms that were joined are joined again.
    pub(crate) fn rejoin_rooms(&mut self, id: AccountId) {
        let rows = self.store.rooms(id);
        for row in self.stored(id, rows).unwrap_or_default() {
            if row.joined {
                self.enter(id, &row.jid);
            }
        }
    }

    /// Whether a room's past has this from somebody who was called there as I am now: I, or whoever took my nick while
    /// I was away.
    pub(crate) fn is_under_my_nick(&self, id: AccountId, message: &IncomingMessage) -> bool {
        let Author::Occupant { nick } = &message.author else {
            return false;
        };
        let account = self.accounts.get(&id);
        let room = account.and_then(|account| account.rooms.get(&message.chat));
        matches!(message.origin, Origin::Delayed | Origin::Archive)
            && room.is_some_and(|room| room.nick == *nick)
    }

    /// Leaves a room; its history stays.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when there is no such room, or the store's.
    pub fn leave_room(&mut self, chat: &ChatRef) -> Result<(), DeskError> {
        let account = self.account_mut(chat.account)?;
        let room = account.rooms.get_mut(&chat.jid).ok_or(DeskError::Gone)?;
        let nick = room.nick.clone();
        room.state = RoomState::Outside;
        room.occupants.clear();
        account.say(Outgoing::LeaveRoom {
            room: chat.jid.clone(),
            nick: nick.clone(),
        });
        self.store
            .set_room(chat.account, &chat.jid, &nick, "", false)?;
        self.flush_soon();
        self.tell_chat(chat);
        Ok(())
    }
}
