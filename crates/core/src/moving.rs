//! Moving from one account to another, one's own and a contact's (XEP-0283).

use crate::avatar::Avatar;
use crate::contact::{RosterItem, Subscription};
use crate::ids::AccountId;
use jid::BareJid;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What is brought along besides the contacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct MoveWish {
    /// The rooms that the old account keeps for its devices.
    pub rooms: bool,
    /// What the old account says of me: nick, card and picture.
    pub profile: bool,
    /// The alert rules that name the old account.
    pub alerts: bool,
}

/// How a move stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum MoveState {
    /// It goes on, now or when both accounts are connected.
    Running,
    /// The user stopped it, or the old account's server did not take the statement.
    Stopped,
    /// All was tried.
    Finished,
}

/// A part of a move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum MoveStep {
    /// The old account says where I have gone.
    Statement,
    /// A contact is brought along, and told.
    Contact,
    /// A room is kept by the new account too.
    Room,
    /// What I like to be called.
    Nick,
    /// My card.
    Card,
    /// My picture.
    Picture,
}

/// One thing that a move does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MoveTask {
    /// [`MoveStep::Statement`].
    Statement,
    /// [`MoveStep::Contact`], as the old account has them.
    Contact(RosterItem),
    /// [`MoveStep::Room`].
    Room(BareJid),
    /// [`MoveStep::Nick`], as the old account said it when the move began; empty where that was not known.
    Nick(String),
    /// [`MoveStep::Card`].
    Card,
    /// [`MoveStep::Picture`]: which one the old account showed when the move began, where that was known.
    Picture(Option<Avatar>),
}

impl MoveTask {
    /// Which part of the move it belongs to.
    #[must_use]
    pub const fn step(&self) -> MoveStep {
        match self {
            Self::Statement => MoveStep::Statement,
            Self::Contact(_) => MoveStep::Contact,
            Self::Room(_) => MoveStep::Room,
            Self::Nick(_) => MoveStep::Nick,
            Self::Card => MoveStep::Card,
            Self::Picture(_) => MoveStep::Picture,
        }
    }
}

/// How far a part of a move is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MoveProgress {
    /// Which part.
    pub step: MoveStep,
    /// So many things are done.
    pub done: u32,
    /// So many could not be done.
    pub failed: u32,
    /// Of so many.
    pub total: u32,
}

/// Something that could not be brought along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MoveTrouble {
    /// Of which part.
    pub step: MoveStep,
    /// The contact or the room.
    #[ts(type = "string | null")]
    pub jid: Option<BareJid>,
    /// Why, in a server's words.
    pub words: String,
}

/// A move of mine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AccountMove {
    /// Where I go to.
    pub to: AccountId,
    /// How it stands.
    pub state: MoveState,
    /// How far its parts are, in the order in which they are done.
    pub steps: Vec<MoveProgress>,
    /// What could not be brought along, the first of it.
    pub troubles: Vec<MoveTrouble>,
}

/// Somebody who asks to be my contact says that they were another contact of mine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MoveClaim {
    /// Whom they say that they were.
    #[ts(type = "string")]
    pub from: BareJid,
    /// That contact's own account says so too.
    pub proven: bool,
}

/// All that a move does, in the order in which it is done: nobody is told before the old account says so itself
/// (XEP-0283 §4.1). `old` and `new` are my own addresses, which are no contacts of mine; nick and picture are the old
/// account's, as far as they are known.
#[must_use]
pub fn plan(
    (old, new): (&BareJid, &BareJid),
    roster: impl IntoIterator<Item = RosterItem>,
    rooms: impl IntoIterator<Item = BareJid>,
    (nick, picture): (&str, Option<Avatar>),
    wish: MoveWish,
) -> Vec<MoveTask> {
    let others = roster
        .into_iter()
        .filter(|item| item.jid != *old && item.jid != *new);
    let mut tasks = vec![MoveTask::Statement];
    tasks.extend(others.map(MoveTask::Contact));
    if wish.rooms {
        tasks.extend(rooms.into_iter().map(MoveTask::Room));
    }
    if wish.profile {
        let nick = MoveTask::Nick(nick.to_owned());
        tasks.extend([nick, MoveTask::Card, MoveTask::Picture(picture)]);
    }
    tasks
}

/// The name and groups with which a contact comes along: what the new place has of them already stays. `None`: all of
/// it is there.
#[must_use]
pub fn brought(known: Option<&RosterItem>, from: &RosterItem) -> Option<(String, Vec<String>)> {
    let Some(known) = known else {
        return Some((from.name.clone(), from.groups.to_vec()));
    };
    let name = if known.name.is_empty() {
        from.name.clone()
    } else {
        known.name.clone()
    };
    let mut groups = known.groups.to_vec();
    groups.extend(from.groups.iter().cloned());
    groups.sort();
    groups.dedup();
    (name != known.name || *groups != *known.groups).then_some((name, groups))
}

/// Whether a contact who comes along is asked to be one there too: who saw me or was seen (XEP-0283 §4.2), and is not
/// asked already.
#[must_use]
pub fn is_told(known: Option<&RosterItem>, from: &RosterItem) -> bool {
    from.subscription != Subscription::None
        && !known.is_some_and(|known| known.ask || known.subscription.i_see_them())
}

/// Whether a contact may prove that they have moved: who does not see me cannot hand that on (XEP-0283 §4.3).
#[must_use]
pub fn may_prove(contact: Option<&RosterItem>) -> bool {
    contact.is_some_and(|contact| contact.subscription.they_see_me())
}

/// My nick in a room in which the old account is still there under `nick`: no two occupants have the same
/// (XEP-0045 §7.2.8).
#[must_use]
pub fn nick_beside(nick: &str) -> String {
    format!("{nick}_")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::avatar::{AvatarHash, AvatarSource};

    fn item(jid: &str, name: &str, groups: &[&str], subscription: Subscription) -> RosterItem {
        RosterItem {
            jid: jid.parse().unwrap(),
            name: name.to_owned(),
            groups: groups.iter().map(|group| (*group).to_owned()).collect(),
            subscription,
            ask: false,
        }
    }

    fn mine() -> (BareJid, BareJid) {
        let jid = |text: &str| text.parse().unwrap();
        (jid("ann@old.example"), jid("ann@new.example"))
    }

    #[test]
    fn nobody_is_told_before_the_old_account_says_so_itself() {
        let (old, new) = mine();
        let bob = item("bob@harbour.example", "Bob", &[], Subscription::Both);
        let myself = item("ann@new.example", "", &[], Subscription::Both);
        let room: BareJid = "den@rooms.example".parse().unwrap();
        let shown = Avatar {
            hash: AvatarHash([7; 20]),
            source: AvatarSource::Pep,
        };
        let wish = MoveWish {
            rooms: true,
            profile: true,
            alerts: false,
        };
        let tasks = plan(
            (&old, &new),
            [myself, bob.clone()],
            [room.clone()],
            ("Ann", Some(shown)),
            wish,
        );
        let wanted = [
            MoveTask::Statement,
            MoveTask::Contact(bob.clone()),
            MoveTask::Room(room.clone()),
            MoveTask::Nick("Ann".to_owned()),
            MoveTask::Card,
            MoveTask::Picture(Some(shown)),
        ];
        assert_eq!(tasks, wanted);
        let alone = plan(
            (&old, &new),
            [bob],
            [room],
            ("Ann", None),
            MoveWish::default(),
        );
        assert_eq!(alone.len(), 2, "rooms and profile are asked for");
    }

    #[test]
    fn what_the_new_place_has_of_a_contact_stays() {
        let from = item("bob@x.example", "Bob", &["Work"], Subscription::Both);
        let all = Some(("Bob".to_owned(), vec!["Work".to_owned()]));
        assert_eq!(brought(None, &from), all);
        let known = item("bob@x.example", "Bobby", &["Choir"], Subscription::None);
        let both = Some((
            "Bobby".to_owned(),
            vec!["Choir".to_owned(), "Work".to_owned()],
        ));
        assert_eq!(brought(Some(&known), &from), both);
        assert_eq!(brought(Some(&from), &from), None);
        let bare = item("bob@x.example", "", &[], Subscription::None);
        assert_eq!(brought(Some(&from), &bare), None, "nothing is taken away");
    }

    #[test]
    fn who_saw_me_or_was_seen_is_told_once() {
        for (subscription, told) in [
            (Subscription::None, false),
            (Subscription::To, true),
            (Subscription::From, true),
            (Subscription::Both, true),
        ] {
            let from = item("bob@x.example", "", &[], subscription);
            assert_eq!(is_told(None, &from), told, "{subscription:?}");
            let mut known = item("bob@x.example", "", &[], Subscription::To);
            assert!(!is_told(Some(&known), &from));
            known.subscription = Subscription::None;
            assert_eq!(is_told(Some(&known), &from), told);
            known.ask = true;
            assert!(!is_told(Some(&known), &from));
        }
    }

    #[test]
    fn only_who_sees_me_may_prove_that_they_have_moved() {
        assert!(!may_prove(None));
        for (subscription, may) in [
            (Subscription::None, false),
            (Subscription::To, false),
            (Subscription::From, true),
            (Subscription::Both, true),
        ] {
            let contact = item("bob@x.example", "", &[], subscription);
            assert_eq!(may_prove(Some(&contact)), may, "{subscription:?}");
        }
    }
}
