//! Rooms that all of my devices know of (XEP-0402).

use super::RoomNotify;
use jid::BareJid;

/// A room as my account keeps it for all of my devices.
#[derive(Clone, PartialEq, Eq)]
pub struct Bookmark {
    /// The room.
    pub room: BareJid,
    /// What I call it, empty for its own name.
    pub name: String,
    /// Every device of mine is in it.
    pub autojoin: bool,
    /// My nick there, empty for the device's own choice.
    pub nick: String,
    /// Its password, empty for none.
    pub password: String,
    /// What is kept there beside (XEP-0402 §3), as XML: it is given back as it came but for [`Self::notify`]. Empty when
    /// there is nothing.
    pub extensions: String,
    /// Of which messages my devices tell, where the account says so (XEP-0492).
    pub notify: Option<RoomNotify>,
}

impl std::fmt::Debug for Bookmark {
    /// Without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bookmark")
            .field("room", &self.room)
            .field("autojoin", &self.autojoin)
            .field("nick", &self.nick)
            .finish_non_exhaustive()
    }
}

/// What is to be done about a room that two sides know of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reconciled {
    /// Both agree, or there is nothing to agree on.
    Agreed,
    /// Another device has entered it: so does this one.
    Enter,
    /// Another device has left it for good: so does this one.
    Leave,
    /// I have entered or left it here: the others shall know.
    Publish(bool),
}

/// Compares what this device wants with what the account says. `here`: whether I am to be in the room, `None` where this
/// device does not know it. `before`: what both agreed on last, `None` where they never did. `there`: whether the account
/// has every device be in it, `None` where it has no bookmark.
///
/// Whoever has changed something since they last agreed is right; if both have, this device, where I look at.
#[must_use]
pub const fn reconcile(
    here: Option<bool>,
    before: Option<bool>,
    there: Option<bool>,
) -> Reconciled {
    let inside = matches!(here, Some(true));
    match (before, there) {
        (None, Some(true)) if inside => Reconciled::Agreed,
        (None, Some(true)) => Reconciled::Enter,
        (None, Some(false) | None) if inside => Reconciled::Publish(true),
        (None, _) => Reconciled::Agreed,
        (Some(before), None) if inside && before => Reconciled::Leave,
        (Some(_), None) if inside => Reconciled::Publish(true),
        (Some(_), None) => Reconciled::Agreed,
        (Some(before), Some(there)) if inside != before => {
            if inside == there {
                Reconciled::Agreed
            } else {
                Reconciled::Publish(inside)
            }
        }
        (Some(before), Some(there)) if before == there => Reconciled::Agreed,
        (Some(_), Some(true)) => Reconciled::Enter,
        (Some(_), Some(false)) => Reconciled::Leave,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_changed_something_is_right() {
        use Reconciled::{Agreed, Enter, Leave, Publish};
        let (yes, no) = (Some(true), Some(false));
        let rows = [
            ("never heard of", None, None, None, Agreed),
            ("new there", None, None, yes, Enter),
            ("known there, not entered", None, None, no, Agreed),
            ("new here", yes, None, None, Publish(true)),
            ("both by chance", yes, None, yes, Agreed),
            (
                "in here, kept there for later",
                yes,
                None,
                no,
                Publish(true),
            ),
            ("left here long ago, entered there", no, None, yes, Enter),
            ("as it was, inside", yes, yes, yes, Agreed),
            ("as it was, outside", no, no, no, Agreed),
            ("left there", yes, yes, no, Leave),
            ("entered there", no, no, yes, Enter),
            ("left here", no, yes, yes, Publish(false)),
            ("entered here", yes, no, no, Publish(true)),
            ("left on both sides", no, yes, no, Agreed),
            ("entered on both sides", yes, no, yes, Agreed),
            ("forgotten there", yes, yes, None, Leave),
            (
                "forgotten there, entered here",
                yes,
                no,
                None,
                Publish(true),
            ),
            ("forgotten there, left here", no, yes, None, Agreed),
            ("forgotten there, not known here", None, yes, None, Agreed),
        ];
        for (what, here, before, there, wanted) in rows {
            assert_eq!(reconcile(here, before, there), wanted, "{what}");
        }
    }

    #[test]
    fn what_was_agreed_on_stays() {
        for here in [None, Some(false), Some(true)] {
            for before in [None, Some(false), Some(true)] {
                for there in [None, Some(false), Some(true)] {
                    let inside = match reconcile(here, before, there) {
                        Reconciled::Agreed => here == Some(true),
                        Reconciled::Enter => true,
                        Reconciled::Leave => false,
                        Reconciled::Publish(inside) => inside,
                    };
                    let after = match reconcile(here, before, there) {
                        Reconciled::Publish(inside) => Some(inside),
                        _ => there,
                    };
                    let again = reconcile(Some(inside), after, after);
                    assert_eq!(again, Reconciled::Agreed, "{here:?} {before:?} {there:?}");
                }
            }
        }
    }
}
