//! Private conversations between occupants of a room (XEP-0045 §7.5): with whom one is, and whether I can write there.
//!
//! A nick is whose it is now. What is written goes only to the one for whom it was written.

use super::Occupant;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Whether I can write in a private conversation in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PrivateState {
    /// They are there, and it is they.
    Ready,
    /// I am not in the room.
    Outside,
    /// I am being let in.
    Joining,
    /// Nobody is called so there now.
    Gone,
    /// Somebody else is called so now, as the room says.
    SomebodyElse,
    /// Somebody is called so now, and the room does not say whether it is the same one as before.
    Unsure,
    /// I let nobody of that name write to me, nor do I write to them.
    Blocked,
}

impl PrivateState {
    /// Where a conversation with `before` stands while `now` has the nick. Without `before` nobody was chosen yet.
    #[must_use]
    pub fn between(before: Option<&str>, now: Option<&str>) -> Self {
        match (before, now) {
            (_, None) => Self::Gone,
            (Some(before), Some(now)) if before == now => Self::Ready,
            (Some(before), Some(now)) if is_lasting(before) && is_lasting(now) => {
                Self::SomebodyElse
            }
            _ => Self::Unsure,
        }
    }
}

/// Whether a name stands for the same person at any time.
#[must_use]
pub fn is_lasting(mark: &str) -> bool {
    mark.starts_with("id:")
}

/// What tells an occupant from others with the same nick: the room's lasting name for them where it gives such names to
/// everybody (`named`, XEP-0421), else a name for their `stay`.
#[must_use]
pub fn whom(occupant: &Occupant, named: bool, stay: &str) -> String {
    match occupant.id.as_ref().filter(|_| named) {
        Some(id) => format!("id:{id}"),
        None => stay.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_one_for_whom_it_was_begun_is_written_to_unasked() {
        let rows = [
            (Some("id:eva"), Some("id:eva"), PrivateState::Ready),
            (
                Some("id:eva"),
                Some("id:mallory"),
                PrivateState::SomebodyElse,
            ),
            (Some("stay 1"), Some("stay 1"), PrivateState::Ready),
            (Some("stay 1"), Some("stay 2"), PrivateState::Unsure),
            (Some("stay 1"), Some("id:eva"), PrivateState::Unsure),
            (None, Some("id:eva"), PrivateState::Unsure),
            (Some("id:eva"), None, PrivateState::Gone),
            (None, None, PrivateState::Gone),
        ];
        for (before, now, state) in rows {
            assert_eq!(
                PrivateState::between(before, now),
                state,
                "{before:?} {now:?}"
            );
        }
    }

    #[test]
    fn an_id_counts_only_where_the_room_takes_forged_ones_out() {
        let eva = Occupant {
            nick: "Eva".to_owned(),
            id: Some("1f2e".to_owned()),
            ..Occupant::default()
        };
        assert_eq!(whom(&eva, true, "stay 1"), "id:1f2e");
        assert_eq!(whom(&eva, false, "stay 1"), "stay 1");
        let unnamed = Occupant::default();
        assert_eq!(whom(&unnamed, true, "stay 1"), "stay 1");
    }
}
