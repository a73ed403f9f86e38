//! The lists that a room keeps of people: its owners, admins, members, and whom it bans (XEP-0045 §5.2).

use super::Affiliation;
use jid::BareJid;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Somebody on such a list, in the room or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Affiliated {
    /// Their address; a server alone stands for everybody there.
    #[ts(type = "string")]
    pub jid: BareJid,
    /// The nick that the room keeps for them, empty for none.
    pub nick: String,
    /// Why they are on it, empty when nobody said.
    pub words: String,
}

/// A list, as far as it is taken in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct AffiliationList {
    /// Who is on it, each once, in the room's order.
    pub people: Vec<Affiliated>,
    /// So many more are on it.
    pub left_out: u32,
}

impl Affiliation {
    /// Whether somebody with this affiliation may make somebody who is `from` into `to` (XEP-0045 §9, §10): an owner
    /// everything, an admin only among those below admins.
    #[must_use]
    pub fn may_change(self, from: Self, to: Self) -> bool {
        match self {
            Self::Owner => true,
            Self::Admin => from < Self::Admin && to < Self::Admin,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Affiliation::{self, Admin, Member, None, Outcast, Owner};

    const ALL: [Affiliation; 5] = [Outcast, None, Member, Admin, Owner];

    #[test]
    fn an_owner_changes_everything_and_who_is_below_an_admin_nothing() {
        for from in ALL {
            for to in ALL {
                assert!(Owner.may_change(from, to));
                for nobody in [Outcast, None, Member] {
                    assert!(!nobody.may_change(from, to));
                }
            }
        }
    }

    #[test]
    fn an_admin_makes_members_and_bans_and_touches_no_admin_or_owner() {
        assert!(Admin.may_change(None, Member));
        assert!(Admin.may_change(Member, Outcast));
        assert!(Admin.may_change(Outcast, None));
        for above in [Admin, Owner] {
            assert!(!Admin.may_change(above, None));
            assert!(!Admin.may_change(Member, above));
        }
    }
}
