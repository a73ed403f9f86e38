//! Links by which people become my contacts without a question (XEP-0379), made here or by my server (XEP-0401).

use crate::desk::{Desk, DeskError};
use carillon_core::ids::{AccountId, ChatRef, Timestamp};
use carillon_core::invitation::{GOOD_FOR, InvitationKind, ServerInvitation, link};
use carillon_core::session::{Outgoing, StanzaProblem, SubscriptionStep, Wish};
use carillon_store::{Errand, Guest, LetIn};
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
        Ok(account.invitations.asks(request))
    }

    pub(crate) fn hear_invitation(
        &mut self,
        id: AccountId,
        request: u64,
        answer: Result<ServerInvitation, StanzaProblem>,
    ) {
        if let Some(account) = self.accounts.get_mut(&id) {
            account.invitations.answered(request, answer);
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

    /// Whether somebody who asks to see me was invited; then they do, and I ask to see them. That they agree then is news:
    /// it says that an invitation was taken.
    pub(crate) fn redeem(&mut self, id: AccountId, from: &BareJid, token: &str) -> bool {
        if token.is_empty() {
            return false;
        }
        let wish = Wish {
            nick: self.own_nick(id),
            ..Wish::default()
        };
        let steps = [
            SubscriptionStep::Subscribed,
            SubscriptionStep::Subscribe(wish),
        ];
        let steps = steps.map(|step| {
            let to = from.clone();
            (self.errand_id(), Errand::Subscription { to, step })
        });
        let guest = Guest {
            account: id,
            jid: from,
            token,
            now: self.now(),
            steps: &steps,
            receipts: self.settings.privacy.send_receipts,
            receipt_id: &self.errand_id(),
        };
        // Where that fails, the server repeats their wish, and the link is still good.
        let let_in = self.store.let_in(&guest);
        let Some(Some(LetIn { from_requests })) = self.stored(id, let_in) else {
            return false;
        };
        self.send_errands(id);
        let contact = ChatRef {
            account: id,
            jid: from.clone().into(),
        };
        if from_requests {
            self.stranger_handled(&contact);
        }
        self.request_handled(&contact);
        true
    }
}
