//! Links by which people become my contacts without a question (XEP-0379), made here or by my server (XEP-0401).

use crate::desk::{Desk, DeskError};
use crate::output::Output;
use carillon_core::ids::{AccountId, ChatRef, Timestamp};
use carillon_core::invitation::{GOOD_FOR, InvitationKind, ServerInvitation, link};
use carillon_core::session::{Outgoing, StanzaProblem, SubscriptionStep, Wish};
use carillon_store::Errand;
use jid::BareJid;
use tokio::sync::oneshot;

/// Resolves to what the server made; an error means that the session ended first.
pub type InvitationAnswer = oneshot::Receiver<Result<ServerInvitation, StanzaProblem>>;

impl Desk {
    /// Asks the server for an invitation.
    ///
    /// # Errors
    /// [`DeskError::NotConnected`] or [`DeskError::Gone`].
    pub fn ask_invitation(
        &mut self,
        account: AccountId,
        kind: InvitationKind,
    ) -> Result<InvitationAnswer, DeskError> {
        let request = self.number();
        let account = self.account_mut(account)?;
        if !account.say(Outgoing::Invitation { request, kind }) {
            return Err(DeskError::NotConnected);
        }
        let (asked, answer) = oneshot::channel();
        account.invitations.insert(request, asked);
        Ok(answer)
    }

    pub(crate) fn hear_invitation(
        &mut self,
        id: AccountId,
        request: u64,
        answer: Result<ServerInvitation, StanzaProblem>,
    ) {
        let account = self.accounts.get_mut(&id);
        if let Some(asked) = account.and_then(|account| account.invitations.remove(&request)) {
            // Whoever asked may have gone.
            let _ = asked.send(answer);
        }
    }

    /// Makes a link that this computer honours: whoever shows `token` is accepted, once, for a week. The token must be
    /// random; it is stored for certain when this returns. Answers the link, and until when it is good.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when there is no such account, or the store's.
    pub fn make_invitation(
        &mut self,
        account: AccountId,
        token: &str,
    ) -> Result<(String, Timestamp), DeskError> {
        let jid = self.account(account)?.settings.jid.clone();
        let now = self.now();
        let expires = now.plus_millis(GOOD_FOR);
        self.store.add_invitation(account, token, expires, now)?;
        Ok((link(&jid, token, &self.own_nick(account)), expires))
    }

    /// Whether somebody who asks to see me was invited; then they do, and I ask to see them.
    pub(crate) fn redeem(&mut self, id: AccountId, from: &BareJid, token: &str) -> bool {
        if token.is_empty() {
            return false;
        }
        let now = self.now();
        let taken = self.store.take_invitation(id, token, now);
        if self.stored(id, taken) != Some(true) {
            return false;
        }
        let contact = ChatRef {
            account: id,
            jid: from.clone().into(),
        };
        if let Err(error) = self.let_in(&contact) {
            // The server repeats their wish, and then I am asked.
            tracing::warn!(%error, "somebody who was invited could not be let in");
            return false;
        }
        self.tell(Output::Requests);
        true
    }

    /// That they agree then is news: it says that an invitation was taken.
    fn let_in(&mut self, contact: &ChatRef) -> Result<(), DeskError> {
        let to = Self::bare_of(contact)?;
        let subscribed = Errand::Subscription {
            to: to.clone(),
            step: SubscriptionStep::Subscribed,
        };
        self.run_errand(contact.account, &subscribed)?;
        let wish = Wish {
            nick: self.own_nick(contact.account),
            ..Wish::default()
        };
        let step = SubscriptionStep::Subscribe(wish);
        self.run_errand(contact.account, &Errand::Subscription { to, step })?;
        self.store
            .remove_contact_request(contact.account, &contact.bare())?;
        self.accept_stranger_if_any(contact)?;
        self.request_handled(contact);
        Ok(())
    }
}
