//! What has to be said besides messages: stored first, said when there is a session, gone when the server has it.

use crate::desk::{Desk, DeskError};
use carillon_core::contact::ContactRequest;
use carillon_core::ids::AccountId;
use carillon_core::session::{Outgoing, SubscriptionStep};
use carillon_store::{Errand, WaitingErrand};
use jid::BareJid;

/// So many rows are read at once.
const PAGE: u32 = 64;
/// A session that was too busy is tried again after this, in milliseconds.
const SAY_AGAIN: i64 = 1_000;

impl Desk {
    /// Stores an errand and says it now or later.
    pub(crate) fn run_errand(&mut self, id: AccountId, errand: &Errand) -> Result<(), DeskError> {
        let stanza = self.errand_id();
        self.store.queue_errand(id, &stanza, errand)?;
        self.flush_soon();
        self.send_errands(id);
        Ok(())
    }

    /// An id for an errand's stanza, unlike all others.
    pub(crate) fn errand_id(&mut self) -> String {
        let chance = (self.chance)();
        format!(
            "e{}-{:x}-{:x}",
            self.number(),
            self.now().0,
            chance.to_bits()
        )
    }

    /// Hands waiting errands to the session.
    pub(crate) fn send_errands(&mut self, id: AccountId) {
        loop {
            let Some(account) = self.accounts.get(&id).filter(|one| one.is_online()) else {
                return;
            };
            let page = match self.store.errands_after(id, account.errands_up_to, PAGE) {
                Ok(page) => page,
                Err(error) => return self.storage_failed(id, &error),
            };
            let last = page.len() < PAGE as usize;
            for errand in page {
                if !self.say_errand(id, errand) {
                    return;
                }
            }
            if last {
                return;
            }
        }
    }

    fn say_errand(&mut self, id: AccountId, waiting: WaitingErrand) -> bool {
        let again = self.now().plus_millis(SAY_AGAIN);
        let Some(account) = self.accounts.get_mut(&id) else {
            return false;
        };
        let what = Outgoing::Kept {
            id: waiting.id,
            what: Box::new(outgoing(waiting.errand)),
        };
        let said = account.say(what);
        if said {
            account.errands_up_to = waiting.row;
        } else {
            account.send_due = Some(again);
        }
        said
    }

    /// Whether I have answered already, and only the server does not know it yet.
    pub(crate) fn answer_waits(&self, id: AccountId, jid: &BareJid) -> bool {
        let answers = |one: &WaitingErrand| {
            matches!(&one.errand, Errand::Subscription { to, step } if to == jid
                && matches!(step, SubscriptionStep::Subscribed | SubscriptionStep::Unsubscribed))
        };
        // Receipts may be many; answers are asked for once at a login.
        self.store
            .errands_after(id, 0, u32::MAX)
            .is_ok_and(|all| all.iter().any(answers))
    }

    /// Whether somebody waits for my answer.
    pub(crate) fn asks_me(&self, id: AccountId, jid: &BareJid) -> Result<bool, DeskError> {
        let asks = |one: &ContactRequest| one.account == id && one.jid == *jid;
        Ok(self.store.contact_requests()?.iter().any(asks))
    }
}

fn outgoing(errand: Errand) -> Outgoing {
    match errand {
        Errand::Receipt { to, of } => Outgoing::Receipt { to, id: of },
        Errand::Displayed { to, of } => Outgoing::Displayed { to, id: of },
        Errand::Subscription { to, step } => Outgoing::Subscription { to, step },
        Errand::Decline { room, to } => Outgoing::DeclineInvite { room, to },
    }
}
