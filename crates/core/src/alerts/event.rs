//! What happened, as far as alerts care.

use super::kinds::EventKind;
use super::plan::LaterWhy;
use crate::ids::{AccountId, ChatRef};
use jid::{BareJid, FullJid, Jid};
use serde::{Deserialize, Serialize};

/// The key of the one summary of what was missed: it tells of all accounts and chats.
pub const MISSED_KEY: &str = "missed";

/// Whether something happens now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Freshness {
    /// Pushed as it happened.
    Live,
    /// Told later: history never rings as fresh.
    History,
}

/// Something that may ring. It can be kept and decided again later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertEvent {
    /// Its row.
    pub kind: EventKind,
    /// The account that it happened to.
    pub account: AccountId,
    /// Whose doing it is: the contact, or the room. Its rules are asked.
    pub jid: Option<BareJid>,
    /// The address of somebody in that room, where it happened in a private conversation with them.
    #[serde(default)]
    pub occupant: Option<FullJid>,
    /// Fresh or history.
    pub freshness: Freshness,
    /// Already seen, here or on another device.
    pub seen: bool,
    /// From "Try it": rings whatever silences the rest.
    pub sample: bool,
    /// When this contact went offline last, in milliseconds before now; for flapping and watches. `None`: not known.
    pub gone_for: Option<i64>,
    /// Tells how many friends are there after signing in, instead of one friend.
    pub burst_summary: bool,
    /// Why it is decided again; `None` for the first time.
    pub turn: Option<LaterWhy>,
}

impl AlertEvent {
    /// An event that happens now, for the first time.
    #[must_use]
    pub const fn live(kind: EventKind, account: AccountId, jid: Option<BareJid>) -> Self {
        Self {
            kind,
            account,
            jid,
            occupant: None,
            freshness: Freshness::Live,
            seen: false,
            sample: false,
            gone_for: None,
            burst_summary: false,
            turn: None,
        }
    }

    /// The conversation that it belongs to.
    #[must_use]
    pub fn chat(&self) -> Option<ChatRef> {
        let occupant = self.occupant.clone().map(Jid::from);
        let jid = occupant.or_else(|| self.jid.clone().map(Jid::from))?;
        Some(ChatRef {
            account: self.account,
            jid,
        })
    }

    /// The how-manieth repetition it is; 0: the first alert.
    #[must_use]
    pub const fn step(&self) -> u8 {
        match self.turn {
            Some(LaterWhy::Repeat { step }) => step,
            _ => 0,
        }
    }

    /// Popups with the same key replace each other: one per conversation and purpose.
    #[must_use]
    pub fn replace_key(&self) -> String {
        if self.kind == EventKind::Missed && !self.sample {
            return MISSED_KEY.to_owned();
        }
        let occupant = self.occupant.as_ref().map(|jid| jid.as_str());
        let about = occupant.or_else(|| Some(self.jid.as_ref()?.as_str()));
        let about = about.unwrap_or_default();
        let sample = if self.sample { "sample " } else { "" };
        format!("{sample}{} {} {about}", self.kind.purpose(), self.account)
    }
}
