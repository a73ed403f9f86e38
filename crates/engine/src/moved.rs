//! A contact who has gone to another address (XEP-0283): proven by their old account, taken over by a click.

use crate::account::Account;
use crate::desk::{Desk, DeskError, ServerAnswer};
use crate::output::Output;
use carillon_core::contact::{ContactRequest, RosterItem};
use carillon_core::ids::{AccountId, ChatRef};
use carillon_core::moving::{brought, may_prove};
use carillon_core::session::{Outgoing, StanzaProblem, SubscriptionStep};
use jid::BareJid;
use std::collections::HashMap;

/// So many old accounts of one account's contacts are asked at the same time; who comes then is asked about at the next
/// sign-in.
const AT_ONCE: usize = 32;

/// Whose statements were asked for, by request.
#[derive(Debug, Default)]
pub(crate) struct Claims(HashMap<u64, Claim>);

#[derive(Debug)]
struct Claim {
    /// Who asks to be my contact.
    new: BareJid,
    /// Whom they say that they were.
    old: BareJid,
}

impl Desk {
    /// Whom somebody who asks to be my contact may say that they were: a contact of mine, and no other word of theirs
    /// counts.
    pub(crate) fn claim_of<'a>(
        &self,
        id: AccountId,
        from: &BareJid,
        moved_from: Option<&'a BareJid>,
    ) -> Option<&'a BareJid> {
        let account = self.accounts.get(&id)?;
        moved_from.filter(|old| *old != from && account.roster.contains(old))
    }

    /// Asks the account that somebody says they were whether that is so.
    pub(crate) fn ask_for_proof(&mut self, id: AccountId, new: &BareJid, old: &BareJid) {
        let request = self.number();
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        let claims = &account.claims.0;
        let asked = claims
            .values()
            .any(|one| one.new == *new && one.old == *old);
        if asked || claims.len() >= AT_ONCE || !may_bring(account, old) {
            return;
        }
        let of = old.clone();
        if account.say(Outgoing::AskMoved { request, of }) {
            let (new, old) = (new.clone(), old.clone());
            account.claims.0.insert(request, Claim { new, old });
        }
    }

    /// After signing in: what could not be proven before, when a server was out of reach perhaps.
    pub(crate) fn ask_for_proofs(&mut self, id: AccountId) {
        let requests = self.store.contact_requests();
        for request in self.stored(id, requests).unwrap_or_default() {
            if let Some(claim) = request.moved
                && request.account == id
                && !claim.proven
            {
                self.ask_for_proof(id, &request.jid, &claim.from);
            }
        }
    }

    pub(crate) fn hear_moved(
        &mut self,
        id: AccountId,
        request: u64,
        answer: Result<BareJid, StanzaProblem>,
    ) {
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        let Some(claim) = account.claims.0.remove(&request) else {
            return;
        };
        let may_bring = may_bring(account, &claim.old);
        match answer {
            Ok(_) if !may_bring => tracing::info!("a contact brings nobody any more"),
            Ok(gone_to) if gone_to == claim.new => {
                let proven = self.store.prove_claim(id, &claim.new, &claim.old);
                if self.stored(id, proven) == Some(true) {
                    self.tell(Output::Requests);
                }
            }
            Ok(_) => tracing::warn!("somebody says that they were a contact, who says otherwise"),
            Err(problem) => tracing::info!(?problem, "that a contact has moved is not proven"),
        }
    }

    /// Takes over a contact at their new address, with the name and groups of the old one. The old address sees me no
    /// more, so that it brings nobody else (XEP-0283 §6.2), and stays in the contact list.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when they do not ask, or have proven nothing, [`DeskError::NotConnected`], or the store's.
    pub fn take_over(&mut self, contact: &ChatRef) -> Result<ServerAnswer, DeskError> {
        let old = self.proven_old(contact)?;
        let known = self.account(contact.account)?.roster.get(&contact.jid);
        let (name, groups) = brought(known, &old)
            .or_else(|| known.map(|known| (known.name.clone(), known.groups.to_vec())))
            .unwrap_or_default();
        let answer = self.change_contact(contact, &name, &groups)?;
        self.store
            .set_moved_contact(contact.account, &old.jid, &contact.bare())?;
        self.accept_request(contact)?;
        let before = ChatRef {
            account: contact.account,
            jid: old.jid.clone().into(),
        };
        self.step(&before, SubscriptionStep::Unsubscribed)?;
        self.account_mut(contact.account)?
            .moved
            .insert(old.jid, contact.bare());
        self.tell(Output::Contact(before));
        Ok(answer)
    }

    /// Who somebody that asks was, as both of them say.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when they do not ask, have proven nothing, or the old address has brought somebody else, or
    /// the store's.
    pub fn proven_old(&self, contact: &ChatRef) -> Result<RosterItem, DeskError> {
        let asks = |one: &ContactRequest| one.account == contact.account && one.jid == contact.jid;
        let requests = self.store.contact_requests()?;
        let request = requests.into_iter().find(asks).ok_or(DeskError::Gone)?;
        let claim = request.moved.filter(|claim| claim.proven);
        let account = self.account(contact.account)?;
        claim
            .filter(|claim| may_bring(account, &claim.from))
            .and_then(|claim| account.roster.get(&claim.from).cloned())
            .ok_or(DeskError::Gone)
    }
}

/// Whether a contact may bring somebody: who sees me, and has brought nobody yet.
fn may_bring(account: &Account, old: &BareJid) -> bool {
    may_prove(account.roster.get(old)) && !account.moved.contains_key(old)
}
