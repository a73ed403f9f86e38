//! What messages say about earlier ones.

use crate::room::Moderated;

/// The earlier message, and what is said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// The id by which the sender names it, as they wrote it: whether they may speak of it is still to be asked.
    pub target: String,
    /// What is said.
    pub change: Change,
}

/// What can be said about an earlier message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The words of this one stand in its words' place (XEP-0308).
    Correction,
    /// These are all the signs that its author gives the message now (XEP-0444); none takes them back. It has no words.
    Reactions(Vec<String>),
    /// Its author takes it back (XEP-0424).
    Retraction,
    /// Moderators of its room have taken it back (XEP-0425), as the room itself says: the target is the room's name for
    /// it.
    Moderation(Box<Moderated>),
}

impl Change {
    /// Whether it says something of itself, to be shown where the message that it is about is not known.
    #[must_use]
    pub const fn has_words(&self) -> bool {
        matches!(self, Self::Correction)
    }
}
