//! Friends who come and go, and the subscription dance.

use crate::account::Account;
use crate::chores::Note;
use crate::desk::Desk;
use crate::output::{Content, Output};
use carillon_core::alerts::{AlertEvent, EventKind};
use carillon_core::contact::{Availability, ResourcePresence};
use carillon_core::ids::{AccountId, Timestamp};
use carillon_core::privacy::WhoMayWrite;
use carillon_core::session::{SubscriptionStep, Wish};
use carillon_store::Errand;
use jid::{BareJid, FullJid, Jid};

/// The shortest absence that a watch asks for, in milliseconds; less could be taken for a moment's flapping.
const WORTH_KNOWING: i64 = 3_600_000;
/// A contact has rarely more devices than this; one with more is not worth unbounded memory.
const DEVICES: usize = 32;

impl Account {
    /// How many contacts are there now.
    fn friends_there(&self) -> u32 {
        let there = self
            .roster
            .items()
            .iter()
            .filter(|item| self.presence_of(&item.jid).availability.is_online())
            .count();
        u32::try_from(there).unwrap_or(u32::MAX)
    }
}

impl Desk {
    pub(crate) fn hear_presence(
        &mut self,
        id: AccountId,
        from: &BareJid,
        device: ResourcePresence,
    ) {
        let now = self.now();
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        if !account.watches(from) {
            return;
        }
        let before = account.presence_of(from);
        let idle_before = account.idle_of(from);
        change_device(account.presences.entry(from.clone()).or_default(), device);
        let after = account.presence_of(from);
        if !after.availability.is_online() {
            account.presences.remove(from);
        }
        let settled = account.burst.settled_before(now);
        let since = account.online_since;
        let mine = *from == account.settings.jid;
        let contact = account.chat(from);
        if before == after {
            // Nobody is told but who looks.
            if idle_before != account.idle_of(from) {
                self.tell(Output::Contact(contact));
            }
            return;
        }
        let came = !before.availability.is_online() && after.availability.is_online();
        let went = before.availability.is_online() && !after.availability.is_online();
        let mut gone_at = None;
        if came {
            gone_at = account.gone_at.remove(from);
        } else if went && !mine {
            account.gone_at.insert(from.clone(), now);
        }
        if gone_at.is_some() || (went && !mine) {
            self.note(Note::LastSeen(id, from.clone(), went.then_some(now)));
        }
        let gone_for = known_away(gone_at, since, settled, now);
        self.tell(Output::Contact(contact));
        if came {
            // "Bob is gone" is not true any more, and never was if they are back in a moment.
            self.is_no_news(EventKind::ContactUnavailable, id, from);
        }
        if went {
            self.stop_typing(id, |jid, _| jid == from);
            // "Bob is available" is not true any more.
            self.is_no_news(EventKind::ContactAvailable, id, from);
        }
        let kind = match (came, went) {
            (true, _) => EventKind::ContactAvailable,
            (_, true) => EventKind::ContactUnavailable,
            _ => EventKind::ContactStatus,
        };
        if mine {
            return;
        }
        let event = AlertEvent {
            gone_for: came.then_some(gone_for).flatten(),
            ..live(kind, id, from)
        };
        let content = Content {
            name: self.name(id, from),
            text: after.status,
            ..Content::default()
        };
        self.ring_settled(event, content, settled);
    }

    /// Once presence has settled after signing in, tells how many friends are there.
    pub(crate) fn tell_friends_due(&mut self, now: Timestamp) {
        let mut settled = Vec::new();
        for account in self.accounts.values_mut() {
            if account.is_online() && account.burst.due().is_some_and(|due| due <= now) {
                account.burst.ends();
                settled.push((account.id, account.friends_there()));
            }
        }
        for (id, friends) in settled.into_iter().filter(|(_, friends)| *friends > 0) {
            let event = AlertEvent {
                burst_summary: true,
                ..AlertEvent::live(EventKind::ContactAvailable, id, None)
            };
            let content = Content {
                chats: friends,
                ..Content::default()
            };
            self.ring(event, content);
        }
    }

    pub(crate) fn hear_subscription(
        &mut self,
        id: AccountId,
        from: &BareJid,
        step: SubscriptionStep,
    ) {
        match step {
            SubscriptionStep::Subscribe(wish) => self.hear_request(id, from, &wish),
            SubscriptionStep::Unsubscribe => {
                let removed = self.store.remove_contact_request(id, from);
                if self.stored(id, removed).is_some_and(|was_there| was_there) {
                    self.tell(Output::Requests);
                    self.withdraw(EventKind::ContactRequest, id, from);
                    self.refresh_tray();
                }
            }
            // The roster push that follows tells these (RFC 6121 §3.1.6, §3.2.3).
            SubscriptionStep::Subscribed | SubscriptionStep::Unsubscribed => {}
        }
    }

    fn hear_request(&mut self, id: AccountId, from: &BareJid, wish: &Wish) {
        let Some(account) = self.accounts.get(&id) else {
            return;
        };
        if account.blocked.contains(from)
            || *from == account.settings.jid
            || self.answer_waits(id, from)
        {
            return;
        }
        let item = account.roster.get(from);
        // Whom I asked myself may see me too: that is what asking meant.
        let agreed = item.is_some_and(|item| {
            item.ask || item.subscription.i_see_them() || item.subscription.they_see_me()
        });
        if agreed {
            let answer = Errand::Subscription {
                to: from.clone(),
                step: SubscriptionStep::Subscribed,
            };
            if let Err(error) = self.run_errand(id, &answer) {
                // They go on asking at each sign-in.
                tracing::warn!(%error, "an answer could not be stored");
            }
            return;
        }
        // Whoever holds a link of mine is somebody whom I asked.
        if self.redeem(id, from, &wish.token) {
            return;
        }
        if self.settings.privacy.who_may_write == WhoMayWrite::NobodyNew {
            self.note_hidden(EventKind::ContactRequest, id, from);
            return;
        }
        let Wish { nick, text, .. } = wish;
        let now = self.now();
        let claim = self.claim_of(id, from, wish.moved_from.as_ref());
        let new = self
            .store
            .add_contact_request(id, from, nick, text, claim, now);
        if let Some(old) = claim {
            self.ask_for_proof(id, from, old);
        }
        // Servers repeat an unanswered request at every login (RFC 6121 §3.1.3): it rings once.
        if self.stored(id, new) != Some(true) {
            return;
        }
        self.tell(Output::Requests);
        let name = if nick.is_empty() {
            from.to_string()
        } else {
            nick.to_owned()
        };
        let event = live(EventKind::ContactRequest, id, from);
        let content = Content {
            name,
            text: text.to_owned(),
            ..Content::default()
        };
        self.ring(event, content);
        self.refresh_tray();
    }

    pub(crate) fn request_accepted(&mut self, id: AccountId, jid: &BareJid) {
        let asked_back = self.store.take_asked_back(id, jid);
        if self.stored(id, asked_back) == Some(true) {
            return;
        }
        let content = Content {
            name: self.name(id, jid),
            ..Content::default()
        };
        self.ring(live(EventKind::RequestAccepted, id, jid), content);
    }

    pub(crate) fn name(&self, id: AccountId, jid: &Jid) -> String {
        self.accounts
            .get(&id)
            .map_or_else(|| jid.to_string(), |account| account.name_of(jid))
    }
}

/// For how long a contact who comes was away, in milliseconds; `None` when nobody can say. Whoever was away when I
/// signed off and when I signed in again counts as away all the while.
fn known_away(
    gone: Option<Timestamp>,
    online_since: Option<Timestamp>,
    settled: bool,
    now: Timestamp,
) -> Option<i64> {
    let while_online = gone.filter(|gone| online_since.is_some_and(|since| *gone >= since));
    // Whoever is there when I sign in may have come long before.
    let known = if settled { gone } else { while_online };
    let since = known.map(|gone| now.millis_since(gone));
    since.or_else(|| {
        // They were not there since I signed in: worth knowing only once that is long.
        let here = now.millis_since(online_since?);
        (settled && here >= WORTH_KNOWING).then_some(here)
    })
}

/// An event that happens now.
/// What happens now with a contact or a room, or in a private conversation with somebody there.
pub(crate) fn live(kind: EventKind, account: AccountId, jid: &Jid) -> AlertEvent {
    AlertEvent {
        occupant: FullJid::try_from(jid.clone()).ok(),
        ..AlertEvent::live(kind, account, Some(jid.to_bare()))
    }
}

fn change_device(devices: &mut Vec<ResourcePresence>, device: ResourcePresence) {
    if device.resource.is_empty() && device.presence.availability == Availability::Offline {
        // From the bare address: it speaks for all devices (RFC 6121 §4.5.4).
        devices.clear();
    }
    devices.retain(|known| known.resource != device.resource);
    if device.presence.availability.is_online() && devices.len() < DEVICES {
        devices.push(device);
    }
}
