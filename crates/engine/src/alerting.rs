//! From an event to a plan, its row in the Activity list, and out.

use crate::chores::Note;
use crate::desk::{Desk, DeskError};
use crate::output::{Content, Output, Ring};
use crate::presence::live;
use carillon_core::alerts::{
    AlertEvent, AlertPlan, Attention, Context, EventKind, FLOOD_KEY, FloodCount, Freshness,
    Outcome, Rule, RuleBook, Whose, decide, sample,
};
use carillon_core::contact::Availability;
use carillon_core::ids::{AccountId, ChatRef, MessageId, Timestamp};
use carillon_store::ActivityRow;
use jid::{BareJid, Jid};
use std::sync::Arc;

/// More popups than this are on no screen.
const STANDING: usize = 1_024;

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
        let plan = self.decide(&event, presence_settled);
        let message = content.message;
        let waits = self.wait_for_more(&event, &plan, &content);
        let content = self.remember_ring(&event, &plan, content, now);
        // The popup first: what is written down afterwards is not on the way from message to bell.
        let happened = event.clone();
        self.give_out(event, &plan, content);
        self.note_event(&happened, &plan, message, waits);
        self.mark(&happened, &plan, message);
        self.end_watch(plan.ends_watch.clone());
        plan
    }

    pub(crate) fn give_out(&mut self, event: AlertEvent, plan: &AlertPlan, content: Content) {
        let plan = plan.clone();
        let about = self.accounts.get(&event.account).zip(event.jid.as_ref());
        // Of somebody in a room no picture is known, and the room's is not theirs.
        let about = about.filter(|_| event.occupant.is_none());
        let avatar = about.and_then(|(account, jid)| account.avatars.hash_of(jid));
        // What shows no names costs no comparing.
        let names = plan.popup.is_some() || plan.sound.is_some();
        let looks_like = names.then(|| self.taken_for(&event, &content)).flatten();
        let content = Content {
            avatar,
            looks_like,
            ..content
        };
        self.tell(Output::Ring(Box::new(Ring {
            event,
            plan,
            content,
        })));
    }

    pub(crate) fn decide(&self, event: &AlertEvent, presence_settled: bool) -> AlertPlan {
        let surroundings = self.surroundings.borrow();
        let zone = (self.zone)();
        let account = self.accounts.get(&event.account);
        let about = account.zip(event.jid.as_ref());
        let item = about.and_then(|(account, jid)| account.roster.get(jid));
        let context = Context {
            now: self.now(),
            zone: &zone,
            surroundings: &surroundings,
            own: Availability::from(self.settings.general.availability),
            mute: self.mute,
            recent: &self.recent,
            presence_settled,
            groups: item.map_or(&[], |item| &item.groups),
            other_device: about.and_then(|(account, jid)| {
                account.used_elsewhere.get(chat_of(event, jid)).copied()
            }),
            notify: about.and_then(|(account, jid)| account.rooms.get(jid)?.notify.value),
        };
        decide(&self.book, event, &context)
    }

    /// The alert rules of the settings, for the accounts that there are.
    pub(crate) fn make_book(&self) -> RuleBook {
        let accounts: Vec<_> = self
            .accounts
            .values()
            .map(|account| (account.id, account.settings.jid.clone()))
            .collect();
        RuleBook::new(Arc::clone(&self.settings.alerts), &accounts)
    }

    /// Remembers what rings, and fills in what a summary speaks for.
    pub(crate) fn remember_ring(
        &mut self,
        event: &AlertEvent,
        plan: &AlertPlan,
        content: Content,
        now: Timestamp,
    ) -> Content {
        self.recent.note(plan, now);
        if plan.attention == Attention::UntilSeen && is_withdrawn_once_seen(event.kind) {
            self.unseen.insert(plan.replace_key.clone());
            self.refresh_tray();
        }
        let Some(popup) = &plan.popup else {
            return content;
        };
        if popup.sticky && self.standing.len() < STANDING {
            self.standing.insert(plan.replace_key.clone());
        }
        let speaks_for = if event.kind == EventKind::Missed || event.turn.is_some() {
            content.messages
        } else {
            1
        };
        match self.flood.note(popup.form, event.chat(), speaks_for, now) {
            Some(FloodCount { messages, chats }) => Content {
                messages,
                chats,
                ..Content::default()
            },
            None => content,
        }
    }

    fn note_event(
        &mut self,
        event: &AlertEvent,
        plan: &AlertPlan,
        message: Option<MessageId>,
        waits: bool,
    ) {
        // Friends who were there all along are no news, not even in the list.
        if event.kind.is_presence() && plan.is_silent() && settles(plan) {
            return;
        }
        let row = ActivityRow {
            account: Some(event.account),
            kind: event.kind.name().to_owned(),
            jid: event.chat().map(|chat| chat.jid),
            at: self.now(),
            outcome: outcome(plan).to_owned(),
            trace: written(plan),
            message,
        };
        self.note(Note::Event(row, waits.then(|| event.replace_key())));
    }

    /// Notes what was decided now about an event that is in the list already.
    pub(crate) fn note_decided(&mut self, key: &str, plan: &AlertPlan, for_good: bool) {
        self.note(Note::Decided {
            key: key.to_owned(),
            outcome: outcome(plan),
            trace: written(plan),
            for_good,
        });
    }

    /// Notes what privacy kept away: counted in Activity, shown nowhere else.
    pub(crate) fn note_hidden(&mut self, kind: EventKind, id: AccountId, jid: &Jid) {
        let event = AlertEvent {
            freshness: Freshness::History,
            ..live(kind, id, jid)
        };
        let plan = self.decide(&event, true);
        self.note_event(&event, &plan, None, false);
    }

    /// What was shown about this is no longer news.
    pub(crate) fn withdraw(&mut self, kind: EventKind, id: AccountId, jid: &Jid) {
        self.withdraw_key(live(kind, id, jid).replace_key());
    }

    pub(crate) fn withdraw_key(&mut self, key: String) {
        self.recent.forget_key(&key);
        self.is_seen(&key);
        self.standing.remove(&key);
        self.unmark(&key);
        if self.unseen.remove(&key) {
            self.refresh_tray();
        }
        self.tell(Output::Withdraw(key));
    }

    /// I have seen a chat: the summary of a flood goes once nothing of it is news.
    pub(crate) fn withdraw_flood_of(&mut self, chat: &ChatRef) {
        if self.flood.saw(chat) {
            self.withdraw_key(FLOOD_KEY.to_owned());
        }
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

    /// Shows a sample of somebody's row through the real path; `name` and `text` are what its popup tells.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when there is no such account, or none at all.
    pub fn try_alert(
        &mut self,
        kind: EventKind,
        whose: &Whose<'_>,
        name: &str,
        text: &str,
    ) -> Result<AlertPlan, DeskError> {
        let account = match whose.account {
            Some(id) => self.account(id)?,
            None => self.accounts.values().next().ok_or(DeskError::Gone)?,
        };
        let jid = whose.jid.unwrap_or(&account.settings.jid);
        let event = AlertEvent {
            sample: true,
            ..live(kind, account.id, jid)
        };
        let content = Content {
            name: name.to_owned(),
            text: text.to_owned(),
            messages: 1,
            chats: 1,
            ..Content::default()
        };
        // A sample is no part of what happens: it must not make what follows look like a flood.
        let plan = sample(&self.book, &event, whose);
        self.give_out(event, &plan, content);
        Ok(plan)
    }
}

/// The address of the conversation that it belongs to.
fn chat_of<'a>(event: &'a AlertEvent, jid: &'a BareJid) -> &'a Jid {
    event.occupant.as_deref().unwrap_or(jid)
}

/// In short, for the Activity list.
fn outcome(plan: &AlertPlan) -> &'static str {
    match plan.outcome {
        Outcome::Later(_) => "later",
        Outcome::Now if plan.is_silent() => "silent",
        Outcome::Now => "alerted",
    }
}

fn written(plan: &AlertPlan) -> String {
    serde_json::to_string(plan).unwrap_or_else(|_| "{}".to_owned())
}

/// Whether it was silenced because presence settles after signing in.
fn settles(plan: &AlertPlan) -> bool {
    let mut trace = plan.trace.iter();
    trace.any(|step| step.rule == Rule::PresenceBurst)
}

/// Whether the engine takes back what was shown of it once it was seen or handled. Of the other kinds nobody
/// would ever learn that they were seen.
const fn is_withdrawn_once_seen(kind: EventKind) -> bool {
    match kind {
        EventKind::Message
        | EventKind::MessageFollowup
        | EventKind::MessageInFront
        | EventKind::Missed
        | EventKind::Mention
        | EventKind::RoomMessage
        | EventKind::Reaction
        | EventKind::FileReceived
        | EventKind::Attention
        | EventKind::ContactAvailable
        | EventKind::ContactRequest
        | EventKind::RequestAccepted
        | EventKind::RoomInvite
        | EventKind::StrangerMessage
        | EventKind::MessageFailed
        | EventKind::AccountAttention => true,
        EventKind::Generic
        | EventKind::ContactUnavailable
        | EventKind::ContactStatus
        | EventKind::MessageSent
        | EventKind::ConnectionLost
        | EventKind::ConnectionRestored => false,
    }
}
