//! Invitations: they come, ring, and are answered.

use crate::desk::{Desk, DeskError};
use crate::output::{Content, Output};
use crate::presence::live;
use carillon_core::alerts::EventKind;
use carillon_core::ids::{AccountId, ChatRef, InviteId, Timestamp};
use carillon_core::privacy::WhoMayWrite;
use carillon_core::room::{InviteVia, RoomInvite, RoomState};
use jid::{BareJid, Jid};

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
            inviter: Some(self.called(id, room, from)),
            invite: Some(invite),
            ..Content::default()
        };
        self.ring(live(EventKind::RoomInvite, id, room), content);
        self.refresh_tray();
    }

    /// What whoever invites is called. The node of an address alone would let anybody be somebody I know.
    fn called(&self, id: AccountId, room: &BareJid, from: &Jid) -> String {
        let person = from.to_bare();
        match (from.resource(), self.accounts.get(&id)) {
            (Some(nick), _) if person == *room => nick.to_string(),
            (_, Some(account)) if account.is_contact(&person) => account.name_of(&person),
            _ => from.to_string(),
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
            jid: found.room.into(),
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
            jid: found.room.into(),
        };
        self.invite_handled(&chat);
        Ok(())
    }

    pub(crate) fn invite_handled(&mut self, chat: &ChatRef) {
        self.withdraw(EventKind::RoomInvite, chat.account, &chat.jid);
        self.tell(Output::Requests);
        self.refresh_tray();
    }
}
