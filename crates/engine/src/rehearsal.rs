//! What would happen if: nothing rings, and nothing is noted.

use crate::desk::{Desk, DeskError};
use crate::presence::live;
use carillon_core::alerts::{
    AlertEvent, Context, EventKind, Explanation, Known, Recent, Surroundings, explain,
};
use carillon_core::contact::Availability;
use carillon_core::ids::{AccountId, ChatRef, Timestamp};
use carillon_core::settings::Mute;

/// A moment that need not come. What is `None` is as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhatIf {
    /// What happens.
    pub kind: EventKind,
    /// Whose doing it is.
    pub chat: Option<ChatRef>,
    /// To which account it happens, where `chat` does not say; `None`: the first.
    pub account: Option<AccountId>,
    /// When.
    pub at: Option<Timestamp>,
    /// What I show.
    pub own: Option<Availability>,
    /// Whether the chat is in front.
    pub in_front: Option<bool>,
    /// Whether the screen is locked.
    pub locked: Option<bool>,
    /// Whether something covers the whole screen.
    pub full_screen: Option<bool>,
    /// Whether the desktop's Do Not Disturb is on.
    pub do_not_disturb: Option<bool>,
    /// Since how many milliseconds a contact who comes was away.
    pub gone_for: Option<i64>,
}

impl WhatIf {
    /// Such an event, here and now.
    #[must_use]
    pub const fn now(kind: EventKind, chat: Option<ChatRef>) -> Self {
        Self {
            kind,
            chat,
            account: None,
            at: None,
            own: None,
            in_front: None,
            locked: None,
            full_screen: None,
            do_not_disturb: None,
            gone_for: None,
        }
    }

    fn surroundings(&self, now: &Surroundings) -> Surroundings {
        let known = |asked: Option<bool>, now: Known| match asked {
            None => now,
            Some(true) => Known::Yes,
            Some(false) => Known::No,
        };
        Surroundings {
            chat_in_front: match self.in_front {
                None => now.chat_in_front.clone(),
                Some(true) => self.chat.clone(),
                Some(false) => None,
            },
            looked_at: now.looked_at,
            window_open: now.window_open,
            do_not_disturb: known(self.do_not_disturb, now.do_not_disturb),
            locked: known(self.locked, now.locked),
            full_screen: known(self.full_screen, now.full_screen),
            shared: now.shared,
        }
    }
}

impl Desk {
    /// What would be shown and heard, and why.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when there is no such account, or none at all.
    pub fn explain_alert(&self, asked: &WhatIf) -> Result<Explanation, DeskError> {
        let chosen = asked.chat.as_ref().map(|chat| chat.account);
        let account = match chosen.or(asked.account) {
            Some(id) => self.account(id)?,
            None => self.accounts.values().next().ok_or(DeskError::Gone)?,
        };
        let jid = asked.chat.as_ref().map(|chat| &chat.jid);
        let item = jid.and_then(|jid| account.roster.get(jid));
        let surroundings = asked.surroundings(&self.surroundings.borrow());
        let zone = (self.zone)();
        let recent = Recent::default();
        let event = AlertEvent {
            gone_for: asked.gone_for,
            ..match jid {
                Some(jid) => live(asked.kind, account.id, jid),
                None => AlertEvent::live(asked.kind, account.id, None),
            }
        };
        let context = Context {
            now: asked.at.unwrap_or_else(|| self.now()),
            zone: &zone,
            surroundings: &surroundings,
            own: asked
                .own
                .unwrap_or_else(|| Availability::from(self.settings.general.availability)),
            mute: self.mute,
            recent: &recent,
            presence_settled: true,
            groups: item.map_or(&[], |item| &item.groups),
            other_device: jid.and_then(|jid| account.used_elsewhere.get(jid).copied()),
            notify: jid.and_then(|jid| account.rooms.get(jid)?.notify.value),
        };
        Ok(explain(&self.book, &event, &context))
    }

    /// The name of the profile that holds now.
    #[must_use]
    pub fn active_profile(&self) -> Option<String> {
        let own = Availability::from(self.settings.general.availability);
        let active = self.book.active_profile(self.now(), &(self.zone)(), own)?;
        self.book.profile_name(active).map(str::to_owned)
    }

    /// When the quiet hours that hold now end.
    #[must_use]
    pub fn quiet_until(&self) -> Option<Timestamp> {
        self.book.quiet_until(self.now(), &(self.zone)())
    }

    /// The chat's own mute, if it holds now.
    #[must_use]
    pub fn mute_of(&self, chat: &ChatRef) -> Option<Mute> {
        let scope = self.chat_scope(chat).ok()?;
        let mut set = self.settings.alerts.overrides.iter();
        let mute = set.find(|one| one.scope == scope)?.mute;
        mute.filter(|mute| mute.holds(self.now()))
    }
}
