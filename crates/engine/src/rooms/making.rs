//! Rooms of my own.

use super::asking::Asker;
use crate::desk::{Desk, DeskError};
use carillon_core::form::DataForm;
use carillon_core::ids::{AccountId, ChatRef};
use carillon_core::session::{Outgoing, RoomReply, RoomWish, StanzaProblem};
use jid::BareJid;

/// The longest name of a room, in characters.
const LONGEST_NAME: usize = 100;

/// What a room that I make is to be like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomPlan {
    /// Its name.
    pub name: String,
    /// Everybody may find it and come in; else nobody finds it, and only those come in whom somebody inside invites.
    pub public: bool,
}

/// The part before the `@` that a room of this name gets; `mark` tells rooms of the same name apart.
fn room_node(name: &str, mark: &str) -> String {
    let mut node = String::new();
    for sign in name.to_lowercase().chars() {
        if sign.is_alphanumeric() {
            node.push(sign);
        } else if !node.is_empty() && !node.ends_with('-') {
            node.push('-');
        }
    }
    let words = node.trim_matches('-');
    match (words.is_empty(), mark.is_empty()) {
        (false, true) => words.to_owned(),
        (true, true) => "room".to_owned(),
        (true, false) => format!("room-{mark}"),
        (false, false) => format!("{words}-{mark}"),
    }
}

impl Desk {
    /// The address that a new room gets on a server where rooms are. A room that is not public cannot be guessed.
    ///
    /// # Errors
    /// [`DeskError::BadText`] when the name is empty or too long, or no address can be made of it.
    pub fn room_address(
        &mut self,
        service: &BareJid,
        plan: &RoomPlan,
    ) -> Result<BareJid, DeskError> {
        let name = plan.name.trim();
        if name.is_empty() || name.chars().count() > LONGEST_NAME {
            return Err(DeskError::BadText);
        }
        let mark = if plan.public {
            String::new()
        } else {
            self.unguessable()
        };
        format!("{}@{service}", room_node(name, &mark))
            .parse()
            .map_err(|_| DeskError::BadText)
    }

    /// Eight letters that nobody guesses.
    fn unguessable(&mut self) -> String {
        const SIGNS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
        let chance = &mut self.chance;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "between 0 and what fits"
        )]
        let sign = |_| {
            let at = (chance() * SIGNS.len() as f64) as usize;
            SIGNS.get(at).map_or('x', |sign| char::from(*sign))
        };
        (0..8).map(sign).collect()
    }

    /// Makes a room and enters it, now or as soon as the account is connected.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when there is no such account, or the store's.
    pub fn create_room(&mut self, chat: &ChatRef, plan: RoomPlan) -> Result<(), DeskError> {
        let jid = Self::bare_of(chat)?;
        let account = self.account_mut(chat.account)?;
        let room = account.rooms.entry(jid).or_default();
        room.about.name.clone_from(&plan.name);
        room.plan = Some(plan);
        self.join_room(chat)
    }

    /// The room is new and mine: nobody else can come in until it is opened (XEP-0045 §10.1).
    pub(super) fn made(&mut self, chat: &ChatRef) {
        let plan = self.plan(chat).cloned();
        if plan.is_none() {
            return self.open_as_it_is(chat);
        }
        let asker = Asker::Opening(chat.clone());
        let asked = self.wish_of_room(chat.account, &chat.bare(), RoomWish::ReadSettings, asker);
        if asked.is_err() {
            self.open_as_it_is(chat);
        }
    }

    fn plan(&self, chat: &ChatRef) -> Option<&RoomPlan> {
        let room = self.accounts.get(&chat.account)?.rooms.get(&chat.jid)?;
        room.plan.as_ref()
    }

    /// What the room said on the way to being opened.
    pub(super) fn room_opens(&mut self, chat: &ChatRef, answer: Result<RoomReply, StanzaProblem>) {
        match (answer, self.plan(chat).cloned()) {
            (Ok(RoomReply::Settings(mut form)), Some(plan)) => {
                fill(&mut form, &plan);
                let (wish, asker) = (RoomWish::SetSettings(*form), Asker::Opening(chat.clone()));
                let asked = self.wish_of_room(chat.account, &chat.bare(), wish, asker);
                if asked.is_err() {
                    self.open_as_it_is(chat);
                }
            }
            (Ok(_), _) => self.is_open(chat),
            (Err(problem), _) => {
                tracing::warn!(
                    condition = problem.condition,
                    "a new room does not take its settings"
                );
                self.open_as_it_is(chat);
            }
        }
    }

    fn is_open(&mut self, chat: &ChatRef) {
        let Ok(account) = self.account_mut(chat.account) else {
            return;
        };
        if let Some(room) = account.rooms.get_mut(&chat.jid) {
            room.plan = None;
        }
        // It is like something else now.
        account.say(Outgoing::RoomInfo { room: chat.bare() });
    }

    fn open_as_it_is(&mut self, chat: &ChatRef) {
        let request = self.number();
        let Ok(account) = self.account_mut(chat.account) else {
            return;
        };
        if let Some(room) = account.rooms.get_mut(&chat.jid) {
            room.plan = None;
        }
        account.say(Outgoing::Room {
            request,
            room: chat.bare(),
            wish: Box::new(RoomWish::Open),
        });
    }

    /// Enters a room under a nick of my choice, with a password where it asks for one.
    ///
    /// # Errors
    /// [`DeskError::BadText`] when the nick cannot be one, or the password is too long; otherwise as
    /// [`Self::join_room`].
    pub fn enter_room(
        &mut self,
        chat: &ChatRef,
        nick: &str,
        password: &str,
    ) -> Result<(), DeskError> {
        self.enter_room_here(chat, nick, password)?;
        self.bookmark_follows(chat);
        Ok(())
    }

    /// The same, and my other devices are not told.
    pub(crate) fn enter_room_here(
        &mut self,
        chat: &ChatRef,
        nick: &str,
        password: &str,
    ) -> Result<(), DeskError> {
        let nick = nick.trim();
        let bad_nick = !nick.is_empty() && chat.bare().with_resource_str(nick).is_err();
        if bad_nick || password.chars().count() > LONGEST_NAME {
            return Err(DeskError::BadText);
        }
        let jid = Self::bare_of(chat)?;
        let account = self.account_mut(chat.account)?;
        let room = account.rooms.entry(jid).or_default();
        if !nick.is_empty() {
            nick.clone_into(&mut room.nick);
        }
        password.clone_into(&mut room.password);
        self.join_room_here(chat)
    }

    /// The server of an account: its parts say where rooms are.
    #[must_use]
    pub fn domain_of(&self, account: AccountId) -> Option<BareJid> {
        let jid = &self.accounts.get(&account)?.settings.jid;
        BareJid::new(jid.domain().as_str()).ok()
    }
}

/// What a sane room is like: it stays, keeps an archive, and people find or do not find it as was wished. What a server
/// does not know is not in its form, and is left.
fn fill(form: &mut DataForm, plan: &RoomPlan) {
    let public = if plan.public { "1" } else { "0" };
    let private = if plan.public { "0" } else { "1" };
    let who_is_who = if plan.public { "moderators" } else { "anyone" };
    for (var, value) in [
        ("muc#roomconfig_roomname", plan.name.as_str()),
        ("muc#roomconfig_persistentroom", "1"),
        ("muc#roomconfig_publicroom", public),
        ("public_list", public),
        ("muc#roomconfig_membersonly", private),
        ("muc#roomconfig_whois", who_is_who),
        ("muc#roomconfig_allowinvites", "1"),
        ("muc#roomconfig_allowmemberinvites", "1"),
        ("muc#roomconfig_enablearchiving", "1"),
        ("mam", "1"),
    ] {
        form.fill(var, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rooms_address_is_made_of_its_name() {
        assert_eq!(room_node("Tea at four!", ""), "tea-at-four");
        assert_eq!(room_node("Tea at four", "x7"), "tea-at-four-x7");
        assert_eq!(room_node("Über uns", ""), "über-uns");
        assert_eq!(room_node("!?", ""), "room");
        assert_eq!(room_node("👋", "x7"), "room-x7");
    }
}
