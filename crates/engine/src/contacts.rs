//! What the user does with the contact list, requests and blocks.

use crate::desk::{Desk, DeskError, ServerAnswer};
use crate::output::Output;
use carillon_core::alerts::EventKind;
use carillon_core::contact::RosterItem;
use carillon_core::ids::{AccountId, ChatRef};
use carillon_core::invitation::LONGEST_TOKEN;
use carillon_core::moving::{brought, is_told};
use carillon_core::room::RoomInvite;
use carillon_core::session::{Outgoing, SubscriptionStep, Wish};
use carillon_store::Errand;
use jid::BareJid;
use tokio::sync::oneshot;

/// The longest name, group or request text that is sent, in characters.
const LONGEST: usize = 1_000;

fn check_text(text: &str) -> Result<(), DeskError> {
    if text.chars().count() > LONGEST {
        return Err(DeskError::BadText);
    }
    Ok(())
}

fn tidy_groups(groups: &[String]) -> Result<Vec<String>, DeskError> {
    let mut tidy: Vec<String> = groups
        .iter()
        .map(|group| group.trim().to_owned())
        .filter(|group| !group.is_empty())
        .collect();
    tidy.iter().try_for_each(|group| check_text(group))?;
    tidy.sort();
    tidy.dedup();
    Ok(tidy)
}

/// What needs no server is done.
fn answered() -> ServerAnswer {
    let (asked, answer) = oneshot::channel();
    // The other end is right here.
    let _ = asked.send(Ok(()));
    answer
}

impl Desk {
    /// Asks somebody to be my contact. The answer comes when the server has them on the roster. `token` is what their
    /// invitation gave me, empty for none.
    ///
    /// # Errors
    /// [`DeskError::NotConnected`], [`DeskError::BadText`] or [`DeskError::Gone`].
    pub fn add_contact(
        &mut self,
        contact: &ChatRef,
        name: &str,
        groups: &[String],
        text: &str,
        token: &str,
    ) -> Result<ServerAnswer, DeskError> {
        check_text(text)?;
        if token.len() > LONGEST_TOKEN {
            return Err(DeskError::BadText);
        }
        let answer = self.change_contact(contact, name, groups)?;
        let step = SubscriptionStep::Subscribe(Wish {
            nick: self.own_nick(contact.account),
            text: text.to_owned(),
            token: token.to_owned(),
            moved_from: None,
        });
        self.step(contact, step)?;
        // It is I who asks now: that they agree is news.
        self.store
            .take_asked_back(contact.account, &contact.bare())?;
        // Who asked me as well gets their answer with the same click.
        if self.asks_me(contact.account, &contact.bare())? {
            self.step(contact, SubscriptionStep::Subscribed)?;
            self.store
                .remove_contact_request(contact.account, &contact.bare())?;
            self.request_handled(contact);
        }
        Ok(answer)
    }

    /// Changes a contact's name and groups.
    ///
    /// # Errors
    /// [`DeskError::NotConnected`], [`DeskError::BadText`] or [`DeskError::Gone`].
    pub fn change_contact(
        &mut self,
        contact: &ChatRef,
        name: &str,
        groups: &[String],
    ) -> Result<ServerAnswer, DeskError> {
        check_text(name)?;
        let groups = tidy_groups(groups)?;
        let jid = Self::bare_of(contact)?;
        let name = name.trim().to_owned();
        self.ask_server(contact.account, |request| Outgoing::RosterSet {
            request,
            jid,
            name,
            groups,
        })
    }

    /// Takes in somebody whom a file names as a contact: who is there keeps their name, and gets the groups besides. With
    /// `ask`, who saw me or was seen there is asked to be a contact here too. `None`: there is nothing to be done.
    ///
    /// # Errors
    /// [`DeskError::NotConnected`], [`DeskError::BadText`] or [`DeskError::Gone`].
    pub fn take_contact(
        &mut self,
        account: AccountId,
        item: &RosterItem,
        ask: bool,
    ) -> Result<Option<ServerAnswer>, DeskError> {
        let here = self.account(account)?;
        if !here.is_online() {
            return Err(DeskError::NotConnected);
        }
        if item.jid == here.settings.jid {
            return Ok(None);
        }
        let known = here.roster.get(&item.jid);
        let asks = ask && is_told(known, item);
        let (name, groups) = match (brought(known, item), known) {
            (Some(both), _) => both,
            (None, Some(known)) if asks => (known.name.clone(), known.groups.to_vec()),
            (None, _) => return Ok(None),
        };
        let contact = here.chat(&item.jid);
        if asks {
            return self.add_contact(&contact, &name, &groups, "", "").map(Some);
        }
        self.change_contact(&contact, &name, &groups).map(Some)
    }

    /// Removes a contact; the chat's history stays.
    ///
    /// # Errors
    /// [`DeskError::NotConnected`] or [`DeskError::Gone`].
    pub fn remove_contact(&mut self, contact: &ChatRef) -> Result<ServerAnswer, DeskError> {
        let jid = Self::bare_of(contact)?;
        self.ask_server(contact.account, |request| Outgoing::RosterRemove {
            request,
            jid,
        })
    }

    /// Accepts a contact request, and asks back.
    ///
    /// # Errors
    /// [`DeskError::NotConnected`], [`DeskError::Gone`] or the store's.
    pub fn accept_request(&mut self, contact: &ChatRef) -> Result<(), DeskError> {
        self.step(contact, SubscriptionStep::Subscribed)?;
        let asked = self
            .account(contact.account)?
            .roster
            .get(&contact.jid)
            .is_some_and(|item| item.ask || item.subscription.i_see_them());
        if !asked {
            let step = SubscriptionStep::Subscribe(Wish {
                nick: self.own_nick(contact.account),
                ..Wish::default()
            });
            self.store
                .note_asked_back(contact.account, &contact.bare())?;
            self.step(contact, step)?;
        }
        self.store
            .remove_contact_request(contact.account, &contact.bare())?;
        self.accept_stranger_if_any(contact)?;
        self.request_handled(contact);
        Ok(())
    }

    /// Declines a contact request.
    ///
    /// # Errors
    /// [`DeskError::NotConnected`], [`DeskError::Gone`] or the store's.
    pub fn decline_request(&mut self, contact: &ChatRef) -> Result<(), DeskError> {
        self.step(contact, SubscriptionStep::Unsubscribed)?;
        self.store
            .remove_contact_request(contact.account, &contact.bare())?;
        self.request_handled(contact);
        Ok(())
    }

    /// Puts somebody on the block list. Somebody in a room is kept out here: the list knows them by their nick alone, and
    /// would take what they say in the room away as well (XEP-0191). What waits of theirs goes away when the server has done it.
    ///
    /// # Errors
    /// [`DeskError::NotConnected`] or [`DeskError::Gone`].
    pub fn block(&mut self, contact: &ChatRef) -> Result<ServerAnswer, DeskError> {
        if contact.is_private() {
            return self.shut_out(contact, true).map(|()| answered());
        }
        let jids = vec![Self::bare_of(contact)?];
        self.ask_server(contact.account, |request| Outgoing::Block { request, jids })
    }

    /// Takes somebody off the block list.
    ///
    /// # Errors
    /// [`DeskError::NotConnected`] or [`DeskError::Gone`].
    pub fn unblock(&mut self, contact: &ChatRef) -> Result<ServerAnswer, DeskError> {
        if contact.is_private() {
            return self.shut_out(contact, false).map(|()| answered());
        }
        let jids = vec![Self::bare_of(contact)?];
        self.ask_server(contact.account, |request| Outgoing::Unblock {
            request,
            jids,
        })
    }

    /// Everybody on the block lists of all accounts.
    #[must_use]
    pub fn blocked(&self) -> Vec<ChatRef> {
        let mut all: Vec<ChatRef> = self
            .accounts
            .values()
            .flat_map(|account| {
                let people = account.blocked.iter().map(|jid| account.chat(jid));
                let out = account.shut_out.iter();
                people.chain(out.map(|(jid, _)| account.chat(jid)))
            })
            .collect();
        all.sort();
        all.dedup();
        all
    }

    /// Lets a stranger's messages into a chat; receipts that they wait for are sent now.
    ///
    /// # Errors
    /// [`DeskError::Gone`] or the store's.
    pub fn accept_stranger(&mut self, contact: &ChatRef) -> Result<(), DeskError> {
        self.account(contact.account)?;
        self.accept_stranger_if_any(contact)?;
        self.stranger_handled(contact);
        Ok(())
    }

    pub(crate) fn accept_stranger_if_any(&mut self, contact: &ChatRef) -> Result<(), DeskError> {
        if !self.store.is_in_requests(contact)? {
            return Ok(());
        }
        let owed = self
            .store
            .accept_stranger(contact.account, &contact.bare())?;
        self.tell(Output::Chat(contact.clone()));
        if self.settings.privacy.send_receipts {
            for of in owed {
                let to = contact.jid.clone();
                self.run_errand(contact.account, &Errand::Receipt { to, of })?;
            }
        }
        Ok(())
    }

    /// Deletes what a stranger wrote.
    ///
    /// # Errors
    /// [`DeskError::Gone`] or the store's.
    pub fn delete_stranger(&mut self, contact: &ChatRef) -> Result<(), DeskError> {
        if !self
            .store
            .delete_stranger(contact.account, &contact.bare())?
        {
            return Err(DeskError::Gone);
        }
        self.stranger_handled(contact);
        Ok(())
    }

    /// After a block nothing of that person waits for an answer any more.
    pub(crate) fn drop_what_waits_of(&mut self, id: AccountId, jid: &BareJid) {
        let contact = ChatRef {
            account: id,
            jid: jid.clone().into(),
        };
        let request = self.store.remove_contact_request(id, jid);
        self.stored(id, request);
        let stranger = self.store.delete_stranger(id, jid);
        self.stored(id, stranger);
        let invites = self.store.invites().unwrap_or_default();
        let theirs = |one: &&RoomInvite| {
            one.account == id && (one.from.to_bare() == *jid || one.room == *jid)
        };
        for invite in invites.iter().filter(theirs) {
            let removed = self.store.remove_invite(invite.id);
            self.stored(id, removed);
            self.withdraw(EventKind::RoomInvite, id, &invite.room);
        }
        self.stop_typing(id, |of, _| of == jid);
        self.request_handled(&contact);
        self.stranger_handled(&contact);
        // Nor for my looking: there may be no chat in the list that I could look at.
        self.came_to_front(&contact);
    }

    /// Stored for certain before anybody is told; said now or when there is a connection.
    pub(crate) fn step(
        &mut self,
        contact: &ChatRef,
        step: SubscriptionStep,
    ) -> Result<(), DeskError> {
        self.account(contact.account)?;
        let to = Self::bare_of(contact)?;
        self.run_errand(contact.account, &Errand::Subscription { to, step })?;
        self.flush();
        Ok(())
    }

    pub(crate) fn request_handled(&mut self, contact: &ChatRef) {
        self.withdraw(EventKind::ContactRequest, contact.account, &contact.jid);
        self.tell(Output::Requests);
        self.refresh_tray();
    }

    pub(crate) fn stranger_handled(&mut self, contact: &ChatRef) {
        self.withdraw(EventKind::StrangerMessage, contact.account, &contact.jid);
        self.tell(Output::Requests);
        self.tell_chat(contact);
    }
}
