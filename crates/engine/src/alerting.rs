//! From an event to a plan, its row in the Activity list, and out.

use crate::desk::{Desk, DeskError};
use crate::output::{Content, Output, Ring};
use crate::presence::live;
use carillon_core::alerts::{AlertEvent, AlertPlan, Context, EventKind, Freshness, decide};
use carillon_core::contact::Availability;
use carillon_core::ids::AccountId;
use carillon_store::ActivityRow;
use jid::BareJid;

impl Desk {
    /// Decides about an event, gives the plan out, and notes it down.
    pub(crate) fn ring(&mut self, event: AlertEvent, content: Content) -> AlertPlan {
        self.ring_settled(event, content, true)
    }

    pub(crate) fn ring_settled(
        &mut self,
        event: AlertEvent,
        content: Content,
        presence_settled: bool,
    ) -> AlertPlan {
        let now = self.now();
        let plan = {
            let surroundings = self.surroundings.borrow();
            let context = Context {
                now,
                surroundings: &surroundings,
                own: Availability::from(self.settings.general.availability),
                mute: self.mute,
                recent: &self.recent,
                presence_settled,
            };
            decide(&self.settings.alerts, &event, &context)
        };
        self.recent.note(&plan, now);
        // The popup first: what is written down afterwards is not on the way from message to bell.
        let message = content.message;
        let sample = event.sample;
        let ring = Ring {
            event,
            plan: plan.clone(),
            content,
        };
        let event = ring.event.clone();
        self.tell(Output::Ring(Box::new(ring)));
        if !sample {
            self.note_activity(&event, &plan, message);
        }
        plan
    }

    fn note_activity(
        &mut self,
        event: &AlertEvent,
        plan: &AlertPlan,
        message: Option<carillon_core::ids::MessageId>,
    ) {
        // Friends who were there all along are no news, not even in the list.
        if event.kind.is_presence() && plan.is_silent() {
            return;
        }
        let trace = serde_json::to_string(plan).unwrap_or_else(|_| "{}".to_owned());
        let row = ActivityRow {
            account: Some(event.account),
            kind: event.kind.name().to_owned(),
            jid: event.jid.clone(),
            at: self.now(),
            outcome: if plan.is_silent() {
                "silent"
            } else {
                "alerted"
            }
            .to_owned(),
            trace,
            message,
        };
        match self.store.add_activity(&row) {
            Ok(_) => self.tell(Output::Activity),
            Err(error) => tracing::warn!(%error, "the Activity list could not be kept"),
        }
    }

    /// Notes what privacy kept away: counted in Activity, shown nowhere else.
    pub(crate) fn note_hidden(&mut self, kind: EventKind, id: AccountId, jid: &BareJid) {
        let event = AlertEvent {
            freshness: Freshness::History,
            ..live(kind, id, jid)
        };
        self.ring(event, Content::default());
    }

    /// What was shown about this is no longer news.
    pub(crate) fn withdraw(&mut self, kind: EventKind, id: AccountId, jid: &BareJid) {
        let key = live(kind, id, jid).replace_key();
        self.recent.forget_key(&key);
        self.tell(Output::Withdraw(key));
    }

    pub(crate) fn ring_account(
        &mut self,
        kind: EventKind,
        id: AccountId,
        address: &BareJid,
        text: &str,
    ) {
        let content = Content {
            name: address.to_string(),
            text: text.to_owned(),
            ..Content::default()
        };
        self.ring(live(kind, id, address), content);
    }

    pub(crate) fn withdraw_account_alert(&mut self, id: AccountId) {
        if let Ok(account) = self.account(id) {
            let address = account.settings.jid.clone();
            self.withdraw(EventKind::AccountAttention, id, &address);
        }
    }

    /// Shows a sample of a row through the real path; `name` and `text` are what its popup tells.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when the profile has no account to show it for.
    pub fn try_alert(
        &mut self,
        kind: EventKind,
        name: &str,
        text: &str,
    ) -> Result<AlertPlan, DeskError> {
        let account = self.accounts.values().next().ok_or(DeskError::Gone)?;
        let event = AlertEvent {
            sample: true,
            ..live(kind, account.id, &account.settings.jid.clone())
        };
        let content = Content {
            name: name.to_owned(),
            text: text.to_owned(),
            messages: 1,
            chats: 1,
            ..Content::default()
        };
        Ok(self.ring(event, content))
    }
}
