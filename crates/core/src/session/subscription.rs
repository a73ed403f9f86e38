//! Who sees whom.

use jid::BareJid;

/// A step of the subscription dance (RFC 6121 §3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubscriptionStep {
    /// They ask to see my presence.
    Subscribe(Wish),
    /// They let me see theirs.
    Subscribed,
    /// They no longer want to see mine.
    Unsubscribe,
    /// They no longer let me see theirs, or never did.
    Unsubscribed,
}

/// What goes with the wish to see somebody's presence. Whoever sends it claims it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wish {
    /// A name they offer (XEP-0172), empty when none.
    pub nick: String,
    /// Their words, empty when none.
    pub text: String,
    /// What an invitation gave them (XEP-0379 §4.4), empty when nothing.
    pub token: String,
    /// The address from which they say that they have moved (XEP-0283 §4.2).
    pub moved_from: Option<BareJid>,
}
